//! Erasing for good: the next edition of a volume, without words that their own person takes out of
//! it, and the late words of whoever did not know of it.
//!
//! A person may leave out their own words, a page of their own among them, nothing else and nobody
//! else's: whatever both may set, and what either says of the other's words, stays as it is. What is
//! left of an entry that lost its words is its head, so that what the other person said of it still has
//! its place.
//!
//! Whoever is asked to accept an edition makes it from what they hold themselves, and compares.
//!
//! Deliberately not here: what the words were in, other than the document, and when a phone may let
//! go of that.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Person, Slot};
use couplet_proto::item;
use serde::{Deserialize, Serialize};

use super::carry::{Missing, PageEdit, of_writer, renamed};
use super::comment::CommentName;
use super::page::Text;
use super::schema::{Class, Field, Hands, Subject, TEXT, name};
use super::{CannotWrite, Notebook, Written};
use crate::document::{Change, EntryKey, NoEdition, OpId, RawEntry, Scalar};

/// The next edition of a volume, as its first words say.
#[derive(Debug)]
pub struct NextEdition {
    /// The volume as it is then.
    pub notebook: Notebook,
    /// What it is made of.
    pub changes: Vec<Change>,
    /// The name of all of that.
    pub beginning: Hash,
}

/// Words in an entry, by the key that they stand at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WordsIn {
    /// The entry.
    pub entry: EntryKey,
    pub(super) field: String,
}

impl WordsIn {
    /// Whose they are.
    #[must_use]
    pub fn person(&self) -> Option<Person> {
        word_of(&self.field).or_else(|| written_by(&self.field))
    }
}

/// Late words on an entry that is not here, and may come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranded {
    entry: EntryKey,
    /// Their keys, and themselves, in the order in which they were written; after them, at the key of
    /// the text, each edit of a page.
    fields: Vec<(String, Scalar)>,
}

impl Stranded {
    fn new(entry: EntryKey, values: Vec<Missing>, edits: &[PageEdit]) -> Option<Self> {
        let edit = |edit| (TEXT.to_owned(), Scalar::Bytes(item::encode(edit)));
        let values = values.into_iter().map(|(_, field, value)| (field, value));
        let fields: Vec<_> = values.chain(edits.iter().map(edit)).collect();
        (!fields.is_empty()).then_some(Self { entry, fields })
    }
}

impl Notebook {
    /// The words of this person in an entry that can be taken out of it, as it is now.
    #[must_use]
    pub fn words_of(&self, key: &EntryKey, person: Person) -> BTreeSet<WordsIn> {
        let raw = self.document.entry(key).unwrap_or_default();
        let words = keys(&raw).filter(|field| word_in(&raw, field) == Some(person));
        words.map(|field| WordsIn { entry: key.clone(), field: field.clone() }).collect()
    }

    /// The next edition, without these words as far as they are this person's.
    ///
    /// # Errors
    /// [`NoEdition`].
    pub fn without(
        &self,
        words: &BTreeSet<WordsIn>,
        person: Person,
    ) -> Result<NextEdition, NoEdition> {
        self.next(&|entry, field| {
            let words_in = WordsIn { entry: entry.clone(), field: field.to_owned() };
            words.contains(&words_in) && self.has_word_of(entry, field, person)
        })
    }

    /// The words that are missing in these changes, if they are the next edition of this volume and
    /// nothing else is: which is so if this phone makes the same. They are that person's, or some of
    /// those that this one wants gone.
    #[must_use]
    pub fn left_out_in(
        &self,
        changes: &[Change],
        person: Person,
        wanted: &BTreeSet<WordsIn>,
    ) -> Option<BTreeSet<WordsIn>> {
        let edition = Edition(self.edition().0.saturating_add(1));
        let (volume, me) = (self.volume(), (self.me(), self.document.writer()));
        let said = Self::load(volume, edition, me, None, changes.to_vec()).ok()?;
        let stay: BTreeMap<EntryKey, RawEntry> = said
            .document
            .entries()
            .filter_map(|key| Some((key.clone(), said.document.entry(&key)?)))
            .collect();
        let left_out = RefCell::new(BTreeSet::new());
        let is_left_out = |key: &EntryKey, field: &str| {
            let words = WordsIn { entry: key.clone(), field: field.to_owned() };
            let stays = stay.get(key).is_some_and(|raw| stands_in(raw, field));
            let is_gone =
                !stays && (self.has_word_of(key, field, person) || wanted.contains(&words));
            is_gone && {
                left_out.borrow_mut().insert(words);
                true
            }
        };
        let made = self.next(&is_left_out).ok()?;
        (made.changes == changes).then_some(left_out.into_inner())
    }

