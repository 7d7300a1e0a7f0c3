//! Two phones, honest and forged changes between them, and bytes that are neither.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use automerge::transaction::Transactable;
use automerge::{ExpandedChange, ROOT, ReadDoc, ScalarValue};
use couplet_proto::ids::{Person, Slot};
use proptest::prelude::*;

use super::change::enclose;
use super::genesis::{GENESIS_WRITER, genesis};
use super::limits::MAX_CHANGE_BYTES;
use super::*;

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

#[test]
fn what_our_documents_do_not_know_is_foreign() {
    let mut ana = begin(ANA);
    let entry = key(Slot::First, 1);
    note(&mut ana, &entry);
    let object = |tx: &automerge::transaction::Transaction<'_>, entries: &automerge::ObjId| {
        tx.get(entries, entry.as_str()).unwrap().unwrap().1
    };
    let page = |tx: &automerge::transaction::Transaction<'_>, entries: &automerge::ObjId| {
        tx.get(object(tx, entries), "page").unwrap().unwrap().1
    };
    type Write<'a> = &'a dyn Fn(&mut automerge::transaction::Transaction<'_>, automerge::ObjId);
    let cases: [(Write<'_>, Foreign); 14] = [
        (&|tx, _| tx.put(ROOT, "volume", 1).unwrap(), Foreign::Root),
        (&|tx, _| tx.delete(ROOT, "entries").unwrap(), Foreign::Root),
        (&|tx, e| tx.delete(&e, entry.as_str()).unwrap(), Foreign::Delete),
        (&|tx, e| tx.put(&e, entry.as_str(), 1).unwrap(), Foreign::Entries),
        (
            &|tx, e| drop(tx.put_object(&e, "0/x", automerge::ObjType::Map).unwrap()),
            Foreign::Entries,
        ),
        (&|tx, e| tx.delete(object(tx, &e), "ord").unwrap(), Foreign::Delete),
        (&|tx, e| tx.put(object(tx, &e), "ord", ScalarValue::Null).unwrap(), Foreign::Value),
        (&|tx, e| tx.put(object(tx, &e), "ord", 1.5).unwrap(), Foreign::Value),
        (&|tx, e| tx.put(object(tx, &e), "n", ScalarValue::counter(1)).unwrap(), Foreign::Value),
        (&|tx, e| tx.put(object(tx, &e), "x".repeat(201), 1).unwrap(), Foreign::Field),
        (
            &|tx, e| drop(tx.put_object(object(tx, &e), "m", automerge::ObjType::Map).unwrap()),
            Foreign::Container,
        ),
        (
            &|tx, e| drop(tx.put_object(object(tx, &e), "l", automerge::ObjType::List).unwrap()),
            Foreign::Other,
        ),
        (&|tx, e| tx.insert(page(tx, &e), 0, 7).unwrap(), Foreign::Text),
        (&|tx, e| tx.put(page(tx, &e), 0, "x").unwrap(), Foreign::Text),
    ];
    for (write, expected) in cases {
        let change = beside(&ana, BEN, write);
        let heard = RefCell::new(Vec::new());
        let law = |_: &Change, _: Person, operations: &[Operation]| {
            heard.borrow_mut().extend_from_slice(operations);
            Verdict::Unlawful("foreign")
        };
        let applied = ana.apply(signed(&[change]), &law).unwrap();
        assert_eq!(applied.refused.len(), 1, "{expected:?}");
        assert!(heard.borrow().contains(&Operation::Foreign(expected)), "{expected:?} {heard:?}");
    }
    let late = beside(&ana, BEN, |tx, e| {
        tx.put_object(object(tx, &e), "second page", automerge::ObjType::Text).unwrap();
    });
    let law = |_: &Change, _: Person, operations: &[Operation]| {
        let is_late = matches!(operations, [Operation::MakeText { is_at_birth: false, .. }]);
        if is_late { Verdict::Unlawful("late") } else { Verdict::Lawful }
    };
    assert_eq!(ana.apply(signed(&[late]), &law).unwrap().refused.len(), 1);
}

#[test]
fn headers_that_we_do_not_write_are_malformed() {
    let change = note(&mut begin(ANA), &key(Slot::First, 1));
    let alter = |alter: &dyn Fn(&mut ExpandedChange)| {
        let mut expanded = automerge::Change::try_from(change.bytes()).unwrap().decode();
        alter(&mut expanded);
        Change::parse(automerge::Change::from(expanded).raw_bytes().to_vec()).err()
    };
    assert_eq!(alter(&|_| ()), None);
    let foreign = Some(MalformedChange::ForeignHeader);
    assert_eq!(alter(&|c| c.time = 1), foreign);
    assert_eq!(alter(&|c| c.message = Some("hello".to_owned())), foreign);
    assert_eq!(alter(&|c| c.actor_id = ActorId::from(&[1u8; 15][..])), foreign);
    assert_eq!(alter(&|c| c.seq = 0), foreign);
    let operations = Some(MalformedChange::Operations);
    assert_eq!(alter(&|c| c.extra_bytes = vec![1]), operations);
    assert_eq!(alter(&|c| c.operations.clear()), operations);
    assert_eq!(alter(&|c| c.start_op = (limits::MAX_OP - 2).try_into().unwrap()), operations);
    for kind in [0, 2, 3, 4, 255] {
        let mut bytes = change.bytes().to_vec();
        bytes[8] = kind;
        assert_eq!(Change::parse(bytes), Err(MalformedChange::NotAChange));
    }
    assert_eq!(Change::parse(vec![0; MAX_CHANGE_BYTES + 1]), Err(MalformedChange::TooLarge));
    let long = [("kind", words(&"long ".repeat(200)))];
    let mut ana = begin(ANA);
    let long = ana.edit(|edit| edit.create_entry(&key(Slot::First, 1), &long, None));
    let mut deflated = automerge::Change::try_from(long.unwrap().unwrap().bytes()).unwrap();
    assert!(deflated.bytes().len() < 500);
    assert_eq!(Change::parse(deflated.bytes().to_vec()), Err(MalformedChange::NotAChange));
}

#[test]
fn damaged_bytes_are_an_error_and_never_more() {
    let mut ana = begin(ANA);
    let first = note(&mut ana, &key(Slot::First, 1));
    let second = ana.edit(|edit| {
        edit.splice(&key(Slot::First, 1), "page", (0, 2), "TO")?;
        edit.put(&key(Slot::First, 1), "ord", Scalar::Uint(77))
    });
    let second = second.unwrap().unwrap();
    let mut accepted = 0;
    for change in [&first, &second] {
        let whole = change.bytes();
        for length in 0..whole.len() {
            assert!(Change::parse(whole[..length].to_vec()).is_err());
        }
        // With the checksum made right again, as only a broken or broken-into phone would.
        let contents = change.contents();
        for place in 0..contents.len() * 8 {
            let mut flipped = whole.to_vec();
            let at = whole.len() - contents.len() + place / 8;
            flipped[at] ^= 1 << (place % 8);
            assert_eq!(Change::parse(flipped.clone()), Err(MalformedChange::WrongChecksum));
            let contents = &flipped[whole.len() - contents.len()..];
            let Ok(forged) = Change::parse(enclose(contents)) else { continue };
            let mut ben = begin(BEN);
            if *change == second {
                give_one(&mut ben, &first);
            }
            let result = ben.apply(signed(&[forged]), &lawful);
            let applied = result.expect("Automerge is not reached by what it cannot read");
            assert_eq!(applied.faulty, []);
            accepted += applied.applied.len();
            if !applied.applied.is_empty() {
                ben.save().expect("what was accepted can be saved");
            }
        }
    }
    assert!(accepted > 0, "a flipped letter is another letter");
}

#[test]
fn claimed_rows_cost_nothing() {
    let first = note(&mut begin(ANA), &key(Slot::First, 1));
    let prefix = &first.contents()[..first.contents().len() - first.tail().len()];
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f];
    let run = |value: u8| [&huge[..], &[value]].concat();
    let change = |columns: &[(u8, &[u8])]| {
        let mut contents = prefix.to_vec();
        contents.extend_from_slice(&[0, columns.len() as u8]);
        for (kind, bytes) in columns {
            contents.extend_from_slice(&[*kind, bytes.len() as u8]);
        }
        columns.iter().for_each(|(_, bytes)| contents.extend_from_slice(bytes));
        Change::parse(enclose(&contents)).map(|change| change.ops())
    };
    let key: &[u8] = &[0x7f, 1, b'k'];
    let one = |action: &[u8], insert: &[u8], kind: &[u8], preds: &[u8]| {
        change(&[(0x15, key), (0x34, insert), (0x42, action), (0x56, kind), (0x70, preds)])
    };
    assert_eq!(one(&[0x7f, 1], &[1], &[0x7f, 2], &[0x7f, 0]), Ok(1));
    let malformed = Err(MalformedChange::Operations);
    assert_eq!(one(&run(1), &[1], &[0x7f, 2], &[0x7f, 0]), malformed);
    assert_eq!(one(&[0x7f, 1], &huge, &[0x7f, 2], &[0x7f, 0]), malformed);
    assert_eq!(one(&[0x7f, 1], &[0, 0, 0, 0, 1], &[0x7f, 2], &[0x7f, 0]), malformed);
    assert_eq!(one(&[0x7f, 1], &[1], &run(2), &[0x7f, 0]), malformed);
    assert_eq!(one(&[0x7f, 1], &[1], &[0x7f, 0xf6, 0xff, 0xff, 0x7f], &[0x7f, 0]), malformed);
    assert_eq!(one(&[0x7f, 1], &[1], &[0x7f, 2], &[&[0x7f][..], &huge].concat()), malformed);
    assert_eq!(one(&[0, 0xff, 0xff, 0x7f], &[1], &[0x7f, 2], &[0x7f, 0]), malformed);
    let preds: &[u8] = &[0x7f, 0xff, 0xff, 3];
    let actors = run(0);
    let bomb = change(&[
        (0x15, key),
        (0x34, &[1]),
        (0x42, &[0x7f, 1]),
        (0x56, &[0x7f, 2]),
        (0x70, preds),
        (0x71, &actors),
        (0x73, &run(1)),
    ]);
    assert_eq!(bomb, malformed);
    assert_eq!(change(&[(0x15, key), (0x4a, &[0x7f, 1])]), malformed);
}

