//! What was seen here, what was removed, and what waits for somebody.
//!
//! What a person has seen stays on their device: it is in no change, no envelope and no hash, and so
//! the other cannot tell, not even by what is sent or when. Another device of one's own does not
//! hear of it either: that is for the vault, which is that person's alone.

use super::Couplet;
use crate::answers::Attention;
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

    /// Entries that were removed, as [`Couplet::timeline`] gives the others.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn trash(&self, before: Option<Cursor>, limit: u32) -> Result<Vec<EntryRow>, Error> {
        let filter = Filter { among: Among::Removed, ..Filter::default() };
        self.timeline(before, limit, filter).await
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
