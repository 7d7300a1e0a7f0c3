//! The document: one volume of the notebook, as a CRDT.
//!
//! A volume is a map of flat entries; every entry is a map from field names to scalars, and to
//! `Text` where two hands write on one page. Automerge keeps it, and is named nowhere else.
//! Around it stand what it lacks: a parser that does not trust ([`change`]), a causal past to judge
//! by ([`receive`]), a frozen beginning ([`genesis`]), and a guard for its panics ([`guard`]).
//!
//! Invariants:
//! - Text is counted in UTF-16 units, as phones count it; set in both ways of making a document, as
//!   no file records it. The time of a change is always 0.
//! - Automerge never holds a change whose past is not complete, so it never queues one.
//! - After a panic or an error inside Automerge the document is broken for good: it answers
//!   [`Poisoned`] to writers and nothing to readers, and is loaded again from the store.
//!
//! Deliberately not here: what the fields mean, who may write what (the law is an argument), and
//! patches, which cost milliseconds: what was touched is known from the operations.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use automerge::{
    ActorId, Automerge, ChangeHash, LoadOptions, OnPartialLoad, SaveOptions, TextEncoding,
};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Volume, WriterId};

pub mod anchor;
pub mod change;
mod columns;
mod cursor;
pub mod edit;
pub mod edition;
pub mod genesis;
pub mod guard;
mod history;
pub mod key;
pub mod limits;
pub mod operation;
pub mod read;
pub mod receive;
pub mod run;
mod scan;
pub mod stranded;
mod weave;

pub use change::{Change, MalformedChange};
pub use columns::OpId;
pub use edit::{Edit, EditError};
pub use edition::NoEdition;
pub use key::{EntryKey, NotAnEntryKey};
pub use operation::{Applied, Foreign, Law, Operation, Refusal, Scalar, Verdict};
pub use read::{RawEntry, Value};
pub use receive::Poisoned;
pub use run::{MalformedRun, Run};

use guard::{Panicked, quietly};
use history::{History, Link};
use scan::Place;
use stranded::Threads;

/// One edition of one volume in memory, and the writer of this phone.
#[derive(Debug)]
pub struct Document {
    automerge: Automerge,
    history: History,
    /// Where objects stand, as far as it was asked: none ever moves, and Automerge finds one by
    /// reading through the others.
    places: BTreeMap<OpId, Place>,
    /// Entries ever made. Automerge would count them one by one.
    entries: usize,
    /// The changes of each text, once it was asked.
    threads: OnceLock<Threads>,
    volume: Volume,
    edition: Edition,
    writer: WriterId,
    is_broken: bool,
}

/// Why a document could not be loaded from what the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The snapshot is damaged.
    #[error("a snapshot of the notebook cannot be read; use the one before it and its changes")]
    Snapshot,
    /// The snapshot is of another volume or edition.
    #[error("a snapshot belongs to another volume of the notebook; use the one of this volume")]
    AnotherVolume,
    /// That many changes depend on something that is not there.
    #[error("{0} stored changes depend on changes that are missing; fetch those again")]
    MissingDependencies(usize),
    /// Automerge refused or failed.
    #[error("the stored changes cannot be applied on this phone; load them one by one")]
    Failed,
}

/// Why a document could not be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// It is broken: see [`Poisoned`].
    #[error("this document failed earlier; load it again from the store before saving")]
    Broken,
    /// What was saved does not read back as the same document.
    #[error("a snapshot did not read back as it was written; keep the changes it would replace")]
    NotTheSame,
}

impl Document {
    /// A volume with nothing in it but its beginning.
    ///
    /// # Errors
    /// [`LoadError::Failed`] if Automerge fails, which the tests exclude.
    pub fn begin(volume: Volume, edition: Edition, writer: WriterId) -> Result<Self, LoadError> {
        Self::load(volume, edition, writer, None, Vec::new())
    }

