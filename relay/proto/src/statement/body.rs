//! What statements say: one type for each kind, its number, and its bounds.

use serde::{Deserialize, Serialize};

use super::paper::{Kit, Notice, Paper, Recover, Warn};
use crate::hash::Hash;
use crate::have::Tip;
use crate::ids::{DeviceId, Edition, Epoch, InviteId, Volume, WriterNonce};
use crate::item::{self, Malformed};
use crate::limits::{
    MAX_DEVICES_PER_PERSON, MAX_JOIN_REQUEST, MAX_MEMBERS, MAX_RECOVERY_RECORD, MAX_SEALED_KEY,
    MAX_SEALED_NAME, MAX_SEALED_RELAY, MAX_WRAP, MAX_WRITERS_PER_DEVICE, MAX_WRITERS_REPLACED,
};

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
    /// The other person once more, in a new generation of their place, after they lost everything.
    Replacement,
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

/// An epoch's key once more, for members whose wrap does not open, or to whom no chain leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrap {
    /// Which epoch.
    pub epoch: Epoch,
    /// For whom.
    pub wraps: Vec<Wrap>,
}

/// Where the chain of one of a removed device's writers ends: what it names is accepted for ever,
/// what comes after never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    /// Names the writer, together with the device.
    pub nonce: WriterNonce,
    /// The last envelope that stands.
    pub last: Tip,
}

/// A new epoch: from its statement on, bodies are sealed under a new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotate {
    /// Its number, one more than the epoch before.
    pub epoch: Epoch,
    /// A hash of its key, so that nobody can be handed another.
    pub commitment: Hash,
    /// Its key for every member, in the order of their keys, and for nobody else.
    pub wraps: Vec<Wrap>,
    /// The key before, sealed under this one; without it, whoever is let in later reads nothing
    /// of the epochs before.
    pub chain: Option<Vec<u8>>,
}

/// A device of the signer's own person belongs no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveDevice {
    /// Which.
    pub device: DeviceId,
    /// What stands of what it wrote, in the order of the nonces. A writer that is not named has
    /// written nothing that stands.
    pub watermarks: Vec<Watermark>,
    /// The epoch that it cannot read.
    pub rotate: Rotate,
}

/// What stands of a device that goes with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Which.
    pub device: DeviceId,
    /// What stands of what it wrote, as of a device that is taken out.
    pub watermarks: Vec<Watermark>,
}

/// The other person, who lost every device and their words, is let in again by the signer, as the
/// next generation of their place. All that there was of them goes: their devices, and their
/// recovery kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replace {
    /// The invite it uses up.
    pub invite: InviteId,
    /// The newcomer's own request, as received.
    pub request: Vec<u8>,
    /// The newcomer's name, sealed for all members.
    pub name: Vec<u8>,
    /// The inviter's half of the short authentication string.
    pub sas: [u8; 16],
    /// Every device of theirs that there was, in the order of their keys.
    pub gone: Vec<Gone>,
    /// When their recovery kit had been warned for long enough, seconds since 1970, if they had one.
    pub due: Option<u64>,
    /// The epoch that none of them can read, and the newcomer can.
    pub rotate: Rotate,
}

/// An invite is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoke {
    /// Which.
    pub invite: InviteId,
}

/// The signer's person, or one of their devices, is called something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// The device; without one, the person.
    pub device: Option<DeviceId>,
    /// The name, sealed for all members as the signer's.
    pub name: Vec<u8>,
}

/// The signer's device has read a checkpoint and found in it all that it holds itself up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attest {
    /// Which: the hash of its manifest.
    pub checkpoint: Hash,
}

/// The next edition of a volume, without words of the signer's person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Propose {
    /// Which volume.
    pub volume: Volume,
    /// Its edition after the current one.
    pub edition: Edition,
    /// What it begins with: the hash of the last of those changes, which names all of them.
    pub beginning: Hash,
    /// The checkpoint that holds them, and stands for everything before: its cover is where the
    /// edition before ends.
    pub checkpoint: Hash,
}

/// The edition that was proposed is proved to hold all but words of the person who proposed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accept {
    /// Which: the checkpoint that it was proposed with.
    pub checkpoint: Hash,
}

