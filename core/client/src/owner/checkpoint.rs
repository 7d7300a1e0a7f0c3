//! Checkpoints: made, found to be true, taken over.
//!
//! A checkpoint is *true* for a device if what the device holds is in the checkpoint or in the
//! envelopes that it does not cover, and nothing is in the checkpoint that the device has not
//! applied. So whoever takes the checkpoint and the rest of the envelopes has the same. The device
//! says so in the log once the relay has all of it; what both persons' devices have said so of
//! stands (protocol rules 18 to 20).
//!
//! A device takes one over only where the relay has let go of what it covers. What a device holds
//! as envelopes it keeps: so it can feed a relay that forgot.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::checkpoint::is_whole;
use couplet_engine::document::Change;
use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::checkpoint::{BlobName, Contents, Covered, Manifest, Piece};
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Tip, WriterHave};
use couplet_proto::ids::{Edition, Volume, WriterId};
use couplet_proto::session::SLICE_BYTES;

use super::Owner;
use super::intents::Intent;
use super::receiving::{Me, Received};
use crate::error::Error;
use crate::store::{Meta, Waiting};

/// Envelopes beyond the last checkpoint that make a new one worth its bytes: some months of words.
const WORTHWHILE: u64 = 1_024;

/// Bytes below which a blob is not named again: what is in it goes together with what is new.
const SMALL_BLOB: u32 = 64 * 1024;

const EDITION: Edition = Edition(0);

/// What a checkpoint holds, volume by volume.
type Volumes = BTreeMap<Volume, Vec<Change>>;

