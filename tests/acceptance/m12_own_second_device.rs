//! M12, unread on one's own second device: what Ana has seen on her phone is not new on her tablet,
//! once her vault has been there, and nothing of it is anywhere in what the two share (A2, A3).

use couplet::{Couplet, Event, Filter, Kind, Place, Saying};
use couplet_tests::phones::{PATIENCE, Together, meet, own_device, place, unread};
use couplet_tests::relay::Relay;

async fn read_all(phone: &Couplet) {
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    for row in rows {
        phone.show(row.entry.key.as_str()).await.unwrap();
    }
}

const NOTHING: [&str; 0] = [];

/// Ana's vault, on her phone and on her tablet, at a relay of its own.
struct Vaults {
    phone: Couplet,
    tablet: Couplet,
    _relay: Relay,
}

impl Vaults {
    async fn of(it: &Together) -> Self {
        let relay = Relay::start(&it.home.path().join("hers"));
        let at = |name| Place { is_vault: true, ..place(it.home.path(), name) };
        let link = Some(relay.link.parse().unwrap());
        let phone = Couplet::found(&at("vault"), "Ana", link).await.unwrap();
        let tablet = own_device(&phone, &at("vault on the tablet")).await;
        Self { phone, tablet, _relay: relay }
    }

    async fn meet(&self) {
        meet(&[&self.phone, &self.tablet]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ana_saw_on_her_phone_is_new_on_her_tablet_no_more() {
    let it = Together::begin().await;
    let tablet = it.tablet().await;
    let vaults = Vaults::of(&it).await;
    let (ana, ben) = (&it.ana, &it.ben);
    let note = ben.write(Kind::Note, 1, "Dear Ana").await.unwrap().entry.key;
    ben.write(Kind::Page, 1, "milk").await.unwrap();
    meet(&[ana, &tablet, ben]).await;
    assert_eq!(unread(&tablet).await, ["Dear Ana", "milk"]);
    read_all(ana).await;
    assert_eq!(unread(&tablet).await, ["Dear Ana", "milk"], "nothing has been carried so far");

    let mut events = tablet.events();
    assert_eq!(ana.keep_seen(&vaults.phone).await.unwrap(), 0);
    vaults.meet().await;
    assert_eq!(tablet.keep_seen(&vaults.tablet).await.unwrap(), 2);
    assert_eq!(unread(&tablet).await, NOTHING);
    let told = std::iter::from_fn(|| events.try_recv().ok());
    let told = told.filter(|event| *event == Event::Entry(note.as_str().to_owned()));
    assert_eq!(told.count(), 1, "an app shows it as read");

    // What Ben says since is new on both, until it is seen on either.
    let comment = Saying::Comment { reply_to: None, text: "And more".to_owned() };
    ben.say(note.as_str(), comment).await.unwrap();
    meet(&[ana, &tablet, ben]).await;
    read_all(&tablet).await;
    tablet.keep_seen(&vaults.tablet).await.unwrap();
    assert_eq!(unread(ana).await, ["Dear Ana"]);
    vaults.meet().await;
    assert_eq!(ana.keep_seen(&vaults.phone).await.unwrap(), 1);
    assert_eq!(unread(ana).await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_there_first_waits_for_the_words_and_one_that_is_opened_later_takes_all() {
    let it = Together::begin().await;
    let tablet = it.tablet().await;
    let (ana, ben) = (&it.ana, &it.ben);
    for text in ["one", "two", "three"] {
        ben.write(Kind::Note, 1, text).await.unwrap();
    }
    meet(&[ana, ben]).await;
    read_all(ana).await;
    // Her vault is begun only then, and is on the tablet before Ben's words are.
    let vaults = Vaults::of(&it).await;
    ana.keep_seen(&vaults.phone).await.unwrap();
    vaults.meet().await;
    assert_eq!(tablet.keep_seen(&vaults.tablet).await.unwrap(), 0);
    tablet.sync(PATIENCE).await.unwrap();
    assert_eq!(tablet.timeline(None, 9, Filter::default()).await.unwrap().len(), 3);
    assert_eq!(unread(&tablet).await, NOTHING, "not for a moment are they new there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ana_reads_is_one_change_of_her_vault_and_nothing_of_what_the_two_share() {
    let it = Together::begin().await;
    let tablet = it.tablet().await;
    let vaults = Vaults::of(&it).await;
    let (ana, ben) = (&it.ana, &it.ben);
    for text in ["one", "two", "three", "four", "five"] {
        ben.write(Kind::Note, 1, text).await.unwrap();
    }
    meet(&[ana, &tablet, ben]).await;
    let idle = ana.sync(PATIENCE).await.unwrap();
    let shared = ana.export().await.unwrap();
    let before = vaults.phone.export().await.unwrap().changes.len();

    read_all(ana).await;
    ana.keep_seen(&vaults.phone).await.unwrap();
    ana.keep_seen(&vaults.phone).await.unwrap();
    let kept = vaults.phone.export().await.unwrap();
    assert_eq!(kept.changes.len(), before + 1, "five entries, one change");
    vaults.meet().await;
    tablet.keep_seen(&vaults.tablet).await.unwrap();

    // In what the two share no change, no byte more, and nothing for Ben to see.
    let after = ana.export().await.unwrap();
    assert!(after.changes == shared.changes && after.hash == shared.hash);
    for phone in [ana, &tablet, ben, ana] {
        let told = phone.sync(PATIENCE).await.unwrap();
        assert_eq!((told.sent, told.received), (0, 0));
    }
    assert_eq!(ana.sync(PATIENCE).await.unwrap().bytes_out, idle.bytes_out);
    // In the vault it is on no page of a timeline, and says of no day.
    assert!(vaults.phone.timeline(None, 9, Filter::default()).await.unwrap().is_empty());
    let marks = Filter { kind: Some("marks".to_owned()), ..Filter::default() };
    let marks = vaults.phone.timeline(None, 9, marks).await.unwrap();
    assert!(!marks.is_empty() && marks.iter().all(|row| row.entry.day == 0));
}
