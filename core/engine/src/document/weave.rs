//! A text with every character that ever stood in it, in the order in which they stand, with who
//! typed and who removed each.
//!
//! Automerge shows a text at one moment, at a cost that grows with it. Woven once from all changes
//! to it, each character tells at which of them it stood. It is built as Automerge builds it: a
//! character stands behind the one that it was typed behind, before what was typed there earlier.
//!
//! Deliberately not here: what a text was like to a person, who may have looked at less than their
//! phone had; a change is taken at its causal past.

use std::collections::BTreeMap;

use couplet_proto::ids::WriterId;

use super::OpId;
use super::change::Change;
use super::columns::{Action, At, Raw, Row};
use super::history::History;

/// A text and its changes.
#[derive(Debug, Default)]
pub(super) struct Weave {
    /// In their order, those that were removed among them.
    pub(super) characters: Vec<Character>,
    changes: Vec<Stitch>,
}

/// A character wherever it stands or stood.
#[derive(Debug)]
pub(super) struct Character {
    pub(super) id: OpId,
    pub(super) character: char,
    /// Which change typed it.
    pub(super) typed: Which,
    /// Which changes removed it.
    pub(super) removed: Vec<Which>,
}

/// A change to the text, by its place among them: none depends on a later one.
pub(super) type Which = usize;

/// What a change could know of.
#[derive(Debug)]
struct Stitch {
    /// Its writer, by number, and its number among that writer's changes.
    by: (usize, u64),
    /// How many changes of each of the text's writers it had seen, its own included.
    seen: Vec<u64>,
}

/// The characters while they are woven.
#[derive(Default)]
struct Strand {
    characters: Vec<Character>,
    next: Vec<Option<usize>>,
    first: Option<usize>,
    at: BTreeMap<OpId, usize>,
}

impl Weave {
    /// Weaves a text out of all changes to it, each after what it depends on.
    pub(super) fn of(text: OpId, changes: &[Change], history: &History) -> Self {
        let mut writers: Vec<WriterId> = changes.iter().map(Change::writer).collect();
        writers.sort_unstable();
        writers.dedup();
        let (mut strand, mut stitches) = (Strand::default(), Vec::with_capacity(changes.len()));
        for (which, change) in changes.iter().enumerate() {
            let past = history.past(&[change.hash()]).unwrap_or_default();
            let seen = writers.iter().map(|writer| history.seen(&past, writer)).collect();
            let by = writers.binary_search(&change.writer()).unwrap_or_default();
            stitches.push(Stitch { by: (by, change.seq()), seen });
            for (counter, row) in change.rows().filter(|(_, row)| row.object == Some(text)) {
                strand.take(OpId { counter, writer: change.writer() }, which, &row);
            }
        }
        Self { characters: strand.in_order(), changes: stitches }
    }

    /// Whether the one had seen the other, or is it.
    pub(super) fn has_seen(&self, one: Which, other: Which) -> bool {
        let pair = self.changes.get(one).zip(self.changes.get(other));
        pair.is_some_and(|(one, Stitch { by: (writer, number), .. })| {
            one.seen.get(*writer).is_some_and(|seen| seen >= number)
        })
    }

    /// Whether the character stood once that change was made, as its writer had it.
    pub(super) fn stood(&self, character: &Character, at: Which) -> bool {
        let is_seen = |which: &Which| self.has_seen(at, *which);
        is_seen(&character.typed) && !character.removed.iter().any(is_seen)
    }
}

impl Strand {
    fn take(&mut self, id: OpId, which: Which, row: &Row<'_>) {
        match (row.action, row.value, row.at) {
            (Action::Put, Raw::Str(text), At::Start) if row.insert => {
                self.insert(id, which, text, None);
            }
            (Action::Put, Raw::Str(text), At::Element(behind)) if row.insert => {
                let behind = self.at.get(&behind).copied();
                self.insert(id, which, text, behind);
            }
            (Action::Delete, _, At::Element(gone)) => {
                let gone = self.at.get(&gone).and_then(|at| self.characters.get_mut(*at));
                gone.into_iter().for_each(|gone| gone.removed.push(which));
            }
            _ => {}
        }
    }

    fn insert(&mut self, id: OpId, typed: Which, text: &str, behind: Option<usize>) {
        let Some(character) = text.chars().next() else { return };
        let new = self.characters.len();
        let (mut before, mut after) = (behind, self.after(behind));
        // What was typed there apart and is named higher stands first, with what follows it.
        while let Some(later) = after
            && self.characters.get(later).is_some_and(|later| later.id > id)
        {
            (before, after) = (after, self.after(after));
        }
        let link = match before {
            Some(before) => self.next.get_mut(before),
            None => Some(&mut self.first),
        };
        link.into_iter().for_each(|link| *link = Some(new));
        self.next.push(after);
        self.characters.push(Character { id, character, typed, removed: Vec::new() });
        self.at.insert(id, new);
    }

    fn after(&self, place: Option<usize>) -> Option<usize> {
        match place {
            Some(place) => self.next.get(place).copied().flatten(),
            None => self.first,
        }
    }

    fn in_order(self) -> Vec<Character> {
        let Self { characters, next, first, .. } = self;
        let mut loose: Vec<Option<Character>> = characters.into_iter().map(Some).collect();
        let mut ordered = Vec::with_capacity(loose.len());
        let mut place = first;
        while let Some(at) = place {
            ordered.extend(loose.get_mut(at).and_then(Option::take));
            place = next.get(at).copied().flatten();
        }
        ordered
    }
}
