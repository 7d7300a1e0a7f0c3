//! What becomes of words that are erased for good, by name. 0 is Ana's phone, 1 her tablet, 2 Ben's
//! phone.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::breach::Breach;
use crate::checkpoints::in_it;
use crate::disk::Mark;
use crate::step::What;
use crate::stories::{ANA, BEN, TABLET, a_day, one_more, story, together, wiped};
use crate::world::World;

const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// Somebody erases what they wrote in one note, and it goes its way.
fn erases(who: usize) -> Vec<(usize, What)> {
    [vec![(who, What::Erase), (who, What::Sync)], together(), together()].concat()
}

/// Everybody writes, and all have it.
fn before() -> Vec<(usize, What)> {
    [a_day(ANA), a_day(BEN), a_day(TABLET), together(), together()].concat()
}

/// Tells a story for several seeds. In the end everybody shows the same, nothing is lost, and
/// nothing of what was erased is anywhere.
fn tell(steps: &[(usize, What)]) {
    for seed in 0..2 {
        let mut world = told(seed, steps);
        assert!(!world.erased.is_empty(), "seed {seed}: nothing was erased");
        for who in 0..world.phones.len() {
            let back: Vec<_> = world.phones[who].shows.intersection(&world.erased).collect();
            assert!(back.is_empty(), "seed {seed}: phone {who} shows {back:?}");
            assert_eq!(held(&mut world, who), BTreeSet::new(), "seed {seed}: phone {who}");
        }
    }
}

fn told(seed: u64, steps: &[(usize, What)]) -> World {
    let mut world = World::new(seed, Breach::default()).unwrap();
    let told = story(seed, steps.iter().cloned());
    told.steps.iter().for_each(|step| world.act(step).unwrap());
    // Whoever erases asks until it is done; whoever was away comes back once more.
    let rounds = (0..4).flat_map(|_| (0..world.phones.len()).map(|who| (who, What::Sync)));
    let rounds = story(seed + 100, rounds.collect::<Vec<_>>());
    rounds.steps.iter().for_each(|step| world.act(step).unwrap());
    if let Err(what) = world.settle() {
        panic!("seed {seed}: {what}\n{}", world.trace.join("\n"));
    }
    world
}

/// The erased words that stand in some change on a phone.
fn held(world: &mut World, who: usize) -> BTreeSet<String> {
    let Some(owner) = &mut world.phones[who].owner else { return BTreeSet::new() };
    let export = owner.export().unwrap();
    let is_in = |word: &&String| {
        let has = |bytes: &[u8]| bytes.windows(word.len()).any(|it| it == word.as_bytes());
        export.changes.iter().any(|change| has(&change.bytes))
    };
    world.erased.iter().filter(is_in).cloned().collect()
}

#[test]
fn erased_words_are_gone_everywhere_and_nothing_else_is() {
    tell(&[before(), erases(ANA), a_day(BEN), together()].concat());
    tell(&[before(), erases(BEN), erases(ANA), a_day(ANA), erases(TABLET)].concat());
}

#[test]
fn a_tablet_that_was_away_for_a_month_loses_nothing_of_its_own() {
    let away = vec![(ANA, What::Pass(MONTH))];
    let meanwhile = [vec![(ANA, What::Erase)], meet(), meet(), a_day(ANA), a_day(BEN), meet()];
    let steps =
        [before(), a_day(TABLET), meanwhile.concat(), away, a_day(TABLET), together()].concat();
    tell(&steps);
}

/// Ana and Ben, without the tablet.
fn meet() -> Vec<(usize, What)> {
    [ANA, BEN, ANA, BEN].map(|who| (who, What::Sync)).to_vec()
}

#[test]
fn both_erase_apart_and_write_on() {
    let apart = vec![(ANA, What::Erase), (BEN, What::Erase)];
    tell(&[before(), apart.clone(), a_day(ANA), a_day(BEN), together()].concat());
    tell(&[before(), apart, a_day(TABLET), a_day(BEN), meet(), a_day(ANA)].concat());
}

#[test]
fn a_relay_that_forgot_or_was_restored_is_told_again() {
    let restored = [(ANA, What::RelayBackup)].to_vec();
    let back = [(ANA, What::RelayRestored)].to_vec();
    tell(&[before(), erases(ANA), wiped(), a_day(BEN), together()].concat());
    tell(&[before(), restored, erases(ANA), back, a_day(BEN), together()].concat());
    tell(&[before(), vec![(ANA, What::Erase), (ANA, What::Sync)], wiped(), together()].concat());
}

#[test]
fn a_restored_phone_brings_nothing_back() {
    for mark in [Mark::Stays, Mark::Gone, Mark::OfThen] {
        for who in [ANA, BEN] {
            let backup = vec![(who, What::Backup)];
            let back = vec![(who, What::RollBack(mark))];
            tell(&[before(), backup, erases(ANA), a_day(who), back, together()].concat());
        }
    }
}

#[test]
fn whoever_dies_while_it_is_done_does_it_after_the_restart() {
    for things in [0, 2, 4, 7] {
        for who in [ANA, BEN] {
            let dies = vec![(who, What::DieIn(things))];
            tell(&[before(), vec![(ANA, What::Erase)], dies, together(), a_day(who)].concat());
        }
    }
}

#[test]
fn who_comes_later_begins_with_the_edition() {
    const NEWCOMER: usize = 3;
    let newcomer = [one_more(ANA), vec![(NEWCOMER, What::Sync)]].concat();
    let checkpoint = vec![(BEN, What::Checkpoint), (BEN, What::Sync)];
    let after = [erases(ANA), a_day(BEN), together(), checkpoint, together()].concat();
    tell(&[before(), after, newcomer.clone(), a_day(NEWCOMER), erases(BEN)].concat());
    // What was written since comes with it at once.
    let world = in_it(0, [before(), erases(ANA), a_day(BEN), together(), newcomer].concat());
    assert!(world.phones[NEWCOMER].shows.is_superset(&world.phones[BEN].shows));
}

#[test]
fn whatever_was_said_of_checkpoints_before_does_not_bring_anything_back() {
    let made = |who| vec![(who, What::Checkpoint), (who, What::Sync), (who, What::Sync)];
    let pending = vec![(ANA, What::Erase), (ANA, What::Sync)];
    tell(&[before(), made(ANA), together(), erases(BEN), made(BEN), together()].concat());
    tell(&[before(), made(BEN), pending, made(TABLET), together(), made(ANA)].concat());
}
