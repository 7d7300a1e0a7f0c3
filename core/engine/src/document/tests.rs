//! Two phones, honest and forged changes between them, and bytes that are neither.

use std::cell::RefCell;

use automerge::transaction::Transactable;
use automerge::{ExpandedChange, ROOT, ReadDoc, ScalarValue};
use couplet_proto::ids::{Person, Slot};
use proptest::prelude::*;

use super::change::enclose;
use super::genesis::{GENESIS_WRITER, genesis};
use super::limits::MAX_CHANGE_BYTES;
use super::*;

mod bytes;
mod orders;

const ANA: WriterId = WriterId([0xa; 16]);
const BEN: WriterId = WriterId([0xb; 16]);

fn begin(writer: WriterId) -> Document {
    Document::begin(Volume(0), Edition(0), writer).unwrap()
}

fn key(slot: Slot, number: u8) -> EntryKey {
    EntryKey::from_random(slot, [number; 16])
}

fn words(text: &str) -> Scalar {
    Scalar::Str(text.to_owned())
}

/// Writes a note with a page for two hands.
fn note(document: &mut Document, entry: &EntryKey) -> Change {
    let fields = [
        ("kind", words("note")),
        ("part/0.0/words/1", words("Dear Ben")),
        ("ord", Scalar::Uint(1)),
    ];
    let made = document.edit(|edit| edit.create_entry(entry, &fields, Some(("page", "to do: 🎉"))));
    made.unwrap().unwrap()
}

fn put(document: &mut Document, entry: &EntryKey, field: &str, value: Scalar) -> Change {
    let next = document.next_op();
    let change = document.edit(|edit| edit.put(entry, field, value)).unwrap().unwrap();
    assert_eq!(change.start_op(), next);
    change
}

fn lawful(_: &Change, _: Person, operations: &[Operation]) -> Verdict {
    match operations.iter().any(|operation| matches!(operation, Operation::Foreign(_))) {
        true => Verdict::Unlawful("foreign"),
        false => Verdict::Lawful,
    }
}

fn signed(changes: &[Change]) -> Vec<(Change, Person)> {
    changes.iter().map(|change| (change.clone(), Person::first(Slot::First))).collect()
}

fn give(document: &mut Document, changes: &[Change]) -> Applied {
    document.apply(signed(changes), &lawful).unwrap()
}

fn give_one(document: &mut Document, change: &Change) -> Applied {
    give(document, std::slice::from_ref(change))
}

fn refusal(document: &mut Document, change: &Change) -> Option<Refusal> {
    let before = document.heads();
    let applied = give_one(document, change);
    assert!(applied.applied.is_empty(), "{applied:?}");
    assert!(applied.faulty.is_empty(), "{applied:?}");
    assert_eq!(document.heads(), before);
    applied.refused.first().map(|(_, refusal)| *refusal)
}

/// The change with something else in it, and a checksum that is right.
fn forge(change: &Change, alter: impl FnOnce(&mut ExpandedChange)) -> Change {
    let mut expanded = automerge::Change::try_from(change.bytes()).unwrap().decode();
    alter(&mut expanded);
    Change::parse(automerge::Change::from(expanded).raw_bytes().to_vec()).unwrap()
}

/// A change made by Automerge itself on a copy of the document, around our API.
fn beside(
    document: &Document,
    writer: WriterId,
    write: impl FnOnce(&mut automerge::transaction::Transaction<'_>, automerge::ObjId),
) -> Change {
    let mut copy = document.automerge.clone();
    copy.set_actor(actor_of(writer));
    let entries = copy.get(ROOT, "entries").unwrap().unwrap().1;
    let mut transaction = copy.transaction();
    write(&mut transaction, entries);
    transaction.commit();
    Change::parse(copy.get_last_local_change().unwrap().raw_bytes().to_vec()).unwrap()
}

#[test]
fn what_one_writes_the_other_reads() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let first = note(&mut ana, &entry);
    assert_eq!((first.seq(), first.start_op(), first.writer()), (1, 3, ANA));
    let applied = give_one(&mut ben, &first);
    assert_eq!(applied.applied, [first.hash()]);
    assert!(applied.touched.into_iter().eq([entry.clone()]));
    assert_eq!(ben.entry(&entry), ana.entry(&entry));
    assert_eq!(ben.entry(&entry).unwrap().texts["page"], "to do: 🎉");

    let hers = put(&mut ana, &entry, "ord", Scalar::Uint(2));
    let his = put(&mut ben, &entry, "ord", Scalar::Uint(3));
    give_one(&mut ana, &his);
    give_one(&mut ben, &hers);
    assert_eq!(ana.heads(), ben.heads());
    assert_eq!(ana.weight(), ben.weight());
    let ord = &ana.entry(&entry).unwrap().fields["ord"];
    assert_eq!(ord.len(), 2, "both stand");
    assert_eq!(
        ord[1],
        Value { scalar: Scalar::Uint(3), by: OpId { counter: his.start_op(), writer: BEN } }
    );
    assert_eq!(ben.change(&hers.hash()), Some(hers.clone()));
    assert_eq!(ben.changes_of(&ANA).collect::<Vec<_>>(), [first.hash(), hers.hash()]);

    let both = put(&mut ana, &entry, "ord", Scalar::Uint(4));
    assert_eq!(both.deps().len(), 2);
    let again = give(&mut ben, &[both.clone(), both.clone(), hers]);
    assert_eq!((again.applied.len(), again.duplicates.len()), (1, 2));
    assert_eq!(ben.entry(&entry).unwrap().fields["ord"].len(), 1);
}

