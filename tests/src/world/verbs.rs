//! What a person does with a phone; all of it is durable when the call returns.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::comment::CommentId;
use couplet_engine::notebook::entry::{Entry, Version};
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::{CannotWrite, Notebook, Written};

use super::phone::Phone;
use crate::chance::Chance;

const DAY: i32 = 20_000;

impl Phone {
    /// Writes a new entry.
    pub fn write(&mut self, kind: Kind, text: &str) -> Entry {
        let written = self.draw(|notebook, chance| notebook.write(kind, DAY, text, chance));
        self.keep(written.unwrap())
    }

    /// Edits an entry; nothing, if nothing is different.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn edit(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<Option<Entry>, CannotWrite> {
        let written = self.notebook().edit(key, base, text)?;
        Ok(written.map(|written| self.keep(written)))
    }

    /// Says something about an entry, or answers a comment there.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn comment(
        &mut self,
        key: &EntryKey,
        reply_to: Option<&CommentId>,
        text: &str,
    ) -> Result<Entry, CannotWrite> {
        let written =
            self.draw(|notebook, chance| notebook.comment(key, reply_to, text, chance))?;
        Ok(self.keep(written))
    }

    /// Writes one's own comment anew; nothing, if nothing is different.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn edit_comment(
        &mut self,
        key: &EntryKey,
        id: &CommentId,
        text: &str,
    ) -> Result<Option<Entry>, CannotWrite> {
        let written = self.notebook().edit_comment(key, id, text)?;
        Ok(written.map(|written| self.keep(written)))
    }

    /// Leaves an emoji, or takes it back; nothing, if it is so already.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn react(
        &mut self,
        key: &EntryKey,
        emoji: &str,
        is_wanted: bool,
    ) -> Result<Option<Entry>, CannotWrite> {
        let written = self.notebook().react(key, emoji, is_wanted)?;
        Ok(written.map(|written| self.keep(written)))
    }

    /// An entry as it is shown.
    pub fn show(&mut self, key: &EntryKey) -> Option<Entry> {
        self.notebook().entry(key)
    }

    fn draw<T>(&mut self, verb: impl FnOnce(&mut Notebook, &mut Chance) -> T) -> T {
        let mut chance = self.chance.clone();
        let done = verb(self.notebook(), &mut chance);
        self.chance = chance;
        done
    }

    fn keep(&mut self, written: Written) -> Entry {
        self.store.changes.push((written.change, None));
        written.entry
    }
}
