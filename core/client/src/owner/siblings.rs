//! Two changes of one writer under one number: a phone lost what it had written, or had a twin, and
//! what was lost came back in an envelope that another carries.
//!
//! Every phone lets the same one stand, whichever came first: that of the writer's own chain before
//! one that is only carried, then the lower hash (protocol rule 11). What gives way is set aside
//! with all that depends on it, and written anew by the device that wrote it, in `writers`.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::{Change, Refusal};
use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;

use super::Owner;
use super::receiving::{Judged, Slice};
use crate::error::Error;

/// The lower stands: whether it is in no chain, where in its chain, its hash.
type Rank = (bool, u64, Hash);

/// The changes of the envelopes that were opened to see what is in them: many may be asked for of
/// one.
type Chains = BTreeMap<(WriterId, u64), BTreeSet<Hash>>;

impl Owner {
    /// The standing changes that give way to refused ones.
    pub(super) fn giving_way(
        &mut self,
        slice: &Slice,
        judged: &Judged,
    ) -> Result<BTreeSet<Hash>, Error> {
        let mut chains = Chains::new();
        let mut giving_way = BTreeSet::new();
        for (hash, refusal) in &judged.applied.refused {
            let (Refusal::SameNumberTwice(stands), Some(refused)) =
                (refusal, judged.changes.get(hash))
            else {
                continue;
            };
            let just_applied = judged.changes.get(stands).map(|standing| standing.counter);
            let kept = self.tables().counter_of(*stands)?;
            // What was never sealed is this device's own, and the next of its chain.
            let Some(counter) = just_applied.or(kept) else { continue };
            let writer = refused.change.writer();
            let new = self.rank(slice, &mut chains, (writer, refused.counter), *hash)?;
            let old = self.rank(slice, &mut chains, (writer, counter), *stands)?;
            if new < old {
                giving_way.insert(*stands);
                if self.replica()?.writer() == writer {
                    self.mint()?;
                }
            }
        }
        Ok(giving_way)
    }

    fn rank(
        &mut self,
        slice: &Slice,
        chains: &mut Chains,
        place: (WriterId, u64),
        hash: Hash,
    ) -> Result<Rank, Error> {
        let changes = match chains.entry(place) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.changes_in_chain(slice, place)?),
        };
        let is_in_chain = changes.contains(&hash);
        Ok((!is_in_chain, if is_in_chain { place.1 } else { 0 }, hash))
    }

    /// The changes in the envelope that stands there in its writer's chain.
    fn changes_in_chain(
        &mut self,
        slice: &Slice,
        place: (WriterId, u64),
    ) -> Result<BTreeSet<Hash>, Error> {
        let bytes = match slice.envelope_at(place) {
            Some(bytes) => Some(bytes),
            None => self.tables().applied_envelope(place)?,
        };
        let replica = self.replica()?;
        let read = bytes.and_then(|bytes| replica.reread(bytes).ok()?.ok());
        let changes = read.map(|(_, opened)| opened.changes).unwrap_or_default();
        Ok(changes.iter().map(Change::hash).collect())
    }
}
