//! `live`: one writes, and the other's phone shows it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use couplet::{Couplet, Event, Kind};
use couplet_tests::chance::Chance;
use couplet_tests::standard::words;
use tokio::sync::broadcast::Receiver;

use crate::bench::Bench;
use crate::network::{self, ECHO, Echo};
use crate::report::{Line, Target};
use crate::times::Times;

/// Between two writes: both sides have gone to sleep.
const PACE: Duration = Duration::from_millis(20);

/// Flushes between the two: writer, relay, reader, and one to spare.
const FLUSHES: usize = 4;

/// Writes before the first that counts.
const WARM: usize = 20;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let (large, reference) = times(bench, bench.large());
    let (small, _) = times(bench, bench.small());
    let note = "two phones in this process, the relay in its own; against a QUIC echo and four \
                fdatasyncs, in turn with it";
    vec![
        Line::time("live", large.p50())
            .against_time(reference.p50())
            .target(Target::AtMostTimes(2.0))
            .note(note),
        Line::time("live p99", large.p99())
            .against_time(reference.p99())
            .target(Target::AtMostTimes(4.0)),
        Line::growth("live", large.p50(), small.p50()),
    ]
}

/// Of the two phones, and of what cannot be saved.
fn times(bench: &Bench, entries: usize) -> (Times, Times) {
    let notebook = bench.notebook(entries);
    let relay = notebook.relay();
    let (mut ours, mut theirs, mut chance) = (Times::new(), Times::new(), Chance::new(3));
    bench.runtime().block_on(async {
        let ana = notebook.phone("ana", &relay.link).await;
        let ben = notebook.phone("ben", &relay.link).await;
        let mut at_ben = ben.events();
        for phone in [&ana, &ben] {
            stay_attached(phone).await;
        }
        let mut floor = Floor::new(notebook.home()).await;
        for number in 0..WARM + bench.some(300) {
            let text = words(&mut chance, 300);
            tokio::time::sleep(PACE).await;
            let began = Instant::now();
            let row = ana.write(Kind::Note, 20_100, &text).await.unwrap();
            shown(&mut at_ben, row.entry.key.as_str()).await;
            let took = began.elapsed();
            tokio::time::sleep(PACE).await;
            let took_floor = floor.once().await;
            if number >= WARM {
                ours.push(took);
                theirs.push(took_floor);
            }
        }
    });
    (ours, theirs)
}

/// Keeps a phone attached as long as the runtime lives; returns when it is and has caught up.
pub(crate) async fn stay_attached(phone: &Couplet) {
    let (mut events, attached) = (phone.events(), phone.clone());
    tokio::spawn(async move { attached.stay_attached().await });
    while events.recv().await.unwrap() != Event::CaughtUp {}
}

/// Waits until that entry is shown.
async fn shown(events: &mut Receiver<Event>, key: &str) {
    let is_it = |event: &Event| matches!(event, Event::Entry(entry) if entry == key);
    while !is_it(&events.recv().await.unwrap()) {}
}

/// What cannot be saved: one way there and back, and the flushes.
struct Floor {
    file: File,
    streams: (quinn::SendStream, quinn::RecvStream),
    _echo: Echo,
}

impl Floor {
    async fn new(directory: &Path) -> Self {
        let echo = Echo::start(directory);
        let connection = echo.connect(&network::endpoint(), echo.address()).await;
        let file = File::create(directory.join("floor")).unwrap();
        Self { file, streams: connection.open_bi().await.unwrap(), _echo: echo }
    }

    async fn once(&mut self) -> Duration {
        let began = Instant::now();
        network::echo(&mut self.streams).await;
        for _ in 0..FLUSHES {
            self.file.write_all(&[7; ECHO]).unwrap();
            self.file.sync_data().unwrap();
        }
        began.elapsed()
    }
}
