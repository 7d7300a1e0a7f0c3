//! One notebook as this process knows it: its log, and the marks that wake whoever is attached.
//!
//! Everything that changes a notebook goes through here, so that it is checked once, by the log as
//! it is at that moment, and so that the others are told after it is durable.

use std::sync::{Arc, Mutex, PoisonError};

use couplet_proto::envelope::{Envelope, Sealed};
use couplet_proto::frame::{Reason, Statements};
use couplet_proto::have::Have;
use couplet_proto::ids::{DeviceId, NotebookId, WriterId};
use couplet_proto::log::{Log, Refused};
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::{LogHead, Statement};
use tokio::sync::watch;

use crate::limits::VERIFY_IN_PLACE;
use crate::store::{Appended, Extension, Letter, Outcome, Posted, Store, StoreError};

/// One notebook, shared by all connections that speak of it.
#[derive(Debug)]
pub struct Notebook<S> {
    id: NotebookId,
    store: Arc<S>,
    /// The log as last read or written; nothing before the first time, or if there is none.
    log: Mutex<Option<Arc<Log>>>,
    /// Held while the log grows, so that two who extend it are ordered here already.
    growing: tokio::sync::Mutex<()>,
    marks: watch::Sender<Marks>,
}

/// How often each part of a notebook has changed since this process first heard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Its membership log.
    pub log: u64,
    /// Its envelopes.
    pub have: u64,
    /// Its mailboxes.
    pub mail: u64,
}

/// Why something was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The sender is told so.
    #[error("refused: {0:?}")]
    Refused(Reason),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of envelopes.
#[derive(Debug, Default)]
pub struct Taken {
    /// What is held of the writers that were touched.
    pub have: Have,
    /// What is held now of what was sent, whether or not it was before.
    pub held: Vec<(WriterId, u64)>,
    /// What was refused, and which envelope it was, as far as it could be read.
    pub refused: Vec<(Reason, Option<(WriterId, u64)>)>,
    /// Whether anything is new.
    pub is_news: bool,
}

impl<S: Store> Notebook<S> {
    pub(crate) fn new(id: NotebookId, store: Arc<S>) -> Self {
        let (marks, _) = watch::channel(Marks::default());
        let (log, growing) = (Mutex::new(None), tokio::sync::Mutex::new(()));
        Self { id, store, log, growing, marks }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> NotebookId {
        self.id
    }

    /// The store it lies in.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Watches it change. What is read after a change is seen includes the change.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Marks> {
        self.marks.subscribe()
    }

