//! What the kinds of entry have people do with them, as one call: a deed, on which thing, with which
//! words. A deed is one change.
//!
//! Which deeds are open to whom at the moment, and what each writes, the kinds say; this file does
//! it. Deliberately not here: saying something about an entry, which is open always, and its body,
//! which is edited.

use core::fmt;
use core::str::FromStr;

use couplet_proto::ids::Slot;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::claim::{Claim, RevMap};
use super::entry::kind_name;
use super::name::ItemId;
use super::schema::{Class, Field, Kind, Owner, Subject};
use super::sheet::{Part, Sheet, words_key};
use super::{Author, CannotWrite, Notebook, Written, check_length, check_words, items, kinds};
use crate::document::{Change, Edit, EditError, EntryKey, Scalar};
use crate::limits::{MAX_NOTE, MAX_VALUE, MAX_WORD};

/// Something to do with an entry of some kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Deed {
    /// Listening: say what one heard.
    Reflect,
    /// Listening: that reflection is right.
    GotMe,
    /// Listening: it is right in part; the words say what it missed.
    Partly,
    /// Listening: it is not right yet.
    NotYet,
    /// Listening: be there: nod, touch or here.
    BeThere,
    /// Repair: tell one's own side.
    Tell,
    /// Repair: say the other's side as one sees it.
    Understand,
    /// Repair: name something one felt.
    Feel,
    /// Repair: take a feeling back.
    Unfeel,
    /// Repair: ask the other for something.
    Ask,
    /// Repair: say yes to what was asked.
    Agree,
    /// Repair: say no to what was asked.
    Decline,
    /// Repair: not now to what was asked.
    NotNow,
    /// Repair: apologise.
    Apologise,
    /// Repair: an apology was received.
    Receive,
    /// Repair: pause it; the words say until when.
    Pause,
    /// Repair: end one's pause.
    Resume,
    /// Repair: let it go.
    LetGo,
    /// Repair: hold on to it after all.
    Withdraw,
    /// Repair: the day it happened.
    HappenedOn,
    /// Note, gesture: thank for it.
    Thank,
    /// Note, gesture: keep it.
    Keep,
    /// Note, gesture: keep it no more.
    Unkeep,
    /// Dream, fear, aspiration: how one stands to it: holding, trying, resting or done.
    Stand,
    /// Dream, fear, aspiration: say that one is with the other.
    BeWith,
    /// Dream, fear, aspiration: ask about it.
    Wonder,
    /// Dream, fear, aspiration: offer something.
    Offer,
    /// Dream, fear, aspiration: make it one's own, too.
    Adopt,
    /// Dream, fear, aspiration: make it one's own no more.
    Unadopt,
    /// Dream, fear, aspiration: take it back from the other's sight.
    TakeBack,
    /// Dream, fear, aspiration: let the other see it again.
    ShareAgain,
    /// List and steps: one more.
    Add,
    /// List and steps: its words anew.
    Change,
    /// List and steps: take it off.
    Remove,
    /// List and steps: it is done.
    Check,
    /// List and steps: it is open.
    Uncheck,
    /// List and steps: put it before the one named by the words, or at the end.
    Move,
    /// Date: which day it is.
    SetDate,
    /// Date: how it comes back: yearly, monthly, weekly or never.
    SetRepeat,
    /// Words of one's own, other than the body, anew.
    Revise,
    /// File it under a word.
    Tag,
    /// Take that word off.
    Untag,
}

/// A deed to be done.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// What.
    pub deed: Deed,
    /// On which of the things in the entry, if it is done on one.
    pub on: Option<&'a ItemId>,
    /// With which words; empty for none.
    pub words: &'a str,
}

/// A deed that is open to somebody at the moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Open {
    /// To whom.
    pub to: Slot,
    /// What.
    pub deed: Deed,
    /// On what.
    pub on: On,
}

/// What a deed is done on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum On {
    /// The entry.
    Entry,
    /// The thing of that name in it.
    Thing(ItemId),
    /// Any of its items.
    AnyItem,
}

/// A word that is no deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such deed; show the entry to see what can be done with it")]
pub struct UnknownDeed;

