//! `cold-reconnect`: a program that starts, and has everything that was written meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use couplet::{Couplet, Kind};
use couplet_tests::chance::Chance;
use couplet_tests::phones::PATIENCE;
use couplet_tests::relay::Relay;
use couplet_tests::standard::words;
use couplet_tests::terminal::Phone;

use super::live::stay_attached;
use crate::bench::Bench;
use crate::network::{self, Echo};
use crate::notebooks::Copied;
use crate::report::{Line, Target};
use crate::times::Times;

/// Notes that wait at the relay, sent as they were written.
const PENDING: usize = 200;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let large = ours(bench, bench.large());
    let small = ours(bench, bench.small());
    let reference = bench.runtime().block_on(theirs(bench, 50));
    vec![
        Line::time("cold-reconnect", large.p50())
            .against_time(reference.p50())
            .target(Target::AtMost(20.0))
            .note("from exec to the program's answer; against a QUIC connect and echo"),
        Line::growth("cold-reconnect", large.p50(), small.p50()),
    ]
}

/// From the start of `couplet sync` to its answer.
fn ours(bench: &Bench, entries: usize) -> Times {
    let notebook = bench.notebook(entries);
    let relay = notebook.relay();
    let ana = terminal(bench, &notebook, &relay);
    let mut times = Times::new();
    let ben = bench.runtime().block_on(async {
        let ben = notebook.phone("ben", &relay.link).await;
        stay_attached(&ben).await;
        ben
    });
    let mut chance = Chance::new(6);
    for _ in 0..bench.some(15) {
        bench.runtime().block_on(pend(&ben, &mut chance));
        let began = Instant::now();
        let answer = ana.ask(&["sync"]);
        times.push(began.elapsed());
        assert_eq!(answer["caught_up"], true);
        assert_ne!(answer["received"], 0);
    }
    times
}

/// Ana's phone as the program has it.
fn terminal(bench: &Bench, notebook: &Copied, relay: &Relay) -> Phone {
    bench.runtime().block_on(async {
        let ana = notebook.phone("ana", &relay.link).await;
        ana.sync(PATIENCE).await.unwrap();
        ana.shutdown().await;
    });
    let place = notebook.place("ana");
    fs::write(place.directory.join("key"), "07".repeat(32)).unwrap();
    let phone = Phone::new(notebook.home(), "Ana");
    // The program looks for the mark elsewhere: once it has found none, it writes as somebody new.
    assert_eq!(phone.ask(&["sync"])["caught_up"], true);
    phone
}

/// Leaves notes at the relay.
async fn pend(ben: &Couplet, chance: &mut Chance) {
    for _ in 0..PENDING {
        ben.write(Kind::Note, 20_100, &words(chance, 100)).await.unwrap();
    }
    while ben.status().await.unwrap().pending > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A QUIC connect and one echo, on an endpoint that is there.
async fn theirs(bench: &Bench, count: usize) -> Times {
    let directory = bench.directory();
    let echo = Echo::start(directory.path());
    let endpoint = network::endpoint();
    let mut times = Times::new();
    for _ in 0..count {
        let began = Instant::now();
        let connection = echo.connect(&endpoint, echo.address()).await;
        network::echo(&mut connection.open_bi().await.unwrap()).await;
        times.push(began.elapsed());
    }
    times
}
