//! Who writes: making sure of the writer before the first word, and mending what was written as a
//! writer that somebody else turned out to be as well (protocol rules 11 and 13).
//!
//! Three things can be wrong with a store: it is older than what its device sent (restored), it has
//! a twin (cloned), or it has a twin that shares its mark. In the first two the mark disagrees, and
//! a new writer is minted before the first write, and carries what the one before never sealed. In
//! the third both write as one writer until the
//! relay shows another branch: then that branch stands, and what is here and not in it is written
//! anew. Nothing is written anew before the relay's branch has been fetched, unless the person
//! writes first: words are never kept waiting for a network.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::{Change, EntryKey};
use couplet_engine::notebook::entry::Entry;
use couplet_engine::notebook::{Notebook, Written};
use couplet_proto::hash::Hash;
use couplet_proto::have::{Tip, WriterHave};
use couplet_proto::ids::{Edition, Person, Volume, WriterId, WriterNonce};
use couplet_proto::log::Log;
use rand_core::Rng as _;
use serde::{Deserialize, Serialize};

use super::Owner;
use super::edition::keep_stranded;
use super::receiving::Me;
use super::rivals::keep_branches;
use crate::error::Error;
use crate::mark::Mark;
use crate::store::{Meta, StoreError, Tables, Waiting};

/// Counters reserved at a time, so that the mark is written once for so many envelopes.
const BLOCK: u64 = 64;

pub(super) const SUPERSEDED: &str = "another branch of the same writer stands in its place";

/// What the mark must say: drawn by this process or, if it ended between store and mark, before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    current: [u8; 16],
    previous: [u8; 16],
}

impl Owner {
    /// Before a word is written: somebody sure to be alone writes it, and nothing under it can be
    /// taken away.
    pub(super) fn prepare_to_write(&mut self) -> Result<(), Error> {
        if self.is_apart()? {
            return Err(Error::Apart);
        }
        self.be_sure_of_writer()?;
        if !self.is_healing()? {
            self.write_orphans_anew()?;
        }
        Ok(())
    }

    /// Compares store and mark once in the life of a process; on any doubt a new writer is minted.
    pub(super) fn be_sure_of_writer(&mut self) -> Result<(), Error> {
        self.replica()?;
        let Some(file) = self.mark.clone().filter(|_| !self.is_writer_sure) else { return Ok(()) };
        let tables = self.tables();
        let stamp = tables.get::<Stamp>(Meta::Stamp)?;
        let nonce = tables.get::<WriterNonce>(Meta::Nonce)?.ok_or(Error::Engine)?;
        let reserved = tables.get::<u64>(Meta::Reserved)?.unwrap_or(0);
        let is_expected = |mark: Mark, stamp: Stamp| {
            let stamps = [stamp.current, stamp.previous];
            mark.nonce == nonce && mark.reserved == reserved && stamps.contains(&mark.stamp)
        };
        let is_ours = match (file.read(), stamp) {
            (None, None) => true,
            // A mark, and a store that knows of none: one from before its first word.
            (Some(_), None) => false,
            (Some(mark), Some(stamp)) => is_expected(mark, stamp),
            (None, Some(_)) => false,
        };
        if is_ours {
            return self.stamp();
        }
        tracing::info!("this store was restored or cloned: a new writer goes on");
        self.retire()?;
        self.mint()
    }

    /// Makes store and mark agree on the writer, and on nothing that a copy of either has.
    fn stamp(&mut self) -> Result<(), Error> {
        if self.mark.is_none() {
            return Ok(());
        }
        let mut current = [0; 16];
        self.surroundings.randomness().fill_bytes(&mut current);
        let stamp = self.tables().get::<Stamp>(Meta::Stamp)?;
        let previous = stamp.map_or(current, |stamp| stamp.current);
        self.durably(|tables| Ok(tables.set(Meta::Stamp, &Stamp { current, previous })?))?;
        self.write_mark(current, None)?;
        self.is_writer_sure = true;
        Ok(())
    }

