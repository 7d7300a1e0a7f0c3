//! Up: envelopes verified, kept, opened, judged and applied, all in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::body::Seen;
use couplet_engine::document::{Applied, Change};
use couplet_engine::notebook::Notebook;
use couplet_engine::notebook::entry::Entry;
use couplet_engine::pairing::sas::{Nonce, is_opened_by};
use couplet_engine::replica::{Accepted, NotTaken, Opened};
use couplet_proto::envelope::{Envelope, Header, Sealed};
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range, Tip};
use couplet_proto::ids::{DeviceId, Edition, Person, Slot, Volume, WriterId, WriterNonce};
use couplet_proto::log::{Log, Stands};

use super::Owner;
use crate::error::Error;
use crate::store::{Meta, State, Tables, Waiting};

/// Envelopes that could not be read, looked at again in one slice.
const KEPT_PER_SLICE: u32 = 1_024;

/// Bytes of opened changes held before they are applied: a few hostile envelopes inflate to
/// hundreds of megabytes, an honest slice to less than this.
const MAX_OPENED: usize = 8 * 1024 * 1024;

/// What came of a slice of envelopes.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// All that is held of the writers that were touched.
    pub(crate) delta: Have,
    /// The entries that look different.
    pub(crate) touched: BTreeSet<String>,
    /// Who wrote what no phone applies, and why none does.
    pub(crate) rejected: Vec<(Slot, String)>,
    /// Where each that was taken stands in its writer's chain.
    pub(crate) taken: Vec<Range>,
    /// Writers of devices that were taken out, and what stands of them: of these more was sent.
    pub(crate) unwanted: Vec<(WriterId, Stands)>,
    /// Those that were not taken, and why.
    pub(crate) not_taken: Vec<NotTaken>,
    /// This writer's signature stands under two envelopes in one place.
    pub(crate) fork: Option<WriterId>,
    /// This writer's envelope does not follow what is held of it: somewhere before, it forked.
    pub(crate) unproven: Option<WriterId>,
}

/// A slice on its way into the store.
#[derive(Default)]
pub(super) struct Slice {
    envelopes: Vec<(Box<Sealed>, State)>,
    reread: Vec<Sealed>,
    seen: Vec<(WriterId, Slot, Seen)>,
    /// Nonces of the short authentication string.
    nonces: Vec<Nonce>,
    writers: BTreeSet<WriterId>,
    /// Late envelopes that this device carries from here on, and those that another does.
    pub(super) late: Vec<((WriterId, u64), bool)>,
    /// Writers of whom there was more than what they have seen.
    news: BTreeSet<WriterId>,
    changes: BTreeMap<(Volume, Edition), BTreeMap<Hash, Waiting>>,
    opened_bytes: usize,
    judged: Vec<Judged>,
    /// Whose the writers are that others carried.
    carried: BTreeMap<WriterId, (DeviceId, WriterNonce)>,
}

/// Who stores: whose device it is, and who writes on it.
#[derive(Clone, Copy)]
pub(super) struct Me {
    pub(super) slot: Slot,
    pub(super) writer: WriterId,
}

/// How far this device has come: the newest volume, and of those that were written anew, the edition.
struct Reach {
    newest: Volume,
    editions: BTreeMap<Volume, Edition>,
}

/// What became of one volume's changes.
pub(super) struct Judged {
    pub(super) place: (Volume, Edition),
    pub(super) changes: BTreeMap<Hash, Waiting>,
    pub(super) applied: Applied,
    pub(super) entries: Vec<Entry>,
    /// Those before that give way to refused ones.
    pub(super) giving_way: BTreeSet<Hash>,
}

impl Owner {
    /// Takes in received envelopes; when this returns they are durable, and so is what they did.
    pub(crate) fn receive(&mut self, envelopes: Vec<Vec<u8>>) -> Result<Received, Error> {
        let mut slice = Slice::default();
        let mut received = Received::default();
        let reach = self.reach()?;
        for bytes in envelopes {
            let replica = self.replica()?;
            let header = Envelope::peek(&bytes);
            match replica.accept(bytes) {
                Ok(Accepted::Held(sealed)) => {
                    slice.writers.insert(sealed.header().writer());
                    if self.tables().has_sibling(&sealed)? {
                        received.fork = Some(sealed.header().writer());
                    }
                }
                Ok(Accepted::Opened(sealed, opened)) => slice.take(sealed, opened, &reach),
                Ok(Accepted::Kept(sealed, _)) => slice.keep(sealed),
                Err(not_taken) => {
                    if let Some(header) = &header
                        && let Some(stands) = still_wanted(replica.log(), header, not_taken)
                    {
                        received.unwanted.push((header.writer(), stands));
                    }
                    if not_taken == NotTaken::Fork {
                        received.unproven = header.map(|header| header.writer());
                    }
                    received.not_taken.push(not_taken);
                    continue;
                }
            }
            let place = |header: Header| Range {
                writer: header.writer(),
                first: header.counter,
                last: header.counter,
            };
            received.taken.extend(header.map(place));
            if slice.opened_bytes > MAX_OPENED {
                received = self.settle(std::mem::take(&mut slice), received)?;
            }
        }
        let received = self.settle(slice, received)?;
        // What belongs to a volume further on was kept until the one before it began.
        if self.newest_volume()? == reach.newest {
            return Ok(received);
        }
        self.reread_onto(received)
    }