impl Owner {
    /// Makes a checkpoint of all that this device has sealed or received, if nothing of it is open;
    /// its hash.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn checkpoint(&mut self) -> Result<Option<Hash>, Error> {
        if self.is_apart()? || self.joining().is_some() {
            return Ok(None);
        }
        self.seal_pending()?;
        let replica = self.replica()?;
        let (slot, is_member) = (replica.slot(), replica.is_member());
        let is_closed = replica.log().openings().iter().any(|opening| opening.by != slot);
        if !is_member || is_closed || replica.log().owes_rotation() || !self.is_settled()? {
            return Ok(None);
        }
        let Some((contents, blobs)) = self.contents()? else { return Ok(None) };
        let replica = self.replica()?;
        let signed = Manifest::sign(replica.notebook(), contents, replica.device());
        let Some(manifest) = signed else { return Ok(None) };
        self.durably(|tables| {
            blobs.iter().try_for_each(|blob| tables.keep_blob(blob))?;
            Ok(tables.keep_checkpoint(&manifest, false)?)
        })?;
        let is_true = self.is_true(&manifest)?;
        self.settle_piece(&manifest, is_true)?;
        Ok(is_true.then(|| manifest.hash()))
    }

    /// Makes one if enough has come since the last.
    pub(crate) fn checkpoint_if_worthwhile(&mut self) -> Result<(), Error> {
        if self.joining().is_some() || self.is_apart()? {
            return Ok(());
        }
        let last = self.tables().checkpoints()?.pop();
        let covered = last.map(|(manifest, _)| cover(&manifest)).unwrap_or_default();
        let covered = |writer| covered.of(writer).map_or(0, |have| have.tip.counter);
        let have = self.replica()?.have();
        let beyond = have.iter().map(|(writer, have)| have.tip.counter.saturating_sub(covered(writer)));
        if beyond.sum::<u64>() >= WORTHWHILE {
            self.checkpoint()?;
        }
        Ok(())
    }

    /// What to cover, and the blobs that are new; nothing if some writer is nobody's.
    fn contents(&mut self) -> Result<Option<(Contents, Vec<Blob>)>, Error> {
        let parent = self.tables().checkpoints()?.into_iter().rfind(|(_, is_sound)| *is_sound);
        let (mut held, mut names) = (BTreeSet::new(), Vec::new());
        for name in parent.iter().flat_map(|(manifest, _)| &manifest.contents().blobs) {
            if name.length < SMALL_BLOB || name.edition != EDITION {
                continue;
            }
            let Some(blob) = self.tables().blob(name.hash)? else { continue };
            if let Ok(Some(changes)) = self.replica()?.open_blob(&blob) {
                held.extend(changes.iter().map(Change::hash));
                names.push(*name);
            }
        }
        let Some(cover) = self.cover()? else { return Ok(None) };
        let blobs = self.new_blobs(&held)?;
        names.extend(blobs.iter().map(Blob::name));
        names.sort_by_key(|name: &BlobName| name.hash);
        let parent = parent.map_or(Hash::ZERO, |(manifest, _)| manifest.hash());
        Ok(Some((Contents { parent, cover, blobs: names }, blobs)))
    }

    /// Every writer, and how far it is held without a hole.
    fn cover(&mut self) -> Result<Option<Vec<Covered>>, Error> {
        let have = self.replica()?.have().clone();
        let mut tips: BTreeMap<WriterId, Tip> =
            have.iter().map(|(writer, have)| (writer, have.tip)).collect();
        for (_, writer) in self.tables().sealed_changes()? {
            tips.entry(writer).or_insert(Tip::START);
        }
        let mut cover = Vec::new();
        for (writer, last) in tips {
            let Some((device, nonce)) = self.tables().actor(writer)? else { return Ok(None) };
            cover.push(Covered { device, nonce, last });
        }
        cover.sort_by_key(|covered| (covered.device, covered.nonce));
        Ok(Some(cover))
    }

    /// Blobs of all changes that were sealed, but for these.
    fn new_blobs(&mut self, held: &BTreeSet<Hash>) -> Result<Vec<Blob>, Error> {
        let sealed: BTreeSet<Hash> =
            self.tables().sealed_changes()?.into_iter().map(|(hash, _)| hash).collect();
        let mut volumes = Volumes::new();
        for placed in self.tables().all_changes()? {
            let change = Change::parse(placed.bytes).map_err(|_| Error::Engine)?;
            let is_new = sealed.contains(&change.hash()) && !held.contains(&change.hash());
            if is_new && placed.edition == EDITION {
                volumes.entry(placed.volume).or_default().push(change);
            }
        }
        let mut rng = self.surroundings.randomness();
        let mut blobs = Vec::new();
        for (volume, changes) in volumes {
            let mut rest = changes.as_slice();
            while !rest.is_empty() {
                let replica = self.replica()?;
                let (blob, taken) = replica.seal_blob(volume, EDITION, rest, &mut *rng)?;
                blobs.push(blob);
                rest = rest.get(taken..).unwrap_or_default();
            }
        }
        Ok(blobs)
    }

    /// Whether everything received is applied, and everything that was written is in a chain or
    /// waits to be sealed as this writer.
    fn is_settled(&mut self) -> Result<bool, Error> {
        let is_healing = self.is_healing()? || self.seals_anew()? || !self.withheld.is_empty();
        let me = self.replica()?.writer();
        Ok(!is_healing && !self.tables().is_anything_open(me)?)
    }

    /// Whether a checkpoint that is here whole is true, as far as this device can tell by now.
    fn is_true(&mut self, manifest: &Manifest) -> Result<bool, Error> {
        if !self.is_settled()? || !self.is_covered_here(manifest)? {
            return Ok(false);
        }
        let Some(volumes) = self.opened(manifest)? else { return Ok(false) };
        let said: BTreeSet<Hash> = volumes.values().flatten().map(Change::hash).collect();
        let held: BTreeSet<Hash> =
            self.tables().sealed_changes()?.into_iter().map(|(hash, _)| hash).collect();
        if !said.is_subset(&held) {
            return Ok(false);
        }
        let beyond = self.changes_beyond(&cover(manifest))?;
        Ok(held.iter().all(|hash| said.contains(hash) || beyond.contains(hash)))
    }

    /// Whether all that a checkpoint covers is held here, and nothing else in its place.
    fn is_covered_here(&mut self, manifest: &Manifest) -> Result<bool, Error> {
        for (writer, _, last) in manifest.chains() {
            let Some(have) = self.replica()?.have().of(writer).cloned() else { return Ok(false) };
            if have.tip.counter < last.counter || !self.agrees(writer, &have, last)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether that place of a chain that is held that far is this one.
    fn agrees(&self, writer: WriterId, have: &WriterHave, at: Tip) -> Result<bool, Error> {
        if at.counter < have.base.counter {
            // What a checkpoint covers here was compared when that was taken over.
            return Ok(true);
        }
        let is_end = [have.base, have.tip].contains(&at);
        Ok(is_end || self.tables().stands(writer, at)?)
    }

    /// The hashes of all changes in envelopes that are held beyond that.
    fn changes_beyond(&mut self, covered: &Have) -> Result<BTreeSet<Hash>, Error> {
        let mut found = BTreeSet::new();
        for mut range in self.replica()?.have().without(covered) {
            while range.first <= range.last {
                let envelopes = self.tables().envelopes(range, SLICE_BYTES)?;
                if envelopes.is_empty() {
                    break;
                }
                range.first = range.first.saturating_add(envelopes.len() as u64);
                for bytes in envelopes {
                    let Ok(Ok((_, opened))) = self.replica()?.reread(bytes) else { continue };
                    let carried = opened.carried.iter().flat_map(|(_, _, changes)| changes);
                    found.extend(opened.changes.iter().chain(carried).map(Change::hash));
                }
            }
        }
        Ok(found)
    }

    /// What is in the blobs of a checkpoint that are for this person; nothing unless all are here,
    /// open, hold all that they depend on, and nothing of a writer that is not named.
    fn opened(&mut self, manifest: &Manifest) -> Result<Option<Volumes>, Error> {
        let notebook = manifest.notebook();
        let writers: BTreeSet<WriterId> =
            manifest.contents().cover.iter().map(|covered| covered.writer(notebook)).collect();
        let mut volumes = Volumes::new();
        for name in &manifest.contents().blobs {
            let Some(blob) = self.tables().blob(name.hash)? else { return Ok(None) };
            if blob.name() != *name || name.edition != EDITION {
                return Ok(None);
            }
            let Ok(opened) = self.replica()?.open_blob(&blob) else { return Ok(None) };
            let changes = opened.unwrap_or_default();
            if !changes.iter().all(|change| writers.contains(&change.writer())) {
                return Ok(None);
            }
            if !changes.is_empty() {
                volumes.entry(name.volume).or_default().extend(changes);
            }
        }
        let are_whole = volumes.iter().all(|(volume, it)| is_whole(*volume, EDITION, it));
        Ok(are_whole.then_some(volumes))
    }

    /// Notes what became of a checkpoint that is here whole. If it is true, those before its parent
    /// are let go of; if not, it is not asked for again by this process.
    fn settle_piece(&mut self, manifest: &Manifest, is_true: bool) -> Result<(), Error> {
        let standing = self.replica()?.log().standing();
        let base = self.tables().get::<Hash>(Meta::Base)?;
        let sound = self.tables().checkpoints()?.into_iter().filter(|(_, is_sound)| *is_sound);
        let mut stay: Vec<Hash> = sound.map(|(manifest, _)| manifest.hash()).collect();
        if is_true {
            stay = vec![manifest.hash(), manifest.contents().parent];
        } else {
            self.rejected.insert(manifest.hash());
        }
        stay.extend(standing.into_iter().chain(base));
        self.durably(|tables| {
            if is_true {
                tables.keep_checkpoint(manifest, true)?;
            }
            Ok(tables.keep_only(&stay)?)
        })
    }
}

/// What a conversation asks.
impl Owner {
    /// The pieces of a checkpoint that the relay holds whole and this device should ask for: its
    /// manifest.
    pub(crate) fn wants_checkpoint(&mut self, checkpoint: Hash) -> Result<bool, Error> {
        if self.joining().is_some() || self.is_apart()? || self.rejected.contains(&checkpoint) {
            return Ok(false);
        }
        let replica = self.replica()?;
        let (slot, log) = (replica.slot(), replica.log());
        let Some(attested) = log.attested(checkpoint).copied() else { return Ok(false) };
        let departed = log.departed().map(|(_, departed)| &departed.member);
        let devices = log.members().map(|(_, member)| member).chain(departed);
        // A person's very first device trusts whoever let it in.
        let is_first = devices.filter(|member| member.slot == slot).count() == 1;
        let is_accepted = attested.has_stood && (attested.is_by(slot) || is_first);
        let is_member = replica.is_member();
        if self.lacks_base()? {
            return Ok(is_member && is_accepted);
        }
        Ok(is_member && !attested.is_by(slot) && self.is_settled()?)
    }

    /// Whether the relay has let go of envelopes that are not here, or were others here.
    pub(crate) fn lacks_base(&mut self) -> Result<bool, Error> {
        if self.joining().is_some() || self.is_apart()? {
            return Ok(false);
        }
        let relay = self.tables().relay_have()?;
        let have = self.replica()?.have().clone();
        if !have.behind_bases_of(&relay).is_empty() {
            return Ok(true);
        }
        for (writer, theirs) in relay.iter().filter(|(_, theirs)| theirs.base != Tip::START) {
            if let Some(mine) = have.of(writer)
                && !self.agrees(writer, mine, theirs.base)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes in a piece of a checkpoint that the log speaks of: its hash, the manifest, and what is
    /// lacking then.
    pub(crate) fn keep_piece(
        &mut self,
        checkpoint: Hash,
        bytes: Vec<u8>,
    ) -> Result<Option<(Hash, Manifest, Vec<Hash>)>, Error> {
        let Ok(piece) = Piece::read(bytes) else { return Ok(None) };
        let hash = piece.hash();
        let notebook = self.notebook();
        let known = self.tables().checkpoints()?.into_iter();
        let mut known = known.map(|(manifest, _)| manifest).find(|it| it.hash() == checkpoint);
        match piece {
            Piece::Manifest(manifest) => {
                if manifest.hash() == checkpoint && manifest.notebook() == notebook {
                    self.durably(|tables| Ok(tables.keep_checkpoint(&manifest, false)?))?;
                    known = Some(manifest);
                }
            }
            Piece::Blob(blob) => {
                let names = |it: &Manifest| it.contents().blobs.contains(&blob.name());
                if known.as_ref().is_some_and(names) {
                    self.durably(|tables| Ok(tables.keep_blob(&blob)?))?;
                }
            }
        }
        let Some(manifest) = known else { return Ok(None) };
        let lacking = self.tables().lacking(&manifest)?;
        Ok(Some((hash, manifest, lacking)))
    }

    /// A checkpoint that was asked for is here whole: it is taken over if this device lacks what it
    /// covers, and attested if it is true.
    pub(crate) fn settle_checkpoint(&mut self, manifest: &Manifest) -> Result<Received, Error> {
        if self.lacks_base()? {
            let taken = self.take_base(manifest);
            self.is_stale |= taken.is_err();
            return taken;
        }
        let is_true = self.is_true(manifest)?;
        self.settle_piece(manifest, is_true)?;
        if is_true {
            self.want_attested(manifest.hash())?;
        }
        Ok(Received::default())
    }

    /// The relay holds these checkpoints whole: those that this device knows to be true are
    /// attested.
    pub(crate) fn relay_has_checkpoints(&mut self, whole: &[Hash]) -> Result<(), Error> {
        if self.joining().is_some() || self.is_apart()? {
            return Ok(());
        }
        for (manifest, is_sound) in self.tables().checkpoints()? {
            if is_sound && whole.contains(&manifest.hash()) {
                self.want_attested(manifest.hash())?;
            }
        }
        Ok(())
    }

    /// The checkpoints that the relay should have: the last that this device knows to be true, and
    /// what stands for what it does not hold itself.
    pub(crate) fn checkpoints_to_offer(&mut self) -> Result<Vec<Manifest>, Error> {
        if self.joining().is_some() || self.is_apart()? || !self.replica()?.is_member() {
            return Ok(Vec::new());
        }
        let base = self.tables().get::<Hash>(Meta::Base)?;
        let standing = self.replica()?.log().standing();
        let mut known = self.tables().checkpoints()?;
        let last = known.iter().rfind(|(_, is_sound)| *is_sound).map(|(it, _)| it.hash());
        let wanted = [base, standing, last];
        known.retain(|(it, is_sound)| *is_sound && wanted.contains(&Some(it.hash())));
        Ok(known.into_iter().map(|(manifest, _)| manifest).collect())
    }

    /// A piece that the relay asks for.
    pub(crate) fn piece(&self, hash: Hash) -> Result<Option<Vec<u8>>, Error> {
        if let Some(blob) = self.tables().blob(hash)? {
            return Ok(Some(blob.bytes().to_vec()));
        }
        let known = self.tables().checkpoints()?.into_iter().map(|(manifest, _)| manifest);
        let mut named = known.filter(|manifest| manifest.hash() == hash);
        Ok(named.next().map(|manifest| manifest.bytes().to_vec()))
    }

    fn want_attested(&mut self, checkpoint: Hash) -> Result<(), Error> {
        let replica = self.replica()?;
        let attested = replica.log().attested(checkpoint);
        let is_said = attested.is_some_and(|it| it.is_by(replica.slot())) || !replica.is_member();
        let is_wanted = |(_, intent): &(i64, Intent)| *intent == Intent::Attest(checkpoint);
        if is_said || self.tables().intents::<Intent>()?.iter().any(is_wanted) {
            return Ok(());
        }
        self.want(&Intent::Attest(checkpoint))
    }
}

/// Taking over.
impl Owner {
    /// Takes a checkpoint over in the place of envelopes that are not to be had any more.
    fn take_base(&mut self, manifest: &Manifest) -> Result<Received, Error> {
        let Some(volumes) = self.opened(manifest)? else {
            self.settle_piece(manifest, false)?;
            return Ok(Received::default());
        };
        let notebook = manifest.notebook();
        let mut authors = BTreeMap::new();
        for covered in &manifest.contents().cover {
            let member = self.replica()?.log().known(covered.device).copied();
            let Some(member) = member else { return self.reject(manifest) };
            authors.insert(covered.writer(notebook), (member.slot, covered.last.counter.max(1)));
        }
        let doubted = self.heal_others(manifest, &volumes)?;
        let is_healing = doubted.is_some();
        let me = self.replica()?.writer();
        let orphans = self.tables().orphan_writers(me)?;
        let mut received = Received { fork: doubted, ..Received::default() };
        let mut all = Vec::new();
        for (volume, changes) in volumes {
            let waiting = |change: Change| {
                let (slot, counter) = *authors.get(&change.writer())?;
                Some((change.hash(), Waiting { change, slot, counter }))
            };
            let judged = self.judge(volume, changes.into_iter().filter_map(waiting).collect())?;
            let of_it = |hash: &Hash| judged.is_of(hash, |writer| authors.contains_key(&writer));
            let applied = &judged.applied;
            let is_of_orphan = |hash: &Hash| judged.is_of(hash, |it| orphans.contains(&it));
            let are_refused = applied.refused.iter().all(|(hash, _)| is_of_orphan(hash));
            let waits = applied.waiting.iter().any(|(change, _)| of_it(&change.hash()));
            if !are_refused || !is_healing && (waits || applied.faulty.iter().any(of_it)) {
                return self.reject(manifest);
            }
            received.touched.extend(judged.entries.iter().map(|e| e.key.as_str().to_owned()));
            all.push(judged);
        }
        let replica = self.replica()?;
        for (writer, _, last) in manifest.chains() {
            let mut have = replica.have().of(writer).cloned().unwrap_or_default();
            if have.rebase(last).is_err() {
                return self.reject(manifest);
            }
            received.delta.set(writer, have);
        }
        let me = Me { slot: replica.slot(), writer: replica.writer() };
        let delta = &received.delta;
        let seen = self.durably(|tables| {
            for covered in &manifest.contents().cover {
                tables.keep_actor(covered.writer(notebook), (covered.device, covered.nonce))?;
            }
            for judged in &all {
                judged.store(tables, me)?;
            }
            let mut seen = Vec::new();
            for (writer, have) in delta.iter() {
                tables.keep_chain(writer, have)?;
                let waits = tables.first_waiting(writer)?.unwrap_or(u64::MAX);
                let counter = have.tip.counter.min(waits.saturating_sub(1));
                tables.keep_seen(writer, counter, false)?;
                seen.push((writer, counter));
            }
            tables.set(Meta::Base, &manifest.hash())?;
            Ok(seen)
        })?;
        let replica = self.replica()?;
        for (writer, have) in received.delta.iter() {
            replica.rebase_chain(writer, have.clone());
        }
        for (writer, counter) in seen {
            replica.seen().advance(writer, counter, false);
        }
        self.settle_piece(manifest, true)?;
        self.want_attested(manifest.hash())?;
        Ok(received)
    }

    fn reject(&mut self, manifest: &Manifest) -> Result<Received, Error> {
        // What was judged in memory is forgotten.
        self.is_stale = true;
        tracing::warn!("a checkpoint is not what it says; what is here stays as it is");
        self.settle_piece(manifest, false)?;
        self.is_stale = true;
        Ok(Received::default())
    }

    /// Doubts the chains that went elsewhere than the checkpoint says; one of them. What
    /// of them is in it stands again, the rest is written anew by whoever wrote it.
    fn heal_others(
        &mut self,
        manifest: &Manifest,
        volumes: &Volumes,
    ) -> Result<Option<WriterId>, Error> {
        let said: BTreeSet<Hash> = volumes.values().flatten().map(Change::hash).collect();
        let sealed = self.tables().sealed_changes()?;
        let mut doubted = None;
        for (writer, _, last) in manifest.chains() {
            let have = self.replica()?.have().of(writer).cloned();
            let Some(have) = have else { continue };
            let mut rebased = have.clone();
            let is_short = have.tip.counter < last.counter;
            let mut own = sealed.iter().filter(|(_, by)| *by == writer);
            let follows = match is_short {
                true => {
                    let is_mine = self.replica()?.writer() == writer;
                    !is_mine && own.all(|(hash, _)| said.contains(hash))
                }
                false => self.agrees(writer, &have, last)?,
            };
            if !follows || rebased.rebase(last).is_err() {
                self.heal(writer)?;
                doubted = Some(writer);
            }
        }
        Ok(doubted)
    }
}

/// What a checkpoint covers, as what somebody holds.
fn cover(manifest: &Manifest) -> Have {
    let mut have = Have::new();
    for (writer, _, last) in manifest.chains() {
        have.set(writer, WriterHave { base: last, tip: last, beyond: Vec::new() });
    }
    have
}