    /// Makes the next counter one that the mark allows.
    pub(super) fn reserve(&mut self) -> Result<(), Error> {
        if self.mark.is_none() {
            return Ok(());
        }
        let replica = self.replica()?;
        let have = replica.have().of(replica.writer());
        let next = have.map_or(Tip::START, |have| have.tip).counter.saturating_add(1);
        let tables = self.tables();
        let stamp = tables.get::<Stamp>(Meta::Stamp)?.ok_or(Error::Engine)?;
        if next <= tables.get::<u64>(Meta::Reserved)?.unwrap_or(0) {
            return Ok(());
        }
        let reserved = next.saturating_add(BLOCK - 1);
        // The mark first: should the process end in between, they disagree, which costs a writer.
        self.write_mark(stamp.current, Some(reserved))?;
        self.durably(|tables| Ok(tables.set(Meta::Reserved, &reserved)?))
    }

    fn write_mark(&self, stamp: [u8; 16], reserved: Option<u64>) -> Result<(), Error> {
        let Some(file) = &self.mark else { return Ok(()) };
        let tables = self.tables();
        let nonce = tables.get::<WriterNonce>(Meta::Nonce)?.ok_or(Error::Engine)?;
        let kept = tables.get::<u64>(Meta::Reserved)?.unwrap_or(0);
        let mark = Mark { nonce, stamp, reserved: reserved.unwrap_or(kept) };
        Ok(file.write(&mark).map_err(StoreError::from)?)
    }

    /// On a doubt: what was never sealed is sealed as the writer that wrote it, beside its chain,
    /// and carried by the next. Whoever else goes on as that writer has the very same changes, so
    /// nothing is written twice.
    pub(super) fn retire(&mut self) -> Result<(), Error> {
        let replica = self.replica()?;
        let writer = replica.writer();
        let is_locked = replica.log().owes_rotation() || replica.key().is_none();
        if is_locked || self.has_hole(writer)? {
            // Nothing can be sealed before the key has changed, or beside what somebody else wrote
            // on as that writer: it is written anew.
            return Ok(());
        }
        let have = self.replica()?.have().of(writer).map_or(Tip::START, |have| have.tip);
        let next = have.counter.saturating_add(1);
        let kept = self.tables().get::<(WriterId, u64)>(Meta::Retiring)?;
        let first = kept.filter(|(of, _)| *of == writer).map_or(next, |(_, first)| first);
        self.durably(|tables| Ok(tables.set(Meta::Retiring, &(writer, first))?))?;
        self.seal_changes_of(writer)?;
        self.carry_from(writer, first)
    }

    /// What a writer has sealed from that counter on is carried by another.
    pub(super) fn carry_from(&mut self, writer: WriterId, from: u64) -> Result<(), Error> {
        let left = self.durably(|tables| {
            let tip = tables.carry_from(writer, from)?;
            let left = WriterHave { tip, ..WriterHave::default() };
            tables.keep_chain(writer, &left)?;
            Ok(left)
        })?;
        self.replica()?.cut_chain(writer, left);
        Ok(())
    }

    /// A new writer, from here on, and the mark says so.
    pub(super) fn mint(&mut self) -> Result<(), Error> {
        let mut random_bytes = [0; 16];
        self.surroundings.randomness().fill_bytes(&mut random_bytes);
        let nonce = WriterNonce::from_random(random_bytes);
        let mut former = self.former_writers()?;
        former.push(self.replica()?.writer());
        self.durably(|tables| {
            tables.set(Meta::FormerWriters, &former)?;
            tables.set(Meta::Nonce, &nonce)?;
            Ok(tables.set(Meta::Reserved, &0_u64)?)
        })?;
        self.replica()?.set_writer(nonce);
        self.may_have_orphans = true;
        self.is_writer_sure = false;
        self.stamp()
    }

    /// The writers that this device was before.
    pub(super) fn former_writers(&self) -> Result<Vec<WriterId>, Error> {
        Ok(self.tables().get(Meta::FormerWriters)?.unwrap_or_default())
    }

    /// Whether the relay's branch of a writer is being fetched.
    pub(super) fn is_healing(&self) -> Result<bool, Error> {
        Ok(self.tables().get(Meta::Healing)?.unwrap_or(false))
    }

    /// The relay says that it holds another branch of this writer: the next conversation asks for
    /// all of it.
    pub(crate) fn suspect(&mut self, writer: WriterId) -> Result<(), Error> {
        self.replica()?;
        self.suspects.insert(writer);
        Ok(())
    }

