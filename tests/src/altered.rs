//! An app that was altered, or is of a later version: what it writes is its person's in every
//! signature, and was asked of no law of this one.
//!
//! A phone's store is opened with its key while the phone is closed, and one more change by its own
//! writer is laid beside those that wait to be sent.

use couplet::Place;
use couplet_engine::document::{Change, Document, Edit, EditError};
use couplet_engine::notebook::schema::Owner;
use couplet_proto::ids::{Edition, Slot, Volume, WriterId};
use rusqlite::{Connection, params};

use crate::hex::hex;

/// Opens the store of a phone that is closed.
///
/// # Panics
///
/// Where it cannot be read.
#[must_use]
pub fn store(place: &Place) -> Connection {
    let store = Connection::open(place.directory.join("notebook.db")).unwrap();
    let key = hex(place.key.expose());
    store.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).unwrap();
    store
}

/// Has a phone that is closed, and has something to send, say this too when it is opened. `write` is
/// told whose keys are its own, and where its change starts.
///
/// # Panics
///
/// Where the phone has nothing to send.
pub fn says(
    place: &Place,
    slot: Slot,
    write: impl FnOnce(&mut Edit<'_>, Owner, u64) -> Result<(), EditError>,
) {
    let store = store(place);
    let waiting = "SELECT volume, edition, writer FROM changes WHERE counter IS NULL LIMIT 1";
    let (volume, edition, writer): (u32, u32, [u8; 16]) = store
        .query_row(waiting, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("it has nothing to send");
    let of_volume = "SELECT bytes FROM changes WHERE volume = ?1 AND edition = ?2 ORDER BY id";
    let mut changes = store.prepare(of_volume).unwrap();
    let changes = changes.query_map([volume, edition], |row| row.get(0)).unwrap();
    let changes = changes.map(|bytes| Change::parse(bytes.unwrap()).unwrap()).collect();
    let (volume, edition, writer) = (Volume(volume), Edition(edition), WriterId(writer));
    let mut document = Document::load(volume, edition, writer, None, changes).unwrap();
    let (owner, start) = (Owner { slot, generation: 0, writer }, document.next_op());
    let change = document.edit(|edit| write(edit, owner, start)).unwrap().unwrap();
    let keep = "INSERT INTO changes (volume, edition, hash, writer, bytes)
                VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![volume.0, edition.0, change.hash().0, writer.0, change.bytes()];
    store.execute(keep, row).unwrap();
}
