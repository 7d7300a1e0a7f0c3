//! Who goes, who is called what, and invites and requests that are not wanted any more.

use couplet_engine::membership::name::Name;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, InviteId};

use super::Couplet;
use crate::answers::{OpenInvite, Quarantine, Verification};
use crate::error::{Error, input};
use crate::owner::Owner;

impl Couplet {
    /// Takes out a device of this person's, named by the beginning of its key. Once the relay has
    /// ordered it, the device reads nothing that is written after.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Membership`].
    pub async fn remove(&self, device: &str) -> Result<DeviceId, Error> {
        let device = device.to_owned();
        let removed = self.handle.call(move |owner| owner.remove(&device)).await?;
        self.handle.written();
        Ok(removed)
    }

    /// Leaves: alone, at once, offline if need be, with everything that is here. What was not sent
    /// stays here.
    ///
    /// # Errors
    /// [`Error::Membership`] if nobody else is here.
    pub async fn leave(&self) -> Result<(), Error> {
        self.handle.call(Owner::leave).await?;
        self.handle.written();
        Ok(())
    }

    /// Names this person or, by the beginning of its key, one of their devices.
    ///
    /// # Errors
    /// [`Error::Name`], [`Error::NotFound`].
    pub async fn rename(&self, device: Option<&str>, name: &str) -> Result<(), Error> {
        let (name, device): (Name, _) = (name.parse()?, device.map(str::to_owned));
        let rename = move |owner: &mut Owner| {
            let device = device.map(|device| owner.own_device(&device)).transpose()?;
            owner.rename(device, &name)
        };
        self.handle.call(rename).await?;
        self.handle.written();
        Ok(())
    }

    /// The invites of this person that are open.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub async fn invites(&self) -> Result<Vec<OpenInvite>, Error> {
        self.handle.call(Owner::invites).await
    }

    /// Withdraws an invite, named by the beginning of its id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke(&self, invite: &str) -> Result<InviteId, Error> {
        let invite = invite.to_owned();
        let revoked = self.handle.call(move |owner| owner.revoke(&invite)).await?;
        self.handle.written();
        Ok(revoked)
    }

    /// Forgets a request to join.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn deny(&self, request: &str) -> Result<(), Error> {
        let request: Hash = request.parse().map_err(input)?;
        self.handle.call(move |owner| owner.deny(request)).await
    }

    /// What is set aside here.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub async fn quarantine(&self) -> Result<Quarantine, Error> {
        self.handle.call(Owner::quarantine).await
    }

    /// Keeps, or discards, the late words of a device of one's own that was taken out, named by the
    /// beginning of its key. Says how many envelopes they were.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn settle_late(&self, device: &str, is_kept: bool) -> Result<u64, Error> {
        let device = device.to_owned();
        let settle = move |owner: &mut Owner| {
            if is_kept { owner.keep_late(&device) } else { owner.discard_late(&device) }
        };
        let settled = self.handle.call(settle).await?;
        self.handle.written();
        Ok(settled)
    }

    /// What the two persons compare, and how sure this one is of the other; with `is_confirmed`
    /// this person says that they have compared what was shown last.
    ///
    /// # Errors
    /// [`Error::NotFound`] while nobody else is here; [`Error::Input`] if something else than what
    /// was shown last would be confirmed.
    pub async fn verify(&self, is_confirmed: bool) -> Result<Verification, Error> {
        self.handle.call(move |owner| owner.verify(is_confirmed)).await
    }
}
