//! The epochs that a log has begun, and which of them an envelope may be sealed under.
//!
//! An envelope is sealed under the epoch that was current at the log its writer knew, or a later
//! one. After somebody left alone, the one to come is asked for, although nobody has begun it yet:
//! who learns of it rotates before sealing.

use crate::hash::Hash;
use crate::ids::{Epoch, Slot, Volume};
use crate::statement::Rotate;

/// An epoch as the log began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub epoch: Epoch,
    /// The index of the statement that began it.
    pub since: u64,
    /// A hash of its key.
    pub commitment: Hash,
    /// Whether the key before is sealed under its key.
    pub is_chained: bool,
}

/// From here on a newcomer reads, and nothing before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The first volume that everybody reads.
    pub volume: Volume,
    /// The first epoch whose key does not lead to the keys before.
    pub epoch: Epoch,
    /// Whose everything before is.
    pub by: Slot,
}

/// All epochs of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Epochs {
    begun: Vec<Begun>,
    /// For each, the length of the log from which it is asked for.
    asked_from: Vec<u64>,
    openings: Vec<Opening>,
    /// The length of the log from which the epoch to come is asked for.
    owed_from: Option<u64>,
}

impl Epochs {
    pub(super) fn first(commitment: Hash) -> Self {
        let begun = Begun { epoch: Epoch(1), since: 0, commitment, is_chained: false };
        let (begun, asked_from, openings) = (vec![begun], vec![0], Vec::new());
        Self { begun, asked_from, openings, owed_from: None }
    }

    pub(super) fn current(&self) -> Epoch {
        self.begun.last().map_or(Epoch(0), |begun| begun.epoch)
    }

    pub(super) fn next(&self) -> Option<Epoch> {
        self.current().0.checked_add(1).map(Epoch)
    }

    pub(super) fn begun(&self) -> &[Begun] {
        &self.begun
    }

    pub(super) fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// The statement at that index begins an epoch; without a chain, for those whom that person
    /// lets read from that volume on.
    pub(super) fn begin(&mut self, rotate: &Rotate, since: u64, opens: Option<(Slot, Volume)>) {
        let Rotate { epoch, commitment, .. } = *rotate;
        let is_chained = rotate.chain.is_some();
        self.begun.push(Begun { epoch, since, commitment, is_chained });
        self.asked_from.push(self.owed_from.take().unwrap_or(since.saturating_add(1)));
        if let Some((by, volume)) = opens.filter(|_| !is_chained) {
            self.openings.push(Opening { volume, epoch, by });
        }
    }

    /// After the statement at that index nothing more is sealed under the current epoch.
    pub(super) fn owe(&mut self, at: u64) {
        self.owed_from.get_or_insert(at.saturating_add(1));
    }

    pub(super) const fn is_owed(&self) -> bool {
        self.owed_from.is_some()
    }

    /// The first epoch under which whoever knew a log of that length may seal.
    pub(super) fn asked_at(&self, length: u64) -> Epoch {
        let begun = self.asked_from.partition_point(|from| *from <= length);
        let owed = usize::from(self.owed_from.is_some_and(|from| from <= length));
        Epoch(u32::try_from(begun + owed).unwrap_or(u32::MAX))
    }

    /// The epoch whose key is needed beside that epoch's to read that volume: the last that led to
    /// everything before, if the volume was closed to who came later.
    pub(super) fn archive(&self, epoch: Epoch, volume: Volume) -> Option<Epoch> {
        let closed = self.openings.iter().find(|opening| opening.volume > volume)?;
        (epoch >= closed.epoch).then(|| Epoch(closed.epoch.0.saturating_sub(1)))
    }
}
