//! Who belongs: making the statements of the membership log, and reading what they seal.
//!
//! What may stand in a log is decided by [`couplet_proto::log::Log`], the same on phones and
//! relays. Here is what only members can do: found a notebook, invite, let in, name; and in
//! [`epoch`] and [`keyring`] what changes and opens the keys; in [`words`] and [`paper`] the
//! recovery kit; in [`replacing`] who comes back without it.

pub mod ending;
pub mod epoch;
pub mod keyring;
pub mod name;
pub mod paper;
pub mod replacing;
mod sealed;
#[cfg(test)]
mod tests;
pub mod words;
pub mod wrap;

use std::collections::BTreeMap;

use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, Epoch, InviteId, NotebookId, Slot};
use couplet_proto::limits::MAX_INVITE_SECONDS;
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{
    Accept, AddDevice, Attest, Body, Genesis, Header, History, Invite, Join, LogHead, Propose,
    Rename, Revoke, Role, Statement,
};
use rand_core::CryptoRng;

use crate::keys::{DeviceSecret, EpochKey, InviteSecret};
use crate::pairing::request::name_of;
use keyring::Keys;
use name::Name;

/// Why a statement cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSay {
    /// This device does not belong, or not any more.
    #[error("this device does not belong to the notebook")]
    NotAMember,
    /// The invite is used, withdrawn or unknown.
    #[error("the invite is no longer open")]
    InviteNotOpen,
    /// The log would refuse it.
    #[error(transparent)]
    Refused(#[from] couplet_proto::log::Refused),
    /// The request names no one, or cannot be read by this device.
    #[error("the request was not made for this device")]
    UnreadableRequest,
    /// The key that is needed for it is not here.
    #[error("this device has not been given the notebook's current key")]
    NoKey,
    /// It has been said, or is so already.
    #[error("that has been done already")]
    Overtaken,
    /// A member's keys are of a suite of a later version.
    #[error("a device was made by a later version; bring this program up to date")]
    UnknownSuite,
    /// A later version spoke first.
    #[error("membership waits until this program is brought up to date")]
    Frozen,
}

/// A notebook of one person with one device.
///
/// # Errors
/// [`CannotSay::Refused`] never in practice: a Genesis made here certifies itself.
pub fn found(
    device: &DeviceSecret,
    name: &Name,
    rng: &mut dyn CryptoRng,
) -> Result<(Log, EpochKey), CannotSay> {
    let key = EpochKey::random(rng);
    let keys = device.keys();
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let place = wrap::Place { notebook: NotebookId(Hash::ZERO), slot: Slot::First, length: 0 };
    let genesis = Genesis {
        salt,
        device: keys,
        name: name.seal(&key, keys.signing, rng),
        commitment: key.commitment(),
        wrap: wrap::wrap(&key, FIRST_EPOCH, &keys, place, rng).ok_or(CannotSay::NotAMember)?,
    };
    let header = Header {
        notebook: NotebookId(Hash::ZERO),
        after: LogHead::EMPTY,
        slot: Slot::First,
        signer: keys.signing,
    };
    let genesis = Statement::sign(header, Body::Genesis(genesis), device);
    Ok((Log::begin(genesis.ok_or(CannotSay::NotAMember)?)?, key))
}

/// An invitation, good until `expires` (seconds since 1970), and the secret for its link.
#[must_use]
pub fn invitation(
    role: Role,
    history: History,
    expires: u64,
    rng: &mut dyn CryptoRng,
) -> (Invite, InviteSecret) {
    let secret = InviteSecret::random(rng);
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let (invite, key) = (InviteId(id), secret.key().public());
    (Invite { invite, key, role, history, expires }, secret)
}

/// Puts an invitation into the log.
///
/// # Errors
/// [`CannotSay`].
pub fn invite(log: &Log, device: &DeviceSecret, invite: Invite) -> Result<Statement, CannotSay> {
    say(log, device, Body::Invite(invite))
}

/// Lets in whoever made the request, with the current epoch's key; the other person once more lets
/// in [`replacing::replace`].
///
/// # Errors
/// [`CannotSay`].
pub fn admit(
    log: &Log,
    device: &DeviceSecret,
    key: &EpochKey,
    request: &JoinRequest,
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let asked = request.request();
    let (invite, _, slot) = log.open_invite(asked.invite).ok_or(CannotSay::InviteNotOpen)?;
    let name = name_of(request, device).ok_or(CannotSay::UnreadableRequest)?;
    let place = wrap::Place { notebook: log.id(), slot, length: log.head().length };
    let wrapped = wrap::wrap(key, log.epoch(), &asked.device, place, rng);
    let wrapped = wrapped.ok_or(CannotSay::UnreadableRequest)?;
    let name = name.seal(key, asked.device.signing, rng);
    let (invite, role, request) = (invite.invite, invite.role, request.bytes().to_vec());
    let body = match role {
        Role::Partner => {
            let mut sas = [0; 16];
            rng.fill_bytes(&mut sas);
            Body::Join(Join { invite, request, name, wrap: wrapped, sas })
        }
        Role::OwnDevice => Body::AddDevice(AddDevice { invite, request, name, wrap: wrapped }),
        Role::Replacement => return Err(CannotSay::InviteNotOpen),
    };
    say(log, device, body)
}

