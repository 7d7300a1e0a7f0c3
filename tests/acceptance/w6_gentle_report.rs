//! W6, the gentle report of a time apart: "While you were apart: 3 notes, 1 page you both wrote on;
//! nothing was lost." Its counts are proven against the log of operations, read without the engine.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{Key, ObjectId, OpId, OpType};
use automerge::{ActorId, Change, ExpandedChange, ObjType};
use couplet::{Arrived, Couplet, Deed, Export, Kind, Saying, Slot};
use couplet_tests::altered;
use couplet_tests::chance::Chance;
use couplet_tests::phones::{PATIENCE, Together, act, meet};

/// What the operations of a notebook say, one by one.
#[derive(Debug, Default)]
struct Log {
    /// The entry that each of these objects is, or is a text in.
    entries: BTreeMap<String, String>,
    kinds: BTreeMap<String, String>,
    begun: BTreeSet<String>,
    touched: BTreeSet<String>,
    /// Who has put or removed a character in which page.
    typed: BTreeSet<(String, ActorId)>,
}

impl Log {
    /// Reads changes in their order.
    fn read(&mut self, changes: &[Vec<u8>]) {
        for bytes in changes {
            let change: ExpandedChange = Change::from_bytes(bytes.clone()).unwrap().decode();
            let first = change.start_op.get();
            for (number, op) in (first..).zip(&change.operations) {
                let object = spelled(&OpId(number, change.actor_id.clone()));
                let Some(of) = of(&op.obj) else { continue };
                match (&op.action, &op.key, self.entries.get(&of).cloned()) {
                    // Under the map of entries: a new one.
                    (OpType::Make(ObjType::Map), Key::Map(entry), None) => {
                        self.entries.insert(object, entry.to_string());
                        self.begun.insert(entry.to_string());
                        self.touched.insert(entry.to_string());
                    }
                    (action, key, Some(entry)) => {
                        self.touched.insert(entry.clone());
                        match (action, key) {
                            (OpType::Make(ObjType::Text), _) => {
                                self.entries.insert(object, entry);
                            }
                            (OpType::Put(kind), Key::Map(name)) if name == "kind" => {
                                self.kinds.insert(entry, kind.as_str().unwrap().to_owned());
                            }
                            (_, Key::Seq(_)) => {
                                self.typed.insert((entry, change.actor_id.clone()));
                            }
                            _ => {}
                        }
                    }
                    (_, _, None) => {}
                }
            }
        }
    }

    /// What it says came with the changes that `later` has and this log has not.
    fn arrived(&self, later: &Self, new: &[Vec<u8>]) -> (BTreeMap<String, u64>, u64, u64) {
        let mut only = Self { entries: later.entries.clone(), ..Self::default() };
        only.read(new);
        let (mut begun, mut together, mut others) = (BTreeMap::new(), 0, 0);
        for entry in &only.touched {
            let kind = &later.kinds[entry];
            let hands = later.typed.iter().filter(|(page, _)| page == entry).count();
            if kind == "page" && hands > 1 {
                together += 1;
            } else if !self.touched.contains(entry) {
                *begun.entry(kind.clone()).or_insert(0) += 1;
            } else {
                others += 1;
            }
        }
        (begun, together, others)
    }
}

fn of(object: &ObjectId) -> Option<String> {
    match object {
        ObjectId::Id(id) => Some(spelled(id)),
        ObjectId::Root => None,
    }
}

fn spelled(OpId(number, actor): &OpId) -> String {
    format!("{number}@{actor}")
}

fn bytes(export: Export) -> Vec<Vec<u8>> {
    export.changes.into_iter().map(|change| change.bytes).collect()
}

/// What Ana's phone tells of an exchange, and what the log says of it.
async fn met(ana: &Couplet) -> (Arrived, (BTreeMap<String, u64>, u64, u64)) {
    let before = bytes(ana.export().await.unwrap());
    let told = ana.sync(PATIENCE).await.unwrap().arrived;
    let after = bytes(ana.export().await.unwrap());
    let new: Vec<Vec<u8>> = after.iter().filter(|one| !before.contains(one)).cloned().collect();
    let (mut earlier, mut later) = (Log::default(), Log::default());
    earlier.read(&before);
    later.read(&after);
    (told, earlier.arrived(&later, &new))
}

