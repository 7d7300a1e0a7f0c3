//! Who belongs: inviting, letting in, and what this device wants said in the log.
//!
//! A statement takes effect when the relay has ordered it; until then it is an intent, kept as what
//! is wanted, and made anew for whatever the log has become. The only device of a notebook has
//! nobody to be ordered against, and says it at once.

use couplet_engine::membership::{self, CannotSay, expiry};
use couplet_engine::pairing::code::Code;
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::pairing::request::name_of;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, InviteId, Slot};
use couplet_proto::link::RelayLink;
use couplet_proto::log::{Log, Member};
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{History, Invite, Role, Statement};
use serde::{Deserialize, Serialize};

use super::{Owner, State};
use crate::answers::Device;
use crate::error::Error;
use crate::store::Meta;

/// What this device wants said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Intent {
    Invite(Invite),
    /// The request to let in, as received.
    Admit(Vec<u8>),
}

/// An invitation just made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The link.
    pub link: JoinLink,
    /// How many entries the newcomer will read.
    pub entries: u64,
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
        self.durably(|tables| {
            if tables.get::<RelayLink>(Meta::Relay)?.as_ref() != Some(relay) {
                tables.forget_relay_have()?;
                tables.clear(Meta::RelayLog)?;
                tables.set(Meta::Relay, relay)?;
            }
            Ok(())
        })
    }

    /// What the persons call themselves, as far as this device can read it.
    pub fn persons(&mut self) -> Result<Vec<(Slot, String)>, Error> {
        let replica = self.replica()?;
        let names = membership::persons(replica.log(), replica.keys()).into_iter();
        Ok(names.map(|(slot, name)| (slot, name.as_str().to_owned())).collect())
    }

    /// The devices that belong, in the order in which they were let in.
    pub fn devices(&mut self) -> Result<Vec<Device>, Error> {
        let replica = self.replica()?;
        let names = membership::persons(replica.log(), replica.keys());
        let me = replica.device().public();
        let device = |(device, member): (&DeviceId, &Member)| Device {
            device: *device,
            slot: member.slot,
            name: names.get(&member.slot).map(|name| name.as_str().to_owned()),
            is_this: *device == me,
            since: member.since,
        };
        let mut devices: Vec<Device> = replica.log().members().map(device).collect();
        devices.sort_by_key(|device| device.since);
        Ok(devices)
    }

    /// A single-use link. With entries already there, the history that comes along must be said.
    pub fn invite(&mut self, role: Role, history: Option<History>) -> Result<Invited, Error> {
        let relay = self.tables().get::<RelayLink>(Meta::Relay)?.ok_or(Error::NoRelay)?;
        let entries = self.tables().entry_count()?;
        let history = match (history, role) {
            (Some(History::FromHere(_)), _) => {
                return Err(Error::Unsupported("an invitation without what is already here"));
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
            Role::Partner => replica.slot().other(),
            Role::OwnDevice => replica.slot(),
        };
        let (notebook, inviter) = (replica.notebook(), replica.device().keys());
        let id = invite.invite;
        self.want(&Intent::Invite(invite))?;
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
        let mut rng = self.surroundings.randomness();
        let replica = self.replica()?;
        let key = replica.key().ok_or(Error::Engine)?;
        membership::admit(replica.log(), replica.device(), key, &request, &mut *rng)?;
        self.want(&Intent::Admit(request.bytes().to_vec()))
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

    /// Wants something said; said at once if there is nobody to be ordered against.
    fn want(&mut self, intent: &Intent) -> Result<(), Error> {
        let is_alone = self.replica()?.log().members().count() == 1;
        if !is_alone {
            return self.durably(|tables| Ok(tables.keep_intent(intent)?));
        }
        let statement = self.statement(intent)?;
        self.append(statement)
    }

    /// The next statement that this device wants ordered, made for the log as it is. Intents that
    /// the log has overtaken are forgotten.
    pub(crate) fn next_statement(&mut self) -> Result<Option<Statement>, Error> {
        if !matches!(self.state, State::Member(_)) {
            return Ok(None);
        }
        for (id, intent) in self.tables().intents::<Intent>()? {
            match self.statement(&intent) {
                Ok(statement) => return Ok(Some(statement)),
                Err(Error::Membership(CannotSay::Frozen)) => return Ok(None),
                Err(Error::Membership(_)) => {
                    self.durably(|tables| Ok(tables.drop_intent(id)?))?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The relay will never order what is wanted next: it is not wanted any more.
    pub(crate) fn forget_intent(&mut self) -> Result<(), Error> {
        let first = self.tables().intents::<Intent>()?.into_iter().next();
        let Some((id, _)) = first else { return Ok(()) };
        self.durably(|tables| Ok(tables.drop_intent(id)?))
    }

    fn statement(&mut self, intent: &Intent) -> Result<Statement, Error> {
        let mut rng = self.surroundings.randomness();
        let replica = self.replica()?;
        let (log, device) = (replica.log(), replica.device());
        Ok(match intent {
            Intent::Invite(invite) => membership::invite(log, device, invite.clone())?,
            Intent::Admit(bytes) => {
                let (_, invite) = JoinRequest::peek(bytes)?;
                let open = log.open_invite(invite).ok_or(CannotSay::InviteNotOpen)?;
                let request = JoinRequest::read(bytes.clone(), open.0.key);
                let request = request.map_err(|_| CannotSay::UnreadableRequest)?;
                let key = replica.key().ok_or(Error::Engine)?;
                membership::admit(log, device, key, &request, &mut *rng)?
            }
        })
    }

    /// Appends an ordered statement.
    pub(crate) fn append(&mut self, statement: Statement) -> Result<(), Error> {
        let mut log = self.replica()?.log().clone();
        let from = log.statements().len();
        log.append(statement).map_err(CannotSay::from)?;
        self.set_log(log, from)
    }

    /// Takes over a longer log: its statements from that index on are new here.
    pub(super) fn set_log(&mut self, log: Log, from: usize) -> Result<(), Error> {
        let replica = self.replica()?;
        let mut keys = replica.keys().clone();
        keys.extend(membership::open_keys(&log, replica.device()));
        let open: Vec<InviteId> = log.open_invites().map(|invite| invite.invite).collect();
        self.durably(|tables| {
            tables.keep_log(&log, from)?;
            for (epoch, key) in &keys {
                tables.keep_key(*epoch, key)?;
            }
            Ok(tables.drop_requests_without(&open)?)
        })?;
        self.replica()?.set_log(log, keys);
        Ok(())
    }
}
