//! Which checkpoints devices have attested, and which of them stand for what they cover.
//!
//! A checkpoint stands once a device of each person who has one has attested it: from then on what
//! it covers need not be kept (protocol rule 19). It has stood for ever, whoever comes later. Nothing
//! stands before there were two persons: a relay that forgot, and was fed by a device that has not
//! heard of the second, would otherwise let go of words on the word of one.

use std::collections::BTreeMap;

use super::{Log, Member, Refused};
use crate::hash::Hash;
use crate::ids::Slot;

/// What the log says of a checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attested {
    by: [bool; 2],
    /// Whether it stood once.
    pub has_stood: bool,
}

/// All that were attested, and the last that came to stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AllAttested {
    checkpoints: BTreeMap<Hash, Attested>,
    standing: Option<Hash>,
    /// How often one was named that was not named before, or not so.
    named: usize,
}

impl Attested {
    /// Whether a device of that person has attested it.
    #[must_use]
    pub const fn is_by(&self, slot: Slot) -> bool {
        let [first, second] = self.by;
        match slot {
            Slot::First => first,
            Slot::Second => second,
        }
    }
}

impl Log {
    /// What is said of a checkpoint, if anything is.
    #[must_use]
    pub fn attested(&self, checkpoint: Hash) -> Option<&Attested> {
        self.attested.checkpoints.get(&checkpoint)
    }

    /// The last checkpoint that came to stand.
    #[must_use]
    pub const fn standing(&self) -> Option<Hash> {
        self.attested.standing
    }

    /// All that ever came to stand.
    pub fn stood(&self) -> impl Iterator<Item = Hash> + '_ {
        let checkpoints = self.attested.checkpoints.iter();
        checkpoints.filter(|(_, attested)| attested.has_stood).map(|(hash, _)| *hash)
    }

    /// How often the log has come to speak of another checkpoint, or of one as of more than before.
    #[must_use]
    pub const fn attested_count(&self) -> usize {
        self.attested.named
    }

    /// A checkpoint is named.
    pub(super) fn name_checkpoint(&mut self) {
        self.attested.named += 1;
    }

    /// A checkpoint stands as if all had attested it, and what was said of any other counts no more.
    pub(super) fn stand_alone(&mut self, checkpoint: Hash) {
        let attested = Attested { by: [true; 2], has_stood: true };
        let checkpoints = BTreeMap::from([(checkpoint, attested)]);
        let named = self.attested.named + 1;
        self.attested = AllAttested { checkpoints, standing: Some(checkpoint), named };
    }

    pub(super) fn attest(&mut self, by: Slot, checkpoint: Hash) -> Result<(), Refused> {
        if self.attested(checkpoint).is_some_and(|attested| attested.is_by(by)) {
            return Err(Refused::NotAllowed("each person attests a checkpoint once"));
        }
        let is_of = |member: &Member, slot| member.slot == slot && !member.is_paper;
        let is_here = |slot| self.members.values().any(|member| is_of(member, slot));
        let was_here = |slot| self.departed().any(|(_, gone)| gone.member.slot == slot);
        let here = Slot::BOTH.map(is_here);
        let are_two = Slot::BOTH.into_iter().all(|slot| is_here(slot) || was_here(slot));
        let is_new = !self.attested.checkpoints.contains_key(&checkpoint);
        self.attested.named += usize::from(is_new);
        let attested = self.attested.checkpoints.entry(checkpoint).or_default();
        match (by, &mut attested.by) {
            (Slot::First, [first, _]) => *first = true,
            (Slot::Second, [_, second]) => *second = true,
        }
        let mut of_both = here.iter().zip(attested.by);
        let is_by_all = of_both.all(|(is_here, is_attested)| !is_here || is_attested);
        if are_two && is_by_all && !attested.has_stood {
            attested.has_stood = true;
            self.attested.standing = Some(checkpoint);
        }
        Ok(())
    }
}
