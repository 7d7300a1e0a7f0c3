//! Bodies: what stands inside an envelope, as typed sections under the rule of all items.
//!
//! A body is zstd of items, each of kind [`kind::SECTION`] plus
//! a number:
//!
//! | number | section | critical |
//! |---|---|---|
//! | 1 | [`Run`]: consecutive changes of the envelope's writer, for its volume and edition | yes |
//! | 2 | [`Seen`]: what the writer has seen since its last envelope | no |
//! | 3 | carried: original envelopes, whole, of writers that cannot go on (protocol rule 10) | yes |
//! | 4 | opened: the joiner's nonce of the short authentication string, 16 bytes | no |
//!
//! A reader skips sections it does not know, unless they are critical: then the envelope waits for
//! a newer program. Decompression is bounded before a byte is allocated.

use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;
use couplet_proto::item::{self, Item, Malformed, kind};
use couplet_proto::limits::{MAX_COUNTER, MAX_WRITERS};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::document::{Change, MalformedRun, Run};
use crate::pairing::sas::Nonce;
use crate::seal::MAX_CONTENT;

/// Bytes of a body before compression: a hostile one inflates to no more than this.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

/// zstd's level: higher ones gain under two percent on batches of notes and take twice as long.
const LEVEL: i32 = 9;

const RUN: u16 = kind::SECTION + 1;
const SEEN: u16 = kind::SECTION + 2;
const CARRIED: u16 = kind::SECTION + 3;
const OPENED: u16 = kind::SECTION + 4;

/// What a writer has seen of the other writers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Whether the writer's person lets the other see that words have arrived.
    pub is_shared: bool,
    /// The last counter applied of each writer from whom there was more since the last envelope.
    pub changed: Vec<(WriterId, u64)>,
    /// A hash of the whole vector, so that a withheld suffix is noticed.
    pub digest: Option<Hash>,
}

/// What an envelope says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Changes, as runs.
    pub runs: Vec<Run>,
    /// What the writer has seen.
    pub seen: Seen,
    /// Original envelopes, each verified by its own signature. One inside another is not read.
    pub carried: Vec<Vec<u8>>,
    /// The nonce of the short authentication string that the joiner had committed to.
    pub opened: Option<Nonce>,
}

/// Why content is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotABody {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// One of its runs cannot be rebuilt.
    #[error(transparent)]
    Run(#[from] MalformedRun),
    /// It holds something critical that this version does not know.
    #[error("the partner's app is newer; bring this one up to date to read what they wrote")]
    TooNew,
}

impl Body {
    /// The body as the content of an envelope.
    #[must_use]
    pub fn to_content(&self) -> Zeroizing<Vec<u8>> {
        let mut sections = Zeroizing::new(Vec::new());
        for run in &self.runs {
            let run = Zeroizing::new(item::encode(run));
            Item::new(RUN, true, &run).write(&mut sections);
        }
        if !self.carried.is_empty() {
            let carried = item::encode(&self.carried);
            Item::new(CARRIED, true, &carried).write(&mut sections);
        }
        if let Some(nonce) = &self.opened {
            Item::new(OPENED, false, &item::encode(nonce)).write(&mut sections);
        }
        let seen = item::encode(&self.seen);
        Item::new(SEEN, false, &seen).write(&mut sections);
        Zeroizing::new(zstd::bulk::compress(&sections, LEVEL).unwrap_or_default())
    }

    /// Reads an envelope's content.
    ///
    /// # Errors
    /// [`NotABody`].
    pub fn read(content: &[u8]) -> Result<Self, NotABody> {
        let malformed = Malformed("body");
        let room = said_size(content).map_or(MAX_BODY, |size| size.min(MAX_BODY));
        let sections = zstd::bulk::decompress(content, room).map_err(|_| malformed)?;
        let sections = Zeroizing::new(sections);
        let mut body = Self::default();
        let mut rest = sections.as_slice();
        while !rest.is_empty() {
            let (section, after) = Item::read(rest, MAX_BODY)?;
            rest = after;
            match (section.version, section.kind, section.critical) {
                (item::VERSION, RUN, true) => body.runs.push(item::decode(section.bytes, "run")?),
                (item::VERSION, SEEN, false) => body.seen = item::decode(section.bytes, "seen")?,
                (item::VERSION, CARRIED, true) => {
                    body.carried = item::decode(section.bytes, "carried envelopes")?;
                }
                (item::VERSION, OPENED, false) => {
                    body.opened = Some(item::decode(section.bytes, "opened nonce")?);
                }
                _ if section.critical => return Err(NotABody::TooNew),
                _ => {}
            }
        }
        let has_counters = body.seen.changed.iter().all(|(_, counter)| *counter <= MAX_COUNTER);
        if !has_counters
            || body.seen.changed.len() > MAX_WRITERS
            || body.carried.len() > MAX_CARRIED
        {
            return Err(malformed.into());
        }
        Ok(body)
    }
}

