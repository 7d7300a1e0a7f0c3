//! Between a notebook and the vault beside it, and its lock.

use std::sync::Arc;

use couplet::Couplet;

use crate::draft::Draft;
use crate::entry::{EntryId, EntryRow, all};
use crate::error::CoupletError;
use crate::notebook::Notebook;
use crate::vault::Chosen;

#[uniffi::export]
impl Notebook {
    /// Whether this is a vault.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn is_vault(&self) -> Result<bool, CoupletError> {
        self.call(|couplet| async move { couplet.is_vault().await }).await
    }

    /// At a pause in typing, and before the vault is locked: every draft of this device goes into the
    /// vault, where all devices of its person have it. Returns how many that were.
    ///
    /// # Errors
    /// [`CoupletError`]; what did not get there is here.
    pub async fn keep_drafts(&self, vault: Arc<Self>) -> Result<u64, CoupletError> {
        let vault = vault.couplet.clone();
        let keep = |couplet: Couplet| async move {
            couplet.keep_drafts(&vault).await.map(|count| u64::try_from(count).unwrap_or(u64::MAX))
        };
        self.call(keep).await
    }

    /// After an exchange, and before the vault is locked: what was seen here goes into the vault, and
    /// what was seen on other devices of this person comes from it. Returns how many entries that were
    /// new here are read by that.
    ///
    /// # Errors
    /// [`CoupletError`]; what did not get there is due still.
    pub async fn keep_seen(&self, vault: Arc<Self>) -> Result<u64, CoupletError> {
        let vault = vault.couplet.clone();
        let keep = |couplet: Couplet| async move {
            couplet.keep_seen(&vault).await.map(|count| u64::try_from(count).unwrap_or(u64::MAX))
        };
        self.call(keep).await
    }

    /// The drafts of this device and those of the vault, as one list.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn drafts_with(&self, vault: Arc<Self>) -> Result<Vec<Draft>, CoupletError> {
        let vault = vault.couplet.clone();
        self.call(|couplet| async move { couplet.drafts_with(&vault).await.map(all) }).await
    }

    /// Takes up a draft that the vault has, as it was shown, to type in it or to share it here.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn take_up(&self, draft: Draft) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.take_up(&draft.into()).await }).await
    }

    /// Copies what was chosen of an entry of the vault into this notebook, as one change. Nothing
    /// leads from the one to the other: what is changed later in either stays there.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn share_from(
        &self,
        vault: Arc<Self>,
        entry: EntryId,
        chosen: Chosen,
    ) -> Result<EntryRow, CoupletError> {
        let vault = vault.couplet.clone();
        let share = |couplet: Couplet| async move {
            let chosen = couplet::Chosen::from(chosen);
            couplet.share_from(&vault, &entry.value, &chosen).await.map(EntryRow::from)
        };
        self.call(share).await
    }

    /// Lets go of the store, its keys and everything that was read of it, and returns when that is
    /// done. Exchanges end, and calls after this fail with `Key` and the code `locked`: it is unlocked
    /// by opening it anew, with the key that the keystore then gives.
    ///
    /// # Errors
    /// None so far.
    pub async fn lock(&self) -> Result<(), CoupletError> {
        self.call(|couplet| async move {
            couplet.lock().await;
            Ok(())
        })
        .await
    }
}
