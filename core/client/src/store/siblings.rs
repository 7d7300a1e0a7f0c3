//! Two envelopes in one place of a writer's chain: which is held, and which stands.

use couplet_proto::envelope::Sealed;
use couplet_proto::ids::WriterId;
use rusqlite::{OptionalExtension as _, params};

use super::envelopes::counter;
use super::{StoreError, Tables};

impl Tables<'_> {
    /// Whether another envelope than this one is held in its place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn has_sibling(&self, sealed: &Sealed) -> Result<bool, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT 1 FROM envelopes
             WHERE writer = ?1 AND counter = ?2 AND hash <> ?3 AND state <> 3",
        )?;
        let (header, hash) = (sealed.header(), sealed.hash());
        let at = counter(header.counter)?;
        Ok(select.exists(params![header.writer().0, at, hash.0])?)
    }

    /// Whether another branch of this writer stood here once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn stands_twice(&self, writer: WriterId) -> Result<bool, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT 1 FROM envelopes AS one WHERE writer = ?1 AND state = 3 AND NOT EXISTS (
                 SELECT 1 FROM carried WHERE carried.writer = one.writer
                 AND carried.counter = one.counter)",
        )?;
        Ok(select.exists([writer.0])?)
    }

    /// The envelope that stands there in its writer's chain, if it was read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn applied_envelope(
        &self,
        (writer, at): (WriterId, u64),
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM envelopes WHERE writer = ?1 AND counter = ?2 AND state = 0",
        )?;
        Ok(select.query_row(params![writer.0, counter(at)?], |row| row.get(0)).optional()?)
    }
}
