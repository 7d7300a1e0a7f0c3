//! One Automerge change as bytes that we have read ourselves.
//!
//! ```text
//! offset  bytes
//! 0       85 6f 4a 83                magic
//! 4       4                          checksum: the first bytes of the hash
//! 8       01                         a change; 00, 02 and 03 (document, deflated, bundle) never
//! 9       LEB128                     length of what follows, the contents
//!         n, n x 32                  dependencies, ascending
//!         16, 16                     writer
//!         LEB128, LEB128             sequence number, counter of the first operation
//!         00, 00                     time, message
//!         n, n x (16, 16)            other writers that operations refer to
//!         n, n x (kind, length)      columns
//!         ...                        their bytes, and nothing after them
//! ```
//!
//! The hash is SHA-256 of everything from offset 8 on. Source: the Automerge binary format, and
//! `storage/chunk.rs` and `storage/change.rs` of automerge 0.12.

use core::fmt;
use std::sync::Arc;

use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;
use sha2::{Digest, Sha256};

use super::columns::{At, Raw, Row, Rows};
use super::cursor::{Cursor, write_unsigned};
use super::limits::{MAX_CHANGE_BYTES, MAX_DEPS, MAX_OP, MAX_OTHER_ACTORS};

/// One change, whole, uncompressed and well-formed. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    bytes: Arc<[u8]>,
    header: Header,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    hash: Hash,
    deps: Vec<Hash>,
    /// Its own writer first, then the others.
    actors: Vec<WriterId>,
    writer: WriterId,
    seq: u64,
    start_op: u64,
    ops: u64,
    /// How many bytes at the end are columns.
    columns: usize,
}

/// Why bytes are not a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedChange {
    /// Longer than [`MAX_CHANGE_BYTES`].
    #[error("a change is larger than any app of ours writes; ask the partner to update their app")]
    TooLarge,
    /// Not the bytes of one change, or not all of them.
    #[error("bytes that should be a change are cut off or something else; fetch them again")]
    NotAChange,
    /// The hash is another.
    #[error("a change does not match its own checksum; fetch it again")]
    WrongChecksum,
    /// It says something that no app of ours writes: a time, a message, an extension.
    #[error(
        "a change has a header that no app of ours writes; ask the partner to update their app"
    )]
    ForeignHeader,
    /// Its operations cannot be read.
    #[error("the operations of a change are malformed; ask the partner to update their app")]
    Operations,
}

impl Change {
    /// Reads a change, in time and memory proportional to its bytes and bounded by `limits`.
    ///
    /// # Errors
    /// [`MalformedChange`] for everything that Automerge would not have written for one of our
    /// transactions.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, MalformedChange> {
        if bytes.len() > MAX_CHANGE_BYTES {
            return Err(MalformedChange::TooLarge);
        }
        let header = Header::parse(&bytes)?;
        Ok(Self { bytes: bytes.into(), header })
    }

    /// A change from its contents, which lack magic, checksum, type and length.
    pub(super) fn from_contents(contents: &[u8]) -> Result<Self, MalformedChange> {
        Self::parse(enclose(contents))
    }

    /// SHA-256 of type, length and contents: the change's name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.header.hash
    }

    /// Who made it.
    #[must_use]
    pub fn writer(&self) -> WriterId {
        self.header.writer
    }

    /// Its place among its writer's changes in this volume; the first is 1.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.header.seq
    }

    /// The counter of its first operation.
    #[must_use]
    pub fn start_op(&self) -> u64 {
        self.header.start_op
    }

    /// The number of its operations, at least 1.
    #[must_use]
    pub fn ops(&self) -> u64 {
        self.header.ops
    }

    /// The counter of its last operation.
    #[must_use]
    pub fn max_op(&self) -> u64 {
        self.header.start_op + self.header.ops - 1
    }

    /// The changes it directly depends on, ascending.
    #[must_use]
    pub fn deps(&self) -> &[Hash] {
        &self.header.deps
    }

    /// The whole chunk.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn contents(&self) -> &[u8] {
        let mut cursor = Cursor::new(&self.bytes);
        let _prefix = (cursor.take(CONTENTS_LENGTH_AT), cursor.unsigned());
        cursor.rest()
    }

    /// The other writers and the columns: what follows time and message.
    pub(super) fn tail(&self) -> &[u8] {
        let others = self.header.actors.len() - 1;
        let mut count = Vec::new();
        write_unsigned(&mut count, others as u64);
        let length = self.header.columns + others * 17 + count.len();
        let at = self.bytes.len().saturating_sub(length);
        self.bytes.split_at_checked(at).map_or(&[], |(_, tail)| tail)
    }

    /// The keys that it puts something at, of whatever object, and the text it puts there if it is one.
    pub(crate) fn puts(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.rows().filter_map(|(_, row)| match (row.at, row.value) {
            (At::Key(key), Raw::Str(text)) => Some((key, Some(text))),
            (At::Key(key), _) => Some((key, None)),
            (At::Start | At::Element(_), _) => None,
        })
    }

    /// Its operations in order, each with its id.
    pub(super) fn rows(&self) -> impl Iterator<Item = (OpNumber, Row<'_>)> {
        let at = self.bytes.len().saturating_sub(self.header.columns);
        let columns = self.bytes.split_at_checked(at).map_or(&[][..], |(_, columns)| columns);
        let mut rows = Rows::new(columns, &self.header.actors);
        let mut next = self.header.start_op;
        core::iter::from_fn(move || {
            let row = rows.as_mut()?.next_row()?;
            let number = next;
            next += 1;
            Some((number, row))
        })
    }
}

