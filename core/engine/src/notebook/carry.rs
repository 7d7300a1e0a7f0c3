//! Carrying words over: what stood in changes that can never be applied, written anew.
//!
//! A store that was restored or cloned may hold changes that another branch of the same writer has
//! taken the place of. The volume is then read again without them, and whatever words they held is
//! written by a new writer: own words as further values under its own keys, so that two truths are
//! both shown, and the edits of pages one by one onto what the page has become.
//!
//! Deliberately not here: what was said of an entry that another wrote and that is gone with the
//! lost changes, or what a page has no room for. It cannot be written anew, and whoever carries over
//! keeps the lost changes themselves.

use couplet_proto::hash::Hash;
use couplet_proto::ids::{Slot, WriterId};
use serde::{Deserialize, Serialize};

use super::claim::{Claim, RevMap};
use super::deed::{claim, is_counted, put_rev};
use super::done::written_once_more;
use super::edition::is_in;
use super::law::Author;
use super::name::ItemId;
use super::page::Text;
use super::schema::{Class, Field, Owner, Subject, name};
use super::sheet::Sheet;
use super::{CannotWrite, Notebook, Written, page};
use crate::document::{Change, Edit, EditError, EntryKey, OpId, RawEntry, Scalar};
use crate::text::rebase;

/// A value to be written anew: who wrote it when, its key and what it is.
pub(super) type Missing = (OpId, String, Scalar);

/// What a change did to a page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PageEdit {
    change: Hash,
    before: String,
    after: String,
}

impl Notebook {
    /// Whether that change is in this volume.
    #[must_use]
    pub fn has_change(&self, hash: &Hash) -> bool {
        self.document.has_change(hash)
    }

    /// Writes anew what `lost` changes held, as far as it can be: `old` is this volume with them in
    /// it.
    ///
    /// # Errors
    /// [`CannotWrite`], if the volume broke; what was carried so far is in the volume, which must be read again.
    pub fn carry_over(&mut self, old: &Self, lost: &[Change]) -> Result<Vec<Written>, CannotWrite> {
        let mut written = Vec::new();
        if lost.is_empty() {
            return Ok(written);
        }
        for key in old.document.entries() {
            let Some(stood) = old.document.entry(&key) else { continue };
            if self.document.entry(&key).is_none() {
                written.extend(self.carry_birth(&key, &stood, lost)?);
                written.extend(self.note_anew(&key, &stood, old, lost)?);
            }
            let missing = self.missing(&key, &stood, lost);
            written.extend(self.carry_fields(&key, missing, None)?);
            let edits = old.edits_of(&key, lost);
            written.extend(self.carry_text((&key, &stood), &edits, true)?);
        }
        Ok(written)
    }

    /// The entry again, under its old name, with its first words.
    pub(super) fn carry_birth(
        &mut self,
        key: &EntryKey,
        stood: &RawEntry,
        lost: &[Change],
    ) -> Result<Option<Written>, CannotWrite> {
        if key.slot() != self.slot || !is_born_in(stood, lost) {
            return Ok(None);
        }
        let author = self.author();
        let mut fields = Vec::new();
        let mut has_words = false;
        for (field, values) in &stood.fields {
            let Some(value) = values.first() else { continue };
            match Field::parse(field) {
                Some(Field::Order) => {
                    fields.push((field.clone(), in_order(&value.scalar, author.start)));
                }
                Some(Field::Kind | Field::Version | Field::Day) => {
                    fields.push((field.clone(), value.scalar.clone()));
                }
                Some(Field::Words(_) | Field::Closed(..)) if !has_words && is_of(field, lost) => {
                    has_words = true;
                    let field = renamed(field, lost, author.writer);
                    fields.push((field, value.scalar.clone()));
                }
                _ => {}
            }
        }
        let fields: Vec<_> = fields.iter().map(|(f, value)| (f.as_str(), value.clone())).collect();
        let text = Text::of(stood).map(|text| (text.field, text.words));
        self.carry(key, |edit, _| edit.create_entry(key, &fields, text))
    }

    /// Every value that stood there and does not here, with a key of this writer's.
    fn missing(&self, key: &EntryKey, stood: &RawEntry, lost: &[Change]) -> Vec<Missing> {
        let author = self.author();
        let mut missing = Vec::new();
        let Some(stands) = self.document.entry(key) else { return missing };
        for (field, values) in &stood.fields {
            let mine = renamed(field, lost, author.writer);
            let is_own = mine != *field || field.ends_with(&author.writer.to_string());
            let is_rev = matches!(Field::parse(field), Some(Field::Rev(_)));
            if !is_own || is_rev || (mine == *field && stands.fields.contains_key(field)) {
                continue;
            }
            // Another phone of this person's that had lost the same may have written it anew.
            let before = mine.strip_suffix(&author.writer.to_string()).unwrap_or(&mine);
            let is_theirs = |f: &&String| f.len() == mine.len() && f.starts_with(before);
            let is_here = |scalar: &Scalar| {
                let written = stands.fields.iter().filter(|(f, _)| *f == field || is_theirs(f));
                written.flat_map(|(_, values)| values).any(|value| value.scalar == *scalar)
            };
            let gone =
                values.iter().filter(|value| is_in(lost, value.by) && !is_here(&value.scalar));
            missing.extend(gone.map(|value| (value.by, mine.clone(), value.scalar.clone())));
        }
        missing
    }

