//! Invites that are open, and the names of those that are not any more.

use std::collections::BTreeMap;

use crate::ids::{DeviceId, InviteId, Slot};
use crate::limits::MAX_OPEN_INVITES_PER_PERSON;
use crate::log::Refused;
use crate::statement::Invite;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Invites {
    open: BTreeMap<InviteId, Open>,
    closed: Vec<InviteId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) by: DeviceId,
    /// Whose invite it is.
    pub(super) from: Slot,
    /// The index of the statement that opened it.
    pub(super) since: u64,
    /// The slot it leads to.
    pub(super) slot: Slot,
    pub(super) invite: Invite,
}

impl Invites {
    /// Opens one more; a person's oldest is closed when there are too many.
    pub(super) fn open(&mut self, open: Open) -> Result<(), Refused> {
        let id = open.invite.invite;
        if self.closed.contains(&id) || self.open.contains_key(&id) {
            return Err(Refused::NotAllowed("an invite has a name of its own"));
        }
        self.close_oldest(open.from);
        self.open.insert(id, open);
        Ok(())
    }

    fn close_oldest(&mut self, from: Slot) {
        let of_person = self.open.iter().filter(|(_, open)| open.from == from);
        let oldest = of_person.clone().min_by_key(|(_, open)| open.since).map(|(id, _)| *id);
        if of_person.count() >= MAX_OPEN_INVITES_PER_PERSON
            && let Some(oldest) = oldest
        {
            self.close(oldest);
        }
    }

    pub(super) fn close(&mut self, invite: InviteId) {
        if self.open.remove(&invite).is_some() {
            self.closed.push(invite);
        }
    }

    /// Closes those for which it is so.
    pub(super) fn close_if(&mut self, is_over: impl Fn(&Open) -> bool) {
        let over = self.open.iter().filter(|(_, open)| is_over(open)).map(|(id, _)| *id);
        for invite in over.collect::<Vec<_>>() {
            self.close(invite);
        }
    }

    pub(super) fn get(&self, invite: InviteId) -> Option<&Open> {
        self.open.get(&invite)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Open> {
        self.open.values()
    }
}
