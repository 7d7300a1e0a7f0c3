//! What is shown: read from the store, without waiting for anything else.

use couplet::Couplet;

use crate::device::Status;
use crate::entry::{Cursor, EntryId, EntryRow, Filter, NotebookHash, all};
use crate::error::CoupletError;
use crate::notebook::Notebook;
use crate::preview::EntryPreview;

#[uniffi::export]
impl Notebook {
    /// A page of the timeline, the newest first, from a cursor on or from its beginning.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(limit = 50, before = None, filter = None))]
    pub async fn timeline(
        &self,
        limit: u32,
        before: Option<Cursor>,
        filter: Option<Filter>,
    ) -> Result<Vec<EntryPreview>, CoupletError> {
        let before = before.as_ref().map(Cursor::parse).transpose()?;
        let filter = filter.map(couplet::Filter::from).unwrap_or_default();
        let read = |couplet: Couplet| async move {
            couplet.timeline(before, limit, filter).await.map(all)
        };
        self.call_here(read).await
    }

    /// One entry whole. Whoever asks has read it.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn show(&self, entry: EntryId) -> Result<EntryRow, CoupletError> {
        let read =
            |couplet: Couplet| async move { couplet.show(&entry.value).await.map(EntryRow::from) };
        self.call_here(read).await
    }

    /// One entry whole, without its being read.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn entry(&self, entry: EntryId) -> Result<EntryRow, CoupletError> {
        let read =
            |couplet: Couplet| async move { couplet.entry(&entry.value).await.map(EntryRow::from) };
        self.call_here(read).await
    }

    /// A hash of everything shared, equal on devices that have the same notebook.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn hash(&self) -> Result<NotebookHash, CoupletError> {
        let read = |couplet: Couplet| async move { couplet.hash().await.map(NotebookHash::from) };
        self.call_here(read).await
    }

    /// The honest state.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn status(&self) -> Result<Status, CoupletError> {
        let read = |couplet: Couplet| async move { couplet.status().await.map(Status::from) };
        self.call_here(read).await
    }
}
