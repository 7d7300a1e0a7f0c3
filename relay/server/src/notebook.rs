//! One notebook as this process knows it: its log, and the marks that wake whoever is attached.
//!
//! What its conversations ask of it is answered here, from memory where it can be and from the store
//! where it must. Nothing is decided: that is done at each conversation's
//! [`Desk`](couplet_proto::desk::Desk).

use std::sync::{Arc, Mutex, PoisonError};

use couplet_proto::desk::Part;
use couplet_proto::desk::judge::{self, still_stands};
use couplet_proto::desk::keeping::{Appended, Extension, Kept, Outcome};
use couplet_proto::desk::question::{Answer, Question};
use couplet_proto::envelope::Sealed;
use couplet_proto::ids::NotebookId;
use couplet_proto::log::Log;
use tokio::sync::watch;

use crate::limits::VERIFY_IN_PLACE;
use crate::store::{Store, StoreError};

/// One notebook, shared by all connections that speak of it.
#[derive(Debug)]
pub struct Notebook<S> {
    id: NotebookId,
    store: Arc<S>,
    /// The log as last read or written; nothing before the first time, or if there is none.
    log: Mutex<Option<Arc<Log>>>,
    /// Held while the log is read or grows, so that what is known is never older than what is kept;
    /// and shared while envelopes are kept, so that none of a device that was taken out is.
    growing: tokio::sync::RwLock<()>,
    marks: watch::Sender<Marks>,
}

/// How often each part of a notebook has changed since this process first heard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    log: u64,
    have: u64,
    mail: u64,
}

impl Marks {
    /// That of one part.
    #[must_use]
    pub const fn of(&self, part: Part) -> u64 {
        match part {
            Part::Log => self.log,
            Part::Have => self.have,
            Part::Mail => self.mail,
        }
    }

    /// That of one part, to be changed.
    pub const fn of_mut(&mut self, part: Part) -> &mut u64 {
        match part {
            Part::Log => &mut self.log,
            Part::Have => &mut self.have,
            Part::Mail => &mut self.mail,
        }
    }
}

impl<S: Store> Notebook<S> {
    pub(crate) fn new(id: NotebookId, store: Arc<S>) -> Self {
        let (marks, _) = watch::channel(Marks::default());
        let (log, growing) = (Mutex::new(None), tokio::sync::RwLock::new(()));
        Self { id, store, log, growing, marks }
    }

    /// Watches it change. What is read after a change is seen includes the change.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Marks> {
        self.marks.subscribe()
    }

    /// Answers what a desk asks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answer(&self, question: Question) -> Result<Answer, StoreError> {
        Ok(match question {
            Question::Log => Answer::Log(self.log().await?),
            Question::Have => Answer::Have(self.store.have(self.id).await?),
            Question::Envelopes(range) => {
                Answer::Envelopes(self.store.envelopes(self.id, range).await?)
            }
            Question::Requests => Answer::Requests(self.store.requests(self.id).await?),
            Question::Judge(judgement) if judgement.signatures() > VERIFY_IN_PLACE => {
                Answer::Judged(blocking(move || judgement.judge()).await?)
            }
            Question::Judge(judgement) => Answer::Judged(judgement.judge()),
            Question::Keep(log, envelopes) => Answer::Kept(self.keep(log, envelopes).await?),
            Question::Append(extension, log) => {
                Answer::Appended(self.append(extension, log).await?)
            }
            Question::Post(letter) => Answer::Posted(self.store.post(letter).await?),
            Question::Checkpoints => Answer::Checkpoints(self.store.checkpoints(self.id).await?),
            Question::Piece(hash) => Answer::Piece(self.store.piece(self.id, hash).await?),
            Question::KeepPiece(log, piece) => {
                let _not_growing = self.growing.read().await;
                let log = self.known_log().unwrap_or(log);
                Answer::PieceKept(self.store.keep_piece(log, piece).await?)
            }
        })
    }

    /// Says that a part of it has changed; returns how often it has.
    pub fn mark(&self, part: Part) -> u64 {
        let mut after = 0;
        self.marks.send_modify(|marks| {
            let mark = marks.of_mut(part);
            *mark += 1;
            after = *mark;
        });
        after
    }

    /// Keeps envelopes that were judged by a log which may have grown since.
    async fn keep(&self, judged: Arc<Log>, envelopes: Vec<Sealed>) -> Result<Kept, StoreError> {
        let _not_growing = self.growing.read().await;
        let log = self.known_log().unwrap_or(judged);
        let stands = |sealed: &Sealed| still_stands(&log, sealed);
        let standing: Vec<bool> = envelopes.iter().map(stands).collect();
        let mut places = standing.iter();
        let mut sealed = envelopes;
        sealed.retain(|_| places.next().copied().unwrap_or(false));
        let Kept { outcomes, have } = self.store.keep(Arc::clone(&log), sealed).await?;
        let mut outcomes = outcomes.into_iter();
        let outcome = |stands: bool| {
            let kept = if stands { outcomes.next() } else { None };
            kept.unwrap_or(Outcome::TakenOut)
        };
        Ok(Kept { outcomes: standing.into_iter().map(outcome).collect(), have })
    }

    async fn append(&self, extension: Extension, log: Arc<Log>) -> Result<Appended, StoreError> {
        let _growing = self.growing.write().await;
        let after = extension.after;
        let appended = self.store.append(extension).await?;
        match appended {
            Appended::Done => self.set_log(Some(log)),
            // Another process has written: what is known here is old.
            Appended::Moved if self.known_log().is_some_and(|log| log.head() == after) => {
                self.set_log(None);
            }
            // Another conversation was faster.
            Appended::Moved | Appended::Behind => {}
        }
        Ok(appended)
    }

    /// The membership log; nothing if there is no such notebook here.
    async fn log(&self) -> Result<Option<Arc<Log>>, StoreError> {
        if let Some(log) = self.known_log() {
            return Ok(Some(log));
        }
        let _growing = self.growing.write().await;
        if let Some(log) = self.known_log() {
            return Ok(Some(log));
        }
        let statements = self.store.log(self.id).await?;
        if statements.is_empty() {
            return Ok(None);
        }
        let id = self.id;
        let log = blocking(move || judge::replay(id, statements)).await?;
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
}

/// Does what takes long where it delays nobody's frames.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)
}
