//! How it ends in the world, at a relay or for both. 0 is Ana's phone, 1 her tablet, 2 Ben's phone.

use std::time::Duration;

use couplet::driven::{Conversation, Output, Owner};
use couplet::{Error, Standing};

use crate::breach::Breach;
use crate::phone::BEGINNING;
use crate::relay::{Heard, Relay};
use crate::step::{Step, What};
use crate::world::{World, link_of, say};

const ANA: usize = 0;
const TABLET: usize = 1;
const BEN: usize = 2;
const DAY: u64 = 86_400;

impl World {
    /// The relay before is asked for what only it may have, as the client does after a sync.
    pub(crate) fn look_back(&mut self, who: usize) {
        let (now, seconds) = (self.instant(), BEGINNING + self.now.as_secs());
        let phone = &mut self.phones[who];
        phone.around.set_now(self.now);
        let Some(owner) = &mut phone.owner else { return };
        let Ok(Some(link)) = owner.look_back_at() else { return };
        let relay = &mut self.relays[usize::from(link == link_of(1))];
        let looked = Conversation::look_back(owner, now).and_then(|mut conversation| {
            let connection = relay.connect(owner.device());
            let mut waiting = Vec::new();
            loop {
                let mut frames = Vec::new();
                while let Some(output) = conversation.poll_output(owner, now)? {
                    match output {
                        Output::Send(frame) => frames.push(frame),
                        Output::Tell(_) => {}
                        Output::End => {
                            relay.disconnect(connection);
                            return Ok(());
                        }
                    }
                }
                for frame in frames {
                    waiting.extend(relay.hear(connection, frame, seconds));
                }
                if waiting.is_empty() {
                    return Err(Error::TimedOut);
                }
                for (_, heard) in waiting.drain(..) {
                    if let Heard::Frame(frame) = heard {
                        conversation.handle_frame(owner, frame, now)?;
                    }
                }
            }
        });
        if let Err(error) = owner.looked_back(looked.is_ok()) {
            self.blame(format!("{}: {error}", self.name(who)));
        }
    }

    fn owner(&mut self, who: usize) -> &mut Owner {
        self.phones[who].owner.as_mut().unwrap()
    }

    fn all_act(&mut self, steps: &[(usize, What)]) {
        for (salt, (who, what)) in (1..).zip(steps) {
            self.act(&Step { who: *who, what: what.clone(), salt }).unwrap();
        }
    }

    /// Everybody writes, and some of it is exchanged.
    fn a_day(&mut self) {
        for who in [ANA, BEN, TABLET] {
            self.all_act(&[(who, What::Write), (who, What::BeginPage), (who, What::EditPage)]);
            self.all_act(&[(who, What::Sync), (who, What::Write)]);
        }
    }

    fn pass(&mut self, days: u64) {
        self.now += Duration::from_secs(days * DAY);
        for phone in &self.phones {
            phone.around.set_now(self.now);
        }
    }

    fn move_to_the_second(&mut self, who: usize) {
        self.relays.push(Relay::default());
        (self.home, self.has_moved) = (1, true);
        say(self.owner(who).move_to(&link_of(1))).unwrap();
    }

    fn is_read_only(&mut self, who: usize) -> bool {
        let status = self.owner(who).status().unwrap();
        assert_eq!(status.is_read_only, status.standing == Standing::Apart);
        status.is_read_only
    }
}

/// All at the second relay, with every word; and the first is not needed any more.
fn settled(mut world: World, seed: u64) {
    world.settle().unwrap_or_else(|what| panic!("seed {seed}: {what}\n{}", world.trace.join("\n")));
    for who in 0..world.phones.len() {
        assert_eq!(world.phones[who].relay_it_is_at(), 1, "seed {seed}, {}", world.name(who));
    }
    // Who has moved gives the old one no word any more, and in the end does not look back.
    let notebook = world.owner(ANA).notebook();
    let held = |relay: &Relay| relay.shelf.envelopes(notebook).len();
    let before = held(&world.relays[0]);
    world.a_day();
    world.pass(1);
    world.a_day();
    for who in [ANA, BEN, TABLET] {
        world.all_act(&[(who, What::Sync)]);
    }
    assert_eq!(held(&world.relays[0]), before, "seed {seed}");
    assert!(held(&world.relays[1]) > before, "seed {seed}");
    world.pass(1);
    for who in 0..world.phones.len() {
        world.all_act(&[(who, What::Sync)]);
        world.pass(1);
        assert!(world.owner(who).look_back_at().unwrap().is_none(), "{}", world.name(who));
    }
}

#[test]
fn they_go_on_at_another_relay_and_lose_no_word() {
    for seed in 0..4 {
        let mut world = World::new(seed, Breach::default()).unwrap();
        world.a_day();
        world.move_to_the_second(ANA);
        world.a_day();
        settled(world, seed);
    }
}

