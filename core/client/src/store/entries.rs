//! The read model: entries as they are shown, in order, without Automerge.

use core::fmt;
use core::str::FromStr;
use std::ops::RangeInclusive;

use couplet_engine::notebook::claim::RevMap;
use couplet_engine::notebook::entry::{Entry, notebook_hash};
use couplet_engine::notebook::profile::{Labels, Tag};
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::verb::Verb;
use couplet_proto::hash::Hash;
use couplet_proto::have::Have;
use couplet_proto::ids::{Slot, WriterId};
use couplet_proto::item;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::{StoreError, Tables, Terms};

/// An entry with what only this device knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// The entry.
    pub entry: Entry,
    /// Whether it has something from the other person that was not opened here.
    pub is_unread: bool,
    /// How far one's own words in it have come.
    pub delivery: Delivery,
    /// What this device's person may do with it now.
    pub can: Vec<Verb>,
    /// What it is filed under, and what each of that is shown as.
    pub tags: Vec<Tag>,
}

/// How far words have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// They are durable on this device.
    Device,
    /// The relay has said that it holds them durably.
    Relay,
    /// They are on the other person's device, and that person lets it be known.
    Partner,
}

/// Among which entries some are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Among {
    /// Those that are in sight: not removed, and not a head whose words were erased.
    #[default]
    Kept,
    /// Those that were removed.
    Removed,
    /// Those in sight in which something waits for somebody.
    InNeed,
    /// All.
    All,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Among which.
    pub among: Among,
    /// Of this kind only.
    pub kind: Option<String>,
    /// With something unread only.
    pub only_unread: bool,
    /// Of these days only, days since 1970-01-01.
    pub days: Option<RangeInclusive<i32>>,
}

/// A place in the timeline: the entry before which to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    day: i32,
    volume: u32,
    order: u64,
    key: String,
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor; take the one that the last page ended with")]
pub struct NotACursor;

/// What is known of where one's own words have come, for [`EntryRow::delivery`].
struct Reached {
    relay: Have,
    partner: Slot,
    terms: Terms,
    labels: Labels,
}

