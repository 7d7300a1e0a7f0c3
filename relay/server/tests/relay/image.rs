//! What power cuts leave of the store's files, and what must be found in it.
//!
//! A disk keeps of what was written since it was last told to sync any sectors it likes. SQLite
//! syncs its log at each commit and once more when the log begins again, its database when a
//! checkpoint is over (<https://sqlite.org/wal.html>). So the files are copied before and after each
//! step of the store, and of what the step changed some sectors are put back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use couplet_proto::desk::keeping::{Ending, Extension, Kits, Letter};
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::Have;
use couplet_proto::sign::Signer as _;
use couplet_proto::statement::LogHead;
use couplet_proto::testing::{Chance, INVITE, Key, Notebook};
use couplet_relay::store::Store as _;
use couplet_relay::store::sqlite::SqliteStore;
use rusqlite::Connection;

use crate::client::ROOM;
use crate::sqlite::{counts_are_true, recomputed};

const STORE: &str = "store.db";
const LOG: &str = "store.db-wal";

/// What is written at once, or not.
const SECTOR: usize = 512;

/// The log's header, which SQLite syncs by itself when the log begins again.
const LOG_HEADER: usize = 32;

/// The store's files at one moment.
#[derive(Clone, PartialEq, Eq)]
struct Image {
    store: Vec<u8>,
    log: Vec<u8>,
}

impl Image {
    fn of(directory: &Path) -> Self {
        let read = |file| fs::read(directory.join(file)).unwrap_or_default();
        Self { store: read(STORE), log: read(LOG) }
    }

    /// What is found in it.
    async fn found(&self, notebook: &Notebook) -> Found {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(STORE), &self.store).unwrap();
        fs::write(home.path().join(LOG), &self.log).unwrap();
        let file = home.path().join(STORE);
        let found = Found::of(&SqliteStore::open(&file, ROOM).unwrap(), notebook).await;
        counts_are_true(&Connection::open(&file).unwrap());
        found
    }
}

/// All that a store says of a notebook.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    log: Vec<Vec<u8>>,
    have: Have,
    requests: Vec<Vec<u8>>,
}

impl Found {
    async fn of(store: &SqliteStore, notebook: &Notebook) -> Self {
        let id = notebook.id();
        let have = store.have(id).await.unwrap();
        // The have vector holds the hash of each chain's end, and so all that is before it.
        assert_eq!(recomputed(store, notebook, &have).await, have);
        let (log, requests) = (store.log(id).await.unwrap(), store.requests(id).await.unwrap());
        Self { log, have, requests }
    }
}

/// Some sectors as they were, the others as they became.
fn torn(before: &[u8], after: &[u8], mut is_new: impl FnMut(usize) -> bool) -> Vec<u8> {
    let mut torn = after.to_vec();
    for (place, sector) in torn.chunks_mut(SECTOR).enumerate() {
        if is_new(place) {
            continue;
        }
        let old = before.get(place * SECTOR..).unwrap_or_default();
        let known = old.len().min(sector.len());
        sector[..known].copy_from_slice(&old[..known]);
        sector[known..].fill(0);
    }
    torn
}

/// Ways of losing sectors: all that changed, but a first or last part, one, any; or the file's new end.
fn losses(before: &[u8], after: &[u8], chance: &mut Chance) -> Vec<Vec<u8>> {
    let sectors = after.len().div_ceil(SECTOR).max(1);
    let changed = |place: usize| {
        let at = place * SECTOR..(place * SECTOR + SECTOR).min(after.len());
        before.get(at.clone()) != after.get(at)
    };
    let changed: Vec<_> = (0..sectors).filter(|place| changed(*place)).collect();
    let mut losses = vec![torn(before, after, |_| false)];
    if !changed.is_empty() {
        let end = changed[chance.below(changed.len())];
        losses.push(torn(before, after, |place| place < end));
        losses.push(torn(before, after, |place| place >= end));
        let lost = changed[chance.below(changed.len())];
        losses.push(torn(before, after, |place| place != lost));
        losses.push(torn(before, after, |_| chance.below(2) == 0));
    }
    if let Some(grown) = after.len().checked_sub(before.len()).filter(|grown| *grown > 0) {
        losses.push(after[..before.len() + chance.below(grown)].to_vec());
    }
    losses
}

/// What the power may leave when it goes before the step is acknowledged.
fn before_the_acknowledgement(before: &Image, after: &Image, chance: &mut Chance) -> Vec<Image> {
    let header = |log: &[u8]| log.get(..LOG_HEADER).map(<[u8]>::to_vec);
    let begins_again = !before.log.is_empty() && header(&before.log) != header(&after.log);
    let (mut images, mut log) = (vec![before.clone()], before.log.clone());
    if begins_again {
        log[..LOG_HEADER].copy_from_slice(&after.log[..LOG_HEADER]);
        images.push(Image { store: before.store.clone(), log: log.clone() });
    }
    let losses = losses(&log, &after.log, chance).into_iter();
    images.extend(losses.map(|log| Image { store: before.store.clone(), log }));
    images
}

