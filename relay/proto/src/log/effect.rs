//! What each statement does to a log, if it may stand. Nothing here changes anything before it has
//! checked everything.

use std::collections::BTreeSet;

use super::departed::{Departed, ends};
use super::dissolution::Dissolution;
use super::invites::Open;
use super::{Log, Member, Refused};
use crate::ids::{DeviceId, InviteId, Slot};
use crate::limits::{DEVICES_FOR_RECOVERY, MAX_DEVICES_PER_PERSON};
use crate::request::JoinRequest;
use crate::statement::{
    Body, DeviceKeys, History, Invite, LogHead, RemoveDevice, Rename, Revoke, Rewrap, Role, Rotate,
    Wrap,
};

impl Log {
    pub(super) fn take_effect(
        &mut self,
        by: (DeviceId, Slot),
        after: LogHead,
        body: &Body,
    ) -> Result<(), Refused> {
        let (signer, slot) = by;
        if self.dissolution() == Dissolution::Agreed && !matches!(body, Body::Unknown { .. }) {
            return Err(Refused::NotAllowed("the notebook is dissolved"));
        }
        self.check_speaker(signer, body)?;
        match body {
            Body::Genesis(_) => Err(Refused::NotAllowed("a log has one Genesis")),
            Body::Invite(invite) => self.invite(signer, slot, invite.clone()),
            Body::Join(join) => {
                self.admit(Role::Partner, join.invite, signer, &join.request, &join.wrap)
            }
            Body::AddDevice(add) => {
                self.admit(Role::OwnDevice, add.invite, signer, &add.request, &add.wrap)
            }
            Body::RemoveDevice(removal) => self.remove_device(by, removal),
            Body::Rotate(rotate) => self.rotate(slot, rotate),
            Body::Wrap(rewrap) => self.rewrap(rewrap),
            Body::Leave => self.leave(slot),
            Body::Dissolve => self.dissolve(slot),
            Body::Retain => self.retain(slot),
            Body::Move(_) => {
                self.moved = Some(self.head().length);
                Ok(())
            }
            Body::Revoke(revoke) => self.revoke(slot, *revoke),
            Body::Rename(rename) => self.rename(slot, rename),
            Body::Paper(said) => self.set_paper(by, said),
            Body::Recover(said) => self.recover(by, after, said),
            Body::Notice(said) => self.give_notice(by, *said),
            Body::Warn(said) => self.warn(by, *said),
            Body::Replace(said) => self.replace(by, said),
            Body::Attest(attest) => self.attest(slot, attest.checkpoint),
            Body::Propose(propose) => self.propose(by, *propose),
            Body::Accept(accept) => self.accept(slot, accept.checkpoint),
            Body::Unknown { .. } => Ok(()),
        }
    }

    fn invite(&mut self, by: DeviceId, from: Slot, invite: Invite) -> Result<(), Refused> {
        let slot = match invite.role {
            Role::OwnDevice => from,
            Role::Partner if self.has_left.is_some() => {
                return Err(Refused::NotAllowed("whoever goes on does so in a new notebook"));
            }
            Role::Partner if self.is_vacant(from.other()) => from.other(),
            Role::Partner => return Err(Refused::NotAllowed("both persons are here already")),
            Role::Replacement => {
                self.check_replaceable(from.other())?;
                from.other()
            }
        };
        if let History::FromHere(volume) = invite.history
            && (invite.role != Role::Partner || volume <= self.first_shared_volume())
        {
            return Err(Refused::NotAllowed("a newcomer who reads from here begins a volume"));
        }
        let since = self.head().length;
        self.invites.open(Open { by, from, since, slot, invite })
    }

