//! Frames, as they stand on a connection.

use couplet_proto::frame::{Attach, Frame, NotAFrame, Reason, Refuse, Statements, Stored};
use couplet_proto::hash::Hash;
use couplet_proto::have::Have;
use couplet_proto::ids::{NotebookId, WriterId};
use couplet_proto::item::{self, Item, kind};
use couplet_proto::limits::MAX_FRAME;
use couplet_proto::statement::{Locator, LogHead};

use crate::file::{Made, Outcome, Vector};
use crate::have;

pub(crate) fn read(vector: &Vector) -> Outcome {
    let bytes = vector.bytes("bytes");
    match Frame::read(&bytes) {
        Ok(Some(frame)) => {
            assert_eq!(frame.to_bytes(), bytes, "it is written as it was");
            describe(frame)
        }
        Ok(None) => Outcome::error("skipped"),
        Err(NotAFrame::Malformed(_)) => Outcome::error("malformed"),
        Err(NotAFrame::TooNew) => Outcome::error("too new"),
    }
}

fn describe(frame: Frame) -> Outcome {
    let says = |name: &str| Outcome::ok().says("frame", name);
    let all = |outcome: Outcome, bytes: &[Vec<u8>]| {
        bytes.iter().fold(outcome, |outcome, bytes| outcome.holds("holds", bytes))
    };
    match frame {
        Frame::Attach(Attach { notebook, log, have }) => {
            let outcome = says("attach").holds("notebook", notebook.0.as_bytes());
            have::describe(head(outcome, log), &Have::from_entries(have).unwrap())
        }
        Frame::Stored(Stored { log, have }) => {
            have::describe(head(says("stored"), log), &Have::from_entries(have).unwrap())
        }
        Frame::Envelopes(envelopes) => all(says("envelopes"), &envelopes),
        Frame::Statements(Statements { notebook, from, statements }) => {
            let outcome = says("statements").holds("notebook", notebook.0.as_bytes());
            all(outcome.says("from", from), &statements)
        }
        Frame::Refuse(Refuse { reason, envelope, retry_after }) => {
            let mut outcome = says("refuse").says("reason", format!("{reason:?}"));
            if let Some((writer, counter)) = envelope {
                outcome = outcome.holds("writer", &writer.0).says("counter", counter);
            }
            match retry_after {
                Some(seconds) => outcome.says("retry after", seconds),
                None => outcome,
            }
        }
        Frame::Knock(request) => says("knock").holds("holds", &request),
        Frame::Requests(requests) => all(says("requests"), &requests),
        Frame::Recall(locator) => says("recall").holds("locator", &locator.0),
        Frame::Ping(number) => says("ping").says("number", number),
        Frame::Pong(number) => says("pong").says("number", number),
    }
}

fn head(outcome: Outcome, log: LogHead) -> Outcome {
    outcome.says("log length", log.length).holds("log hash", log.hash.as_bytes())
}

fn refuse(reason: Reason) -> Frame {
    let envelope = (reason == Reason::Full).then_some((WriterId([9; 16]), 300));
    Frame::Refuse(Refuse { reason, envelope, retry_after: envelope.map(|_| 60) })
}

pub(crate) fn made() -> Vec<Made> {
    let make =
        |name, expect, about, bytes: &[u8]| Made::new(name, expect, about).bytes("bytes", bytes);
    let (notebook, log) = (NotebookId(Hash([4; 32])), LogHead { length: 3, hash: Hash([6; 32]) });
    let have = vec![have::entry(1), have::entry(2)];
    let good = [
        ("attach", Frame::Attach(Attach { notebook, log, have: have.clone() })),
        ("attach-nothing", Frame::Attach(Attach { notebook, log, have: Vec::new() })),
        ("stored", Frame::Stored(Stored { log, have })),
        ("envelopes", Frame::Envelopes(vec![vec![1, 2], vec![3]])),
        (
            "statements",
            Frame::Statements(Statements { notebook, from: 2, statements: vec![vec![5]] }),
        ),
        ("refuse-not-a-member", refuse(Reason::NotAMember)),
        ("refuse-log-conflict", refuse(Reason::LogConflict)),
        ("refuse-not-allowed", refuse(Reason::NotAllowed)),
        ("refuse-fork", refuse(Reason::Fork)),
        ("refuse-not-invited", refuse(Reason::NotInvited)),
        ("refuse-full", refuse(Reason::Full)),
        ("refuse-busy", refuse(Reason::Busy)),
        ("refuse-dissolved", refuse(Reason::Dissolved)),
        ("knock", Frame::Knock(vec![1, 2, 3])),
        ("requests", Frame::Requests(vec![vec![1, 2, 3]])),
        ("recall", Frame::Recall(Locator([6; 32]))),
        ("ping", Frame::Ping(300)),
        ("pong", Frame::Pong(300)),
    ];
    let mut all: Vec<Made> = good
        .into_iter()
        .map(|(name, frame)| make(name, "ok", "as it is sent", &frame.to_bytes()))
        .collect();
    let item = |number: u16, critical, own: &[u8]| {
        Item::new(kind::FRAME + number, critical, own).to_bytes()
    };
    let ping = item::encode(&300_u64);
    let mut huge = item(9, true, &[]);
    huge[4..].copy_from_slice(&u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes());
    let bad = "malformed";
    all.extend([
        make("unknown", "skipped", "a later version's, not critical", &item(99, false, b"new")),
        make("unknown-critical", "too new", "a later version's", &item(99, true, b"new")),
        make("ping-not-critical", "skipped", "a second spelling", &item(8, false, &ping)),
        make("ping-cut", bad, "half of its number", &item(8, true, &ping[..1])),
        make("recall-cut", bad, "half of what is asked", &item(20, true, &[6; 16])),
        make("ping-followed", bad, "a byte more", &item(8, true, &[1, 0])),
        make("four-billion-envelopes", bad, "a count", &item(3, true, &[255, 255, 255, 255, 15])),
        make("too-long", bad, "its length alone", &huge),
    ]);
    all
}
