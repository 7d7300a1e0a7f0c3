//! Sealing and opening bodies: `seal` is the only way to an envelope of one's own, `open` the only
//! way into anybody's. Words that stand closed inside a document, whoever can read it, are `closed`'s.
//!
//! A sealed body (scheme 1):
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 24 | nonce: `H(random, key, header, plaintext)`, so that a cloned machine repeats none |
//! | 24 | 32 | key commitment: `H(commitment key, nonce, header)`, checked first |
//! | 56 | .. | XChaCha20-Poly1305 ciphertext and tag; associated data is the exact header |
//!
//! The plaintext is the length of the content (u32, big-endian), the content, and zeros up to the
//! size that [`padded`] gives the whole envelope.

pub mod closed;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use couplet_proto::checkpoint::blob::{self, Blob, BlobHeader};
use couplet_proto::envelope::{Header, OVERHEAD, OVERHEAD_BEFORE, Sealed, padded};
use couplet_proto::hash::Hash;
use couplet_proto::limits::{MAX_BLOB, MAX_ENVELOPE};
use couplet_proto::sign::{SIGNATURE, Signer};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::keys::{BodyKey, COMMITMENT, EpochKey, NONCE};

const NONCE_BYTES: usize = 24;
const COMMITMENT_BYTES: usize = 32;
const TAG: usize = 16;
const LENGTH: usize = 4;
const CONTENT_OVERHEAD: usize = OVERHEAD + NONCE_BYTES + COMMITMENT_BYTES + TAG + LENGTH;

const BLOB_OVERHEAD: usize = blob::OVERHEAD + NONCE_BYTES + COMMITMENT_BYTES + TAG + LENGTH;

/// Bytes of content that fit one envelope.
pub const MAX_CONTENT: usize = MAX_ENVELOPE - CONTENT_OVERHEAD;

/// Content too large for one envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{got} bytes do not fit one envelope, which takes {MAX_CONTENT}")]
pub struct TooLarge {
    /// How large it is.
    pub got: usize,
}

/// A body that this key does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    /// It was sealed with another key.
    #[error("the envelope was sealed with another key")]
    OtherKey,
    /// It is not what was sealed.
    #[error("the envelope was damaged after it was sealed")]
    Damaged,
}

/// `XChaCha20-Poly1305[body key](content, header)`, signed by the device.
///
/// # Errors
/// [`TooLarge`].
pub fn seal(
    header: Header,
    content: &[u8],
    key: &EpochKey,
    signer: &dyn Signer,
    rng: &mut dyn CryptoRng,
) -> Result<Sealed, TooLarge> {
    let too_large = TooLarge { got: content.len() };
    if content.len() > MAX_CONTENT {
        return Err(too_large);
    }
    let length = padded(CONTENT_OVERHEAD + content.len());
    let before = header.to_bytes(length);
    let key = key.body(header.notebook, header.volume, header.edition);
    let room = length - CONTENT_OVERHEAD;
    let body = seal_body(&key, &before, (content, room), rng).ok_or(too_large)?;
    Ok(Sealed::sign(header, before, &body, signer))
}

/// The same for a blob of a checkpoint, which a signed manifest names.
///
/// # Errors
/// [`TooLarge`].
pub fn seal_blob(
    header: BlobHeader,
    content: &[u8],
    key: &EpochKey,
    rng: &mut dyn CryptoRng,
) -> Result<Blob, TooLarge> {
    let too_large = TooLarge { got: content.len() };
    if content.len() > MAX_BLOB - BLOB_OVERHEAD {
        return Err(too_large);
    }
    let length = padded(BLOB_OVERHEAD + content.len());
    let before = header.to_bytes(length);
    let key = key.blob(header.notebook, header.volume, header.edition);
    let room = length - BLOB_OVERHEAD;
    let body = seal_body(&key, &before, (content, room), rng).ok_or(too_large)?;
    Ok(Blob::of(header, before, &body))
}

/// The sealed body behind `before`, its content padded to `room` bytes.
fn seal_body(
    key: &BodyKey,
    before: &[u8],
    (content, room): (&[u8], usize),
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    let plaintext = plaintext(content, room)?;
    let nonce = hedged_nonce(key, before, &plaintext, rng);
    let payload = Payload { msg: &plaintext, aad: before };
    let cipher = XChaCha20Poly1305::new(key.cipher.expose().into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
    let mut body = Vec::with_capacity(NONCE_BYTES + COMMITMENT_BYTES + sealed.len());
    body.extend_from_slice(&nonce);
    body.extend_from_slice(commitment(key, &nonce, before).as_bytes());
    body.extend_from_slice(&sealed);
    Some(body)
}

/// The content of an envelope whose signature was checked.
///
/// # Errors
/// [`CannotOpen`].
pub fn open(sealed: &Sealed, key: &EpochKey) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let header = sealed.header();
    let key = key.body(header.notebook, header.volume, header.edition);
    open_body(&key, sealed.before(), sealed.body())
}

