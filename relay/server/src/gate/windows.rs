//! How much somebody has taken in the window that time is in: tables of bounded size.

use std::collections::HashMap;
use std::hash::Hash;

use crate::limits::COUNTED;

/// How much was taken in the window that time is in, by each of at most [`COUNTED`].
#[derive(Debug)]
pub(super) struct Windows<K> {
    seconds: u32,
    limit: u64,
    window: u64,
    taken: HashMap<K, Taken>,
    /// By all others together, where that is counted.
    by_others: u64,
}

#[derive(Clone, Copy, Debug)]
enum Taken {
    Count(u64),
    Free,
}

impl<K: Copy + Eq + Hash> Windows<K> {
    pub(super) fn new(seconds: u32, limit: u64) -> Self {
        Self { seconds, limit, window: 0, taken: HashMap::new(), by_others: 0 }
    }

    /// Takes so much. Whoever has some left may take more than that: it was signed in one piece.
    /// Whoever finds no place in the table has none left.
    pub(super) fn take(&mut self, key: K, count: u64, now: u64) -> Result<(), u32> {
        self.turn_to(now);
        let is_known = self.taken.contains_key(&key);
        let taken = if is_known || self.taken.len() < COUNTED {
            self.taken.entry(key).or_insert(Taken::Count(0))
        } else {
            return Err(self.left(now));
        };
        match taken {
            Taken::Free => Ok(()),
            Taken::Count(taken) if *taken < self.limit => {
                *taken = taken.saturating_add(count);
                Ok(())
            }
            Taken::Count(_) => Err(self.left(now)),
        }
    }

    /// Whether there is some left. Those who find no place in the table share one.
    pub(super) fn check(&mut self, key: K, now: u64) -> Result<(), u32> {
        self.turn_to(now);
        let taken = match self.taken.get(&key) {
            Some(Taken::Free) => return Ok(()),
            Some(Taken::Count(taken)) => *taken,
            None if self.taken.len() < COUNTED => 0,
            None => self.by_others,
        };
        if taken < self.limit { Ok(()) } else { Err(self.left(now)) }
    }

    /// Counts what was taken after [`Windows::check`]; how much of it is beyond the limit.
    pub(super) fn count(&mut self, key: K, count: u64, now: u64) -> u64 {
        self.turn_to(now);
        let has_place = self.taken.len() < COUNTED || self.taken.contains_key(&key);
        let taken = if has_place {
            match self.taken.entry(key).or_insert(Taken::Count(0)) {
                Taken::Count(taken) => taken,
                Taken::Free => return 0,
            }
        } else {
            &mut self.by_others
        };
        let left = self.limit.saturating_sub(*taken);
        *taken = taken.saturating_add(count);
        count.saturating_sub(left)
    }

    /// Lets it take what it likes until the window is over.
    pub(super) fn free(&mut self, key: K, now: u64) {
        self.turn_to(now);
        if self.taken.len() < COUNTED {
            self.taken.insert(key, Taken::Free);
        }
    }

    fn turn_to(&mut self, now: u64) {
        let window = now / u64::from(self.seconds);
        if window != self.window {
            self.window = window;
            self.by_others = 0;
            self.taken = HashMap::new();
        }
    }

    /// Seconds until the next window.
    fn left(&self, now: u64) -> u32 {
        let gone = now % u64::from(self.seconds);
        self.seconds - u32::try_from(gone).unwrap_or(0)
    }
}

pub(super) const HOUR: u32 = 3600;

pub(super) const DAY: u32 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_with_the_next_window() {
        let mut windows = Windows::new(HOUR, 3);
        assert_eq!(windows.take(1, 2, 10), Ok(()));
        assert_eq!(windows.take(1, 9, 20), Ok(()), "there was one left");
        assert_eq!(windows.take(1, 1, 3_590), Err(10));
        assert_eq!(windows.take(2, 1, 3_590), Ok(()));
        assert_eq!(windows.take(1, 1, 3_600), Ok(()));
        windows.free(1, 3_700);
        assert!((0..9).all(|_| windows.take(1, 9, 3_800).is_ok()));
    }

    #[test]
    fn a_crowd_of_addresses_costs_bounded_memory_and_stops_nobody_known() {
        let mut windows = Windows::new(HOUR, 3);
        for address in 0..COUNTED {
            assert_eq!(windows.take(address, 1, 0), Ok(()));
        }
        assert_eq!(windows.take(COUNTED, 1, 60), Err(3_540));
        assert_eq!(windows.take(0, 1, 60), Ok(()));
        assert_eq!(windows.taken.len(), COUNTED);
        assert_eq!(windows.take(COUNTED, 1, 3_600), Ok(()));
    }

    #[test]
    fn whoever_finds_no_place_shares_what_is_left_with_others() {
        let mut windows = Windows::new(DAY, 3);
        for address in 0..COUNTED {
            assert_eq!(windows.count(address, 1, 0), 0);
        }
        let (one, other) = (COUNTED, COUNTED + 1);
        assert!(windows.check(one, 0).is_ok());
        assert_eq!(windows.count(one, 4, 0), 1);
        assert!(windows.check(other, 0).is_err() && windows.check(0, 0).is_ok());
        assert!(windows.check(other, DAY.into()).is_ok());
    }
}
