//! `write`: from a shared note to its being durable on the device.

use couplet::{Couplet, Kind};
use couplet_tests::chance::Chance;
use couplet_tests::standard::words;

use crate::bench::Bench;
use crate::report::{Line, Target};
use crate::sqlite::Single;
use crate::times::Times;

/// Writes before the first that counts: they load the volume and make sure of the writer.
const WARM: usize = 20;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let (large, reference) = times(bench, bench.large());
    let (small, _) = times(bench, bench.small());
    let note = "against one SQLCipher FULL transaction of 300 B, in turn with it";
    vec![
        Line::time("write", large.p50())
            .against_time(reference.p50())
            .target(Target::AtMostTimes(2.0))
            .note(note),
        Line::time("write p99", large.p99())
            .against_time(reference.p99())
            .target(Target::AtMostTimes(4.0)),
        Line::growth("write", large.p50(), small.p50()).target(Target::AtMostTimes(1.3)),
    ]
}

/// Of the notebook, and of a database alone.
fn times(bench: &Bench, entries: usize) -> (Times, Times) {
    let notebook = bench.notebook(entries);
    let mut reference = Single::encrypted(notebook.home());
    let (mut ours, mut theirs) = (Times::new(), Times::new());
    let mut chance = Chance::new(1);
    bench.runtime().block_on(async {
        let phone = Couplet::open(&notebook.place("ana")).await.unwrap();
        for number in 0..WARM + bench.some(1_000) {
            let text = words(&mut chance, 300);
            let began = std::time::Instant::now();
            phone.write(Kind::Note, 20_100, &text).await.unwrap();
            if number >= WARM {
                ours.push(began.elapsed());
                theirs.take(|| reference.write());
            }
        }
        phone.shutdown().await;
    });
    (ours, theirs)
}
