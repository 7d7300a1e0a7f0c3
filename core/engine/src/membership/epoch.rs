//! Changing the key: for everybody, because a device is taken out, or because somebody left.

use couplet_proto::ids::{DeviceId, Epoch, Slot};
use couplet_proto::log::Log;
use couplet_proto::statement::{
    Body, DeviceKeys, RemoveDevice, Rewrap, Rotate, Statement, Watermark, Wrap,
};
use rand_core::CryptoRng;

use super::keyring::{Keys, seal_key};
use super::wrap::{Place, wrap};
use super::{CannotSay, say};
use crate::keys::{DeviceSecret, EpochKey};

/// Begins a new epoch, whose key leads to all keys before.
///
/// # Errors
/// [`CannotSay`].
pub fn rotate(
    log: &Log,
    device: &DeviceSecret,
    keys: &Keys,
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let before = keys.get(&log.epoch()).ok_or(CannotSay::NoKey)?;
    let rotation = rotation(log, Some(before), Change::default(), rng)?;
    say(log, device, Body::Rotate(rotation))
}

/// Begins a new epoch whose key leads to no key before: for whom an open invite lets read from a
/// volume on. Nothing may be written in that volume before.
///
/// # Errors
/// [`CannotSay`].
pub fn open_from_here(
    log: &Log,
    device: &DeviceSecret,
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let rotation = rotation(log, None, Change::default(), rng)?;
    say(log, device, Body::Rotate(rotation))
}

/// Takes out a device of one's own person: what the watermarks name of it stands, and it reads
/// nothing that is written from then on.
///
/// # Errors
/// [`CannotSay`].
pub fn remove(
    log: &Log,
    device: &DeviceSecret,
    keys: &Keys,
    (removed, mut watermarks): (DeviceId, Vec<Watermark>),
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let before = keys.get(&log.epoch()).ok_or(CannotSay::NoKey)?;
    let change = Change { without: &[removed], ..Change::default() };
    let rotate = rotation(log, Some(before), change, rng)?;
    watermarks.sort_by_key(|mark| mark.nonce);
    say(log, device, Body::RemoveDevice(RemoveDevice { device: removed, watermarks, rotate }))
}

/// Goes alone, with all devices of one's own.
///
/// # Errors
/// [`CannotSay`].
pub fn leave(log: &Log, device: &DeviceSecret) -> Result<Statement, CannotSay> {
    say(log, device, Body::Leave)
}

/// Hands that epoch's key once more to devices that could not open theirs, or to whom no chain
/// leads.
///
/// # Errors
/// [`CannotSay`].
pub fn rewrap(
    log: &Log,
    device: &DeviceSecret,
    (epoch, key): (Epoch, &EpochKey),
    to: &[DeviceId],
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let mut wraps = Vec::with_capacity(to.len());
    for id in to {
        let member = log.member(*id).ok_or(CannotSay::NotAMember)?;
        wraps.push(wrap_for(log, (member.slot, &member.keys), epoch, key, rng)?);
    }
    say(log, device, Body::Wrap(Rewrap { epoch, wraps }))
}

/// Who belongs after a statement and did not before, and the other way round.
#[derive(Clone, Copy, Default)]
pub(super) struct Change<'a> {
    pub(super) without: &'a [DeviceId],
    /// Devices of that person that come in.
    pub(super) with: Option<(Slot, &'a [DeviceKeys])>,
}

/// A new random key for everybody who belongs then.
pub(super) fn rotation(
    log: &Log,
    before: Option<&EpochKey>,
    change: Change<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Rotate, CannotSay> {
    let epoch = Epoch(log.epoch().0.saturating_add(1));
    let key = EpochKey::random(rng);
    let chain = match before {
        None => None,
        Some(before) => Some(seal_key(before, &key, log.id(), epoch, rng).ok_or(CannotSay::NoKey)?),
    };
    let stay = log.members().filter(|(id, _)| !change.without.contains(id));
    let mut wraps = Vec::new();
    for (_, member) in stay {
        wraps.push(wrap_for(log, (member.slot, &member.keys), epoch, &key, rng)?);
    }
    let (slot, with) = change.with.unwrap_or((Slot::First, &[]));
    for keys in with {
        wraps.push(wrap_for(log, (slot, keys), epoch, &key, rng)?);
    }
    wraps.sort_by_key(|wrap| wrap.to);
    Ok(Rotate { epoch, commitment: key.commitment(), wraps, chain })
}

fn wrap_for(
    log: &Log,
    (slot, keys): (Slot, &DeviceKeys),
    epoch: Epoch,
    key: &EpochKey,
    rng: &mut dyn CryptoRng,
) -> Result<Wrap, CannotSay> {
    let place = Place { notebook: log.id(), slot, length: log.head().length };
    wrap(key, epoch, keys, place, rng).ok_or(CannotSay::UnknownSuite)
}
