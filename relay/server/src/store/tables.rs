//! What is asked of the tables, as functions of a connection: reads in any, writes in the writer's
//! transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use couplet_proto::desk::keeping::{Appended, Extension, Kept, Outcome, Used, has_room, slice};
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Entry, Have, Inserted, Range, Span, Tip, WriterHave};
use couplet_proto::ids::{DeviceId, NotebookId, Slot, WriterId};
use couplet_proto::item::{self, Malformed};
use couplet_proto::limits::MAX_ENVELOPES_PER_FRAME;
use couplet_proto::log::Log;
use couplet_proto::statement::LogHead;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::{StoreError, ending, kits, mailbox, pieces, schema};

/// Why the tables did not answer; which file they are in is the caller's to know.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Damaged(#[from] Malformed),
}

impl Fault {
    pub(crate) fn at(self, file: &Path) -> StoreError {
        match self {
            Self::Database(error) => schema::failure(error, file),
            Self::Damaged(error) => schema::damaged(file, &error.to_string()),
        }
    }
}

pub(crate) fn log(db: &Connection, notebook: NotebookId) -> Result<Vec<Vec<u8>>, Fault> {
    let mut find =
        db.prepare_cached("SELECT bytes FROM statement WHERE notebook = ?1 ORDER BY position")?;
    let found = find.query_map([&notebook.0.0], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(crate) fn append(db: &Connection, extension: &Extension) -> Result<Appended, Fault> {
    let Extension { notebook, after, from, statements, open_invites, ends, known, .. } = extension;
    let id = &notebook.0.0;
    if ending::is_dissolved(db, *notebook)? {
        return Ok(Appended::Dissolved);
    }
    if head(db, *notebook)? != *after {
        return Ok(Appended::Moved);
    }
    for ends in ends {
        let chains = chains_of(db, *notebook, ends.device)?;
        if ends.is_new && !chains.iter().all(|(writer, have)| ends.covers(*writer, have)) {
            return Ok(Appended::Behind);
        }
    }
    if let Some(missing) = kits::missing(db, *notebook, &extension.kits)? {
        return Ok(Appended::TooSoon(missing));
    }
    for ends in ends {
        for (writer, have) in chains_of(db, *notebook, ends.device)? {
            let left = ends.cut(writer, have.clone());
            if left != have {
                cut(db, *notebook, (ends.device, writer), &left)?;
            }
        }
    }
    if let Some(known) = known {
        let_go_of_strangers(db, *notebook, &known.devices)?;
        pieces::give_up_base_unless(db, *notebook, &known.stood)?;
    }
    db.prepare_cached(
        "INSERT INTO notebook (notebook, length, head, bytes) VALUES (?1, 0, x'', 0)
         ON CONFLICT DO NOTHING",
    )?
    .execute([id])?;
    let let_go = let_go_of_statements(db, *notebook, *from)?;
    let mut at = LogHead { length: *from, ..*after };
    let mut added = 0;
    for (hash, bytes) in statements {
        db.prepare_cached(
            "INSERT INTO statement (notebook, position, hash, bytes) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, signed(at.length)?, hash.0, bytes])?;
        at = LogHead { length: at.length + 1, hash: *hash };
        added += bytes.len();
    }
    db.prepare_cached(
        "UPDATE notebook SET length = ?2, head = ?3, bytes = bytes + ?4 - ?5 WHERE notebook = ?1",
    )?
    .execute(params![id, signed(at.length)?, at.hash.0, added, let_go])?;
    mailbox::empty(db, *notebook, open_invites)?;
    kits::keep(db, *notebook, &extension.kits)?;
    if let Some(standing) = extension.standing {
        pieces::stand(db, *notebook, standing)?;
    }
    ending::end(db, *notebook, extension.ending)?;
    Ok(Appended::Done)
}

/// Lets go of what all devices but these wrote.
fn let_go_of_strangers(
    db: &Connection,
    notebook: NotebookId,
    known: &BTreeSet<DeviceId>,
) -> Result<(), Fault> {
    let mut find = db.prepare_cached("SELECT DISTINCT device FROM have WHERE notebook = ?1")?;
    let devices: Vec<[u8; 32]> =
        find.query_map([&notebook.0.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for device in devices.into_iter().filter(|device| !known.contains(&DeviceId(*device))) {
        for table in [
            "DELETE FROM envelope WHERE notebook = ?1 AND device = ?2",
            "DELETE FROM have WHERE notebook = ?1 AND device = ?2",
        ] {
            db.prepare_cached(table)?.execute(params![notebook.0.0, device])?;
        }
    }
    Ok(())
}

/// Lets go of a log from that index on; how many bytes that were.
fn let_go_of_statements(db: &Connection, notebook: NotebookId, from: u64) -> Result<i64, Fault> {
    let place = params![notebook.0.0, signed(from)?];
    let bytes = db
        .prepare_cached(
            "SELECT coalesce(sum(length(bytes)), 0) FROM statement
             WHERE notebook = ?1 AND position >= ?2",
        )?
        .query_row(place, |row| row.get(0))?;
    db.prepare_cached("DELETE FROM statement WHERE notebook = ?1 AND position >= ?2")?
        .execute(place)?;
    Ok(bytes)
}

fn chains_of(
    db: &Connection,
    notebook: NotebookId,
    device: DeviceId,
) -> Result<Vec<(WriterId, WriterHave)>, Fault> {
    let mut find =
        db.prepare_cached("SELECT writer, have FROM have WHERE notebook = ?1 AND device = ?2")?;
    let mut rows = find.query(params![notebook.0.0, device.0])?;
    let mut chains = Vec::new();
    while let Some(row) = rows.next()? {
        let have: Vec<u8> = row.get(1)?;
        chains.push((WriterId(row.get(0)?), item::decode(&have, WHAT)?));
    }
    Ok(chains)
}

/// Lets go of all of a writer's envelopes but these.
fn cut(
    db: &Connection,
    notebook: NotebookId,
    (device, writer): (DeviceId, WriterId),
    left: &WriterHave,
) -> Result<(), Fault> {
    let mut first_gone = left.tip.counter.saturating_add(1);
    let end = Span { first: u64::MAX, previous: Hash::ZERO, last: Tip::START };
    for span in left.beyond.iter().chain([&end]) {
        let (from, to) = (signed(first_gone)?, signed(span.first).unwrap_or(i64::MAX));
        db.prepare_cached(
            "DELETE FROM envelope WHERE notebook = ?1 AND device = ?2 AND writer = ?3
             AND counter >= ?4 AND counter < ?5",
        )?
        .execute(params![notebook.0.0, device.0, writer.0, from, to])?;
        first_gone = span.last.counter.saturating_add(1);
    }
    if left.highest() == 0 {
        db.prepare_cached("DELETE FROM have WHERE notebook = ?1 AND writer = ?2")?
            .execute(params![notebook.0.0, writer.0])?;
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE have SET have = ?4, ranges = ?5, bytes =
         (SELECT coalesce(sum(length(bytes)), 0) FROM envelope
          WHERE notebook = ?1 AND device = ?2 AND writer = ?3)
         WHERE notebook = ?1 AND writer = ?3",
    )?
    .execute(params![
        notebook.0.0,
        device.0,
        writer.0,
        item::encode(left),
        left.beyond.len()
    ])?;
    Ok(())
}

pub(crate) fn have(db: &Connection, notebook: NotebookId) -> Result<Have, Fault> {
    let mut find =
        db.prepare_cached("SELECT writer, have FROM have WHERE notebook = ?1 ORDER BY writer")?;
    let mut rows = find.query([&notebook.0.0])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let have: Vec<u8> = row.get(1)?;
        entries.push(Entry { writer: WriterId(row.get(0)?), have: item::decode(&have, WHAT)? });
    }
    Ok(Have::from_entries(entries)?)
}

pub(crate) fn envelopes(
    db: &Connection,
    notebook: NotebookId,
    range: Range,
) -> Result<Vec<Vec<u8>>, Fault> {
    let (id, Range { writer, first, last }) = (&notebook.0.0, range);
    let device: Option<[u8; 32]> = db
        .prepare_cached("SELECT device FROM have WHERE notebook = ?1 AND writer = ?2")?
        .query_row(params![id, writer.0], |row| row.get(0))
        .optional()?;
    let (Some(device), Ok(next)) = (device, signed(first)) else { return Ok(Vec::new()) };
    let last = signed(last).unwrap_or(i64::MAX);
    let mut find = db.prepare_cached(
        "SELECT counter, bytes FROM envelope
         WHERE notebook = ?1 AND device = ?2 AND writer = ?3 AND counter BETWEEN ?4 AND ?5
         ORDER BY counter LIMIT ?6",
    )?;
    let limit = MAX_ENVELOPES_PER_FRAME;
    let counted = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = find.query_map(params![id, device, writer.0, next, last, limit], counted)?;
    Ok(slice(range, found)?)
}

pub(crate) fn keep(
    db: &Connection,
    log: &Log,
    envelopes: &[Sealed],
    quota: u64,
) -> Result<Kept, Fault> {
    let (notebook, chains) = (log.id(), BTreeMap::new());
    if ending::is_dissolved(db, notebook)? {
        let outcomes = vec![Outcome::Dissolved; envelopes.len()];
        return Ok(Kept { outcomes, have: Have::new() });
    }
    let mut chains = Chains { db, notebook, log, quota, chains, persons: None };
    let outcomes = envelopes.iter().map(|sealed| chains.keep(sealed)).collect::<Result<_, _>>()?;
    Ok(Kept { outcomes, have: chains.write()? })
}

fn head(db: &Connection, notebook: NotebookId) -> Result<LogHead, Fault> {
    let found = db
        .prepare_cached("SELECT length, head FROM notebook WHERE notebook = ?1")?
        .query_row([&notebook.0.0], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
        .optional()?;
    let Some((length, hash)) = found else { return Ok(LogHead::EMPTY) };
    let length = u64::try_from(length).map_err(|_| Malformed(WHAT))?;
    Ok(LogHead { length, hash: Hash(hash) })
}

/// The chains that one call touches: read once, written once.
struct Chains<'a> {
    db: &'a Connection,
    notebook: NotebookId,
    log: &'a Log,
    quota: u64,
    chains: BTreeMap<WriterId, Chain>,
    /// What there is of each person, once somebody asked; what is written here is among it.
    persons: Option<BTreeMap<Option<Slot>, OfPerson>>,
}

/// What is kept of all that one person's devices wrote.
#[derive(Clone, Copy, Default)]
struct OfPerson {
    writers: usize,
    bytes: u64,
}

struct Chain {
    device: DeviceId,
    have: WriterHave,
    /// Ranges beyond a hole that its row counts.
    ranges_written: usize,
    bytes: usize,
    /// Whether there is a row of it already.
    is_known: bool,
}

impl Chains<'_> {
    fn keep(&mut self, sealed: &Sealed) -> Result<Outcome, Fault> {
        let header = sealed.header();
        let (writer, device) = (header.writer(), header.device);
        self.read(writer, device)?;
        let Some(chain) = self.chains.get(&writer) else { return Ok(Outcome::Full) };
        let Ok(counter) = signed(header.counter) else { return Ok(Outcome::Full) };
        let mut have = chain.have.clone();
        let at = Tip { counter: header.counter, hash: sealed.hash() };
        match have.insert(at, header.previous) {
            Err(couplet_proto::have::Fork) => return Ok(Outcome::Fork),
            Ok(Inserted::Held) => return self.compare(writer, device, counter, sealed),
            Ok(Inserted::New) => {}
        }
        let before = (chain.is_known || chain.bytes > 0).then(|| chain.have.clone());
        let goes_on = before.as_ref().is_some_and(|was| have.beyond.len() <= was.beyond.len());
        // What goes on makes no writer and no hole: of those nothing need be counted.
        let (writers, ranges) =
            if goes_on { (0, 0) } else { (self.writers_of(device)?, self.ranges()?) };
        let (length, quota) = (sealed.bytes().len(), self.quota);
        let person = self.person_of(device)?;
        let OfPerson { writers: writers_of_person, bytes } = *person;
        let used = Used { writers, writers_of_person, ranges, bytes };
        if !has_room(before.as_ref(), &have, length, used, quota) {
            return Ok(Outcome::Full);
        }
        person.bytes += length as u64;
        person.writers += usize::from(before.is_none());
        self.db
            .prepare_cached(
                "INSERT INTO envelope (notebook, device, writer, counter, hash, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                self.notebook.0.0,
                device.0,
                writer.0,
                counter,
                sealed.hash().0,
                sealed.bytes()
            ])?;
        if let Some(chain) = self.chains.get_mut(&writer) {
            chain.have = have;
            chain.bytes += sealed.bytes().len();
        }
        Ok(Outcome::New)
    }

    fn read(&mut self, writer: WriterId, device: DeviceId) -> Result<(), Fault> {
        if self.chains.contains_key(&writer) {
            return Ok(());
        }
        let row: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT have FROM have WHERE notebook = ?1 AND writer = ?2")?
            .query_row(params![self.notebook.0.0, writer.0], |row| row.get(0))
            .optional()?;
        let is_known = row.is_some();
        let have: WriterHave = match row {
            Some(row) => item::decode(&row, WHAT)?,
            None => WriterHave::default(),
        };
        let ranges_written = have.beyond.len();
        self.chains.insert(writer, Chain { device, have, ranges_written, bytes: 0, is_known });
        Ok(())
    }

    /// Whether what stands in the envelope's place is the envelope.
    fn compare(
        &self,
        writer: WriterId,
        device: DeviceId,
        counter: i64,
        sealed: &Sealed,
    ) -> Result<Outcome, Fault> {
        let base = self.chains.get(&writer).map_or(Tip::START, |chain| chain.have.base);
        if sealed.header().counter <= base.counter {
            // Before the end of what a checkpoint stands for, nothing is there to compare.
            let is_other = sealed.header().counter == base.counter && sealed.hash() != base.hash;
            return Ok(if is_other { Outcome::Fork } else { Outcome::Held });
        }
        let is_held = self
            .db
            .prepare_cached(
                "SELECT 1 FROM envelope WHERE notebook = ?1 AND device = ?2 AND writer = ?3
                 AND counter = ?4 AND hash = ?5",
            )?
            .exists(params![self.notebook.0.0, device.0, writer.0, counter, sealed.hash().0])?;
        Ok(if is_held { Outcome::Held } else { Outcome::Fork })
    }

    fn writers_of(&self, device: DeviceId) -> Result<usize, Fault> {
        let known: usize = self
            .db
            .prepare_cached("SELECT count(*) FROM have WHERE notebook = ?1 AND device = ?2")?
            .query_row(params![self.notebook.0.0, device.0], |row| row.get(0))?;
        let starting =
            |chain: &&Chain| chain.device == device && !chain.is_known && chain.bytes > 0;
        Ok(known + self.chains.values().filter(starting).count())
    }

    /// What there is of the person whose device it is.
    fn person_of(&mut self, device: DeviceId) -> Result<&mut OfPerson, Fault> {
        let slot_of = |device| self.log.known(device).map(|member| member.slot);
        let persons = match self.persons.take() {
            Some(persons) => persons,
            None => {
                let mut persons = BTreeMap::<_, OfPerson>::new();
                let mut find =
                    self.db.prepare_cached("SELECT device, bytes FROM have WHERE notebook = ?1")?;
                let mut rows = find.query([&self.notebook.0.0])?;
                while let Some(row) = rows.next()? {
                    let person = persons.entry(slot_of(DeviceId(row.get(0)?))).or_default();
                    person.bytes += row.get::<_, u64>(1)?;
                    person.writers += 1;
                }
                persons
            }
        };
        Ok(self.persons.insert(persons).entry(slot_of(device)).or_default())
    }

    /// Ranges beyond a hole, of all writers.
    fn ranges(&self) -> Result<usize, Fault> {
        let written: usize = self
            .db
            .prepare_cached("SELECT coalesce(sum(ranges), 0) FROM have WHERE notebook = ?1")?
            .query_row([&self.notebook.0.0], |row| row.get(0))?;
        let touched = self.chains.values();
        Ok(touched.fold(written, |ranges, chain| {
            (ranges + chain.have.beyond.len()).saturating_sub(chain.ranges_written)
        }))
    }

    /// Writes what has changed, and says what is held of every writer that was touched.
    fn write(self) -> Result<Have, Fault> {
        let mut touched = Have::new();
        for (writer, chain) in self.chains {
            if chain.bytes > 0 {
                self.db
                    .prepare_cached(
                        "INSERT INTO have (notebook, writer, device, ranges, bytes, have)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                         ON CONFLICT DO UPDATE SET ranges = excluded.ranges,
                         bytes = bytes + excluded.bytes, have = excluded.have",
                    )?
                    .execute(params![
                        self.notebook.0.0,
                        writer.0,
                        chain.device.0,
                        chain.have.beyond.len(),
                        chain.bytes,
                        item::encode(&chain.have)
                    ])?;
            }
            if chain.is_known || chain.bytes > 0 {
                touched.set(writer, chain.have);
            }
        }
        Ok(touched)
    }
}

/// SQLite's integers have a sign; nothing that counts comes near it.
pub(crate) fn signed(number: u64) -> Result<i64, Malformed> {
    i64::try_from(number).map_err(|_| Malformed(WHAT))
}

const WHAT: &str = "row of the store";