/// What the power may leave while the log is written back into the database.
fn during_the_checkpoint(before: &Image, after: &Image, chance: &mut Chance) -> Vec<Image> {
    let losses = losses(&before.store, &after.store, chance).into_iter();
    losses.map(|store| Image { store, log: before.log.clone() }).collect()
}

/// One step of a notebook's life at the relay.
enum Step {
    Append(Extension),
    Keep(Vec<Sealed>),
    Post(Letter),
}

/// So many steps, every kind of thing that a relay keeps among them.
fn life(notebook: &mut Notebook, steps: usize) -> Vec<Step> {
    let mut writers = [notebook.writer(&notebook.ana, 1), notebook.writer(&notebook.ana, 2)];
    let mut life = vec![Step::Append(extension(notebook, LogHead::EMPTY))];
    for step in 1..steps {
        let after = notebook.log.head();
        life.push(match step % 6 {
            0 => {
                notebook.say(notebook.rewrap());
                Step::Append(extension(notebook, after))
            }
            3 => {
                let fill = u8::try_from(step).unwrap();
                let (invite, device) = (INVITE, Key::new(100 + fill % 8).public());
                let (bytes, hash) = (vec![fill; 900], Hash([fill; 32]));
                Step::Post(Letter {
                    notebook: notebook.id(),
                    invite,
                    device,
                    hash,
                    bytes,
                    received: 5,
                })
            }
            4 => Step::Keep(vec![writers[0].seal(3, 48 * 1024)]),
            _ => Step::Keep([writers[0].write(2), writers[1].write(1 + step % 5)].concat()),
        });
    }
    life
}

fn extension(notebook: &Notebook, after: LogHead) -> Extension {
    let from = usize::try_from(after.length).unwrap();
    let new = notebook.log.statements()[from..].iter();
    Extension {
        notebook: notebook.id(),
        after,
        from: after.length,
        statements: new.map(|new| (new.hash(), new.bytes().to_vec())).collect(),
        open_invites: vec![INVITE],
        said: BTreeMap::new(),
        ends: Vec::new(),
        known: None,
        ending: Ending::Unwanted,
        kits: Kits::default(),
    }
}

async fn live(store: &SqliteStore, notebook: &Notebook, step: Step) {
    match step {
        Step::Append(extension) => drop(store.append(extension).await.unwrap()),
        Step::Keep(envelopes) => {
            let log = Arc::new(notebook.log.clone());
            drop(store.keep(log, envelopes).await.unwrap());
        }
        Step::Post(letter) => drop(store.post(letter).await.unwrap()),
    }
}

#[tokio::test]
async fn a_power_cut_at_any_sync_costs_nothing_acknowledged_and_leaves_nothing_half() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(STORE);
    let store = SqliteStore::open(&file, ROOM).unwrap();
    let beside = Connection::open(&file).unwrap();
    let (mut notebook, mut chance) = (Notebook::of_both(1), Chance::new(23));
    let (mut restarts, mut written_back, mut lost, mut kept) = (0, 0, 0, 0);
    let life = life(&mut notebook, 40);
    for (place, step) in life.into_iter().enumerate() {
        let before = Image::of(home.path());
        let known = Found::of(&store, &notebook).await;
        live(&store, &notebook, step).await;
        let (after, new) = (Image::of(home.path()), Found::of(&store, &notebook).await);
        assert_eq!(before.store.get(100..), after.store.get(100..), "no checkpoint by itself");
        restarts += usize::from(before.log.get(..LOG_HEADER) != after.log.get(..LOG_HEADER));
        for image in before_the_acknowledgement(&before, &after, &mut chance) {
            let found = image.found(&notebook).await;
            assert!(found == known || found == new, "step {place}: a half of it is there");
            kept += usize::from(found == new);
            lost += usize::from(found == known);
        }
        assert_eq!(after.found(&notebook).await, new, "step {place} was acknowledged");
        if place % 4 == 3 {
            beside.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).unwrap();
            let checkpointed = Image::of(home.path());
            written_back += usize::from(checkpointed.store != after.store);
            for image in during_the_checkpoint(&after, &checkpointed, &mut chance) {
                assert_eq!(image.found(&notebook).await, new, "the checkpoint after step {place}");
            }
        }
    }
    assert!(restarts > 5 && written_back > 5, "the log began again and was written back");
    assert!(lost > 20 && kept > 0, "some cuts were before and some after: {lost}, {kept}");
}
