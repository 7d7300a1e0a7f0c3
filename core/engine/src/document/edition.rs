//! The next edition of a volume: everything that stands in it, without some of it, and without what
//! stood there before.
//!
//! Automerge keeps what was deleted. So what is to be gone for good is left out of a document that
//! is begun anew from values: genesis of the next edition, a *clock*, and then one chain of changes
//! by nobody ([`GENESIS_WRITER`]), made of the entries in order of their keys. The same document
//! without the same fields gives the same bytes on every phone, which is how another phone proves an
//! edition: by making it. The hash of its last change names all of it.
//!
//! The clock is a change that does nothing but start late: its number is one after the last
//! operation of the edition before. So orders, revisions and rounds that stand, none of which may
//! claim a later place than its change, stay behind those that are written from then on.
//!
//! Deliberately not here: whose a field is, and so who may leave it out. What a text was before, and
//! who typed which of its characters, is not carried over: nothing else in a lawful entry says less
//! than before, as every key names its writer.

use couplet_proto::hash::Hash;
use couplet_proto::ids::Edition;

use super::change::{Change, MalformedChange};
use super::cursor::write_unsigned;
use super::edit::{Edit, EditError};
use super::genesis::{GENESIS_WRITER, genesis};
use super::key::EntryKey;
use super::limits::MAX_CHANGE_BYTES;
use super::operation::Scalar;
use super::read::RawEntry;
use super::{Document, LoadError, OpId};

/// Why there is no next edition of a volume. It stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEdition {
    /// A field has more than one value, or an entry more than one text, which no app of ours makes.
    #[error(
        "something in the notebook was written by a broken app; nothing can be erased beside it"
    )]
    Unlawful,
    /// Automerge failed, or the volume is broken.
    #[error("this phone failed to write a part of the notebook anew; try again after an update")]
    Failed,
}

impl From<EditError> for NoEdition {
    fn from(_: EditError) -> Self {
        Self::Failed
    }
}

impl From<LoadError> for NoEdition {
    fn from(_: LoadError) -> Self {
        Self::Failed
    }
}

impl From<MalformedChange> for NoEdition {
    fn from(_: MalformedChange) -> Self {
        Self::Failed
    }
}

/// What is written of one entry, in one change or, of a large one, in several.
struct Piece<'a> {
    entry: &'a EntryKey,
    fields: &'a [(String, Scalar)],
    /// At the entry's birth; its text, if it has one.
    birth: Option<Option<(&'a str, &'a str)>>,
    weight: usize,
}

impl Document {
    /// The next edition of this volume without the fields that are left out, and the words of the texts
    /// that are, and the changes that it is made of, in order, after its genesis. Fields that were
    /// written apart, at the same place in the order of all operations, come as `place` says: what is
    /// read in an order stays in it.
    ///
    /// # Errors
    /// [`NoEdition`].
    pub fn next_edition<P: Ord>(
        &self,
        is_left_out: &dyn Fn(&EntryKey, &str) -> bool,
        place: &dyn Fn(&str) -> P,
    ) -> Result<(Self, Vec<Change>), NoEdition> {
        let number = self.edition.0.checked_add(1).ok_or(NoEdition::Failed)?;
        let edition = Edition(number);
        let first = clock(genesis(self.volume, edition)?.hash(), self.next_op())?;
        let (volume, writer) = (self.volume, GENESIS_WRITER);
        let mut next = Self::load(volume, edition, writer, None, vec![first.clone()])?;
        let mut changes = vec![first];
        let entries = self.standing(is_left_out, place)?;
        let pieces: Vec<Piece<'_>> = entries.iter().flat_map(pieces).collect();
        let mut rest = pieces.as_slice();
        while !rest.is_empty() {
            let (ready, later) = rest.split_at(fill(rest));
            rest = later;
            changes.extend(next.edit(|edit| ready.iter().try_for_each(|it| it.write(edit)))?);
        }
        next.set_writer(self.writer);
        Ok((next, changes))
    }