#[test]
fn a_run_reads_back_and_nothing_else_does() {
    let (mut ana, mut ben) = (begin(ANA), begin(BEN));
    let entry = key(Slot::First, 1);
    let mut changes = vec![note(&mut ana, &entry)];
    give(&mut ben, &changes);
    changes.push(put(&mut ana, &entry, "ord", Scalar::Uint(2)));
    give_one(&mut ana, &put(&mut ben, &entry, "ord", Scalar::Uint(3)));
    changes.push(put(&mut ana, &entry, "ord", Scalar::Uint(4)));
    changes.push(put(&mut ana, &entry, "ord", Scalar::Uint(5)));
    let run = Run::of(&changes, 1).unwrap();
    let bytes = postcard::to_allocvec(&run).unwrap();
    let read = |bytes: &[u8]| postcard::from_bytes::<Run>(bytes).ok().map(Run::changes);
    assert_eq!(read(&bytes), Some(Ok(changes.clone())));
    assert_eq!(Run::of(&read(&bytes).unwrap().unwrap(), 1), Ok(run));
    let whole: usize = changes.iter().map(|change| change.bytes().len()).sum();
    assert!(bytes.len() + 100 < whole, "{} of {whole}", bytes.len());

    assert_eq!(Run::of(&[], 1), Err(MalformedRun::Size));
    let gap = [changes[0].clone(), changes[2].clone()];
    assert_eq!(Run::of(&gap, 1), Err(MalformedRun::NotConsecutive));
    for at in 1..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(!matches!(read(&flipped), Some(Ok(_))), "byte {at}");
    }
}