#[test]
fn a_phone_that_was_away_for_a_month_finds_the_way() {
    let mut world = World::new(7, Breach::default()).unwrap();
    world.a_day();
    world.all_act(&[(TABLET, What::Write), (TABLET, What::Sleep)]);
    world.move_to_the_second(BEN);
    for who in [BEN, ANA, BEN, ANA] {
        world.all_act(&[(who, What::Sync), (who, What::Write)]);
    }
    world.pass(30);
    world.all_act(&[(ANA, What::Sync), (TABLET, What::Wake)]);
    settled(world, 7);
}

#[test]
fn whoever_dies_in_the_middle_of_a_move_goes_on_with_it() {
    for (seed, dies_in) in (0..8).flat_map(|dies_in| [ANA, TABLET, BEN].map(|who| (who, dies_in))) {
        let mut world = World::new(seed as u64, Breach::default()).unwrap();
        world.a_day();
        world.move_to_the_second(ANA);
        world.phones[seed].dies_in = Some(dies_in);
        for who in [ANA, BEN, TABLET, ANA] {
            world.all_act(&[(who, What::Sync), (who, What::Write)]);
        }
        settled(world, dies_in as u64);
    }
}

#[test]
fn a_lying_relay_that_withholds_the_move_only_delays_it() {
    let mut world = World::new(9, Breach::default()).unwrap();
    world.a_day();
    // What Ben meets under the old name has never heard of it.
    let lying = world.relays[0].fork();
    world.move_to_the_second(ANA);
    world.relays.push(lying);
    world.phones[BEN].relay = 2;
    world.a_day();
    assert_eq!(world.phones[ANA].relay_it_is_at(), 1);
    assert_eq!(world.phones[BEN].relay_it_is_at(), 0, "he writes on, and waits");
    world.phones[BEN].relay = 0;
    world.a_day();
    settled(world, 9);
}

#[test]
fn words_that_only_the_old_relay_has_are_fetched_from_there() {
    let mut world = World::new(11, Breach::default()).unwrap();
    world.a_day();
    world.move_to_the_second(ANA);
    world.all_act(&[(ANA, What::Sync), (BEN, What::Sync)]);
    // The tablet brings words to the old relay, dies before it hears anything, and is lost.
    world.all_act(&[(TABLET, What::Write)]);
    let gone = world.phones[TABLET].shows.clone();
    let notebook = world.owner(ANA).notebook();
    let before = world.relays[0].shelf.envelopes(notebook).len();
    world.all_act(&[(TABLET, What::DieIn(1)), (TABLET, What::Sync)]);
    assert!(world.relays[0].shelf.envelopes(notebook).len() > before);
    assert_eq!(world.phones[TABLET].relay_it_is_at(), 0);
    world.phones[TABLET].stop();
    world.all_act(&[(ANA, What::Sync)]);
    world.look(ANA);
    assert_ne!(gone.difference(&world.phones[ANA].shows).count(), 0, "it is nowhere else");
    world.pass(1);
    for who in [ANA, BEN, ANA, BEN] {
        world.all_act(&[(who, What::Sync)]);
    }
    for who in [ANA, BEN] {
        world.look(who);
        let missing = gone.difference(&world.phones[who].shows).count();
        assert_eq!(missing, 0, "{} lacks words of the tablet", world.name(who));
    }
}

#[test]
fn what_both_want_gone_is_gone_from_the_relay_before_as_well() {
    let mut world = World::new(13, Breach::default()).unwrap();
    world.a_day();
    world.move_to_the_second(ANA);
    world.a_day();
    world.settle().unwrap();
    world.pass(1);
    world.a_day();
    let notebook = world.owner(ANA).notebook();
    let held = |world: &World| {
        [0, 1].map(|relay| world.relays[relay].shelf.envelopes(notebook).is_empty())
    };
    assert_eq!(held(&world), [false, false]);
    world.is_ending = true;
    say(world.owner(ANA).dissolve()).unwrap();
    world.all_act(&[(ANA, What::Sync), (BEN, What::Sync)]);
    say(world.owner(BEN).dissolve()).unwrap();
    world.pass(1);
    world.all_act(&[(BEN, What::Sync), (ANA, What::Sync)]);
    assert_eq!(held(&world), [true, true]);
    world.verdict().unwrap();
}

#[test]
fn they_come_back_to_where_they_were() {
    let mut world = World::new(15, Breach::default()).unwrap();
    world.a_day();
    world.move_to_the_second(ANA);
    world.a_day();
    world.all_act(&[(TABLET, What::Sleep), (BEN, What::Sync), (ANA, What::Sync)]);
    say(world.owner(BEN).move_to(&link_of(0))).unwrap();
    world.home = 0;
    for who in [BEN, ANA, BEN, ANA] {
        world.all_act(&[(who, What::Write), (who, What::Sync)]);
    }
    world.all_act(&[(TABLET, What::Wake)]);
    world.settle().unwrap_or_else(|what| panic!("{what}\n{}", world.trace.join("\n")));
    for who in 0..world.phones.len() {
        assert_eq!(world.phones[who].relay_it_is_at(), 0, "{}", world.name(who));
    }
}

