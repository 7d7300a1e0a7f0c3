//! Sealed envelopes, and what is held of every writer's chain, here and at the relay.

use std::ops::RangeInclusive;

use couplet_engine::seen::SeenVector;
use couplet_proto::envelope::{Envelope, Header, Sealed};
use couplet_proto::have::{Have, Range, Tip, WriterHave};
use couplet_proto::ids::{Slot, WriterId};
use couplet_proto::item;
use rusqlite::{OptionalExtension, params};

use super::{StoreError, Tables};

/// Bytes of envelopes read at a time, of those that could not be read before: a hostile partner may
/// have sent any number of the largest.
const MAX_KEPT: usize = 8 * 1024 * 1024;

/// How far a stored envelope has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its changes are in their volume, or wait by themselves.
    Applied,
    /// It cannot be read so far.
    Kept,
    /// It cannot be sent as its writer's, and waits to be carried by another.
    ToCarry,
    /// Another branch of its writer stands in its place; kept as evidence, never sent.
    Superseded,
    /// Its device was taken out before this was known of it; it waits to be kept or discarded.
    Late,
}

impl State {
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Applied => 0,
            Self::Kept => 1,
            Self::ToCarry => 2,
            Self::Superseded => 3,
            Self::Late => 4,
        }
    }
}

