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
//! | `comment/<slot>.<generation>/<id>[-<id>]/words/<rev>-<writer>` | string: a comment, one revision; the second id is the comment it answers | that person, once |
//! | `reaction/<slot>.<generation>/<emoji>/<writer>` | number: round; odd is there, even is taken back | that writer, overwriting its own |
//!
//! Every key that one person's two devices may write apart ends in the writer (protocol rule 16),
//! and readers of every key take all its values.
//!
//! The newest revision of words is shown; of one number, all stand beside each other. A person's
//! reaction is there if the highest round under that emoji is odd, whichever of their writers wrote
//! it. Who changes it writes one round more than the highest they see, and nothing if it is as they
//! want it; so taking back on one phone wins over adding again on another that had it already, and
//! two phones that do the same agree. An emoji is spelled as its UTF-8 in hexadecimal.

use core::fmt;
use core::str::FromStr;

use couplet_proto::ids::{Slot, WriterId};
use serde::{Deserialize, Serialize};

use crate::notebook::comment::{CommentId, CommentName};
use crate::notebook::reaction::Emoji;

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
    /// One revision of a comment.
    Comment(CommentName, WordsKey),
    /// A person's reaction, as one of their writers left it.
    Reaction(ReactionKey),
}

/// The key of a reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionKey {
    /// With what.
    pub emoji: Emoji,
    /// The install that wrote it.
    pub writer: WriterId,
    /// Whose reaction.
    pub slot: Slot,
    /// Which generation of that person.
    pub generation: u32,
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
        let field = match key {
            "kind" => Self::Kind,
            "v" => Self::Version,
            "ord" => Self::Order,
            "day" => Self::Day,
            _ => Self::parse_owned(key)?,
        };
        (field.to_string() == key).then_some(field)
    }

    /// The fields that name their owner. What other spellings it lets through are not written back.
    fn parse_owned(key: &str) -> Option<Self> {
        let (what, rest) = key.split_once('/')?;
        let (owner, rest) = rest.split_once('/')?;
        let (slot, generation) = owner.split_once('.')?;
        let slot = Slot::from_index(slot.parse().ok()?)?;
        let generation = generation.parse().ok()?;
        let words = |revision: &str| {
            let (rev, writer) = revision.split_once('-')?;
            let rev = rev.parse().ok().filter(|rev| *rev > 0)?;
            Some(WordsKey { rev, writer: writer.parse().ok()?, slot, generation })
        };
        Some(match what {
            "part" => Self::Words(words(rest.strip_prefix("words/")?)?),
            "comment" => {
                let (name, revision) = rest.split_once("/words/")?;
                Self::Comment(parse_comment(name)?, words(revision)?)
            }
            "reaction" => {
                let (emoji, writer) = rest.split_once('/')?;
                let (emoji, writer) = (parse_emoji(emoji)?, writer.parse().ok()?);
                Self::Reaction(ReactionKey { emoji, writer, slot, generation })
            }
            _ => return None,
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
            Self::Words(WordsKey { rev, writer, slot, generation }) => {
                write!(f, "part/{}.{generation}/words/{rev}-{writer}", slot.index())
            }
            Self::Comment(name, WordsKey { rev, writer, slot, generation }) => {
                write!(f, "comment/{}.{generation}/{}", slot.index(), name.id)?;
                if let Some(answered) = &name.answers {
                    write!(f, "-{answered}")?;
                }
                write!(f, "/words/{rev}-{writer}")
            }
            Self::Reaction(ReactionKey { emoji, writer, slot, generation }) => {
                write!(f, "reaction/{}.{generation}/", slot.index())?;
                emoji.as_str().bytes().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                write!(f, "/{writer}")
            }
        }
    }
}

fn parse_comment(name: &str) -> Option<CommentName> {
    let (id, answers) = match name.split_once('-') {
        Some((id, answered)) => (id, Some(answered.parse::<CommentId>().ok()?)),
        None => (name, None),
    };
    Some(CommentName { id: id.parse().ok()?, answers })
}

fn parse_emoji(hex: &str) -> Option<Emoji> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = pairs.chunks(2).map(byte).collect();
    Emoji::from_key(String::from_utf8(bytes?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::limits::MAX_FIELD_BYTES;
    use crate::limits::MAX_EMOJI_BYTES;

    fn id(byte: u8) -> CommentId {
        CommentId::from_random([byte; 16])
    }

    fn words() -> WordsKey {
        WordsKey { rev: 12, writer: WriterId([7; 16]), slot: Slot::Second, generation: 0 }
    }

    fn reaction(emoji: &str) -> Field {
        Field::Reaction(ReactionKey {
            emoji: emoji.parse().unwrap(),
            writer: WriterId([7; 16]),
            slot: Slot::First,
            generation: 3,
        })
    }

    #[test]
    fn a_key_reads_back() {
        for field in [
            Field::Kind,
            Field::Version,
            Field::Order,
            Field::Day,
            Field::Words(words()),
            Field::Comment(CommentName { id: id(1), answers: None }, words()),
            Field::Comment(CommentName { id: id(1), answers: Some(id(2)) }, words()),
            reaction("❤️"),
            reaction("👩🏽\u{200d}❤️\u{200d}💋\u{200d}👨🏿"),
        ] {
            assert_eq!(Field::parse(&field.to_string()), Some(field));
        }
        assert!(reaction("❤️").to_string().starts_with("reaction/0.3/e29da4efb88f/"));
    }

    #[test]
    fn a_key_has_one_spelling() {
        let key = Field::Words(words()).to_string();
        let answer = Field::Comment(CommentName { id: id(1), answers: Some(id(2)) }, words());
        let answer = answer.to_string();
        let heart = reaction("❤️").to_string();
        for bad in [
            key.replace("12-", "012-"),
            key.replace("12-", "0-"),
            key.replace("1.0", "2.0"),
            key.replace("1.0", "+1.0"),
            key.replace("part", "comment"),
            format!("{key}a"),
            answer.replace("/words", "-/words"),
            answer.replace("12-", "+12-"),
            answer.replace(&id(2).to_string(), "aa"),
            answer.replace("comment", "part"),
            heart.replace("e29d", "E29D"),
            heart.replace("e29d", "+29d"),
            heart.replace("e29da4efb88f", "e29da4efb8"),
            heart.replace("e29da4efb88f", "e29da4efb88"),
            heart.replace("e29da4efb88f", "0a"),
            heart.replace("e29da4efb88f", ""),
            heart.replace("e29da4efb88f", &"2b".repeat(41)),
            heart.replace("0.3", "0.03"),
            String::new(),
        ] {
            assert_eq!(Field::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_longest_key_is_within_the_documents_limit() {
        let emoji = Emoji::from_key("+".repeat(MAX_EMOJI_BYTES)).unwrap();
        let (writer, slot) = (WriterId([7; 16]), Slot::First);
        let reaction = |generation| ReactionKey { emoji: emoji.clone(), writer, slot, generation };
        assert_eq!(Field::Reaction(reaction(0)).to_string().len(), 120);
        let words = WordsKey { rev: u64::MAX, writer, slot, generation: u32::MAX };
        let answer = Field::Comment(CommentName { id: id(1), answers: Some(id(2)) }, words);
        for longest in [Field::Reaction(reaction(u32::MAX)), answer] {
            assert!(longest.to_string().len() <= MAX_FIELD_BYTES);
        }
    }
}
