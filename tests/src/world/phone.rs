//! A phone: the replica over its store. What a person does with it is in `verbs`.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::keys::{DeviceSecret, EpochKey};
use couplet_engine::notebook::Notebook;
use couplet_engine::notebook::entry::{Entry, notebook_hash};
use couplet_engine::replica::{Accepted, NotTaken, Opened, Parts, Replica, Wait};
use couplet_proto::envelope::{Envelope, Sealed};
use couplet_proto::frame::Statements;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::{Edition, Epoch, Slot, Volume, WriterId, WriterNonce};
use couplet_proto::log::Log;
use couplet_proto::session::Start;
use couplet_proto::sign::Signer;
use couplet_proto::statement::Statement;

use super::store::{Store, Waiting};
use crate::chance::Chance;

const VOLUME: Volume = Volume(0);
const EDITION: Edition = Edition(0);

/// One person's phone.
#[derive(Debug)]
pub struct Phone {
    device: DeviceSecret,
    nonce: WriterNonce,
    log: Log,
    key: EpochKey,
    shares_delivery: bool,
    pub(super) store: Store,
    replica: Replica,
    pub(super) chance: Chance,
}

/// What came of received envelopes.
#[derive(Debug, Default)]
pub struct Received {
    /// All that is held of the writers that were touched.
    pub delta: Have,
    /// Where each that was taken stands in its writer's chain.
    pub taken: Vec<Range>,
    /// Why some were not taken.
    pub not_taken: Vec<NotTaken>,
}

/// Envelopes on their way into the store.
#[derive(Default)]
struct Slice {
    writers: BTreeSet<WriterId>,
    /// Writers of whom there was more than what they have seen.
    news: BTreeSet<WriterId>,
    changes: BTreeMap<Hash, Waiting>,
}

