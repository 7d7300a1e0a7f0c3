//! The store in one SQLite file: one thread writes, a few connections read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use couplet_proto::checkpoint::Piece;
use couplet_proto::desk::keeping::{Appended, Extension, Kept, Letter, Posted};
use couplet_proto::desk::pieces::PieceKept;
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::NotebookId;
use couplet_proto::limits::MAX_MANIFEST;
use couplet_proto::log::Log;
use couplet_proto::statement::LogHead;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::limits::{BYTES_PER_PERSON, KEPT_FREE, READERS};
use crate::store::tables::{self, Fault};
use crate::store::writer::Writer;
use crate::store::{Store, StoreError, ending, kits, mailbox, pieces, schema};

/// How much a store may take.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes of envelopes, as padded, of one person in one notebook.
    pub bytes_per_person: u64,
    /// Bytes that are left free on the disk.
    pub kept_free: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self { bytes_per_person: BYTES_PER_PERSON, kept_free: KEPT_FREE }
    }
}

/// A store in one SQLite file, which nobody else writes.
#[derive(Debug)]
pub struct SqliteStore {
    file: PathBuf,
    room: Room,
    writer: Writer,
    readers: Arc<Readers>,
}

/// Connections that only read; a read takes one and puts it back.
#[derive(Debug)]
struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl SqliteStore {
    /// Opens the file, making it if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(file: &Path, room: Room) -> Result<Self, StoreError> {
        let connection = schema::open(file)?;
        let writer = Writer::start(connection, file.to_path_buf())?;
        let readers = Readers { idle: Mutex::new(Vec::new()), permits: Semaphore::new(READERS) };
        Ok(Self { file: file.to_path_buf(), room, writer, readers: Arc::new(readers) })
    }

    /// Takes no more writes, and waits until those that were taken are durable.
    pub fn close(&self) {
        self.writer.close();
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = self.readers.permits.acquire().await.map_err(|_| StoreError::Closed)?;
        let (readers, file) = (Arc::clone(&self.readers), self.file.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let idle = readers.idle.lock().ok().and_then(|mut idle| idle.pop());
            let connection = idle.map_or_else(|| schema::open_reader(&file), Ok)?;
            let result = work(&connection).map_err(|fault| fault.at(&file));
            // One that has failed is not trusted again.
            if let (Ok(_), Ok(mut idle)) = (&result, readers.idle.lock()) {
                idle.push(connection);
            }
            result
        });
        let result = reading.await.map_err(|_| StoreError::Closed)?;
        drop(permit);
        result
    }

    /// Whether the disk has room for more, beside what is kept free on it. A new notebook needs it
    /// twice: those that are here go on when strangers are told that it is full.
    fn check_room(&self, is_new: bool) -> Result<(), StoreError> {
        let kept_free = self.room.kept_free.saturating_mul(if is_new { 2 } else { 1 });
        let free = rustix::fs::statvfs(self.file.as_path());
        // A disk that cannot say so is asked again by writing to it.
        let is_full =
            free.is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < kept_free);
        if is_full { Err(StoreError::Full) } else { Ok(()) }
    }

    async fn write<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_over(bytes, work, |_| false).await
    }

    /// A write that may let go of something: whether it did, `forgets` says of its answer.
    async fn write_over<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
        forgets: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let file = self.file.clone();
        let work = move |connection: &Connection| work(connection).map_err(|fault| fault.at(&file));
        self.writer.write(bytes, work, forgets).await
    }
}

impl Store for SqliteStore {
    async fn log(&self, notebook: NotebookId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(move |connection| tables::log(connection, notebook)).await
    }

    async fn append(&self, extension: Extension) -> Result<Appended, StoreError> {
        let is_new = extension.after == LogHead::EMPTY;
        // Who goes frees more than it takes, and does not wait for a disk that others fill.
        if is_new || !extension.has_going() {
            self.check_room(is_new)?;
        }
        let bytes = extension.statements.iter().map(|(_, bytes)| bytes.len()).sum();
        let stands = extension.standing.is_some();
        let work = move |connection: &Connection| {
            tables::append(connection, &extension).map(|appended| (appended, stands))
        };
        let (appended, _) = self.write_over(bytes, work, |(_, stands)| *stands).await?;
        Ok(appended)
    }

    async fn end_due(&self, now: u64) -> Result<Vec<NotebookId>, StoreError> {
        let work = move |connection: &Connection| ending::end_due(connection, now);
        self.write_over(0, work, |ended| !ended.is_empty()).await
    }

    async fn have(&self, notebook: NotebookId) -> Result<Have, StoreError> {
        self.read(move |connection| tables::have(connection, notebook)).await
    }

    async fn envelopes(
        &self,
        notebook: NotebookId,
        range: Range,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(move |connection| tables::envelopes(connection, notebook, range)).await
    }

