//! The one thread that writes, and commits in groups: whoever comes while a commit is on its way
//! to the disk shares the next one. After a write that lets go of something the log beside the file is
//! emptied, too, in which it stood.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use crate::limits::{GROUP, GROUP_BYTES, WRITE_QUEUE};
use crate::store::{StoreError, schema};

/// The writing half of a store.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// One write. Its answer is given only once the group's transaction is durable, or has failed.
trait Job: Send {
    /// Does its work in the transaction, or says why that may not stand.
    fn work(&mut self, connection: &Connection) -> Result<(), StoreError>;
    /// Tells whoever waits.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
    /// About how many bytes it makes durable.
    fn bytes(&self) -> usize;
    /// Whether it has let go of what nobody shall find again.
    fn forgets(&self) -> bool;
}

struct Write<T, W> {
    bytes: usize,
    work: Option<W>,
    forgets: fn(&T) -> bool,
    result: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Write<T, W>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn work(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if let Some(work) = self.work.take() {
            self.result = work(connection);
        }
        self.result.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        // Nobody may wait any more; the work stands all the same.
        let _ = self.reply.send(committed.and(self.result));
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn forgets(&self) -> bool {
        self.result.as_ref().is_ok_and(self.forgets)
    }
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(connection: Connection, file: PathBuf) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(WRITE_QUEUE);
        let run = move || run(connection, receiver, &file);
        let thread = thread::Builder::new().name("store".to_owned()).spawn(run);
        let thread = thread.map_err(|_| StoreError::Closed)?;
        let (queue, thread) = (Mutex::new(Some(sender)), Mutex::new(Some(thread)));
        Ok(Self { queue, thread })
    }

    /// Does `work`, which writes about so many bytes, in the next transaction; its answer comes once
    /// that is durable. `forgets` says of the answer whether something was let go of.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        forgets: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let result = Err(StoreError::Closed);
        let job: Box<dyn Job> = Box::new(Write { bytes, work: Some(work), forgets, result, reply });
        let queue = self.queue.lock().ok().and_then(|queue| queue.clone());
        let queue = queue.ok_or(StoreError::Closed)?;
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        drop(queue);
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Takes no more, and waits until what was taken is committed.
    pub(crate) fn close(&self) {
        if let Ok(mut queue) = self.queue.lock() {
            queue.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if thread.is_some_and(|thread| thread.join().is_err()) {
            error!("the store's writer has failed");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Box<dyn Job>>, file: &Path) {
    let mut is_log_due = false;
    while let Some(first) = queue.blocking_recv() {
        let mut bytes = first.bytes();
        let mut group = vec![first];
        while group.len() < GROUP
            && bytes < GROUP_BYTES
            && let Ok(job) = queue.try_recv()
        {
            bytes += job.bytes();
            group.push(job);
        }
        let committed = commit(&mut connection, &mut group, file);
        if let Err(error) = &committed {
            error!(%error, writes = group.len(), "nothing was written");
        }
        is_log_due |= committed.is_ok() && group.iter().any(|job| job.forgets());
        if is_log_due {
            match empty_log(&connection) {
                Ok(is_empty) => is_log_due = !is_empty,
                Err(error) => error!(%error, "what was let go of is in the log still"),
            }
        }
        for job in group {
            job.answer(committed.clone());
        }
    }
}

/// Writes the log beside the file back, and empties it; whether that was done. While somebody reads
/// it is left for after the next write.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let pragma = "PRAGMA wal_checkpoint(TRUNCATE)";
    let is_busy: rusqlite::Result<i64> = connection.query_row(pragma, [], |row| row.get(0));
    connection.busy_timeout(schema::BUSY)?;
    Ok(is_busy? == 0)
}

fn commit(
    connection: &mut Connection,
    group: &mut [Box<dyn Job>],
    file: &Path,
) -> Result<(), StoreError> {
    let failed = |error| schema::failure(error, file);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.map_err(failed)?;
    let say = |sql| transaction.prepare_cached(sql)?.execute([]).map(|_| ());
    for job in group {
        say("SAVEPOINT job").map_err(failed)?;
        match job.work(&transaction) {
            Ok(()) => {}
            // SQLite has undone the whole transaction by itself: the disk is full, or failing.
            Err(error) if transaction.is_autocommit() => return Err(error),
            Err(_) => say("ROLLBACK TO job").map_err(failed)?,
        }
        say("RELEASE job").map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}