impl Tables<'_> {
    /// Shows an entry as it stands to that person; `own_change` is the change by which this device
    /// touched it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_entry(
        &self,
        entry: &Entry,
        own_change: Option<i64>,
        me: Slot,
    ) -> Result<(), StoreError> {
        let key = entry.key.as_str();
        let seen = match self.seen_of(key)? {
            SeenOf::AllBefore => Some(entry.done_by(me.other()).clone()),
            SeenOf::Nothing => self.seen_ahead(key)?,
            SeenOf::So(seen) => Some(seen),
        };
        let mut upsert = self.0.prepare_cached(
            "INSERT INTO entries (key, volume, ord, day, kind, author, conflicts, own_change,
                                  is_unread, content, view, is_removed, needs, seen, is_bare)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (key) DO UPDATE SET
                 ord = excluded.ord, day = excluded.day, kind = excluded.kind,
                 conflicts = excluded.conflicts,
                 own_change = coalesce(excluded.own_change, own_change),
                 is_unread = excluded.is_unread, content = excluded.content,
                 view = excluded.view, is_removed = excluded.is_removed,
                 needs = excluded.needs, seen = excluded.seen, is_bare = excluded.is_bare",
        )?;
        upsert.execute(params![
            key,
            entry.volume.0,
            i64::try_from(entry.order).map_err(|_| StoreError::Damaged)?,
            entry.day,
            entry.kind_name,
            entry.author.index(),
            entry.conflicts() as i64,
            own_change,
            is_unread(entry, seen.as_ref(), me),
            entry.content.0,
            item::encode(entry),
            entry.is_removed(),
            entry.needs().len() as i64,
            seen.map(|seen| item::encode(&seen)),
            entry.is_bare(),
        ])?;
        self.note_labels(&entry.kind_name)?;
        self.note_key(entry)
    }

    fn note_key(&self, entry: &Entry) -> Result<(), StoreError> {
        let note = if entry.awaits_key {
            "INSERT OR IGNORE INTO awaits_key (entry) VALUES (?1)"
        } else {
            "DELETE FROM awaits_key WHERE entry = ?1"
        };
        self.0.prepare_cached(note)?.execute([entry.key.as_str()])?;
        Ok(())
    }

    fn seen_of(&self, key: &str) -> Result<SeenOf, StoreError> {
        let mut select = self.0.prepare_cached("SELECT seen FROM entries WHERE key = ?1")?;
        let seen: Option<Option<Vec<u8>>> = select.query_row([key], |row| row.get(0)).optional()?;
        Ok(match seen.flatten() {
            None => SeenOf::Nothing,
            Some(bytes) if bytes.is_empty() => SeenOf::AllBefore,
            Some(bytes) => {
                SeenOf::So(item::decode(&bytes, "seen").map_err(|_| StoreError::Damaged)?)
            }
        })
    }

    /// The entries in which this device has a key to publish, to copy or to withdraw.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn awaiting_key(&self) -> Result<Vec<String>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT entry FROM awaits_key ORDER BY entry")?;
        let rows = select.query_map([], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// One entry.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn entry(&self, key: &str, me: Slot) -> Result<Option<EntryRow>, StoreError> {
        let reached = self.reached(me)?;
        let mut select = self.0.prepare_cached(&format!("{SELECT} WHERE e.key = ?1"))?;
        let row = select.query_row([key], Raw::read).optional()?;
        row.map(|raw| self.shown(raw, &reached)).transpose()
    }

    /// The keys that begin so, at most two: enough to know whether there is just one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keys_beginning(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        // A range of the index of keys: the table has every entry's view in it, and is never scanned.
        let mut select = self
            .0
            .prepare_cached("SELECT key FROM entries WHERE key >= ?1 AND key < ?2 LIMIT 2")?;
        let beyond = format!("{prefix}{}", char::MAX);
        let rows = select.query_map([prefix, &beyond], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// A page of the timeline, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn timeline(
        &self,
        before: Option<&Cursor>,
        limit: u32,
        filter: &Filter,
        me: Slot,
    ) -> Result<Vec<EntryRow>, StoreError> {
        let mut sql = format!("{SELECT} WHERE 1");
        let mut values: Vec<Value> = Vec::new();
        if let Some(Cursor { day, volume, order, key }) = before {
            sql.push_str(" AND (e.day, e.volume, e.ord, e.key) < (?, ?, ?, ?)");
            let order = i64::try_from(*order).map_err(|_| StoreError::Damaged)?;
            values.extend([(*day).into(), (*volume).into(), order.into(), key.clone().into()]);
        }
        if let Some(kind) = &filter.kind {
            sql.push_str(" AND e.kind = ?");
            values.push(kind.clone().into());
        } else {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.is_out_of_timelines()) {
                sql.push_str(" AND e.kind <> ?");
                values.push(kind.name().to_owned().into());
            }
        }
        if let Some(days) = &filter.days {
            sql.push_str(" AND e.day BETWEEN ? AND ?");
            values.extend([(*days.start()).into(), (*days.end()).into()]);
        }
        if filter.only_unread {
            sql.push_str(" AND e.is_unread");
        }
        sql.push_str(match filter.among {
            Among::Kept => " AND NOT e.is_removed AND NOT e.is_bare",
            Among::Removed => " AND e.is_removed AND NOT e.is_bare",
            Among::InNeed => " AND e.needs > 0 AND NOT e.is_bare",
            Among::All => "",
        });
        sql.push_str(" ORDER BY e.day DESC, e.volume DESC, e.ord DESC, e.key DESC LIMIT ?");
        values.push(limit.into());
        let reached = self.reached(me)?;
        let mut select = self.0.prepare_cached(&sql)?;
        let rows = select.query_map(params_from_iter(values), Raw::read)?;
        rows.map(|row| self.shown(row?, &reached)).collect()
    }

    /// An entry stands no more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_entry(&self, key: &str) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM awaits_key WHERE entry = ?1", [key])?;
        self.0.execute("DELETE FROM marks_due WHERE entry = ?1", [key])?;
        let kind: Option<String> = self
            .0
            .query_row("DELETE FROM entries WHERE key = ?1 RETURNING kind", [key], |row| row.get(0))
            .optional()?;
        kind.map_or(Ok(()), |kind| self.note_labels(&kind))
    }

    /// So much of what the other person did in an entry was seen here. It is said to nobody.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_seen_of(
        &self,
        key: &str,
        newly: &RevMap,
        me: Slot,
    ) -> Result<(), StoreError> {
        let Some(EntryRow { entry, .. }) = self.entry(key, me)? else { return Ok(()) };
        let before = self.seen_in(&entry, me)?;
        let seen = before.clone().unwrap_or_default().join(newly);
        if before.as_ref() != Some(&seen) {
            self.set_seen(&entry, &seen, me)?;
            self.mark_is_due(key)?;
        }
        Ok(())
    }

    /// How much of what the other person did in an entry was seen; nothing, if not even that it is
    /// there.
    pub(super) fn seen_in(&self, entry: &Entry, me: Slot) -> Result<Option<RevMap>, StoreError> {
        Ok(match self.seen_of(entry.key.as_str())? {
            SeenOf::AllBefore => Some(entry.done_by(me.other()).clone()),
            SeenOf::Nothing => None,
            SeenOf::So(seen) => Some(seen),
        })
    }

    /// So much was seen; whether the entry is read by that.
    pub(super) fn set_seen(
        &self,
        entry: &Entry,
        seen: &RevMap,
        me: Slot,
    ) -> Result<bool, StoreError> {
        let is_unread = is_unread(entry, Some(seen), me);
        let mut update =
            self.0.prepare_cached("UPDATE entries SET seen = ?2, is_unread = ?3 WHERE key = ?1")?;
        update.execute(params![entry.key.as_str(), item::encode(seen), is_unread])?;
        Ok(!is_unread)
    }

    /// Whether an entry was ever opened here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn was_ever_seen(&self, key: &str) -> Result<bool, StoreError> {
        Ok(!matches!(self.seen_of(key)?, SeenOf::Nothing))
    }

    /// Leaves the entries as a version that kept them otherwise might have.
    #[cfg(test)]
    pub(crate) fn spoil_views(&self) -> Result<(), StoreError> {
        self.0.execute("UPDATE entries SET view = x'00', content = x'00'", [])?;
        Ok(())
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn entry_count(&self) -> Result<u64, StoreError> {
        let count: i64 = self.0.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Whether there are fewer than that. They are counted only when that many were ever kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn has_room_for_entries(&self, limit: u64) -> Result<bool, StoreError> {
        let mut last = self.0.prepare_cached("SELECT max(place) FROM entries")?;
        let last: Option<i64> = last.query_row([], |row| row.get(0))?;
        let kept = last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0);
        Ok(kept < limit || self.entry_count()? < limit)
    }

    /// Whether there is an entry of a kind that belongs into a vault alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn has_private(&self) -> Result<bool, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT EXISTS (SELECT 1 FROM entries WHERE kind = ?1)")?;
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_for_oneself()) {
            if select.query_row([kind.name()], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A hash of everything shared, and of how many entries.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn hash(&self) -> Result<(Hash, u64), StoreError> {
        let mut select = self.0.prepare_cached("SELECT key, content FROM entries ORDER BY key")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, Hash(row.get(1)?))))?;
        let rows = rows.collect::<Result<Vec<(String, Hash)>, _>>()?;
        let hash = notebook_hash(rows.iter().map(|(key, content)| (key.as_str(), *content)));
        Ok((hash, rows.len() as u64))
    }

    fn reached(&self, me: Slot) -> Result<Reached, StoreError> {
        let (relay, terms, labels) = (self.relay_have()?, self.terms()?, self.labels()?);
        Ok(Reached { relay, partner: me.other(), terms, labels })
    }

    fn shown(&self, raw: Raw, reached: &Reached) -> Result<EntryRow, StoreError> {
        let mut entry: Entry = item::decode(&raw.view, "entry").map_err(|_| StoreError::Damaged)?;
        entry.open.retain(|open| open.to != reached.partner);
        let delivery = match (raw.own_writer, raw.own_counter) {
            // One's own words that came from another device of one's own came over the relay.
            (None, _) if entry.author == reached.partner => Delivery::Partner,
            (None, _) => Delivery::Relay,
            (Some(_), None) => Delivery::Device,
            (Some(writer), Some(counter)) => {
                let counter = u64::try_from(counter).map_err(|_| StoreError::Damaged)?;
                let place = self.carrier(writer, counter)?.unwrap_or((writer, counter));
                let (writer, counter) = place;
                if self.told(reached.partner, writer)? >= counter {
                    Delivery::Partner
                } else if reached.relay.contains(writer, counter) {
                    Delivery::Relay
                } else {
                    Delivery::Device
                }
            }
        };
        let can = reached.terms.allow(&mut entry, reached.partner.other());
        let tags = entry.tags(&reached.labels);
        Ok(EntryRow { entry, is_unread: raw.is_unread, delivery, can, tags })
    }
}

