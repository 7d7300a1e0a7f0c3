//! The membership log: who belongs to a notebook, by one rule for relay and phones alike.
//!
//! A log is a chain: each statement names the one before, and stands only if its signer was a
//! member, in that slot, when it was made. There is no clock here: what an invite's expiry means is
//! decided when a request is let in ([`Log::open_invite`]), never when a log is read again.
//!
//! A statement of a later version is hashed and counted. A critical one is not ordered here, or any
//! member could freeze membership with a number that nobody ever gives a meaning; whoever follows a
//! relay of a later version takes it, and membership is frozen: nothing of a known kind is ordered
//! then, and what others have ordered is followed without effect. A later version that can judge what this one only counted takes what may not stand as
//! void: hashed, counted, without effect. So no statement makes a log unreadable.

mod attested;
mod branches;
mod departed;
mod dissolution;
mod editions;
mod effect;
mod epochs;
mod invites;
mod paper;
mod replacing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::envelope;
use crate::hash::Hash;
use crate::ids::{DeviceId, Epoch, InviteId, NotebookId, Slot, Volume, WriterId};
use crate::limits::{LOG_BYTES_FOR_GOING, MAX_LOG, MAX_LOG_BYTES_PER_PERSON, STATEMENTS_FOR_GOING};
use crate::statement::{Body, DeviceKeys, Genesis, Header, Invite, LogHead, Statement};

pub use attested::Attested;
pub use branches::Branch;
pub use departed::{Departed, Stands};
pub use dissolution::Dissolution;
pub use editions::Proposed;
pub use epochs::{Begun, Opening};
pub use paper::{Noticed, PaperDevice};

use attested::AllAttested;
use departed::AllDeparted;
use editions::Editions;
use epochs::Epochs;
use invites::Invites;

/// A device that belongs to the notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose device it is.
    pub slot: Slot,
    /// Which generation of that person's parts it writes (protocol rule 6).
    pub generation: u32,
    /// Its public keys.
    pub keys: DeviceKeys,
    /// The index of the statement that let it in.
    pub since: u64,
    /// Whether it is a recovery kit, which writes nothing.
    pub is_paper: bool,
}

/// A notebook's membership, as far as its statements are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    id: NotebookId,
    statements: Vec<Statement>,
    members: BTreeMap<DeviceId, Member>,
    departed: AllDeparted,
    /// Who has left; nobody comes in their place.
    has_left: Option<Slot>,
    /// How often each person was let in again.
    generations: [u32; 2],
    invites: Invites,
    papers: BTreeMap<Slot, PaperDevice>,
    epochs: Epochs,
    attested: AllAttested,
    editions: Editions,
    /// Who wants it gone from the relay, each since the statement of that index.
    dissolving: [Option<u64>; 2],
    /// The index of the statement that named the relay last.
    moved: Option<u64>,
    /// Bytes of the statements that each person's devices signed.
    bytes: [usize; 2],
    is_frozen: bool,
}

/// Why a statement may not stand where it was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It was made for a log that has moved on, or another notebook's.
    #[error("the statement does not follow the last one of this log")]
    OutOfPlace,
    /// Its signer is not a member in that slot.
    #[error("the statement's signer does not belong to this notebook")]
    NotAMember,
    /// It says something that its signer may not say, or not now.
    #[error("the statement is not allowed: {0}")]
    NotAllowed(&'static str),
    /// The log has reached its limit.
    #[error("the membership log is full: its limit is {MAX_LOG} statements")]
    Full,
    /// A statement of a later version must be understood first.
    #[error("membership waits until this program is brought up to date")]
    Frozen,
}

/// Why a device may not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNot {
    /// This log does not know the device. If the writer knew a longer log, fetch it and ask again.
    #[error("the device is not a member of this notebook, as far as its log is known here")]
    UnknownDevice,
    /// It is a recovery kit's.
    #[error("a recovery kit writes nothing")]
    Paper,
    /// It is not this notebook's.
    #[error("the envelope belongs to another notebook")]
    OtherNotebook,
    /// The device was taken out, and this is not of what it had written until then.
    #[error("the device had been taken out of the notebook before this was known of it")]
    TakenOut,
    /// Its epoch was over, as its own writer knew.
    #[error("the envelope was sealed under a key that was over when it was written")]
    EpochOver,
    /// Its epoch has not begun. If the writer knew a longer log, fetch it and ask again.
    #[error("the envelope was sealed under a key of which its log is not known here")]
    EpochToCome,
}