/// One thing that a deed writes.
pub(super) enum Write {
    /// Words of one's own.
    Part(Subject, String),
    /// What one says, and of what.
    Claim(Subject, String, RevMap),
    /// What both may set.
    Value(Subject, String),
    /// A member of one's set, and whether it is in it.
    Member(&'static str, String, bool),
}

impl Notebook {
    /// Does something with an entry, as its kind has it. Nothing, if it is so already.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn act(
        &mut self,
        key: &EntryKey,
        act: Act<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Written>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let kind: Kind = kind_name(&raw).parse().map_err(|_| CannotWrite::NotNow)?;
        let sheet = Sheet::read(key.slot(), &raw);
        let me = self.slot;
        let is_open = |open: &Open| open.to == me && open.deed == act.deed;
        let open = kinds::look(kind, &sheet).open;
        if !open.iter().any(|open| is_open(open) && open.on.is(&sheet, act.on)) {
            let is_elsewhere = open.iter().any(is_open);
            let missing = if is_elsewhere { CannotWrite::NoItem } else { CannotWrite::NotNow };
            return Err(missing);
        }
        let is_mine = |part: &Part| self.is_by_me(part.by, part.generation);
        if act.deed == Deed::Revise && !kinds::revised(&sheet, me, act).is_none_or(is_mine) {
            return Err(CannotWrite::NotYours);
        }
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let new = ItemId::from_random(random);
        let writes = kinds::writes(kind, &sheet, me, act, new)?;
        writes.iter().try_for_each(Write::check)?;
        let author = self.author();
        let fields = fields(&sheet, author, writes);
        let change = self.commit(author, |edit| put_all(edit, key, author, fields))?;
        match change {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }
}

impl Notebook {
    /// Sets the value that is an entry's body.
    pub(super) fn set_body(
        &mut self,
        key: &EntryKey,
        name: &'static str,
        text: &str,
    ) -> Result<Option<Change>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let sheet = Sheet::read(key.slot(), &raw);
        let author = self.author();
        let write = Write::Value(Subject::new(name, None), text.to_owned());
        let fields = fields(&sheet, author, vec![write]);
        self.commit(author, |edit| put_all(edit, key, author, fields))
    }
}

impl On {
    fn is(&self, sheet: &Sheet, on: Option<&ItemId>) -> bool {
        match self {
            Self::Entry => on.is_none(),
            Self::Thing(id) => on == Some(id),
            Self::AnyItem => on.is_some_and(|id| items::has_item(sheet, id)),
        }
    }
}

impl Write {
    fn check(&self) -> Result<(), CannotWrite> {
        match self {
            Self::Part(_, words) => check_words(MAX_NOTE, words),
            Self::Claim(_, value, _) => check_length(MAX_WORD, value),
            Self::Value(_, value) => check_length(MAX_VALUE, value),
            Self::Member(_, member, _) => check_words(MAX_WORD, member),
        }
    }
}

/// What is to be written, without what stands there already.
pub(super) fn fields(sheet: &Sheet, author: Author, writes: Vec<Write>) -> Vec<(Field, Scalar)> {
    let Author { slot, generation, writer, .. } = author;
    let me = Owner { slot, generation, writer };
    let mut fields = Vec::new();
    for write in writes {
        fields.extend(match write {
            Write::Part(subject, words) => part(sheet, me, subject, words),
            Write::Claim(subject, value, witness) => {
                let stands = sheet.claim_stands(&subject, me.slot, &value, &witness);
                let at = (Class::Claim, subject);
                (!stands).then(|| claim(sheet, me, at, value, witness))
            }
            Write::Value(subject, value) => {
                let stands = sheet.value_stands(&subject, &value);
                let at = (Class::Value, subject);
                (!stands).then(|| claim(sheet, me, at, value, RevMap::default()))
            }
            Write::Member(name, member, is_in) => {
                let stands = sheet.members(name, me.slot).contains(&member) == is_in;
                let at = (Class::Member, Subject::of_member(name, &member));
                let value = if is_in { member } else { String::new() };
                (!stands).then(|| claim(sheet, me, at, value, RevMap::default()))
            }
        });
    }
    fields
}

fn part(sheet: &Sheet, me: Owner, subject: Subject, words: String) -> Option<(Field, Scalar)> {
    let stands = sheet.part_by(subject.name(), subject.id.as_ref(), me);
    let rev = match stands {
        Some(part) if part.text == words && part.alternatives.is_empty() => return None,
        Some(part) => part.next_revision(),
        None => 1,
    };
    Some((Field::Part(subject, words_key(me, rev)), Scalar::Str(words)))
}

fn claim(
    sheet: &Sheet,
    me: Owner,
    (class, subject): (Class, Subject),
    value: String,
    witness: RevMap,
) -> (Field, Scalar) {
    let seen = sheet.seen_at(class, &subject, me.slot);
    let claim = Claim::next(me, &seen, value, witness);
    (Field::Own(class, subject, me), claim.to_scalar())
}

