//! Words that are erased for good, with the real programs: where they are not any more, and that
//! nothing brings them back.

use std::fs;
use std::path::Path;

use couplet_tests::hex::unhex;
use couplet_tests::relay::Relay;
use couplet_tests::scan::{Scan, Store};
use couplet_tests::terminal::{Phone, pair, text};

const SECRET: &str = "gingerbreadmeteor";
const STAYS: &str = "velvetlantern";

/// Where words are found: in the stores of these phones, which nobody has open, in what they export,
/// or anywhere beneath the directory.
fn found(directory: &Path, phones: &[&Phone], words: &str) -> Vec<String> {
    let mut stores = Vec::new();
    for phone in phones {
        for format in ["json", "markdown"] {
            let file = directory.join(format!("{}.{format}", phone.name));
            phone.ask(&["export", file.to_str().unwrap(), "--format", format]);
        }
        let key = fs::read(phone.home.join("key")).unwrap();
        let key = if key.len() == 32 { key } else { unhex(str::from_utf8(&key).unwrap()).unwrap() };
        stores.push(Store { directory: phone.home.clone(), key: key.try_into().unwrap() });
    }
    let scan = Scan::of(directory, &stores);
    for phone in phones {
        for format in ["json", "markdown"] {
            fs::remove_file(directory.join(format!("{}.{format}", phone.name))).unwrap();
        }
    }
    scan.places_of(words).into_iter().map(str::to_owned).collect()
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
