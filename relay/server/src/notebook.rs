//! One notebook as this process knows it: its log, and the marks that wake whoever is attached.
//!
//! What its conversations ask of it is answered here, from memory where it can be and from the store
//! where it must. Nothing is decided: that is done at each conversation's
//! [`Desk`](couplet_proto::desk::Desk).

mod fresh;
mod held;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use couplet_proto::desk::Part;
use couplet_proto::desk::judge::{self, still_stands};
use couplet_proto::desk::keeping::{Appended, Extension, Kept, Outcome};
use couplet_proto::desk::question::{Answer, Question};
use couplet_proto::envelope::Sealed;
use couplet_proto::have::Have;
use couplet_proto::ids::NotebookId;
use couplet_proto::log::Log;
use tokio::sync::{Semaphore, watch};

use crate::limits::{REMEMBERED, VERIFY_IN_PLACE};
use crate::store::{Store, StoreError};
use fresh::{Fresh, One};
use held::Held;

/// One notebook, shared by all connections that speak of it.
#[derive(Debug)]
pub struct Notebook<S> {
    id: NotebookId,
    store: Arc<S>,
    /// The log as last read or written; nothing before the first time, or if there is none.
    log: Mutex<Option<Arc<Log>>>,
    held: Held,
    fresh: Fresh,
    judges: Arc<Semaphore>,
    /// Held while the log is read or grows, so that what is known is never older than what is kept;
    /// and shared while envelopes are kept, so that none of a device that was taken out is.
    growing: tokio::sync::RwLock<()>,
    marks: watch::Sender<Marks>,
}

/// What all notebooks of a relay take from together.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// Writers and ranges of have vectors that are remembered.
    remembered: Arc<Semaphore>,
    /// Many signatures are checked on as many threads at a time as there are cores.
    judges: Arc<Semaphore>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let judges = Arc::new(Semaphore::new(cores));
        Self { remembered: Arc::new(Semaphore::new(REMEMBERED)), judges }
    }
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
    pub(crate) fn new(id: NotebookId, store: Arc<S>, shared: Shared) -> Self {
        let (marks, _) = watch::channel(Marks::default());
        let (log, growing) = (Mutex::new(None), tokio::sync::RwLock::new(()));
        let Shared { remembered, judges } = shared;
        let (held, fresh) = (Held::new(remembered), Fresh::default());
        Self { id, store, log, held, fresh, judges, growing, marks }
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
            Question::Have => Answer::Have(self.have().await?),
            Question::Envelopes(range) => Answer::Envelopes(match self.fresh.get(range) {
                Some(fresh) => fresh,
                None => self.store.envelopes(self.id, range).await?,
            }),
            Question::Requests => Answer::Requests(self.store.requests(self.id).await?),
            Question::Judge(judgement) if judgement.signatures() > VERIFY_IN_PLACE => {
                let _turn = self.judges.acquire().await.map_err(|_| StoreError::Closed)?;
                Answer::Judged(blocking(move || judgement.judge()).await?)
            }
            Question::Judge(judgement) => Answer::Judged(judgement.judge()),
            Question::Keep(log, envelopes) => Answer::Kept(self.keep(log, envelopes).await?),
            Question::Append(extension, log) => {
                Answer::Appended(self.append(*extension, log).await?)
            }
            Question::Find(lookup) => Answer::Found(self.store.find(lookup).await?),
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

    /// What was held of it has been let go of, by nobody who is attached.
    pub(crate) fn was_emptied(&self) {
        self.held.forget();
        self.fresh.forget();
        self.mark(Part::Have);
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
        let pushed = One::of(&sealed);
        let kept = self.store.keep(Arc::clone(&log), sealed).await;
        match &kept {
            Ok(Kept { outcomes, have }) => {
                self.held.kept(have);
                let new = pushed.into_iter().zip(outcomes);
                let new = new.filter(|(_, outcome)| **outcome == Outcome::New);
                self.fresh.add(new.map(|(pushed, _)| pushed));
            }
            Err(_) => self.held.forget(),
        }
        let Kept { outcomes, have } = kept?;
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
        let appended = self.store.append(extension).await;
        // Who is taken out may have written more than stands.
        self.held.forget();
        self.fresh.forget();
        let appended = appended?;
        match appended {
            Appended::Done => self.set_log(Some(log)),
            // Another process has written: what is known here is old.
            Appended::Moved if self.known_log().is_some_and(|log| log.head() == after) => {
                self.set_log(None);
            }
            // Another conversation was faster, or the notebook is gone.
            Appended::Moved | Appended::Behind | Appended::TooSoon(_) | Appended::Dissolved => {}
        }
        Ok(appended)
    }

    /// What is held of it.
    async fn have(&self) -> Result<Have, StoreError> {
        let writes = match self.held.get() {
            Ok(have) => return Ok(have),
            Err(writes) => writes,
        };
        let have = self.store.have(self.id).await?;
        self.held.read(&have, writes);
        Ok(have)
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
