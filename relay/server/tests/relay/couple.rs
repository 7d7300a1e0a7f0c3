//! Ana and Ben as the relay sees them: keys, statements, and envelopes that nobody can open.

use couplet_proto::envelope::{Header, OVERHEAD, SCHEME, Sealed};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{
    DeviceId, Edition, Epoch, InviteId, NotebookId, Slot, Volume, WriterId, WriterNonce,
};
use couplet_proto::log::Log;
use couplet_proto::request::{JoinRequest, Request};
use couplet_proto::sign::{Signature, Signer};
use couplet_proto::statement::{
    Body, DeviceKeys, Genesis, Header as StatementHeader, History, Invite, Join, LogHead, Role,
    SUITE_X25519, Statement, Wrap,
};
use ed25519_dalek::{Signer as _, SigningKey};

/// A device's key, or an invite's.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) SigningKey);

impl Key {
    pub(crate) fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn keys(&self) -> DeviceKeys {
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

pub(crate) const ANA: u8 = 1;
pub(crate) const BEN: u8 = 2;
pub(crate) const INVITE: InviteId = InviteId([9; 16]);
pub(crate) const FAR_AWAY: u64 = 1 << 40;

/// A notebook's log, and the keys of those who write it.
#[derive(Clone)]
pub(crate) struct Notebook {
    pub(crate) log: Log,
    pub(crate) ana: Key,
    pub(crate) ben: Key,
    pub(crate) link: Key,
}

impl Notebook {
    /// Ana alone; `salt` makes it another notebook.
    pub(crate) fn of_ana(salt: u8) -> Self {
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
    pub(crate) fn of_both(salt: u8) -> Self {
        let mut notebook = Self::of_ana(salt);
        notebook.invite(INVITE, FAR_AWAY);
        notebook.join(INVITE);
        notebook
    }

    pub(crate) fn id(&self) -> NotebookId {
        self.log.id()
    }

    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        self.log.statements().iter().map(|statement| statement.bytes().to_vec()).collect()
    }

    /// What Ana says next, without it being said.
    pub(crate) fn statement(&self, body: Body) -> Statement {
        let header = StatementHeader {
            notebook: self.id(),
            after: self.log.head(),
            slot: Slot::First,
            signer: self.ana.public(),
        };
        Statement::sign(header, body, &self.ana).unwrap()
    }

    pub(crate) fn invitation(&self, invite: InviteId, expires: u64) -> Statement {
        let (key, role, history) = (self.link.public(), Role::Partner, History::All);
        self.statement(Body::Invite(Invite { invite, key, role, history, expires }))
    }

    pub(crate) fn invite(&mut self, invite: InviteId, expires: u64) -> Vec<u8> {
        self.say(self.invitation(invite, expires))
    }

    pub(crate) fn request(&self, invite: InviteId, device: &Key) -> JoinRequest {
        let request = Request {
            notebook: self.id(),
            invite,
            slot: Slot::Second,
            device: device.keys(),
            paper: None,
            log: self.log.head(),
            name: vec![3; 40],
            sas_commitment: Hash([4; 32]),
        };
        JoinRequest::sign(request, &self.link, device)
    }

    pub(crate) fn join(&mut self, invite: InviteId) -> Vec<u8> {
        let request = self.request(invite, &self.ben).bytes().to_vec();
        let (name, wrap, sas) = (vec![6; 40], wrap(&self.ben), [7; 16]);
        self.say(self.statement(Body::Join(Join { invite, request, name, wrap, sas })))
    }

    pub(crate) fn say(&mut self, statement: Statement) -> Vec<u8> {
        let bytes = statement.bytes().to_vec();
        self.log.append(statement).unwrap();
        bytes
    }

    pub(crate) fn writer(&self, key: &Key, nonce: u8) -> Writer {
        let (key, nonce) = (key.clone(), WriterNonce([nonce; 16]));
        let (notebook, log) = (self.id(), self.log.head());
        Writer { key, notebook, nonce, log, counter: 0, previous: Hash::ZERO }
    }
}

/// Somebody who writes envelopes, one after the other.
#[derive(Clone)]
pub(crate) struct Writer {
    key: Key,
    notebook: NotebookId,
    nonce: WriterNonce,
    log: LogHead,
    counter: u64,
    previous: Hash,
}

impl Writer {
    pub(crate) fn id(&self) -> WriterId {
        WriterId::derive(self.notebook, self.key.public(), self.nonce)
    }

    /// The next envelope, its body filled with `fill`, `length` bytes in all.
    pub(crate) fn seal(&mut self, fill: u8, length: usize) -> Sealed {
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

    pub(crate) fn write(&mut self, count: usize) -> Vec<Sealed> {
        (0..count).map(|_| self.seal(8, 256)).collect()
    }
}

pub(crate) fn bytes(envelopes: &[Sealed]) -> Vec<Vec<u8>> {
    envelopes.iter().map(|sealed| sealed.bytes().to_vec()).collect()
}

fn wrap(key: &Key) -> Wrap {
    Wrap { to: key.public(), sealed: vec![8; 80] }
}
