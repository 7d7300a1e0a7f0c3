//! Two envelopes in one place of a writer's chain: which is held, and which stands.

use std::collections::BTreeSet;

use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Volume, WriterId};
use rusqlite::{OptionalExtension as _, Row, params};

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
             WHERE writer = ?1 AND counter = ?2 AND hash <> ?3 AND state NOT IN (2, 3)",
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

    /// The envelopes of a writer's other branches, in order, that this device carries nowhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn superseded(&self, writer: WriterId) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM envelopes AS one WHERE writer = ?1 AND state = 3 AND NOT EXISTS (
                 SELECT 1 FROM carried WHERE carried.writer = one.writer
                 AND carried.counter = one.counter) ORDER BY counter",
        )?;
        let rows = select.query_map([writer.0], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// An envelope of another branch of its writer is to be carried by this device.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn carry_superseded(&self, sealed: &Sealed) -> Result<(), StoreError> {
        let mut update = self.0.prepare_cached(
            "UPDATE envelopes SET state = 2
             WHERE writer = ?1 AND counter = ?2 AND hash = ?3 AND state = 3",
        )?;
        let header = sealed.header();
        let (writer, at) = (header.writer(), counter(header.counter)?);
        update.execute(params![writer.0, at, sealed.hash().0])?;
        Ok(())
    }

    /// Whether that change is here, and nobody is known to have it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn is_unsealed(&self, hash: Hash) -> Result<bool, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT 1 FROM changes WHERE hash = ?1 AND counter IS NULL")?;
        Ok(select.exists([hash.0])?)
    }

    /// The volumes in which a change waits that is of one of these writers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn waited_for_in(
        &self,
        writers: &[WriterId],
    ) -> Result<BTreeSet<(Volume, Edition)>, StoreError> {
        let mut select = self
            .0
            .prepare_cached("SELECT DISTINCT volume, edition FROM waiting WHERE writer = ?1")?;
        let mut places = BTreeSet::new();
        for writer in writers {
            let read = |row: &Row<'_>| Ok((Volume(row.get(0)?), Edition(row.get(1)?)));
            for place in select.query_map([writer.0], read)? {
                places.insert(place?);
            }
        }
        Ok(places)
    }

    /// Whether that change is set aside and stands nowhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn is_set_aside(&self, hash: Hash) -> Result<bool, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT 1 FROM quarantine WHERE hash = ?1
             AND NOT EXISTS (SELECT 1 FROM changes WHERE changes.hash = quarantine.hash)",
        )?;
        Ok(select.exists([hash.0])?)
    }

    /// Whether that change is set aside and stands nowhere, and is this writer's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn is_set_aside_of(&self, writer: WriterId, hash: Hash) -> Result<bool, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT 1 FROM quarantine WHERE hash = ?1 AND writer = ?2")?;
        Ok(select.exists(params![hash.0, writer.0])? && self.is_set_aside(hash)?)
    }

    /// A change that was set aside stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn stands_again(&self, hash: Hash) -> Result<(), StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM quarantine WHERE hash = ?1")?;
        delete.execute([hash.0])?;
        Ok(())
    }
}