    fn reach(&mut self) -> Result<Reach, Error> {
        let newest = self.newest_volume()?;
        let anew: Vec<Volume> = self.replica()?.log().editions().map(|(_, it)| it.volume).collect();
        let here = |volume| Ok((volume, self.tables().edition(volume)?));
        let editions = anew.into_iter().map(here).collect::<Result<_, Error>>()?;
        Ok(Reach { newest, editions })
    }

    /// Looks again at what could not be read: after the log grew, a key came, or an update.
    pub(crate) fn reread(&mut self) -> Result<Received, Error> {
        self.reread_onto(Received::default())
    }

    fn reread_onto(&mut self, mut received: Received) -> Result<Received, Error> {
        let mut behind = (WriterId([0; 16]), 0);
        let mut reach = self.reach()?;
        loop {
            let kept = self.tables().kept_envelopes(behind, KEPT_PER_SLICE)?;
            let Some(last) = kept.last().and_then(|bytes| Envelope::peek(bytes)) else {
                return Ok(received);
            };
            behind = (last.writer(), last.counter);
            let mut slice = Slice::default();
            for bytes in kept {
                if let Ok(Ok((sealed, opened))) = self.replica()?.reread(bytes)
                    && !is_beyond(&sealed, &opened, &reach)
                {
                    slice.note(&sealed, opened);
                    slice.reread.push(sealed);
                }
                if slice.opened_bytes > MAX_OPENED {
                    received = self.settle(std::mem::take(&mut slice), received)?;
                }
            }
            received = self.settle(slice, received)?;
            if self.newest_volume()? != reach.newest {
                // A volume has begun: what waited for it may stand before this place.
                (reach, behind) = (self.reach()?, (WriterId([0; 16]), 0));
            }
        }
    }

    /// Judges, applies and stores. If any of it fails, the replica is ahead of the store, and is
    /// read again.
    pub(super) fn settle(&mut self, slice: Slice, received: Received) -> Result<Received, Error> {
        let settled = self.try_to_settle(slice, received);
        self.is_stale |= settled.is_err();
        settled
    }

    fn try_to_settle(
        &mut self,
        mut slice: Slice,
        mut received: Received,
    ) -> Result<Received, Error> {
        for ((volume, edition), changes) in std::mem::take(&mut slice.changes) {
            if edition < self.tables().edition(volume)? {
                // It is late: whoever wrote it writes it anew.
                continue;
            }
            let mut judged = self.judge(volume, changes)?;
            judged.giving_way = self.giving_way(&slice, &judged)?;
            self.may_have_orphans |= !judged.giving_way.is_empty();
            received.rejected.extend(judged.rejected());
            received.touched.extend(judged.entries.iter().map(|e| e.key.as_str().to_owned()));
            slice.judged.push(judged);
        }
        let replica = self.replica()?;
        for writer in &slice.writers {
            if let Some(have) = replica.have().of(*writer) {
                received.delta.set(*writer, have.clone());
            }
        }
        slice.nonces.retain(|nonce| is_opened_by(replica.log(), nonce));
        let delta = &received.delta;
        let me = Me { slot: replica.slot(), writer: replica.writer() };
        let now = self.surroundings.now();
        let seen = self.durably(|tables| {
            let seen = slice.store(tables, delta, me)?;
            tables.note_waits(now)?;
            Ok(seen)
        })?;
        let replica = self.replica()?;
        for (writer, counter) in seen {
            let is_news = slice.news.contains(&writer);
            replica.seen().advance(writer, counter, is_news);
        }
        Ok(received)
    }

    /// Judges and applies one volume's changes, together with those that waited for others.
    pub(super) fn judge(
        &mut self,
        volume: Volume,
        mut changes: BTreeMap<Hash, Waiting>,
    ) -> Result<Judged, Error> {
        let edition = self.load(volume)?.edition();
        for waiting in self.tables().waiting(volume, edition)? {
            changes.insert(waiting.change.hash(), waiting);
        }
        let batch = changes.values().map(|w| (w.change.clone(), w.person)).collect();
        let applied = match self.load(volume)?.receive(batch) {
            Ok(applied) => applied,
            Err(_) => self.judge_one_by_one(volume, &changes)?,
        };
        let notebook = self.load(volume)?;
        let entries = applied.touched.iter().filter_map(|key| notebook.entry(key)).collect();
        let place = (volume, notebook.edition());
        Ok(Judged { place, changes, applied, entries, giving_way: BTreeSet::new() })
    }

