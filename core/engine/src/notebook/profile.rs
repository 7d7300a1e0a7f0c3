//! The two of them: what each is called, since when they are a couple, how the notebook looks, and
//! what their tags are called.
//!
//! Each person says what they are called; nobody is called by the other. A notebook may have several
//! of these, and an app shows the first.
//!
//! A tag is its word: it stands so in every entry, and is found by it. What it is shown as is a value
//! that both may set, beside that word, under a name made of it; a tag without one is shown as its
//! word. Deliberately not here: writing a tag anew in the entries that have it.

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::deed::{Act, Deed, Write};
use super::entry::Entry;
use super::kinds::{Look, enough, on_day, value};
use super::schema::{Kind, Subject, id_of_member, name};
use super::sheet::{Sheet, Shown};
use super::{CannotWrite, check_words};
use crate::limits::{MAX_LABELS, MAX_WORD};
use crate::membership::name::{MAX_NAME, Name};

/// A tag of an entry's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its word.
    pub word: String,
    /// What it is to be shown as: none for its word, several if it was renamed apart and nobody has
    /// chosen.
    pub labels: Vec<String>,
}

/// What the tags of a notebook are called.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Labels(BTreeMap<String, Vec<String>>);

pub(super) fn look() -> Look {
    let mut look = Look::default();
    for by in Slot::BOTH {
        for deed in [Deed::CallMe, Deed::TogetherSince, Deed::SetTheme, Deed::RenameTag] {
            look.open(by, deed);
        }
    }
    look
}

pub(super) fn writes(sheet: &Sheet, act: Act<'_>) -> Result<Vec<Write>, CannotWrite> {
    Ok(match act.deed {
        Deed::CallMe => {
            check_words(MAX_NAME, act.words)?;
            if act.words.parse::<Name>().is_err() {
                return Err(CannotWrite::ControlCharacters);
            }
            vec![Write::Part(Subject::new(name::CALLED, None), act.words.to_owned())]
        }
        Deed::TogetherSince => vec![on_day(name::SINCE, act.words)?],
        Deed::SetTheme => {
            check_words(MAX_WORD, act.words)?;
            vec![value(name::THEME, act.words.to_owned())]
        }
        Deed::RenameTag => rename(sheet, act.words)?,
        _ => Vec::new(),
    })
}

fn rename(sheet: &Sheet, words: &str) -> Result<Vec<Write>, CannotWrite> {
    let (word, label) = words.split_once('\n').unwrap_or((words, ""));
    check_words(MAX_WORD, word)?;
    if !label.is_empty() {
        check_words(MAX_WORD, label)?;
    }
    if label.contains('\n') {
        return Err(CannotWrite::ControlCharacters);
    }
    let id = id_of_member(word);
    let named = sheet.ids_of_values(name::LABEL);
    enough(named.len() >= MAX_LABELS && !named.contains(&id), "labels of tags", MAX_LABELS)?;
    let value =
        |name, words: &str| Write::Value(Subject::new(name, Some(id.clone())), words.to_owned());
    Ok(vec![value(name::TAG, word), value(name::LABEL, label)])
}

impl Labels {
    /// As these profiles have it: of two that name a tag, the first.
    pub fn of<'a>(profiles: impl Iterator<Item = &'a Entry>) -> Self {
        let mut labels = BTreeMap::new();
        for profile in profiles.filter(|entry| entry.kind == Some(Kind::Profile)) {
            for (word, shown) in profile.labels() {
                labels.entry(word.to_owned()).or_insert(shown);
            }
        }
        Self(labels)
    }
}

impl Entry {
    /// What either filed it under, each word once.
    #[must_use]
    pub fn tags(&self, labels: &Labels) -> Vec<Tag> {
        let tags = self.members.iter().filter(|member| member.name == name::TAG);
        let words: BTreeSet<&String> = tags.map(|member| &member.value).collect();
        let labelled = |word: &String| labels.0.get(word).cloned().unwrap_or_default();
        words.into_iter().map(|word| Tag { word: word.clone(), labels: labelled(word) }).collect()
    }

    /// The tags that a profile has labels for.
    fn labels(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        let named = |name: &'static str| self.shown.iter().filter(move |shown| shown.name == name);
        named(name::LABEL).filter_map(move |label| {
            let is_its = |tag: &&Shown| tag.id == label.id && is_word_of(tag);
            let word = named(name::TAG).find(is_its)?;
            let beside = label.alternatives.iter().map(|one| &one.value);
            let all: Vec<String> = [&label.value].into_iter().chain(beside).cloned().collect();
            Some((word.value.as_str(), all))
        })
    }
}

/// Whether it is the word that its id is made of.
fn is_word_of(tag: &Shown) -> bool {
    tag.id == Some(id_of_member(&tag.value))
}
