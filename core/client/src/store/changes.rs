//! Changes: what the volumes are made of.

use std::collections::BTreeSet;

use couplet_engine::document::Change;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Person, Slot, Volume, WriterId};
use rusqlite::{OptionalExtension, Row, params};

use super::envelopes::{State, counter};
use super::{StoreError, Tables};

/// A volume as it is stored.
#[derive(Debug, Default)]
pub(crate) struct StoredVolume {
    /// The last snapshot.
    pub(crate) snapshot: Option<Vec<u8>>,
    /// The changes since.
    pub(crate) changes: Vec<Change>,
}

/// Changes of one volume that wait to be sealed.
#[derive(Debug)]
pub(crate) struct Unsealed {
    pub(crate) volume: Volume,
    pub(crate) edition: Edition,
    /// Their places.
    pub(crate) ids: Vec<i64>,
    pub(crate) changes: Vec<Change>,
}

/// A change and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedChange {
    /// The volume.
    pub volume: Volume,
    /// Its edition.
    pub edition: Edition,
    /// The change, as Automerge encodes it.
    pub bytes: Vec<u8>,
}

/// A received change that depends on what is not here.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// The change.
    pub(crate) change: Change,
    /// The person who wrote it.
    pub(crate) person: Person,
    /// The envelope it came in.
    pub(crate) counter: u64,
}