/// What was seen of the other person's doings in an entry.
enum SeenOf {
    /// Not even that it is there.
    Nothing,
    /// All that there was before it was counted.
    AllBefore,
    So(RevMap),
}

/// Whether the other person did something in an entry that was not seen.
fn is_unread(entry: &Entry, seen: Option<&RevMap>, me: Slot) -> bool {
    let news = entry.done_by(me.other());
    match seen {
        None => entry.author != me || !RevMap::default().covers(news),
        Some(seen) => !seen.covers(news),
    }
}

/// A row as it is stored.
struct Raw {
    view: Vec<u8>,
    is_unread: bool,
    own_writer: Option<WriterId>,
    own_counter: Option<i64>,
}

const SELECT: &str = "SELECT e.view, e.is_unread, c.writer, c.counter
    FROM entries e LEFT JOIN changes c ON c.id = e.own_change";

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            view: row.get(0)?,
            is_unread: row.get(1)?,
            own_writer: row.get::<_, Option<[u8; 16]>>(2)?.map(WriterId),
            own_counter: row.get(3)?,
        })
    }
}

impl EntryRow {
    /// The same as it is on that day of the reader's, days since 1970-01-01: see [`Entry::as_of`].
    #[must_use]
    pub fn as_of(self, today: i32) -> Self {
        Self { entry: self.entry.as_of(today), ..self }
    }

    /// The place just behind this entry.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor {
            day: self.entry.day,
            volume: self.entry.volume.0,
            order: self.entry.order,
            key: self.entry.key.as_str().to_owned(),
        }
    }
}

impl Delivery {
    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Relay => "relay",
            Self::Partner => "partner",
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, volume, order, key } = self;
        write!(f, "{day}.{volume}.{order}.{key}")
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let mut parts = text.splitn(4, '.');
        let mut next = || parts.next().ok_or(NotACursor);
        Ok(Self {
            day: next()?.parse().map_err(|_| NotACursor)?,
            volume: next()?.parse().map_err(|_| NotACursor)?,
            order: next()?.parse().map_err(|_| NotACursor)?,
            key: next()?.to_owned(),
        })
    }
}