#[test]
fn the_author_asks_the_law_the_same_as_the_reader() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let said = RefCell::new(Vec::new());
    let mut changes = vec![note(&mut ana, &entry)];
    let second = ana.edit(|edit| {
        edit.splice(&entry, "page", (7, 2), "milk 🥛")?;
        edit.put(&entry, "done", Scalar::Bool(true))?;
        edit.create_entry(&key(Slot::First, 2), &[("mood", Scalar::Int(-3))], Some(("page", "")))?;
        said.borrow_mut().extend_from_slice(edit.operations());
        Ok(())
    });
    changes.push(second.unwrap().unwrap());
    let heard = RefCell::new(Vec::new());
    let law = |_: &Change, _: Person, operations: &[Operation]| {
        *heard.borrow_mut() = operations.to_vec();
        Verdict::Lawful
    };
    ben.apply(signed(&changes), &law).unwrap();
    assert_eq!(*heard.borrow(), *said.borrow());
    assert!(heard.borrow().contains(&Operation::EditText {
        entry: entry.clone(),
        field: "page".to_owned(),
        inserted: 7,
        removed: 1
    }));
    assert_eq!(ben.entry(&entry).unwrap().texts["page"], "to do: milk 🥛");
}

#[test]
fn an_edit_that_fails_or_does_nothing_leaves_nothing() {
    let mut ana = begin(ANA);
    let entry = key(Slot::First, 1);
    assert_eq!(ana.edit(|_| Ok(())), Ok(None));
    note(&mut ana, &entry);
    let (heads, before) = (ana.heads(), ana.entry(&entry));
    assert_eq!(ana.edit(|edit| edit.put(&entry, "ord", Scalar::Uint(1))), Ok(None));
    type Write<'a> = &'a dyn Fn(&mut Edit<'_>) -> Result<(), EditError>;
    let cases: [(Write<'_>, EditError); 10] = [
        (
            &|edit| edit.put(&entry, "ord", words("9")).and(Err(EditError::Unlawful("no"))),
            EditError::Unlawful("no"),
        ),
        (&|edit| edit.put(&key(Slot::First, 9), "ord", words("")), EditError::NoEntry),
        (&|edit| edit.create_entry(&entry, &[], None), EditError::EntryExists),
        (&|edit| edit.put(&entry, "", words("")), EditError::FieldName),
        (&|edit| edit.put(&entry, "page", words("")), EditError::WrongKind),
        (&|edit| edit.splice(&entry, "ord", (0, 0), "x"), EditError::WrongKind),
        (&|edit| edit.splice(&entry, "page", (8, 0), "x"), EditError::Position),
        (&|edit| edit.splice(&entry, "page", (7, 1), "x"), EditError::Position),
        (&|edit| edit.splice(&entry, "page", (9, 1), "x"), EditError::Position),
        (&|edit| edit.put(&entry, "x", words(&"x".repeat(MAX_CHANGE_BYTES))), EditError::TooLarge),
    ];
    for (write, error) in cases {
        assert_eq!(ana.edit(write), Err(error));
        assert_eq!((ana.heads(), ana.entry(&entry)), (heads.clone(), before.clone()));
    }
    let long = "x".repeat(limits::MAX_TEXT_UNITS);
    let too_long = ana.edit(|edit| edit.splice(&entry, "page", (0, 0), &long));
    assert_eq!(too_long, Err(EditError::TextTooLong));
    let page = ana.edit(|edit| edit.splice(&entry, "page", (0, 9), &"🥛".repeat(32_768)));
    assert!(page.unwrap().unwrap().bytes().len() < MAX_CHANGE_BYTES);
    assert_eq!(give(&mut begin(BEN), &[ana.change(&ana.heads()[0]).unwrap()]).waiting.len(), 1);
}

#[test]
fn a_document_reads_back_from_its_snapshot_and_changes() {
    let mut ana = begin(ANA);
    let entry = key(Slot::First, 1);
    let mut changes = vec![note(&mut ana, &entry)];
    let snapshot = ana.save().unwrap();
    let heads = ana.heads();
    changes.push(put(&mut ana, &entry, "ord", Scalar::Uint(2)));
    changes.push(ana.edit(|edit| edit.splice(&entry, "page", (0, 2), "TO")).unwrap().unwrap());
    let load = |snapshot: Option<&[u8]>, changes: &[Change]| {
        Document::load(Volume(0), Edition(0), ANA, snapshot, changes.to_vec())
    };
    changes.reverse();
    for loaded in [load(None, &changes).unwrap(), load(Some(&snapshot), &changes).unwrap()] {
        assert_eq!((loaded.heads(), loaded.weight()), (ana.heads(), ana.weight()));
        assert_eq!(loaded.entry(&entry), ana.entry(&entry));
        assert!(loaded.entries().eq([entry.clone()]));
        assert_eq!(loaded.entry_count(), 1);
        assert_eq!(loaded.text_at(&entry, "page", &heads).as_deref(), Some("to do: 🎉"));
        assert_eq!(loaded.text_at(&entry, "page", &loaded.heads()).as_deref(), Some("TO do: 🎉"));
        assert_eq!(loaded.text_at(&entry, "page", &[Hash::ZERO]), None);
    }
    let mut loaded = load(Some(&snapshot), &changes).unwrap();
    let next = put(&mut loaded, &entry, "ord", Scalar::Uint(5));
    assert_eq!(next.seq(), 4);
    assert_eq!(give(&mut ana, &[next]).applied.len(), 1);

    assert_eq!(load(None, &changes[..2]).err(), Some(LoadError::MissingDependencies(2)));
    assert_eq!(load(Some(&snapshot[..snapshot.len() - 1]), &[]).err(), Some(LoadError::Snapshot));
    let other = Document::load(Volume(0), Edition(1), ANA, Some(&snapshot), Vec::new());
    assert_eq!(other.err(), Some(LoadError::AnotherVolume));
}

#[test]
fn headers_out_of_place_are_refused() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let first = note(&mut ana, &entry);
    let second = put(&mut ana, &entry, "ord", Scalar::Uint(2));
    let third = put(&mut ana, &entry, "ord", Scalar::Uint(3));
    assert_eq!(give(&mut ben, &[third.clone(), second.clone()]).waiting.len(), 2);
    let begun = begin(ANA).heads();
    let cases = [
        (forge(&first, |c| c.seq = 2), Refusal::OwnPastMissing),
        (forge(&first, |c| c.start_op = 1_000_000.try_into().unwrap()), Refusal::WrongStart),
        (forge(&first, |c| c.start_op = 1.try_into().unwrap()), Refusal::WrongStart),
        (forge(&first, |c| c.deps.clear()), Refusal::WrongStart),
        (forge(&first, |c| c.actor_id = actor_of(GENESIS_WRITER)), Refusal::GenesisWriter),
    ];
    for (forged, expected) in cases {
        assert_eq!(refusal(&mut ben, &forged), Some(expected));
    }
    give_one(&mut ben, &first);
    let deps = |hashes: &[Hash]| hashes.iter().map(|hash| ChangeHash(hash.0)).collect::<Vec<_>>();
    let cases = [
        (forge(&second, |c| c.seq = 3), Refusal::OwnPastMissing),
        (forge(&second, |c| c.seq = 1), Refusal::SameNumberTwice(first.hash())),
        (forge(&second, |c| c.deps = deps(&begun)), Refusal::OwnPastMissing),
        (forge(&first, |c| c.operations.truncate(2)), Refusal::SameNumberTwice(first.hash())),
    ];
    for (forged, expected) in cases {
        assert_eq!(refusal(&mut ben, &forged), Some(expected));
    }
    assert_eq!(give(&mut ben, &[third, second]).applied.len(), 2);
    assert_eq!(ana.heads(), ben.heads());
}

#[test]
fn what_depends_on_a_refused_change_waits() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let first = note(&mut ana, &key(Slot::First, 1));
    let second = put(&mut ana, &key(Slot::First, 1), "ord", Scalar::Uint(2));
    let law = |_: &Change, _: Person, operations: &[Operation]| match operations.first() {
        Some(Operation::CreateEntry { .. }) => Verdict::Unlawful("no entries today"),
        _ => Verdict::Lawful,
    };
    let applied = ben.apply(signed(&[second.clone(), first.clone()]), &law).unwrap();
    assert_eq!(applied.refused, [(first.hash(), Refusal::Unlawful("no entries today"))]);
    assert_eq!(applied.waiting, [(second, Person::first(Slot::First))]);
    assert!(applied.applied.is_empty() && applied.touched.is_empty());
}

