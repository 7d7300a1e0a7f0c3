//! The one place that draws randomness: the operating system's, and what was drawn of it before.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng, UnwrapErr};
use sha2::{Digest as _, Sha256};

/// The system's randomness. It panics if the system has none, as nothing could be kept secret then.
pub(crate) fn system() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// Randomness that was drawn before, for what must come out the same when it is done again: the
/// drawn bytes first, then what SHA-256 makes of them.
#[derive(Debug)]
pub(crate) struct Drawn {
    seed: [u8; 16],
    block: u64,
    rest: Vec<u8>,
}

impl Drawn {
    pub(crate) fn new(seed: [u8; 16]) -> Self {
        Self { seed, block: 0, rest: seed.to_vec() }
    }

    fn next(&mut self) -> u8 {
        if self.rest.is_empty() {
            self.block += 1;
            let block =
                Sha256::new().chain_update(self.seed).chain_update(self.block.to_le_bytes());
            self.rest = block.finalize().to_vec();
        }
        self.rest.remove(0)
    }
}

impl TryRng for Drawn {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes([(); 4].map(|()| self.next())))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes([(); 8].map(|()| self.next())))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.next());
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}
