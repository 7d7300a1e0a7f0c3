//! Letting in again the other person, who lost every device and their words (protocol rule 6): as a
//! new generation of their place, by their link, with everything that both may read.
//!
//! Deliberately not here: who may be let in again, and when; the log says that.

use couplet_proto::ids::DeviceId;
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::{Body, Gone, Replace, Statement};
use rand_core::CryptoRng;

use super::epoch::{Change, rotation};
use super::keyring::Keys;
use super::{CannotSay, say};
use crate::keys::DeviceSecret;
use crate::pairing::request::name_of;

/// Lets in whoever made the request in the other person's place: of all devices that there were of
/// them stands what `gone` names; `due` is when the notice to their recovery kit was, if they had one.
///
/// # Errors
/// [`CannotSay`].
pub fn replace(
    log: &Log,
    device: &DeviceSecret,
    keys: &Keys,
    request: &JoinRequest,
    gone: (Vec<Gone>, Option<u64>),
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    say(log, device, Body::Replace(made(log, device, keys, request, gone, rng)?))
}

/// What [`replace`] says, before anybody has judged it.
///
/// # Errors
/// [`CannotSay`].
pub fn made(
    log: &Log,
    device: &DeviceSecret,
    keys: &Keys,
    request: &JoinRequest,
    (mut gone, due): (Vec<Gone>, Option<u64>),
    rng: &mut dyn CryptoRng,
) -> Result<Replace, CannotSay> {
    let asked = request.request();
    let name = name_of(request, device).ok_or(CannotSay::UnreadableRequest)?;
    let before = keys.get(&log.epoch()).ok_or(CannotSay::NoKey)?;
    let members = log.members().filter(|(_, member)| member.slot == asked.slot);
    let without: Vec<DeviceId> = members.map(|(device, _)| *device).collect();
    let comes = [asked.device];
    let change = Change { without: &without, with: Some((asked.slot, &comes)) };
    let rotate = rotation(log, Some(before), change, rng)?;
    gone.sort_by_key(|gone| gone.device);
    for gone in &mut gone {
        gone.watermarks.sort_by_key(|mark| mark.nonce);
    }
    let name = name.seal(before, asked.device.signing, rng);
    let mut sas = [0; 16];
    rng.fill_bytes(&mut sas);
    let (invite, request) = (asked.invite, request.bytes().to_vec());
    Ok(Replace { invite, request, name, sas, gone, due, rotate })
}
