//! The newest envelopes of a notebook, remembered for those who listen: what is pushed while they do
//! reaches them without a look at the disk.
//!
//! Bounded for each notebook, and so by the number of connections; what is larger or older is read
//! from the store.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use couplet_proto::envelope::Sealed;
use couplet_proto::have::Range;
use couplet_proto::ids::WriterId;

use crate::limits::FRESH;

/// Envelopes that have become durable a moment ago.
#[derive(Debug, Default)]
pub(super) struct Fresh(Mutex<Newest>);

#[derive(Debug, Default)]
struct Newest {
    envelopes: VecDeque<One>,
    bytes: usize,
}

/// One envelope and its place.
#[derive(Debug)]
pub(super) struct One {
    writer: WriterId,
    counter: u64,
    bytes: Vec<u8>,
}

impl One {
    /// Those of a push, unless it is too large to be remembered.
    pub(super) fn of(pushed: &[Sealed]) -> Vec<Self> {
        if pushed.iter().map(|sealed| sealed.bytes().len()).sum::<usize>() > FRESH {
            return Vec::new();
        }
        let one = |sealed: &Sealed| {
            let (writer, counter) = (sealed.header().writer(), sealed.header().counter);
            Self { writer, counter, bytes: sealed.bytes().to_vec() }
        };
        pushed.iter().map(one).collect()
    }
}

impl Fresh {
    /// Remembers these, and forgets as many older ones.
    pub(super) fn add(&self, envelopes: impl IntoIterator<Item = One>) {
        let mut newest = self.newest();
        for one in envelopes {
            newest.bytes += one.bytes.len();
            newest.envelopes.push_back(one);
            while newest.bytes > FRESH {
                let Some(oldest) = newest.envelopes.pop_front() else { break };
                newest.bytes -= oldest.bytes.len();
            }
        }
    }

    /// The envelopes of a range, if all of them are here.
    pub(super) fn get(&self, range: Range) -> Option<Vec<Vec<u8>>> {
        let newest = self.newest();
        if range.last.saturating_sub(range.first) >= newest.envelopes.len() as u64 {
            return None;
        }
        let of_range = |counter| {
            let mut envelopes = newest.envelopes.iter();
            let found = envelopes.find(|one| one.writer == range.writer && one.counter == counter);
            found.map(|one| one.bytes.clone())
        };
        (range.first..=range.last).map(of_range).collect()
    }

    /// Forgets all.
    pub(super) fn forget(&self) {
        *self.newest() = Newest::default();
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_a_range_is_given_whole_or_not_at_all() {
        let fresh = Fresh::default();
        let one = |counter: u64, length| One {
            writer: WriterId([1; 16]),
            counter,
            bytes: vec![7; length],
        };
        let range = |first, last| Range { writer: WriterId([1; 16]), first, last };
        fresh.add([one(1, FRESH / 2), one(2, FRESH / 4), one(3, FRESH / 4)]);
        assert_eq!(fresh.get(range(2, 3)).map(|found| found.len()), Some(2));
        assert_eq!(fresh.get(range(2, u64::MAX)), None);
        assert_eq!(fresh.get(Range { writer: WriterId([2; 16]), ..range(2, 3) }), None);
        fresh.add([one(4, 1)]);
        assert_eq!(fresh.get(range(1, 4)), None);
        assert!(fresh.get(range(2, 4)).is_some());
        fresh.forget();
        assert_eq!(fresh.get(range(4, 4)), None);
    }
}
