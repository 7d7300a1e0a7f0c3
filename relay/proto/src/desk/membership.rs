//! How membership changes at a desk: statements that are offered, and requests to join.

use std::sync::Arc;

use crate::desk::attached::hashes;
use crate::desk::judge::{self, Judgement, Verdict};
use crate::desk::keeping::{Appended, Posted};
use crate::desk::question::{Question, Unanswered};
use crate::desk::{Asked, Desk, Output, Part, Stage};
use crate::frame::{Attach, Frame, Reason, Statements, Stored};
use crate::hash::Hash;
use crate::log::{Dissolution, Log};
use crate::request::JoinRequest;
use crate::statement::LogHead;

impl Desk {
    pub(crate) fn judge_offer(&mut self, offer: Statements, moves: u32, known: Option<Arc<Log>>) {
        let (notebook, sender) = (offer.notebook, self.device);
        let now = self.now;
        let judgement = Judgement::Offer { notebook, known, sender, offer, now };
        self.ask(Question::Judge(judgement), Asked::Verdict(moves));
    }

    pub(crate) fn extend(
        &mut self,
        offer: Statements,
        moves: u32,
        verdict: Result<Verdict, Reason>,
    ) {
        match verdict {
            Ok(Verdict::Known(log)) => self.extended(log),
            Ok(Verdict::Continues(log, extension)) => {
                let question = Question::Append(extension, Arc::clone(&log));
                self.ask(question, Asked::Append(offer, log, moves));
            }
            Err(reason) => self.turn_down(reason),
        }
    }

    pub(crate) fn appended(
        &mut self,
        offer: Statements,
        log: Arc<Log>,
        moves: u32,
        appended: Appended,
    ) {
        match appended {
            Appended::Done => {
                self.outputs.push_back(Output::Changed(Part::Log));
                let is_dissolved = log.dissolution() == Dissolution::Agreed;
                let has_gone = log.departed().next().is_some() || log.standing().is_some();
                if is_dissolved || has_gone {
                    // Of a device that was taken out, less may be held than before; and less is
                    // kept of what a checkpoint stands for.
                    self.outputs.push_back(Output::Changed(Part::Have));
                    self.news.insert(Part::Have);
                }
                self.extended(log);
            }
            // Somebody was faster; the same statements may stand all the same.
            Appended::Moved if moves < MOVES => {
                self.ask(Question::Log, Asked::Offer(offer, moves + 1));
            }
            Appended::Moved | Appended::Behind => self.turn_down(Reason::LogConflict),
            Appended::Dissolved => self.turn_down(Reason::Dissolved),
            Appended::TooSoon(seconds) => self.put_off(Unanswered::NotYet(seconds), vec![None]),
        }
    }

    /// What a device hears that goes because somebody was let in again in its person's place.
    pub(crate) fn farewell(&self, log: &Log, attach: &Attach) -> Option<Statements> {
        let said = log.farewell_to(self.device, attach.log)?;
        let statements: Vec<_> = said.iter().map(|said| said.bytes().to_vec()).collect();
        let (notebook, from) = (log.id(), attach.log.length);
        (!statements.is_empty()).then_some(Statements { notebook, from, statements })
    }

    /// The log holds what was offered.
    fn extended(&mut self, log: Arc<Log>) {
        match &mut self.stage {
            Stage::Attached(attached) => {
                attached.session.log_changed(hashes(&log));
                attached.look_for_checkpoints(&log);
            }
            Stage::Waiting(attach) => {
                let attach = attach.take();
                self.send(Frame::Stored(Stored { log: log.head(), have: Vec::new() }));
                if let Some(attach) = attach {
                    self.ask(Question::Have, Asked::Start(log, attach));
                }
            }
        }
    }

    pub(crate) fn ask_for_knock(&mut self, request: Vec<u8>, now: u64) {
        match JoinRequest::peek(&request) {
            Err(_) => self.refuse(Reason::NotInvited),
            Ok((notebook, _)) => {
                if self.turn_to(notebook) {
                    self.ask(Question::Log, Asked::Knock(request, now));
                }
            }
        }
    }

    pub(crate) fn knock(&mut self, request: Vec<u8>, now: u64, log: Option<Arc<Log>>) {
        let log = log.ok_or(Reason::NotInvited);
        match log.and_then(|log| judge::knock(&log, self.device, request, now)) {
            Ok(letter) => self.ask(Question::Post(letter), Asked::Post),
            Err(reason) => self.turn_down(reason),
        }
    }

    /// Whoever has the words is shown the log: it says who let which device in, and nothing of what
    /// was written.
    pub(crate) fn recalled(&mut self, lookup: Hash, log: Option<Arc<Log>>) {
        match log.filter(|log| log.paper_at(lookup).is_some()) {
            Some(log) => {
                let statements = log.statements().iter().map(|said| said.bytes().to_vec());
                let (notebook, statements) = (log.id(), statements.collect());
                self.send(Frame::Statements(Statements { notebook, from: 0, statements }));
            }
            None => self.refuse(Reason::NotAMember),
        }
    }

    pub(crate) fn posted(&mut self, posted: Posted) {
        if posted == Posted::Full {
            return self.turn_down(Reason::NotInvited);
        }
        if posted == Posted::New {
            self.outputs.push_back(Output::Changed(Part::Mail));
            self.news.insert(Part::Mail);
        }
        // It waits; of the notebook itself this says nothing.
        self.send(Frame::Stored(Stored { log: LogHead::EMPTY, have: Vec::new() }));
    }
}

/// How often an offer is judged again because others were faster; each time one of them was heard.
pub(crate) const MOVES: u32 = 4;
