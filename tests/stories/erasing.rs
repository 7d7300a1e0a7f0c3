//! Words that are erased for good, with the real programs: where they are not any more, and that
//! nothing brings them back.

use std::fs;
use std::path::{Path, PathBuf};

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, pair, text};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

const SECRET: &str = "gingerbreadmeteor";
const STAYS: &str = "velvetlantern";

/// All files beneath a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn is_in(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// Every value of every table of a phone's store, read with its key; and that nothing lies in the
/// file beside its tables, nor in the log beside the file.
fn stored(phone: &Phone) -> Vec<Vec<u8>> {
    let key = fs::read(phone.home.join("key")).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let key = if key.len() == 32 { hex(&key) } else { String::from_utf8(key).unwrap() };
    let db = Connection::open(phone.home.join("notebook.db")).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"x'{}'\";", key.trim())).unwrap();
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("PRAGMA freelist_count"), 0, "what was deleted lies in free pages");
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut tables = db.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let tables: Vec<String> = tables.map(Result::unwrap).collect();
    let mut values = Vec::new();
    for table in tables {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).unwrap()
                {
                    values.push(bytes.to_vec());
                }
            }
        }
    }
    values
}

/// Where words are found: in a phone's store, in what it exports, or anywhere beneath the directory.
fn found(directory: &Path, phones: &[&Phone], words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for phone in phones {
        if stored(phone).iter().any(|value| is_in(value, words)) {
            found.push(format!("the store of {}", phone.name));
        }
        for format in ["json", "markdown"] {
            let file = directory.join(format!("{}.{format}", phone.name));
            phone.ask(&["export", file.to_str().unwrap(), "--format", format]);
            if is_in(&fs::read(&file).unwrap(), words) {
                found.push(format!("the {format} of {}", phone.name));
            }
            fs::remove_file(file).unwrap();
        }
    }
    let bare = files(directory).into_iter().filter(|file| is_in(&fs::read(file).unwrap(), words));
    found.extend(bare.map(|file| file.display().to_string()));
    found
}

#[test]
fn erased_words_are_nowhere_and_a_tablet_that_was_away_brings_none_back() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("relay");
    let mut relay = Relay::start(&data);
    let (ana, ben) = pair(directory.path(), &relay.link);
    let note = text(&ana.ask(&["write", SECRET]), "entry");
    ana.ask(&["write", STAYS]);
    ana.ask(&["draft", "new", "--entry", &note, &format!("{SECRET}, once more")]);
    let tablet = Phone::new(directory.path(), "Tablet");
    let link = ana.text(&["invite", "--own-device"], "link");
    let asked = tablet.ask(&["join", &link, "--name", "Ana"]);
    let request = text(&ana.ask(&["requests"]), "request");
    ana.ask(&["approve", &request, "--code", &text(&asked, "code")]);
    for phone in [&ana, &tablet, &ben, &ana] {
        phone.ask(&["sync"]);
    }
    ben.ask(&["do", &note, "comment", "I read it"]);
    ben.ask(&["sync"]);
    assert_eq!(ben.refused(&["erase", text(&ana.timeline()[0], "entry").as_str()]), "not_allowed");
    tablet.ask(&["write", "written far away"]);

    let told = ana.ask(&["erase", &note]);
    assert_eq!(told["done_here"], false);
    assert_eq!(told["requested_there"].as_array().unwrap().len(), 2);
    assert!(!told["cannot_promise"].as_array().unwrap().is_empty());
    for phone in [&ana, &ben, &ana] {
        phone.ask(&["sync"]);
    }
    let told = ana.ask(&["erase", &note]);
    assert_eq!(told["done_here"], true);
    assert_eq!(found(directory.path(), &[&ana, &ben], SECRET), Vec::<String>::new());
    assert!(!found(directory.path(), &[&tablet], SECRET).is_empty(), "it does not know so far");
    assert!(!found(directory.path(), &[&ana, &ben], STAYS).is_empty(), "the scan finds words");

    // It comes back with what it wrote meanwhile, and the relay is started again.
    relay = relay.killed_and_restarted();
    for phone in [&tablet, &ana, &ben, &tablet] {
        phone.ask(&["sync"]);
    }
    assert_eq!(found(directory.path(), &[&ana, &ben, &tablet], SECRET), Vec::<String>::new());
    for phone in [&ana, &ben, &tablet] {
        let shown = phone.texts();
        assert_eq!((shown.get("written far away"), shown.get(STAYS)), (Some(&1), Some(&1)));
        assert_eq!(shown.get(SECRET), None);
        let kept = phone.ask(&["show", &note]);
        assert_eq!(kept["comments"][0]["text"], "I read it");
        assert_eq!(phone.hash(), ana.hash());
    }
    drop(relay);
}
