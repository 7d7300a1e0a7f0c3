//! What a relay's store is asked to keep, and what becomes of it.
//!
//! A store checks what only it can: that a log is extended at its end, and that an envelope
//! continues its writer's chain. Who may write is decided before, by the [`desk`](crate::desk).

use std::collections::{BTreeMap, BTreeSet};

use crate::envelope::Sealed;
use crate::hash::Hash;
use crate::have::{Have, Range, Tip, WriterHave};
use crate::ids::{DeviceId, InviteId, NotebookId, Slot, WriterId};
use crate::limits::{
    CLOCKS_DISAGREE_SECONDS, MAX_ENVELOPES_PER_FRAME, MAX_RANGES_BEYOND, MAX_RANGES_PER_NOTEBOOK,
    MAX_WRITERS_PER_DEVICE, MAX_WRITERS_PER_PERSON, PAPER_NOTICE_SECONDS,
};
use crate::log::Stands;
use crate::session::SLICE_BYTES;
use crate::statement::LogHead;

/// New statements for a notebook's log: for its end or, of a branch that stays (protocol rule 8), in
/// the place of those with which the log yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Whose log; one that is not there begins with this.
    pub notebook: NotebookId,
    /// Where the log must be.
    pub after: LogHead,
    /// The index of the first of them: all that the log holds from there on is let go of.
    pub from: u64,
    /// The statements and their hashes, at least one.
    pub statements: Vec<(Hash, Vec<u8>)>,
    /// How many of them each person said, without those that take a device or a person out.
    pub said: BTreeMap<Slot, u32>,
    /// The invites that are open once the statements stand; the mailboxes of others are emptied.
    pub open_invites: Vec<InviteId>,
    /// The devices that the statements take out, and what stands of each of their writers.
    pub ends: Vec<Ends>,
    /// The checkpoint that stands once these do: if it is there whole, what it covers is let go of.
    pub standing: Option<Hash>,
    /// If statements yield: what the log knows once these stand.
    pub known: Option<Known>,
    /// Whether what is kept goes, once the statements stand.
    pub ending: Ending,
    /// The recovery kits that are there once the statements stand.
    pub kits: Kits,
}

/// What the log knows once a branch has taken the place of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// All devices. What others wrote is let go of.
    pub devices: BTreeSet<DeviceId>,
    /// The checkpoints that have stood. Another one stands for nothing any more: whoever has what it
    /// covered gives that again ([`WriterHave::without_base`]).
    pub stood: BTreeSet<Hash>,
}

/// Whether what is kept of a notebook goes. Its log stays, so that nobody feeds it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Nobody wants it, or whoever did has taken it back.
    #[default]
    Unwanted,
    /// One of two does: it goes [`DISSOLVE_SECONDS`](crate::limits::DISSOLVE_SECONDS) after the
    /// store was first told so, which is `now` unless it was before, in seconds since 1970.
    Wanted {
        /// When it is told.
        now: u64,
    },
    /// Everybody does: it goes at once.
    Agreed,
}

/// Recovery kits, by what they are looked up by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kits {
    /// When this is asked, seconds since 1970.
    pub now: u64,
    /// Those that are there, and whether notice has been given to them. The store finds the notebook
    /// by them, and remembers since when it knows of a notice.
    pub held: Vec<(Hash, bool)>,
    /// Those that go without their words: only if the store has known of their notice for
    /// [`PAPER_NOTICE_SECONDS`] ([`Appended::TooSoon`]).
    pub noticed: Vec<Hash>,
}

impl Kits {
    /// How many seconds are missing, if notice is known of since then; nothing if none are.
    #[must_use]
    pub fn missing(&self, since: Option<u64>) -> Option<u32> {
        let due = since.unwrap_or(self.now).saturating_add(PAPER_NOTICE_SECONDS);
        let missing = due.saturating_sub(self.now.saturating_add(CLOCKS_DISAGREE_SECONDS));
        u32::try_from(missing).ok().filter(|missing| *missing > 0)
    }
}

impl Extension {
    /// Whether some of the statements take a device or a person out.
    #[must_use]
    pub fn has_going(&self) -> bool {
        let said: usize = self.said.values().map(|count| *count as usize).sum();
        said < self.statements.len()
    }
}

/// What stands of a device that is taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Which device.
    pub device: DeviceId,
    /// Where the chain of each of its writers ends; nothing stands of a writer without one.
    pub tips: BTreeMap<WriterId, Tip>,
    /// Whether it may be ordered only now: then it may stand only if nothing is held past these ends
    /// ([`Appended::Behind`]). A branch that stays, a log of which nothing was held, and a removal
    /// for which the other person vouches, have been decided: what is held past the ends is let go
    /// of.
    pub is_new: bool,
}

