//! What a notebook is outside the app, as values. How it is written into a file is the app's.

use couplet::{Edition, Slot, Volume};

use crate::device::{NotebookId, Person, PersonId};
use crate::entry::{Entry, NotebookHash, all};
use crate::error::CoupletError;
use crate::kinds::Kind;
use crate::runtime::run_blocking;

/// Everything shared in a notebook.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Export {
    /// The notebook.
    pub notebook: NotebookId,
    /// Who exported it.
    pub person: PersonId,
    /// What the persons call themselves.
    pub persons: Vec<Person>,
    /// The hash of everything shared.
    pub hash: String,
    /// The entries, the oldest first; behind them, in a vault, the drafts that it has.
    pub entries: Vec<Entry>,
    /// The changes that make them, in an order in which they can be applied.
    pub changes: Vec<PlacedChange>,
}

/// A change, and where in the notebook it belongs.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PlacedChange {
    /// The volume.
    pub volume: u32,
    /// The edition of that volume.
    pub edition: u32,
    /// The change as Automerge encodes it.
    pub bytes: Vec<u8>,
}

/// What an archive is made of: an export, without what can be read out of its changes.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Archive {
    /// The notebook it was taken out of.
    pub notebook: NotebookId,
    /// Who took it out.
    pub person: PersonId,
    /// What the persons called themselves.
    pub persons: Vec<Person>,
    /// The changes, as they were exported.
    pub changes: Vec<PlacedChange>,
}

/// Words to be imported.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Words {
    /// The kind of entry that they become.
    pub kind: Kind,
    /// Its day, days since 1970-01-01.
    pub day: i32,
    /// The words.
    pub text: String,
}

/// What came of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Imported {
    /// Entries written.
    pub written: u64,
    /// Entries that stood here already.
    pub held: u64,
}

/// The hash of the notebook that these changes make, and how many entries it has.
///
/// # Errors
/// [`CoupletError::InvalidInput`] if a change is damaged, [`CoupletError::Internal`] if they do
/// not fit together.
#[uniffi::export]
pub async fn prove_export(changes: Vec<PlacedChange>) -> Result<NotebookHash, CoupletError> {
    let changes: Vec<couplet::PlacedChange> = all(changes);
    run_blocking(move || Ok(couplet::Export::prove(&changes)?.into())).await
}

impl From<couplet::Export> for Export {
    fn from(export: couplet::Export) -> Self {
        Self {
            notebook: NotebookId { value: export.notebook.to_string() },
            person: export.person.into(),
            persons: all(export.persons),
            hash: export.hash.to_string(),
            entries: all(export.entries),
            changes: all(export.changes),
        }
    }
}

impl From<couplet::PlacedChange> for PlacedChange {
    fn from(change: couplet::PlacedChange) -> Self {
        let couplet::PlacedChange { volume, edition, bytes } = change;
        Self { volume: volume.0, edition: edition.0, bytes }
    }
}

impl From<PlacedChange> for couplet::PlacedChange {
    fn from(change: PlacedChange) -> Self {
        let PlacedChange { volume, edition, bytes } = change;
        Self { volume: Volume(volume), edition: Edition(edition), bytes }
    }
}

impl From<Words> for (couplet::Kind, i32, String) {
    fn from(words: Words) -> Self {
        (words.kind, words.day, words.text)
    }
}

impl Archive {
    /// Whose it is.
    pub(crate) fn of(&self) -> Result<couplet::Archive, CoupletError> {
        let person = |person: &Person| Ok((slot(person.id)?, person.name.clone()));
        Ok(couplet::Archive {
            notebook: self.notebook.value.parse().map_err(CoupletError::input)?,
            person: slot(self.person)?,
            persons: self.persons.iter().map(person).collect::<Result<_, CoupletError>>()?,
        })
    }
}

fn slot(person: PersonId) -> Result<Slot, CoupletError> {
    let slot = Slot::BOTH.into_iter().find(|slot| slot.index() == person.value);
    slot.ok_or_else(|| couplet::Error::NotFound("person").into())
}

impl From<couplet::Imported> for Imported {
    fn from(imported: couplet::Imported) -> Self {
        Self { written: imported.written, held: imported.held }
    }
}
