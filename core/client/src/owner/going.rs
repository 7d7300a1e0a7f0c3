//! Who goes: a device that is taken out, a person who leaves, and what stays here then.
//!
//! Leaving takes effect at once and offline: from then on this notebook is read here and written
//! no more, whatever the relay says. What was written and not sent stays here and is never sent
//! (protocol rule 27).

use couplet_proto::ids::DeviceId;
use couplet_proto::log::Refused;

use super::intents::Intent;
use super::{Owner, State};
use crate::answers::Standing;
use crate::error::Error;
use crate::store::Meta;
use couplet_engine::membership::CannotSay;
use couplet_proto::statement::Role;

impl Owner {
    /// Takes out a device of this person's, named by the beginning of its key: it reads nothing
    /// that is written once this is ordered.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Membership`].
    pub fn remove(&mut self, device: &str) -> Result<DeviceId, Error> {
        let device = self.own_device(device)?;
        if device == self.device() {
            let why = "no device takes itself out: remove it from another, or leave";
            return Err(Error::Input(why.to_owned()));
        }
        self.want(&Intent::Remove(device))?;
        Ok(device)
    }

    /// A device of this person's whose key begins so.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn own_device(&mut self, beginning: &str) -> Result<DeviceId, Error> {
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        let own = log.members().filter(|(_, member)| member.slot == slot);
        let beginning = beginning.trim();
        let named = own.filter(|(device, _)| device.to_string().starts_with(beginning));
        let mut named = named.map(|(device, _)| *device);
        match (named.next(), named.next()) {
            (Some(device), None) if !beginning.is_empty() => Ok(device),
            _ => Err(Error::NotFound("device of yours")),
        }
    }

    /// Goes alone, with all devices of this person, at once.
    ///
    /// # Errors
    /// [`Error::Membership`] if nobody else is here.
    pub fn leave(&mut self) -> Result<(), Error> {
        if self.is_apart()? {
            return Ok(());
        }
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        if log.members().all(|(_, member)| member.slot == slot) {
            return Err(CannotSay::from(Refused::NotAllowed("who is alone leaves nobody")).into());
        }
        self.durably(|tables| {
            tables.forget_intents()?;
            tables.keep_intent(&Intent::Leave)?;
            Ok(tables.set(Meta::HasLeft, &true)?)
        })
    }

    /// Whether this person has left, or this device was taken out: everything here is read and
    /// nothing is written.
    pub(crate) fn is_apart(&mut self) -> Result<bool, Error> {
        self.refresh()?;
        let is_out = match &self.state {
            State::Member(replica) => !replica.is_member(),
            State::Joining(_) => false,
        };
        Ok(is_out || self.tables().get(Meta::HasLeft)?.unwrap_or(false))
    }

    /// Whether a relay has anything to hear from a device that is apart: that it leaves.
    pub(crate) fn has_nothing_to_say(&mut self) -> Result<bool, Error> {
        Ok(self.is_apart()? && self.next_statement()?.is_none())
    }

    /// How this person stands to the other.
    pub(super) fn standing(&mut self) -> Result<Standing, Error> {
        if self.joining().is_some() {
            return Ok(Standing::Waiting);
        }
        let is_apart = self.is_apart()?;
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        let is_invited = log.open_invites().any(|invite| invite.role == Role::Partner);
        Ok(if is_apart || log.has_left().is_some() {
            Standing::Apart
        } else if log.members().any(|(_, member)| member.slot != slot) {
            Standing::Together
        } else if is_invited {
            Standing::Pairing
        } else {
            Standing::Solo
        })
    }
}
