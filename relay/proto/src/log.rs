//! The membership log: who belongs to a notebook, by one rule for relay and phones alike.
//!
//! A log is a chain: each statement names the one before, and stands only if its signer was a
//! member, in that slot, when it was made. There is no clock here: what an invite's expiry means is
//! decided when a request is let in ([`Log::open_invite`]), never when a log is read again.
//!
//! A statement of a later version is hashed and counted; a critical one freezes membership here:
//! nothing of a known kind is ordered then, and what others have ordered is followed without
//! effect. A later version that can judge what this one only counted takes what may not stand as
//! void: hashed, counted, without effect. So no statement makes a log unreadable.

use std::collections::BTreeMap;

use crate::hash::Hash;
use crate::ids::{DeviceId, Epoch, InviteId, NotebookId, Slot};
use crate::limits::{
    MAX_DEVICES_PER_PERSON, MAX_LOG, MAX_LOG_BYTES_PER_PERSON, MAX_OPEN_INVITES_PER_PERSON,
};
use crate::request::JoinRequest;
use crate::statement::{
    AddDevice, Body, DeviceKeys, Genesis, Header, Invite, Join, LogHead, Rewrap, Role, Statement,
    Wrap,
};

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
}

/// A notebook's membership, as far as its statements are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    id: NotebookId,
    statements: Vec<Statement>,
    members: BTreeMap<DeviceId, Member>,
    invites: BTreeMap<InviteId, Open>,
    used: Vec<InviteId>,
    /// Bytes of the statements that each person's devices signed.
    bytes: [usize; 2],
    epoch: Epoch,
    is_frozen: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    by: DeviceId,
    /// Whose invite it is.
    from: Slot,
    /// The index of the statement that opened it.
    since: u64,
    /// The slot it leads to.
    slot: Slot,
    invite: Invite,
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
    /// It is not this notebook's.
    #[error("the envelope belongs to another notebook")]
    OtherNotebook,
}