    /// Whether some words of that person's that are in `old` are not in this edition of it.
    #[must_use]
    pub fn lacks_words_of(&self, person: Slot, old: &Self) -> bool {
        old.document.entries().any(|key| {
            let before = old.document.entry(&key).unwrap_or_default();
            let stands = self.document.entry(&key).unwrap_or_default();
            let mut gone = keys(&before).filter(|field| !stands_in(&stands, field));
            gone.any(|field| word_in(&before, field).is_some_and(|of| of.slot == person))
        })
    }

    fn has_word_of(&self, key: &EntryKey, field: &str, person: Person) -> bool {
        self.document.entry(key).is_some_and(|raw| word_in(&raw, field) == Some(person))
    }

    /// What the volume's edition began with.
    #[must_use]
    pub fn beginning(&self) -> Option<Hash> {
        self.document.beginning()
    }

    fn next(
        &self,
        is_left_out: &dyn Fn(&EntryKey, &str) -> bool,
    ) -> Result<NextEdition, NoEdition> {
        let (document, changes) = self.document.next_edition(is_left_out, &place_of)?;
        let beginning = document.beginning().ok_or(NoEdition::Failed)?;
        let Self { slot, generation, .. } = *self;
        let notebook = Self { document, slot, generation, keeper: None };
        Ok(NextEdition { notebook, changes, beginning })
    }

    /// Writes anew what this device had written in the edition before, `old`, and that this one began
    /// without: those changes are late. What was said of entries that are not here is given back, to
    /// be written when they are.
    ///
    /// # Errors
    /// [`CannotWrite`], if the volume broke; what was written so far is in the volume, which must be
    /// read again.
    pub fn write_late(
        &mut self,
        old: &Self,
        late: &[Change],
    ) -> Result<(Vec<Written>, Vec<Stranded>), CannotWrite> {
        let (mut written, mut stranded) = (Vec::new(), Vec::new());
        if late.is_empty() {
            return Ok((written, stranded));
        }
        for key in old.document.entries() {
            let Some(mut stood) = old.document.entry(&key) else { continue };
            for values in stood.fields.values_mut() {
                values.retain(|value| is_in(late, value.by));
            }
            stood.fields.retain(|_, values| !values.is_empty());
            if self.document.entry(&key).is_none() {
                written.extend(self.carry_birth(&key, &stood, late)?);
            }
            let stands = self.document.entry(&key);
            let values = self.late_values(stands.as_ref(), &stood, late);
            if stands.is_some() {
                written.extend(self.write_values(&key, values)?);
                let edits = old.edits_of(&key, late);
                written.extend(self.carry_text((&key, &stood), &edits, false)?);
            } else {
                let edits = old.edits_of(&key, late);
                stranded.extend(Stranded::new(key, values, &edits));
            }
        }
        Ok((written, stranded))
    }

    /// What `lost` changes said in entries that are not here and that another made, whose phone may
    /// write them anew: `old` is this volume with those changes in it.
    #[must_use]
    pub fn stranded(&self, old: &Self, lost: &[Change]) -> Vec<Stranded> {
        let mut stranded = Vec::new();
        for key in old.document.entries().filter(|key| self.document.entry(key).is_none()) {
            let Some(stood) = old.document.entry(&key) else { continue };
            let mut values = self.late_values(None, &stood, lost);
            values.retain(|(by, ..)| is_in(lost, *by));
            let edits = old.edits_of(&key, lost);
            stranded.extend(Stranded::new(key, values, &edits));
        }
        stranded
    }

    /// Writes what was stranded on entries that are here by now, and leaves the rest.
    ///
    /// # Errors
    /// As [`Notebook::write_late`].
    pub fn write_stranded(
        &mut self,
        stranded: &mut Vec<Stranded>,
    ) -> Result<Vec<Written>, CannotWrite> {
        let mut written = Vec::new();
        for one in std::mem::take(stranded) {
            if self.document.entry(&one.entry).is_none() {
                stranded.push(one);
                continue;
            }
            let me = self.document.writer();
            let by = |at: usize| OpId { counter: at as u64, writer: me };
            let (edits, fields): (Vec<_>, Vec<_>) =
                one.fields.into_iter().partition(|(field, _)| field == TEXT);
            let mine = |field: &str| of_writer(field, me);
            let fields = fields.into_iter().enumerate();
            let values = fields.map(|(at, (field, value))| (by(at), mine(&field), value)).collect();
            written.extend(self.write_values(&one.entry, values)?);
            let edits: Vec<PageEdit> =
                edits.iter().filter_map(|(_, edit)| read_edit(edit)).collect();
            let stood = RawEntry::default();
            written.extend(self.carry_text((&one.entry, &stood), &edits, false)?);
        }
        Ok(written)
    }