    /// The relay holds another branch of this writer: it is to be given to us from its beginning.
    /// If the writer is this device's own, it writes as another from here on.
    pub(crate) fn heal(&mut self, writer: WriterId) -> Result<(), Error> {
        if self.replica()?.writer() == writer {
            self.mint()?;
        }
        self.durably(|tables| {
            tables.set(Meta::Healing, &true)?;
            Ok(tables.doubt_writer(writer)?)
        })?;
        self.replica()?.forget_chain(writer);
        self.suspects.remove(&writer);
        self.may_have_orphans = true;
        Ok(())
    }

    /// Whether somebody else has written as this device's writer, further on than a hole that this
    /// device would fill with other words: the writer is theirs then.
    pub(super) fn meets_twin(&mut self) -> Result<bool, Error> {
        let replica = self.replica()?;
        let writer = replica.writer();
        let has_twin = replica.have().of(writer).is_some_and(|have| !have.beyond.is_empty());
        if has_twin {
            tracing::info!("this device's writer was written by another: its branch is taken");
            self.heal(writer)?;
        }
        Ok(has_twin)
    }

    /// The relay will never take this envelope of our own: its writer ends, and what it wrote from
    /// there on is carried by the next (protocol rule 10). Says whether it was our own, and read.
    pub(crate) fn end_writer(&mut self, (writer, from): (WriterId, u64)) -> Result<bool, Error> {
        let former = self.former_writers()?;
        if !self.tables().is_read(writer, from)? || self.is_lost((writer, from))? {
            return Ok(false);
        }
        if self.replica()?.writer() == writer {
            self.mint()?;
        } else if !former.contains(&writer) {
            return Ok(false);
        }
        self.carry_from(writer, from)?;
        Ok(true)
    }

    /// Both sides hold the same: what is here and nowhere else is written anew. Says whether there
    /// was anything.
    pub(crate) fn settle_writers(&mut self) -> Result<bool, Error> {
        if self.joining().is_some() || self.is_apart()? {
            return Ok(false);
        }
        self.be_sure_of_writer()?;
        let is_healing = self.is_healing()?;
        let has_orphans = self.write_orphans_anew()?;
        let has_rivals = self.write_rivals_anew()?;
        let has_stranded = self.write_stranded()?;
        if is_healing {
            self.durably(|tables| Ok(tables.clear(Meta::Healing)?))?;
        }
        Ok(has_orphans || has_rivals || has_stranded || is_healing)
    }

    fn write_orphans_anew(&mut self) -> Result<bool, Error> {
        // What is sealed anew is not written anew.
        if !self.may_have_orphans || self.seals_anew()? {
            return Ok(false);
        }
        let me = self.replica()?.writer();
        if !self.is_given_again(me)? {
            return Ok(false);
        }
        let volumes = self.tables().orphaned_volumes(me)?;
        // Writing anew may end a writer, and make orphans of its own.
        self.may_have_orphans = false;
        for place in &volumes {
            let done = self.write_volume_anew(*place);
            self.is_stale |= done.is_err();
            self.may_have_orphans |= done.is_err();
            done?;
        }
        Ok(!volumes.is_empty())
    }

    /// Whether what the relay holds of every other person's doubted writer has come: until then
    /// nothing of theirs is set aside.
    fn is_given_again(&mut self, me: WriterId) -> Result<bool, Error> {
        let former = self.former_writers()?;
        let doubted = self.tables().orphan_writers(me)?;
        let replica = self.replica()?;
        let is_here =
            |writer: &WriterId| former.contains(writer) || replica.have().of(*writer).is_some();
        Ok(doubted.iter().all(is_here))
    }

