//! Entries and what is said about them, as values that every language has.

use couplet::Slot;

use crate::attention::{Among, Need, Trash};
use crate::device::PersonId;
use crate::error::CoupletError;
use crate::facts::Fact;
use crate::kinds::{
    Deed, EntryState, EntryTag, Item, ItemId, Kind, Member, Open, Part, Shown, Stance,
};
use crate::times::{Meeting, Pause, Seal};

/// The name of an entry, the same on every phone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct EntryId {
    /// The name, or where one is asked for, a beginning of it that no other has.
    pub value: String,
}

/// The name of a comment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct CommentId {
    /// The name, or where one is asked for, a beginning of it that no other has.
    pub value: String,
}

/// Who wrote: one install on one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct WriterId {
    /// The name.
    pub value: String,
}

/// A state of an entry, as it was shown: to be given back with an edit of what is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct Version {
    /// Its text.
    pub value: String,
}

/// A place in the timeline: to be given back for the page that follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct Cursor {
    /// Its text.
    pub value: String,
}

/// How far one's own words have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Delivery {
    /// They are durable on this device.
    Device,
    /// The relay has said that it holds them durably.
    Relay,
    /// They are on the other person's device, and that person lets it be known.
    Partner,
}

/// Something to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Verb {
    /// Say something about it.
    Comment,
    /// Answer a comment.
    Reply,
    /// Write a comment anew.
    EditComment,
    /// Leave an emoji.
    React,
    /// Take an emoji back.
    Unreact,
    /// Remove it from sight.
    Trash,
    /// Bring it back.
    Restore,
    /// Write its text anew, or on its page; which of one's other parts may be is in `open`.
    Edit,
    /// Choose what stands, where several words or values do.
    Resolve,
    /// Keep words that are left over from a removed paragraph.
    KeepLeftOver,
    /// Erase one's own words in it for good.
    Erase,
}

/// One revision of somebody's words.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Revision {
    /// From 1.
    pub rev: u64,
    /// The install that wrote it.
    pub writer: WriterId,
    /// The words.
    pub text: String,
}

/// A place in the text of a page, in UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct TextRange {
    /// Where it begins.
    pub start: u32,
    /// Where what comes after it begins.
    pub end: u32,
}

/// A comment as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Comment {
    /// Its name.
    pub id: CommentId,
    /// Who says it.
    pub author: PersonId,
    /// Which generation of that person: nobody of another writes it anew.
    pub generation: u32,
    /// The earlier comment that it answers.
    pub reply_to: Option<CommentId>,
    /// What of a page it is about, as the page stands; the entry, if that is nothing or is gone.
    pub range: Option<TextRange>,
    /// Its words.
    pub text: String,
    /// Words that stand beside these, written apart on two phones of one person.
    pub alternatives: Vec<Revision>,
    /// Every revision, the oldest first.
    pub revisions: Vec<Revision>,
    /// How it read before, the oldest first: it is edited if there is anything.
    pub earlier: Vec<Revision>,
}

/// A reaction that stands.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Reaction {
    /// Whose.
    pub by: PersonId,
    /// With what.
    pub emoji: String,
}

/// An entry with everything that stands in it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// Its kind; nothing for one that this version does not know.
    pub kind: Option<Kind>,
    /// The name of its kind.
    pub kind_name: String,
    /// Who made it.
    pub author: PersonId,
    /// Which generation of that person wrote its words: nobody of another writes them anew.
    pub generation: u32,
    /// Its civil day, days since 1970-01-01.
    pub day: i32,
    /// Its words.
    pub text: String,
    /// Words that stand beside these, written apart on two phones of one person.
    pub alternatives: Vec<Revision>,
    /// Every revision of own words, the oldest first.
    pub revisions: Vec<Revision>,
    /// How it read before, the oldest first: it is edited if there is anything.
    pub earlier: Vec<Revision>,
    /// What was said about it, in an order that is the same everywhere.
    pub comments: Vec<Comment>,
    /// The emoji left on it, by person.
    pub reactions: Vec<Reaction>,
    /// Where it has come to, if its kind has states.
    pub state: Option<EntryState>,
    /// What is to be shown with that.
    pub facts: Vec<Fact>,
    /// Everybody's own words in it besides its body.
    pub parts: Vec<Part>,
    /// What each person says in it.
    pub stances: Vec<Stance>,
    /// The values in it that both may set, besides its body and its items.
    pub shown: Vec<Shown>,
    /// What each person put into their sets: feelings, tags, signs of being there.
    pub members: Vec<Member>,
    /// Whose gesture it was, if it is one: it was for the other, who may thank for it.
    pub gesture_by: Option<PersonId>,
    /// Its items, in their order.
    pub items: Vec<Item>,
    /// The times of a conversation, if it is one.
    pub meeting: Option<Meeting>,
    /// The pauses of a repair that go on today, in UTC; each ends by itself when its day has come.
    pub pauses: Vec<Pause>,
    /// How it is sealed, if it is.
    pub seal: Option<Seal>,
    /// That somebody removed it, whether or not it is out of sight.
    pub trash: Option<Trash>,
    /// What in it waits for somebody.
    pub needs: Vec<Need>,
    /// Whether it is a page so long that another should be begun before it is full.
    pub is_long: bool,
    /// A hash of everything shared in it.
    pub content: String,
    /// What to give back with an edit of what is shown here.
    pub version: Version,
}

