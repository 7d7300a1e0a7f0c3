//! What another branch of a writer said, once it is known which branch stands (protocol rule 11).
//!
//! Words that somebody has read are not lost with the phone that wrote them: it may have written on
//! from a store that a lying disk or a backup put back, under the same numbers, and know nothing of
//! them. Whoever holds the envelopes of the branch that gave way carries them. What nothing took the
//! place of stands on every phone as it was; what something did take the place of is written anew by
//! the device whose writer it was, from what it is carried. Who still has such words writes them
//! anew itself, and finds what another has written already (`notebook/carry` of the engine).
//!
//! Deliberately not here: which of two changes gives way (`siblings`), and taking the relay's
//! branch (`writers`).

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::body::can_carry;
use couplet_engine::document::{Change, Refusal};
use couplet_engine::notebook::{Notebook, Written};
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Volume, WriterId};

use super::Owner;
use super::receiving::Judged;
use super::writers::SUPERSEDED;
use crate::error::Error;
use crate::store::{Meta, Tables, Waiting};

/// An envelope that another of its writer's stands in the place of, and the changes in it.
pub(super) struct OfBranch {
    sealed: Sealed,
    changes: BTreeMap<Hash, (WriterId, u64)>,
}

/// Changes that others took the place of, and the volume as their writer knew it.
struct Branch {
    base: Vec<Change>,
    branch: Vec<Waiting>,
}

impl Owner {
    /// The envelopes of other branches that hold something of this volume which nobody is known to
    /// have, and that this device does not carry.
    pub(super) fn other_branches(
        &mut self,
        (volume, edition): (Volume, Edition),
        me: WriterId,
    ) -> Result<Vec<OfBranch>, Error> {
        let mut all = Vec::new();
        for writer in self.tables().orphan_writers(me)? {
            for bytes in self.tables().superseded(writer)? {
                if !can_carry(&bytes) {
                    continue;
                }
                let Ok(Ok((sealed, opened))) = self.replica()?.reread(bytes) else { continue };
                let header = sealed.header();
                if (header.volume, header.edition) != (volume, edition) {
                    continue;
                }
                let mut changes = BTreeMap::new();
                for change in &opened.changes {
                    if self.tables().is_unsealed(change.hash())? {
                        changes.insert(change.hash(), numbered(change));
                    }
                }
                all.push(OfBranch { sealed, changes });
            }
        }
        Ok(all)
    }

    /// The changes of other branches that nothing took the place of.
    pub(super) fn undisputed(
        &self,
        (volume, edition): (Volume, Edition),
        branches: &[OfBranch],
    ) -> Result<BTreeSet<Hash>, Error> {
        let waiting = self.tables().waiting(volume, edition)?;
        let taken: BTreeMap<(WriterId, u64), Hash> =
            waiting.iter().map(|it| (numbered(&it.change), it.change.hash())).collect();
        let all = branches.iter().flat_map(|branch| &branch.changes);
        let is_undisputed = |(hash, number): &(&Hash, &(WriterId, u64))| {
            taken.get(number).is_none_or(|other| other == *hash)
        };
        Ok(all.filter(is_undisputed).map(|(hash, _)| *hash).collect())
    }

    /// Writes anew what another branch of this device's own writers said, where something else has
    /// taken its place. Says whether there was anything.
    pub(super) fn write_rivals_anew(&mut self) -> Result<bool, Error> {
        let me = self.replica()?.writer();
        if !self.tables().orphan_writers(me)?.is_empty() {
            return Ok(false);
        }
        let mut own = self.former_writers()?;
        own.push(me);
        let mut has_any = false;
        for place in self.tables().waited_for_in(&own)? {
            while let Some(branch) = self.next_rivals(place, &own)? {
                has_any = true;
                let done = self.write_branch_anew(place, branch);
                self.is_stale |= done.is_err();
                done?;
            }
        }
        Ok(has_any)
    }

    /// One branch of what waits of these writers because other changes have its numbers.
    fn next_rivals(
        &mut self,
        place: (Volume, Edition),
        own: &[WriterId],
    ) -> Result<Option<Branch>, Error> {
        let mut waiting = self.tables().waiting(place.0, place.1)?;
        waiting.retain(|it| own.contains(&it.change.writer()));
        let standing = self.tables().changes_of(place)?;
        let numbers: BTreeSet<(WriterId, u64)> =
            standing.iter().map(|(change, _)| numbered(change)).collect();
        let mut from: BTreeMap<WriterId, u64> = BTreeMap::new();
        for (writer, number) in waiting.iter().map(|it| numbered(&it.change)) {
            if numbers.contains(&(writer, number)) {
                let first = from.entry(writer).or_insert(number);
                *first = number.min(*first);
            }
        }
        if from.is_empty() {
            return Ok(None);
        }
        let (mut base, mut given_up) = (Vec::new(), BTreeSet::new());
        for (change, _) in standing {
            let is_other = from.get(&change.writer()).is_some_and(|from| change.seq() >= *from);
            if is_other || change.deps().iter().any(|dep| given_up.contains(dep)) {
                given_up.insert(change.hash());
            } else {
                base.push(change);
            }
        }
        waiting.sort_by_key(|it| (it.change.start_op(), it.change.hash()));
        let volume = self.load(place.0)?;
        let (mut branch, mut known, mut taken) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for it in waiting {
            let is_known = |dep: &Hash| {
                known.contains(dep) || volume.has_change(dep) && !given_up.contains(dep)
            };
            // Each starts behind all that it depends on.
            if it.change.deps().iter().all(is_known) && taken.insert(numbered(&it.change)) {
                known.insert(it.change.hash());
                branch.push(it);
            }
        }
        Ok((!branch.is_empty()).then_some(Branch { base, branch }))
    }

