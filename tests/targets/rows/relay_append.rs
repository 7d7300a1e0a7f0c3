//! `relay-append`: how many words a second the relay makes durable when many couples write at once.

use std::time::Instant;

use couplet::RelayLink;
use couplet_proto::frame::Frame;
use couplet_tests::chance::Chance;
use couplet_tests::relay::Relay;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::couples::Member;
use crate::network;
use crate::report::{Line, Target, Unit};
use crate::sqlite;

/// Couples that write at once.
const COUPLES: usize = 500;

/// Rows in each transaction of the reference: one of each couple.
const GROUP: usize = COUPLES;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let each = bench.some(50);
    let home = bench.directory();
    let relay = Relay::start(&home.path().join("relay"));
    let link: RelayLink = relay.link.parse().unwrap();
    let mut chance = Chance::new(7);
    let members: Vec<Member> = (0..COUPLES).map(|_| Member::ana(&mut chance, &link)).collect();
    let written: Vec<_> = members.iter().map(|member| member.envelopes(each)).collect();
    let mut rows = Vec::new();
    for counter in 0..each {
        for (member, (_, sealed)) in members.iter().zip(&written) {
            rows.push((member.couple.log.id().0.0, counter as u64 + 1, sealed[counter].clone()));
        }
    }
    let took = bench.runtime().block_on(async {
        let endpoint = network::endpoint();
        let mut talks = Vec::new();
        for member in &members {
            talks.push(member.attach(&endpoint, &link, true).await);
        }
        let mut writing = JoinSet::new();
        let began = Instant::now();
        for (mut talk, (writer, sealed)) in talks.into_iter().zip(written) {
            writing.spawn(async move {
                // A phone sends what was written without waiting for what was sent before.
                let count = sealed.len() as u64;
                for envelope in sealed {
                    talk.say(&Frame::Envelopes(vec![envelope])).await;
                }
                talk.stored(writer, count).await;
                talk
            });
        }
        let talks = writing.join_all().await;
        let took = began.elapsed();
        drop(talks);
        took
    });
    let began = Instant::now();
    sqlite::append(&home.path().join("reference.db"), &rows, GROUP);
    let reference = rows.len() as f64 / began.elapsed().as_secs_f64();
    let measured = rows.len() as f64 / took.as_secs_f64();
    let line = Line::new("relay-append", Unit::PerSecond, measured).against(reference);
    let note = "500 connections of one process beside the relay; against a commit for each 500 of \
                the same rows, in SQLCipher without a key, which is SQLite";
    vec![line.target(Target::AtLeastTimes(0.6)).note(note)]
}
