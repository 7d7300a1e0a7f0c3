//! What happens to Ana and Ben, by name. 0 is Ana's phone, 1 her tablet, 2 Ben's phone.

use std::time::Duration;

use crate::breach::Breach;
use crate::disk::Mark;
use crate::explore::Story;
use crate::line::Way;
use crate::step::{Step, What};
use crate::world::World;

const ANA: usize = 0;
const TABLET: usize = 1;
const BEN: usize = 2;
const MONTH: Duration = Duration::from_secs(30 * 86_400);
const YEAR: i64 = 365 * 86_400;

/// A story of these steps.
pub(crate) fn story(seed: u64, steps: impl IntoIterator<Item = (usize, What)>) -> Story {
    let numbered = steps.into_iter().zip(1..);
    let steps = numbered.map(|((who, what), at)| Step { who, what, salt: seed * 1_000 + at });
    Story { seed, steps: steps.collect() }
}

/// Tells a story for several seeds; whatever the chance in it, it must end well.
fn tell(steps: &[(usize, What)]) {
    for seed in 0..4 {
        let story = story(seed, steps.iter().cloned());
        if let Err(failure) = story.tell(Breach::default()) {
            panic!("{}", story.in_words(&failure));
        }
    }
}

fn a_day(who: usize) -> Vec<(usize, What)> {
    let day = [What::Write, What::Look, What::BeginPage, What::EditPage, What::Comment];
    let again = [What::EditNote, What::EditPage, What::ShareDraft, What::Write];
    day.into_iter().chain(again).map(|what| (who, what)).collect()
}

fn together() -> Vec<(usize, What)> {
    [ANA, BEN, TABLET, ANA, BEN].map(|who| (who, What::Sync)).to_vec()
}

#[test]
fn both_are_offline_for_a_month() {
    let month = vec![(ANA, What::Pass(MONTH))];
    tell(
        &[a_day(ANA), together(), a_day(ANA), a_day(BEN), month, a_day(TABLET), a_day(BEN)]
            .concat(),
    );
}

#[test]
fn the_relay_forgets_everything() {
    let wiped = vec![(ANA, What::RelayWiped)];
    tell(&[a_day(ANA), together(), wiped, a_day(BEN), together(), a_day(TABLET)].concat());
}

#[test]
fn the_relay_is_restored_from_last_week() {
    let week = vec![(ANA, What::RelayBackup)];
    let restored = vec![(ANA, What::RelayRestored)];
    let (before, after) = (a_day(ANA), a_day(BEN));
    tell(&[before, together(), week, after, together(), restored, a_day(ANA)].concat());
}

#[test]
fn the_relay_becomes_two_and_one_again() {
    let forked = vec![(BEN, What::RelayForked)];
    let joined = vec![(BEN, What::RelayJoined)];
    tell(
        &[a_day(ANA), together(), forked, a_day(ANA), a_day(BEN), together(), joined, a_day(BEN)]
            .concat(),
    );
}

#[test]
fn a_phone_is_restored_from_last_months_backup() {
    for mark in [Mark::Stays, Mark::Gone, Mark::OfThen] {
        let backup = vec![(ANA, What::Backup)];
        let restored = vec![(ANA, What::RollBack(mark))];
        let (before, after) = ([a_day(ANA), together()].concat(), a_day(ANA));
        tell(&[before, backup, after, together(), restored, a_day(ANA), a_day(BEN)].concat());
    }
}

#[test]
fn a_phone_is_restored_while_it_has_unsent_words() {
    for mark in [Mark::Stays, Mark::Gone, Mark::OfThen] {
        let backup = vec![(ANA, What::Backup)];
        let restored = vec![(ANA, What::RollBack(mark))];
        tell(&[a_day(ANA), backup, a_day(ANA), restored, a_day(ANA), together()].concat());
    }
}

#[test]
fn a_phone_is_cloned() {
    for mark in [Mark::Gone, Mark::OfThen] {
        let clone = 3;
        let cloned = vec![(ANA, What::Clone(mark))];
        let (first, second) = (a_day(ANA), a_day(clone));
        let before = [a_day(ANA), together(), a_day(ANA)].concat();
        let after = [first, second, together(), vec![(clone, What::Sync)]].concat();
        tell(&[before, cloned, after, a_day(clone), a_day(ANA)].concat());
    }
}

