//! What a desk's question was asked for, so that its answer is known for what it is.

use std::sync::Arc;

use crate::desk::attached::Sorted;
use crate::frame::{Attach, Frame, Statements};
use crate::hash::Hash;
use crate::log::Log;

/// What the question under way was asked for.
#[derive(Debug)]
pub(super) enum Asked {
    /// Whether the device still belongs, before this frame, or this news, is taken in.
    Belongs(Option<(Frame, u64)>),
    /// Whether an attach may be answered.
    Attach(Attach),
    /// What is held, to answer it.
    Start(Arc<Log>, Attach),
    /// The log that statements are to continue; how often it has moved away meanwhile.
    Offer(Statements, u32),
    /// Whether they do.
    Verdict(u32),
    /// To keep them.
    Append(Statements, Arc<Log>, u32),
    /// The log that a request to join is judged by, and when it came.
    Knock(Vec<u8>, u64),
    /// To keep the request.
    Post,
    /// The notebook that words lead to.
    Find(Hash),
    /// Its log.
    Recall(Hash),
    /// The log that envelopes are judged by.
    Receive(Vec<Vec<u8>>),
    /// Which of them may be kept.
    Sift(Arc<Log>),
    /// To keep those.
    Keep(Sorted),
    /// What the session loads.
    Load,
    /// The log from there on, which the session loads.
    LoadLog(u64),
    /// What is held since somebody else wrote.
    NewHave,
    /// What waits in the mailboxes.
    Requests,
    /// Which checkpoints are there, to tell the phone.
    Checkpoints,
    /// A piece of one, to give it.
    Piece,
    /// To keep a piece.
    KeepPiece(Hash),
}
