//! What this device has seen: how far it has applied every other writer's envelopes.
//!
//! Holding is not applying: an envelope that waits for a key, a log or another change is held and
//! not seen. What was seen since the last envelope of one's own travels in the next, so that the
//! other side knows what has arrived, and notices when a relay keeps back the end of a chain.

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;
use couplet_proto::item;

use crate::body::Seen;
use crate::keys::SEEN;

/// The last counter applied of every writer, and which of them the partner was not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenVector {
    counters: BTreeMap<WriterId, u64>,
    untold: BTreeSet<WriterId>,
    is_shared: bool,
}

impl SeenVector {
    /// The vector as it was kept: counters, and whether each has been told.
    #[must_use]
    pub fn new(kept: impl IntoIterator<Item = (WriterId, u64, bool)>, is_shared: bool) -> Self {
        let mut vector = Self { is_shared, ..Self::default() };
        for (writer, counter, is_told) in kept {
            vector.counters.insert(writer, counter);
            if !is_told {
                vector.untold.insert(writer);
            }
        }
        vector
    }

    /// A writer's envelopes are applied up to this counter. What said nothing but what its writer
    /// had seen is not worth an answer: two phones would thank each other for ever.
    pub fn advance(&mut self, writer: WriterId, counter: u64, is_news: bool) {
        let known = self.counters.entry(writer).or_insert(0);
        if *known < counter {
            *known = counter;
            if is_news {
                self.untold.insert(writer);
            }
        }
    }

    /// Whether the partner wants to know, and does not.
    #[must_use]
    pub fn owes_an_answer(&self, me: WriterId) -> bool {
        self.is_shared && self.untold.iter().any(|writer| *writer != me)
    }

    /// The last counter applied of a writer; 0 for none.
    #[must_use]
    pub fn of(&self, writer: WriterId) -> u64 {
        self.counters.get(&writer).copied().unwrap_or(0)
    }

    /// Whether this person lets the other see that words have arrived.
    pub fn set_shared(&mut self, is_shared: bool) {
        self.is_shared = is_shared;
    }

    /// What the next envelope says; one's own writer is not news.
    #[must_use]
    pub fn news(&self, me: WriterId) -> Seen {
        let changed = self.untold.iter().filter(|writer| **writer != me);
        let all: Vec<(WriterId, u64)> = self.counters.iter().map(|(w, c)| (*w, *c)).collect();
        Seen {
            is_shared: self.is_shared,
            changed: changed.map(|writer| (*writer, self.of(*writer))).collect(),
            digest: Some(Hash::of(SEEN, &[&item::encode(&all)])),
        }
    }

    /// The news is in a sealed envelope.
    pub fn sealed(&mut self) {
        self.untold.clear();
    }
}
