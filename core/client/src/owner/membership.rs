//! Who belongs: inviting, letting in, names. Who goes is told in `going`, and how anything comes to
//! be said in `intents`.

use couplet_engine::membership::name::Name;
use couplet_engine::membership::{self, expiry};
use couplet_engine::pairing::code::Code;
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::pairing::request::name_of;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, InviteId, Slot, Volume};
use couplet_proto::link::RelayLink;
use couplet_proto::log::Member;
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{History, Role};

use super::intents::Intent;
use super::moving::go_to;
use super::{Owner, State};
use crate::answers::{Device, Invitation, OpenInvite};
use crate::error::Error;
use crate::store::Meta;

/// An invitation just made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The link.
    pub link: JoinLink,
    /// How many entries the newcomer will read.
    pub entries: u64,
}

impl From<Invited> for Invitation {
    fn from(Invited { link, entries }: Invited) -> Self {
        Self { link: link.to_text(), expires: link.expires, entries }
    }
}

/// Somebody who asks to be let in.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The request's hash.
    pub id: Hash,
    /// What they call themselves, if this device can read it.
    pub name: Option<String>,
    /// What they would be.
    pub role: Role,
}

impl Owner {
    /// Sets or changes the relay; what the one before held says nothing of it.
    pub fn set_relay(&mut self, relay: &RelayLink) -> Result<(), Error> {
        let has_moved = self.durably(|tables| go_to(tables, relay))?;
        self.has_moved(has_moved);
        Ok(())
    }

    /// What the persons call themselves, as far as this device can read it.
    pub fn persons(&mut self) -> Result<Vec<(Slot, String)>, Error> {
        if let State::Archive(archive) = &self.state {
            return Ok(archive.persons.clone());
        }
        let replica = self.replica()?;
        let names = membership::persons(replica.log(), replica.keys()).into_iter();
        Ok(names.map(|(slot, name)| (slot, name.as_str().to_owned())).collect())
    }

    /// The devices that belong, in the order in which they were let in.
    pub fn devices(&mut self) -> Result<Vec<Device>, Error> {
        let verified = self.verified()?;
        let replica = self.replica()?;
        let names = membership::persons(replica.log(), replica.keys());
        let called = membership::device_names(replica.log(), replica.keys());
        let me = replica.device().public();
        let device = |(device, member): (&DeviceId, &Member)| Device {
            device: *device,
            slot: member.slot,
            called: called.get(device).map(|name| name.as_str().to_owned()),
            name: names.get(&member.slot).map(|name| name.as_str().to_owned()),
            generation: member.generation,
            is_this: *device == me,
            since: member.since,
            verified: verified.filter(|_| member.slot != replica.slot()),
        };
        let members = replica.log().members().filter(|(_, member)| !member.is_paper);
        let mut devices: Vec<Device> = members.map(device).collect();
        devices.sort_by_key(|device| device.since);
        Ok(devices)
    }

    /// A single-use link. With entries already there, the history that comes along must be said; of
    /// [`History::FromHere`] the volume is chosen here, the one after the newest. Whoever may not
    /// read what is here gets a key that does not lead to it, and the name of its person anew.
    pub fn invite(&mut self, role: Role, history: Option<History>) -> Result<Invited, Error> {
        // A vault that was joined as something else is known by what is in it.
        if role != Role::OwnDevice && (self.is_vault || self.tables().has_private()?) {
            return Err(Error::VaultIsOnes);
        }
        let relay = self.tables().get::<RelayLink>(Meta::Relay)?.ok_or(Error::NoRelay)?;
        let entries = self.tables().entry_count()?;
        let history = match (history, role) {
            (Some(History::FromHere(_)), Role::OwnDevice) => {
                return Err(Error::Unsupported("hiding what is here from one's own device"));
            }
            (Some(History::FromHere(_)), Role::Partner | Role::Replacement) => {
                History::FromHere(Volume(self.newest_volume()?.0.saturating_add(1)))
            }
            (None, Role::Partner) if entries > 0 => return Err(Error::SayHistory(entries)),
            (Some(History::All) | None, _) => History::All,
        };
        let mut rng = self.surroundings.randomness();
        let expires = expiry(self.surroundings.now());
        let (invite, secret) = membership::invitation(role, history, expires, &mut *rng);
        let replica = self.replica()?;
        // Refused here rather than by the relay, which may be far away.
        membership::invite(replica.log(), replica.device(), invite.clone())?;
        let slot = match role {
            Role::Partner | Role::Replacement => replica.slot().other(),
            Role::OwnDevice => replica.slot(),
        };
        let (notebook, inviter) = (replica.notebook(), replica.device().keys());
        let id = invite.invite;
        self.want(&Intent::Invite(invite))?;
        let entries = if history == History::All { entries } else { 0 };
        if matches!(history, History::FromHere(_)) {
            self.want(&Intent::OpenFromHere(id))?;
            self.want(&Intent::NameAgain)?;
        }
        let log = self.replica()?.log().head();
        let link =
            JoinLink { notebook, log, relay, inviter, invite: id, slot, role, expires, secret };
        Ok(Invited { link, entries })
    }