impl Ends {
    /// What is left of what is held of one of the device's writers.
    #[must_use]
    pub fn cut(&self, writer: WriterId, have: WriterHave) -> WriterHave {
        Stands::UpTo(self.tips.get(&writer).copied().unwrap_or(Tip::START)).cut(have)
    }

    /// Whether what is held of one of the device's writers, without a hole, ends no later. What
    /// lies beyond a hole does not count, or a device could keep itself in.
    #[must_use]
    pub fn covers(&self, writer: WriterId, have: &WriterHave) -> bool {
        let end = self.tips.get(&writer).copied().unwrap_or(Tip::START);
        have.tip.counter < end.counter || have.tip == end
    }
}

/// What became of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It stands.
    Done,
    /// The log is somewhere else; nothing was changed.
    Moved,
    /// A device that was to be taken out has written more; nothing was changed.
    Behind,
    /// The notebook is dissolved; nothing was changed.
    Dissolved,
    /// Notice has not been known for long enough: so many seconds are missing. Nothing was changed.
    TooSoon(u32),
}

/// What became of one envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept from this call on.
    New,
    /// It was there.
    Held,
    /// Its place is taken by another, or it does not continue its chain; the other is kept.
    Fork,
    /// Its device or person has too many writers, its person too many bytes, or the notebook too many holes.
    Full,
    /// Its device was taken out after it was judged.
    TakenOut,
    /// The notebook is dissolved.
    Dissolved,
}

/// What became of envelopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// One for each, in order.
    pub outcomes: Vec<Outcome>,
    /// All that is held of the writers that were touched.
    pub have: Have,
}

/// A request to join, for the mailbox of its invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Which notebook.
    pub notebook: NotebookId,
    /// Which invite.
    pub invite: InviteId,
    /// Who asks; a second letter of one device takes the place of the first.
    pub device: DeviceId,
    /// The request's hash.
    pub hash: Hash,
    /// The request.
    pub bytes: Vec<u8>,
    /// When it came, seconds since 1970.
    pub received: u64,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It waits from this call on.
    New,
    /// It was waiting.
    Held,
    /// The mailbox is full.
    Full,
}

/// Whether there is room for an envelope of that many bytes after which its writer's chain is
/// `after`, a chain that was `before`, or nothing if this is its first. Of what the person may
/// use, `quota` bytes, it takes its length as padded; what fills a hole or goes on takes nothing
/// else.
#[must_use]
pub fn has_room(
    before: Option<&WriterHave>,
    after: &WriterHave,
    length: usize,
    used: Used,
    quota: u64,
) -> bool {
    let ranges_before = before.map_or(0, |have| have.beyond.len());
    let makes_a_hole = after.beyond.len() > ranges_before;
    let is_holed = after.beyond.len() > MAX_RANGES_BEYOND || used.ranges >= MAX_RANGES_PER_NOTEBOOK;
    let has_many =
        used.writers >= MAX_WRITERS_PER_DEVICE || used.writers_of_person >= MAX_WRITERS_PER_PERSON;
    let is_crowded = before.is_none() && has_many;
    let is_over = used.bytes.saturating_add(length as u64) > quota;
    !(is_crowded || is_over || makes_a_hole && is_holed)
}

/// What of a notebook's bounds is used up already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Writers of the envelope's device.
    pub writers: usize,
    /// Writers of all devices of the person whose device it is, also of those that are gone.
    pub writers_of_person: usize,
    /// Ranges beyond a hole, of all writers.
    pub ranges: usize,
    /// Bytes of all envelopes of the person whose device it is.
    pub bytes: u64,
}

/// Cuts the first slice of a range out of what is held from its first counter on: in order, without
/// a hole, at least one, and no more than a frame may carry.
///
/// # Errors
/// Whatever `held` fails with.
pub fn slice<E>(
    range: Range,
    held: impl IntoIterator<Item = Result<(u64, Vec<u8>), E>>,
) -> Result<Vec<Vec<u8>>, E> {
    let (mut found, mut room) = (Vec::new(), SLICE_BYTES);
    for (expected, held) in (range.first..=range.last).zip(held).take(MAX_ENVELOPES_PER_FRAME) {
        let (counter, bytes) = held?;
        let fits = found.is_empty() || bytes.len() <= room;
        if counter != expected || !fits {
            break;
        }
        room = room.saturating_sub(bytes.len());
        found.push(bytes);
    }
    Ok(found)
}

/// The writer and counter by which an envelope is known.
pub(crate) fn name_of(sealed: &Sealed) -> (WriterId, u64) {
    (sealed.header().writer(), sealed.header().counter)
}
