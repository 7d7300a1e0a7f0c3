//! Characters of a text that were typed into a line while somebody, not having seen them, removed
//! that line.
//!
//! Automerge keeps what was typed, and of a removed line nothing else: so a few words are left that
//! nobody would have written there. A character is *stranded* if, of the words that stood on its line
//! once it was typed and that were not typed with it, at least one was removed by a change that had
//! not seen it and that it had not seen, and every other was too, or is stranded itself. Words are
//! what is neither space nor a stop.
//!
//! So a line of which an old word stands has no stranded ones; nor has a line that its writer began
//! or wrote wholly anew; nor is anything stranded that whoever removed the rest had seen. It follows
//! from the changes and what each could know, and so is the same on every phone, whatever came first.
//!
//! Invariants:
//! - A change that had seen all others strands nothing and saves nothing. So an answer stays until a
//!   change comes that was made apart.
//! - A document whose changes were all made one after another is never read for it, and one in which
//!   some were made apart once, when it is first asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use automerge::{ReadDoc, ScalarValueRef, ValueRef};
use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;

use super::change::Change;
use super::columns::At;
use super::guard::quietly;
use super::history::History;
use super::key::EntryKey;
use super::scan::op_of;
use super::weave::{Character, Weave, Which};
use super::{Document, OpId};

/// A character that stands and is stranded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// Where it stands, in UTF-16 units.
    pub at: usize,
    /// What it is.
    pub character: char,
    /// The operation that typed it, and so its writer.
    pub by: OpId,
    /// The line that it was typed into: the first of its words that was ever typed.
    pub line: OpId,
}

/// The changes of every text.
#[derive(Debug, Default)]
pub(super) struct Threads(BTreeMap<OpId, Thread>);

/// The changes of one text.
#[derive(Debug, Default)]
struct Thread {
    /// Each after what it depends on.
    changes: Vec<Hash>,
    /// The last of each writer's.
    last: BTreeMap<WriterId, u64>,
    /// Whether two of them were made apart.
    is_apart: bool,
    /// The stranded characters that stood when it was found out, each with its line.
    found: OnceLock<BTreeMap<OpId, OpId>>,
}

impl Document {
    /// The characters of a text that are stranded, in their order.
    #[must_use]
    pub fn stranded(&self, key: &EntryKey, field: &str) -> Vec<Stranded> {
        if self.is_broken || !self.history.is_apart() {
            return Vec::new();
        }
        let Some(page) = self.page(key, field) else { return Vec::new() };
        let Some(text) = op_of(&page) else { return Vec::new() };
        let threads = self.threads.get_or_init(|| Threads::of(self));
        let Some(thread) = threads.0.get(&text).filter(|thread| thread.is_apart) else {
            return Vec::new();
        };
        let lines = thread.found.get_or_init(|| self.find_stranded(text, &thread.changes));
        if lines.is_empty() {
            return Vec::new();
        }
        let mut at = 0;
        let place = |item: automerge::iter::ListRangeItem<'_>| {
            let ValueRef::Scalar(ScalarValueRef::Str(character)) = &item.value else { return None };
            let character = character.chars().next()?;
            let here = at;
            at += character.len_utf16();
            let by = op_of(&item.id())?;
            lines.get(&by).map(|line| Stranded { at: here, character, by, line: *line })
        };
        quietly(|| self.automerge.list_range(&page, ..).filter_map(place).collect())
            .unwrap_or_default()
    }

    /// A change that is in the history by now.
    pub(super) fn note_thread(&mut self, change: &Change) {
        if let Some(threads) = self.threads.get_mut() {
            threads.note(change, &self.history);
        }
    }

    /// These changes, in this order. Automerge reads all of its operations for a change, and no more
    /// for all of them.
    fn all_of(&self, hashes: &[Hash]) -> Vec<Change> {
        let wanted: BTreeSet<&Hash> = hashes.iter().collect();
        let found = self.some_changes(|hash| wanted.contains(hash));
        let mut found: BTreeMap<Hash, Change> =
            found.map(|change| (change.hash(), change)).collect();
        hashes.iter().filter_map(|hash| found.remove(hash)).collect()
    }

    fn some_changes(&self, is_wanted: impl Fn(&Hash) -> bool) -> impl Iterator<Item = Change> {
        let all = quietly(|| self.automerge.get_changes(&[])).unwrap_or_default().into_iter();
        let some = all.filter(move |change| is_wanted(&Hash(change.hash().0)));
        some.filter_map(|change| Change::parse(change.raw_bytes().to_vec()).ok())
    }

    fn find_stranded(&self, text: OpId, changes: &[Hash]) -> BTreeMap<OpId, OpId> {
        let changes = self.all_of(changes);
        let weave = Weave::of(text, &changes, &self.history);
        let stranded = Search::of(&weave).run(changes.len());
        let characters = weave.characters.iter().zip(stranded);
        let standing = characters.filter(|(character, _)| character.removed.is_empty());
        standing.filter_map(|(character, line)| Some((character.id, line?))).collect()
    }
}