/// The notebook goes on at another relay, which the one before need not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Its link, sealed for all members as the signer's.
    pub relay: Vec<u8>,
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
    /// A device is taken out, and the epoch changes with it.
    RemoveDevice(RemoveDevice),
    /// The epoch changes.
    Rotate(Rotate),
    /// Keys are handed out again.
    Wrap(Rewrap),
    /// The signer's person goes, with all their devices.
    Leave,
    /// The signer's person wants all of it gone from the relay.
    Dissolve,
    /// An invite is withdrawn.
    Revoke(Revoke),
    /// Somebody is called something else.
    Rename(Rename),
    /// A checkpoint is found to be true.
    Attest(Attest),
    /// An edition is proposed.
    Propose(Propose),
    /// An edition is accepted.
    Accept(Accept),
    /// The notebook goes on at another relay.
    Move(Move),
    /// The signer's person takes back that they want it gone.
    Retain,
    /// A person's recovery kit is made, or replaced.
    Paper(Paper),
    /// A device is let in by words.
    Recover(Recover),
    /// Notice is given to a recovery kit, or taken back.
    Notice(Notice),
    /// The other person is let in again, as a new generation.
    Replace(Replace),
    /// The other person's recovery kit is told that they are to be let in again.
    Warn(Warn),
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
    pub(super) const REMOVE_DEVICE: u16 = 5;
    pub(super) const REPLACE: u16 = 6;
    pub(super) const ROTATE: u16 = 7;
    pub(super) const WRAP: u16 = 8;
    pub(super) const LEAVE: u16 = 9;
    pub(super) const DISSOLVE: u16 = 10;
    pub(super) const PROPOSE: u16 = 11;
    pub(super) const ACCEPT: u16 = 12;
    pub(super) const ATTEST: u16 = 13;
    pub(super) const REVOKE: u16 = 14;
    pub(super) const RENAME: u16 = 15;
    pub(super) const MOVE: u16 = 19;
    pub(super) const RETAIN: u16 = 20;
    pub(super) const PAPER: u16 = 16;
    pub(super) const RECOVER: u16 = 17;
    pub(super) const NOTICE: u16 = 18;
    pub(super) const WARN: u16 = 21;
    pub(super) const RESERVED: core::ops::RangeInclusive<u16> = 1..=255;
}

impl Body {
    /// The numbers that a statement may have.
    pub(super) const NUMBERS: core::ops::RangeInclusive<u16> = number::RESERVED;

    pub(super) fn encode(&self) -> Option<(u16, Vec<u8>)> {
        Some(match self {
            Self::Genesis(body) => (number::GENESIS, item::encode(body)),
            Self::Invite(body) => (number::INVITE, item::encode(body)),
            Self::Join(body) => (number::JOIN, item::encode(body)),
            Self::AddDevice(body) => (number::ADD_DEVICE, item::encode(body)),
            Self::RemoveDevice(body) => (number::REMOVE_DEVICE, item::encode(body)),
            Self::Rotate(body) => (number::ROTATE, item::encode(body)),
            Self::Wrap(body) => (number::WRAP, item::encode(body)),
            Self::Leave => (number::LEAVE, Vec::new()),
            Self::Dissolve => (number::DISSOLVE, Vec::new()),
            Self::Revoke(body) => (number::REVOKE, item::encode(body)),
            Self::Rename(body) => (number::RENAME, item::encode(body)),
            Self::Attest(body) => (number::ATTEST, item::encode(body)),
            Self::Propose(body) => (number::PROPOSE, item::encode(body)),
            Self::Accept(body) => (number::ACCEPT, item::encode(body)),
            Self::Move(body) => (number::MOVE, item::encode(body)),
            Self::Retain => (number::RETAIN, Vec::new()),
            Self::Paper(body) => (number::PAPER, item::encode(body)),
            Self::Recover(body) => (number::RECOVER, item::encode(body)),
            Self::Notice(body) => (number::NOTICE, item::encode(body)),
            Self::Replace(body) => (number::REPLACE, item::encode(body)),
            Self::Warn(body) => (number::WARN, item::encode(body)),
            Self::Unknown { .. } => return None,
        })
    }

