//! Writing: one transaction, one change.
//!
//! An edit collects what it does as [`Operation`]s, as the other phone will read them out of the
//! change, so that its author can ask the law first.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId as ExId, ObjType, ReadDoc, ScalarValue, Value};

use super::change::{Change, MalformedChange};
use super::genesis::ENTRIES;
use super::guard::quietly;
use super::key::EntryKey;
use super::limits::{
    HEADER_BYTES, MAX_CHANGE_BYTES, MAX_DEPS, MAX_FIELD_BYTES, MAX_OPS_PER_CHANGE, MAX_TEXT_UNITS,
};
use super::operation::{self, Operation, Scalar};
use super::receive::link_of;
use super::scan::object_of;
use super::{Document, Poisoned};

/// An edit under way.
#[derive(Debug)]
pub struct Edit<'a> {
    transaction: Transaction<'a>,
    operations: Vec<Operation>,
    bytes: usize,
    ops: u64,
}

/// Why an edit was not made. Nothing of it is in the document then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The law forbids it.
    #[error("this would be against the rules of the notebook: {0}")]
    Unlawful(&'static str),
    /// There is no such entry.
    #[error("there is no such entry in this volume; create it first")]
    NoEntry,
    /// There is such an entry.
    #[error("this entry exists; an entry is created once, under a new random key")]
    EntryExists,
    /// The name of a field is empty or longer than [`MAX_FIELD_BYTES`].
    #[error("a field needs a name of 1 to 200 bytes")]
    FieldName,
    /// A value was to be put where a text is, or text edited where none is.
    #[error("this field holds something of another kind; read the entry again")]
    WrongKind,
    /// The position is outside the text or inside a character.
    #[error("this position is outside the text or in the middle of a character; read it again")]
    Position,
    /// The text would exceed [`MAX_TEXT_UNITS`].
    #[error("this page would be longer than 65536 characters; continue on another page")]
    TextTooLong,
    /// The change would exceed [`MAX_CHANGE_BYTES`] or [`MAX_OPS_PER_CHANGE`].
    #[error("this is too much for one edit; write it in several")]
    TooLarge,
    /// See [`Poisoned`].
    #[error("this phone failed to write; load the document again from the store")]
    Poisoned,
}

impl From<Poisoned> for EditError {
    fn from(_: Poisoned) -> Self {
        Self::Poisoned
    }
}

enum Outcome {
    Nothing,
    /// So many entries were made.
    Written(usize),
    Failed(EditError),
}

impl Document {
    /// Makes one change by this phone's writer, or none if nothing was changed.
    ///
    /// # Errors
    /// Whatever `write` returns, after undoing what it did; [`EditError::TooLarge`], mostly found
    /// before anything is committed; and [`EditError::Poisoned`]. Where the document did not survive
    /// the error, [`Document::is_broken`] says so.
    pub fn edit(
        &mut self,
        write: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
    ) -> Result<Option<Change>, EditError> {
        if self.is_broken {
            return Err(EditError::Poisoned);
        }
        if self.automerge.get_heads().len() as u64 >= MAX_DEPS {
            return Err(EditError::TooLarge);
        }
        let automerge = &mut self.automerge;
        let made = quietly(|| {
            let transaction = automerge.transaction();
            match run(transaction, write) {
                Outcome::Written(births) => automerge
                    .get_last_local_change()
                    .ok_or(EditError::Poisoned)
                    .map(|change| Some((change.raw_bytes().to_vec(), births))),
                Outcome::Nothing => Ok(None),
                Outcome::Failed(error) => Err(error),
            }
        });
        let noted = match made.unwrap_or(Err(EditError::Poisoned)) {
            Ok(Some((bytes, births))) => {
                self.entries += births;
                self.note(bytes)
            }
            Ok(None) => return Ok(None),
            Err(EditError::Poisoned) => Err(EditError::Poisoned),
            Err(error) => return Err(error),
        };
        self.is_broken = noted.is_err();
        noted.map(Some)
    }

    /// Reads what was committed and adds it to the history. If that fails there is no way back, as
    /// Automerge cannot undo a commit.
    fn note(&mut self, bytes: Vec<u8>) -> Result<Change, EditError> {
        let change = Change::parse(bytes).map_err(|malformed| match malformed {
            MalformedChange::TooLarge => EditError::TooLarge,
            _ => EditError::Poisoned,
        })?;
        let past = self.history.past(change.deps()).ok_or(EditError::Poisoned)?;
        self.history.add(change.writer(), link_of(&change), past);
        self.note_thread(&change);
        Ok(change)
    }
}

