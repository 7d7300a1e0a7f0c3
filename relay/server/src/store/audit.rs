//! Everything that the tables hold of one notebook, column by column. Tables and columns are asked
//! of the file itself, so that nothing that is kept can be left out.

use std::path::Path;

use couplet_proto::hash::Hash;
use couplet_proto::ids::NotebookId;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::store::ending::tables_of_notebooks;
use crate::store::tables::Fault;
use crate::store::{StoreError, schema};

/// One row of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The table.
    pub table: String,
    /// Its columns, and what stands in each.
    pub columns: Vec<(String, Held)>,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// A number.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text, of which there is none about a notebook.
    Text(String),
    /// Nothing.
    Nothing,
}

/// A store's file, read beside whoever serves from it.
#[derive(Debug)]
pub struct Audit {
    connection: Connection,
    file: std::path::PathBuf,
}

impl Audit {
    /// Opens the store's file for reading.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: schema::open_reader(file)?, file: file.to_path_buf() })
    }

    /// The notebooks that are there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn notebooks(&self) -> Result<Vec<NotebookId>, StoreError> {
        let sql = "SELECT notebook FROM notebook ORDER BY notebook";
        let read = || -> Result<Vec<NotebookId>, Fault> {
            let mut find = self.connection.prepare(sql)?;
            let found = find.query_map([], |row| row.get(0).map(|id| NotebookId(Hash(id))))?;
            Ok(found.collect::<Result<_, _>>()?)
        };
        read().map_err(|fault| fault.at(&self.file))
    }

    /// Every row of every table that has a column for the notebook.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rows(&self, notebook: NotebookId) -> Result<Vec<Row>, StoreError> {
        rows(&self.connection, notebook).map_err(|fault| fault.at(&self.file))
    }
}

fn rows(db: &Connection, notebook: NotebookId) -> Result<Vec<Row>, Fault> {
    let mut all = Vec::new();
    for table in tables_of_notebooks(db)? {
        // The name is the schema's own.
        let mut select = db.prepare(&format!("SELECT * FROM \"{table}\" WHERE notebook = ?1"))?;
        let names: Vec<String> = select.column_names().map(str::to_owned).collect();
        let mut rows = select.query([&notebook.0.0])?;
        while let Some(row) = rows.next()? {
            let mut columns = Vec::with_capacity(names.len());
            for (at, name) in names.iter().enumerate() {
                columns.push((name.clone(), held(row.get(at)?)));
            }
            all.push(Row { table: table.clone(), columns });
        }
    }
    Ok(all)
}

fn held(value: Value) -> Held {
    match value {
        Value::Integer(number) => Held::Number(number),
        Value::Blob(bytes) => Held::Bytes(bytes),
        Value::Text(text) => Held::Text(text),
        // No column of the store is one.
        Value::Real(number) => Held::Text(number.to_string()),
        Value::Null => Held::Nothing,
    }
}
