//! Going on at another relay, as a statement of the log says.
//!
//! Whoever learns of it is at the new relay from the same transaction on, and feeds it what it
//! lacks: every phone holds every envelope. Nobody needs the relay before for their own words. What
//! somebody left there who never comes again is fetched by looking back, until every device is known
//! to have followed, or for as long as a phone may lie in a drawer.

use couplet_engine::membership::ending::moved_to;
use couplet_engine::membership::keyring::Keys;
use couplet_proto::hash::Hash;
use couplet_proto::ids::DeviceId;
use couplet_proto::link::RelayLink;
use couplet_proto::log::{Dissolution, Log};
use couplet_proto::session::Start;
use couplet_proto::sign::Signer;
use serde::{Deserialize, Serialize};

use super::intents::Intent;
use super::{Opening, Owner};
use crate::error::Error;
use crate::store::{Meta, Tables};

/// The relay before is looked at so long, unless every device is known to have followed.
const LOOK_BACK_SECONDS: u64 = 90 * 24 * 3600;

/// And no sooner again than after this, unless somebody may knock there with a link of before.
const BETWEEN_LOOKS_SECONDS: u64 = 3600;

/// What the log says of where the notebook goes on.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// The index of the statement.
    pub(super) at: u64,
    /// Its hash.
    pub(super) said: Hash,
    relay: RelayLink,
}

/// A relay that the notebook was at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Former {
    relay: RelayLink,
    /// When this device went on.
    since: u64,
    /// When it last looked back.
    looked: Option<u64>,
    /// How much of the log that relay has, as far as is known.
    told: u64,
    /// Nobody is there any more, and nothing that is not here: only that all of it is to be gone is
    /// still said there.
    is_left: bool,
}

impl Owner {
    /// Goes on at another relay, with everybody: the others follow when they hear of it where they
    /// are. Without a relay so far, it is set.
    ///
    /// # Errors
    /// [`Error::Membership`].
    pub fn move_to(&mut self, relay: &RelayLink) -> Result<(), Error> {
        match self.tables().get::<RelayLink>(Meta::Relay)? {
            None => self.set_relay(relay),
            Some(current) if current == *relay => Ok(()),
            Some(_) => self.want(&Intent::Move(relay.clone())),
        }
    }

    /// It is at another relay, if that is so: what the one before says, or put off, is over.
    pub(super) fn has_moved(&mut self, has_moved: bool) {
        if has_moved {
            self.is_elsewhere = true;
            self.put_off = None;
        }
    }

    /// Whether what the relay of this conversation says is not said by the one the notebook is at.
    pub(crate) const fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }

    /// The relay to look back at, if it is time; it is asked once.
    pub fn look_back_at(&mut self) -> Result<Option<RelayLink>, Error> {
        let Some(former) = self.tables().get::<Former>(Meta::Former)? else { return Ok(None) };
        let log = self.replica()?.log();
        let is_ending = log.dissolution() != Dissolution::Unwanted;
        let is_untold = is_ending && former.told < log.head().length;
        let may_knock = log.open_invites().next().is_some();
        let is_over = self.is_apart()? || former.is_left;
        if self.is_paused()? || is_over && !is_untold {
            return Ok(None);
        }
        let now = self.surroundings.now();
        let is_due = |looked: u64| now.saturating_sub(looked) >= BETWEEN_LOOKS_SECONDS;
        if !may_knock && former.looked.is_some_and(|looked| !is_due(looked)) {
            return Ok(None);
        }
        let relay = former.relay.clone();
        self.durably(|tables| {
            let former = Former { looked: Some(now), ..former };
            Ok(tables.set(Meta::Former, &former)?)
        })?;
        Ok(Some(relay))
    }

    /// What a look back begins with: as if that relay had everything, so that it is sent nothing
    /// before it has said what it has.
    pub(crate) fn opening_back(&mut self) -> Result<Opening, Error> {
        self.refresh()?;
        let (log, have) = (self.log_hashes(), self.have());
        let believed_log = log.len() as u64;
        let start = Start { log, believed: have.clone(), have, believed_log };
        Ok(Opening { notebook: self.notebook(), start, knock: None, recall: None })
    }

    /// A look back has ended; whether the relay said all that it has.
    pub fn looked_back(&mut self, has_said_all: bool) -> Result<(), Error> {
        let Some(former) = self.tables().get::<Former>(Meta::Former)? else { return Ok(()) };
        let is_long_ago = self.surroundings.now().saturating_sub(former.since) >= LOOK_BACK_SECONDS;
        let is_left = former.is_left || is_long_ago || has_said_all && self.have_all_followed()?;
        let told = if has_said_all { self.replica()?.log().head().length } else { former.told };
        let former = Former { told, is_left, ..former };
        self.durably(|tables| Ok(tables.set(Meta::Former, &former)?))
    }

    /// Whether every other device has written something knowing of the move.
    fn have_all_followed(&mut self) -> Result<bool, Error> {
        let replica = self.replica()?;
        let (me, log) = (replica.device().public(), replica.log());
        let Some(at) = log.moved() else { return Ok(true) };
        let others: Vec<DeviceId> = log
            .members()
            .filter(|(device, member)| **device != me && !member.is_paper)
            .map(|(device, _)| *device)
            .collect();
        for device in others {
            let mut knew = false;
            for chain in self.tables().chains_of(device)? {
                let last = self.tables().header(chain.writer, chain.have.tip.counter)?;
                knew |= last.is_some_and(|last| last.log.length > at);
            }
            if !knew {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Where that log says that the notebook goes on, as far as these keys read it.
pub(super) fn moved(log: &Log, keys: &Keys) -> Option<Moved> {
    let (at, relay) = moved_to(log, keys)?;
    let said = log.statements().get(usize::try_from(at).ok()?)?.hash();
    Some(Moved { at, said, relay })
}

/// Goes on where the log says, unless that was done; whether it was not.
pub(super) fn follow(tables: &Tables<'_>, moved: Option<Moved>, now: u64) -> Result<bool, Error> {
    let Some(Moved { said, relay, .. }) = moved else { return Ok(false) };
    if tables.get::<Hash>(Meta::Moved)? == Some(said) {
        return Ok(false);
    }
    tables.set(Meta::Moved, &said)?;
    let before = tables.get::<RelayLink>(Meta::Relay)?;
    let has_moved = go_to(tables, &relay)?;
    if let Some(before) = before.filter(|_| has_moved) {
        let former = Former { relay: before, since: now, looked: None, told: 0, is_left: false };
        tables.set(Meta::Former, &former)?;
    }
    Ok(has_moved)
}

/// Is at that relay from here on; what the one before held says nothing of it. Whether it is another.
pub(super) fn go_to(tables: &Tables<'_>, relay: &RelayLink) -> Result<bool, Error> {
    if tables.get::<RelayLink>(Meta::Relay)?.as_ref() == Some(relay) {
        return Ok(false);
    }
    tables.forget_relay_have()?;
    tables.clear(Meta::RelayLog)?;
    tables.set(Meta::Relay, relay)?;
    Ok(true)
}
