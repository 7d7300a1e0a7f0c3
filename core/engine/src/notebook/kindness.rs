//! Kindness: a note for the other, a gesture somebody made. Whom it was for thanks, either keeps it.
//!
//! A note may be sealed until a time, or until the other wants it. Its words are closed then, and
//! how strong that is depends on where their key is: under a soft seal it comes with the note, and
//! the engine shows nothing before it is opened, though an app that was altered could; held back, it
//! is with its author's devices, one of which publishes it when the time has come by that device's
//! clock. What was opened stays open, whatever a clock says then and whether or not its author
//! withdraws it; and it is thanked for once it can be read. Two gestures that both wrote down are two:
//! kindness is not counted twice, nor once.
//!
//! Whose gesture it was is a claim of who wrote it down, and theirs if they say nothing: so it can be
//! put right, which what is fixed at birth cannot, the other never says it, and of what was said
//! apart one stands on every phone. It says `me` or `you` and no slot, which a vault has not.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::kinds::{Fact, Look, State, claim, claim_with, one_of};
use super::schema::{Kind, Subject, name};
use super::sheet::Sheet;
use super::{CannotWrite, closed};

/// How a note is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// When it opens.
    pub opens: Opens,
    /// Whether its key stays with its author's devices until then.
    pub is_held_back: bool,
}

/// When a sealed note opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opens {
    /// From then on, in seconds since 1970-01-01 UTC.
    At(i64),
    /// When the other wants it: its words for when that may be are a part of the note.
    Wanted,
}

pub(super) fn look(kind: Kind, sheet: &Sheet) -> Look {
    let receiver = done_by(kind, sheet).other();
    let (is_sealed, is_withdrawn) = (seal(sheet).is_some(), is_withdrawn(sheet));
    let is_opened = is_sealed && is_opened(sheet);
    let state = match () {
        () if is_withdrawn => Some(State::Withdrawn),
        () if is_sealed && !is_opened => Some(State::Sealed),
        () if sheet.says(name::THANKS, receiver, "yes") => Some(State::Thanked),
        () if is_opened => Some(State::Opened),
        () => None,
    };
    let mut look = Look { state, ..Look::default() };
    let is_unsent = is_unsent(sheet);
    if is_opened && is_unsent && !is_withdrawn {
        look.facts.push(Fact::WithdrawnAfterOpened);
    }
    let has_key = !is_sealed || has_key(sheet);
    if is_opened && !has_key && !is_withdrawn {
        look.facts.push(Fact::KeyToCome);
    }
    look.open_if(is_sealed && !is_opened && !is_unsent, receiver, Deed::Open);
    look.open_if(is_sealed && !is_unsent, sheet.author, Deed::Unsend);
    look.open_if(may_be_read(sheet) && has_key && !is_withdrawn, receiver, Deed::Thank);
    look.open_if(kind == Kind::Gesture, sheet.author, Deed::DoneBy);
    for by in Slot::BOTH {
        look.open_if(sheet.says(name::THANKS, by, "yes"), by, Deed::Unthank);
        let is_kept = sheet.says(name::KEEP, by, "yes");
        look.open(by, if is_kept { Deed::Unkeep } else { Deed::Keep });
        look.open(by, Deed::SetColour);
    }
    look
}

pub(super) fn writes(sheet: &Sheet, act: Act<'_>) -> Result<Vec<Write>, CannotWrite> {
    let say = |name, value| claim(name, None, value, RevMap::default());
    Ok(match act.deed {
        Deed::Thank => {
            vec![claim_with(say(name::THANKS, "yes"), name::THANKS, act.words)]
        }
        Deed::Unthank => vec![say(name::THANKS, "no")],
        Deed::DoneBy => vec![say(name::DONE_BY, &one_of(act.words, &["me", "you"])?)],
        Deed::Keep => vec![say(name::KEEP, "yes")],
        Deed::Unkeep => vec![say(name::KEEP, "no")],
        Deed::Open => match seal(sheet).map(|seal| seal.opens) {
            Some(Opens::At(until)) if act.now < until => {
                return Err(CannotWrite::StillSealed { until });
            }
            _ => vec![say(name::OPENED, "yes")],
        },
        Deed::Unsend => {
            let keys = closed::withdrawn(sheet.author, sheet);
            let keys = keys.into_iter().filter(|_| !is_opened(sheet));
            keys.chain([say(name::UNSENT, "yes")]).collect()
        }
        _ => Vec::new(),
    })
}

