//! What the kinds of entry have people do with them, as one call: a deed, on which thing, with which
//! words. A deed is one change.
//!
//! Which deeds are open to whom at the moment, and what each writes, the kinds say; this file does
//! it. Deliberately not here: saying something about an entry, which is open always, and its body,
//! which is edited.

use couplet_proto::ids::Slot;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::claim::{Claim, RevMap};
use super::entry::kind_name;
use super::name::ItemId;
use super::schema::{Class, Field, Kind, Owner, Subject};
use super::sheet::{Part, Sheet, words_key};
use super::{
    Author, CannotWrite, Notebook, Written, check_length, check_words, closed, items, kindness,
    kinds,
};
use crate::document::{Change, Edit, EditError, EntryKey, Scalar};
use crate::keys::ClosedKey;
use crate::limits::{MAX_NOTE, MAX_VALUE, MAX_WORD};
use crate::seal::closed::{ClosedWords, Place};

pub use super::deeds::{Deed, UnknownDeed};

/// A deed to be done.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// What.
    pub deed: Deed,
    /// On which of the things in the entry, if it is done on one.
    pub on: Option<&'a ItemId>,
    /// With which words; empty for none.
    pub words: &'a str,
    /// When, by this device's clock, in seconds since 1970-01-01 UTC.
    pub now: i64,
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

/// One thing that a deed writes.
pub(super) enum Write {
    /// Words of one's own.
    Part(Subject, String),
    /// What one says, and of what.
    Claim(Subject, String, RevMap),
    /// The same, and the words that it is said with, at their own place.
    With(Subject, String, RevMap, Subject, String),
    /// What both may set.
    Value(Subject, String),
    /// A member of one's set, and whether it is in it.
    Member(&'static str, String, bool),
    /// Words of one's own that are to be closed first.
    Close(&'static str, String),
    /// Words of one's own, closed.
    Closed(Subject, ClosedWords),
    /// The key of closed words, or none where this writer has published it.
    Key(ItemId, Vec<u8>),
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
            let is_over = kinds::revised(&sheet, me, act).is_some_and(Part::is_history);
            return Err(match act.deed {
                Deed::Revise if is_over => CannotWrite::NotNow,
                Deed::Revise if sheet.parts.iter().any(|part| part.id.as_ref() == act.on) => {
                    CannotWrite::NotYours
                }
                _ if open.iter().any(is_open) => CannotWrite::NoItem,
                Deed::Unsend if kind == Kind::Note && kindness::seal(&sheet).is_none() => {
                    CannotWrite::NotSealed
                }
                _ => CannotWrite::NotNow,
            });
        }
        let is_mine = |part: &Part| self.is_by_me(part.by, part.generation);
        if act.deed == Deed::Revise && !kinds::revised(&sheet, me, act).is_none_or(is_mine) {
            return Err(CannotWrite::NotYours);
        }
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let new = ItemId::from_random(random);
        let mut writes = kinds::writes(kind, &sheet, me, act, new)?;
        if act.deed == Deed::Open {
            writes.extend(closed::copies(key, me, &sheet));
        }
        writes.iter().try_for_each(Write::check)?;
        let writes = self.close_all(key, writes, rng)?;
        self.put_writes(key, &sheet, writes)
    }

