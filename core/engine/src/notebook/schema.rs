//! Where everything lies in the document: the only file with its key strings.
//!
//! An entry is one flat map, complete when it is made. Its fields:
//!
//! | field | value | who, when |
//! |---|---|---|
//! | `kind` | string | its author, at birth |
//! | `v` | number: schema version of the entry | its author, at birth |
//! | `ord` | number: place in the logical order, at most the change's own start | its author, at birth |
//! | `day` | number: civil day, days since 1970-01-01 | its author, at birth |
//! | `part/<slot>.<generation>/words/<rev>-<writer>` | string: own words, one revision | that person, once |
//! | `text` | Text, for both hands | made at birth, then edited by both |
//!
//! Every key that one person's two devices may write apart ends in the writer (protocol rule 16),
//! and readers of every key take all its values.

use core::fmt;
use core::str::FromStr;

use couplet_proto::ids::{Slot, WriterId};
use serde::{Deserialize, Serialize};

/// The version of the rules that changes are written and judged by.
pub const LAW: u16 = 1;

/// The version of entries as written here.
pub const ENTRY_VERSION: u64 = 1;

/// The text that both hands edit.
pub const TEXT: &str = "text";

/// A field of an entry, by what its key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// What kind of entry it is.
    Kind,
    /// Which version of the schema it was made under.
    Version,
    /// Its place in the logical order.
    Order,
    /// Its civil day.
    Day,
    /// One revision of a person's own words.
    Words(WordsKey),
}

/// The key of one revision of own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordsKey {
    /// Which revision, from 1; the newest is shown.
    pub rev: u64,
    /// The install that wrote it.
    pub writer: WriterId,
    /// Whose words.
    pub slot: Slot,
    /// Which generation of that person (protocol rule 6).
    pub generation: u32,
}

/// A kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Words of one person for the other.
    Note,
    /// A page that both write on.
    Page,
}

impl Kind {
    /// All kinds that this version writes.
    pub const ALL: [Self; 2] = [Self::Note, Self::Page];

    /// Its name in the document and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Page => "page",
        }
    }

    /// Whether its body belongs to both hands.
    #[must_use]
    pub const fn is_for_two_hands(self) -> bool {
        matches!(self, Self::Page)
    }
}

/// A word that is no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of entry; there are note and page")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

impl Field {
    /// The field of that key, if it is one of this version's.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Some(match key {
            "kind" => Self::Kind,
            "v" => Self::Version,
            "ord" => Self::Order,
            "day" => Self::Day,
            _ => Self::Words(WordsKey::parse(key)?),
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind => f.write_str("kind"),
            Self::Version => f.write_str("v"),
            Self::Order => f.write_str("ord"),
            Self::Day => f.write_str("day"),
            Self::Words(key) => {
                let WordsKey { rev, writer, slot, generation } = key;
                write!(f, "part/{}.{generation}/words/{rev}-{writer}", slot.index())
            }
        }
    }
}

impl WordsKey {
    fn parse(key: &str) -> Option<Self> {
        let (owner, revision) = key.strip_prefix("part/")?.split_once("/words/")?;
        let (slot, generation) = owner.split_once('.')?;
        let (rev, writer) = revision.split_once('-')?;
        let key_of = Self {
            rev: rev.parse().ok().filter(|rev| *rev > 0)?,
            writer: writer.parse().ok()?,
            slot: Slot::from_index(slot.parse().ok()?)?,
            generation: generation.parse().ok()?,
        };
        (Field::Words(key_of).to_string() == key).then_some(key_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let words = Field::Words(WordsKey {
            rev: 12,
            writer: WriterId([7; 16]),
            slot: Slot::Second,
            generation: 0,
        });
        for field in [Field::Kind, Field::Version, Field::Order, Field::Day, words.clone()] {
            assert_eq!(Field::parse(&field.to_string()), Some(field));
        }
        let key = words.to_string();
        for bad in [
            key.replace("12-", "012-"),
            key.replace("12-", "0-"),
            key.replace("1.0", "2.0"),
            key.replace("1.0", "+1.0"),
            format!("{key}a"),
            String::new(),
        ] {
            assert_eq!(Field::parse(&bad), None, "{bad}");
        }
    }
}
