//! `round-trips`: waking up far from the relay.

use std::time::{Duration, Instant};

use couplet::{Couplet, Event, Kind};
use couplet_tests::phones::PATIENCE;
use couplet_tests::proxy::Proxy;
use couplet_tests::proxy::weather::Weather;

use crate::bench::Bench;
use crate::network::{self, Echo};
use crate::report::{Line, Target, Unit};
use crate::times::Times;

/// The way to the relay, one way.
const ONE_WAY: Duration = Duration::from_millis(50);

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let notebook = bench.notebook(bench.small());
    let relay = notebook.relay();
    let way = far_from(&relay.listen);
    let far = way.link(&relay.link);
    let rtt = one_echo(bench);
    bench.runtime().block_on(async {
        let ben = notebook.phone("ben", &relay.link).await;
        // What a phone believes of a relay is forgotten when it is told of another.
        let ana = notebook.phone("ana", &far).await;
        ana.sync(PATIENCE).await.unwrap();
        ana.shutdown().await;
        let (mut cold, mut resumed) = (Times::new(), Times::new());
        for _ in 0..bench.some(5) {
            let ana = notebook.phone("ana", &far).await;
            // The process has just begun: it knows the relay's address and key and nothing else.
            apart(&ana, &ben).await;
            cold.push(wake(&ana).await);
            for _ in 0..2 {
                apart(&ana, &ben).await;
                resumed.push(wake(&ana).await);
            }
            ana.shutdown().await;
        }
        let trips = |times: &Times| times.p50().as_secs_f64() / rtt.as_secs_f64();
        vec![
            Line::new("round-trips", Unit::RoundTrips, trips(&resumed))
                .target(Target::AtMost(1.2))
                .note("resumed in the same process; wake to converged, both had written"),
            Line::new("round-trips cold", Unit::RoundTrips, trips(&cold))
                .target(Target::AtMost(2.2))
                .note("the first connection of a process"),
        ]
    })
}

/// Both write while they are apart, and Ben's words are at the relay.
async fn apart(ana: &Couplet, ben: &Couplet) {
    for phone in [ana, ben] {
        phone.write(Kind::Note, 20_100, "while we were apart").await.unwrap();
    }
    ben.sync(PATIENCE).await.unwrap();
}

/// From waking to having the same on both sides.
async fn wake(phone: &Couplet) -> Duration {
    let mut events = phone.events();
    let began = Instant::now();
    let caught_up = async {
        while events.recv().await.unwrap() != Event::CaughtUp {}
        began.elapsed()
    };
    let (took, done) = tokio::join!(caught_up, phone.sync(PATIENCE));
    assert!(done.unwrap().received > 0);
    took
}

/// A long way, in clear weather.
fn far_from(address: &str) -> Proxy {
    let way = Proxy::before(address, 9);
    way.set(Weather { delay: ONE_WAY, ..Weather::default() });
    way
}

/// What there and back takes on such a way.
fn one_echo(bench: &Bench) -> Duration {
    let directory = bench.directory();
    let echo = Echo::start(directory.path());
    let way = far_from(&echo.address().to_string());
    let mut times = Times::new();
    bench.runtime().block_on(async {
        let connection = echo.connect(&network::endpoint(), way.address).await;
        let mut streams = connection.open_bi().await.unwrap();
        for _ in 0..5 {
            let began = Instant::now();
            network::echo(&mut streams).await;
            times.push(began.elapsed());
        }
    });
    times.p50()
}
