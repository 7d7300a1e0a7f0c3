//! Which changes a document holds and what each of them could know of.
//!
//! Kept beside Automerge, which will not say: rule 15 is decided by a change's causal past alone,
//! so that both phones decide alike whatever else has reached them. Sequence numbers per writer
//! are enough to name a past, as a writer's changes follow each other.

use std::collections::BTreeMap;

use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;

use super::columns::OpId;

/// The changes of a document, by hash and by writer.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    nodes: BTreeMap<Hash, Node>,
    writers: BTreeMap<WriterId, usize>,
    chains: Vec<Vec<Link>>,
    ops: u64,
    max_op: u64,
    /// Whether two changes were made apart.
    is_apart: bool,
}

/// A causal past: how many changes of each writer, in the order this phone met the writers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Past {
    seen: Vec<u64>,
    /// The largest operation counter in it, 0 if it is empty.
    pub(super) max_op: u64,
}

/// What of a change is remembered here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) hash: Hash,
    pub(super) start_op: u64,
    pub(super) max_op: u64,
}

#[derive(Clone, Debug)]
struct Node {
    /// Includes the change itself.
    past: Past,
}

impl History {
    pub(super) fn has(&self, hash: &Hash) -> bool {
        self.nodes.contains_key(hash)
    }

    /// Operations in all changes together.
    pub(super) fn ops(&self) -> u64 {
        self.ops
    }

    /// The largest operation counter.
    pub(super) fn max_op(&self) -> u64 {
        self.max_op
    }

    /// Whether two changes were made by writers of whom neither had seen the other's.
    pub(super) fn is_apart(&self) -> bool {
        self.is_apart
    }

    /// A writer's changes, the one with sequence number 1 first.
    pub(super) fn chain(&self, writer: &WriterId) -> &[Link] {
        let chain = self.writers.get(writer).and_then(|index| self.chains.get(*index));
        chain.map_or(&[], Vec::as_slice)
    }

    /// The writer's change with that number.
    pub(super) fn numbered(&self, writer: &WriterId, number: u64) -> Option<Hash> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.chain(writer).get(index).map(|link| link.hash)
    }

    /// What these changes and everything before them come to. `None` if one is not held.
    pub(super) fn past(&self, deps: &[Hash]) -> Option<Past> {
        let mut past = Past::default();
        for dep in deps {
            let theirs = &self.nodes.get(dep)?.past;
            if past.seen.len() < theirs.seen.len() {
                past.seen.resize(theirs.seen.len(), 0);
            }
            for (mine, theirs) in past.seen.iter_mut().zip(&theirs.seen) {
                *mine = (*mine).max(*theirs);
            }
            past.max_op = past.max_op.max(theirs.max_op);
        }
        Some(past)
    }

    /// How many of that writer's changes lie in a past.
    pub(super) fn seen(&self, past: &Past, writer: &WriterId) -> u64 {
        let index = self.writers.get(writer);
        index.and_then(|index| past.seen.get(*index)).copied().unwrap_or(0)
    }

    /// Whether an operation of that name exists in a past.
    pub(super) fn covers(&self, past: &Past, op: OpId) -> bool {
        let seen = usize::try_from(self.seen(past, &op.writer)).unwrap_or(usize::MAX);
        let chain = self.chain(&op.writer);
        let chain = chain.split_at_checked(seen).map_or(chain, |(seen, _)| seen);
        let after = chain.partition_point(|link| link.start_op <= op.counter);
        let link = after.checked_sub(1).and_then(|index| chain.get(index));
        link.is_some_and(|link| op.counter <= link.max_op)
    }

    /// Adds a writer's next change, whose direct past is given.
    pub(super) fn add(&mut self, writer: WriterId, link: Link, mut past: Past) {
        // Whoever had not seen every change before theirs, in whichever order, was apart from one.
        self.is_apart |= past.seen.iter().sum::<u64>() < self.nodes.len() as u64;
        let next = self.chains.len();
        let index = *self.writers.entry(writer).or_insert(next);
        if index == next {
            self.chains.push(Vec::new());
        }
        if past.seen.len() <= index {
            past.seen.resize(index + 1, 0);
        }
        if let Some(seen) = past.seen.get_mut(index) {
            *seen += 1;
        }
        past.max_op = past.max_op.max(link.max_op);
        self.max_op = self.max_op.max(link.max_op);
        self.ops += link.max_op + 1 - link.start_op;
        if let Some(chain) = self.chains.get_mut(index) {
            chain.push(link);
        }
        self.nodes.insert(link.hash, Node { past });
    }
}
