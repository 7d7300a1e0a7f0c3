//! Have vectors: what somebody holds of each writer's chain, holes included.
//!
//! A chain is held contiguously from its base up to a tip; what arrived beyond a hole is kept as
//! spans. Because every envelope names the hash of the one before, an insertion either continues a
//! chain or shows that the writer said two different things, which is a [`Fork`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::ids::WriterId;
use crate::item::Malformed;
use crate::limits::{MAX_COUNTER, MAX_RANGES_BEYOND, MAX_WRITERS};

/// A place in a writer's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// The envelope's counter; 0 is before the first.
    pub counter: u64,
    /// Its hash; zero before the first.
    pub hash: Hash,
}

/// Envelopes held beyond a hole, without a hole of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The counter of the first.
    pub first: u64,
    /// What the first names as the one before it.
    pub previous: Hash,
    /// The last.
    pub last: Tip,
}

/// What is held of one writer's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriterHave {
    /// Up to here a checkpoint covers the chain; [`Tip::START`] without one.
    pub base: Tip,
    /// The last of what is held without a hole.
    pub tip: Tip,
    /// What is held beyond, in order.
    pub beyond: Vec<Span>,
}

/// One writer's part of a have vector, as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose chain.
    pub writer: WriterId,
    /// What is held of it.
    pub have: WriterHave,
}

/// A stretch of one writer's chain: counters `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Whose chain.
    pub writer: WriterId,
    /// The first counter.
    pub first: u64,
    /// The last counter.
    pub last: u64,
}

/// What an insertion did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The place was free and is taken now.
    New,
    /// The place was taken; whether by the same envelope is for the store to compare.
    Held,
}

/// A writer's envelope does not continue what is held of its chain: two envelopes stand, or would
/// stand, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this writer's chain has two continuations")]
pub struct Fork;

/// What is held of every writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Have(BTreeMap<WriterId, WriterHave>);

impl Tip {
    /// Before the first envelope.
    pub const START: Self = Self { counter: 0, hash: Hash::ZERO };
}

impl Default for WriterHave {
    fn default() -> Self {
        Self { base: Tip::START, tip: Tip::START, beyond: Vec::new() }
    }
}

impl WriterHave {
    /// Whether that counter is held or covered.
    #[must_use]
    pub fn contains(&self, counter: u64) -> bool {
        counter <= self.tip.counter || self.beyond.iter().any(|span| span.contains(counter))
    }

