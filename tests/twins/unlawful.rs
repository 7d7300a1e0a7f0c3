//! Ben's app was changed: past the law it wrote into his store that Ana's note says something else,
//! and his phone seals that and sends it as it sends everything. On Ana's it stands nowhere, and is said.
//!
//! `bindings/scenarios/unlawful` keeps two such stores, with which every binding tells the same, and
//! which are never made anew: a store that was written once is read by every later version.
//! `COUPLET_MAKE_UNLAWFUL=1` makes them where there are none.

use std::path::{Path, PathBuf};

use couplet::{Couplet, Event, Kind, Place, RelayLink, Secret, Slot};
use couplet_engine::document::{Change, Document, Scalar};
use couplet_proto::ids::{Edition, Volume, WriterId};
use couplet_tests::phones::{PATIENCE, pair_in};
use couplet_tests::programs::root;
use couplet_tests::relay::Relay;
use rusqlite::{Connection, params};
use tokio::sync::broadcast::Receiver;

use super::texts;

const WORDS: &str = "See you at the mill";
const FORGED: &str = "Never again";
const REASON: &str =
    "a change is against the rules of the notebook: what is written is never overwritten";
const KEY: [u8; 32] = [7; 32];

/// Without a mark, so that a copy writes on as the one that was copied.
fn place(home: &Path, name: &str) -> Place {
    let key = Secret::new(KEY);
    Place { directory: home.join(name), key, mark: None, is_vault: false }
}

/// Ana's store and Ben's, both with Ana's note; in Ben's waits to be sealed what his app may not
/// write.
async fn make(home: &Path) {
    let relay = Relay::start(&home.join("relay"));
    let (ana, ben) = pair_in(&place(home, "ana"), &place(home, "ben"), &relay.link).await;
    ana.write(Kind::Note, 20_000, WORDS).await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    // What he writes by himself, so that it is known who writes here.
    ben.write(Kind::Note, 20_000, "I will be there").await.unwrap();
    for phone in [ana, ben] {
        phone.shutdown().await;
    }
    forge(&home.join("ben/notebook.db"));
}

/// Overwrites the words of another's note in this store, as a change of whoever writes there.
fn forge(store: &Path) {
    let db = Connection::open(store).unwrap();
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    db.execute_batch(&format!("PRAGMA key = \"x'{key}'\";")).unwrap();
    let (volume, edition, writer) = db
        .query_row("SELECT volume, edition, writer FROM changes WHERE counter IS NULL", [], |row| {
            Ok((Volume(row.get(0)?), Edition(row.get(1)?), WriterId(row.get(2)?)))
        })
        .unwrap();
    let mut select = db.prepare("SELECT bytes FROM changes ORDER BY id").unwrap();
    let changes = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let changes = changes.map(|bytes| Change::parse(bytes.unwrap()).unwrap()).collect();
    let mut document = Document::load(volume, edition, writer, None, changes).unwrap();

    let is_words = |scalar: &Scalar| matches!(scalar, Scalar::Str(words) if words == WORDS);
    let (entry, field) = document
        .entries()
        .find_map(|key| {
            let fields = document.entry(&key)?.fields;
            let mut found = fields.into_iter().filter(|(_, values)| is_words(&values[0].scalar));
            found.next().map(|(field, _)| (key, field))
        })
        .unwrap();
    let forged = document.edit(|edit| edit.put(&entry, &field, Scalar::Str(FORGED.into())));
    let forged = forged.unwrap().unwrap();
    db.execute(
        "INSERT INTO changes (volume, edition, hash, writer, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![volume.0, edition.0, forged.hash().0, writer.0, forged.bytes()],
    )
    .unwrap();
    db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
}

/// The stores that lie here meet over a relay that knows nothing of them, and Ana is told.
async fn tell(home: &Path) {
    let relay = Relay::start(&home.join("a relay"));
    let link: RelayLink = relay.link.parse().unwrap();
    let ana = Couplet::open(&place(home, "ana")).await.unwrap();
    let ben = Couplet::open(&place(home, "ben")).await.unwrap();
    for phone in [&ana, &ben] {
        phone.set_relay(link.clone()).await.unwrap();
    }
    let mut events = ana.events();
    ana.sync(PATIENCE).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    ana.sync(PATIENCE).await.unwrap();

    let (by, reason) = tokio::time::timeout(PATIENCE, rejected(&mut events)).await.unwrap();
    assert_eq!((by, reason.as_str()), (Slot::Second, REASON));
    assert_eq!(texts(&ana).await, ["I will be there", WORDS]);
    let aside = ana.quarantine().await.unwrap().changes;
    assert_eq!(ana.needs_attention().await.unwrap().set_aside, aside);
    let said: Vec<_> = aside.iter().map(|aside| (aside.slot, aside.reason.as_str())).collect();
    assert_eq!(said, [(by, reason.as_str())]);

    // It holds up nothing.
    ana.write(Kind::Note, 20_001, "I waited").await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    assert!(ben.sync(PATIENCE).await.unwrap().is_caught_up);
    assert!(texts(&ben).await.contains(&"I waited".to_owned()));
}

async fn rejected(events: &mut Receiver<Event>) -> (Slot, String) {
    loop {
        if let Event::Rejected { by, reason } = events.recv().await.unwrap() {
            return (by, reason);
        }
    }
}

fn kept() -> PathBuf {
    root().join("bindings/scenarios/unlawful")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_partners_changed_app_wrote_over_ones_words_stands_nowhere_and_is_said() {
    let home = tempfile::tempdir().unwrap();
    make(home.path()).await;
    tell(home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_with_something_unlawful_that_were_kept_tell_every_later_version_the_same() {
    let home = tempfile::tempdir().unwrap();
    if std::env::var_os("COUPLET_MAKE_UNLAWFUL").is_some() && !kept().join("ana").exists() {
        make(home.path()).await;
        for name in ["ana", "ben"] {
            std::fs::create_dir_all(kept().join(name)).unwrap();
            let store = format!("{name}/notebook.db");
            std::fs::copy(home.path().join(&store), kept().join(&store)).unwrap();
        }
    }
    let copied = home.path().join("copied");
    super::copy(&kept(), &copied);
    tell(&copied).await;
}