/// The size that a body says it has before compression. What was read is wiped with all the room it
/// was given: to give [`MAX_BODY`] to each would take longer than all else that is done to it.
fn said_size(content: &[u8]) -> Option<usize> {
    let size = zstd::zstd_safe::get_frame_content_size(content).ok()??;
    usize::try_from(size).ok()
}

/// How many of the first changes fit one envelope together with `seen`, and their body: as many as
/// possible, but at least one.
///
/// # Errors
/// [`NotABody::Run`] if the changes are not consecutive ones of one writer.
pub fn fill(
    changes: &[Change],
    law: u16,
    seen: &Seen,
) -> Result<(usize, Zeroizing<Vec<u8>>), NotABody> {
    let mut count = 0;
    let mut bytes = 0;
    for change in changes {
        bytes += change.bytes().len() + SECTION_OVERHEAD;
        if count > 0 && bytes > MAX_BODY / 2 || count >= MAX_CHANGES {
            break;
        }
        count += 1;
    }
    loop {
        let taken = changes.get(..count).unwrap_or(changes);
        let runs = if taken.is_empty() { Vec::new() } else { vec![Run::of(taken, law)?] };
        let content = Body { runs, seen: seen.clone(), ..Body::default() }.to_content();
        if content.len() <= MAX_FILLED || count <= 1 {
            return Ok((count, content));
        }
        count /= 2;
    }
}

/// Whether an envelope is small enough to be carried: all that [`fill`] filled are, unless a single
/// change filled one alone.
#[must_use]
pub fn can_carry(envelope: &[u8]) -> bool {
    envelope.len() + SECTION_OVERHEAD <= MAX_CONTENT - CARRY_OVERHEAD
}

/// How many of the first envelopes one envelope can carry, and its body; none if the first is too
/// large: [`can_carry`].
#[must_use]
pub fn carry(envelopes: &[Vec<u8>], seen: &Seen) -> (usize, Zeroizing<Vec<u8>>) {
    let mut room = MAX_CONTENT - CARRY_OVERHEAD;
    let fits = |envelope: &&Vec<u8>| {
        let needed = envelope.len() + SECTION_OVERHEAD;
        let is_room = needed <= room;
        room = room.saturating_sub(needed);
        is_room
    };
    let carried: Vec<Vec<u8>> =
        envelopes.iter().take(MAX_CARRIED).take_while(fits).cloned().collect();
    let body = Body { seen: seen.clone(), carried, ..Body::default() };
    (body.carried.len(), body.to_content())
}

/// Bytes of content up to which an envelope is filled, so that it can be carried whole by another.
const MAX_FILLED: usize = MAX_CONTENT / 4 * 3;

/// Envelopes carried by one: as many small ones as its room allows, and small enough to read in one
/// slice.
const MAX_CARRIED: usize = 512;

/// What a carrying body needs beside the envelopes: what has been seen, and zstd's own framing, as
/// ciphertext does not compress.
const CARRY_OVERHEAD: usize = 8 * 1024;

/// Changes in one envelope: a month of one person's, and small enough to judge in one slice.
const MAX_CHANGES: usize = 4096;

const SECTION_OVERHEAD: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_reads_back() {
        let seen = Seen {
            is_shared: true,
            changed: vec![(WriterId([1; 16]), 7)],
            digest: Some(Hash([2; 32])),
        };
        let carried = vec![vec![9; 300]];
        let body = Body { runs: Vec::new(), seen, carried, opened: Some([7; 16]) };
        assert_eq!(Body::read(&body.to_content()), Ok(body));
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let bomb = zstd::bulk::compress(&vec![0; MAX_BODY + 1], 19).unwrap();
        assert!(bomb.len() < 1_000);
        assert_eq!(Body::read(&bomb), Err(Malformed("body").into()));
    }

    #[test]
    fn a_body_that_says_less_than_it_holds_is_refused() {
        let said = Body { carried: vec![vec![9; 300]], ..Body::default() }.to_content();
        let one = said.to_vec();
        assert_eq!(Body::read(&[one.clone(), one].concat()), Err(Malformed("body").into()));
    }

    #[test]
    fn an_unknown_section_is_skipped_unless_it_is_critical() {
        let with = |critical| {
            let section = Item::new(kind::SECTION + 99, critical, b"new").to_bytes();
            Body::read(&zstd::bulk::compress(&section, LEVEL).unwrap())
        };
        assert_eq!(with(false), Ok(Body::default()));
        assert_eq!(with(true), Err(NotABody::TooNew));
    }
}
