//! One device's conversation about one notebook: frames in, frames out, and the notebook between.
//!
//! The device is whoever holds the key of the TLS connection. For every frame that reads or writes
//! it is asked of the log, as it is at that moment, whether the device belongs; whoever does not
//! is told the same as if the notebook did not exist. [`Session`] decides what to send; what is
//! here does what it asks.
//!
//! A conversation waits at first. Once the device is admitted, which may be by its own statements
//! or by another's while it waits, its [`Attach`] is answered and it is attached.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use couplet_proto::frame::{Attach, Frame, Reason, Refuse, Statements, Stored};
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::{DeviceId, NotebookId};
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::session::{Output, Session, Start};
use couplet_proto::statement::LogHead;
use tracing::warn;

use crate::attached::{Attached, hashes, slice};
use crate::close::{Close, Ended};
use crate::limits::{MAX_REFUSALS_UNATTACHED, MAX_REMEMBERED_HAVE, RETRY_BUSY, RETRY_FULL};
use crate::live::{Notebooks, Topic};
use crate::notebook::{Marks, NotTaken, Notebook};
use crate::store::{Store, StoreError};
use crate::wire::Outbox;

/// One device's conversation.
///
/// **After every call, call [`Conversation::act`].**
#[derive(Debug)]
pub struct Conversation<S> {
    device: DeviceId,
    notebooks: Arc<Notebooks<S>>,
    topic: Option<Topic<S>>,
    stage: Stage,
    refusals: u32,
}

#[derive(Debug)]
enum Stage {
    /// Not admitted, or not asked to be. What was asked is remembered.
    Waiting(Option<Attach>),
    /// Both sides have attached.
    Attached(Box<Attached>),
}

impl<S: Store> Conversation<S> {
    /// A conversation with that device, about nothing yet.
    #[must_use]
    pub const fn new(device: DeviceId, notebooks: Arc<Notebooks<S>>) -> Self {
        Self { device, notebooks, topic: None, stage: Stage::Waiting(None), refusals: 0 }
    }

    /// Whether the frame does more than read or push what is the same twice. Such a frame may not
    /// be taken from early data, which somebody else may have sent again.
    #[must_use]
    pub const fn needs_confirmation(frame: &Frame) -> bool {
        matches!(frame, Frame::Statements(_) | Frame::Knock(_))
    }

