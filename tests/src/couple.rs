//! Ana and Ben, paired: their devices, the log that let Ben in, and everything that was said for it.

use couplet_engine::keys::{DeviceSecret, EpochKey};
use couplet_engine::membership::epoch::open_from_here;
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::membership::name::Name;
use couplet_engine::membership::replacing::made;
use couplet_engine::membership::{admit, found, invitation, invite};
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::pairing::request::{Asked, ask};
use couplet_engine::pairing::sas::Nonce;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Slot, Volume};
use couplet_proto::link::RelayLink;
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::{Gone, History, Replace, Role};

use crate::chance::Chance;

/// Two persons with a device each.
#[derive(Debug)]
pub struct Couple {
    /// Ana's device, which founded the notebook.
    pub ana: DeviceSecret,
    /// Ben's.
    pub ben: DeviceSecret,
    /// Genesis, Ana's invite, Ben's joining.
    pub log: Log,
    /// The first epoch's key.
    pub key: EpochKey,
    /// The link that Ana handed to Ben.
    pub link: JoinLink,
    /// What Ben asked with it.
    pub request: JoinRequest,
    /// Ben's nonce of the short authentication string.
    pub nonce: Nonce,
}

/// Expiry of every invite here, seconds since 1970.
const EXPIRES: u64 = 1 << 32;

impl Couple {
    /// Two new devices, paired.
    ///
    /// # Panics
    ///
    /// If the engine refuses what it made itself.
    #[must_use]
    pub fn pair(chance: &mut Chance) -> Self {
        let (ana, ben) = (DeviceSecret::random(chance), DeviceSecret::random(chance));
        let (mut log, key) = found(&ana, &name("Ana"), chance).unwrap();
        let link = invited(&mut log, &ana, (Role::Partner, History::All), chance);
        let Asked { request, sas: nonce } = ask(&link, &ben, &name("Ben"), chance).unwrap();
        log.append(admit(&log, &ana, &key, &request, chance).unwrap()).unwrap();
        Self { ana, ben, log, key, link, request, nonce }
    }

    /// Two new devices, of which Ben's reads from volume 1 on; the key is of the epoch since.
    ///
    /// # Panics
    ///
    /// If the engine refuses what it made itself.
    #[must_use]
    pub fn pair_from_here(chance: &mut Chance) -> Self {
        let (ana, ben) = (DeviceSecret::random(chance), DeviceSecret::random(chance));
        let (mut log, _) = found(&ana, &name("Ana"), chance).unwrap();
        let from_here = (Role::Partner, History::FromHere(Volume(1)));
        let link = invited(&mut log, &ana, from_here, chance);
        log.append(open_from_here(&log, &ana, chance).unwrap()).unwrap();
        let key = open_keys(&log, &ana, &Keys::new())[&log.epoch()].clone();
        let Asked { request, sas: nonce } = ask(&link, &ben, &name("Ben"), chance).unwrap();
        log.append(admit(&log, &ana, &key, &request, chance).unwrap()).unwrap();
        Self { ana, ben, log, key, link, request, nonce }
    }

    /// One more device of Ana's, let in by the log.
    ///
    /// # Panics
    ///
    /// If the engine refuses what it made itself.
    pub fn add_device(&mut self, chance: &mut Chance) -> DeviceSecret {
        let device = DeviceSecret::random(chance);
        let link = invited(&mut self.log, &self.ana, (Role::OwnDevice, History::All), chance);
        let request = ask(&link, &device, &name("tablet"), chance).unwrap().request;
        let added = admit(&self.log, &self.ana, &self.key, &request, chance).unwrap();
        self.log.append(added).unwrap();
        device
    }
}

impl Couple {
    /// Ana's link for Ben, who has lost everything.
    ///
    /// # Panics
    ///
    /// If the engine refuses what it made itself.
    pub fn invites_again(&mut self, chance: &mut Chance) -> JoinLink {
        invited(&mut self.log, &self.ana, (Role::Replacement, History::All), chance)
    }

    /// What Ana says to let in whoever made this request in Ben's place, of whose devices that
    /// stands, whether it may be said or not.
    ///
    /// # Panics
    ///
    /// If the engine cannot make it at all.
    pub fn replaces(
        &self,
        request: &JoinRequest,
        (gone, due): (Vec<Gone>, Option<u64>),
        chance: &mut Chance,
    ) -> Replace {
        let keys = open_keys(&self.log, &self.ana, &Keys::new());
        made(&self.log, &self.ana, &keys, request, (gone, due), chance).unwrap()
    }
}

/// Opens an invite in the log; the link to it names a relay that does not exist.
fn invited(
    log: &mut Log,
    by: &DeviceSecret,
    (role, history): (Role, History),
    chance: &mut Chance,
) -> JoinLink {
    let (open, secret) = invitation(role, history, EXPIRES, chance);
    let invite_id = open.invite;
    log.append(invite(log, by, open).unwrap()).unwrap();
    let slot = if role == Role::OwnDevice { Slot::First } else { Slot::Second };
    JoinLink {
        notebook: log.id(),
        log: log.head(),
        relay: RelayLink { address: "relay.example:4433".to_owned(), pin: Hash([7; 32]) },
        inviter: by.keys(),
        invite: invite_id,
        slot,
        role,
        expires: EXPIRES,
        secret,
    }
}

fn name(name: &str) -> Name {
    name.parse().unwrap()
}
