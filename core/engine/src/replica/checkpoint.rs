//! Blobs of checkpoints, sealed and opened with the keys that this device was given.

use couplet_proto::checkpoint::blob::{Blob, BlobHeader};
use couplet_proto::envelope::SCHEME;
use couplet_proto::have::WriterHave;
use couplet_proto::ids::{Edition, Volume, WriterId};
use rand_core::CryptoRng;

use super::{CannotSeal, Replica, Wait};
use crate::checkpoint::{self, NotABlob};
use crate::document::Change;
use crate::seal;

impl Replica {
    /// Seals as many of the first of a volume's changes as go into one blob; how many they were.
    ///
    /// # Errors
    /// [`CannotSeal`].
    pub fn seal_blob(
        &self,
        volume: Volume,
        edition: Edition,
        changes: &[Change],
        rng: &mut dyn CryptoRng,
    ) -> Result<(Blob, usize), CannotSeal> {
        if !self.is_member() {
            return Err(CannotSeal::NotAMember);
        }
        if self.log.owes_rotation() {
            return Err(CannotSeal::KeyIsOver);
        }
        let (notebook, epoch) = (self.log.id(), self.log.epoch());
        let key = self.key_for(epoch, volume).ok_or(CannotSeal::NoKey)?;
        let header = BlobHeader { scheme: SCHEME, notebook, epoch, volume, edition };
        let mut count = checkpoint::fill(changes);
        loop {
            let content = checkpoint::to_content(changes.get(..count).unwrap_or(changes));
            match seal::seal_blob(header, &content, &key, rng) {
                Err(error) if count <= 1 => return Err(error.into()),
                Err(_) => count /= 2,
                Ok(blob) => return Ok((blob, count)),
            }
        }
    }

    /// The changes in a blob; nothing, if it is of what was written before this person came, and
    /// is not for them.
    ///
    /// # Errors
    /// [`Wait`].
    pub fn open_blob(&self, blob: &Blob) -> Result<Option<Vec<Change>>, Wait> {
        let BlobHeader { scheme, notebook, epoch, volume, .. } = *blob.header();
        if notebook != self.log.id() {
            return Err(Wait::Unreadable);
        }
        if scheme != SCHEME {
            return Err(Wait::ForUpdate);
        }
        let Some(key) = self.key_for(epoch, volume) else {
            let is_closed = self.log.is_closed_to(self.slot(), epoch, volume);
            return if is_closed { Ok(None) } else { Err(Wait::ForKey) };
        };
        let content = seal::open_blob(blob, &key).map_err(|_| Wait::Unreadable)?;
        match checkpoint::read(&content) {
            Ok(changes) => Ok(Some(changes)),
            Err(NotABlob::TooNew) => Err(Wait::ForUpdate),
            Err(NotABlob::Malformed(_) | NotABlob::Change(_)) => Err(Wait::Unreadable),
        }
    }

    /// A checkpoint covers the beginning of a writer's chain.
    pub fn rebase_chain(&mut self, writer: WriterId, have: WriterHave) {
        self.have.set(writer, have);
    }
}
