//! Drafts: words that nobody else sees, durable at every keystroke.
//!
//! They are rows of this device and nothing more: no change of the document knows of them until
//! they are shared. A process that does not own the store keeps them just as well.

use rusqlite::{OptionalExtension, Row, params};

use super::{StoreError, Tables};

/// Words that were not shared so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its name on this device.
    pub id: String,
    /// The kind of entry that it will be, or that it edits.
    pub kind: String,
    /// The civil day that it will belong to, days since 1970-01-01.
    pub day: i32,
    /// The entry that it edits.
    pub entry: Option<String>,
    /// The version of that entry that was last shown.
    pub base: Option<String>,
    /// The words.
    pub text: String,
}

impl Tables<'_> {
    /// Keeps a draft.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn keep_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO drafts (id, kind, day, entry, base, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let Draft { id, kind, day, entry, base, text } = draft;
        insert.execute(params![id, kind, day, entry, base, text])?;
        Ok(())
    }

    /// Gives a draft other words; says whether there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn rewrite_draft(&self, id: &str, text: &str) -> Result<bool, StoreError> {
        let mut update = self.0.prepare_cached("UPDATE drafts SET text = ?2 WHERE id = ?1")?;
        Ok(update.execute([id, text])? > 0)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn draft(&self, id: &str) -> Result<Option<Draft>, StoreError> {
        let mut select = self.0.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        Ok(select.query_row([id], Draft::read).optional()?)
    }

    /// All drafts, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        let mut select = self.0.prepare_cached(&format!("{SELECT} ORDER BY place"))?;
        let rows = select.query_map([], Draft::read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Removes a draft; says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_draft(&self, id: &str) -> Result<bool, StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM drafts WHERE id = ?1")?;
        Ok(delete.execute([id])? > 0)
    }

    /// Throws a draft away if its words are still these; says whether they were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn use_draft(&self, id: &str, text: &str) -> Result<bool, StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM drafts WHERE id = ?1 AND text = ?2")?;
        Ok(delete.execute([id, text])? > 0)
    }
}

const SELECT: &str = "SELECT id, kind, day, entry, base, text FROM drafts";

impl Draft {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            day: row.get(2)?,
            entry: row.get(3)?,
            base: row.get(4)?,
            text: row.get(5)?,
        })
    }
}
