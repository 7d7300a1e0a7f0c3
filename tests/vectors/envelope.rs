//! Envelopes: parsed, verified, opened; and sealed again to the same bytes.

use std::convert::Infallible;

use couplet_engine::keys::{DeviceSecret, EpochKey, Secret};
use couplet_engine::seal::{CannotOpen, open, seal};
use couplet_proto::envelope::{Envelope, Header, OVERHEAD, OVERHEAD_BEFORE, SCHEME, Sealed};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Epoch, NotebookId, Volume, WriterNonce};
use couplet_proto::item::HEADER;
use couplet_proto::sign::{SIGNATURE, Signer};
use couplet_proto::statement::LogHead;
use rand_core::{TryCryptoRng, TryRng};

use crate::file::{Made, Outcome, Vector};

const SEED: [u8; 32] = [1; 32];
const KEY: [u8; 32] = [2; 32];
const RANDOM: [u8; 32] = [3; 32];
/// Where fields of the header stand, counted from the envelope's first byte.
const DEVICE: usize = HEADER + 33;
const VOLUME: usize = HEADER + 85;
const COUNTER: usize = HEADER + 93;
const PREVIOUS: usize = HEADER + 101;

/// Randomness that a vector gives: these bytes, again and again.
pub(crate) struct Given(pub(crate) [u8; 32]);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes([self.0[0]; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes([self.0[0]; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().zip(self.0.iter().cycle()).for_each(|(byte, given)| *byte = *given);
        Ok(())
    }
}

impl TryCryptoRng for Given {}

pub(crate) fn read(vector: &Vector) -> Outcome {
    let key = EpochKey::new(Secret::new(vector.array("epoch key")));
    let bytes = vector.bytes("bytes");
    let Ok(envelope) = Envelope::parse(bytes.clone()) else { return Outcome::error("malformed") };
    let Ok(sealed) = envelope.verify() else { return Outcome::error("bad signature") };
    let content = match open(&sealed, &key) {
        Ok(content) => content,
        Err(CannotOpen::OtherKey) => return Outcome::error("other key"),
        Err(CannotOpen::Damaged) => return Outcome::error("damaged"),
    };
    let header = *sealed.header();
    let device = DeviceSecret::from_seed(Secret::new(vector.array("device seed")));
    let mut given = Given(vector.array("random"));
    let again = seal(header, &content, &key, &device, &mut given).unwrap();
    assert_eq!(again.bytes(), bytes, "the same content is sealed to the same bytes");
    Outcome::ok()
        .says("scheme", header.scheme)
        .holds("notebook", header.notebook.0.as_bytes())
        .holds("device", &header.device.0)
        .holds("nonce", &header.nonce.0)
        .holds("writer", &header.writer().0)
        .says("epoch", header.epoch.0)
        .says("volume", header.volume.0)
        .says("edition", header.edition.0)
        .says("counter", header.counter)
        .holds("previous", header.previous.as_bytes())
        .says("log length", header.log.length)
        .holds("log hash", header.log.hash.as_bytes())
        .holds("hash", sealed.hash().as_bytes())
        .holds("content", &content)
}

fn device() -> DeviceSecret {
    DeviceSecret::from_seed(Secret::new(SEED))
}

fn first() -> Header {
    Header {
        scheme: SCHEME,
        notebook: NotebookId(Hash([4; 32])),
        device: device().public(),
        nonce: WriterNonce([5; 16]),
        epoch: Epoch(1),
        volume: Volume(0),
        edition: Edition(0),
        counter: 1,
        previous: Hash::ZERO,
        log: LogHead { length: 3, hash: Hash([6; 32]) },
    }
}

fn sealed(header: Header, content: &[u8]) -> Vec<u8> {
    let key = EpochKey::new(Secret::new(KEY));
    let sealed = seal(header, content, &key, &device(), &mut Given(RANDOM)).unwrap();
    sealed.bytes().to_vec()
}

/// Signed by its device, whatever it says.
fn signed(header: Header, body: &[u8]) -> Vec<u8> {
    let before = header.to_bytes(OVERHEAD + body.len());
    Sealed::sign(header, before, body, &device()).bytes().to_vec()
}

fn body(envelope: &[u8]) -> &[u8] {
    &envelope[OVERHEAD_BEFORE..envelope.len() - SIGNATURE]
}

pub(crate) fn made() -> Vec<Made> {
    [good(), malformed(), forged(), unopened()].concat()
}

fn make(name: &'static str, expect: &str, about: &'static str, bytes: &[u8]) -> Made {
    Made::new(name, expect, about)
        .bytes("device seed", &SEED)
        .bytes("epoch key", &KEY)
        .bytes("random", &RANDOM)
        .bytes("bytes", bytes)
}

fn one() -> Vec<u8> {
    sealed(first(), b"words")
}

/// A good envelope, changed by somebody on the way.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = one();
    change(&mut bytes);
    bytes
}

/// A good envelope's body, under another header of the same device.
fn said(change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = first();
    change(&mut header);
    signed(header, body(&one()))
}

fn good() -> Vec<Made> {
    let later = Header {
        counter: 300,
        previous: Hash([7; 32]),
        epoch: Epoch(2),
        volume: Volume(1),
        edition: Edition(u32::MAX),
        ..first()
    };
    vec![
        make("ok-first", "ok", "a writer's first envelope", &one()),
        make("ok-later", "ok", "one in the middle of a chain", &sealed(later, &[9; 300])),
        make("ok-empty", "ok", "nothing inside", &sealed(first(), &[])),
        make("ok-padme", "ok", "long enough for PADME", &sealed(first(), &[1; 4100])),
    ]
}

fn malformed() -> Vec<Made> {
    let make = |name, about, bytes: &[u8]| make(name, "malformed", about, bytes);
    let one = one();
    let with_previous = said(|h| h.previous = Hash([7; 32]));
    vec![
        make("cut", "the last byte is missing", &one[..one.len() - 1]),
        make("followed", "a byte follows", &changed(|b| b.push(0))),
        make("unpadded", "no padded length", &signed(first(), &body(&one)[..300 - OVERHEAD])),
        make("not-critical", "a second spelling", &changed(|b| b[3] = 0)),
        make("later-version", "an item of version 2", &changed(|b| b[0] = 2)),
        make("other-kind", "a join request's kind", &changed(|b| b[2] = 2)),
        make("counter-zero", "chains begin with 1", &said(|h| h.counter = 0)),
        make("first-with-previous", "before 1 is nothing", &with_previous),
        make("later-without-previous", "before 2 is 1", &said(|h| h.counter = 2)),
        make("without-log", "a member knows a log", &said(|h| h.log = LogHead::EMPTY)),
    ]
}

fn forged() -> Vec<Made> {
    let make = |name, about, bytes: &[u8]| make(name, "bad signature", about, bytes);
    let end = one().len();
    let counter_moved = changed(|b| {
        b[COUNTER + 6] = 1;
        b[PREVIOUS] = 1;
    });
    let renamed = changed(|b| b[DEVICE..DEVICE + 32].copy_from_slice(&[8; 32]));
    let small = changed(|b| {
        b[DEVICE..DEVICE + 32].copy_from_slice(&identity());
        b[end - SIGNATURE..].fill(0);
        b[end - SIGNATURE..end - 32].copy_from_slice(&identity());
    });
    vec![
        make("bit-flipped-signature", "in R", &changed(|b| b[end - SIGNATURE] ^= 1)),
        make("bit-flipped-body", "in the seal", &changed(|b| b[300] ^= 1)),
        make("bit-flipped-header", "in the volume", &changed(|b| b[VOLUME + 3] ^= 1)),
        make("counter-moved", "1 becomes 257", &counter_moved),
        make("another-device", "the name of a device that did not sign", &renamed),
        make("order-added", "S + L verifies where checks are lax", &changed(|b| add_order(b))),
        make("small-order-key", "verifies anything where checks are lax", &small),
    ]
}

fn unopened() -> Vec<Made> {
    let mut damaged = body(&one()).to_vec();
    damaged[100] ^= 1;
    let damaged = signed(first(), &damaged);
    let moved = said(|h| h.volume = Volume(9));
    let renamed = said(|h| h.nonce = WriterNonce([9; 16]));
    vec![
        make("damaged", "damaged", "signed, and not what was sealed", &damaged),
        make("moved", "other key", "sealed for another volume", &moved),
        make("other-header", "other key", "sealed under another header", &renamed),
    ]
}

/// The neutral element of the curve, encoded: a key whose signatures nobody has to make.
fn identity() -> [u8; 32] {
    let mut point = [0; 32];
    point[0] = 1;
    point
}

/// Adds the order of the group to a signature's S: the same number to lax checks.
fn add_order(bytes: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let start = bytes.len() - 32;
    let mut carry = 0;
    for (byte, more) in bytes[start..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}
