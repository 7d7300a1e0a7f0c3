//! Have vectors, as they stand in frames.

use couplet_proto::hash::Hash;
use couplet_proto::have::{Entry, Have, Span, Tip, WriterHave};
use couplet_proto::ids::WriterId;
use couplet_proto::item;
use couplet_proto::limits::MAX_RANGES_BEYOND;

use crate::file::{Made, Outcome, Vector};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let bytes = vector.bytes("bytes");
    let entries = item::decode::<Vec<Entry>>(&bytes, "have");
    let Ok(have) = entries.and_then(Have::from_entries) else { return Outcome::error("malformed") };
    assert_eq!(item::encode(&have.to_entries()), bytes, "it is written as it was");
    describe(Outcome::ok(), &have)
}

/// What it holds of each writer.
pub(crate) fn describe(mut outcome: Outcome, have: &Have) -> Outcome {
    for (writer, WriterHave { base, tip, beyond }) in have.iter() {
        outcome = outcome.holds("writer", &writer.0);
        outcome = outcome.says("base", place(base)).says("tip", place(tip));
        for Span { first, previous, last } in beyond {
            let span = format!("{first} after {previous} to {}", place(last));
            outcome = outcome.says("beyond", span);
        }
    }
    outcome
}

fn place(tip: &Tip) -> String {
    format!("{} {}", tip.counter, tip.hash)
}

fn tip(counter: u64) -> Tip {
    Tip { counter, hash: if counter == 0 { Hash::ZERO } else { Hash([counter as u8; 32]) } }
}

fn span(first: u64, last: u64) -> Span {
    Span { first, previous: tip(first - 1).hash, last: tip(last) }
}

/// A writer of whom 1 to 5 are held, the first two covered, and 7 to 9 beyond a hole.
pub(crate) fn entry(writer: u8) -> Entry {
    let have = WriterHave { base: tip(2), tip: tip(5), beyond: vec![span(7, 9)] };
    Entry { writer: WriterId([writer; 16]), have }
}

fn with(change: impl FnOnce(&mut WriterHave)) -> Vec<Entry> {
    let mut changed = entry(1);
    change(&mut changed.have);
    vec![changed]
}

pub(crate) fn made() -> Vec<Made> {
    let make = |name, expect, about, entries: Vec<Entry>| {
        Made::new(name, expect, about).bytes("bytes", &item::encode(&entries))
    };
    let many = |count: usize| {
        let spans = (0..count as u64).map(|index| span(7 + index * 2, 7 + index * 2)).collect();
        with(|have| have.beyond = spans)
    };
    let bad = "malformed";
    let mut long = item::encode(&vec![entry(1)]);
    long[0] |= 0x80;
    long.insert(1, 0);
    vec![
        make("nothing", "ok", "nobody's", Vec::new()),
        make("two-writers", "ok", "each with a hole", vec![entry(1), entry(2)]),
        make("most-holes", "ok", "as many as there may be", many(MAX_RANGES_BEYOND)),
        make("too-many-holes", bad, "one more", many(MAX_RANGES_BEYOND + 1)),
        make("out-of-order", bad, "the second writer first", vec![entry(2), entry(1)]),
        make("writer-twice", bad, "a writer twice", vec![entry(1), entry(1)]),
        make("base-beyond-tip", bad, "covers what is not held", with(|h| h.base = tip(6))),
        make("no-hole", bad, "a span right behind the tip", with(|h| h.beyond = vec![span(6, 7)])),
        make(
            "span-backwards",
            bad,
            "its end before its beginning",
            with(|h| {
                h.beyond = vec![span(9, 7)];
            }),
        ),
        make(
            "spans-overlap",
            bad,
            "8 is in both",
            with(|h| {
                h.beyond = vec![span(7, 8), span(8, 9)];
            }),
        ),
        make(
            "last-counter-there-is",
            bad,
            "nothing could follow",
            with(|h| {
                h.beyond = vec![span(7, u64::MAX)];
            }),
        ),
        Made::new("number-the-long-way", bad, "a second spelling").bytes("bytes", &long),
    ]
}