    /// The last change of this edition that nobody made: it names what the edition began with. Of a
    /// first edition it is the genesis.
    #[must_use]
    pub fn beginning(&self) -> Option<Hash> {
        self.changes_of(&GENESIS_WRITER).last()
    }

    /// Where this edition begins among all operations; nothing of a first one, which begins with them.
    #[must_use]
    pub fn clock(&self) -> Option<u64> {
        let clock = self.changes_of(&GENESIS_WRITER).nth(1)?;
        Some(self.change(&clock)?.start_op())
    }

    fn standing<P: Ord>(
        &self,
        is_left_out: &dyn Fn(&EntryKey, &str) -> bool,
        place: &dyn Fn(&str) -> P,
    ) -> Result<Vec<Standing>, NoEdition> {
        if self.is_broken {
            return Err(NoEdition::Failed);
        }
        let mut entries = Vec::new();
        for key in self.entries() {
            let raw = self.entry(&key).ok_or(NoEdition::Failed)?;
            entries.push(Standing::of(key, raw, is_left_out, place)?);
        }
        Ok(entries)
    }
}

/// An entry's fields in the order in which they were written, and its text.
struct Standing {
    key: EntryKey,
    fields: Vec<(String, Scalar)>,
    text: Option<(String, String)>,
}

impl Standing {
    fn of<P: Ord>(
        key: EntryKey,
        raw: RawEntry,
        is_left_out: &dyn Fn(&EntryKey, &str) -> bool,
        place: &dyn Fn(&str) -> P,
    ) -> Result<Self, NoEdition> {
        let mut fields = Vec::new();
        for (field, mut values) in raw.fields {
            let (Some(value), true) = (values.pop(), values.is_empty()) else {
                return Err(NoEdition::Unlawful);
            };
            if !is_left_out(&key, &field) {
                let OpId { counter, writer } = value.by;
                fields.push(((counter, place(&field), writer, field), value.scalar));
            }
        }
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        let fields = fields.into_iter().map(|((.., field), scalar)| (field, scalar)).collect();
        let mut texts = raw.texts.into_iter();
        match (texts.next(), texts.next()) {
            // A text is made with its entry or never: one that is left out is there, and empty.
            (Some((field, _)), None) if is_left_out(&key, &field) => {
                Ok(Self { key, fields, text: Some((field, String::new())) })
            }
            (text, None) => Ok(Self { key, fields, text }),
            _ => Err(NoEdition::Unlawful),
        }
    }
}

/// An entry as pieces, none of which is too much for a change.
fn pieces(entry: &Standing) -> Vec<Piece<'_>> {
    let text = entry.text.as_ref().map(|(field, words)| (field.as_str(), words.as_str()));
    let heavy = text.map_or(0, |(_, words)| 6 * words.len());
    let mut pieces = Vec::new();
    let mut rest = entry.fields.as_slice();
    loop {
        let mut weight = if pieces.is_empty() { heavy + FIELD } else { 0 };
        let fits = |(field, value): &&(String, Scalar)| {
            weight += FIELD + field.len() + size(value);
            weight <= PIECE
        };
        let count = rest.iter().take_while(fits).count().max(usize::from(!pieces.is_empty()));
        let (fields, later) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        let weight = fields.iter().map(|(field, value)| FIELD + field.len() + size(value));
        let weight = weight.sum::<usize>() + if pieces.is_empty() { heavy + FIELD } else { 0 };
        let birth = pieces.is_empty().then_some(text);
        pieces.push(Piece { entry: &entry.key, fields, birth, weight });
        rest = later;
        if rest.is_empty() {
            return pieces;
        }
    }
}

/// How many of the first pieces go into one change, at least one.
fn fill(pieces: &[Piece<'_>]) -> usize {
    let mut weight = 0;
    let fits = |piece: &&Piece<'_>| {
        weight += piece.weight;
        weight <= PIECE
    };
    pieces.iter().take_while(fits).count().max(1)
}

