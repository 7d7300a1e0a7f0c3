//! Devices that belonged once, and what stands of what they wrote.

use std::collections::BTreeMap;

use crate::envelope::Sealed;
use crate::hash::Hash;
use crate::have::{Have, Span, Tip, WriterHave};
use crate::ids::{DeviceId, NotebookId, WriterId};
use crate::log::{Member, Refused};
use crate::statement::Watermark;

/// A device that belongs no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    /// What it was.
    pub member: Member,
    /// The index of the statement that took it out.
    pub until: u64,
    /// Where the chains of its writers end; nothing, if its person left: then it could send
    /// nothing more itself, and all that members hold of it stands.
    watermarks: Option<BTreeMap<WriterId, Tip>>,
}

/// What stands of a writer's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// All of it.
    All,
    /// Up to there; [`Tip::START`] is nothing.
    UpTo(Tip),
}

impl Departed {
    pub(super) const fn left(member: Member, until: u64) -> Self {
        Self { member, until, watermarks: None }
    }

    pub(super) fn removed(member: Member, until: u64, watermarks: BTreeMap<WriterId, Tip>) -> Self {
        Self { member, until, watermarks: Some(watermarks) }
    }

    /// Whether another device of its person took it out; if not, its person left.
    #[must_use]
    pub const fn was_removed(&self) -> bool {
        self.watermarks.is_some()
    }

    /// Where the chains of its writers end, if it was taken out.
    #[must_use]
    pub const fn watermarks(&self) -> Option<&BTreeMap<WriterId, Tip>> {
        self.watermarks.as_ref()
    }

    /// What stands of one of its writers.
    #[must_use]
    pub fn stands(&self, writer: WriterId) -> Stands {
        match &self.watermarks {
            None => Stands::All,
            Some(watermarks) => {
                Stands::UpTo(watermarks.get(&writer).copied().unwrap_or(Tip::START))
            }
        }
    }
}

impl Stands {
    /// Whether an envelope in that place stands, as far as its number tells.
    #[must_use]
    pub const fn reaches(self, counter: u64) -> bool {
        match self {
            Self::All => true,
            Self::UpTo(last) => counter <= last.counter,
        }
    }

    /// Whether that envelope stands: in a chain's last place only the one that is named.
    #[must_use]
    pub fn is_of(self, sealed: &Sealed) -> bool {
        let counter = sealed.header().counter;
        match self {
            Self::All => true,
            Self::UpTo(last) => {
                counter < last.counter || counter == last.counter && sealed.hash() == last.hash
            }
        }
    }

    /// Leaves of that writer only this in what is held.
    pub fn cut_in(self, have: &mut Have, writer: WriterId) {
        let Some(held) = have.of(writer) else { return };
        let left = self.cut(held.clone());
        if left.highest() == 0 {
            have.forget(writer);
        } else {
            have.set(writer, left);
        }
    }

    /// What is left of a chain of which only this stands.
    #[must_use]
    pub fn cut(self, have: WriterHave) -> WriterHave {
        match self {
            Self::UpTo(last) if have.highest() > last.counter => {
                let tip = if have.tip.counter > last.counter { last } else { have.tip };
                let begins_within = |span: &Span| span.first <= last.counter;
                let ends_within = |mut span: Span| {
                    if span.last.counter > last.counter {
                        span.last = last;
                    }
                    span
                };
                let spans = have.beyond.into_iter().filter(begins_within).map(ends_within);
                let base = if have.base.counter > tip.counter { tip } else { have.base };
                WriterHave { base, tip, beyond: spans.collect() }
            }
            Self::All | Self::UpTo(_) => have,
        }
    }
}

/// The ends of a device's chains as a removal names them, by writer.
pub(super) fn ends(
    notebook: NotebookId,
    device: DeviceId,
    watermarks: &[Watermark],
) -> Result<BTreeMap<WriterId, Tip>, Refused> {
    let in_order = watermarks.is_sorted_by(|a, b| a.nonce < b.nonce);
    let is_place = |mark: &Watermark| mark.last.counter > 0 && mark.last.hash != Hash::ZERO;
    if !in_order || !watermarks.iter().all(is_place) {
        return Err(Refused::NotAllowed("a removal names each writer once, and where it ends"));
    }
    let writer = |mark: &Watermark| WriterId::derive(notebook, device, mark.nonce);
    Ok(watermarks.iter().map(|mark| (writer(mark), mark.last)).collect())
}

/// All devices that belonged once.
pub(super) type AllDeparted = BTreeMap<DeviceId, Departed>;
