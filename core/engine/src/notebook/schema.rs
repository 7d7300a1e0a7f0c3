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
//! | `text/<slot>.<generation>` | Text, for one person's | made at birth by that person, then edited by them alone |
//! | `comment/<slot>.<generation>/<id>[-<id>]/words/<rev>-<writer>` | string: a comment, one revision; the second id is the comment it answers | that person, once |
//! | `reaction/<slot>.<generation>/<emoji>/<writer>` | number: round; odd is there, even is taken back | that writer, overwriting its own |
//! | `part/<slot>.<generation>/<name>[/<id>]/<rev>-<writer>` | string: own words of that name, one revision | that person, once |
//! | `claim/<name>[/<id>]/<slot>.<generation>/<writer>` | claim: what that person says | that writer, overwriting its own |
//! | `value/<name>[/<id>]/<slot>.<generation>/<writer>` | claim: a value that both may set | that writer, overwriting its own |
//! | `set/<name>/<id>/<slot>.<generation>/<writer>` | claim: a member of that person's set, or nothing; the id is made of the member | that writer, overwriting its own |
//! | `closed/<slot>.<generation>/<name>[/<id>]/<rev>-<writer>` | bytes: own words of that name, closed, one revision | that person, once |
//! | `key/<id>/<slot>.<generation>/<writer>` | bytes: the key of closed words, or none once it is withdrawn; the id is made of them | that writer, overwriting its own |
//! | `rev/<slot>.<generation>/<writer>` | number: where this writer's last change to parts or sets starts | that writer, in that change |
//!
//! Every key that one person's two devices may write apart ends in the writer (protocol rule 16),
//! and readers of every key take all its values.
//!
//! The newest revision of words is shown; of one number, all stand beside each other. A person's
//! reaction is there if the highest round under that emoji is odd, whichever of their writers wrote
//! it. Who changes it writes one round more than the highest they see, and nothing if it is as they
//! want it; so taking back on one phone wins over adding again on another that had it already, and
//! two phones that do the same agree. An emoji is spelled as its UTF-8 in hexadecimal.
//!
//! Words that come with a claim (an answer, what a reflection missed, thanks) are the revision of that
//! claim's round, by its writer: they are shown as long as the claim holds.
//!
//! An entry has one text at most. One person's, and the last seven, came with [`LAW`] 2. Their names
//! are those of `name` below, by kind of entry; a
//! name that is not known here is kept, merged and never shown. A claim (`claim`) is postcard:
//! round, value, after, witness. Deliberately without a key: counts and streaks, which are derived
//! from the sets, and when something was written.

use core::fmt;

use couplet_proto::ids::{Person, Slot, WriterId};

use crate::document::Change;
use crate::notebook::comment::{CommentId, CommentName};
use crate::notebook::name::ItemId;
use crate::notebook::reaction::Emoji;

pub use super::kind::{Body, Kind, UnknownKind};
pub use super::names as name;
pub(super) use super::own::id_of_member;
pub use super::own::{Class, Owner, Subject};

/// The newest version of the rules that changes are judged by here.
pub const LAW: u16 = 2;

/// The rules of notes, pages, comments and reactions.
const FIRST_LAW: u16 = 1;

/// The version of entries as written here.
pub const ENTRY_VERSION: u64 = 1;

/// The text that both hands edit.
pub const TEXT: &str = "text";

const WORDS: &str = "words";

const PART: &str = "part";

const CLOSED: &str = "closed";

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
    /// Its text, if it has one.
    Text(Hands),
    /// One revision of a person's own words.
    Words(WordsKey),
    /// One revision of a comment.
    Comment(CommentName, WordsKey),
    /// A person's reaction, as one of their writers left it.
    Reaction(ReactionKey),
    /// One revision of own words that are not the entry's body.
    Part(Subject, WordsKey),
    /// What one writer says of something.
    Own(Class, Subject, Owner),
    /// One revision of own words that are closed.
    Closed(Subject, WordsKey),
    /// The key of closed words, as one writer published it.
    Key(ItemId, Owner),
    /// Where one writer's last change to parts or sets starts.
    Rev(Owner),
}

/// Who writes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    /// Both.
    Both,
    /// That person alone.
    One(Person),
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

