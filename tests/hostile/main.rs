//! Hostile bytes: whatever is read from a network, a link or another phone's envelope gives a typed
//! error or the very same value again; never a panic, a loop without an end, or a gigabyte.
//!
//! What was worth keeping lies in `tests/corpora/<target>/`, and is read again by every run: names
//! that begin with `ok-` are accepted for ever. `COUPLET_LONG=1` does ten times as much.

mod corpora;
mod editions;
mod examples;
mod logs;
mod mutations;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use couplet_tests::chance::Chance;
use couplet_tests::hex::hex;
use couplet_tests::programs::long;
use examples::Examples;
use targets::{Target, Verdict, targets};

/// Inputs at random, for each target.
const ROUNDS: usize = 7_000;

/// How much larger the whole process may get while it reads hostile bytes: four times what the
/// largest frame, body and run take together.
const GROWTH_MAX: usize = 64 * 1024 * 1024;

/// Gives one input to one target; a panic names both.
#[track_caller]
fn give(target: &Target, input: &[u8]) -> Verdict {
    let read = catch_unwind(AssertUnwindSafe(|| (target.read)(input)));
    let Ok(verdict) = read else {
        panic!("{} panics on {}", target.name, hex(input));
    };
    let is_original = target.examples.iter().any(|example| example == input);
    let is_forged = target.is_signed && verdict == Verdict::Accepted && !is_original;
    assert!(!is_forged, "{} takes what nobody signed: {}", target.name, hex(input));
    verdict
}

#[test]
fn what_was_cut_or_has_one_bit_flipped_is_refused_or_another_value() {
    let mut count = 0;
    for target in targets(&Examples::new()) {
        for example in &target.examples {
            assert_eq!(give(&target, example), Verdict::Accepted, "{}", target.name);
            for cut in 0..example.len() {
                give(&target, &example[..cut]);
            }
            for bit in 0..example.len() * 8 {
                let mut flipped = example.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                give(&target, &flipped);
            }
            count += example.len() * 9;
        }
    }
    println!("{count} inputs");
}

#[test]
fn whatever_is_done_to_bytes_they_are_refused_or_the_same_value_again() {
    let rounds = if long() { ROUNDS * 10 } else { ROUNDS };
    let (before, mut accepted) = (peak(), 0);
    let targets = targets(&Examples::new());
    for (number, target) in (1..).zip(&targets) {
        let mut chance = Chance::new(number);
        for _ in 0..rounds {
            let input = mutations::any(&target.examples, &mut chance);
            accepted += usize::from(give(target, &input) == Verdict::Accepted);
        }
    }
    let (count, growth) = (rounds * targets.len(), peak().saturating_sub(before));
    println!("{count} inputs, {accepted} accepted, {growth} bytes more at the peak");
    assert!(growth < GROWTH_MAX, "reading {count} inputs took {growth} bytes");
}

/// The largest this process has been, in bytes; 0 where the system does not say.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}
