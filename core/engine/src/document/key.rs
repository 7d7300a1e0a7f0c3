//! The name of an entry: whose it is, and 128 random bits.

use core::fmt;
use core::str::FromStr;

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

/// `<slot>/<26 characters of lower-case base32>`, for example `0/mfrggzdfmztwq2lkmfrggzdfmy`.
///
/// The slot is the person who made the entry. Two entries never have the same key, so making one
/// never conflicts with anything.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EntryKey(String);

/// A string that is not an entry's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the key of an entry; use one that the notebook gave you")]
pub struct NotAnEntryKey;

impl EntryKey {
    /// The key of a new entry of that person, from 16 bytes that the caller drew at random.
    #[must_use]
    pub fn from_random(slot: Slot, random: [u8; 16]) -> Self {
        Self(format!("{}{}", slot_prefix(slot), spell(random)))
    }

    /// Who made the entry.
    #[must_use]
    pub fn slot(&self) -> Slot {
        if self.0.starts_with('0') { Slot::First } else { Slot::Second }
    }

    /// The key as it stands in the document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EntryKey {
    type Err = NotAnEntryKey;

    fn from_str(text: &str) -> Result<Self, NotAnEntryKey> {
        let random = Slot::BOTH
            .iter()
            .find_map(|slot| text.strip_prefix(slot_prefix(*slot)))
            .ok_or(NotAnEntryKey)?;
        if is_spelled(random) { Ok(Self(text.to_owned())) } else { Err(NotAnEntryKey) }
    }
}

impl TryFrom<String> for EntryKey {
    type Error = NotAnEntryKey;

    fn try_from(text: String) -> Result<Self, NotAnEntryKey> {
        text.parse()
    }
}

impl From<EntryKey> for String {
    fn from(key: EntryKey) -> Self {
        key.0
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry:{:.8}", self.0)
    }
}

/// 128 bits as 26 characters of lower-case base32 (RFC 4648), without padding.
pub(crate) fn spell(random: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(random);
    let symbol = |index: u32| {
        // The 26th symbol holds the last 3 bits, shifted up: as RFC 4648 pads.
        let symbol = match 123u32.checked_sub(5 * index) {
            Some(shift) => bits >> shift,
            None => bits << 2,
        };
        let symbol = usize::try_from(symbol & 0x1f).unwrap_or_default();
        ALPHABET.get(symbol).copied().map_or('a', char::from)
    };
    (0..SYMBOLS_PER_KEY).map(symbol).collect()
}

/// Whether that is how [`spell`] spells some 128 bits.
pub(crate) fn is_spelled(text: &str) -> bool {
    let is_known = text.bytes().all(|byte| ALPHABET.contains(&byte));
    // 26 symbols are 130 bits; the two that are too many are zero.
    let last = text.bytes().last();
    let last = last.and_then(|byte| ALPHABET.iter().position(|symbol| *symbol == byte));
    let is_exact = last.is_some_and(|position| position % 4 == 0);
    text.len() == SYMBOLS_PER_KEY as usize && is_known && is_exact
}

fn slot_prefix(slot: Slot) -> &'static str {
    match slot {
        Slot::First => "0/",
        Slot::Second => "1/",
    }
}

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const SYMBOLS_PER_KEY: u32 = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_are_those_of_rfc_4648() {
        let key = EntryKey::from_random(Slot::Second, *b"abcdefghijabcdef");
        assert_eq!(key.as_str(), "1/mfrggzdfmztwq2lkmfrggzdfmy");
        assert_eq!(key.slot(), Slot::Second);
        let all = EntryKey::from_random(Slot::First, [0xff; 16]);
        assert_eq!(all.as_str(), "0/77777777777777777777777774");
        assert_eq!(all.slot(), Slot::First);
    }

    #[test]
    fn only_a_key_is_a_key() {
        let good = EntryKey::from_random(Slot::First, [9; 16]);
        assert_eq!(good.as_str().parse(), Ok(good.clone()));
        assert_eq!(postcard::from_bytes(&postcard::to_allocvec(&good).unwrap()), Ok(good));
        for bad in [
            "",
            "0/",
            "2/mfrggzdfmztwq2lkmfrggzdfmy",
            "0/mfrggzdfmztwq2lkmfrggzdfm",
            "0/mfrggzdfmztwq2lkmfrggzdfmyy",
            "0/Mfrggzdfmztwq2lkmfrggzdfmy",
            "0/mfrggzdfmztwq2lkmfrggzdfmz",
            "0/mfrggzdfmztwq2lkmfrggzdfé",
        ] {
            assert_eq!(bad.parse::<EntryKey>(), Err(NotAnEntryKey), "{bad}");
        }
    }
}
