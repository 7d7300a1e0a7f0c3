//! Who comes later, to a relay that has let go of what a checkpoint stands for.

use std::fs;
use std::path::Path;

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet, pair, text};

/// Entries that each writes, each sent by itself: so many envelopes.
const WRITTEN: usize = 12;

#[test]
fn a_new_device_has_everything_though_the_relay_keeps_a_checkpoint_in_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("relay");
    let relay = Relay::start(&at);
    let (ana, ben) = pair(directory.path(), &relay.link);
    for number in 0..WRITTEN {
        for phone in [&ana, &ben] {
            phone.ask(&["write", &long_note(phone, number)]);
            phone.ask(&["sync"]);
        }
    }
    meet(&ana, &ben);
    let before = kept(&ana, &at);
    assert!(before.envelopes >= 2 * WRITTEN as u64);

    // Ana's phone makes it and says so, Ben's finds the same in it and says so, too.
    assert!(ana.ask(&["checkpoint"])["checkpoint"].is_string());
    meet(&ana, &ben);
    meet(&ana, &ben);
    let after = kept(&ana, &at);
    assert!(after.envelopes < 4, "{after:?} of {before:?}");
    assert!(after.bytes * 2 < before.bytes, "{after:?} of {before:?}");

    ben.ask(&["write", "after the checkpoint"]);
    ben.ask(&["sync"]);
    let tablet = let_in(directory.path(), &ana, "Tablet");
    for phone in [&tablet, &ana, &ben, &tablet] {
        phone.ask(&["sync"]);
    }
    assert_eq!(tablet.hash(), ben.hash());
    assert_eq!(tablet.texts(), ben.texts());

    // A relay that forgot everything is fed by the one who never had those envelopes.
    let mut relay = relay;
    relay.kill();
    for file in fs::read_dir(&at).unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_string_lossy().starts_with("store.db") {
            fs::remove_file(file).unwrap();
        }
    }
    let _relay = relay.started_again();
    tablet.ask(&["sync"]);
    tablet.ask(&["sync"]);
    let another = let_in(directory.path(), &tablet, "Another");
    another.ask(&["sync"]);
    assert_eq!(another.hash(), ben.hash());
}

/// What the relay keeps of words.
#[derive(Debug)]
struct KeptAtRelay {
    envelopes: u64,
    bytes: u64,
}

fn kept(phone: &Phone, relay: &Path) -> KeptAtRelay {
    let rows = phone.lines(&["audit", "--data", relay.to_str().unwrap()]);
    let of = |table: &str| -> Vec<u64> {
        let of_table = rows.iter().filter(|row| row["table"] == table);
        of_table.map(|row| row["bytes"]["length"].as_u64().unwrap()).collect()
    };
    let [envelopes, manifests, blobs] = ["envelope", "checkpoint", "blob"].map(of);
    let bytes = [&envelopes, &manifests, &blobs].into_iter().flatten().sum();
    KeptAtRelay { envelopes: envelopes.len() as u64, bytes }
}

/// Another device of that phone's person.
fn let_in(directory: &Path, by: &Phone, name: &str) -> Phone {
    let phone = Phone::new(directory, name);
    let link = text(&by.ask(&["invite", "--own-device"]), "link");
    let asked = phone.ask(&["join", &link, "--name", &by.name]);
    let request = by.ask(&["requests"]);
    by.ask(&["approve", &text(&request, "request"), "--code", &text(&asked, "code")]);
    phone.ask(&["sync"]);
    phone
}

/// Words that hardly grow smaller.
fn long_note(by: &Phone, number: usize) -> String {
    format!("{} {number}: {}", by.name, "words upon words ".repeat(10))
}
