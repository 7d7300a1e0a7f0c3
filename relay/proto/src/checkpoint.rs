//! Checkpoints: a notebook up to some place in every writer's chain, so that who comes later need
//! not read every envelope before, and a relay need not keep them.
//!
//! A checkpoint is a manifest and the sealed blobs that it names. The manifest is an item of kind
//! [`kind::CHECKPOINT`], critical, whose own bytes are
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 32 | notebook |
//! | 32 | 32 | device, whose key made the signature |
//! | 64 | .. | `postcard` of [`Contents`] |
//! | end - 64 | 64 | Ed25519 signature over the item's header and everything before |
//!
//! It is known by its hash. What it covers is clear, as a relay must know which envelopes it stands
//! for; what is in it only members can read ([`blob`]). That it is true is said by devices that
//! have read it, in the membership log ([`Attest`](crate::statement::Attest)).

pub mod blob;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::have::Tip;
use crate::ids::{DeviceId, Edition, Epoch, NotebookId, Volume, WriterId, WriterNonce};
use crate::item::{self, Item, Malformed, kind};
use crate::labels;
use crate::limits::{MAX_BLOB, MAX_BLOBS, MAX_COUNTER, MAX_MANIFEST, MAX_WRITERS};
use crate::sign::{self, BadSignature, SIGNATURE, Signature, Signer};
use blob::Blob;

const FIELDS: usize = 64;

/// A writer, by the device and the nonce that name it, and how far its chain is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Whose writer.
    pub device: DeviceId,
    /// Which of the device's.
    pub nonce: WriterNonce,
    /// The last envelope covered; [`Tip::START`] for a writer whose changes others carried.
    pub last: Tip,
}

/// A blob as a manifest names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobName {
    /// Its hash.
    pub hash: Hash,
    /// Which key generation it is sealed under.
    pub epoch: Epoch,
    /// Which document its changes are of.
    pub volume: Volume,
    /// Which rewriting of that document.
    pub edition: Edition,
    /// How many bytes it has.
    pub length: u32,
}

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The checkpoint before it, or zero.
    pub parent: Hash,
    /// Every writer whose changes are in it, in the order of device and nonce.
    pub cover: Vec<Covered>,
    /// All blobs, those of its parent that did not change again among them, in order of their hashes.
    pub blobs: Vec<BlobName>,
}

/// A manifest that the device it names signed. Whether it is true is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    notebook: NotebookId,
    device: DeviceId,
    contents: Contents,
    hash: Hash,
    bytes: Vec<u8>,
}

/// Why bytes are no manifest and no blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPiece {
    /// They cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its device did not sign it.
    #[error(transparent)]
    Forged(#[from] BadSignature),
}

/// One of the pieces that a checkpoint consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What it covers, and what its blobs are.
    Manifest(Manifest),
    /// Changes, sealed.
    Blob(Blob),
}

impl Covered {
    /// The writer.
    #[must_use]
    pub fn writer(&self, notebook: NotebookId) -> WriterId {
        WriterId::derive(notebook, self.device, self.nonce)
    }

    fn is_well_formed(&self) -> bool {
        (self.last.counter == 0) == (self.last.hash == Hash::ZERO)
            && self.last.counter <= MAX_COUNTER
    }
}

impl Contents {
    fn is_well_formed(&self) -> bool {
        let in_order = self.cover.is_sorted_by(|a, b| (a.device, a.nonce) < (b.device, b.nonce));
        let has_order = self.blobs.is_sorted_by(|a, b| a.hash < b.hash);
        let fits = |blob: &BlobName| usize::try_from(blob.length).is_ok_and(|it| it <= MAX_BLOB);
        self.cover.len() <= MAX_WRITERS
            && self.blobs.len() <= MAX_BLOBS
            && in_order
            && has_order
            && self.cover.iter().all(Covered::is_well_formed)
            && self.blobs.iter().all(fits)
    }
}

impl Manifest {
    /// Makes and signs a manifest; nothing if the contents are not in order or too many.
    #[must_use]
    pub fn sign(notebook: NotebookId, contents: Contents, signer: &dyn Signer) -> Option<Self> {
        let mut own = notebook.0.as_bytes().to_vec();
        own.extend_from_slice(&signer.public().0);
        own.extend_from_slice(&item::encode(&contents));
        own.extend_from_slice(&[0; SIGNATURE]);
        if !contents.is_well_formed() || own.len() > MAX_MANIFEST - item::HEADER {
            return None;
        }
        let mut bytes = Item::new(kind::CHECKPOINT, true, &own).to_bytes();
        bytes.truncate(bytes.len() - SIGNATURE);
        let signature = sign::sign(signer, labels::CHECKPOINT_SIGNATURE, &bytes);
        bytes.extend_from_slice(&signature.0);
        let hash = Hash::of(labels::CHECKPOINT_HASH, &[&bytes]);
        Some(Self { notebook, device: signer.public(), contents, hash, bytes })
    }

