//! The driver of a conversation: the session's outputs on one side, the owner and the channel on
//! the other.
//!
//! Its priorities, in this order: 1. what the session asks for, 2. a frame that has come, 3. words
//! written here meanwhile, 4. an answer that is owed, 5. whether the relay is still there. The time
//! given to an exchange is its caller's.

use std::time::{Duration, Instant};

use couplet_proto::frame::{Frame, Reason, Refuse};
use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;
use couplet_proto::session::{Notice, Output, Session};
use couplet_proto::statement::{LogHead, Statement};
use tokio::sync::watch;
use tokio::time;

use crate::answers::Event;
use crate::couplet::Handle;
use crate::error::Error;
use crate::owner::{Opening, Received};
use crate::transport::{Channel, Traffic};

/// What an exchange did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// Envelopes sent.
    pub sent: u64,
    /// Envelopes received that were new here.
    pub received: u64,
    /// Times this side waited for an answer before it sent on, the handshake apart.
    pub round_trips: u32,
    /// Bytes of frames sent.
    pub bytes_out: u64,
    /// Bytes of frames received.
    pub bytes_in: u64,
    /// Bytes of UDP payload sent.
    pub udp_out: u64,
    /// Bytes of UDP payload received.
    pub udp_in: u64,
    /// How long it took, connecting included.
    pub duration: Duration,
    /// Over what.
    pub transport: &'static str,
    /// Whether both sides held the same at its end.
    pub is_caught_up: bool,
}

/// When an exchange ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// When both sides hold the same.
    CaughtUp,
    /// When this device is let in, and then when both sides hold the same.
    LetIn,
    /// Never by itself.
    Stopped,
}

pub(crate) const QUIC: &str = "quic";

/// Words that arrive are answered for after this pause, so that a few of them get one answer.
const BEFORE_ANSWER: Duration = Duration::from_millis(500);

/// While nothing is said, the relay is asked so often whether it is there: a relay that restarted
/// answers with a reset, and what the partner wrote meanwhile comes that much later at most.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A relay that has not answered for so long is gone: many round trips of a bad mobile network.
const HEARTBEAT_ANSWER: Duration = Duration::from_secs(5);

