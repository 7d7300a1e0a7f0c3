//! The attached half of a desk: the session, and what it wants of the store.

use std::collections::{BTreeSet, VecDeque};

use crate::checkpoint::Manifest;
use crate::desk::keeping::{Kept, Outcome};
use crate::desk::pieces::Gathering;
use crate::frame::{Reason, Refuse};
use crate::hash::Hash;
use crate::have::{Have, Range};
use crate::ids::WriterId;
use crate::limits::{MAX_FRAME, RETRY_FULL};
use crate::log::Log;
use crate::session::{Output, Session};
use crate::statement::Statement;

/// Both sides have attached.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) session: Session,
    /// What the session wants from the store, until the line has room for it.
    wanted: VecDeque<Output>,
    /// The requests to join that were sent last.
    requests: Vec<Vec<u8>>,
    /// Whether others may be waiting.
    has_mail: bool,
    /// How many checkpoints the log spoke of when the phone was told which are here.
    checkpoints: usize,
    /// Whether to tell the phone which checkpoints are here.
    has_checkpoints: bool,
    /// Pieces that the phone asks for.
    pieces: VecDeque<Hash>,
    /// The blobs of the checkpoint that the phone offered last.
    offered: BTreeSet<Hash>,
    /// Pieces that the phone was asked for.
    pub(crate) gathering: Gathering,
}

/// What a phone is to be told of checkpoints.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OfCheckpoints {
    /// Which are here.
    Names,
    /// A piece.
    Piece(Hash),
}

/// What was refused of envelopes, and which of them are in the store's hands.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) refused: Vec<(Reason, Option<(WriterId, u64)>)>,
    pub(crate) names: Vec<(WriterId, u64)>,
}

impl Sorted {
    /// The envelopes that the store was to keep.
    pub(crate) fn named(self) -> Vec<Option<(WriterId, u64)>> {
        self.names.into_iter().map(Some).collect()
    }
}

impl Attached {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            wanted: VecDeque::new(),
            requests: Vec::new(),
            has_mail: true,
            checkpoints: 0,
            has_checkpoints: false,
            pieces: VecDeque::new(),
            offered: BTreeSet::new(),
            gathering: Gathering::default(),
        }
    }

    /// The log is this: if it speaks of more checkpoints than before, the phone is told which are
    /// here.
    pub(crate) fn look_for_checkpoints(&mut self, log: &Log) {
        let count = log.attested_count();
        self.has_checkpoints |= count > self.checkpoints;
        self.checkpoints = count;
    }

    /// The phone offers another checkpoint: of the one before nothing more is asked for.
    pub(crate) fn is_offered(&mut self, manifest: &Manifest) {
        self.offered = manifest.contents().blobs.iter().map(|name| name.hash).collect();
        self.gathering = Gathering::default();
    }

    /// Of what the store lacks, what this phone has offered: what somebody else has begun to offer
    /// is not asked of whoever need not have it.
    pub(crate) fn to_come(&self, mut lacking: Vec<Hash>) -> Vec<Hash> {
        lacking.retain(|blob| self.offered.contains(blob));
        lacking
    }

    /// The phone asks for pieces. Of what it asks for before it has been given what it asked for
    /// last, there is no end.
    pub(crate) fn wants_pieces(&mut self, pieces: Vec<Hash>) {
        self.pieces = pieces.into();
    }

    /// A piece that the phone asks for is not here: it is told what is.
    pub(crate) fn has_no_piece(&mut self) {
        self.pieces.clear();
        self.has_checkpoints = true;
    }

    /// What to tell the phone of checkpoints next. Pieces are bulk.
    pub(crate) fn of_checkpoints(&mut self, has_room: bool) -> Option<OfCheckpoints> {
        if !has_room {
            return None;
        }
        if std::mem::take(&mut self.has_checkpoints) {
            return Some(OfCheckpoints::Names);
        }
        self.pieces.pop_front().map(OfCheckpoints::Piece)
    }

    /// What to do next. What needs the store waits for room on the line, the rest does not: a
    /// phone that reads slowly still has what it pushes stored.
    pub(crate) fn next(&mut self, has_room: bool) -> Option<Output> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Load(_) | Output::LoadLog { .. } => self.wanted.push_back(output),
                other => return Some(other),
            }
        }
        if has_room { self.wanted.pop_front() } else { None }
    }

    /// The mailboxes have changed.
    pub(crate) const fn look_for_mail(&mut self) {
        self.has_mail = true;
    }

    /// Whether to ask which requests to join wait. Letters are bulk: somebody who reads slowly is
    /// shown them when there is room.
    pub(crate) const fn wants_requests(&mut self, has_room: bool) -> bool {
        let wants = self.has_mail && has_room;
        if wants {
            self.has_mail = false;
        }
        wants
    }

    /// The requests to send, if there are any, and others than before.
    pub(crate) fn requests(&mut self, waiting: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
        let is_news = !waiting.is_empty() && waiting != self.requests;
        self.requests.clone_from(&waiting);
        is_news.then_some(waiting)
    }

    /// Tells the phone what became of what it sent.
    pub(crate) fn kept(&mut self, sorted: Sorted, kept: Kept) {
        let mut refused = sorted.refused;
        let mut held = Vec::new();
        for (outcome, name) in kept.outcomes.into_iter().zip(sorted.names) {
            match outcome {
                Outcome::New | Outcome::Held => held.push(name),
                Outcome::Fork => refused.push((Reason::Fork, Some(name))),
                Outcome::TakenOut => refused.push((Reason::NotAllowed, Some(name))),
                Outcome::Dissolved => refused.push((Reason::Dissolved, Some(name))),
                Outcome::Full => refused.push((Reason::Full, Some(name))),
            }
        }
        for (reason, envelope) in refused {
            let retry_after = (reason == Reason::Full).then_some(RETRY_FULL);
            self.session.refuse(Refuse { reason, envelope, retry_after });
        }
        for (writer, counter) in held {
            self.session.exchanged(Range { writer, first: counter, last: counter });
        }
        if kept.have != Have::new() {
            self.session.stored(&kept.have);
        }
    }
}

/// What a session knows of a log.
pub(crate) fn hashes(log: &Log) -> Vec<Hash> {
    log.statements().iter().map(Statement::hash).collect()
}

/// Bytes of a frame of statements beside the statements, and of each statement beside its own.
const FRAME_OVERHEAD: usize = 64;
const STATEMENT_OVERHEAD: usize = 8;

/// Statements from that index on, as many as go into one frame: a log within its limits does, and
/// who asks to be let in must be given all of it at once.
pub(crate) fn slice(log: &Log, from: u64) -> Vec<Vec<u8>> {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let mut room = MAX_FRAME - FRAME_OVERHEAD;
    let fits = |statement: &&Statement| {
        let needed = statement.bytes().len() + STATEMENT_OVERHEAD;
        let fits = needed <= room;
        room = room.saturating_sub(needed);
        fits
    };
    let found = log.statements().get(from..).unwrap_or_default();
    found.iter().take_while(fits).map(|statement| statement.bytes().to_vec()).collect()
}