    /// The highest counter held.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.beyond.last().map_or(self.tip.counter, |span| span.last.counter)
    }

    /// Whether everything held there is held here.
    #[must_use]
    pub fn covers(&self, there: &Self) -> bool {
        there.without(Some(self)).is_empty()
    }

    /// Takes in an envelope's place in the chain.
    ///
    /// # Errors
    /// [`Fork`] if it does not fit its neighbours; nothing is changed then.
    pub fn insert(&mut self, at: Tip, previous: Hash) -> Result<Inserted, Fork> {
        if self.contains(at.counter) {
            return Ok(Inserted::Held);
        }
        let place = self.beyond.partition_point(|span| span.last.counter < at.counter);
        let before = match place.checked_sub(1) {
            Some(index) => self.beyond.get(index).map(|span| span.last),
            None => Some(self.tip),
        };
        let joins_before = before.filter(|tip| tip.counter.checked_add(1) == Some(at.counter));
        if joins_before.is_some_and(|tip| tip.hash != previous) {
            return Err(Fork);
        }
        let after = self.beyond.get(place).copied();
        let joins_after = after.filter(|span| at.counter.checked_add(1) == Some(span.first));
        if joins_after.is_some_and(|span| span.previous != at.hash) {
            return Err(Fork);
        }
        self.place(place, at, previous, joins_before.is_some(), joins_after);
        Ok(Inserted::New)
    }

    fn place(
        &mut self,
        index: usize,
        at: Tip,
        previous: Hash,
        joins_before: bool,
        joins_after: Option<Span>,
    ) {
        let last = joins_after.map_or(at, |span| span.last);
        if joins_after.is_some() {
            self.beyond.remove(index);
        }
        match (joins_before, index.checked_sub(1)) {
            (true, None) => self.tip = last,
            (true, Some(before)) => {
                if let Some(span) = self.beyond.get_mut(before) {
                    span.last = last;
                }
            }
            (false, _) => {
                self.beyond.insert(index, Span { first: at.counter, previous, last });
            }
        }
    }

    /// What is covered by a checkpoint or held, from `first` on.
    fn ranges_from(&self, first: u64) -> impl Iterator<Item = (u64, u64)> {
        let contiguous = (self.tip.counter >= first).then_some((first, self.tip.counter));
        let beyond = self.beyond.iter().map(|span| (span.first, span.last.counter));
        contiguous.into_iter().chain(beyond)
    }

    /// What is held here, beyond a checkpoint, and not there, in order.
    fn without(&self, there: Option<&Self>) -> Vec<(u64, u64)> {
        self.lacking(self.base.counter.saturating_add(1), there)
    }

    /// What of this, from that counter on, is neither covered nor held there.
    fn lacking(&self, from: u64, there: Option<&Self>) -> Vec<(u64, u64)> {
        let mut lacking = Vec::new();
        for (mut first, last) in self.ranges_from(from) {
            let held = there.into_iter().flat_map(|there| there.ranges_from(1));
            for (held_first, held_last) in held {
                if held_last < first || held_first > last {
                    continue;
                }
                if held_first > first {
                    lacking.push((first, held_first - 1));
                }
                first = held_last.saturating_add(1);
            }
            if first <= last {
                lacking.push((first, last));
            }
        }
        lacking
    }

    /// A checkpoint covers the chain up to there; the next envelope names the hash of that place.
    ///
    /// # Errors
    /// [`Fork`] if what is held shows that the chain went elsewhere; nothing is changed then.
    /// Whether a place between base and tip is that one is for who holds its envelope to compare.
    pub fn rebase(&mut self, base: Tip) -> Result<(), Fork> {
        let is_other = |held: Tip| held.counter == base.counter && held.hash != base.hash;
        if is_other(self.base) || is_other(self.tip) {
            return Err(Fork);
        }
        if base.counter <= self.base.counter {
            return Ok(());
        }
        if base.counter <= self.tip.counter {
            self.base = base;
            return Ok(());
        }
        let (mut tip, mut beyond) = (base, Vec::new());
        for span in &self.beyond {
            let follows = tip.counter.checked_add(1) == Some(span.first);
            if is_other(span.last) || follows && tip.hash != span.previous {
                return Err(Fork);
            }
            if span.last.counter <= tip.counter {
                continue;
            }
            if follows || span.contains(tip.counter) {
                tip = span.last;
            } else {
                beyond.push(*span);
            }
        }
        *self = Self { base, tip, beyond };
        Ok(())
    }

    /// No checkpoint stands for its beginning any more: what it covered lies in a hole, for whoever
    /// has it one by one.
    #[must_use]
    pub fn without_base(self) -> Self {
        let Self { base, tip, beyond } = self;
        if base == Tip::START {
            return Self { base, tip, beyond };
        }
        let first = base.counter.saturating_add(1);
        let tail = Span { first, previous: base.hash, last: tip };
        let tail = (first <= tip.counter).then_some(tail);
        Self { beyond: tail.into_iter().chain(beyond).collect(), ..Self::default() }
    }

    fn is_well_formed(&self) -> bool {
        let mut end = self.tip.counter;
        let mut in_order = self.base.counter <= self.tip.counter
            && (self.base.counter < self.tip.counter || self.base == self.tip);
        for span in &self.beyond {
            in_order &= span.first > end.saturating_add(1) && span.last.counter >= span.first;
            end = span.last.counter;
        }
        in_order && self.beyond.len() <= MAX_RANGES_BEYOND && end <= MAX_COUNTER
    }
}

impl Span {
    fn contains(&self, counter: u64) -> bool {
        (self.first..=self.last.counter).contains(&counter)
    }
}

impl Have {
    /// Nothing held.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Reads what was sent.
    ///
    /// # Errors
    /// [`Malformed`] unless writers and spans are in order and within their limits.
    pub fn from_entries(entries: Vec<Entry>) -> Result<Self, Malformed> {
        let malformed = Malformed("have vector");
        let in_order = entries.is_sorted_by(|a, b| a.writer < b.writer);
        let well_formed = entries.iter().all(|entry| entry.have.is_well_formed());
        if entries.len() > MAX_WRITERS || !in_order || !well_formed {
            return Err(malformed);
        }
        Ok(Self(entries.into_iter().map(|entry| (entry.writer, entry.have)).collect()))
    }

    /// As it is sent.
    #[must_use]
    pub fn to_entries(&self) -> Vec<Entry> {
        self.iter().map(|(writer, have)| Entry { writer, have: have.clone() }).collect()
    }

    /// The writers and what is held of them.
    pub fn iter(&self) -> impl Iterator<Item = (WriterId, &WriterHave)> {
        self.0.iter().map(|(writer, have)| (*writer, have))
    }

    /// What is held of one writer.
    #[must_use]
    pub fn of(&self, writer: WriterId) -> Option<&WriterHave> {
        self.0.get(&writer)
    }

