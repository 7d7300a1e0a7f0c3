//! Bodies: what an envelope's content says.

use couplet_engine::body::{Body, MAX_BODY, NotABody, Seen};
use couplet_engine::document::{MalformedRun, Run};
use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;
use couplet_proto::item::{self, Item, kind};
use couplet_tests::hex::unhex;

use crate::file::{Made, Outcome, Vector};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let content = vector.bytes("bytes");
    let body = match Body::read(&content) {
        Ok(body) => body,
        Err(NotABody::Malformed(_)) => return Outcome::error("malformed"),
        Err(NotABody::Run(_)) => return Outcome::error("run"),
        Err(NotABody::TooNew) => return Outcome::error("too new"),
    };
    let mut outcome = Outcome::ok();
    for run in body.runs {
        outcome = outcome.says("law", run.law);
        let changes = match run.changes() {
            Ok(changes) => changes,
            Err(MalformedRun::WrongHash) => return Outcome::error("wrong hash"),
            Err(_) => return Outcome::error("run"),
        };
        for change in changes {
            outcome = outcome.holds("change", change.hash().as_bytes());
            outcome = outcome.holds("writer", &change.writer().0).holds("bytes", change.bytes());
        }
    }
    for envelope in body.carried {
        outcome = outcome.holds("carried", &envelope);
    }
    if let Some(nonce) = body.opened {
        outcome = outcome.holds("opened", &nonce);
    }
    let Seen { is_shared, changed, digest } = body.seen;
    outcome = outcome.says("shares delivery", is_shared);
    for (writer, counter) in changed {
        outcome = outcome.holds("has seen of writer", &writer.0).says("counter", counter);
    }
    match digest {
        Some(digest) => outcome.holds("digest", digest.as_bytes()),
        None => outcome,
    }
}

/// The run of `document/run.txt`, which is frozen already.
fn frozen_run() -> Run {
    let text = include_str!("document/run.txt");
    let run = unhex(text.lines().last().unwrap()).unwrap();
    item::decode(&run, "run").unwrap()
}

fn sections(run: &Run, seen: &Seen) -> Vec<u8> {
    let mut sections = Vec::new();
    Item::new(kind::SECTION + 1, true, &item::encode(run)).write(&mut sections);
    Item::new(kind::SECTION + 2, false, &item::encode(seen)).write(&mut sections);
    sections
}

/// Not compressed: zstd's own frame around the sections as they are, which no version of zstd
/// writes differently. (`compressed.txt` is the same as the first version compressed it; another
/// zstd may do better.)
fn content(sections: &[u8]) -> Vec<u8> {
    let mut content = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    content.extend_from_slice(&u32::try_from(sections.len()).unwrap().to_le_bytes());
    let block = u32::try_from(sections.len()).unwrap() << 3 | 1;
    content.extend_from_slice(&block.to_le_bytes()[..3]);
    content.extend_from_slice(sections);
    content
}

/// A frame that says it holds so many zeros.
fn zeros(count: usize) -> Vec<u8> {
    let count = u32::try_from(count).unwrap();
    let mut content = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    content.extend_from_slice(&count.to_le_bytes());
    let mut left = count;
    while left > 0 {
        let size = left.min(128 * 1024);
        left -= size;
        let block = size << 3 | 0b10 | u32::from(left == 0);
        content.extend_from_slice(&block.to_le_bytes()[..3]);
        content.push(0);
    }
    content
}

/// So many envelopes of three bytes.
fn carried(count: u32) -> Vec<u8> {
    let envelopes: Vec<Vec<u8>> = (0..count).map(|_| vec![1, 2, 3]).collect();
    content(&Item::new(kind::SECTION + 3, true, &item::encode(&envelopes)).to_bytes())
}

pub(crate) fn made() -> Vec<Made> {
    let make = |name, expect, about, content: &[u8]| {
        Made::new(name, expect, about).bytes("bytes", content)
    };
    let run = frozen_run();
    let seen = Seen {
        is_shared: true,
        changed: vec![(WriterId([1; 16]), 7), (WriterId([2; 16]), 1 << 40)],
        digest: Some(Hash([3; 32])),
    };
    let both = sections(&run, &seen);
    let spelled = |number: u16, critical, own: &[u8]| {
        content(&Item::new(kind::SECTION + number, critical, own).to_bytes())
    };
    let (lax, strict) =
        (spelled(1, false, &item::encode(&run)), spelled(2, true, &item::encode(&seen)));
    let with = |number: u16, critical, bytes: &[u8]| {
        let mut sections = both.clone();
        Item::new(kind::SECTION + number, critical, bytes).write(&mut sections);
        content(&sections)
    };
    let mut wrong = item::encode(&run);
    let last = wrong.len() - 1;
    wrong[last] ^= 1;
    let mut wrong_hash = Vec::new();
    Item::new(kind::SECTION + 1, true, &wrong).write(&mut wrong_hash);
    let mut long = item::encode(&seen);
    long.push(0);
    let mut followed = Vec::new();
    Item::new(kind::SECTION + 2, false, &long).write(&mut followed);
    let bad = "malformed";
    vec![
        make("run-and-seen", "ok", "three changes, and what was seen", &content(&both)),
        make("carried", "ok", "two envelopes, whole; nobody has looked into them", &carried(2)),
        make("carried-too-many", bad, "513 envelopes", &carried(513)),
        make("opened", "ok", "a joiner opens the nonce", &spelled(4, false, &[7; 16])),
        make("opened-critical", "too new", "a second spelling", &spelled(4, true, &[7; 16])),
        make("opened-long", bad, "a byte too many", &spelled(4, false, &[7; 17])),
        make("opened-short", bad, "a byte too few", &spelled(4, false, &[7; 15])),
        make("nothing", "ok", "no section at all", &content(&[])),
        make("unknown-section", "ok", "of a later version, skipped", &with(99, false, b"new")),
        make("unknown-critical-section", "too new", "is not skipped", &with(99, true, b"new")),
        make("run-not-critical", "ok", "a second spelling, skipped", &lax),
        make("seen-critical", "too new", "a second spelling", &strict),
        make("wrong-hash", "wrong hash", "the last change is another", &content(&wrong_hash)),
        make("seen-followed", bad, "a byte more than it says", &content(&followed)),
        make("section-cut", bad, "the last byte is missing", &content(&both[..both.len() - 1])),
        make("bomb", bad, "zeros, one more than a body may have", &zeros(MAX_BODY + 1)),
        make("not-compressed", bad, "sections without a frame of zstd", &both),
    ]
}
