//! What is held of a notebook, remembered between two reads of the store, so that a push costs none
//! of those who are attached one.
//!
//! What all notebooks remember together is bounded: what finds no place is read from the store each
//! time. Deliberately not here: the store, which is asked by whoever finds nothing here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use couplet_proto::have::{Have, WriterHave};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is held, if it is known.
#[derive(Debug)]
pub(super) struct Held {
    /// Places for a writer, or a range beyond a hole, of all notebooks.
    places: Arc<Semaphore>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    known: Option<Known>,
    /// How often it was written: what was read before a write is not remembered after it.
    writes: u64,
}

#[derive(Debug)]
struct Known {
    have: Have,
    place: OwnedSemaphorePermit,
}

impl Held {
    pub(super) fn new(places: Arc<Semaphore>) -> Self {
        Self { places, memory: Mutex::default() }
    }

    /// What is held, or else how often it was written so far, to be said with what the store says.
    pub(super) fn get(&self) -> Result<Have, u64> {
        let memory = self.memory();
        memory.known.as_ref().map(|known| known.have.clone()).ok_or(memory.writes)
    }

    /// The store said so, asked after so many writes.
    pub(super) fn read(&self, have: &Have, writes: u64) {
        let mut memory = self.memory();
        let needed = u32::try_from(have.iter().map(|(_, have)| size(have)).sum::<usize>());
        let place = needed.map(|needed| Arc::clone(&self.places).try_acquire_many_owned(needed));
        if let (true, Ok(Ok(place))) = (memory.writes == writes, place) {
            memory.known = Some(Known { have: have.clone(), place });
        }
    }

    /// All that is held of these writers by now. Of two answers of the store, which may come in any
    /// order, the one that has more is the later one: nothing is let go of meanwhile.
    pub(super) fn kept(&self, delta: &Have) {
        let mut memory = self.memory();
        memory.writes += 1;
        if let Some(mut known) = memory.known.take()
            && delta.iter().all(|(writer, have)| {
                let before = known.have.of(writer);
                if before.is_some_and(|before| before.covers(have)) {
                    return true;
                }
                let grows = before.is_none_or(|before| have.covers(before));
                let size_before = before.map_or(0, size);
                known.have.set(writer, have.clone());
                grows && known.resize(size_before, size(have), &self.places)
            })
        {
            memory.known = Some(known);
        }
    }

    /// It may be anything.
    pub(super) fn forget(&self) {
        let mut memory = self.memory();
        memory.writes += 1;
        memory.known = None;
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Takes the place that is needed, or gives back what is not; whether there was enough.
    fn resize(&mut self, before: usize, after: usize, places: &Arc<Semaphore>) -> bool {
        drop(self.place.split(before.saturating_sub(after)));
        let more = u32::try_from(after.saturating_sub(before)).unwrap_or(u32::MAX);
        match Arc::clone(places).try_acquire_many_owned(more) {
            Ok(place) => self.place.merge(place),
            Err(_) => return false,
        }
        true
    }
}

/// How many places it takes.
fn size(have: &WriterHave) -> usize {
    1 + have.beyond.len()
}

#[cfg(test)]
mod tests {
    use couplet_proto::hash::Hash;
    use couplet_proto::have::Tip;
    use couplet_proto::ids::WriterId;

    use super::*;

    fn held(writers: impl IntoIterator<Item = (u8, u64)>) -> Have {
        let mut have = Have::new();
        for (writer, counter) in writers {
            let tip = Tip { counter, hash: Hash([9; 32]) };
            have.set(WriterId([writer; 16]), WriterHave { tip, ..WriterHave::default() });
        }
        have
    }

    #[test]
    fn what_was_kept_is_known_in_whatever_order_it_is_told() {
        let memory = Held::new(Arc::new(Semaphore::new(9)));
        assert_eq!(memory.get(), Err(0));
        memory.read(&held([(1, 1)]), 0);
        memory.kept(&held([(1, 3)]));
        memory.kept(&held([(1, 2), (2, 1)]));
        assert_eq!(memory.get(), Ok(held([(1, 3), (2, 1)])));
        memory.forget();
        assert_eq!(memory.get(), Err(3));
    }

    #[test]
    fn what_was_read_before_a_write_is_not_remembered_after_it() {
        let memory = Held::new(Arc::new(Semaphore::new(9)));
        let writes = memory.get().unwrap_err();
        memory.kept(&held([(1, 2)]));
        memory.read(&held([(1, 1)]), writes);
        assert_eq!(memory.get(), Err(1));
    }

    #[test]
    fn what_finds_no_place_is_not_remembered_and_gives_back_what_it_had() {
        let places = Arc::new(Semaphore::new(3));
        let (one, other) = (Held::new(Arc::clone(&places)), Held::new(Arc::clone(&places)));
        one.read(&held([(1, 1), (2, 1)]), 0);
        other.read(&held([(1, 1), (2, 1)]), 0);
        assert_eq!(other.get(), Err(0));
        one.kept(&held([(3, 1)]));
        assert!(one.get().is_ok() && places.available_permits() == 0);
        one.kept(&held([(4, 1)]));
        assert!(one.get().is_err() && places.available_permits() == 3);
    }
}