    /// A volume from a snapshot that [`Document::save`] made, and changes that were applied to it
    /// before, in any order; those that the snapshot holds already are skipped. They are not judged
    /// again.
    ///
    /// # Errors
    /// [`LoadError`], and nothing is ever left out silently.
    pub fn load(
        volume: Volume,
        edition: Edition,
        writer: WriterId,
        snapshot: Option<&[u8]>,
        changes: Vec<Change>,
    ) -> Result<Self, LoadError> {
        let first = genesis::genesis(volume, edition).map_err(|_| LoadError::Failed)?;
        let begin = first.hash();
        let mut automerge = match snapshot {
            Some(bytes) => read_snapshot(bytes)?,
            None => Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit),
        };
        let mut history = quietly(|| history_of(&automerge))
            .map_err(|_| LoadError::Snapshot)?
            .ok_or(LoadError::Snapshot)?;
        if snapshot.is_some() && !history.has(&begin) {
            return Err(LoadError::AnotherVolume);
        }
        let mut all = vec![first];
        all.extend(changes);
        let ready = receive::in_causal_order(&mut history, all)?;
        quietly(|| apply_trusted(&mut automerge, &ready)).map_err(|_| LoadError::Failed)??;
        let entries = quietly(|| read::count_entries(&automerge)).map_err(|_| LoadError::Failed)?;
        let places = BTreeMap::new();
        let (threads, is_broken) = (OnceLock::new(), false);
        let mut document = Self {
            automerge,
            history,
            places,
            entries,
            threads,
            volume,
            edition,
            writer,
            is_broken,
        };
        document.set_writer(writer);
        Ok(document)
    }

    /// The whole document, compressed: proved by loading it again, which takes as long as loading.
    ///
    /// # Errors
    /// [`SaveError`]; the changes it would have replaced are then to be kept.
    pub fn save(&self) -> Result<Vec<u8>, SaveError> {
        if self.is_broken {
            return Err(SaveError::Broken);
        }
        let saved = quietly(|| {
            let options = SaveOptions { deflate: true, retain_orphans: false };
            let bytes = self.automerge.save_with_options(options);
            let again = read_snapshot(&bytes).ok()?;
            (again.get_heads() == self.automerge.get_heads()).then_some(bytes)
        });
        saved.ok().flatten().ok_or(SaveError::NotTheSame)
    }

    /// The changes that nothing else depends on, ascending: all of them together name the state.
    #[must_use]
    pub fn heads(&self) -> Vec<Hash> {
        self.automerge.get_heads().into_iter().map(|head| Hash(head.0)).collect()
    }

    /// Which volume this is.
    #[must_use]
    pub fn volume(&self) -> Volume {
        self.volume
    }

    /// Which edition of the volume this is.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// Who writes on this phone.
    #[must_use]
    pub fn writer(&self) -> WriterId {
        self.writer
    }

    /// Makes somebody else this phone's writer, from the next edit on.
    pub fn set_writer(&mut self, writer: WriterId) {
        self.writer = writer;
        self.automerge.set_actor(actor_of(writer));
    }

    /// How heavy the volume has become, in operations ever applied: a scalar counts one, a
    /// character of a text one, its removal another. Two phones with the same heads weigh the same.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.history.ops()
    }

    /// The counter that the first operation of the next edit will have.
    #[must_use]
    pub fn next_op(&self) -> u64 {
        self.history.max_op() + 1
    }

    /// Whether Automerge failed in here. Then it is to be loaded again from the store.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Whether that change is in the document.
    #[must_use]
    pub fn has_change(&self, hash: &Hash) -> bool {
        self.history.has(hash)
    }

    /// That change, if it is in the document.
    #[must_use]
    pub fn change(&self, hash: &Hash) -> Option<Change> {
        if self.is_broken || !self.history.has(hash) {
            return None;
        }
        let found = quietly(|| {
            use automerge::ReadDoc;
            self.automerge.get_change_by_hash(&ChangeHash(hash.0))
        });
        Change::parse(found.ok()??.raw_bytes().to_vec()).ok()
    }

    /// The hashes of a writer's changes, in their order.
    pub fn changes_of(&self, writer: &WriterId) -> impl Iterator<Item = Hash> + '_ {
        self.history.chain(writer).iter().map(|link| link.hash)
    }
}

fn read_snapshot(bytes: &[u8]) -> Result<Automerge, LoadError> {
    let options = LoadOptions::new()
        .text_encoding(TextEncoding::Utf16CodeUnit)
        .on_partial_load(OnPartialLoad::Error);
    let loaded = quietly(|| Automerge::load_with_options(bytes, options));
    loaded.map_err(|Panicked| LoadError::Snapshot)?.map_err(|_| LoadError::Snapshot)
}

/// What a loaded document holds; `None` if it is not whole.
fn history_of(automerge: &Automerge) -> Option<History> {
    let mut history = History::default();
    for meta in automerge.get_changes_meta(&[]) {
        let deps: Vec<Hash> = meta.deps.iter().map(|dep| Hash(dep.0)).collect();
        let past = history.past(&deps)?;
        let hash = Hash(meta.hash.0);
        let link = Link { hash, start_op: meta.start_op, max_op: meta.max_op };
        history.add(writer_of(&meta.actor)?, link, past);
    }
    Some(history)
}

fn apply_trusted(automerge: &mut Automerge, changes: &[Change]) -> Result<(), LoadError> {
    let mut decoded = Vec::with_capacity(changes.len());
    for change in changes {
        let change = automerge::Change::try_from(change.bytes());
        decoded.push(change.map_err(|_| LoadError::Failed)?);
    }
    automerge.apply_changes(decoded).map_err(|_| LoadError::Failed)
}

fn actor_of(writer: WriterId) -> ActorId {
    ActorId::from(writer.0)
}

fn writer_of(actor: &ActorId) -> Option<WriterId> {
    actor.to_bytes().try_into().ok().map(WriterId)
}

#[cfg(test)]
mod tests;
