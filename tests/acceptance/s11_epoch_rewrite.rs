//! S11, the shared document begun anew: from a checkpoint that both have acknowledged, the late edits
//! of a device that was offline are written anew on it and none is lost; the history before it is
//! kept, or what somebody erases is dropped from it, by choice.

use std::collections::BTreeSet;

use couplet::{Couplet, Edition, Filter, Kind};
use couplet_tests::phones::{Together, meet, own_device, shown};

async fn texts(phone: &Couplet) -> BTreeSet<String> {
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    rows.into_iter().map(|row| row.entry.text).collect()
}

/// The editions that the changes of a phone are of.
async fn editions(phone: &Couplet) -> BTreeSet<Edition> {
    phone.export().await.unwrap().changes.iter().map(|change| change.edition).collect()
}

async fn has_words(phone: &Couplet, words: &str) -> bool {
    let export = phone.export().await.unwrap();
    let is_in = |bytes: &[u8]| bytes.windows(words.len()).any(|some| some == words.as_bytes());
    format!("{:?}", export.entries).contains(words)
        || export.changes.iter().any(|change| is_in(&change.bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_both_acknowledge_stands_for_all_before_it_with_its_history() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let note = ana.write(Kind::Note, 1, "first words").await.unwrap().entry.key;
    for number in 0..20 {
        ben.write(Kind::Note, 1, &format!("from Ben, {number}")).await.unwrap();
        ben.sync(couplet_tests::phones::PATIENCE).await.unwrap();
    }
    ana.edit(note.as_str(), None, "second words").await.unwrap();
    meet(&[ana, ben]).await;
    ana.checkpoint().await.unwrap().expect("there is nothing that it waits for");
    meet(&[ana, ben]).await;
    meet(&[ana, ben]).await;

    // Whoever comes after it is given the checkpoint and not the twenty envelopes, and has all of it.
    let link = ana.invite(true, None).await.unwrap().link;
    ana.sync(couplet_tests::phones::PATIENCE).await.unwrap();
    let tablet = Couplet::join(&it.place("tablet"), &link, "Ana").await.unwrap();
    let code = tablet.status().await.unwrap().waiting.unwrap().code;
    drop(tablet.sync(couplet_tests::phones::PATIENCE).await);
    ana.sync(couplet_tests::phones::PATIENCE).await.unwrap();
    let request = ana.requests().await.unwrap().pop().unwrap();
    ana.approve(&request.id, Some(&code)).await.unwrap();
    ana.sync(couplet_tests::phones::PATIENCE).await.unwrap();
    let received = tablet.sync(couplet_tests::phones::PATIENCE).await.unwrap().received;
    assert!(received < 20, "{received} envelopes");
    meet(&[ana, &tablet, ben]).await;
    assert_eq!(texts(&tablet).await.len(), 21);
    let revisions = shown(&tablet, note.as_str()).await.revisions;
    let said: Vec<&str> = revisions.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(said, ["first words", "second words"], "history is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn late_edits_from_before_are_written_anew_and_what_was_to_be_dropped_is_gone() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let tablet = own_device(ana, &it.place("tablet")).await;
    let dropped = ana.write(Kind::Note, 1, "gingerbread meteor").await.unwrap().entry.key;
    let kept = ana.write(Kind::Note, 1, "first words").await.unwrap().entry.key;
    let page = ben.write(Kind::Page, 1, "milk").await.unwrap().entry.key;
    let his = ben.write(Kind::Listening, 1, "I am tired").await.unwrap().entry.key;
    ana.edit(kept.as_str(), None, "second words").await.unwrap();
    meet(&[ana, &tablet, ben]).await;
    assert_eq!(editions(ana).await, BTreeSet::from([Edition(0)]));

    // The tablet is on a mountain, and writes in all of it.
    tablet.write(Kind::Note, 2, "from the mountain").await.unwrap();
    tablet.edit(page.as_str(), None, "milk, cheese").await.unwrap();
    tablet.edit(kept.as_str(), None, "third words").await.unwrap();
    tablet.comment(his.as_str(), None, "So am I").await.unwrap();
    tablet.react(dropped.as_str(), "❤️").await.unwrap();
    // So does Ben's phone, which comes to the relay before it hears of anything.
    ben.edit(page.as_str(), None, "oat milk").await.unwrap();

    // Below, Ana erases a note; Ben's phone agrees by itself, and the document begins anew.
    ana.erase(dropped.as_str()).await.unwrap();
    meet(&[ana, ben]).await;
    meet(&[ana, ben]).await;
    assert!(ana.erase(dropped.as_str()).await.unwrap().done_here);
    for phone in [ana, ben] {
        assert_eq!(editions(phone).await, BTreeSet::from([Edition(1)]));
        assert!(!has_words(phone, "gingerbread").await);
    }

    // It comes down, and nothing of what it wrote is lost.
    meet(&[&tablet, ana, ben]).await;
    meet(&[&tablet, ana, ben]).await;
    for phone in [&tablet, ana, ben] {
        assert_eq!(editions(phone).await, BTreeSet::from([Edition(1)]));
        let shows = texts(phone).await;
        for words in ["from the mountain", "oat milk, cheese", "third words", "I am tired"] {
            assert!(shows.contains(words), "{shows:?}");
        }
        assert_eq!(shown(phone, his.as_str()).await.comments[0].text, "So am I");
        assert_eq!(shown(phone, dropped.as_str()).await.reactions.len(), 1);
        assert!(!has_words(phone, "gingerbread").await);
        // History of what nobody erased goes on.
        let revisions = shown(phone, kept.as_str()).await.revisions;
        let said: Vec<&str> = revisions.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(said, ["first words", "second words", "third words"]);
    }
}
