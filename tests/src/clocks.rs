//! A clock that a test sets: what a phone believes the time to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use couplet::Place;
use couplet::driven::{Home, Surroundings, System};
use rand_core::CryptoRng;

/// The time on one phone, in seconds since 1970. Clones show the same.
#[derive(Clone, Debug)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// A clock that stands at this time.
    #[must_use]
    pub fn at(now: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
    }

    /// A phone in this place that has this clock.
    #[must_use]
    pub fn on(&self, place: Place) -> Home {
        Home { place, surroundings: Arc::new(self.clone()) }
    }
}

impl Surroundings for Clock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn randomness(&self) -> Box<dyn CryptoRng> {
        System.randomness()
    }
}
