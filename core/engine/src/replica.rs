//! One device's copy of one notebook, and the way of an edit through it. **Read this first.**
//!
//! ```text
//! down  write -> Notebook =Change=> (store) -> seal =Sealed=> (store) -> Session
//! up    Session -> verify =Sealed=> (store) -> open =Change=> law -> Notebook -> entries touched
//! ```
//!
//! The replica composes and decides nothing: what an entry is belongs to `notebook`, who may write
//! to its `law`, who belongs to the membership log, what is on a wire to `couplet_proto`. It holds
//! no file: whatever a call returns must be durable before the next step of the line above, and
//! after a failure to make it so the replica is dropped and read again from the store.

use std::collections::BTreeMap;

use couplet_proto::envelope::{Envelope, Header, SCHEME, Sealed};
use couplet_proto::have::{Have, Inserted, Tip};
use couplet_proto::ids::{Edition, Epoch, NotebookId, Slot, Volume, WriterId, WriterNonce};
use couplet_proto::log::Log;
use couplet_proto::sign::Signer;
use rand_core::CryptoRng;

use crate::body::{self, Body, NotABody};
use crate::document::Change;
use crate::keys::{DeviceSecret, EpochKey};
use crate::notebook::Notebook;
use crate::notebook::schema::LAW;
use crate::seal::{self, TooLarge};
use crate::seen::SeenVector;

/// What a device has of a notebook, apart from the volumes, which are loaded when needed.
#[derive(Debug)]
pub struct Replica {
    device: DeviceSecret,
    slot: Slot,
    nonce: WriterNonce,
    writer: WriterId,
    log: Log,
    keys: BTreeMap<Epoch, EpochKey>,
    have: Have,
    seen: SeenVector,
    volumes: BTreeMap<Volume, Notebook>,
}

/// What a replica is read from.
#[derive(Debug)]
pub struct Parts {
    /// The device's secrets.
    pub device: DeviceSecret,
    /// The nonce of this install's writer.
    pub nonce: WriterNonce,
    /// The membership log.
    pub log: Log,
    /// The keys of the epochs that this device was given.
    pub keys: BTreeMap<Epoch, EpochKey>,
    /// What is held.
    pub have: Have,
    /// What has been seen.
    pub seen: SeenVector,
}

/// A device that is not in the log has no replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this device does not belong to the notebook")]
pub struct NotAMember;

/// Why changes were not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSeal {
    /// The current epoch's key is not here.
    #[error("this device has not been given the notebook's current key")]
    NoKey,
    /// One change alone is too large for an envelope, which the limits exclude.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The changes are not consecutive ones of this writer.
    #[error(transparent)]
    Body(#[from] NotABody),
}

/// What became of one received envelope.
#[derive(Debug)]
pub enum Accepted {
    /// It was held already.
    Held,
    /// It is new, and reads as this.
    Opened(Box<Sealed>, Opened),
    /// It is new, and kept until it can be read.
    Kept(Box<Sealed>, Wait),
}

/// What a new envelope says.
#[derive(Debug)]
pub struct Opened {
    /// The person who wrote it.
    pub slot: Slot,
    /// Its changes, to be applied to its volume.
    pub changes: Vec<Change>,
    /// What its writer had seen.
    pub seen: body::Seen,
}

/// Why an envelope cannot be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The log that its writer knew is longer than ours.
    ForLog,
    /// Its epoch's key has not come.
    ForKey,
    /// It was written by a later version.
    ForUpdate,
    /// A member signed it, and it does not open to changes of its writer. It is held, so that the
    /// rest of the chain is not kept out, and looked at again by a later version.
    Unreadable,
}

/// Why an envelope was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It cannot be read at all.
    #[error("the bytes are not a well-formed envelope")]
    Malformed,
    /// Its device did not sign it, or does not belong.
    #[error("the envelope was not written by a member of this notebook")]
    NotByAMember,
    /// It continues its writer's chain in a second way.
    #[error("a device has written two different things in one place; both are needed to mend it")]
    Fork,
}

impl Replica {
    /// Puts a replica together.
    ///
    /// # Errors
    /// [`NotAMember`].
    pub fn new(parts: Parts) -> Result<Self, NotAMember> {
        let Parts { device, nonce, log, keys, have, seen } = parts;
        let slot = log.member(device.public()).ok_or(NotAMember)?.slot;
        let writer = WriterId::derive(log.id(), device.public(), nonce);
        let volumes = BTreeMap::new();
        Ok(Self { device, slot, nonce, writer, log, keys, have, seen, volumes })
    }

    /// Seals as many of the first changes as fit one envelope, with what has been seen; returns how
    /// many they were. What it returns is durable before a byte of it leaves, and is made once.
    ///
    /// # Errors
    /// [`CannotSeal`].
    pub fn seal(
        &mut self,
        volume: Volume,
        edition: Edition,
        changes: &[Change],
        rng: &mut dyn CryptoRng,
    ) -> Result<(Sealed, usize), CannotSeal> {
        let key = self.keys.get(&self.log.epoch()).ok_or(CannotSeal::NoKey)?;
        let seen = self.seen.news(self.writer);
        let (count, content) = body::fill(changes, LAW, &seen)?;
        let header = self.next_header(volume, edition);
        let sealed = seal::seal(header, &content, key, &self.device, rng)?;
        let at = Tip { counter: header.counter, hash: sealed.hash() };
        // The header was made from the tip, so the chain cannot fork here.
        let placed = self.have.insert(self.writer, at, header.previous);
        debug_assert!(placed.is_ok());
        self.seen.sealed();
        Ok((sealed, count))
    }

