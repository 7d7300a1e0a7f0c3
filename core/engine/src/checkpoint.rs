//! What is inside the blobs of a checkpoint: changes, one by one, as the store keeps them.
//!
//! The content of a blob is zstd of items, each of kind [`kind::SECTION`] plus 4, critical, whose
//! own bytes are the law's version (u16, big-endian) and one change, whole. They are changes of one
//! edition of one volume, in any order; all blobs of a volume together hold everything that any of
//! them depends on. Automerge's own files of many changes are never used: what is in one cannot be
//! judged change by change, and a torn one loads without a word.
//!
//! Deliberately not here: who wrote a change (its writer stands in the manifest's cover), and what
//! else envelopes say.

use std::collections::BTreeSet;

use couplet_proto::item::{self, Item, Malformed, kind};
use zeroize::Zeroizing;

use crate::body::MAX_BODY;
use crate::document::genesis::genesis;
use crate::document::{Change, MalformedChange};
use crate::notebook::schema::{LAW, law_of};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Volume};

/// Bytes of changes in one blob before compression: half of what a hostile one inflates to at most.
pub const BLOB_CHANGES: usize = MAX_BODY / 2;

const CHANGE: u16 = kind::SECTION + 4;
const LEVEL: i32 = 9;

/// Why the content of a blob is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotABlob {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// One of its changes is none.
    #[error(transparent)]
    Change(#[from] MalformedChange),
    /// It holds something that this version does not know.
    #[error("a checkpoint was made by a newer app; bring this one up to date to read it")]
    TooNew,
}

/// Changes as the content of a blob.
#[must_use]
pub fn to_content(changes: &[Change]) -> Zeroizing<Vec<u8>> {
    let mut sections = Zeroizing::new(Vec::new());
    for change in changes {
        let law = law_of(std::slice::from_ref(change));
        let mut own = Zeroizing::new(law.to_be_bytes().to_vec());
        own.extend_from_slice(change.bytes());
        Item::new(CHANGE, true, &own).write(&mut sections);
    }
    Zeroizing::new(zstd::bulk::compress(&sections, LEVEL).unwrap_or_default())
}

/// Reads the content of a blob.
///
/// # Errors
/// [`NotABlob`].
pub fn read(content: &[u8]) -> Result<Vec<Change>, NotABlob> {
    let malformed = Malformed("checkpoint");
    let sections = zstd::bulk::decompress(content, MAX_BODY).map_err(|_| malformed)?;
    let sections = Zeroizing::new(sections);
    let (mut changes, mut rest) = (Vec::new(), sections.as_slice());
    while !rest.is_empty() {
        let (section, after) = Item::read(rest, MAX_BODY)?;
        rest = after;
        let is_known = section.version == item::VERSION && section.kind == CHANGE;
        let (law, change) = section.bytes.split_first_chunk::<2>().ok_or(malformed)?;
        match (is_known && section.critical, u16::from_be_bytes(*law) <= LAW) {
            (true, true) => changes.push(Change::parse(change.to_vec())?),
            (false, _) if !section.critical => {}
            _ => return Err(NotABlob::TooNew),
        }
    }
    Ok(changes)
}

/// How many of the first changes go into one blob: as many as fit, at least one.
#[must_use]
pub fn fill(changes: &[Change]) -> usize {
    let mut room = BLOB_CHANGES;
    let fits = |change: &&Change| {
        let needed = change.bytes().len() + item::HEADER + 2;
        let fits = needed <= room;
        room = room.saturating_sub(needed);
        fits
    };
    changes.iter().take_while(fits).count().max(1)
}

/// Whether a volume's changes hold everything that any of them depends on.
#[must_use]
pub fn is_whole(volume: Volume, edition: Edition, changes: &[Change]) -> bool {
    let Ok(first) = genesis(volume, edition) else { return false };
    let mut held: BTreeSet<Hash> = changes.iter().map(Change::hash).collect();
    held.insert(first.hash());
    changes.iter().flat_map(Change::deps).all(|dep| held.contains(dep))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let bomb = zstd::bulk::compress(&vec![0; MAX_BODY + 1], 19).unwrap();
        assert_eq!(read(&bomb), Err(Malformed("checkpoint").into()));
    }

    #[test]
    fn what_is_unknown_is_skipped_unless_it_is_critical() {
        let with = |critical| {
            let section = Item::new(kind::SECTION + 99, critical, b"new").to_bytes();
            read(&zstd::bulk::compress(&section, LEVEL).unwrap())
        };
        assert_eq!(with(false), Ok(Vec::new()));
        assert_eq!(with(true), Err(NotABlob::TooNew));
    }
}
