//! How a notebook ends at a relay: all of it, because both want that, or there, because it goes on
//! elsewhere.
//!
//! The relay that it goes on at is said to members alone. The sealed plaintext is two bytes of
//! length, big-endian, `postcard` of [`RelayLink`], and zeros up to 320 bytes.

use couplet_proto::item;
use couplet_proto::limits::{MAX_ADDRESS, MAX_SEALED_RELAY};
use couplet_proto::link::RelayLink;
use couplet_proto::log::Log;
use couplet_proto::sign::Signer as _;
use couplet_proto::statement::{Body, Move, Statement};
use rand_core::CryptoRng;

use super::keyring::Keys;
use super::sealed::{NONCE_BYTES, TAG, open, seal};
use super::{CannotSay, say};
use crate::keys::{DeviceSecret, EpochKey, MOVED_TO};

const PADDED: usize = 320;

/// Wants everything gone from the relay.
///
/// # Errors
/// [`CannotSay`].
pub fn dissolve(log: &Log, device: &DeviceSecret) -> Result<Statement, CannotSay> {
    say(log, device, Body::Dissolve)
}

/// Takes back that one's own person wants everything gone.
///
/// # Errors
/// [`CannotSay`].
pub fn retain(log: &Log, device: &DeviceSecret) -> Result<Statement, CannotSay> {
    say(log, device, Body::Retain)
}

/// Goes on at another relay.
///
/// # Errors
/// [`CannotSay`].
pub fn move_to(
    log: &Log,
    device: &DeviceSecret,
    key: &EpochKey,
    relay: &RelayLink,
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let link = item::encode(relay);
    let length = u16::try_from(link.len()).map_err(|_| CannotSay::NoKey)?;
    let mut padded = [&length.to_be_bytes()[..], &link].concat();
    padded.resize(PADDED, 0);
    let relay = seal(&key.relay(), (MOVED_TO, device.public()), &padded, rng);
    say(log, device, Body::Move(Move { relay }))
}

/// Where the notebook goes on, and the index of the statement that says so; nothing if nobody has,
/// or it cannot be read here.
#[must_use]
pub fn moved_to(log: &Log, keys: &Keys) -> Option<(u64, RelayLink)> {
    let at = log.moved()?;
    let said = log.statements().get(usize::try_from(at).ok()?)?;
    Some((at, relay_of(said, keys)?))
}

/// The relay that a statement names, if it does and can be read here.
#[must_use]
pub fn relay_of(said: &Statement, keys: &Keys) -> Option<RelayLink> {
    let Body::Move(moved) = said.body() else { return None };
    let of = said.header().signer;
    let opened = |key: &EpochKey| open(&key.relay(), (MOVED_TO, of), &moved.relay);
    let padded = keys.values().find_map(opened)?;
    let (length, rest) = padded.split_first_chunk::<2>()?;
    let link = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    let link: RelayLink = item::decode(link, "relay link").ok()?;
    link.is_well_formed().then_some(link)
}

const _: () = assert!(2 + MAX_ADDRESS + 2 + 34 <= PADDED, "every link fits behind its length");
const _: () = assert!(NONCE_BYTES + PADDED + TAG <= MAX_SEALED_RELAY);
