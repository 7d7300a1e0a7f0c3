//! The names of things: notebooks, slots, devices, writers, invites.
//!
//! Identifiers are values, never positions in a list, and each has its own type, so that no two can
//! be exchanged by mistake. None of them says who a person is.

use core::fmt;
use core::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::labels;

/// A notebook's id: the hash of its Genesis statement, so it certifies itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NotebookId(pub Hash);

/// Which of the two persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Whoever began the notebook.
    First,
    /// Whoever joined it.
    Second,
}

/// One of the two persons, in one generation: who comes back after losing everything is the same
/// person to the other, and writes none of what was theirs before (protocol rule 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    /// Which of the two.
    pub slot: Slot,
    /// How often they were let in again.
    pub generation: u32,
}

/// A device's Ed25519 public key (RFC 8032), which is also its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub [u8; 32]);

/// One install's writing identity, and the actor of its changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WriterId(pub [u8; 16]);

/// What a device adds to its key to name one of its writers; random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WriterNonce(pub [u8; 16]);

/// An invite's name in the membership log; random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InviteId(pub [u8; 16]);

/// Which key generation a body is sealed under; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epoch(pub u32);

/// One of the documents a notebook is written in; the first is 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Volume(pub u32);

/// How often a volume has been rewritten to erase something for good; at first 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Edition(pub u32);

impl Person {
    /// Whoever came first to that place.
    #[must_use]
    pub const fn first(slot: Slot) -> Self {
        Self { slot, generation: 0 }
    }
}

impl Slot {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// 0 or 1.
    #[must_use]
    pub const fn index(self) -> u8 {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    /// The slot of that index, if there is one.
    #[must_use]
    pub const fn from_index(index: u8) -> Option<Self> {
        match index {
            0 => Some(Self::First),
            1 => Some(Self::Second),
            _ => None,
        }
    }

    /// The other person's.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl Serialize for Slot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.index())
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_index(u8::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("a slot is 0 or 1"))
    }
}

impl WriterId {
    /// The first 16 bytes of the hash of notebook, device key and nonce (protocol rule 5): whoever
    /// reads a header recomputes it, so no device can write in another's name.
    #[must_use]
    pub fn derive(notebook: NotebookId, device: DeviceId, nonce: WriterNonce) -> Self {
        let hash = Hash::of(labels::WRITER, &[&notebook.0.0, &device.0, &nonce.0]);
        Self(hash.truncated())
    }
}

impl WriterNonce {
    /// The nonce made of these bytes, which the caller drew at random.
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// A string that is not the name it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the name of anything here; copy it whole")]
pub struct NotAName;

/// Lower-case base32 (RFC 4648) without padding: safe in paths, links and double clicks. Its tables
/// are made once; a page of the timeline spells a name for every revision on it.
pub(crate) fn base32() -> &'static Encoding {
    static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
        let mut spec = Specification::new();
        spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
        spec.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
    });
    &BASE32
}

fn parse<const N: usize>(text: &str) -> Result<[u8; N], NotAName> {
    let bytes = base32().decode(text.as_bytes()).map_err(|_| NotAName)?;
    bytes.try_into().map_err(|_| NotAName)
}

impl fmt::Display for NotebookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32().encode(&self.0.0))
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32().encode(&self.0))
    }
}

impl fmt::Display for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32().encode(&self.0))
    }
}

impl fmt::Display for InviteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32().encode(&self.0))
    }
}

impl FromStr for NotebookId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        parse(text).map(|bytes| Self(Hash(bytes)))
    }
}

impl FromStr for DeviceId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        parse(text).map(Self)
    }
}

impl FromStr for WriterId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        parse(text).map(Self)
    }
}

impl FromStr for InviteId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        parse(text).map(Self)
    }
}

impl fmt::Debug for NotebookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "notebook:{:.8}", self.to_string())
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device:{:.8}", self.to_string())
    }
}

impl fmt::Debug for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "writer:{:.8}", self.to_string())
    }
}

impl fmt::Debug for InviteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invite:{:.8}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_nothing_else_does() {
        let writer = WriterId([7; 16]);
        assert_eq!(writer.to_string().parse(), Ok(writer));
        assert_eq!("".parse::<WriterId>(), Err(NotAName));
        assert_eq!("zz1!".parse::<WriterId>(), Err(NotAName));
        assert!(writer.to_string().parse::<DeviceId>().is_err());
    }

    #[test]
    fn a_writer_belongs_to_its_notebook_device_and_nonce() {
        let of = |n: u8, d: u8, x: u8| {
            WriterId::derive(NotebookId(Hash([n; 32])), DeviceId([d; 32]), WriterNonce([x; 16]))
        };
        assert_eq!(of(1, 2, 3), of(1, 2, 3));
        assert_ne!(of(1, 2, 3), of(9, 2, 3));
        assert_ne!(of(1, 2, 3), of(1, 9, 3));
        assert_ne!(of(1, 2, 3), of(1, 2, 9));
    }
}
