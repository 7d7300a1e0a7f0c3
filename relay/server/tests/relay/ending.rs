//! What a relay knows of a notebook, and how it lets go of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use couplet_proto::desk::keeping::{Appended, Ending, Extension, Kits, Letter, Outcome, Posted};
use couplet_proto::hash::Hash;
use couplet_proto::have::Have;
use couplet_proto::ids::InviteId;
use couplet_proto::limits::DISSOLVE_SECONDS;
use couplet_proto::statement::{Body, LogHead};
use couplet_proto::testing::{FAR_AWAY, INVITE, Key, Notebook};
use couplet_relay::audit::audit;
use couplet_relay::store::Store as _;
use couplet_relay::store::audit::Audit;
use couplet_relay::store::sqlite::SqliteStore;
use rusqlite::Connection;

use crate::client::ROOM;

const NOW: u64 = 1_800_000_000;

fn extension(notebook: &Notebook, after: LogHead, ending: Ending) -> Extension {
    let new = notebook.log.statements().iter().skip(usize::try_from(after.length).unwrap());
    Extension {
        notebook: notebook.id(),
        after,
        from: after.length,
        statements: new.map(|new| (new.hash(), new.bytes().to_vec())).collect(),
        open_invites: notebook.log.open_invites().map(|invite| invite.invite).collect(),
        said: BTreeMap::new(),
        ends: Vec::new(),
        standing: None,
        known: None,
        kits: Kits { now: NOW, held: vec![(Hash([5; 32]), true)], noticed: Vec::new() },
        ending,
    }
}

/// A store that holds something of everything there can be of a notebook.
async fn full(home: &std::path::Path) -> (SqliteStore, Notebook) {
    let store = SqliteStore::open(&home.join("store.db"), ROOM).unwrap();
    let mut notebook = Notebook::of_ana(3);
    notebook.invite(INVITE, FAR_AWAY);
    notebook.say(notebook.own_device(InviteId([4; 16])));
    notebook.join(INVITE);
    let begun = extension(&notebook, LogHead::EMPTY, Ending::Unwanted);
    assert_eq!(store.append(begun).await.unwrap(), Appended::Done);
    let log = Arc::new(notebook.log.clone());
    let kept = store.keep(log, notebook.writer(&notebook.ana, 1).write(3)).await.unwrap();
    assert_eq!(kept.outcomes, [Outcome::New; 3]);
    let (device, invite) = (Key::new(70), InviteId([4; 16]));
    let request = notebook.request(invite, &device);
    let letter = Letter {
        notebook: notebook.id(),
        invite,
        device: couplet_proto::sign::Signer::public(&device),
        hash: request.hash(),
        bytes: request.bytes().to_vec(),
        received: NOW,
    };
    assert_eq!(store.post(letter).await.unwrap(), Posted::New);
    let before = notebook.log.head();
    notebook.say(notebook.statement(Body::Dissolve));
    let wanted = extension(&notebook, before, Ending::Wanted { now: NOW });
    assert_eq!(store.append(wanted).await.unwrap(), Appended::Done);
    put_checkpoint(&home.join("store.db"), &notebook);
    (store, notebook)
}

/// What a checkpoint leaves in the tables; how it comes there is in the conformance cases.
fn put_checkpoint(file: &std::path::Path, notebook: &Notebook) {
    let db = Connection::open(file).unwrap();
    for sql in [
        "INSERT INTO checkpoint VALUES (?1, x'01', 0, 0, x'02', x'03')",
        "INSERT INTO named VALUES (?1, x'04', x'01', x'05')",
        "INSERT INTO blob VALUES (?1, x'04', 0, x'06')",
    ] {
        db.execute(sql, [&notebook.id().0.0]).unwrap();
    }
}

