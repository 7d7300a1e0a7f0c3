//! What the relay keeps, behind one trait: membership logs, envelopes, and the mailboxes of open
//! invites.
//!
//! A store keeps what it is given and checks what only it can: that a log is extended at its end,
//! and that an envelope continues its writer's chain. Who may write is decided before, in
//! [`notebook`](crate::notebook). A call that returns has been made durable, and a call that is
//! made twice is as good as once.

mod schema;
pub mod sqlite;
mod tables;
mod writer;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::{DeviceId, InviteId, NotebookId};
use couplet_proto::statement::LogHead;

/// New statements for the end of a notebook's log.
#[derive(Clone, Debug)]
pub struct Extension {
    /// Whose log; one that is not there begins with this.
    pub notebook: NotebookId,
    /// Where the log must be.
    pub after: LogHead,
    /// The statements and their hashes, at least one.
    pub statements: Vec<(Hash, Vec<u8>)>,
    /// The invites that are open once the statements stand; the mailboxes of others are emptied.
    pub open_invites: Vec<InviteId>,
}

/// What became of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It stands.
    Done,
    /// The log is somewhere else; nothing was changed.
    Moved,
}

/// What became of one envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept from this call on.
    New,
    /// It was there.
    Held,
    /// Its place is taken by another, or it does not continue its chain; the other is kept.
    Fork,
    /// Its device has too many writers, or the notebook too many holes.
    Full,
}

/// What became of envelopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// One for each, in order.
    pub outcomes: Vec<Outcome>,
    /// All that is held of the writers that were touched.
    pub have: Have,
}

/// A request to join, for the mailbox of its invite.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Which notebook.
    pub notebook: NotebookId,
    /// Which invite.
    pub invite: InviteId,
    /// Who asks; a second letter of one device takes the place of the first.
    pub device: DeviceId,
    /// The request's hash.
    pub hash: Hash,
    /// The request.
    pub bytes: Vec<u8>,
    /// When it came, seconds since 1970.
    pub received: u64,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It waits from this call on.
    New,
    /// It was waiting.
    Held,
    /// The mailbox is full.
    Full,
}

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

/// Where the relay keeps what it is given.
///
/// Durable when it returns; the same when done twice. `tests/relay/conformance.rs` is what every
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

    /// What is held of a notebook.
    fn have(&self, notebook: NotebookId) -> impl Future<Output = Result<Have, StoreError>> + Send;

    /// The first envelopes of a range, in order and without a hole: at least one if the first is
    /// held, and no more than a frame may carry.
    fn envelopes(
        &self,
        notebook: NotebookId,
        range: Range,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>> + Send;

    /// Keeps envelopes of a notebook whose log is here.
    fn keep(
        &self,
        notebook: NotebookId,
        envelopes: Vec<Sealed>,
    ) -> impl Future<Output = Result<Kept, StoreError>> + Send;

    /// Puts a request to join in its mailbox.
    fn post(&self, letter: Letter) -> impl Future<Output = Result<Posted, StoreError>> + Send;

    /// The requests to join that wait, in order of their hashes.
    fn requests(
        &self,
        notebook: NotebookId,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>> + Send;
}
