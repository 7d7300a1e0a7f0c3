//! The keys of all epochs, as one device gets them out of the log: one wrap, and from there along
//! the chain.
//!
//! A rotation seals the key before under its own: a nonce (24 bytes) and XChaCha20-Poly1305 of the
//! 32 bytes, the associated data binding notebook and epoch. Every key is checked against what the
//! log says of it, so that nobody can be handed another.

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Epoch, NotebookId, Slot};
use couplet_proto::limits::MAX_SEALED_KEY;
use couplet_proto::log::{Begun, Log};
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Body, Rotate, Statement, Wrap};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::wrap::{Place, unwrap};
use crate::keys::{DeviceSecret, EpochKey, NONCE, SEALED_KEY, Secret};

/// The keys of epochs.
pub type Keys = BTreeMap<Epoch, EpochKey>;

/// The keys of the epochs that this device can open from the log, besides those it has.
#[must_use]
pub fn open_keys(log: &Log, device: &DeviceSecret, has: &Keys) -> Keys {
    let mut opened = Keys::new();
    let mut later: Option<(Epoch, EpochKey)> = None;
    for begun in log.epochs().iter().rev() {
        let known = has.get(&begun.epoch).cloned();
        let by_chain = || {
            let (epoch, key) = later.as_ref()?;
            let chain = chain_of(log, *epoch)?;
            open_key(chain, key, log.id(), *epoch)
        };
        let is_it = |key: &EpochKey| key.commitment() == begun.commitment;
        let key = known
            .clone()
            .or_else(|| by_chain().filter(is_it))
            .or_else(|| unwrap_from_log(log, device, begun).filter(is_it));
        if let Some(key) = &key
            && known.is_none()
        {
            opened.insert(begun.epoch, key.clone());
        }
        later = key.map(|key| (begun.epoch, key));
    }
    opened
}

/// Seals the key before under the key of that epoch.
pub(super) fn seal_key(
    before: &EpochKey,
    key: &EpochKey,
    notebook: NotebookId,
    epoch: Epoch,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    let cipher = key.chain(notebook, epoch);
    let plaintext = before.secret().expose();
    let mut random = [0; 32];
    rng.fill_bytes(&mut random);
    let hash = Hash::of(NONCE, &[&random, cipher.expose(), plaintext]);
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(hash.0.split_at(NONCE_BYTES).0);
    let aad = aad(notebook, epoch);
    let payload = Payload { msg: plaintext, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(cipher.expose().into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
    Some([&nonce[..], &sealed].concat())
}

/// Opens what [`seal_key`] sealed.
fn open_key(sealed: &[u8], key: &EpochKey, notebook: NotebookId, epoch: Epoch) -> Option<EpochKey> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let aad = aad(notebook, epoch);
    let payload = Payload { msg: sealed, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.chain(notebook, epoch).expose().into());
    let opened = Zeroizing::new(cipher.decrypt(&XNonce::from(*nonce), payload).ok()?);
    let bytes: [u8; 32] = opened.as_slice().try_into().ok()?;
    Some(EpochKey::new(Secret::new(bytes)))
}

fn aad(notebook: NotebookId, epoch: Epoch) -> Hash {
    Hash::of(SEALED_KEY, &[notebook.0.as_bytes(), &epoch.0.to_be_bytes()])
}

fn chain_of(log: &Log, epoch: Epoch) -> Option<&Vec<u8>> {
    let begun = log.epochs().iter().find(|begun| begun.epoch == epoch)?;
    let statement = log.statements().get(usize::try_from(begun.since).ok()?)?;
    rotation_in(statement.body())?.chain.as_ref()
}

/// The rotation that a statement brings.
pub(super) const fn rotation_in(body: &Body) -> Option<&Rotate> {
    match body {
        Body::Rotate(rotate) => Some(rotate),
        Body::RemoveDevice(removal) => Some(&removal.rotate),
        Body::Paper(paper) => Some(&paper.rotate),
        Body::Recover(recover) => Some(&recover.rotate),
        Body::Replace(said) => Some(&said.rotate),
        _ => None,
    }
}

/// The key of that epoch out of whichever wrap for this device opens, wherever in the log it is.
fn unwrap_from_log(log: &Log, device: &DeviceSecret, begun: &Begun) -> Option<EpochKey> {
    let me = device.public();
    let slot = log.known(me)?.slot;
    let since = usize::try_from(begun.since).ok()?;
    let statements = log.statements().get(since..)?;
    let has_ended = |statement: &Statement| {
        rotation_in(statement.body()).is_some_and(|rotate| rotate.epoch > begun.epoch)
    };
    let mut is_current = true;
    statements.iter().find_map(|statement| {
        is_current &= !has_ended(statement);
        let wrap = wrap_in(statement.body(), begun.epoch, is_current, device)?;
        let header = statement.header();
        let slot = if header.after.length == 0 { Slot::First } else { slot };
        let place = Place { notebook: header.notebook, slot, length: header.after.length };
        unwrap(wrap, begun.epoch, device, place)
    })
}

/// What a statement wraps of that epoch for this device.
fn wrap_in<'a>(
    body: &'a Body,
    epoch: Epoch,
    is_current: bool,
    device: &DeviceSecret,
) -> Option<&'a Wrap> {
    let me = device.public();
    let mine = |wraps: &'a [Wrap]| wraps.iter().find(|wrap| wrap.to == me);
    match body {
        Body::Genesis(body) => mine(core::slice::from_ref(&body.wrap)).filter(|_| is_current),
        Body::Join(body) => mine(core::slice::from_ref(&body.wrap)).filter(|_| is_current),
        Body::AddDevice(body) => mine(core::slice::from_ref(&body.wrap)).filter(|_| is_current),
        Body::Wrap(body) => mine(&body.wraps).filter(|_| body.epoch == epoch),
        Body::Rotate(_)
        | Body::RemoveDevice(_)
        | Body::Paper(_)
        | Body::Recover(_)
        | Body::Replace(_) => {
            let rotate = rotation_in(body).filter(|rotate| rotate.epoch == epoch)?;
            mine(&rotate.wraps)
        }
        Body::Invite(_)
        | Body::Leave
        | Body::Dissolve
        | Body::Retain
        | Body::Move(_)
        | Body::Revoke(_)
        | Body::Rename(_)
        | Body::Notice(_)
        | Body::Warn(_)
        | Body::Attest(_)
        | Body::Propose(_)
        | Body::Accept(_)
        | Body::Unknown { .. } => None,
    }
}

const NONCE_BYTES: usize = 24;

const _: () = assert!(NONCE_BYTES + 32 + 16 == MAX_SEALED_KEY);
