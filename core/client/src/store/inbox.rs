//! What other processes asked of the one that owns the store, in order, until it is done.

use couplet_proto::item;
use rusqlite::OptionalExtension;
use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, Tables};

impl Tables<'_> {
    /// Asks something of whoever owns the store.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn ask<T: Serialize>(&self, asked: &T) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached("INSERT INTO inbox (asked) VALUES (?1)")?;
        insert.execute([item::encode(asked)])?;
        Ok(())
    }

    /// What was asked first, and its place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn first_asked<T: Serialize + DeserializeOwned>(
        &self,
    ) -> Result<Option<(i64, T)>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT id, asked FROM inbox ORDER BY id LIMIT 1")?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
        let Some((id, bytes)) = select.query_row([], read).optional()? else { return Ok(None) };
        let asked = item::decode(&bytes, "request").map_err(|_| StoreError::Damaged)?;
        Ok(Some((id, asked)))
    }

    /// How much is asked and not done.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn asked_count(&self) -> Result<u64, StoreError> {
        let mut count = self.0.prepare_cached("SELECT count(*) FROM inbox")?;
        let count: i64 = count.query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// What was asked is done with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_asked(&self, id: i64) -> Result<(), StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM inbox WHERE id = ?1")?;
        delete.execute([id])?;
        Ok(())
    }
}
