//! Names: what persons call themselves, sealed for members and of one size.
//!
//! What is sealed is one length byte, the name in UTF-8, and zeros up to 256 bytes.

use core::fmt;
use core::str::FromStr;

use couplet_proto::ids::DeviceId;
use couplet_proto::limits::MAX_SEALED_NAME;
use rand_core::CryptoRng;
use zeroize::Zeroize;

use super::sealed::{self, NONCE_BYTES, TAG};
use crate::keys::{EpochKey, MEMBER_NAME};

/// A person's name: 1 to [`MAX_NAME`] UTF-16 units, nothing that changes how other text is shown.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct Name(String);

/// UTF-16 units of a name: longer ones fit no list of two.
pub const MAX_NAME: usize = 64;

/// A text that cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// Nothing but spaces.
    #[error("a name has at least one letter")]
    Empty,
    /// Too long.
    #[error("a name has at most {MAX_NAME} characters; this one has {got}")]
    TooLong {
        /// UTF-16 units.
        got: usize,
    },
    /// Control characters, or ones that turn the direction of text.
    #[error("a name has no control characters")]
    Control,
}

const PADDED: usize = 256;

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as one length byte, UTF-8 and zeros.
    pub(crate) fn to_padded(&self) -> Vec<u8> {
        let mut padded = vec![u8::try_from(self.0.len()).unwrap_or(u8::MAX)];
        padded.extend_from_slice(self.0.as_bytes());
        padded.resize(PADDED, 0);
        padded
    }

    pub(crate) fn from_padded(padded: &[u8]) -> Option<Self> {
        let (length, rest) = padded.split_first()?;
        let name = core::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
        name.parse().ok()
    }

    /// Seals the name of a device's person for all members.
    #[must_use]
    pub fn seal(&self, key: &EpochKey, of: DeviceId, rng: &mut dyn CryptoRng) -> Vec<u8> {
        sealed::seal(&key.name(), (MEMBER_NAME, of), &self.to_padded(), rng)
    }

    /// Opens a member's name; nothing if it cannot be read, which never keeps a member out.
    #[must_use]
    pub fn open(sealed: &[u8], key: &EpochKey, of: DeviceId) -> Option<Self> {
        Self::from_padded(&sealed::open(&key.name(), (MEMBER_NAME, of), sealed)?)
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let text = text.trim();
        let got = text.encode_utf16().count();
        if text.is_empty() {
            return Err(NotAName::Empty);
        }
        if got > MAX_NAME {
            return Err(NotAName::TooLong { got });
        }
        if text.chars().any(is_control) {
            return Err(NotAName::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Control characters, and those that turn the direction of the text around them (UAX #9).
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(..)")
    }
}

const _: () = assert!(MAX_NAME * 3 < PADDED, "a name in UTF-8 fits behind its length");
const _: () = assert!(NONCE_BYTES + PADDED + TAG <= MAX_SEALED_NAME);
const _: () = assert!(32 + PADDED + 16 <= MAX_SEALED_NAME, "also when sealed by HPKE");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{epoch_key, rng};

    #[test]
    fn a_name_opens_for_members_and_says_nothing_by_its_length() {
        let key = epoch_key(1);
        let of = DeviceId([5; 32]);
        let seal = |name: &str| name.parse::<Name>().unwrap().seal(&key, of, &mut rng(1));
        let opened = Name::open(&seal("Ana"), &key, of).unwrap();
        assert_eq!(opened.as_str(), "Ana");
        assert_eq!(seal("Ana").len(), seal(&"ö".repeat(MAX_NAME)).len());
        assert!(Name::open(&seal("Ana"), &epoch_key(2), of).is_none());
        assert!(Name::open(&seal("Ana"), &key, DeviceId([6; 32])).is_none());
    }

    #[test]
    fn a_name_is_something_to_show() {
        assert_eq!(" ".parse::<Name>(), Err(NotAName::Empty));
        assert_eq!("a".repeat(65).parse::<Name>(), Err(NotAName::TooLong { got: 65 }));
        assert_eq!("A\u{202e}na".parse::<Name>(), Err(NotAName::Control));
        assert!("Ana 🌻".parse::<Name>().is_ok());
    }
}