#[test]
fn operations_that_hide_or_guess_are_refused() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let first = note(&mut ana, &entry);
    let second = put(&mut ana, &entry, "ord", Scalar::Uint(2));
    give_one(&mut ben, &first);

    let hidden = forge(&second, |c| c.operations[0].pred = Vec::new().into());
    assert_eq!(refusal(&mut ben, &hidden), Some(Refusal::WrongPredecessors));
    let named = |counter| automerge::legacy::OpId::new(counter, &actor_of(ANA));
    let wrong = forge(&second, |c| c.operations[0].pred = vec![named(4)].into());
    assert_eq!(refusal(&mut ben, &wrong), Some(Refusal::WrongPredecessors));
    let future = forge(&second, |c| c.operations[0].pred = vec![named(900)].into());
    assert_eq!(refusal(&mut ben, &future), Some(Refusal::BeyondItsPast));
    let unseen = forge(&second, |c| {
        c.operations[0].obj = automerge::legacy::ObjectId::Id(named(901));
    });
    assert_eq!(refusal(&mut ben, &unseen), Some(Refusal::BeyondItsPast));
    // Made again, openly and hidden.
    let again = beside(&ana, ANA, |tx, entries| {
        tx.put_object(&entries, entry.as_str(), automerge::ObjType::Map).unwrap();
    });
    give(&mut ben, &[second]);
    let hidden = forge(&again, |c| c.operations[0].pred = Vec::new().into());
    assert_eq!(refusal(&mut ben, &again), Some(Refusal::EntryTaken));
    assert_eq!(refusal(&mut ben, &hidden), Some(Refusal::WrongPredecessors));
}