impl Log {
    /// Begins a log with its first statement.
    ///
    /// # Errors
    /// [`Refused`] unless it is a Genesis that certifies itself.
    pub fn begin(genesis: Statement) -> Result<Self, Refused> {
        let Body::Genesis(Genesis { device, wrap, .. }) = genesis.body() else {
            return Err(Refused::NotAllowed("a log begins with its Genesis"));
        };
        let Header { notebook, after, slot, signer } = *genesis.header();
        if after != LogHead::EMPTY || notebook.0 != Hash::ZERO {
            return Err(Refused::OutOfPlace);
        }
        if slot != Slot::First || signer != device.signing || wrap.to != device.signing {
            return Err(Refused::NotAllowed("a Genesis speaks for its own device"));
        }
        let member = Member { slot, generation: 0, keys: *device, since: 0 };
        Ok(Self {
            id: NotebookId(genesis.hash()),
            members: BTreeMap::from([(signer, member)]),
            bytes: [genesis.bytes().len(), 0],
            statements: vec![genesis],
            invites: BTreeMap::new(),
            used: Vec::new(),
            epoch: Epoch(1),
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
    /// [`Refused`], and the log is as it was. While a statement of a later version freezes it,
    /// nothing of a kind that this version judges is ordered: it could not be judged rightly.
    pub fn append(&mut self, statement: Statement) -> Result<(), Refused> {
        if self.is_frozen && !matches!(statement.body(), Body::Unknown { .. }) {
            return Err(Refused::Frozen);
        }
        self.follow(statement)
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
        let [first, second] = self.bytes;
        let spoken = match slot {
            Slot::First => first,
            Slot::Second => second,
        } + statement.bytes().len();
        if self.statements.len() >= MAX_LOG || spoken > MAX_LOG_BYTES_PER_PERSON {
            return Err(Refused::Full);
        }
        if self.members.get(&signer).is_none_or(|member| member.slot != slot) {
            return Err(Refused::NotAMember);
        }
        match (self.is_frozen, statement.body()) {
            (_, Body::Unknown { critical, .. }) => self.is_frozen |= critical,
            (true, _) => {}
            (false, Body::Genesis(_)) => {
                return Err(Refused::NotAllowed("a log has one Genesis"));
            }
            (false, Body::Invite(invite)) => self.invite(signer, slot, invite.clone())?,
            (false, Body::Join(join)) => self.join(signer, &join.clone())?,
            (false, Body::AddDevice(add)) => self.add_device(signer, &add.clone())?,
            (false, Body::Wrap(rewrap)) => self.rewrap(rewrap)?,
        }
        self.bytes = match slot {
            Slot::First => [spoken, second],
            Slot::Second => [first, spoken],
        };
        self.statements.push(statement);
        Ok(())
    }

    fn invite(&mut self, by: DeviceId, slot: Slot, invite: Invite) -> Result<(), Refused> {
        let is_new =
            !self.used.contains(&invite.invite) && !self.invites.contains_key(&invite.invite);
        if !is_new {
            return Err(Refused::NotAllowed("an invite has a name of its own"));
        }
        let from = slot;
        let slot = match invite.role {
            Role::OwnDevice => slot,
            Role::Partner if self.is_vacant(slot.other()) => slot.other(),
            Role::Partner => return Err(Refused::NotAllowed("both persons are here already")),
        };
        self.close_oldest(from);
        let since = self.head().length;
        self.invites.insert(invite.invite, Open { by, from, since, slot, invite });
        Ok(())
    }

    /// Makes room for one more invite of that person.
    fn close_oldest(&mut self, from: Slot) {
        let of_person = self.invites.iter().filter(|(_, open)| open.from == from);
        let oldest = of_person.clone().min_by_key(|(_, open)| open.since).map(|(id, _)| *id);
        if of_person.count() >= MAX_OPEN_INVITES_PER_PERSON
            && let Some(oldest) = oldest
        {
            self.invites.remove(&oldest);
            self.used.push(oldest);
        }
    }

    fn join(&mut self, signer: DeviceId, join: &Join) -> Result<(), Refused> {
        let Join { invite, request, wrap, .. } = join;
        self.admit(Role::Partner, *invite, signer, request, wrap)
    }

    fn add_device(&mut self, signer: DeviceId, add: &AddDevice) -> Result<(), Refused> {
        let AddDevice { invite, request, wrap, .. } = add;
        self.admit(Role::OwnDevice, *invite, signer, request, wrap)
    }

    /// The one way in: an open invite, its own inviter, and a request signed by link and device.
    fn admit(
        &mut self,
        role: Role,
        invite: InviteId,
        signer: DeviceId,
        request: &[u8],
        wrap: &Wrap,
    ) -> Result<(), Refused> {
        let open = self.invites.get(&invite).filter(|open| open.invite.role == role);
        let open = open.ok_or(Refused::NotAllowed("the invite is not open"))?;
        if open.by != signer {
            return Err(Refused::NotAllowed("only the device that invited lets in"));
        }
        let request = JoinRequest::read(request.to_vec(), open.invite.key)
            .map_err(|_| Refused::NotAllowed("the request was not made with the link"))?;
        let slot = open.slot;
        self.check_newcomer(&request, slot, role)?;
        let keys = request.request().device;
        if wrap.to != keys.signing {
            return Err(Refused::NotAllowed("the key is wrapped to another device"));
        }
        let member = Member { slot, generation: 0, keys, since: self.head().length };
        self.members.insert(keys.signing, member);
        self.invites.remove(&invite);
        self.used.push(invite);
        if role == Role::Partner {
            // The place is taken: whatever else led there leads nowhere.
            self.invites.retain(|_, open| open.invite.role != Role::Partner);
        }
        Ok(())
    }

    fn check_newcomer(&self, request: &JoinRequest, slot: Slot, role: Role) -> Result<(), Refused> {
        let request = request.request();
        if request.notebook != self.id || request.slot != slot {
            return Err(Refused::NotAllowed("the request is for another place"));
        }
        if self.members.contains_key(&request.device.signing) {
            return Err(Refused::NotAllowed("the device is a member already"));
        }
        if role == Role::Partner && !self.is_vacant(slot) {
            return Err(Refused::NotAllowed("both persons are here already"));
        }
        let devices = self.members.values().filter(|member| member.slot == slot).count();
        if devices >= MAX_DEVICES_PER_PERSON {
            return Err(Refused::NotAllowed("the person has too many devices"));
        }
        Ok(())
    }

    fn rewrap(&self, rewrap: &Rewrap) -> Result<(), Refused> {
        let to_members = rewrap.wraps.iter().all(|wrap| self.members.contains_key(&wrap.to));
        if rewrap.epoch == self.epoch && to_members && !rewrap.wraps.is_empty() {
            Ok(())
        } else {
            Err(Refused::NotAllowed("keys are wrapped to members, under the current epoch"))
        }
    }

    fn is_vacant(&self, slot: Slot) -> bool {
        self.members.values().all(|member| member.slot != slot)
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

    /// The current epoch.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whether a statement of a later version keeps membership as it is.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.is_frozen
    }

    /// An invite that is open, the device that opened it, and the slot it leads to.
    #[must_use]
    pub fn open_invite(&self, invite: InviteId) -> Option<(&Invite, DeviceId, Slot)> {
        self.invites.get(&invite).map(|open| (&open.invite, open.by, open.slot))
    }

    /// All open invites.
    pub fn open_invites(&self) -> impl Iterator<Item = &Invite> {
        self.invites.values().map(|open| &open.invite)
    }

    /// Whether an envelope's device may write here, and whose it is.
    ///
    /// # Errors
    /// [`MayNot`].
    pub fn may_write(&self, envelope: &crate::envelope::Header) -> Result<Member, MayNot> {
        if envelope.notebook != self.id {
            return Err(MayNot::OtherNotebook);
        }
        self.members.get(&envelope.device).copied().ok_or(MayNot::UnknownDevice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Item, kind};
    use crate::labels::STATEMENT_SIGNATURE;
    use crate::sign::{Signer, sign};
    use crate::statement::{History, SUITE_X25519};
    use crate::testing::Key;

    fn begun(ana: &Key) -> Log {
        let device = DeviceKeys { signing: ana.public(), suite: SUITE_X25519, wrapping: [2; 32] };
        let wrap = Wrap { to: ana.public(), sealed: vec![0; 80] };
        let genesis =
            Genesis { salt: [1; 16], device, name: Vec::new(), commitment: Hash([3; 32]), wrap };
        let notebook = NotebookId(Hash::ZERO);
        let header =
            Header { notebook, after: LogHead::EMPTY, slot: Slot::First, signer: ana.public() };
        Log::begin(Statement::sign(header, Body::Genesis(genesis), ana).unwrap()).unwrap()
    }

    fn header(log: &Log, by: &Key) -> Header {
        Header { notebook: log.id(), after: log.head(), slot: Slot::First, signer: by.public() }
    }

    fn invite(log: &Log, by: &Key, number: u8, role: Role) -> Statement {
        let (invite, key) = (InviteId([number; 16]), Key::new(number).public());
        let body = Invite { invite, key, role, history: History::All, expires: 1 };
        Statement::sign(header(log, by), Body::Invite(body), by).unwrap()
    }

    /// A statement of a kind that this version does not know.
    fn unknown(log: &Log, by: &Key, critical: bool, size: usize) -> Statement {
        let known = invite(log, by, 200, Role::OwnDevice);
        let fields = &known.bytes()[8..8 + 105];
        let own = [fields, &vec![7; size], &[0; 64]].concat();
        let mut bytes = Item::new(kind::STATEMENT + 99, critical, &own).to_bytes();
        bytes.truncate(bytes.len() - 64);
        let signature = sign(by, STATEMENT_SIGNATURE, &bytes);
        bytes.extend_from_slice(&signature.0);
        Statement::read(bytes).unwrap()
    }

    #[test]
    fn links_that_nobody_used_never_keep_anybody_out() {
        let ana = Key::new(1);
        let mut log = begun(&ana);
        for number in 10..40 {
            log.append(invite(&log, &ana, number, Role::Partner)).unwrap();
        }
        assert_eq!(log.open_invites().count(), MAX_OPEN_INVITES_PER_PERSON);
        assert!(log.open_invite(InviteId([39; 16])).is_some(), "the newest is open");
        assert!(log.open_invite(InviteId([10; 16])).is_none(), "the oldest is closed");
        let again = log.append(invite(&log, &ana, 10, Role::Partner));
        assert!(matches!(again, Err(Refused::NotAllowed(_))), "and stays closed");
    }

    #[test]
    fn a_frozen_log_is_followed_and_not_ordered() {
        let ana = Key::new(1);
        let mut log = begun(&ana);
        log.append(unknown(&log, &ana, false, 10)).unwrap();
        assert!(!log.is_frozen());
        log.append(unknown(&log, &ana, true, 10)).unwrap();
        assert!(log.is_frozen());
        let open = invite(&log, &ana, 10, Role::Partner);
        assert_eq!(log.append(open.clone()), Err(Refused::Frozen));
        assert_eq!(log.follow(open), Ok(()));
        assert_eq!((log.head().length, log.open_invites().count()), (4, 0));
    }

    #[test]
    fn nobody_fills_the_log_for_the_other() {
        let ana = Key::new(1);
        let mut log = begun(&ana);
        let full = loop {
            let statement = unknown(&log, &ana, false, 30_000);
            if let Err(error) = log.append(statement) {
                break error;
            }
        };
        assert_eq!(full, Refused::Full);
        let bytes: usize = log.statements().iter().map(|s| s.bytes().len()).sum();
        assert!(bytes <= MAX_LOG_BYTES_PER_PERSON);
    }
}
