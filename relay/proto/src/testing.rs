//! Ana and Ben as a relay sees them: keys, statements, and envelopes that nobody can open; and, in
//! [`keeping`], what every store of a relay must do. For tests alone, here and in other crates.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by unwrapping"
)]

pub mod keeping;
mod kits;
mod pieces;

use std::collections::BTreeSet;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::envelope::{Header, OVERHEAD, SCHEME, Sealed};
use crate::hash::Hash;
use crate::ids::{
    DeviceId, Edition, Epoch, InviteId, NotebookId, Slot, Volume, WriterId, WriterNonce,
};
use crate::log::Log;
use crate::request::{JoinRequest, Request};
use crate::sign::{Signature, Signer};
use crate::statement::{
    AddDevice, Body, DeviceKeys, Genesis, Gone, Header as StatementHeader, History, Invite, Join,
    Kit, LogHead, Paper, RemoveDevice, Replace, Rewrap, Role, Rotate, SUITE_X25519, Statement,
    Warn, Watermark, Wrap,
};

/// Chance that is the same for the same seed (SplitMix64, Steele et al., OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Everything that follows from this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next_u64()) * end as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}

/// A device's key, or an invite's.
#[derive(Clone, Debug)]
pub struct Key(pub SigningKey);

impl Key {
    /// The key of that seed.
    #[must_use]
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    /// What a device of this key shows.
    #[must_use]
    pub fn keys(&self) -> DeviceKeys {
        DeviceKeys { signing: self.public(), suite: SUITE_X25519, wrapping: [5; 32] }
    }
}

impl Signer for Key {
    fn public(&self) -> DeviceId {
        DeviceId(self.0.verifying_key().to_bytes())
    }

    fn sign_hash(&self, hash: &Hash) -> Signature {
        Signature(self.0.sign(hash.as_bytes()).to_bytes())
    }
}

const ANA: u8 = 1;
const BEN: u8 = 2;
/// Ben's recovery kit.
pub const KIT: u8 = 61;

/// The invite that lets Ben in.
pub const INVITE: InviteId = InviteId([9; 16]);
/// When an invite expires that does not.
pub const FAR_AWAY: u64 = 1 << 40;

/// A notebook's log, and the keys of those who write it.
#[derive(Clone, Debug)]
pub struct Notebook {
    /// Its log.
    pub log: Log,
    /// Ana's device.
    pub ana: Key,
    /// Ben's.
    pub ben: Key,
    /// What the links to it derive.
    pub link: Key,
}

impl Notebook {
    /// Ana alone; `salt` makes it another notebook.
    #[must_use]
    pub fn of_ana(salt: u8) -> Self {
        let (ana, ben, link) = (Key::new(ANA), Key::new(BEN), Key::new(200));
        let genesis = Genesis {
            salt: [salt; 16],
            device: ana.keys(),
            name: vec![1; 40],
            commitment: Hash([2; 32]),
            wrap: wrap(&ana),
        };
        let header = StatementHeader {
            notebook: NotebookId(Hash::ZERO),
            after: LogHead::EMPTY,
            slot: Slot::First,
            signer: ana.public(),
        };
        let genesis = Statement::sign(header, Body::Genesis(genesis), &ana).unwrap();
        Self { log: Log::begin(genesis).unwrap(), ana, ben, link }
    }

    /// Ana and Ben.
    #[must_use]
    pub fn of_both(salt: u8) -> Self {
        let mut notebook = Self::of_ana(salt);
        notebook.invite(INVITE, FAR_AWAY);
        notebook.join(INVITE);
        notebook
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> NotebookId {
        self.log.id()
    }

    /// Its statements.
    #[must_use]
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.log.statements().iter().map(|statement| statement.bytes().to_vec()).collect()
    }

    /// What Ana says next, without it being said.
    #[must_use]
    pub fn statement(&self, body: Body) -> Statement {
        let header = StatementHeader {
            notebook: self.id(),
            after: self.log.head(),
            slot: Slot::First,
            signer: self.ana.public(),
        };
        Statement::sign(header, body, &self.ana).unwrap()
    }