    /// Writes values, under keys of this writer's. In an edition that begins at `clock` whoever let
    /// the page go has seen their own words as they are written anew.
    pub(super) fn carry_fields(
        &mut self,
        key: &EntryKey,
        mut missing: Vec<Missing>,
        clock: Option<u64>,
    ) -> Result<Vec<Written>, CannotWrite> {
        // As they were written: an answer is made after what it answers.
        missing.sort();
        let mut written = Vec::new();
        while !missing.is_empty() {
            let rest = missing.split_off(self.at_once(&missing));
            let ready = std::mem::replace(&mut missing, rest);
            let change = self.carry_values(key, &ready, clock)?;
            if change.is_none() && ready.len() > 1 {
                // They were several changes, and are too much for one.
                for value in ready {
                    written.extend(self.carry_values(key, &[value], clock)?);
                }
            }
            written.extend(change);
        }
        Ok(written)
    }

    /// How many of these, at least one, may be one change: a late revision must wait for the ones
    /// before it to make the volume long enough, and what was written after its person had said what
    /// they think of the page is not to be of what they had seen.
    fn at_once(&self, values: &[Missing]) -> usize {
        let start = self.author().start;
        let mut has_said = false;
        let fits = |(_, field, _): &&Missing| {
            let is_unseen = has_said && is_new(field);
            has_said |= speaks_of_all(field);
            revision(field) <= start && !is_unseen
        };
        values.iter().take_while(fits).count().max(1)
    }

    fn carry_values(
        &mut self,
        key: &EntryKey,
        values: &[Missing],
        clock: Option<u64>,
    ) -> Result<Option<Written>, CannotWrite> {
        let is_counted = values.iter().any(|(_, field, _)| is_new(field));
        let me = self.document.writer();
        let raw = self.document.entry(key).unwrap_or_default();
        let before = Sheet::read(key.slot(), &raw).revs.of(me);
        self.carry(key, |edit, author| {
            let own = if is_counted { author.start } else { before };
            for (_, field, value) in values {
                let value = match clock.filter(|_| speaks_of_all(field)) {
                    Some(clock) => seen_anew(value, (me, own), clock),
                    None => value.clone(),
                };
                edit.put(key, field, in_time(field, value, author.start))?;
            }
            if is_counted { put_rev(edit, key, author) } else { Ok(()) }
        })
    }

    /// What each lost change did to a page, done to the page as it is; counted as written once more
    /// unless what counts it is carried over itself.
    pub(super) fn carry_text(
        &mut self,
        (key, stood): (&EntryKey, &RawEntry),
        edits: &[PageEdit],
        is_counted: bool,
    ) -> Result<Vec<Written>, CannotWrite> {
        let mut written = Vec::new();
        for PageEdit { change, before, after } in edits {
            let Some(raw) = self.document.entry(key) else { break };
            let Some(Text { field, words: now, .. }) = Text::of(&raw) else { break };
            let is_as_it_stood = Text::of(stood).is_some_and(|text| text.words == now);
            if is_as_it_stood || is_anew(&raw, change) {
                continue;
            }
            let splices = rebase(before, after, now);
            written.extend(self.carry(key, |edit, author| {
                let (of, once) = anew(&raw, key.slot(), author, change);
                edit.put(key, &of.to_string(), once)?;
                let once_more = is_counted.then(|| written_once_more(&raw, key.slot(), author));
                page::put(edit, (key, field), &splices, once_more)
            })?);
        }
        Ok(written)
    }

    /// Of a page that was made anew: which lost changes are in it already.
    fn note_anew(
        &mut self,
        key: &EntryKey,
        stood: &RawEntry,
        old: &Self,
        lost: &[Change],
    ) -> Result<Option<Written>, CannotWrite> {
        let Some(raw) = self.document.entry(key) else { return Ok(None) };
        if Text::of(stood).is_none() {
            return Ok(None);
        }
        let mut on_it = old.edits_of(key, lost);
        on_it.retain(|edit| !is_anew(&raw, &edit.change));
        self.carry(key, |edit, author| {
            on_it.iter().try_for_each(|one| {
                let (field, once) = anew(&raw, key.slot(), author, &one.change);
                edit.put(key, &field.to_string(), once)
            })
        })
    }

    /// What these changes did to a page, in their order.
    pub(super) fn edits_of(&self, key: &EntryKey, changes: &[Change]) -> Vec<PageEdit> {
        let raw = self.document.entry(key).unwrap_or_default();
        let Some(Text { field, .. }) = Text::of(&raw) else { return Vec::new() };
        let edit = |change: &Change| {
            let before = self.document.text_at(key, field, change.deps())?;
            let after = self.document.text_at(key, field, &[change.hash()])?;
            let change = change.hash();
            (before != after).then_some(PageEdit { change, before, after })
        };
        changes.iter().filter_map(edit).collect()
    }

