//! What was acknowledged: the promise against which both notebooks are held.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::Entry;

/// Every text that a phone has said is durable. Texts and words are all different.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    notes: BTreeMap<EntryKey, Vec<String>>,
    pages: BTreeMap<EntryKey, Page>,
    words: u32,
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

    /// Own words were acknowledged.
    pub fn wrote(&mut self, key: &EntryKey, text: &str) {
        self.notes.entry(key.clone()).or_default().push(text.to_owned());
    }

    /// A page's new text, typed over what was shown, was acknowledged.
    pub fn typed(&mut self, key: &EntryKey, shown: &str, text: &str) {
        let (before, after) = (Self::words(shown), Self::words(text));
        let page = self.pages.entry(key.clone()).or_default();
        page.typed.extend(after.iter().filter(|word| !before.contains(word)).cloned());
        page.removed.extend(before.into_iter().filter(|word| !after.contains(word)));
    }

    /// Checks that everything acknowledged is there, once, and nothing else.
    ///
    /// # Panics
    ///
    /// If not.
    pub fn check(&self, entries: &BTreeMap<String, Entry>) {
        assert_eq!(entries.len(), self.notes.len() + self.pages.len(), "entries");
        for (key, texts) in &self.notes {
            let entry = entries.get(key.as_str()).expect("a note is there");
            let mut found: Vec<&String> = entry.revisions.iter().map(|r| &r.text).collect();
            let mut acknowledged: Vec<&String> = texts.iter().collect();
            found.sort();
            acknowledged.sort();
            assert_eq!(found, acknowledged, "every text of {key:?} is a revision, once");
            assert_eq!(entry.text, texts[texts.len() - 1], "the newest words are shown");
        }
        for (key, page) in &self.pages {
            let entry = entries.get(key.as_str()).expect("a page is there");
            let words = Self::words(&entry.text);
            for word in &page.typed {
                let times = words.iter().filter(|found| *found == word).count();
                let expected = usize::from(!page.removed.contains(word));
                assert_eq!(times, expected, "{word} in {:?}", entry.text);
            }
            let is_known = |word: &String| page.typed.contains(word);
            assert!(words.iter().all(is_known), "garbled: {:?}", entry.text);
        }
    }
}
