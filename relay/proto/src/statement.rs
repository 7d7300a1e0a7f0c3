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
//! | 105 | .. | the body, `postcard` of one of the types below |
//! | end - 64 | 64 | Ed25519 signature over the item's header and everything before |
//!
//! What may follow what is the [`Log`](crate::log::Log)'s to say.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::envelope::Cursor;
use crate::hash::Hash;
use crate::ids::{DeviceId, Epoch, InviteId, NotebookId, Slot, Volume};
use crate::item::{self, Item, Malformed, kind};
use crate::labels;
use crate::limits::{MAX_JOIN_REQUEST, MAX_SEALED_NAME, MAX_STATEMENT, MAX_WRAP};
use crate::sign::{self, BadSignature, SIGNATURE, Signature, Signer};

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

/// A device's public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKeys {
    /// Ed25519, for signatures; the device's name.
    pub signing: DeviceId,
    /// Which KEM the next key is for; 1: DHKEM(X25519, HKDF-SHA256), RFC 9180.
    pub suite: u8,
    /// For wrapping keys to the device.
    pub wrapping: [u8; 32],
}

/// The only suite so far.
pub const SUITE_X25519: u8 = 1;

/// An epoch key for one device. Opaque here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrap {
    /// For whom.
    pub to: DeviceId,
    /// The wrapped key, at most [`MAX_WRAP`] bytes.
    pub sealed: Vec<u8>,
}

/// What a link invites to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The other person.
    Partner,
    /// One more device of whoever invites.
    OwnDevice,
}

/// How much of what is already there the newcomer will read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum History {
    /// Everything.
    All,
    /// From this volume on.
    FromHere(Volume),
}

/// The first statement: a notebook of one person with one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// Random, so that no two notebooks have one id.
    pub salt: [u8; 16],
    /// The first device.
    pub device: DeviceKeys,
    /// The first person's name, sealed.
    pub name: Vec<u8>,
    /// A hash of the first epoch's key, so that nobody can be handed another.
    pub commitment: Hash,
    /// The first epoch's key for the first device.
    pub wrap: Wrap,
}

/// An open invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Its name.
    pub invite: InviteId,
    /// The public half of the key that the link's secret derives.
    pub key: DeviceId,
    /// What it invites to be.
    pub role: Role,
    /// What the newcomer will read.
    pub history: History,
    /// Good until, seconds since 1970.
    pub expires: u64,
}

/// The second person comes in. Signed by the device that invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The invite it uses up.
    pub invite: InviteId,
    /// The joiner's own request, as received.
    pub request: Vec<u8>,
    /// The joiner's name, sealed for all members.
    pub name: Vec<u8>,
    /// The current epoch's key for the joiner.
    pub wrap: Wrap,
    /// The inviter's half of the short authentication string.
    pub sas: [u8; 16],
}

/// One more device of the signer's own person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddDevice {
    /// The invite it uses up.
    pub invite: InviteId,
    /// The device's own request, as received.
    pub request: Vec<u8>,
    /// The device's name, sealed for all members.
    pub name: Vec<u8>,
    /// The current epoch's key for the device.
    pub wrap: Wrap,
}

/// The current epoch's key once more, for members whose wrap does not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrap {
    /// Which epoch.
    pub epoch: Epoch,
    /// For whom.
    pub wraps: Vec<Wrap>,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A notebook begins.
    Genesis(Genesis),
    /// Somebody is invited.
    Invite(Invite),
    /// The partner is let in.
    Join(Join),
    /// A device of one's own is let in.
    AddDevice(AddDevice),
    /// Keys are handed out again.
    Wrap(Rewrap),
    /// A statement of a later version: kept, counted and passed on (protocol rule 1).
    Unknown {
        /// Its number.
        number: u16,
        /// Whether membership must wait for an upgrade.
        critical: bool,
    },
}

/// The number of each kind of statement. Never reused.
mod number {
    pub(super) const GENESIS: u16 = 1;
    pub(super) const INVITE: u16 = 2;
    pub(super) const JOIN: u16 = 3;
    pub(super) const ADD_DEVICE: u16 = 4;
    // 5 RemoveDevice, 6 Replace, 7 Rotate: their rooms.
    pub(super) const WRAP: u16 = 8;
    // 9 Leave, 10 Dissolve, 11 Propose, 12 Accept, 13 Attest, 14 Revoke: their rooms.
    pub(super) const RESERVED: core::ops::RangeInclusive<u16> = 1..=255;
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
        if !number::RESERVED.contains(&number) || item.version != item::VERSION {
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

impl Body {
    fn encode(&self) -> Option<(u16, Vec<u8>)> {
        Some(match self {
            Self::Genesis(body) => (number::GENESIS, item::encode(body)),
            Self::Invite(body) => (number::INVITE, item::encode(body)),
            Self::Join(body) => (number::JOIN, item::encode(body)),
            Self::AddDevice(body) => (number::ADD_DEVICE, item::encode(body)),
            Self::Wrap(body) => (number::WRAP, item::encode(body)),
            Self::Unknown { .. } => return None,
        })
    }

    fn decode(number: u16, critical: bool, bytes: &[u8]) -> Result<Self, Malformed> {
        let body = match number {
            number::GENESIS => Self::Genesis(item::decode(bytes, "genesis")?),
            number::INVITE => Self::Invite(item::decode(bytes, "invite")?),
            number::JOIN => Self::Join(item::decode(bytes, "join")?),
            number::ADD_DEVICE => Self::AddDevice(item::decode(bytes, "device")?),
            number::WRAP => Self::Wrap(item::decode(bytes, "wrap")?),
            number => Self::Unknown { number, critical },
        };
        let fits = critical || matches!(body, Self::Unknown { .. });
        if fits && body.is_within_limits() { Ok(body) } else { Err(Malformed("statement")) }
    }

    fn is_within_limits(&self) -> bool {
        let wrap = |wrap: &Wrap| wrap.sealed.len() <= MAX_WRAP;
        let name = |name: &[u8]| name.len() <= MAX_SEALED_NAME;
        let request = |request: &[u8]| request.len() <= MAX_JOIN_REQUEST;
        match self {
            Self::Genesis(body) => wrap(&body.wrap) && name(&body.name),
            Self::Join(body) => wrap(&body.wrap) && name(&body.name) && request(&body.request),
            Self::AddDevice(body) => wrap(&body.wrap) && name(&body.name) && request(&body.request),
            Self::Wrap(body) => body.wraps.iter().all(wrap),
            Self::Invite(_) | Self::Unknown { .. } => true,
        }
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statement(#{} {:?})", self.header.after.length, self.hash)
    }
}
