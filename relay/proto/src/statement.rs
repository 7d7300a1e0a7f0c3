//! Statements: the signed lines of a notebook's membership log.
//!
//! An item whose kind is [`kind::STATEMENT`] plus the statement's own
//! number, and whose own bytes are
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 32 | notebook; zero in Genesis, whose hash it is |
//! | 32 | 8 | length of the log before this statement, big-endian |
//! | 40 | 32 | hash of the statement before, or zero |
//! | 72 | 1 | slot of the signer, 0 or 1 |
//! | 73 | 32 | device key of the signer |
//! | 105 | .. | the body, `postcard` of one of the types of `statement/body.rs` |
//! | end - 64 | 64 | Ed25519 signature over the item's header and everything before |
//!
//! What may follow what is the [`Log`](crate::log::Log)'s to say.

mod body;
mod paper;

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::envelope::Cursor;
use crate::hash::Hash;
use crate::ids::{DeviceId, NotebookId, Slot};
use crate::item::{self, Item, Malformed, kind};
use crate::labels;
use crate::limits::MAX_STATEMENT;
use crate::sign::{self, BadSignature, SIGNATURE, Signature, Signer};

pub use body::{
    Accept, AddDevice, Attest, Body, DeviceKeys, Genesis, Gone, History, Invite, Join, Move,
    Propose, RemoveDevice, Rename, Replace, Revoke, Rewrap, Role, Rotate, SUITE_X25519, Watermark,
    Wrap,
};
pub use paper::{Kit, Locator, Notice, Paper, Place, Recover, Warn};

const FIELDS: usize = 105;

/// How far a membership log has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogHead {
    /// How many statements.
    pub length: u64,
    /// The hash of the last, or zero when there is none.
    pub hash: Hash,
}

impl LogHead {
    /// Of a log without statements.
    pub const EMPTY: Self = Self { length: 0, hash: Hash::ZERO };
}

/// What every statement says beside its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which notebook; zero in Genesis.
    pub notebook: NotebookId,
    /// The log it was made for.
    pub after: LogHead,
    /// The person who speaks.
    pub slot: Slot,
    /// The device that signed.
    pub signer: DeviceId,
}

/// A statement that its signer signed. Whether it may stand is the log's to say.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    header: Header,
    body: Body,
    hash: Hash,
    bytes: Vec<u8>,
}

/// Why bytes are no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAStatement {
    /// They cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its signer did not sign it.
    #[error(transparent)]
    Forged(#[from] BadSignature),
}

impl Statement {
    /// Makes and signs a statement. [`Body::Unknown`] cannot be made, only received.
    #[must_use]
    pub fn sign(header: Header, body: Body, signer: &dyn Signer) -> Option<Self> {
        let (number, encoded) = body.encode()?;
        let mut own = header.to_bytes();
        own.extend_from_slice(&encoded);
        own.extend_from_slice(&[0; SIGNATURE]);
        let mut bytes = Item::new(kind::STATEMENT + number, true, &own).to_bytes();
        bytes.truncate(bytes.len() - SIGNATURE);
        let signature = sign::sign(signer, labels::STATEMENT_SIGNATURE, &bytes);
        bytes.extend_from_slice(&signature.0);
        let hash = Hash::of(labels::STATEMENT_HASH, &[&bytes]);
        Some(Self { header, body, hash, bytes })
    }

    /// Reads a statement and checks its signature.
    ///
    /// # Errors
    /// [`NotAStatement`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, NotAStatement> {
        let malformed = Malformed("statement");
        let item = Item::read_whole(&bytes, MAX_STATEMENT)?;
        let number = item.kind.wrapping_sub(kind::STATEMENT);
        if !Body::NUMBERS.contains(&number) || item.version != item::VERSION {
            return Err(malformed.into());
        }
        let (own, _) = item.bytes.split_last_chunk::<SIGNATURE>().ok_or(malformed)?;
        let (fields, body) = own.split_at_checked(FIELDS).ok_or(malformed)?;
        let header = Header::read(fields).ok_or(malformed)?;
        let body = Body::decode(number, item.critical, body)?;
        let (signed, signature) = bytes.split_last_chunk::<SIGNATURE>().ok_or(malformed)?;
        let signature = Signature(*signature);
        sign::verify(header.signer, labels::STATEMENT_SIGNATURE, signed, &signature)?;
        let hash = Hash::of(labels::STATEMENT_HASH, &[&bytes]);
        Ok(Self { header, body, hash, bytes })
    }

    /// What it says beside its body.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What it says.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// Its hash, which the next statement names.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// All of it, as sent and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The devices that it takes out, naming what stands of them: whoever orders it must know what
    /// is held of their writers.
    pub fn removes(&self) -> impl Iterator<Item = DeviceId> {
        let (one, several) = match &self.body {
            Body::RemoveDevice(body) => (Some(body.device), &[][..]),
            Body::Replace(body) => (None, body.gone.as_slice()),
            _ => (None, &[][..]),
        };
        one.into_iter().chain(several.iter().map(|gone| gone.device))
    }

    /// The person whose recovery kit goes by it without saying so itself.
    #[must_use]
    pub const fn ends_kit_of(&self) -> Option<Slot> {
        match &self.body {
            Body::Paper(said) if said.due.is_some() => Some(self.header.slot),
            Body::Replace(_) => Some(self.header.slot.other()),
            _ => None,
        }
    }

    /// Whether it takes a device or a person out, or lets one in by its words: of such there are few,
    /// and nothing that others use up keeps them back.
    #[must_use]
    pub const fn is_going(&self) -> bool {
        matches!(self.body, Body::RemoveDevice(_) | Body::Leave | Body::Recover(_))
    }

    /// The time that must have come, seconds since 1970, before anybody takes it for true: a log has
    /// no clock, and whoever has one looks (protocol rule 26).
    #[must_use]
    pub const fn due(&self) -> Option<u64> {
        match &self.body {
            Body::Paper(said) => said.due,
            Body::Replace(said) => said.due,
            _ => None,
        }
    }

    /// The log's head once this statement is in it.
    #[must_use]
    pub const fn head(&self) -> LogHead {
        LogHead { length: self.header.after.length.saturating_add(1), hash: self.hash }
    }
}

impl Header {
    fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIELDS);
        out.extend_from_slice(self.notebook.0.as_bytes());
        out.extend_from_slice(&self.after.length.to_be_bytes());
        out.extend_from_slice(self.after.hash.as_bytes());
        out.push(self.slot.index());
        out.extend_from_slice(&self.signer.0);
        out
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        Some(Self {
            notebook: NotebookId(Hash(cursor.take()?)),
            after: LogHead {
                length: u64::from_be_bytes(cursor.take()?),
                hash: Hash(cursor.take()?),
            },
            slot: Slot::from_index(u8::from_be_bytes(cursor.take()?))?,
            signer: DeviceId(cursor.take()?),
        })
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statement(#{} {:?})", self.header.after.length, self.hash)
    }
}
