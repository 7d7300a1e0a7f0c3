//! Notebooks that are to be gone, and those that are: of these the log alone is kept, so that nobody
//! feeds them again.

use couplet_proto::desk::keeping::Ending;
use couplet_proto::ids::NotebookId;
use couplet_proto::limits::DISSOLVE_SECONDS;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::tables::{Fault, signed};

/// Whether the notebook is dissolved.
pub(super) fn is_dissolved(db: &Connection, notebook: NotebookId) -> Result<bool, Fault> {
    let found = db
        .prepare_cached("SELECT is_over FROM ending WHERE notebook = ?1")?
        .query_row([&notebook.0.0], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(false))
}

/// Does with what is kept of it as its log wants.
pub(super) fn end(db: &Connection, notebook: NotebookId, ending: Ending) -> Result<(), Fault> {
    let id = &notebook.0.0;
    match ending {
        Ending::Unwanted => {
            db.prepare_cached("DELETE FROM ending WHERE notebook = ?1")?.execute([id])?;
        }
        Ending::Wanted { now } => {
            db.prepare_cached(
                "INSERT INTO ending (notebook, since, is_over) VALUES (?1, ?2, 0)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![id, signed(now)?])?;
        }
        Ending::Agreed => dissolve(db, notebook)?,
    }
    Ok(())
}

/// Dissolves what one person has wanted gone for long enough; which notebooks those are.
pub(super) fn end_due(db: &Connection, now: u64) -> Result<Vec<NotebookId>, Fault> {
    let mut find =
        db.prepare_cached("SELECT notebook FROM ending WHERE is_over = 0 AND since <= ?1")?;
    let since = signed(now.saturating_sub(DISSOLVE_SECONDS))?;
    let due = find.query_map([since], |row| row.get(0))?;
    let due: Vec<[u8; 32]> = due.collect::<Result<_, _>>()?;
    let due: Vec<_> = due.into_iter().map(|id| NotebookId(couplet_proto::hash::Hash(id))).collect();
    for notebook in &due {
        dissolve(db, *notebook)?;
    }
    Ok(due)
}

fn dissolve(db: &Connection, notebook: NotebookId) -> Result<(), Fault> {
    // Whatever there is of a notebook, but for what says that it was and is no more.
    for table in tables_of_notebooks(db)?.iter().filter(|table| !KEPT.contains(&table.as_str())) {
        let sql = format!("DELETE FROM \"{table}\" WHERE notebook = ?1");
        db.execute(&sql, [&notebook.0.0])?;
    }
    db.prepare_cached(
        "INSERT INTO ending (notebook, since, is_over) VALUES (?1, 0, 1)
         ON CONFLICT DO UPDATE SET is_over = 1",
    )?
    .execute([&notebook.0.0])?;
    Ok(())
}

/// The tables that have a column for the notebook, as the file itself says.
pub(super) fn tables_of_notebooks(db: &Connection) -> Result<Vec<String>, Fault> {
    let mut find = db.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND EXISTS
         (SELECT 1 FROM pragma_table_info(sqlite_schema.name) WHERE name = 'notebook')
         ORDER BY rowid",
    )?;
    Ok(find.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What is kept of a notebook that is dissolved: its log, and that it is.
const KEPT: [&str; 3] = ["notebook", "statement", "ending"];