#[test]
fn a_value_replaced_by_both_is_judged_by_each_ones_past() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let first = note(&mut ana, &entry);
    give_one(&mut ben, &first);
    let hers = put(&mut ana, &entry, "ord", Scalar::Uint(2));
    let her_second = put(&mut ana, &entry, "ord", Scalar::Uint(20));
    let his = put(&mut ben, &entry, "ord", Scalar::Uint(3));
    for order in
        [[&hers, &her_second, &his], [&his, &her_second, &hers], [&hers, &his, &her_second]]
    {
        let mut third = begin(WriterId([0xc; 16]));
        let batch: Vec<Change> = order.into_iter().cloned().collect();
        assert_eq!(give(&mut third, &[&[first.clone()][..], &batch].concat()).applied.len(), 4);
        assert_eq!(third.entry(&entry).unwrap().fields["ord"].len(), 2);
        // One by one too, and a forgery is found whatever stands there meanwhile.
        let mut fourth = begin(WriterId([0xd; 16]));
        give(&mut fourth, &[first.clone(), hers.clone(), her_second.clone()]);
        let hidden = forge(&his, |c| c.operations[0].pred = Vec::new().into());
        assert_eq!(refusal(&mut fourth, &hidden), Some(Refusal::WrongPredecessors));
        assert_eq!(give_one(&mut fourth, &his).applied.len(), 1);
        assert_eq!(fourth.save().map(|_| fourth.heads().len()), Ok(2));
    }
}

#[test]
fn one_key_made_twice_apart_is_heard_twice() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let make = |document: &mut Document, name: &str| {
        document
            .edit(|edit| edit.create_entry(&entry, &[(name, words(name))], None))
            .unwrap()
            .unwrap()
    };
    let (hers, his) = (make(&mut ana, "hers"), make(&mut ben, "his"));
    assert_eq!(give(&mut ana, &[his]).applied.len(), 1);
    assert_eq!(give(&mut ben, &[hers]).applied.len(), 1);
    assert_eq!(ana.entry(&entry), ben.entry(&entry));
    assert_eq!(ana.entry(&entry).unwrap().fields.len(), 2);
}