#[test]
fn two_who_move_at_once_meet_at_one_relay() {
    for seed in 20..24 {
        let mut world = World::new(seed, Breach::default()).unwrap();
        world.a_day();
        world.move_to_the_second(ANA);
        say(world.owner(BEN).move_to(&link_of(1))).unwrap();
        world.a_day();
        settled(world, seed);
    }
}

#[test]
fn what_both_want_gone_is_gone_and_a_phone_that_was_away_hears_of_it() {
    let mut world = World::new(3, Breach::default()).unwrap();
    world.a_day();
    for _ in 0..2 {
        world.all_act(&[(ANA, What::Sync), (BEN, What::Sync), (TABLET, What::Sync)]);
    }
    world.all_act(&[(TABLET, What::Write), (TABLET, What::Sleep)]);
    say(world.owner(ANA).dissolve()).unwrap();
    world.all_act(&[(ANA, What::Sync), (BEN, What::Sync)]);
    assert!(!world.is_read_only(BEN) && !world.is_read_only(ANA));
    world.is_ending = true;
    say(world.owner(BEN).dissolve()).unwrap();
    world.all_act(&[(BEN, What::Sync), (ANA, What::Sync), (TABLET, What::Wake)]);
    let notebook = world.owner(ANA).notebook();
    assert!(world.relays[0].shelf.envelopes(notebook).is_empty());
    let before = world.phones[TABLET].shows.clone();
    world.all_act(&[(TABLET, What::Sync), (TABLET, What::Sync), (BEN, What::Sync)]);
    assert!(world.relays[0].shelf.envelopes(notebook).is_empty(), "nobody feeds it again");
    for who in [ANA, TABLET, BEN] {
        assert!(world.is_read_only(who), "{}", world.name(who));
        assert!(!world.phones[who].shows.is_empty());
    }
    assert_eq!(world.phones[TABLET].shows, before, "what it never sent stays with it");
    world.verdict().unwrap();
}

#[test]
fn what_one_wants_gone_is_there_for_ninety_days_whatever_the_others_clocks_say() {
    let mut world = World::new(5, Breach::default()).unwrap();
    world.a_day();
    say(world.owner(BEN).dissolve()).unwrap();
    for who in [BEN, ANA, TABLET] {
        world.all_act(&[(who, What::Sync)]);
    }
    let notebook = world.owner(ANA).notebook();
    world.pass(89);
    world.a_day();
    assert!(!world.relays[0].shelf.envelopes(notebook).is_empty());
    // A clock that is ahead ends it on its own device, until it is set right.
    world.all_act(&[(TABLET, What::Jump(365 * DAY as i64))]);
    assert!(world.is_read_only(TABLET) && !world.is_read_only(ANA));
    world.all_act(&[(TABLET, What::Jump(-365 * DAY as i64)), (TABLET, What::Sync)]);
    assert!(!world.is_read_only(TABLET));
    world.is_ending = true;
    world.pass(2);
    world.all_act(&[(ANA, What::Sync), (BEN, What::Sync), (TABLET, What::Sync)]);
    for who in [ANA, BEN, TABLET] {
        assert!(world.is_read_only(who), "{}", world.name(who));
        assert!(!world.phones[who].shows.is_empty());
    }
    // Whoever comes, nothing is taken; a relay that let go too early is no reason to give up.
    world.all_act(&[(ANA, What::Jump(-30 * DAY as i64)), (ANA, What::Sync)]);
    assert!(world.relays[0].shelf.envelopes(notebook).is_empty());
    assert!(!world.is_read_only(ANA), "by its own clock it is not over");
    world.verdict().unwrap();
}

#[test]
fn who_pauses_is_silent_and_then_has_everything() {
    let mut world = World::new(6, Breach::default()).unwrap();
    world.a_day();
    say(world.owner(BEN).pause(true)).unwrap();
    world.all_act(&[(BEN, What::Write), (ANA, What::Write), (ANA, What::Sync)]);
    let (ana, ben) = (world.phones[ANA].shows.clone(), world.phones[BEN].shows.clone());
    assert!(matches!(world.sync(BEN), Err(crate::talking::Ended::Error(Error::Paused))));
    world.all_act(&[(ANA, What::Sync)]);
    world.look(BEN);
    assert_eq!((&world.phones[ANA].shows, &world.phones[BEN].shows), (&ana, &ben));
    say(world.owner(BEN).pause(false)).unwrap();
    world.settle().unwrap();
}
