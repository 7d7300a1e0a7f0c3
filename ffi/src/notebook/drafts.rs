//! Drafts: words that nobody else sees, until they are shared.

use couplet::Couplet;

use crate::draft::{Draft, DraftId};
use crate::entry::{EntryId, EntryRow, Version, all};
use crate::error::CoupletError;
use crate::kinds::Kind;
use crate::notebook::Notebook;

#[uniffi::export]
impl Notebook {
    /// Begins a draft of a new entry; `day` counts from 1970-01-01.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn draft_new(
        &self,
        kind: Kind,
        day: i32,
        text: String,
    ) -> Result<Draft, CoupletError> {
        let draft = |couplet: Couplet| async move {
            couplet.draft_new(kind, day, &text).await.map(Draft::from)
        };
        self.call(draft).await
    }

    /// Begins a draft of an edit, from the version that was last shown.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(base = None))]
    pub async fn draft_edit(
        &self,
        entry: EntryId,
        text: String,
        base: Option<Version>,
    ) -> Result<Draft, CoupletError> {
        let draft = |couplet: Couplet| async move {
            let base = base.as_ref().map(|base| base.value.as_str());
            couplet.draft_edit(&entry.value, base, &text).await.map(Draft::from)
        };
        self.call(draft).await
    }

    /// Gives a draft other words: cheap enough for every keystroke, and durable when it returns.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn draft_update(&self, draft: DraftId, text: String) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.draft_update(&draft.value, &text).await }).await
    }

    /// The drafts of this device, the oldest first.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn drafts(&self) -> Result<Vec<Draft>, CoupletError> {
        self.call(|couplet| async move { couplet.drafts().await.map(all) }).await
    }

    /// One draft.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn draft(&self, draft: DraftId) -> Result<Draft, CoupletError> {
        let read =
            |couplet: Couplet| async move { couplet.draft(&draft.value).await.map(Draft::from) };
        self.call(read).await
    }

    /// Throws a draft away, for good.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn draft_discard(&self, draft: DraftId) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.draft_discard(&draft.value).await }).await
    }

    /// Shares a draft: its final words become one change, whatever was typed before them.
    ///
    /// # Errors
    /// [`CoupletError`]; the draft is still there then.
    pub async fn share_draft(&self, draft: DraftId) -> Result<EntryRow, CoupletError> {
        let share = |couplet: Couplet| async move {
            couplet.share_draft(&draft.value).await.map(EntryRow::from)
        };
        self.call(share).await
    }
}