impl Tables<'_> {
    /// Keeps an envelope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_envelope(&self, sealed: &Sealed, state: State) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO envelopes (writer, counter, hash, state, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (writer, counter, hash) DO UPDATE SET state = excluded.state",
        )?;
        let header = sealed.header();
        let (writer, counter) = (header.writer(), counter(header.counter)?);
        insert.execute(params![
            writer.0,
            counter,
            sealed.hash().0,
            state.number(),
            sealed.bytes()
        ])?;
        self.keep_actor(writer, (header.device, header.nonce))
    }

    /// Marks an envelope as read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn envelope_applied(&self, sealed: &Sealed) -> Result<(), StoreError> {
        let hash = sealed.hash();
        let (writer, at) = (sealed.header().writer(), counter(sealed.header().counter)?);
        let mut update = self.0.prepare_cached(
            "UPDATE envelopes SET state = 0 WHERE writer = ?1 AND counter = ?2 AND hash = ?3",
        )?;
        update.execute(params![writer.0, at, hash.0])?;
        Ok(())
    }

    /// The envelopes that could not be read so far, behind this place in the order of writers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn kept_envelopes(
        &self,
        behind: (WriterId, u64),
        limit: u32,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM envelopes
             WHERE state <> 0 AND state = 1 AND (writer, counter) > (?1, ?2)
             ORDER BY writer, counter LIMIT ?3",
        )?;
        let (writer, at) = (behind.0, counter(behind.1)?);
        let rows =
            select.query_map(params![writer.0, at, limit], |row| row.get::<_, Vec<u8>>(0))?;
        let (mut kept, mut bytes) = (Vec::new(), 0);
        for row in rows {
            let envelope = row?;
            bytes += envelope.len();
            kept.push(envelope);
            if bytes > MAX_KEPT {
                break;
            }
        }
        Ok(kept)
    }

    /// The envelopes of a writer from this counter on are to be carried by another; what stands
    /// before them is the end of its chain.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn carry_from(&self, writer: WriterId, from: u64) -> Result<Tip, StoreError> {
        let tip = self.tip_before(writer, from)?;
        // What these carry is carried by itself: one inside another is not read.
        self.uncarry(writer, counter(tip.counter.saturating_add(1))?..=i64::MAX)?;
        let empty = self.0.execute(
            "DELETE FROM envelopes WHERE writer = ?1 AND counter > ?2 AND state = 0
             AND NOT EXISTS (SELECT 1 FROM changes WHERE changes.writer = envelopes.writer
                 AND changes.counter = envelopes.counter)",
            params![writer.0, counter(tip.counter)?],
        )?;
        if empty > 0 {
            self.tell_seen_again()?;
        }
        let mut update = self.0.prepare_cached(
            "UPDATE envelopes SET state = ?3 WHERE writer = ?1 AND counter > ?2 AND state = 0",
        )?;
        update.execute(params![writer.0, counter(tip.counter)?, State::ToCarry.number()])?;
        Ok(tip)
    }

    /// Whether that envelope is here, and could be read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn is_read(&self, writer: WriterId, at: u64) -> Result<bool, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT 1 FROM envelopes WHERE writer = ?1 AND counter = ?2 AND state IN (0, 2)",
        )?;
        Ok(select.exists(params![writer.0, counter(at)?])?)
    }

    /// The envelopes of a writer that stand, or are carried by others, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn envelopes_of(&self, writer: WriterId) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM envelopes WHERE writer = ?1 AND (state IN (0, 2) OR EXISTS (
                 SELECT 1 FROM carried WHERE carried.writer = envelopes.writer
                 AND carried.counter = envelopes.counter)) ORDER BY counter",
        )?;
        let rows = select.query_map([writer.0], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Of a writer of this device's own, what was sealed from that counter on is to be sealed
    /// again: its changes, and what it carries. What is held of its chain ends before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn unseal_from(&self, writer: WriterId, from: u64) -> Result<(), StoreError> {
        let place = params![writer.0, counter(from)?];
        let changes = "UPDATE changes SET counter = NULL WHERE writer = ?1 AND counter >= ?2";
        self.0.execute(changes, place)?;
        self.uncarry(writer, counter(from)?..=i64::MAX)?;
        self.0.execute(
            "DELETE FROM envelopes WHERE writer = ?1 AND counter >= ?2 AND (
                 state IN (0, 2) OR EXISTS (
                 SELECT 1 FROM carried WHERE carried.writer = envelopes.writer
                 AND carried.counter = envelopes.counter))",
            place,
        )?;
        let own = "DELETE FROM carried WHERE writer = ?1 AND counter >= ?2";
        self.0.execute(own, place)?;
        Ok(())
    }

    /// What those envelopes of a writer carry waits to be carried again.
    fn uncarry(&self, by: WriterId, at: RangeInclusive<i64>) -> Result<(), StoreError> {
        let place = params![by.0, at.start(), at.end()];
        self.0.execute(
            "UPDATE envelopes SET state = 2 WHERE state = 3 AND EXISTS (
                 SELECT 1 FROM carried WHERE carried.writer = envelopes.writer
                 AND carried.counter = envelopes.counter
                 AND carried.by_writer = ?1 AND carried.by_counter BETWEEN ?2 AND ?3)",
            place,
        )?;
        let carried = "DELETE FROM carried WHERE by_writer = ?1 AND by_counter BETWEEN ?2 AND ?3";
        self.0.execute(carried, place)?;
        Ok(())
    }

    /// What was seen is to be told once more: the envelopes that told it are read by nobody.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn tell_seen_again(&self) -> Result<(), StoreError> {
        self.0.execute("UPDATE chains SET is_told = 0 WHERE seen > 0", [])?;
        Ok(())
    }

    /// What that envelope's header says, if it is here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn header(&self, writer: WriterId, at: u64) -> Result<Option<Header>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM envelopes WHERE writer = ?1 AND counter = ?2 ORDER BY state LIMIT 1",
        )?;
        let place = params![writer.0, counter(at)?];
        let found: Option<Vec<u8>> = select.query_row(place, |row| row.get(0)).optional()?;
        Ok(found.and_then(|bytes| Envelope::peek(&bytes)))
    }

    /// The first envelopes that wait to be carried, with their writers and counters.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn to_carry(&self, limit: u32) -> Result<Vec<(WriterId, u64, Vec<u8>)>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT writer, counter, bytes FROM envelopes WHERE state <> 0 AND state = 2
             ORDER BY writer, counter LIMIT ?1",
        )?;
        let rows = select.query_map([limit], |row| {
            let counter = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
            Ok((WriterId(row.get(0)?), counter, row.get(2)?))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// An envelope is carried by another.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn carried(
        &self,
        (writer, at): (WriterId, u64),
        (by, by_counter): (WriterId, u64),
    ) -> Result<(), StoreError> {
        let mut update = self.0.prepare_cached(
            "UPDATE envelopes SET state = 3 WHERE writer = ?1 AND counter = ?2 AND state = 2",
        )?;
        update.execute(params![writer.0, counter(at)?])?;
        let mut insert = self.0.prepare_cached(
            "REPLACE INTO carried (writer, counter, by_writer, by_counter) VALUES (?1, ?2, ?3, ?4)",
        )?;
        insert.execute(params![writer.0, counter(at)?, by.0, counter(by_counter)?])?;
        Ok(())
    }

    /// An envelope is too large to be carried: its changes are to be written anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn cannot_carry(&self, writer: WriterId, at: u64) -> Result<(), StoreError> {
        let at = counter(at)?;
        self.uncarry(writer, at..=at)?;
        let update = "UPDATE changes SET counter = NULL WHERE writer = ?1 AND counter = ?2";
        self.0.execute(update, params![writer.0, at])?;
        let delete = "DELETE FROM envelopes WHERE writer = ?1 AND counter = ?2";
        self.0.execute(delete, params![writer.0, at])?;
        Ok(())
    }

    /// The envelope that carries this one, if one does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn carrier(
        &self,
        writer: WriterId,
        at: u64,
    ) -> Result<Option<(WriterId, u64)>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT by_writer, by_counter FROM carried WHERE writer = ?1 AND counter = ?2",
        )?;
        let read = |row: &rusqlite::Row<'_>| {
            let counter = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
            Ok((WriterId(row.get(0)?), counter))
        };
        Ok(select.query_row(params![writer.0, counter(at)?], read).optional()?)
    }

    /// The first envelopes of a range without a hole, up to so many bytes but at least one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn envelopes(&self, range: Range, bytes: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT counter, bytes FROM envelopes
             WHERE writer = ?1 AND counter BETWEEN ?2 AND ?3 AND state NOT IN (2, 3)
             ORDER BY counter",
        )?;
        let (first, last) = (counter(range.first)?, counter(range.last)?);
        let mut rows = select.query(params![range.writer.0, first, last])?;
        let (mut envelopes, mut room, mut next) = (Vec::new(), bytes, first);
        while let Some(row) = rows.next()? {
            let envelope: Vec<u8> = row.get(1)?;
            if row.get::<_, i64>(0)? != next || (envelope.len() > room && !envelopes.is_empty()) {
                break;
            }
            room = room.saturating_sub(envelope.len());
            next += 1;
            envelopes.push(envelope);
        }
        Ok(envelopes)
    }

    /// What is held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn have(&self) -> Result<Have, StoreError> {
        self.chains("SELECT writer, have FROM chains")
    }

    /// What the relay said that it holds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn relay_have(&self) -> Result<Have, StoreError> {
        self.chains("SELECT writer, have FROM relay_chains")
    }

    fn chains(&self, sql: &str) -> Result<Have, StoreError> {
        let mut select = self.0.prepare_cached(sql)?;
        let rows =
            select.query_map([], |row| Ok((WriterId(row.get(0)?), row.get::<_, Vec<u8>>(1)?)))?;
        let mut have = Have::new();
        for row in rows {
            let (writer, bytes) = row?;
            have.set(writer, item::decode(&bytes, "have").map_err(|_| StoreError::Damaged)?);
        }
        Ok(have)
    }

    /// What one writer's chain is held to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_chain(&self, writer: WriterId, have: &WriterHave) -> Result<(), StoreError> {
        let mut upsert = self.0.prepare_cached(
            "INSERT INTO chains (writer, have) VALUES (?1, ?2)
             ON CONFLICT (writer) DO UPDATE SET have = excluded.have",
        )?;
        upsert.execute(params![writer.0, item::encode(have)])?;
        Ok(())
    }

    /// What the relay holds of these writers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_relay_have(&self, have: &Have) -> Result<(), StoreError> {
        let mut upsert =
            self.0.prepare_cached("REPLACE INTO relay_chains (writer, have) VALUES (?1, ?2)")?;
        for (writer, have) in have.iter() {
            upsert.execute(params![writer.0, item::encode(have)])?;
        }
        Ok(())
    }

    /// Forgets what a relay held: another relay, or one that forgot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn forget_relay_have(&self) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM relay_chains", [])?;
        Ok(())
    }

    /// How far every writer is applied.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn seen(&self, is_shared: bool) -> Result<SeenVector, StoreError> {
        let mut select = self.0.prepare_cached("SELECT writer, seen, is_told FROM chains")?;
        let rows = select.query_map([], |row| {
            let seen = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
            Ok((WriterId(row.get(0)?), seen, row.get(2)?))
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(SeenVector::new(rows, is_shared))
    }

    /// A writer is applied up to here; if that is news, the partner was not told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_seen(
        &self,
        writer: WriterId,
        seen: u64,
        is_news: bool,
    ) -> Result<(), StoreError> {
        let mut update = self.0.prepare_cached(
            "UPDATE chains SET seen = ?2, is_told = is_told AND NOT ?3
             WHERE writer = ?1 AND seen < ?2",
        )?;
        update.execute(params![writer.0, counter(seen)?, is_news])?;
        Ok(())
    }

    /// What was seen is in a sealed envelope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn seen_told(&self) -> Result<(), StoreError> {
        self.0.execute("UPDATE chains SET is_told = 1 WHERE is_told = 0", [])?;
        Ok(())
    }

    /// Another writer said how far it has applied one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_told(
        &self,
        by: (WriterId, Slot),
        (writer, at): (WriterId, u64),
        is_shared: bool,
    ) -> Result<(), StoreError> {
        let mut upsert = self.0.prepare_cached(
            "INSERT INTO told (by_writer, by_slot, writer, counter, is_shared)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (by_writer, writer) DO UPDATE SET
                 counter = max(counter, excluded.counter), is_shared = excluded.is_shared",
        )?;
        let (by, slot) = by;
        upsert.execute(params![by.0, slot.index(), writer.0, counter(at)?, is_shared])?;
        Ok(())
    }

    /// How far any other device has applied each writer, as far as this one was told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn seen_by_others(&self) -> Result<Vec<(WriterId, u64)>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT writer, max(counter) FROM told GROUP BY writer")?;
        let read = |row: &rusqlite::Row<'_>| {
            let counter = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
            Ok((WriterId(row.get(0)?), counter))
        };
        let rows = select.query_map([], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// How far a person's devices have applied a writer, as far as that person lets be known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn told(&self, by: Slot, writer: WriterId) -> Result<u64, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT max(counter) FROM told WHERE writer = ?1 AND by_slot = ?2 AND is_shared",
        )?;
        let found: Option<Option<i64>> =
            select.query_row(params![writer.0, by.index()], |row| row.get(0)).optional()?;
        Ok(found.flatten().and_then(|counter| u64::try_from(counter).ok()).unwrap_or(0))
    }
}

/// A counter as SQLite keeps it.
pub(super) fn counter(counter: u64) -> Result<i64, StoreError> {
    i64::try_from(counter).map_err(|_| StoreError::Damaged)
}
