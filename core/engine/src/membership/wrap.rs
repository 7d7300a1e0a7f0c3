//! Wraps: an epoch key for one member, by HPKE (RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256, ChaCha20-Poly1305).
//!
//! A wrap is the encapsulated key (32 bytes) and the sealed epoch key (48). Its info binds label,
//! notebook, slot, recipient, epoch, suite and the statement's place in the log; who wrapped is
//! authenticated by the statement's signature.

use couplet_proto::hash::Hash;
use couplet_proto::ids::{Epoch, NotebookId, Slot};
use couplet_proto::statement::{DeviceKeys, SUITE_X25519, Wrap};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;

use crate::keys::{DeviceSecret, EpochKey, Secret, WRAP};

/// The statement that carries a wrap.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The notebook, zero in its Genesis.
    pub notebook: NotebookId,
    /// The slot of the recipient.
    pub slot: Slot,
    /// The log's length before the statement.
    pub length: u64,
}

/// Wraps a key; nothing if the recipient's key is none.
#[must_use]
pub fn wrap(
    key: &EpochKey,
    epoch: Epoch,
    to: &DeviceKeys,
    place: Place,
    rng: &mut dyn CryptoRng,
) -> Option<Wrap> {
    let info = info(epoch, to, place);
    let sealed = hpke_seal(to, info.as_bytes(), key.secret().expose(), rng)?;
    Some(Wrap { to: to.signing, sealed })
}

/// Opens a wrap made for this device; nothing if it was not.
#[must_use]
pub fn unwrap(wrap: &Wrap, epoch: Epoch, device: &DeviceSecret, place: Place) -> Option<EpochKey> {
    let keys = device.keys();
    if wrap.to != keys.signing {
        return None;
    }
    let opened = hpke_open(device, info(epoch, &keys, place).as_bytes(), &wrap.sealed)?;
    let bytes: [u8; 32] = opened.try_into().ok()?;
    Some(EpochKey::new(Secret::new(bytes)))
}

/// `enc | HPKE.Seal(to, info, "", plaintext)`.
pub(crate) fn hpke_seal(
    to: &DeviceKeys,
    info: &[u8],
    plaintext: &[u8],
    mut rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    if to.suite != SUITE_X25519 {
        return None;
    }
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.wrapping).ok()?;
    let (encapsulated, sealed) = hpke::single_shot_seal_with_rng::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &key, info, plaintext, &[], &mut rng)
    .ok()?;
    let mut out = encapsulated.to_bytes().to_vec();
    out.extend_from_slice(&sealed);
    Some(out)
}

/// The plaintext of [`hpke_seal`], if it was sealed to this device under this info.
pub(crate) fn hpke_open(device: &DeviceSecret, info: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (encapsulated, sealed) = sealed.split_first_chunk::<32>()?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
    let (private, _) = device.wrapping();
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        info,
        sealed,
        &[],
    )
    .ok()
}

fn info(epoch: Epoch, to: &DeviceKeys, place: Place) -> Hash {
    Hash::of(
        WRAP,
        &[
            place.notebook.0.as_bytes(),
            &[place.slot.index()],
            &to.signing.0,
            &to.wrapping,
            &epoch.0.to_be_bytes(),
            &[to.suite],
            &place.length.to_be_bytes(),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{device, epoch_key, rng};

    #[test]
    fn a_wrap_opens_for_its_member_in_its_place_only() {
        let (key, ben) = (epoch_key(1), device(2));
        let place = Place { notebook: NotebookId(Hash([1; 32])), slot: Slot::Second, length: 4 };
        let wrap = wrap(&key, Epoch(1), &ben.keys(), place, &mut rng(1)).unwrap();
        assert_eq!(wrap.sealed.len(), 80);
        assert!(unwrap(&wrap, Epoch(1), &ben, place).is_some_and(|opened| opened == key));
        assert!(unwrap(&wrap, Epoch(2), &ben, place).is_none());
        assert!(unwrap(&wrap, Epoch(1), &device(3), place).is_none());
        assert!(unwrap(&wrap, Epoch(1), &ben, Place { length: 5, ..place }).is_none());
        let slot = Slot::First;
        assert!(unwrap(&wrap, Epoch(1), &ben, Place { slot, ..place }).is_none());
    }
}
