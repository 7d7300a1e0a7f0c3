//! An entry as the app shows it: plain values, read out of the document.

use core::fmt;
use core::str::FromStr;

use couplet_proto::hash::Hash;
use couplet_proto::ids::{Person, Slot, Volume};
use couplet_proto::item;
use serde::{Deserialize, Serialize};

use crate::document::{EntryKey, RawEntry, Scalar};
use crate::keys::CONTENT;
use crate::limits::{LONG_PAGE, MAX_DAYS_AHEAD};
use crate::notebook::claim::RevMap;
use crate::notebook::closed::{self, Reader};
use crate::notebook::comment::{Comment, CommentId};
use crate::notebook::deed::{Deed, On, Open};
use crate::notebook::done::Done;
use crate::notebook::edition;
use crate::notebook::heart::{self, Meeting};
use crate::notebook::items::{self, Item};
use crate::notebook::kindness::{self, Seal};
use crate::notebook::kinds::{self, Fact, State};
use crate::notebook::left_over::LeftOver;
use crate::notebook::name::ItemId;
use crate::notebook::names::{LEFT_OVER, TRASH};
use crate::notebook::page::Text;
use crate::notebook::reaction::Reaction;
use crate::notebook::repair::{self, Pause};
use crate::notebook::schema::{Body, Field, Kind, name};
use crate::notebook::sheet::{Member, Part, Sheet, Shown, Stance};
use crate::notebook::trash::Trash;
use crate::notebook::words;

pub use crate::notebook::words::Revision;

/// The form that [`Entry`] has in a store. It rises with every field that comes or goes, and a store
/// of an earlier form shows its entries anew.
pub const FORM: u32 = 18;

/// An entry with everything that stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub key: EntryKey,
    /// The volume it is in.
    pub volume: Volume,
    /// Its kind; nothing for one that this version does not know.
    pub kind: Option<Kind>,
    /// The name of its kind.
    pub kind_name: String,
    /// Who made it.
    pub author: Slot,
    /// Which generation of that person wrote its words: nobody of another writes them anew.
    pub generation: u32,
    /// Its place in the logical order of its volume.
    pub order: u64,
    /// Its civil day, days since 1970-01-01.
    pub day: i32,
    /// Its words.
    pub text: String,
    /// Whether somebody has written on its page, be it that they began it. Once it was erased it is so
    /// no more.
    pub is_written_on: bool,
    /// What of its text is left over from removed paragraphs, and nobody has kept.
    pub left_over: Vec<LeftOver>,
    /// Words that stand beside these, written apart on two phones of one person.
    pub alternatives: Vec<Revision>,
    /// Every revision of own words, the oldest first.
    pub revisions: Vec<Revision>,
    /// What was said about it, in an order that is the same everywhere.
    pub comments: Vec<Comment>,
    /// The emoji left on it, by person.
    pub reactions: Vec<Reaction>,
    /// Where it has come to, if its kind has states; paused, whatever day it is ([`Entry::as_of`]).
    pub state: Option<State>,
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
    pub gesture_by: Option<Slot>,
    /// Its items, in their order.
    pub items: Vec<Item>,
    /// The times of a conversation, if it is one.
    pub meeting: Option<Meeting>,
    /// The pauses of a repair that nobody has ended, whatever day it is.
    pub pauses: Vec<Pause>,
    /// How it is sealed, if it is.
    pub seal: Option<Seal>,
    /// Whether a device of its reader's has a key to publish, to copy or to withdraw in it, at once
    /// or later.
    pub awaits_key: bool,
    /// What is open to whom, of the deeds of its kind.
    pub open: Vec<Open>,
    /// Whose words stand in it, of which generation: what each of them may erase.
    pub words_by: Vec<Person>,
    /// That somebody removed it, whether or not it is out of sight.
    pub trash: Option<Trash>,
    /// How much each person has done in it, the first slot's first: what was seen of it is told by.
    pub done: [RevMap; 2],
    /// What to give back with an edit of what is shown here.
    pub version: Version,
    /// A hash of everything shared in it.
    pub content: Hash,
}

/// A state of the volume, as the app saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(Vec<Hash>);

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a version; take the one that the entry was shown with")]
pub struct NotAVersion;

const MAX_HEADS: usize = 256;

/// What is said and is not shown as a stance: where a comment is, what was done again or changed, and
/// how strong a feeling is.
const UNSAID: [&str; 5] = [name::FROM, name::UNTIL, name::ANEW, name::CHANGED, name::INTENSITY];