    /// Replaces what is held of one writer.
    pub fn set(&mut self, writer: WriterId, have: WriterHave) {
        self.0.insert(writer, have);
    }

    /// Forgets what is held of one writer.
    pub fn forget(&mut self, writer: WriterId) {
        self.0.remove(&writer);
    }

    /// Takes in an envelope's place in its writer's chain.
    ///
    /// # Errors
    /// [`Fork`].
    pub fn insert(&mut self, writer: WriterId, at: Tip, previous: Hash) -> Result<Inserted, Fork> {
        self.0.entry(writer).or_default().insert(at, previous)
    }

    /// Whether that envelope's place is taken.
    #[must_use]
    pub fn contains(&self, writer: WriterId, counter: u64) -> bool {
        self.of(writer).is_some_and(|have| have.contains(counter))
    }

    /// What is held here and not there, but for what a checkpoint covers here: that is not to be
    /// had one by one.
    #[must_use]
    pub fn without(&self, there: &Self) -> Vec<Range> {
        let of_writer = |(writer, have): (WriterId, &WriterHave)| {
            let lacking = have.without(there.of(writer)).into_iter();
            lacking.map(move |(first, last)| Range { writer, first, last }).collect::<Vec<_>>()
        };
        self.iter().flat_map(of_writer).collect()
    }

    /// The writers of whom both hold as much, and not the same.
    #[must_use]
    pub fn forked_from(&self, there: &Self) -> Vec<WriterId> {
        let is_forked = |(writer, have): &(WriterId, &WriterHave)| {
            there.of(*writer).is_some_and(|theirs| {
                theirs.tip.counter == have.tip.counter && theirs.tip.hash != have.tip.hash
            })
        };
        self.iter().filter(is_forked).map(|(writer, _)| writer).collect()
    }

    /// Whether everything covered or held there is covered or held here.
    #[must_use]
    pub fn covers(&self, there: &Self) -> bool {
        there.iter().all(|(writer, have)| have.lacking(1, self.of(writer)).is_empty())
    }

    /// The writers of whom a checkpoint there covers more than is held here without a hole.
    #[must_use]
    pub fn behind_bases_of(&self, there: &Self) -> Vec<WriterId> {
        let held = |writer| self.of(writer).map_or(0, |have| have.tip.counter);
        let is_behind =
            |(writer, have): &(WriterId, &WriterHave)| held(*writer) < have.base.counter;
        there.iter().filter(is_behind).map(|(writer, _)| writer).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WRITER: WriterId = WriterId([1; 16]);

    fn hash(counter: u64) -> Hash {
        if counter == 0 { Hash::ZERO } else { Hash([u8::try_from(counter).unwrap(); 32]) }
    }

    fn tip(counter: u64) -> Tip {
        Tip { counter, hash: hash(counter) }
    }

    proptest! {
        #[test]
        fn any_order_with_holes_is_the_set_of_what_was_inserted(
            counters in proptest::collection::vec(1_u64..40, 0..60),
            others in proptest::collection::vec(1_u64..40, 0..60),
        ) {
            let build = |counters: &[u64]| {
                let mut have = Have::new();
                for counter in counters {
                    have.insert(WRITER, tip(*counter), hash(counter - 1)).unwrap();
                }
                have
            };
            let (mine, theirs) = (build(&counters), build(&others));
            for counter in 1..40 {
                prop_assert_eq!(mine.contains(WRITER, counter), counters.contains(&counter));
            }
            let lacking: Vec<u64> =
                mine.without(&theirs).iter().flat_map(|range| range.first..=range.last).collect();
            let expected: Vec<u64> =
                (1..40).filter(|c| counters.contains(c) && !others.contains(c)).collect();
            prop_assert_eq!(lacking, expected);
            if !counters.is_empty() {
                prop_assert_eq!(Have::from_entries(mine.to_entries()), Ok(mine));
            }
        }
    }

    #[test]
    fn a_second_continuation_is_a_fork_wherever_it_shows() {
        let mut have = WriterHave::default();
        have.insert(tip(1), Hash::ZERO).unwrap();
        assert_eq!(have.insert(tip(2), Hash([99; 32])), Err(Fork));
        have.insert(tip(3), hash(2)).unwrap();
        assert_eq!(have.insert(Tip { counter: 2, hash: Hash([99; 32]) }, hash(1)), Err(Fork));
        assert_eq!(have.insert(tip(2), hash(1)), Ok(Inserted::New));
        assert_eq!(have, WriterHave { tip: tip(3), ..WriterHave::default() });
    }
}