    /// What Ben says next, without it being said.
    #[must_use]
    pub fn statement_of_ben(&self, body: Body) -> Statement {
        let (slot, signer) = (Slot::Second, self.ben.public());
        let header = StatementHeader { notebook: self.id(), after: self.log.head(), slot, signer };
        Statement::sign(header, body, &self.ben).unwrap()
    }

    /// Ana's invitation of a partner, without it being said.
    #[must_use]
    pub fn invitation(&self, invite: InviteId, expires: u64) -> Statement {
        let (key, role, history) = (self.link.public(), Role::Partner, History::All);
        self.statement(Body::Invite(Invite { invite, key, role, history, expires }))
    }

    /// Ana's invitation of a device of her own, without it being said.
    #[must_use]
    pub fn own_device(&self, invite: InviteId) -> Statement {
        let (key, role, history) = (self.link.public(), Role::OwnDevice, History::All);
        let expires = FAR_AWAY;
        self.statement(Body::Invite(Invite { invite, key, role, history, expires }))
    }

    /// Ana invites.
    pub fn invite(&mut self, invite: InviteId, expires: u64) -> Vec<u8> {
        self.say(self.invitation(invite, expires))
    }

    /// Ana's key wrapped once more, for Ben, without it being said: it changes nothing, and counts.
    #[must_use]
    pub fn rewrap(&self) -> Statement {
        let wraps = vec![wrap(&self.ben)];
        self.statement(Body::Wrap(Rewrap { epoch: self.log.epoch(), wraps }))
    }

    /// What a device asks that was handed the link.
    #[must_use]
    pub fn request(&self, invite: InviteId, device: &Key) -> JoinRequest {
        self.request_for(Slot::Second, invite, device)
    }

    fn request_for(&self, slot: Slot, invite: InviteId, device: &Key) -> JoinRequest {
        let request = Request {
            notebook: self.id(),
            invite,
            slot,
            device: device.keys(),
            paper: None,
            log: self.log.head(),
            name: vec![3; 40],
            sas_commitment: Hash([4; 32]),
        };
        JoinRequest::sign(request, &self.link, device)
    }

    /// Ana lets Ben in.
    pub fn join(&mut self, invite: InviteId) -> Vec<u8> {
        let request = self.request(invite, &self.ben).bytes().to_vec();
        let (name, wrap, sas) = (vec![6; 40], wrap(&self.ben), [7; 16]);
        self.say(self.statement(Body::Join(Join { invite, request, name, wrap, sas })))
    }

    /// Ana lets in a device of her own.
    pub fn let_in(&mut self, invite: InviteId, device: &Key) {
        self.say(self.own_device(invite));
        let request = self.request_for(Slot::First, invite, device).bytes().to_vec();
        let (name, wrap) = (vec![6; 40], wrap(device));
        self.say(self.statement(Body::AddDevice(AddDevice { invite, request, name, wrap })));
    }

    /// Ana takes out a device of her own, of which that stands, without it being said.
    #[must_use]
    pub fn removal(&self, device: &Key, watermarks: Vec<Watermark>) -> Statement {
        let device = device.public();
        let left = self.log.members().map(|(member, _)| *member).filter(|left| *left != device);
        let rotate = self.rotation(left);
        self.statement(Body::RemoveDevice(RemoveDevice { device, watermarks, rotate }))
    }

    /// What that device of that person says next, without it being said.
    #[must_use]
    pub fn said_by(&self, slot: Slot, signer: &Key, body: Body) -> Statement {
        let (notebook, after) = (self.id(), self.log.head());
        let header = StatementHeader { notebook, after, slot, signer: signer.public() };
        Statement::sign(header, body, signer).unwrap()
    }

    /// Ben makes a recovery kit, without it being said.
    #[must_use]
    pub fn kit_of_ben(&self) -> Statement {
        let (paper, at) = (Key::new(KIT), (self.id(), Slot::Second));
        let kit = Kit::sign(at, paper.keys(), Hash([61; 32]), vec![1; 104], &paper);
        let stay = self.log.members().map(|(device, _)| *device);
        let rotate = self.rotation(stay.chain([paper.public()]));
        self.statement_of_ben(Body::Paper(Paper { kit: Some(kit), due: None, rotate }))
    }

    /// Ana warns Ben's kit, without it being said.
    #[must_use]
    pub fn warning_to_ben(&self, given: u64) -> Statement {
        self.statement(Body::Warn(Warn { paper: Key::new(KIT).public(), given }))
    }

