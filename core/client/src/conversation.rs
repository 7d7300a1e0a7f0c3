//! A conversation of this device with a relay, without a network, a clock or a thread: frames and
//! the time go in, frames and events come out, and between them stand the [`Session`], which knows
//! what to send, and the [`Owner`], which keeps it.
//!
//! **After every call, drain [`Conversation::poll_output`]**, and call
//! [`Conversation::handle_timeout`] when [`Conversation::poll_timeout`] has passed. An error ends
//! the conversation; [`Error::BeginAnew`] asks for another one at once.
//!
//! Deliberately not here: connecting, and when to try again.

mod checkpoint;
mod closed;
mod leading;
mod recovering;
mod refused;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use couplet_proto::frame::{Frame, Reason};
use couplet_proto::hash::Hash;
use couplet_proto::session::{Notice, Output as Asked, Session};
use couplet_proto::statement::Statement;

use crate::answers::Event;
use crate::error::Error;
use crate::owner::{Opening, Owner, Received};
use crate::transport::Unreachable;
use checkpoint::Checkpoints;
use refused::{PutOff, suspect};

/// When a conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When both sides hold the same.
    CaughtUp,
    /// When this device is let in, and then when both sides hold the same.
    LetIn,
    /// Never by itself.
    Stopped,
}

/// What the shell must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this frame.
    Send(Frame),
    /// Tell whoever watches.
    Tell(Event),
    /// It has come to its end; nothing follows.
    End,
}

/// What came of a conversation so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Talked {
    /// Envelopes sent.
    pub sent: u64,
    /// Envelopes received.
    pub received: u64,
    /// Times this side waited for an answer before it sent on.
    pub round_trips: u32,
    /// Whether both sides hold the same.
    pub is_caught_up: bool,
}

pub(crate) const QUIC: &str = "quic";

/// Words that arrive are answered for after this pause, so that a few of them get one answer.
const BEFORE_ANSWER: Duration = Duration::from_millis(500);

/// While nothing is said, the relay is asked so often whether it is there: a relay that restarted
/// answers with a reset, and what the partner wrote meanwhile comes that much later at most.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A relay that has not answered for so long is gone: many round trips of a bad mobile network.
const HEARTBEAT_ANSWER: Duration = Duration::from_secs(5);

/// The ping after the first flight: what the relay had waiting has come before its answer.
const FIRST_PING: u64 = 1;

/// A ping that only asks whether the relay is there.
const HEARTBEAT_PING: u64 = 2;

/// One conversation under way.
#[derive(Debug)]
pub struct Conversation {
    session: Session,
    until: Until,
    outputs: VecDeque<Output>,
    /// The first flight was sent, and the ping after it.
    has_greeted: bool,
    /// A statement on its way to be ordered.
    proposed: Option<Statement>,
    /// What the relay had waiting before it answered the ping is here.
    has_mail: bool,
    is_waiting_at_the_door: bool,
    /// Words are letting this device in.
    recovering: Option<recovering::Step>,
    /// The relay has no room, or no time, for what this device sends; what it holds is fetched all
    /// the same.
    put_off: Option<PutOff>,
    /// The last statement that the session knows.
    log_head: Option<Hash>,
    is_invite_closed: bool,
    /// This person has left, and the relay knows.
    is_farewell_said: bool,
    /// The relay is one that the notebook was at before: it is asked for what it has, and given no
    /// word.
    is_look_back: bool,
    was_caught_up: bool,
    was_level: bool,
    has_heard: bool,
    has_ended: bool,
    /// When to answer for what has arrived.
    answer_at: Option<Instant>,
    /// When to ask whether the relay is there or, if it was asked, to take it for gone.
    beat_at: Instant,
    is_beat_unanswered: bool,
    checkpoints: Checkpoints,
    talked: Talked,
}

/// What is to be done while nothing is asked for.
enum Next {
    /// There is something to do.
    GoOn,
    /// Something must happen first.
    Wait,
    /// Nothing more.
    End,
}

impl Conversation {
    /// Speaks first: seals what waits, and says what there is.
    ///
    /// # Errors
    /// [`Error::Store`], and whatever makes the notebook unreadable.
    pub fn open(owner: &mut Owner, until: Until, now: Instant) -> Result<Self, Error> {
        Ok(Self::of(owner.opening()?, until, now))
    }

