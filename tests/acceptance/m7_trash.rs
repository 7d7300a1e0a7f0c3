//! M7, edits win over the trash: an entry is out of sight only while whoever removed it had seen
//! every word in it; it is restored exactly; and nothing but erasing (M8) takes its words away.

use couplet::{Couplet, Entry, Filter, Kind, Saying, Slot};
use couplet_tests::phones::{Together, meet, shown};

/// Whether it is in sight, and whether it is in the trash.
async fn lies(phone: &Couplet, key: &str) -> (bool, bool) {
    let kept = phone.timeline(None, 100, Filter::default()).await.unwrap();
    let trash = phone.trash(None, 100).await.unwrap();
    let is_in = |rows: &[couplet::EntryRow]| rows.iter().any(|row| row.entry.key.as_str() == key);
    (is_in(&kept), is_in(&trash))
}

const IN_SIGHT: (bool, bool) = (true, false);
const REMOVED: (bool, bool) = (false, true);

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_was_not_seen_brings_back_what_was_removed() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let page = ana.write(Kind::Page, 1, "milk, bread").await.unwrap().entry.key;
    meet(&[ana, ben]).await;

    // Trash beside an unseen edit.
    ana.say(page.as_str(), Saying::Trash).await.unwrap();
    ben.edit(page.as_str(), None, "oat milk, bread").await.unwrap();
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        assert_eq!(lies(phone, page.as_str()).await, IN_SIGHT);
        let page = shown(phone, page.as_str()).await;
        assert_eq!(page.text, "oat milk, bread");
        let trash = page.trash.unwrap();
        assert_eq!((trash.by, trash.resurfaced_by), (Slot::First, vec![Slot::Second]));
    }

    // Trash after the edit was seen.
    ana.say(page.as_str(), Saying::Trash).await.unwrap();
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        assert_eq!(lies(phone, page.as_str()).await, REMOVED);
        assert!(shown(phone, page.as_str()).await.trash.unwrap().resurfaced_by.is_empty());
    }
}

/// As people see it, without what knows of its past.
fn seen(entry: Entry) -> Entry {
    let (version, done, content) = Default::default();
    let content = couplet::Hash(content);
    Entry { version, done, content, trash: None, shown: without_trash(&entry), ..entry }
}

fn without_trash(entry: &Entry) -> Vec<couplet::Shown> {
    entry.shown.iter().filter(|shown| shown.name != "trash").cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_as_it_was_and_only_erasing_takes_words_away() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let note = ana.write(Kind::Note, 1, "Dear Ben").await.unwrap().entry.key;
    let note = note.as_str();
    ana.edit(note, None, "Dearest Ben").await.unwrap();
    meet(&[ana, ben]).await;
    ben.comment(note, None, "Thank you").await.unwrap();
    ben.react(note, "\u{2764}\u{fe0f}").await.unwrap();
    meet(&[ana, ben]).await;
    let before = [seen(shown(ana, note).await), seen(shown(ben, note).await)];

    ana.say(note, Saying::Trash).await.unwrap();
    meet(&[ana, ben]).await;
    // Of what is in the trash everything is there, on both phones and in what they export.
    for phone in [ana, ben] {
        assert_eq!(lies(phone, note).await, REMOVED);
        let export = phone.export().await.unwrap();
        assert!(export.entries.iter().any(|one| one.text == "Dearest Ben"));
    }
    ben.say(note, Saying::Restore).await.unwrap();
    meet(&[ana, ben]).await;
    for (phone, before) in [ana, ben].into_iter().zip(before) {
        assert_eq!(lies(phone, note).await, IN_SIGHT);
        assert_eq!(seen(shown(phone, note).await), before, "restored exactly");
    }

    // Purged only by erasing.
    ana.say(note, Saying::Trash).await.unwrap();
    ben.say(note, Saying::Trash).await.unwrap();
    meet(&[ana, ben]).await;
    assert_eq!(shown(ben, note).await.revisions.len(), 2);
    ana.erase(note).await.unwrap();
    meet(&[ana, ben]).await;
    assert!(ana.erase(note).await.unwrap().done_here);
    for phone in [ana, ben] {
        let erased = shown(phone, note).await;
        assert!(erased.text.is_empty() && erased.revisions.is_empty());
        assert_eq!(erased.comments[0].text, "Thank you", "Ben's words are not Ana's to erase");
    }
}
