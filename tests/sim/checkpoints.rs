//! What happens to checkpoints, by name. 0 is Ana's phone, 1 her tablet, 2 Ben's phone.

use std::time::Duration;

use couplet::driven::Until;
use couplet_proto::desk::question::{Answer, Question};

use crate::breach::Breach;
use crate::disk::Mark;
use crate::phone::Talk;
use crate::step::What;
use crate::stories::{
    ANA, BEN, TABLET, a_day, at_the_end_of, one_more, story, tell, together, wiped,
};
use crate::world::World;

const NEWCOMER: usize = 3;

/// A checkpoint is made and attested by both, so that what it covers may be let go of.
fn let_go() -> Vec<(usize, What)> {
    let made = vec![(ANA, What::Checkpoint), (ANA, What::Sync), (ANA, What::Sync)];
    [together(), made, vec![(BEN, What::Sync), (BEN, What::Sync)], together()].concat()
}

/// A world in which that happened, by these steps.
pub(crate) fn in_it(seed: u64, steps: Vec<(usize, What)>) -> World {
    let mut world = World::new(seed, Breach::default()).unwrap();
    story(seed, steps).steps.iter().for_each(|step| world.act(step).unwrap());
    world
}

/// How many envelopes the relay keeps.
fn kept(world: &World) -> usize {
    let owner = world.phones[ANA].owner.as_ref().unwrap();
    world.relays[0].shelf.envelopes(owner.notebook()).len()
}

#[test]
fn what_both_persons_devices_have_attested_both_know() {
    for seed in 0..4 {
        let mut world = in_it(seed, [a_day(ANA), a_day(BEN), let_go()].concat());
        let notebook = world.phones[ANA].owner.as_ref().unwrap().notebook();
        let log = world.relays[0].log(notebook).unwrap();
        assert!(log.standing().is_some(), "each of them found everything in it");
    }
    tell(&[a_day(ANA), let_go(), a_day(TABLET), a_day(BEN), let_go(), a_day(ANA)].concat());
}

#[test]
fn what_one_person_alone_attests_the_relay_keeps() {
    for seed in 0..4 {
        let alone = vec![(ANA, What::Checkpoint), (ANA, What::Sync), (ANA, What::Sync)];
        let tablet = vec![(TABLET, What::Checkpoint), (TABLET, What::Sync), (TABLET, What::Sync)];
        let before = kept(&in_it(seed, [a_day(ANA), together(), together()].concat()));
        let after = in_it(seed, [a_day(ANA), together(), together(), alone, tablet].concat());
        assert_eq!(kept(&after), before);
    }
}

/// Times at which a conversation in fair weather stands between any two of its frames.
fn moments() -> impl Iterator<Item = Duration> {
    (20..400).step_by(20).map(Duration::from_millis)
}

#[test]
fn a_checkpoint_that_the_partner_gave_half_of_holds_up_nobodys_sync() {
    for moment in moments() {
        let half = [What::Checkpoint, What::Attach, What::Pass(moment), What::HangUp];
        let half = half.map(|what| (TABLET, what)).to_vec();
        let own = vec![(BEN, What::Checkpoint)];
        let steps = [a_day(ANA), together(), together(), a_day(TABLET), half, a_day(BEN), own];
        in_it(1, steps.concat()).expect_sync(BEN).unwrap();
    }
}

#[test]
fn a_sync_ends_though_a_newer_checkpoint_takes_the_place_of_the_one_that_is_given() {
    for moment in moments() {
        let own = vec![(BEN, What::Checkpoint)];
        let mut world = in_it(1, [a_day(ANA), together(), a_day(BEN), own].concat());
        world.begin(BEN, Until::CaughtUp);
        world.run_for(moment).unwrap();
        let newer = [What::Write, What::Checkpoint, What::Write, What::Checkpoint];
        let newer = story(2, newer.map(|what| (BEN, what)));
        newer.steps.iter().for_each(|step| world.act(step).unwrap());
        world.run_for(Duration::from_secs(60)).unwrap();
        let ben = &world.phones[BEN];
        assert!(matches!(ben.talk, Talk::Silent) && ben.last_error.is_none(), "{moment:?}");
    }
}

