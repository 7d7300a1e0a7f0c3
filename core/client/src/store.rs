//! The device store: one SQLCipher file that holds everything a phone has of its notebook.
//!
//! One connection writes, from one thread; readers have connections of their own and never wait for
//! Automerge. A change and the rows that show it are committed in one transaction, with
//! `synchronous = FULL`: what a call has returned is on the disk.
//!
//! SQL stands in this folder and nowhere else. Deliberately not here: what any of it means.

mod changes;
mod checkpoints;
mod drafts;
mod editions;
mod entries;
mod envelopes;
mod inbox;
mod labels;
mod late;
mod marks;
mod membership;
mod meta;
mod schema;
mod siblings;
mod terms;
mod waits;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use couplet_engine::keys::Secret;
use couplet_engine::notebook::entry::FORM;

pub use changes::PlacedChange;
pub(crate) use changes::{Unsealed, Waiting};
pub use drafts::{Draft, Kept};
pub use entries::{Among, Cursor, Delivery, EntryRow, Filter};
pub(crate) use envelopes::State;
pub(crate) use late::{Chain, Cut};
pub use marks::MarksPage;
pub(crate) use meta::Meta;
pub(crate) use schema::SCHEMA;
pub(crate) use terms::Terms;

/// The name of the store's file in its directory.
const FILE: &str = "notebook.db";

/// The name of the file that one owner locks.
const LOCK: &str = "notebook.lock";

/// How long a reader waits while the writer commits; a commit takes milliseconds.
const BUSY: Duration = Duration::from_secs(5);

/// The writing half, and the one owner of the store; or the same beside the owner, which may jot.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    lock: Option<File>,
}

/// A store that this process owns and has not opened so far.
#[derive(Debug)]
pub(crate) struct Claim {
    directory: PathBuf,
    lock: File,
}

/// A reading half.
#[derive(Debug)]
pub(crate) struct Reader {
    connection: Connection,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer version wrote it.
    #[error(
        "the notebook on this device was written by a newer version of the app (its schema is \
         {found}, this version knows {known}); update the app, nothing was changed"
    )]
    StoreIsNewer {
        /// The store's schema.
        found: u32,
        /// This version's.
        known: u32,
    },
    /// It does not open with this key, or its first page is damaged.
    #[error("the notebook on this device does not open with this key, or its file is damaged")]
    WrongKey,
    /// The file is damaged.
    #[error("the notebook's file on this device is damaged; restore it from another device")]
    Damaged,
    /// No room.
    #[error("there is no room left on this device; free some and try again")]
    DiskFull,
    /// Another process has it open.
    #[error("another process has this notebook open; close it or try again")]
    Busy,
    /// There is no notebook.
    #[error("there is no notebook in this place; make one or join one first")]
    Missing,
    /// There is one.
    #[error("there is a notebook in this place already")]
    Exists,
    /// The directory cannot be used.
    #[error("the notebook's directory cannot be used: {0}")]
    Directory(std::io::ErrorKind),
    /// Anything else that SQLite says, by its code: messages may quote content.
    #[error("the notebook's store failed (SQLite error {0})")]
    Sqlite(i32),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(found) => match found.code {
                ErrorCode::NotADatabase => Self::WrongKey,
                ErrorCode::DatabaseCorrupt => Self::Damaged,
                ErrorCode::DiskFull => Self::DiskFull,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                _ => Self::Sqlite(found.extended_code),
            },
            // A row that is not of its column's type was not written by us.
            None => Self::Damaged,
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            kind => Self::Directory(kind),
        }
    }
}

impl Claim {
    /// Takes the store in this directory.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, [`StoreError::Busy`] if it has an owner.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        if !path(directory).exists() {
            return Err(StoreError::Missing);
        }
        Self::of(directory)
    }

    fn of(directory: &Path) -> Result<Self, StoreError> {
        Ok(Self { directory: directory.to_owned(), lock: lock(directory)? })
    }

    /// Opens the store, which is made if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn open(self, key: &Secret) -> Result<Store, StoreError> {
        let mut connection = connect(&self.directory, OpenFlags::default(), key)?;
        // Before anything is written: a newer version's store is left as it is.
        schema::found(&connection)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )?;
        schema::migrate(&mut connection, &self.directory)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Store { connection, lock: Some(self.lock) })
    }
}