impl Entry {
    /// The entry as `reader` may see it in this volume.
    pub(super) fn read(
        key: EntryKey,
        (volume, reader): (Volume, Reader<'_>),
        raw: &RawEntry,
        version: Version,
    ) -> Self {
        let one = |field: Field| raw.fields.get(&field.to_string()).and_then(|all| all.last());
        let kind_name = kind_name(raw);
        let order = match one(Field::Order).map(|value| &value.scalar) {
            Some(Scalar::Uint(order)) => *order,
            _ => 0,
        };
        let day = match one(Field::Day).map(|value| &value.scalar) {
            Some(Scalar::Int(day)) => i32::try_from(*day).unwrap_or(0),
            _ => 0,
        };
        let kind: Option<Kind> = kind_name.parse().ok();
        let mut sheet = Sheet::read(key.slot(), raw);
        let opened = kind.map(|kind| closed::open(kind, &key, reader, &mut sheet));
        let mut look = kind.map(|kind| kinds::look(kind, &sheet)).unwrap_or_default();
        look.facts.extend(opened.into_iter().flatten());
        let is_hidden = look.state == Some(State::TakenBack) && reader.slot != key.slot();
        let body = if is_hidden { Words::default() } else { Words::read(kind, raw, &sheet) };
        let done = Done::read(raw);
        Self {
            author: key.slot(),
            generation: sheet.generation,
            content: content(&key, raw),
            kind,
            key,
            volume,
            kind_name,
            order,
            day,
            text: body.text,
            is_written_on: sheet.is_written_on(),
            left_over: Vec::new(),
            alternatives: body.alternatives,
            revisions: body.revisions,
            comments: Comment::all(raw),
            reactions: Reaction::all(raw),
            state: look.state,
            facts: look.facts,
            open: look.open.into_iter().filter(|open| is_open(open, &sheet, reader)).collect(),
            words_by: edition::words_by(raw),
            trash: Trash::read(&sheet, &done),
            done: Slot::BOTH.map(|slot| done.by(slot)),
            stances: stances(&sheet, is_hidden),
            shown: shown(kind, &sheet),
            members: members(&sheet),
            gesture_by: kind
                .filter(|kind| *kind == Kind::Gesture)
                .map(|kind| kindness::done_by(kind, &sheet)),
            items: items::items(&sheet),
            meeting: (kind == Some(Kind::HeartToHeart)).then(|| heart::meeting(&sheet)),
            pauses: if kind == Some(Kind::Repair) { repair::pauses(&sheet) } else { Vec::new() },
            awaits_key: kind.is_some_and(|kind| closed::awaits_key(kind, reader.slot, &sheet)),
            seal: kind.filter(|kind| *kind == Kind::Note).and_then(|_| kindness::seal(&sheet)),
            parts: sheet.parts,
            version,
        }
    }

    /// The same as it is on that day of the reader's, days since 1970-01-01: a pause of which the day
    /// has come is over. Nothing is written for it, and a clock that is wrong shows it wrongly.
    #[must_use]
    pub fn as_of(mut self, today: i32) -> Self {
        self.pauses.retain(|pause| pause.goes_on(today));
        let pauses = &self.pauses;
        let is_paused = |by: Slot| pauses.iter().any(|pause| pause.by == by);
        self.open.retain(|open| open.deed != Deed::Resume || is_paused(open.to));
        if self.state == Some(State::Paused) && self.pauses.is_empty() {
            self.state = Some(repair::state_after_pauses(&self));
        }
        self
    }

    /// What a line of a timeline says of it: its words, or, where it was begun with others and has none
    /// of these so far, those.
    #[must_use]
    pub fn headline(&self) -> &str {
        let Some(Body::Notes(why)) = self.kind.map(Kind::body) else { return &self.text };
        let mut begun = self.parts.iter().filter(|part| part.name == why && part.by == self.author);
        let begun = begun.next().filter(|_| self.text.trim().is_empty());
        begun.map_or(&self.text, |part| &part.text)
    }

    /// Whether there are no words in it that it was made of: they were erased.
    #[must_use]
    pub fn is_wordless(&self) -> bool {
        let is_wordless = match self.kind.map(Kind::body) {
            None | Some(Body::Text) => false,
            Some(Body::OwnText) => !self.is_written_on,
            Some(Body::Words | Body::Notes(_) | Body::Value(_)) => true,
        };
        is_wordless
            && self.text.is_empty()
            && self.revisions.is_empty()
            && self.parts.iter().all(|part| part.by != self.author)
    }

    /// Whether its words were erased for good.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        let is_kept_back = self.seal.is_some() || self.state == Some(State::TakenBack);
        self.is_wordless() && !is_kept_back
    }