impl Threads {
    /// All that there are in a document.
    fn of(document: &Document) -> Self {
        let mut threads = Self::default();
        for change in document.some_changes(|_| true) {
            threads.note(&change, &document.history);
        }
        threads
    }

    /// One more change, which is in the history.
    pub(super) fn note(&mut self, change: &Change, history: &History) {
        let in_text = |at: At<'_>| matches!(at, At::Start | At::Element(_));
        let rows = change.rows().filter(|(_, row)| in_text(row.at));
        let texts: BTreeSet<OpId> = rows.filter_map(|(_, row)| row.object).collect();
        if texts.is_empty() {
            return;
        }
        let past = history.past(&[change.hash()]).unwrap_or_default();
        for text in texts {
            let thread = self.0.entry(text).or_default();
            if thread.last.iter().any(|(writer, last)| history.seen(&past, writer) < *last) {
                thread.is_apart = true;
                thread.found = OnceLock::new();
            }
            thread.changes.push(change.hash());
            thread.last.insert(change.writer(), change.seq());
        }
    }
}

/// Looking for what is stranded in a text.
struct Search<'a> {
    weave: &'a Weave,
    /// Of each character, the line that it is stranded from.
    lines: Vec<Option<OpId>>,
    /// Where each change typed, ascending.
    typed: BTreeMap<Which, Vec<usize>>,
    /// Which changes removed something.
    removing: BTreeSet<Which>,
}

impl<'a> Search<'a> {
    fn of(weave: &'a Weave) -> Self {
        let mut typed: BTreeMap<Which, Vec<usize>> = BTreeMap::new();
        let mut removing = BTreeSet::new();
        for (at, character) in weave.characters.iter().enumerate() {
            typed.entry(character.typed).or_default().push(at);
            removing.extend(&character.removed);
        }
        Self { weave, lines: vec![None; weave.characters.len()], typed, removing }
    }

    /// Of each character of the weave, the line that it is stranded from. A change is looked at after
    /// all that it had seen, as whether its words are stranded depends on theirs.
    fn run(mut self, changes: usize) -> Vec<Option<OpId>> {
        for which in 0..changes {
            let is_apart = |other: &Which| self.are_apart(which, *other);
            if !self.removing.iter().any(is_apart) {
                continue;
            }
            let mut last: Option<usize> = None;
            for at in self.typed.get(&which).cloned().unwrap_or_default() {
                let Some(character) = self.weave.characters.get(at) else { continue };
                if is_end(character.character) || !self.weave.stood(character, which) {
                    continue;
                }
                // What was typed right behind another is on its line.
                let beside = last.filter(|last| last + 1 == at);
                let line = match beside.and_then(|beside| self.lines.get(beside)) {
                    Some(line) => *line,
                    None => self.line_of(which, at),
                };
                self.lines.get_mut(at).into_iter().for_each(|found| *found = line);
                last = Some(at);
            }
        }
        self.lines
    }

    fn are_apart(&self, one: Which, other: Which) -> bool {
        !self.weave.has_seen(one, other) && !self.weave.has_seen(other, one)
    }

    /// The line that what stands there is stranded from, if it is.
    fn line_of(&self, which: Which, at: usize) -> Option<OpId> {
        let (before, behind) = self.weave.characters.split_at_checked(at)?;
        let (mut line, mut is_removed) = (None, false);
        let before = before.iter().enumerate().rev();
        let behind = behind.iter().enumerate().map(|(beyond, character)| (at + beyond, character));
        for side in
            [&mut before.into_iter() as &mut dyn Iterator<Item = _>, &mut behind.into_iter()]
        {
            for (place, character) in self.words_at(which, side) {
                let is_gone = character.removed.iter().any(|by| self.are_apart(which, *by));
                let is_stranded = self.lines.get(place).is_some_and(Option::is_some);
                if !is_gone && !is_stranded {
                    return None;
                }
                is_removed |= is_gone;
                line = Some(line.map_or(character.id, |line: OpId| line.min(character.id)));
            }
        }
        line.filter(|_| is_removed)
    }

