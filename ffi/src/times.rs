//! Times in an entry: when two people meet, how long a pause is, and when a sealed note opens.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::device::{PersonId, time};
use crate::entry::all;
use crate::kinds::ItemId;

/// The times of a conversation, and which it is to be.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Meeting {
    /// Everything proposed, the earliest first.
    pub proposals: Vec<Proposal>,
    /// The time that both agree on.
    pub agreed: Option<ItemId>,
    /// Other times at which both could.
    pub also_worked: Vec<ItemId>,
}

/// A time that was proposed, within the years 1970 to 9999.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Proposal {
    /// Its name.
    pub id: ItemId,
    /// When it begins.
    pub start: SystemTime,
    /// When it ends.
    pub end: SystemTime,
    /// Its zone, by its name in the time zone database: show the hour there, and one's own.
    pub zone: String,
    /// Who proposed it.
    pub by: Vec<PersonId>,
    /// What was said to it.
    pub votes: Vec<Voted>,
}

/// What a person said to a time.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Voted {
    /// Who.
    pub by: PersonId,
    /// What.
    pub vote: Vote,
}

/// Whether somebody can at a time.
pub type Vote = couplet::Vote;
#[uniffi::remote(Enum)]
pub enum Vote {
    /// They can.
    Yes,
    /// Perhaps.
    Maybe,
    /// They cannot.
    No,
}

/// That somebody asked for a pause of a repair, which goes on.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Pause {
    /// Who.
    pub by: PersonId,
    /// On which day it ends by itself, days since 1970-01-01; nothing if it ends when they say so.
    pub until: Option<i32>,
}

/// How a note is sealed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Seal {
    /// From when on it opens; nothing if it opens when the other wants it.
    pub opens_at: Option<SystemTime>,
    /// Whether its key stays with its author's devices until then.
    pub is_held_back: bool,
}

impl From<couplet::Meeting> for Meeting {
    fn from(meeting: couplet::Meeting) -> Self {
        Self {
            proposals: all(meeting.proposals),
            agreed: meeting.agreed.map(ItemId::from),
            also_worked: all(meeting.also_worked),
        }
    }
}

impl From<couplet::Proposal> for Proposal {
    fn from(proposal: couplet::Proposal) -> Self {
        let voted = |(by, vote): (couplet::Slot, Vote)| Voted { by: by.into(), vote };
        Self {
            id: proposal.id.into(),
            start: moment(proposal.start),
            end: moment(proposal.end),
            zone: proposal.zone,
            by: all(proposal.by),
            votes: proposal.votes.into_iter().map(voted).collect(),
        }
    }
}

impl From<couplet::Pause> for Pause {
    fn from(pause: couplet::Pause) -> Self {
        Self { by: pause.by.into(), until: pause.until }
    }
}

impl From<couplet::Seal> for Seal {
    fn from(seal: couplet::Seal) -> Self {
        let opens_at = match seal.opens {
            couplet::Opens::At(at) => Some(moment(at)),
            couplet::Opens::Wanted => None,
        };
        Self { opens_at, is_held_back: seal.is_held_back }
    }
}

impl From<Seal> for couplet::Seal {
    fn from(seal: Seal) -> Self {
        let opens = seal.opens_at.map_or(couplet::Opens::Wanted, |at| {
            let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
            couplet::Opens::At(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
        });
        Self { opens, is_held_back: seal.is_held_back }
    }
}

/// Somebody else says the time: one that not every language has becomes the nearest that it has.
fn moment(seconds: i64) -> SystemTime {
    time(u64::try_from(seconds).unwrap_or(0).min(END_OF_9999))
}

const END_OF_9999: u64 = 253_402_300_799;