    /// Its membership log; nothing if there is no such notebook here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn log(&self) -> Result<Option<Arc<Log>>, StoreError> {
        if let Some(log) = self.known_log() {
            return Ok(Some(log));
        }
        let _growing = self.growing.lock().await;
        self.read_log().await
    }

    /// Whether that device may read and write here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn admits(&self, device: DeviceId) -> Result<Option<Arc<Log>>, StoreError> {
        Ok(self.log().await?.filter(|log| log.member(device).is_some()))
    }

    /// Extends the log, if the statements continue it and the sender belongs to the result.
    ///
    /// # Errors
    /// [`NotTaken`]. Whoever does not belong learns nothing but that.
    pub async fn extend(&self, sender: DeviceId, offer: Statements) -> Result<Marks, NotTaken> {
        let _growing = self.growing.lock().await;
        let known = self.read_log().await?;
        let (id, before) = (self.id, known.clone());
        let judged = blocking(move || judge(id, before.as_deref(), sender, &offer)).await?;
        let was_member = known.as_ref().is_some_and(|log| log.member(sender).is_some());
        let log = judged.map_err(|reason| {
            NotTaken::Refused(if was_member { reason } else { Reason::NotAMember })
        })?;
        let after = known.as_ref().map_or(LogHead::EMPTY, |log| log.head());
        if log.head() == after {
            return Ok(*self.marks.borrow());
        }
        let from = usize::try_from(after.length).unwrap_or(usize::MAX);
        let new = log.statements().get(from..).unwrap_or_default();
        let statements = new.iter().map(|new| (new.hash(), new.bytes().to_vec())).collect();
        let open_invites = log.open_invites().map(|invite| invite.invite).collect();
        let extension = Extension { notebook: id, after, statements, open_invites };
        match self.store.append(extension).await? {
            Appended::Done => {
                self.set_log(Some(Arc::new(log)));
                Ok(self.mark(|marks| marks.log += 1))
            }
            // Another process has written: what is known here is old.
            Appended::Moved => {
                self.set_log(None);
                Err(NotTaken::Refused(Reason::LogConflict))
            }
        }
    }

    /// Keeps those envelopes that a member signed. The marks are as after this change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep(
        &self,
        log: Arc<Log>,
        envelopes: Vec<Vec<u8>>,
    ) -> Result<(Taken, Marks), StoreError> {
        let mut taken = Taken::default();
        let is_long = envelopes.len() > VERIFY_IN_PLACE;
        let verify_all =
            move || -> Vec<_> { envelopes.into_iter().map(|bytes| verify(&log, bytes)).collect() };
        let verified = if is_long { blocking(verify_all).await? } else { verify_all() };
        let mut sealed = Vec::with_capacity(verified.len());
        for verified in verified {
            match verified {
                Ok(envelope) => sealed.push(envelope),
                Err(name) => taken.refused.push((Reason::NotAllowed, name)),
            }
        }
        if sealed.is_empty() {
            return Ok((taken, *self.marks.borrow()));
        }
        let names: Vec<_> = sealed.iter().map(name_of).collect();
        let kept = self.store.keep(self.id, sealed).await?;
        for (outcome, name) in kept.outcomes.into_iter().zip(names) {
            match outcome {
                Outcome::New | Outcome::Held => {
                    taken.is_news |= outcome == Outcome::New;
                    taken.held.push(name);
                }
                Outcome::Fork => taken.refused.push((Reason::Fork, Some(name))),
                Outcome::Full => taken.refused.push((Reason::Full, Some(name))),
            }
        }
        taken.have = kept.have;
        let marks =
            if taken.is_news { self.mark(|marks| marks.have += 1) } else { *self.marks.borrow() };
        Ok((taken, marks))
    }

    /// Puts a request to join in the mailbox of its invite, which must be open and unexpired at
    /// `now`, in seconds since 1970.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn knock(
        &self,
        sender: DeviceId,
        bytes: Vec<u8>,
        now: u64,
    ) -> Result<Marks, NotTaken> {
        const REFUSED: NotTaken = NotTaken::Refused(Reason::NotInvited);
        let log = self.log().await?.ok_or(REFUSED)?;
        let (_, invite) = JoinRequest::peek(&bytes).map_err(|_| REFUSED)?;
        let (open, _, slot) = log.open_invite(invite).ok_or(REFUSED)?;
        if open.expires <= now {
            return Err(REFUSED);
        }
        let read = JoinRequest::read(bytes, open.key).map_err(|_| REFUSED)?;
        let (request, hash) = (read.request(), read.hash());
        let is_own = request.device.signing == sender;
        if request.notebook != self.id || request.slot != slot || !is_own {
            return Err(REFUSED);
        }
        let (notebook, device, bytes) = (self.id, sender, read.bytes().to_vec());
        let letter = Letter { notebook, invite, device, hash, bytes, received: now };
        match self.store.post(letter).await? {
            Posted::New => Ok(self.mark(|marks| marks.mail += 1)),
            Posted::Held => Ok(*self.marks.borrow()),
            Posted::Full => Err(REFUSED),
        }
    }

    /// Reads the log unless it is known; the caller holds `growing`.
    async fn read_log(&self) -> Result<Option<Arc<Log>>, StoreError> {
        if let Some(log) = self.known_log() {
            return Ok(Some(log));
        }
        let statements = self.store.log(self.id).await?;
        if statements.is_empty() {
            return Ok(None);
        }
        let id = self.id;
        let log = blocking(move || replay(id, statements)).await?;
        let log = Arc::new(log.ok_or(StoreError::DamagedLog)?);
        self.set_log(Some(Arc::clone(&log)));
        Ok(Some(log))
    }

    fn known_log(&self) -> Option<Arc<Log>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_log(&self, log: Option<Arc<Log>>) {
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = log;
    }

    fn mark(&self, change: impl FnOnce(&mut Marks)) -> Marks {
        let mut after = Marks::default();
        self.marks.send_modify(|marks| {
            change(marks);
            after = *marks;
        });
        after
    }
}

/// The log as it would be, if the statements continue it and the sender belongs to it.
fn judge(
    id: NotebookId,
    known: Option<&Log>,
    sender: DeviceId,
    offer: &Statements,
) -> Result<Log, Reason> {
    let mut log = known.cloned();
    let known = known.map(Log::statements).unwrap_or_default();
    let from = usize::try_from(offer.from).map_err(|_| Reason::LogConflict)?;
    if from > known.len() {
        return Err(Reason::LogConflict);
    }
    for (at, bytes) in (from..).zip(&offer.statements) {
        match known.get(at) {
            Some(held) if held.bytes() != bytes => return Err(Reason::LogConflict),
            Some(_) => {}
            None => log = Some(grow(log, bytes)?),
        }
    }
    let log = log.filter(|log| log.id() == id).ok_or(Reason::NotAMember)?;
    if log.member(sender).is_some() { Ok(log) } else { Err(Reason::NotAMember) }
}

fn grow(log: Option<Log>, bytes: &[u8]) -> Result<Log, Reason> {
    let statement = Statement::read(bytes.to_vec()).map_err(|_| Reason::NotAllowed)?;
    let grown = match log {
        None => Log::begin(statement),
        Some(mut log) => log.append(statement).map(|()| log),
    };
    grown.map_err(|refused| match refused {
        Refused::OutOfPlace => Reason::LogConflict,
        Refused::Full => Reason::Full,
        Refused::NotAMember | Refused::NotAllowed(_) | Refused::Frozen => Reason::NotAllowed,
    })
}

fn replay(id: NotebookId, statements: Vec<Vec<u8>>) -> Option<Log> {
    let read = statements.into_iter().map(Statement::read).collect::<Result<Vec<_>, _>>().ok()?;
    Log::replay(read).ok().filter(|log| log.id() == id)
}

fn verify(log: &Log, bytes: Vec<u8>) -> Result<Sealed, Option<(WriterId, u64)>> {
    let envelope = Envelope::parse(bytes).map_err(|_| None)?;
    let name = (envelope.header().writer(), envelope.header().counter);
    log.may_write(envelope.header()).map_err(|_| Some(name))?;
    envelope.verify().map_err(|_| Some(name))
}

fn name_of(sealed: &Sealed) -> (WriterId, u64) {
    (sealed.header().writer(), sealed.header().counter)
}

/// Does what takes long where it delays nobody's frames.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)
}
