//! Who belongs, and how things stand, as values that every language has.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::entry::all;

/// A notebook's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct NotebookId {
    /// The name.
    pub value: String,
}

/// A device's key, which names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct DeviceId {
    /// The key's text.
    pub value: String,
}

/// One of the two persons: 0 for whoever began the notebook, 1 for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct PersonId {
    /// 0 or 1.
    pub value: u8,
}

/// The name of a request to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct RequestId {
    /// The name.
    pub value: String,
}

/// A person, and what they call themselves.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// Which.
    pub id: PersonId,
    /// What they call themselves.
    pub name: String,
}

/// A device that belongs to the notebook.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Device {
    /// Its key, which names it.
    pub id: DeviceId,
    /// Whose it is.
    pub person: PersonId,
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

/// How much of what is here a newcomer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum History {
    /// Everything.
    All,
    /// What is written from here on.
    FromHere,
}

/// How a person stands to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
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

/// The name of an invite in the membership log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct InviteId {
    /// The name.
    pub value: String,
}

/// What letting in again the other person has come to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Again {
    /// There is a link for them.
    Link {
        /// It.
        invitation: Invitation,
    },
    /// Their recovery kit is warned.
    NotBefore {
        /// There is a link from then on, unless the kit's words take that back.
        due: SystemTime,
    },
}

/// An invite of one's own that is open.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OpenInvite {
    /// Its name.
    pub id: InviteId,
    /// Whether it is for a device of one's own.
    pub is_own_device: bool,
    /// Whether it lets in again a person who lost everything; of another's, in this one's place.
    pub is_again: bool,
    /// What the newcomer reads.
    pub history: History,
    /// Good until then.
    pub expires: SystemTime,
    /// Whether that is over.
    pub is_expired: bool,
}

/// An invitation to hand over.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Invitation {
    /// The link. It holds a secret: show it to one person.
    pub link: String,
    /// Good until then.
    pub expires: SystemTime,
    /// How many entries the newcomer will read.
    pub entries: u64,
}

/// How sure this person is that the other is who they seem to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
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

/// An emoji of those that two persons compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct SasEmoji {
    /// As it is shown.
    pub symbol: String,
    /// Its name in English, to be said on the telephone.
    pub name: String,
}

/// What two persons compare, in person or on the telephone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Verification {
    /// The safety number: sixty digits, the same on both persons' phones for as long as both are
    /// the same persons.
    pub number: String,
    /// The seven emoji of their coming together, the same on both phones; none where this device
    /// has not been told what they are made of.
    pub emoji: Vec<SasEmoji>,
    /// How sure this person is of the other.
    pub verified: Verified,
}

/// That a notebook is to be gone from the relay.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Dissolving {
    /// Who wants it; nobody alone, if both do.
    pub by: Option<PersonId>,
    /// When the relay lets go of it at the latest, as far as this device's clock tells.
    pub until: SystemTime,
    /// Whether it is done: nothing is written or sent any more, and what is here stays.
    pub is_over: bool,
}

/// What is on this device and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Unsent {
    /// Entries with something of one's own that the relay has not said to hold.
    pub entries: u64,
    /// Drafts, which are nowhere else.
    pub drafts: u64,
}

/// What is set aside on this device.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Quarantine {
    /// Words of devices that were taken out before they were known.
    pub late: Vec<Late>,
    /// Changes that no phone applies.
    pub changes: Vec<SetAside>,
}

/// Late words of a device that was taken out.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Late {
    /// The device.
    pub device: DeviceId,
    /// How many envelopes they are.
    pub envelopes: u64,
    /// Whether it is for this person to keep or to discard them.
    pub is_own: bool,
}

/// A change that no phone applies.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SetAside {
    /// Who wrote it.
    pub author: PersonId,
    /// Why it stands nowhere, in a sentence.
    pub detail: String,
}

/// Somebody who asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Request {
    /// Its name here.
    pub id: RequestId,
    /// What the person calls themselves.
    pub name: Option<String>,
    /// Whether it is a device of one's own.
    pub is_own_device: bool,
    /// Whether it is the other person, who lost everything and is to be let in again.
    pub is_again: bool,
}

/// The honest state of a notebook on this device.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// The notebook.
    pub notebook: NotebookId,
    /// This device.
    pub device: DeviceId,
    /// Whose device this is.
    pub person: PersonId,
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
    /// If it waits to be let in: the short code, for the other phone to type.
    pub waiting_code: Option<String>,
    /// Changes and envelopes that the relay has not said to hold.
    pub pending: u64,
    /// The relay's link.
    pub relay: Option<String>,
    /// When both sides last held the same.
    pub last_exchange: Option<SystemTime>,
    /// Over what that was.
    pub transport: Option<String>,
    /// Whether it stays attached to the relay just now, by whichever process.
    pub is_attached: bool,
    /// Whether a call of this process stays attached, in touch or trying again. Where none does,
    /// nothing leaves and nothing arrives before the next exchange.
    pub is_staying: bool,
    /// If the relay did not take this device's words so far: when they are offered again.
    pub put_off_until: Option<SystemTime>,
    /// Envelopes that were missing after the last exchange, though another device has read them or
    /// they come before what is here: the relay keeps them back, or has lost them.
    pub withheld: u64,
    /// How sure this person is of the other; nothing while nobody else is here.
    pub verified: Option<Verified>,
    /// When this person's recovery kit may be replaced without its words: one of their devices gave
    /// it notice. Whoever did not mean this keeps the kit by its words.
    pub kit_due: Option<SystemTime>,
    /// Whether the other person is letting somebody in again in the place of this one: by a link, or
    /// by a warning to the recovery kit. It takes every device of this person's out.
    pub is_being_replaced: bool,
    /// How many persons belong.
    pub persons: u32,
    /// How many devices belong.
    pub devices: u32,
}