/// An entry with what only this device knows of it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct EntryRow {
    /// The entry.
    pub entry: Entry,
    /// Whether it has something from the other person that was not opened here.
    pub is_unread: bool,
    /// How far one's own words in it have come.
    pub delivery: Delivery,
    /// What this device's person may do with it now.
    pub can: Vec<Verb>,
    /// What its kind has this device's person do with it now.
    pub open: Vec<Open>,
    /// What it is filed under, and what each of that is shown as.
    pub tags: Vec<EntryTag>,
    /// Where the timeline goes on after it.
    pub cursor: Cursor,
}

/// Which entries are wanted; by default all.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Filter {
    /// Among which; those in sight, unless it is said.
    #[uniffi(default = None)]
    pub among: Option<Among>,
    /// Of this kind only.
    #[uniffi(default = None)]
    pub kind: Option<Kind>,
    /// With something unread only.
    #[uniffi(default = false)]
    pub only_unread: bool,
    /// Of this day and later only, days since 1970-01-01.
    #[uniffi(default = None)]
    pub first_day: Option<i32>,
    /// Of this day and earlier only, days since 1970-01-01.
    #[uniffi(default = None)]
    pub last_day: Option<i32>,
}

/// A hash of everything shared, equal on devices that have the same notebook.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NotebookHash {
    /// The hash.
    pub value: String,
    /// How many entries there are.
    pub entries: u64,
}

/// What can be said about an entry.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Saying {
    /// A comment, or an answer to the comment there that is named so.
    Comment {
        /// The comment that is answered.
        reply_to: Option<CommentId>,
        /// The words.
        text: String,
    },
    /// One's own comment anew.
    EditComment {
        /// Which.
        comment: CommentId,
        /// The words.
        text: String,
    },
    /// An emoji, or its being taken back.
    React {
        /// The emoji.
        emoji: String,
        /// Whether it is left rather than taken back.
        is_wanted: bool,
    },
    /// What its kind has people do with it.
    Do {
        /// What.
        deed: Deed,
        /// On which of the things in it, if it is done on one.
        on: Option<ItemId>,
        /// With which words; empty for none.
        words: String,
    },
    /// Its being removed from sight, on today's day here.
    Trash,
    /// Its being brought back.
    Restore,
    /// What stands where several words or values do.
    Resolve {
        /// Which they are, as the choice has it.
        field: String,
        /// Of which thing, as the choice has it.
        on: Option<ItemId>,
        /// What is to stand: one of them, or of one's own words others.
        value: String,
    },
    /// A comment on what stands in a page at a place.
    CommentOn {
        /// Where.
        range: TextRange,
        /// The version at which that was shown; none for the page as it stands.
        base: Option<Version>,
        /// The words.
        text: String,
    },
}

impl From<couplet::Delivery> for Delivery {
    fn from(delivery: couplet::Delivery) -> Self {
        match delivery {
            couplet::Delivery::Device => Self::Device,
            couplet::Delivery::Relay => Self::Relay,
            couplet::Delivery::Partner => Self::Partner,
        }
    }
}

impl From<couplet::Verb> for Verb {
    fn from(verb: couplet::Verb) -> Self {
        match verb {
            couplet::Verb::Comment => Self::Comment,
            couplet::Verb::Reply => Self::Reply,
            couplet::Verb::EditComment => Self::EditComment,
            couplet::Verb::React => Self::React,
            couplet::Verb::Unreact => Self::Unreact,
            couplet::Verb::Trash => Self::Trash,
            couplet::Verb::Restore => Self::Restore,
            couplet::Verb::Edit => Self::Edit,
            couplet::Verb::Resolve => Self::Resolve,
            couplet::Verb::KeepLeftOver => Self::KeepLeftOver,
            couplet::Verb::Erase => Self::Erase,
        }
    }
}

impl From<(usize, usize)> for TextRange {
    fn from((start, end): (usize, usize)) -> Self {
        let place = |units| u32::try_from(units).unwrap_or(u32::MAX);
        Self { start: place(start), end: place(end) }
    }
}

impl From<TextRange> for (usize, usize) {
    fn from(range: TextRange) -> Self {
        (range.start as usize, range.end as usize)
    }
}

