//! What happens to Ana and Ben, by name. 0 is Ana's phone, 1 her tablet, 2 Ben's phone.

use std::time::Duration;

use crate::breach::Breach;
use crate::disk::Mark;
use crate::explore::Story;
use crate::line::Way;
use crate::step::{Step, What};
use crate::world::World;

pub(crate) const ANA: usize = 0;
pub(crate) const TABLET: usize = 1;
pub(crate) const BEN: usize = 2;
const MONTH: Duration = Duration::from_secs(30 * 86_400);
const YEAR: i64 = 365 * 86_400;

/// A story of these steps.
pub(crate) fn story(seed: u64, steps: impl IntoIterator<Item = (usize, What)>) -> Story {
    let numbered = steps.into_iter().zip(1..);
    let steps = numbered.map(|((who, what), at)| Step { who, what, salt: seed * 1_000 + at });
    Story { seed, steps: steps.collect() }
}

/// Tells a story for several seeds; whatever the chance in it, it must end well.
pub(crate) fn tell(steps: &[(usize, What)]) {
    for seed in 0..4 {
        let story = story(seed, steps.iter().cloned());
        if let Err(failure) = story.tell(Breach::default()) {
            panic!("{}", story.in_words(&failure));
        }
    }
}

/// The world after everybody has everything.
pub(crate) fn at_the_end_of(seed: u64, steps: Vec<(usize, What)>) -> World {
    let mut world = World::new(seed, Breach::default()).unwrap();
    story(seed, steps).steps.iter().for_each(|step| world.act(step).unwrap());
    world.settle().unwrap();
    world
}

pub(crate) fn a_day(who: usize) -> Vec<(usize, What)> {
    let day = [What::Write, What::Look, What::BeginPage, What::EditPage, What::Comment];
    let again = [What::EditNote, What::EditPage, What::ShareDraft, What::Write];
    day.into_iter().chain(again).map(|what| (who, what)).collect()
}

