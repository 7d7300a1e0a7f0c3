//! Whatever Ana does on her two devices and Ben on his one, whatever the line between them does: in
//! the end all say the same, and nothing that was acknowledged is lost or doubled.
//!
//! A sequence of operations follows from its seed, which a failure prints; `COUPLET_SEED` runs that
//! one alone. `COUPLET_LONG=1` runs ten times as many.

mod operations;
mod pinned;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use couplet_engine::notebook::schema::Kind;
use couplet_proto::have::Have;
use couplet_tests::chance::Chance;
use couplet_tests::programs::long;
use couplet_tests::world::World;
use couplet_tests::world::conversation::{Fate, meet};
use operations::Story;

/// Runs `check` for every seed, on all processors, and names the seeds that fail.
fn for_seeds(seeds: u64, check: impl Fn(u64) + Sync) {
    if let Ok(seed) = std::env::var("COUPLET_SEED") {
        return check(seed.parse().expect("COUPLET_SEED is a number"));
    }
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    if catch_unwind(AssertUnwindSafe(|| check(seed))).is_err() {
                        panic!("seed {seed} fails; run it alone with COUPLET_SEED={seed}");
                    }
                }
            });
        }
    });
}

fn sequences() -> u64 {
    if long() { 10_000 } else { 1_000 }
}

#[test]
fn nothing_written_is_lost_or_doubled_whatever_happens_to_phones_line_and_relay() {
    for_seeds(sequences(), |seed| {
        let mut story = Story::new(seed);
        let operations = 8 + Chance::new(seed).below(40);
        for _ in 0..operations {
            story.go_on();
        }
        story.check_the_end();
    });
}

#[test]
fn who_knows_what_the_other_holds_meets_in_one_flight_each_way() {
    for_seeds(sequences() / 10, |seed| {
        let mut world = World::new(seed);
        world.settle();
        for _ in 0..4 {
            for phone in &mut world.phones {
                let texts = world.chance.below(4);
                (0..texts).for_each(|number| drop(phone.write(Kind::Note, &format!("n{number}"))));
                phone.seal_pending();
                let lacking_here = count(&world.relay.have(), phone.have());
                let lacking_there = count(phone.have(), &world.relay.have());
                let met = meet(phone, &mut world.relay, &Fate::good(), &mut world.chance);
                assert!(met.is_caught_up);
                assert_eq!(met.flights, 1);
                assert_eq!((met.sent, met.received), (lacking_there, lacking_here));
            }
        }
    });
}

fn count(here: &Have, there: &Have) -> usize {
    let lacking: u64 = here.without(there).iter().map(|range| range.last - range.first + 1).sum();
    usize::try_from(lacking).unwrap()
}
