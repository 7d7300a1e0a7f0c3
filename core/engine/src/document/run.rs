//! Consecutive changes of one writer, without what each one's predecessor implies.
//!
//! A change made right after another by the same writer repeats its writer, one more than its
//! number, its hash as a dependency, and a start that follows from it. Left out here, put back by
//! the reader, and proved by the hash of the last change, which covers all before it.
//!
//! ```text
//! run     law version, changes, hash of the last change          (postcard)
//! whole   contents of the chunk, without magic, checksum, type and length
//! next    contents from the other writers on: dependencies = the change before, number and start
//!         follow from it, time 0, no message
//! ```

use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;
use serde::{Deserialize, Serialize};

use super::change::{Change, MalformedChange};
use super::cursor::write_unsigned;
use super::limits::{MAX_CHANGES_PER_RUN, MAX_RUN_BYTES};

/// A run of changes as it stands in a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The version of the law they were written under.
    pub law: u16,
    changes: Vec<Lean>,
    last: Hash,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Lean {
    Whole(Vec<u8>),
    Next(Vec<u8>),
}

/// Why a run is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRun {
    /// No changes at all, or more than [`MAX_CHANGES_PER_RUN`] or [`MAX_RUN_BYTES`].
    #[error("a run of changes is empty or larger than any app of ours writes")]
    Size,
    /// One of the changes.
    #[error("a run of changes is malformed: {0}")]
    Change(#[from] MalformedChange),
    /// They are not consecutive changes of one writer.
    #[error("a run of changes skips one or mixes writers; ask the partner to update their app")]
    NotConsecutive,
    /// The last change has another hash.
    #[error("a run of changes does not end in the change it names; fetch it again")]
    WrongHash,
    /// The same changes are written otherwise.
    #[error("a run of changes is spelled as no app of ours spells it; ask the partner to update")]
    NotCanonical,
}

impl Run {
    /// Consecutive changes of one writer, written under that version of the law.
    ///
    /// # Errors
    /// [`MalformedRun::Size`] and [`MalformedRun::NotConsecutive`]: the caller's changes are not a
    /// run.
    pub fn of(changes: &[Change], law: u16) -> Result<Self, MalformedRun> {
        let bytes: usize = changes.iter().map(|change| change.bytes().len()).sum();
        let last = changes.last().ok_or(MalformedRun::Size)?.hash();
        if changes.len() > MAX_CHANGES_PER_RUN || bytes > MAX_RUN_BYTES {
            return Err(MalformedRun::Size);
        }
        let mut lean = Vec::with_capacity(changes.len());
        let mut before = None;
        for change in changes {
            check_consecutive(before, change)?;
            lean.push(match before {
                Some(before) if is_next(before, change) => Lean::Next(change.tail().to_vec()),
                _ => Lean::Whole(change.contents().to_vec()),
            });
            before = Some(change);
        }
        Ok(Self { law, changes: lean, last })
    }

    /// The changes, rebuilt and read.
    ///
    /// # Errors
    /// [`MalformedRun`] unless [`Run::of`] would make this run of them again.
    pub fn changes(self) -> Result<Vec<Change>, MalformedRun> {
        if self.changes.is_empty() || self.changes.len() > MAX_CHANGES_PER_RUN {
            return Err(MalformedRun::Size);
        }
        let mut changes: Vec<Change> = Vec::with_capacity(self.changes.len());
        let mut bytes = 0;
        for lean in self.changes {
            let before = changes.last();
            let is_next = matches!(lean, Lean::Next(_));
            let change = match (lean, before) {
                (Lean::Whole(contents), _) => Change::from_contents(&contents)?,
                (Lean::Next(tail), Some(before)) => Change::from_contents(&after(before, &tail))?,
                (Lean::Next(_), None) => return Err(MalformedRun::NotConsecutive),
            };
            check_consecutive(before, &change)?;
            if is_next != before.is_some_and(|before| self::is_next(before, &change)) {
                return Err(MalformedRun::NotCanonical);
            }
            bytes += change.bytes().len();
            if bytes > MAX_RUN_BYTES {
                return Err(MalformedRun::Size);
            }
            changes.push(change);
        }
        if changes.last().map(Change::hash) != Some(self.last) {
            return Err(MalformedRun::WrongHash);
        }
        Ok(changes)
    }
}

impl std::fmt::Debug for Lean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "whole:{} bytes", bytes.len()),
            Self::Next(bytes) => write!(f, "next:{} bytes", bytes.len()),
        }
    }
}

/// Automerge makes every change depend directly on its writer's last one, so each hash covers the
/// whole run before it.
fn check_consecutive(before: Option<&Change>, change: &Change) -> Result<(), MalformedRun> {
    let follows = |before: &Change| {
        before.writer() == change.writer()
            && before.seq().checked_add(1) == Some(change.seq())
            && change.deps().contains(&before.hash())
    };
    if before.is_none_or(follows) { Ok(()) } else { Err(MalformedRun::NotConsecutive) }
}

/// Whether a change, consecutive already, says nothing in its header that `before` does not imply.
fn is_next(before: &Change, change: &Change) -> bool {
    change.deps() == [before.hash()] && change.start_op() == before.max_op() + 1
}

fn after(before: &Change, tail: &[u8]) -> Vec<u8> {
    let WriterId(writer) = before.writer();
    let mut contents = vec![1];
    contents.extend_from_slice(before.hash().as_bytes());
    contents.push(16);
    contents.extend_from_slice(&writer);
    write_unsigned(&mut contents, before.seq().saturating_add(1));
    write_unsigned(&mut contents, before.max_op() + 1);
    contents.extend_from_slice(&[0, 0]);
    contents.extend_from_slice(tail);
    contents
}
