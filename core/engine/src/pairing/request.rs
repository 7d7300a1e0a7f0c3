//! Making a request to join from a link, and reading one as the device that invited.

use couplet_proto::hash::Hash;
use couplet_proto::limits::MAX_SEALED_NAME;
use couplet_proto::request::{JoinRequest, Request};
use couplet_proto::statement::DeviceKeys;
use rand_core::CryptoRng;

use crate::keys::{DeviceSecret, REQUEST_NAME};
use crate::membership::name::Name;
use crate::membership::wrap::{hpke_open, hpke_seal};
use crate::pairing::link::JoinLink;
use crate::pairing::sas::{Nonce, commitment};

/// A link that names an inviter no request can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the invitation was made by a later version; bring this program up to date")]
pub struct UnknownSuite;

/// What the joiner keeps until it is let in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What goes to the mailbox.
    pub request: JoinRequest,
    /// The joiner's half of the short authentication string.
    pub sas: Nonce,
}

/// A request to join as this device, under this name.
///
/// # Errors
/// [`UnknownSuite`].
pub fn ask(
    link: &JoinLink,
    device: &DeviceSecret,
    name: &Name,
    rng: &mut dyn CryptoRng,
) -> Result<Asked, UnknownSuite> {
    let mut sas = [0; 16];
    rng.fill_bytes(&mut sas);
    let info = info(link.notebook.0, &link.inviter, device.keys());
    let sealed = hpke_seal(&link.inviter, info.as_bytes(), &name.to_padded(), rng);
    let request = Request {
        notebook: link.notebook,
        invite: link.invite,
        slot: link.slot,
        device: device.keys(),
        paper: None,
        log: link.log,
        name: sealed.ok_or(UnknownSuite)?,
        sas_commitment: commitment(&sas),
    };
    let request = JoinRequest::sign(request, &link.secret.key(), device);
    Ok(Asked { request, sas })
}

/// The name that a request gives, as the inviting device reads it.
#[must_use]
pub fn name_of(request: &JoinRequest, inviter: &DeviceSecret) -> Option<Name> {
    let request = request.request();
    if request.name.len() > MAX_SEALED_NAME {
        return None;
    }
    let info = info(request.notebook.0, &inviter.keys(), request.device);
    Name::from_padded(&hpke_open(inviter, info.as_bytes(), &request.name)?)
}

fn info(notebook: Hash, inviter: &DeviceKeys, joiner: DeviceKeys) -> Hash {
    let parts: [&[u8]; 4] =
        [notebook.as_bytes(), &inviter.signing.0, &joiner.signing.0, &joiner.wrapping];
    Hash::of(REQUEST_NAME, &parts)
}
