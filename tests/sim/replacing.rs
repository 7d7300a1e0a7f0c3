//! What happens when Ben loses every phone and his words, and Ana lets him in again. 0 is Ana's phone,
//! 1 her tablet, 2 Ben's phone, which was lost; 3 is the fresh one.

use std::time::Duration;

use couplet::driven::{Owner, Until};
use couplet::{Again, Error, Slot, Standing, Words};
use couplet_engine::notebook::CannotWrite;
use couplet_engine::pairing::link::JoinLink;

use crate::breach::Breach;
use crate::phone::Phone;
use crate::step::{Step, What};
use crate::world::{World, say};

const ANA: usize = 0;
const TABLET: usize = 1;
const BEN: usize = 2;
const FRESH: usize = 3;
const DAY: u64 = 86_400;

fn act(world: &mut World, steps: Vec<(usize, What)>) {
    for ((who, what), salt) in steps.into_iter().zip(1..) {
        world.act(&Step { who, what, salt }).unwrap();
    }
}

fn writes(who: usize) -> Vec<(usize, What)> {
    [What::Write, What::BeginPage, What::EditPage, What::Comment].map(|what| (who, what)).to_vec()
}

fn all(whos: &[usize]) -> Vec<(usize, What)> {
    whos.iter().map(|who| (*who, What::Sync)).collect()
}

fn world(seed: u64) -> World {
    let mut world = World::new(seed, Breach::default()).unwrap();
    let together = [writes(ANA), writes(BEN), all(&[ANA, BEN, TABLET, ANA]), writes(BEN)];
    act(&mut world, [together.concat(), all(&[BEN])].concat());
    (world.has_changed_members, world.has_let_in_again) = (true, true);
    world
}

fn owner(world: &mut World, who: usize) -> &mut Owner {
    let now = world.now;
    let phone: &mut Phone = &mut world.phones[who];
    phone.around.set_now(now);
    phone.owner.as_mut().unwrap()
}

/// Ana's link for Ben.
fn invited(world: &mut World) -> Result<JoinLink, u64> {
    match owner(world, ANA).invite_again().unwrap() {
        Again::Link(invited) => Ok(invited.link),
        Again::NotBefore(due) => Err(due),
    }
}

/// Ben asks on a fresh phone.
fn ask(world: &mut World, link: &JoinLink) {
    let mut phone = world.new_phone("Ben's fresh phone");
    phone.around.set_now(world.now);
    phone.owner = Some(Owner::join(phone.home(), link, &"Ben".parse().unwrap()).unwrap());
    phone.remember();
    world.phones.push(phone);
    world.begin(FRESH, Until::LetIn);
    world.run_for(Duration::from_secs(3)).unwrap();
}

fn approve(world: &mut World) {
    let ana = owner(world, ANA);
    let asking = ana.asking().unwrap();
    ana.approve(asking[0].id, None).unwrap();
}

fn come_back(world: &mut World) {
    let link = invited(world).unwrap();
    act(world, all(&[ANA]));
    ask(world, &link);
    act(world, all(&[ANA]));
    approve(world);
    act(world, all(&[ANA]));
    world.run_for(Duration::from_secs(5)).unwrap();
}

/// Everybody ends with everything, Ben on his fresh phone alone, as he is by then.
fn is_back(world: &mut World) {
    world.settle().unwrap();
    assert!(world.belongs(FRESH) && !world.belongs(BEN));
    for who in [ANA, TABLET, FRESH] {
        let devices = owner(world, who).devices().unwrap();
        let of_ben: Vec<_> = devices.iter().filter(|it| it.slot == Slot::Second).collect();
        assert_eq!((of_ben.len(), of_ben[0].generation), (1, 1));
    }
}

#[test]
fn ben_comes_back_and_reads_everything_and_his_words_of_before_stay_as_they_are() {
    for seed in 0..4 {
        let mut world = world(seed);
        come_back(&mut world);
        act(&mut world, [writes(FRESH), all(&[FRESH, ANA, TABLET]), writes(TABLET)].concat());
        is_back(&mut world);
        let rows = world.phones[FRESH].timeline().unwrap();
        let before = |row: &&couplet::EntryRow| {
            row.entry.author == Slot::Second
                && row.entry.generation == 0
                && row.entry.revisions.len() == 1
        };
        let key = rows.iter().find(before).unwrap().entry.key.clone();
        let anew = owner(&mut world, FRESH).edit(&key, None, "anew");
        assert!(matches!(anew, Err(Error::Write(CannotWrite::NotYours))), "{anew:?}");
    }
}

#[test]
fn the_lost_phone_is_found_and_hears_that_it_is_out() {
    for seed in 0..4 {
        let mut world = world(seed);
        act(&mut world, writes(BEN));
        come_back(&mut world);
        act(&mut world, writes(FRESH));
        let before = world.phones[BEN].timeline().unwrap().len();
        act(&mut world, all(&[FRESH, BEN, BEN]));
        let ben = owner(&mut world, BEN);
        let status = ben.status().unwrap();
        assert_eq!((status.standing, status.is_read_only), (Standing::Apart, true));
        let word = ben.write(couplet::Kind::Note, 0, "w99999");
        assert!(matches!(word, Err(Error::Apart)));
        assert_eq!(world.phones[BEN].timeline().unwrap().len(), before, "it keeps its copy");
        is_back(&mut world);
    }
}

