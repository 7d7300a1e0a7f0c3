//! Inviting, asking, letting in, and who belongs.

use couplet::Couplet;

use crate::device::{Again, Device, History, Invitation, Person, Request, RequestId};
use crate::entry::all;
use crate::error::CoupletError;
use crate::notebook::Notebook;

#[uniffi::export]
impl Notebook {
    /// A single-use link, for the partner or for another device of one's own. Where entries are
    /// here already, how much of them the newcomer reads must be said.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(is_own_device = false, history = None))]
    pub async fn invite(
        &self,
        is_own_device: bool,
        history: Option<History>,
    ) -> Result<Invitation, CoupletError> {
        let history = history.map(couplet::History::from);
        let invite = |couplet: Couplet| async move {
            couplet.invite(is_own_device, history).await.map(Invitation::from)
        };
        self.call(invite).await
    }

    /// A link for the other person, who has lost every device and their words. Whoever joins with it
    /// and is approved takes their place: reads everything, and writes none of their words of before.
    /// All devices that there were of them are taken out. If they have a recovery kit, it is warned
    /// first, and there is a link seven days later.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn invite_again(&self) -> Result<Again, CoupletError> {
        self.call(|couplet| async move { couplet.invite_again().await.map(Again::from) }).await
    }

    /// Who asks to be let in by this device, as far as is known here.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn requests(&self) -> Result<Vec<Request>, CoupletError> {
        self.call(|couplet| async move { couplet.requests().await.map(all) }).await
    }

    /// Lets somebody in, with the code that the other phone shows, or without one on the strength
    /// of the link alone.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(code = None))]
    pub async fn approve(
        &self,
        request: RequestId,
        code: Option<String>,
    ) -> Result<(), CoupletError> {
        let approve = |couplet: Couplet| async move {
            couplet.approve(&request.value, code.as_deref()).await
        };
        self.call(approve).await
    }

    /// Asks with another link, while this device still waits to be let in.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn ask_again(&self, link: String, name: String) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.ask_again(&link, &name).await }).await
    }

    /// What the persons call themselves.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn persons(&self) -> Result<Vec<Person>, CoupletError> {
        self.call(|couplet| async move { couplet.persons().await.map(all) }).await
    }

    /// The devices that belong, in the order in which they were let in.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn devices(&self) -> Result<Vec<Device>, CoupletError> {
        self.call(|couplet| async move { couplet.devices().await.map(all) }).await
    }
}
