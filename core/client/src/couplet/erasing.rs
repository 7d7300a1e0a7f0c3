//! Words of one's own, erased for good.

use couplet_engine::document::EntryKey;

use super::Couplet;
use crate::error::{Error, input};
use crate::owner::Erased;

impl Couplet {
    /// Erases this person's words in an entry for good, as far as that can be done, and says how far
    /// that is; asked again, how far it has come. Until a device of the other person has agreed, which
    /// it does by itself, nothing is gone.
    ///
    /// # Errors
    /// [`Error::NothingToErase`], [`Error::Apart`], [`Error::Store`].
    pub async fn erase(&self, entry: &str) -> Result<Erased, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(input)?;
        let erased = self.handle.call(move |owner| owner.erase(&key)).await?;
        self.handle.written();
        Ok(erased)
    }
}
