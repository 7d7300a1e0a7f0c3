//! The membership log in a conversation: what the other side lacks of it, and what is offered for
//! its end. It comes before envelopes that may need it.

use super::{LogPhase, Notice, Output, Phase, Session};
use crate::frame::{Frame, Statements, Stored};
use crate::hash::Hash;
use crate::item::Malformed;
use crate::limits::MAX_FRAME;
use crate::statement::LogHead;

impl Session {
    /// The statements that [`Output::LoadLog`] asked for, each with its bytes.
    pub fn log_loaded(&mut self, from: u64, statements: Vec<Vec<u8>>) {
        let is_whole = from == 0;
        self.log_phase = if is_whole { LogPhase::SentWhole } else { LogPhase::Idle };
        self.offered_log = from;
        for slice in slices(statements) {
            let from = self.offered_log;
            self.offered_log += slice.len() as u64;
            self.unanswered += u32::from(self.phase == Phase::Opening);
            let notebook = self.notebook;
            self.send(Frame::Statements(Statements { notebook, from, statements: slice }));
        }
        match self.phase {
            Phase::Opening if !self.has_attached() => self.attach(),
            Phase::Early | Phase::Opening | Phase::TurnedAway | Phase::Attached => self.plan(),
        }
    }

    /// This side's log is longer than it was: by [`Output::Extend`], or from elsewhere.
    pub fn log_changed(&mut self, log: Vec<Hash>) {
        self.log = log;
        let stored = Stored { log: self.head(), have: Vec::new() };
        self.send(Frame::Stored(stored));
        self.plan();
    }

    /// Offers a statement for the end of the log, to be ordered by the other side.
    pub fn propose(&mut self, statement: Vec<u8>) {
        let (notebook, from) = (self.notebook, self.log.len() as u64);
        self.is_proposing = true;
        self.depart();
        self.send(Frame::Statements(Statements { notebook, from, statements: vec![statement] }));
    }

    pub(super) fn handle_statements(&mut self, statements: Statements) -> Result<(), Malformed> {
        if statements.notebook != self.notebook {
            return Err(Malformed("conversation"));
        }
        let known = statements.from.saturating_add(statements.statements.len() as u64);
        self.offered_log = self.offered_log.max(known);
        self.outputs.push_back(Output::Extend(statements));
        Ok(())
    }

    pub(super) fn learn_log(&mut self, head: LogHead) {
        if self.hash_at(head.length).is_some_and(|hash| hash != head.hash) {
            self.notify(Notice::LogsDiffer);
        } else if self.their_log != Some(head) {
            self.their_log = Some(head);
            self.is_proposing = false;
            self.notify(Notice::PeerLog(head));
        }
    }

    pub(super) fn plan_log(&mut self) {
        let is_pending = self.offered_log < self.log.len() as u64;
        let may_send = self.phase != Phase::Early && self.log_phase != LogPhase::Loading;
        if is_pending && may_send {
            self.log_phase = LogPhase::Loading;
            self.depart();
            self.outputs.push_back(Output::LoadLog { from: self.offered_log });
        }
    }

    pub(super) fn head(&self) -> LogHead {
        let hash = self.log.last().copied().unwrap_or(Hash::ZERO);
        LogHead { length: self.log.len() as u64, hash }
    }

    fn hash_at(&self, length: u64) -> Option<Hash> {
        let index = usize::try_from(length).ok()?.checked_sub(1)?;
        self.log.get(index).copied()
    }
}

/// Bytes of a frame of statements beside the statements.
const FRAME_OVERHEAD: usize = 64;

/// Cuts statements into pieces that fit a frame; a log within its limits is one.
fn slices(statements: Vec<Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
    let mut slices: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut room = 0;
    for statement in statements {
        let needed = statement.len() + 8;
        match slices.last_mut().filter(|_| needed <= room) {
            Some(slice) => {
                room -= needed;
                slice.push(statement);
            }
            None => {
                room = (MAX_FRAME - FRAME_OVERHEAD).saturating_sub(needed);
                slices.push(vec![statement]);
            }
        }
    }
    slices
}
