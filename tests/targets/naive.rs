//! What somebody would write first: the whole notebook in one Automerge document of nested objects.
//!
//! Every entry is a map of scalars with a `Text`, a list of replies and a map of reactions; every
//! action is a change of its own, and a body is typed in five bursts. The method is that of
//! research/baselines.md, section A.

use automerge::transaction::{Transactable as _, Transaction};
use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, ReadDoc as _};
use couplet_tests::standard::{BLOCK, Deed, HEART, Story};

/// Changes in which a body is typed.
const BURSTS: usize = 5;

/// The first so many entries of the story with that seed.
pub(crate) fn build(seed: u64, entries: usize) -> Automerge {
    let mut document = Automerge::new().with_actor(actor(0));
    commit(&mut document, 0, |tx| {
        tx.put_object(ROOT, "entries", ObjType::Map).unwrap();
    });
    let mut story = Story::new(seed);
    while story.told() < entries {
        let block = story.block(BLOCK.min(entries - story.told()));
        for (by, deeds) in block.deeds.iter().enumerate() {
            deeds.iter().for_each(|deed| carry_out(&mut document, by, deed));
        }
    }
    document
}

/// Does what the person does, in as many changes as it takes.
pub(crate) fn carry_out(document: &mut Automerge, by: usize, deed: &Deed) {
    match deed {
        Deed::Write { entry, kind, day, text } => {
            commit(document, by, |tx| new_entry(tx, *entry, by, kind.name(), *day));
            let body = object(document, *entry, "body");
            for at in (0..text.len()).step_by(text.len().div_ceil(BURSTS)) {
                let burst = &text[at..text.len().min(at + text.len().div_ceil(BURSTS))];
                commit(document, by, |tx| tx.splice_text(&body, at, 0, burst).unwrap());
            }
        }
        Deed::Reply { entry, text } => {
            let replies = object(document, *entry, "replies");
            let end = document.length(&replies);
            commit(document, by, |tx| {
                let reply = tx.insert_object(&replies, end, ObjType::Map).unwrap();
                tx.put(&reply, "author", by as i64).unwrap();
                tx.put(&reply, "at", *entry as i64).unwrap();
                tx.put(&reply, "text", text.as_str()).unwrap();
            });
        }
        Deed::React { entry } => {
            let reactions = object(document, *entry, "reactions");
            commit(document, by, |tx| tx.put(&reactions, HEART, by as i64).unwrap());
        }
        Deed::Edit { entry, at, delete, insert, .. } => {
            splice(document, by, *entry, (*at, *delete), insert);
        }
    }
}

/// One change of an entry's text.
pub(crate) fn splice(
    document: &mut Automerge,
    by: usize,
    entry: usize,
    (at, delete): (usize, usize),
    insert: &str,
) {
    let body = object(document, entry, "body");
    let delete = isize::try_from(delete).unwrap();
    commit(document, by, |tx| tx.splice_text(&body, at, delete, insert).unwrap());
}

fn new_entry(tx: &mut Transaction<'_>, entry: usize, by: usize, kind: &str, day: i32) {
    let entries = tx.get(ROOT, "entries").unwrap().unwrap().1;
    let map = tx.put_object(&entries, name(entry), ObjType::Map).unwrap();
    tx.put(&map, "kind", kind).unwrap();
    tx.put(&map, "author", by as i64).unwrap();
    tx.put(&map, "at", i64::from(day)).unwrap();
    tx.put(&map, "upd", i64::from(day)).unwrap();
    tx.put(&map, "mood", 3_i64).unwrap();
    tx.put(&map, "pin", false).unwrap();
    tx.put(&map, "place", "home").unwrap();
    tx.put(&map, "tags", "").unwrap();
    tx.put_object(&map, "body", ObjType::Text).unwrap();
    tx.put_object(&map, "replies", ObjType::List).unwrap();
    tx.put_object(&map, "reactions", ObjType::Map).unwrap();
}

fn commit<T>(
    document: &mut Automerge,
    by: usize,
    work: impl FnOnce(&mut Transaction<'_>) -> T,
) -> T {
    document.set_actor(actor(by));
    let mut tx = document.transaction();
    let done = work(&mut tx);
    tx.commit();
    done
}

fn object(document: &Automerge, entry: usize, field: &str) -> ObjId {
    let entries = document.get(ROOT, "entries").unwrap().unwrap().1;
    let map = document.get(&entries, name(entry)).unwrap().unwrap().1;
    document.get(&map, field).unwrap().unwrap().1
}

fn name(entry: usize) -> String {
    format!("{entry:08}")
}

fn actor(by: usize) -> ActorId {
    ActorId::from([u8::try_from(by).unwrap_or(u8::MAX) + 1; 16])
}