/// One conversation under way.
pub(crate) struct Exchange<'a> {
    handle: &'a Handle,
    channel: Channel,
    session: Session,
    until: Until,
    /// A statement on its way to be ordered.
    proposed: Option<Statement>,
    /// What the relay had waiting before it answered the ping is here.
    has_mail: bool,
    is_waiting_at_the_door: bool,
    /// The relay has no room for what this device sends; what it holds is fetched all the same.
    put_off: Option<Reason>,
    /// The last statement that the session knows.
    log_head: Option<Hash>,
    is_invite_closed: bool,
    was_caught_up: bool,
    has_heard: bool,
    /// When to answer for what has arrived.
    answer_at: Option<time::Instant>,
    /// When to ask whether the relay is there or, if it was asked, to take it for gone.
    beat_at: time::Instant,
    is_beat_unanswered: bool,
    done: Exchanged,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(
        handle: &'a Handle,
        channel: Channel,
        opening: &Opening,
        until: Until,
    ) -> Self {
        let session = Session::open(opening.notebook, opening.start.clone(), false);
        Self {
            handle,
            channel,
            session,
            until,
            proposed: None,
            has_mail: false,
            is_waiting_at_the_door: opening.knock.is_some(),
            put_off: None,
            log_head: opening.start.log.last().copied(),
            is_invite_closed: false,
            was_caught_up: false,
            has_heard: false,
            answer_at: None,
            beat_at: time::Instant::now() + HEARTBEAT,
            is_beat_unanswered: false,
            done: Exchanged { transport: QUIC, ..Exchanged::default() },
        }
    }

    /// Runs until its end, or until the relay or the network ends it.
    pub(crate) async fn run(
        mut self,
        knock: Option<Vec<u8>>,
        mut dirty: watch::Receiver<u64>,
        began: Instant,
    ) -> Result<Exchanged, Error> {
        if let Some(request) = knock {
            self.channel.send(&Frame::Knock(request)).await?;
        }
        self.drain().await?;
        // Whatever waits in the mailbox is sent before the answer to this.
        self.channel.send(&Frame::Ping(1)).await?;
        while !self.is_at_its_end().await? {
            tokio::select! {
                biased;
                frame = self.channel.receive() => match frame {
                    Some(Ok(frame)) => {
                        self.heard().await?;
                        self.handle_frame(frame)?;
                    }
                    Some(Err(_)) => return Err(Error::BadRelay),
                    None => return Err(crate::transport::Unreachable::Lost.into()),
                },
                changed = dirty.changed() => {
                    changed.map_err(|_| Error::Closed)?;
                    self.take_in_own_words().await?;
                }
                () = at(self.answer_at) => {
                    self.answer_at = None;
                    self.take_in_own_words().await?;
                }
                () = time::sleep_until(self.beat_at) => self.beat().await?,
            }
            self.drain().await?;
        }
        Ok(self.finish(began).await)
    }

    async fn finish(mut self, began: Instant) -> Exchanged {
        let (Traffic { sent, received }, udp) = (self.channel.bytes, self.channel.udp());
        (self.done.bytes_out, self.done.bytes_in) = (sent, received);
        (self.done.udp_out, self.done.udp_in) = (udp.sent, udp.received);
        self.done.round_trips = self.session.flights();
        self.done.is_caught_up = self.session.is_caught_up();
        self.done.duration = began.elapsed();
        self.channel.close().await;
        self.done
    }

    async fn is_at_its_end(&mut self) -> Result<bool, Error> {
        if let Some(reason) = self.put_off.filter(|_| self.session.has_all_of_theirs()) {
            return Err(Error::Refused(reason));
        }
        let is_caught_up = self.session.is_caught_up() && !self.is_waiting_at_the_door;
        if is_caught_up && !self.was_caught_up {
            let has_more = self
                .handle
                .call(|owner| {
                    owner.caught_up(QUIC)?;
                    owner.settle_writers()
                })
                .await?;
            self.handle.tell(Event::CaughtUp);
            if has_more {
                self.take_in_own_words().await?;
                self.drain().await?;
                return Ok(false);
            }
        }
        self.was_caught_up = is_caught_up;
        if is_caught_up && self.proposed.is_none() {
            self.propose().await?;
        }
        let has_nothing_to_say = self.proposed.is_none();
        let may_end = self.until != Until::Stopped;
        Ok(may_end && is_caught_up && has_nothing_to_say && self.has_mail)
    }

    /// Offers what this device wants said, once both logs are the same.
    async fn propose(&mut self) -> Result<(), Error> {
        let statement = self.handle.call(|owner| owner.next_statement()).await?;
        if let Some(statement) = statement {
            self.session.propose(statement.bytes().to_vec());
            self.proposed = Some(statement);
            self.drain().await?;
        }
        Ok(())
    }

    /// Says how long the log has become.
    fn log_changed(&mut self, log: Vec<Hash>) {
        self.log_head = log.last().copied();
        self.session.log_changed(log);
    }

    async fn take_in_own_words(&mut self) -> Result<(), Error> {
        let (have, log) = self
            .handle
            .call(|owner| {
                owner.seal_pending()?;
                Ok((owner.have(), owner.log_hashes()))
            })
            .await?;
        if log.last() != self.log_head.as_ref() {
            self.log_changed(log);
        }
        self.session.have_changed(have);
        Ok(())
    }

    /// Whatever comes says that the relay is there.
    async fn heard(&mut self) -> Result<(), Error> {
        self.beat_at = time::Instant::now() + HEARTBEAT;
        self.is_beat_unanswered = false;
        if !self.has_heard && self.until == Until::Stopped {
            self.handle.call(|owner| owner.set_attached(true)).await?;
            self.handle.tell(Event::Attached);
        }
        self.has_heard = true;
        Ok(())
    }

    /// Asks whether the relay is there. While much is under way the transport notices by itself.
    async fn beat(&mut self) -> Result<(), Error> {
        if self.is_beat_unanswered {
            return Err(crate::transport::Unreachable::Lost.into());
        }
        let is_idle = self.was_caught_up && self.until == Until::Stopped;
        self.beat_at = time::Instant::now() + if is_idle { HEARTBEAT_ANSWER } else { HEARTBEAT };
        if is_idle {
            self.is_beat_unanswered = true;
            self.channel.send(&Frame::Ping(2)).await?;
        }
        Ok(())
    }

    fn handle_frame(&mut self, frame: Frame) -> Result<(), Error> {
        self.session.handle_frame(frame).map_err(|_| Error::BadRelay)
    }

    /// Does what the session asks for until it asks for nothing.
    async fn drain(&mut self) -> Result<(), Error> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(frame) => {
                    if let Frame::Envelopes(envelopes) = &frame {
                        self.done.sent += envelopes.len() as u64;
                    }
                    self.channel.send(&frame).await?;
                }
                Output::Load(range) => {
                    let envelopes = self.handle.call(move |owner| owner.envelopes(range)).await?;
                    self.session.loaded(envelopes);
                }
                Output::LoadLog { from } => {
                    let log = self.handle.call(move |owner| owner.statements(from)).await?;
                    self.session.log_loaded(from, log);
                }
                Output::Receive(envelopes) => self.receive(envelopes).await?,
                Output::Extend(piece) => {
                    let received = self.handle.call(move |owner| owner.extend(piece)).await?;
                    self.is_waiting_at_the_door = false;
                    let log = self.handle.call(|owner| Ok(owner.log_hashes())).await?;
                    self.log_changed(log);
                    self.tell(&received);
                }
                Output::Notify(notice) => self.handle_notice(notice).await?,
            }
        }
        Ok(())
    }

    async fn receive(&mut self, envelopes: Vec<Vec<u8>>) -> Result<(), Error> {
        self.done.received += envelopes.len() as u64;
        let received = self.handle.call(move |owner| owner.receive(envelopes)).await?;
        for place in &received.taken {
            self.session.exchanged(*place);
        }
        if let Some(writer) = received.fork {
            tracing::info!("a writer stands twice: the relay's branch is taken");
            self.handle.call(move |owner| owner.heal(writer)).await?;
            return Err(Error::BeginAnew);
        }
        if let Some(writer) = received.unproven {
            self.suspect(writer).await?;
        }
        for not_taken in &received.not_taken {
            tracing::warn!(reason = %not_taken, "the relay sent an envelope that is not taken");
        }
        self.session.stored(&received.delta);
        self.tell(&received);
        // What came may say how far our words have come.
        self.handle.tell(Event::Delivered);
        if self.until == Until::Stopped {
            self.answer_at = Some(time::Instant::now() + BEFORE_ANSWER);
        }
        Ok(())
    }

    fn tell(&self, received: &Received) {
        for entry in &received.touched {
            self.handle.tell(Event::Entry(entry.clone()));
        }
    }

    async fn handle_notice(&mut self, notice: Notice) -> Result<(), Error> {
        match notice {
            Notice::PeerHasAll(have) => {
                self.handle.call(move |owner| owner.relay_has_all(&have)).await?;
                self.handle.tell(Event::Delivered);
            }
            Notice::PeerHas(have) => {
                self.handle.call(move |owner| owner.relay_has(&have)).await?;
                self.handle.tell(Event::Delivered);
            }
            Notice::PeerLog(head) => self.handle_peer_log(head).await?,
            Notice::Requests(requests) => {
                self.handle.call(move |owner| owner.keep_requests(requests)).await?;
                self.handle.tell(Event::Requests);
            }
            Notice::Refused(refuse) => self.handle_refusal(refuse).await?,
            Notice::Forked(writer) => self.suspect(writer).await?,
            Notice::LogsDiffer => return Err(Error::Refused(Reason::LogConflict)),
            Notice::Pong(_) => self.has_mail = true,
        }
        Ok(())
    }

    async fn handle_peer_log(&mut self, head: LogHead) -> Result<(), Error> {
        let is_ordered = self.proposed.as_ref().is_some_and(|statement| statement.head() == head);
        if let Some(statement) = self.proposed.take_if(|_| is_ordered) {
            let log = self
                .handle
                .call(|owner| {
                    owner.append(statement)?;
                    Ok(owner.log_hashes())
                })
                .await?;
            self.log_changed(log);
        }
        self.handle.call(move |owner| owner.relay_log(head)).await
    }

    /// The relay says that it holds another branch of a writer: the exchange begins anew, to be
    /// given all of it. Nothing is given up before a signed envelope proves it.
    async fn suspect(&self, writer: WriterId) -> Result<(), Error> {
        self.handle.call(move |owner| owner.suspect(writer)).await?;
        Err(Error::BeginAnew)
    }

    /// The relay will never take that envelope: if it is our own, another writer carries it.
    async fn end_writer(&self, writer: WriterId, from: u64) -> Result<(), Error> {
        tracing::warn!("the relay refused an envelope for good");
        let is_own = self.handle.call(move |owner| owner.end_writer(writer, from)).await?;
        if is_own { Err(Error::BeginAnew) } else { Ok(()) }
    }

    async fn handle_refusal(&mut self, refuse: Refuse) -> Result<(), Error> {
        match refuse.reason {
            // An invite that is used up may have been used for this device: the log will tell.
            Reason::NotInvited if self.is_waiting_at_the_door => {
                self.is_invite_closed = true;
                Ok(())
            }
            Reason::NotAMember if self.is_waiting_at_the_door => match self.until {
                _ if self.is_invite_closed => Err(Error::Refused(Reason::NotInvited)),
                Until::LetIn | Until::Stopped => Ok(()),
                Until::CaughtUp => Err(Error::NotLetInYet),
            },
            // Somebody was faster: the log comes, and what is wanted is said anew.
            Reason::LogConflict if self.proposed.take().is_some() => Ok(()),
            Reason::Full | Reason::Busy if refuse.envelope.is_some() => {
                self.put_off = Some(refuse.reason);
                Ok(())
            }
            Reason::NotAMember
            | Reason::LogConflict
            | Reason::NotInvited
            | Reason::Full
            | Reason::Busy
            | Reason::Other(_) => Err(Error::Refused(refuse.reason)),
            Reason::Fork => match refuse.envelope {
                Some((writer, _)) => self.suspect(writer).await,
                None => Ok(()),
            },
            Reason::NotAllowed => match (refuse.envelope, self.proposed.take()) {
                (Some((writer, counter)), _) => self.end_writer(writer, counter).await,
                (None, Some(_)) => {
                    self.handle.call(|owner| owner.forget_intent()).await?;
                    Err(Error::Refused(Reason::NotAllowed))
                }
                (None, None) => Ok(()),
            },
        }
    }
}

/// The given time, if there is one; never otherwise.
async fn at(time: Option<time::Instant>) {
    match time {
        Some(time) => time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
