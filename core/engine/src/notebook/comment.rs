//! Comments: what either person says about an entry, whoever made it.
//!
//! A comment is own words, so only its author edits it, and a revision is never overwritten. It
//! stands under the entry as long as the entry does; answering a comment changes nothing in it.
//! A comment may be about a range of a page; it follows the characters there through edits, and
//! where none of them is left it is about the entry. Deliberately not here: taking a comment back.

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::ids::Slot;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::claim::RevMap;
use super::deed::{Write, fields};
use super::entry::{Entry, Version};
use super::name::ItemId;
use super::page::Text;
use super::schema::{Field, Subject, WordsKey, name};
use super::sheet::Sheet;
use super::words::{self, Revision};
use super::{Author, CannotWrite, Notebook, Written, check_words};
use crate::document::anchor::Anchor;
use crate::document::{EditError, EntryKey, RawEntry, Scalar};
use crate::limits::MAX_COMMENT;

/// A comment as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its name.
    pub id: CommentId,
    /// Who says it.
    pub author: Slot,
    /// Which generation of that person: nobody of another writes it anew.
    pub generation: u32,
    /// The earlier comment that it answers.
    pub reply_to: Option<CommentId>,
    /// What of a page it is about, in UTF-16 units as the page stands; the entry, if that is nothing
    /// or is gone.
    pub range: Option<(usize, usize)>,
    /// Its words.
    pub text: String,
    /// Words that stand beside these, written apart on two phones of one person.
    pub alternatives: Vec<Revision>,
    /// Every revision, the oldest first.
    pub revisions: Vec<Revision>,
}

/// A comment's name.
pub type CommentId = ItemId;

/// What the keys of all revisions of a comment say of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommentName {
    /// Its name.
    pub id: CommentId,
    /// The comment that it answers; that one may be missing, or not be earlier.
    pub answers: Option<CommentId>,
}

impl Notebook {
    /// Says something about an entry, or answers a comment there.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn comment(
        &mut self,
        key: &EntryKey,
        reply_to: Option<&CommentId>,
        text: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Written, CannotWrite> {
        self.comment_on(key, None, reply_to, text, rng)
    }

    /// The same about a range of a page, as it was shown at that version or as it stands.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn comment_on(
        &mut self,
        key: &EntryKey,
        about: Option<About<'_>>,
        reply_to: Option<&CommentId>,
        text: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Written, CannotWrite> {
        check_words(MAX_COMMENT, text)?;
        let entry = self.entry(key).ok_or(CannotWrite::NoEntry)?;
        let anchors = about.map(|about| {
            let heads = about.base.map(Version::heads);
            let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
            let field = Text::of(&raw).ok_or(EditError::Position)?.field;
            let anchors = self.document.anchors(key, field, about.range, heads);
            anchors.ok_or(CannotWrite::Edit(EditError::Position))
        });
        let anchors = anchors.transpose()?;
        if let Some(answered) = reply_to {
            entry.comment(answered).ok_or(CannotWrite::NoComment)?;
        }
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let id = CommentId::from_random(random);
        let about = anchors.into_iter().flat_map(|(first, last)| {
            let subject = |name| Subject::new(name, Some(id.clone()));
            let from = (subject(name::FROM), first.to_string());
            [from, (subject(name::UNTIL), last.to_string())]
        });
        let about = about.map(|(subject, at)| Write::Claim(subject, at, RevMap::default()));
        let about: Vec<Write> = about.collect();
        let name = CommentName { id, answers: reply_to.cloned() };
        let change = self.put_comment(key, name, 1, (text, about))?;
        self.written(key, change)
    }

