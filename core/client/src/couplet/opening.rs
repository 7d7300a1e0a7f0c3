//! Opening a notebook, and the thread that owns it from then on.
//!
//! What is shown first comes from the read model, on a connection of its own: it does not wait until
//! the owner has read what it needs to write. Whoever asks the owner waits for that and, if it fails,
//! is told why.

use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::{Couplet, Handle, Job};
use crate::error::Error;
use crate::owner::Owner;
use crate::place::{Home, Place};
use crate::store::{Claim, Reader, StoreError};

/// Calls that wait for the owner's thread; more wait outside.
const JOBS: usize = 64;

/// Events that a slow observer may be behind before it is told that it missed some.
const EVENTS: usize = 1_024;

/// The owner's thread. It is over, and the store closed, when this is dropped: a process that ended
/// meanwhile would take the cipher away from under it.
pub(super) struct OwnerThread {
    pub(super) jobs: Option<mpsc::Sender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// Whether the owner has read what it needs.
pub(super) struct Opening(tokio::sync::Mutex<Option<oneshot::Receiver<Result<(), Error>>>>);

impl Couplet {
    /// Opens the notebook in this place. What is shown can be read at once; should the rest of it be
    /// damaged, the first call that needs it says so.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn open(place: &Place) -> Result<Self, Error> {
        Self::open_in(Home::of(place.clone())).await
    }

    /// The same, with the time and the randomness that are given: what becomes of a notebook where a
    /// clock is wrong, or a year has passed.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn open_in(home: Home) -> Result<Self, Error> {
        let (directory, key) = (home.place.directory.clone(), home.place.key.clone());
        let look = move || -> Result<_, StoreError> {
            let claim = Claim::take(&directory)?;
            // Whatever keeps it from being read, the owner says it better.
            Ok((claim, Reader::open_shown(&directory, &key).ok().flatten()))
        };
        let looked = tokio::task::spawn_blocking(look).await.map_err(|_| Error::Engine)?;
        let (claim, reader) = looked?;
        let couplet = Self::begin(home, true, move |home| Owner::open_claimed(claim, home))?;
        let Some(reader) = reader else {
            couplet.handle.opening.done().await?;
            return Ok(couplet);
        };
        if let Ok(mut kept) = couplet.handle.reader.lock() {
            kept.get_or_insert(reader);
        }
        Ok(couplet)
    }

    /// A notebook that this process owns once `open` is done.
    pub(super) async fn start(
        place: &Place,
        open: impl FnOnce(Home) -> Result<Owner, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let couplet = Self::begin(Home::of(place.clone()), true, open)?;
        couplet.handle.opening.done().await?;
        Ok(couplet)
    }

    /// A notebook that another process owns.
    pub(super) async fn start_beside(place: &Place) -> Result<Self, Error> {
        let couplet = Self::begin(Home::of(place.clone()), false, Owner::open_beside)?;
        couplet.handle.opening.done().await?;
        Ok(couplet)
    }

    fn begin(
        home: Home,
        is_owner: bool,
        open: impl FnOnce(Home) -> Result<Owner, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let (jobs, mut queue) = mpsc::channel::<Job>(JOBS);
        let (opened, is_open) = oneshot::channel();
        let (has_ended, ended) = watch::channel(false);
        let Place { directory, key, .. } = home.place.clone();
        let run = move || match open(home) {
            Ok(mut owner) => {
                owner.begin_with_inbox();
                drop(owner.note_terms());
                drop(opened.send(Ok(())));
                work(owner, &mut queue);
                has_ended.send_replace(true);
            }
            Err(error) => {
                // Whoever asks after the one who is told finds it closed.
                drop(queue);
                drop(opened.send(Err(error)));
            }
        };
        let spawned = thread::Builder::new().name("couplet".into()).spawn(run);
        let thread = spawned.map_err(|error| StoreError::Directory(error.kind()))?;
        let handle = Handle {
            owner: OwnerThread { jobs: Some(jobs), thread: Some(thread) },
            opening: Opening(tokio::sync::Mutex::new(Some(is_open))),
            ended,
            reader: Arc::default(),
            directory,
            key: Mutex::new(Some(key)),
            is_locked: AtomicBool::new(false),
            is_owner,
            events: broadcast::channel(EVENTS).0,
            dirty: watch::channel(0).0,
            transport: Mutex::default(),
            staying: AtomicUsize::new(0),
        };
        Ok(Self { handle: Arc::new(handle) })
    }
}

/// Does what comes, on the owner's thread, until it is told to stop or nobody can ask any more.
fn work(mut owner: Owner, queue: &mut mpsc::Receiver<Job>) {
    while let Some(job) = queue.blocking_recv() {
        owner.begin_call();
        match job {
            Job::Do(work) => work(&mut owner),
            Job::Stop => break,
            Job::Destroy { is_wanted, reply } => match owner.destroy(is_wanted) {
                Ok(unsent) => return drop(reply.send(Ok(unsent))),
                Err((kept, error)) => {
                    owner = *kept;
                    drop(reply.send(Err(error)));
                }
            },
        }
    }
    // A snapshot only saves time at the next start.
    drop(owner.tidy());
}

impl Opening {
    /// Returns once the owner is ready. Why it never will be is told to whoever asks first.
    pub(super) async fn done(&self) -> Result<(), Error> {
        let mut opening = self.0.lock().await;
        let Some(is_open) = opening.as_mut() else { return Ok(()) };
        let opened = is_open.await;
        opening.take();
        opened.map_err(|_| Error::Engine)?
    }
}

impl Drop for OwnerThread {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // It says nothing but that it has ended.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;

    use super::*;
    use crate::store::Filter;

    #[test]
    fn what_is_shown_opens_where_the_rest_is_damaged_and_the_first_call_is_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let place = Home::at(directory.path()).place;
            let ana = Couplet::found(&place, "Ana", None).await.unwrap();
            ana.write(Kind::Note, 0, "Dear Ben").await.unwrap();
            ana.shutdown().await;
            let mut store = Claim::take(&place.directory).unwrap().open(&place.key).unwrap();
            store.commit(|tables| tables.spoil_log()).unwrap();
            drop(store);

            let ana = Couplet::open(&place).await.unwrap();
            let page = ana.timeline(None, 1, Filter::default()).await.unwrap();
            assert_eq!(page[0].entry.text, "Dear Ben");
            let told = ana.write(Kind::Note, 0, "again").await;
            assert!(matches!(told, Err(Error::Store(StoreError::Damaged))), "{told:?}");
            let closed = ana.write(Kind::Note, 0, "again").await;
            assert!(matches!(closed, Err(Error::Closed)), "{closed:?}");
        });
    }

    #[test]
    fn words_that_another_process_left_are_on_the_first_page() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let place = Home::at(directory.path()).place;
            let ana = Couplet::found(&place, "Ana", None).await.unwrap();
            let beside = Couplet::open_beside(&place).await.unwrap();
            ana.shutdown().await;
            beside.queue_write(Kind::Note, 0, "from the widget").await.unwrap();
            beside.shutdown().await;

            let ana = Couplet::open(&place).await.unwrap();
            let page = ana.timeline(None, 1, Filter::default()).await.unwrap();
            assert_eq!(page[0].entry.text, "from the widget");
        });
    }
}
