//! M16, the truth about syncing: of each entry whether it is on this device, at the relay or on a
//! device of the partner's; of the notebook when it last exchanged and how much waits; and after the
//! airplane mode everything that waits is sent with nobody doing anything.

use std::collections::BTreeMap;
use std::time::Duration;

use couplet::{Couplet, Delivery, Event, Filter, Kind};
use couplet_tests::phones::{PATIENCE, Together, meet};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

async fn delivery(phone: &Couplet, entry: &str) -> Delivery {
    phone.entry(entry).await.unwrap().delivery
}

async fn pending(phone: &Couplet) -> u64 {
    phone.status().await.unwrap().pending
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_says_how_far_it_has_come_and_the_notebook_how_much_waits() {
    let mut it = Together::begin().await;
    meet(&[&it.ana, &it.ben]).await;
    it.relay.kill();
    let before = it.ana.status().await.unwrap().last_exchange;
    assert!(before.is_some());
    let note = it.ana.write(Kind::Note, 1, "Dear Ben").await.unwrap().entry.key;
    let note = note.as_str();
    assert_eq!(delivery(&it.ana, note).await, Delivery::Device);
    assert_eq!(pending(&it.ana).await, 1);
    let failed = it.ana.sync(Duration::from_millis(300)).await.unwrap_err();
    assert!(failed.is_retryable(), "{failed}");
    assert_eq!((delivery(&it.ana, note).await, pending(&it.ana).await), (Delivery::Device, 1));
    assert_eq!(it.ana.status().await.unwrap().last_exchange, before, "that was none");

    let _relay = it.relay.started_again();
    it.ana.sync(PATIENCE).await.unwrap();
    assert_eq!((delivery(&it.ana, note).await, pending(&it.ana).await), (Delivery::Relay, 0));
    assert!(it.ana.status().await.unwrap().last_exchange >= before);

    // Ben's phone has it, and says so only if Ben lets it.
    meet(&[&it.ben, &it.ana]).await;
    assert_eq!(delivery(&it.ben, note).await, Delivery::Partner, "what is his partner's is here");
    assert_eq!(delivery(&it.ana, note).await, Delivery::Relay);
    it.ben.share_delivery(true).await.unwrap();

    // A new edit has a way of its own to go.
    it.ana.edit(note, None, "Dear Ben, good morning").await.unwrap();
    assert_eq!(delivery(&it.ana, note).await, Delivery::Device);
    it.ana.sync(PATIENCE).await.unwrap();
    assert_eq!(delivery(&it.ana, note).await, Delivery::Relay);
    // It is fetched with one exchange and answered for with the next.
    for phone in [&it.ben, &it.ben, &it.ana] {
        phone.sync(PATIENCE).await.unwrap();
    }
    assert_eq!(delivery(&it.ana, note).await, Delivery::Partner);
}

/// Waits until this has happened.
async fn wait_for(events: &mut Receiver<Event>, is_it: impl Fn(&Event) -> bool) {
    let waiting = async { while !is_it(&events.recv().await.unwrap()) {} };
    timeout(PATIENCE, waiting).await.expect("it never happened");
}

/// Waits until nothing is left to send.
async fn wait_until_all_is_sent(phone: &Couplet, events: &mut Receiver<Event>) {
    while pending(phone).await > 0 {
        wait_for(events, |event| matches!(event, Event::Delivered | Event::CaughtUp)).await;
    }
}

/// What others had to learn: that things made offline were never sent until they were edited again
/// (anytype-ts#2141), and that edits made offline were lost when the connection came back
/// (AppFlowy#8722).
#[tokio::test(flavor = "multi_thread")]
async fn after_the_airplane_mode_everything_that_waits_is_sent_with_nobody_doing_anything() {
    let mut it = Together::begin().await;
    let old = it.ana.write(Kind::Note, 1, "from before").await.unwrap().entry.key;
    let page = it.ana.write(Kind::Page, 1, "milk").await.unwrap().entry.key;
    meet(&[&it.ana, &it.ben]).await;
    let (mut at_anas, mut at_bens) = (it.ana.events(), it.ben.events());
    let staying = [it.ana.clone(), it.ben.clone()]
        .map(|phone| tokio::spawn(async move { phone.stay_attached().await.map(drop) }));
    wait_for(&mut at_anas, |event| *event == Event::CaughtUp).await;
    wait_for(&mut at_bens, |event| *event == Event::CaughtUp).await;

    // Nobody reaches anybody, and both go on.
    it.relay.kill();
    it.ana.edit(old.as_str(), None, "from before, edited").await.unwrap();
    it.ana.write(Kind::Note, 2, "made offline, and never touched again").await.unwrap();
    it.ana.edit(page.as_str(), None, "oat milk").await.unwrap();
    it.ben.edit(page.as_str(), None, "milk, bread").await.unwrap();
    it.ben.react(old.as_str(), "❤️").await.unwrap();
    assert!(pending(&it.ana).await > 0 && pending(&it.ben).await > 0);

    let _relay = it.relay.started_again();
    wait_until_all_is_sent(&it.ana, &mut at_anas).await;
    wait_until_all_is_sent(&it.ben, &mut at_bens).await;
    while it.ana.hash().await.unwrap() != it.ben.hash().await.unwrap() {
        let is_news = |event: &Event| matches!(event, Event::Entry(_) | Event::CaughtUp);
        tokio::select! {
            () = wait_for(&mut at_anas, is_news) => {}
            () = wait_for(&mut at_bens, is_news) => {}
        }
    }
    let rows = it.ben.timeline(None, 10, Filter::default()).await.unwrap();
    let texts: BTreeMap<&str, usize> =
        rows.iter().map(|row| (row.entry.text.as_str(), row.entry.reactions.len())).collect();
    let expected = [
        ("from before, edited", 1),
        ("made offline, and never touched again", 0),
        ("oat milk, bread", 0),
    ];
    assert_eq!(texts, BTreeMap::from(expected));
    for staying in staying {
        staying.abort();
    }
}
