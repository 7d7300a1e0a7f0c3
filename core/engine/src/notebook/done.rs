//! How much each phone has done in an entry: by it is known what somebody has seen.
//!
//! It is counted from the keys and rounds that stand there, and so is the same on every phone, and
//! stays what it was when a volume is written anew. It only grows while nothing is erased. A person
//! who has seen a count has seen everything that their phone had counted.

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::ids::{Slot, WriterId};

use super::claim::{Claim, RevMap};
use super::deed::claim;
use super::law::Author;
use super::name::ItemId;
use super::schema::{Class, Field, Owner, Subject, name};
use super::sheet::Sheet;
use crate::document::{RawEntry, Scalar, Value};
use crate::seal::closed::ClosedWords;

/// What was done in an entry, counted by writer.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Words, values and members of sets: what nobody removes unseen.
    substance: BTreeMap<(Slot, WriterId), u64>,
    /// Everything.
    all: BTreeMap<(Slot, WriterId), u64>,
}

impl Done {
    pub(super) fn read(raw: &RawEntry) -> Self {
        let mut done = Self::default();
        let published = published(raw);
        for (field, values) in &raw.fields {
            match Field::parse(field) {
                // A key that is closed anew for one's own devices is nobody else's to hear of.
                Some(Field::Closed(subject, _)) if subject.name() == name::WRAPPED => {}
                Some(Field::Closed(_, key)) => {
                    done.add((key.slot, key.writer), 1, true);
                    // That they can be opened is news, and no words.
                    let names = values.iter().filter_map(|value| name_of(&value.scalar));
                    let opened = names.filter(|id| published.contains(&(key.slot, id.clone())));
                    let opened = u64::try_from(opened.count()).unwrap_or(u64::MAX);
                    done.add((key.slot, key.writer), opened, false);
                }
                Some(Field::Words(key) | Field::Comment(_, key) | Field::Part(_, key)) => {
                    done.add((key.slot, key.writer), 1, true);
                }
                // That an edit was done again is no news: the edit is counted.
                Some(Field::Own(_, subject, _)) if subject.name() == name::ANEW => {}
                Some(Field::Own(class, subject, owner)) => {
                    let rounds = Claim::at(owner, values).map(|(_, claim)| claim.round);
                    let is_substance = match class {
                        // That something was removed, or left over and kept, is news and no words.
                        Class::Value => ![name::TRASH, name::LEFT_OVER].contains(&subject.name()),
                        Class::Claim => [name::WRITTEN, name::TAG].contains(&subject.name()),
                        Class::Member => true,
                    };
                    let by = (owner.slot, owner.writer);
                    done.add(by, rounds.max().unwrap_or(0), is_substance);
                }
                Some(Field::Reaction(key)) => {
                    let rounds = values.iter().filter_map(round).max();
                    done.add((key.slot, key.writer), rounds.unwrap_or(0), false);
                }
                Some(
                    Field::Key(..)
                    | Field::Kind
                    | Field::Version
                    | Field::Order
                    | Field::Day
                    | Field::Text(_)
                    | Field::Rev(_),
                )
                | None => {}
            }
        }
        done
    }

    fn add(&mut self, by: (Slot, WriterId), times: u64, is_substance: bool) {
        for counts in [Some(&mut self.all), is_substance.then_some(&mut self.substance)] {
            let count = counts.map(|counts| counts.entry(by).or_insert(0));
            count.into_iter().for_each(|count| *count = count.saturating_add(times));
        }
    }

    /// Everything that person has done.
    pub(super) fn by(&self, slot: Slot) -> RevMap {
        seen(self.all.iter().filter(|((by, _), _)| *by == slot))
    }

    /// What is there to be removed.
    pub(super) fn substance(&self) -> RevMap {
        seen(self.substance.iter())
    }

    /// Who wrote what is beyond that.
    pub(super) fn writers_beyond(&self, witness: &RevMap) -> BTreeSet<Slot> {
        let beyond =
            |((_, writer), count): &(&(Slot, WriterId), &u64)| witness.of(*writer) < **count;
        self.substance.iter().filter(beyond).map(|((slot, _), _)| *slot).collect()
    }
}

/// The closed words whose key their own person has published, be it withdrawn since: once, whichever
/// of their devices did so. What the other keeps of a key that they were given is a copy.
fn published(raw: &RawEntry) -> BTreeSet<(Slot, ItemId)> {
    let key = |field: &String| match Field::parse(field) {
        Some(Field::Key(id, owner)) => Some((owner.slot, id)),
        _ => None,
    };
    raw.fields.keys().filter_map(key).collect()
}

/// What the key of closed words is published under.
fn name_of(scalar: &Scalar) -> Option<ItemId> {
    match scalar {
        Scalar::Bytes(bytes) => {
            let name = ClosedWords::read(bytes)?.name();
            Some(ItemId::from_random(name.truncated()))
        }
        _ => None,
    }
}

/// That this writer has written on a page once more.
pub(super) fn written_once_more(raw: &RawEntry, of: Slot, author: Author) -> (Field, Scalar) {
    let Author { slot, generation, writer, .. } = author;
    let me = Owner { slot, generation, writer };
    let at = (Class::Claim, Subject::new(name::WRITTEN, None));
    claim(&Sheet::read(of, raw), me, at, String::new(), RevMap::default())
}

fn seen<'a>(counts: impl Iterator<Item = (&'a (Slot, WriterId), &'a u64)>) -> RevMap {
    let mut seen = RevMap::default();
    counts.filter(|(_, count)| **count > 0).for_each(|((_, writer), count)| {
        seen.see(*writer, *count);
    });
    seen
}

fn round(value: &Value) -> Option<u64> {
    match value.scalar {
        Scalar::Uint(round) => Some(round),
        _ => None,
    }
}
