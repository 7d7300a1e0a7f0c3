//! M4, own words: nobody's app writes over the other's, and what a forged one writes stands
//! nowhere.

use std::path::Path;

use couplet::{Couplet, Deed, Entry, Error, Event, Export, Kind, Place, Saying, Slot};
use couplet_engine::document::{Change, EntryKey};
use couplet_engine::notebook::deed::Act;
use couplet_engine::notebook::{Notebook, Written};
use couplet_proto::ids::{Person, WriterId};
use couplet_tests::chance::Chance;
use couplet_tests::phones::{PATIENCE, act, meet, pair, place};
use couplet_tests::relay::Relay;
use couplet_tests::scan::Store;

/// Ana and Ben, and a repair of hers with all sorts of words of hers in it, her note, and a page of
/// her own.
async fn couple(home: &Path, relay: &Relay) -> (Couplet, Couplet, [String; 3]) {
    let (ana, ben) = pair(home, &relay.link).await;
    let note = ana.write(Kind::Note, 1, "I felt hurt").await.unwrap().entry.key;
    let repair = ana.write(Kind::Repair, 1, "Tuesday").await.unwrap().entry.key;
    let page = ana.write(Kind::OwnPage, 1, "I felt hurt, and wrote").await.unwrap().entry.key;
    let entries = [note, repair, page].map(|key| key.as_str().to_owned());
    act(&ana, &entries[1], Deed::Tell, "You were late").await;
    act(&ana, &entries[1], Deed::Ask, "Call me").await;
    ana.comment(&entries[0], None, "I mean it").await.unwrap();
    meet(&[&ana, &ben]).await;
    (ana, ben, entries)
}

#[tokio::test(flavor = "multi_thread")]
async fn bens_phone_refuses_to_write_over_anas_words() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben, [note, repair, page]) = couple(home.path(), &relay).await;
    let before = ben.hash().await.unwrap();
    let is_not_his = |done: Result<_, Error>| assert_eq!(done.unwrap_err().code(), "not_yours");

    is_not_his(ben.edit(&note, None, "I felt fine").await);
    is_not_his(ben.edit(&page, None, "I felt fine, and wrote").await);
    is_not_his(ben.splice(&page, None, (7, 4), "fine").await);
    let comment = ben.entry(&note).await.unwrap().entry.comments.remove(0).id;
    is_not_his(ben.edit_comment(&note, comment.as_str(), "Not really").await);
    let request = ben.entry(&repair).await.unwrap().entry.parts;
    let request = request.into_iter().find_map(|part| part.id).unwrap();
    let (deed, on) = (Deed::Revise, Some(request.to_string()));
    is_not_his(ben.say(&repair, Saying::Do { deed, on, words: "Forget it".to_owned() }).await);

    // His own side is another part: hers stands beside it.
    act(&ben, &repair, Deed::Tell, "You were early").await;
    act(&ben, &repair, Deed::LetGo, "").await;
    meet(&[&ana, &ben]).await;
    let entry = ana.entry(&repair).await.unwrap().entry;
    let sides: Vec<(Slot, &str)> = entry
        .parts
        .iter()
        .filter(|part| part.name == "perspective")
        .map(|part| (part.by, part.text.as_str()))
        .collect();
    assert_eq!(sides, [(Slot::First, "You were late"), (Slot::Second, "You were early")]);
    assert!(entry.stances.iter().all(|stance| stance.by == Slot::Second), "Ana let nothing go");
    assert_ne!(ben.hash().await.unwrap(), before, "the hash tells what is different");
    assert_eq!(ana.entry(&note).await.unwrap().entry.text, "I felt hurt");
    // Of her page he speaks, as of anything; it stays as it is.
    ben.comment(&page, None, "I did not know").await.unwrap();
    ben.react(&page, "🫶").await.unwrap();
    act(&ben, &page, Deed::Tag, "us").await;
    meet(&[&ana, &ben]).await;
    let row = ana.entry(&page).await.unwrap();
    assert_eq!(
        (row.entry.text.as_str(), row.entry.author),
        ("I felt hurt, and wrote", Slot::First)
    );
    assert_eq!((row.entry.comments.len(), row.entry.reactions.len(), row.tags.len()), (1, 1, 1));
}

/// Something that a forged app of Ben's does, as if it were Ana's, in her note or her repair.
type Forgery = fn(&mut Notebook, &[EntryKey; 3]) -> Written;

