//! A couple and their relay without a device, a network or a clock: the pure halves of the house,
//! run by hand from one seed.
//!
//! A [`Phone`] is the engine's replica over a store in memory, a
//! [`Relay`] the real one's desks over a [`shelf`] in memory, and a [`conversation`] is a session and
//! a desk with a bad line between them. What each call does to the store
//! follows `core/client/src/owner` step by step, one commit where the owner makes one, so that a
//! phone may be [restarted](phone::Phone::restart) after any call.
//!
//! Deliberately not here: volumes beyond the first, and a log that grows, which other tests have.

pub mod conversation;
pub mod ledger;
pub mod phone;
pub mod relay;
pub mod shelf;
pub mod store;

use couplet_proto::hash::Hash;

use crate::chance::Chance;
use crate::couple::Couple;
use conversation::{Fate, meet};
use phone::Phone;
use relay::Relay;

/// Two phones, one of each person, and the relay between them.
#[derive(Debug)]
pub struct World {
    /// Ana's phone and Ben's.
    pub phones: [Phone; 2],
    /// The relay.
    pub relay: Relay,
    /// All that is left to chance.
    pub chance: Chance,
}

/// How often everybody asks the relay once more before there is nothing left to say. Words cross in
/// two rounds, the answer that they have arrived takes one more each way.
const ROUNDS: usize = 8;

impl World {
    /// Ana and Ben, just paired; the relay has not heard of them.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let Couple { ana, ben, log, key, .. } = Couple::pair(&mut chance);
        let phones = [ana, ben].map(|device| {
            let shares_delivery = chance.percent(50);
            Phone::new(device, log.clone(), key.clone(), shares_delivery, &mut chance)
        });
        Self { phones, relay: Relay::new(log.id()), chance }
    }

    /// Everybody talks to the relay, undisturbed, until nobody has anything to say.
    ///
    /// # Panics
    ///
    /// If that does not come to an end.
    pub fn settle(&mut self) {
        for _ in 0..ROUNDS {
            for phone in &mut self.phones {
                let met = meet(phone, &mut self.relay, &Fate::good(), &mut self.chance);
                assert!(met.is_caught_up, "an undisturbed conversation catches up");
            }
            let is_same = |phone: &Phone| *phone.have() == self.relay.have();
            let is_quiet = |phone: &Phone| !phone.has_something_to_say();
            if self.phones.iter().all(|phone| is_same(phone) && is_quiet(phone)) {
                return;
            }
        }
        panic!("after {ROUNDS} rounds somebody still has something to say");
    }

    /// What each phone's notebook says, hashed.
    pub fn hashes(&mut self) -> [Hash; 2] {
        self.phones.each_mut().map(Phone::hash)
    }
}
