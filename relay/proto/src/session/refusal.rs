//! What is refused, by either side, and what is not wanted.

use super::{LogPhase, Notice, Phase, Session};
use crate::frame::{Frame, Reason, Refuse};
use crate::ids::WriterId;
use crate::log::Stands;

impl Session {
    /// Of that writer no more is wanted than what stands, whatever the other side holds: its device
    /// was taken out.
    pub fn unwanted(&mut self, writer: WriterId, stands: Stands) {
        let is_less =
            |known: &Stands| !matches!(stands, Stands::UpTo(t) if !known.reaches(t.counter));
        if self.unwanted.get(&writer).is_none_or(is_less) {
            self.unwanted.insert(writer, stands);
        }
        self.cut_unwanted();
        self.plan();
    }

    pub(super) fn cut_unwanted(&mut self) {
        for (writer, stands) in &self.unwanted {
            stands.cut_in(&mut self.theirs, *writer);
        }
    }

    /// Refuses something that the other side sent. Statements that were refused are not the other
    /// side's log after all: what it lacks is offered again.
    pub fn refuse(&mut self, refuse: Refuse) {
        self.send(Frame::Refuse(refuse));
        if refuse.reason == Reason::LogConflict {
            let known = self.their_log.map_or(0, |head| head.length);
            self.offered_log = known.min(self.log.len() as u64);
            self.plan();
        }
    }

    pub(super) fn handle_refusal(&mut self, refuse: Refuse) {
        if refuse.reason == Reason::LogConflict && self.phase == Phase::Opening {
            // It holds less of the log than was believed: how much, its attach says.
            return;
        }
        if refuse.reason == Reason::NotAMember && self.phase != Phase::Early {
            self.phase = Phase::TurnedAway;
            self.sent.clear();
            let is_old = self.unanswered > 0;
            self.unanswered = self.unanswered.saturating_sub(1);
            if !self.log.is_empty() && self.log_phase == LogPhase::Idle {
                self.offered_log = 0;
                return self.plan();
            }
            if is_old && self.log_phase != LogPhase::Idle {
                // Said before the whole log was there.
                return;
            }
        }
        let is_conflict = refuse.reason == Reason::LogConflict;
        if is_conflict && refuse.envelope.is_some() {
            // It was written knowing more of the log than is known there: after that it is welcome.
            self.waits_for_their_log = true;
            return self.notify(Notice::Refused(refuse));
        }
        let was_fed = self.phase != Phase::Early && self.log_phase == LogPhase::Idle;
        if is_conflict && !core::mem::take(&mut self.is_proposing) && was_fed {
            // A log that was ordered already is offered from its beginning: it is not made anew.
            self.offered_log = 0;
            return self.plan();
        }
        self.notify(Notice::Refused(refuse));
    }
}
