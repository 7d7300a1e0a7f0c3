//! What was seen here, what was removed, and what waits for somebody.
//!
//! What a person has seen stays on their device: it is in no change, no envelope and no hash, and so
//! the other cannot tell, not even by what is sent or when. Another device of one's own hears of it
//! through the vault, which is that person's alone.

use couplet_engine::notebook::since::Changed;

use super::Couplet;
use crate::answers::{Attention, Event};
use crate::error::Error;
use crate::owner::Owner;
use crate::store::{Among, Cursor, EntryRow, Filter};

impl Couplet {
    /// This person has seen the entry as this row has it. What the other did since stays new.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn seen(&self, row: &EntryRow) -> Result<(), Error> {
        if !row.is_unread {
            return Ok(());
        }
        let (key, done) = (row.entry.key.as_str().to_owned(), row.entry.done.clone());
        self.handle.call(move |owner| owner.seen(&key, &done)).await
    }

    /// After an exchange, and before the vault is locked: what was seen here goes into the vault, and
    /// what was seen on other devices of this person comes from it. Returns how many entries that
    /// were new here are read by that.
    ///
    /// It is one change of the vault's, however much was read, and none if nothing was. What is too
    /// much for one goes with the next call.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Store`]; what did not get there is due still.
    pub async fn keep_seen(&self, vault: &Self) -> Result<usize, Error> {
        let taken = self.handle.call(Owner::marks_taken).await?;
        let pages = vault.handle.call(move |owner| owner.marks_beyond(&taken)).await?;
        let read = self.handle.call(move |owner| owner.take_marks(&pages)).await?;
        for entry in &read {
            self.handle.tell(Event::Entry(entry.as_str().to_owned()));
        }
        let due = self.handle.call(Owner::marks_due).await?;
        if !due.is_empty() {
            let marks = due.clone();
            match vault.handle.call(move |owner| owner.keep_marks(&marks)).await {
                // A vault that waits to be let in has no place for them yet.
                Err(Error::NotLetInYet) => return Ok(read.len()),
                kept => kept?,
            }
            self.handle.call(move |owner| owner.marks_are_kept(&due)).await?;
            vault.handle.written();
        }
        Ok(read.len())
    }

    /// Entries that were removed, as [`Couplet::timeline`] gives the others.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn trash(&self, before: Option<Cursor>, limit: u32) -> Result<Vec<EntryRow>, Error> {
        let filter = Filter { among: Among::Removed, ..Filter::default() };
        self.timeline(before, limit, filter).await
    }

    /// What you had not seen of a page when you let it go, and are asked again about: how it read
    /// then, and how it does by now. Empty if you have not let it go; nothing if it cannot be told any
    /// more, as after something was erased for good, when how pages read before is not kept.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn since_letting_go(&self, entry: &str) -> Result<Option<Vec<Changed>>, Error> {
        let key = self.key_of(entry).await?;
        self.handle.call(move |owner| owner.since_letting_go(&key)).await
    }

    /// What waits for somebody: of the entries what both phones show, and what stands nowhere on
    /// this device. Nothing else waits for it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn needs_attention(&self) -> Result<Attention, Error> {
        self.handle.call(Owner::needs_attention).await
    }
}
