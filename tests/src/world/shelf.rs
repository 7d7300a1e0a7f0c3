//! A relay's store in memory: it does to logs, envelopes and mailboxes what the SQLite store of
//! `relay/server` does, proved by the same cases, without a disk.
//!
//! Deliberately not here: who may write. Whoever asks is a desk, and has judged before.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::mem;
use std::sync::Arc;

use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::checkpoint::{Manifest, Piece};
use couplet_proto::desk::judge::{replay, still_stands};
use couplet_proto::desk::keeping::{
    Appended, Ending, Ends, Extension, Kept, Kits, Letter, Outcome, Posted, Used, has_room, slice,
};
use couplet_proto::desk::pieces::{self, PieceKept, Rebased, rebase};
use couplet_proto::desk::question::{Answer, Question, Unanswered};
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Inserted, Range, Tip, WriterHave};
use couplet_proto::ids::{DeviceId, InviteId, NotebookId, Slot, WriterId};
use couplet_proto::limits::{DISSOLVE_SECONDS, MAX_REQUESTS_PER_INVITE};
use couplet_proto::log::Log;
use couplet_proto::statement::LogHead;

/// All that a relay keeps.
#[derive(Clone, Debug)]
pub struct Shelf {
    volumes: BTreeMap<NotebookId, Volume>,
    /// Bytes that a person may use in a notebook.
    quota: u64,
}

/// What it keeps of one notebook.
#[derive(Clone, Debug, Default)]
struct Volume {
    statements: Vec<(Hash, Vec<u8>)>,
    /// The statements, read; nothing until somebody asks.
    log: Option<Arc<Log>>,
    have: Have,
    /// Of each writer of which anything is held: whose it is, and how many bytes there are.
    writers: BTreeMap<WriterId, (DeviceId, u64)>,
    envelopes: BTreeMap<(WriterId, u64), Sealed>,
    mail: BTreeMap<(InviteId, DeviceId), Letter>,
    checkpoints: BTreeMap<Hash, (Slot, Manifest)>,
    blobs: BTreeMap<Hash, (Slot, Blob)>,
    /// The checkpoint that stands for what is not kept.
    base: Option<Hash>,
    /// Since when one person wants it gone, in seconds since 1970.
    ends: Option<u64>,
    is_dissolved: bool,
    /// The recovery kits: when each came, and since when notice to it is known of.
    kits: BTreeMap<Hash, (u64, Option<u64>)>,
}

impl Default for Shelf {
    /// With as much room as anybody wants.
    fn default() -> Self {
        Self::with_quota(u64::MAX)
    }
}

impl Shelf {
    /// With room for so many bytes of each person in a notebook.
    #[must_use]
    pub const fn with_quota(quota: u64) -> Self {
        Self { volumes: BTreeMap::new(), quota }
    }

    /// Answers what a desk asks about that notebook.
    ///
    /// # Errors
    ///
    /// [`Unanswered::Unavailable`] if something is to be kept of a notebook that is not here, or a
    /// log that was kept does not stand.
    pub fn answer(
        &mut self,
        notebook: NotebookId,
        question: Question,
    ) -> Result<Answer, Unanswered> {
        let volume = self.volumes.get_mut(&notebook);
        Ok(match question {
            Question::Log => Answer::Log(match volume {
                Some(volume) => Some(volume.log(notebook)?),
                None => None,
            }),
            Question::Have => Answer::Have(self.have(notebook)),
            Question::Envelopes(range) => {
                Answer::Envelopes(volume.map_or_else(Vec::new, |volume| volume.slice(range)))
            }
            Question::Requests => {
                Answer::Requests(volume.map_or_else(Vec::new, |volume| volume.requests()))
            }
            Question::Judge(judgement) => Answer::Judged(judgement.judge()),
            Question::Keep(log, envelopes) => {
                let volume = volume.ok_or(Unanswered::Unavailable)?;
                Answer::Kept(volume.keep(&log, envelopes, self.quota))
            }
            Question::Append(extension, log) => {
                let volume = self.volumes.entry(notebook).or_default();
                let appended = volume.append(*extension, log);
                self.volumes.retain(|_, volume| !volume.statements.is_empty());
                Answer::Appended(appended)
            }
            Question::Find(lookup) => Answer::Found(self.find(lookup)),
            Question::Post(letter) => {
                Answer::Posted(volume.ok_or(Unanswered::Unavailable)?.post(letter))
            }
            Question::Checkpoints => {
                Answer::Checkpoints(volume.map_or_else(Vec::new, |volume| volume.whole()))
            }
            Question::Piece(hash) => Answer::Piece(volume.and_then(|volume| volume.piece(hash))),
            Question::KeepPiece(log, piece) => {
                let volume = volume.ok_or(Unanswered::Unavailable)?;
                Answer::PieceKept(volume.keep_piece(&log, *piece, self.quota))
            }
        })
    }

