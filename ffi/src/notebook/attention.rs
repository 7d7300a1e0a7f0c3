//! What was seen here, what waits for somebody.

use couplet::Couplet;

use crate::attention::Attention;
use crate::entry::EntryId;
use crate::error::CoupletError;
use crate::notebook::Notebook;

#[uniffi::export]
impl Notebook {
    /// This person has seen the entry as it was shown: `content` is that row's. Nothing is seen, and
    /// the answer is no, if it looks different meanwhile: show it anew. Nobody is told, on no device.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn seen(&self, entry: EntryId, content: String) -> Result<bool, CoupletError> {
        let see = |couplet: Couplet| async move {
            let row = couplet.entry(&entry.value).await?;
            let is_so = row.entry.content.to_string() == content;
            if is_so {
                couplet.seen(&row).await?;
            }
            Ok(is_so)
        };
        self.call(see).await
    }

    /// What waits for somebody: of the entries what both phones show, and what stands nowhere on
    /// this device. Nothing else waits for it.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn needs_attention(&self) -> Result<Attention, CoupletError> {
        self.call(|couplet| async move { couplet.needs_attention().await.map(Attention::from) })
            .await
    }
}
