//! Closed words: they stand in the document for both to hold, and their key does not.
//!
//! Whoever writes them draws a key for them alone, seals them with it, and wraps it for every device
//! of their own that the log knows at the time, that of their recovery kit among them (HPKE, as in
//! `membership/wrap`). For those that come later a device that has the key closes it anew, as words of
//! its own. So the key needs no place outside: it is lost with the last of those devices and the kit,
//! and not before. To open the words for the other, a device publishes the key.
//!
//! What stands in the document is postcard: the wraps (device, 80 bytes each), then the words as a
//! sealed body of `seal`, whose associated data is the hash of entry, name and person. The body commits to
//! its key, so nobody can close one thing and open another. A key that is closed anew is such a body
//! of 32 bytes. Deliberately not here: when a key may be published, and when it is closed anew.

use core::fmt;

use couplet_proto::envelope::padded;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, Slot};
use couplet_proto::item;
use couplet_proto::sign::Signer as _;
use couplet_proto::statement::{DeviceKeys, SUITE_X25519};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{COMMITMENT_BYTES, LENGTH, NONCE_BYTES, TAG, open_body, seal_body};
use crate::keys::{CLOSED_NAME, CLOSED_PLACE, CLOSED_WRAP, ClosedKey, DeviceSecret};
use crate::limits::{MAX_CLOSED, MAX_KEEPERS};
use crate::membership::wrap::{hpke_open, hpke_seal};

/// Who can close words here, and open their own again.
#[derive(Clone)]
pub struct Keeper {
    device: DeviceSecret,
    /// What lets open more: the device of a recovery kit by whose words this one came in.
    paper: Option<DeviceSecret>,
    own: Vec<DeviceKeys>,
}

/// Words that are closed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedWords {
    wraps: Vec<(DeviceId, Vec<u8>)>,
    sealed: Vec<u8>,
}

/// Where closed words stand: what they are read under, so that they stand nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(Hash);

impl Place {
    /// In the entry of that key, under that name, of that person: nobody passes on the other's as
    /// their own.
    #[must_use]
    pub fn new(entry: &str, name: &str, by: Slot) -> Self {
        Self(Hash::of(CLOSED_PLACE, &[entry.as_bytes(), name.as_bytes(), &[by.index()]]))
    }
}

impl Keeper {
    /// This device, and all that its person has in the log.
    #[must_use]
    pub fn new(device: &DeviceSecret, own: impl Iterator<Item = DeviceKeys>) -> Self {
        let mine = device.keys();
        let others = own.filter(|keys| keys.signing != mine.signing).take(MAX_KEEPERS - 1);
        let own = core::iter::once(mine).chain(others).collect();
        Self { device: device.clone(), paper: None, own }
    }

    /// The same, who opens as this device of paper does, too.
    #[must_use]
    pub fn with(self, paper: Option<DeviceSecret>) -> Self {
        Self { paper, ..self }
    }

    /// Closes words; nothing if there are more than an entry takes.
    pub fn close(
        &self,
        place: Place,
        words: &str,
        rng: &mut dyn CryptoRng,
    ) -> Option<(ClosedWords, ClosedKey)> {
        self.close_bytes(place, words.as_bytes(), rng)
    }

    /// Closes the key of words anew, for all devices that this person has by now.
    pub fn close_key(
        &self,
        place: Place,
        key: &ClosedKey,
        rng: &mut dyn CryptoRng,
    ) -> Option<ClosedWords> {
        Some(self.close_bytes(place, key.secret().expose(), rng)?.0)
    }

