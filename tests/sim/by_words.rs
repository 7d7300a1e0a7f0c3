//! What happens to Ana and Ben when a phone is lost, by name. 0 is Ana's phone, 1 her tablet, 2
//! Ben's phone; 3 and 4 come in by words.

use std::time::Duration;

use couplet::driven::Found;
use couplet::{Error, Renewed, Slot, Words};

use crate::breach::Breach;
use crate::explore::Story;
use crate::step::{Step, What};
use crate::stories::story;
use crate::world::World;

const ANA: usize = 0;
const TABLET: usize = 1;
const BEN: usize = 2;
const FRESH: usize = 3;
const DAY: u64 = 86_400;

fn tell(steps: &[Vec<(usize, What)>]) {
    for seed in 0..4 {
        let story: Story = story(seed, steps.concat());
        if let Err(failure) = story.tell(Breach::default()) {
            panic!("{}", story.in_words(&failure));
        }
    }
}

fn writes(who: usize) -> Vec<(usize, What)> {
    [What::Write, What::BeginPage, What::EditPage, What::Comment].map(|what| (who, what)).to_vec()
}

fn all(whos: &[usize]) -> Vec<(usize, What)> {
    whos.iter().map(|who| (*who, What::Sync)).collect()
}

fn kit() -> Vec<(usize, What)> {
    vec![(ANA, What::MakeKit), (ANA, What::Sync)]
}

fn back(removes_others: bool) -> Vec<(usize, What)> {
    let passes = What::Pass(Duration::from_secs(3));
    vec![(ANA, What::Recover(removes_others)), (ANA, passes.clone()), (FRESH, What::Sync)]
}

fn act(world: &mut World, steps: Vec<(usize, What)>) {
    for ((who, what), salt) in steps.into_iter().zip(1..) {
        world.act(&Step { who, what, salt }).unwrap();
    }
}

/// A world in which Ana has a kit.
fn with_kit(seed: u64) -> (World, Words) {
    let mut world = World::new(seed, Breach::default()).unwrap();
    act(&mut world, [writes(ANA), kit(), all(&[BEN, TABLET])].concat());
    let words = world.kits.last().unwrap().1.clone();
    (world, words)
}

fn come_back(world: &mut World, words: &Words) -> Result<(), Error> {
    let found = world.look_up(ANA, words)?;
    world.come_back(ANA, words, &found, false).unwrap();
    Ok(())
}

fn is_kit(world: &mut World, who: usize, words: &Words) -> bool {
    world.phones[who].owner.as_mut().unwrap().is_kit_of(words).unwrap()
}

#[test]
fn a_new_phone_comes_in_by_words() {
    let before = [writes(ANA), all(&[ANA, BEN, TABLET]), kit(), writes(BEN), all(&[BEN, TABLET])];
    for removes_others in [false, true] {
        let after = [writes(FRESH), all(&[FRESH, BEN]), writes(BEN), all(&[BEN, FRESH])];
        tell(&[before.concat(), back(removes_others), after.concat()]);
    }
}

#[test]
fn a_new_phone_comes_in_while_the_lost_one_still_writes() {
    let before = [writes(ANA), kit(), all(&[BEN, TABLET]), writes(ANA), writes(TABLET)].concat();
    let lost = [writes(ANA), all(&[ANA, TABLET]), writes(ANA)].concat();
    tell(&[before, back(true), lost, writes(FRESH), all(&[FRESH, BEN])]);
}

#[test]
fn a_new_phone_comes_in_after_the_relay_has_forgotten_everything() {
    let wiped = [vec![(ANA, What::RelayWiped)], all(&[BEN, TABLET])].concat();
    tell(&[writes(ANA), kit(), all(&[BEN, TABLET]), wiped.clone(), back(false), writes(FRESH)]);
    // And after it came in, all that the relay is fed by is a phone that has not heard of it.
    tell(&[writes(ANA), kit(), all(&[BEN, TABLET]), back(false), wiped, writes(BEN)]);
}

#[test]
fn a_new_phone_dies_between_any_two_things_while_it_comes_in() {
    for things in 0..24 {
        let before = [writes(ANA), kit(), all(&[BEN]), vec![(ANA, What::Recover(false))]].concat();
        let dies = vec![(FRESH, What::DieIn(things)), (ANA, What::Pass(Duration::from_secs(9)))];
        let after = [all(&[FRESH, FRESH, BEN]), writes(FRESH)].concat();
        let story = story(7, [before, dies, after].concat());
        if let Err(failure) = story.tell(Breach::default()) {
            panic!("{}", story.in_words(&failure));
        }
    }
}

