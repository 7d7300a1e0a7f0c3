//! Chance that is the same every time: all that happens in a run follows from its seed.
//!
//! Deliberately not here: secrecy. Keys that are drawn from this are keys of tests.

use std::convert::Infallible;

use couplet_proto::testing;
use rand_core::{TryCryptoRng, TryRng};

/// A generator of numbers, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Chance(testing::Chance);

impl Chance {
    /// Everything that follows from this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(testing::Chance::new(seed))
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these, if there are any.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.below(items.len())) }
    }

    /// Puts these into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index + 1));
        }
    }

    /// A text of so many characters that compresses to little less than half.
    pub fn words(&mut self, characters: usize) -> String {
        let mut text = crate::hex::hex(&self.bytes(characters.div_ceil(2)));
        text.truncate(characters);
        text
    }

    /// So many bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let wide = self.next_u64().to_be_bytes();
            chunk.copy_from_slice(&wide[..chunk.len()]);
        }
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_u64() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Chance {}