    fn next_header(&self, volume: Volume, edition: Edition) -> Header {
        let tip = self.have.of(self.writer).map_or(Tip::START, |have| have.tip);
        Header {
            scheme: SCHEME,
            notebook: self.log.id(),
            device: self.device.public(),
            nonce: self.nonce,
            epoch: self.log.epoch(),
            volume,
            edition,
            counter: tip.counter + 1,
            previous: tip.hash,
            log: self.log.head(),
        }
    }

    /// Checks a received envelope, takes its place in the chain, and reads it if that can be.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn accept(&mut self, bytes: Vec<u8>) -> Result<Accepted, NotTaken> {
        let envelope = Envelope::parse(bytes).map_err(|_| NotTaken::Malformed)?;
        let header = *envelope.header();
        if header.notebook != self.log.id() {
            return Err(NotTaken::NotByAMember);
        }
        let author = self.log.may_write(&header).ok();
        let is_from_later_log = header.log.length > self.log.head().length;
        if author.is_none() && !is_from_later_log {
            return Err(NotTaken::NotByAMember);
        }
        let sealed = envelope.verify().map_err(|_| NotTaken::NotByAMember)?;
        let read = match author {
            Some(member) => self.read(&sealed, member.slot),
            None => Err(Wait::ForLog),
        };
        let at = Tip { counter: header.counter, hash: sealed.hash() };
        match self.have.insert(header.writer(), at, header.previous) {
            Err(_) => Err(NotTaken::Fork),
            Ok(Inserted::Held) => Ok(Accepted::Held),
            Ok(Inserted::New) => Ok(match read {
                Ok(opened) => Accepted::Opened(Box::new(sealed), opened),
                Err(wait) => Accepted::Kept(Box::new(sealed), wait),
            }),
        }
    }

    /// Reads an envelope that was kept, if it can be read by now.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn reread(&self, bytes: Vec<u8>) -> Result<Result<(Sealed, Opened), Wait>, NotTaken> {
        let envelope = Envelope::parse(bytes).map_err(|_| NotTaken::Malformed)?;
        let Ok(member) = self.log.may_write(envelope.header()) else {
            return Ok(Err(Wait::ForLog));
        };
        let sealed = envelope.verify().map_err(|_| NotTaken::NotByAMember)?;
        Ok(self.read(&sealed, member.slot).map(|opened| (sealed, opened)))
    }

    fn read(&self, sealed: &Sealed, slot: Slot) -> Result<Opened, Wait> {
        let header = sealed.header();
        if header.scheme != SCHEME {
            return Err(Wait::ForUpdate);
        }
        let key = self.keys.get(&header.epoch).ok_or(Wait::ForKey)?;
        let content = seal::open(sealed, key).map_err(|_| Wait::Unreadable)?;
        let body = Body::read(&content).map_err(|error| match error {
            NotABody::TooNew => Wait::ForUpdate,
            NotABody::Malformed(_) | NotABody::Run(_) => Wait::Unreadable,
        })?;
        if body.runs.iter().any(|run| run.law > LAW) {
            return Err(Wait::ForUpdate);
        }
        let mut changes = Vec::new();
        for run in body.runs {
            changes.extend(run.changes().map_err(|_| Wait::Unreadable)?);
        }
        let writer = header.writer();
        if changes.iter().any(|change| change.writer() != writer) {
            return Err(Wait::Unreadable);
        }
        Ok(Opened { slot, changes, seen: body.seen })
    }

    /// The loaded volume.
    #[must_use]
    pub fn volume(&mut self, volume: Volume) -> Option<&mut Notebook> {
        self.volumes.get_mut(&volume).filter(|notebook| !notebook.is_broken())
    }

    /// Puts a loaded volume on the shelf.
    pub fn shelve(&mut self, notebook: Notebook) {
        self.volumes.insert(notebook.volume(), notebook);
    }

    /// Takes a volume off the shelf.
    pub fn unshelve(&mut self, volume: Volume) -> Option<Notebook> {
        self.volumes.remove(&volume)
    }

    /// Writes as another install from here on: the chain of the one before is never continued.
    pub fn set_writer(&mut self, nonce: WriterNonce) {
        self.nonce = nonce;
        self.writer = WriterId::derive(self.log.id(), self.device.public(), nonce);
        for notebook in self.volumes.values_mut() {
            notebook.set_writer(self.writer);
        }
    }

    /// Forgets what is held of one's own chain, to be given it again as others have it.
    pub fn forget_chain(&mut self, writer: WriterId) {
        self.have.forget(writer);
    }

    /// The log with one or more statements more.
    pub fn set_log(&mut self, log: Log, keys: BTreeMap<Epoch, EpochKey>) {
        self.log = log;
        self.keys = keys;
    }

    /// The notebook's id.
    #[must_use]
    pub const fn notebook(&self) -> NotebookId {
        self.log.id()
    }

    /// The membership log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The current epoch's key, if this device was given it.
    #[must_use]
    pub fn key(&self) -> Option<&EpochKey> {
        self.keys.get(&self.log.epoch())
    }

    /// The keys of all epochs that this device was given.
    #[must_use]
    pub const fn keys(&self) -> &BTreeMap<Epoch, EpochKey> {
        &self.keys
    }

    /// This device's secrets.
    #[must_use]
    pub const fn device(&self) -> &DeviceSecret {
        &self.device
    }

    /// Whose device this is.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        self.slot
    }

    /// This install's writer.
    #[must_use]
    pub const fn writer(&self) -> WriterId {
        self.writer
    }

    /// What is held.
    #[must_use]
    pub const fn have(&self) -> &Have {
        &self.have
    }

    /// What has been seen.
    #[must_use]
    pub fn seen(&mut self) -> &mut SeenVector {
        &mut self.seen
    }
}