impl Tables<'_> {
    /// Keeps a change; `sealed_in` is the counter of its envelope. Returns its place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_change(
        &self,
        (volume, edition): (Volume, Edition),
        change: &Change,
        sealed_in: Option<u64>,
    ) -> Result<i64, StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO changes (volume, edition, hash, writer, counter, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let (hash, writer) = (change.hash(), change.writer());
        let at = sealed_in.map(counter).transpose()?;
        insert.execute(params![volume.0, edition.0, hash.0, writer.0, at, change.bytes()])?;
        Ok(self.0.last_insert_rowid())
    }

    /// The first of a writer's changes that wait to be sealed, all of one volume, and their places.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn unsealed(
        &self,
        writer: WriterId,
        limit: u32,
    ) -> Result<Option<Unsealed>, StoreError> {
        let mut first = self.0.prepare_cached(
            "SELECT volume, edition FROM changes WHERE counter IS NULL AND writer = ?1
             ORDER BY volume, edition, id LIMIT 1",
        )?;
        let place = first.query_row([writer.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((volume, edition)) = place else { return Ok(None) };
        let mut select = self.0.prepare_cached(
            "SELECT id, bytes FROM changes
             WHERE counter IS NULL AND volume = ?1 AND edition = ?2 AND writer = ?4
             ORDER BY id LIMIT ?3",
        )?;
        let rows = select.query_map(params![volume, edition, limit, writer.0], |row| {
            Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let (mut ids, mut changes) = (Vec::new(), Vec::new());
        for row in rows {
            let (id, bytes) = row?;
            ids.push(id);
            changes.push(parse(bytes)?);
        }
        let (volume, edition) = (Volume(volume), Edition(edition));
        Ok(Some(Unsealed { volume, edition, ids, changes }))
    }

    /// The writers other than this one with changes that were never sealed, as far as is known: what
    /// this device wrote before its store was restored or cloned.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn orphan_writers(&self, writer: WriterId) -> Result<Vec<WriterId>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT DISTINCT writer FROM changes WHERE counter IS NULL AND writer <> ?1",
        )?;
        let rows = select.query_map([writer.0], |row| row.get(0).map(WriterId))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The volumes that hold never sealed changes of other writers than this one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn orphaned_volumes(
        &self,
        writer: WriterId,
    ) -> Result<Vec<(Volume, Edition)>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT DISTINCT volume, edition FROM changes
             WHERE counter IS NULL AND writer <> ?1 ORDER BY volume, edition",
        )?;
        let read = |row: &Row<'_>| Ok((Volume(row.get(0)?), Edition(row.get(1)?)));
        let rows = select.query_map([writer.0], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// A volume's changes in two halves: those that stand without the disputed never sealed changes
    /// of other writers than this one, and those changes with whatever depends on them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn without_orphans(
        &self,
        (volume, edition): (Volume, Edition),
        writer: WriterId,
        undisputed: &BTreeSet<Hash>,
    ) -> Result<(Vec<Change>, Vec<Change>), StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT bytes, counter IS NULL AND writer <> ?3 FROM changes
             WHERE volume = ?1 AND edition = ?2 ORDER BY id",
        )?;
        let rows = select.query_map(params![volume.0, edition.0, writer.0], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, bool>(1)?))
        })?;
        let (mut standing, mut lost, mut lost_hashes) = (Vec::new(), Vec::new(), BTreeSet::new());
        for row in rows {
            let (bytes, is_unsealed) = row?;
            let change = parse(bytes)?;
            let is_orphan = is_unsealed && !undisputed.contains(&change.hash());
            // Changes are stored after those they depend on.
            if is_orphan || change.deps().iter().any(|dep| lost_hashes.contains(dep)) {
                lost_hashes.insert(change.hash());
                lost.push(change);
            } else {
                standing.push(change);
            }
        }
        Ok((standing, lost))
    }

    /// Whether one of these changes is this writer's, and was sealed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn has_sealed(
        &self,
        writer: WriterId,
        changes: &[Change],
    ) -> Result<bool, StoreError> {
        let mut select = self
            .0
            .prepare_cached("SELECT 1 FROM changes WHERE hash = ?1 AND counter IS NOT NULL")?;
        for change in changes.iter().filter(|change| change.writer() == writer) {
            if select.exists([change.hash().0])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A change stands no more; its bytes are kept aside.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn set_aside(&self, lost: &Waiting, why: &str) -> Result<(), StoreError> {
        self.quarantine(lost, why)?;
        self.drop_change(lost.change.hash())
    }

    /// A change stands no more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_change(&self, hash: Hash) -> Result<(), StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM changes WHERE hash = ?1")?;
        delete.execute([hash.0])?;
        Ok(())
    }

    /// Forgets a volume's snapshot, which holds what stands no more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_snapshot(
        &self,
        (volume, edition): (Volume, Edition),
    ) -> Result<(), StoreError> {
        let mut delete =
            self.0.prepare_cached("DELETE FROM snapshots WHERE volume = ?1 AND edition = ?2")?;
        delete.execute(params![volume.0, edition.0])?;
        Ok(())
    }

    /// A change that was never sealed here was sealed in an envelope that came from elsewhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn sealed_elsewhere(&self, hash: Hash, at: u64) -> Result<(), StoreError> {
        let mut update = self.0.prepare_cached(
            "UPDATE changes SET counter = ?2 WHERE hash = ?1 AND counter IS NULL",
        )?;
        update.execute(params![hash.0, counter(at)?])?;
        Ok(())
    }

    /// Nothing is known of which of a writer's changes others have.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn doubt_writer(&self, writer: WriterId) -> Result<(), StoreError> {
        self.0.execute("UPDATE changes SET counter = NULL WHERE writer = ?1", [writer.0])?;
        self.0.execute("DELETE FROM chains WHERE writer = ?1", [writer.0])?;
        self.0.execute("DELETE FROM relay_chains WHERE writer = ?1", [writer.0])?;
        let set_aside = "UPDATE envelopes SET state = ?2 WHERE writer = ?1";
        self.0.execute(set_aside, params![writer.0, State::Superseded.number()])?;
        Ok(())
    }

    /// The counter of the envelope that a change was sealed in, if it was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn counter_of(&self, hash: Hash) -> Result<Option<u64>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT counter FROM changes WHERE hash = ?1")?;
        let found: Option<Option<i64>> = select.query_row([hash.0], |row| row.get(0)).optional()?;
        Ok(found.flatten().and_then(|counter| u64::try_from(counter).ok()))
    }

    /// A change gives way to another: nobody is taken to have it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn doubt_change(&self, hash: Hash) -> Result<(), StoreError> {
        let mut update =
            self.0.prepare_cached("UPDATE changes SET counter = NULL WHERE hash = ?1")?;
        update.execute([hash.0])?;
        Ok(())
    }

    /// How many changes wait to be sealed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn unsealed_count(&self) -> Result<u64, StoreError> {
        let mut count =
            self.0.prepare_cached("SELECT count(*) FROM changes WHERE counter IS NULL")?;
        let count: i64 = count.query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// These changes are sealed in the envelope with that counter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn sealed_in(&self, ids: &[i64], at: u64) -> Result<(), StoreError> {
        let mut update = self.0.prepare_cached("UPDATE changes SET counter = ?2 WHERE id = ?1")?;
        for id in ids {
            update.execute(params![id, counter(at)?])?;
        }
        Ok(())
    }

    /// A volume from its last snapshot on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn volume(
        &self,
        volume: Volume,
        edition: Edition,
    ) -> Result<StoredVolume, StoreError> {
        let mut snapshot = self.0.prepare_cached(
            "SELECT up_to, bytes FROM snapshots WHERE volume = ?1 AND edition = ?2",
        )?;
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
        let found = snapshot.query_row(params![volume.0, edition.0], read).optional()?;
        let (from, snapshot) = found.map_or((0, None), |(up_to, bytes)| (up_to, Some(bytes)));
        let mut select = self.0.prepare_cached(
            "SELECT bytes FROM changes
             WHERE volume = ?1 AND edition = ?2 AND id > ?3 ORDER BY id",
        )?;
        let rows = select.query_map(params![volume.0, edition.0, from], |row| row.get(0))?;
        let changes = rows.map(|row| parse(row?)).collect::<Result<_, StoreError>>()?;
        Ok(StoredVolume { snapshot, changes })
    }

    /// How many changes a volume has beyond its last snapshot, and the last of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn beyond_snapshot(
        &self,
        volume: Volume,
        edition: Edition,
    ) -> Result<(u64, i64), StoreError> {
        let mut count = self.0.prepare_cached(
            "SELECT count(*), coalesce(max(id), 0) FROM changes
             WHERE volume = ?1 AND edition = ?2 AND id > coalesce(
                 (SELECT up_to FROM snapshots WHERE volume = ?1 AND edition = ?2), 0)",
        )?;
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
        let (beyond, up_to) = count.query_row(params![volume.0, edition.0], read)?;
        Ok((u64::try_from(beyond).unwrap_or(0), up_to))
    }

    /// The newest volume that has anything in it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn newest_volume(&self) -> Result<Volume, StoreError> {
        let mut newest = self.0.prepare_cached("SELECT max(volume) FROM changes")?;
        let found: Option<u32> = newest.query_row([], |row| row.get(0))?;
        Ok(Volume(found.unwrap_or(0)))
    }

    /// Every change, each volume's in the order in which they were applied.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn all_changes(&self) -> Result<Vec<PlacedChange>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT volume, edition, bytes FROM changes ORDER BY volume, edition, id",
        )?;
        let rows = select.query_map([], |row| {
            let (volume, edition) = (Volume(row.get(0)?), Edition(row.get(1)?));
            Ok(PlacedChange { volume, edition, bytes: row.get(2)? })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Keeps a snapshot in place of the one before it; the changes stay.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_snapshot(
        &self,
        (volume, edition): (Volume, Edition),
        up_to: i64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let mut replace = self.0.prepare_cached(
            "REPLACE INTO snapshots (volume, edition, up_to, bytes) VALUES (?1, ?2, ?3, ?4)",
        )?;
        replace.execute(params![volume.0, edition.0, up_to, bytes])?;
        Ok(())
    }

    /// The changes of a volume that wait for others.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn waiting(
        &self,
        volume: Volume,
        edition: Edition,
    ) -> Result<Vec<Waiting>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT slot, counter, bytes FROM waiting
             WHERE volume = ?1 AND edition = ?2 AND fault IS NOT ?3",
        )?;
        let rows = select.query_map(params![volume.0, edition.0, VERSION], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
        })?;
        let mut waiting = Vec::new();
        for row in rows {
            let (person, counter, bytes) = row?;
            let person = person_of(person).ok_or(StoreError::Damaged)?;
            let counter = u64::try_from(counter).map_err(|_| StoreError::Damaged)?;
            waiting.push(Waiting { change: parse(bytes)?, person, counter });
        }
        Ok(waiting)
    }

    /// The lowest counter of a writer with a change that waits.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn first_waiting(&self, writer: WriterId) -> Result<Option<u64>, StoreError> {
        let mut first = self.0.prepare_cached(
            "SELECT min(counter) FROM (
                 SELECT counter FROM waiting WHERE writer = ?1
                 UNION ALL SELECT counter FROM envelopes
                 WHERE writer = ?1 AND state <> 0 AND state = 1)",
        )?;
        let found: Option<i64> = first.query_row([writer.0], |row| row.get(0))?;
        Ok(found.and_then(|counter| u64::try_from(counter).ok()))
    }

    /// Keeps a change that waits.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_waiting(
        &self,
        (volume, edition): (Volume, Edition),
        waiting: &Waiting,
    ) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT OR IGNORE INTO waiting (hash, volume, edition, slot, writer, counter, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let Waiting { change, person, counter: at } = waiting;
        let (hash, writer, person) = (change.hash(), change.writer(), number_of(*person));
        let at = counter(*at)?;
        insert.execute(params![
            hash.0,
            volume.0,
            edition.0,
            person,
            writer.0,
            at,
            change.bytes()
        ])?;
        Ok(())
    }

    /// This version failed to apply that change; the next one tries again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn mark_faulty(&self, hash: Hash) -> Result<(), StoreError> {
        let mut update = self.0.prepare_cached("UPDATE waiting SET fault = ?2 WHERE hash = ?1")?;
        update.execute(params![hash.0, VERSION])?;
        Ok(())
    }

    /// A change waits no more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_waiting(&self, hash: Hash) -> Result<(), StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM waiting WHERE hash = ?1")?;
        delete.execute([hash.0])?;
        Ok(())
    }

    /// Keeps a change that no phone applies, and why.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn quarantine(&self, refused: &Waiting, why: &str) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT OR IGNORE INTO quarantine (hash, slot, writer, counter, reason, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let Waiting { change, person, counter: at } = refused;
        let (hash, writer) = (change.hash(), change.writer());
        let (slot, at) = (person.slot.index(), counter(*at)?);
        insert.execute(params![hash.0, slot, writer.0, at, why, change.bytes()])?;
        Ok(())
    }
}

/// Whose faults are tried again by the next.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A person in a column that says which of the two, and above that which generation of them.
const fn number_of(person: Person) -> i64 {
    (person.generation as i64) << 1 | person.slot.index() as i64
}

fn person_of(number: i64) -> Option<Person> {
    let slot = Slot::from_index(u8::try_from(number & 1).ok()?)?;
    Some(Person { slot, generation: u32::try_from(number >> 1).ok()? })
}

fn parse(bytes: Vec<u8>) -> Result<Change, StoreError> {
    Change::parse(bytes).map_err(|_| StoreError::Damaged)
}