/// When an invite made now expires, seconds since 1970, rounded to the hour so that it says little
/// of the moment.
#[must_use]
pub const fn expiry(now: u64) -> u64 {
    (now + MAX_INVITE_SECONDS) / 3600 * 3600
}

/// Withdraws an invite of one's own person.
///
/// # Errors
/// [`CannotSay`].
pub fn revoke(log: &Log, device: &DeviceSecret, invite: InviteId) -> Result<Statement, CannotSay> {
    say(log, device, Body::Revoke(Revoke { invite }))
}

/// Names one's own person, or one of one's own devices.
///
/// # Errors
/// [`CannotSay`].
pub fn rename(
    log: &Log,
    device: &DeviceSecret,
    key: &EpochKey,
    (of, name): (Option<DeviceId>, &Name),
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let name = name.seal(key, device.public(), rng);
    say(log, device, Body::Rename(Rename { device: of, name }))
}

/// What the two persons call themselves: each as they said last, or when they came in.
#[must_use]
pub fn persons(log: &Log, keys: &Keys) -> BTreeMap<Slot, Name> {
    let mut persons = BTreeMap::new();
    for statement in log.statements() {
        let (sealed, by) = match statement.body() {
            Body::Genesis(body) => (&body.name, body.device.signing),
            Body::Join(body) => (&body.name, body.wrap.to),
            Body::Replace(body) => match JoinRequest::device(&body.request) {
                Ok(device) => (&body.name, device),
                Err(_) => continue,
            },
            Body::Rename(Rename { device: None, name }) => (name, statement.header().signer),
            _ => continue,
        };
        let Some(member) = log.known(by) else { continue };
        if let Some(name) = keys.values().find_map(|key| Name::open(sealed, key, by)) {
            persons.insert(member.slot, name);
        }
    }
    persons
}

/// What the devices are called that were given a name.
#[must_use]
pub fn device_names(log: &Log, keys: &Keys) -> BTreeMap<DeviceId, Name> {
    let mut devices = BTreeMap::new();
    for statement in log.statements() {
        let (sealed, by, of) = match statement.body() {
            Body::AddDevice(body) => (&body.name, body.wrap.to, body.wrap.to),
            Body::Recover(body) => (&body.name, body.device.signing, body.device.signing),
            Body::Rename(Rename { device: Some(of), name }) => {
                (name, statement.header().signer, *of)
            }
            _ => continue,
        };
        if let Some(name) = keys.values().find_map(|key| Name::open(sealed, key, by)) {
            devices.insert(of, name);
        }
    }
    devices
}

/// Says that this device has read a checkpoint and found in it all that it holds.
///
/// # Errors
/// [`CannotSay`].
pub fn attest(log: &Log, device: &DeviceSecret, checkpoint: Hash) -> Result<Statement, CannotSay> {
    say(log, device, Body::Attest(Attest { checkpoint }))
}

/// Proposes an edition of a volume, without words of this person's.
///
/// # Errors
/// [`CannotSay`].
pub fn propose(log: &Log, device: &DeviceSecret, edition: Propose) -> Result<Statement, CannotSay> {
    say(log, device, Body::Propose(edition))
}

/// Says that this device has proved the edition that was proposed with this checkpoint.
///
/// # Errors
/// [`CannotSay`].
pub fn accept(log: &Log, device: &DeviceSecret, checkpoint: Hash) -> Result<Statement, CannotSay> {
    say(log, device, Body::Accept(Accept { checkpoint }))
}

fn say(log: &Log, device: &DeviceSecret, body: Body) -> Result<Statement, CannotSay> {
    if log.is_frozen() {
        return Err(CannotSay::Frozen);
    }
    let member = log.member(device.public()).ok_or(CannotSay::NotAMember)?;
    let header = Header {
        notebook: log.id(),
        after: log.head(),
        slot: member.slot,
        signer: device.public(),
    };
    let statement = Statement::sign(header, body, device).ok_or(CannotSay::NotAMember)?;
    log.clone().append(statement.clone())?;
    Ok(statement)
}

const FIRST_EPOCH: Epoch = Epoch(1);
