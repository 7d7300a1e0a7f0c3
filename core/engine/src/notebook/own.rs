//! What the keys that are one writer's own say: whose they are, what of, and how they merge. How they
//! are spelled stands in `schema`.

use core::fmt;

use couplet_proto::hash::Hash;
use couplet_proto::ids::{Slot, WriterId};
use serde::{Deserialize, Serialize};

use crate::keys::MEMBER;
use crate::notebook::name::ItemId;

/// Whose key it is: it ends in this writer, and nobody else writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The person.
    pub slot: Slot,
    /// Which generation of that person.
    pub generation: u32,
    /// The install.
    pub writer: WriterId,
}

/// What a key is about: a name of the kind's, and which of several if there can be several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    name: String,
    /// Which.
    pub id: Option<ItemId>,
}

/// How the values of a key merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// What one person says, and may take back: each person has one.
    Claim,
    /// What both set: what was set apart stands side by side.
    Value,
    /// A member of one person's set.
    Member,
}

impl Class {
    pub(super) const ALL: [Self; 3] = [Self::Claim, Self::Value, Self::Member];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Value => "value",
            Self::Member => "set",
        }
    }
}

impl Subject {
    /// A subject of that name, from the constants of the schema.
    #[must_use]
    pub fn new(name: &'static str, id: Option<ItemId>) -> Self {
        Self { name: name.to_owned(), id }
    }

    /// The place of a member in a set: a name made of the member's words, so that one key holds it
    /// however long they are.
    #[must_use]
    pub fn of_member(name: &'static str, member: &str) -> Self {
        Self::new(name, Some(id_of_member(member)))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn parse(name: &str, id: Option<&str>) -> Option<Self> {
        let is_name = (1..=MAX_NAME_BYTES).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let id = id.map(|id| id.parse().ok());
        let id = match id {
            Some(None) => return None,
            Some(some) => some,
            None => None,
        };
        is_name.then(|| Self { name: name.to_owned(), id })
    }
}

/// The name of a member of a set.
pub(super) fn id_of_member(member: &str) -> ItemId {
    ItemId::from_random(Hash::of(MEMBER, &[member.as_bytes()]).truncated())
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.id.iter().try_for_each(|id| write!(f, "/{id}"))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}/{}", self.slot.index(), self.generation, self.writer)
    }
}

/// Bytes of a subject's name: with two ids and a writer a key stays under half of the document's
/// limit.
const MAX_NAME_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use super::super::schema::{Field, WordsKey};
    use super::*;
    use crate::document::limits::MAX_FIELD_BYTES;

    const OWNER: Owner = Owner { slot: Slot::Second, generation: 0, writer: WriterId([7; 16]) };

    fn subject(id: Option<u8>) -> Subject {
        Subject::new("let-go", id.map(|id| ItemId::from_random([id; 16])))
    }

    fn words() -> WordsKey {
        let Owner { slot, generation, writer } = OWNER;
        WordsKey { rev: 3, writer, slot, generation }
    }

    fn part(id: Option<u8>) -> Field {
        Field::Part(subject(id), words())
    }

    #[test]
    fn an_own_key_reads_back_and_ends_in_its_writer() {
        let mut fields = vec![Field::Rev(OWNER), part(None), part(Some(1))];
        fields.push(Field::Key(ItemId::from_random([1; 16]), OWNER));
        fields.extend([None, Some(1)].map(|id| Field::Closed(subject(id), words())));
        for class in Class::ALL {
            fields.extend([None, Some(1)].map(|id| Field::Own(class, subject(id), OWNER)));
        }
        for field in fields {
            let key = field.to_string();
            assert!(key.ends_with(&OWNER.writer.to_string()) && key.len() < MAX_FIELD_BYTES / 2);
            assert_eq!(Field::parse(&key), Some(field), "{key}");
        }
    }

    #[test]
    fn an_own_key_has_one_spelling() {
        let claim = Field::Own(Class::Claim, subject(Some(1)), OWNER).to_string();
        let words = part(None).to_string();
        for bad in [
            claim.replace("claim", "clam"),
            claim.replace("let-go", "Let-go"),
            claim.replace("let-go", ""),
            claim.replace("let-go", "lettinggooflettinggoofall"),
            claim.replace("let-go", "let/go"),
            claim.replace("1.0", "01.0"),
            claim.replace("1.0", "1.00"),
            claim.replace("1.0", "2.0"),
            words.replace("/3-", "/03-"),
            words.replace("/3-", "/0-"),
            words.replace("let-go", "words/").replace("//", "/x/"),
            format!("{claim}/"),
            words.replace("part", "sealed"),
            Field::Closed(subject(None), self::words()).to_string().replace("/3-", "/03-"),
            Field::Key(ItemId::from_random([1; 16]), OWNER).to_string().replace("key/", "key//"),
            Field::Rev(OWNER).to_string().replace("rev", "ref"),
        ] {
            assert_eq!(Field::parse(&bad), None, "{bad}");
        }
    }
}
