//! Checkpoints in the tables: their manifests, the blobs that these name, and letting go of what
//! one that stands covers.

use std::collections::BTreeSet;

use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::checkpoint::{Manifest, Piece};
use couplet_proto::desk::pieces::{Kept, PieceKept, Rebased, rebase, takes_place, to_stand};
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, WriterHave};
use couplet_proto::ids::{NotebookId, Slot, WriterId};
use couplet_proto::item::{self, Malformed};
use couplet_proto::log::Log;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::ending;
use crate::store::tables::{Fault, have, signed};

/// The checkpoints of a notebook that are whole.
pub(crate) fn whole(db: &Connection, notebook: NotebookId) -> Result<Vec<Hash>, Fault> {
    hashes(
        db,
        notebook,
        "SELECT hash FROM checkpoint WHERE notebook = ?1 AND NOT EXISTS (
             SELECT 1 FROM named WHERE named.notebook = ?1 AND named.checkpoint = checkpoint.hash
             AND NOT EXISTS (
                 SELECT 1 FROM blob WHERE blob.notebook = ?1 AND blob.hash = named.blob))
         ORDER BY hash",
    )
}

/// A manifest or a blob.
pub(crate) fn piece(
    db: &Connection,
    notebook: NotebookId,
    hash: Hash,
) -> Result<Option<Vec<u8>>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT bytes FROM checkpoint WHERE notebook = ?1 AND hash = ?2
         UNION ALL SELECT bytes FROM blob WHERE notebook = ?1 AND hash = ?2 LIMIT 1",
    )?;
    Ok(find.query_row(params![notebook.0.0, hash.0], |row| row.get(0)).optional()?)
}

/// Keeps a piece and, if it is the last of a checkpoint that stands, lets go of what that covers.
pub(crate) fn keep(
    db: &Connection,
    log: &Log,
    piece: &Piece,
    quota: u64,
) -> Result<PieceKept, Fault> {
    let notebook = log.id();
    let kept = match piece {
        Piece::Manifest(manifest) => keep_manifest(db, log, manifest, quota)?,
        Piece::Blob(blob) => keep_blob(db, notebook, blob, quota)?,
    };
    let mut touched = Have::new();
    let standing = to_stand(log, &whole(db, notebook)?);
    if let Some(checkpoint) = standing {
        touched = stand(db, notebook, checkpoint)?;
    }
    let lacking = hashes(
        db,
        notebook,
        "SELECT DISTINCT blob FROM named WHERE notebook = ?1 AND NOT EXISTS (
             SELECT 1 FROM blob WHERE blob.notebook = ?1 AND blob.hash = named.blob)
         ORDER BY blob",
    )?;
    Ok(PieceKept { kept, lacking, whole: whole(db, notebook)?, have: touched })
}

/// Lets go of what a checkpoint covers, if it is whole and covers more than the one before; what
/// is held of the chains that it covers then.
pub(crate) fn stand(
    db: &Connection,
    notebook: NotebookId,
    checkpoint: Hash,
) -> Result<Have, Fault> {
    let mut touched = Have::new();
    let mut find = db.prepare_cached(
        "SELECT bytes FROM checkpoint WHERE notebook = ?1 AND hash = ?2 AND NOT is_base",
    )?;
    let place = params![notebook.0.0, checkpoint.0];
    let found: Option<Vec<u8>> = find.query_row(place, |row| row.get(0)).optional()?;
    let Some(bytes) = found else { return Ok(touched) };
    if !whole(db, notebook)?.contains(&checkpoint) {
        return Ok(touched);
    }
    let manifest = Manifest::read(bytes).map_err(|_| Malformed("checkpoint"))?;
    let stands = |writer: WriterId, counter| hash_at(db, notebook, writer, counter);
    let Some(rebased) = rebase(&manifest, &have(db, notebook)?, stands)? else {
        return Ok(touched);
    };
    for Rebased { device, writer, have } in rebased {
        let base = signed(have.base.counter)?;
        let chain = params![notebook.0.0, device.0, writer.0, base];
        db.prepare_cached(
            "DELETE FROM envelope
             WHERE notebook = ?1 AND device = ?2 AND writer = ?3 AND counter <= ?4",
        )?
        .execute(chain)?;
        db.prepare_cached(
            "INSERT INTO have (notebook, writer, device, ranges, bytes, have)
             VALUES (?1, ?3, ?2, ?5, (
                 SELECT coalesce(sum(length(bytes)), 0) FROM envelope
                 WHERE notebook = ?1 AND device = ?2 AND writer = ?3), ?4)
             ON CONFLICT DO UPDATE SET ranges = excluded.ranges, bytes = excluded.bytes,
             have = excluded.have",
        )?
        .execute(params![
            notebook.0.0,
            device.0,
            writer.0,
            item::encode(&have),
            have.beyond.len()
        ])?;
        touched.set(writer, have);
    }
    let parent = manifest.contents().parent;
    db.prepare_cached("DELETE FROM checkpoint WHERE notebook = ?1 AND hash <> ?2 AND hash <> ?3")?
        .execute(params![notebook.0.0, checkpoint.0, parent.0])?;
    db.prepare_cached("UPDATE checkpoint SET is_base = (hash = ?2) WHERE notebook = ?1")?
        .execute(place)?;
    drop_unnamed(db, notebook)?;
    Ok(touched)
}