    /// The one way in: an open invite, its own inviter, and a request signed by link and device.
    fn admit(
        &mut self,
        role: Role,
        invite: InviteId,
        signer: DeviceId,
        request: &[u8],
        wrap: &Wrap,
    ) -> Result<(), Refused> {
        let keys = self.knocking(role, invite, signer, request)?;
        if wrap.to != keys.signing {
            return Err(Refused::NotAllowed("the key is wrapped to another device"));
        }
        let slot = self.invites.get(invite).map_or(Slot::First, |open| open.slot);
        let (generation, since) = (self.generation_of(slot), self.head().length);
        let member = Member { slot, generation, keys, since, is_paper: false };
        self.members.insert(keys.signing, member);
        self.invites.close(invite);
        if role == Role::Partner {
            // The place is taken: whatever else led there leads nowhere.
            self.invites.close_if(|open| open.invite.role == Role::Partner);
        }
        Ok(())
    }

    /// Who knocks with a link, if they may come in.
    pub(super) fn knocking(
        &self,
        role: Role,
        invite: InviteId,
        signer: DeviceId,
        request: &[u8],
    ) -> Result<DeviceKeys, Refused> {
        let open = self.invites.get(invite).filter(|open| open.invite.role == role);
        let open = open.ok_or(Refused::NotAllowed("the invite is not open"))?;
        if open.by != signer {
            return Err(Refused::NotAllowed("only the device that invited lets in"));
        }
        if let History::FromHere(volume) = open.invite.history
            && self.first_shared_volume() != volume
        {
            return Err(Refused::NotAllowed("the current key opens what is not to be read"));
        }
        let request = JoinRequest::read(request.to_vec(), open.invite.key)
            .map_err(|_| Refused::NotAllowed("the request was not made with the link"))?;
        self.check_newcomer(&request, open.slot, role)?;
        Ok(request.request().device)
    }

    fn check_newcomer(&self, request: &JoinRequest, slot: Slot, role: Role) -> Result<(), Refused> {
        let request = request.request();
        if request.notebook != self.id || request.slot != slot {
            return Err(Refused::NotAllowed("the request is for another place"));
        }
        if self.known(request.device.signing).is_some() {
            return Err(Refused::NotAllowed("the device is a member already, or was one"));
        }
        if role == Role::Partner && !self.is_vacant(slot) {
            return Err(Refused::NotAllowed("both persons are here already"));
        }
        if role == Role::Replacement {
            return Ok(());
        }
        let of_person = self.members.values().filter(|member| member.slot == slot);
        let devices = of_person.filter(|member| !member.is_paper).count();
        if devices >= MAX_DEVICES_PER_PERSON - DEVICES_FOR_RECOVERY {
            return Err(Refused::NotAllowed("the person has too many devices"));
        }
        Ok(())
    }

    fn remove_device(
        &mut self,
        (signer, slot): (DeviceId, Slot),
        removal: &RemoveDevice,
    ) -> Result<(), Refused> {
        let RemoveDevice { device, rotate, .. } = removal;
        let member = self.members.get(device).copied().filter(|member| member.slot == slot);
        let member = member
            .ok_or(Refused::NotAllowed("a device is taken out by another of its person's"))?;
        if *device == signer {
            return Err(Refused::NotAllowed("no device takes itself out: it would know the key"));
        }
        if member.is_paper {
            return Err(Refused::NotAllowed("a recovery kit is replaced, and never taken out"));
        }
        let ends = ends(self.id, *device, &removal.watermarks)?;
        self.check_chained_rotation(rotate, &BTreeSet::from([*device]), [])?;
        let at = self.head().length;
        self.members.remove(device);
        self.departed.insert(*device, Departed::removed(member, at, ends));
        self.invites.close_if(|open| open.by == *device);
        self.drop_notices_by(*device);
        self.epochs.begin(rotate, at, None);
        Ok(())
    }

    fn rotate(&mut self, slot: Slot, rotate: &Rotate) -> Result<(), Refused> {
        self.check_rotation(rotate, &BTreeSet::new(), [])?;
        let opens = self.invites.iter().filter(|open| open.from == slot);
        let opens = opens.filter_map(|open| match open.invite.history {
            History::FromHere(volume) => Some(volume),
            History::All => None,
        });
        let opens = opens.filter(|volume| *volume > self.first_shared_volume()).max();
        if rotate.chain.is_none() && opens.is_none() {
            return Err(Refused::NotAllowed("the key before is sealed under the new one"));
        }
        let opens = opens.map(|volume| (slot, volume));
        self.epochs.begin(rotate, self.head().length, opens);
        Ok(())
    }

