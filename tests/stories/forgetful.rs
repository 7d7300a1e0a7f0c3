//! Relays that forgot: the store wiped, or brought back from an old copy, the identity kept.

use std::fs;
use std::path::{Path, PathBuf};

use couplet::Kind;
use couplet_tests::phones::{self, PATIENCE};
use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet, pair};

#[test]
fn a_wiped_relay_is_fed_again() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("relay");
    let mut relay = Relay::start(&at);
    let (ana, ben) = pair(directory.path(), &relay.link);
    both_write(&ana, &ben, "before");
    meet(&ana, &ben);

    relay.kill();
    for file in store_files(&at) {
        fs::remove_file(file).unwrap();
    }
    both_write(&ana, &ben, "after");
    let _relay = relay.started_again();
    meet(&ana, &ben);
    assert_complete(&ana, &ben, &["before", "after"]);
}

#[test]
fn a_relay_brought_back_from_an_old_copy_is_fed_again() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("relay");
    let mut relay = Relay::start(&at);
    let (ana, ben) = pair(directory.path(), &relay.link);
    both_write(&ana, &ben, "before");
    meet(&ana, &ben);

    relay.kill();
    let copy = directory.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for file in store_files(&at) {
        fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
    }
    let mut relay = relay.started_again();
    both_write(&ana, &ben, "between");
    meet(&ana, &ben);

    relay.kill();
    for file in store_files(&at) {
        fs::remove_file(file).unwrap();
    }
    for file in store_files(&copy) {
        fs::copy(&file, at.join(file.file_name().unwrap())).unwrap();
    }
    both_write(&ana, &ben, "after");
    let _relay = relay.started_again();
    meet(&ana, &ben);
    assert_complete(&ana, &ben, &["before", "between", "after"]);
}

/// On a connection that is resumed, words go ahead of the handshake; a relay that was started again
/// knows of no session, and takes none of them.
#[tokio::test(flavor = "multi_thread")]
async fn what_went_ahead_of_the_handshake_is_said_again() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben) = phones::pair(home.path(), &relay.link).await;
    let _relay = relay.killed_and_restarted();
    for phone in [&ana, &ben] {
        phone.write(Kind::Note, 0, "after").await.unwrap();
    }
    for phone in [&ana, &ben, &ana] {
        assert!(phone.sync(PATIENCE).await.unwrap().is_caught_up);
    }
    assert_eq!(ana.hash().await.unwrap(), ben.hash().await.unwrap());
}

fn both_write(ana: &Phone, ben: &Phone, when: &str) {
    for phone in [ana, ben] {
        for number in 0..3 {
            phone.ask(&["write", &format!("{} {when} {number}", phone.name)]);
        }
    }
}

/// Everything is on both phones once, and the relay holds all of it again.
#[track_caller]
fn assert_complete(ana: &Phone, ben: &Phone, whens: &[&str]) {
    let texts = ana.texts();
    for when in whens {
        for name in ["Ana", "Ben"] {
            for number in 0..3 {
                assert_eq!(texts.get(&format!("{name} {when} {number}")), Some(&1));
            }
        }
    }
    assert_eq!(texts.len(), whens.len() * 6);
    assert_eq!(texts, ben.texts());
    for phone in [ana, ben] {
        assert_eq!(phone.ask(&["status"])["pending"], 0, "{} has not sent all", phone.name);
        assert_eq!(phone.ask(&["sync"])["sent"], 0, "{} goes on sending", phone.name);
    }
}

fn store_files(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let is_store =
        |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().starts_with("store.db");
    let files: Vec<PathBuf> = files.filter(is_store).collect();
    assert!(!files.is_empty(), "the relay keeps its store elsewhere");
    files
}