impl Store {
    /// Makes a store in this directory.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one.
    pub(crate) fn create(directory: &Path, key: &Secret) -> Result<Self, StoreError> {
        if !path(directory).exists() {
            fs::create_dir_all(directory)?;
            return Claim::of(directory)?.open(key);
        }
        // Whoever began to make one and died before anybody lived in it has made none.
        let begun = Claim::of(directory)
            .and_then(|claim| claim.open(key))
            .map_err(|_| StoreError::Exists)?;
        let is_lived_in = begun.tables().get::<[u8; 32]>(Meta::Seed)?.is_some();
        if is_lived_in { Err(StoreError::Exists) } else { Ok(begun) }
    }

    /// Opens the store in this directory while another process owns it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, [`StoreError::StoreIsNewer`]; and
    /// [`StoreError::Busy`] while its owner has not brought it to this version's schema.
    pub(crate) fn open_beside(directory: &Path, key: &Secret) -> Result<Self, StoreError> {
        if !path(directory).exists() {
            return Err(StoreError::Missing);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(directory, flags, key)?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
        if schema::found(&connection)? != SCHEMA {
            return Err(StoreError::Busy);
        }
        Ok(Self { connection, lock: None })
    }

    /// Whether this is the owner.
    #[must_use]
    pub(crate) const fn is_owned(&self) -> bool {
        self.lock.is_some()
    }

    /// Does all of `work` or, if it fails, nothing.
    ///
    /// # Errors
    /// Whatever `work` returns, and [`StoreError`]: [`StoreError::Busy`] beside the owner.
    pub(crate) fn commit<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.is_owned() {
            return Err(StoreError::Busy.into());
        }
        // Another process may jot: a transaction that waits for it at its beginning never
        // fails for it later.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = transaction.map_err(StoreError::from)?;
        let done = work(&Tables(&transaction))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(done)
    }

    /// Does all or nothing of what leaves the replica as it is, and may be done beside the owner:
    /// drafts, and what is asked of the owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn jot<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let behavior = TransactionBehavior::Immediate;
        let begun = self.connection.transaction_with_behavior(behavior);
        let transaction = begun.map_err(StoreError::from)?;
        let done = work(&Tables(&transaction))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(done)
    }

    /// Lets go of what was kept of the store as an earlier version had it: this version reads all of
    /// it.
    ///
    /// # Errors
    /// [`StoreError::Directory`].
    pub(crate) fn drop_backups(&self) -> Result<(), StoreError> {
        let file = self.connection.path().map(PathBuf::from);
        let directory = file.as_deref().and_then(Path::parent);
        directory.map_or(Ok(()), schema::drop_backups)
    }

    /// Deletes the store's files, its owner's lock last. The log beside the file goes first: whatever
    /// is left by a crash in between is the store as it was some time ago, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Busy`] beside the owner.
    pub(crate) fn destroy(&self) -> Result<(), StoreError> {
        if !self.is_owned() {
            return Err(StoreError::Busy);
        }
        let Some(file) = self.connection.path().map(PathBuf::from) else { return Ok(()) };
        let beside = |end: &str| file.with_file_name(format!("{FILE}{end}"));
        self.drop_backups()?;
        for gone in [beside("-wal"), beside("-shm"), file.clone(), file.with_file_name(LOCK)] {
            match fs::remove_file(gone) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The tables as they are, for reading.
    #[must_use]
    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables(&self.connection)
    }

    /// Gives the store's file so many pages more than it has, as a disk that is nearly full.
    #[cfg(test)]
    pub(crate) fn leave_room_for(&self, pages: i64) {
        let read = |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        let used = read("PRAGMA page_count").unwrap();
        read(&format!("PRAGMA max_page_count = {}", used + pages)).unwrap();
    }
}

impl Reader {
    /// Opens an existing store for reading, beside its owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn open(directory: &Path, key: &Secret) -> Result<Self, StoreError> {
        if !path(directory).exists() {
            return Err(StoreError::Missing);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(directory, flags, key)?;
        connection.execute_batch("PRAGMA query_only = ON;")?;
        Ok(Self { connection })
    }

    /// Opens an existing store for reading, if its owner has nothing to do before it is shown: it is
    /// in this version's form, and no other process has left words.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn open_shown(directory: &Path, key: &Secret) -> Result<Option<Self>, StoreError> {
        let reader = Self::open(directory, key)?;
        let tables = reader.tables();
        let is_shown = schema::found(&reader.connection)? == SCHEMA
            && tables.get(Meta::Form)? == Some(FORM)
            && tables.asked_count()? == 0;
        Ok(is_shown.then_some(reader))
    }

    /// The tables, for reading.
    #[must_use]
    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables(&self.connection)
    }
}

/// The tables, inside a transaction or outside one; the verbs are in this folder's files.
#[derive(Debug)]
pub(crate) struct Tables<'a>(&'a Connection);

pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Takes the store for this process; the system gives it back when the process ends, however.
fn lock(directory: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).open(directory.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Connections are opened one after the other: SQLCipher makes itself ready with the first of a
/// process, and fails one that is opened meanwhile.
static OPENING: Mutex<()> = Mutex::new(());

/// A connection to the store in this directory, under its key.
fn connect(directory: &Path, flags: OpenFlags, key: &Secret) -> Result<Connection, StoreError> {
    let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let connection = Connection::open_with_flags(path(directory), flags)?;
    unlock(&connection, key)?;
    Ok(connection)
}

/// Gives SQLCipher its raw key, so that no key is derived from it, and keeps temporary tables out
/// of files.
fn unlock(connection: &Connection, key: &Secret) -> Result<(), StoreError> {
    let mut pragma = zeroize::Zeroizing::new(String::from("PRAGMA key = \"x'"));
    for byte in key.expose() {
        pragma.push_str(&format!("{byte:02x}"));
    }
    pragma.push_str("'\"; PRAGMA cipher_log_level = NONE; PRAGMA temp_store = MEMORY;");
    connection.execute_batch(&pragma)?;
    connection.busy_timeout(BUSY)?;
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_a_newer_version_is_left_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::create(home.path(), &key()).unwrap();
        store.connection.pragma_update(None, "user_version", SCHEMA + 1).unwrap();
        drop(store);
        let before = fs::read(path(home.path())).unwrap();

        let opened = open(home.path(), &key());
        let beside = Store::open_beside(home.path(), &key());

        assert!(matches!(opened, Err(StoreError::StoreIsNewer { found, .. }) if found > 1));
        assert!(matches!(beside, Err(StoreError::StoreIsNewer { .. })));
        assert_eq!(fs::read(path(home.path())).unwrap(), before);
    }

    #[test]
    fn a_full_disk_is_said_and_costs_nothing_that_was_kept() {
        let home = tempfile::tempdir().unwrap();
        let mut store = Store::create(home.path(), &key()).unwrap();
        let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
        set_limit(&store, pages + 8);
        let mut kept = 0;
        let full = loop {
            match store.jot(|tables| tables.keep_draft(&draft(kept))) {
                Ok(()) => kept += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(full, StoreError::DiskFull), "{full}");
        assert!(kept > 0);
        assert_eq!(store.tables().drafts().unwrap().len(), kept);

        set_limit(&store, pages + 1_000);
        store.jot(|tables| tables.keep_draft(&draft(kept))).unwrap();
        drop(store);
        let store = open(home.path(), &key()).unwrap();
        assert_eq!(store.tables().drafts().unwrap().len(), kept + 1);
    }

    #[test]
    fn a_store_opens_with_its_key_and_no_other() {
        let home = tempfile::tempdir().unwrap();
        assert!(matches!(open(home.path(), &key()), Err(StoreError::Missing)));
        drop(Store::create(home.path(), &key()).unwrap());
        // Nobody lives in it so far.
        let mut store = Store::create(home.path(), &key()).unwrap();
        store.commit(|tables| tables.set(Meta::Seed, &[3_u8; 32])).unwrap();
        drop(store);
        assert!(matches!(Store::create(home.path(), &key()), Err(StoreError::Exists)));
        let opened = open(home.path(), &Secret::new([2; 32]));
        assert!(matches!(opened, Err(StoreError::WrongKey)));
        assert!(open(home.path(), &key()).is_ok());
    }

    #[test]
    fn a_notebook_has_one_owner_and_any_number_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::create(home.path(), &key()).unwrap();
        assert!(matches!(open(home.path(), &key()), Err(StoreError::Busy)));
        let mut beside = Store::open_beside(home.path(), &key()).unwrap();
        let changed = beside.commit(|_| Ok::<_, StoreError>(()));
        assert!(matches!(changed, Err(StoreError::Busy)));
        beside.jot(|tables| tables.keep_draft(&draft(0))).unwrap();
        assert_eq!(store.tables().drafts().unwrap(), [draft(0)]);
    }

    fn open(directory: &Path, key: &Secret) -> Result<Store, StoreError> {
        Claim::take(directory)?.open(key)
    }

    fn set_limit(store: &Store, pages: i64) {
        let limit = format!("PRAGMA max_page_count = {pages}");
        store.connection.query_row(&limit, [], |_| Ok(())).unwrap();
    }

    fn draft(number: usize) -> Draft {
        Draft {
            id: number.to_string(),
            kind: "note".into(),
            day: 0,
            entry: None,
            base: None,
            text: "word ".repeat(500),
            kept: None,
        }
    }

    fn key() -> Secret {
        Secret::new([7; 32])
    }
}
