//! What is said of paper devices: the recovery kits from whose words a device of a person can be
//! made again (protocol rule 26).
//!
//! A kit stands in the log with everything that its words need: the device's public keys, a record
//! that only the words open, and a hash of what the words ask a relay for. So whoever feeds a log
//! to a relay feeds it the kits too, and nobody who reads a log can ask in the words' place.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::body::{DeviceKeys, Rotate};
use super::{LogHead, NotebookId};
use crate::hash::Hash;
use crate::ids::{DeviceId, Slot};
use crate::item;
use crate::labels;
use crate::sign::{self, Signature, Signer};

/// What words ask a relay for: derived from them, and known to nobody who does not have them until
/// they are used.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locator(pub [u8; 32]);

/// A paper device, as it comes into a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kit {
    /// Its public keys.
    pub keys: DeviceKeys,
    /// The hash of its locator.
    pub lookup: Hash,
    /// What the words need beside themselves, sealed under them, at most
    /// [`MAX_RECOVERY_RECORD`](crate::limits::MAX_RECOVERY_RECORD) bytes.
    pub record: Vec<u8>,
    /// The paper device's signature over all this, the notebook and the slot.
    pub proof: Signature,
}

/// The signer's person has this recovery kit, and no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The kit; nothing, if they have none from here on.
    pub kit: Option<Kit>,
    /// When notice had been given for long enough, seconds since 1970, where a kit is replaced that
    /// does not say so itself.
    pub due: Option<u64>,
    /// The epoch that the kit before cannot read.
    pub rotate: Rotate,
}

/// Words are used: signed by the paper device, which lets in a new device of its person and, in
/// the same breath, makes way for another kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recover {
    /// The new device.
    pub device: DeviceKeys,
    /// The new device's signature over its keys, the notebook, the slot and the place in the log.
    pub proof: Signature,
    /// The device's name, sealed for all members; empty, if it has none.
    pub name: Vec<u8>,
    /// The kit from here on: words are used once.
    pub kit: Kit,
    /// The epoch that the used words cannot read.
    pub rotate: Rotate,
}

/// Notice is given to a paper device, or taken back by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which paper device.
    pub paper: DeviceId,
    /// When it was given, seconds since 1970; nothing, if it is taken back, and any warning with it.
    pub given: Option<u64>,
}

/// The other person, who has lost everything, is to be let in again: said to their paper device first,
/// whose words take it back as they take back notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warn {
    /// Which paper device.
    pub paper: DeviceId,
    /// When it was said, seconds since 1970.
    pub given: u64,
}

impl Locator {
    /// What stands in the log of it.
    #[must_use]
    pub fn lookup(&self) -> Hash {
        Hash::of(labels::RECOVERY_LOOKUP, &[&self.0])
    }
}

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locator(..)")
    }
}

impl Kit {
    /// The kit of that paper device, for that person of that notebook.
    #[must_use]
    pub fn sign(
        (notebook, slot): (NotebookId, Slot),
        keys: DeviceKeys,
        lookup: Hash,
        record: Vec<u8>,
        paper: &dyn Signer,
    ) -> Self {
        let signed = kit_bytes((notebook, slot), &keys, lookup, &record);
        let proof = sign::sign(paper, labels::KIT_SIGNATURE, &signed);
        Self { keys, lookup, record, proof }
    }

    /// Whether the paper device signed it for that person of that notebook.
    #[must_use]
    pub fn is_signed_for(&self, notebook: NotebookId, slot: Slot) -> bool {
        let signed = kit_bytes((notebook, slot), &self.keys, self.lookup, &self.record);
        sign::verify(self.keys.signing, labels::KIT_SIGNATURE, &signed, &self.proof).is_ok()
    }
}

impl Recover {
    /// A new device's proof that its keys are its own.
    #[must_use]
    pub fn prove(place: Place, keys: &DeviceKeys, device: &dyn Signer) -> Signature {
        sign::sign(device, labels::RECOVERED_DEVICE_SIGNATURE, &place.with(keys))
    }

    /// Whether the new device signed its keys for that place.
    #[must_use]
    pub fn is_proved_for(&self, place: Place) -> bool {
        let (signed, label) = (place.with(&self.device), labels::RECOVERED_DEVICE_SIGNATURE);
        sign::verify(self.device.signing, label, &signed, &self.proof).is_ok()
    }
}

/// Where a device comes in.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The notebook.
    pub notebook: NotebookId,
    /// Whose device it will be.
    pub slot: Slot,
    /// The log before.
    pub after: LogHead,
}

impl Place {
    fn with(self, keys: &DeviceKeys) -> Vec<u8> {
        item::encode(&(self.notebook, self.slot, self.after, keys))
    }
}

fn kit_bytes(
    place: (NotebookId, Slot),
    keys: &DeviceKeys,
    lookup: Hash,
    record: &Vec<u8>,
) -> Vec<u8> {
    item::encode(&(place, keys, lookup, record))
}
