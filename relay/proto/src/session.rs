//! The conversation in which two sides bring each other up to date, as a machine without I/O.
//!
//! Each side says what it holds ([`Attach`]) and, in the same flight, sends what it believes the
//! other lacks; the other answers in kind. So whatever was written on either side crosses in the
//! first flight each way. Everything is idempotent, either side may be a phone or a relay, and a
//! side that forgot is simply fed again.
//!
//! **After every call, drain [`Session::poll_output`].** The machine holds no envelopes: it asks
//! for them with [`Output::Load`], one slice at a time, so a slow reader costs no memory.

mod ranges;
mod refusal;

use std::collections::{BTreeMap, VecDeque};

use crate::frame::{Attach, Frame, Refuse, Statements, Stored};
use crate::hash::Hash;
use crate::have::{Have, Range};
use crate::ids::{NotebookId, WriterId};
use crate::item::Malformed;
use crate::limits::{ENVELOPES_PER_FRAME_BYTES, MAX_FRAME};
use crate::log::Stands;
use crate::statement::LogHead;
use ranges::Ranges;

/// How many bytes of envelopes are read and sent at a time.
pub const SLICE_BYTES: usize = ENVELOPES_PER_FRAME_BYTES;

/// What a side knows when a conversation begins.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The hashes of the membership log's statements.
    pub log: Vec<Hash>,
    /// What is held.
    pub have: Have,
    /// How long the other side's log was when last heard of.
    pub believed_log: u64,
    /// What the other side held when last heard of; too little costs bytes, too much a round trip.
    pub believed: Have,
}

/// What the shell must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this frame.
    Send(Frame),
    /// Read envelopes of this range, in order, up to [`SLICE_BYTES`] but at least one, and give
    /// them to [`Session::loaded`].
    Load(Range),
    /// Read the statements from this index on and give them to [`Session::log_loaded`].
    LoadLog {
        /// The index of the first.
        from: u64,
    },
    /// Verify and store these envelopes, then say so with [`Session::stored`].
    Receive(Vec<Vec<u8>>),
    /// Check and append these statements, then say so with [`Session::log_changed`].
    Extend(Statements),
    /// Something to tell whoever waits for this conversation.
    Notify(Notice),
}

/// What a conversation has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The other side holds these durably.
    PeerHas(Have),
    /// All that the other side holds, of any writer.
    PeerHasAll(Have),
    /// The other side's log is this long.
    PeerLog(LogHead),
    /// Requests to join that wait at the other side.
    Requests(Vec<Vec<u8>>),
    /// The other side refused something.
    Refused(Refuse),
    /// The logs share a beginning, then differ.
    LogsDiffer,
    /// Of this writer both sides hold as much, and not the same.
    Forked(WriterId),
    /// The answer to a ping.
    Pong(u64),
}

/// One conversation about one notebook.
#[derive(Debug)]
pub struct Session {
    notebook: NotebookId,
    log: Vec<Hash>,
    mine: Have,
    /// What the other side holds: believed at first, then as it says.
    theirs: Have,
    /// Sent in this conversation, and so not sent again.
    sent: Ranges,
    /// Received in this conversation, and so held by the other side.
    received: Ranges,
    loading: Option<Range>,
    log_phase: LogPhase,
    /// How much of the log the other side has, or has been sent.
    offered_log: u64,
    /// Frames sent before the other side answered; who does not know us refuses each for itself.
    unanswered: u32,
    their_log: Option<LogHead>,
    /// A statement is on its way to be ordered.
    is_proposing: bool,
    /// Something was sent that asks for more of the log than is known there.
    waits_for_their_log: bool,
    /// Writers of whom more is held there than is wanted here.
    unwanted: BTreeMap<WriterId, Stands>,
    phase: Phase,
    has_heard: bool,
    flights: u32,
    outputs: VecDeque<Output>,
}