    /// Whether its words were erased and nobody said anything else in it: its head alone is left,
    /// which is no page to show. What its author says of words that are gone is nothing.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let is_others = |stance: &&Stance| stance.by != self.author && stance.name != TRASH;
        let mut said = self.stances.iter().filter(is_others);
        let has_times = self.meeting.as_ref().is_some_and(|meeting| !meeting.proposals.is_empty());
        self.is_erased()
            && self.comments.is_empty()
            && self.reactions.is_empty()
            && self.parts.is_empty()
            && self.members.is_empty()
            && self.items.is_empty()
            && said.next().is_none()
            && !has_times
    }

    /// The newest revision of own words; 0 if there are none.
    #[must_use]
    pub fn newest_revision(&self) -> u64 {
        self.revisions.last().map_or(0, |revision| revision.rev)
    }

    /// How its words read before: those of its revisions that are not shown.
    pub fn earlier(&self) -> impl Iterator<Item = &Revision> {
        words::earlier(&self.text, &self.alternatives, &self.revisions)
    }

    /// How many words and values stand beside others, written apart: nobody has chosen yet.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        let parts = self.parts.iter().map(|part| part.alternatives.len());
        let values = self.shown.iter().map(|shown| shown.alternatives.len());
        let of_item = |item: &Item| item.alternatives.len() + usize::from(item.is_disputed);
        let items = self.items.iter().map(of_item);
        let comments = self.comments.iter().map(|comment| comment.alternatives.len());
        let inside = parts.chain(values).chain(items).chain(comments);
        self.alternatives.len() + inside.sum::<usize>()
    }

    /// Whether it was removed from sight.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.trash.as_ref().is_some_and(Trash::is_hidden)
    }

    /// Whether it is a page so long that another should be begun before it is full.
    #[must_use]
    pub fn is_long(&self) -> bool {
        let is_page = self.kind.is_some_and(Kind::is_typed);
        is_page && self.text.encode_utf16().count() >= LONG_PAGE
    }

    /// Whether it lies further ahead of today than any phone's clock rightly has it.
    #[must_use]
    pub fn is_ahead_of(&self, today: i32) -> bool {
        self.day > today.saturating_add(MAX_DAYS_AHEAD)
    }

    /// How much that person has done in it.
    #[must_use]
    pub const fn done_by(&self, slot: Slot) -> &RevMap {
        let [first, second] = &self.done;
        match slot {
            Slot::First => first,
            Slot::Second => second,
        }
    }

    /// Whether its words are closed by a seal: they are written anew once it was opened.
    pub(super) fn is_under_seal(&self) -> bool {
        self.seal.is_some() && matches!(self.state, Some(State::Sealed | State::Withdrawn))
    }

    /// The names of the things in it that deeds are done on: words, items and times.
    pub fn things(&self) -> impl Iterator<Item = &ItemId> {
        let times = self.meeting.iter().flat_map(|meeting| &meeting.proposals);
        let parts = self.parts.iter().filter_map(|part| part.id.as_ref());
        let items = self.items.iter().map(|item| &item.id);
        parts.chain(items).chain(times.map(|time| &time.id))
    }

    /// The comment of that name.
    #[must_use]
    pub fn comment(&self, id: &CommentId) -> Option<&Comment> {
        self.comments.iter().find(|comment| comment.id == *id)
    }
}

/// The name of an entry's kind.
pub(super) fn kind_name(raw: &RawEntry) -> String {
    let values = raw.fields.get(&Field::Kind.to_string());
    match values.and_then(|all| all.last()).map(|value| &value.scalar) {
        Some(Scalar::Str(name)) => name.clone(),
        _ => String::new(),
    }
}

/// The words of an entry's body.
#[derive(Default)]
struct Words {
    text: String,
    alternatives: Vec<Revision>,
    revisions: Vec<Revision>,
}

impl Words {
    fn read(kind: Option<Kind>, raw: &RawEntry, sheet: &Sheet) -> Self {
        let mut revisions = sheet.words.clone();
        let (text, alternatives) = match (Text::of(raw), kind.map(Kind::body)) {
            (Some(text), _) => (text.words.to_owned(), Vec::new()),
            (None, Some(Body::Value(name))) => sheet.body(name),
            // Of a kind of a later version whatever reads like words is shown.
            (None, None) if revisions.is_empty() => sheet.body(name::TITLE),
            (None, _) => words::shown(&revisions),
        };
        // Of own words every revision is words.
        if kind.map(Kind::body) != Some(Body::Words) {
            revisions.extend(sheet.other_titles());
        }
        Self { text, alternatives, revisions }
    }
}

