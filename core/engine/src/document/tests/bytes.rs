//! Bytes that this version writes, that another would, and that are neither.

use std::fs;
use std::path::PathBuf;

use super::*;

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