#[tokio::test]
async fn whoever_asks_is_told_of_every_column_that_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let (_store, notebook) = full(home.path()).await;
    let file = home.path().join("store.db");
    let told = audit(&Audit::open(&file).unwrap(), notebook.id()).unwrap();

    let db = Connection::open(&file).unwrap();
    let mut columns = db
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name <> 'meta'",
        )
        .unwrap();
    let columns: Vec<(String, String)> = columns
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(columns.len() > 20, "{columns:?}");
    for (table, column) in &columns {
        let is_it = |row: &&serde_json::Value| row["table"] == table.as_str();
        let rows: Vec<_> = told.iter().filter(is_it).collect();
        assert!(!rows.is_empty(), "{table} is not told of, or this story puts nothing there");
        assert!(rows.iter().all(|row| row.get(column).is_some()), "{table}.{column}");
    }
    for table in columns.iter().map(|(table, _)| table).collect::<BTreeSet<_>>() {
        let sql = format!("SELECT count(*) FROM \"{table}\"");
        let kept: usize = db.query_row(&sql, [], |row| row.get(0)).unwrap();
        let shown = told.iter().filter(|row| row["table"] == table.as_str()).count();
        assert_eq!(shown, kept, "{table}");
    }
    let follows = |what: &str| told.iter().filter(|row| row["follows"] == what).count();
    assert_eq!((follows("device"), follows("invite"), follows("log")), (2, 1, 1));
    // What is sealed is so many bytes, and nothing else.
    let sealed = told.iter().find(|row| row["table"] == "envelope").unwrap();
    assert_eq!(sealed["bytes"]["length"], 256);
    assert!(told.iter().all(|row| row.to_string().len() < 1_000), "no bytes are shown whole");
}

#[tokio::test]
async fn what_one_wants_gone_is_kept_for_ninety_days_and_not_a_day_longer() {
    let home = tempfile::tempdir().unwrap();
    let (store, mut notebook) = full(home.path()).await;
    assert!(store.end_due(NOW + DISSOLVE_SECONDS - 1).await.unwrap().is_empty());
    assert_ne!(store.have(notebook.id()).await.unwrap(), Have::new());
    // Taken back and wanted again, it waits from then on.
    for (body, ending) in [
        (Body::Retain, Ending::Unwanted),
        (Body::Dissolve, Ending::Wanted { now: NOW + 10 }),
        (Body::Rename(renamed()), Ending::Wanted { now: NOW + 20 }),
    ] {
        let before = notebook.log.head();
        notebook.say(notebook.statement(body));
        let next = extension(&notebook, before, ending);
        assert_eq!(store.append(next).await.unwrap(), Appended::Done);
    }
    assert!(store.end_due(NOW + 9 + DISSOLVE_SECONDS).await.unwrap().is_empty());
    let ended = store.end_due(NOW + 10 + DISSOLVE_SECONDS).await.unwrap();
    assert_eq!(ended, [notebook.id()]);
    assert!(store.end_due(u64::from(u32::MAX)).await.unwrap().is_empty(), "once");
    assert_eq!(store.have(notebook.id()).await.unwrap(), Have::new());
    assert!(store.requests(notebook.id()).await.unwrap().is_empty());
    let log = store.log(notebook.id()).await.unwrap();
    assert_eq!(log.len(), notebook.log.statements().len(), "that it ended is known for ever");
    let again = notebook.writer(&notebook.ben, 1).write(1);
    let kept = store.keep(Arc::new(notebook.log.clone()), again).await.unwrap();
    assert_eq!(kept.outcomes, [Outcome::Dissolved]);
}

fn renamed() -> couplet_proto::statement::Rename {
    couplet_proto::statement::Rename { device: None, name: vec![1; 40] }
}

#[tokio::test]
async fn a_store_from_before_there_was_an_end_gets_one() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("store.db");
    drop(SqliteStore::open(&file, ROOM).unwrap());
    Connection::open(&file).unwrap().execute_batch("DROP TABLE ending").unwrap();
    let (store, notebook) = full(home.path()).await;
    assert_eq!(store.end_due(NOW + DISSOLVE_SECONDS).await.unwrap(), [notebook.id()]);
}