    /// Writes it, if it can be written: nothing of it is in the volume otherwise.
    fn carry(
        &mut self,
        key: &EntryKey,
        write: impl FnOnce(&mut Edit<'_>, Author) -> Result<(), EditError>,
    ) -> Result<Option<Written>, CannotWrite> {
        let author = self.author();
        let change = match self.commit(author, |edit| write(edit, author)) {
            Ok(change) => change,
            Err(broken @ CannotWrite::Edit(EditError::Poisoned)) => return Err(broken),
            Err(_) => None,
        };
        change.map(|change| self.written(key, Some(change))).transpose()
    }
}

/// Whether the entry was made by one of these changes.
fn is_born_in(stood: &RawEntry, lost: &[Change]) -> bool {
    let kind = stood.fields.get(&Field::Kind.to_string()).and_then(|values| values.first());
    kind.is_some_and(|kind| lost.iter().any(|change| change.writer() == kind.by.writer))
}

/// Under what it is noted that a change was done again.
fn subject_of(change: &Hash) -> Subject {
    Subject::new(name::ANEW, Some(ItemId::from_random(change.truncated())))
}

/// That what a lost change did is done again.
fn anew(raw: &RawEntry, of: Slot, author: Author, change: &Hash) -> (Field, Scalar) {
    let Author { slot, generation, writer, .. } = author;
    let (me, at) = (Owner { slot, generation, writer }, (Class::Claim, subject_of(change)));
    claim(&Sheet::read(of, raw), me, at, String::new(), RevMap::default())
}

/// Whether anybody has done again what a lost change did.
fn is_anew(raw: &RawEntry, change: &Hash) -> bool {
    let subject = subject_of(change);
    let is_it =
        |field: &String| matches!(Field::parse(field), Some(Field::Own(_, it, _)) if it == subject);
    raw.fields.keys().any(is_it)
}

/// Whether the key is that of a writer of these changes.
fn is_of(field: &str, lost: &[Change]) -> bool {
    lost.iter().any(|change| field.ends_with(&change.writer().to_string()))
}

/// The key with this writer in the place of a lost one.
pub(super) fn renamed(field: &str, lost: &[Change], to: WriterId) -> String {
    let of = lost.iter().map(|change| change.writer().to_string());
    match of.into_iter().find(|from| field.ends_with(from.as_str())) {
        Some(from) => {
            field.strip_suffix(from.as_str()).unwrap_or(field).to_owned() + &to.to_string()
        }
        None => field.to_owned(),
    }
}

/// The key of some writer with this one in its place: all of them are written alike.
pub(super) fn of_writer(field: &str, to: WriterId) -> String {
    let to = to.to_string();
    let before = field.len().checked_sub(to.len()).and_then(|end| field.get(..end));
    before.map_or_else(|| field.to_owned(), |before| before.to_owned() + &to)
}

/// A place in the order that a change starting here may claim.
fn in_order(order: &Scalar, start: u64) -> Scalar {
    match order {
        Scalar::Uint(order) => Scalar::Uint((*order).min(start)),
        Scalar::Str(_) | Scalar::Int(_) | Scalar::Bool(_) | Scalar::Bytes(_) => Scalar::Uint(start),
    }
}

/// Which revision a key says it is; no change that starts before that place may write it.
fn revision(field: &str) -> u64 {
    match Field::parse(field) {
        Some(
            Field::Words(key)
            | Field::Comment(_, key)
            | Field::Part(_, key)
            | Field::Closed(_, key),
        ) => key.rev,
        _ => 0,
    }
}

/// Whether a change that writes that says where it starts.
fn is_new(field: &str) -> bool {
    Field::parse(field).is_some_and(|field| is_counted(&field))
}

/// Whether what is said there is said of all that its writer's changes had written on the page.
fn speaks_of_all(field: &str) -> bool {
    match Field::parse(field) {
        Some(Field::Own(Class::Claim, subject, _)) => {
            [name::LET_GO, name::PAUSE].contains(&subject.name())
        }
        _ => false,
    }
}

/// The same saying, of this writer's words as they are written anew: it had seen all before it. What
/// others wrote beyond the edition before starts elsewhere by now: of that it has seen nothing, and
/// its person is asked again.
fn seen_anew(said: &Scalar, (me, own): (WriterId, u64), clock: u64) -> Scalar {
    let Some(mut claim) = Claim::from_scalar(said) else { return said.clone() };
    claim.witness.lower_to(clock);
    if own > 0 {
        claim.witness.see(me, own);
    }
    claim.to_scalar()
}

/// A round of a reaction, or a claim, that a change starting here may make, and that says the same.
fn in_time(field: &str, value: Scalar, start: u64) -> Scalar {
    match (Field::parse(field), value) {
        (Some(Field::Reaction(_)), Scalar::Uint(round)) if round > start => {
            Scalar::Uint(start - (start ^ round) % 2)
        }
        (Some(Field::Own(..)), value) => match Claim::from_scalar(&value) {
            Some(claim) => claim.lowered(start).to_scalar(),
            None => value,
        },
        (_, value) => value,
    }
}