    fn write_branch_anew(
        &mut self,
        place: (Volume, Edition),
        Branch { base, branch }: Branch,
    ) -> Result<(), Error> {
        let (volume, edition) = place;
        let me = self.replica()?.writer();
        if branch.iter().any(|it| it.change.writer() == me) {
            // Its keys say what stands; what is written anew has keys of its own.
            self.retire()?;
            self.mint()?;
        }
        let replica = self.replica()?;
        let (person, writer) = (replica.person(), replica.writer());
        let lost: Vec<Change> = branch.iter().map(|it| it.change.clone()).collect();
        let all = base.into_iter().chain(lost.iter().cloned()).collect();
        let written = match Notebook::load(volume, edition, (person, writer), None, all) {
            Ok(old) => self.load(volume)?.carry_over(&old, &lost)?,
            // What cannot be read is kept aside.
            Err(_) => Vec::new(),
        };
        self.durably(|tables| {
            for it in &branch {
                tables.quarantine(it, SUPERSEDED)?;
                tables.drop_waiting(it.change.hash())?;
            }
            for Written { change, entry } in &written {
                let id = tables.keep_change(place, change, None)?;
                tables.keep_entry(entry, Some(id), person.slot)?;
            }
            Ok(())
        })
    }
}

/// What nothing took the place of stands; the envelopes of that, and of what others have lost, are
/// carried by this device.
pub(super) fn keep_branches(
    tables: &Tables<'_>,
    branches: &[OfBranch],
    (kept, lost): (&BTreeSet<Hash>, &BTreeSet<Hash>),
) -> Result<(), Error> {
    for OfBranch { sealed, changes } in branches {
        for hash in changes.keys().filter(|hash| kept.contains(*hash)) {
            tables.sealed_elsewhere(*hash, sealed.header().counter)?;
        }
        if changes.keys().any(|hash| kept.contains(hash) || lost.contains(hash)) {
            tables.carry_superseded(sealed)?;
        }
    }
    Ok(())
}

impl Judged {
    /// Keeps what is refused: for good, or as another branch of a writer that is or was this
    /// device's own, which waits to take its place or to be written anew.
    pub(super) fn keep_refused(
        &self,
        tables: &Tables<'_>,
        (orphans, me): (&[WriterId], WriterId),
    ) -> Result<(), Error> {
        let mut own = tables.get::<Vec<WriterId>>(Meta::FormerWriters)?.unwrap_or_default();
        own.push(me);
        for (hash, why) in &self.applied.refused {
            let Some(waiting) = self.changes.get(hash) else { continue };
            let writer = waiting.change.writer();
            let is_rival = matches!(why, Refusal::SameNumberTwice(_)) && own.contains(&writer);
            if orphans.contains(&writer) || is_rival && !tables.is_set_aside(*hash)? {
                tables.keep_waiting(self.place, waiting)?;
            } else {
                tables.quarantine(waiting, &why.to_string())?;
            }
        }
        Ok(())
    }

    /// Keeps what waits, but for what goes on from words of its own writer that are set aside:
    /// should that branch come to stand, both come again.
    pub(super) fn keep_waiting(&self, tables: &Tables<'_>) -> Result<(), Error> {
        let waiting = self.applied.waiting.iter().map(|(change, _)| change);
        let mut waiting: Vec<&Change> = waiting.collect();
        waiting.sort_by_key(|change| change.start_op());
        for change in waiting {
            let Some(waiting) = self.changes.get(&change.hash()) else { continue };
            let mut goes_on_from_nothing = false;
            for dep in change.deps() {
                goes_on_from_nothing |= tables.is_set_aside_of(change.writer(), *dep)?;
            }
            if goes_on_from_nothing {
                tables.drop_waiting(change.hash())?;
                tables.quarantine(waiting, FROM_NOTHING)?;
            } else {
                tables.keep_waiting(self.place, waiting)?;
            }
        }
        Ok(())
    }
}

const FROM_NOTHING: &str = "it goes on from words of its writer that stand nowhere";

fn numbered(change: &Change) -> (WriterId, u64) {
    (change.writer(), change.seq())
}
