//! What a database alone takes, for comparison: SQLite, and SQLCipher as the client has it.
//!
//! Both are the one that the client is linked with; without a key, SQLCipher is SQLite.

use std::path::Path;

use rusqlite::{Connection, params};

/// Bytes of one row of the tables here.
const ROW: usize = 300;

/// A database that keeps one row in each transaction, durable when it returns.
#[derive(Debug)]
pub(crate) struct Single(Connection);

impl Single {
    /// A new file in this directory, encrypted with a raw key.
    pub(crate) fn encrypted(directory: &Path) -> Self {
        let connection = Connection::open(directory.join("reference.db")).unwrap();
        let key = "07".repeat(32);
        connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\";")).unwrap();
        durable(&connection);
        connection.execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)").unwrap();
        Self(connection)
    }

    /// One transaction of one row.
    pub(crate) fn write(&mut self) {
        let transaction = self.0.transaction().unwrap();
        let insert = "INSERT INTO notes (body) VALUES (?1)";
        transaction.prepare_cached(insert).unwrap().execute([[7_u8; ROW].as_slice()]).unwrap();
        transaction.commit().unwrap();
    }
}

/// A plain file with so many entries of 500 bytes, and an index on their time.
pub(crate) fn timeline(file: &Path, entries: usize) {
    insert(file, &vec!["x".repeat(500); entries]);
}

/// Opens such a file and reads its newest rows; the bytes that they hold.
pub(crate) fn newest(file: &Path, count: u32) -> usize {
    let connection = Connection::open(file).unwrap();
    let select = "SELECT entry FROM entries ORDER BY at DESC LIMIT ?1";
    let mut select = connection.prepare(select).unwrap();
    let rows = select.query_map([count], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap().len()).sum()
}

/// Keeps these texts, with an index on their order, in one transaction.
pub(crate) fn insert(file: &Path, texts: &[String]) {
    let mut connection = Connection::open(file).unwrap();
    durable(&connection);
    let tables = "CREATE TABLE entries (id INTEGER PRIMARY KEY, at INTEGER, entry TEXT);
                  CREATE INDEX entries_at ON entries (at);";
    connection.execute_batch(tables).unwrap();
    let transaction = connection.transaction().unwrap();
    for (at, text) in (0_i64..).zip(texts) {
        let insert = "INSERT INTO entries (at, entry) VALUES (?1, ?2)";
        transaction.prepare_cached(insert).unwrap().execute(params![at, text]).unwrap();
    }
    transaction.commit().unwrap();
}

/// Keeps these rows under the relay's kind of key, so many in each transaction.
pub(crate) fn append(file: &Path, rows: &[([u8; 32], u64, Vec<u8>)], group: usize) {
    let mut connection = Connection::open(file).unwrap();
    durable(&connection);
    let tables = "CREATE TABLE envelope (notebook BLOB, counter INTEGER, bytes BLOB,
                  PRIMARY KEY (notebook, counter)) WITHOUT ROWID;";
    connection.execute_batch(tables).unwrap();
    for group in rows.chunks(group) {
        let transaction = connection.transaction().unwrap();
        let insert = "INSERT INTO envelope (notebook, counter, bytes) VALUES (?1, ?2, ?3)";
        for (notebook, counter, bytes) in group {
            let mut insert = transaction.prepare_cached(insert).unwrap();
            insert.execute(params![notebook, *counter as i64, bytes]).unwrap();
        }
        transaction.commit().unwrap();
    }
}

fn durable(connection: &Connection) {
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").unwrap();
}
