//! `volume-load`: the first word of a day, which loads the current volume.

use std::time::Duration;

use crate::alone::{self, Done};
use crate::bench::Bench;
use crate::report::{Line, Target, Unit};

const MIB: f64 = 1_048_576.0;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let large = load(bench, bench.large());
    let small = load(bench, bench.small());
    let naive = alone::measure(alone::LOAD_NAIVE, &bench.naive(bench.large()));
    let peak = Line::new("volume-load peak", Unit::Mebibytes, large.peak as f64 / MIB);
    vec![
        Line::time("volume-load", large.took)
            .against_time(naive.took)
            .target(Target::BetterBy(20.0))
            .note("its first write included; against the load of the naive document"),
        peak.against(naive.peak as f64 / MIB)
            .target(Target::AtMost(50.0))
            .note("the whole process"),
        Line::growth("volume-load", large.took, small.took),
    ]
}

/// The median of a few, each on a notebook as it was left.
fn load(bench: &Bench, entries: usize) -> Done {
    let mut done: Vec<Done> = (0..bench.some(5))
        .map(|_| {
            let notebook = bench.notebook(entries);
            alone::measure(alone::LOAD_VOLUME, &notebook.place("ana").directory)
        })
        .collect();
    let peak = done.iter().map(|done| done.peak).max().unwrap();
    done.sort_by_key(|done| done.took);
    let took = done.get(done.len() / 2).map_or(Duration::MAX, |done| done.took);
    Done { took, peak }
}