    /// After a fault of Automerge: each change alone, so that one cannot keep the others out. Those
    /// that fail alone wait for an update of the app.
    fn judge_one_by_one(
        &mut self,
        volume: Volume,
        changes: &BTreeMap<Hash, Waiting>,
    ) -> Result<Applied, Error> {
        let mut all = Applied::default();
        let mut healthy = Vec::new();
        let mut rest: Vec<&Waiting> = changes.values().collect();
        loop {
            let before = rest.len();
            for waiting in std::mem::take(&mut rest) {
                let one = (waiting.change.clone(), waiting.person);
                match self.load_with(volume, &healthy)?.receive(vec![one.clone()]) {
                    Ok(applied) if !applied.waiting.is_empty() => rest.push(waiting),
                    Ok(mut applied) => {
                        if !applied.applied.is_empty() {
                            healthy.push(one);
                        }
                        all.applied.append(&mut applied.applied);
                        all.refused.append(&mut applied.refused);
                        all.touched.append(&mut applied.touched);
                    }
                    Err(_) => all.faulty.push(waiting.change.hash()),
                }
            }
            if rest.is_empty() || rest.len() == before {
                all.waiting = rest.iter().map(|w| (w.change.clone(), w.person)).collect();
                self.load_with(volume, &healthy)?;
                return Ok(all);
            }
        }
    }

    /// The volume with these changes in it; read again from the store if it broke.
    fn load_with(
        &mut self,
        volume: Volume,
        changes: &[(Change, Person)],
    ) -> Result<&mut Notebook, Error> {
        let super::State::Member(replica) = &mut self.state else { return Err(Error::Engine) };
        let is_lost = replica.volume(volume).is_none();
        let notebook = self.load(volume)?;
        if is_lost && !changes.is_empty() {
            notebook.receive(changes.to_vec()).map_err(|_| Error::Engine)?;
        }
        Ok(notebook)
    }
}

impl Slice {
    fn take(&mut self, sealed: Box<Sealed>, opened: Opened, reach: &Reach) {
        if is_beyond(&sealed, &opened, reach) {
            return self.keep(sealed);
        }
        self.note(&sealed, opened);
        self.envelopes.push((sealed, State::Applied));
    }

    fn keep(&mut self, sealed: Box<Sealed>) {
        self.writers.insert(sealed.header().writer());
        self.envelopes.push((sealed, State::Kept));
    }

    /// The envelope there, if it is among those that were read.
    pub(super) fn envelope_at(&self, place: (WriterId, u64)) -> Option<Vec<u8>> {
        let applied = self.envelopes.iter().filter(|(_, state)| *state == State::Applied);
        let mut read = applied.map(|(sealed, _)| sealed.as_ref()).chain(&self.reread);
        let is_there =
            |sealed: &&Sealed| (sealed.header().writer(), sealed.header().counter) == place;
        read.find(is_there).map(|sealed| sealed.bytes().to_vec())
    }

    fn note(&mut self, sealed: &Sealed, opened: Opened) {
        let header = sealed.header();
        let writer = header.writer();
        self.writers.insert(writer);
        if !opened.changes.is_empty() {
            self.news.insert(writer);
        }
        self.seen.push((writer, opened.person.slot, opened.seen));
        self.nonces.extend(opened.nonce);
        self.note_changes(sealed, opened.person, opened.changes);
        for (original, person, changes) in opened.carried {
            self.news.insert(writer);
            self.late.push(((original.header().writer(), original.header().counter), false));
            let header = original.header();
            self.carried.insert(header.writer(), (header.device, header.nonce));
            self.note_changes(&original, person, changes);
        }
    }

    /// A late envelope of this person's is kept: this device carries it, and what it carries.
    pub(super) fn keep_late(&mut self, sealed: &Sealed, opened: Opened) {
        self.late.push(((sealed.header().writer(), sealed.header().counter), true));
        self.note_changes(sealed, opened.person, opened.changes);
        for (original, person, changes) in opened.carried {
            self.note_changes(&original, person, changes);
            self.envelopes.push((Box::new(original), State::ToCarry));
        }
    }

    pub(super) fn note_changes(&mut self, sealed: &Sealed, person: Person, changes: Vec<Change>) {
        let counter = sealed.header().counter;
        let place = (sealed.header().volume, sealed.header().edition);
        let of_volume = self.changes.entry(place).or_default();
        for change in changes {
            self.opened_bytes += change.bytes().len();
            of_volume.insert(change.hash(), Waiting { change, person, counter });
        }
    }

