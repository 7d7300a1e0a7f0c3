//! What a notebook is outside the app. How it is written into a file is the app's.

use couplet_engine::notebook::entry::Entry;
use couplet_engine::notebook::schema::Kind;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{NotebookId, Slot};

use super::Couplet;
use crate::error::Error;
use crate::owner::{Archive, Owner, proved};
use crate::place::Place;
use crate::store::PlacedChange;

/// Everything shared in a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The notebook.
    pub notebook: NotebookId,
    /// Who exported it.
    pub person: Slot,
    /// What the persons call themselves.
    pub persons: Vec<(Slot, String)>,
    /// The hash of everything shared, as [`Couplet::hash`] gives it.
    pub hash: Hash,
    /// The entries, the oldest first; behind them, in a vault, the drafts that it has.
    pub entries: Vec<Entry>,
    /// The changes that make them, in an order in which they can be applied.
    pub changes: Vec<PlacedChange>,
}

/// What came of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries written.
    pub written: u64,
    /// Entries that stood here already.
    pub held: u64,
}

impl Export {
    /// The hash of the notebook that these changes make, and how many entries it has.
    ///
    /// # Errors
    /// [`Error::Input`] if a change is damaged, [`Error::Engine`] if they do not fit together.
    pub fn prove(changes: &[PlacedChange]) -> Result<(Hash, u64), Error> {
        proved(changes)
    }
}

impl Couplet {
    /// Makes an archive in this place out of an export's changes: the same notebook, equal by
    /// hash, to be read and exported again. It has no partner and takes no words.
    ///
    /// # Errors
    /// [`Error::Input`] if a change is damaged, [`Error::Engine`] if they do not fit together,
    /// [`Error::Store`] if there is a notebook in that place.
    pub async fn archive(
        place: &Place,
        of: Archive,
        changes: Vec<PlacedChange>,
    ) -> Result<Self, Error> {
        Self::start(place, move |home| Owner::archive(home, &of, &changes)).await
    }

    /// Everything shared, proved to be whole.
    ///
    /// # Errors
    /// [`Error::Store`], and [`Error::Engine`] if the changes do not make what is shown.
    pub async fn export(&self) -> Result<Export, Error> {
        self.handle.call(Owner::export).await
    }

    /// Writes words as new entries of one's own: kind, day and text of each. What stands here
    /// already, word for word on its day, is not written again.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`]; what was written before stays.
    pub async fn import(&self, words: Vec<(Kind, i32, String)>) -> Result<Imported, Error> {
        let imported = self.handle.call(move |owner| owner.import(&words)).await?;
        self.handle.written();
        Ok(imported)
    }
}