    fn close_bytes(
        &self,
        place: Place,
        content: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Option<(ClosedWords, ClosedKey)> {
        let key = ClosedKey::random(rng);
        let room = padded(OVERHEAD + content.len()) - OVERHEAD;
        let sealed = seal_body(&key.body(&place.0), place.0.as_bytes(), (content, room), rng)?;
        let mut wraps = Vec::new();
        for to in &self.own {
            // A device with a key that is none opens what is published, as the partner does.
            if let Some(wrap) = hpke_seal(to, &info(place, to), key.secret().expose(), rng) {
                wraps.push((to.signing, wrap));
            }
        }
        let closed = ClosedWords { wraps, sealed };
        (closed.to_bytes().len() <= MAX_CLOSED).then_some((closed, key))
    }

    /// The key of words that a device of this person closed.
    #[must_use]
    pub fn key_of(&self, place: Place, words: &ClosedWords) -> Option<ClosedKey> {
        let open = |device: &DeviceSecret| {
            let mine = device.public();
            let (_, wrap) = words.wraps.iter().find(|(to, _)| *to == mine)?;
            ClosedKey::read(&hpke_open(device, &info(place, &device.keys()), wrap)?)
        };
        open(&self.device).or_else(|| self.paper.as_ref().and_then(open))
    }

    /// The key that was closed anew there.
    #[must_use]
    pub fn key_in(&self, place: Place, closed: &ClosedWords) -> Option<ClosedKey> {
        ClosedKey::read(&closed.open_bytes(place, &self.key_of(place, closed)?)?)
    }

    /// Whether some device of this person's can open none of these.
    #[must_use]
    pub fn leaves_out(&self, closed: &[&ClosedWords]) -> bool {
        let opens = |device: &DeviceKeys| {
            let mut wraps = closed.iter().flat_map(|words| &words.wraps);
            wraps.any(|(to, _)| *to == device.signing)
        };
        !self.own.iter().filter(|device| device.suite == SUITE_X25519).all(opens)
    }
}

impl ClosedWords {
    /// Out of the document; every phone takes the same for closed words.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_CLOSED {
            return None;
        }
        let words: Self = item::decode(bytes, "closed words").ok()?;
        let is_wrap = |(_, wrap): &(DeviceId, Vec<u8>)| wrap.len() == WRAP;
        let is_sealed = words.sealed.len() > OVERHEAD;
        let has_wraps = words.wraps.len() <= MAX_KEEPERS && words.wraps.iter().all(is_wrap);
        (is_sealed && has_wraps).then_some(words)
    }

    /// As they stand in the document.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        item::encode(self)
    }

    /// What their key is published under: it names these words and no others.
    #[must_use]
    pub fn name(&self) -> Hash {
        Hash::of(CLOSED_NAME, &[&self.to_bytes()])
    }

    /// The words, if that is their key.
    #[must_use]
    pub fn open(&self, place: Place, key: &ClosedKey) -> Option<String> {
        String::from_utf8(self.open_bytes(place, key)?.to_vec()).ok()
    }

    fn open_bytes(&self, place: Place, key: &ClosedKey) -> Option<Zeroizing<Vec<u8>>> {
        open_body(&key.body(&place.0), place.0.as_bytes(), &self.sealed).ok()
    }
}

impl fmt::Debug for ClosedWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClosedWords({} bytes)", self.sealed.len())
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keeper({:?}, one of {})", self.device, self.own.len())
    }
}

fn info(place: Place, to: &DeviceKeys) -> [u8; 32] {
    Hash::of(CLOSED_WRAP, &[place.0.as_bytes(), &to.signing.0, &to.wrapping, &[to.suite]]).0
}

/// An encapsulated key, and a sealed one.
const WRAP: usize = 32 + 32 + TAG;

const OVERHEAD: usize = NONCE_BYTES + COMMITMENT_BYTES + LENGTH + TAG;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_NOTE;
    use crate::testing::{device, rng};

    fn keeper(seed: u8, own: &[u8]) -> Keeper {
        Keeper::new(&device(seed), own.iter().map(|seed| device(*seed).keys()))
    }

    #[test]
    fn ones_own_devices_open_what_one_closed_and_nobody_else() {
        let place = Place::new("0/aaaa", "closed", Slot::First);
        let (closed, key) = keeper(1, &[1, 2]).close(place, "I do", &mut rng(1)).unwrap();
        let closed = ClosedWords::read(&closed.to_bytes()).unwrap();
        for own in [1, 2] {
            let found = keeper(own, &[1, 2]).key_of(place, &closed).unwrap();
            assert_eq!(closed.open(place, &found).unwrap(), "I do");
        }
        assert!(keeper(3, &[1, 2, 3]).key_of(place, &closed).is_none());
        let copied = Place::new("0/aaaa", "closed", Slot::Second);
        for elsewhere in [Place::new("0/bbbb", "closed", Slot::First), copied] {
            assert!(keeper(1, &[1]).key_of(elsewhere, &closed).is_none());
            assert!(closed.open(elsewhere, &key).is_none());
        }
        assert!(closed.open(place, &ClosedKey::random(&mut rng(2))).is_none());
    }

    #[test]
    fn short_answers_are_of_one_length_and_the_longest_note_can_be_closed() {
        let place = Place::new("0/aaaa", "closed", Slot::First);
        let all: Vec<u8> = (1..=30).collect();
        let close = |words: &str| keeper(1, &all).close(place, words, &mut rng(1)).unwrap().0;
        assert_eq!(close("no").to_bytes().len(), close("with all my heart").to_bytes().len());
        let longest = close(&"語".repeat(MAX_NOTE));
        assert!(ClosedWords::read(&longest.to_bytes()).is_some());
        assert_eq!(longest.wraps.len(), MAX_KEEPERS);
    }

    #[test]
    fn what_is_cut_or_too_large_is_no_closed_words() {
        let place = Place::new("0/aaaa", "closed", Slot::First);
        let bytes = keeper(1, &[1]).close(place, "yes", &mut rng(1)).unwrap().0.to_bytes();
        for cut in 0..bytes.len() {
            assert!(ClosedWords::read(&bytes[..cut]).is_none());
        }
        let sealed = vec![0; MAX_CLOSED];
        let large = ClosedWords { wraps: Vec::new(), sealed };
        assert!(ClosedWords::read(&large.to_bytes()).is_none());
        let wraps = vec![(DeviceId([1; 32]), vec![0; WRAP]); MAX_KEEPERS + 1];
        let many = ClosedWords { wraps, sealed: vec![0; 200] };
        assert!(ClosedWords::read(&many.to_bytes()).is_none());
    }
}