    /// Writes everything down, and says how far each writer is applied.
    fn store(
        &self,
        tables: &Tables<'_>,
        delta: &Have,
        me: Me,
    ) -> Result<Vec<(WriterId, u64)>, Error> {
        for (sealed, state) in &self.envelopes {
            tables.keep_envelope(sealed, *state)?;
        }
        for sealed in &self.reread {
            tables.envelope_applied(sealed)?;
        }
        for (place, is_kept) in &self.late {
            tables.settle_late(*place, *is_kept)?;
        }
        for (writer, actor) in &self.carried {
            tables.keep_actor(*writer, *actor)?;
        }
        for (writer, have) in delta.iter() {
            tables.keep_chain(writer, have)?;
        }
        for judged in &self.judged {
            judged.store(tables, me)?;
        }
        for nonce in &self.nonces {
            tables.set(Meta::Sas, nonce)?;
        }
        for (by, slot, seen) in &self.seen {
            for told in &seen.changed {
                tables.keep_told((*by, *slot), *told, seen.is_shared)?;
            }
        }
        let mut all_seen = Vec::new();
        for (writer, have) in delta.iter() {
            let waits = tables.first_waiting(writer)?.unwrap_or(u64::MAX);
            let seen = have.tip.counter.min(waits.saturating_sub(1));
            tables.keep_seen(writer, seen, self.news.contains(&writer))?;
            all_seen.push((writer, seen));
        }
        Ok(all_seen)
    }
}

impl Judged {
    /// Whether that change is of such a writer.
    pub(super) fn is_of(&self, hash: &Hash, is_meant: impl FnOnce(WriterId) -> bool) -> bool {
        self.changes.get(hash).is_some_and(|waiting| is_meant(waiting.change.writer()))
    }

    /// Who wrote what is refused, and why.
    fn rejected(&self) -> impl Iterator<Item = (Slot, String)> {
        let refused = self.applied.refused.iter();
        refused.filter_map(|(hash, why)| {
            let waiting = self.changes.get(hash)?;
            Some((waiting.person.slot, why.to_string()))
        })
    }

    pub(super) fn store(&self, tables: &Tables<'_>, me: Me) -> Result<(), Error> {
        let place = self.place;
        let Applied { applied, refused, faulty, duplicates, .. } = &self.applied;
        for hash in applied {
            if let Some(Waiting { change, counter, .. }) = self.changes.get(hash) {
                tables.keep_change(place, change, Some(*counter))?;
            }
        }
        for hash in &self.giving_way {
            tables.doubt_change(*hash)?;
        }
        let orphans = tables.orphan_writers(me.writer)?;
        for hash in duplicates.iter().filter(|hash| !self.giving_way.contains(*hash)) {
            // Written here before the store was restored or cloned, and sealed elsewhere since.
            if let Some(Waiting { counter, .. }) = self.changes.get(hash) {
                tables.sealed_elsewhere(*hash, *counter)?;
            }
        }
        for hash in applied.iter().chain(duplicates).chain(refused.iter().map(|(hash, _)| hash)) {
            tables.drop_waiting(*hash)?;
        }
        for hash in applied {
            tables.stands_again(*hash)?;
        }
        self.keep_refused(tables, (&orphans, me.writer))?;
        self.keep_waiting(tables)?;
        for hash in faulty {
            if let Some(waiting) = self.changes.get(hash) {
                tables.keep_waiting(place, waiting)?;
                tables.mark_faulty(*hash)?;
            }
        }
        for entry in &self.entries {
            tables.keep_entry(entry, None, me.slot)?;
        }
        Ok(())
    }
}

/// What is wanted of a writer, although the relay holds more.
fn still_wanted(log: &Log, header: &Header, not_taken: NotTaken) -> Option<Stands> {
    match (not_taken, log.known(header.device)) {
        (NotTaken::TakenOut, _) => Some(log.stands(header.device, header.writer())),
        // The log that let it in, or began its epoch, yielded to another branch.
        (NotTaken::NotByAMember, None) => Some(Stands::UpTo(Tip::START)),
        (NotTaken::NotByAMember, Some(_)) if header.epoch > log.epoch() => {
            let before = header.counter.saturating_sub(1);
            Some(Stands::UpTo(Tip { counter: before, hash: header.previous }))
        }
        _ => None,
    }
}

/// A volume further than the next waits for the one before it, and an edition that is not here for
/// the checkpoint that it begins with. What carries one waits with it.
fn is_beyond(sealed: &Sealed, opened: &Opened, reach: &Reach) -> bool {
    let is_beyond = |header: &Header| {
        let edition = reach.editions.get(&header.volume).copied().unwrap_or_default();
        header.volume.0 > reach.newest.0.saturating_add(1) || header.edition > edition
    };
    let carried = opened.carried.iter().map(|(original, ..)| original.header());
    is_beyond(sealed.header()) || carried.into_iter().any(is_beyond)
}
