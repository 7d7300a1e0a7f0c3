//! Reactions: an emoji that a person leaves on an entry, and may take back.
//!
//! Each person has a set of them, merged by the rounds that `schema` explains. Counts are made by
//! whoever shows them.

use core::str::FromStr;
use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation as _;

use super::schema::{Field, ReactionKey};
use super::{Author, CannotWrite, Notebook, Written};
use crate::document::{EntryKey, RawEntry, Scalar, Value};
use crate::limits::{MAX_EMOJI_BYTES, MAX_REACTIONS};

/// A reaction that stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reaction {
    /// Whose.
    pub by: Slot,
    /// With what.
    pub emoji: Emoji,
}

/// One emoji, as one character to the eye.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Emoji(String);

/// A text that is not one emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reaction is one emoji; say more in a comment")]
pub struct NotAnEmoji;

impl Notebook {
    /// Leaves an emoji on an entry, or takes it back. Nothing, if it is so already.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn react(
        &mut self,
        key: &EntryKey,
        emoji: &str,
        is_wanted: bool,
    ) -> Result<Option<Written>, CannotWrite> {
        let emoji: Emoji = emoji.parse()?;
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let author = self.author();
        let Author { slot, generation, writer, .. } = author;
        let rounds = rounds(&raw);
        let standing = standing(&rounds);
        let is_left = standing.contains(&Reaction { by: slot, emoji: emoji.clone() });
        if is_left == is_wanted {
            return Ok(None);
        }
        let mine = standing.iter().filter(|reaction| reaction.by == slot);
        if is_wanted && mine.count() >= MAX_REACTIONS {
            return Err(CannotWrite::TooManyReactions { limit: MAX_REACTIONS });
        }
        let round = rounds.get(&(slot, emoji.clone(), generation)).copied().unwrap_or(0);
        let field = Field::Reaction(ReactionKey { emoji, writer, slot, generation });
        // The next that says it: what this person took back may be of a generation before.
        let next = round.saturating_add(if is_there(round) == is_wanted { 2 } else { 1 });
        let next = Scalar::Uint(next);
        let change = self.commit(author, |edit| edit.put(key, &field.to_string(), next))?;
        self.written(key, change).map(Some)
    }
}

impl Reaction {
    /// The reactions to an entry, by person and emoji.
    pub(super) fn all(raw: &RawEntry) -> Vec<Self> {
        standing(&rounds(raw)).into_iter().collect()
    }
}

/// A person, an emoji, and a generation of theirs.
type Whose = (Slot, Emoji, u32);

/// The reactions that are there: of a person's generations the last that said anything counts.
fn standing(rounds: &BTreeMap<Whose, u64>) -> BTreeSet<Reaction> {
    let mut last = BTreeMap::new();
    for ((by, emoji, _), round) in rounds {
        last.insert(Reaction { by: *by, emoji: emoji.clone() }, *round);
    }
    last.into_iter().filter(|(_, round)| is_there(*round)).map(|(reaction, _)| reaction).collect()
}

/// The highest round of each person's emoji, generation by generation.
fn rounds(raw: &RawEntry) -> BTreeMap<Whose, u64> {
    let mut rounds = BTreeMap::new();
    for (field, values) in &raw.fields {
        let Some(Field::Reaction(key)) = Field::parse(field) else { continue };
        let round = |value: &Value| match value.scalar {
            Scalar::Uint(round) => Some(round),
            _ => None,
        };
        let highest = values.iter().filter_map(round).max().unwrap_or(0);
        let so_far = rounds.entry((key.slot, key.emoji, key.generation)).or_insert(0);
        *so_far = highest.max(*so_far);
    }
    rounds
}

const fn is_there(round: u64) -> bool {
    round % 2 == 1
}

impl Emoji {
    /// The emoji of a key. Only what no version of Unicode can change is asked for, as every phone
    /// must read a key alike.
    pub(super) fn from_key(text: String) -> Option<Self> {
        let is_short = (1..=MAX_EMOJI_BYTES).contains(&text.len());
        (is_short && !text.chars().any(char::is_control)).then_some(Self(text))
    }

    /// It, to be shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Emoji {
    type Err = NotAnEmoji;

    /// One grapheme cluster that is no letter, digit or ASCII sign. What is an emoji, fonts decide;
    /// a letter that is one says so by the selector behind it, a digit by the keycap.
    fn from_str(text: &str) -> Result<Self, NotAnEmoji> {
        let text = text.trim();
        let is_one = text.graphemes(true).count() == 1;
        let is_sign = text.chars().next().is_some_and(|c| !c.is_ascii() && !c.is_alphanumeric());
        let is_emoji = is_sign || text.contains([EMOJI_SELECTOR, KEYCAP]);
        let emoji = Self::from_key(text.to_owned()).filter(|_| is_one && is_emoji);
        emoji.ok_or(NotAnEmoji)
    }
}

/// Asks for the colourful picture of what is also a letter (Unicode TR 51).
const EMOJI_SELECTOR: char = '\u{fe0f}';

const KEYCAP: char = '\u{20e3}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_a_reaction_and_words_are_not() {
        for emoji in [
            "❤️",
            "❤",
            "🎉",
            "👍🏽",
            "🇩🇰",
            "1️⃣",
            "🅰️",
            "ℹ️",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            " 🫶 ",
            "👩🏽\u{200d}❤️\u{200d}💋\u{200d}👨🏿",
            "👨‍👩‍👧‍👦",
        ] {
            assert!(emoji.parse::<Emoji>().is_ok(), "{emoji}");
        }
        let long = format!("👩{}", "\u{200d}👩".repeat(6));
        for text in ["", " ", "x", "é", "e\u{301}", "ja", "❤️❤️", "1", "+", "\n", "語", &long]
        {
            assert_eq!(text.parse::<Emoji>(), Err(NotAnEmoji), "{text}");
        }
    }
}