    /// The next epoch, whose key leads to the one before.
    pub(super) fn check_chained_rotation(
        &self,
        rotate: &Rotate,
        without: &BTreeSet<DeviceId>,
        with: impl IntoIterator<Item = DeviceId>,
    ) -> Result<(), Refused> {
        self.check_rotation(rotate, without, with)?;
        if rotate.chain.is_none() {
            return Err(Refused::NotAllowed("the key before is sealed under the new one"));
        }
        Ok(())
    }

    /// The next epoch, for exactly those who belong when it begins.
    fn check_rotation(
        &self,
        rotate: &Rotate,
        without: &BTreeSet<DeviceId>,
        with: impl IntoIterator<Item = DeviceId>,
    ) -> Result<(), Refused> {
        if Some(rotate.epoch) != self.epochs.next() {
            return Err(Refused::NotAllowed("epochs follow each other"));
        }
        let stay = self.members.keys().filter(|device| !without.contains(device)).copied();
        let members: BTreeSet<DeviceId> = stay.chain(with).collect();
        if members.iter().eq(rotate.wraps.iter().map(|wrap| &wrap.to)) {
            Ok(())
        } else {
            Err(Refused::NotAllowed("a new key is wrapped to every member and to nobody else"))
        }
    }

    fn rewrap(&self, rewrap: &Rewrap) -> Result<(), Refused> {
        let Rewrap { epoch, wraps } = rewrap;
        let to_members = wraps.iter().all(|wrap| self.members.contains_key(&wrap.to));
        let has_begun = (1..=self.epoch().0).contains(&epoch.0);
        if has_begun && to_members && !wraps.is_empty() {
            Ok(())
        } else {
            Err(Refused::NotAllowed("keys that are wrapped again are members', of epochs begun"))
        }
    }

    fn leave(&mut self, slot: Slot) -> Result<(), Refused> {
        if self.is_vacant(slot.other()) {
            return Err(Refused::NotAllowed("who is alone leaves nobody"));
        }
        let at = self.head().length;
        let going = self.members.iter().filter(|(_, member)| member.slot == slot);
        for (device, member) in going.map(|(device, member)| (*device, *member)).collect::<Vec<_>>()
        {
            self.members.remove(&device);
            self.departed.insert(device, Departed::left(member, at));
        }
        self.invites.close_if(|open| open.from == slot);
        self.papers.remove(&slot);
        self.has_left = Some(slot);
        self.epochs.owe(at);
        Ok(())
    }

    fn revoke(&mut self, slot: Slot, Revoke { invite }: Revoke) -> Result<(), Refused> {
        // Whose place it leads to is here, and may say so.
        let is_theirs = |open: &Open| {
            open.from == slot || open.invite.role == Role::Replacement && open.slot == slot
        };
        if !self.invites.get(invite).is_some_and(is_theirs) {
            return Err(Refused::NotAllowed("an invite is withdrawn by who made it"));
        }
        self.invites.close(invite);
        Ok(())
    }

    fn rename(&self, slot: Slot, rename: &Rename) -> Result<(), Refused> {
        let is_own = |device| self.members.get(&device).is_some_and(|m| m.slot == slot);
        if rename.device.is_none_or(is_own) {
            Ok(())
        } else {
            Err(Refused::NotAllowed("each names themselves and their own devices"))
        }
    }

    /// How many devices a person has, paper included.
    pub(super) fn devices_of(&self, slot: Slot) -> usize {
        self.members.values().filter(|member| member.slot == slot).count()
    }

    pub(super) fn is_vacant(&self, slot: Slot) -> bool {
        self.members.values().all(|member| member.slot != slot)
    }
}
