//! Beside the process that owns the notebook: leaving words for the owner.

use couplet::Couplet;

use crate::draft::DraftId;
use crate::entry::{EntryId, Saying, Version};
use crate::error::CoupletError;
use crate::kinds::Kind;
use crate::notebook::Notebook;

#[uniffi::export]
impl Notebook {
    /// Whether this process owns the notebook's store.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.couplet.is_owner()
    }

    /// Leaves a new entry for the owner. It is durable, and in the notebook as soon as the owner,
    /// or whoever opens the notebook next, has looked.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn queue_write(
        &self,
        kind: Kind,
        day: i32,
        text: String,
    ) -> Result<EntryId, CoupletError> {
        let queue = |couplet: Couplet| async move {
            couplet.queue_write(kind, day, &text).await.map(named)
        };
        self.call(queue).await
    }

    /// Leaves an edit for the owner, merged against the version given or the one shown here.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(base = None))]
    pub async fn queue_edit(
        &self,
        entry: EntryId,
        text: String,
        base: Option<Version>,
    ) -> Result<EntryId, CoupletError> {
        let queue = |couplet: Couplet| async move {
            let base = base.as_ref().map(|base| base.value.as_str());
            couplet.queue_edit(&entry.value, base, &text).await.map(named)
        };
        self.call(queue).await
    }

    /// Leaves something about an entry for the owner.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn queue_saying(
        &self,
        entry: EntryId,
        saying: Saying,
    ) -> Result<EntryId, CoupletError> {
        let queue = |couplet: Couplet| async move {
            couplet.queue_saying(&entry.value, saying.into()).await.map(named)
        };
        self.call(queue).await
    }

    /// Leaves a draft's words for the owner to share; the draft is gone.
    ///
    /// # Errors
    /// [`CoupletError`]; the draft is still there then.
    pub async fn queue_share(&self, draft: DraftId) -> Result<EntryId, CoupletError> {
        let queue =
            |couplet: Couplet| async move { couplet.queue_share(&draft.value).await.map(named) };
        self.call(queue).await
    }
}

fn named(value: String) -> EntryId {
    EntryId { value }
}
