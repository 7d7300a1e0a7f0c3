//! The one long-lived object: a notebook on this device. `couplet::Couplet` says what calls mean.

mod attention;
mod beside;
mod drafts;
mod ending;
mod going;
mod membership;
mod network;
mod reading;
mod recovery;
mod writing;

use std::future::Future;
use std::sync::Arc;

use couplet::{Couplet, RelayLink};
pub use ending::GoneOn;

use crate::config::Config;
use crate::entry::all;
use crate::error::CoupletError;
use crate::events::EventStream;
use crate::export::Archive;
use crate::keystore::{KeyStore, kept_key, key_or_new};
use crate::runtime::{CancelToken, run, run_here};

/// A notebook on this device. Writing and reading never need a network, and what a call has
/// returned is durable.
///
/// Hold one for each notebook, for as long as the app shows it, and end it with `shutdown`.
#[derive(Debug, uniffi::Object)]
pub struct Notebook {
    couplet: Couplet,
    is_closing: Arc<CancelToken>,
}

#[uniffi::export]
impl Notebook {
    /// A notebook of one's own, usable at once, alone and offline; with the link of a relay, or
    /// without one so far.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::constructor(default(relay = None))]
    pub async fn found(
        config: Config,
        keystore: Arc<dyn KeyStore>,
        name: String,
        relay: Option<String>,
    ) -> Result<Arc<Self>, CoupletError> {
        run(async move {
            let relay = relay.as_deref().map(relay_link).transpose()?;
            let place = config.place(keystore, key_or_new).await?;
            Ok(Self::of(Couplet::found(&place, &name, relay).await?))
        })
        .await
    }

    /// Asks to be let in by whoever made this link.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::constructor]
    pub async fn join(
        config: Config,
        keystore: Arc<dyn KeyStore>,
        link: String,
        name: String,
    ) -> Result<Arc<Self>, CoupletError> {
        run(async move {
            let place = config.place(keystore, key_or_new).await?;
            Ok(Self::of(Couplet::join(&place, &link, &name).await?))
        })
        .await
    }

    /// Opens the notebook in this place.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::constructor]
    pub async fn open(
        config: Config,
        keystore: Arc<dyn KeyStore>,
    ) -> Result<Arc<Self>, CoupletError> {
        run(async move {
            let place = config.place(keystore, kept_key).await?;
            Ok(Self::of(Couplet::open(&place).await?))
        })
        .await
    }

    /// Opens the notebook in this place while another process owns it: a widget, an extension.
    /// What changes it fails with `Busy`, except drafts and what is left for the owner.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::constructor]
    pub async fn open_beside(
        config: Config,
        keystore: Arc<dyn KeyStore>,
    ) -> Result<Arc<Self>, CoupletError> {
        run(async move {
            let place = config.place(keystore, kept_key).await?;
            Ok(Self::of(Couplet::open_beside(&place).await?))
        })
        .await
    }

    /// Makes an archive in this place out of an export: the same notebook, equal by hash, to be read
    /// and exported again. It has no partner and takes no words.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::constructor]
    pub async fn archive(
        config: Config,
        keystore: Arc<dyn KeyStore>,
        archive: Archive,
    ) -> Result<Arc<Self>, CoupletError> {
        run(async move {
            let of = archive.of()?;
            let place = config.place(keystore, key_or_new).await?;
            Ok(Self::of(Couplet::archive(&place, of, all(archive.changes)).await?))
        })
        .await
    }

    /// What happens from here on.
    #[must_use]
    pub fn events(&self) -> Arc<EventStream> {
        EventStream::of(self.couplet.events(), self.is_closing.clone())
    }

    /// Lets go of the store and of the network, and returns when both are let go of. Writes that
    /// were begun are done, exchanges and streams end, and calls after this fail with `Closed`.
    ///
    /// # Errors
    /// None so far.
    pub async fn shutdown(&self) -> Result<(), CoupletError> {
        self.is_closing.cancel();
        let couplet = self.couplet.clone();
        run(async move {
            couplet.shutdown().await;
            Ok(())
        })
        .await
    }
}

impl Notebook {
    pub(crate) fn of(couplet: Couplet) -> Arc<Self> {
        Arc::new(Self { couplet, is_closing: CancelToken::new() })
    }

    /// Does what this device can do by itself. It is not interrupted by a shutdown, which waits.
    async fn call<T, F>(&self, work: impl FnOnce(Couplet) -> F) -> Result<T, CoupletError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, couplet::Error>> + Send + 'static,
    {
        if self.is_closing.is_cancelled() {
            return Err(CoupletError::closed());
        }
        let work = work(self.couplet.clone());
        run(async move { Ok(work.await?) }).await
    }

    /// The same, for what is read in a few short steps.
    async fn call_here<T, F>(&self, work: impl FnOnce(Couplet) -> F) -> Result<T, CoupletError>
    where
        F: Future<Output = Result<T, couplet::Error>>,
    {
        if self.is_closing.is_cancelled() {
            return Err(CoupletError::closed());
        }
        let work = work(self.couplet.clone());
        run_here(async move { Ok(work.await?) }).await
    }

    /// Does what waits for others; a shutdown ends it.
    async fn call_network<T, F>(
        &self,
        cancel: Option<Arc<CancelToken>>,
        work: impl FnOnce(Couplet) -> F,
    ) -> Result<T, CoupletError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, couplet::Error>> + Send + 'static,
    {
        let is_closing = self.is_closing.clone();
        let work = work(self.couplet.clone());
        run(async move {
            let work = async {
                tokio::select! {
                    biased;
                    () = is_closing.cancelled() => Err(CoupletError::closed()),
                    done = work => Ok(done?),
                }
            };
            crate::runtime::unless_cancelled(cancel, work).await
        })
        .await
    }
}

pub(crate) fn relay_link(link: &str) -> Result<RelayLink, CoupletError> {
    link.parse().map_err(CoupletError::input)
}
