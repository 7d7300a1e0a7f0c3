//! The relay: which one, one exchange with it, and staying in touch.

use std::sync::Arc;
use std::time::Duration;

use couplet::Couplet;

use crate::error::CoupletError;
use crate::exchange::Exchanged;
use crate::notebook::{Notebook, relay_link};
use crate::runtime::CancelToken;

#[uniffi::export]
impl Notebook {
    /// Sets or changes the relay, by its link, on this device alone.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn set_relay(&self, link: String) -> Result<(), CoupletError> {
        let relay = relay_link(&link)?;
        self.call(|couplet| async move { couplet.set_relay(relay).await }).await
    }

    /// Goes on at another relay, by its link, with everybody: the others hear of it at the relay of
    /// now, and each device feeds the new one. Where the relay of now does not answer any more, set
    /// the new one on each device.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn move_to(&self, link: String) -> Result<(), CoupletError> {
        let relay = relay_link(&link)?;
        self.call(|couplet| async move { couplet.move_to(relay).await }).await
    }

    /// Lets the other person know, or not, that their words have arrived here.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn share_delivery(&self, is_shared: bool) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.share_delivery(is_shared).await }).await
    }

    /// One exchange with the relay: push, pull, stop.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(cancel = None))]
    pub async fn sync(
        &self,
        timeout: Duration,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<Exchanged, CoupletError> {
        let sync =
            |couplet: Couplet| async move { couplet.sync(timeout).await.map(Exchanged::from) };
        self.call_network(cancel, sync).await
    }

    /// Waits at the door until this device is let in, then catches up.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(cancel = None))]
    pub async fn wait_to_be_let_in(
        &self,
        timeout: Duration,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<Exchanged, CoupletError> {
        let wait = |couplet: Couplet| async move {
            couplet.wait_to_be_let_in(timeout).await.map(Exchanged::from)
        };
        self.call_network(cancel, wait).await
    }

    /// Stays attached, whatever the network and the relay do, until the call is cancelled or the
    /// notebook shut down. What is written here meanwhile leaves at once, and `events` tells what
    /// arrives.
    ///
    /// # Errors
    /// What trying again does not mend, `Cancelled` and `Closed`: it returns in no other way.
    #[uniffi::method(default(cancel = None))]
    pub async fn stay_attached(
        &self,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<(), CoupletError> {
        let stay = |couplet: Couplet| async move { couplet.stay_attached().await.map(|_| ()) };
        self.call_network(cancel, stay).await
    }
}