#[test]
fn a_new_device_comes_by_checkpoint_and_tail() {
    let newcomer = [a_day(BEN), together(), one_more(ANA), vec![(NEWCOMER, What::Sync)]].concat();
    let steps = [a_day(ANA), a_day(BEN), let_go(), newcomer].concat();
    for seed in 0..4 {
        let world = in_it(seed, steps.clone());
        assert!(world.phones[NEWCOMER].shows.is_superset(&world.phones[BEN].shows));
        assert!(!world.phones[NEWCOMER].shows.is_empty());
    }
    tell(&[steps, a_day(NEWCOMER), a_day(TABLET)].concat());
}

#[test]
fn a_relay_that_forgot_is_fed_by_who_came_by_a_checkpoint() {
    let newcomer = [one_more(ANA), a_day(NEWCOMER), vec![(NEWCOMER, What::Sync)]].concat();
    let before = [a_day(ANA), a_day(BEN), let_go(), a_day(BEN), together(), newcomer].concat();
    let fed = [wiped(), vec![(NEWCOMER, What::Sync), (NEWCOMER, What::Sync)]].concat();
    for seed in 0..4 {
        let world = at_the_end_of(seed, [before.clone(), fed.clone()].concat());
        assert!(!world.phones[NEWCOMER].shows.is_empty());
    }
    tell(&[before.clone(), fed.clone(), a_day(BEN), together()].concat());
    // Another one comes, who has nobody but that one to thank for it.
    let another = vec![(4, What::Sync)];
    tell(&[before, fed, one_more(NEWCOMER), another, a_day(4), a_day(ANA)].concat());
}

#[test]
fn a_restored_phone_is_given_what_the_relay_has_let_go_of() {
    for mark in [Mark::Stays, Mark::Gone, Mark::OfThen] {
        let backup = vec![(ANA, What::Backup)];
        let restored = vec![(ANA, What::RollBack(mark)), (ANA, What::Sync), (ANA, What::Sync)];
        let (before, after) = ([a_day(ANA), together()].concat(), [a_day(ANA), let_go()].concat());
        tell(&[before.clone(), backup.clone(), after.clone(), restored.clone()].concat());
        let between = vec![(ANA, What::RollBack(mark))];
        tell(&[before, backup, after, between, a_day(ANA), a_day(BEN), let_go()].concat());
    }
}

#[test]
fn a_clone_writes_on_under_a_checkpoint() {
    for mark in [Mark::Gone, Mark::OfThen] {
        let cloned = vec![(ANA, What::Clone(mark))];
        let apart = [a_day(NEWCOMER), a_day(ANA), let_go()].concat();
        let meet = [vec![(NEWCOMER, What::Sync), (NEWCOMER, What::Sync)], a_day(NEWCOMER)].concat();
        tell(&[a_day(ANA), together(), cloned, apart, meet, let_go(), a_day(BEN)].concat());
    }
}

#[test]
fn the_relay_is_restored_from_before_or_after_it_let_go() {
    let week = vec![(ANA, What::RelayBackup)];
    let restored = vec![(ANA, What::RelayRestored)];
    let (before, after) = ([a_day(ANA), a_day(BEN)].concat(), a_day(BEN));
    tell(&[before.clone(), week.clone(), let_go(), restored.clone(), after.clone()].concat());
    let newcomer = [one_more(ANA), a_day(NEWCOMER), vec![(NEWCOMER, What::Sync)]].concat();
    let early = [before.clone(), week.clone(), let_go(), newcomer.clone(), restored.clone()];
    tell(&[early.concat(), vec![(NEWCOMER, What::Sync)], after.clone()].concat());
    tell(&[before, let_go(), week, newcomer, after, let_go(), restored].concat());
}