    /// Writes one's own comment anew. Nothing, if nothing is different.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn edit_comment(
        &mut self,
        key: &EntryKey,
        id: &CommentId,
        text: &str,
    ) -> Result<Option<Written>, CannotWrite> {
        check_words(MAX_COMMENT, text)?;
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let threads = Thread::all(&raw);
        let mut named = threads.iter().filter(|thread| thread.name.id == *id).peekable();
        named.peek().ok_or(CannotWrite::NoComment)?;
        let own = named
            .find(|thread| self.is_by_me(thread.slot, thread.generation))
            .ok_or(CannotWrite::NotYours)?;
        let (newest, alternatives) = words::shown(&own.revisions);
        if newest == text && alternatives.is_empty() {
            return Ok(None);
        }
        let rev = own.revisions.last().map_or(1, |revision| revision.rev.saturating_add(1));
        let change = self.put_comment(key, own.name.clone(), rev, (text, Vec::new()))?;
        self.written(key, change).map(Some)
    }

    fn put_comment(
        &mut self,
        key: &EntryKey,
        name: CommentName,
        rev: u64,
        (text, about): (&str, Vec<Write>),
    ) -> Result<Option<crate::document::Change>, CannotWrite> {
        let author = self.author();
        let Author { slot, generation, writer, .. } = author;
        let field = Field::Comment(name, WordsKey { rev, writer, slot, generation });
        let words = Scalar::Str(text.to_owned());
        let about = fields(&Sheet::empty(key.slot()), author, about);
        self.commit(author, |edit| {
            edit.put(key, &field.to_string(), words)?;
            about.iter().try_for_each(|(field, at)| edit.put(key, &field.to_string(), at.clone()))
        })
    }

    /// Where the ranges of comments stand by now.
    pub(super) fn place_ranges(&self, entry: &mut Entry, raw: &RawEntry) {
        let Some(Text { field, .. }) = Text::of(raw) else { return };
        if entry.comments.is_empty() {
            return;
        }
        let sheet = Sheet::read(entry.author, raw);
        for comment in &mut entry.comments {
            let anchor = |name| {
                let said = sheet.said(name, Some(&comment.id), comment.author)?;
                said.value.parse().ok()
            };
            let anchors: Option<(Anchor, Anchor)> = anchor(name::FROM).zip(anchor(name::UNTIL));
            comment.range = anchors
                .and_then(|(first, last)| self.document.between(&entry.key, first, last, field));
        }
    }
}

/// What of a page is spoken of, and at which version it was shown.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// From where to where, in UTF-16 units.
    pub range: (usize, usize),
    /// The version; none for the page as it stands.
    pub base: Option<&'a Version>,
}

impl Comment {
    /// The comments of an entry, each after what its author had seen.
    pub(super) fn all(raw: &RawEntry) -> Vec<Self> {
        let mut earlier = BTreeSet::new();
        let comment = |Thread { name, slot, generation, revisions, .. }| {
            let CommentName { id, answers } = name;
            let reply_to = answers.filter(|answered| earlier.contains(answered));
            earlier.insert(id.clone());
            let (text, alternatives) = words::shown(&revisions);
            let range = None;
            Self { id, author: slot, generation, reply_to, range, text, alternatives, revisions }
        };
        Thread::all(raw).into_iter().map(comment).collect()
    }

    /// How it read before: those of its revisions that are not shown.
    pub fn earlier(&self) -> impl Iterator<Item = &Revision> {
        words::earlier(&self.text, &self.alternatives, &self.revisions)
    }

    /// Whether it was written anew.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.earlier().next().is_some()
    }
}

/// The revisions of one comment.
struct Thread {
    name: CommentName,
    slot: Slot,
    generation: u32,
    /// The place of the first revision in the order of all operations: later than anything that its
    /// author had seen, and nobody can claim another.
    made: u64,
    revisions: Vec<Revision>,
}

impl Thread {
    fn all(raw: &RawEntry) -> Vec<Self> {
        let mut threads = BTreeMap::new();
        for (field, values) in &raw.fields {
            let Some(Field::Comment(name, key)) = Field::parse(field) else { continue };
            let of = (name.clone(), key.slot, key.generation);
            let WordsKey { slot, generation, .. } = key;
            let empty = || Self { name, slot, generation, made: u64::MAX, revisions: Vec::new() };
            let thread: &mut Self = threads.entry(of).or_insert_with(empty);
            let first = values.iter().map(|value| value.by.counter).min();
            thread.made = thread.made.min(first.unwrap_or(u64::MAX));
            thread.revisions.extend(words::at(key, values));
        }
        let mut threads: Vec<Self> = threads.into_values().collect();
        // Of one counter they stay in the order of their names.
        threads.sort_by_key(|thread| thread.made);
        threads.iter_mut().for_each(|thread| words::sort(&mut thread.revisions));
        Self::after_the_answered(threads)
    }

    /// The same, each behind what it answers: which stands behind it if another phone wrote that anew
    /// in a later edition. Of those that answer each other, which no app of ours makes, one goes first.
    fn after_the_answered(threads: Vec<Self>) -> Vec<Self> {
        let ids = threads.iter().enumerate().map(|(at, thread)| (thread.name.id.clone(), at));
        let places: BTreeMap<CommentId, usize> = ids.collect();
        let answered = |at: usize| places.get(threads.get(at)?.name.answers.as_ref()?).copied();
        let (mut order, mut placed) = (Vec::new(), BTreeSet::new());
        for first in 0..threads.len() {
            let (mut chain, mut next) = (Vec::new(), Some(first));
            while let Some(at) = next.filter(|at| placed.insert(*at)) {
                chain.push(at);
                next = answered(at);
            }
            order.extend(chain.into_iter().rev());
        }
        let mut threads: Vec<Option<Self>> = threads.into_iter().map(Some).collect();
        order.into_iter().filter_map(|at| threads.get_mut(at)?.take()).collect()
    }
}
