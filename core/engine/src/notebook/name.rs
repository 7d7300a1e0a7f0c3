//! The names of what stands inside an entry: a comment, a reflection, a request, an item of a list.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::document::key::{is_spelled, spell};

/// 26 characters of lower-case base32, 128 random bits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ItemId(String);

/// A string that names nothing in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names nothing in an entry; use a name that the entry was shown with")]
pub struct NotAnItemId;

impl ItemId {
    /// The name of something new, from 16 bytes that the caller drew at random.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(spell(random))
    }

    /// The name as it stands in the document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ItemId {
    type Err = NotAnItemId;

    fn from_str(text: &str) -> Result<Self, NotAnItemId> {
        if is_spelled(text) { Ok(Self(text.to_owned())) } else { Err(NotAnItemId) }
    }
}

impl TryFrom<String> for ItemId {
    type Error = NotAnItemId;

    fn try_from(text: String) -> Result<Self, NotAnItemId> {
        text.parse()
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> Self {
        id.0
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item:{:.8}", self.0)
    }
}