    /// The words on one side of a place, up to the end of the line, as that change left them and
    /// without its own.
    fn words_at<'b>(
        &'b self,
        which: Which,
        side: &'b mut dyn Iterator<Item = (usize, &'a Character)>,
    ) -> impl Iterator<Item = (usize, &'a Character)> + 'b {
        let stood = side.filter(move |(_, character)| self.weave.stood(character, which));
        let line = stood.take_while(|(_, character)| !is_end(character.character));
        line.filter(move |(_, character)| character.typed != which && is_word(character.character))
    }
}

/// Whether a line ends there.
fn is_end(character: char) -> bool {
    character == '\n'
}

fn is_word(character: char) -> bool {
    !character.is_whitespace() && !character.is_ascii_punctuation()
}

#[cfg(test)]
impl Document {
    /// The same as [`Document::stranded`] says, found by looking at the text as it was at every
    /// change; and that the woven text is the one that stands.
    pub(crate) fn check_stranded(&self, key: &EntryKey, field: &str) {
        use super::scan::automerge_hash;

        let Some(page) = self.page(key, field) else { return };
        let threads = Threads::of(self);
        let Some(thread) = threads.0.get(&op_of(&page).unwrap()) else { return };
        let changes: Vec<Change> =
            thread.changes.iter().map(|hash| self.change(hash).unwrap()).collect();
        let weave = Weave::of(op_of(&page).unwrap(), &changes, &self.history);
        let standing = weave.characters.iter().filter(|one| one.removed.is_empty());
        let woven: String = standing.map(|one| one.character).collect();
        assert_eq!(woven, self.automerge.text(&page).unwrap());

        let state = |heads: &[Hash]| -> Vec<(OpId, char)> {
            let heads: Vec<_> = heads.iter().map(automerge_hash).collect();
            let items = self.automerge.list_range_at(&page, .., &heads);
            let read = |item: automerge::iter::ListRangeItem<'_>| {
                let ValueRef::Scalar(ScalarValueRef::Str(text)) = &item.value else { panic!() };
                (op_of(&item.id()).unwrap(), text.chars().next().unwrap())
            };
            items.map(read).collect()
        };
        let has_seen = |one: &Change, other: &Change| {
            let first = OpId { counter: other.start_op(), writer: other.writer() };
            self.history.covers(&self.history.past(&[one.hash()]).unwrap(), first)
        };
        let states: Vec<_> =
            changes.iter().map(|one| (one, state(one.deps()), state(&[one.hash()]))).collect();
        let are_apart = |one: &Change, by: &Change| !has_seen(one, by) && !has_seen(by, one);
        let is_removed = |one: &Change, id: OpId| {
            states.iter().any(|(by, before, after)| {
                let had = |state: &[(OpId, char)]| state.iter().any(|(other, _)| *other == id);
                had(before) && !had(after) && are_apart(one, by)
            })
        };
        let mut found: BTreeSet<OpId> = BTreeSet::new();
        for (one, before, after) in &states {
            let is_its = |id: OpId| !before.iter().any(|(other, _)| *other == id);
            for line in after.split(|(_, character)| is_end(*character)) {
                let old: Vec<OpId> = line
                    .iter()
                    .filter(|(id, character)| is_word(*character) && !is_its(*id))
                    .map(|(id, _)| *id)
                    .collect();
                let is_left = old.iter().all(|id| is_removed(one, *id) || found.contains(id))
                    && old.iter().any(|id| is_removed(one, *id));
                if is_left {
                    found.extend(line.iter().map(|(id, _)| *id).filter(|id| is_its(*id)));
                }
            }
        }
        found.retain(|id| self.heads_show(&page, *id));
        let said = self.stranded(key, field).into_iter().map(|one| one.by);
        assert_eq!(said.collect::<BTreeSet<OpId>>(), found);
    }

    fn heads_show(&self, page: &automerge::ObjId, id: OpId) -> bool {
        self.automerge.list_range(page, ..).any(|item| op_of(&item.id()) == Some(id))
    }
}