    /// Who asks to be let in by this device.
    pub fn asking(&mut self) -> Result<Vec<Asking>, Error> {
        let requests = self.requests()?;
        let replica = self.replica()?;
        let me = replica.device();
        let asking = |request: &JoinRequest| {
            let asked = request.request();
            let (invite, by, _) = replica.log().open_invite(asked.invite)?;
            let name = name_of(request, me).map(|name| name.as_str().to_owned());
            let (id, role) = (request.hash(), invite.role);
            (by == me.public()).then_some(Asking { id, name, role })
        };
        Ok(requests.iter().filter_map(asking).collect())
    }

    /// Lets in who made this request: with the code that the other phone shows, or, without one, on
    /// the strength of the link alone.
    pub fn approve(&mut self, id: Hash, code: Option<Code>) -> Result<(), Error> {
        let request = self.requests()?.into_iter().find(|request| request.hash() == id);
        let request = request.ok_or(Error::NotFound("request"))?;
        if code.is_some_and(|code| code != Code::of(&request)) {
            return Err(Error::WrongCode);
        }
        let intent = Intent::Admit(request.bytes().to_vec());
        // Refused here rather than by the relay, which may be far away.
        self.statement(&intent)?;
        let replica = self.replica()?;
        if code.is_some() && request.request().slot != replica.slot() {
            self.durably(|tables| Ok(tables.set(Meta::CodeChecked, &request.hash())?))?;
        }
        self.want(&intent)
    }

    /// The requests whose invites are open.
    fn requests(&mut self) -> Result<Vec<JoinRequest>, Error> {
        let stored = self.tables().requests()?;
        let log = self.replica()?.log();
        let read = |bytes: Vec<u8>| {
            let (_, invite) = JoinRequest::peek(&bytes).ok()?;
            let (invite, ..) = log.open_invite(invite)?;
            JoinRequest::read(bytes, invite.key).ok()
        };
        Ok(stored.into_iter().filter_map(read).collect())
    }

    /// Keeps requests that the mailbox held, if they were made with an open link.
    pub(crate) fn keep_requests(&mut self, requests: Vec<Vec<u8>>) -> Result<(), Error> {
        let log = self.replica()?.log().clone();
        self.durably(|tables| {
            for bytes in requests {
                let Ok((_, invite)) = JoinRequest::peek(&bytes) else { continue };
                let Some((open, ..)) = log.open_invite(invite) else { continue };
                if let Ok(request) = JoinRequest::read(bytes, open.key) {
                    tables.keep_request(request.hash(), invite, request.bytes())?;
                }
            }
            Ok(())
        })
    }

    /// Withdraws an open invite, named by the beginning of its id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn revoke(&mut self, invite: &str) -> Result<InviteId, Error> {
        let open = self.invites()?.into_iter().map(|open| open.id);
        let wanted = open.filter(|id| id.to_string().starts_with(invite.trim()));
        let mut wanted = wanted.collect::<Vec<_>>().into_iter();
        let (Some(id), None) = (wanted.next(), wanted.next()) else {
            return Err(Error::NotFound("invite"));
        };
        self.want(&Intent::Revoke(id))?;
        Ok(id)
    }

    /// The invites of this person that are open, and any that leads to this person's place.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub fn invites(&mut self) -> Result<Vec<OpenInvite>, Error> {
        let now = self.surroundings.now();
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        let open = log.open_invites().filter_map(|invite| {
            let (_, by, _) = log.open_invite(invite.invite)?;
            let is_own = log.member(by).is_some_and(|member| member.slot == slot);
            // Whose place it is may withdraw it.
            let is_for_me = invite.role == Role::Replacement && !is_own;
            (is_own || is_for_me).then_some(OpenInvite {
                id: invite.invite,
                is_own_device: invite.role == Role::OwnDevice,
                is_again: invite.role == Role::Replacement,
                is_from_here: matches!(invite.history, History::FromHere(_)),
                expires: invite.expires,
                is_expired: invite.expires <= now,
            })
        });
        Ok(open.collect())
    }

    /// Forgets a request to join; whoever made it may ask again with the same link, until the link
    /// is withdrawn.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn deny(&mut self, request: Hash) -> Result<(), Error> {
        if !self.requests()?.iter().any(|waiting| waiting.hash() == request) {
            return Err(Error::NotFound("request"));
        }
        self.durably(|tables| Ok(tables.deny_request(request)?))
    }

    /// Names this person, or one of their devices.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`], [`Error::Membership`].
    pub fn rename(&mut self, device: Option<DeviceId>, name: &Name) -> Result<(), Error> {
        let (said, replica) = (name.as_str().to_owned(), self.replica()?);
        let (log, me) = (replica.log(), replica.slot());
        if device.is_some_and(|id| log.member(id).is_none_or(|member| member.slot != me)) {
            return Err(Error::NotFound("device of yours"));
        }
        self.want(&Intent::Rename(device, said))
    }
}