impl Log {
    /// Begins a log with its first statement.
    ///
    /// # Errors
    /// [`Refused`] unless it is a Genesis that certifies itself.
    pub fn begin(genesis: Statement) -> Result<Self, Refused> {
        let Body::Genesis(Genesis { device, wrap, commitment, .. }) = genesis.body() else {
            return Err(Refused::NotAllowed("a log begins with its Genesis"));
        };
        let Header { notebook, after, slot, signer } = *genesis.header();
        if after != LogHead::EMPTY || notebook.0 != Hash::ZERO {
            return Err(Refused::OutOfPlace);
        }
        if slot != Slot::First || signer != device.signing || wrap.to != device.signing {
            return Err(Refused::NotAllowed("a Genesis speaks for its own device"));
        }
        let member = Member { slot, generation: 0, keys: *device, since: 0, is_paper: false };
        Ok(Self {
            id: NotebookId(genesis.hash()),
            members: BTreeMap::from([(signer, member)]),
            departed: AllDeparted::new(),
            has_left: None,
            generations: [0; 2],
            invites: Invites::default(),
            papers: BTreeMap::new(),
            epochs: Epochs::first(*commitment),
            attested: AllAttested::default(),
            editions: Editions::default(),
            dissolving: [None; 2],
            moved: None,
            bytes: [genesis.bytes().len(), 0],
            statements: vec![genesis],
            is_frozen: false,
        })
    }

    /// Reads a whole log.
    ///
    /// # Errors
    /// [`Refused`] if it is empty or one of its statements may not stand.
    pub fn replay(statements: impl IntoIterator<Item = Statement>) -> Result<Self, Refused> {
        let mut statements = statements.into_iter();
        let genesis = statements.next().ok_or(Refused::OutOfPlace)?;
        let mut log = Self::begin(genesis)?;
        for statement in statements {
            log.follow(statement)?;
        }
        Ok(log)
    }

    /// Orders a statement, if it may stand: for a relay, and for whoever makes one.
    ///
    /// # Errors
    /// [`Refused`], and the log is as it was. A critical statement of a later version is not
    /// ordered, and while one freezes the log, neither is anything of a kind that this version
    /// judges: none of them could be judged rightly.
    pub fn append(&mut self, statement: Statement) -> Result<(), Refused> {
        match statement.body() {
            Body::Unknown { critical: false, .. } => self.follow(statement),
            Body::Unknown { critical: true, .. } => Err(Refused::Frozen),
            _ if self.is_frozen => Err(Refused::Frozen),
            _ => self.follow(statement),
        }
    }

    /// Takes over a statement that others have ordered. In a log that is frozen here it is hashed
    /// and counted, and has its effect after an upgrade.
    ///
    /// # Errors
    /// [`Refused`], and the log is as it was.
    pub fn follow(&mut self, statement: Statement) -> Result<(), Refused> {
        let Header { notebook, after, slot, signer } = *statement.header();
        if notebook != self.id || after != self.head() {
            return Err(Refused::OutOfPlace);
        }
        let bytes = self.bytes_with(&statement)?;
        if self.members.get(&signer).is_none_or(|member| member.slot != slot) {
            return Err(Refused::NotAMember);
        }
        match (self.is_frozen, statement.body()) {
            (_, Body::Unknown { critical, .. }) => self.is_frozen |= critical,
            (true, _) => {}
            (false, body) => self.take_effect((signer, slot), after, body)?,
        }
        self.bytes = bytes;
        self.statements.push(statement);
        Ok(())
    }

    /// How much each person has said, with that statement.
    fn bytes_with(&self, statement: &Statement) -> Result<[usize; 2], Refused> {
        let is_owed = self.owes_rotation() && matches!(statement.body(), Body::Rotate(_));
        let is_going = is_owed || statement.is_going();
        let (bytes, statements) =
            if is_going { (0, 0) } else { (LOG_BYTES_FOR_GOING, STATEMENTS_FOR_GOING) };
        let [first, second] = self.bytes;
        let more = statement.bytes().len();
        let (spoken, after) = match statement.header().slot {
            Slot::First => (first + more, [first + more, second]),
            Slot::Second => (second + more, [first, second + more]),
        };
        let is_full = self.statements.len() + statements >= MAX_LOG
            || spoken + bytes > MAX_LOG_BYTES_PER_PERSON;
        if is_full { Err(Refused::Full) } else { Ok(after) }
    }

    /// The notebook's id.
    #[must_use]
    pub const fn id(&self) -> NotebookId {
        self.id
    }

    /// Its length and last hash.
    #[must_use]
    pub fn head(&self) -> LogHead {
        self.statements.last().map_or(LogHead::EMPTY, Statement::head)
    }

    /// Its statements, the first at index 0.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Whether `head` is where this log is or has been.
    #[must_use]
    pub fn has_been_at(&self, head: LogHead) -> bool {
        let at = usize::try_from(head.length).ok().and_then(|length| length.checked_sub(1));
        match at {
            None => head == LogHead::EMPTY,
            Some(at) => self.statements.get(at).is_some_and(|last| last.hash() == head.hash),
        }
    }

    /// The devices that belong, in order of their keys.
    pub fn members(&self) -> impl Iterator<Item = (&DeviceId, &Member)> {
        self.members.iter()
    }

    /// One device, if it belongs.
    #[must_use]
    pub fn member(&self, device: DeviceId) -> Option<&Member> {
        self.members.get(&device)
    }

    /// One device, whether it belongs or did once.
    #[must_use]
    pub fn known(&self, device: DeviceId) -> Option<&Member> {
        let departed = || self.departed.get(&device).map(|departed| &departed.member);
        self.member(device).or_else(departed)
    }