/// What stands for what is not kept stands no more, unless it is one of these.
pub(crate) fn give_up_base_unless(
    db: &Connection,
    notebook: NotebookId,
    stood: &BTreeSet<Hash>,
) -> Result<(), Fault> {
    let base = "SELECT hash FROM checkpoint WHERE notebook = ?1 AND is_base";
    if hashes(db, notebook, base)?.iter().all(|base| stood.contains(base)) {
        return Ok(());
    }
    db.prepare_cached("UPDATE checkpoint SET is_base = 0 WHERE notebook = ?1")?
        .execute([&notebook.0.0])?;
    for (writer, have) in have(db, notebook)?.iter() {
        let left = have.clone().without_base();
        if left.highest() == 0 {
            db.prepare_cached("DELETE FROM have WHERE notebook = ?1 AND writer = ?2")?
                .execute(params![notebook.0.0, writer.0])?;
            continue;
        }
        db.prepare_cached(
            "UPDATE have SET have = ?3, ranges = ?4 WHERE notebook = ?1 AND writer = ?2",
        )?
        .execute(params![
            notebook.0.0,
            writer.0,
            item::encode(&left),
            left.beyond.len()
        ])?;
    }
    Ok(())
}

/// What stands in a place of a chain that is held; nothing if a checkpoint stands for it.
fn hash_at(
    db: &Connection,
    notebook: NotebookId,
    writer: WriterId,
    counter: u64,
) -> Result<Option<Hash>, Fault> {
    let (place, at) = (params![notebook.0.0, writer.0], signed(counter)?);
    let row: Option<([u8; 32], Vec<u8>)> = db
        .prepare_cached("SELECT device, have FROM have WHERE notebook = ?1 AND writer = ?2")?
        .query_row(place, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((device, have)) = row else { return Ok(None) };
    let have: WriterHave = item::decode(&have, "row of the store")?;
    if have.base.counter == counter {
        return Ok(Some(have.base.hash));
    }
    let mut find = db.prepare_cached(
        "SELECT hash FROM envelope
         WHERE notebook = ?1 AND device = ?2 AND writer = ?3 AND counter = ?4",
    )?;
    let found = find.query_row(params![notebook.0.0, device, writer.0, at], |row| row.get(0));
    Ok(found.optional()?.map(Hash))
}

fn keep_manifest(
    db: &Connection,
    log: &Log,
    manifest: &Manifest,
    quota: u64,
) -> Result<Kept, Fault> {
    let (notebook, hash) = (log.id(), manifest.hash());
    let mut find =
        db.prepare_cached("SELECT 1 FROM checkpoint WHERE notebook = ?1 AND hash = ?2")?;
    if find.exists(params![notebook.0.0, hash.0])? {
        return Ok(Kept::Held);
    }
    let is_over = ending::is_dissolved(db, notebook)?;
    let Some(owner) = log.known(manifest.device()).filter(|_| !is_over) else {
        return Ok(Kept::Unwanted);
    };
    let owner = owner.slot;
    let mut candidates = candidates(db, notebook, owner)?;
    let there: Vec<Hash> = candidates.iter().map(Manifest::hash).collect();
    let whole = whole(db, notebook)?;
    candidates.retain(|candidate| whole.contains(&candidate.hash()));
    let stands = |writer: WriterId, counter| hash_at(db, notebook, writer, counter);
    if !takes_place(log, manifest, &candidates, &have(db, notebook)?, stands)? {
        return Ok(Kept::Unwanted);
    }
    // Of each person one that is to stand is enough, beside what stands and the one before.
    let mut delete =
        db.prepare_cached("DELETE FROM checkpoint WHERE notebook = ?1 AND hash = ?2")?;
    for gone in there {
        delete.execute(params![notebook.0.0, gone.0])?;
    }
    db.prepare_cached(
        "INSERT INTO checkpoint (notebook, hash, slot, is_base, parent, bytes)
         VALUES (?1, ?2, ?3, 0, ?4, ?5)",
    )?
    .execute(params![
        notebook.0.0,
        hash.0,
        owner.index(),
        manifest.contents().parent.0,
        manifest.bytes()
    ])?;
    let mut insert = db.prepare_cached(
        "INSERT INTO named (notebook, blob, checkpoint, name) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for name in &manifest.contents().blobs {
        insert.execute(params![notebook.0.0, name.hash.0, hash.0, item::encode(name)])?;
    }
    // What both name is not given twice.
    drop_unnamed(db, notebook)?;
    if !has_room(db, notebook, owner, 0, quota)? {
        delete.execute(params![notebook.0.0, hash.0])?;
        drop_unnamed(db, notebook)?;
        return Ok(Kept::Full);
    }
    Ok(Kept::New)
}

/// A person's checkpoints that stand for nothing so far.
fn candidates(db: &Connection, notebook: NotebookId, owner: Slot) -> Result<Vec<Manifest>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT bytes FROM checkpoint WHERE notebook = ?1 AND slot = ?2 AND NOT is_base
         AND hash NOT IN (SELECT parent FROM checkpoint WHERE notebook = ?1 AND is_base)",
    )?;
    let rows = find.query_map(params![notebook.0.0, owner.index()], |row| row.get(0))?;
    let read = |bytes| Ok(Manifest::read(bytes).map_err(|_| Malformed("checkpoint"))?);
    rows.map(|bytes| read(bytes?)).collect()
}

