//! What a phone has on its disk, in memory: the tables of the real store that sync depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use couplet_engine::document::Change;
use couplet_engine::seen::SeenVector;
use couplet_proto::desk::keeping::slice;
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::{Person, WriterId};

/// A phone's tables.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Changes in the order they became durable, each with the counter of its envelope.
    pub changes: Vec<(Change, Option<u64>)>,
    /// Changes that depend on what is not here.
    pub waiting: BTreeMap<Hash, Waiting>,
    /// Every envelope held.
    pub envelopes: BTreeMap<(WriterId, u64), Vec<u8>>,
    /// Those among them that cannot be read so far.
    pub kept: BTreeSet<(WriterId, u64)>,
    /// What is held of each writer's chain.
    pub have: Have,
    /// What the relay said that it holds.
    pub relay_have: Have,
    /// How long the relay's log was.
    pub relay_log: u64,
    /// How far each writer is applied, and whether the other person was told.
    pub seen: BTreeMap<WriterId, (u64, bool)>,
}

/// A received change that waits for others.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The change.
    pub change: Change,
    /// The person who wrote it.
    pub person: Person,
    /// The envelope it came in.
    pub counter: u64,
}

impl Store {
    /// The places of the changes that no envelope holds so far.
    #[must_use]
    pub fn unsealed(&self) -> Vec<usize> {
        let unsealed = self.changes.iter().enumerate().filter(|(_, (_, at))| at.is_none());
        unsealed.map(|(place, _)| place).collect()
    }

    /// Keeps an envelope; one that is here already stays as it is.
    pub fn keep_envelope(&mut self, sealed: &Sealed) {
        let place = (sealed.header().writer(), sealed.header().counter);
        self.envelopes.entry(place).or_insert_with(|| sealed.bytes().to_vec());
    }

    /// The first envelopes of a range without a hole, a slice of them.
    #[must_use]
    pub fn envelopes(&self, range: Range) -> Vec<Vec<u8>> {
        let held = (range.first..=range.last).map_while(|counter| {
            let held = self.envelopes.get(&(range.writer, counter))?;
            Some(Ok::<_, Infallible>((counter, held.clone())))
        });
        let Ok(found) = slice(range, held);
        found
    }

    /// The lowest counter of a writer with a change that waits, or that cannot be read.
    #[must_use]
    pub fn first_waiting(&self, writer: WriterId) -> Option<u64> {
        let of_writer = self.waiting.values().filter(|w| w.change.writer() == writer);
        let kept = self.kept.range((writer, 0)..).next().filter(|(of, _)| *of == writer);
        of_writer.map(|waiting| waiting.counter).chain(kept.map(|(_, counter)| *counter)).min()
    }

    /// How far a writer is applied; news is worth an answer.
    pub fn keep_seen(&mut self, writer: WriterId, counter: u64, is_news: bool) {
        let (known, is_told) = self.seen.entry(writer).or_insert((0, true));
        if *known < counter {
            *known = counter;
            *is_told = *is_told && !is_news;
        }
    }

    /// An envelope has told the other person all that was seen.
    pub fn seen_told(&mut self) {
        self.seen.values_mut().for_each(|(_, is_told)| *is_told = true);
    }

    /// What was seen, as the replica has it.
    #[must_use]
    pub fn seen(&self, is_shared: bool) -> SeenVector {
        let kept = self.seen.iter().map(|(writer, (counter, told))| (*writer, *counter, *told));
        SeenVector::new(kept, is_shared)
    }

    /// The relay holds this of these writers.
    pub fn keep_relay_have(&mut self, have: &Have) {
        for (writer, have) in have.iter() {
            self.relay_have.set(writer, have.clone());
        }
    }
}