#[test]
fn genesis_is_what_automerge_made_once() {
    let mut made = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    made.set_actor(actor_of(GENESIS_WRITER));
    let mut transaction = made.transaction();
    transaction.put_object(ROOT, "entries", automerge::ObjType::Map).unwrap();
    transaction.put(ROOT, "volume", ScalarValue::Bytes(vec![0; 8])).unwrap();
    transaction.commit();
    let made = made.get_last_local_change().unwrap();
    assert_eq!(made.raw_bytes(), genesis(Volume(0), Edition(0)).unwrap().bytes());

    for (volume, edition) in [(0, 0), (1, 0), (u32::MAX, 0), (0, 1), (7, u32::MAX)] {
        let document = Document::begin(Volume(volume), Edition(edition), ANA).unwrap();
        let name = [volume.to_be_bytes(), edition.to_be_bytes()].concat();
        let (found, _) = document.automerge.get(ROOT, "volume").unwrap().unwrap();
        assert_eq!(found.as_bytes(), Some(&name[..]));
        let change = genesis(Volume(volume), Edition(edition)).unwrap();
        assert_eq!(document.heads(), [change.hash()]);
        let vector = format!("{}\n{}\n", change.hash(), hex(change.bytes()));
        check_vector(&format!("genesis-{volume}-{edition}.txt"), &vector);
    }
}