fn keep_blob(
    db: &Connection,
    notebook: NotebookId,
    blob: &Blob,
    quota: u64,
) -> Result<Kept, Fault> {
    let place = params![notebook.0.0, blob.hash().0];
    let mut find = db.prepare_cached("SELECT 1 FROM blob WHERE notebook = ?1 AND hash = ?2")?;
    if find.exists(place)? {
        return Ok(Kept::Held);
    }
    let owner: Option<u8> = db
        .prepare_cached(
            "SELECT slot FROM named JOIN checkpoint
             ON checkpoint.notebook = ?1 AND checkpoint.hash = named.checkpoint
             WHERE named.notebook = ?1 AND named.blob = ?2 AND named.name = ?3
             ORDER BY checkpoint.hash LIMIT 1",
        )?
        .query_row(params![notebook.0.0, blob.hash().0, item::encode(&blob.name())], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(owner) = owner.and_then(Slot::from_index) else { return Ok(Kept::Unwanted) };
    if !has_room(db, notebook, owner, blob.bytes().len(), quota)? {
        return Ok(Kept::Full);
    }
    db.prepare_cached("INSERT INTO blob (notebook, hash, slot, bytes) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![notebook.0.0, blob.hash().0, owner.index(), blob.bytes()])?;
    Ok(Kept::New)
}

fn has_room(
    db: &Connection,
    notebook: NotebookId,
    owner: Slot,
    length: usize,
    quota: u64,
) -> Result<bool, Fault> {
    let used: u64 = db
        .prepare_cached(
            "SELECT coalesce(sum(bytes), 0) FROM (
                 SELECT length(bytes) AS bytes FROM checkpoint WHERE notebook = ?1 AND slot = ?2
                 UNION ALL SELECT length(bytes) FROM blob WHERE notebook = ?1 AND slot = ?2)",
        )?
        .query_row(params![notebook.0.0, owner.index()], |row| row.get(0))?;
    Ok(used.saturating_add(length as u64) <= quota)
}

/// Lets go of blobs that no checkpoint names.
fn drop_unnamed(db: &Connection, notebook: NotebookId) -> Result<(), Fault> {
    let id = &notebook.0.0;
    for delete in [
        "DELETE FROM named WHERE notebook = ?1 AND checkpoint NOT IN (
             SELECT hash FROM checkpoint WHERE notebook = ?1)",
        "DELETE FROM blob WHERE notebook = ?1 AND hash NOT IN (
             SELECT blob FROM named WHERE notebook = ?1)",
    ] {
        db.prepare_cached(delete)?.execute([id])?;
    }
    Ok(())
}

fn hashes(db: &Connection, notebook: NotebookId, sql: &str) -> Result<Vec<Hash>, Fault> {
    let mut find = db.prepare_cached(sql)?;
    let found = find.query_map([&notebook.0.0], |row| row.get(0).map(Hash))?;
    Ok(found.collect::<Result<_, _>>()?)
}