/// Puts them all, and says where the change starts if there are new words among them.
fn put_all(
    edit: &mut Edit<'_>,
    key: &EntryKey,
    author: Author,
    fields: Vec<(Field, Scalar)>,
) -> Result<(), EditError> {
    let is_new = |(field, _): &(Field, Scalar)| is_counted(field);
    let is_counted = fields.iter().any(is_new);
    for (field, value) in fields {
        edit.put(key, &field.to_string(), value)?;
    }
    if is_counted { put_rev(edit, key, author) } else { Ok(()) }
}

/// Whether it is something that the other must have seen to agree to the page.
pub(super) const fn is_counted(field: &Field) -> bool {
    matches!(field, Field::Part(..) | Field::Own(Class::Member, ..))
}

/// Says where this change starts, as the law asks of whoever writes words or members of sets.
pub(super) fn put_rev(
    edit: &mut Edit<'_>,
    key: &EntryKey,
    author: Author,
) -> Result<(), EditError> {
    let Author { slot, generation, writer, start } = author;
    let field = Field::Rev(Owner { slot, generation, writer });
    edit.put(key, &field.to_string(), Scalar::Uint(start))
}

/// What stands in an entry of that kind from the start, besides its words.
pub(super) fn birth(kind: Kind, author: Author, text: &str, day: i32) -> Vec<(Field, Scalar)> {
    let sheet = Sheet::empty(author.slot);
    fields(&sheet, author, kinds::birth(kind, text, day))
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 42] = [
        Self::Reflect,
        Self::GotMe,
        Self::Partly,
        Self::NotYet,
        Self::BeThere,
        Self::Tell,
        Self::Understand,
        Self::Feel,
        Self::Unfeel,
        Self::Ask,
        Self::Agree,
        Self::Decline,
        Self::NotNow,
        Self::Apologise,
        Self::Receive,
        Self::Pause,
        Self::Resume,
        Self::LetGo,
        Self::Withdraw,
        Self::HappenedOn,
        Self::Thank,
        Self::Keep,
        Self::Unkeep,
        Self::Stand,
        Self::BeWith,
        Self::Wonder,
        Self::Offer,
        Self::Adopt,
        Self::Unadopt,
        Self::TakeBack,
        Self::ShareAgain,
        Self::Add,
        Self::Change,
        Self::Remove,
        Self::Check,
        Self::Uncheck,
        Self::Move,
        Self::SetDate,
        Self::SetRepeat,
        Self::Revise,
        Self::Tag,
        Self::Untag,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reflect => "reflect",
            Self::GotMe => "got-me",
            Self::Partly => "partly",
            Self::NotYet => "not-yet",
            Self::BeThere => "be-there",
            Self::Tell => "tell",
            Self::Understand => "understand",
            Self::Feel => "feel",
            Self::Unfeel => "unfeel",
            Self::Ask => "ask",
            Self::Agree => "agree",
            Self::Decline => "decline",
            Self::NotNow => "not-now",
            Self::Apologise => "apologise",
            Self::Receive => "receive",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::LetGo => "let-go",
            Self::Withdraw => "withdraw",
            Self::HappenedOn => "happened-on",
            Self::Thank => "thank",
            Self::Keep => "keep",
            Self::Unkeep => "unkeep",
            Self::Stand => "stand",
            Self::BeWith => "support",
            Self::Wonder => "wonder",
            Self::Offer => "offer",
            Self::Adopt => "adopt",
            Self::Unadopt => "unadopt",
            Self::TakeBack => "take-back",
            Self::ShareAgain => "share-again",
            Self::Add => "add",
            Self::Change => "change",
            Self::Remove => "remove",
            Self::Check => "check",
            Self::Uncheck => "uncheck",
            Self::Move => "move",
            Self::SetDate => "set-date",
            Self::SetRepeat => "set-repeat",
            Self::Revise => "revise",
            Self::Tag => "tag",
            Self::Untag => "untag",
        }
    }
}

impl Deed {
    /// Whether it is done on one of the things in an entry, and not on the entry.
    #[must_use]
    pub const fn is_on_a_thing(self) -> bool {
        matches!(
            self,
            Self::GotMe
                | Self::Partly
                | Self::NotYet
                | Self::Agree
                | Self::Decline
                | Self::NotNow
                | Self::Receive
                | Self::Change
                | Self::Remove
                | Self::Check
                | Self::Uncheck
                | Self::Move
                | Self::Revise
        )
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Deed {
    type Err = UnknownDeed;

    fn from_str(name: &str) -> Result<Self, UnknownDeed> {
        Self::ALL.into_iter().find(|deed| deed.name() == name).ok_or(UnknownDeed)
    }
}
