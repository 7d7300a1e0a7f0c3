//! Who goes, who is called what, who was verified, and invites and requests that are not wanted any more.

use couplet::Couplet;

use crate::device::{DeviceId, InviteId, OpenInvite, Quarantine, RequestId, Verification};
use crate::entry::all;
use crate::error::CoupletError;
use crate::notebook::Notebook;

#[uniffi::export]
impl Notebook {
    /// Takes out a device of this person's. Once the relay has ordered it, the device reads nothing
    /// that is written after.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn remove(&self, device: DeviceId) -> Result<DeviceId, CoupletError> {
        let remove = |couplet: Couplet| async move {
            let removed = couplet.remove(&device.value).await?;
            Ok(DeviceId { value: removed.to_string() })
        };
        self.call(remove).await
    }

    /// Leaves: alone, at once, offline if need be, with everything that is here. What was not sent
    /// stays here.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn leave(&self) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.leave().await }).await
    }

    /// Names this person or, if one is given, one of their devices.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(device = None))]
    pub async fn rename(&self, name: String, device: Option<DeviceId>) -> Result<(), CoupletError> {
        let rename = |couplet: Couplet| async move {
            let device = device.as_ref().map(|device| device.value.as_str());
            couplet.rename(device, &name).await
        };
        self.call(rename).await
    }

    /// The invites of this person that are open.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn invites(&self) -> Result<Vec<OpenInvite>, CoupletError> {
        self.call(|couplet| async move { couplet.invites().await.map(all) }).await
    }

    /// Withdraws an invite.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn revoke(&self, invite: InviteId) -> Result<InviteId, CoupletError> {
        let revoke = |couplet: Couplet| async move {
            let revoked = couplet.revoke(&invite.value).await?;
            Ok(InviteId { value: revoked.to_string() })
        };
        self.call(revoke).await
    }

    /// Forgets a request to be let in.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn deny(&self, request: RequestId) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.deny(&request.value).await }).await
    }

    /// What is set aside here.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn quarantine(&self) -> Result<Quarantine, CoupletError> {
        let read =
            |couplet: Couplet| async move { couplet.quarantine().await.map(Quarantine::from) };
        self.call(read).await
    }

    /// Keeps, or discards, the late words of a device of one's own that was taken out. Says how
    /// many envelopes they were.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn settle_late(&self, device: DeviceId, is_kept: bool) -> Result<u64, CoupletError> {
        let settle =
            |couplet: Couplet| async move { couplet.settle_late(&device.value, is_kept).await };
        self.call(settle).await
    }

    /// What the two persons compare, and how sure this one is of the other; with `is_confirmed`
    /// this person says that they have compared what was shown last.
    ///
    /// # Errors
    /// [`CoupletError`]; `NotFound` while nobody else is here, `InvalidInput` if something else than
    /// what was shown last would be confirmed.
    #[uniffi::method(default(is_confirmed = false))]
    pub async fn verify(&self, is_confirmed: bool) -> Result<Verification, CoupletError> {
        let verify = |couplet: Couplet| async move {
            couplet.verify(is_confirmed).await.map(Verification::from)
        };
        self.call(verify).await
    }
}
