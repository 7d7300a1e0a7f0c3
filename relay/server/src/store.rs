//! What the relay keeps, behind one trait: membership logs, envelopes, and the mailboxes of open
//! invites.
//!
//! What is asked of it, and what it answers, is named in [`couplet_proto::desk::keeping`]. A call
//! that returns has been made durable, and a call that is made twice is as good as once.

pub mod audit;
mod ending;
mod kits;
mod mailbox;
mod pieces;
mod schema;
pub mod sqlite;
mod tables;
mod writer;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use couplet_proto::checkpoint::Piece;
use couplet_proto::desk::keeping::{Appended, Extension, Kept, Letter, Posted};
use couplet_proto::desk::pieces::PieceKept;
use couplet_proto::desk::question::Unanswered;
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::NotebookId;
use couplet_proto::log::Log;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A program wrote it that knows more.
    #[error(
        "the store was written by a newer couplet-relay (its format is {found}, this program \
         knows {known}); run that version, or restore an older backup"
    )]
    Newer {
        /// The store's format.
        found: i64,
        /// The newest known here.
        known: i64,
    },
    /// Its file is not what was written.
    #[error(
        "the store {} is damaged: {why}; put it back from a backup, or move it away: \
         the phones feed an empty relay again",
        .file.display()
    )]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A notebook's log does not stand by its own rules.
    #[error("the store is damaged: a membership log does not stand; put it back from a backup")]
    DamagedLog,
    /// The disk has no room.
    #[error("the disk is full: the relay keeps what it has and takes nothing new; make room")]
    Full,
    /// The disk or the database refused.
    #[error("the store cannot be used: {0}")]
    Failed(#[source] Arc<rusqlite::Error>),
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
    /// The notebook was never begun here.
    #[error("the store does not have that notebook")]
    UnknownNotebook,
}

impl From<StoreError> for Unanswered {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Newer { .. }
            | StoreError::Damaged { .. }
            | StoreError::DamagedLog
            | StoreError::Failed(_)
            | StoreError::Closed
            | StoreError::UnknownNotebook => Self::Unavailable,
        }
    }
}

/// Where the relay keeps what it is given.
///
/// Durable when it returns; the same when done twice. `couplet_proto::testing::keeping` is what every
/// implementation must pass.
pub trait Store: Send + Sync + 'static {
    /// A notebook's statements, in order; none if there is no such notebook.
    fn log(
        &self,
        notebook: NotebookId,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>> + Send;

    /// Appends to a notebook's log if it is where the extension expects it.
    fn append(
        &self,
        extension: Extension,
    ) -> impl Future<Output = Result<Appended, StoreError>> + Send;

    /// Dissolves what one person has wanted gone for long enough, at `now` in seconds since 1970;
    /// which notebooks those are.
    fn end_due(&self, now: u64)
    -> impl Future<Output = Result<Vec<NotebookId>, StoreError>> + Send;

    /// What is held of a notebook.
    fn have(&self, notebook: NotebookId) -> impl Future<Output = Result<Have, StoreError>> + Send;

    /// The first envelopes of a range, in order and without a hole: at least one if the first is
    /// held, and no more than a frame may carry.
    fn envelopes(
        &self,
        notebook: NotebookId,
        range: Range,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>> + Send;

    /// Keeps envelopes of a notebook whose log is here, and is this or goes on from it.
    fn keep(
        &self,
        log: Arc<Log>,
        envelopes: Vec<Sealed>,
    ) -> impl Future<Output = Result<Kept, StoreError>> + Send;

    /// The notebook that has the recovery kit that is looked up so: the one that had it first.
    fn find(
        &self,
        lookup: Hash,
    ) -> impl Future<Output = Result<Option<NotebookId>, StoreError>> + Send;

    /// Puts a request to join in its mailbox.
    fn post(&self, letter: Letter) -> impl Future<Output = Result<Posted, StoreError>> + Send;

    /// The requests to join that wait, in order of their hashes.
    fn requests(
        &self,
        notebook: NotebookId,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>> + Send;

    /// The checkpoints that are there whole, in order of their hashes.
    fn checkpoints(
        &self,
        notebook: NotebookId,
    ) -> impl Future<Output = Result<Vec<Hash>, StoreError>> + Send;

    /// A piece of a checkpoint, if it is there.
    fn piece(
        &self,
        notebook: NotebookId,
        hash: Hash,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;

    /// Keeps a piece of a checkpoint of a notebook whose log is here, and is this or goes on from
    /// it; what a checkpoint that stands covers is let go of.
    fn keep_piece(
        &self,
        log: Arc<Log>,
        piece: Box<Piece>,
    ) -> impl Future<Output = Result<PieceKept, StoreError>> + Send;
}
