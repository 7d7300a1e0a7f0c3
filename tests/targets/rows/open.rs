//! `open`: from the store's key to the first page of the timeline.

use std::time::Duration;

use couplet::{Couplet, Filter};

use crate::bench::Bench;
use crate::report::{Line, Target};
use crate::sqlite;
use crate::times::Times;

/// Entries of a page.
const PAGE: u32 = 20;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let (large, reference) = times(bench, bench.large());
    let (small, _) = times(bench, bench.small());
    let note = "against plain SQLite: open and the same 20 rows; its file has no cipher";
    vec![
        Line::time("open", large)
            .against_time(reference)
            .target(Target::AtMostTimes(3.0))
            .note(note),
        Line::growth("open", large, small).target(Target::AtMostTimes(1.5)),
    ]
}

/// Of the notebook, and of a plain database of as many entries.
fn times(bench: &Bench, entries: usize) -> (Duration, Duration) {
    let notebook = bench.notebook(entries);
    let plain = notebook.home().join("plain.db");
    sqlite::timeline(&plain, entries);
    let (mut ours, mut theirs) = (Times::new(), Times::new());
    for _ in 0..bench.some(100) {
        theirs.take(|| assert_eq!(sqlite::newest(&plain, PAGE), 500 * PAGE as usize));
        let phone = ours.take(|| {
            bench.runtime().block_on(async {
                let phone = Couplet::open(&notebook.place("ana")).await.unwrap();
                let page = phone.timeline(None, PAGE, Filter::default()).await.unwrap();
                assert_eq!(page.len(), PAGE as usize);
                phone
            })
        });
        bench.runtime().block_on(phone.shutdown());
    }
    (ours.p50(), theirs.p50())
}