#[test]
fn changes_of_this_version_stay_readable() {
    let mut ana = begin(ANA);
    let entry = key(Slot::First, 1);
    let mut changes = vec![note(&mut ana, &entry)];
    changes.push(ana.edit(|edit| edit.splice(&entry, "page", (0, 2), "TO")).unwrap().unwrap());
    let run = postcard::to_allocvec(&Run::of(&changes, 1).unwrap()).unwrap();
    let hashes: String = changes.iter().map(|change| format!("{}\n", change.hash())).collect();
    check_vector("run.txt", &format!("{hashes}{}\n", hex(&run)));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares with a file that is written once, by `COUPLET_NEW_VECTORS=1`, and never changed.
#[expect(clippy::disallowed_methods, reason = "vectors are files, and tests may read them")]
fn check_vector(name: &str, found: &str) {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    while !path.join("tests/vectors").is_dir() {
        assert!(path.pop(), "tests/vectors is above this crate");
    }
    path.push("tests/vectors/document");
    path.push(name);
    if std::env::var("COUPLET_NEW_VECTORS").is_ok() && !path.exists() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), found, "{name}");
}

#[derive(Clone, Debug)]
enum Step {
    Create,
    Put(u8, u8, u8),
    Type(u8, u8, u8, u8),
    Exchange(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Create),
        3 => any::<(u8, u8, u8)>().prop_map(|(e, f, v)| Step::Put(e, f, v)),
        3 => any::<(u8, u8, u8, u8)>().prop_map(|(e, a, d, v)| Step::Type(e, a, d, v)),
        1 => any::<u64>().prop_map(Step::Exchange),
    ]
}

/// A small generator, so that a failing case is its seed.
fn shuffled<T>(mut items: Vec<T>, mut seed: u64) -> Vec<T> {
    for index in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(index, (seed >> 33) as usize % (index + 1));
    }
    items
}

fn take_step(document: &mut Document, slot: Slot, made: &mut u8, step: &Step) -> Option<Change> {
    let entries: Vec<EntryKey> = document.entries().collect();
    let pick = |number: u8| entries.get(usize::from(number) % entries.len().max(1)).cloned();
    match *step {
        Step::Create => {
            *made += 1;
            Some(note(document, &key(slot, *made)))
        }
        Step::Put(entry, field, value) => {
            let (entry, field) = (pick(entry)?, format!("field {}", field % 3));
            document.edit(|edit| edit.put(&entry, &field, Scalar::Uint(value.into()))).unwrap()
        }
        Step::Type(entry, at, delete, value) => {
            let entry = pick(entry)?;
            let length = document.entry(&entry)?.texts["page"].encode_utf16().count();
            let at = usize::from(at) % (length + 1);
            let delete = usize::from(delete % 4).min(length - at);
            let insert = ["", "x", "🥛", "many words"][usize::from(value % 4)];
            match document.edit(|edit| edit.splice(&entry, "page", (at, delete), insert)) {
                Ok(change) => change,
                Err(error) => {
                    assert_eq!(error, EditError::Position);
                    None
                }
            }
        }
        Step::Exchange(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_with_any_repetition_ends_the_same(
        steps in prop::collection::vec((any::<bool>(), step()), 1..40),
        seed in any::<u64>(),
    ) {
        let mut phones = [begin(ANA), begin(BEN)];
        let mut made = [0, 0];
        let mut all: Vec<Change> = Vec::new();
        for (who, step) in &steps {
            if let Step::Exchange(seed) = step {
                let some = shuffled(all.clone(), *seed);
                let kept = &some[..some.len() / 2];
                let applied = give(&mut phones[usize::from(*who)], kept);
                prop_assert!(applied.refused.is_empty() && applied.faulty.is_empty());
                continue;
            }
            let who = usize::from(*who);
            all.extend(take_step(&mut phones[who], Slot::BOTH[who], &mut made[who], step));
        }
        for (index, phone) in phones.iter_mut().enumerate() {
            let twice = shuffled([all.clone(), all.clone()].concat(), seed ^ index as u64);
            let applied = give(phone, &twice);
            prop_assert!(applied.waiting.is_empty() && applied.refused.is_empty());
        }
        let mut third = begin(WriterId([0xc; 16]));
        for change in shuffled(all.clone(), seed) {
            give(&mut third, &[change]);
        }
        give(&mut third, &shuffled(all.clone(), !seed));
        let [ana, ben] = &phones;
        let snapshot = ana.save().unwrap();
        let loaded = Document::load(Volume(0), Edition(0), ANA, Some(&snapshot), all.clone()).unwrap();
        for other in [ben, &third, &loaded] {
            prop_assert_eq!(ana.heads(), other.heads());
            prop_assert_eq!(ana.weight(), other.weight());
            for entry in ana.entries() {
                prop_assert_eq!(ana.entry(&entry), other.entry(&entry));
            }
        }
        for change in &all {
            prop_assert_eq!(ana.change(&change.hash()), Some(change.clone()));
        }
    }
}