#[test]
fn a_device_is_taken_out_after_a_checkpoint_that_covers_it() {
    let out = vec![(TABLET, What::Remove), (TABLET, What::Sync), (TABLET, What::Sync)];
    let before = [a_day(ANA), a_day(TABLET), let_go(), a_day(TABLET), together()].concat();
    tell(&[before.clone(), out.clone(), a_day(TABLET), let_go(), a_day(BEN)].concat());
    let heard = vec![(BEN, What::Sync)];
    // A removal of which only its device has heard must be vouched for by the other person.
    let vouched = [wiped(), heard.clone()].concat();
    tell(&[before, one_more(TABLET), a_day(NEWCOMER), out, heard, vouched, a_day(BEN)].concat());
}

#[test]
fn a_phone_dies_between_any_two_things_on_the_way_of_a_checkpoint() {
    let life = [a_day(ANA), let_go(), a_day(BEN), let_go()].concat();
    for things in 0..40 {
        let dies = vec![([ANA, BEN][things % 2], What::DieIn(things / 2))];
        let story = story(7, dies.into_iter().chain(life.clone()));
        if let Err(failure) = story.tell(Breach::default()) {
            panic!("{}", story.in_words(&failure));
        }
    }
}

/// What a relay does to the pieces that it gives.
#[derive(Clone, Copy, Debug)]
enum Lie {
    Withholds,
    Swaps,
    Bends,
}

#[test]
fn a_relay_that_lies_about_a_checkpoint_costs_a_newcomer_time_and_nobody_a_word() {
    for lie in [Lie::Withholds, Lie::Swaps, Lie::Bends] {
        let begun = [a_day(ANA), a_day(BEN), let_go(), a_day(BEN), together(), one_more(ANA)];
        let mut world = in_it(3, begun.concat());
        let is_asked = world.phones.len() - 1;
        assert_eq!(is_asked, NEWCOMER);
        world.relays[0].broken = Some(Box::new(move |shelf, notebook, question| {
            let is_piece = matches!(question, Question::Piece(_));
            let answer = shelf.answer(notebook, question);
            match (answer, lie) {
                (Ok(Answer::Piece(Some(_))), Lie::Withholds) if is_piece => Ok(Answer::Piece(None)),
                (Ok(Answer::Piece(Some(_))), Lie::Swaps) if is_piece => {
                    let others = shelf.envelopes(notebook);
                    Ok(Answer::Piece(others.into_iter().next()))
                }
                (Ok(Answer::Piece(Some(mut bytes))), Lie::Bends) if is_piece => {
                    if let Some(last) = bytes.last_mut() {
                        *last ^= 1;
                    }
                    Ok(Answer::Piece(Some(bytes)))
                }
                (answer, _) => answer,
            }
        }));
        let is_caught_up = world.sync(NEWCOMER).is_ok_and(|talked| talked.is_caught_up);
        assert!(!is_caught_up, "{lie:?}: it says that it has everything");
        // The others go on as if nothing were, and an honest relay makes it good.
        world.expect_sync(BEN).unwrap();
        world.relays[0].broken = None;
        world.expect_sync(NEWCOMER).unwrap();
        world.look(NEWCOMER);
        assert!(!world.phones[NEWCOMER].shows.is_empty());
        assert!(world.phones[NEWCOMER].shows.is_superset(&world.phones[BEN].shows), "{lie:?}");
        world.settle().unwrap();
    }
}

#[test]
fn a_checkpoint_of_which_only_a_stale_device_knows_is_no_reason_to_let_go() {
    // The tablet has not heard of Ben; the relay forgot him, too.
    let stale = vec![(TABLET, What::Write), (TABLET, What::Checkpoint), (TABLET, What::Sync)];
    let before = [wiped(), stale].concat();
    for seed in 0..4 {
        let world = in_it(seed, before.clone());
        assert!(kept(&world) > 0, "what was written is there");
    }
    tell(&[before, a_day(BEN), together()].concat());
}

#[test]
fn what_was_let_go_of_under_a_log_that_yields_is_given_again() {
    let alone = vec![(TABLET, What::Clone(Mark::Gone))];
    let stale = vec![(NEWCOMER, What::Checkpoint), (NEWCOMER, What::Sync)];
    let before = [a_day(ANA), alone, together(), let_go(), a_day(TABLET), together()].concat();
    tell(&[before, wiped(), stale, a_day(BEN), together(), let_go()].concat());
}