    /// The next epoch, for these.
    fn rotation(&self, to: impl Iterator<Item = DeviceId>) -> Rotate {
        let to: BTreeSet<DeviceId> = to.collect();
        Rotate {
            epoch: Epoch(self.log.epoch().0 + 1),
            commitment: Hash([2; 32]),
            wraps: to.into_iter().map(|to| Wrap { to, sealed: vec![8; 80] }).collect(),
            chain: Some(vec![8; 72]),
        }
    }

    /// Ana invites whom she lets in again in Ben's place, without it being said.
    #[must_use]
    pub fn invitation_again(&self, invite: InviteId) -> Statement {
        let (key, role, history) = (self.link.public(), Role::Replacement, History::All);
        let expires = FAR_AWAY;
        self.statement(Body::Invite(Invite { invite, key, role, history, expires }))
    }

    /// That device in Ben's place, of whose devices that stands; made to be said by Ana.
    #[must_use]
    pub fn replacement(&self, invite: InviteId, device: &Key, gone: Vec<Gone>) -> Replace {
        let stay = self.log.members().filter(|(_, member)| member.slot == Slot::First);
        let rotate = self.rotation(stay.map(|(device, _)| *device).chain([device.public()]));
        let request = self.request(invite, device).bytes().to_vec();
        let (name, sas, due) = (vec![6; 40], [7; 16], None);
        Replace { invite, request, name, sas, gone, due, rotate }
    }

    /// A statement stands; returns its bytes.
    pub fn say(&mut self, statement: Statement) -> Vec<u8> {
        let bytes = statement.bytes().to_vec();
        self.log.append(statement).unwrap();
        bytes
    }

    /// A writer of that device.
    #[must_use]
    pub fn writer(&self, key: &Key, nonce: u8) -> Writer {
        let (key, nonce) = (key.clone(), WriterNonce([nonce; 16]));
        let (notebook, log) = (self.id(), self.log.head());
        Writer { key, notebook, nonce, log, counter: 0, previous: Hash::ZERO }
    }
}

/// Somebody who writes envelopes, one after the other.
#[derive(Clone, Debug)]
pub struct Writer {
    key: Key,
    notebook: NotebookId,
    nonce: WriterNonce,
    log: LogHead,
    counter: u64,
    previous: Hash,
}

impl Writer {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> WriterId {
        WriterId::derive(self.notebook, self.key.public(), self.nonce)
    }

    /// The next envelope, its body filled with `fill`, `length` bytes in all.
    pub fn seal(&mut self, fill: u8, length: usize) -> Sealed {
        self.counter += 1;
        let header = Header {
            scheme: SCHEME,
            notebook: self.notebook,
            device: self.key.public(),
            nonce: self.nonce,
            epoch: Epoch(1),
            volume: Volume(0),
            edition: Edition(0),
            counter: self.counter,
            previous: self.previous,
            log: self.log,
        };
        let body = vec![fill; length - OVERHEAD];
        let sealed = Sealed::sign(header, header.to_bytes(length), &body, &self.key);
        self.previous = sealed.hash();
        sealed
    }

    /// So many small envelopes.
    pub fn write(&mut self, count: usize) -> Vec<Sealed> {
        (0..count).map(|_| self.seal(8, 256)).collect()
    }
}

/// Envelopes as they are sent.
#[must_use]
pub fn bytes(envelopes: &[Sealed]) -> Vec<Vec<u8>> {
    envelopes.iter().map(|sealed| sealed.bytes().to_vec()).collect()
}

fn wrap(key: &Key) -> Wrap {
    Wrap { to: key.public(), sealed: vec![8; 80] }
}

/// The header of an envelope in a notebook that has no log.
#[cfg(test)]
pub(crate) fn header(key: &Key, counter: u64, previous: Hash) -> Header {
    Header {
        scheme: SCHEME,
        notebook: NotebookId(Hash([1; 32])),
        device: key.public(),
        nonce: WriterNonce([3; 16]),
        epoch: Epoch(1),
        volume: Volume(0),
        edition: Edition(0),
        counter,
        previous,
        log: LogHead { length: 1, hash: Hash([1; 32]) },
    }
}
