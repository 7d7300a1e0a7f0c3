//! Keys and headers for this crate's own tests.

use ed25519_dalek::{Signer as _, SigningKey};

use crate::envelope::{Header, SCHEME};
use crate::hash::Hash;
use crate::ids::{DeviceId, Edition, Epoch, NotebookId, Volume, WriterNonce};
use crate::sign::{Signature, Signer};
use crate::statement::LogHead;

pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }
}

impl Signer for Key {
    fn public(&self) -> DeviceId {
        DeviceId(self.0.verifying_key().to_bytes())
    }

    fn sign_hash(&self, hash: &Hash) -> Signature {
        Signature(self.0.sign(hash.as_bytes()).to_bytes())
    }
}

pub(crate) fn header(key: &Key, counter: u64, previous: Hash) -> Header {
    Header {
        scheme: SCHEME,
        notebook: NotebookId(Hash([1; 32])),
        device: key.public(),
        nonce: WriterNonce([3; 16]),
        epoch: Epoch(1),
        volume: Volume(0),
        edition: Edition(0),
        counter,
        previous,
        log: LogHead { length: 1, hash: Hash([1; 32]) },
    }
}