    /// The devices that belonged once, in order of their keys.
    pub fn departed(&self) -> impl Iterator<Item = (&DeviceId, &Departed)> {
        self.departed.iter()
    }

    /// Who has left, with all their devices.
    #[must_use]
    pub const fn has_left(&self) -> Option<Slot> {
        self.has_left
    }

    /// The current epoch.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epochs.current()
    }

    /// All epochs, the first at index 0.
    #[must_use]
    pub fn epochs(&self) -> &[Begun] {
        self.epochs.begun()
    }

    /// Whether somebody left, and nothing may be sealed before the epoch changes.
    #[must_use]
    pub const fn owes_rotation(&self) -> bool {
        self.epochs.is_owed()
    }

    /// Where newcomers began to read, if not at the beginning.
    #[must_use]
    pub fn openings(&self) -> &[Opening] {
        self.epochs.openings()
    }

    /// The first volume that everybody who belongs may read.
    #[must_use]
    pub fn first_shared_volume(&self) -> Volume {
        self.openings().last().map_or(Volume::default(), |opening| opening.volume)
    }

    /// Whether that epoch's words in that volume are not for this person, who came later and reads
    /// from an opening on.
    #[must_use]
    pub fn is_closed_to(&self, slot: Slot, epoch: Epoch, volume: Volume) -> bool {
        let is_before = |opening: &Opening| volume < opening.volume || epoch < opening.epoch;
        // Who was let in again was given the keys of the other.
        let is_later = |opening: &Opening| opening.by != slot || self.generation_of(slot) > 0;
        self.openings().iter().any(|opening| is_later(opening) && is_before(opening))
    }

    /// The epoch whose key is needed, beside that epoch's own, for that volume.
    #[must_use]
    pub fn archive(&self, epoch: Epoch, volume: Volume) -> Option<Epoch> {
        self.epochs.archive(epoch, volume)
    }

    /// Whether a statement of a later version keeps membership as it is.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.is_frozen
    }

    /// An invite that is open, the device that opened it, and the slot it leads to.
    #[must_use]
    pub fn open_invite(&self, invite: InviteId) -> Option<(&Invite, DeviceId, Slot)> {
        self.invites.get(invite).map(|open| (&open.invite, open.by, open.slot))
    }

    /// All open invites.
    pub fn open_invites(&self) -> impl Iterator<Item = &Invite> {
        self.invites.iter().map(|open| &open.invite)
    }

    /// Whether an envelope's device may write here, or might when it did, and whose it is.
    ///
    /// # Errors
    /// [`MayNot`].
    pub fn may_write(&self, envelope: &envelope::Header) -> Result<Member, MayNot> {
        if envelope.notebook != self.id {
            return Err(MayNot::OtherNotebook);
        }
        let (device, writer) = (envelope.device, envelope.writer());
        let member = match (self.members.get(&device), self.departed.get(&device)) {
            (Some(member), _) => *member,
            (None, Some(departed)) if departed.stands(writer).reaches(envelope.counter) => {
                departed.member
            }
            (None, Some(_)) => return Err(MayNot::TakenOut),
            (None, None) => return Err(MayNot::UnknownDevice),
        };
        if member.is_paper {
            return Err(MayNot::Paper);
        }
        self.check_epoch(envelope).map(|()| member)
    }

    /// Whether a device of that person may carry an envelope of a writer that cannot go on: past a
    /// watermark only the person who wrote it may (protocol rule 10), and of who was let in again the
    /// other too, who alone may have it.
    ///
    /// # Errors
    /// [`MayNot`].
    pub fn may_carry(&self, envelope: &envelope::Header, carrier: Slot) -> Result<Member, MayNot> {
        match self.may_write(envelope) {
            Err(MayNot::TakenOut) => {
                let author = self.known(envelope.device);
                let is_theirs = self.may_keep_late_of(envelope.device, carrier);
                author.filter(|_| is_theirs).copied().ok_or(MayNot::TakenOut)
            }
            judged => judged,
        }
    }

    /// Whether it is for that person to say whether late words of that device are kept.
    #[must_use]
    pub fn may_keep_late_of(&self, device: DeviceId, person: Slot) -> bool {
        let is_own = self.known(device).is_some_and(|author| author.slot == person);
        is_own || self.was_replaced(device)
    }

    fn check_epoch(&self, envelope: &envelope::Header) -> Result<(), MayNot> {
        if envelope.epoch > self.epoch() {
            return Err(MayNot::EpochToCome);
        }
        let is_known = self.has_been_at(envelope.log);
        if is_known && envelope.epoch < self.epochs.asked_at(envelope.log.length) {
            return Err(MayNot::EpochOver);
        }
        Ok(())
    }

    /// What stands of that device's writer. Of who belongs, everything; a chain that goes on past
    /// it is cut there by whoever holds it.
    #[must_use]
    pub fn stands(&self, device: DeviceId, writer: WriterId) -> Stands {
        self.departed.get(&device).map_or(Stands::All, |departed| departed.stands(writer))
    }
}