/// How far the two sides have come with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing but what is idempotent may be said until the handshake is confirmed.
    Early,
    /// We speak before the other side has answered.
    Opening,
    /// The other side does not know us: it must be fed the log before it takes envelopes.
    TurnedAway,
    /// Both have attached.
    Attached,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LogPhase {
    Idle,
    Loading,
    /// The whole log was sent, from the first statement on; sending it again would not help.
    SentWhole,
}

impl Session {
    /// The side that speaks first. `is_early` says that what it sends may be replayed (0-RTT), so
    /// that nothing but what is idempotent is said before [`Session::confirmed`].
    #[must_use]
    pub fn open(notebook: NotebookId, start: Start, is_early: bool) -> Self {
        let phase = if is_early { Phase::Early } else { Phase::Opening };
        let mut session = Self::new(notebook, start, phase);
        session.plan_log();
        if session.log_phase != LogPhase::Loading {
            session.attach();
        }
        session
    }

    /// The side that answers, given the other's opening.
    ///
    /// # Errors
    /// [`Malformed`] as [`Session::handle_frame`].
    pub fn answer(start: Start, attach: Attach) -> Result<Self, Malformed> {
        let mut session = Self::new(attach.notebook, start, Phase::Attached);
        session.say_attach();
        // Nothing is planned before it is known what the other side holds.
        session.handle_frame(Frame::Attach(attach))?;
        Ok(session)
    }

    fn new(notebook: NotebookId, start: Start, phase: Phase) -> Self {
        let Start { log, have, believed_log, believed } = start;
        Self {
            notebook,
            offered_log: believed_log.min(log.len() as u64),
            log,
            mine: have,
            theirs: believed,
            sent: Ranges::default(),
            received: Ranges::default(),
            loading: None,
            log_phase: LogPhase::Idle,
            unanswered: 0,
            their_log: None,
            is_proposing: false,
            waits_for_their_log: false,
            unwanted: BTreeMap::new(),
            phase,
            has_heard: false,
            flights: 0,
            outputs: VecDeque::new(),
        }
    }

    /// The next thing to do, or nothing until something happens.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Gives back the memory of outputs that were handled, after the last of them.
    pub fn rest(&mut self) {
        self.outputs.shrink_to_fit();
    }

    /// Takes in a frame.
    ///
    /// # Errors
    /// [`Malformed`] if it is about another notebook; the conversation is over then.
    pub fn handle_frame(&mut self, frame: Frame) -> Result<(), Malformed> {
        self.has_heard = true;
        match frame {
            Frame::Attach(attach) => self.handle_attach(attach)?,
            Frame::Stored(stored) => self.handle_stored(stored)?,
            Frame::Envelopes(envelopes) => self.outputs.push_back(Output::Receive(envelopes)),
            Frame::Statements(statements) => self.handle_statements(statements)?,
            Frame::Refuse(refuse) => self.handle_refusal(refuse),
            Frame::Requests(requests) => self.notify(Notice::Requests(requests)),
            Frame::Ping(number) => self.send(Frame::Pong(number)),
            Frame::Pong(number) => self.notify(Notice::Pong(number)),
            Frame::Knock(_) => {}
        }
        Ok(())
    }

    /// The handshake is confirmed: what may not be replayed may be said from here on.
    pub fn confirmed(&mut self) {
        if self.phase == Phase::Early {
            self.phase = Phase::Opening;
            self.plan();
        }
    }

    /// Envelopes that [`Output::Load`] asked for: the first of the range, in order. None at all
    /// says that the store does not have them; they are not asked for again.
    pub fn loaded(&mut self, envelopes: Vec<Vec<u8>>) {
        let Some(range) = self.loading.take() else { return };
        let count = envelopes.len() as u64;
        let last = match count.checked_sub(1) {
            Some(more) => range.first.saturating_add(more).min(range.last),
            None => range.last,
        };
        self.sent.insert(Range { last, ..range });
        if count > 0 {
            self.send(Frame::Envelopes(envelopes));
        }
        // Going on with what was begun is not waiting for an answer.
        self.has_heard = false;
        self.plan();
    }

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