    pub(super) fn decode(number: u16, critical: bool, bytes: &[u8]) -> Result<Self, Malformed> {
        let body = match number {
            number::GENESIS => Self::Genesis(item::decode(bytes, "genesis")?),
            number::INVITE => Self::Invite(item::decode(bytes, "invite")?),
            number::JOIN => Self::Join(item::decode(bytes, "join")?),
            number::ADD_DEVICE => Self::AddDevice(item::decode(bytes, "device")?),
            number::REMOVE_DEVICE => Self::RemoveDevice(item::decode(bytes, "removal")?),
            number::ROTATE => Self::Rotate(item::decode(bytes, "rotation")?),
            number::WRAP => Self::Wrap(item::decode(bytes, "wrap")?),
            number::LEAVE => item::decode(bytes, "leave").map(|()| Self::Leave)?,
            number::DISSOLVE => item::decode(bytes, "dissolution").map(|()| Self::Dissolve)?,
            number::REVOKE => Self::Revoke(item::decode(bytes, "revocation")?),
            number::RENAME => Self::Rename(item::decode(bytes, "name")?),
            number::ATTEST => Self::Attest(item::decode(bytes, "attestation")?),
            number::PROPOSE => Self::Propose(item::decode(bytes, "edition")?),
            number::ACCEPT => Self::Accept(item::decode(bytes, "acceptance")?),
            number::MOVE => Self::Move(item::decode(bytes, "move")?),
            number::RETAIN => item::decode(bytes, "retention").map(|()| Self::Retain)?,
            number::PAPER => Self::Paper(item::decode(bytes, "recovery kit")?),
            number::RECOVER => Self::Recover(item::decode(bytes, "recovery")?),
            number::NOTICE => Self::Notice(item::decode(bytes, "notice")?),
            number::REPLACE => Self::Replace(item::decode(bytes, "replacement")?),
            number::WARN => Self::Warn(item::decode(bytes, "warning")?),
            number => Self::Unknown { number, critical },
        };
        let fits = critical || matches!(body, Self::Unknown { .. });
        if fits && body.is_within_limits() { Ok(body) } else { Err(Malformed("statement")) }
    }

    fn is_within_limits(&self) -> bool {
        let wrap = |wrap: &Wrap| wrap.sealed.len() <= MAX_WRAP;
        let wraps = |wraps: &[Wrap]| wraps.len() <= MAX_MEMBERS && wraps.iter().all(wrap);
        let rotate = |rotate: &Rotate| {
            let chain = rotate.chain.as_ref().map_or(0, Vec::len);
            chain <= MAX_SEALED_KEY && wraps(&rotate.wraps)
        };
        let name = |name: &[u8]| name.len() <= MAX_SEALED_NAME;
        let request = |request: &[u8]| request.len() <= MAX_JOIN_REQUEST;
        let kit = |kit: &Kit| kit.record.len() <= MAX_RECOVERY_RECORD;
        match self {
            Self::Genesis(body) => wrap(&body.wrap) && name(&body.name),
            Self::Join(body) => wrap(&body.wrap) && name(&body.name) && request(&body.request),
            Self::AddDevice(body) => wrap(&body.wrap) && name(&body.name) && request(&body.request),
            Self::Wrap(body) => wraps(&body.wraps),
            Self::Rotate(body) => rotate(body),
            Self::RemoveDevice(body) => {
                rotate(&body.rotate) && body.watermarks.len() <= MAX_WRITERS_PER_DEVICE
            }
            Self::Rename(body) => name(&body.name),
            Self::Move(body) => body.relay.len() <= MAX_SEALED_RELAY,
            Self::Paper(body) => rotate(&body.rotate) && body.kit.iter().all(kit),
            Self::Recover(body) => rotate(&body.rotate) && name(&body.name) && kit(&body.kit),
            Self::Replace(body) => {
                let writers: usize = body.gone.iter().map(|gone| gone.watermarks.len()).sum();
                rotate(&body.rotate)
                    && name(&body.name)
                    && request(&body.request)
                    && body.gone.len() <= MAX_DEVICES_PER_PERSON
                    && writers <= MAX_WRITERS_REPLACED
            }
            Self::Invite(_)
            | Self::Leave
            | Self::Dissolve
            | Self::Retain
            | Self::Revoke(_)
            | Self::Notice(_)
            | Self::Warn(_)
            | Self::Attest(_)
            | Self::Propose(_)
            | Self::Accept(_)
            | Self::Unknown { .. } => true,
        }
    }
}