    /// Takes in a frame.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn handle(&mut self, frame: Frame, outbox: &mut Outbox) -> Result<(), Ended> {
        if matches!(self.stage, Stage::Attached(_)) && !self.still_belongs(outbox).await? {
            return Ok(());
        }
        match (&mut self.stage, frame) {
            (_, Frame::Knock(request)) => self.knock(request, outbox).await,
            (Stage::Attached(attached), frame) => {
                attached.session.handle_frame(frame).map_err(|_| Close::Malformed)?;
                Ok(())
            }
            (Stage::Waiting(_), Frame::Attach(attach)) => self.attach(attach, outbox).await,
            (Stage::Waiting(_), Frame::Statements(offer)) => self.extend(offer, outbox).await,
            (Stage::Waiting(None), Frame::Envelopes(_)) => self.refuse(Reason::NotAMember, outbox),
            (Stage::Waiting(_), Frame::Ping(number)) => {
                outbox.push(&Frame::Pong(number));
                Ok(())
            }
            // What came along with an attach that was refused is said again once it is answered.
            (Stage::Waiting(_), _) => Ok(()),
        }
    }

    /// Waits until the notebook has changed, by whomever.
    pub async fn changed(&mut self) {
        match &mut self.topic {
            Some(topic) => topic.changed().await,
            None => std::future::pending().await,
        }
    }

    /// Catches up with the notebook after [`Conversation::changed`].
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn refresh(&mut self, outbox: &mut Outbox) -> Result<(), Ended> {
        let Some(topic) = &mut self.topic else { return Ok(()) };
        let (before, now) = topic.catch_up();
        let notebook = Arc::clone(topic.notebook());
        if let Stage::Waiting(attach) = &mut self.stage {
            let admitted = notebook.admits(self.device).await.map_err(unavailable)?;
            return match (admitted, attach.take()) {
                (Some(log), Some(attach)) => self.answer(&log, attach).await,
                (_, attach) => {
                    self.stage = Stage::Waiting(attach);
                    Ok(())
                }
            };
        }
        if !self.still_belongs(outbox).await? {
            return Ok(());
        }
        let Stage::Attached(attached) = &mut self.stage else { return Ok(()) };
        if now.log != before.log
            && let Some(log) = notebook.log().await.map_err(unavailable)?
        {
            attached.session.log_changed(hashes(&log));
        }
        if now.have != before.have {
            let have = notebook.store().have(notebook.id()).await.map_err(unavailable)?;
            attached.session.have_changed(have);
        }
        if now.mail != before.mail {
            attached.look_for_mail();
        }
        Ok(())
    }

    /// Does what the session asks for, as far as the outbox has room.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn act(&mut self, outbox: &mut Outbox) -> Result<(), Ended> {
        loop {
            let Stage::Attached(attached) = &mut self.stage else { return Ok(()) };
            let Some(topic) = &self.topic else { return Ok(()) };
            let notebook = Arc::clone(topic.notebook());
            let Some(output) = attached.next(outbox) else {
                return attached.show_requests(&notebook, outbox).await.map_err(unavailable);
            };
            match output {
                Output::Send(frame) => outbox.push(&frame),
                Output::Load(range) => {
                    let found = notebook.store().envelopes(notebook.id(), range).await;
                    attached.session.loaded(found.map_err(unavailable)?);
                }
                Output::LoadLog { from } => {
                    let log = notebook.log().await.map_err(unavailable)?;
                    let found = log.map(|log| slice(&log, from)).unwrap_or_default();
                    attached.session.log_loaded(from, found);
                }
                Output::Receive(envelopes) => self.keep(&notebook, envelopes, outbox).await?,
                Output::Extend(offer) => self.extend(offer, outbox).await?,
                Output::Notify(_) => {}
            }
        }
    }

    async fn attach(&mut self, mut attach: Attach, outbox: &mut Outbox) -> Result<(), Ended> {
        let notebook = self.turn_to(attach.notebook)?;
        match notebook.admits(self.device).await {
            Ok(Some(log)) => self.answer(&log, attach).await,
            Ok(None) => {
                if attach.have.len() > MAX_REMEMBERED_HAVE {
                    attach.have.clear();
                }
                self.stage = Stage::Waiting(Some(attach));
                self.refuse(Reason::NotAMember, outbox)
            }
            Err(error) => self.not_taken(error.into(), outbox),
        }
    }

    /// Answers an attach of a device that belongs.
    async fn answer(&mut self, log: &Log, attach: Attach) -> Result<(), Ended> {
        let notebook = self.turn_to(attach.notebook)?;
        let have = notebook.store().have(notebook.id()).await.map_err(unavailable)?;
        let start = Start { log: hashes(log), have, ..Start::default() };
        let session = Session::answer(start, attach).map_err(|_| Close::Malformed)?;
        self.stage = Stage::Attached(Box::new(Attached::new(session)));
        Ok(())
    }

    async fn extend(&mut self, offer: Statements, outbox: &mut Outbox) -> Result<(), Ended> {
        let notebook = self.turn_to(offer.notebook)?;
        let extended = notebook.extend(self.device, offer).await;
        if let Ok(marks) = &extended {
            self.follow_own(|seen| &mut seen.log, marks.log);
        }
        match (&mut self.stage, extended) {
            (Stage::Attached(attached), Ok(_)) => {
                if let Some(log) = notebook.log().await.map_err(unavailable)? {
                    attached.session.log_changed(hashes(&log));
                }
                Ok(())
            }
            (Stage::Waiting(attach), Ok(_)) => {
                let log = notebook.log().await.map_err(unavailable)?;
                let head = log.as_ref().map_or(LogHead::EMPTY, |log| log.head());
                outbox.push(&Frame::Stored(Stored { log: head, have: Vec::new() }));
                match (attach.take(), log) {
                    (Some(attach), Some(log)) => self.answer(&log, attach).await,
                    (attach, _) => {
                        self.stage = Stage::Waiting(attach);
                        Ok(())
                    }
                }
            }
            (_, Err(error)) => self.not_taken(error, outbox),
        }
    }

    async fn keep(
        &mut self,
        notebook: &Notebook<S>,
        envelopes: Vec<Vec<u8>>,
        outbox: &mut Outbox,
    ) -> Result<(), Ended> {
        let log = notebook.admits(self.device).await.map_err(unavailable)?;
        let Some(log) = log else { return Ok(()) };
        let (taken, marks) = match notebook.keep(log, envelopes).await {
            Ok(kept) => kept,
            Err(error) => return self.not_taken(error.into(), outbox),
        };
        if taken.is_news {
            self.follow_own(|seen| &mut seen.have, marks.have);
        }
        let Stage::Attached(attached) = &mut self.stage else { return Ok(()) };
        for (reason, envelope) in taken.refused {
            let retry_after = (reason == Reason::Full).then_some(RETRY_FULL);
            attached.session.refuse(Refuse { reason, envelope, retry_after });
        }
        for (writer, counter) in taken.held {
            attached.session.exchanged(Range { writer, first: counter, last: counter });
        }
        if taken.have != Have::new() {
            attached.session.stored(&taken.have);
        }
        Ok(())
    }

    async fn knock(&mut self, request: Vec<u8>, outbox: &mut Outbox) -> Result<(), Ended> {
        let Ok((id, _)) = JoinRequest::peek(&request) else {
            return self.refuse(Reason::NotInvited, outbox);
        };
        let notebook = self.turn_to(id)?;
        match notebook.knock(self.device, request, seconds_since_1970()).await {
            Ok(_) => {
                // It waits; of the notebook itself this says nothing.
                let nothing = Stored { log: LogHead::EMPTY, have: Vec::new() };
                outbox.push(&Frame::Stored(nothing));
                Ok(())
            }
            Err(error) => self.not_taken(error, outbox),
        }
    }

    /// Turns to that notebook, if the conversation is not about another.
    fn turn_to(&mut self, id: NotebookId) -> Result<Arc<Notebook<S>>, Ended> {
        let notebooks = &self.notebooks;
        let topic = self.topic.get_or_insert_with(|| Topic::new(notebooks.get(id)));
        let is_same = topic.notebook().id() == id;
        if is_same { Ok(Arc::clone(topic.notebook())) } else { Err(Close::Malformed.into()) }
    }

    /// One's own change is no news.
    fn follow_own(&mut self, part: impl Fn(&mut Marks) -> &mut u64, after: u64) {
        if let Some(topic) = &mut self.topic {
            topic.follow_own(part, after);
        }
    }

    /// Whether an attached device is still a member; if not, it is told and let go.
    async fn still_belongs(&mut self, outbox: &mut Outbox) -> Result<bool, Ended> {
        let Some(topic) = &self.topic else { return Ok(false) };
        let log = topic.notebook().admits(self.device).await.map_err(unavailable)?;
        if log.is_none() {
            self.stage = Stage::Waiting(None);
            self.refuse(Reason::NotAMember, outbox)?;
        }
        Ok(log.is_some())
    }

    fn not_taken(&mut self, error: NotTaken, outbox: &mut Outbox) -> Result<(), Ended> {
        let (reason, retry_after) = match error {
            NotTaken::Refused(reason) => (reason, None),
            NotTaken::Store(StoreError::Full) => (Reason::Full, Some(RETRY_FULL)),
            NotTaken::Store(error) => {
                warn!(%error, "a device was told to come again");
                (Reason::Busy, Some(RETRY_BUSY))
            }
        };
        match &mut self.stage {
            Stage::Attached(attached) => {
                attached.session.refuse(Refuse { reason, envelope: None, retry_after });
                Ok(())
            }
            Stage::Waiting(_) if retry_after.is_none() => self.refuse(reason, outbox),
            Stage::Waiting(_) => {
                outbox.push(&Frame::Refuse(Refuse { reason, envelope: None, retry_after }));
                Ok(())
            }
        }
    }

    fn refuse(&mut self, reason: Reason, outbox: &mut Outbox) -> Result<(), Ended> {
        outbox.push(&reason.into());
        self.refusals += 1;
        if self.refusals > MAX_REFUSALS_UNATTACHED {
            return Err(Close::TooManyRefusals.into());
        }
        Ok(())
    }
}

fn unavailable(error: StoreError) -> Ended {
    warn!(%error, "a conversation had to end");
    Close::Unavailable.into()
}

/// Only the expiry of an invite asks for it (protocol rule 30).
fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
