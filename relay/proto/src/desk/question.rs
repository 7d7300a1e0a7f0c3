//! What a desk asks of whoever drives it, and what it is answered.

use std::sync::Arc;

use crate::checkpoint::Piece;
use crate::desk::judge::{Judged, Judgement};
use crate::desk::keeping::{Appended, Extension, Kept, Letter, Posted};
use crate::desk::pieces::PieceKept;
use crate::envelope::Sealed;
use crate::hash::Hash;
use crate::have::{Have, Range};
use crate::ids::NotebookId;
use crate::log::Log;

/// A question about the notebook that the conversation is about. What changes anything is answered
/// once it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Its membership log.
    Log,
    /// What is held of it.
    Have,
    /// The first slice of a range.
    Envelopes(Range),
    /// The requests to join that wait, in order of their hashes.
    Requests,
    /// To judge, here or on another thread: [`Judgement::judge`].
    Judge(Judgement),
    /// To keep envelopes of members; the log says whose.
    Keep(Arc<Log>, Vec<Sealed>),
    /// To extend the log, which is this one then.
    Append(Box<Extension>, Arc<Log>),
    /// Which notebook has the recovery kit that is looked up so: the one that had it first. Asked
    /// before the conversation is about any.
    Find(Hash),
    /// To put a request in its mailbox.
    Post(Letter),
    /// The checkpoints that are there whole, in order of their hashes.
    Checkpoints,
    /// A piece of a checkpoint, by its hash.
    Piece(Hash),
    /// To keep a piece of a checkpoint; the log says whose it is, and whether it stands: then what it
    /// covers is let go of.
    KeepPiece(Arc<Log>, Box<Piece>),
}

/// The answer to the [`Question`] of the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The log; nothing if there is no such notebook.
    Log(Option<Arc<Log>>),
    /// What is held.
    Have(Have),
    /// The slice, from the range's first counter on.
    Envelopes(Vec<Vec<u8>>),
    /// The requests.
    Requests(Vec<Vec<u8>>),
    /// The finding.
    Judged(Judged),
    /// What became of each envelope.
    Kept(Kept),
    /// What became of the extension.
    Appended(Appended),
    /// The notebook, if there is one.
    Found(Option<NotebookId>),
    /// What became of the letter.
    Posted(Posted),
    /// The checkpoints.
    Checkpoints(Vec<Hash>),
    /// The piece, if it is there.
    Piece(Option<Vec<u8>>),
    /// What became of the piece.
    PieceKept(PieceKept),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The disk has no room.
    Full,
    /// The store cannot be used at the moment.
    Unavailable,
    /// Whoever asked has had its share; there is more after so many seconds.
    NotYet(u32),
}
