//! Checkpoints, for whoever does not wait until one is worth its bytes.

use couplet_proto::hash::Hash;

use super::Couplet;
use crate::error::Error;
use crate::owner::Owner;

impl Couplet {
    /// Makes a checkpoint of all that is here: its hash, or nothing while something that came waits
    /// for more. The relay is given it with the next exchange, and lets go of what it covers once a
    /// device of the partner has found the same in it. Devices make one by themselves from time to
    /// time.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`], [`Error::Store`].
    pub async fn checkpoint(&self) -> Result<Option<Hash>, Error> {
        let made = self.handle.call(Owner::checkpoint).await?;
        self.handle.written();
        Ok(made)
    }
}
