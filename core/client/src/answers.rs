//! What calls answer with, as plain values.

use couplet_engine::membership::words::Words;
use couplet_engine::pairing::emoji::SasEmoji;
use couplet_engine::pairing::sas;
use couplet_proto::ids::{DeviceId, InviteId, NotebookId, Slot};
use couplet_proto::link::RelayLink;

use crate::store::EntryRow;

/// Something that an app may want to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// This entry looks different.
    Entry(String),
    /// Words have come further.
    Delivered,
    /// Something came that no phone applies, and is set aside: what it would have changed stands as it
    /// did.
    Rejected {
        /// Who wrote it.
        by: Slot,
        /// Why, in a sentence.
        reason: String,
    },
    /// Somebody asks to be let in.
    Requests,
    /// Both sides hold the same.
    CaughtUp,
    /// In touch: what is written leaves at once, and what arrives is told.
    Attached,
    /// Not in touch with the relay: there is no network, nobody answers there, or it broke off or
    /// refused. It is told after each attempt, also if there never was an [`Event::Attached`], and
    /// another attempt follows by itself within half a minute. What is written meanwhile is kept,
    /// and leaves by itself.
    Detached {
        /// The stable name of why.
        code: &'static str,
        /// Why, in a sentence.
        reason: String,
    },
    /// The relay is there, and does not take this device's words so far: it has no room, or no
    /// time. They are kept here, and offered again by themselves for as long as this device stays
    /// attached; what the other writes still arrives.
    PutOff {
        /// The stable name of why.
        code: &'static str,
        /// Why, in a sentence.
        reason: String,
        /// Not before then, seconds since 1970.
        until: u64,
    },
}

/// That a notebook is to be gone from the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dissolving {
    /// Who wants it; nobody alone, if both do.
    pub by: Option<Slot>,
    /// When the relay lets go of it at the latest, as far as this device's clock tells, seconds since
    /// 1970.
    pub until: u64,
    /// Whether it is done: nothing is written or sent any more, and what is here stays.
    pub is_over: bool,
}

/// What is on this device and nowhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Entries with something of one's own that the relay has not said to hold.
    pub entries: u64,
    /// Drafts, which are nowhere else.
    pub drafts: u64,
}

impl Unsent {
    /// Whether it is nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.entries == 0 && self.drafts == 0
    }
}

/// How sure this person is that the other is who they seem to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Not at all: they came by the link alone, or this person came by theirs.
    No,
    /// This device let them in with the code that their phone showed.
    Code,
    /// This person has compared what both phones show.
    Compared,
    /// This person was sure of somebody else, whose place they have taken: compare anew.
    Changed,
}

impl Verified {
    /// A stable name for scripts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Code => "code",
            Self::Compared => "compared",
            Self::Changed => "changed",
        }
    }
}

/// What two persons compare, in person or on the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The safety number: sixty digits, the same on both persons' phones for as long as both are
    /// the same persons.
    pub number: String,
    /// The seven emoji of their coming together, the same on both phones; nothing where this device
    /// has not been told what they are made of.
    pub emoji: Option<[SasEmoji; sas::LENGTH]>,
    /// How sure this person is of the other.
    pub verified: Verified,
}

/// A device that belongs to the notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its key, which names it.
    pub device: DeviceId,
    /// Whose it is.
    pub slot: Slot,
    /// What that person is called, as far as this device can read it.
    pub name: Option<String>,
    /// What the device is called, if it was given a name.
    pub called: Option<String>,
    /// How often that person was let in again after they had lost everything.
    pub generation: u32,
    /// Whether it is the device that is asked.
    pub is_this: bool,
    /// The index of the statement of the membership log that let it in.
    pub since: u64,
    /// If it is the other person's: how sure this one is of them.
    pub verified: Option<Verified>,
}

/// An invitation to hand over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The link. It holds a secret: show it to one person.
    pub link: String,
    /// Good until, seconds since 1970.
    pub expires: u64,
    /// How many entries the newcomer will read.
    pub entries: u64,
}

/// What letting in again the other person has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again<L> {
    /// The link for them.
    Link(L),
    /// Their recovery kit is warned: there is a link from then on, seconds since 1970, unless its words
    /// take that back.
    NotBefore(u64),
}

/// An invite of one's own that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInvite {
    /// Its name in the log.
    pub id: InviteId,
    /// Whether it is for a device of one's own.
    pub is_own_device: bool,
    /// Whether it lets in again a person who lost everything; of another's, in this one's place.
    pub is_again: bool,
    /// Whether the newcomer reads from here on only.
    pub is_from_here: bool,
    /// Good until, seconds since 1970.
    pub expires: u64,
    /// Whether that is over.
    pub is_expired: bool,
}

