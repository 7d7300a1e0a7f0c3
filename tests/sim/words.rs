//! The model beside the system: every word that anybody wrote, and what must have become of it.
//!
//! All words are different, so that each can be looked for. A word is *certain* once a call that
//! wrote it has returned; one whose phone died meanwhile may be there or not. It is *excused* when
//! every place that held it was destroyed. Whatever is there is there once.

use std::collections::{BTreeMap, BTreeSet};

use couplet::{EntryRow, Slot};

/// All words of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    all: BTreeMap<String, Word>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Word {
    is_certain: bool,
    is_excused: bool,
    /// Somebody took it out of a page: it must be gone, or may be.
    removed: Option<Certainty>,
}

/// Whether something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    Certain,
    Perhaps,
}

/// Characters of a word, all words alike, so that two that stand together can be told apart.
const WORD: usize = 6;

impl Words {
    /// A word that was never written before.
    pub(crate) fn new_word(&mut self) -> String {
        let word = format!("w{:05}", self.all.len() + 1);
        self.all.insert(word.clone(), Word::default());
        word
    }

    /// A call that wrote this has returned.
    pub(crate) fn wrote(&mut self, word: &str) {
        self.word(word).is_certain = true;
    }

    /// Somebody takes this out of a page.
    pub(crate) fn removed(&mut self, word: &str, certainty: Certainty) {
        let word = self.word(word);
        let is_certain =
            certainty == Certainty::Certain || word.removed == Some(Certainty::Certain);
        word.removed = Some(if is_certain { Certainty::Certain } else { Certainty::Perhaps });
    }

    /// Something was destroyed: words that are not among these may be lost with it, and whoever
    /// took one out of a page may have done so in vain.
    pub(crate) fn excuse_all_but(&mut self, held: &BTreeSet<String>) {
        for (name, word) in &mut self.all {
            word.is_excused |= !held.contains(name);
            word.removed = word.removed.map(|_| Certainty::Perhaps);
        }
    }

    /// Which of these words were taken out by somebody.
    pub(crate) fn is_removed(&self, word: &str) -> bool {
        self.all.get(word).is_some_and(|word| word.removed.is_some())
    }

    /// All that anybody wrote.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Those that must be somewhere.
    pub(crate) fn certain(&self) -> BTreeSet<String> {
        let must = |word: &Word| word.is_certain && !word.is_excused && word.removed.is_none();
        let certain = self.all.iter().filter(|(_, word)| must(word));
        certain.map(|(word, _)| word.clone()).collect()
    }

    /// Whether what a phone shows may be: nothing twice, nothing garbled, nothing that nobody wrote.
    pub(crate) fn check_shown(&self, shown: &[EntryRow]) -> Result<BTreeSet<String>, String> {
        let mut found = BTreeSet::new();
        for word in shown.iter().flat_map(words_of) {
            if !self.all.contains_key(&word) {
                return Err(format!("garbled words are shown: {word:?}"));
            }
            if !found.insert(word.clone()) {
                return Err(format!("{word} is shown twice"));
            }
        }
        Ok(found)
    }

    /// Whether, in the end, a phone shows all that it must.
    pub(crate) fn check_end(&self, shown: &[EntryRow]) -> Result<(), String> {
        let found = self.check_shown(shown)?;
        if let Some(lost) = self.certain().difference(&found).next() {
            return Err(format!("{lost} was acknowledged and is lost"));
        }
        let is_back = |word: &&String| {
            let known = self.all.get(*word).copied().unwrap_or_default();
            known.removed == Some(Certainty::Certain) && !known.is_excused
        };
        match found.iter().find(is_back) {
            Some(word) => Err(format!("{word} was taken out and is there again")),
            None => Ok(()),
        }
    }

    fn word(&mut self, word: &str) -> &mut Word {
        self.all.entry(word.to_owned()).or_default()
    }
}

/// All words of an entry: of its revisions or its page, and of its comments.
pub(crate) fn words_of(row: &EntryRow) -> Vec<String> {
    let entry = &row.entry;
    let comments = entry.comments.iter().flat_map(|comment| &comment.revisions);
    let mut texts: Vec<&str> = comments.map(|revision| revision.text.as_str()).collect();
    match entry.revisions.is_empty() {
        true => texts.push(&entry.text),
        false => texts.extend(entry.revisions.iter().map(|revision| revision.text.as_str())),
    }
    texts.into_iter().flat_map(words_in).collect()
}

/// This person's words in a note of theirs, and in what they said about it.
pub(crate) fn own_words_of(row: &EntryRow, person: Slot) -> Vec<String> {
    let own = row.entry.comments.iter().filter(|comment| comment.author == person);
    let comments = own.flat_map(|comment| &comment.revisions);
    let texts = row.entry.revisions.iter().chain(comments);
    texts.flat_map(|revision| words_in(&revision.text)).collect()
}

/// The words of a text, those that stand together apart.
pub(crate) fn words_in(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    letters.chunks(WORD).map(|word| word.iter().collect()).collect()
}
