//! A store's key under words that its person remembers: for a vault whose platform has no keystore of
//! its own, or one that the other person can open, too.
//!
//! | field | bytes | what |
//! |---|---|---|
//! | version | 1 | 1 |
//! | memory | 1 to 5 | KiB that Argon2id (RFC 9106) fills |
//! | passes | 1 to 5 | how often |
//! | salt | 16 | random |
//! | nonce | 24 | random |
//! | key, tag | 32, 16 | XChaCha20-Poly1305; associated data is a label and the fields up to the salt |
//!
//! Words are taken as they are typed, byte for byte. What is tried in vain changes nothing.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use couplet_proto::item::{self, Malformed};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{PASSPHRASE, PASSPHRASE_KEY, Secret};

/// KiB that whoever tries words must fill: RFC 9106's choice where memory is scarce, about a quarter
/// of a second on a phone.
const MEMORY: u32 = 64 * 1024;

/// How often they are filled: the same choice.
const PASSES: u32 = 3;

/// The most that a key's fields may ask for, since nobody has signed them.
const MAX_MEMORY: u32 = 256 * 1024;
const MAX_PASSES: u32 = 10;

/// UTF-8 bytes of a passphrase.
pub const MAX_PASSPHRASE: usize = 1_024;

/// A key that only a passphrase opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedKey {
    version: u8,
    memory: u32,
    passes: u32,
    salt: [u8; 16],
    nonce: [u8; 24],
    key: [u8; 32],
    tag: [u8; 16],
}

/// A passphrase that is none, or not the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongPassphrase {
    /// There are no words, or too many.
    #[error("a passphrase has at least one character, and at most {MAX_PASSPHRASE} bytes")]
    NoPassphrase,
    /// The key was locked with other words, or its file was damaged.
    #[error("this is not the passphrase; nothing was changed, try again")]
    Wrong,
}

impl LockedKey {
    /// Locks a key.
    ///
    /// # Errors
    /// [`WrongPassphrase::NoPassphrase`].
    pub fn lock(
        key: &Secret,
        passphrase: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, WrongPassphrase> {
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut nonce);
        let (memory, passes) = (MEMORY, PASSES);
        let mut locked =
            Self { version: VERSION, memory, passes, salt, nonce, key: [0; 32], tag: [0; 16] };
        let cipher = locked.cipher(passphrase)?;
        let (msg, aad) = (key.expose().as_slice(), &locked.context());
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad });
        let sealed = sealed.map_err(|_| WrongPassphrase::NoPassphrase)?;
        if let Some((key, tag)) = sealed.split_first_chunk()
            && let Ok(tag) = tag.try_into()
        {
            (locked.key, locked.tag) = (*key, tag);
        }
        Ok(locked)
    }

    /// The key.
    ///
    /// # Errors
    /// [`WrongPassphrase`].
    pub fn open(&self, passphrase: &str) -> Result<Secret, WrongPassphrase> {
        let cipher = self.cipher(passphrase)?;
        let (msg, aad) = (&[self.key.as_slice(), &self.tag].concat(), &self.context());
        let opened = cipher.decrypt(&XNonce::from(self.nonce), Payload { msg, aad });
        let opened = Zeroizing::new(opened.map_err(|_| WrongPassphrase::Wrong)?);
        let key = opened.as_slice().try_into().map_err(|_| WrongPassphrase::Wrong)?;
        Ok(Secret::new(key))
    }

    /// The bytes, for a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        item::encode(self)
    }

    /// Out of a file; what asks for more work than is sensible is none.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let locked: Self = item::decode(bytes, "locked key")?;
        let is_known = locked.version == VERSION;
        let is_sensible =
            (8..=MAX_MEMORY).contains(&locked.memory) && (1..=MAX_PASSES).contains(&locked.passes);
        if is_known && is_sensible { Ok(locked) } else { Err(Malformed("locked key")) }
    }

    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, WrongPassphrase> {
        if !(1..=MAX_PASSPHRASE).contains(&passphrase.len()) {
            return Err(WrongPassphrase::NoPassphrase);
        }
        let params = Params::new(self.memory, self.passes, 1, Some(32));
        let params = params.map_err(|_| WrongPassphrase::Wrong)?;
        let mut stretched = Zeroizing::new([0; 32]);
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon
            .hash_password_into(passphrase.as_bytes(), &self.salt, stretched.as_mut_slice())
            .map_err(|_| WrongPassphrase::Wrong)?;
        let key = Secret::new(*stretched).derive(PASSPHRASE_KEY, &[]);
        Ok(XChaCha20Poly1305::new(key.expose().into()))
    }

    fn context(&self) -> Vec<u8> {
        let fields = item::encode(&(self.version, self.memory, self.passes, self.salt));
        [PASSPHRASE.as_bytes(), &fields].concat()
    }
}

const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn only_the_words_open_it_and_what_was_tried_in_vain_changed_nothing() {
        let key = Secret::new([7; 32]);
        let locked = LockedKey::lock(&key, "the blue door", &mut rng(1)).unwrap();
        let read = LockedKey::read(&locked.to_bytes()).unwrap();
        assert_eq!(read.open("the blue doors").err(), Some(WrongPassphrase::Wrong));
        assert_eq!(read.open("").err(), Some(WrongPassphrase::NoPassphrase));
        assert!(read.open("the blue door").unwrap() == key);
        let again = LockedKey::lock(&key, "the blue door", &mut rng(2)).unwrap();
        assert_ne!(again, locked);
        assert!(!locked.to_bytes().windows(8).any(|bytes| bytes == [7; 8]));
    }

    #[test]
    fn a_file_cannot_ask_for_more_memory_than_is_sensible() {
        let mut locked = LockedKey::lock(&Secret::new([7; 32]), "words", &mut rng(1)).unwrap();
        locked.memory = MAX_MEMORY + 1;
        assert!(LockedKey::read(&locked.to_bytes()).is_err());
        (locked.memory, locked.passes) = (MEMORY, MAX_PASSES + 1);
        assert!(LockedKey::read(&locked.to_bytes()).is_err());
        (locked.passes, locked.version) = (PASSES, 2);
        assert!(LockedKey::read(&locked.to_bytes()).is_err());
    }
}