    /// Dissolves what one person has wanted gone for long enough, at `now` in seconds since 1970.
    pub fn end_due(&mut self, now: u64) {
        let since = now.saturating_sub(DISSOLVE_SECONDS);
        let is_due = |volume: &&mut Volume| volume.ends.is_some_and(|ends| ends <= since);
        self.volumes.values_mut().filter(is_due).for_each(Volume::dissolve);
    }

    /// The notebook that has the recovery kit that is looked up so.
    #[must_use]
    pub fn find(&self, lookup: Hash) -> Option<NotebookId> {
        let age = |volume: &Volume| volume.kits.get(&lookup).map(|(age, _)| *age);
        let found = self.volumes.iter().filter_map(|(id, volume)| Some((age(volume)?, *id)));
        found.min().map(|(_, id)| id)
    }

    /// What is held of a notebook.
    #[must_use]
    pub fn have(&self, notebook: NotebookId) -> Have {
        self.volumes.get(&notebook).map(|volume| volume.have.clone()).unwrap_or_default()
    }

    /// How many statements its log has.
    #[must_use]
    pub fn log_length(&self, notebook: NotebookId) -> u64 {
        self.volumes.get(&notebook).map_or(0, |volume| volume.head().length)
    }

    /// All envelopes of it.
    #[must_use]
    pub fn envelopes(&self, notebook: NotebookId) -> Vec<Vec<u8>> {
        let volume = self.volumes.get(&notebook).into_iter();
        let envelopes = volume.flat_map(|volume| volume.envelopes.values());
        envelopes.map(|sealed| sealed.bytes().to_vec()).collect()
    }
}

impl Volume {
    fn head(&self) -> LogHead {
        let length = self.statements.len() as u64;
        self.statements.last().map_or(LogHead::EMPTY, |(hash, _)| LogHead { length, hash: *hash })
    }

    fn log(&mut self, notebook: NotebookId) -> Result<Arc<Log>, Unanswered> {
        if let Some(log) = &self.log {
            return Ok(Arc::clone(log));
        }
        let statements = self.statements.iter().map(|(_, bytes)| bytes.clone()).collect();
        let log = replay(notebook, statements).map(Arc::new).ok_or(Unanswered::Unavailable)?;
        self.log = Some(Arc::clone(&log));
        Ok(log)
    }

    fn append(&mut self, extension: Extension, log: Arc<Log>) -> Appended {
        if self.is_dissolved {
            return Appended::Dissolved;
        }
        if self.head() != extension.after {
            return Appended::Moved;
        }
        let is_behind = |ends: &Ends| {
            let mut chains = self.chains_of(ends.device).into_iter();
            ends.is_new && !chains.all(|(writer, have)| ends.covers(writer, &have))
        };
        if extension.ends.iter().any(is_behind) {
            return Appended::Behind;
        }
        let noticed = extension.kits.noticed.iter();
        let since = |lookup| self.kits.get(lookup).and_then(|(_, since)| *since);
        if let Some(missing) =
            noticed.filter_map(|lookup| extension.kits.missing(since(lookup))).next()
        {
            return Appended::TooSoon(missing);
        }
        for ends in &extension.ends {
            for (writer, have) in self.chains_of(ends.device) {
                self.cut(writer, ends.cut(writer, have));
            }
        }
        if let Some(known) = &extension.known {
            let of_nobody = self.writers.iter().filter(|(_, (of, _))| !known.devices.contains(of));
            for writer in of_nobody.map(|(writer, _)| *writer).collect::<Vec<_>>() {
                self.cut(writer, WriterHave::default());
            }
            self.give_up_base_unless(&known.stood);
        }
        self.statements.truncate(usize::try_from(extension.from).unwrap_or(usize::MAX));
        self.statements.extend(extension.statements);
        self.mail.retain(|(invite, _), _| extension.open_invites.contains(invite));
        self.keep_kits(&extension.kits);
        self.log = Some(log);
        if let Some(standing) = extension.standing {
            self.stand(standing);
        }
        match extension.ending {
            Ending::Unwanted => self.ends = None,
            Ending::Wanted { now } => self.ends = self.ends.or(Some(now)),
            Ending::Agreed => self.dissolve(),
        }
        Appended::Done
    }

