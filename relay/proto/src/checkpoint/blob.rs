//! Blobs: the sealed pieces of a checkpoint, each known by the hash of its bytes.
//!
//! An item of kind [`kind::BLOB`], critical, whose own bytes are
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 1 | scheme of the sealed body, as an envelope's |
//! | 1 | 32 | notebook |
//! | 33 | 4 | epoch |
//! | 37 | 4 | volume |
//! | 41 | 4 | edition |
//! | 45 | .. | the sealed body, whose seal covers the item's header and everything before |
//!
//! It has no signature: a signed manifest names its hash. The whole item is as long as an envelope
//! may be, and no other length.

use core::fmt;

use crate::checkpoint::BlobName;
use crate::envelope::{Cursor, padded};
use crate::hash::Hash;
use crate::ids::{Edition, Epoch, NotebookId, Volume};
use crate::item::{self, Item, Malformed, kind};
use crate::labels;
use crate::limits::MAX_BLOB;

const FIELDS: usize = 45;

/// Bytes of a blob before its body.
pub const OVERHEAD: usize = item::HEADER + FIELDS;

/// What a blob says in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobHeader {
    /// How the body is sealed.
    pub scheme: u8,
    /// Which notebook it belongs to.
    pub notebook: NotebookId,
    /// Which key generation it is sealed under.
    pub epoch: Epoch,
    /// Which document its changes are of.
    pub volume: Volume,
    /// Which rewriting of that document.
    pub edition: Edition,
}

/// A blob as it was sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    header: BlobHeader,
    hash: Hash,
    bytes: Vec<u8>,
}

impl BlobHeader {
    /// The item's header and the clear fields of a blob `length` bytes long in all: exactly what
    /// the body's seal covers.
    #[must_use]
    pub fn to_bytes(&self, length: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(length);
        out.push(item::VERSION);
        out.extend_from_slice(&kind::BLOB.to_be_bytes());
        out.push(1);
        let own = u32::try_from(length.saturating_sub(item::HEADER)).unwrap_or(u32::MAX);
        out.extend_from_slice(&own.to_be_bytes());
        out.push(self.scheme);
        out.extend_from_slice(self.notebook.0.as_bytes());
        out.extend_from_slice(&self.epoch.0.to_be_bytes());
        out.extend_from_slice(&self.volume.0.to_be_bytes());
        out.extend_from_slice(&self.edition.0.to_be_bytes());
        out
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        Some(Self {
            scheme: u8::from_be_bytes(cursor.take()?),
            notebook: NotebookId(Hash(cursor.take()?)),
            epoch: Epoch(u32::from_be_bytes(cursor.take()?)),
            volume: Volume(u32::from_be_bytes(cursor.take()?)),
            edition: Edition(u32::from_be_bytes(cursor.take()?)),
        })
    }
}

impl Blob {
    /// A blob of a sealed body: `before` is [`BlobHeader::to_bytes`], `body` what it covers.
    #[must_use]
    pub fn of(header: BlobHeader, before: Vec<u8>, body: &[u8]) -> Self {
        let mut bytes = before;
        bytes.extend_from_slice(body);
        Self::from_parts(header, bytes)
    }

    fn from_parts(header: BlobHeader, bytes: Vec<u8>) -> Self {
        let hash = Hash::of(labels::BLOB_HASH, &[&bytes]);
        Self { header, hash, bytes }
    }

    /// Reads what a blob says in clear.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are cut, too many, not padded or of another kind.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let malformed = Malformed("blob");
        let item = Item::read_whole(&bytes, MAX_BLOB - item::HEADER)?;
        let header = BlobHeader::read(item.expect(kind::BLOB, "blob")?).ok_or(malformed)?;
        if !item.critical || bytes.len() <= OVERHEAD || padded(bytes.len()) != bytes.len() {
            return Err(malformed);
        }
        Ok(Self::from_parts(header, bytes))
    }

    /// What it says in clear.
    #[must_use]
    pub const fn header(&self) -> &BlobHeader {
        &self.header
    }

    /// Its hash, by which it is known.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// All of it, as sent and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What a manifest says of it.
    #[must_use]
    pub fn name(&self) -> BlobName {
        let BlobHeader { epoch, volume, edition, .. } = self.header;
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        BlobName { hash: self.hash, epoch, volume, edition, length }
    }

    /// What stands before the body, which the body's seal covers.
    #[must_use]
    pub fn before(&self) -> &[u8] {
        self.bytes.get(..OVERHEAD).unwrap_or_default()
    }

    /// The sealed body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.bytes.get(OVERHEAD..).unwrap_or_default()
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({:?})", self.hash)
    }
}
