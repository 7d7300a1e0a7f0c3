//! Checkpoints, their blobs, and who the writers are whose changes are in them.

use std::collections::BTreeSet;

use couplet_proto::checkpoint::Manifest;
use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::hash::Hash;
use couplet_proto::have::Tip;
use couplet_proto::ids::{DeviceId, WriterId, WriterNonce};
use rusqlite::{OptionalExtension, params};

use super::envelopes::counter;
use super::{Meta, StoreError, Tables};

impl Tables<'_> {
    /// A writer is that device's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_actor(
        &self,
        writer: WriterId,
        (device, nonce): (DeviceId, WriterNonce),
    ) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT OR IGNORE INTO actors (writer, device, nonce) VALUES (?1, ?2, ?3)",
        )?;
        insert.execute(params![writer.0, device.0, nonce.0])?;
        Ok(())
    }

    /// Whose a writer is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn actor(
        &self,
        writer: WriterId,
    ) -> Result<Option<(DeviceId, WriterNonce)>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT device, nonce FROM actors WHERE writer = ?1")?;
        let read = |row: &rusqlite::Row<'_>| Ok((DeviceId(row.get(0)?), WriterNonce(row.get(1)?)));
        Ok(select.query_row([writer.0], read).optional()?)
    }

    /// The device that writes as this writer, if anything of it has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn device_of(&self, writer: WriterId) -> Result<Option<DeviceId>, StoreError> {
        Ok(self.actor(writer)?.map(|(device, _)| device))
    }

    /// The hashes of the changes that stand and were sealed, as far as is known, with their writers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn sealed_changes(&self) -> Result<Vec<(Hash, WriterId)>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT hash, writer FROM changes WHERE counter IS NOT NULL")?;
        let rows = select.query_map([], |row| Ok((Hash(row.get(0)?), WriterId(row.get(1)?))))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Whether anything received could not be applied so far, or anything written here waits for
    /// more than to be sealed as this writer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn is_anything_open(&self, writer: WriterId) -> Result<bool, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM waiting)
                 OR EXISTS (SELECT 1 FROM envelopes WHERE state <> 0 AND state IN (1, 2, 4))
                 OR EXISTS (SELECT 1 FROM changes WHERE counter IS NULL AND writer <> ?1)",
        )?;
        Ok(select.query_row([writer.0], |row| row.get(0))?)
    }

    /// Whether that envelope is what stands in its place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn stands(&self, writer: WriterId, at: Tip) -> Result<bool, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT 1 FROM envelopes
             WHERE writer = ?1 AND counter = ?2 AND hash = ?3 AND state IN (0, 1)",
        )?;
        Ok(select.exists(params![writer.0, counter(at.counter)?, at.hash.0])?)
    }

    /// Keeps a manifest; `is_sound` says that this device has made it, taken it over or found it to
    /// be true.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_checkpoint(
        &self,
        manifest: &Manifest,
        is_sound: bool,
    ) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO checkpoints (hash, is_sound, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (hash) DO UPDATE SET is_sound = is_sound OR excluded.is_sound",
        )?;
        insert.execute(params![manifest.hash().0, is_sound, manifest.bytes()])?;
        Ok(())
    }

    /// Keeps a blob.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_blob(&self, blob: &Blob) -> Result<(), StoreError> {
        let mut insert =
            self.0.prepare_cached("INSERT OR IGNORE INTO blobs (hash, bytes) VALUES (?1, ?2)")?;
        insert.execute(params![blob.hash().0, blob.bytes()])?;
        Ok(())
    }

    /// All manifests, the oldest first, and whether this device knows them to be true.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn checkpoints(&self) -> Result<Vec<(Manifest, bool)>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT bytes, is_sound FROM checkpoints ORDER BY place")?;
        let rows = select.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
        let mut found = Vec::new();
        for row in rows {
            let (bytes, is_sound) = row?;
            found.push((Manifest::read(bytes).map_err(|_| StoreError::Damaged)?, is_sound));
        }
        Ok(found)
    }

    /// A blob, if it is here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn blob(&self, hash: Hash) -> Result<Option<Blob>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT bytes FROM blobs WHERE hash = ?1")?;
        let bytes: Option<Vec<u8>> = select.query_row([hash.0], |row| row.get(0)).optional()?;
        bytes.map(|bytes| Blob::read(bytes).map_err(|_| StoreError::Damaged)).transpose()
    }

    /// The blobs that a manifest names and that are not here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn lacking(&self, manifest: &Manifest) -> Result<Vec<Hash>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT 1 FROM blobs WHERE hash = ?1")?;
        let mut lacking = Vec::new();
        for name in &manifest.contents().blobs {
            if !select.exists([name.hash.0])? {
                lacking.push(name.hash);
            }
        }
        Ok(lacking)
    }

    /// These checkpoints are nothing any more. If one stands for what is not held here, what is held
    /// begins beyond a hole.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_checkpoints(&self, gone: &[Hash]) -> Result<(), StoreError> {
        let mut stay: Vec<Hash> = self.checkpoints()?.iter().map(|(it, _)| it.hash()).collect();
        stay.retain(|hash| !gone.contains(hash));
        self.keep_only(&stay)?;
        if !self.get::<Hash>(Meta::Base)?.is_some_and(|base| gone.contains(&base)) {
            return Ok(());
        }
        self.clear(Meta::Base)?;
        for (writer, have) in self.have()?.iter().filter(|(_, have)| have.base != Tip::START) {
            self.keep_chain(writer, &have.clone().without_base())?;
        }
        Ok(())
    }

    /// Lets go of all checkpoints but these, and of the blobs that none of them names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_only(&self, stay: &[Hash]) -> Result<(), StoreError> {
        let mut named = BTreeSet::new();
        for (manifest, _) in self.checkpoints()? {
            if stay.contains(&manifest.hash()) {
                named.extend(manifest.contents().blobs.iter().map(|name| name.hash));
            } else {
                let delete = "DELETE FROM checkpoints WHERE hash = ?1";
                self.0.execute(delete, [manifest.hash().0])?;
            }
        }
        let mut select = self.0.prepare_cached("SELECT hash FROM blobs")?;
        let all = select.query_map([], |row| row.get(0).map(Hash))?;
        for hash in all.collect::<Result<Vec<_>, _>>()? {
            if !named.contains(&hash) {
                self.0.execute("DELETE FROM blobs WHERE hash = ?1", [hash.0])?;
            }
        }
        Ok(())
    }
}