    /// These came in [`Output::Receive`], and are not sent back. It is called before
    /// [`Session::stored`]; without it the other side is sent what it sent.
    pub fn exchanged(&mut self, range: Range) {
        self.sent.insert(range);
        self.received.insert(range);
    }

    /// Envelopes from [`Output::Receive`] are durable: all that is held of the writers touched.
    pub fn stored(&mut self, delta: &Have) {
        for (writer, have) in delta.iter() {
            self.mine.set(writer, have.clone());
        }
        self.learn_from_received(delta);
        let stored = Stored { log: self.head(), have: delta.to_entries() };
        self.send(Frame::Stored(stored));
        self.plan();
    }

    /// This side's log is longer than it was: by [`Output::Extend`], or from elsewhere.
    pub fn log_changed(&mut self, log: Vec<Hash>) {
        self.log = log;
        let stored = Stored { log: self.head(), have: Vec::new() };
        self.send(Frame::Stored(stored));
        self.plan();
    }

    /// This side holds more than it did, by its own writing or from elsewhere.
    pub fn have_changed(&mut self, have: Have) {
        self.mine = have;
        self.plan();
    }

    /// Offers a statement for the end of the log, to be ordered by the other side.
    pub fn propose(&mut self, statement: Vec<u8>) {
        let (notebook, from) = (self.notebook, self.log.len() as u64);
        self.is_proposing = true;
        self.depart();
        self.send(Frame::Statements(Statements { notebook, from, statements: vec![statement] }));
    }

