//! A phone's store after a crash, after damage, and under another key.
//!
//! A crash image is a copy of the store's files as they are at one moment, while their owner has
//! them open: what a process that dies leaves behind. What a device leaves whose power fails in
//! between is put together in [`points`] from the moments before and after, at every point where
//! the store makes something durable.

mod crash;
mod image;
mod points;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use couplet::{Couplet, Error, Filter, Hash, Kind, Secret};
use couplet_tests::chance::Chance;
use couplet_tests::phones::place;
use image::{Image, LOG};
use tempfile::TempDir;

/// What a notebook says: its hash, and its entries as they are shown.
type Said = (Hash, Vec<String>);

async fn said(phone: &Couplet) -> Result<Said, Error> {
    let (hash, count) = phone.hash().await?;
    let rows = phone.timeline(None, 1_000, Filter::default()).await?;
    assert_eq!(rows.len() as u64, count);
    for row in &rows {
        phone.show(row.entry.key.as_str()).await?;
    }
    Ok((hash, rows.into_iter().map(|row| row.entry.text).collect()))
}

/// A phone with a new notebook; its files lie in `ana`.
async fn phone(home: &TempDir) -> Couplet {
    Couplet::found(&place(home.path(), "ana"), "Ana", None).await.unwrap()
}

/// Writes and edits, so many times; calls `after` each.
async fn write(phone: &Couplet, times: usize, mut after: impl AsyncFnMut()) {
    let page = phone.write(Kind::Page, 0, "a page").await.unwrap().entry.key;
    let note = phone.write(Kind::Note, 0, "a note").await.unwrap().entry.key;
    for time in 0..times {
        let text = format!("words of the {time}th time");
        match time % 3 {
            0 => phone.write(Kind::Note, 1, &text).await,
            1 => phone.edit(note.as_str(), None, &text).await,
            _ => phone.edit(page.as_str(), None, &format!("a page with {text}")).await,
        }
        .unwrap();
        after().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let home = tempfile::tempdir().unwrap();
    let ana = phone(&home).await;
    write(&ana, 30, async || {
        let image = Image::of(&home.path().join("ana"));
        let again = Couplet::open(&image.place()).await.unwrap();
        assert_eq!(said(&again).await.unwrap(), said(&ana).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_log_of_writes_ends_between_two_of_them() {
    let home = tempfile::tempdir().unwrap();
    let ana = phone(&home).await;
    let mut known = BTreeSet::from([ana.hash().await.unwrap().0]);
    let directory = home.path().join("ana");
    let founded = Image::of(&directory).length(LOG);
    write(&ana, 12, async || {
        known.insert(ana.hash().await.unwrap().0);
    })
    .await;
    let whole = Image::of(&directory);
    let (mut lengths, mut chance) = (BTreeSet::new(), Chance::new(41));
    let mut torn = founded;
    while torn < whole.length(LOG) {
        let image = Image::of(&directory);
        image.truncate(LOG, torn);
        let again = Couplet::open(&image.place()).await.unwrap();
        let (hash, texts) = said(&again).await.unwrap();
        // The first two writes of all are not in `known`.
        assert!(known.contains(&hash) || texts.len() < 3, "a half of a write: {texts:?}");
        lengths.insert(texts.len());
        torn += 1_000 + chance.below(3_000);
    }
    assert!(lengths.len() > 4, "some of the writes are there, fewer the more is torn off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_told_and_never_a_panic() {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let home = tempfile::tempdir().unwrap();
    let ana = phone(&home).await;
    write(&ana, 12, async || ()).await;
    let whole = said(&ana).await.unwrap();
    drop(ana);
    let directory = home.path().join("ana");
    image::wait_until_closed(&directory);
    let length = Image::of(&directory).length(image::STORE);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(panic);
    }));
    let (mut chance, mut told) = (Chance::new(42), BTreeSet::new());
    for round in 0..120 {
        let image = Image::of(&directory);
        let at = chance.below(length);
        if round % 4 == 0 {
            image.truncate(image::STORE, at);
        } else {
            image.flip(image::STORE, at, chance.below(8));
        }
        let read = match Couplet::open(&image.place()).await {
            Ok(again) => said(&again).await,
            Err(error) => Err(error),
        };
        match read {
            // Some bytes of a file are nobody's.
            Ok(said) => assert_eq!(said, whole, "round {round}: damage is told or does no harm"),
            Err(error) => {
                told.insert(error.code());
            }
        }
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    let expected = BTreeSet::from(["store", "wrong_key"]);
    assert!(!told.is_empty() && told.is_subset(&expected), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_opens_nothing() {
    let home = tempfile::tempdir().unwrap();
    let ana = phone(&home).await;
    write(&ana, 3, async || ()).await;
    let image = Image::of(&home.path().join("ana"));
    let other = couplet::Place { key: Secret::new([8; 32]), ..image.place() };
    let error = Couplet::open(&other).await.unwrap_err();
    assert_eq!(error.code(), "wrong_key");
    let again = Couplet::open(&image.place()).await.unwrap();
    assert_eq!(said(&again).await.unwrap(), said(&ana).await.unwrap());
}
