//! The tables of the device store, and how an older store becomes a newer one.
//!
//! An older store is copied before it is changed, and the copy is let go of once this version has
//! read everything in it. Until then a version that fails has taken nothing away. Nobody is asked.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{FILE, StoreError, path};

/// The schema that this version reads and writes. A store with a higher one is left untouched.
pub(crate) const SCHEMA: u32 = 7;

/// Each step brings a store from its index to the next schema.
const STEPS: [&str; SCHEMA as usize] = [FIRST, CHECKPOINTS, CLOSED, SEEN, VAULT, MARKS, BARE];

const FIRST: &str = "
    -- What there is one of: seed, nonce, relay, what a joiner waits with.
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

    -- The membership log, and the keys that it gave this device.
    CREATE TABLE log (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, key BLOB NOT NULL);

    -- Of every writer: what is held, how far it is applied, whether the partner was told.
    CREATE TABLE chains (
        writer BLOB PRIMARY KEY, have BLOB NOT NULL,
        seen INTEGER NOT NULL DEFAULT 0, is_told INTEGER NOT NULL DEFAULT 1
    ) WITHOUT ROWID;
    -- Of every writer: what the relay said that it holds.
    CREATE TABLE relay_chains (writer BLOB PRIMARY KEY, have BLOB NOT NULL) WITHOUT ROWID;
    -- How far each of the other writers said that it has applied one of ours.
    CREATE TABLE told (
        by_writer BLOB NOT NULL, writer BLOB NOT NULL, counter INTEGER NOT NULL,
        by_slot INTEGER NOT NULL, is_shared INTEGER NOT NULL,
        PRIMARY KEY (by_writer, writer)
    ) WITHOUT ROWID;

    -- Sealed envelopes, ours and received: any phone can feed a relay that forgot.
    CREATE TABLE envelopes (
        writer BLOB NOT NULL, counter INTEGER NOT NULL, hash BLOB NOT NULL,
        state INTEGER NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (writer, counter, hash)
    );
    -- SQLite takes this index for a query only where its own condition is spelled out there.
    CREATE INDEX envelopes_kept ON envelopes (writer, counter) WHERE state <> 0;

    -- Envelopes of writers that could not go on, and those that carry them.
    CREATE TABLE carried (
        writer BLOB NOT NULL, counter INTEGER NOT NULL,
        by_writer BLOB NOT NULL, by_counter INTEGER NOT NULL, PRIMARY KEY (writer, counter)
    ) WITHOUT ROWID;

    -- Changes in the order they were applied; those without a counter wait to be sealed.
    CREATE TABLE changes (
        id INTEGER PRIMARY KEY, volume INTEGER NOT NULL, edition INTEGER NOT NULL,
        hash BLOB NOT NULL UNIQUE, writer BLOB NOT NULL, counter INTEGER, bytes BLOB NOT NULL
    );
    CREATE INDEX changes_of_volume ON changes (volume, edition, id);
    CREATE INDEX changes_unsealed ON changes (volume, edition, id) WHERE counter IS NULL;
    -- Received changes that depend on others which are not here.
    CREATE TABLE waiting (
        hash BLOB PRIMARY KEY, volume INTEGER NOT NULL, edition INTEGER NOT NULL,
        slot INTEGER NOT NULL, writer BLOB NOT NULL, counter INTEGER NOT NULL, bytes BLOB NOT NULL,
        fault TEXT
    ) WITHOUT ROWID;
    -- Received changes that no phone will apply, and why.
    CREATE TABLE quarantine (
        hash BLOB PRIMARY KEY, slot INTEGER NOT NULL, writer BLOB NOT NULL,
        counter INTEGER NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE snapshots (
        volume INTEGER NOT NULL, edition INTEGER NOT NULL, up_to INTEGER NOT NULL,
        bytes BLOB NOT NULL, PRIMARY KEY (volume, edition)
    ) WITHOUT ROWID;

    -- The read model: everything below can be made again from the changes.
    -- In the order of their coming, which is nearly that of the timeline: a page of it lies close
    -- together. Without a rowid they would lie by their random keys, and most of each elsewhere.
    CREATE TABLE entries (
        place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, volume INTEGER NOT NULL, ord INTEGER NOT NULL, day INTEGER NOT NULL,
        kind TEXT NOT NULL, author INTEGER NOT NULL, conflicts INTEGER NOT NULL,
        own_change INTEGER, is_unread INTEGER NOT NULL, content BLOB NOT NULL, view BLOB NOT NULL
    );
    CREATE INDEX entries_in_order ON entries (day, volume, ord, key);

    -- Requests to join that were fetched from the mailbox.
    CREATE TABLE requests (
        hash BLOB PRIMARY KEY, invite BLOB NOT NULL, bytes BLOB NOT NULL
    ) WITHOUT ROWID;
    -- Statements that this device wants ordered, as what it wants, not as bytes.
    CREATE TABLE intents (id INTEGER PRIMARY KEY, intent BLOB NOT NULL);

    -- Words that were not shared so far.
    CREATE TABLE drafts (
        place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        day INTEGER NOT NULL, entry TEXT, base TEXT, text TEXT NOT NULL
    );
    -- What other processes asked of the one that owns this store.
    CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, asked BLOB NOT NULL);
";

