//! What is shown, read through the owner's own connection.

use couplet_proto::hash::Hash;

use super::Owner;
use crate::error::Error;
use crate::store::{Cursor, EntryRow, Filter};

impl Owner {
    /// A hash of everything shared, and how many entries there are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn hash(&self) -> Result<(Hash, u64), Error> {
        Ok(self.tables().hash()?)
    }

    /// A page of the timeline, the newest first.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`], [`Error::Store`].
    pub fn timeline(
        &mut self,
        before: Option<&Cursor>,
        limit: u32,
        filter: &Filter,
    ) -> Result<Vec<EntryRow>, Error> {
        let me = self.me()?;
        Ok(self.tables().timeline(before, limit, filter, me)?)
    }
}