    /// Reads a manifest and checks its signature.
    ///
    /// # Errors
    /// [`NotAPiece`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, NotAPiece> {
        let malformed = Malformed("checkpoint");
        let item = Item::read_whole(&bytes, MAX_MANIFEST - item::HEADER)?;
        let own = item.expect(kind::CHECKPOINT, "checkpoint")?;
        let (own, _) = own.split_last_chunk::<SIGNATURE>().ok_or(malformed)?;
        let (notebook, rest) = own.split_first_chunk::<32>().ok_or(malformed)?;
        let (device, contents) = rest.split_first_chunk::<32>().ok_or(malformed)?;
        let (notebook, device) = (NotebookId(Hash(*notebook)), DeviceId(*device));
        let contents: Contents = item::decode(contents, "checkpoint")?;
        if !item.critical || !contents.is_well_formed() {
            return Err(malformed.into());
        }
        let (signed, signature) = bytes.split_last_chunk::<SIGNATURE>().ok_or(malformed)?;
        let signature = Signature(*signature);
        sign::verify(device, labels::CHECKPOINT_SIGNATURE, signed, &signature)?;
        let hash = Hash::of(labels::CHECKPOINT_HASH, &[&bytes]);
        Ok(Self { notebook, device, contents, hash, bytes })
    }

    /// Whose notebook it is of.
    #[must_use]
    pub const fn notebook(&self) -> NotebookId {
        self.notebook
    }

    /// Who made it.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// What it says.
    #[must_use]
    pub const fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Its hash, by which the checkpoint is known.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// All of it, as sent and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The writers whose chains it covers, each with its device and the last envelope covered.
    pub fn chains(&self) -> impl Iterator<Item = (WriterId, DeviceId, Tip)> + '_ {
        let covered = self.contents.cover.iter().filter(|covered| covered.last != Tip::START);
        covered.map(|it| (it.writer(self.notebook), it.device, it.last))
    }
}

impl Piece {
    /// Reads a piece.
    ///
    /// # Errors
    /// [`NotAPiece`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, NotAPiece> {
        let (header, _) = item::Header::read(&bytes)?;
        match header.kind {
            kind::CHECKPOINT => Manifest::read(bytes).map(Self::Manifest),
            _ => Ok(Self::Blob(Blob::read(bytes)?)),
        }
    }

    /// The hash by which it is known.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        match self {
            Self::Manifest(manifest) => manifest.hash(),
            Self::Blob(blob) => blob.hash(),
        }
    }
}

const _: () = assert!(FIELDS + SIGNATURE + item::HEADER < MAX_MANIFEST);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Key;

    fn contents() -> Contents {
        let covered = |seed: u8, counter: u64| Covered {
            device: DeviceId([seed; 32]),
            nonce: WriterNonce([seed; 16]),
            last: Tip { counter, hash: Hash([if counter == 0 { 0 } else { seed }; 32]) },
        };
        let blob = |seed: u8| BlobName {
            hash: Hash([seed; 32]),
            epoch: Epoch(1),
            volume: Volume(0),
            edition: Edition(0),
            length: 512,
        };
        let (cover, blobs) = (vec![covered(1, 7), covered(2, 0)], vec![blob(3), blob(4)]);
        Contents { parent: Hash::ZERO, cover, blobs }
    }

    #[test]
    fn a_manifest_reads_back_and_nothing_near_it_does() {
        let manifest = Manifest::sign(NotebookId(Hash([9; 32])), contents(), &Key::new(1)).unwrap();
        assert_eq!(Manifest::read(manifest.bytes().to_vec()).as_ref(), Ok(&manifest));
        for bit in 0..manifest.bytes().len() * 8 {
            let mut bytes = manifest.bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Manifest::read(bytes).is_err(), "bit {bit} may be flipped");
        }
        for cut in 0..manifest.bytes().len() {
            assert!(Manifest::read(manifest.bytes()[..cut].to_vec()).is_err());
        }
        assert_eq!(manifest.chains().count(), 1, "a carried writer has no chain");
    }

    #[test]
    fn what_is_out_of_order_is_not_made() {
        let refused = |change: fn(&mut Contents)| {
            let mut contents = contents();
            change(&mut contents);
            Manifest::sign(NotebookId(Hash([9; 32])), contents, &Key::new(1)).is_none()
        };
        assert!(refused(|contents| contents.cover.reverse()));
        assert!(refused(|contents| contents.blobs[1] = contents.blobs[0]));
        assert!(refused(|contents| contents.cover[0].last.counter = 0));
        assert!(refused(|contents| contents.blobs[0].length = u32::MAX));
    }
}
