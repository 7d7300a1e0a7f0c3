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

mod checkpoint;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::envelope::{Envelope, Header, SCHEME, Sealed};
use couplet_proto::have::{Have, Inserted, Tip, WriterHave};
use couplet_proto::ids::{Edition, Epoch, NotebookId, Person, Slot, Volume, WriterId, WriterNonce};
use couplet_proto::limits::{MAX_RANGES_BEYOND, MAX_WRITERS};
use couplet_proto::log::{Log, MayNot};
use couplet_proto::sign::Signer;
use rand_core::CryptoRng;

use crate::body::{self, Body, NotABody};
use crate::document::Change;
use crate::keys::{DeviceSecret, EpochKey};
use crate::notebook::Notebook;
use crate::notebook::schema::law_of;
use crate::pairing::sas::Nonce;
use crate::seal::closed::Keeper;
use crate::seal::{self, TooLarge};
use crate::seen::SeenVector;

/// What a device has of a notebook, apart from the volumes, which are loaded when needed.
#[derive(Debug)]
pub struct Replica {
    device: DeviceSecret,
    person: Person,
    nonce: WriterNonce,
    writer: WriterId,
    log: Log,
    keys: BTreeMap<Epoch, EpochKey>,
    have: Have,
    seen: SeenVector,
    volumes: BTreeMap<Volume, Notebook>,
    /// Writers whose devices this log does not know.
    strangers: BTreeSet<WriterId>,
    /// The device of the recovery kit by whose words this device came in.
    paper: Option<DeviceSecret>,
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
    /// The device belongs no more.
    #[error("this device does not belong to the notebook any more")]
    NotAMember,
    /// Somebody left, and the key changes first.
    #[error("the partner has left; what was written waits until the key has changed")]
    KeyIsOver,
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
    /// Its place is taken, by itself or by another: for the store to compare.
    Held(Box<Sealed>),
    /// It is new, and reads as this.
    Opened(Box<Sealed>, Opened),
    /// It is new, and kept until it can be read.
    Kept(Box<Sealed>, Wait),
}