/// The counter of an operation.
pub(super) type OpNumber = u64;

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, MalformedChange> {
        let (hash, contents) = open(bytes)?;
        let mut cursor = Cursor::new(contents);
        let header = Self::parse_contents(&mut cursor, hash)?;
        let mut rows =
            Rows::new(cursor.rest(), &header.actors).ok_or(MalformedChange::Operations)?;
        let ops = rows.left();
        while rows.left() > 0 {
            rows.next_row().ok_or(MalformedChange::Operations)?;
        }
        let last = header.start_op.checked_add(ops);
        if ops == 0 || !rows.is_used_up() || last.is_none_or(|last| last > MAX_OP) {
            return Err(MalformedChange::Operations);
        }
        Ok(Self { ops, columns: cursor.rest().len(), ..header })
    }

    fn parse_contents(cursor: &mut Cursor<'_>, hash: Hash) -> Result<Self, MalformedChange> {
        let none = MalformedChange::NotAChange;
        let count = cursor.unsigned().ok_or(none)?;
        if count > MAX_DEPS {
            return Err(MalformedChange::ForeignHeader);
        }
        let mut deps = Vec::new();
        for _ in 0..count {
            deps.push(Hash(cursor.array().ok_or(none)?));
        }
        let writer = actor(cursor)?;
        let seq = cursor.unsigned().ok_or(none)?;
        let start_op = cursor.unsigned().ok_or(none)?;
        let time = cursor.signed().ok_or(none)?;
        let message = cursor.unsigned().ok_or(none)?;
        let others = cursor.unsigned().ok_or(none)?;
        let ascending = deps.is_sorted_by(|a, b| a < b);
        let numbered = seq > 0 && (1..=MAX_OP).contains(&start_op);
        if !ascending || !numbered || time != 0 || message != 0 || others > MAX_OTHER_ACTORS {
            return Err(MalformedChange::ForeignHeader);
        }
        let mut actors = vec![writer];
        for _ in 0..others {
            actors.push(actor(cursor)?);
        }
        Ok(Self { hash, deps, actors, writer, seq, start_op, ops: 0, columns: 0 })
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Header { hash, writer, seq, start_op, ops, .. } = &self.header;
        write!(f, "change:{hash:?} ({writer:?} #{seq}, {ops} operations from {start_op})")
    }
}

/// Puts contents into a chunk.
pub(super) fn enclose(contents: &[u8]) -> Vec<u8> {
    let mut hashed = vec![CHANGE];
    write_unsigned(&mut hashed, contents.len() as u64);
    hashed.extend_from_slice(contents);
    let hash: [u8; 32] = Sha256::digest(&hashed).into();
    let mut chunk = Vec::with_capacity(hashed.len() + 8);
    chunk.extend_from_slice(&MAGIC);
    chunk.extend_from_slice(hash.split_at(4).0);
    chunk.extend_from_slice(&hashed);
    chunk
}

/// Takes the contents out of a chunk, and its hash.
fn open(bytes: &[u8]) -> Result<(Hash, &[u8]), MalformedChange> {
    let none = MalformedChange::NotAChange;
    let mut cursor = Cursor::new(bytes);
    let magic = cursor.array::<4>().ok_or(none)?;
    let checksum = cursor.array::<4>().ok_or(none)?;
    let hashed = cursor.rest();
    let kind = cursor.byte().ok_or(none)?;
    let length = cursor.unsigned().ok_or(none)?;
    let contents = cursor.rest();
    if magic != MAGIC || kind != CHANGE || length != contents.len() as u64 {
        return Err(none);
    }
    let hash = Hash(Sha256::digest(hashed).into());
    if !hash.0.starts_with(&checksum) {
        return Err(MalformedChange::WrongChecksum);
    }
    Ok((hash, contents))
}

fn actor(cursor: &mut Cursor<'_>) -> Result<WriterId, MalformedChange> {
    let length = cursor.unsigned().ok_or(MalformedChange::NotAChange)?;
    if length != 16 {
        return Err(MalformedChange::ForeignHeader);
    }
    cursor.array().map(WriterId).ok_or(MalformedChange::NotAChange)
}

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;
const CONTENTS_LENGTH_AT: u64 = 9;