impl From<couplet::Revision> for Revision {
    fn from(revision: couplet::Revision) -> Self {
        let writer = WriterId { value: revision.writer.to_string() };
        Self { rev: revision.rev, writer, text: revision.text }
    }
}

impl From<couplet::Comment> for Comment {
    fn from(comment: couplet::Comment) -> Self {
        let name = |id: &couplet::CommentId| CommentId { value: id.as_str().to_owned() };
        let earlier = earlier(comment.earlier());
        Self {
            id: name(&comment.id),
            author: comment.author.into(),
            generation: comment.generation,
            reply_to: comment.reply_to.as_ref().map(name),
            range: comment.range.map(TextRange::from),
            text: comment.text,
            alternatives: all(comment.alternatives),
            revisions: all(comment.revisions),
            earlier,
        }
    }
}

impl From<couplet::Reaction> for Reaction {
    fn from(reaction: couplet::Reaction) -> Self {
        Self { by: reaction.by.into(), emoji: reaction.emoji.as_str().to_owned() }
    }
}

impl From<couplet::Entry> for Entry {
    fn from(entry: couplet::Entry) -> Self {
        let (needs, is_long) = (all(entry.needs()), entry.is_long());
        let earlier = earlier(entry.earlier());
        Self {
            id: EntryId { value: entry.key.into() },
            kind: entry.kind,
            kind_name: entry.kind_name,
            author: entry.author.into(),
            generation: entry.generation,
            day: entry.day,
            text: entry.text,
            alternatives: all(entry.alternatives),
            revisions: all(entry.revisions),
            earlier,
            comments: all(entry.comments),
            reactions: all(entry.reactions),
            state: entry.state,
            facts: all(entry.facts),
            parts: all(entry.parts),
            stances: all(entry.stances),
            shown: all(entry.shown),
            members: all(entry.members),
            gesture_by: entry.gesture_by.map(PersonId::from),
            items: all(entry.items),
            meeting: entry.meeting.map(Meeting::from),
            pauses: all(entry.pauses),
            seal: entry.seal.map(Seal::from),
            trash: entry.trash.map(Trash::from),
            needs,
            is_long,
            content: entry.content.to_string(),
            version: Version { value: entry.version.to_string() },
        }
    }
}

impl From<couplet::EntryRow> for EntryRow {
    fn from(row: couplet::EntryRow) -> Self {
        let mut row = row.as_of(couplet::today());
        Self {
            cursor: Cursor { value: row.cursor().to_string() },
            open: all(std::mem::take(&mut row.entry.open)),
            entry: row.entry.into(),
            is_unread: row.is_unread,
            delivery: row.delivery.into(),
            can: all(row.can),
            tags: all(row.tags),
        }
    }
}

impl From<Filter> for couplet::Filter {
    fn from(filter: Filter) -> Self {
        let (first, last) = (filter.first_day, filter.last_day);
        let days = first.unwrap_or(i32::MIN)..=last.unwrap_or(i32::MAX);
        Self {
            among: filter.among.map(couplet::Among::from).unwrap_or_default(),
            kind: filter.kind.map(|kind| kind.name().to_owned()),
            only_unread: filter.only_unread,
            days: (first.is_some() || last.is_some()).then_some(days),
        }
    }
}

impl From<(couplet::Hash, u64)> for NotebookHash {
    fn from((hash, entries): (couplet::Hash, u64)) -> Self {
        Self { value: hash.to_string(), entries }
    }
}

impl From<Saying> for couplet::Saying {
    fn from(saying: Saying) -> Self {
        match saying {
            Saying::Comment { reply_to, text } => {
                Self::Comment { reply_to: reply_to.map(|comment| comment.value), text }
            }
            Saying::EditComment { comment, text } => {
                Self::EditComment { comment: comment.value, text }
            }
            Saying::React { emoji, is_wanted } => Self::React { emoji, is_wanted },
            Saying::Do { deed, on, words } => Self::Do { deed, on: on.map(|on| on.value), words },
            Saying::Trash => Self::Trash,
            Saying::Restore => Self::Restore,
            Saying::Resolve { field, on, value } => {
                Self::Resolve { field, on: on.map(|on| on.value), value }
            }
            Saying::CommentOn { range, base, text } => {
                Self::CommentOn { range: range.into(), base: base.map(|base| base.value), text }
            }
        }
    }
}

impl From<Slot> for PersonId {
    fn from(slot: Slot) -> Self {
        Self { value: slot.index() }
    }
}

impl Cursor {
    pub(crate) fn parse(&self) -> Result<couplet::Cursor, CoupletError> {
        self.value.parse().map_err(CoupletError::input)
    }
}

/// How words read before.
pub(crate) fn earlier<'a>(all: impl Iterator<Item = &'a couplet::Revision>) -> Vec<Revision> {
    all.cloned().map(Revision::from).collect()
}

/// Each of them translated.
pub(crate) fn all<A, B: From<A>>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(B::from).collect()
}