impl Phone {
    /// A phone with an empty notebook.
    #[must_use]
    pub fn new(
        device: DeviceSecret,
        log: Log,
        key: EpochKey,
        shares_delivery: bool,
        chance: &mut Chance,
    ) -> Self {
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&chance.bytes(16));
        let nonce = WriterNonce::from_random(nonce);
        let chance = Chance::new(chance.next_u64());
        let store = Store::default();
        let replica = replica(&device, nonce, &log, &key, shares_delivery, &store);
        Self { device, nonce, log, key, shares_delivery, store, replica, chance }
    }

    /// The app dies and is started again: only what was durable is there.
    pub fn restart(&mut self) {
        let Self { device, nonce, log, key, shares_delivery, store, .. } = self;
        self.replica = replica(device, *nonce, log, key, *shares_delivery, store);
    }

    /// Whose phone it is.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        self.replica.slot()
    }

    /// The key it shows a relay.
    #[must_use]
    pub fn device(&self) -> couplet_proto::ids::DeviceId {
        self.device.public()
    }

    /// The notebook's id.
    #[must_use]
    pub const fn notebook_id(&self) -> couplet_proto::ids::NotebookId {
        self.replica.notebook()
    }

    /// What is on its disk.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// What is held.
    #[must_use]
    pub const fn have(&self) -> &Have {
        self.replica.have()
    }

    /// Every entry.
    pub fn entries(&mut self) -> BTreeMap<String, Entry> {
        let entries = self.notebook().entries();
        entries.map(|entry| (entry.key.as_str().to_owned(), entry)).collect()
    }

    /// A hash of all that the notebook says.
    pub fn hash(&mut self) -> Hash {
        let entries = self.entries();
        notebook_hash(entries.iter().map(|(key, entry)| (key.as_str(), entry.content)))
    }

    /// Whether the next conversation would begin with something new.
    #[must_use]
    pub fn has_something_to_say(&self) -> bool {
        let seen = self.store.seen(self.shares_delivery);
        !self.store.unsealed().is_empty() || seen.owes_an_answer(self.replica.writer())
    }

    /// Seals everything that waits for it, each envelope durable before the next is made.
    pub fn seal_pending(&mut self) {
        loop {
            let places = self.store.unsealed();
            let change = |place: &usize| self.store.changes.get(*place).map(|(c, _)| c.clone());
            let changes: Vec<_> = places.iter().filter_map(change).collect();
            let me = self.replica.writer();
            let owes = self.replica.seen().owes_an_answer(me);
            if changes.is_empty() && !owes {
                return;
            }
            let rng = &mut self.chance;
            let (sealed, taken) = self.replica.seal(VOLUME, EDITION, &changes, rng).unwrap();
            self.store.keep_envelope(&sealed);
            for place in places.into_iter().take(taken) {
                if let Some((_, at)) = self.store.changes.get_mut(place) {
                    *at = Some(sealed.header().counter);
                }
            }
            self.store.have = self.replica.have().clone();
            self.store.seen_told();
        }
    }

    /// Seals what waits, and says what a conversation begins with.
    pub fn opening(&mut self) -> Start {
        self.seal_pending();
        Start {
            log: self.log_hashes(),
            have: self.have().clone(),
            believed_log: self.store.relay_log,
            believed: self.store.relay_have.clone(),
        }
    }

    /// The log's statements from this index on.
    #[must_use]
    pub fn statements(&self, from: u64) -> Vec<Vec<u8>> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        self.log.statements().iter().skip(from).map(|s| s.bytes().to_vec()).collect()
    }

    /// The relay holds these durably.
    pub fn relay_has(&mut self, have: &Have) {
        self.store.keep_relay_have(have);
    }

    /// The relay's log is this long.
    pub const fn relay_log(&mut self, length: u64) {
        self.store.relay_log = length;
    }

    /// The hashes of the log's statements.
    #[must_use]
    pub fn log_hashes(&self) -> Vec<Hash> {
        self.log.statements().iter().map(Statement::hash).collect()
    }

    /// Takes in a piece of the log; what could not be read before is looked at again.
    ///
    /// # Panics
    ///
    /// If it does not continue what is here.
    pub fn extend(&mut self, piece: Statements) {
        let from = usize::try_from(piece.from).unwrap();
        for (index, bytes) in (from..).zip(piece.statements) {
            let statement = Statement::read(bytes).unwrap();
            match self.log.statements().get(index) {
                Some(held) => assert_eq!(held.hash(), statement.hash(), "one log, one past"),
                None => self.log.follow(statement).unwrap(),
            }
        }
        self.replica.set_log(self.log.clone(), keys(&self.key));
        let mut slice = Slice::default();
        for place in self.store.kept.clone() {
            let bytes = self.store.envelopes[&place].clone();
            if let Ok((sealed, opened)) = self.replica.reread(bytes).unwrap() {
                self.store.kept.remove(&place);
                slice.note(&sealed, opened);
            }
        }
        self.settle(slice);
    }

    /// Takes in received envelopes; when this returns they are durable, and so is what they did.
    ///
    /// # Panics
    ///
    /// If a change of an honest phone is refused, or an envelope cannot be read by a member.
    pub fn receive(&mut self, envelopes: Vec<Vec<u8>>) -> Received {
        let mut received = Received::default();
        let mut slice = Slice::default();
        for bytes in envelopes {
            let header = Envelope::peek(&bytes);
            match self.replica.accept(bytes) {
                Ok(Accepted::Held(_)) => {}
                Ok(Accepted::Opened(sealed, opened)) => {
                    slice.note(&sealed, opened);
                    self.store.keep_envelope(&sealed);
                }
                Ok(Accepted::Kept(sealed, wait)) => {
                    assert_eq!(wait, Wait::ForLog, "a member cannot read an envelope");
                    let at = (sealed.header().writer(), sealed.header().counter);
                    slice.writers.insert(at.0);
                    self.store.kept.insert(at);
                    self.store.keep_envelope(&sealed);
                }
                Err(not_taken) => {
                    received.not_taken.push(not_taken);
                    continue;
                }
            }
            received.taken.extend(header.map(|header| Range {
                writer: header.writer(),
                first: header.counter,
                last: header.counter,
            }));
        }
        received.delta = self.settle(slice);
        received
    }

    /// Judges, applies and stores; returns what is held of the writers that were touched.
    fn settle(&mut self, slice: Slice) -> Have {
        self.judge(slice.changes);
        let mut delta = Have::new();
        for writer in slice.writers {
            let Some(have) = self.replica.have().of(writer).cloned() else { continue };
            let waits = self.store.first_waiting(writer).unwrap_or(u64::MAX);
            let counter = have.tip.counter.min(waits.saturating_sub(1));
            let is_news = slice.news.contains(&writer);
            self.store.keep_seen(writer, counter, is_news);
            self.replica.seen().advance(writer, counter, is_news);
            self.store.have.set(writer, have.clone());
            delta.set(writer, have);
        }
        delta
    }

    fn judge(&mut self, mut batch: BTreeMap<Hash, Waiting>) {
        if batch.is_empty() {
            return;
        }
        batch.extend(self.store.waiting.clone());
        let changes = batch.values().map(|w| (w.change.clone(), w.person)).collect();
        let applied = self.notebook().receive(changes).unwrap();
        assert!(applied.refused.is_empty(), "an honest change is refused: {:?}", applied.refused);
        assert!(applied.faulty.is_empty(), "an honest change is faulty");
        for hash in &applied.applied {
            if let Some(Waiting { change, counter, .. }) = batch.get(hash) {
                self.store.changes.push((change.clone(), Some(*counter)));
            }
        }
        for hash in applied.applied.iter().chain(&applied.duplicates) {
            self.store.waiting.remove(hash);
        }
        for (change, _) in applied.waiting {
            if let Some(waiting) = batch.remove(&change.hash()) {
                self.store.waiting.insert(change.hash(), waiting);
            }
        }
    }

    pub(super) fn notebook(&mut self) -> &mut Notebook {
        if self.replica.volume(VOLUME).is_none() {
            let me = (self.replica.person(), self.replica.writer());
            let changes = self.store.changes.iter().map(|(change, _)| change.clone()).collect();
            let notebook = Notebook::load(VOLUME, EDITION, me, None, changes).unwrap();
            self.replica.shelve(notebook);
        }
        self.replica.volume(VOLUME).unwrap()
    }
}

fn replica(
    device: &DeviceSecret,
    nonce: WriterNonce,
    log: &Log,
    key: &EpochKey,
    shares_delivery: bool,
    store: &Store,
) -> Replica {
    let parts = Parts {
        device: device.clone(),
        nonce,
        log: log.clone(),
        keys: keys(key),
        have: store.have.clone(),
        seen: store.seen(shares_delivery),
    };
    Replica::new(parts).unwrap()
}

/// There is one epoch: nobody leaves here.
fn keys(key: &EpochKey) -> BTreeMap<Epoch, EpochKey> {
    BTreeMap::from([(Epoch(1), key.clone())])
}

impl Slice {
    fn note(&mut self, sealed: &Sealed, opened: Opened) {
        let (writer, counter) = (sealed.header().writer(), sealed.header().counter);
        self.writers.insert(writer);
        if !opened.changes.is_empty() {
            self.news.insert(writer);
        }
        for change in opened.changes {
            let waiting = Waiting { change, person: opened.person, counter };
            self.changes.insert(waiting.change.hash(), waiting);
        }
    }
}
