//! Envelopes: what one writer sealed in one go, in a header that a relay can check.
//!
//! An item of kind [`kind::ENVELOPE`], critical, whose own bytes are
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 1 | scheme of the sealed body, 1: XChaCha20-Poly1305 with key commitment |
//! | 1 | 32 | notebook |
//! | 33 | 32 | device, whose key made the signature |
//! | 65 | 16 | nonce of the writer |
//! | 81 | 4 | epoch |
//! | 85 | 4 | volume |
//! | 89 | 4 | edition |
//! | 93 | 8 | counter, from 1 |
//! | 101 | 32 | previous: hash of this writer's envelope before, or zero for the first |
//! | 133 | 8 | length of the membership log that the writer knew |
//! | 141 | 32 | hash of that log's last statement |
//! | 173 | .. | the sealed body |
//! | end - 64 | 64 | Ed25519 signature over the item's header and everything before |
//!
//! Numbers are big-endian. The whole item is as long as [`padded`] allows and no other length.
//! The layout of a sealed body is `couplet-engine`'s, in `seal.rs`; nothing here can open it.

use core::fmt;

use crate::hash::Hash;
use crate::ids::{DeviceId, Edition, Epoch, NotebookId, Volume, WriterId, WriterNonce};
use crate::item::{self, Item, Malformed, kind};
use crate::labels;
use crate::limits::{MAX_COUNTER, MAX_ENVELOPE, MIN_ENVELOPE, POWER_OF_TWO_PADDING};
use crate::sign::{self, BadSignature, SIGNATURE, Signature, Signer};
use crate::statement::LogHead;

/// The only scheme so far: XChaCha20-Poly1305 with a key commitment.
pub const SCHEME: u8 = 1;

/// Bytes of an envelope before its body.
pub const OVERHEAD_BEFORE: usize = item::HEADER + FIELDS;

/// Bytes of an envelope that are not its body.
pub const OVERHEAD: usize = OVERHEAD_BEFORE + SIGNATURE;

const FIELDS: usize = 173;

/// What an envelope says in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// How the body is sealed.
    pub scheme: u8,
    /// Which notebook it belongs to.
    pub notebook: NotebookId,
    /// Whose device wrote it.
    pub device: DeviceId,
    /// Which of the device's writers.
    pub nonce: WriterNonce,
    /// Which key generation it is sealed under.
    pub epoch: Epoch,
    /// Which document its changes are for.
    pub volume: Volume,
    /// Which rewriting of that document.
    pub edition: Edition,
    /// Its place in the writer's chain, from 1.
    pub counter: u64,
    /// The hash of the writer's envelope before it, or zero.
    pub previous: Hash,
    /// The membership log as the writer knew it: evidence, not authority (protocol rule 7).
    pub log: LogHead,
}

/// Received bytes with a readable header; there is no way to their body but [`Envelope::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    header: Header,
    bytes: Vec<u8>,
}

/// An envelope that its device signed: the only kind a store takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    header: Header,
    hash: Hash,
    bytes: Vec<u8>,
}

impl Header {
    /// The writer, computed from notebook, device and nonce.
    #[must_use]
    pub fn writer(&self) -> WriterId {
        WriterId::derive(self.notebook, self.device, self.nonce)
    }

    /// The item's header and the clear fields of an envelope `length` bytes long in all: exactly
    /// what stands before the body, and what the body's seal covers.
    #[must_use]
    pub fn to_bytes(&self, length: usize) -> Vec<u8> {
        let mut fields = Vec::with_capacity(FIELDS);
        fields.push(self.scheme);
        fields.extend_from_slice(self.notebook.0.as_bytes());
        fields.extend_from_slice(&self.device.0);
        fields.extend_from_slice(&self.nonce.0);
        fields.extend_from_slice(&self.epoch.0.to_be_bytes());
        fields.extend_from_slice(&self.volume.0.to_be_bytes());
        fields.extend_from_slice(&self.edition.0.to_be_bytes());
        fields.extend_from_slice(&self.counter.to_be_bytes());
        fields.extend_from_slice(self.previous.as_bytes());
        fields.extend_from_slice(&self.log.length.to_be_bytes());
        fields.extend_from_slice(self.log.hash.as_bytes());
        let mut out = Vec::with_capacity(length);
        out.push(item::VERSION);
        out.extend_from_slice(&kind::ENVELOPE.to_be_bytes());
        out.push(1);
        let own = u32::try_from(length.saturating_sub(item::HEADER)).unwrap_or(u32::MAX);
        out.extend_from_slice(&own.to_be_bytes());
        out.extend_from_slice(&fields);
        out
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        Some(Self {
            scheme: u8::from_be_bytes(cursor.take()?),
            notebook: NotebookId(Hash(cursor.take()?)),
            device: DeviceId(cursor.take()?),
            nonce: WriterNonce(cursor.take()?),
            epoch: Epoch(u32::from_be_bytes(cursor.take()?)),
            volume: Volume(u32::from_be_bytes(cursor.take()?)),
            edition: Edition(u32::from_be_bytes(cursor.take()?)),
            counter: u64::from_be_bytes(cursor.take()?),
            previous: Hash(cursor.take()?),
            log: LogHead { length: u64::from_be_bytes(cursor.take()?), hash: Hash(cursor.take()?) },
        })
    }
}

