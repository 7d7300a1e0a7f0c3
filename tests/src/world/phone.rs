//! A phone: the replica over its store, and the verbs that an app has.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::EntryKey;
use couplet_engine::keys::{DeviceSecret, EpochKey};
use couplet_engine::notebook::entry::{Entry, Version, notebook_hash};
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::{CannotWrite, Notebook};
use couplet_engine::replica::{Accepted, NotTaken, Parts, Replica};
use couplet_proto::envelope::Envelope;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::{Edition, Epoch, Slot, Volume, WriterNonce};
use couplet_proto::log::Log;
use couplet_proto::session::Start;
use couplet_proto::sign::Signer;
use couplet_proto::statement::Statement;

use super::store::{Store, Waiting};
use crate::chance::Chance;

const VOLUME: Volume = Volume(0);
const EDITION: Edition = Edition(0);
const DAY: i32 = 20_000;

/// One person's phone.
#[derive(Debug)]
pub struct Phone {
    device: DeviceSecret,
    nonce: WriterNonce,
    log: Log,
    key: EpochKey,
    shares_delivery: bool,
    store: Store,
    replica: Replica,
    chance: Chance,
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

    /// Writes a new entry; it is durable when this returns.
    pub fn write(&mut self, kind: Kind, text: &str) -> Entry {
        let mut chance = self.chance.clone();
        let written = self.notebook().write(kind, DAY, text, &mut chance).unwrap();
        self.chance = chance;
        self.store.changes.push((written.change, None));
        written.entry
    }

    /// Edits an entry; it is durable when this returns.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn edit(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<Option<Entry>, CannotWrite> {
        let written = self.notebook().edit(key, base, text)?;
        Ok(written.map(|written| {
            self.store.changes.push((written.change, None));
            written.entry
        }))
    }

    /// An entry as it is shown.
    pub fn show(&mut self, key: &EntryKey) -> Option<Entry> {
        self.notebook().entry(key)
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
            log: self.log.statements().iter().map(Statement::hash).collect(),
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

    /// Takes in received envelopes; when this returns they are durable, and so is what they did.
    ///
    /// # Panics
    ///
    /// If a change of an honest phone is refused, or an envelope cannot be read by a member.
    pub fn receive(&mut self, envelopes: Vec<Vec<u8>>) -> Received {
        let mut received = Received::default();
        let (mut writers, mut news) = (BTreeSet::new(), BTreeSet::new());
        let mut batch: BTreeMap<Hash, Waiting> = BTreeMap::new();
        for bytes in envelopes {
            let header = Envelope::peek(&bytes);
            match self.replica.accept(bytes) {
                Ok(Accepted::Held(_)) => {}
                Ok(Accepted::Opened(sealed, opened)) => {
                    let (writer, counter) = (sealed.header().writer(), sealed.header().counter);
                    writers.insert(writer);
                    if !opened.changes.is_empty() {
                        news.insert(writer);
                    }
                    for change in opened.changes {
                        let waiting = Waiting { change, slot: opened.slot, counter };
                        batch.insert(waiting.change.hash(), waiting);
                    }
                    self.store.keep_envelope(&sealed);
                }
                Ok(Accepted::Kept(_, wait)) => panic!("a member cannot read an envelope: {wait:?}"),
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
        self.judge(batch);
        for writer in writers {
            let Some(have) = self.replica.have().of(writer).cloned() else { continue };
            let waits = self.store.first_waiting(writer).unwrap_or(u64::MAX);
            let counter = have.tip.counter.min(waits.saturating_sub(1));
            let is_news = news.contains(&writer);
            self.store.keep_seen(writer, counter, is_news);
            self.replica.seen().advance(writer, counter, is_news);
            self.store.have.set(writer, have.clone());
            received.delta.set(writer, have);
        }
        received
    }

    fn judge(&mut self, mut batch: BTreeMap<Hash, Waiting>) {
        if batch.is_empty() {
            return;
        }
        batch.extend(self.store.waiting.clone());
        let changes = batch.values().map(|w| (w.change.clone(), w.slot)).collect();
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

    fn notebook(&mut self) -> &mut Notebook {
        if self.replica.volume(VOLUME).is_none() {
            let me = (self.replica.slot(), self.replica.writer());
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
        keys: BTreeMap::from([(Epoch(1), key.clone())]),
        have: store.have.clone(),
        seen: store.seen(shares_delivery),
    };
    Replica::new(parts).unwrap()
}