impl Piece<'_> {
    fn write(&self, edit: &mut Edit<'_>) -> Result<(), EditError> {
        match self.birth {
            Some(text) => {
                let fields = self.fields.iter().map(|(f, value)| (f.as_str(), value.clone()));
                edit.create_entry(self.entry, &fields.collect::<Vec<_>>(), text)
            }
            None => self.fields.iter().try_for_each(|(f, v)| edit.put(self.entry, f, v.clone())),
        }
    }
}

fn size(value: &Scalar) -> usize {
    match value {
        Scalar::Str(text) => text.len(),
        Scalar::Bytes(bytes) => bytes.len(),
        Scalar::Uint(_) | Scalar::Int(_) | Scalar::Bool(_) => 10,
    }
}

/// Bytes of a change that is begun with another piece: with room for what a piece may weigh more
/// than was thought.
const PIECE: usize = MAX_CHANGE_BYTES / 2;

/// What a field needs beside its name and its value.
const FIELD: usize = 32;

/// A change that does nothing but start at that operation: it puts nothing at the key `clock` of the
/// root.
fn clock(after: Hash, start: u64) -> Result<Change, MalformedChange> {
    let mut contents = vec![1];
    contents.extend_from_slice(&after.0);
    contents.push(16);
    contents.extend_from_slice(&GENESIS_WRITER.0);
    // Its second change; then where it starts, no time, no message, no others.
    contents.push(2);
    write_unsigned(&mut contents, start);
    contents.extend_from_slice(&[0, 0, 0]);
    contents.extend_from_slice(&CLOCK);
    Change::from_contents(&contents)
}

/// Five columns: key, insert, action, kind of value, predecessors. Written once by Automerge 0.12.0.
#[rustfmt::skip]
const CLOCK: [u8; 25] = [
    5,
    0x15, 7, 0x34, 1, 0x42, 2, 0x56, 2, 0x70, 2,
    127, 5, b'c', b'l', b'o', b'c', b'k',
    1,
    127, 1,
    127, 0,
    127, 0,
];

#[cfg(test)]
mod tests {
    use automerge::ROOT;
    use automerge::transaction::Transactable as _;
    use couplet_proto::ids::Volume;

    use super::*;

    #[test]
    fn the_clock_is_spelled_as_automerge_spells_it() {
        let edition = Edition(1);
        let mut document = Document::begin(Volume(0), edition, GENESIS_WRITER).unwrap();
        let mut transaction = document.automerge.transaction();
        transaction.put(ROOT, "clock", automerge::ScalarValue::Null).unwrap();
        transaction.commit();
        let written = document.automerge.get_last_local_change().unwrap().raw_bytes().to_vec();
        let first = genesis(Volume(0), edition).unwrap().hash();
        assert_eq!(clock(first, 3), Change::parse(written));
    }

    #[test]
    fn a_document_that_begins_late_is_saved_and_loaded() {
        let first = genesis(Volume(0), Edition(1)).unwrap().hash();
        let late = clock(first, 1_000_000).unwrap();
        let writer = couplet_proto::ids::WriterId([7; 16]);
        let mut document = Document::load(Volume(0), Edition(1), writer, None, vec![late]).unwrap();
        assert_eq!(document.next_op(), 1_000_001);
        let entry = EntryKey::from_random(couplet_proto::ids::Slot::First, [1; 16]);
        let fields = [("kind", Scalar::Str("note".to_owned()))];
        let change = document.edit(|edit| edit.create_entry(&entry, &fields, None)).unwrap();
        assert_eq!(change.unwrap().start_op(), 1_000_001);
        let saved = document.save().unwrap();
        let again = Document::load(Volume(0), Edition(1), writer, Some(&saved), Vec::new());
        let again = again.unwrap();
        assert_eq!((again.heads(), again.next_op()), (document.heads(), document.next_op()));
        assert_eq!(again.entry(&entry), document.entry(&entry));
    }
}