    /// Lets go of everything but the log.
    fn dissolve(&mut self) {
        let (statements, log) = (mem::take(&mut self.statements), self.log.take());
        *self = Self { statements, log, is_dissolved: true, ..Self::default() };
    }

    fn keep_kits(&mut self, kits: &Kits) {
        let kept = mem::take(&mut self.kits);
        for (lookup, is_noticed) in &kits.held {
            let (age, since) = kept.get(lookup).copied().unwrap_or((kits.now, None));
            let since = is_noticed.then(|| since.unwrap_or(kits.now));
            self.kits.insert(*lookup, (age, since));
        }
    }

    fn chains_of(&self, device: DeviceId) -> Vec<(WriterId, WriterHave)> {
        let of_device = self.writers.iter().filter(|(_, (of, _))| *of == device);
        let chain = |writer| Some((writer, self.have.of(writer)?.clone()));
        of_device.filter_map(|(writer, _)| chain(*writer)).collect()
    }

    fn cut(&mut self, writer: WriterId, have: WriterHave) {
        self.envelopes.retain(|(of, counter), _| *of != writer || have.contains(*counter));
        let left = self.envelopes.range((writer, 0)..=(writer, u64::MAX));
        let left = left.map(|(_, sealed)| sealed.bytes().len() as u64).sum();
        if have.highest() == 0 {
            self.have.forget(writer);
            self.writers.remove(&writer);
        } else {
            self.writers.entry(writer).and_modify(|(_, bytes)| *bytes = left);
            self.have.set(writer, have);
        }
    }

    fn slice(&self, range: Range) -> Vec<Vec<u8>> {
        let held = (range.first..=range.last).map_while(|counter| {
            let held = self.envelopes.get(&(range.writer, counter))?;
            Some(Ok::<_, Infallible>((counter, held.bytes().to_vec())))
        });
        let Ok(found) = slice(range, held);
        found
    }

    fn keep(&mut self, log: &Log, envelopes: Vec<Sealed>, quota: u64) -> Kept {
        let touched: BTreeSet<_> =
            envelopes.iter().map(|sealed| sealed.header().writer()).collect();
        let outcomes =
            envelopes.into_iter().map(|sealed| self.keep_one(log, sealed, quota)).collect();
        let mut have = Have::new();
        for writer in touched {
            if let Some(held) = self.have.of(writer) {
                have.set(writer, held.clone());
            }
        }
        Kept { outcomes, have }
    }

    fn keep_one(&mut self, log: &Log, sealed: Sealed, quota: u64) -> Outcome {
        let header = *sealed.header();
        if self.is_dissolved {
            return Outcome::Dissolved;
        }
        if self.log.as_ref().is_some_and(|log| !still_stands(log, &sealed)) {
            return Outcome::TakenOut;
        }
        let (writer, counter) = (header.writer(), header.counter);
        let before = self.have.of(writer);
        let mut after = before.cloned().unwrap_or_default();
        match after.insert(Tip { counter, hash: sealed.hash() }, header.previous) {
            Err(_) => return Outcome::Fork,
            Ok(Inserted::Held) => {
                let held = self.hash_at(writer, counter);
                let is_same = held.is_none_or(|held| held == sealed.hash());
                return if is_same { Outcome::Held } else { Outcome::Fork };
            }
            Ok(Inserted::New) => {}
        }
        let used = self.used(log, header.device);
        if !has_room(before, &after, sealed.bytes().len(), used, quota) {
            return Outcome::Full;
        }
        self.have.set(writer, after);
        self.writers.entry(writer).or_insert((header.device, 0)).1 += sealed.bytes().len() as u64;
        self.envelopes.insert((writer, counter), sealed);
        Outcome::New
    }