impl Envelope {
    /// Reads an envelope's header.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are cut, too many, not padded, of another kind, or say something
    /// no writer may: counter 0, a first envelope with something before it, or a later one without.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let header = Self::header_of(&bytes).ok_or(Malformed("envelope"))?;
        Ok(Self { header, bytes })
    }

    /// What bytes say in clear, if they are an envelope at all.
    #[must_use]
    pub fn peek(bytes: &[u8]) -> Option<Header> {
        Self::header_of(bytes)
    }

    fn header_of(bytes: &[u8]) -> Option<Header> {
        let item = Item::read_whole(bytes, MAX_ENVELOPE - item::HEADER).ok()?;
        let own = item.expect(kind::ENVELOPE, "envelope").ok()?;
        let header = Header::read(own)?;
        let chained = (header.counter == 1) == (header.previous == Hash::ZERO);
        let well_formed = item.critical
            && bytes.len() > OVERHEAD
            && padded(bytes.len()) == bytes.len()
            && (1..=MAX_COUNTER).contains(&header.counter)
            && header.log.length > 0
            && chained;
        well_formed.then_some(header)
    }

    /// What it says in clear, which nobody has vouched for yet.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Checks the signature of the device it names. Whether that device may write is the log's to
    /// say: [`Log::may_write`](crate::log::Log::may_write).
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(self) -> Result<Sealed, BadSignature> {
        let (signed, signature) = split_signature(&self.bytes).ok_or(BadSignature)?;
        sign::verify(self.header.device, labels::ENVELOPE_SIGNATURE, signed, &signature)?;
        Ok(Sealed::from_parts(self.header, self.bytes))
    }
}

impl Sealed {
    /// Signs a sealed body: `before` is [`Header::to_bytes`], `body` what it covers.
    #[must_use]
    pub fn sign(header: Header, before: Vec<u8>, body: &[u8], signer: &dyn Signer) -> Self {
        let mut bytes = before;
        bytes.extend_from_slice(body);
        let signature = sign::sign(signer, labels::ENVELOPE_SIGNATURE, &bytes);
        bytes.extend_from_slice(&signature.0);
        Self::from_parts(header, bytes)
    }

    fn from_parts(header: Header, bytes: Vec<u8>) -> Self {
        let hash = Hash::of(labels::ENVELOPE_HASH, &[&bytes]);
        Self { header, hash, bytes }
    }

    /// What it says in clear.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Its hash, which the writer's next envelope names.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// All of it, as sent and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What stands before the body, which the body's seal covers.
    #[must_use]
    pub fn before(&self) -> &[u8] {
        self.bytes.get(..OVERHEAD_BEFORE).unwrap_or_default()
    }

    /// The sealed body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        let end = self.bytes.len().saturating_sub(SIGNATURE);
        self.bytes.get(OVERHEAD_BEFORE..end).unwrap_or_default()
    }
}

/// The length an envelope of at least `length` bytes is padded to: powers of two up to
/// [`POWER_OF_TWO_PADDING`], PADME (Nikitin et al., PoPETs 2019, section 4) above.
#[must_use]
pub const fn padded(length: usize) -> usize {
    if length <= MIN_ENVELOPE {
        return MIN_ENVELOPE;
    }
    if length <= POWER_OF_TWO_PADDING {
        return length.next_power_of_two();
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1 << (exponent - kept)) - 1;
    (length + mask) & !mask
}

fn split_signature(bytes: &[u8]) -> Option<(&[u8], Signature)> {
    let (signed, signature) = bytes.split_last_chunk::<SIGNATURE>()?;
    Some((signed, Signature(*signature)))
}

/// Reads fixed-width fields one after the other.
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl Cursor<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({:?} #{})", self.header.writer(), self.header.counter)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({:?} #{})", self.header.writer(), self.header.counter)
    }
}

const _: () = assert!(padded(MAX_ENVELOPE) == MAX_ENVELOPE, "the largest envelope is padded");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Key, header};

    #[test]
    fn sizes_say_little() {
        for length in 1..=MAX_ENVELOPE {
            let padded_length = padded(length);
            assert!(padded_length >= length && padded(padded_length) == padded_length);
            assert!(padded_length <= MAX_ENVELOPE);
            if length > POWER_OF_TWO_PADDING {
                assert!((padded_length - length) * 8 <= length);
            }
        }
        assert_eq!([padded(1), padded(257), padded(4096), padded(4097)], [256, 512, 4096, 4352]);
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_near_it_does() {
        let key = Key::new(1);
        let header = header(&key, 1, Hash::ZERO);
        let before = header.to_bytes(512);
        let sealed = Sealed::sign(header, before, &[9; 512 - OVERHEAD], &key);
        let read = Envelope::parse(sealed.bytes().to_vec()).unwrap();
        assert_eq!(read.clone().verify().as_ref(), Ok(&sealed));
        for bit in 0..sealed.bytes().len() * 8 {
            let mut bytes = sealed.bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let verified = Envelope::parse(bytes).map(Envelope::verify);
            assert!(!matches!(verified, Ok(Ok(_))), "bit {bit} may be flipped");
        }
        for cut in 0..sealed.bytes().len() {
            assert!(Envelope::parse(sealed.bytes()[..cut].to_vec()).is_err());
        }
    }
}
