//! What was acknowledged: the promise against which all notebooks are held.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::comment::{Comment, CommentId};
use couplet_engine::notebook::entry::{Entry, Revision};
use couplet_engine::notebook::reaction::Reaction;
use couplet_proto::ids::{DeviceId, Slot};

/// Everything that a phone has said is durable. Texts and words are all different.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    notes: BTreeMap<EntryKey, OwnWords>,
    pages: BTreeMap<EntryKey, Page>,
    comments: BTreeMap<EntryKey, BTreeMap<CommentId, Said>>,
    /// The last that each device did with a person's emoji on an entry.
    reactions: BTreeMap<(EntryKey, Slot, String), BTreeMap<DeviceId, bool>>,
    words: u32,
}

/// What one person wrote in one place, on whichever device.
#[derive(Clone, Debug, Default)]
struct OwnWords {
    all: Vec<String>,
    /// Those that stood on the screen of whoever wrote others in their place.
    replaced: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Said {
    author: Slot,
    reply_to: Option<CommentId>,
    words: OwnWords,
}

#[derive(Clone, Debug, Default)]
struct Page {
    typed: BTreeSet<String>,
    removed: BTreeSet<String>,
}

/// Characters of a word, all words alike, so that two that stand together can be told apart.
const WORD: usize = 6;

impl Ledger {
    /// A word that was never written before.
    pub fn new_word(&mut self) -> String {
        self.words += 1;
        format!("w{:05}", self.words)
    }

    /// The words of a text, those that stand together apart.
    #[must_use]
    pub fn words(text: &str) -> Vec<String> {
        let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        letters.chunks(WORD).map(|word| word.iter().collect()).collect()
    }

    /// Own words were acknowledged, with the entry as it stood then.
    pub fn wrote(&mut self, entry: &Entry) {
        let words = self.notes.entry(entry.key.clone()).or_default();
        words.wrote(&entry.text, &entry.revisions);
    }

    /// A page's new text, typed over what was shown, was acknowledged.
    pub fn typed(&mut self, key: &EntryKey, shown: &str, text: &str) {
        let (before, after) = (Self::words(shown), Self::words(text));
        let page = self.pages.entry(key.clone()).or_default();
        page.typed.extend(after.iter().filter(|word| !before.contains(word)).cloned());
        page.removed.extend(before.into_iter().filter(|word| !after.contains(word)));
    }

    /// A comment was acknowledged, new or anew, with the entry as it stood then.
    pub fn said(&mut self, entry: &Entry, comment: &Comment) {
        let Comment { id, author, reply_to, text, revisions, .. } = comment;
        let new =
            || Said { author: *author, reply_to: reply_to.clone(), words: OwnWords::default() };
        let of_entry = self.comments.entry(entry.key.clone()).or_default();
        of_entry.entry(id.clone()).or_insert_with(new).words.wrote(text, revisions);
    }

    /// An emoji that this device left, or took back, was acknowledged.
    pub fn reacted(&mut self, key: &EntryKey, by: (Slot, DeviceId), emoji: &str, is_left: bool) {
        let place = (key.clone(), by.0, emoji.to_owned());
        self.reactions.entry(place).or_default().insert(by.1, is_left);
    }

    /// Checks that everything acknowledged is there, once, and nothing else.
    ///
    /// # Panics
    ///
    /// If not.
    pub fn check(&self, entries: &BTreeMap<String, Entry>) {
        assert_eq!(entries.len(), self.notes.len() + self.pages.len(), "entries");
        for (key, words) in &self.notes {
            let entry = entries.get(key.as_str()).expect("a note is there");
            words.check(&entry.text, &entry.alternatives, &entry.revisions);
        }
        for (key, page) in &self.pages {
            page.check(&entries.get(key.as_str()).expect("a page is there").text);
        }
        for entry in entries.values() {
            self.check_comments(entry);
            self.check_reactions(entry);
        }
    }

    fn check_comments(&self, entry: &Entry) {
        let none = BTreeMap::new();
        let said = self.comments.get(&entry.key).unwrap_or(&none);
        assert_eq!(entry.comments.len(), said.len(), "comments");
        for (id, Said { author, reply_to, words }) in said {
            let comment = entry.comment(id).expect("a comment is there");
            assert_eq!((comment.author, &comment.reply_to), (*author, reply_to));
            words.check(&comment.text, &comment.alternatives, &comment.revisions);
        }
    }

    fn check_reactions(&self, entry: &Entry) {
        let is_of_entry = |(place, _): &(&(EntryKey, Slot, String), _)| place.0 == entry.key;
        for ((_, slot, emoji), last) in self.reactions.iter().filter(is_of_entry) {
            let is_there = entry.reactions.iter().any(|it| is(it, *slot, emoji));
            // What two devices did apart, either of them may have done last.
            assert!(last.values().any(|is_left| *is_left == is_there), "{emoji} of {slot:?}");
        }
        for Reaction { by, emoji } in &entry.reactions {
            let place = (entry.key.clone(), *by, emoji.as_str().to_owned());
            assert!(self.reactions.contains_key(&place), "a reaction that nobody left");
        }
    }
}

fn is(reaction: &Reaction, by: Slot, emoji: &str) -> bool {
    reaction.by == by && reaction.emoji.as_str() == emoji
}

impl OwnWords {
    fn wrote(&mut self, text: &str, revisions: &[Revision]) {
        let before = revisions.iter().map(|revision| revision.text.clone());
        self.replaced.extend(before.filter(|before| before != text));
        self.all.push(text.to_owned());
    }

    fn check(&self, shown: &str, alternatives: &[Revision], revisions: &[Revision]) {
        let mut found: Vec<&String> = revisions.iter().map(|revision| &revision.text).collect();
        let mut acknowledged: Vec<&String> = self.all.iter().collect();
        found.sort();
        acknowledged.sort();
        assert_eq!(found, acknowledged, "every text is a revision, once");
        let beside = alternatives.iter().map(|revision| revision.text.as_str());
        for text in beside.chain([shown]) {
            assert!(!self.replaced.contains(text), "{text} is shown, and was replaced");
        }
    }
}

impl Page {
    fn check(&self, text: &str) {
        let words = Ledger::words(text);
        for word in &self.typed {
            let times = words.iter().filter(|found| *found == word).count();
            let expected = usize::from(!self.removed.contains(word));
            assert_eq!(times, expected, "{word} in {text:?}");
        }
        assert!(words.iter().all(|word| self.typed.contains(word)), "garbled: {text:?}");
    }
}
