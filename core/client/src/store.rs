//! The device store: one SQLCipher file that holds everything a phone has of its notebook.
//!
//! One connection writes, from one thread; readers have connections of their own and never wait for
//! Automerge. A change and the rows that show it are committed in one transaction, with
//! `synchronous = FULL`: what a call has returned is on the disk.
//!
//! SQL stands in this folder and nowhere else. Deliberately not here: what any of it means.

mod changes;
mod entries;
mod envelopes;
mod membership;
mod meta;
mod schema;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use couplet_engine::keys::Secret;

pub(crate) use changes::{Unsealed, Waiting};
pub use entries::{Cursor, Delivery, EntryRow, Filter};
pub(crate) use envelopes::State;
pub(crate) use meta::Meta;

/// The name of the store's file in its directory.
const FILE: &str = "notebook.db";

/// The name of the file that one owner locks.
const LOCK: &str = "notebook.lock";

/// How long a reader waits while the writer commits; a commit takes milliseconds.
const BUSY: Duration = Duration::from_secs(5);

/// The writing half, and the one owner of the store.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    _lock: File,
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

impl Store {
    /// Opens the store in this directory, as its one owner.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, [`StoreError::Busy`] if it has an owner.
    pub(crate) fn open(directory: &Path, key: &Secret) -> Result<Self, StoreError> {
        if !path(directory).exists() {
            return Err(StoreError::Missing);
        }
        Self::open_or_create(directory, key)
    }

    /// Makes a store in this directory.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one.
    pub(crate) fn create(directory: &Path, key: &Secret) -> Result<Self, StoreError> {
        if path(directory).exists() {
            return Err(StoreError::Exists);
        }
        fs::create_dir_all(directory)?;
        Self::open_or_create(directory, key)
    }

    fn open_or_create(directory: &Path, key: &Secret) -> Result<Self, StoreError> {
        let lock = lock(directory)?;
        let mut connection = Connection::open(path(directory))?;
        unlock(&connection, key)?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
        schema::migrate(&mut connection)?;
        // Kept in the file, and so only said to a store that this version knows.
        connection.execute_batch("PRAGMA journal_mode = WAL;")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, _lock: lock })
    }

    /// Does all of `work` or, if it fails, nothing.
    ///
    /// # Errors
    /// Whatever `work` returns, and [`StoreError`].
    pub(crate) fn commit<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.connection.transaction().map_err(StoreError::from)?;
        let done = work(&Tables(&transaction))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(done)
    }

    /// The tables as they are, for reading.
    #[must_use]
    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables(&self.connection)
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
        let connection = Connection::open_with_flags(path(directory), flags)?;
        unlock(&connection, key)?;
        connection.execute_batch("PRAGMA query_only = ON;")?;
        Ok(Self { connection })
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

fn path(directory: &Path) -> PathBuf {
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

    fn key() -> Secret {
        Secret::new([1; 32])
    }

    #[test]
    fn a_store_of_a_newer_app_is_told_and_left_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::create(home.path(), &key()).unwrap();
        let newer = schema::SCHEMA + 1;
        let said = "PRAGMA journal_mode = DELETE; PRAGMA user_version =";
        store.connection.execute_batch(&format!("{said} {newer};")).unwrap();
        drop(store);
        let before = fs::read(path(home.path())).unwrap();
        let opened = Store::open(home.path(), &key());
        let told = matches!(
            opened,
            Err(StoreError::StoreIsNewer { found, known }) if (found, known) == (newer, newer - 1)
        );
        assert!(told, "{opened:?}");
        assert!(fs::read(path(home.path())).unwrap() == before, "the file was changed");
    }

    #[test]
    fn a_store_has_one_owner_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        assert!(matches!(Store::open(home.path(), &key()), Err(StoreError::Missing)));
        let store = Store::create(home.path(), &key()).unwrap();
        assert!(matches!(Store::open(home.path(), &key()), Err(StoreError::Busy)));
        assert!(matches!(Store::create(home.path(), &key()), Err(StoreError::Exists)));
        drop(store);
        assert!(matches!(
            Store::open(home.path(), &Secret::new([2; 32])),
            Err(StoreError::WrongKey)
        ));
        assert!(Store::open(home.path(), &key()).is_ok());
    }
}