    fn used(&self, log: &Log, device: DeviceId) -> Used {
        let slot_of = |device| log.known(device).map(|member| member.slot);
        let held = self.writers.values();
        let of_person = held.clone().filter(|(of, _)| slot_of(*of) == slot_of(device));
        let bytes = of_person.clone().map(|(_, bytes)| bytes).sum();
        let writers_of_person = of_person.count();
        let writers = held.filter(|(of, _)| *of == device).count();
        let ranges = self.have.iter().map(|(_, have)| have.beyond.len()).sum();
        Used { writers, writers_of_person, ranges, bytes }
    }

    /// What is known of a place in a chain that is held; nothing if a checkpoint stands for it.
    fn hash_at(&self, writer: WriterId, counter: u64) -> Option<Hash> {
        let base = self.have.of(writer).map_or(Tip::START, |have| have.base);
        let held = self.envelopes.get(&(writer, counter)).map(Sealed::hash);
        held.or_else(|| (counter == base.counter).then_some(base.hash))
    }

    fn lacking(&self) -> Vec<Hash> {
        let named = self.checkpoints.values().flat_map(|(_, it)| &it.contents().blobs);
        let lacking = named.map(|name| name.hash).filter(|hash| !self.blobs.contains_key(hash));
        lacking.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn is_whole(&self, manifest: &Manifest) -> bool {
        manifest.contents().blobs.iter().all(|name| self.blobs.contains_key(&name.hash))
    }

    fn whole(&self) -> Vec<Hash> {
        let whole = self.checkpoints.iter().filter(|(_, (_, manifest))| self.is_whole(manifest));
        whole.map(|(hash, _)| *hash).collect()
    }

    fn piece(&self, hash: Hash) -> Option<Vec<u8>> {
        let manifest = self.checkpoints.get(&hash).map(|(_, manifest)| manifest.bytes().to_vec());
        manifest.or_else(|| self.blobs.get(&hash).map(|(_, blob)| blob.bytes().to_vec()))
    }

    fn keep_piece(&mut self, log: &Log, piece: Piece, quota: u64) -> PieceKept {
        let kept = match piece {
            Piece::Manifest(manifest) => self.keep_manifest(log, manifest, quota),
            Piece::Blob(blob) => self.keep_blob(blob, quota),
        };
        let mut have = Have::new();
        let standing = pieces::to_stand(log, &self.whole());
        if let Some(checkpoint) = standing {
            for writer in self.stand(checkpoint) {
                have.set(writer, self.have.of(writer).cloned().unwrap_or_default());
            }
        }
        PieceKept { kept, lacking: self.lacking(), whole: self.whole(), have }
    }

    fn keep_manifest(&mut self, log: &Log, manifest: Manifest, quota: u64) -> pieces::Kept {
        if self.checkpoints.contains_key(&manifest.hash()) {
            return pieces::Kept::Held;
        }
        let maker = log.known(manifest.device()).filter(|_| !self.is_dissolved);
        let Some(owner) = maker.map(|member| member.slot) else { return pieces::Kept::Unwanted };
        let stays = self.kept_for_good();
        let candidates = self.checkpoints.iter().filter(|(hash, (of, manifest))| {
            *of == owner && !stays.contains(hash) && self.is_whole(manifest)
        });
        let candidates: Vec<Manifest> = candidates.map(|(_, (_, it))| it.clone()).collect();
        let hash_at = |writer, counter| Ok::<_, Infallible>(self.hash_at(writer, counter));
        let Ok(takes_place) = pieces::takes_place(log, &manifest, &candidates, &self.have, hash_at);
        if !takes_place {
            return pieces::Kept::Unwanted;
        }
        // Of each person one that is to stand is enough.
        self.checkpoints.retain(|hash, (of, _)| *of != owner || stays.contains(hash));
        let hash = manifest.hash();
        self.checkpoints.insert(hash, (owner, manifest));
        // What both name is not given twice.
        self.drop_unnamed();
        if !self.has_room_for_piece(owner, 0, quota) {
            self.checkpoints.remove(&hash);
            self.drop_unnamed();
            return pieces::Kept::Full;
        }
        pieces::Kept::New
    }

    fn keep_blob(&mut self, blob: Blob, quota: u64) -> pieces::Kept {
        if self.blobs.contains_key(&blob.hash()) {
            return pieces::Kept::Held;
        }
        let names = |manifest: &Manifest| manifest.contents().blobs.contains(&blob.name());
        let namer = self.checkpoints.values().find(|(_, manifest)| names(manifest));
        let Some(owner) = namer.map(|(owner, _)| *owner) else { return pieces::Kept::Unwanted };
        if !self.has_room_for_piece(owner, blob.bytes().len(), quota) {
            return pieces::Kept::Full;
        }
        self.blobs.insert(blob.hash(), (owner, blob));
        pieces::Kept::New
    }

    fn has_room_for_piece(&self, of: Slot, length: usize, quota: u64) -> bool {
        let manifests = self.checkpoints.values().map(|(slot, it)| (*slot, it.bytes().len()));
        let blobs = self.blobs.values().map(|(slot, it)| (*slot, it.bytes().len()));
        let used = manifests.chain(blobs).filter(|(slot, _)| *slot == of);
        used.map(|(_, length)| length as u64).sum::<u64>() + length as u64 <= quota
    }

    /// The checkpoint that stands for what is not kept, and the one before it.
    fn kept_for_good(&self) -> Vec<Hash> {
        let base = self.base.and_then(|base| self.checkpoints.get(&base));
        let parent = base.map(|(_, manifest)| manifest.contents().parent);
        self.base.into_iter().chain(parent).collect()
    }

    /// Lets go of what a checkpoint covers, if it is whole and covers more than the one before.
    fn stand(&mut self, checkpoint: Hash) -> Vec<WriterId> {
        let Some((_, manifest)) = self.checkpoints.get(&checkpoint).cloned() else {
            return Vec::new();
        };
        if self.base == Some(checkpoint) || !self.is_whole(&manifest) {
            return Vec::new();
        }
        let hash_at = |writer, counter| Ok::<_, Infallible>(self.hash_at(writer, counter));
        let Ok(rebased) = rebase(&manifest, &self.have, hash_at);
        let Some(rebased) = rebased else { return Vec::new() };
        let writers = rebased.iter().map(|it| it.writer).collect();
        for Rebased { device, writer, have } in rebased {
            let base = have.base.counter;
            self.envelopes.retain(|(of, counter), _| *of != writer || *counter > base);
            let left = self.envelopes.range((writer, 0)..=(writer, u64::MAX));
            let left = left.map(|(_, sealed)| sealed.bytes().len() as u64).sum();
            self.writers.insert(writer, (device, left));
            self.have.set(writer, have);
        }
        self.base = Some(checkpoint);
        let stays = self.kept_for_good();
        self.checkpoints.retain(|hash, _| stays.contains(hash));
        self.drop_unnamed();
        writers
    }

    /// What stands for what is not kept stands no more, unless it is one of these.
    fn give_up_base_unless(&mut self, stood: &BTreeSet<Hash>) {
        if self.base.take_if(|base| !stood.contains(base)).is_none() {
            return;
        }
        let chains: Vec<_> = self.have.iter().map(|(writer, it)| (writer, it.clone())).collect();
        for (writer, have) in chains {
            self.cut(writer, have.without_base());
        }
    }

    fn drop_unnamed(&mut self) {
        let named = self.checkpoints.values().flat_map(|(_, it)| &it.contents().blobs);
        let named: BTreeSet<Hash> = named.map(|name| name.hash).collect();
        self.blobs.retain(|hash, _| named.contains(hash));
    }

    fn post(&mut self, letter: Letter) -> Posted {
        let of_invite = self.mail.values().filter(|held| held.invite == letter.invite);
        if self.is_dissolved {
            return Posted::Full;
        }
        if of_invite.clone().any(|held| held.hash == letter.hash) {
            return Posted::Held;
        }
        let place = (letter.invite, letter.device);
        if of_invite.count() >= MAX_REQUESTS_PER_INVITE && !self.mail.contains_key(&place) {
            return Posted::Full;
        }
        self.mail.insert(place, letter);
        Posted::New
    }

    fn requests(&self) -> Vec<Vec<u8>> {
        let mut waiting: Vec<_> = self.mail.values().collect();
        waiting.sort_by_key(|letter| (letter.invite, letter.hash));
        waiting.into_iter().map(|letter| letter.bytes.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use couplet_proto::testing::keeping::{QUOTA, cases};

    use super::*;

    #[test]
    fn it_does_what_every_store_must() {
        for case in cases() {
            let mut shelf = Shelf::with_quota(QUOTA);
            for (place, step) in case.steps.into_iter().enumerate() {
                let answer = shelf.answer(step.notebook, step.question);
                assert_eq!(answer, step.answer, "{}, step {place}", case.name);
            }
        }
    }
}