#[test]
fn words_that_reached_the_relay_before_he_was_let_in_stand() {
    for seed in 0..4 {
        let mut world = world(seed);
        let link = invited(&mut world).unwrap();
        act(&mut world, all(&[ANA]));
        ask(&mut world, &link);
        act(&mut world, all(&[ANA]));
        approve(&mut world);
        // What Ana has approved names where his chains end, and by then there is more.
        act(&mut world, [writes(BEN), all(&[BEN])].concat());
        let there = world.phones[BEN].timeline().unwrap();
        act(&mut world, all(&[ANA]));
        world.run_for(Duration::from_secs(5)).unwrap();
        is_back(&mut world);
        let shown = world.phones[FRESH].timeline().unwrap();
        let is_there = |key: &str| shown.iter().any(|row| row.entry.key.as_str() == key);
        assert!(there.iter().all(|row| is_there(row.entry.key.as_str())));
    }
}

#[test]
fn a_relay_that_forgot_and_was_fed_by_the_lost_phone_is_put_right() {
    for seed in 0..4 {
        let mut world = world(seed);
        come_back(&mut world);
        act(&mut world, [writes(FRESH), all(&[FRESH, ANA, TABLET])].concat());
        // Whoever has the lost phone is first, before it has heard anything.
        act(&mut world, vec![(ANA, What::RelayWiped)]);
        act(&mut world, [writes(BEN), all(&[BEN])].concat());
        assert!(world.belongs(BEN));
        act(&mut world, [writes(ANA), all(&[FRESH, ANA, TABLET, FRESH])].concat());
        is_back(&mut world);
    }
}

#[test]
fn a_phone_dies_between_any_two_things_while_he_is_let_in() {
    for things in 0..18 {
        for who in [ANA, FRESH] {
            let mut world = world(7);
            let link = invited(&mut world).unwrap();
            act(&mut world, all(&[ANA]));
            ask(&mut world, &link);
            act(&mut world, all(&[ANA]));
            approve(&mut world);
            act(&mut world, vec![(who, What::DieIn(things))]);
            act(&mut world, all(&[ANA, FRESH, ANA, FRESH]));
            act(&mut world, vec![(who, What::Stop)]);
            is_back(&mut world);
        }
    }
}

fn with_kit(seed: u64) -> (World, Words) {
    let mut world = world(seed);
    act(&mut world, vec![(BEN, What::MakeKit), (BEN, What::Sync), (ANA, What::Sync)]);
    let words = world.kits.last().unwrap().1.clone();
    (world, words)
}

#[test]
fn words_that_were_only_mislaid_have_seven_days() {
    let (mut world, words) = with_kit(1);
    let due = invited(&mut world).unwrap_err();
    act(&mut world, all(&[ANA, BEN]));
    let status = owner(&mut world, BEN).status().unwrap();
    assert_eq!((status.kit_due, status.is_being_replaced), (Some(due), true));
    // Ana's clock is not the relay's: a link that she gives out too soon lets in nobody.
    act(&mut world, vec![(ANA, What::Jump(8 * DAY as i64))]);
    let link = invited(&mut world).unwrap();
    world.expects_to_wait = true;
    act(&mut world, all(&[ANA]));
    ask(&mut world, &link);
    act(&mut world, all(&[ANA]));
    approve(&mut world);
    act(&mut world, all(&[ANA]));
    assert!(!world.belongs(FRESH) && world.belongs(BEN));
    // Ben finds them, on whichever phone, and says no.
    let found = world.look_up(ANA, &words).unwrap();
    world.come_back(ANA, &words, &found, true).unwrap();
    world.run_for(Duration::from_secs(5)).unwrap();
    let back = world.phones.len() - 1;
    assert!(world.belongs(back));
    let status = owner(&mut world, back).status().unwrap();
    assert_eq!((status.kit_due, status.is_being_replaced), (None, true), "the link is open");
    let open = owner(&mut world, back).invites().unwrap();
    owner(&mut world, back).revoke(&open[0].id.to_string()).unwrap();
    act(&mut world, all(&[back, ANA, TABLET]));
    world.settle().unwrap();
    assert!(world.belongs(back) && !world.belongs(FRESH));
    let devices = owner(&mut world, TABLET).devices().unwrap();
    assert!(devices.iter().all(|device| device.generation == 0), "he is who he was");
}

#[test]
fn words_that_are_lost_keep_nobody_out_for_longer_than_seven_days() {
    let (mut world, words) = with_kit(2);
    invited(&mut world).unwrap_err();
    act(&mut world, all(&[ANA]));
    world.run_for(Duration::from_secs(6 * DAY)).unwrap();
    assert!(invited(&mut world).is_err());
    world.run_for(Duration::from_secs(DAY)).unwrap();
    come_back(&mut world);
    act(&mut world, [writes(FRESH), all(&[FRESH])].concat());
    is_back(&mut world);
    assert!(matches!(world.look_up(ANA, &words), Err(Error::UnknownWords)));
    // And he makes others.
    act(&mut world, vec![(FRESH, What::MakeKit), (FRESH, What::Sync)]);
    let words = world.kits.last().unwrap().1.clone();
    let found = say(world.look_up(ANA, &words)).unwrap();
    world.come_back(ANA, &words, &found, false).unwrap();
    world.settle().unwrap();
    act(&mut world, all(&[ANA]));
    let devices = owner(&mut world, ANA).devices().unwrap();
    let of_ben = devices.iter().filter(|device| device.slot == Slot::Second);
    assert!(of_ben.clone().count() == 2 && of_ben.clone().all(|device| device.generation == 1));
}