const CHECKPOINTS: &str = "
    -- Whose every writer is: device and nonce, of which its name is made.
    CREATE TABLE actors (
        writer BLOB PRIMARY KEY, device BLOB NOT NULL, nonce BLOB NOT NULL
    ) WITHOUT ROWID;
    -- Checkpoints in the order of their coming, and the blobs that they name.
    CREATE TABLE checkpoints (
        place INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, is_sound INTEGER NOT NULL,
        bytes BLOB NOT NULL
    );
    CREATE TABLE blobs (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL);
";

const CLOSED: &str = "
    -- Entries in which this device has a key to publish, to copy or to withdraw, by now or later.
    CREATE TABLE awaits_key (entry TEXT PRIMARY KEY) WITHOUT ROWID;
";

const SEEN: &str = "
    -- The read model's entries once more, with those out of sight, how much in each waits for
    -- somebody, and how much of what the other person did was seen here: that stays here, and
    -- is_unread follows from it. Nothing: not even that there is such an entry. No bytes: whatever
    -- there was before this schema. Of the first stores some had them without a place.
    CREATE TABLE entries_seen (
        place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, volume INTEGER NOT NULL,
        ord INTEGER NOT NULL, day INTEGER NOT NULL, kind TEXT NOT NULL, author INTEGER NOT NULL,
        conflicts INTEGER NOT NULL, own_change INTEGER, is_unread INTEGER NOT NULL,
        content BLOB NOT NULL, view BLOB NOT NULL, is_removed INTEGER NOT NULL DEFAULT 0,
        needs INTEGER NOT NULL DEFAULT 0, seen BLOB
    );
    INSERT INTO entries_seen (key, volume, ord, day, kind, author, conflicts, own_change,
                              is_unread, content, view, seen)
        SELECT key, volume, ord, day, kind, author, conflicts, own_change, is_unread, content,
               view, CASE WHEN is_unread THEN NULL ELSE x'' END
        FROM entries ORDER BY day, volume, ord, key;
    DROP TABLE entries;
    ALTER TABLE entries_seen RENAME TO entries;
    CREATE INDEX entries_in_order ON entries (day, volume, ord, key);
    CREATE INDEX entries_removed ON entries (day, volume, ord, key) WHERE is_removed;
    CREATE INDEX entries_in_need ON entries (day, volume, ord, key) WHERE needs > 0;
    -- Since when what came waits, by its hash.
    CREATE TABLE waits (hash BLOB PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
";

const VAULT: &str = "
    -- The words of a draft as the vault has them, and the version of them there.
    ALTER TABLE drafts ADD COLUMN kept_version TEXT;
    ALTER TABLE drafts ADD COLUMN kept_text TEXT;
    -- Drafts that were shared or thrown away, with the words that the vault has of them, until it
    -- knows.
    CREATE TABLE drafts_ended (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
";

const MARKS: &str = "
    -- Entries in which more was seen here than this person's vault knows of.
    CREATE TABLE marks_due (entry TEXT PRIMARY KEY) WITHOUT ROWID;
    INSERT INTO marks_due (entry) SELECT key FROM entries WHERE seen IS NOT NULL;
    -- What was seen on other devices of this person, of entries that are not here so far.
    CREATE TABLE marks_ahead (entry TEXT PRIMARY KEY, seen BLOB NOT NULL) WITHOUT ROWID;
    -- The vault's pages of marks that were taken in, as they stood.
    CREATE TABLE marks_taken (page TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
";

const BARE: &str = "
    -- Whether nothing is left of an entry but its head, as its words were erased for good.
    ALTER TABLE entries ADD COLUMN is_bare INTEGER NOT NULL DEFAULT 0;
";

/// The store's schema, if this version knows it.
pub(super) fn found(connection: &Connection) -> Result<u32, StoreError> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > SCHEMA {
        return Err(StoreError::StoreIsNewer { found, known: SCHEMA });
    }
    Ok(found)
}

/// Brings the store in this directory to this version's schema.
pub(super) fn migrate(connection: &mut Connection, directory: &Path) -> Result<(), StoreError> {
    let found = found(connection)?;
    if found == SCHEMA {
        return Ok(());
    }
    if found > 0 {
        back_up(connection, directory, found)?;
    }
    let transaction = connection.transaction()?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    transaction.commit()?;
    Ok(())
}

/// Copies the store, which nobody else writes. The copy has its name only once it is whole and on
/// the disk; one that is there already is of a store that was not read whole since.
fn back_up(connection: &Connection, directory: &Path, found: u32) -> Result<(), StoreError> {
    let kept = backup(directory, found);
    if kept.try_exists()? {
        return Ok(());
    }
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        return Err(StoreError::Busy);
    }
    let begun = kept.with_extension("part");
    fs::copy(path(directory), &begun)?;
    fs::File::open(&begun)?.sync_all()?;
    Ok(fs::rename(begun, kept)?)
}

/// Removes the copies that were made before an update, whole or not.
pub(super) fn drop_backups(directory: &Path) -> Result<(), StoreError> {
    for found in 1..SCHEMA {
        let kept = backup(directory, found);
        for gone in [kept.with_extension("part"), kept] {
            match fs::remove_file(gone) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn backup(directory: &Path, found: u32) -> PathBuf {
    directory.join(format!("{FILE}.schema-{found}.backup"))
}
