//! Read marks between a notebook's store and the store of its person's vault: which are due to the
//! vault, and what of the vault's is taken in.
//!
//! What was seen of an entry stands with the entry. What other devices of the same person saw of one
//! that has not come so far waits here for it, so that neither of the two stores has to be first.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::claim::RevMap;
use couplet_engine::notebook::marks::{DAY_OF_MARKS, Mark};
use couplet_engine::notebook::schema::Kind;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Slot, WriterId};
use couplet_proto::item;
use rusqlite::{OptionalExtension, params};

use super::{StoreError, Tables};

/// A page of marks in a vault.
#[derive(Clone, Debug)]
pub struct MarksPage {
    /// Its name there.
    pub(crate) key: String,
    /// A hash of all that stands on it.
    pub(crate) content: Hash,
    /// What stands on it.
    pub(crate) marks: Vec<Mark>,
}

/// The notebook's half.
impl Tables<'_> {
    /// More was seen of an entry than the vault knows of.
    pub(super) fn mark_is_due(&self, entry: &str) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached("INSERT OR IGNORE INTO marks_due VALUES (?1)")?;
        insert.execute([entry])?;
        Ok(())
    }

    /// What the vault does not know to be seen, as far as `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn marks_due(&self, limit: usize, me: Slot) -> Result<Vec<Mark>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT entry FROM marks_due ORDER BY entry LIMIT ?1")?;
        let due = select.query_map([limit as i64], |row| row.get::<_, String>(0))?;
        let mut marks = Vec::new();
        for key in due {
            let Some(row) = self.entry(&key?, me)? else { continue };
            let seen = self.seen_in(&row.entry, me)?;
            marks.extend(seen.map(|seen| Mark { entry: row.entry.key, seen }));
        }
        Ok(marks)
    }

    /// The vault knows of these. What was seen since is due still.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn marks_are_kept(&self, marks: &[Mark], me: Slot) -> Result<(), StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM marks_due WHERE entry = ?1")?;
        for mark in marks {
            let key = mark.entry.as_str();
            let row = self.entry(key, me)?;
            let seen = row.map(|row| self.seen_in(&row.entry, me)).transpose()?.flatten();
            if seen.is_none_or(|seen| mark.seen.covers(&seen)) {
                delete.execute([key])?;
            }
        }
        Ok(())
    }

    /// The pages that were taken in, as they stood then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn marks_taken(&self) -> Result<Vec<(String, Hash)>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT page, content FROM marks_taken")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, Hash(row.get(1)?))))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Takes in a page. The entries that are read by that are added to `read`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn take_marks(
        &self,
        page: &MarksPage,
        read: &mut Vec<EntryKey>,
        me: Slot,
    ) -> Result<(), StoreError> {
        for Mark { entry, seen } in &page.marks {
            let Some(row) = self.entry(entry.as_str(), me)? else {
                let before = self.waiting_mark(entry.as_str())?.unwrap_or_default();
                self.0
                    .prepare_cached("REPLACE INTO marks_ahead (entry, seen) VALUES (?1, ?2)")?
                    .execute(params![entry.as_str(), item::encode(&before.join(seen))])?;
                continue;
            };
            let before = self.seen_in(&row.entry, me)?;
            let joined = before.clone().unwrap_or_default().join(seen);
            if before.as_ref() != Some(&joined)
                && self.set_seen(&row.entry, &joined, me)?
                && row.is_unread
            {
                read.push(entry.clone());
            }
        }
        self.0
            .prepare_cached("REPLACE INTO marks_taken (page, content) VALUES (?1, ?2)")?
            .execute(params![page.key, page.content.0])?;
        Ok(())
    }

    /// What other devices saw of an entry that has just come, which waits no more.
    pub(super) fn seen_ahead(&self, entry: &str) -> Result<Option<RevMap>, StoreError> {
        let seen = self.waiting_mark(entry)?;
        if seen.is_some() {
            self.0.execute("DELETE FROM marks_ahead WHERE entry = ?1", [entry])?;
        }
        Ok(seen)
    }

    fn waiting_mark(&self, entry: &str) -> Result<Option<RevMap>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT seen FROM marks_ahead WHERE entry = ?1")?;
        let seen: Option<Vec<u8>> = select.query_row([entry], |row| row.get(0)).optional()?;
        let read = |bytes: Vec<u8>| item::decode(&bytes, "seen").map_err(|_| StoreError::Damaged);
        seen.map(read).transpose()
    }
}

/// The vault's half.
impl Tables<'_> {
    /// The pages of marks that are not, or not so, among these.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn pages_beyond(
        &self,
        known: &[(String, Hash)],
        me: Slot,
    ) -> Result<Vec<MarksPage>, StoreError> {
        let mut pages = Vec::new();
        for (key, content) in self.pages()? {
            if known.iter().any(|(page, taken)| *page == key && *taken == content) {
                continue;
            }
            if let Some(row) = self.entry(&key, me)? {
                pages.push(MarksPage { key, content, marks: row.entry.marks() });
            }
        }
        Ok(pages)
    }

    /// The page that this writer began last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn page_of(
        &self,
        writer: WriterId,
        me: Slot,
    ) -> Result<Option<(EntryKey, couplet_proto::ids::Volume)>, StoreError> {
        for (key, _) in self.pages()? {
            let Some(row) = self.entry(&key, me)? else { continue };
            if row.entry.is_page_of(writer) {
                return Ok(Some((row.entry.key, row.entry.volume)));
            }
        }
        Ok(None)
    }

    /// All pages, the newest first: by the index of days, all of them being of one.
    fn pages(&self) -> Result<Vec<(String, Hash)>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT key, content FROM entries WHERE day = ?1 AND kind = ?2
             ORDER BY day DESC, volume DESC, ord DESC, key DESC",
        )?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Hash(row.get(1)?)));
        let rows = select.query_map(params![DAY_OF_MARKS, Kind::Marks.name()], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