/// What a new envelope says.
#[derive(Debug)]
pub struct Opened {
    /// The person who wrote it.
    pub person: Person,
    /// Its changes, to be applied to its volume.
    pub changes: Vec<Change>,
    /// What its writer had seen.
    pub seen: body::Seen,
    /// What it carries of writers that cannot go on themselves.
    pub carried: Vec<(Sealed, Person, Vec<Change>)>,
    /// A nonce of the short authentication string; whether it is the one that was committed to, the
    /// log says.
    pub nonce: Option<Nonce>,
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
    /// Its device was taken out, and it is not of what that device had written until then.
    #[error("the envelope was written by a device that had been taken out of this notebook")]
    TakenOut,
    /// More is held beyond holes, or of unknown devices, than any honest notebook has.
    #[error("the envelope is one too many of its kind to be held")]
    TooMany,
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
        let person = log.known(device.public()).ok_or(NotAMember)?.person();
        let writer = WriterId::derive(log.id(), device.public(), nonce);
        let (volumes, strangers) = (BTreeMap::new(), BTreeSet::new());
        let paper = None;
        Ok(Self { device, person, nonce, writer, log, keys, have, seen, volumes, strangers, paper })
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
        let seen = self.seen.news(self.writer);
        let (count, content) = body::fill(changes, law_of(changes), &seen)?;
        Ok((self.seal_content(volume, edition, &content, rng)?, count))
    }

    /// Seals as many of the first of these envelopes, whole, as one can carry (protocol rule 10).
    ///
    /// # Errors
    /// [`CannotSeal`].
    pub fn seal_carried(
        &mut self,
        envelopes: &[Vec<u8>],
        rng: &mut dyn CryptoRng,
    ) -> Result<(Sealed, usize), CannotSeal> {
        let seen = self.seen.news(self.writer);
        let (count, content) = body::carry(envelopes, &seen);
        let (volume, edition) = (self.log.first_shared_volume(), Edition::default());
        Ok((self.seal_content(volume, edition, &content, rng)?, count))
    }

    /// Seals an envelope without words: what has been seen and, of a joiner, the nonce of the short
    /// authentication string that it had committed to.
    ///
    /// # Errors
    /// [`CannotSeal`].
    pub fn seal_answer(
        &mut self,
        opened: Option<Nonce>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Sealed, CannotSeal> {
        let seen = self.seen.news(self.writer);
        let content = Body { seen, opened, ..Body::default() }.to_content();
        self.seal_content(self.log.first_shared_volume(), Edition::default(), &content, rng)
    }

    fn seal_content(
        &mut self,
        volume: Volume,
        edition: Edition,
        content: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Sealed, CannotSeal> {
        if !self.is_member() {
            return Err(CannotSeal::NotAMember);
        }
        if self.log.owes_rotation() {
            return Err(CannotSeal::KeyIsOver);
        }
        let key = self.key_for(self.log.epoch(), volume).ok_or(CannotSeal::NoKey)?;
        let header = self.next_header(volume, edition);
        let sealed = seal::seal(header, content, &key, &self.device, rng)?;
        let at = Tip { counter: header.counter, hash: sealed.hash() };
        // The header was made from the tip, so the chain cannot fork here.
        let placed = self.have.insert(self.writer, at, header.previous);
        debug_assert!(placed.is_ok());
        self.seen.sealed();
        Ok(sealed)
    }

    /// The key of that epoch for that volume: two in one, if the volume was closed to who came later.
    fn key_for(&self, epoch: Epoch, volume: Volume) -> Option<EpochKey> {
        let key = self.keys.get(&epoch)?;
        match self.log.archive(epoch, volume) {
            None => Some(key.clone()),
            Some(archive) => Some(key.closed(self.keys.get(&archive)?)),
        }
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
        let is_from_later_log = header.log.length > self.log.head().length;
        let author = match self.log.may_write(&header) {
            Ok(author) => Some(author),
            Err(MayNot::UnknownDevice | MayNot::EpochToCome) if is_from_later_log => None,
            Err(MayNot::TakenOut) => return Err(NotTaken::TakenOut),
            Err(_) => return Err(NotTaken::NotByAMember),
        };
        if !self.has_room_for(&header, self.log.known(header.device).is_some()) {
            return Err(NotTaken::TooMany);
        }
        let sealed = envelope.verify().map_err(|_| NotTaken::NotByAMember)?;
        if !self.log.stands(header.device, header.writer()).is_of(&sealed) {
            return Err(NotTaken::TakenOut);
        }
        let read = match author {
            Some(member) => self.read(&sealed, member.person()),
            None => Err(Wait::ForLog),
        };
        let at = Tip { counter: header.counter, hash: sealed.hash() };
        match self.have.insert(header.writer(), at, header.previous) {
            Err(_) => Err(NotTaken::Fork),
            Ok(Inserted::Held) => Ok(Accepted::Held(Box::new(sealed))),
            Ok(Inserted::New) => Ok(match read {
                Ok(opened) => Accepted::Opened(Box::new(sealed), opened),
                Err(wait) => Accepted::Kept(Box::new(sealed), wait),
            }),
        }
    }

    /// Whether a have vector with this envelope in it is one that others read; and of devices that
    /// this log does not know only a few are held, as anybody can invent them.
    fn has_room_for(&mut self, header: &Header, is_by_a_member: bool) -> bool {
        let writer = header.writer();
        if !is_by_a_member && !self.strangers.contains(&writer) {
            if self.strangers.len() >= MAX_STRANGERS {
                return false;
            }
            self.strangers.insert(writer);
        }
        match self.have.of(writer) {
            None => self.have.iter().count() < MAX_WRITERS,
            Some(have) => {
                have.contains(header.counter)
                    || have.tip.counter.checked_add(1) == Some(header.counter)
                    || have.beyond.len() < MAX_RANGES_BEYOND
            }
        }
    }

    /// The loaded volume.
    #[must_use]
    pub fn volume(&mut self, volume: Volume) -> Option<&mut Notebook> {
        self.volumes.get_mut(&volume).filter(|notebook| !notebook.is_broken())
    }

    /// Puts a loaded volume on the shelf.
    pub fn shelve(&mut self, mut notebook: Notebook) {
        notebook.set_keeper(self.keeper());
        self.volumes.insert(notebook.volume(), notebook);
    }

    /// Opens closed words as this device of paper does, too.
    pub fn set_paper(&mut self, paper: DeviceSecret) {
        self.paper = Some(paper);
        self.renew_keepers();
    }

    fn renew_keepers(&mut self) {
        let keeper = self.keeper();
        for notebook in self.volumes.values_mut() {
            notebook.set_keeper(keeper.clone());
        }
    }

    /// Closes words for the devices that this person has by now: their recovery kit's first, which
    /// goes on when all others are lost.
    fn keeper(&self) -> Keeper {
        let mine = self.log.members().map(|(_, member)| member);
        let mut mine: Vec<_> = mine.filter(|member| member.slot == self.slot()).collect();
        mine.sort_by_key(|member| !member.is_paper);
        let keys = mine.into_iter().map(|member| member.keys);
        Keeper::new(&self.device, keys).with(self.paper.clone())
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

    /// Of a chain no more stands than this: it ends there, or what was to follow is carried by
    /// another writer.
    pub fn cut_chain(&mut self, writer: WriterId, left: WriterHave) {
        self.have.set(writer, left);
    }

    /// Forgets what is held of one's own chain, to be given it again as others have it.
    pub fn forget_chain(&mut self, writer: WriterId) {
        self.have.forget(writer);
    }

    /// The log with one or more statements more.
    pub fn set_log(&mut self, log: Log, keys: BTreeMap<Epoch, EpochKey>) {
        self.log = log;
        self.keys = keys;
        self.renew_keepers();
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

    /// Whether this device belongs; one that was taken out, or whose person left, keeps what it has
    /// and writes nothing more.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.log.member(self.device.public()).is_some()
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
        self.person.slot
    }

    /// Whose device this is, and which generation of them.
    #[must_use]
    pub const fn person(&self) -> Person {
        self.person
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

/// Writers held of devices that the log does not know: a partner's new phones, while the log is on
/// its way.
const MAX_STRANGERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::InviteSecret;
    use crate::membership::keyring::{Keys, open_keys};
    use crate::membership::{admit, found, invitation, invite};
    use crate::notebook::schema::Kind;
    use crate::pairing::link::JoinLink;
    use crate::pairing::request::ask;
    use crate::testing::{Seeded, device, rng};
    use couplet_proto::hash::Hash;
    use couplet_proto::link::RelayLink;
    use couplet_proto::statement::{History, Role};

    fn replica(device: &DeviceSecret, log: &Log, nonce: u8) -> Replica {
        let keys = open_keys(log, device, &Keys::new());
        let (nonce, log) = (WriterNonce::from_random([nonce; 16]), log.clone());
        let (have, seen) = (Have::new(), SeenVector::default());
        let parts = Parts { device: device.clone(), nonce, log, keys, have, seen };
        let mut replica = Replica::new(parts).unwrap();
        let me = (replica.person(), replica.writer());
        let (volume, edition) = (Volume::default(), Edition::default());
        replica.shelve(Notebook::load(volume, edition, me, None, Vec::new()).unwrap());
        replica
    }

    fn link(log: &Log, ana: &DeviceSecret, secret: InviteSecret) -> JoinLink {
        let invite = log.open_invites().next().unwrap();
        JoinLink {
            notebook: log.id(),
            log: log.head(),
            relay: RelayLink { address: "127.0.0.1:1".into(), pin: Hash([1; 32]) },
            inviter: ana.keys(),
            invite: invite.invite,
            slot: Slot::Second,
            role: Role::Partner,
            expires: invite.expires,
            secret,
        }
    }

    fn together() -> (DeviceSecret, DeviceSecret, Log) {
        let (ana, ben, mut rng) = (device(1), device(2), rng(1));
        let (mut log, key) = found(&ana, &"Ana".parse().unwrap(), &mut rng).unwrap();
        let (body, secret) = invitation(Role::Partner, History::All, 0, &mut rng);
        log.append(invite(&log, &ana, body).unwrap()).unwrap();
        let link = link(&log, &ana, secret);
        let asked = ask(&link, &ben, &"Ben".parse().unwrap(), &mut rng).unwrap();
        log.append(admit(&log, &ana, &key, &asked.request, &mut rng).unwrap()).unwrap();
        (ana, ben, log)
    }

    fn write(replica: &mut Replica, text: &str, rng: &mut Seeded) -> Change {
        let notebook = replica.volume(Volume::default()).unwrap();
        notebook.write(Kind::Note, 0, text, rng).unwrap().change
    }

    fn seal(replica: &mut Replica, change: Change, rng: &mut Seeded) -> Sealed {
        replica.seal(Volume::default(), Edition::default(), &[change], rng).unwrap().0
    }

    #[test]
    fn what_one_seals_the_other_opens_once() {
        let (ana, ben, log) = together();
        let (mut at_ana, mut at_ben, mut rng) =
            (replica(&ana, &log, 1), replica(&ben, &log, 1), rng(2));
        let change = write(&mut at_ana, "words", &mut rng);
        let sealed = seal(&mut at_ana, change.clone(), &mut rng);
        let Ok(Accepted::Opened(_, opened)) = at_ben.accept(sealed.bytes().to_vec()) else {
            panic!("it is not opened");
        };
        assert_eq!((opened.person, opened.changes), (Person::first(Slot::First), vec![change]));
        assert!(matches!(at_ben.accept(sealed.bytes().to_vec()), Ok(Accepted::Held(_))));
    }

    #[test]
    fn an_envelope_that_cannot_be_sent_is_carried_whole_by_another_writer() {
        let (ana, ben, log) = together();
        let (mut at_ana, mut at_ben, mut rng) =
            (replica(&ana, &log, 1), replica(&ben, &log, 1), rng(2));
        let change = write(&mut at_ana, "stuck", &mut rng);
        let stuck = seal(&mut at_ana, change.clone(), &mut rng);
        at_ana.set_writer(WriterNonce::from_random([9; 16]));
        let (carrier, taken) = at_ana.seal_carried(&[stuck.bytes().to_vec()], &mut rng).unwrap();
        assert_eq!(taken, 1);
        let Ok(Accepted::Opened(_, opened)) = at_ben.accept(carrier.bytes().to_vec()) else {
            panic!("it is not opened");
        };
        let (original, person, changes) = &opened.carried[0];
        let ana = Person::first(Slot::First);
        assert_eq!((original, *person, changes), (&stuck, ana, &vec![change]));
    }

    #[test]
    fn a_strangers_envelope_is_not_taken_and_a_later_members_is_kept() {
        let (ana, ben, log) = together();
        let mut rng = rng(2);
        let stranger = device(7);
        let mut at_ana = replica(&ana, &log, 1);
        let change = write(&mut at_ana, "words", &mut rng);
        let sealed = seal(&mut at_ana, change, &mut rng);
        let mut header = *sealed.header();
        header.device = stranger.public();
        let before = header.to_bytes(sealed.bytes().len());
        let forged = Sealed::sign(header, before, sealed.body(), &stranger);
        let early = Log::replay(log.statements().iter().take(1).cloned()).unwrap();
        let mut at_ben = replica(&ben, &log, 1);
        let taken = at_ben.accept(forged.bytes().to_vec());
        assert!(matches!(taken, Err(NotTaken::NotByAMember)));
        let mut ana_before_ben = replica(&ana, &early, 3);
        let change = write(&mut at_ben, "from Ben", &mut rng);
        let sealed = seal(&mut at_ben, change, &mut rng);
        let kept = ana_before_ben.accept(sealed.bytes().to_vec());
        assert!(matches!(kept, Ok(Accepted::Kept(_, Wait::ForLog))));
        ana_before_ben.set_log(log.clone(), at_ana.keys().clone());
        assert!(matches!(ana_before_ben.reread(sealed.bytes().to_vec()), Ok(Ok(_))));
    }
}
