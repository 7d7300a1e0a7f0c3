//! The recovery kit: a paper device that 24 words and a salt derive, and what it says (protocol
//! rule 26).
//!
//! The salt stands in the log, sealed under the words: a nonce (24 bytes) and XChaCha20-Poly1305
//! of salt and notebook id (32 bytes each); the associated data binds the lookup. Of the notebook
//! the words open only what the log still has for them: used once, they are nobody.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{NotebookId, Slot};
use couplet_proto::limits::MAX_RECOVERY_RECORD;
use couplet_proto::log::Log;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Body, Kit, Notice, Paper, Place, Recover, Statement, Warn};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::epoch::{Change, rotation};
use super::keyring::{Keys, open_keys};
use super::name::Name;
use super::{CannotSay, say};
use crate::keys::{DeviceSecret, NONCE, RECOVERY_RECORD, WordsSecret};

/// A kit of these words, for that person of that notebook.
#[must_use]
pub fn kit(words: &WordsSecret, place: (NotebookId, Slot), rng: &mut dyn CryptoRng) -> Option<Kit> {
    let mut salt = Zeroizing::new([0; 32]);
    rng.fill_bytes(salt.as_mut_slice());
    let lookup = words.locator().lookup();
    let record = seal(words, place.0, lookup, &salt, rng)?;
    let paper = words.paper(&salt);
    Some(Kit::sign(place, paper.keys(), lookup, record, &paper))
}

/// The paper device of these words, and whose it is, if the log has it.
#[must_use]
pub fn find(log: &Log, words: &WordsSecret) -> Option<(Slot, DeviceSecret)> {
    let (slot, paper) = log.paper_at(words.locator().lookup())?;
    let device = words.paper(&*open(words, log.id(), &paper.kit)?);
    (device.keys() == paper.kit.keys).then_some((slot, device))
}

/// The paper device of these words, if the log has had it, used up or not.
#[must_use]
pub fn find_used(log: &Log, words: &WordsSecret) -> Option<DeviceSecret> {
    let lookup = words.locator().lookup();
    let kits = log.statements().iter().filter_map(|statement| match statement.body() {
        Body::Paper(said) => said.kit.as_ref(),
        Body::Recover(said) => Some(&said.kit),
        _ => None,
    });
    let mut of_words = kits.filter(|kit| kit.lookup == lookup);
    of_words.find_map(|kit| Some(words.paper(&*open(words, log.id(), kit)?)))
}

/// Puts a kit in the place of the one that there is; signed by that kit, or by a device, with the
/// time at which the notice to it was due.
///
/// # Errors
/// [`CannotSay`].
pub fn set(
    log: &Log,
    by: &DeviceSecret,
    keys: &Keys,
    (kit, due): (Option<Kit>, Option<u64>),
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let slot = log.member(by.public()).ok_or(CannotSay::NotAMember)?.slot;
    let before = keys.get(&log.epoch()).ok_or(CannotSay::NoKey)?;
    let comes: Vec<_> = kit.iter().map(|kit| kit.keys).collect();
    let without = log.paper(slot).map(|paper| paper.kit.keys.signing);
    let change = Change { without: without.as_slice(), with: Some((slot, &comes)) };
    let rotate = rotation(log, Some(before), change, rng)?;
    say(log, by, Body::Paper(Paper { kit, due, rotate }))
}

/// Lets in a new device by the words of `paper`, which another kit replaces.
///
/// # Errors
/// [`CannotSay`].
pub fn recover(
    log: &Log,
    paper: &DeviceSecret,
    (device, name): (&DeviceSecret, Option<&Name>),
    kit: Kit,
    rng: &mut dyn CryptoRng,
) -> Result<Statement, CannotSay> {
    let slot = log.member(paper.public()).ok_or(CannotSay::NotAMember)?.slot;
    let keys = open_keys(log, paper, &Keys::new());
    let before = keys.get(&log.epoch()).ok_or(CannotSay::NoKey)?;
    let comes = [device.keys(), kit.keys];
    let change = Change { without: &[paper.public()], with: Some((slot, &comes)) };
    let rotate = rotation(log, Some(before), change, rng)?;
    let place = Place { notebook: log.id(), slot, after: log.head() };
    let proof = Recover::prove(place, &device.keys(), device);
    let name = name.map(|name| name.seal(before, device.public(), rng)).unwrap_or_default();
    let said = Recover { device: device.keys(), proof, name, kit, rotate };
    say(log, paper, Body::Recover(said))
}

/// Gives notice to one's own kit, or takes it back as that kit, and any warning with it.
///
/// # Errors
/// [`CannotSay`].
pub fn notice(log: &Log, by: &DeviceSecret, given: Option<u64>) -> Result<Statement, CannotSay> {
    let slot = log.member(by.public()).ok_or(CannotSay::NotAMember)?.slot;
    let paper = log.paper(slot).ok_or(CannotSay::Overtaken)?.kit.keys.signing;
    say(log, by, Body::Notice(Notice { paper, given }))
}

/// Warns the other person's kit that they are to be let in again.
///
/// # Errors
/// [`CannotSay`].
pub fn warn(log: &Log, by: &DeviceSecret, given: u64) -> Result<Statement, CannotSay> {
    let slot = log.member(by.public()).ok_or(CannotSay::NotAMember)?.slot.other();
    let paper = log.paper(slot).ok_or(CannotSay::Overtaken)?.kit.keys.signing;
    say(log, by, Body::Warn(Warn { paper, given }))
}

fn seal(
    words: &WordsSecret,
    notebook: NotebookId,
    lookup: Hash,
    salt: &[u8; 32],
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    let key = words.record_key();
    let mut plaintext = Zeroizing::new([0; 64]);
    let (to_salt, to_notebook) = plaintext.split_at_mut(32);
    to_salt.copy_from_slice(salt);
    to_notebook.copy_from_slice(notebook.0.as_bytes());
    let mut random = [0; 32];
    rng.fill_bytes(&mut random);
    let hash = Hash::of(NONCE, &[&random, key.expose(), plaintext.as_slice()]);
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(hash.0.split_at(NONCE_BYTES).0);
    let aad = Hash::of(RECOVERY_RECORD, &[lookup.as_bytes()]);
    let payload = Payload { msg: plaintext.as_slice(), aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.expose().into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
    Some([&nonce[..], &sealed].concat())
}

/// The salt, if the record was made for this notebook.
fn open(words: &WordsSecret, notebook: NotebookId, kit: &Kit) -> Option<Zeroizing<[u8; 32]>> {
    let (nonce, sealed) = kit.record.split_first_chunk::<NONCE_BYTES>()?;
    let aad = Hash::of(RECOVERY_RECORD, &[kit.lookup.as_bytes()]);
    let payload = Payload { msg: sealed, aad: aad.as_bytes() };
    let cipher = XChaCha20Poly1305::new(words.record_key().expose().into());
    let opened = Zeroizing::new(cipher.decrypt(&XNonce::from(*nonce), payload).ok()?);
    let (salt, of) = opened.split_first_chunk::<32>()?;
    (of == notebook.0.as_bytes()).then(|| Zeroizing::new(*salt))
}

const NONCE_BYTES: usize = 24;

const _: () = assert!(NONCE_BYTES + 64 + 16 <= MAX_RECOVERY_RECORD);