pub(crate) fn together() -> Vec<(usize, What)> {
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

/// A device more of this person's is let in, as far as `who` has heard of it.
pub(crate) fn one_more(who: usize) -> Vec<(usize, What)> {
    let passes = What::Pass(Duration::from_secs(2));
    let asks = [What::Invite, What::Sync, What::AskIn, passes.clone(), What::Sync];
    let in_it_is = [What::Approve, What::Sync, passes, What::Sync];
    asks.into_iter().chain(in_it_is).map(|what| (who, what)).collect()
}

pub(crate) fn wiped() -> Vec<(usize, What)> {
    vec![(ANA, What::RelayWiped)]
}

#[test]
fn a_relay_that_forgot_is_fed_by_a_phone_that_is_behind_and_wants_something() {
    let behind = vec![(BEN, What::Invite), (BEN, What::Sync), (BEN, What::Write)];
    let first = [a_day(ANA), one_more(ANA), a_day(ANA), vec![(ANA, What::Sync)]].concat();
    tell(&[first, wiped(), behind, together(), a_day(BEN), a_day(ANA)].concat());
}

#[test]
fn a_restored_relay_is_asked_for_links_by_both() {
    let backup = vec![(ANA, What::RelayBackup)];
    let restored = vec![(ANA, What::RelayRestored)];
    let ana = [vec![(ANA, What::Invite), (ANA, What::Sync)], a_day(ANA)].concat();
    let ben = [vec![(BEN, What::Invite), (BEN, What::Sync)], a_day(BEN)].concat();
    let steps = [together(), backup, ana, restored, ben].concat();
    tell(&[steps.clone(), together(), one_more(ANA), a_day(TABLET)].concat());
    for seed in 0..4 {
        let mut world = at_the_end_of(seed, steps.clone());
        for who in [ANA, BEN] {
            let owner = world.phones[who].owner.as_mut().unwrap();
            assert_eq!(owner.invites().unwrap().len(), 1, "neither link was lost");
        }
    }
}

#[test]
fn each_of_two_relays_sees_a_key_change() {
    let forked = vec![(BEN, What::RelayForked)];
    let joined = vec![(BEN, What::RelayJoined)];
    let (ana, ben) = ([one_more(ANA), a_day(ANA)].concat(), [one_more(BEN), a_day(BEN)].concat());
    let apart = [forked, ana, ben, together(), a_day(TABLET), together()].concat();
    tell(&[a_day(ANA), together(), apart, joined, a_day(BEN), a_day(ANA)].concat());
}

#[test]
fn a_relay_that_forgot_is_fed_by_a_device_that_was_taken_out() {
    let out = vec![(TABLET, What::Remove), (TABLET, What::Sync), (TABLET, What::Sync)];
    let thief = vec![(ANA, What::Invite), (ANA, What::Sync), (ANA, What::Sync)];
    let after = [out, a_day(TABLET), vec![(TABLET, What::Sync)]].concat();
    tell(&[a_day(ANA), together(), after, wiped(), thief, a_day(BEN), together()].concat());
}

#[test]
fn a_device_let_in_on_the_branch_that_yields_gets_in_again_without_a_new_link() {
    let newcomer = 3;
    let first = [one_more(ANA), a_day(newcomer), vec![(newcomer, What::Sync)]].concat();
    let behind = [vec![(BEN, What::Invite), (BEN, What::Sync)], a_day(BEN)].concat();
    let last = [together(), a_day(newcomer), vec![(newcomer, What::Sync)], a_day(ANA)].concat();
    tell(&[a_day(ANA), together(), first, wiped(), behind, last].concat());
    let behind = vec![(BEN, What::Invite), (BEN, What::Sync)];
    let steps = [one_more(ANA), wiped(), behind].concat();
    for seed in 0..4 {
        assert!(at_the_end_of(seed, steps.clone()).belongs(newcomer));
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
fn a_disk_takes_nothing_and_then_takes_again() {
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
fn who_stays_attached_to_a_full_relay_is_heard_once_it_has_room() {
    let minutes = |minutes: u64| What::Pass(Duration::from_secs(60 * minutes));
    let mut world = World::new(1, Breach::default()).unwrap();
    let act = |world: &mut World, steps: &[(usize, What)]| {
        for step in &story(1, steps.iter().cloned()).steps {
            world.act(step).unwrap();
        }
    };
    act(&mut world, &together());
    act(&mut world, &[(ANA, What::Attach), (BEN, What::Attach), (ANA, minutes(1))]);
    act(&mut world, &[(ANA, What::RelayFull), (ANA, What::Write), (ANA, minutes(5))]);
    assert!(world.phones[ANA].is_connected(), "what is refused ends nothing");
    let put_off = |world: &mut World| {
        let status = world.phones[ANA].owner.as_mut().unwrap().status().unwrap();
        (status.put_off.is_some(), status.pending > 0)
    };
    assert_eq!(put_off(&mut world), (true, true), "nobody is told that words are put off");
    assert_ne!(world.phones[ANA].shows, world.phones[BEN].shows);
    act(&mut world, &[(ANA, What::RelayEmptied), (ANA, minutes(6)), (BEN, What::Look)]);
    assert_eq!(world.phones[ANA].shows, world.phones[BEN].shows);
    assert_eq!(put_off(&mut world), (false, false));
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

#[test]
fn words_that_a_lying_disk_lost_and_a_clone_kept_give_way_to_what_was_written_since() {
    let (clone, lost) = (vec![(ANA, What::Clone(Mark::Gone))], vec![(ANA, What::LoseLast)]);
    let (page, note) = (vec![(ANA, What::BeginPage)], vec![(ANA, What::Write)]);
    tell(&[page, clone, lost, note].concat());
}

#[test]
fn two_twins_wrote_apart_and_the_relay_and_one_of_them_forgot() {
    let twin = 3;
    tell(&[
        (TABLET, What::Clone(Mark::OfThen)),
        (TABLET, What::ShareDraft),
        (TABLET, What::Sync),
        (ANA, What::RelayWiped),
        (twin, What::Write),
        (TABLET, What::LoseLast),
    ]);
}

#[test]
fn a_relay_that_forgot_a_removal_is_given_words_by_whom_it_took_out() {
    let told = |remover, before: &[(usize, What)]| {
        let other = ANA + TABLET - remover;
        let after = [
            (remover, What::Remove),
            (remover, What::Sync),
            (remover, What::Write),
            (ANA, What::RelayWiped),
            (other, What::Write),
            (other, What::Sync),
            (remover, What::Write),
        ];
        tell(&[before, after.as_slice()].concat());
    };
    for remover in [ANA, TABLET] {
        told(remover, &[]);
        // What the other person said before it is no part of what is said again.
        told(remover, &[(BEN, What::Checkpoint), (BEN, What::Sync)]);
    }
}

/// A life that went wrong once, told again as it was.
fn tell_again(seed: u64, steps: &[(usize, What, u64)]) {
    let steps = steps.iter().map(|(who, what, salt)| {
        let (who, what, salt) = (*who, what.clone(), *salt);
        Step { who, what, salt }
    });
    let story = Story { seed, steps: steps.collect() };
    if let Err(failure) = story.tell(Breach::default()) {
        panic!("{}", story.in_words(&failure));
    }
}

#[test]
fn a_twin_is_given_only_the_end_of_what_the_other_wrote() {
    tell_again(
        1114,
        &[
            (5, What::Write, 10_420_599_797_793_972_417),
            (0, What::Weather, 11_852_336_584_883_733_606),
            (0, What::Write, 767_725_913_859_941_234),
            (0, What::Sync, 15_623_105_456_883_207_549),
            (2, What::Clone(Mark::OfThen), 11_409_839_137_998_415_866),
            (3, What::Attach, 15_636_480_077_337_019_413),
            (4, What::Comment, 6_117_954_770_401_329_174),
            (4, What::Sync, 12_576_724_051_974_209_056),
        ],
    );
}

#[test]
fn who_had_read_a_page_that_came_too_late_writes_on() {
    tell_again(
        101,
        &[
            (4, What::BeginPage, 12_581_658_502_093_454_590),
            (3, What::Remove, 17_319_719_738_066_065_591),
            (0, What::Cut(Way::Down), 196_737_713_384_626_532),
            (1, What::Attach, 15_942_706_171_237_379_895),
            (2, What::Sync, 12_784_623_629_698_995_151),
            (1, What::RelayWiped, 13_901_902_679_981_107_912),
            (2, What::Write, 16_505_474_760_886_233_852),
        ],
    );
}

#[test]
fn a_clone_syncs_though_the_restored_relay_has_other_words_and_another_log() {
    for said in [What::Checkpoint, What::MakeKit, What::Invite] {
        tell_again(
            446,
            &[
                (1, What::Write, 3_227_974_477_893_003_048),
                (1, What::RelayBackup, 10_223_782_162_135_332_093),
                (1, What::Clone(Mark::OfThen), 14_143_449_551_972_644_733),
                (3, said, 7_258_667_407_609_820_922),
                (2, What::Invite, 11_546_629_723_995_757_988),
                (3, What::Sync, 12_256_234_702_083_109_566),
                (1, What::RelayRestored, 1_955_034_314_443_491_642),
            ],
        );
    }
}

#[test]
fn words_that_ana_has_read_and_bens_phone_and_the_relay_forgot_are_given_back_to_him() {
    let read = vec![(BEN, What::Sync), (ANA, What::Sync)];
    let lost = vec![(BEN, What::LoseLast)];
    let anew = |what| vec![(BEN, what), (BEN, What::Sync)];
    for what in [What::Write, What::BeginPage, What::Look] {
        for written in [vec![(BEN, What::Write)], a_day(BEN)] {
            let before = [written, read.clone(), wiped(), lost.clone()].concat();
            tell(&[before.clone(), anew(what.clone())].concat());
            tell(&[before, anew(what.clone()), vec![(ANA, What::Comment)], a_day(BEN)].concat());
        }
    }
}

#[test]
fn words_that_a_twin_and_ana_still_have_are_written_anew_once() {
    let twin = 3;
    let cloned = vec![(BEN, What::Clone(Mark::OfThen))];
    let read = vec![(twin, What::Sync), (ANA, What::Sync)];
    let apart = [a_day(BEN), vec![(BEN, What::Sync), (ANA, What::Sync), (BEN, What::Sync)]];
    let begun = [a_day(BEN), together(), cloned, a_day(twin), read, wiped()].concat();
    tell(&[begun.clone(), apart.concat()].concat());
    tell(
        &[begun, apart.concat(), vec![(twin, What::Sync), (BEN, What::Sync)], a_day(twin)].concat(),
    );
}

#[test]
fn a_clone_of_a_clone_writes_what_both_lost_once() {
    let (clone, mark) = (3, |mark| What::Clone(mark));
    let note = |who| (who, What::Write);
    tell(&[note(ANA), (ANA, mark(Mark::OfThen)), note(clone), (clone, mark(Mark::Gone))]);
    tell(&[
        (BEN, What::BeginPage),
        (BEN, What::Sync),
        (BEN, What::LoseLast),
        (BEN, What::Write),
        (BEN, mark(Mark::OfThen)),
    ]);
}