    /// The late values of an entry, with keys of this writer's, but for those that stand under their own.
    fn late_values(
        &self,
        stands: Option<&RawEntry>,
        stood: &RawEntry,
        late: &[Change],
    ) -> Vec<Missing> {
        let me = self.document.writer();
        let mut values = Vec::new();
        for (field, all) in &stood.fields {
            let is_of_writer = match Field::parse(field) {
                Some(Field::Kind | Field::Version | Field::Order | Field::Day) => false,
                Some(Field::Text(_) | Field::Rev(_)) | None => false,
                Some(_) => true,
            };
            let mine = renamed(field, late, me);
            let here = stands.and_then(|stands| stands.fields.get(field));
            let is_here = |scalar: &Scalar| {
                here.is_some_and(|here| here.iter().any(|value| value.scalar == *scalar))
            };
            let of_field = all.iter().filter(|one| is_of_writer && !is_here(&one.scalar));
            values.extend(of_field.map(|one| (one.by, mine.clone(), one.scalar.clone())));
        }
        values.sort();
        values
    }

    /// Those of these values that do not stand there so far.
    fn write_values(
        &mut self,
        key: &EntryKey,
        mut values: Vec<Missing>,
    ) -> Result<Vec<Written>, CannotWrite> {
        let stands = self.document.entry(key).unwrap_or_default();
        let is_here = |(_, field, scalar): &Missing| {
            let all = stands.fields.get(field);
            all.is_some_and(|all| all.iter().any(|value| value.scalar == *scalar))
        };
        values.retain(|value| !is_here(value));
        self.carry_fields(key, values, self.document.clock())
    }
}

fn read_edit(edit: &Scalar) -> Option<PageEdit> {
    match edit {
        Scalar::Bytes(bytes) => item::decode(bytes, "edit of a page").ok(),
        Scalar::Str(_) | Scalar::Uint(_) | Scalar::Int(_) | Scalar::Bool(_) => None,
    }
}

/// Whether one of these changes put that there.
pub(super) fn is_in(changes: &[Change], by: OpId) -> bool {
    let is_its = |change: &Change| {
        change.writer() == by.writer && (change.start_op()..=change.max_op()).contains(&by.counter)
    };
    changes.iter().any(is_its)
}

/// Of words written apart the place among each other, as they are read.
fn place_of(field: &str) -> Option<(Option<Subject>, Option<CommentName>, Slot, u32)> {
    match Field::parse(field) {
        Some(Field::Part(part, key)) => Some((Some(part), None, key.slot, key.generation)),
        Some(Field::Comment(name, key)) => Some((None, Some(name), key.slot, key.generation)),
        _ => None,
    }
}

/// Whose words are in an entry, which they can take out of it.
pub(super) fn words_by(raw: &RawEntry) -> Vec<Person> {
    let persons: BTreeSet<Person> = keys(raw).filter_map(|field| word_in(raw, field)).collect();
    persons.into_iter().collect()
}

/// Where something stands in an entry, its text among it.
fn keys(raw: &RawEntry) -> impl Iterator<Item = &String> {
    raw.fields.keys().chain(raw.texts.keys())
}

/// Whether there is anything at that key.
fn stands_in(raw: &RawEntry, field: &str) -> bool {
    raw.fields.contains_key(field) || raw.texts.get(field).is_some_and(|text| !text.is_empty())
}

/// Whose words a field of an entry holds, if it holds any, and not only what somebody says of
/// something. That a page of one's own was written on goes with what was written there.
fn word_in(raw: &RawEntry, field: &str) -> Option<Person> {
    let is_whole =
        |person: &Person| Text::of(raw).is_some_and(|text| text.hands == Hands::One(*person));
    if !stands_in(raw, field) {
        return None;
    }
    word_of(field).or_else(|| written_by(field).filter(is_whole))
}

/// Who says that they have written on a page.
fn written_by(field: &str) -> Option<Person> {
    match Field::parse(field) {
        Some(Field::Own(Class::Claim, subject, owner)) if subject.name() == name::WRITTEN => {
            Some(Person { slot: owner.slot, generation: owner.generation })
        }
        _ => None,
    }
}

/// Whose words a field holds, if it holds any.
fn word_of(field: &str) -> Option<Person> {
    match Field::parse(field) {
        Some(Field::Text(Hands::One(person))) => Some(person),
        Some(
            Field::Words(key)
            | Field::Comment(_, key)
            | Field::Part(_, key)
            | Field::Closed(_, key),
        ) => Some(Person { slot: key.slot, generation: key.generation }),
        Some(Field::Own(class, subject, owner))
            if class != Class::Claim || [name::TAG, name::INTENSITY].contains(&subject.name()) =>
        {
            Some(Person { slot: owner.slot, generation: owner.generation })
        }
        Some(
            Field::Text(Hands::Both)
            | Field::Key(..)
            | Field::Own(..)
            | Field::Reaction(_)
            | Field::Rev(_)
            | Field::Kind
            | Field::Version
            | Field::Order
            | Field::Day,
        )
        | None => None,
    }
}
