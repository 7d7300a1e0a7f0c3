//! A notebook that outgrows its first volume: nobody who writes or reads notices.

use std::collections::BTreeSet;
use std::time::Instant;

use couplet::{Couplet, Filter, Kind};
use couplet_engine::limits::ENTRIES_PER_VOLUME;
use couplet_tests::phones::{PATIENCE, pair};
use couplet_tests::programs::long;
use couplet_tests::relay::Relay;

/// Entries enough to fill a volume and begin the next, or, when there is time, several.
const ORDINARY: usize = ENTRIES_PER_VOLUME + 200;
const LONG: usize = 12_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_spans_its_volumes_and_nobody_notices() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben) = pair(home.path(), &relay.link).await;
    let count = if long() { LONG } else { ORDINARY };
    let first = ana.write(Kind::Note, 0, "the very first").await.unwrap().entry.key;
    let page = ana.write(Kind::Page, 0, "a page in the first volume").await.unwrap().entry;
    let began = Instant::now();
    for number in 2..count {
        ana.write(Kind::Note, day(number), &format!("note number {number}")).await.unwrap();
    }
    println!("{} writes a second", (count as f64 / began.elapsed().as_secs_f64()).round());
    let last = ana.write(Kind::Note, day(count), "in the last volume").await.unwrap().entry;
    assert_eq!(last.volume.0 as usize, count / ENTRIES_PER_VOLUME);

    let exchanged = ana.sync(PATIENCE).await.unwrap();
    assert!(exchanged.is_caught_up);
    ben.sync(PATIENCE).await.unwrap();
    assert_eq!(ana.hash().await.unwrap(), ben.hash().await.unwrap());
    assert_eq!(ben.hash().await.unwrap().1 as usize, count + 1);

    // Ben turns back to the first volume, Ana writes there too.
    let version = page.version.to_string();
    let text = "Ben was on a page in the first volume";
    ben.edit(page.key.as_str(), Some(&version), text).await.unwrap();
    let text = "a page in the very first volume";
    ana.edit(page.key.as_str(), Some(&version), text).await.unwrap();
    ana.edit(first.as_str(), None, "the very first, written anew").await.unwrap();
    for phone in [&ana, &ben, &ana] {
        phone.sync(PATIENCE).await.unwrap();
    }
    assert_eq!(ana.hash().await.unwrap(), ben.hash().await.unwrap());
    let text = ben.show(page.key.as_str()).await.unwrap().entry.text;
    assert_eq!(text, "Ben was on a page in the very first volume");
    assert_eq!(pages(&ben).await, count + 1);
}

/// Every entry, page after page, none twice.
async fn pages(phone: &Couplet) -> usize {
    let mut seen = BTreeSet::new();
    let mut before = None;
    loop {
        let page = phone.timeline(before, 500, Filter::default()).await.unwrap();
        let Some(last) = page.last() else { return seen.len() };
        before = Some(last.cursor());
        for row in page {
            assert!(seen.insert(row.entry.key), "an entry is shown twice");
        }
    }
}

fn day(number: usize) -> i32 {
    i32::try_from(number / 3).unwrap()
}
