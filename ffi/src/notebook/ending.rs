//! How a notebook ends, here, for a while or for both, and how somebody goes on.

use std::sync::Arc;

use couplet::Couplet;

use crate::config::Config;
use crate::device::Unsent;
use crate::error::CoupletError;
use crate::export::Imported;
use crate::keystore::{KeyStore, key_or_new};
use crate::notebook::Notebook;

/// A notebook in which somebody goes on alone.
#[derive(Clone, Debug, uniffi::Record)]
pub struct GoneOn {
    /// The new one.
    pub notebook: Arc<Notebook>,
    /// What came into it: one's own words.
    pub imported: Imported,
}

#[uniffi::export]
impl Notebook {
    /// What is on this device and nowhere else, as far as it knows.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn unsent(&self) -> Result<Unsent, CoupletError> {
        self.call(|couplet| async move { couplet.unsent().await.map(Unsent::from) }).await
    }

    /// Deletes this device's store, and the mark outside it, and shuts the notebook down. What is on
    /// this device alone goes with it, and is said then; unless that is wanted, nothing is deleted
    /// if there is any. The key is left to the app, and the device stands in the others' list until
    /// they take it out.
    ///
    /// # Errors
    /// [`CoupletError`]; `InvalidInput` with `unsent` if something would be lost.
    #[uniffi::method(default(is_wanted = false))]
    pub async fn destroy(&self, is_wanted: bool) -> Result<Unsent, CoupletError> {
        let is_closing = self.is_closing.clone();
        let destroy = |couplet: Couplet| async move {
            let unsent = couplet.destroy(is_wanted).await?;
            is_closing.cancel();
            Ok(unsent.into())
        };
        self.call(destroy).await
    }

    /// Wants all of it gone from the relay: it is, once the other person wants it, too, or ninety
    /// days later. Until then everything goes on; afterwards what is here stays, to be read and
    /// exported.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn dissolve(&self) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.dissolve().await }).await
    }

    /// Takes back that this person wants it gone, before it is.
    ///
    /// # Errors
    /// [`CoupletError`]; `NotFound` if this person does not want it.
    pub async fn retain(&self) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.retain().await }).await
    }

    /// This device neither sends nor fetches from here on; writing goes on. A call that stays
    /// attached waits until it is shared again. Nobody is told.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn pause(&self) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.pause().await }).await
    }

    /// Shares again.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn resume(&self) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.resume().await }).await
    }

    /// Goes on alone in a new notebook, after this one ended for this person: one's own words come
    /// in as one's own, and everything, the other person's words among it, is an archive in
    /// `before`. The new one knows nothing of the archive, and shows nothing of it to whoever is
    /// invited. Done again it goes on where it was interrupted.
    ///
    /// # Errors
    /// [`CoupletError`]; `NotAllowed` where nothing has ended, or if there is another notebook in one
    /// of the places.
    pub async fn go_on(
        &self,
        config: Config,
        keystore: Arc<dyn KeyStore>,
        before: Config,
        keystore_before: Arc<dyn KeyStore>,
    ) -> Result<GoneOn, CoupletError> {
        let place = config.place(keystore, key_or_new).await?;
        let before = before.place(keystore_before, key_or_new).await?;
        let go_on = |couplet: Couplet| async move {
            let (new, imported) = couplet.go_on(&place, &before).await?;
            Ok(GoneOn { notebook: Self::of(new), imported: imported.into() })
        };
        self.call(go_on).await
    }
}
