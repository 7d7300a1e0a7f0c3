//! M12, unread and what is new: it marks only what the partner changed since I witnessed it, and
//! nothing that is read on Ben's side is visible to Ana (A2).

use couplet::{Couplet, Filter, Kind, Status};
use couplet_tests::phones::{PATIENCE, Together, meet, unread};

const NOTHING: [&str; 0] = [];

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_partner_changed_since_i_witnessed_it_is_new() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let hers = ana.write(Kind::Note, 1, "Dear Ben").await.unwrap().entry.key;
    let page = ana.write(Kind::Page, 1, "milk").await.unwrap().entry.key;
    let his = ben.write(Kind::Note, 1, "Dear Ana").await.unwrap().entry.key;
    meet(&[ana, ben]).await;
    assert_eq!(unread(ana).await, ["Dear Ana"]);
    assert_eq!(unread(ben).await, ["Dear Ben", "milk"]);

    // Opening one of them reads that one; looking at its row in the timeline does not.
    ben.entry(hers.as_str()).await.unwrap();
    assert_eq!(unread(ben).await, ["Dear Ben", "milk"]);
    ben.show(hers.as_str()).await.unwrap();
    assert_eq!(unread(ben).await, ["milk"]);
    ben.show(page.as_str()).await.unwrap();
    ana.show(his.as_str()).await.unwrap();
    assert_eq!((unread(ana).await.len(), unread(ben).await.len()), (0, 0));

    // What Ben does himself is not new to him; to Ana it is, in her own entry as well.
    ben.react(hers.as_str(), "❤️").await.unwrap();
    ben.edit(page.as_str(), None, "milk, bread").await.unwrap();
    meet(&[ana, ben]).await;
    assert_eq!(unread(ben).await, NOTHING);
    assert_eq!(unread(ana).await, ["Dear Ben", "milk, bread"]);

    // What comes while a row is on the screen stays new after that row was seen.
    let on_screen = ana.entry(page.as_str()).await.unwrap();
    ben.edit(page.as_str(), None, "milk, bread, jam").await.unwrap();
    meet(&[ana, ben]).await;
    ana.seen(&on_screen).await.unwrap();
    ana.show(hers.as_str()).await.unwrap();
    assert_eq!(unread(ana).await, ["milk, bread, jam"]);
}

/// Everything that Ana's phone can show her, other than the time.
async fn all_that_is_visible(ana: &Couplet) -> impl PartialEq + std::fmt::Debug {
    let status = Status { last_exchange: None, ..ana.status().await.unwrap() };
    let timeline = ana.timeline(None, 100, Filter::default()).await.unwrap();
    let devices = ana.devices().await.unwrap();
    (timeline, status, devices, ana.export().await.unwrap(), ana.needs_attention().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_ben_reads_is_visible_to_ana() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    ben.share_delivery(true).await.unwrap();
    let note = ana.write(Kind::Note, 1, "Did you read this?").await.unwrap().entry.key;
    ana.write(Kind::Page, 1, "And this?").await.unwrap();
    meet(&[ana, ben]).await;
    for phone in [ben, ana] {
        phone.sync(PATIENCE).await.unwrap();
    }
    let idle = ben.sync(PATIENCE).await.unwrap();
    let before = all_that_is_visible(ana).await;

    // He reads one of two, syncs, and so does she.
    ben.show(note.as_str()).await.unwrap();
    assert_eq!(unread(ben).await, ["And this?"]);
    let told = ben.sync(PATIENCE).await.unwrap();
    assert_eq!((told.sent, told.bytes_out), (0, idle.bytes_out), "not a byte more leaves for it");
    assert_eq!(ana.sync(PATIENCE).await.unwrap().received, 0);
    assert_eq!(all_that_is_visible(ana).await, before);
}
