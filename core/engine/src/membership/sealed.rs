//! What a statement says to members alone: a nonce (24 bytes) and XChaCha20-Poly1305 of what was
//! padded to one size; the associated data binds the device that says it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use couplet_proto::hash::Hash;
use couplet_proto::ids::DeviceId;
use couplet_proto::labels::Label;
use rand_core::CryptoRng;

use crate::keys::{NONCE, Secret};

pub(super) const NONCE_BYTES: usize = 24;

/// Bytes of the tag.
pub(super) const TAG: usize = 16;

/// Seals it for all who have the key, as that device's.
pub(super) fn seal(
    key: &Secret,
    (label, of): (Label, DeviceId),
    plaintext: &[u8],
    rng: &mut dyn CryptoRng,
) -> Vec<u8> {
    let mut random = [0; 32];
    rng.fill_bytes(&mut random);
    let hash = Hash::of(NONCE, &[&random, key.expose(), &of.0, plaintext]);
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(hash.0.split_at(NONCE_BYTES).0);
    let aad = Hash::of(label, &[&of.0]);
    let payload = Payload { msg: plaintext, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.expose().into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
    [&nonce[..], &sealed].concat()
}

/// Opens it; nothing if it is another key's, device's or use's.
pub(super) fn open(key: &Secret, (label, of): (Label, DeviceId), sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let aad = Hash::of(label, &[&of.0]);
    let payload = Payload { msg: sealed, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.expose().into());
    cipher.decrypt(&XNonce::from(*nonce), payload).ok()
}
