//! The law: who may write what (protocol rules 14 to 16).
//!
//! A verdict is a pure function of the change and its author; what the author could not know never
//! enters it, so every phone judges alike, and the author's own engine judges before it commits.
//! The structure of a change (its place, its dependencies, entries made once) has been checked by
//! the document before the law is asked.
//!
//! A person who was let in again after losing everything is another author: what a generation before
//! them wrote is nobody's to write (protocol rule 6). Which generation a device is of, the log says,
//! once and for ever.
//!
//! The law asks whose a key is and how it merges, not what it means: a kind or a name that is not
//! known here is judged like any other, so that a later version adds kinds without a new law. That a
//! listener does not answer for the speaker is seen to by readers, who ask no claim of them.

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::ids::{Person, Slot, WriterId};

use crate::document::{EntryKey, Operation, Scalar, Verdict};
use crate::keys::ClosedKey;
use crate::limits::{MAX_COMMENT, MAX_NOTE, MAX_PAGE, MAX_VALUE, MAX_WORD};
use crate::notebook::claim::Claim;
use crate::notebook::schema::{
    Class, Field, Hands, Kind, Owner, ReactionKey, Subject, WordsKey, id_of_member,
};
use crate::seal::closed::ClosedWords;

/// Who made a change, and from where in the logical order on.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    /// The person.
    pub slot: Slot,
    /// Which generation of that person.
    pub generation: u32,
    /// The install.
    pub writer: WriterId,
    /// The change's first operation: nothing it makes may claim a later place.
    pub start: u64,
}

/// Judges what a change does.
#[must_use]
pub fn judge(author: Author, operations: &[Operation]) -> Verdict {
    let lawful = judge_births(author, operations)
        .and_then(|()| operations.iter().try_for_each(|operation| judge_one(author, operation)))
        .and_then(|()| judge_revs(operations));
    match lawful {
        Ok(()) => Verdict::Lawful,
        Err(reason) => Verdict::Unlawful(reason),
    }
}

/// An entry is complete when it is made. One look at each operation, however many entries there are.
fn judge_births(author: Author, operations: &[Operation]) -> Result<(), &'static str> {
    let mut births: BTreeMap<&EntryKey, Birth> = BTreeMap::new();
    for operation in operations {
        match operation {
            Operation::CreateEntry { entry } if entry.slot() == author.slot => {
                births.insert(entry, Birth::default());
            }
            Operation::CreateEntry { .. } => {
                return Err("an entry is made under its author's own name");
            }
            Operation::Put { entry, field, value, .. } => {
                if let Some(birth) = births.get_mut(entry) {
                    birth.put(author, field, value)?;
                }
            }
            Operation::MakeText { entry, field, .. } => {
                if let Some(birth) = births.get_mut(entry) {
                    birth.make_text(field);
                }
            }
            Operation::EditText { .. } | Operation::Foreign(_) => {}
        }
    }
    births.values().try_for_each(Birth::is_complete)
}

/// Who writes parts or members of sets says so under their revision, in the same change: so that
/// what the other had not seen is known to be new.
fn judge_revs(operations: &[Operation]) -> Result<(), &'static str> {
    let mut counted = BTreeSet::new();
    let mut said = BTreeSet::new();
    for operation in operations {
        let Operation::Put { entry, field, .. } = operation else { continue };
        match Field::parse(field) {
            Some(Field::Part(..) | Field::Own(Class::Member, ..)) => counted.insert(entry),
            Some(Field::Rev(_)) => said.insert(entry),
            _ => continue,
        };
    }
    if counted.is_subset(&said) { Ok(()) } else { Err("new words come with their revision") }
}

#[derive(Default)]
struct Birth {
    has_kind: bool,
    kind: Option<Kind>,
    has_version: bool,
    has_order: bool,
    has_day: bool,
    words: u32,
    closed: u32,
    texts: u32,
    own_texts: u32,
}

