//! Signatures: Ed25519 (RFC 8032), over a labelled hash of the received bytes, checked strictly.

use core::fmt;

use ed25519_dalek::{Signature as DalekSignature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::ids::DeviceId;
use crate::labels::Label;

/// Bytes of a signature.
pub const SIGNATURE: usize = 64;

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; SIGNATURE]);

/// Whoever holds a signing key: a device, or the key of an invite.
pub trait Signer {
    /// The public half.
    fn public(&self) -> DeviceId;
    /// Signs the 32 bytes of a labelled hash.
    fn sign_hash(&self, hash: &Hash) -> Signature;
}

/// A signature that its key did not make over these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not belong to these bytes and this key")]
pub struct BadSignature;

/// Signs `bytes` under `label`.
#[must_use]
pub fn sign(signer: &dyn Signer, label: Label, bytes: &[u8]) -> Signature {
    signer.sign_hash(&Hash::of(label, &[bytes]))
}

/// Checks that `key` signed `bytes` under `label`, refusing weak keys and malleable signatures.
///
/// # Errors
/// [`BadSignature`].
pub fn verify(
    key: DeviceId,
    label: Label,
    bytes: &[u8],
    signature: &Signature,
) -> Result<(), BadSignature> {
    let key = VerifyingKey::from_bytes(&key.0).map_err(|_| BadSignature)?;
    let signature = DalekSignature::from_bytes(&signature.0);
    let hash = Hash::of(label, &[bytes]);
    key.verify_strict(hash.as_bytes(), &signature).map_err(|_| BadSignature)
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

impl Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (low, high) = self.0.split_at(SIGNATURE / 2);
        let mut halves = ([0; SIGNATURE / 2], [0; SIGNATURE / 2]);
        halves.0.copy_from_slice(low);
        halves.1.copy_from_slice(high);
        halves.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (low, high) = <([u8; 32], [u8; 32])>::deserialize(deserializer)?;
        let mut bytes = [0; SIGNATURE];
        let (to_low, to_high) = bytes.split_at_mut(SIGNATURE / 2);
        to_low.copy_from_slice(&low);
        to_high.copy_from_slice(&high);
        Ok(Self(bytes))
    }
}
