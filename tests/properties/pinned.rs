//! What seeds have found, as stories: the relay came back from a copy, and its log is shorter than a
//! phone believes.

use couplet_engine::notebook::schema::Kind;
use couplet_tests::chance::Chance;
use couplet_tests::world::World;
use couplet_tests::world::conversation::{Fate, meet};
use couplet_tests::world::phone::Phone;
use couplet_tests::world::relay::Relay;

#[test]
fn words_handed_over_reach_a_relay_that_has_forgotten_who_wrote_them() {
    let mut world = World::new(882);
    let World { phones: [ana, ben, tablet], relay, chance } = &mut world;
    sync(ben, relay, chance);
    let backup = relay.clone();
    sync(ana, relay, chance);
    tablet.write(Kind::Note, "from the tablet");
    tablet.seal_pending();
    ana.receive(tablet.store().envelopes.values().cloned().collect());
    *relay = backup;
    // Ana believes that the relay knows her tablet, and sends at once what it will not take.
    sync(ana, relay, chance);
    sync(ben, relay, chance);
    assert_eq!(ben.hash(), tablet.hash());
}

#[test]
fn a_phone_that_has_the_end_of_the_log_feeds_a_relay_that_lost_its_middle() {
    let mut world = World::new(7_355);
    let World { phones: [ana, ben, _], relay, chance } = &mut world;
    sync(ben, relay, chance);
    let known = ana.log_hashes().len() as u64;
    ana.relay_log(known - 1);
    assert!(relay.log_length() < known - 1);
    sync(ana, relay, chance);
    assert_eq!(relay.log_length(), known);
}

#[test]
fn a_phone_that_has_the_end_of_the_log_feeds_a_relay_that_lost_all_of_it() {
    let mut world = World::new(8_475);
    let World { phones: [ana, ..], relay, chance } = &mut world;
    let known = ana.log_hashes().len() as u64;
    ana.relay_log(known - 1);
    sync(ana, relay, chance);
    assert_eq!(relay.log_length(), known);
}

/// One undisturbed conversation, which catches up.
#[track_caller]
fn sync(phone: &mut Phone, relay: &mut Relay, chance: &mut Chance) {
    assert!(meet(phone, relay, &Fate::good(), chance).is_caught_up);
}