/// How a person stands to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not let in so far.
    Waiting,
    /// Alone, and nobody is invited.
    Solo,
    /// Alone, and somebody is invited.
    Pairing,
    /// Both are here.
    Together,
    /// One of the two has left, or this device was taken out.
    Apart,
}

/// What is set aside on this device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantine {
    /// Words of devices that were taken out before they were known.
    pub late: Vec<Late>,
    /// Changes that no phone applies.
    pub changes: Vec<SetAside>,
}

/// What waits for somebody. It holds up nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    /// Entries with something to choose, that came back after they were removed, or that somebody
    /// agreed to before they were as they are: the same on both persons' phones.
    pub entries: Vec<EntryRow>,
    /// Changes that no phone applies.
    pub set_aside: Vec<SetAside>,
    /// Words of devices that were taken out before they were known.
    pub late: Vec<Late>,
    /// How much has come, more than a day ago, that cannot be read or applied so far: it waits for
    /// a later version of this app, or for what the other phone has still to send.
    pub waiting: u64,
}

impl Attention {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Late words of a device that was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The device.
    pub device: DeviceId,
    /// How many envelopes they are.
    pub envelopes: u64,
    /// Whether it is for this person to keep or to discard them.
    pub is_own: bool,
}

/// A change that no phone applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Who wrote it.
    pub slot: Slot,
    /// Why it stands nowhere, in a sentence.
    pub reason: String,
}

/// Somebody who asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its name here.
    pub id: String,
    /// What the person calls themselves.
    pub name: Option<String>,
    /// Whether it is a device of one's own.
    pub is_own_device: bool,
    /// Whether it is the other person, who lost everything and is to be let in again.
    pub is_again: bool,
}

/// The state of a person's recovery kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryKit {
    /// Whether there is one.
    pub exists: bool,
    /// Whether one that was made here waits for the relay; its words are good only then.
    pub is_pending: bool,
    /// When it may be replaced without its words, seconds since 1970: notice was given to it.
    /// Whoever has the words and did not mean this keeps it by them.
    pub due: Option<u64>,
    /// The relay that its words are used at.
    pub relay: Option<RelayLink>,
}

/// What renewing a recovery kit has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The words that are good once the relay has ordered it.
    Words(Words),
    /// Notice is given: it can be replaced without its words then, seconds since 1970.
    NotBefore(u64),
}

/// What a device shows while it waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The short code, for the other phone to type.
    pub code: String,
}

/// The honest state of a notebook on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The notebook.
    pub notebook: NotebookId,
    /// This device.
    pub device: DeviceId,
    /// Whose device this is.
    pub slot: Slot,
    /// How this person stands to the other.
    pub standing: Standing,
    /// Whether nothing more can be written here.
    pub is_read_only: bool,
    /// Whether this device shares nothing until it is told to.
    pub is_paused: bool,
    /// Whether the notebook is to be gone from the relay, or is.
    pub dissolving: Option<Dissolving>,
    /// The epoch whose key is used now, from 1.
    pub epoch: u32,
    /// Whether it waits to be let in, and with which code.
    pub waiting: Option<Waiting>,
    /// Changes and envelopes that the relay has not said to hold.
    pub pending: u64,
    /// The relay.
    pub relay: Option<RelayLink>,
    /// When both sides last held the same, seconds since 1970.
    pub last_exchange: Option<u64>,
    /// Over what that was.
    pub transport: Option<String>,
    /// Whether it stays attached to the relay just now, by whichever process.
    pub is_attached: bool,
    /// Whether a call of this process stays attached, in touch or trying again. Where none does,
    /// nothing leaves and nothing arrives before the next exchange.
    pub is_staying: bool,
    /// If the relay did not take this device's words so far: when they are offered again, seconds
    /// since 1970.
    pub put_off: Option<u64>,
    /// Envelopes that were missing after the last exchange, though another device has read them or
    /// they come before what is here: the relay keeps them back, or has lost them. They come once
    /// a device that has them is in touch, through this relay or another.
    pub withheld: u64,
    /// How sure this person is of the other; nothing while nobody else is here.
    pub verified: Option<Verified>,
    /// When this person's recovery kit may be replaced without its words, seconds since 1970: one of
    /// their devices gave it notice. Whoever did not mean this keeps the kit by its words.
    pub kit_due: Option<u64>,
    /// Whether the other person is letting somebody in again in the place of this one: by a link, or
    /// by a warning to the recovery kit. It takes every device of this person's out.
    pub is_being_replaced: bool,
    /// How many persons belong.
    pub persons: usize,
    /// How many devices belong.
    pub devices: usize,
}