#[test]
fn two_come_in_by_the_same_words_at_once_and_one_is_told_that_they_are_used() {
    for seed in 0..8 {
        let (mut world, words) = with_kit(seed);
        come_back(&mut world, &words).unwrap();
        come_back(&mut world, &words).unwrap();
        world.run_for(Duration::from_secs(20)).unwrap();
        world.settle().unwrap();
        let is_in: Vec<bool> = [FRESH, FRESH + 1].map(|who| world.belongs(who)).to_vec();
        assert_eq!(is_in.iter().filter(|is_in| **is_in).count(), 1, "{is_in:?}");
        let (winner, loser) = if is_in[0] { (FRESH, FRESH + 1) } else { (FRESH + 1, FRESH) };
        let refused = world.phones[loser].last_error.take();
        assert!(matches!(refused, Some(Error::WordsUsed) | None), "{refused:?}");
        // The words that are good are those that the one that is in was shown.
        let shown: Vec<Words> = world.kits.iter().rev().take(2).map(|kit| kit.1.clone()).collect();
        let good = if winner == FRESH { &shown[1] } else { &shown[0] };
        assert!(is_kit(&mut world, winner, good) && is_kit(&mut world, TABLET, good));
    }
}

#[test]
fn words_that_were_used_or_renewed_are_nobodys() {
    let (mut world, words) = with_kit(1);
    act(&mut world, kit());
    let renewed = world.kits.last().unwrap().1.clone();
    assert!(matches!(come_back(&mut world, &words), Err(Error::UnknownWords)));
    come_back(&mut world, &renewed).unwrap();
    world.run_for(Duration::from_secs(5)).unwrap();
    assert!(world.belongs(FRESH));
    assert!(matches!(come_back(&mut world, &renewed), Err(Error::UnknownWords)));
    let others = Words::random(&mut world.chance);
    assert!(matches!(come_back(&mut world, &others), Err(Error::UnknownWords)));
    world.settle().unwrap();
}

#[test]
fn a_thief_needs_seven_days_and_the_words_say_no() {
    let (mut world, words) = with_kit(2);
    let renew = |world: &mut World| {
        world.phones[TABLET].around.set_now(world.now);
        world.phones[TABLET].owner.as_mut().unwrap().renew_kit(None).unwrap()
    };
    assert!(matches!(renew(&mut world), Renewed::NotBefore(_)));
    act(&mut world, all(&[TABLET, ANA]));
    let noticed = |world: &mut World, who: usize| {
        world.phones[who].owner.as_mut().unwrap().recovery_kit().unwrap().due.is_some()
    };
    assert!(noticed(&mut world, ANA), "she is told");
    // A clock that is set forward is not the relay's.
    act(&mut world, vec![(TABLET, What::Jump(8 * DAY as i64))]);
    assert!(matches!(renew(&mut world), Renewed::Words(_)));
    world.expects_to_wait = true;
    act(&mut world, all(&[TABLET, ANA]));
    assert!(is_kit(&mut world, ANA, &words), "the words are good");
    let owner = world.phones[ANA].owner.as_mut().unwrap();
    owner.keep_kit(&words).unwrap();
    act(&mut world, all(&[ANA, TABLET]));
    assert!(!noticed(&mut world, TABLET));
    act(&mut world, vec![(ANA, What::Pass(Duration::from_secs(30 * DAY)))]);
    act(&mut world, all(&[TABLET, ANA]));
    assert!(is_kit(&mut world, ANA, &words));
    come_back(&mut world, &words).unwrap();
    world.settle().unwrap();
    assert!(world.belongs(FRESH));
}

#[test]
fn who_has_lost_only_the_words_has_others_after_seven_days() {
    let (mut world, words) = with_kit(3);
    let renew = |world: &mut World| {
        world.phones[ANA].around.set_now(world.now);
        world.phones[ANA].owner.as_mut().unwrap().renew_kit(None).unwrap()
    };
    renew(&mut world);
    act(&mut world, [all(&[ANA]), vec![(ANA, What::Pass(Duration::from_secs(7 * DAY)))]].concat());
    let Renewed::Words(renewed) = renew(&mut world) else { panic!("it is due") };
    act(&mut world, all(&[ANA, BEN, TABLET]));
    assert!(is_kit(&mut world, TABLET, &renewed) && !is_kit(&mut world, TABLET, &words));
    world.kits.push((Slot::First, renewed.clone()));
    come_back(&mut world, &renewed).unwrap();
    world.settle().unwrap();
}

#[test]
fn a_relay_that_answers_with_another_notebook_is_not_believed() {
    let (mut world, words) = with_kit(4);
    let mut others = World::new(5, Breach::default()).unwrap();
    act(&mut others, kit());
    let theirs = others.kits.last().unwrap().1.clone();
    let nobody = world.relays[0].connect(couplet_proto::ids::DeviceId([1; 32]));
    let heard = world.relays[0].hear(nobody, Found::question(&words), 0);
    let log = heard.into_iter().find_map(|(_, heard)| match heard {
        crate::relay::Heard::Frame(frame) => Some(frame),
        crate::relay::Heard::Closed => None,
    });
    let answer = Found::read(&theirs, log.unwrap());
    assert!(matches!(answer, Err(Error::BadRelay)), "{answer:?}");
}
