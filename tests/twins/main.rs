//! Stores that are not what they were: restored from a backup, cloned with and without their mark.
//!
//! Whatever happened to the store, everybody ends with the same notebook, and every word that was
//! acknowledged is in it. Where somebody wrote into their store past the app, against the law
//! (`unlawful`), the other's notebook is what it was.

mod unlawful;

use std::path::Path;
use std::process::Command;

use couplet::{Couplet, Filter, Kind, Place};
use couplet_tests::phones::{PATIENCE, pair, place};
use couplet_tests::relay::Relay;

/// Ana and Ben with something in their notebook, both caught up; Ana's phone is shut.
async fn together(home: &Path, relay: &Relay) -> (Couplet, String) {
    let (ana, ben) = pair(home, &relay.link).await;
    ana.write(Kind::Note, 1, "before everything").await.unwrap();
    let page = ana.write(Kind::Page, 1, "the train leaves at nine").await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    ana.shutdown().await;
    (ben, page.entry.key.as_str().to_owned())
}

async fn open(place: &Place) -> Couplet {
    Couplet::open(place).await.unwrap()
}

fn copy(from: &Path, to: &Path) {
    drop(std::fs::remove_dir_all(to));
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

async fn texts(phone: &Couplet) -> Vec<String> {
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    let mut texts: Vec<String> = rows.into_iter().map(|row| row.entry.text).collect();
    texts.sort();
    texts
}

/// Everybody syncs, twice at the most, and all have these texts.
async fn meet(phones: &[&Couplet], expected: &[&str]) {
    for phone in phones.iter().chain(phones) {
        assert!(phone.sync(PATIENCE).await.unwrap().is_caught_up);
    }
    let mut expected: Vec<&str> = expected.to_vec();
    expected.sort_unstable();
    for phone in phones {
        assert_eq!(texts(phone).await, expected);
        assert_eq!(phone.hash().await.unwrap(), phones[0].hash().await.unwrap());
        assert_eq!(phone.status().await.unwrap().pending, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_restored_from_a_backup_with_unsent_words_loses_none_and_doubles_none() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ben, page) = together(home.path(), &relay).await;
    let (at, backup) = (place(home.path(), "ana"), home.path().join("backup"));

    let ana = open(&at).await;
    ana.write(Kind::Note, 2, "unsent when the backup was made").await.unwrap();
    ana.edit(&page, None, "the night train leaves at nine").await.unwrap();
    ana.shutdown().await;
    copy(&at.directory, &backup);
    let ana = open(&at).await;
    ana.sync(PATIENCE).await.unwrap();
    ana.write(Kind::Note, 3, "after the backup").await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    ana.shutdown().await;

    copy(&backup, &at.directory);
    let ana = open(&at).await;
    ana.sync(PATIENCE).await.unwrap();
    ana.write(Kind::Note, 4, "after the restore").await.unwrap();
    let expected = [
        "before everything",
        "the night train leaves at nine",
        "unsent when the backup was made",
        "after the backup",
        "after the restore",
    ];
    meet(&[&ana, &ben], &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_phone_that_writes_before_it_syncs_writes_as_somebody_new() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ben, _) = together(home.path(), &relay).await;
    let (at, backup) = (place(home.path(), "ana"), home.path().join("backup"));

    copy(&at.directory, &backup);
    let ana = open(&at).await;
    ana.write(Kind::Note, 2, "sent after the backup").await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    ana.shutdown().await;
    copy(&backup, &at.directory);
    let ana = open(&at).await;
    ana.write(Kind::Note, 3, "written offline after the restore").await.unwrap();
    let expected = [
        "before everything",
        "the train leaves at nine",
        "sent after the backup",
        "written offline after the restore",
    ];
    meet(&[&ana, &ben], &expected).await;
}

/// Two homes from one: `with_mark` says whether the twin took the mark along.
async fn twins(with_mark: bool) {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ben, page) = together(home.path(), &relay).await;
    let (first, second) = (place(home.path(), "ana"), place(home.path(), "twin"));
    copy(&first.directory, &second.directory);
    if with_mark {
        copy(&first.mark.clone().unwrap(), &second.mark.clone().unwrap());
    }
    let ana = open(&first).await;
    ana.write(Kind::Note, 2, "written on the first").await.unwrap();
    ana.edit(&page, None, "the night train leaves at nine").await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    let twin = open(&second).await;
    twin.write(Kind::Note, 2, "written on the twin").await.unwrap();
    twin.edit(&page, None, "the train leaves at ten").await.unwrap();
    ben.edit(&page, None, "the train leaves at nine sharp").await.unwrap();
    let expected = [
        "before everything",
        "written on the first",
        "written on the twin",
        "the night train leaves at ten sharp",
    ];
    meet(&[&twin, &ben, &ana], &expected).await;
    ana.write(Kind::Note, 3, "the first goes on").await.unwrap();
    twin.write(Kind::Note, 3, "so does the twin").await.unwrap();
    let both = [&expected[..], &["the first goes on", "so does the twin"]].concat();
    meet(&[&twin, &ana, &ben], &both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_without_the_mark_writes_as_somebody_new() {
    twins(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_with_the_mark_is_found_out_and_its_words_are_written_anew() {
    twins(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_forgot_everything_is_fed_by_whoever_comes_first() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("relay");
    let mut relay = Relay::start(&data);
    let (ben, _) = together(home.path(), &relay).await;
    let ana = open(&place(home.path(), "ana")).await;
    ana.write(Kind::Note, 2, "Ana, while the relay forgot").await.unwrap();
    ben.write(Kind::Note, 2, "Ben, while the relay forgot").await.unwrap();
    relay.kill();
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("store.db") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let _relay = relay.killed_and_restarted();
    let expected = [
        "before everything",
        "the train leaves at nine",
        "Ana, while the relay forgot",
        "Ben, while the relay forgot",
    ];
    meet(&[&ben, &ana], &expected).await;
}