impl Birth {
    fn put(&mut self, author: Author, field: &str, value: &Scalar) -> Result<(), &'static str> {
        match (Field::parse(field), value) {
            (Some(Field::Kind), Scalar::Str(name)) => {
                self.has_kind = (1..=MAX_WORD).contains(&name.len());
                self.kind = name.parse().ok();
            }
            (Some(Field::Version), Scalar::Uint(_)) => self.has_version = true,
            (Some(Field::Order), Scalar::Uint(order)) if *order <= author.start => {
                self.has_order = true;
            }
            (Some(Field::Day), Scalar::Int(day)) if i32::try_from(*day).is_ok() => {
                self.has_day = true;
            }
            (Some(Field::Words(_)), Scalar::Str(_)) => self.words += 1,
            (Some(Field::Closed(..)), Scalar::Bytes(_)) => self.closed += 1,
            (Some(Field::Part(..) | Field::Own(..) | Field::Key(..) | Field::Rev(_)), _) => {}
            _ => return Err("a field of a new entry is not what it should be"),
        }
        Ok(())
    }

    fn make_text(&mut self, field: &str) {
        match Field::parse(field) {
            Some(Field::Text(Hands::One(_))) => self.own_texts += 1,
            _ => self.texts += 1,
        }
    }

    fn is_complete(&self) -> Result<(), &'static str> {
        let has_head = self.has_version && self.has_order && self.has_day;
        if !self.has_kind {
            return Err("a new entry has a kind");
        }
        let bodies = (self.words, self.texts, self.own_texts);
        let has_body = match self.kind {
            // A note's words are open or closed.
            Some(Kind::Note) => bodies == (1, 0, 0) || (bodies == (0, 0, 0) && self.closed == 1),
            Some(Kind::Page) => bodies == (0, 1, 0),
            Some(Kind::OwnPage) => bodies == (0, 0, 1),
            _ => self.words <= 1 && self.texts + self.own_texts <= 1,
        };
        if has_head && has_body { Ok(()) } else { Err("a new entry is complete when it is made") }
    }
}

fn judge_one(author: Author, operation: &Operation) -> Result<(), &'static str> {
    match operation {
        Operation::CreateEntry { .. } => Ok(()),
        Operation::Put { entry, field, value, replaces, is_at_birth } => {
            let field = Field::parse(field).ok_or("the field is not known")?;
            let is_own = matches!(
                field,
                Field::Reaction(_) | Field::Own(..) | Field::Key(..) | Field::Rev(_)
            );
            if *replaces > 0 && !is_own {
                return Err("what is written is never overwritten");
            }
            match field {
                Field::Words(_) if entry.slot() != author.slot => {
                    Err("a note holds its author's words")
                }
                Field::Words(key) => judge_words(author, key, value, MAX_NOTE),
                Field::Comment(_, key) => judge_words(author, key, value, MAX_COMMENT),
                Field::Reaction(key) => judge_reaction(author, &key, value, *replaces),
                Field::Part(_, key) => judge_words(author, key, value, MAX_NOTE),
                Field::Closed(_, key) => judge_closed(author, key, value),
                Field::Key(_, owner) => {
                    judge_owner(author, owner, *replaces)?;
                    judge_key(value)
                }
                Field::Own(class, subject, owner) => {
                    judge_owner(author, owner, *replaces)?;
                    judge_claim(author, class, &subject, value)
                }
                Field::Rev(owner) => {
                    judge_owner(author, owner, *replaces)?;
                    let is_start = *value == Scalar::Uint(author.start);
                    if is_start { Ok(()) } else { Err("a revision says where its change starts") }
                }
                Field::Kind | Field::Version | Field::Order | Field::Day if *is_at_birth => Ok(()),
                Field::Kind | Field::Version | Field::Order | Field::Day => {
                    Err("the head of an entry is written when it is made")
                }
                Field::Text(_) => Err("a text is typed, and no value"),
            }
        }
        Operation::MakeText { field, replaces, is_at_birth, .. } => {
            judge_text(author, field)?;
            let is_new = *is_at_birth && *replaces == 0;
            if is_new { Ok(()) } else { Err("a text is made with its entry") }
        }
        Operation::EditText { field, inserted, .. } => {
            judge_text(author, field)?;
            let inserted = usize::try_from(*inserted).unwrap_or(usize::MAX);
            if inserted <= MAX_PAGE { Ok(()) } else { Err("a page has its limit") }
        }
        Operation::Foreign(_) => Err("no app of this version does that"),
    }
}