    fn of(opening: Opening, until: Until, now: Instant) -> Self {
        let Opening { notebook, start, knock, recall } = opening;
        let (log_head, is_waiting_at_the_door) = (start.log.last().copied(), knock.is_some());
        let first = knock.map(Frame::Knock).or(recall.map(Frame::Recall));
        Self {
            session: Session::open(notebook, start, false),
            until,
            recovering: recall.map(|_| recovering::Step::Asked),
            outputs: first.into_iter().map(Output::Send).collect(),
            has_greeted: false,
            proposed: None,
            has_mail: false,
            is_waiting_at_the_door,
            put_off: None,
            log_head,
            is_invite_closed: false,
            is_farewell_said: false,
            is_look_back: false,
            was_caught_up: false,
            was_level: false,
            has_heard: false,
            has_ended: false,
            answer_at: None,
            beat_at: now + HEARTBEAT,
            is_beat_unanswered: false,
            checkpoints: Checkpoints::default(),
            talked: Talked::default(),
        }
    }

    /// The next thing to do, or nothing until something happens.
    ///
    /// # Errors
    /// [`Error`]; the conversation is over then.
    pub fn poll_output(
        &mut self,
        owner: &mut Owner,
        now: Instant,
    ) -> Result<Option<Output>, Error> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Ok(Some(output));
            }
            if self.has_ended {
                return Ok(None);
            }
            if let Some(asked) = self.session.poll_output() {
                self.act(owner, asked, now)?;
                continue;
            }
            if !std::mem::replace(&mut self.has_greeted, true) {
                // Whatever waits in the mailbox is sent before the answer to this.
                self.send(Frame::Ping(FIRST_PING));
                continue;
            }
            match self.next(owner, now)? {
                Next::GoOn => {}
                Next::Wait => return Ok(None),
                Next::End => {
                    self.has_ended = true;
                    return Ok(Some(Output::End));
                }
            }
        }
    }

    /// Whether the next output is there already, and asks nothing of the owner.
    #[must_use]
    pub(crate) fn has_outputs(&self) -> bool {
        !self.outputs.is_empty()
    }

    /// When [`Conversation::handle_timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Instant {
        let again_at = self.put_off.filter(|put_off| self.has_heard_all(*put_off));
        let again_at = again_at.map(|put_off| put_off.until);
        let times = [self.answer_at, again_at, self.checkpoints.poll_timeout()];
        times.into_iter().flatten().fold(self.beat_at, Instant::min)
    }

    /// Takes in a frame.
    ///
    /// # Errors
    /// [`Error::BadRelay`].
    pub fn handle_frame(
        &mut self,
        owner: &mut Owner,
        frame: Frame,
        now: Instant,
    ) -> Result<(), Error> {
        self.heard(owner, now)?;
        if self.handle_recovery(owner, &frame)? {
            return Ok(());
        }
        match frame {
            Frame::Checkpoints(whole) => self.handle_checkpoints(owner, whole, now),
            Frame::Want(wanted) => self.handle_want(owner, &wanted, now),
            Frame::Piece(piece) => self.handle_piece(owner, piece, now),
            frame => self.session.handle_frame(frame).map_err(|_| Error::BadRelay),
        }
    }

    /// Something was written here, or wanted said.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn handle_written(&mut self, owner: &mut Owner) -> Result<(), Error> {
        if owner.is_paused()? {
            return Err(Error::Paused);
        }
        owner.seal_pending()?;
        let log = owner.log_hashes();
        if log.last() != self.log_head.as_ref() && !owner.is_gathering() {
            self.log_changed(log);
        }
        // Who leaves sends nothing that was not sent before.
        if !owner.is_apart()? {
            self.session.have_changed(owner.have());
        }
        Ok(())
    }

    /// Time has passed.
    ///
    /// # Errors
    /// [`Unreachable::Lost`] if the relay does not answer any more.
    pub fn handle_timeout(&mut self, owner: &mut Owner, now: Instant) -> Result<(), Error> {
        if self.answer_at.take_if(|answer_at| *answer_at <= now).is_some() {
            self.handle_written(owner)?;
        }
        if self.checkpoints.is_overdue(now) {
            self.look_at_checkpoints(owner, now)?;
        }
        if self.beat_at <= now {
            self.beat(now)?;
        }
        Ok(())
    }

    /// What came of it so far.
    #[must_use]
    pub fn talked(&self) -> Talked {
        let (round_trips, is_caught_up) = (self.session.flights(), self.session.is_caught_up());
        Talked { round_trips, is_caught_up, ..self.talked }
    }

    fn next(&mut self, owner: &mut Owner, now: Instant) -> Result<Next, Error> {
        if self.is_farewell_said {
            return Ok(Next::End);
        }
        if self.is_look_back {
            let has_all = self.session.has_all_to_be_had() && self.session.is_log_shared();
            let may_end = self.has_mail && !self.checkpoints.is_busy();
            return Ok(if has_all && may_end { Next::End } else { Next::Wait });
        }
        if let Some(put_off) = self.put_off.filter(|put_off| self.has_heard_all(*put_off)) {
            return match self.until {
                Until::CaughtUp | Until::LetIn => Err(Error::Refused(put_off.reason)),
                // Whoever stays attached reads on, and only another conversation sends it again.
                Until::Stopped if put_off.until <= now => Err(Error::BeginAnew),
                Until::Stopped => Ok(Next::Wait),
            };
        }
        let is_level = self.session.has_given_all() && !self.is_waiting_at_the_door;
        let is_caught_up = is_level && self.session.is_caught_up();
        let was_caught_up = std::mem::replace(&mut self.was_caught_up, is_caught_up);
        if is_caught_up && !was_caught_up {
            owner.caught_up(QUIC)?;
            self.tell(Event::CaughtUp);
        }
        let was_level = std::mem::replace(&mut self.was_level, is_level);
        if is_level && !was_level {
            if owner.settle_writers()? {
                self.was_level = false;
                self.handle_written(owner)?;
            }
            owner.pursue_erasing()?;
            owner.checkpoint_if_worthwhile()?;
            self.look_at_checkpoints(owner, now)?;
            return Ok(Next::GoOn);
        }
        if is_level && self.proposed.is_none() && self.propose(owner)? {
            return Ok(Next::GoOn);
        }
        let may_end = self.until != Until::Stopped && self.has_mail && !self.checkpoints.is_busy();
        let is_done = may_end && is_level && self.proposed.is_none();
        if is_done || may_end && self.has_all_but_a_base(owner)? {
            return Ok(Next::End);
        }
        Ok(Next::Wait)
    }

    /// Whether all is here but what the relay has let go of, for a checkpoint that is not to be had so
    /// far: until then nothing more comes.
    fn has_all_but_a_base(&self, owner: &mut Owner) -> Result<bool, Error> {
        Ok(self.session.has_all_but_covered() && owner.lacks_base()?)
    }

    /// Offers what this device wants said, once both logs are the same. Says whether there was
    /// anything.
    fn propose(&mut self, owner: &mut Owner) -> Result<bool, Error> {
        let Some(statement) = owner.next_statement()? else { return Ok(false) };
        self.session.propose(statement.bytes().to_vec());
        self.proposed = Some(statement);
        Ok(true)
    }

    /// Does what the session asks for.
    fn act(&mut self, owner: &mut Owner, asked: Asked, now: Instant) -> Result<(), Error> {
        match asked {
            Asked::Send(frame) => self.send(frame),
            // Nothing says that the store has them not.
            Asked::Load(_) if self.is_look_back || self.is_farewell_said => {
                self.session.loaded(Vec::new());
            }
            Asked::Load(range) => self.session.loaded(owner.envelopes(range)?),
            Asked::LoadLog { from } => self.session.log_loaded(from, owner.statements(from)?),
            Asked::Receive(envelopes) => self.receive(owner, envelopes, now)?,
            Asked::Extend(piece) => self.extend(owner, piece, now)?,
            Asked::Notify(notice) => self.handle_notice(owner, notice, now)?,
        }
        Ok(())
    }

    fn send(&mut self, frame: Frame) {
        if let Frame::Envelopes(envelopes) = &frame {
            self.talked.sent += envelopes.len() as u64;
        }
        self.outputs.push_back(Output::Send(frame));
    }

    fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Tell(event));
    }

    fn tell_touched(&mut self, received: Received) {
        for (by, reason) in received.rejected {
            self.tell(Event::Rejected { by, reason });
        }
        for entry in received.touched {
            self.tell(Event::Entry(entry));
        }
    }

    /// Says how long the log has become.
    fn log_changed(&mut self, log: Vec<Hash>) {
        self.log_head = log.last().copied();
        self.session.log_changed(log);
    }

    /// Whatever comes says that the relay is there.
    fn heard(&mut self, owner: &mut Owner, now: Instant) -> Result<(), Error> {
        self.beat_at = now + HEARTBEAT;
        self.is_beat_unanswered = false;
        if !std::mem::replace(&mut self.has_heard, true) && self.until == Until::Stopped {
            owner.set_attached(true)?;
            self.tell(Event::Attached);
        }
        Ok(())
    }

    /// Asks whether the relay is there. While much is under way its answer may take long; then the
    /// transport notices that not even the question is heard.
    fn beat(&mut self, now: Instant) -> Result<(), Error> {
        if self.is_beat_unanswered {
            return Err(Unreachable::Lost.into());
        }
        let is_quiet = self.was_level || self.put_off.is_some();
        self.is_beat_unanswered = is_quiet && self.until == Until::Stopped;
        self.beat_at = now + if self.is_beat_unanswered { HEARTBEAT_ANSWER } else { HEARTBEAT };
        self.send(Frame::Ping(HEARTBEAT_PING));
        Ok(())
    }

    fn receive(
        &mut self,
        owner: &mut Owner,
        envelopes: Vec<Vec<u8>>,
        now: Instant,
    ) -> Result<(), Error> {
        self.talked.received += envelopes.len() as u64;
        let received = owner.receive(envelopes)?;
        for place in &received.taken {
            self.session.exchanged(*place);
        }
        if let Some(writer) = received.fork {
            tracing::info!("a writer stands twice: the relay's branch is taken");
            owner.heal(writer)?;
            return Err(Error::BeginAnew);
        }
        if let Some(writer) = received.unproven
            && !owner.lacks_base()?
        {
            suspect(owner, writer)?;
        }
        for not_taken in &received.not_taken {
            tracing::warn!(reason = %not_taken, "the relay sent an envelope that is not taken");
        }
        for (writer, stands) in &received.unwanted {
            self.session.unwanted(*writer, *stands);
        }
        self.session.stored(&received.delta);
        self.tell_touched(received);
        self.settle_closed(owner)?;
        // What came may say how far our words have come.
        self.tell(Event::Delivered);
        if self.until == Until::Stopped {
            self.answer_at = Some(now + BEFORE_ANSWER);
        }
        Ok(())
    }

    fn handle_notice(
        &mut self,
        owner: &mut Owner,
        notice: Notice,
        now: Instant,
    ) -> Result<(), Error> {
        match notice {
            // What a relay of before refuses, or has otherwise, is nothing to the one of now.
            Notice::Refused(refuse) if self.is_look_back => {
                return Err(Error::Refused(refuse.reason));
            }
            Notice::LogsDiffer | Notice::Forked(_) if self.is_look_back => {
                return Err(Error::Refused(Reason::LogConflict));
            }
            Notice::PeerHasAll(_) | Notice::PeerHas(_) | Notice::PeerLog(_)
                if self.is_look_back => {}
            Notice::PeerHasAll(have) => {
                owner.relay_has_all(&have)?;
                self.tell(Event::Delivered);
            }
            Notice::PeerHas(have) => {
                owner.relay_has(&have)?;
                self.tell(Event::Delivered);
            }
            Notice::PeerLog(head) => self.handle_peer_log(owner, head)?,
            Notice::Requests(requests) => {
                owner.keep_requests(requests)?;
                self.tell(Event::Requests);
            }
            Notice::Refused(refuse) => self.handle_refusal(owner, refuse, now)?,
            Notice::Forked(writer) => suspect(owner, writer)?,
            Notice::LogsDiffer => owner.doubt_log()?,
            Notice::Pong(_) => self.has_mail = true,
        }
        Ok(())
    }
}