#[test]
fn both_edit_one_page_by_the_minute() {
    let minute = |who| {
        let edits =
            [What::Look, What::EditPage, What::EditPage, What::Pass(Duration::from_secs(60))];
        edits.map(|what| (who, what)).to_vec()
    };
    let begun = vec![(ANA, What::BeginPage), (ANA, What::Attach), (BEN, What::Attach)];
    let hour = [minute(ANA), minute(BEN), minute(BEN), minute(ANA)].concat();
    tell(&[begun, hour.clone(), hour.clone(), hour].concat());
}

#[test]
fn a_clock_is_a_year_ahead() {
    let ahead = vec![(BEN, What::Jump(YEAR))];
    let back = vec![(BEN, What::Jump(-YEAR))];
    tell(&[a_day(BEN), ahead, a_day(BEN), together(), back, a_day(BEN), a_day(ANA)].concat());
}

#[test]
fn a_disk_is_full_and_emptied() {
    let full = vec![(ANA, What::Fill)];
    let emptied = vec![(ANA, What::Empty)];
    tell(&[a_day(ANA), full, a_day(ANA), together(), a_day(BEN), emptied, a_day(ANA)].concat());
}

#[test]
fn the_relays_disk_is_full_and_emptied() {
    let full = vec![(ANA, What::RelayFull)];
    let emptied = vec![(ANA, What::RelayEmptied)];
    let before = [a_day(ANA), together(), a_day(BEN)].concat();
    tell(&[before, full, together(), a_day(ANA), emptied, together()].concat());
}

#[test]
fn a_disk_lies_about_its_last_writes() {
    let lost = vec![(ANA, What::LoseLast)];
    tell(&[a_day(ANA), together(), a_day(ANA), vec![(ANA, What::Sync)], lost, a_day(ANA)].concat());
}

#[test]
fn a_phone_is_not_heard_or_hears_nothing() {
    for way in [Way::Up, Way::Down] {
        let attached = vec![(ANA, What::Attach), (BEN, What::Attach)];
        let cut = vec![(ANA, What::Cut(way))];
        let passes = vec![(ANA, What::Pass(Duration::from_secs(90)))];
        let mended = vec![(ANA, What::Mend)];
        let quiet = [attached, a_day(ANA), cut, a_day(ANA), a_day(BEN), passes.clone()].concat();
        tell(&[quiet, mended, passes, a_day(BEN)].concat());
    }
}

#[test]
fn a_phone_sleeps_and_wakes() {
    let asleep = vec![(BEN, What::Attach), (ANA, What::Attach), (BEN, What::Sleep)];
    let passes = vec![(ANA, What::Pass(Duration::from_secs(3_600)))];
    let awake = vec![(BEN, What::Wake)];
    tell(&[a_day(BEN), asleep, a_day(ANA), passes.clone(), awake, passes, a_day(BEN)].concat());
}

#[test]
fn a_phone_dies_between_any_two_things_that_it_does() {
    let life = [a_day(ANA), together(), a_day(BEN), a_day(ANA), together()].concat();
    for things in 0..40 {
        let dies = vec![(ANA, What::DieIn(things))];
        let story = story(7, dies.into_iter().chain(life.clone()));
        if let Err(failure) = story.tell(Breach::default()) {
            panic!("{}", story.in_words(&failure));
        }
    }
}

#[test]
fn what_both_wrote_apart_crosses_in_one_flight_each_way() {
    let mut world = World::new(1, Breach::default()).unwrap();
    for who in [ANA, BEN, ANA, BEN, TABLET] {
        world.expect_sync(who).unwrap();
    }
    for step in &story(1, [a_day(ANA), a_day(BEN)].concat()).steps {
        world.act(step).unwrap();
    }
    for who in [ANA, BEN, ANA] {
        let talked = world.expect_sync(who).unwrap();
        assert!(talked.is_caught_up);
        assert_eq!(talked.round_trips, 1);
    }
    let shown = |world: &World, who: usize| world.phones[who].shows.clone();
    assert_eq!(shown(&world, ANA), shown(&world, BEN));
}