    /// Publishes, copies, withdraws or closes anew the keys of closed words, as far as that is due.
    /// Nothing, if nothing is.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn settle(
        &mut self,
        key: &EntryKey,
        now: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Written>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let Ok(kind) = kind_name(&raw).parse::<Kind>() else { return Ok(None) };
        let sheet = Sheet::read(key.slot(), &raw);
        let mut due = closed::due(kind, key, self.reader(), now, &sheet);
        due.extend(closed::anew(kind, key, self.reader(), &sheet, rng));
        self.put_writes(key, &sheet, due)
    }

    fn put_writes(
        &mut self,
        key: &EntryKey,
        sheet: &Sheet,
        writes: Vec<Write>,
    ) -> Result<Option<Written>, CannotWrite> {
        let author = self.author();
        let fields = fields(sheet, author, writes);
        let change = self.commit(author, |edit| put_all(edit, key, author, fields))?;
        match change {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }

    /// Closes those of these words that are to be closed.
    pub(super) fn close_all(
        &self,
        key: &EntryKey,
        writes: Vec<Write>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Write>, CannotWrite> {
        writes.into_iter().map(|write| self.close(key, write, rng)).collect()
    }

    fn close(
        &self,
        key: &EntryKey,
        write: Write,
        rng: &mut dyn CryptoRng,
    ) -> Result<Write, CannotWrite> {
        let Write::Close(named, words) = write else { return Ok(write) };
        let (words, _) = self.close_words(key, named, &words, rng)?;
        Ok(Write::Closed(Subject::new(named, None), words))
    }

    /// Closes words that are to stand in that entry under that name.
    pub(super) fn close_words(
        &self,
        key: &EntryKey,
        named: &'static str,
        words: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(ClosedWords, ClosedKey), CannotWrite> {
        let keeper = self.keeper.as_ref().ok_or(CannotWrite::NoKeys)?;
        let place = Place::new(key.as_str(), named, self.slot);
        keeper.close(place, words, rng).ok_or(CannotWrite::NoKeys)
    }

    /// Sets a value of an entry's; nothing, if it is that already.
    pub(super) fn set_value(
        &mut self,
        key: &EntryKey,
        name: &'static str,
        text: &str,
    ) -> Result<Option<Change>, CannotWrite> {
        self.put_write(key, Write::Value(Subject::new(name, None), text.to_owned()))
    }

    /// Writes these, as far as they do not stand there.
    pub(super) fn put_each(
        &mut self,
        key: &EntryKey,
        writes: Vec<Write>,
    ) -> Result<Option<Written>, CannotWrite> {
        writes.iter().try_for_each(Write::check)?;
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        self.put_writes(key, &Sheet::read(key.slot(), &raw), writes)
    }

    /// Writes one thing, unless it stands there.
    pub(super) fn put_write(
        &mut self,
        key: &EntryKey,
        write: Write,
    ) -> Result<Option<Change>, CannotWrite> {
        write.check()?;
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let sheet = Sheet::read(key.slot(), &raw);
        let author = self.author();
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
    pub(super) fn check(&self) -> Result<(), CannotWrite> {
        match self {
            Self::Part(_, words) | Self::Close(_, words) => check_words(MAX_NOTE, words),
            Self::Closed(..) | Self::Key(..) => Ok(()),
            Self::Claim(_, value, _) => check_length(MAX_WORD, value),
            Self::With(_, value, _, _, words) => {
                check_length(MAX_WORD, value)?;
                check_words(MAX_NOTE, words)
            }
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
        let field = match write {
            Write::Part(subject, words) => part(sheet, me, subject, words),
            Write::Claim(subject, value, witness) => {
                let stands = sheet.claim_stands(&subject, me.slot, &value, &witness);
                let at = (Class::Claim, subject);
                (!stands).then(|| claim(sheet, me, at, value, witness))
            }
            Write::With(said, value, witness, part, words) => {
                fields.extend(said_with(sheet, me, (said, value, witness), (part, words)));
                None
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
            Write::Close(..) => None,
            Write::Closed(subject, words) => Some(closed_words(sheet, me, subject, &words)),
            Write::Key(id, bytes) => published(sheet, me, id, bytes),
        };
        fields.extend(field);
    }
    fields
}

fn closed_words(
    sheet: &Sheet,
    me: Owner,
    subject: Subject,
    words: &ClosedWords,
) -> (Field, Scalar) {
    let rev = closed::next_revision(sheet, subject.name(), me.slot);
    (Field::Closed(subject, words_key(me, rev)), Scalar::Bytes(words.to_bytes()))
}

/// The key under one's own name, or nothing if it stands there; it is withdrawn only where it was
/// published.
fn published(sheet: &Sheet, me: Owner, id: ItemId, bytes: Vec<u8>) -> Option<(Field, Scalar)> {
    let own = sheet.keys.iter().find(|(of, owner, _)| *of == id && *owner == me);
    let stands = own.map_or(bytes.is_empty(), |(_, _, standing)| *standing == bytes);
    (!stands).then_some((Field::Key(id, me), Scalar::Bytes(bytes)))
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

/// A saying and its words, which are the revision of the saying's own round: by that they are known
/// as its words, and not as those of what is said after it. The words come first, so that whoever
/// carries both over does not write the saying before its words can be.
fn said_with(
    sheet: &Sheet,
    me: Owner,
    (said, value, witness): (Subject, String, RevMap),
    (part, words): (Subject, String),
) -> Vec<(Field, Scalar)> {
    let own = sheet.part_by(part.name(), part.id.as_ref(), me);
    let has_words = own.is_some_and(|own| own.text == words && own.alternatives.is_empty());
    if has_words && sheet.claim_stands(&said, me.slot, &value, &witness) {
        return Vec::new();
    }
    let seen = sheet.seen_at(Class::Claim, &said, me.slot);
    let mut claim = Claim::next(me, &seen, value, witness);
    claim.round = claim.round.max(own.map_or(1, Part::next_revision));
    let words = (Field::Part(part, words_key(me, claim.round)), Scalar::Str(words));
    vec![words, (Field::Own(Class::Claim, said, me), claim.to_scalar())]
}

pub(super) fn claim(
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
pub(super) fn put_all(
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

/// What is said in a new entry, with how far it is new if that counts.
pub(super) fn begun_with(author: Author, writes: Vec<Write>) -> Vec<(Field, Scalar)> {
    let mut fields = fields(&Sheet::empty(author.slot), author, writes);
    if fields.iter().any(|(field, _)| is_counted(field)) {
        let Author { slot, generation, writer, start } = author;
        let owner = Owner { slot, generation, writer };
        fields.push((Field::Rev(owner), Scalar::Uint(start)));
    }
    fields
}