    async fn keep(&self, log: Arc<Log>, envelopes: Vec<Sealed>) -> Result<Kept, StoreError> {
        self.check_room(false)?;
        let quota = self.room.bytes_per_person;
        let bytes = envelopes.iter().map(|sealed| sealed.bytes().len()).sum();
        self.write(bytes, move |connection| tables::keep(connection, &log, &envelopes, quota)).await
    }

    async fn find(&self, lookup: Hash) -> Result<Option<NotebookId>, StoreError> {
        self.read(move |connection| kits::find(connection, lookup)).await
    }

    async fn post(&self, letter: Letter) -> Result<Posted, StoreError> {
        self.check_room(false)?;
        let bytes = letter.bytes.len();
        self.write(bytes, move |connection| mailbox::post(connection, &letter)).await
    }

    async fn requests(&self, notebook: NotebookId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(move |connection| mailbox::requests(connection, notebook)).await
    }

    async fn checkpoints(&self, notebook: NotebookId) -> Result<Vec<Hash>, StoreError> {
        self.read(move |connection| pieces::whole(connection, notebook)).await
    }

    async fn piece(&self, notebook: NotebookId, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |connection| pieces::piece(connection, notebook, hash)).await
    }

    async fn keep_piece(&self, log: Arc<Log>, piece: Box<Piece>) -> Result<PieceKept, StoreError> {
        self.check_room(false)?;
        let quota = self.room.bytes_per_person;
        let work = move |connection: &Connection| pieces::keep(connection, &log, &piece, quota);
        self.write_over(MAX_MANIFEST, work, |kept| kept.have.iter().next().is_some()).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use couplet_proto::desk::keeping::{Ending, Kits};
    use couplet_proto::hash::Hash;
    use couplet_proto::ids::Slot;
    use couplet_proto::statement::LogHead;

    use super::*;

    fn log_of(seed: u8, length: usize) -> Extension {
        Extension {
            notebook: NotebookId(Hash([seed; 32])),
            after: LogHead::EMPTY,
            from: 0,
            statements: vec![(Hash([seed; 32]), vec![seed; length])],
            said: BTreeMap::from([(Slot::First, 1)]),
            open_invites: Vec::new(),
            ends: Vec::new(),
            standing: None,
            known: None,
            ending: Ending::Unwanted,
            kits: Kits::default(),
        }
    }

    #[tokio::test]
    async fn who_goes_does_not_wait_for_a_disk_that_others_fill() {
        let home = tempfile::tempdir().unwrap();
        let open = |kept_free| {
            let room = Room { kept_free, ..Room::default() };
            SqliteStore::open(&home.path().join("store.db"), room).unwrap()
        };
        let begun = log_of(1, 10);
        open(0).append(begun.clone()).await.unwrap();
        let full = open(u64::MAX);
        let after = LogHead { length: 1, hash: Hash([1; 32]) };
        let next = Extension { after, from: 1, ..begun };
        assert!(matches!(full.append(next.clone()).await, Err(StoreError::Full)));
        let going = Extension { said: BTreeMap::new(), ..next };
        assert_eq!(full.append(going).await.unwrap(), Appended::Done);
        let stranger = Extension { said: BTreeMap::new(), ..log_of(2, 10) };
        assert!(matches!(full.append(stranger).await, Err(StoreError::Full)));
    }

    #[tokio::test]
    async fn a_full_disk_takes_nothing_new_tears_nothing_and_is_read_on() {
        let home = tempfile::tempdir().unwrap();
        let room = Room { kept_free: 0, ..Room::default() };
        let store = SqliteStore::open(&home.path().join("store.db"), room).unwrap();
        let pages = async |count: u32| {
            let limit = move |db: &Connection| {
                Ok(db.pragma_update_and_check(None, "max_page_count", count, |_| Ok(()))?)
            };
            store.write(0, limit).await
        };
        store.append(log_of(1, 1000)).await.unwrap();
        pages(1).await.unwrap();
        let large = log_of(2, 200_000);
        let (refused, beside) =
            tokio::join!(store.append(large.clone()), store.append(log_of(3, 10)));
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
        assert_eq!(store.log(log_of(1, 0).notebook).await.unwrap(), [vec![1; 1000]]);
        assert!(store.log(large.notebook).await.unwrap().is_empty());
        pages(u32::MAX).await.unwrap();
        assert_eq!(store.append(large.clone()).await.unwrap(), Appended::Done);
        assert_eq!(store.log(large.notebook).await.unwrap().len(), 1);
        let kept = store.log(log_of(3, 0).notebook).await.unwrap().len();
        assert_eq!(kept, usize::from(beside.is_ok()), "what was refused was not written");
    }
}
