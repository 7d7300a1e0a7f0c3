//! Drafts: words that nobody else sees, durable at every keystroke.
//!
//! They are rows of this device and nothing more: no change of the document knows of them until
//! they are shared. A process that does not own the store keeps them just as well. Those that a
//! vault has, too, carry what it has of them, and leave their end behind until the vault knows.

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
    /// What the vault has of it, if it is there, too.
    pub kept: Option<Kept>,
}

/// What a vault has of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The version that the words have there.
    pub version: String,
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
            "INSERT INTO drafts (id, kind, day, entry, base, text, kept_version, kept_text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let Draft { id, kind, day, entry, base, text, kept } = draft;
        let (version, words) = kept.as_ref().map(|kept| (&kept.version, &kept.text)).unzip();
        insert.execute(params![id, kind, day, entry, base, text, version, words])?;
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

    /// The vault has a draft: it is gone from here unless somebody typed since `offered`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn draft_is_kept(
        &self,
        id: &str,
        offered: &str,
        anew: impl FnOnce(&str) -> String,
        kept: &Kept,
    ) -> Result<(), StoreError> {
        let mut delete = self.0.prepare_cached("DELETE FROM drafts WHERE id = ?1 AND text = ?2")?;
        if delete.execute([id, offered])? > 0 {
            return Ok(());
        }
        let Some(draft) = self.draft(id)? else { return Ok(()) };
        let mut update = self.0.prepare_cached(
            "UPDATE drafts SET text = ?2, kept_version = ?3, kept_text = ?4 WHERE id = ?1",
        )?;
        update.execute([id, &anew(&draft.text), &kept.version, &kept.text])?;
        Ok(())
    }

    /// Drafts that have ended here and not in the vault so far, and what it has of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drafts_ended(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT id, text FROM drafts_ended ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The vault knows of an end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn forget_ended(&self, id: &str) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM drafts_ended WHERE id = ?1", [id])?;
        Ok(())
    }

    /// The vault is to hear that a draft is no more, if it has it.
    fn end_draft(&self, id: &str) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "REPLACE INTO drafts_ended (id, text)
             SELECT id, kept_text FROM drafts WHERE id = ?1 AND kept_text IS NOT NULL",
        )?;
        insert.execute([id])?;
        Ok(())
    }

    /// Removes a draft; says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn drop_draft(&self, id: &str) -> Result<bool, StoreError> {
        self.end_draft(id)?;
        let mut delete = self.0.prepare_cached("DELETE FROM drafts WHERE id = ?1")?;
        Ok(delete.execute([id])? > 0)
    }

    /// Removes a draft if its words are still these; says whether they were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn use_draft(&self, id: &str, text: &str) -> Result<bool, StoreError> {
        if self.draft(id)?.is_none_or(|draft| draft.text != text) {
            return Ok(false);
        }
        self.drop_draft(id)
    }
}

const SELECT: &str = "SELECT id, kind, day, entry, base, text, kept_version, kept_text FROM drafts";

impl Draft {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kept: (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
        let kept = kept.0.zip(kept.1);
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            day: row.get(2)?,
            entry: row.get(3)?,
            base: row.get(4)?,
            text: row.get(5)?,
            kept: kept.map(|(version, text)| Kept { version, text }),
        })
    }
}