/// Whether that is open to whoever reads: of what a generation before them wrote, nothing is revised.
fn is_open(open: &Open, sheet: &Sheet, reader: Reader<'_>) -> bool {
    let On::Thing(id) = &open.on else { return true };
    let is_it = |part: &&Part| part.id.as_ref() == Some(id) && part.by == reader.slot;
    open.deed != Deed::Revise
        || open.to != reader.slot
        || sheet.parts.iter().filter(is_it).all(|part| part.generation == reader.generation)
}

/// The values that are not shown as the entry's body, with its items, or as its being removed; nor is
/// a label that was taken off, with its tag.
fn shown(kind: Option<Kind>, sheet: &Sheet) -> Vec<Shown> {
    let of_items = [name::ITEM, name::DONE, name::PLACE, name::OWNER, name::PROMISE];
    let body = kind.map(Kind::body);
    let is_body = |shown: &Shown| matches!(body, Some(Body::Value(name)) if name == shown.name);
    let mut all = sheet.all_shown();
    let labels = all.iter().filter(|one| one.name == name::LABEL && !one.value.is_empty());
    let labelled: Vec<Option<ItemId>> = labels.map(|label| label.id.clone()).collect();
    let has_label = |tag: &Shown| labelled.contains(&tag.id);
    let is_elsewhere = |shown: &Shown| {
        let is_told = [TRASH, LEFT_OVER].contains(&shown.name.as_str())
            || (shown.name == name::LABEL && shown.value.is_empty())
            || (shown.name == name::TAG && !has_label(shown));
        of_items.contains(&shown.name.as_str()) || is_body(shown) || is_told
    };
    all.retain(|shown| !is_elsewhere(shown));
    all
}

/// What everybody says; how good it is was taken back with its words, and how strong a feeling is
/// stands with the feeling.
fn stances(sheet: &Sheet, is_hidden: bool) -> Vec<Stance> {
    let mut all = sheet.all_stances();
    let says_nothing = |stance: &Stance| UNSAID.contains(&stance.name.as_str());
    all.retain(|stance| !says_nothing(stance) && (!is_hidden || stance.name != name::LEVEL));
    all
}

/// The members of sets that are not shown as times.
fn members(sheet: &Sheet) -> Vec<Member> {
    let mut all = sheet.all_members();
    all.retain(|member| member.name != name::PROPOSAL);
    for member in all.iter_mut().filter(|member| member.name == name::FEELING) {
        member.intensity = repair::intensity(sheet, &member.value, member.by);
    }
    all
}

/// Everything shared in an entry, alternatives included; never who has seen it.
fn content(key: &EntryKey, raw: &RawEntry) -> Hash {
    let mut parts: Vec<Vec<u8>> = vec![key.as_str().as_bytes().to_vec()];
    for (field, values) in &raw.fields {
        let mut values: Vec<Vec<u8>> = values.iter().map(|value| spelled(&value.scalar)).collect();
        values.sort();
        parts.push(field.as_bytes().to_vec());
        parts.push(item::encode(&values));
    }
    for (field, text) in &raw.texts {
        parts.push(field.as_bytes().to_vec());
        parts.push(text.as_bytes().to_vec());
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Hash::of(CONTENT, &parts)
}

fn spelled(scalar: &Scalar) -> Vec<u8> {
    match scalar {
        Scalar::Str(text) => item::encode(&(0_u8, text)),
        Scalar::Uint(number) => item::encode(&(1_u8, number)),
        Scalar::Int(number) => item::encode(&(2_u8, number)),
        Scalar::Bool(yes) => item::encode(&(3_u8, yes)),
        Scalar::Bytes(bytes) => item::encode(&(4_u8, bytes)),
    }
}

/// A hash of a whole notebook from its entries' keys and contents, in the order of the keys.
#[must_use]
pub fn notebook_hash<'a>(entries: impl Iterator<Item = (&'a str, Hash)>) -> Hash {
    let mut all = Vec::new();
    for (key, content) in entries {
        all.extend_from_slice(&(key.len() as u64).to_be_bytes());
        all.extend_from_slice(key.as_bytes());
        all.extend_from_slice(content.as_bytes());
    }
    Hash::of(CONTENT, &[&all])
}

impl Version {
    pub(crate) fn of(heads: Vec<Hash>) -> Self {
        Self(heads)
    }

    pub(crate) fn heads(&self) -> &[Hash] {
        &self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, head) in self.0.iter().enumerate() {
            let dot = if index > 0 { "." } else { "" };
            write!(f, "{dot}{head}")?;
        }
        Ok(())
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let heads: Option<Vec<Hash>> = text.split('.').map(|head| head.parse().ok()).collect();
        let heads = heads.filter(|heads| heads.len() <= MAX_HEADS).ok_or(NotAVersion)?;
        Ok(Self(heads))
    }
}
