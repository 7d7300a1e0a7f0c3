//! The tables of the SQLite store, and opening its file.
//!
//! Everything is bytes as received, beside what is needed to find them. `have` says in one row per
//! writer what the rows of `envelope` say in many; both change in one transaction. Every byte that
//! is kept is counted once: a log's in its notebook's row, an envelope's in its writer's.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};

use crate::store::StoreError;

/// The format written here.
pub(crate) const VERSION: i64 = 1;

/// Opens the file for writing, making it if there is none.
pub(crate) fn open(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connect = || {
        let mut connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY)?;
        let found = version(&connection)?;
        if found.is_none_or(|found| found == VERSION) {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            configure(&connection)?;
        }
        if found.is_none() {
            create(&mut connection)?;
        }
        if found.is_none_or(|found| found == VERSION) {
            connection.execute_batch(ENDING)?;
            connection.execute_batch(KITS)?;
            connection.execute_batch(CHECKPOINTS)?;
        }
        Ok((connection, found.unwrap_or(VERSION)))
    };
    let (connection, found) = connect().map_err(|error| failure(error, file))?;
    match found {
        VERSION => Ok(connection),
        0 => Err(damaged(file, "it is not a relay's store")),
        found => Err(StoreError::Newer { found, known: VERSION }),
    }
}

/// Opens the file for reading.
pub(crate) fn open_reader(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connect = || {
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY)?;
        configure(&connection)?;
        Ok(connection)
    };
    connect().map_err(|error| failure(error, file))
}

/// Sorts what SQLite says by what to do about it.
pub(crate) fn failure(error: rusqlite::Error, file: &Path) -> StoreError {
    if error.sqlite_error().is_some_and(|error| error.extended_code == NOTHING_TO_REFER_TO) {
        return StoreError::UnknownNotebook;
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            damaged(file, &error.to_string())
        }
        _ => StoreError::Failed(Arc::new(error)),
    }
}

/// The file is not what was written.
pub(crate) fn damaged(file: &Path, why: &str) -> StoreError {
    StoreError::Damaged { file: file.to_path_buf(), why: why.to_owned() }
}

/// The store's format: nothing for an empty file, 0 for a file of somebody else's.
fn version(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    if count("SELECT count(*) FROM sqlite_schema")? == 0 {
        return Ok(None);
    }
    if count("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'")? == 0 {
        return Ok(Some(0));
    }
    let find = "SELECT value FROM meta WHERE name = 'schema'";
    let found = connection.query_row(find, [], |row| row.get(0)).optional()?;
    Ok(Some(found.unwrap_or(0)))
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    // What is let go of is overwritten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "cell_size_check", "ON")?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO meta (name, value) VALUES ('schema', ?1)", [VERSION])?;
    transaction.commit()
}

/// Every row refers to its notebook's.
const NOTHING_TO_REFER_TO: i32 = rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;

/// How long a reader waits for another that recovers the log after a crash.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Bytes of the write-ahead log kept as a file once it is written back.
const WAL_KEPT: i64 = 64 * 1024 * 1024;

/// More than there are different statements here.
const STATEMENTS: usize = 64;

const TABLES: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notebook (
    notebook BLOB PRIMARY KEY,
    length INTEGER NOT NULL,
    head BLOB NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE statement (
    notebook BLOB NOT NULL REFERENCES notebook,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (notebook, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE have (
    notebook BLOB NOT NULL REFERENCES notebook,
    writer BLOB NOT NULL,
    device BLOB NOT NULL,
    ranges INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    have BLOB NOT NULL,
    PRIMARY KEY (notebook, writer)
) STRICT, WITHOUT ROWID;

CREATE TABLE envelope (
    notebook BLOB NOT NULL REFERENCES notebook,
    device BLOB NOT NULL,
    writer BLOB NOT NULL,
    counter INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (notebook, device, writer, counter, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox (
    notebook BLOB NOT NULL REFERENCES notebook,
    invite BLOB NOT NULL,
    device BLOB NOT NULL,
    hash BLOB NOT NULL,
    received INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (notebook, invite, device)
) STRICT, WITHOUT ROWID;
";

/// Of notebooks that somebody wants gone: since when this store knows it, in seconds since 1970, and
/// whether it is done. A store that was made before there was such a thing gets it when it is opened.
const ENDING: &str = "
CREATE TABLE IF NOT EXISTS ending (
    notebook BLOB PRIMARY KEY REFERENCES notebook,
    since INTEGER NOT NULL,
    is_over INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

const CHECKPOINTS: &str = "
CREATE TABLE IF NOT EXISTS checkpoint (
    notebook BLOB NOT NULL REFERENCES notebook,
    hash BLOB NOT NULL,
    slot INTEGER NOT NULL,
    is_base INTEGER NOT NULL,
    parent BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (notebook, hash)
) STRICT;

CREATE TABLE IF NOT EXISTS named (
    notebook BLOB NOT NULL REFERENCES notebook,
    blob BLOB NOT NULL,
    checkpoint BLOB NOT NULL,
    name BLOB NOT NULL,
    PRIMARY KEY (notebook, blob, checkpoint)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS blob (
    notebook BLOB NOT NULL REFERENCES notebook,
    hash BLOB NOT NULL,
    slot INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (notebook, hash)
) STRICT;
";

const KITS: &str = "
CREATE TABLE IF NOT EXISTS kit (
    age INTEGER PRIMARY KEY,
    notebook BLOB NOT NULL REFERENCES notebook,
    lookup BLOB NOT NULL,
    noticed INTEGER,
    UNIQUE (lookup, notebook)
) STRICT;
CREATE INDEX IF NOT EXISTS kit_of_notebook ON kit (notebook);
";
