//! A couple and their relay without a device, a network or a clock: the pure halves of the house,
//! run by hand from one seed.
//!
//! A [`Phone`] is the engine's replica over a store in memory, a
//! [`Relay`] the real one's desks over a [`shelf`] in memory, and a [`conversation`] is a session and
//! a desk with a bad line between them. What each call does to the store
//! follows `core/client/src/owner` step by step, one commit where the owner makes one, so that a
//! phone may be [restarted](phone::Phone::restart) after any call.
//!
//! Ben's phone learns of Ana's tablet from the relay, so what the tablet wrote may come before the
//! statement that let it in. Deliberately not here: volumes beyond the first, which other tests have.

pub mod conversation;
pub mod ledger;
pub mod phone;
pub mod relay;
pub mod shelf;
pub mod store;
mod verbs;

use couplet_proto::hash::Hash;
use couplet_proto::log::Log;

use crate::chance::Chance;
use crate::couple::Couple;
use conversation::{Fate, meet};
use phone::Phone;
use relay::Relay;

/// Ana's two devices, Ben's phone, and the relay between them.
#[derive(Debug)]
pub struct World {
    /// Ana's phone, Ben's, and Ana's tablet.
    pub phones: [Phone; 3],
    /// The relay.
    pub relay: Relay,
    /// All that is left to chance.
    pub chance: Chance,
}

/// How often everybody asks the relay once more before there is nothing left to say. Words cross in
/// two rounds, the answer that they have arrived takes one more each way.
const ROUNDS: usize = 8;

impl World {
    /// Ana and Ben, just paired, and Ana's tablet, just let in; the relay has not heard of them,
    /// and not every phone of the tablet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut couple = Couple::pair(&mut chance);
        let paired = couple.log.statements().len();
        let tablet = couple.add_device(&mut chance);
        let Couple { ana, ben, log, key, .. } = couple;
        let all = log.statements();
        let mut phone = |device, known: usize| {
            let log = Log::replay(all.iter().take(known).cloned()).unwrap();
            let shares_delivery = chance.percent(50);
            Phone::new(device, log, key.clone(), shares_delivery, &mut chance)
        };
        let phones = [phone(ana, all.len()), phone(ben, paired), phone(tablet, all.len())];
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
    pub fn hashes(&mut self) -> [Hash; 3] {
        self.phones.each_mut().map(Phone::hash)
    }
}
