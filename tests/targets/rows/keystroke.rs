//! `keystroke`: a draft that is durable at every key.

use couplet::{Couplet, Kind};
use couplet_tests::chance::Chance;
use couplet_tests::standard::words;

use crate::bench::Bench;
use crate::report::{Line, Target};
use crate::sqlite::Single;
use crate::times::Times;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let (large, reference) = times(bench, bench.large());
    let (small, _) = times(bench, bench.small());
    vec![
        Line::time("keystroke p99", large.p99())
            .against_time(reference.p99())
            .target(Target::AtMostTimes(2.0))
            .note("against one SQLCipher FULL transaction of 300 B, in turn with it"),
        Line::time("keystroke p50", large.p50()).against_time(reference.p50()),
        Line::growth("keystroke", large.p50(), small.p50()),
    ]
}

/// Of the notebook, and of a database alone.
fn times(bench: &Bench, entries: usize) -> (Times, Times) {
    let notebook = bench.notebook(entries);
    let mut reference = Single::encrypted(notebook.home());
    let (mut ours, mut theirs) = (Times::new(), Times::new());
    bench.runtime().block_on(async {
        let phone = Couplet::open(&notebook.place("ana")).await.unwrap();
        let mut chance = Chance::new(2);
        for _ in 0..bench.some(5) {
            let text = words(&mut chance, 300);
            let draft = phone.draft_new(Kind::Note, 20_100, "").await.unwrap();
            for typed in 1..text.len() {
                let began = std::time::Instant::now();
                phone.draft_update(&draft.id, &text[..typed]).await.unwrap();
                ours.push(began.elapsed());
                theirs.take(|| reference.write());
            }
            phone.draft_discard(&draft.id).await.unwrap();
        }
        phone.shutdown().await;
    });
    (ours, theirs)
}
