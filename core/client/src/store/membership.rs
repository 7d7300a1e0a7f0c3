//! The membership log, its keys, the requests that wait, and what this device wants said.

use std::collections::BTreeMap;

use couplet_engine::keys::{EpochKey, Secret};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Epoch, InviteId};
use couplet_proto::item;
use couplet_proto::log::Log;
use couplet_proto::statement::Statement;
use rusqlite::params;
use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, Tables};

impl Tables<'_> {
    /// The membership log, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a stored statement does not stand.
    pub(crate) fn log(&self) -> Result<Option<Log>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT bytes FROM log ORDER BY position")?;
        let rows = select.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut statements = Vec::new();
        for bytes in rows {
            statements.push(Statement::read(bytes?).map_err(|_| StoreError::Damaged)?);
        }
        if statements.is_empty() {
            return Ok(None);
        }
        Log::replay(statements).map(Some).map_err(|_| StoreError::Damaged)
    }

    /// Leaves the log as a damaged disk might have.
    #[cfg(test)]
    pub(crate) fn spoil_log(&self) -> Result<(), StoreError> {
        self.0.execute("UPDATE log SET bytes = x'00'", [])?;
        Ok(())
    }

    /// Keeps the statements of this log from that index on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_log(&self, log: &Log, from: usize) -> Result<(), StoreError> {
        let mut insert =
            self.0.prepare_cached("INSERT INTO log (position, bytes) VALUES (?1, ?2)")?;
        for (position, statement) in log.statements().iter().enumerate().skip(from) {
            insert.execute(params![position as i64, statement.bytes()])?;
        }
        Ok(())
    }

    /// Forgets the statements from that index on, and all keys: another branch stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn cut_log(&self, from: usize) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM log WHERE position >= ?1", [from as i64])?;
        self.0.execute("DELETE FROM epochs", [])?;
        Ok(())
    }

    /// The keys of the epochs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keys(&self) -> Result<BTreeMap<Epoch, EpochKey>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT epoch, key FROM epochs")?;
        let rows = select.query_map([], |row| {
            let key = EpochKey::new(Secret::new(row.get(1)?));
            Ok((Epoch(row.get(0)?), key))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Keeps an epoch's key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_key(&self, epoch: Epoch, key: &EpochKey) -> Result<(), StoreError> {
        let mut insert =
            self.0.prepare_cached("INSERT OR IGNORE INTO epochs (epoch, key) VALUES (?1, ?2)")?;
        insert.execute(params![epoch.0, key.secret().expose()])?;
        Ok(())
    }

    /// The requests to join that wait, as received.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn requests(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT bytes FROM requests WHERE bytes <> x'' ORDER BY hash")?;
        let rows = select.query_map([], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Keeps a request to join.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_request(
        &self,
        hash: Hash,
        invite: InviteId,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT OR IGNORE INTO requests (hash, invite, bytes) VALUES (?1, ?2, ?3)",
        )?;
        insert.execute(params![hash.0, invite.0, bytes])?;
        Ok(())
    }

    /// Forgets what a request says, and remembers that it is not wanted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn deny_request(&self, request: Hash) -> Result<(), StoreError> {
        self.0.execute("UPDATE requests SET bytes = x'' WHERE hash = ?1", [request.0])?;
        Ok(())
    }

    /// Drops the requests whose invite is not among these.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_requests_without(&self, open: &[InviteId]) -> Result<(), StoreError> {
        let mut select = self.0.prepare_cached("SELECT DISTINCT invite FROM requests")?;
        let rows = select.query_map([], |row| row.get(0).map(InviteId))?;
        let all = rows.collect::<Result<Vec<InviteId>, _>>()?;
        for closed in all.iter().filter(|invite| !open.contains(invite)) {
            self.0.execute("DELETE FROM requests WHERE invite = ?1", [closed.0])?;
        }
        Ok(())
    }

    /// What this device wants said in the log, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn intents<T: Serialize + DeserializeOwned>(
        &self,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT id, intent FROM intents ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let mut intents = Vec::new();
        for row in rows {
            let (id, bytes) = row?;
            intents.push((id, item::decode(&bytes, "intent").map_err(|_| StoreError::Damaged)?));
        }
        Ok(intents)
    }

    /// Keeps what this device wants said.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_intent<T: Serialize>(&self, intent: &T) -> Result<(), StoreError> {
        self.0.execute("INSERT INTO intents (intent) VALUES (?1)", [item::encode(intent)])?;
        Ok(())
    }

    /// Forgets everything that this device wanted said.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn forget_intents(&self) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM intents", [])?;
        Ok(())
    }

    /// Forgets what has been said, or cannot be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_intent(&self, id: i64) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM intents WHERE id = ?1", [id])?;
        Ok(())
    }
}