fn run(
    transaction: Transaction<'_>,
    write: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
) -> Outcome {
    let mut edit = Edit { transaction, operations: Vec::new(), bytes: 0, ops: 0 };
    let written = write(&mut edit);
    let is_too_large =
        edit.bytes > MAX_CHANGE_BYTES - HEADER_BYTES || edit.ops > MAX_OPS_PER_CHANGE;
    let failure = match written {
        Err(error) => Some(error),
        Ok(()) if is_too_large => Some(EditError::TooLarge),
        Ok(()) => None,
    };
    let births = operation::births(&edit.operations);
    let transaction = edit.transaction;
    if let Some(error) = failure {
        transaction.rollback();
        return Outcome::Failed(error);
    }
    if transaction.pending_ops() == 0 {
        transaction.rollback();
        return Outcome::Nothing;
    }
    transaction.commit();
    Outcome::Written(births)
}

impl Edit<'_> {
    /// What was done so far, as the law sees it.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// A new entry, complete: its fields, and one empty or begun text for two hands if `text`
    /// names a field and says what stands in it.
    ///
    /// # Errors
    /// [`EditError::EntryExists`], [`EditError::FieldName`], [`EditError::TextTooLong`].
    pub fn create_entry(
        &mut self,
        entry: &EntryKey,
        fields: &[(&str, Scalar)],
        text: Option<(&str, &str)>,
    ) -> Result<(), EditError> {
        let entries = object_of(ENTRIES);
        if self.transaction.get(&entries, entry.as_str()).map_err(failed)?.is_some() {
            return Err(EditError::EntryExists);
        }
        self.spend(entry.as_str().len(), 1);
        let made = self.transaction.put_object(&entries, entry.as_str(), ObjType::Map);
        let object = made.map_err(failed)?;
        self.operations.push(Operation::CreateEntry { entry: entry.clone() });
        for (field, value) in fields {
            self.put_at(&object, entry, field, value.clone(), true)?;
        }
        let Some((field, words)) = text else { return Ok(()) };
        check_name(field)?;
        self.spend(field.len(), 1);
        let made = self.transaction.put_object(&object, field, ObjType::Text);
        let page = made.map_err(failed)?;
        let (entry, field) = (entry.clone(), field.to_owned());
        self.operations.push(Operation::MakeText {
            entry: entry.clone(),
            field: field.clone(),
            replaces: 0,
            is_at_birth: true,
        });
        self.splice_at(&page, entry, field, (0, 0), words)
    }

    /// Another value for a field, replacing all that stand there. Does nothing if it stands there
    /// already, alone.
    ///
    /// # Errors
    /// [`EditError::NoEntry`], [`EditError::FieldName`], [`EditError::WrongKind`].
    pub fn put(&mut self, entry: &EntryKey, field: &str, value: Scalar) -> Result<(), EditError> {
        let object = self.object(entry)?;
        self.put_at(&object, entry, field, value, false)
    }

    /// Replaces `delete` UTF-16 units from position `at` of a text by `insert`.
    ///
    /// # Errors
    /// [`EditError::NoEntry`], [`EditError::WrongKind`], [`EditError::Position`],
    /// [`EditError::TextTooLong`].
    pub fn splice(
        &mut self,
        entry: &EntryKey,
        field: &str,
        (at, delete): (usize, usize),
        insert: &str,
    ) -> Result<(), EditError> {
        let object = self.object(entry)?;
        match self.transaction.get(&object, field).map_err(failed)? {
            Some((Value::Object(ObjType::Text), page)) => {
                self.splice_at(&page, entry.clone(), field.to_owned(), (at, delete), insert)
            }
            _ => Err(EditError::WrongKind),
        }
    }

    fn put_at(
        &mut self,
        object: &ExId,
        entry: &EntryKey,
        field: &str,
        value: Scalar,
        is_at_birth: bool,
    ) -> Result<(), EditError> {
        check_name(field)?;
        let standing = self.transaction.get_all(object, field).map_err(failed)?;
        if standing.iter().any(|(value, _)| value.is_object()) {
            return Err(EditError::WrongKind);
        }
        let scalar = to_automerge(&value);
        if let [(only, _)] = standing.as_slice()
            && only.as_scalar() == Some(&scalar)
        {
            return Ok(());
        }
        let replaces = u32::try_from(standing.len()).unwrap_or(u32::MAX);
        self.spend(field.len() + size(&value) + 24 * standing.len(), 1);
        self.transaction.put(object, field, scalar).map_err(failed)?;
        let (entry, field) = (entry.clone(), field.to_owned());
        self.operations.push(Operation::Put { entry, field, value, replaces, is_at_birth });
        Ok(())
    }

    fn splice_at(
        &mut self,
        page: &ExId,
        entry: EntryKey,
        field: String,
        (at, delete): (usize, usize),
        insert: &str,
    ) -> Result<(), EditError> {
        let text = self.transaction.text(page).map_err(failed)?;
        let end = at.checked_add(delete).ok_or(EditError::Position)?;
        let (start, end) = (byte_at(&text, at), byte_at(&text, end));
        let (Some(start), Some(end)) = (start, end) else { return Err(EditError::Position) };
        let removed = text.get(start..end).unwrap_or_default().chars().count();
        let inserted = insert.encode_utf16().count();
        if removed == 0 && inserted == 0 {
            return Ok(());
        }
        if text.encode_utf16().count() - delete + inserted > MAX_TEXT_UNITS {
            return Err(EditError::TextTooLong);
        }
        let added = insert.chars().count();
        // Lengths of characters are run-length encoded, and so are the names of removed ones, of
        // which neighbours were mostly typed in a row.
        self.spend(insert.len() + 2 * length_runs(insert) + 3 * removed, (added + removed) as u64);
        let delete = isize::try_from(delete).map_err(|_| EditError::Position)?;
        self.transaction.splice_text(page, at, delete, insert).map_err(failed)?;
        let inserted = u32::try_from(inserted).unwrap_or(u32::MAX);
        let removed = u32::try_from(removed).unwrap_or(u32::MAX);
        if let Some(Operation::EditText { entry: last, field: same, inserted: i, removed: r }) =
            self.operations.last_mut()
            && *last == entry
            && *same == field
        {
            *i += inserted;
            *r += removed;
            return Ok(());
        }
        self.operations.push(Operation::EditText { entry, field, inserted, removed });
        Ok(())
    }

    fn object(&self, entry: &EntryKey) -> Result<ExId, EditError> {
        match self.transaction.get(object_of(ENTRIES), entry.as_str()).map_err(failed)? {
            Some((Value::Object(ObjType::Map), object)) => Ok(object),
            _ => Err(EditError::NoEntry),
        }
    }

    /// Counts what an operation takes at most, with about 24 bytes in the other columns.
    fn spend(&mut self, bytes: usize, ops: u64) {
        let rows = usize::try_from(ops).unwrap_or(usize::MAX).min(64);
        self.bytes = self.bytes.saturating_add(bytes).saturating_add(24 * rows);
        self.ops = self.ops.saturating_add(ops);
    }
}