impl From<(couplet::Slot, String)> for Person {
    fn from((slot, name): (couplet::Slot, String)) -> Self {
        Self { id: slot.into(), name }
    }
}

impl From<couplet::Device> for Device {
    fn from(device: couplet::Device) -> Self {
        Self {
            id: DeviceId { value: device.device.to_string() },
            person: device.slot.into(),
            name: device.name,
            called: device.called,
            generation: device.generation,
            is_this: device.is_this,
            since: device.since,
            verified: device.verified.map(Verified::from),
        }
    }
}

impl From<History> for couplet::History {
    fn from(history: History) -> Self {
        match history {
            History::All => Self::All,
            // Which volume that is, the library knows.
            History::FromHere => Self::FromHere(couplet::Volume::default()),
        }
    }
}

impl From<couplet::Standing> for Standing {
    fn from(standing: couplet::Standing) -> Self {
        match standing {
            couplet::Standing::Waiting => Self::Waiting,
            couplet::Standing::Solo => Self::Solo,
            couplet::Standing::Pairing => Self::Pairing,
            couplet::Standing::Together => Self::Together,
            couplet::Standing::Apart => Self::Apart,
        }
    }
}

impl From<couplet::Verified> for Verified {
    fn from(verified: couplet::Verified) -> Self {
        match verified {
            couplet::Verified::No => Self::No,
            couplet::Verified::Code => Self::Code,
            couplet::Verified::Compared => Self::Compared,
            couplet::Verified::Changed => Self::Changed,
        }
    }
}

impl From<couplet::Verification> for Verification {
    fn from(verification: couplet::Verification) -> Self {
        let couplet::Verification { number, emoji, verified } = verification;
        let emoji = emoji.into_iter().flatten().map(|couplet::SasEmoji { symbol, name }| {
            SasEmoji { symbol: symbol.to_owned(), name: name.to_owned() }
        });
        Self { number, emoji: emoji.collect(), verified: verified.into() }
    }
}

impl From<couplet::Dissolving> for Dissolving {
    fn from(dissolving: couplet::Dissolving) -> Self {
        let couplet::Dissolving { by, until, is_over } = dissolving;
        Self { by: by.map(PersonId::from), until: time(until), is_over }
    }
}

impl From<couplet::Unsent> for Unsent {
    fn from(unsent: couplet::Unsent) -> Self {
        let couplet::Unsent { entries, drafts } = unsent;
        Self { entries, drafts }
    }
}

impl From<couplet::OpenInvite> for OpenInvite {
    fn from(invite: couplet::OpenInvite) -> Self {
        Self {
            id: InviteId { value: invite.id.to_string() },
            is_own_device: invite.is_own_device,
            is_again: invite.is_again,
            history: if invite.is_from_here { History::FromHere } else { History::All },
            expires: time(invite.expires),
            is_expired: invite.is_expired,
        }
    }
}

impl From<couplet::Quarantine> for Quarantine {
    fn from(quarantine: couplet::Quarantine) -> Self {
        Self { late: all(quarantine.late), changes: all(quarantine.changes) }
    }
}

impl From<couplet::Late> for Late {
    fn from(late: couplet::Late) -> Self {
        let couplet::Late { device, envelopes, is_own } = late;
        Self { device: DeviceId { value: device.to_string() }, envelopes, is_own }
    }
}

impl From<couplet::SetAside> for SetAside {
    fn from(change: couplet::SetAside) -> Self {
        Self { author: change.slot.into(), detail: change.reason }
    }
}

impl From<couplet::Invitation> for Invitation {
    fn from(invitation: couplet::Invitation) -> Self {
        let couplet::Invitation { link, expires, entries } = invitation;
        Self { link, expires: time(expires), entries }
    }
}

impl From<couplet::Again<couplet::Invitation>> for Again {
    fn from(again: couplet::Again<couplet::Invitation>) -> Self {
        match again {
            couplet::Again::Link(invitation) => Self::Link { invitation: invitation.into() },
            couplet::Again::NotBefore(due) => Self::NotBefore { due: time(due) },
        }
    }
}

impl From<couplet::Request> for Request {
    fn from(request: couplet::Request) -> Self {
        let couplet::Request { id, name, is_own_device, is_again } = request;
        Self { id: RequestId { value: id }, name, is_own_device, is_again }
    }
}

impl From<couplet::Status> for Status {
    fn from(status: couplet::Status) -> Self {
        Self {
            notebook: NotebookId { value: status.notebook.to_string() },
            device: DeviceId { value: status.device.to_string() },
            person: status.slot.into(),
            standing: status.standing.into(),
            is_read_only: status.is_read_only,
            is_paused: status.is_paused,
            dissolving: status.dissolving.map(Dissolving::from),
            epoch: status.epoch,
            waiting_code: status.waiting.map(|waiting| waiting.code),
            pending: status.pending,
            relay: status.relay.map(|link| link.to_string()),
            last_exchange: status.last_exchange.map(time),
            transport: status.transport,
            is_attached: status.is_attached,
            is_staying: status.is_staying,
            put_off_until: status.put_off.map(time),
            withheld: status.withheld,
            verified: status.verified.map(Verified::from),
            kit_due: status.kit_due.map(time),
            is_being_replaced: status.is_being_replaced,
            persons: u32::try_from(status.persons).unwrap_or(u32::MAX),
            devices: u32::try_from(status.devices).unwrap_or(u32::MAX),
        }
    }
}

/// Of seconds since 1970; beyond what a clock can say, 1970.
pub(crate) fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
}
