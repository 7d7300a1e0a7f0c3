//! How a notebook ends: on this device, at the relay for both, or for a while.
//!
//! That somebody wants all of it gone stands in the log, which has no clock: each device counts the
//! days from when it learned of it, as the relay does (protocol rules 27 and 30). What a relay says
//! about that ends nothing here.

use couplet_proto::limits::DISSOLVE_SECONDS;
use couplet_proto::log::{Dissolution, Log};

use super::intents::Intent;
use super::{Owner, State};
use crate::answers::{Dissolving, Unsent};
use crate::error::Error;
use crate::store::{Delivery, Filter, Meta, Tables};

impl Owner {
    /// What is on this device and nowhere else, as far as it knows.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn unsent(&mut self) -> Result<Unsent, Error> {
        let drafts = self.tables().drafts()?.len() as u64;
        if matches!(self.state, State::Joining(_)) {
            return Ok(Unsent { entries: 0, drafts });
        }
        let me = self.me()?;
        let rows = self.tables().timeline(None, u32::MAX, &Filter::default(), me)?;
        let here = rows.iter().filter(|row| row.delivery == Delivery::Device).count() as u64;
        let entries = here + self.tables().asked_count()?;
        // What is sealed and on its way may be of an entry that the relay has in an older form.
        let entries = entries.max(self.status()?.pending.min(1));
        Ok(Unsent { entries, drafts })
    }

    /// Deletes the store and the mark, unless something is on this device alone and that is not
    /// wanted; then it comes back as it was.
    ///
    /// # Errors
    /// [`Error::Unsent`], [`Error::Store`].
    pub(crate) fn destroy(mut self, is_wanted: bool) -> Result<Unsent, (Box<Self>, Error)> {
        let unsent = match self.unsent() {
            Ok(unsent) if is_wanted || unsent.is_nothing() => unsent,
            Ok(unsent) => return Err((Box::new(self), Error::Unsent(unsent))),
            Err(error) => return Err((Box::new(self), error)),
        };
        // First: a store that comes back afterwards is taken for one that was restored.
        if let Some(Err(error)) = self.mark.as_ref().map(crate::mark::MarkFile::remove) {
            return Err((Box::new(self), crate::store::StoreError::from(error).into()));
        }
        match self.store.destroy() {
            Ok(()) => Ok(unsent),
            Err(error) => Err((Box::new(self), error.into())),
        }
    }

    /// Wants all of it gone from the relay. It is, once the other person wants it, too, or ninety days
    /// later; whoever is alone in it waits for nobody. Until then everything goes on.
    ///
    /// # Errors
    /// [`Error::Apart`], [`Error::Membership`].
    pub fn dissolve(&mut self) -> Result<(), Error> {
        if self.is_apart()? {
            return Err(Error::Apart);
        }
        let me = self.me()?;
        let wants = self.replica()?.log().dissolution() == Dissolution::WantedBy(me);
        if wants || self.wants_said(&Intent::Dissolve)?.is_some() {
            return Ok(());
        }
        self.want(&Intent::Dissolve)
    }

    /// Takes that back, before it is done.
    ///
    /// # Errors
    /// [`Error::Apart`]; [`Error::NotFound`] if this person does not want it.
    pub fn retain(&mut self) -> Result<(), Error> {
        if self.is_apart()? {
            return Err(Error::Apart);
        }
        let me = self.me()?;
        // What was never said must not be said any more: with the other's word it would be done.
        let unsaid = self.wants_said(&Intent::Dissolve)?;
        if let Some(intent) = unsaid {
            self.durably(|tables| Ok(tables.drop_intent(intent)?))?;
        }
        if self.replica()?.log().dissolution() == Dissolution::WantedBy(me) {
            return self.want(&Intent::Retain);
        }
        unsaid.map(|_| ()).ok_or(Error::NotFound("wish of yours to dissolve it"))
    }

    /// Under which number this device wants that said, if it does.
    fn wants_said(&self, wanted: &Intent) -> Result<Option<i64>, Error> {
        let intents = self.tables().intents::<Intent>()?;
        Ok(intents.into_iter().find(|(_, intent)| intent == wanted).map(|(id, _)| id))
    }

    /// Whether the notebook is to be gone from the relay, or is.
    pub(super) fn dissolving(&mut self) -> Result<Option<Dissolving>, Error> {
        let State::Member(replica) = &self.state else { return Ok(None) };
        let by = match replica.log().dissolution() {
            Dissolution::Unwanted => return Ok(None),
            Dissolution::WantedBy(slot) => Some(slot),
            Dissolution::Agreed => None,
        };
        let since = self.tables().get::<u64>(Meta::DissolvingSince)?.unwrap_or(0);
        let until = since.saturating_add(DISSOLVE_SECONDS);
        Ok(Some(Dissolving { by, until, is_over: self.is_over()? }))
    }

    /// Whether all who are here have agreed that it is to be gone from the relay.
    pub(crate) fn is_dissolved(&self) -> bool {
        match &self.state {
            State::Member(replica) => replica.log().dissolution() == Dissolution::Agreed,
            State::Joining(_) | State::Recovering(_) | State::Archive(_) => false,
        }
    }

    /// Whether it is dissolved, by both or because one has wanted it for long enough.
    pub(super) fn is_over(&mut self) -> Result<bool, Error> {
        let State::Member(replica) = &self.state else { return Ok(false) };
        Ok(match replica.log().dissolution() {
            Dissolution::Unwanted => false,
            Dissolution::Agreed => true,
            Dissolution::WantedBy(_) => {
                let since = self.tables().get::<u64>(Meta::DissolvingSince)?;
                let is_due =
                    |since: u64| self.surroundings.now() >= since.saturating_add(DISSOLVE_SECONDS);
                since.is_some_and(is_due)
            }
        })
    }

    /// Whether the relay knows that it is dissolved, if it is.
    pub(super) fn is_end_said(&self) -> Result<bool, Error> {
        let State::Member(replica) = &self.state else { return Ok(true) };
        let known = self.tables().get::<u64>(Meta::RelayLog)?.unwrap_or(0);
        Ok(!self.is_dissolved() || known >= replica.log().head().length)
    }

    /// Shares nothing from here on, and fetches nothing, until it is told to again. Writing goes on.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn pause(&mut self, is_paused: bool) -> Result<(), Error> {
        self.durably(|tables| Ok(tables.set(Meta::IsPaused, &is_paused)?))
    }

    /// Whether this device shares nothing.
    pub(crate) fn is_paused(&self) -> Result<bool, Error> {
        Ok(self.tables().get(Meta::IsPaused)?.unwrap_or(false))
    }
}

/// Notes since when it is known here that somebody wants the notebook gone.
pub(super) fn note_dissolution(tables: &Tables<'_>, log: &Log, now: u64) -> Result<(), Error> {
    if log.dissolution() == Dissolution::Unwanted {
        tables.clear(Meta::DissolvingSince)?;
    } else if tables.get::<u64>(Meta::DissolvingSince)?.is_none() {
        tables.set(Meta::DissolvingSince, &now)?;
    }
    Ok(())
}