/// Whoever makes a text of their own, or types in it, is its person.
fn judge_text(author: Author, field: &str) -> Result<(), &'static str> {
    let Author { slot, generation, .. } = author;
    match Field::parse(field) {
        Some(Field::Text(Hands::Both)) => Ok(()),
        Some(Field::Text(Hands::One(person))) if person == (Person { slot, generation }) => Ok(()),
        Some(Field::Text(Hands::One(_))) => Err("a page of one's own is written by its own person"),
        _ => Err("a text is made with its entry"),
    }
}

fn is_own(owner: (Slot, u32, WriterId), author: Author) -> bool {
    owner == (author.slot, author.generation, author.writer)
}

/// Own words and comments alike: only on the words of a note does the entry have a say.
fn judge_words(
    author: Author,
    key: WordsKey,
    value: &Scalar,
    limit: usize,
) -> Result<(), &'static str> {
    judge_revision(author, key)?;
    match value {
        Scalar::Str(words) if words.encode_utf16().count() <= limit => Ok(()),
        Scalar::Str(_) => Err("own words have their limit"),
        _ => Err("own words are text"),
    }
}

fn judge_revision(author: Author, key: WordsKey) -> Result<(), &'static str> {
    if !is_own((key.slot, key.generation, key.writer), author) {
        return Err("own words are written by their own person");
    }
    if key.rev > author.start {
        return Err("a revision follows those its writer had seen");
    }
    Ok(())
}

/// Nobody can tell what closed words say: so they are judged by their shape.
fn judge_closed(author: Author, key: WordsKey, value: &Scalar) -> Result<(), &'static str> {
    judge_revision(author, key)?;
    match value {
        Scalar::Bytes(bytes) if ClosedWords::read(bytes).is_some() => Ok(()),
        _ => Err("these are no closed words"),
    }
}

/// A key may be anybody's to publish who has it; none, once it is withdrawn.
fn judge_key(value: &Scalar) -> Result<(), &'static str> {
    match value {
        Scalar::Bytes(bytes) if bytes.is_empty() || ClosedKey::read(bytes).is_some() => Ok(()),
        _ => Err("this is no key"),
    }
}

/// A writer overwrites its own round and nothing else. What that was does not matter: the highest
/// round of the person counts.
fn judge_reaction(
    author: Author,
    key: &ReactionKey,
    value: &Scalar,
    replaces: u32,
) -> Result<(), &'static str> {
    if !is_own((key.slot, key.generation, key.writer), author) {
        return Err("a reaction is its own person's");
    }
    if replaces > 1 {
        return Err("a writer has one round of a reaction");
    }
    match value {
        Scalar::Uint(round) if (1..=author.start).contains(round) => Ok(()),
        _ => Err("a round of a reaction follows those its writer had seen"),
    }
}

/// A writer overwrites its own key and nothing else.
fn judge_owner(author: Author, owner: Owner, replaces: u32) -> Result<(), &'static str> {
    let Owner { slot, generation, writer } = owner;
    if !is_own((slot, generation, writer), author) {
        return Err("what a person says is said by them alone");
    }
    if replaces <= 1 { Ok(()) } else { Err("a writer has one word at each of its keys") }
}

fn judge_claim(
    author: Author,
    class: Class,
    subject: &Subject,
    value: &Scalar,
) -> Result<(), &'static str> {
    let claim = Claim::from_scalar(value).ok_or("this is no claim")?;
    if !claim.is_in_time(author.start) {
        return Err("a claim speaks of what its writer had seen");
    }
    let limit = if class == Class::Value { MAX_VALUE } else { MAX_WORD };
    if claim.value.encode_utf16().count() > limit {
        return Err("a claim has its limit");
    }
    let is_its_place = || subject.id == Some(id_of_member(&claim.value));
    if class == Class::Member && !claim.value.is_empty() && !is_its_place() {
        return Err("a member of a set stands in its own place");
    }
    Ok(())
}