    /// Reads a volume without the changes that nobody else has, lets what took their place in, and
    /// writes the words of this device's own among them anew. Another's stay set aside: they are
    /// carried to the phone that wrote them, which does the same.
    fn write_volume_anew(&mut self, place: (Volume, Edition)) -> Result<(), Error> {
        let (volume, edition) = place;
        self.load(volume)?;
        let writer = self.replica()?.writer();
        let branches = self.other_branches(place, writer)?;
        let undisputed = self.undisputed(place, &branches)?;
        let (mut standing, mut lost) = self.tables().without_orphans(place, writer, &undisputed)?;
        if lost.is_empty() {
            let nothing = BTreeSet::new();
            return self
                .durably(|tables| keep_branches(tables, &branches, (&undisputed, &nothing)));
        }
        if self.tables().has_sealed(writer, &lost)? {
            // Numbers that others have seen are not used a second time.
            self.mint()?;
            let writer = self.replica()?.writer();
            (standing, lost) = self.tables().without_orphans(place, writer, &undisputed)?;
        }
        let former = self.former_writers()?;
        let replica = self.replica()?;
        let (person, writer) = (replica.person(), replica.writer());
        let me = Me { slot: person.slot, writer };
        let old = replica.unshelve(volume).ok_or(Error::Engine)?;
        let is_own =
            |change: &&Change| change.writer() == me.writer || former.contains(&change.writer());
        let own: Vec<Change> = lost.iter().filter(is_own).cloned().collect();
        let theirs: BTreeSet<Hash> =
            lost.iter().filter(|change| !is_own(change)).map(Change::hash).collect();
        let kept: BTreeSet<Hash> =
            standing.iter().map(Change::hash).filter(|hash| undisputed.contains(hash)).collect();
        let new = Notebook::load(volume, edition, (person, me.writer), None, standing);
        self.replica()?.shelve(new.map_err(|_| Error::Engine)?);
        let judged = self.judge(volume, BTreeMap::new())?;
        let written = self.load(volume)?.carry_over(&old, &own)?;
        let stranded = self.load(volume)?.stranded(&old, &own);
        let different = self.different_entries(volume, &old)?;
        let new = self.load(volume)?;
        let gone: Vec<EntryKey> =
            old.entries().map(|e| e.key).filter(|key| new.entry(key).is_none()).collect();
        let log = self.replica()?.log().clone();
        self.durably(|tables| {
            set_lost_aside(tables, place, &lost, (&log, person))?;
            keep_branches(tables, &branches, (&kept, &theirs))?;
            keep_stranded(tables, volume, &stranded)?;
            for key in &gone {
                tables.drop_entry(key.as_str())?;
            }
            tables.drop_snapshot(place)?;
            judged.store(tables, me)?;
            for entry in &different {
                tables.keep_entry(entry, None, me.slot)?;
            }
            for Written { change, entry } in &written {
                let id = tables.keep_change(place, change, None)?;
                tables.keep_entry(entry, Some(id), me.slot)?;
            }
            Ok(())
        })
    }

    fn different_entries(&mut self, volume: Volume, old: &Notebook) -> Result<Vec<Entry>, Error> {
        let differs = |entry: &Entry| {
            old.entry(&entry.key).is_none_or(|before| before.content != entry.content)
        };
        Ok(self.load(volume)?.entries().filter(differs).collect())
    }
}

/// These changes stand no more: those that were written knowing late words wait for them.
fn set_lost_aside(
    tables: &Tables<'_>,
    place: (Volume, Edition),
    lost: &[Change],
    (log, person): (&Log, Person),
) -> Result<(), Error> {
    for change in lost {
        let late = tables.waits_for_late(change)?;
        let (device, counter) = match late {
            Some((device, counter)) => (Some(device), counter),
            // What was never sealed is this device's own.
            None => (tables.device_of(change.writer())?, 0),
        };
        let known = device.and_then(|device| log.known(device));
        let person = known.map_or(person, |member| member.person());
        let lost = Waiting { change: change.clone(), person, counter };
        match late {
            // Others have it, and it stands again if the late words are kept.
            Some(_) => {
                tables.keep_waiting(place, &lost)?;
                tables.drop_change(change.hash())?;
            }
            None => tables.set_aside(&lost, SUPERSEDED)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;

    use crate::owner::testing::{ana, shown};

    #[test]
    fn a_writer_that_ends_is_followed_by_one() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(directory.path());
        ana.write(Kind::Note, 0, "before").unwrap();
        ana.seal_pending().unwrap();
        let writer = ana.replica().unwrap().writer();
        assert!(ana.end_writer((writer, 1)).unwrap());
        ana.write(Kind::Note, 0, "after").unwrap();
        ana.seal_pending().unwrap();
        assert_eq!(ana.former_writers().unwrap(), [writer]);
        assert_eq!(shown(&mut ana), ["after", "before"]);
    }
}