    /// Whether both sides hold the same, as far as each has said.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        self.has_all_of_theirs() && self.is_log_shared() && self.theirs.covers(&self.mine)
    }

    /// Whether both logs are the same, as far as the other side has said.
    #[must_use]
    pub fn is_log_shared(&self) -> bool {
        self.their_log == Some(self.head())
    }

    /// Whether this side holds all that the other has said that it holds.
    #[must_use]
    pub fn has_all_of_theirs(&self) -> bool {
        self.phase == Phase::Attached && self.mine.covers(&self.theirs)
    }

    /// How many times this side sent, each time but the first after waiting for an answer.
    #[must_use]
    pub const fn flights(&self) -> u32 {
        self.flights
    }

    fn handle_attach(&mut self, attach: Attach) -> Result<(), Malformed> {
        if attach.notebook != self.notebook {
            return Err(Malformed("conversation"));
        }
        // What was believed to be there and is not was forgotten, and is sent again.
        self.theirs = Have::from_entries(attach.have)?;
        self.cut_unwanted();
        self.phase = Phase::Attached;
        self.notify(Notice::PeerHasAll(self.theirs.clone()));
        for writer in self.mine.forked_from(&self.theirs) {
            self.notify(Notice::Forked(writer));
        }
        if attach.log.length < self.offered_log {
            // Under a log that is shorter than believed, what was sent may have been refused.
            self.sent.clear();
        }
        self.offered_log = attach.log.length.min(self.log.len() as u64);
        self.learn_log(attach.log);
        self.plan();
        Ok(())
    }

    fn handle_stored(&mut self, stored: Stored) -> Result<(), Malformed> {
        let delta = Have::from_entries(stored.have)?;
        for (writer, have) in delta.iter() {
            self.theirs.set(writer, have.clone());
        }
        self.cut_unwanted();
        self.notify(Notice::PeerHas(delta));
        self.offered_log = self.offered_log.max(stored.log.length.min(self.log.len() as u64));
        self.learn_log(stored.log);
        self.plan();
        Ok(())
    }

    /// Who sends an envelope holds it. What a relay forwards later than it attached is said to be
    /// there in no other way.
    fn learn_from_received(&mut self, delta: &Have) {
        let lacking = delta.without(&self.theirs);
        let beyond = self.theirs.without(delta);
        let mut learned = Have::new();
        for (writer, have) in delta.iter() {
            let is_beyond = beyond.iter().any(|range| range.writer == writer);
            let mut news = lacking.iter().filter(|range| range.writer == writer).peekable();
            let is_news = news.peek().is_some() && !is_beyond;
            if is_news && news.all(|range| self.received.first_outside(*range).is_none()) {
                learned.set(writer, have.clone());
            }
        }
        if learned != Have::new() {
            for (writer, have) in learned.iter() {
                self.theirs.set(writer, have.clone());
            }
            self.notify(Notice::PeerHas(learned));
        }
    }

    fn handle_statements(&mut self, statements: Statements) -> Result<(), Malformed> {
        if statements.notebook != self.notebook {
            return Err(Malformed("conversation"));
        }
        let known = statements.from.saturating_add(statements.statements.len() as u64);
        self.offered_log = self.offered_log.max(known);
        self.outputs.push_back(Output::Extend(statements));
        Ok(())
    }

    fn learn_log(&mut self, head: LogHead) {
        if self.hash_at(head.length).is_some_and(|hash| hash != head.hash) {
            self.notify(Notice::LogsDiffer);
        } else if self.their_log != Some(head) {
            self.their_log = Some(head);
            self.is_proposing = false;
            if core::mem::take(&mut self.waits_for_their_log) {
                self.sent.clear();
            }
            self.notify(Notice::PeerLog(head));
        }
    }

    fn attach(&mut self) {
        self.unanswered += 1;
        self.say_attach();
        self.plan();
    }

    fn say_attach(&mut self) {
        let (notebook, log) = (self.notebook, self.head());
        let have = self.mine.to_entries();
        self.flights = self.flights.max(1);
        self.send(Frame::Attach(Attach { notebook, log, have }));
    }

    fn has_attached(&self) -> bool {
        self.flights > 0
    }

    /// Decides what to read and send next; the log comes before envelopes that may need it.
    fn plan(&mut self) {
        self.plan_log();
        let is_log_pending = self.offered_log < self.log.len() as u64;
        let may_send = match self.phase {
            Phase::Early | Phase::Opening => self.has_attached() && !is_log_pending,
            Phase::TurnedAway => false,
            Phase::Attached => true,
        };
        if self.loading.is_none() && may_send {
            let lacking = self.mine.without(&self.theirs);
            self.loading = lacking.into_iter().find_map(|range| self.sent.first_outside(range));
            if let Some(range) = self.loading {
                self.depart();
                self.outputs.push_back(Output::Load(range));
            }
        }
    }

    fn plan_log(&mut self) {
        let is_pending = self.offered_log < self.log.len() as u64;
        let may_send = self.phase != Phase::Early && self.log_phase != LogPhase::Loading;
        if is_pending && may_send {
            self.log_phase = LogPhase::Loading;
            self.depart();
            self.outputs.push_back(Output::LoadLog { from: self.offered_log });
        }
    }

    /// Something is about to be sent because of what was heard since the last time.
    fn depart(&mut self) {
        if core::mem::take(&mut self.has_heard) {
            self.flights = self.flights.saturating_add(1);
        }
    }

    fn head(&self) -> LogHead {
        let hash = self.log.last().copied().unwrap_or(Hash::ZERO);
        LogHead { length: self.log.len() as u64, hash }
    }

    fn hash_at(&self, length: u64) -> Option<Hash> {
        let index = usize::try_from(length).ok()?.checked_sub(1)?;
        self.log.get(index).copied()
    }

    fn send(&mut self, frame: Frame) {
        self.outputs.push_back(Output::Send(frame));
    }

    fn notify(&mut self, notice: Notice) {
        self.outputs.push_back(Output::Notify(notice));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::frame::Reason;
    use crate::have::Tip;

    const NOTEBOOK: NotebookId = NotebookId(Hash([1; 32]));

    /// A side with a store: envelopes here are their own counters, and hash to themselves.
    struct Side {
        session: Option<Session>,
        log: Vec<Hash>,
        have: Have,
        notices: Vec<Notice>,
        bytes_sent: BTreeMap<&'static str, u64>,
    }

    fn hash(writer: WriterId, counter: u64) -> Hash {
        if counter == 0 {
            return Hash::ZERO;
        }
        let mut bytes = [writer.0[0]; 32];
        bytes[..8].copy_from_slice(&counter.to_be_bytes());
        Hash(bytes)
    }

    fn envelope(writer: WriterId, counter: u64) -> Vec<u8> {
        let mut bytes = writer.0.to_vec();
        bytes.extend(counter.to_be_bytes());
        bytes
    }

    fn name(envelope: &[u8]) -> (WriterId, u64) {
        let writer = WriterId(envelope[..16].try_into().unwrap());
        (writer, u64::from_be_bytes(envelope[16..].try_into().unwrap()))
    }

    fn statement(index: u64) -> Hash {
        Hash([u8::try_from(index + 100).unwrap(); 32])
    }

    impl Side {
        fn new(log: u64, envelopes: &[(u8, u64)]) -> Self {
            let mut have = Have::new();
            for (writer, counter) in envelopes {
                let writer = WriterId([*writer; 16]);
                let at = Tip { counter: *counter, hash: hash(writer, *counter) };
                have.insert(writer, at, hash(writer, counter - 1)).unwrap();
            }
            let log = (0..log).map(statement).collect();
            let (notices, bytes_sent) = (Vec::new(), BTreeMap::new());
            Self { session: None, log, have, notices, bytes_sent }
        }

        fn start(&self, believed_log: u64, believed: &Have) -> Start {
            let (log, have) = (self.log.clone(), self.have.clone());
            Start { log, have, believed_log, believed: believed.clone() }
        }

        fn receive(&mut self, envelopes: &[Vec<u8>]) -> Have {
            let mut delta = Have::new();
            for envelope in envelopes {
                let (writer, counter) = name(envelope);
                let at = Tip { counter, hash: hash(writer, counter) };
                self.have.insert(writer, at, hash(writer, counter - 1)).unwrap();
                delta.set(writer, self.have.of(writer).unwrap().clone());
            }
            delta
        }

        /// Does what the session asks for and returns what it sends.
        fn drain(&mut self) -> Vec<Frame> {
            let mut session = self.session.take().unwrap();
            let mut frames = Vec::new();
            while let Some(output) = session.poll_output() {
                match output {
                    Output::Send(frame) => frames.push(frame),
                    Output::Load(Range { writer, first, last }) => {
                        let last = last.min(first + 2);
                        session.loaded((first..=last).map(|c| envelope(writer, c)).collect());
                    }
                    Output::LoadLog { from } => {
                        let log = self.log.iter().skip(usize::try_from(from).unwrap());
                        session.log_loaded(from, log.map(|hash| hash.0.to_vec()).collect());
                    }
                    Output::Receive(envelopes) => {
                        let delta = self.receive(&envelopes);
                        for envelope in &envelopes {
                            let (writer, counter) = name(envelope);
                            session.exchanged(Range { writer, first: counter, last: counter });
                        }
                        session.stored(&delta);
                    }
                    Output::Extend(Statements { from, statements, .. }) => {
                        let from = usize::try_from(from).unwrap();
                        for (index, bytes) in statements.iter().enumerate() {
                            if from + index == self.log.len() {
                                self.log.push(Hash(bytes.as_slice().try_into().unwrap()));
                            }
                        }
                        session.log_changed(self.log.clone());
                    }
                    Output::Notify(notice) => self.notices.push(notice),
                }
            }
            for frame in &frames {
                *self.bytes_sent.entry("all").or_default() += frame.to_bytes().len() as u64;
            }
            self.session = Some(session);
            frames
        }

        fn handle(&mut self, frame: Frame) {
            match &mut self.session {
                Some(session) => session.handle_frame(frame).unwrap(),
                None => {
                    let Frame::Attach(attach) = frame else { return };
                    let start = self.start(0, &Have::new());
                    self.session = Some(Session::answer(start, attach).unwrap());
                }
            }
        }
    }

    fn run(phone: &mut Side, relay: &mut Side) {
        for _ in 0..1_000 {
            let up = phone.drain();
            let down = if relay.session.is_some() { relay.drain() } else { Vec::new() };
            if up.is_empty() && down.is_empty() {
                return;
            }
            up.into_iter().for_each(|frame| relay.handle(frame));
            down.into_iter().for_each(|frame| phone.handle(frame));
        }
        panic!("the conversation does not end");
    }

    fn envelopes() -> impl Strategy<Value = Vec<(u8, u64)>> {
        proptest::collection::vec((0_u8..3, 1_u64..12), 0..30)
    }

    proptest! {
        #[test]
        fn whatever_each_side_held_and_believed_both_end_with_all(
            at_phone in envelopes(),
            at_relay in envelopes(),
            believed in envelopes(),
            logs in (1_u64..6, 1_u64..6, 0_u64..8),
        ) {
            let mut phone = Side::new(logs.0, &at_phone);
            let mut relay = Side::new(logs.1, &at_relay);
            let believed = Side::new(0, &believed).have;
            let start = phone.start(logs.2, &believed);
            phone.session = Some(Session::open(NOTEBOOK, start, false));
            run(&mut phone, &mut relay);
            let all = Side::new(0, &[at_phone, at_relay].concat()).have;
            prop_assert!(phone.have.covers(&all) && relay.have.covers(&all));
            prop_assert_eq!(&phone.log, &relay.log);
            prop_assert!(phone.session.unwrap().is_caught_up());
            prop_assert!(relay.session.unwrap().is_caught_up());
        }
    }

    #[test]
    fn a_month_apart_on_both_sides_meets_in_one_flight_each_way() {
        let common: Vec<(u8, u64)> = (1..=50).flat_map(|c| [(1, c), (2, c)]).collect();
        let mine: Vec<(u8, u64)> = (51..=250).map(|c| (1, c)).collect();
        let theirs: Vec<(u8, u64)> = (51..=250).map(|c| (2, c)).collect();
        let mut phone = Side::new(3, &[common.clone(), mine].concat());
        let mut relay = Side::new(3, &[common.clone(), theirs].concat());
        let believed = Side::new(0, &common).have;
        phone.session = Some(Session::open(NOTEBOOK, phone.start(3, &believed), false));
        run(&mut phone, &mut relay);
        let session = phone.session.unwrap();
        assert!(session.is_caught_up());
        assert_eq!(session.flights(), 1);
    }

    #[test]
    fn a_relay_that_forgot_costs_one_more_round_trip_and_nothing_else() {
        let held: Vec<(u8, u64)> = (1..=50).flat_map(|c| [(1, c), (2, c)]).collect();
        let mut phone = Side::new(3, &held);
        let believed = phone.have.clone();
        let mut relay = Side::new(3, &[]);
        phone.session = Some(Session::open(NOTEBOOK, phone.start(3, &believed), false));
        run(&mut phone, &mut relay);
        assert_eq!(relay.have, phone.have);
        assert_eq!(phone.session.unwrap().flights(), 2);
    }

    #[test]
    fn whoever_proposed_too_late_is_sent_what_came_before() {
        let (mut phone, mut relay) = (Side::new(3, &[]), Side::new(3, &[]));
        phone.session = Some(Session::open(NOTEBOOK, phone.start(3, &Have::new()), false));
        run(&mut phone, &mut relay);
        phone.session.as_mut().unwrap().propose(vec![9; 32]);
        phone.drain().into_iter().for_each(|frame| relay.handle(frame));
        let session = relay.session.as_mut().unwrap();
        assert!(matches!(session.poll_output(), Some(Output::Extend(_))));
        // Somebody else's statement was ordered before this one arrived.
        relay.log.push(statement(3));
        session.refuse(Refuse { reason: Reason::LogConflict, envelope: None, retry_after: None });
        session.log_changed(relay.log.clone());
        run(&mut phone, &mut relay);
        assert_eq!(phone.log, relay.log);
    }

    #[test]
    fn who_answers_sends_only_what_the_other_lacks() {
        let held: Vec<(u8, u64)> = (1..=9).map(|c| (1, c)).collect();
        let (phone, relay) = (Side::new(3, &held), Side::new(3, &held));
        let mut opened = Session::open(NOTEBOOK, phone.start(3, &phone.have), false);
        let Some(Output::Send(Frame::Attach(attach))) = opened.poll_output() else { panic!() };
        let mut session = Session::answer(relay.start(0, &Have::new()), attach).unwrap();
        let outputs: Vec<Output> = std::iter::from_fn(|| session.poll_output()).collect();
        let asks = |output: &Output| matches!(output, Output::Load(_) | Output::LoadLog { .. });
        assert!(!outputs.iter().any(asks), "{outputs:?}");
        assert!(session.is_caught_up());
    }

    #[test]
    fn what_one_sent_is_not_sent_back() {
        let (phone, mut relay) = (Side::new(3, &[]), Side::new(3, &[]));
        let mut opened = Session::open(NOTEBOOK, phone.start(3, &Have::new()), false);
        let Some(Output::Send(Frame::Attach(attach))) = opened.poll_output() else { panic!() };
        let mut session = Session::answer(relay.start(0, &Have::new()), attach).unwrap();
        let writer = WriterId([1; 16]);
        for counter in 1..=3 {
            let delta = relay.receive(&[envelope(writer, counter)]);
            session.exchanged(Range { writer, first: counter, last: counter });
            session.stored(&delta);
        }
        let outputs: Vec<Output> = std::iter::from_fn(|| session.poll_output()).collect();
        assert!(!outputs.iter().any(|output| matches!(output, Output::Load(_))), "{outputs:?}");
        let one = Range { writer, first: 1, last: 4 };
        let rest = Range { writer, first: 4, last: 4 };
        assert_eq!(session.sent.first_outside(one), Some(rest));
    }

    #[test]
    fn what_the_relay_forwards_meanwhile_is_known_to_be_there() {
        let (mut phone, mut relay) = (Side::new(3, &[(1, 1)]), Side::new(3, &[(1, 1)]));
        phone.session = Some(Session::open(NOTEBOOK, phone.start(3, &phone.have), false));
        run(&mut phone, &mut relay);
        // The partner pushes while this phone is attached.
        relay.receive(&[envelope(WriterId([2; 16]), 1)]);
        relay.session.as_mut().unwrap().have_changed(relay.have.clone());
        phone.notices.clear();
        run(&mut phone, &mut relay);
        assert!(phone.session.unwrap().is_caught_up());
        assert!(relay.session.unwrap().is_caught_up());
        let learned = |notice: &Notice| match notice {
            Notice::PeerHas(have) | Notice::PeerHasAll(have) => have.contains(WriterId([2; 16]), 1),
            _ => false,
        };
        assert!(phone.notices.iter().any(learned), "{:?}", phone.notices);
    }

    #[test]
    fn early_data_says_nothing_of_the_log() {
        let mut phone = Side::new(3, &[(1, 1)]);
        let start = phone.start(1, &Have::new());
        phone.session = Some(Session::open(NOTEBOOK, start, true));
        let early = phone.drain();
        assert!(matches!(early.as_slice(), [Frame::Attach(_)]));
        phone.session.as_mut().unwrap().confirmed();
        let later = phone.drain();
        assert!(matches!(later.as_slice(), [Frame::Statements(_), Frame::Envelopes(_)]));
    }
}