async fn read_all(phone: &Couplet) {
    for row in phone.timeline(None, 1_000, couplet::Filter::default()).await.unwrap() {
        phone.seen(&row).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_notes_and_a_page_that_both_wrote_on_and_nothing_was_lost() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let page = ana.write(Kind::Page, 1, "Groceries: milk").await.unwrap().entry.key;
    let note = ana.write(Kind::Note, 1, "Dear Ben").await.unwrap().entry.key;
    let removed = ana.write(Kind::Note, 1, "A bad day").await.unwrap().entry.key;
    meet(&[ana, ben]).await;
    assert_eq!(ana.sync(PATIENCE).await.unwrap().arrived, Arrived::default(), "and else nothing");

    for words in ["One", "Two", "Three"] {
        ben.write(Kind::Note, 2, words).await.unwrap();
    }
    ben.edit(page.as_str(), None, "Groceries: milk, bread").await.unwrap();
    ana.edit(page.as_str(), None, "Groceries: oat milk").await.unwrap();
    ben.comment(note.as_str(), None, "Thank you").await.unwrap();
    ana.say(removed.as_str(), Saying::Trash).await.unwrap();
    ben.comment(removed.as_str(), None, "Keep it, please").await.unwrap();
    let mine = ana.timeline(None, 100, couplet::Filter::default()).await.unwrap().len();
    ben.sync(PATIENCE).await.unwrap();
    let (told, by_log) = met(ana).await;
    let new = BTreeMap::from([("note".to_owned(), 3)]);
    assert_eq!(
        told,
        Arrived { new: new.clone(), together: 1, touched: 2, in_need: 1, set_aside: 0 }
    );
    assert_eq!(by_log, (new, 1, 2));
    // Nothing was lost: all of hers is there, what she removed has come back with his words, and
    // the page has what both wrote.
    let rows = ana.timeline(None, 100, couplet::Filter::default()).await.unwrap();
    assert_eq!(rows.len(), mine + 3 + 1);
    let page = ana.entry(page.as_str()).await.unwrap().entry.text;
    assert_eq!(page, "Groceries: oat milk, bread");

    // What an altered app of Ben's says is counted, too, as what it is.
    ben.write(Kind::Note, 3, "Four").await.unwrap();
    ben.clone().shutdown().await;
    let key = note.clone();
    altered::says(&it.place("ben"), Slot::Second, |edit, _, _| {
        edit.put(&key, "day", couplet_engine::document::Scalar::Int(9))
    });
    let ben = Couplet::open(&it.place("ben")).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    let (told, by_log) = met(ana).await;
    let new = BTreeMap::from([("note".to_owned(), 1)]);
    assert_eq!(told, Arrived { new: new.clone(), set_aside: 1, ..Arrived::default() });
    assert_eq!(by_log, (new, 0, 0), "it is in no log");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ben_does_the_report_counts_what_the_log_has() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let mut chance = Chance::new(6);
    let kinds = [Kind::Note, Kind::Page, Kind::Gesture, Kind::List, Kind::Listening];
    let mut all: Vec<(Kind, String)> = Vec::new();
    for apart in 0..6 {
        for number in 0..1 + chance.below(6) {
            let by = [ana, ben, ben][chance.below(3)];
            let words = format!("{apart}, {number}");
            match (chance.below(3), chance.pick(&all).cloned()) {
                (1, Some((Kind::Page, entry))) => {
                    by.edit(&entry, None, &format!("{words} and more")).await.unwrap();
                }
                (1, Some((Kind::List, entry))) => drop(act(by, &entry, Deed::Add, &words).await),
                (1 | 2, Some((_, entry))) => drop(by.comment(&entry, None, &words).await.unwrap()),
                _ => {
                    let kind = kinds[chance.below(kinds.len())];
                    by.write(kind, 1, &words).await.unwrap();
                }
            }
        }
        ben.sync(PATIENCE).await.unwrap();
        let (Arrived { new, together, touched, .. }, by_log) = met(ana).await;
        assert_eq!((new, together, touched), by_log, "time apart {apart}");
        meet(&[ana, ben]).await;
        read_all(ana).await;
        let rows = ana.timeline(None, 1_000, couplet::Filter::default()).await.unwrap();
        all = rows
            .into_iter()
            .map(|row| (row.entry.kind.unwrap(), row.entry.key.as_str().to_owned()))
            .collect();
    }
}
