//! The store in one SQLite file: what only a file can suffer.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use couplet_proto::desk::keeping::{Appended, Ending, Extension, Kits, Outcome};
use couplet_proto::envelope::Envelope;
use couplet_proto::have::{Have, Range, Tip};
use couplet_proto::item;
use couplet_proto::statement::LogHead;
use couplet_relay::store::sqlite::SqliteStore;
use couplet_relay::store::{Store as _, StoreError};
use rusqlite::Connection;

use couplet_proto::testing::Notebook;

use crate::client::ROOM;

pub(crate) fn extension(notebook: &Notebook) -> Extension {
    let statements = notebook.log.statements().iter();
    Extension {
        notebook: notebook.id(),
        after: LogHead::EMPTY,
        from: 0,
        statements: statements.map(|new| (new.hash(), new.bytes().to_vec())).collect(),
        open_invites: Vec::new(),
        said: BTreeMap::new(),
        ends: Vec::new(),
        known: None,
        ending: Ending::Unwanted,
        kits: Kits::default(),
    }
}

#[tokio::test]
async fn many_writers_at_once_are_each_kept_whole() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    let store = Arc::new(SqliteStore::open(&file, ROOM).unwrap());
    let notebook = Notebook::of_both(1);
    assert_eq!(store.append(extension(&notebook)).await.unwrap(), Appended::Done);
    let mut tasks = tokio::task::JoinSet::new();
    for nonce in 0..32 {
        let (store, log) = (Arc::clone(&store), Arc::new(notebook.log.clone()));
        let mut writer = notebook.writer(&notebook.ana, nonce);
        tasks.spawn(async move {
            for sealed in writer.write(20) {
                let kept = store.keep(log.clone(), vec![sealed]).await.unwrap();
                assert_eq!(kept.outcomes, [Outcome::New]);
            }
        });
    }
    // Work that fails stands beside work that does not, in the same transactions.
    let elsewhere = Notebook::of_both(9);
    let lost = elsewhere.writer(&elsewhere.ana, 1).write(1);
    let lost_log = Arc::new(elsewhere.log.clone());
    while !tasks.is_empty() {
        assert!(matches!(
            store.keep(lost_log.clone(), lost.clone()).await,
            Err(StoreError::UnknownNotebook)
        ));
        tokio::select! {
            done = tasks.join_next() => done.unwrap().unwrap(),
            () = tokio::task::yield_now() => {}
        }
    }
    let have = store.have(notebook.id()).await.unwrap();
    assert_eq!(have.iter().count(), 32);
    assert!(have.iter().all(|(_, have)| have.tip.counter == 20 && have.beyond.is_empty()));
    assert_eq!(have, recomputed(&store, &notebook, &have).await);
    store.close();
    assert!(matches!(store.keep(lost_log, Vec::new()).await, Err(StoreError::Closed)));
    counts_are_true(&Connection::open(&file).unwrap());
}

/// The counted bytes, and the rows of `have`, are what the other rows say.
pub(crate) fn counts_are_true(db: &Connection) {
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let counted = number("SELECT coalesce(sum(bytes), 0) FROM notebook");
    assert_eq!(counted, number("SELECT coalesce(sum(length(bytes)), 0) FROM statement"));
    let counted = number("SELECT coalesce(sum(bytes), 0) FROM have");
    assert_eq!(counted, number("SELECT coalesce(sum(length(bytes)), 0) FROM envelope"));
    assert_eq!(
        number("SELECT count(*) FROM (SELECT DISTINCT notebook, device, writer FROM envelope)"),
        number("SELECT count(*) FROM have")
    );
    let mut rows = db.prepare("SELECT have, ranges FROM have").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, usize>(1)?)));
    for row in rows.unwrap() {
        let (have, ranges) = row.unwrap();
        let have: couplet_proto::have::WriterHave = item::decode(&have, "have").unwrap();
        assert_eq!(have.beyond.len(), ranges);
    }
}

#[test]
fn a_newer_store_is_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    drop(SqliteStore::open(&file, ROOM).unwrap());
    let db = Connection::open(&file).unwrap();
    db.execute("UPDATE meta SET value = 7 WHERE name = 'schema'", []).unwrap();
    drop(db);
    let before = fs::read(&file).unwrap();
    let refused = SqliteStore::open(&file, ROOM).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 7, known: 1 }), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_damaged_or_foreign_file_is_refused_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    fs::write(&file, [7; 8192]).unwrap();
    let refused = SqliteStore::open(&file, ROOM).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    assert!(refused.to_string().contains("put it back from a backup"));
    fs::remove_file(&file).unwrap();
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE diary (words TEXT)").unwrap();
    let refused = SqliteStore::open(&file, ROOM).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
}
/// What is held, by what can be read of it.
pub(crate) async fn recomputed(store: &SqliteStore, notebook: &Notebook, have: &Have) -> Have {
    let mut again = Have::new();
    for range in have.without(&Have::new()) {
        let mut next = range.first;
        while next <= range.last {
            let rest = Range { first: next, ..range };
            let slice = store.envelopes(notebook.id(), rest).await.unwrap();
            assert!(!slice.is_empty(), "what the have vector names is there");
            next += slice.len() as u64;
            for bytes in slice {
                let sealed = Envelope::parse(bytes).unwrap().verify().unwrap();
                let at = Tip { counter: sealed.header().counter, hash: sealed.hash() };
                again.insert(range.writer, at, sealed.header().previous).unwrap();
            }
        }
    }
    again
}
