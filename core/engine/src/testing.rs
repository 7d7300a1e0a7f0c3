//! Devices, keys and randomness for this crate's own tests.

use core::convert::Infallible;

use couplet_proto::envelope::{Header, SCHEME};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Epoch, NotebookId, Volume, WriterNonce};
use couplet_proto::labels::Label;
use couplet_proto::sign::Signer;
use couplet_proto::statement::LogHead;
use rand_core::{TryCryptoRng, TryRng};

use crate::keys::{DeviceSecret, EpochKey, Secret};

/// A counter under a hash: the same every time.
pub(crate) struct Seeded(u64, u64);

pub(crate) fn rng(seed: u64) -> Seeded {
    Seeded(seed, 0)
}

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|wide| wide as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.1 += 1;
        let parts: [&[u8]; 2] = [&self.0.to_be_bytes(), &self.1.to_be_bytes()];
        let hash = Hash::of(Label::new("couplet test randomness"), &parts);
        Ok(u64::from_be_bytes(hash.0[..8].try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let wide = self.try_next_u64()?.to_be_bytes();
            chunk.copy_from_slice(&wide[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

pub(crate) fn device(seed: u8) -> DeviceSecret {
    DeviceSecret::from_seed(Secret::new([seed; 32]))
}

pub(crate) fn epoch_key(seed: u8) -> EpochKey {
    EpochKey::new(Secret::new([seed; 32]))
}

pub(crate) fn header(device: &DeviceSecret) -> Header {
    Header {
        scheme: SCHEME,
        notebook: NotebookId(Hash([1; 32])),
        device: device.public(),
        nonce: WriterNonce([3; 16]),
        epoch: Epoch(1),
        volume: Volume(0),
        edition: Edition(0),
        counter: 1,
        previous: Hash::ZERO,
        log: LogHead { length: 1, hash: Hash([1; 32]) },
    }
}
