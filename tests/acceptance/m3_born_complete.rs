//! M3, an entry is born complete: whatever two phones do first with a fresh entry, apart from each
//! other, there is never more than one object at any place of the document, of any kind of entry.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc as _, Value};
use couplet::{Couplet, Kind, Place, PlacedChange, Saying};
use couplet_engine::document::genesis::genesis;
use couplet_engine::notebook::kind::Body;
use couplet_tests::chance::Chance;
use couplet_tests::deeds::open_deed;
use couplet_tests::phones::{meet, own_device, pair, place};
use couplet_tests::relay::Relay;

/// Everything that is open in the entry to whoever's phone this is, done there.
async fn first_edits(phone: &Couplet, entry: &str, own: &str, chance: &mut Chance) {
    let fresh = phone.entry(entry).await.unwrap().entry;
    let me = phone.status().await.unwrap().slot;
    for open in fresh.open.iter().filter(|open| open.to == me) {
        let Some(deed) = open_deed(&fresh, open, own, chance) else { continue };
        phone.say(entry, deed).await.unwrap();
    }
    let is_one_persons = matches!(fresh.kind.map(Kind::body), Some(Body::Words | Body::OwnText));
    if fresh.author == me || !is_one_persons {
        phone.edit(entry, None, own).await.unwrap();
    }
    phone.comment(entry, None, own).await.unwrap();
    phone.react(entry, "\u{1f389}").await.unwrap();
    phone.say(entry, Saying::Trash).await.unwrap();
}

/// The objects of the documents that these changes make, by where they stand; and the places where
/// `get_all` finds anything beside one.
fn objects(changes: &[PlacedChange]) -> (BTreeSet<String>, Vec<String>) {
    let mut volumes: BTreeMap<_, AutoCommit> = BTreeMap::new();
    for change in changes {
        let document = volumes.entry((change.volume, change.edition)).or_insert_with(|| {
            let first = genesis(change.volume, change.edition).unwrap();
            let mut document = AutoCommit::new();
            document.apply_changes([Change::try_from(first.bytes()).unwrap()]).unwrap();
            document
        });
        document.apply_changes([Change::try_from(&change.bytes[..]).unwrap()]).unwrap();
    }
    let (mut places, mut doubled) = (BTreeSet::new(), Vec::new());
    for document in volumes.values() {
        walk(document, (&ROOT, ""), &mut places, &mut doubled);
    }
    (places, doubled)
}

fn walk(
    document: &AutoCommit,
    (map, at): (&ObjId, &str),
    places: &mut BTreeSet<String>,
    doubled: &mut Vec<String>,
) {
    for key in document.keys(map) {
        let (all, at) = (document.get_all(map, key.as_str()).unwrap(), format!("{at}/{key}"));
        let is_object = |value: &Value<'_>| matches!(value, Value::Object(_));
        if !all.iter().any(|(value, _)| is_object(value)) {
            continue;
        }
        if all.len() != 1 {
            doubled.push(at.clone());
        }
        for (value, object) in &all {
            if matches!(value, Value::Object(ObjType::Map)) {
                walk(document, (object, &at), places, doubled);
            }
        }
        places.insert(at);
    }
}

/// Both edit every entry of the one's, apart, and meet.
async fn check(one: &Couplet, other: &Couplet, kinds: impl Iterator<Item = Kind>) {
    let (mut chance, mut entries) = (Chance::new(3), Vec::new());
    for kind in kinds {
        let row = one.write(kind, 20_000, "fresh").await.unwrap();
        entries.push(row.entry.key.as_str().to_owned());
    }
    meet(&[one, other]).await;
    for entry in &entries {
        first_edits(one, entry, "the one's", &mut chance).await;
        first_edits(other, entry, "the other's", &mut chance).await;
    }
    meet(&[one, other]).await;
    for phone in [one, other] {
        let (places, doubled) = objects(&phone.export().await.unwrap().changes);
        assert_eq!(doubled, Vec::<String>::new(), "more than one object stands there");
        for entry in &entries {
            assert!(places.iter().any(|at| at.contains(entry.as_str())), "{entry}: {places:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_edits_of_two_people_apart_leave_one_object_at_every_place_whatever_the_kind() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben) = pair(home.path(), &relay.link).await;
    check(&ana, &ben, Kind::ALL.into_iter().filter(|kind| !kind.is_for_oneself())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_do_those_of_two_devices_on_what_is_for_oneself() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let vault = |name| Place { is_vault: true, ..place(home.path(), name) };
    let relay = Some(relay.link.parse().unwrap());
    let phone = Couplet::found(&vault("phone"), "Ana", relay).await.unwrap();
    let tablet = own_device(&phone, &vault("tablet")).await;
    check(&phone, &tablet, Kind::ALL.into_iter().filter(|kind| !kind.is_out_of_timelines())).await;
}

#[test]
fn two_objects_at_one_place_would_be_found() {
    use automerge::transaction::Transactable as _;
    let mut one = AutoCommit::new();
    let mut other = one.fork();
    for document in [&mut one, &mut other] {
        document.put_object(ROOT, "entry", ObjType::Map).unwrap();
    }
    one.merge(&mut other).unwrap();
    let (mut places, mut doubled) = (BTreeSet::new(), Vec::new());
    walk(&one, (&ROOT, ""), &mut places, &mut doubled);
    assert_eq!(doubled, ["/entry"]);
}