/// The content of a blob whose hash was checked.
///
/// # Errors
/// [`CannotOpen`].
pub fn open_blob(blob: &Blob, key: &EpochKey) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let header = blob.header();
    let key = key.blob(header.notebook, header.volume, header.edition);
    open_body(&key, blob.before(), blob.body())
}

fn open_body(key: &BodyKey, before: &[u8], body: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let (nonce, rest) = body.split_first_chunk::<NONCE_BYTES>().ok_or(CannotOpen::Damaged)?;
    let (said, sealed_content) =
        rest.split_first_chunk::<COMMITMENT_BYTES>().ok_or(CannotOpen::Damaged)?;
    let expected = commitment(key, nonce, before);
    if !bool::from(expected.as_bytes().ct_eq(said)) {
        return Err(CannotOpen::OtherKey);
    }
    let payload = Payload { msg: sealed_content, aad: before };
    let cipher = XChaCha20Poly1305::new(key.cipher.expose().into());
    let opened = cipher.decrypt(&XNonce::from(*nonce), payload);
    let opened = Zeroizing::new(opened.map_err(|_| CannotOpen::Damaged)?);
    content(&opened).ok_or(CannotOpen::Damaged)
}

fn plaintext(content: &[u8], room: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut plaintext = Zeroizing::new(Vec::with_capacity(LENGTH + room));
    plaintext.extend_from_slice(&u32::try_from(content.len()).ok()?.to_be_bytes());
    plaintext.extend_from_slice(content);
    plaintext.resize(LENGTH + room, 0);
    Some(plaintext)
}

fn content(plaintext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (length, rest) = plaintext.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (content, padding) = rest.split_at_checked(length)?;
    let is_zero = padding.iter().all(|byte| *byte == 0);
    is_zero.then(|| Zeroizing::new(content.to_vec()))
}

fn hedged_nonce(
    key: &BodyKey,
    header: &[u8],
    plaintext: &[u8],
    rng: &mut dyn CryptoRng,
) -> [u8; NONCE_BYTES] {
    let mut random = [0; 32];
    rng.fill_bytes(&mut random);
    let hash = Hash::of(NONCE, &[&random, key.cipher.expose(), header, plaintext]);
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(hash.0.split_at(NONCE_BYTES).0);
    nonce
}

fn commitment(key: &BodyKey, nonce: &[u8; NONCE_BYTES], header: &[u8]) -> Hash {
    Hash::of(COMMITMENT, &[key.commitment.expose(), nonce, header])
}

const _: () = assert!(OVERHEAD == OVERHEAD_BEFORE + SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{device, epoch_key, header, rng};

    #[test]
    fn what_is_sealed_opens_with_its_key_only() {
        let (device, key) = (device(1), epoch_key(1));
        for size in [0, 1, 100, 5_000, MAX_CONTENT] {
            let content = vec![7; size];
            let sealed = seal(header(&device), &content, &key, &device, &mut rng(1)).unwrap();
            assert_eq!(open(&sealed, &key).unwrap().as_slice(), content);
            assert_eq!(open(&sealed, &epoch_key(2)), Err(CannotOpen::OtherKey));
            assert_eq!(sealed.bytes().len(), padded(sealed.bytes().len()));
        }
        let content = vec![7; MAX_CONTENT + 1];
        let got = seal(header(&device), &content, &key, &device, &mut rng(1));
        assert_eq!(got, Err(TooLarge { got: MAX_CONTENT + 1 }));
    }

    #[test]
    fn the_same_randomness_twice_makes_no_nonce_twice() {
        let (device, key) = (device(1), epoch_key(1));
        let nonce = |content: &[u8]| {
            let sealed = seal(header(&device), content, &key, &device, &mut rng(1)).unwrap();
            sealed.body()[..NONCE_BYTES].to_vec()
        };
        assert_ne!(nonce(b"one"), nonce(b"two"));
    }

    #[test]
    fn another_volumes_key_does_not_open_it() {
        let (device, key) = (device(1), epoch_key(1));
        let mut moved = header(&device);
        moved.volume.0 += 1;
        let sealed = seal(header(&device), b"words", &key, &device, &mut rng(1)).unwrap();
        let body = sealed.body().to_vec();
        let forged = Sealed::sign(moved, moved.to_bytes(sealed.bytes().len()), &body, &device);
        assert_eq!(open(&forged, &key), Err(CannotOpen::OtherKey));
    }
}