fn check_name(field: &str) -> Result<(), EditError> {
    let is_good = (1..=MAX_FIELD_BYTES).contains(&field.len());
    if is_good { Ok(()) } else { Err(EditError::FieldName) }
}

/// Where in UTF-8 a position in UTF-16 is, if it is between two characters.
fn byte_at(text: &str, at: usize) -> Option<usize> {
    let mut units = 0;
    for (byte, character) in text.char_indices() {
        if units >= at {
            return (units == at).then_some(byte);
        }
        units += character.len_utf16();
    }
    (units == at).then_some(text.len())
}

fn length_runs(text: &str) -> usize {
    let lengths = || text.chars().map(char::len_utf8);
    1 + lengths().zip(lengths().skip(1)).filter(|(a, b)| a != b).count()
}

fn to_automerge(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Str(text) => ScalarValue::Str(text.as_str().into()),
        Scalar::Uint(number) => ScalarValue::Uint(*number),
        Scalar::Int(number) => ScalarValue::Int(*number),
        Scalar::Bool(yes) => ScalarValue::Boolean(*yes),
        Scalar::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}

fn size(value: &Scalar) -> usize {
    match value {
        Scalar::Str(text) => text.len(),
        Scalar::Bytes(bytes) => bytes.len(),
        Scalar::Uint(_) | Scalar::Int(_) | Scalar::Bool(_) => 10,
    }
}

/// Automerge refuses only what was checked before, so this is a fault.
fn failed(_: automerge::AutomergeError) -> EditError {
    EditError::Poisoned
}
