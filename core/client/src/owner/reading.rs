//! What is shown, read through the owner's own connection.

use std::collections::BTreeSet;

use couplet_engine::notebook::claim::RevMap;
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::since::Changed;
use couplet_proto::hash::Hash;
use couplet_proto::ids::Slot;

use super::{Owner, State};
use crate::answers::{Attention, Quarantine};
use crate::error::Error;
use crate::exchange::Arrived;
use crate::store::{Among, Cursor, EntryRow, Filter};

/// How long something may wait before it is told, in seconds: protocol rule 14.
const LONG: u64 = 86_400;

impl Owner {
    /// A hash of everything shared, and how many entries there are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn hash(&self) -> Result<(Hash, u64), Error> {
        Ok(self.tables().hash()?)
    }

    /// A page of the timeline, the newest first.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`], [`Error::Store`].
    pub fn timeline(
        &mut self,
        before: Option<&Cursor>,
        limit: u32,
        filter: &Filter,
    ) -> Result<Vec<EntryRow>, Error> {
        let me = self.me()?;
        Ok(self.tables().timeline(before, limit, filter, me)?)
    }

    /// This person has seen so much of what each did in an entry.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn seen(&mut self, key: &str, done: &[RevMap; 2]) -> Result<(), Error> {
        let me = self.me()?;
        let [first, second] = done;
        let of_other = if me == Slot::First { second } else { first };
        Ok(self.store.jot(|tables| tables.keep_seen_of(key, of_other, me))?)
    }

    /// What this person had not seen of a page when they let it go; nothing if it cannot be told any
    /// more.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub fn since_letting_go(&mut self, key: &str) -> Result<Option<Vec<Changed>>, Error> {
        let me = self.me()?;
        let row = self.tables().entry(key, me)?.ok_or(Error::NotFound("entry"))?;
        Ok(self.load(row.entry.volume)?.since_letting_go(&row.entry.key, me))
    }

    /// What the other person did in these entries that was not seen here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn arrived(&mut self, touched: &BTreeSet<String>) -> Result<Arrived, Error> {
        let mut arrived = Arrived::default();
        // Who waits to be let in has nothing so far.
        let Ok(me) = self.me() else { return Ok(arrived) };
        for key in touched {
            let row = self.tables().entry(key, me)?;
            let Some(row) = row.filter(|row| row.is_unread && !row.entry.is_removed()) else {
                continue;
            };
            let entry = row.entry;
            let is_page = entry.kind.is_some_and(Kind::is_for_two_hands);
            let is_both = entry.done.iter().all(|done| *done != RevMap::default());
            arrived.in_need += u64::from(!entry.needs().is_empty());
            if is_page && is_both {
                arrived.together += 1;
            } else if entry.author != me && !self.tables().was_ever_seen(key)? {
                *arrived.new.entry(entry.kind_name).or_insert(0) += 1;
            } else {
                arrived.touched += 1;
            }
        }
        Ok(arrived)
    }

    /// What waits for somebody.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`], [`Error::Store`].
    pub fn needs_attention(&mut self) -> Result<Attention, Error> {
        let in_need = Filter { among: Among::InNeed, ..Filter::default() };
        let entries = self.timeline(None, MOST_IN_NEED, &in_need)?;
        let then = self.surroundings.now().saturating_sub(LONG);
        let waiting = self.tables().waits_since(then)?;
        // Whoever only reads has nothing set aside.
        let is_archive = matches!(self.state, State::Archive(_));
        let aside = if is_archive { Quarantine::default() } else { self.quarantine()? };
        let Quarantine { late, changes: set_aside } = aside;
        Ok(Attention { entries, set_aside, late, waiting })
    }
}

/// Entries told of at once: when these are seen to, there are the next.
const MOST_IN_NEED: u32 = 200;