const FORGERIES: [(&str, Forgery); 6] = [
    ("her words", |forged, [note, ..]| forged.edit(note, None, "I felt fine").unwrap().unwrap()),
    ("her comment", |forged, [note, ..]| {
        let comment = forged.entry(note).unwrap().comments.remove(0).id;
        forged.edit_comment(note, &comment, "Not really").unwrap().unwrap()
    }),
    ("her side of it", |forged, [_, repair, _]| does(forged, repair, Deed::Tell, "I was wrong")),
    ("her letting go", |forged, [_, repair, _]| does(forged, repair, Deed::LetGo, "")),
    ("her page", |forged, [.., page]| {
        forged.edit(page, None, "I felt fine, and wrote").unwrap().unwrap()
    }),
    ("a word on her page", |forged, [.., page]| {
        forged.splice(page, None, (0, 0), "Once, ").unwrap().unwrap()
    }),
];

fn does(forged: &mut Notebook, entry: &EntryKey, deed: Deed, words: &str) -> Written {
    let act = Act { deed, on: None, words, now: 0 };
    forged.act(entry, act, &mut Chance::new(4)).unwrap().unwrap()
}

/// Writes into the store of Ben's phone, which nobody has open, a change that his own app refuses.
fn forge(export: &Export, place: &Place, writer: WriterId, entries: &[EntryKey; 3], it: Forgery) {
    let (volume, edition) = (export.changes[0].volume, export.changes[0].edition);
    let changes = export.changes.iter().map(|it| Change::parse(it.bytes.clone()).unwrap());
    let as_ana = (Person::first(Slot::First), writer);
    let mut forged = Notebook::load(volume, edition, as_ana, None, changes.collect()).unwrap();
    let Written { change, .. } = it(&mut forged, entries);
    let columns = (volume.0, edition.0, change.hash().0, change.writer().0, change.bytes());
    let insert = "INSERT INTO changes (volume, edition, hash, writer, counter, bytes)
                  VALUES (?1, ?2, ?3, ?4, NULL, ?5)";
    assert_eq!(Store::of(place).open().execute(insert, columns).unwrap(), 1);
}

/// The entries as a phone shows them, whatever version of them that is.
async fn shown(phone: &Couplet, entries: &[String; 3]) -> Vec<Entry> {
    let mut shown = Vec::new();
    for key in entries {
        let entry = phone.entry(key).await.unwrap().entry;
        shown.push(Entry { version: Default::default(), ..entry });
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_change_of_bens_device_on_anas_words_is_set_aside_and_told() {
    for (what, forgery) in FORGERIES {
        let home = tempfile::tempdir().unwrap();
        let relay = Relay::start(&home.path().join("relay"));
        let (ana, ben, entries) = couple(home.path(), &relay).await;
        ben.write(Kind::Note, 2, "Ben's own").await.unwrap();
        let own = ben.export().await.unwrap();
        let writer = Change::parse(own.changes.last().unwrap().bytes.clone()).unwrap().writer();
        meet(&[&ana, &ben]).await;
        let (export, at) = (ben.export().await.unwrap(), place(home.path(), "ben"));
        ben.shutdown().await;
        forge(&export, &at, writer, &entries.each_ref().map(|key| key.parse().unwrap()), forgery);
        let ben = Couplet::open(&at).await.unwrap();
        assert_eq!(ben.sync(PATIENCE).await.unwrap().sent, 1, "{what}: it is on its way");

        let before = (ana.hash().await.unwrap(), ana.export().await.unwrap().changes);
        let as_shown = shown(&ana, &entries).await;
        let mut events = ana.events();
        ana.sync(PATIENCE).await.unwrap();

        // Event `Rejected`.
        let told = loop {
            if let Event::Rejected { by, reason } = events.try_recv().unwrap() {
                break (by, reason);
            }
        };
        assert_eq!(told.0, Slot::Second, "{what}");
        // Quarantined.
        let aside = ana.quarantine().await.unwrap().changes;
        assert_eq!((aside.len(), &aside[0].reason), (1, &told.1), "{what}");
        assert_eq!(ana.needs_attention().await.unwrap().set_aside, aside, "{what}");
        // Ana's text is unchanged, and so is everything else.
        assert_eq!(shown(&ana, &entries).await, as_shown, "{what}");
        assert_eq!((ana.hash().await.unwrap(), ana.export().await.unwrap().changes), before);
        ana.shutdown().await;
        let ana = Couplet::open(&place(home.path(), "ana")).await.unwrap();
        assert_eq!(ana.hash().await.unwrap(), before.0, "{what}");
        ana.write(Kind::Note, 3, "Life goes on").await.unwrap();
    }
}
