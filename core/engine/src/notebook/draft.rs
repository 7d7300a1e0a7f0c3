//! Drafts in a vault: words on their way into a shared notebook, on all devices of one person.
//!
//! A draft is an entry. Its words are a text, so that what one person types on two devices merges;
//! what it will become stands beside them. Whoever shares it or throws it away says of which words:
//! words that another device added unseen make it a draft still.

use couplet_proto::hash::Hash;

use super::deed::Write;
use super::entry::Entry;
use super::kinds::value;
use super::schema::{Kind, name};
use super::{CannotWrite, Notebook, Written, check_length};
use crate::document::EntryKey;
use crate::keys::CONTENT;
use crate::limits::{MAX_PAGE, MAX_VALUE};

/// Words that were not shared so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The kind of entry that it will be, or that it edits.
    pub kind: String,
    /// The civil day that it will belong to, days since 1970-01-01.
    pub day: i32,
    /// The entry that it edits.
    pub entry: Option<String>,
    /// The version of that entry that was last shown. One too long to be kept is left out: the edit
    /// is then merged against what is shown when it is shared.
    pub base: Option<String>,
    /// The words.
    pub text: String,
}

/// Whether words can be kept as a draft. They may be none, and as long as the longest of what is
/// shared, whatever they will be: what is too long for that is kept until it is shorter.
///
/// # Errors
/// [`CannotWrite::TooLong`], [`CannotWrite::ControlCharacters`].
pub fn check_draft(words: &str) -> Result<(), CannotWrite> {
    check_length(MAX_PAGE, words)
}

impl Notebook {
    /// Keeps a draft as a new entry of that key.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn keep_draft(&mut self, key: EntryKey, draft: &Drafted) -> Result<Written, CannotWrite> {
        let base = draft.base.clone().filter(|base| base.len() <= MAX_VALUE);
        let beside = [
            (name::WILL_BE, Some(draft.kind.clone())),
            (name::EDITS, draft.entry.clone()),
            (name::BASE, base),
        ];
        let beside = beside.into_iter().filter_map(|(name, said)| Some(value(name, said?)));
        let beside: Vec<Write> = beside.collect();
        self.begin_with(&key, (Kind::Draft, draft.day, &draft.text), beside)
    }

    /// A draft of these words is one no more; nothing, if that was said before.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn end_draft(
        &mut self,
        key: &EntryKey,
        words: &str,
    ) -> Result<Option<Written>, CannotWrite> {
        match self.set_value(key, name::ENDED, &ended_at(words))? {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }
}

impl Entry {
    /// The draft that it is; nothing for other entries, and for one that has ended.
    #[must_use]
    pub fn draft(&self) -> Option<Drafted> {
        if self.kind != Some(Kind::Draft) {
            return None;
        }
        let named = |name: &str| self.shown.iter().find(|shown| shown.name == name);
        let value = |name: &str| named(name).map(|shown| shown.value.clone());
        let now = ended_at(&self.text);
        let is_ended = named(name::ENDED).is_some_and(|ended| {
            ended.value == now || ended.alternatives.iter().any(|other| other.value == now)
        });
        let draft = || Drafted {
            kind: value(name::WILL_BE).unwrap_or_else(|| Kind::Note.name().to_owned()),
            day: self.day,
            entry: value(name::EDITS),
            base: value(name::BASE),
            text: self.text.clone(),
        };
        (!is_ended).then(draft)
    }
}

/// What is said of a draft that ended with these words.
fn ended_at(words: &str) -> String {
    Hash::of(CONTENT, &[b"draft", words.as_bytes()]).to_string()
}
