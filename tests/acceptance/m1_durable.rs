//! M1, durable before it is acknowledged: the real program is killed with -9 at random moments
//! while it writes, and what it acknowledged is there when the notebook is opened again; nothing is
//! torn. A thousand moments with `COUPLET_LONG=1`. The relay's and an exchange's deaths are in
//! `stories`, power cuts at every write of the store in `stores`.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use couplet_tests::chance::Chance;
use couplet_tests::programs::long;
use couplet_tests::terminal::{Phone, Said};
use tempfile::TempDir;

/// A few moments share a notebook, so that it stays quick to open.
const MOMENTS_PER_NOTEBOOK: usize = 50;

/// Long enough to be torn, were it not written whole.
fn words(moment: usize) -> String {
    format!("moment {moment}: {}", "and I stayed to listen ".repeat(100)).trim().to_owned()
}

/// Opened again, the notebook shows everything that was acknowledged, whole, and nothing else but
/// what was being written.
#[track_caller]
fn check(ana: &Phone, tried: &BTreeMap<String, bool>) {
    let texts = ana.texts();
    for (text, times) in &texts {
        assert_eq!(*times, 1, "it is there once: {text:?}");
        assert!(tried.contains_key(text), "a torn entry: {text:?}");
    }
    for (text, _) in tried.iter().filter(|(_, is_acknowledged)| **is_acknowledged) {
        assert!(texts.contains_key(text), "acknowledged and lost: {text:?}");
    }
    // The read model is what its changes make.
    let file = ana.home.join("export.json");
    ana.ask(&["export", file.to_str().unwrap()]);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn whatever_was_acknowledged_before_kill_9_is_there_and_nothing_is_torn() {
    let moments = if long() { 1_000 } else { 20 };
    let (mut chance, mut killed, mut moment) = (Chance::new(1), 0, 0);
    while moment < moments {
        let home: TempDir = tempfile::tempdir().unwrap();
        let ana = Phone::new(home.path(), "Ana");
        ana.ask(&["new", "--name", "Ana"]);
        let began = Instant::now();
        ana.ask(&["write", &words(0)]);
        let usual = began.elapsed();
        let mut tried = BTreeMap::from([(words(0), true)]);
        for _ in 0..MOMENTS_PER_NOTEBOOK.min(moments - moment) {
            moment += 1;
            let text = words(moment);
            let mut writing = ana.command(&["write", &text]).spawn().unwrap();
            sleep(usual.mul_f64(chance.below(1_500) as f64 / 1_000.0).min(Duration::from_secs(9)));
            // `kill -9`; it may have ended by itself.
            drop(writing.kill());
            let said = Said::of(&writing.wait_with_output().unwrap());
            killed += usize::from(said.status.code().is_none());
            tried.insert(text, !said.lines.is_empty());
            if moment % 5 == 0 {
                check(&ana, &tried);
            }
        }
        check(&ana, &tried);
        ana.ask(&["write", "I am back."]);
    }
    assert!(killed > 0, "nothing was killed in time");
}