impl Hands {
    /// Whether that person's are among them, in whichever generation.
    #[must_use]
    pub fn include(self, slot: Slot) -> bool {
        match self {
            Self::Both => true,
            Self::One(person) => person.slot == slot,
        }
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
            TEXT => Self::Text(Hands::Both),
            _ => Self::parse_owned(key).or_else(|| parse_own(key))?,
        };
        (field.to_string() == key).then_some(field)
    }

    /// The fields that name their owner. What other spellings it lets through are not written back.
    fn parse_owned(key: &str) -> Option<Self> {
        let (what, rest) = key.split_once('/')?;
        if what == TEXT {
            return Some(Self::Text(Hands::One(parse_person(rest)?)));
        }
        let (owner, rest) = rest.split_once('/')?;
        let Person { slot, generation } = parse_person(owner)?;
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
            Self::Text(Hands::Both) => f.write_str(TEXT),
            Self::Text(Hands::One(Person { slot, generation })) => {
                write!(f, "{TEXT}/{}.{generation}", slot.index())
            }
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
            Self::Part(subject, key) => write_words(f, PART, subject, *key),
            Self::Own(class, subject, owner) => write_own(f, *class, subject, *owner),
            Self::Closed(subject, key) => write_words(f, CLOSED, subject, *key),
            Self::Key(id, owner) => write!(f, "key/{id}/{owner}"),
            Self::Rev(owner) => write!(f, "rev/{owner}"),
        }
    }
}

/// The law that all of these changes can be judged by: the oldest, so that an older app reads what it
/// can. No change is judged by a law older than this one says.
#[must_use]
pub fn law_of(changes: &[Change]) -> u16 {
    let is_new = |change: &Change| change.puts().any(|(key, text)| is_of_second_law(key, text));
    if changes.iter().any(is_new) { LAW } else { FIRST_LAW }
}

fn is_of_second_law(key: &str, text: Option<&str>) -> bool {
    match Field::parse(key) {
        Some(
            Field::Part(..)
            | Field::Own(..)
            | Field::Closed(..)
            | Field::Key(..)
            | Field::Rev(_)
            | Field::Text(Hands::One(_)),
        ) => true,
        Some(Field::Kind) => text.is_some_and(|name| !Kind::FIRST.contains(&name)),
        _ => false,
    }
}

/// The field of that key, if it has one of these forms. What other spellings it lets through are
/// not written back.
fn parse_own(key: &str) -> Option<Field> {
    let segments: Vec<&str> = key.split('/').collect();
    match segments.as_slice() {
        ["rev", owner, writer] => Some(Field::Rev(parse_owner(owner, writer)?)),
        ["key", id, owner, writer] => {
            Some(Field::Key(id.parse().ok()?, parse_owner(owner, writer)?))
        }
        [what @ (PART | CLOSED), owner, name, revision] => {
            parse_words(what, owner, Subject::parse(name, None)?, revision)
        }
        [what @ (PART | CLOSED), owner, name, id, revision] => {
            parse_words(what, owner, Subject::parse(name, Some(id))?, revision)
        }
        [class, name, owner, writer] => {
            let subject = Subject::parse(name, None)?;
            Some(Field::Own(parse_class(class)?, subject, parse_owner(owner, writer)?))
        }
        [class, name, id, owner, writer] => {
            let subject = Subject::parse(name, Some(id))?;
            Some(Field::Own(parse_class(class)?, subject, parse_owner(owner, writer)?))
        }
        _ => None,
    }
}

fn parse_class(name: &str) -> Option<Class> {
    Class::ALL.into_iter().find(|class| class.name() == name)
}

fn parse_owner(owner: &str, writer: &str) -> Option<Owner> {
    let Person { slot, generation } = parse_person(owner)?;
    Some(Owner { slot, generation, writer: writer.parse().ok()? })
}

fn parse_person(owner: &str) -> Option<Person> {
    let (slot, generation) = owner.split_once('.')?;
    let slot = Slot::from_index(slot.parse().ok()?)?;
    Some(Person { slot, generation: generation.parse().ok()? })
}

fn parse_words(what: &str, owner: &str, subject: Subject, revision: &str) -> Option<Field> {
    if subject.name() == WORDS {
        return None;
    }
    let (rev, writer) = revision.split_once('-')?;
    let rev = rev.parse().ok().filter(|rev| *rev > 0)?;
    let Owner { slot, generation, writer } = parse_owner(owner, writer)?;
    let key = WordsKey { rev, writer, slot, generation };
    Some(if what == CLOSED { Field::Closed(subject, key) } else { Field::Part(subject, key) })
}

fn write_words(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    subject: &Subject,
    key: WordsKey,
) -> fmt::Result {
    let WordsKey { rev, writer, slot, generation } = key;
    write!(f, "{what}/{}.{generation}/{subject}/{rev}-{writer}", slot.index())
}

fn write_own(
    f: &mut fmt::Formatter<'_>,
    class: Class,
    subject: &Subject,
    owner: Owner,
) -> fmt::Result {
    write!(f, "{}/{subject}/{owner}", class.name())
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
            Field::Text(Hands::Both),
            Field::Text(Hands::One(Person { slot: Slot::Second, generation: 3 })),
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
            "text/".to_owned(),
            "text/2.0".to_owned(),
            "text/01.0".to_owned(),
            "text/1.0/".to_owned(),
            format!("text/1.0/{}", WriterId([7; 16])),
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
