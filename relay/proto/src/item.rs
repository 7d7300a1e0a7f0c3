//! Framed items: what every byte string that outlives a connection looks like (protocol rule 1).
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 1 | version, 1 |
//! | 1 | 2 | kind, big-endian, from [`kind`] |
//! | 3 | 1 | critical, 0 or 1 |
//! | 4 | 4 | length of what follows, big-endian |
//! | 8 | length | the item's own bytes |
//!
//! A reader that meets an unknown kind keeps the bytes as they are: it can store and forward them,
//! and read them after an upgrade. `critical` says whether it may go on without understanding.

use serde::{Serialize, de::DeserializeOwned};

/// The version this crate writes.
pub const VERSION: u8 = 1;

/// Bytes before an item's own.
pub const HEADER: usize = 8;

/// The number of each kind of item. Never reused.
pub mod kind {
    /// A sealed envelope.
    pub const ENVELOPE: u16 = 0x0001;
    /// A request to join.
    pub const JOIN_REQUEST: u16 = 0x0002;
    /// A relay's address and pin, as in a link.
    pub const RELAY_LINK: u16 = 0x0003;
    /// An invitation, as in a link.
    pub const JOIN_LINK: u16 = 0x0004;
    /// A device's mark outside its backups: who writes there, and how far.
    pub const MARK: u16 = 0x0005;
    /// What a checkpoint covers, and of what it consists.
    pub const CHECKPOINT: u16 = 0x0010;
    /// A sealed piece of a checkpoint.
    pub const BLOB: u16 = 0x0011;
    /// Statements: this, plus the statement's own number.
    pub const STATEMENT: u16 = 0x0100;
    /// Sections of a body: this, plus the section's own number.
    pub const SECTION: u16 = 0x0200;
    /// Frames on a connection: this, plus the frame's own number.
    pub const FRAME: u16 = 0x0300;
}

/// One item, borrowed from the bytes it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// The format's version.
    pub version: u8,
    /// What it is, from [`kind`].
    pub kind: u16,
    /// Whether a reader that does not know it must stop.
    pub critical: bool,
    /// The item's own bytes.
    pub bytes: &'a [u8],
}

/// Bytes that are not what they should be. Says nothing of their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a well-formed {0}")]
pub struct Malformed(pub &'static str);

impl<'a> Item<'a> {
    /// An item of the version written here.
    #[must_use]
    pub const fn new(kind: u16, critical: bool, bytes: &'a [u8]) -> Self {
        Self { version: VERSION, kind, critical, bytes }
    }

    /// Reads the first item, of at most `limit` own bytes, and what follows it.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes end early, the length is above `limit`, or `critical` is neither
    /// 0 nor 1.
    pub fn read(bytes: &'a [u8], limit: usize) -> Result<(Self, &'a [u8]), Malformed> {
        let (header, rest) = Header::read(bytes)?;
        let length = header.length(limit)?;
        let (bytes, rest) = rest.split_at_checked(length).ok_or(Malformed("item"))?;
        let Header { version, kind, critical, .. } = header;
        Ok((Self { version, kind, critical, bytes }, rest))
    }

    /// Reads one item that fills `bytes` whole.
    ///
    /// # Errors
    /// As [`Item::read`], or if anything follows.
    pub fn read_whole(bytes: &'a [u8], limit: usize) -> Result<Self, Malformed> {
        match Self::read(bytes, limit)? {
            (item, []) => Ok(item),
            _ => Err(Malformed("item")),
        }
    }

    /// The item's own bytes if it is of this kind and version.
    ///
    /// # Errors
    /// [`Malformed`] otherwise.
    pub fn expect(self, kind: u16, what: &'static str) -> Result<&'a [u8], Malformed> {
        if self.kind == kind && self.version == VERSION {
            Ok(self.bytes)
        } else {
            Err(Malformed(what))
        }
    }

    /// Appends the item, header first.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(self.version);
        out.extend_from_slice(&self.kind.to_be_bytes());
        out.push(u8::from(self.critical));
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(self.bytes);
    }

    /// The item as bytes of its own.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + self.bytes.len());
        self.write(&mut out);
        out
    }
}

/// An item's first eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format's version.
    pub version: u8,
    /// What it is, from [`kind`].
    pub kind: u16,
    /// Whether a reader that does not know it must stop.
    pub critical: bool,
    length: u32,
}

impl Header {
    /// Reads a header and what follows it.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes end early or `critical` is neither 0 nor 1.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(Malformed("item"))?;
        let [version, k0, k1, critical, l0, l1, l2, l3] = *header;
        let critical = match critical {
            0 => false,
            1 => true,
            _ => return Err(Malformed("item")),
        };
        let kind = u16::from_be_bytes([k0, k1]);
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        Ok((Self { version, kind, critical, length }, rest))
    }

    /// How many bytes the item has of its own.
    ///
    /// # Errors
    /// [`Malformed`] if they are more than `limit`.
    pub fn length(self, limit: usize) -> Result<usize, Malformed> {
        usize::try_from(self.length)
            .ok()
            .filter(|length| *length <= limit)
            .ok_or(Malformed("item: its length is above the limit"))
    }
}

/// Encodes with `postcard`; the types of this protocol always can be.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_default()
}

/// Decodes with `postcard` from bytes already bounded, in the one way they can be written
/// (protocol rule 2): nothing left over, and encoding again gives the same bytes.
///
/// # Errors
/// [`Malformed`] naming `what`.
pub fn decode<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    what: &'static str,
) -> Result<T, Malformed> {
    let (value, rest) = postcard::take_from_bytes::<T>(bytes).map_err(|_| Malformed(what))?;
    let same = rest.is_empty() && postcard::to_allocvec(&value).is_ok_and(|again| again == bytes);
    same.then_some(value).ok_or(Malformed(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_reads_back_with_what_follows() {
        let mut bytes = Item::new(7, true, b"abc").to_bytes();
        bytes.extend_from_slice(b"rest");
        let (item, rest) = Item::read(&bytes, 3).unwrap();
        assert_eq!(
            (item.kind, item.critical, item.bytes, rest),
            (7, true, &b"abc"[..], &b"rest"[..])
        );
        assert!(Item::read(&bytes, 2).is_err(), "its length is above the limit");
        assert!(Item::read_whole(&bytes, 3).is_err(), "something follows");
        for cut in 0..HEADER + 3 {
            assert!(Item::read(&bytes[..cut], 3).is_err());
        }
    }

    #[test]
    fn a_number_written_the_long_way_is_malformed() {
        assert_eq!(decode::<u32>(&[5], "number"), Ok(5));
        assert!(decode::<u32>(&[0x85, 0x00], "number").is_err());
        assert!(decode::<u32>(&[5, 0], "number").is_err());
    }
}
