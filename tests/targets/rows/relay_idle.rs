//! `relay-idle`: what a phone that is attached and says nothing costs the relay.

use couplet::RelayLink;
use couplet_tests::chance::Chance;
use couplet_tests::relay::Relay;

use crate::bench::{Bench, resident};
use crate::couples::Member;
use crate::network::{self, Echo};
use crate::report::{Line, Target, Unit};

/// Phones that are attached.
const DEVICES: usize = 2_000;

/// Connections before the first that counts: what every process has once.
const WARM: usize = 20;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let devices = bench.some(DEVICES);
    let measured = bench.runtime().block_on(ours(bench, devices));
    let reference = bench.runtime().block_on(theirs(bench, devices));
    let line = Line::new("relay-idle", Unit::Kibibytes, measured).against(reference);
    let note = "both devices of each couple; against bare quinn, tuned, after one echo";
    vec![line.target(Target::AtMostTimes(1.4)).note(note)]
}

async fn ours(bench: &Bench, devices: usize) -> f64 {
    let home = bench.directory();
    let relay = Relay::start(&home.path().join("relay"));
    let link: RelayLink = relay.link.parse().unwrap();
    let (endpoint, mut chance) = (network::endpoint(), Chance::new(8));
    let mut talks = Vec::new();
    let mut before = 0;
    for couple in 0..(WARM + devices) / 2 {
        if couple == WARM / 2 {
            before = resident(relay.process()).0;
        }
        let [ana, ben] = Member::both(&mut chance, &link);
        talks.push(ana.attach(&endpoint, &link, true).await);
        talks.push(ben.attach(&endpoint, &link, false).await);
    }
    each(resident(relay.process()).0 - before, devices)
}

async fn theirs(bench: &Bench, devices: usize) -> f64 {
    let directory = bench.directory();
    let echo = Echo::start(directory.path());
    let endpoint = network::endpoint();
    let mut connections = Vec::new();
    let mut before = 0;
    for number in 0..WARM + devices {
        if number == WARM {
            before = resident(echo.process()).0;
        }
        let connection = echo.connect(&endpoint, echo.address()).await;
        let mut streams = connection.open_bi().await.unwrap();
        network::echo(&mut streams).await;
        connections.push(connection);
    }
    each(resident(echo.process()).0 - before, devices)
}

fn each(bytes: u64, devices: usize) -> f64 {
    bytes as f64 / devices as f64 / 1_024.0
}
