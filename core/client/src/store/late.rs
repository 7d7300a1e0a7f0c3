//! What a device wrote, up to where it was taken out, and past that.

use couplet_engine::document::Change;
use couplet_proto::envelope::Envelope;
use couplet_proto::have::{Tip, WriterHave};
use couplet_proto::ids::{DeviceId, WriterId, WriterNonce};
use couplet_proto::item;
use couplet_proto::statement::Watermark;
use rusqlite::{OptionalExtension, params};

use super::envelopes::{State, counter};
use super::{StoreError, Tables};

/// One of a device's writers, and what is held of it.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) nonce: WriterNonce,
    pub(crate) writer: WriterId,
    pub(crate) have: WriterHave,
}

/// A chain of which less stands than is held.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) writer: WriterId,
    /// The last counter that stands.
    pub(crate) end: u64,
    /// What is held of that.
    pub(crate) left: WriterHave,
}

impl Tables<'_> {
    /// The chains of that device's writers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn chains_of(&self, device: DeviceId) -> Result<Vec<Chain>, StoreError> {
        let mut first = self.0.prepare_cached(
            "SELECT bytes FROM envelopes WHERE writer = ?1 AND state <> 3
             ORDER BY counter LIMIT 1",
        )?;
        let mut chains = Vec::new();
        for (writer, have) in self.have()?.iter() {
            let bytes: Option<Vec<u8>> =
                first.query_row([writer.0], |row| row.get(0)).optional()?;
            let header = bytes.and_then(|bytes| Envelope::peek(&bytes));
            if let Some(header) = header.filter(|header| header.device == device) {
                chains.push(Chain { nonce: header.nonce, writer, have: have.clone() });
            }
        }
        Ok(chains)
    }

    /// Where the chains of that device's writers end, as far as they are held without a hole.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn watermarks(&self, device: DeviceId) -> Result<Vec<Watermark>, StoreError> {
        let chains = self.chains_of(device)?.into_iter();
        let marks = chains.map(|chain| Watermark { nonce: chain.nonce, last: chain.have.tip });
        Ok(marks.filter(|mark| mark.last != Tip::START).collect())
    }

    /// Of a writer less stands than is held: what is past it is late, and its changes stand no
    /// more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn cut_chain(&self, cut: &Cut) -> Result<(), StoreError> {
        let (writer, end) = (cut.writer.0, counter(cut.end)?);
        self.0.execute(
            "UPDATE envelopes SET state = ?3 WHERE writer = ?1 AND counter > ?2 AND state <> 3",
            params![writer, end, State::Late.number()],
        )?;
        self.0.execute(
            "UPDATE changes SET counter = NULL WHERE writer = ?1 AND counter > ?2",
            params![writer, end],
        )?;
        self.0.execute(
            "DELETE FROM waiting WHERE writer = ?1 AND counter > ?2",
            params![writer, end],
        )?;
        self.0.execute(
            "UPDATE chains SET have = ?2, seen = min(seen, ?3) WHERE writer = ?1",
            params![writer, item::encode(&cut.left), end],
        )?;
        self.0.execute("DELETE FROM relay_chains WHERE writer = ?1", [writer])?;
        Ok(())
    }

    /// The late envelopes, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn late_envelopes(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM envelopes WHERE state = 4 ORDER BY writer, counter",
        )?;
        let rows = select.query_map([], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// A late envelope is to be carried by this device, or is let go of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn settle_late(
        &self,
        (writer, at): (WriterId, u64),
        is_kept: bool,
    ) -> Result<(), StoreError> {
        let state = if is_kept { State::ToCarry } else { State::Superseded };
        self.0.execute(
            "UPDATE envelopes SET state = ?3 WHERE writer = ?1 AND counter = ?2 AND state = 4",
            params![writer.0, counter(at)?, state.number()],
        )?;
        Ok(())
    }

    /// The device and the counter of the envelope that a change was sealed in, if it stands in one
    /// while late words wait here: it was written knowing them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn waits_for_late(
        &self,
        change: &Change,
    ) -> Result<Option<(DeviceId, u64)>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT envelopes.counter, envelopes.bytes FROM changes
             JOIN envelopes USING (writer, counter)
             WHERE changes.hash = ?1 AND envelopes.state = 0
             AND EXISTS (SELECT 1 FROM envelopes WHERE state = 4)",
        )?;
        let found: Option<(i64, Vec<u8>)> =
            select.query_row([change.hash().0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((at, bytes)) = found else { return Ok(None) };
        let at = u64::try_from(at).map_err(|_| StoreError::Damaged)?;
        Ok(Envelope::peek(&bytes).map(|header| (header.device, at)))
    }

    /// The changes that no phone applies: whose, and why.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn quarantined(&self) -> Result<Vec<(u8, String)>, StoreError> {
        let mut select = self
            .0
            .prepare_cached("SELECT slot, reason FROM quarantine ORDER BY writer, counter")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
