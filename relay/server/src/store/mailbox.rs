//! Requests to join, which wait in the mailboxes of the invites that they use.

use couplet_proto::desk::keeping::{Letter, Posted};
use couplet_proto::ids::{InviteId, NotebookId};
use couplet_proto::limits::MAX_REQUESTS_PER_INVITE;
use rusqlite::{Connection, params};

use crate::store::ending;
use crate::store::tables::{Fault, signed};

/// Empties the mailboxes of all invites but these.
pub(crate) fn empty(
    db: &Connection,
    notebook: NotebookId,
    open_invites: &[InviteId],
) -> Result<(), Fault> {
    let id = &notebook.0.0;
    let mut waiting =
        db.prepare_cached("SELECT DISTINCT invite FROM mailbox WHERE notebook = ?1")?;
    let waiting: Vec<[u8; 16]> =
        waiting.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for invite in waiting {
        if !open_invites.iter().any(|open| open.0 == invite) {
            db.prepare_cached("DELETE FROM mailbox WHERE notebook = ?1 AND invite = ?2")?
                .execute(params![id, invite])?;
        }
    }
    Ok(())
}

pub(crate) fn post(db: &Connection, letter: &Letter) -> Result<Posted, Fault> {
    let Letter { notebook, invite, device, hash, bytes, received } = letter;
    if ending::is_dissolved(db, *notebook)? {
        return Ok(Posted::Full);
    }
    let mut find =
        db.prepare_cached("SELECT device, hash FROM mailbox WHERE notebook = ?1 AND invite = ?2")?;
    let waiting: Vec<([u8; 32], [u8; 32])> = find
        .query_map(params![notebook.0.0, invite.0], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if waiting.iter().any(|(_, held)| *held == hash.0) {
        return Ok(Posted::Held);
    }
    let replaces = waiting.iter().any(|(from, _)| *from == device.0);
    if waiting.len() >= MAX_REQUESTS_PER_INVITE && !replaces {
        return Ok(Posted::Full);
    }
    let received = signed(*received)?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO mailbox (notebook, invite, device, hash, received, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![notebook.0.0, invite.0, device.0, hash.0, received, bytes])?;
    Ok(Posted::New)
}

pub(crate) fn requests(db: &Connection, notebook: NotebookId) -> Result<Vec<Vec<u8>>, Fault> {
    let mut find =
        db.prepare_cached("SELECT bytes FROM mailbox WHERE notebook = ?1 ORDER BY invite, hash")?;
    let found = find.query_map([&notebook.0.0], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}
