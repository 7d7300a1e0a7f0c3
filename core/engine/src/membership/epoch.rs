//! Changing the key: for everybody, because a device is taken out, or because somebody left.

use couplet_proto::ids::{DeviceId, Epoch};
use couplet_proto::log::{Log, Member};
use couplet_proto::statement::{Body, RemoveDevice, Rewrap, Rotate, Statement, Watermark, Wrap};
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
    let rotation = rotation(log, Some(before), None, rng)?;
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
    let rotation = rotation(log, None, None, rng)?;
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
    let rotate = rotation(log, Some(before), Some(removed), rng)?;
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
        wraps.push(wrap_for(log, member, epoch, key, rng)?);
    }
    say(log, device, Body::Wrap(Rewrap { epoch, wraps }))
}

/// A new random key for everybody who belongs then.
fn rotation(
    log: &Log,
    before: Option<&EpochKey>,
    without: Option<DeviceId>,
    rng: &mut dyn CryptoRng,
) -> Result<Rotate, CannotSay> {
    let epoch = Epoch(log.epoch().0.saturating_add(1));
    let key = EpochKey::random(rng);
    let chain = match before {
        None => None,
        Some(before) => Some(seal_key(before, &key, log.id(), epoch, rng).ok_or(CannotSay::NoKey)?),
    };
    let mut wraps = Vec::new();
    for (_, member) in log.members().filter(|(id, _)| Some(**id) != without) {
        wraps.push(wrap_for(log, member, epoch, &key, rng)?);
    }
    Ok(Rotate { epoch, commitment: key.commitment(), wraps, chain })
}

fn wrap_for(
    log: &Log,
    member: &Member,
    epoch: Epoch,
    key: &EpochKey,
    rng: &mut dyn CryptoRng,
) -> Result<Wrap, CannotSay> {
    let place = Place { notebook: log.id(), slot: member.slot, length: log.head().length };
    wrap(key, epoch, &member.keys, place, rng).ok_or(CannotSay::UnknownSuite)
}