/// What a sealed note has from the start, besides its words.
pub(super) fn birth(seal: Seal, when: Option<&str>) -> Vec<Write> {
    let when = when.filter(|when| !when.trim().is_empty());
    let part = |when: &str| Write::Part(Subject::new(name::OPEN_WHEN, None), when.to_owned());
    let said = claim(name::SEAL, None, &seal.to_string(), RevMap::default());
    when.map(part).into_iter().chain([said]).collect()
}

/// Whose kindness it was: its author's, unless they say of a gesture that it was the other's.
pub(super) fn done_by(kind: Kind, sheet: &Sheet) -> Slot {
    let is_others = kind == Kind::Gesture && sheet.says(name::DONE_BY, sheet.author, "you");
    if is_others { sheet.author.other() } else { sheet.author }
}

/// How the note is sealed, if it is.
pub(super) fn seal(sheet: &Sheet) -> Option<Seal> {
    let said = sheet.said(name::SEAL, None, sheet.author)?;
    Seal::read(&said.value)
}

pub(super) fn may_be_read(sheet: &Sheet) -> bool {
    seal(sheet).is_none() || is_opened(sheet)
}

pub(super) fn is_opened(sheet: &Sheet) -> bool {
    sheet.says(name::OPENED, sheet.author.other(), "yes")
}

/// Whether its author withdrew it before it was opened, or before its key was there to open it with.
pub(super) fn is_withdrawn(sheet: &Sheet) -> bool {
    is_unsent(sheet) && !(is_opened(sheet) && has_key(sheet))
}

fn has_key(sheet: &Sheet) -> bool {
    closed::are_published(sheet, name::CLOSED, sheet.author)
}

/// Whether its author's devices have its key to themselves until then.
pub(super) fn is_held_back(sheet: &Sheet) -> bool {
    seal(sheet).is_some_and(|seal| seal.is_held_back) && !is_unsent(sheet)
}

/// Whether its author's devices are to publish its key.
pub(super) fn is_due(sheet: &Sheet, now: i64) -> bool {
    let is_time = |seal: Seal| match seal.opens {
        Opens::At(time) => seal.is_held_back && now >= time,
        Opens::Wanted => seal.is_held_back && is_opened(sheet),
    };
    !is_unsent(sheet) && seal(sheet).is_some_and(is_time)
}

fn is_unsent(sheet: &Sheet) -> bool {
    sheet.says(name::UNSENT, sheet.author, "yes")
}

impl Seal {
    fn read(said: &str) -> Option<Self> {
        let (is_held_back, opens) = match said.strip_prefix(HELD) {
            Some(opens) => (true, opens),
            None => (false, said),
        };
        let opens = match opens.strip_prefix(AT) {
            Some(time) => Opens::At(time.parse().ok()?),
            None if opens == WANTED => Opens::Wanted,
            None => return None,
        };
        Some(Self { opens, is_held_back })
    }
}

impl core::fmt::Display for Seal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let held = if self.is_held_back { HELD } else { "" };
        match self.opens {
            Opens::At(time) => write!(f, "{held}{AT}{time}"),
            Opens::Wanted => write!(f, "{held}{WANTED}"),
        }
    }
}

const HELD: &str = "held back ";

const AT: &str = "until ";

const WANTED: &str = "wanted";
