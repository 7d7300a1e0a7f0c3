//! As many lives as fit the time, each from its seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::breach::Breach;
use crate::explore::Story;

/// How long to explore where nobody says: enough to notice what is plainly wrong.
const SECONDS: u64 = 10;

/// Lives that are told where nobody says: the same on every machine that has the time for them, so
/// that nobody is stopped by a life that none of their changes touches. Longer runs go on.
const LIVES: u64 = 500;

#[test]
fn whatever_happens_nothing_is_lost_and_all_end_with_the_same_notebook() {
    if let Ok(seed) = std::env::var("COUPLET_SEED") {
        let seed = seed.parse().expect("COUPLET_SEED is a number");
        return check(seed, &Mutex::default());
    }
    let [seconds, first, lives] =
        [("SECONDS", SECONDS), ("FROM", 0), ("LIVES", LIVES)].map(|(name, otherwise)| {
            let said = std::env::var(format!("COUPLET_EXPLORE_{name}")).ok();
            said.map_or(otherwise, |number| number.parse().expect("a number"))
        });
    let (began, time) = (Instant::now(), Duration::from_secs(seconds));
    let (next, counts) = (AtomicU64::new(first), Mutex::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while began.elapsed() < time {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed - first >= lives {
                        break;
                    }
                    check(seed, &counts);
                }
            });
        }
    });
    let told = lives.min(next.load(Ordering::Relaxed) - first);
    println!("{told} lives from {first} on in {:.0?}; what happened in them:", began.elapsed());
    for (what, times) in counts.lock().unwrap().iter() {
        println!("{times:>8}  {what}");
    }
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    for seed in [3, 5] {
        let told = [(); 2].map(|()| Story::of(seed).tell(Breach::default()).unwrap());
        assert_eq!(told[0], told[1], "seed {seed}");
    }
}

fn check(seed: u64, counts: &Mutex<BTreeMap<String, u64>>) {
    let story = Story::of(seed);
    if let Err(failure) = story.tell(Breach::default()) {
        let (story, failure) = story.shorter(failure);
        panic!("{}", story.in_words(&failure));
    }
    story.count(&mut counts.lock().unwrap());
}
