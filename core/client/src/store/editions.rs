//! Editions of volumes: which one is here, and letting go of those before it.

use std::collections::BTreeSet;

use couplet_engine::document::Change;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Slot, Volume, WriterId};
use rusqlite::params;

use super::envelopes::counter;
use super::{Store, StoreError, Tables};

/// A change of an edition, and the envelope that it is in, if it was sealed.
pub(crate) type Sealing = (Change, Option<u64>);

impl Store {
    /// Writes the whole file anew, so that nothing is left in it of what was deleted, and empties the
    /// log beside it. Says whether that is done: not while another process reads.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn wipe(&mut self) -> Result<bool, StoreError> {
        self.connection.flush_prepared_statement_cache();
        self.connection.execute_batch("VACUUM;")?;
        let pragma = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: i64 = self.connection.query_row(pragma, [], |row| row.get(0))?;
        Ok(is_busy == 0)
    }
}

impl Tables<'_> {
    /// The edition of a volume that is here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn edition(&self, volume: Volume) -> Result<Edition, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT max(edition) FROM changes WHERE volume = ?1")?;
        let found: Option<u32> = select.query_row([volume.0], |row| row.get(0))?;
        Ok(Edition(found.unwrap_or(0)))
    }

    /// The changes of an edition in the order in which they were applied.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn changes_of(
        &self,
        (volume, edition): (Volume, Edition),
    ) -> Result<Vec<Sealing>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes, counter FROM changes WHERE volume = ?1 AND edition = ?2 ORDER BY id",
        )?;
        let rows = select.query_map(params![volume.0, edition.0], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        let mut changes = Vec::new();
        for row in rows {
            let (bytes, at) = row?;
            let change = Change::parse(bytes).map_err(|_| StoreError::Damaged)?;
            changes.push((change, at.and_then(|at| u64::try_from(at).ok())));
        }
        Ok(changes)
    }

    /// The hashes of a volume's changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn hashes_of(&self, volume: Volume) -> Result<BTreeSet<Hash>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT hash FROM changes WHERE volume = ?1")?;
        let rows = select.query_map([volume.0], |row| row.get(0).map(Hash))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Lets go of a volume's editions before this one, with all that waits for them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_editions_before(
        &self,
        (volume, edition): (Volume, Edition),
    ) -> Result<(), StoreError> {
        for delete in [
            "DELETE FROM changes WHERE volume = ?1 AND edition < ?2",
            "DELETE FROM snapshots WHERE volume = ?1 AND edition < ?2",
            "DELETE FROM waiting WHERE volume = ?1 AND edition < ?2",
        ] {
            self.0.execute(delete, params![volume.0, edition.0])?;
        }
        let update = "UPDATE entries SET own_change = NULL WHERE volume = ?1";
        self.0.execute(update, [volume.0])?;
        Ok(())
    }

    /// Lets go of a writer's envelopes up to there, with what they carry.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_covered(&self, writer: WriterId, last: u64) -> Result<(), StoreError> {
        let place = params![writer.0, counter(last)?];
        self.0.execute(
            "DELETE FROM envelopes WHERE EXISTS (
                 SELECT 1 FROM carried WHERE carried.writer = envelopes.writer
                 AND carried.counter = envelopes.counter
                 AND carried.by_writer = ?1 AND carried.by_counter <= ?2)",
            place,
        )?;
        let carried = "DELETE FROM carried WHERE by_writer = ?1 AND by_counter <= ?2";
        self.0.execute(carried, place)?;
        let covered = "DELETE FROM envelopes WHERE writer = ?1 AND counter <= ?2";
        self.0.execute(covered, place)?;
        Ok(())
    }

    /// Lets go of what was set aside of that person's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_quarantined(&self, of: Slot) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM quarantine WHERE slot = ?1", [of.index()])?;
        Ok(())
    }

    /// Lets go of the drafts of an entry's words.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_drafts_of(&self, entry: &str) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM drafts WHERE entry = ?1", [entry])?;
        Ok(())
    }
}
