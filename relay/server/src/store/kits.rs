//! Recovery kits: by what they are looked up, which came first, and since when notice to them is
//! known of here.

use couplet_proto::desk::keeping::Kits;
use couplet_proto::hash::Hash;
use couplet_proto::ids::NotebookId;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::tables::{Fault, signed};

/// How many seconds are missing until those kits may go that are to go without their words.
pub(crate) fn missing(
    db: &Connection,
    notebook: NotebookId,
    kits: &Kits,
) -> Result<Option<u32>, Fault> {
    for lookup in &kits.noticed {
        if let Some(missing) = kits.missing(noticed_since(db, notebook, *lookup)?) {
            return Ok(Some(missing));
        }
    }
    Ok(None)
}

/// Since when notice to that recovery kit is known of here.
fn noticed_since(
    db: &Connection,
    notebook: NotebookId,
    lookup: Hash,
) -> Result<Option<u64>, Fault> {
    let found: Option<Option<i64>> = db
        .prepare_cached("SELECT noticed FROM kit WHERE notebook = ?1 AND lookup = ?2")?
        .query_row(params![notebook.0.0, lookup.0], |row| row.get(0))
        .optional()?;
    Ok(found.flatten().and_then(|since| u64::try_from(since).ok()))
}

/// Keeps which recovery kits there are; those that stay, as long as they have been here.
pub(crate) fn keep(db: &Connection, notebook: NotebookId, kits: &Kits) -> Result<(), Fault> {
    let id = &notebook.0.0;
    let mut find = db.prepare_cached("SELECT lookup FROM kit WHERE notebook = ?1")?;
    let kept: Vec<[u8; 32]> = find.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for gone in kept.iter().filter(|kept| kits.held.iter().all(|(held, _)| held.0 != **kept)) {
        db.prepare_cached("DELETE FROM kit WHERE notebook = ?1 AND lookup = ?2")?
            .execute(params![id, gone])?;
    }
    for (lookup, is_noticed) in &kits.held {
        let noticed = is_noticed.then(|| signed(kits.now)).transpose()?;
        db.prepare_cached(
            "INSERT INTO kit (notebook, lookup, noticed) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET noticed =
             CASE WHEN ?3 IS NULL THEN NULL ELSE coalesce(noticed, ?3) END",
        )?
        .execute(params![id, lookup.0, noticed])?;
    }
    Ok(())
}

/// The notebook that has had that recovery kit for the longest time.
pub(crate) fn find(db: &Connection, lookup: Hash) -> Result<Option<NotebookId>, Fault> {
    let found = db
        .prepare_cached("SELECT notebook FROM kit WHERE lookup = ?1 ORDER BY age LIMIT 1")?
        .query_row([&lookup.0], |row| row.get(0))
        .optional()?;
    Ok(found.map(|id| NotebookId(Hash(id))))
}
