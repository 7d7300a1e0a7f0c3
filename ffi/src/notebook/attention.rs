//! What was seen here, what waits for somebody, and erasing for good.

use couplet::Couplet;

use crate::attention::Attention;
use crate::entry::EntryId;
use crate::erased::Erased;
use crate::error::CoupletError;
use crate::facts::Changed;
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

    /// What this person had not seen of a page when they let it go, and is asked again about: how it
    /// read then, and how it does by now. Empty if they have not let it go; nothing if it cannot be
    /// told any more, as after something was erased for good.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn since_letting_go(
        &self,
        entry: EntryId,
    ) -> Result<Option<Vec<Changed>>, CoupletError> {
        let since = |couplet: Couplet| async move {
            let since = couplet.since_letting_go(&entry.value).await?;
            Ok(since.map(crate::entry::all))
        };
        self.call(since).await
    }

    /// Erases this person's words in an entry for good, as far as that can be done, and says how far
    /// that is; asked again, how far it has come. Until a device of the other person has agreed,
    /// which it does by itself, nothing is gone.
    ///
    /// # Errors
    /// [`CoupletError`]; `NotAllowed` if there are no words of this person's.
    pub async fn erase(&self, entry: EntryId) -> Result<Erased, CoupletError> {
        let erase =
            |couplet: Couplet| async move { couplet.erase(&entry.value).await.map(Erased::from) };
        self.call(erase).await
    }
}
