//! Checkpoints: made, and found to be true.
//!
//! A checkpoint is *true* for a device if what the device holds is in the checkpoint or in the
//! envelopes that it does not cover, and nothing is in the checkpoint that the device has not
//! applied. So whoever takes the checkpoint and the rest of the envelopes has the same. The device
//! says so in the log once the relay has all of it; what both persons' devices have said so of
//! stands (protocol rules 18 to 20).
//!
//! What a device holds as envelopes it keeps: so it can feed a relay that forgot. It takes a
//! checkpoint over only where the relay has let go of what that covers (`base`).

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::checkpoint::is_whole;
use couplet_engine::document::Change;
use couplet_engine::document::genesis::GENESIS_WRITER;
use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::checkpoint::{BlobName, Contents, Covered, Manifest};
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Tip, WriterHave};
use couplet_proto::ids::{Edition, Volume, WriterId};
use couplet_proto::session::SLICE_BYTES;

use super::Owner;
use crate::error::Error;
use crate::store::Meta;

/// Envelopes beyond the last checkpoint that make a new one worth its bytes: some months of words.
const WORTHWHILE: u64 = 1_024;

/// Bytes below which a blob is not named again: what is in it goes together with what is new.
const SMALL_BLOB: u32 = 64 * 1024;

/// An edition of a volume that is in a checkpoint, and nowhere else so far.
pub(super) struct Next {
    pub(super) volume: Volume,
    pub(super) edition: Edition,
    pub(super) changes: Vec<Change>,
}

/// What a checkpoint holds: of every volume one edition, and its changes.
pub(super) type Volumes = BTreeMap<Volume, (Edition, Vec<Change>)>;

impl Owner {
    /// Makes a checkpoint of all that this device has sealed or received, if nothing of it is open;
    /// its hash. While an edition is proposed, or to be, none takes its place at the relay.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn checkpoint(&mut self) -> Result<Option<Hash>, Error> {
        let is_idle = self.is_apart()? || self.joining().is_some();
        if is_idle || self.is_erasing()? || self.replica()?.log().proposed().is_some() {
            return Ok(None);
        }
        self.seal_pending()?;
        if !self.may_make_one()? {
            return Ok(None);
        }
        let Some((manifest, blobs)) = self.signed(None)? else { return Ok(None) };
        self.durably(|tables| {
            blobs.iter().try_for_each(|blob| tables.keep_blob(blob))?;
            Ok(tables.keep_checkpoint(&manifest, false)?)
        })?;
        let is_true = self.is_true(&manifest)?;
        self.settle_piece(&manifest, is_true)?;
        Ok(is_true.then(|| manifest.hash()))
    }

    /// Whether this device could make a checkpoint of all that the other person may read.
    pub(super) fn may_make_one(&mut self) -> Result<bool, Error> {
        Ok(!self.reads_from_here()? && self.is_up_to_date()?)
    }

    /// Whether this device holds all that there is for it, and may say so.
    pub(super) fn is_up_to_date(&mut self) -> Result<bool, Error> {
        let replica = self.replica()?;
        let may_speak = replica.is_member() && !replica.log().owes_rotation();
        Ok(may_speak && !self.is_behind()? && self.is_settled()?)
    }

    /// Whether what was written before this person came is closed to them.
    pub(super) fn reads_from_here(&mut self) -> Result<bool, Error> {
        let replica = self.replica()?;
        let slot = replica.slot();
        Ok(replica.log().openings().iter().any(|opening| opening.by != slot))
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
        let beyond =
            have.iter().map(|(writer, have)| have.tip.counter.saturating_sub(covered(writer)));
        if beyond.sum::<u64>() >= WORTHWHILE {
            self.checkpoint()?;
        }
        Ok(())
    }

    /// A manifest of what is here, with one volume's next edition in the place of the volume if there
    /// is one, and the blobs that are new; nothing if some writer is nobody's.
    pub(super) fn signed(
        &mut self,
        next: Option<&Next>,
    ) -> Result<Option<(Manifest, Vec<Blob>)>, Error> {
        let Some((contents, blobs)) = self.contents(next)? else { return Ok(None) };
        let replica = self.replica()?;
        let signed = Manifest::sign(replica.notebook(), contents, replica.device());
        Ok(signed.map(|manifest| (manifest, blobs)))
    }

    fn contents(&mut self, next: Option<&Next>) -> Result<Option<(Contents, Vec<Blob>)>, Error> {
        let parent = self.tables().checkpoints()?.into_iter().rfind(|(_, is_sound)| *is_sound);
        let (mut held, mut names) = (BTreeSet::new(), Vec::new());
        for name in parent.iter().flat_map(|(manifest, _)| &manifest.contents().blobs) {
            let is_anew = next.is_some_and(|next| next.volume == name.volume);
            let is_current = name.edition == self.tables().edition(name.volume)?;
            if name.length < SMALL_BLOB || is_anew || !is_current {
                continue;
            }
            let Some(blob) = self.tables().blob(name.hash)? else { continue };
            if let Ok(Some(changes)) = self.replica()?.open_blob(&blob) {
                held.extend(changes.iter().map(Change::hash));
                names.push(*name);
            }
        }
        let Some(cover) = self.cover()? else { return Ok(None) };
        let blobs = self.new_blobs(&held, next)?;
        names.extend(blobs.iter().map(Blob::name));
        names.sort_by_key(|name: &BlobName| name.hash);
        // Of what is in an edition's parent, some is to be gone.
        let parent = parent.filter(|_| next.is_none());
        let parent = parent.map_or(Hash::ZERO, |(manifest, _)| manifest.hash());
        Ok(Some((Contents { parent, cover, blobs: names }, blobs)))
    }

    /// Every writer, and how far it is held without a hole.
    fn cover(&mut self) -> Result<Option<Vec<Covered>>, Error> {
        let have = self.replica()?.have().clone();
        let mut tips: BTreeMap<WriterId, Tip> =
            have.iter().map(|(writer, have)| (writer, have.tip)).collect();
        for (_, writer) in self.tables().sealed_changes()? {
            if writer != GENESIS_WRITER {
                tips.entry(writer).or_insert(Tip::START);
            }
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
    fn new_blobs(
        &mut self,
        held: &BTreeSet<Hash>,
        next: Option<&Next>,
    ) -> Result<Vec<Blob>, Error> {
        let sealed: BTreeSet<Hash> =
            self.tables().sealed_changes()?.into_iter().map(|(hash, _)| hash).collect();
        let mut volumes = Volumes::new();
        for placed in self.tables().all_changes()? {
            let change = Change::parse(placed.bytes).map_err(|_| Error::Engine)?;
            let is_new = sealed.contains(&change.hash()) && !held.contains(&change.hash());
            if is_new && next.is_none_or(|next| next.volume != placed.volume) {
                let empty = || (placed.edition, Vec::new());
                volumes.entry(placed.volume).or_insert_with(empty).1.push(change);
            }
        }
        volumes.extend(next.map(|next| (next.volume, (next.edition, next.changes.clone()))));
        let mut rng = self.surroundings.randomness();
        let mut blobs = Vec::new();
        for (volume, (edition, changes)) in volumes {
            let mut rest = changes.as_slice();
            while !rest.is_empty() {
                let replica = self.replica()?;
                let (blob, taken) = replica.seal_blob(volume, edition, rest, &mut *rng)?;
                blobs.push(blob);
                rest = rest.get(taken..).unwrap_or_default();
            }
        }
        Ok(blobs)
    }

    /// Whether everything received is applied, and everything that was written is in a chain or
    /// waits to be sealed as this writer.
    pub(super) fn is_settled(&mut self) -> Result<bool, Error> {
        let is_healing = self.is_healing()? || self.seals_anew()? || !self.withheld.is_empty();
        let me = self.replica()?.writer();
        Ok(!is_healing && !self.tables().is_anything_open(me)?)
    }

    /// Whether a checkpoint that is here whole is true, as far as this device can tell by now.
    pub(super) fn is_true(&mut self, manifest: &Manifest) -> Result<bool, Error> {
        if !self.is_settled()? || !self.is_covered_here(manifest)? {
            return Ok(false);
        }
        let Some(volumes) = self.opened(manifest)? else { return Ok(false) };
        for (volume, (edition, _)) in &volumes {
            if *edition != self.tables().edition(*volume)? {
                return Ok(false);
            }
        }
        let said = said(&volumes);
        let held: BTreeSet<Hash> =
            self.tables().sealed_changes()?.into_iter().map(|(hash, _)| hash).collect();
        if !said.is_subset(&held) {
            return Ok(false);
        }
        let beyond = self.changes_beyond(&cover(manifest))?;
        Ok(held.iter().all(|hash| said.contains(hash) || beyond.contains(hash)))
    }

    /// Whether all that a checkpoint covers is held here, and nothing else in its place.
    pub(super) fn is_covered_here(&mut self, manifest: &Manifest) -> Result<bool, Error> {
        for (writer, _, last) in manifest.chains() {
            let Some(have) = self.replica()?.have().of(writer).cloned() else { return Ok(false) };
            if have.tip.counter < last.counter || !self.agrees(writer, &have, last)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether that place of a chain that is held that far is this one.
    pub(super) fn agrees(
        &self,
        writer: WriterId,
        have: &WriterHave,
        at: Tip,
    ) -> Result<bool, Error> {
        if at.counter < have.base.counter {
            // What a checkpoint covers here was compared when that was taken over.
            return Ok(true);
        }
        let is_end = [have.base, have.tip].contains(&at);
        Ok(is_end || self.tables().stands(writer, at)?)
    }

    /// The hashes of all changes in envelopes that are held beyond that.
    pub(super) fn changes_beyond(&mut self, covered: &Have) -> Result<BTreeSet<Hash>, Error> {
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
    pub(super) fn opened(&mut self, manifest: &Manifest) -> Result<Option<Volumes>, Error> {
        let notebook = manifest.notebook();
        let writers: BTreeSet<WriterId> =
            manifest.contents().cover.iter().map(|covered| covered.writer(notebook)).collect();
        let mut volumes = Volumes::new();
        for name in &manifest.contents().blobs {
            let Some(blob) = self.tables().blob(name.hash)? else { return Ok(None) };
            if blob.name() != *name {
                return Ok(None);
            }
            let Ok(opened) = self.replica()?.open_blob(&blob) else { return Ok(None) };
            let changes = opened.unwrap_or_default();
            // What an edition begins with is nobody's.
            let is_known = |change: &Change| match change.writer() {
                GENESIS_WRITER => name.edition != Edition::default(),
                writer => writers.contains(&writer),
            };
            if !changes.iter().all(is_known) {
                return Ok(None);
            }
            let (edition, all) =
                volumes.entry(name.volume).or_insert_with(|| (name.edition, Vec::new()));
            if *edition != name.edition {
                return Ok(None);
            }
            all.extend(changes);
        }
        volumes.retain(|_, (_, changes)| !changes.is_empty());
        let is_whole =
            |(volume, it): (&Volume, &(Edition, Vec<Change>))| is_whole(*volume, it.0, &it.1);
        let are_whole = volumes.iter().all(is_whole);
        Ok(are_whole.then_some(volumes))
    }

    /// Notes what became of a checkpoint that is here whole. If it is true, those before its parent
    /// are let go of; if not, it is not asked for again by this process.
    pub(super) fn settle_piece(&mut self, manifest: &Manifest, is_true: bool) -> Result<(), Error> {
        let standing = self.replica()?.log().standing();
        let base = self.tables().get::<Hash>(Meta::Base)?;
        let sound = self.tables().checkpoints()?.into_iter().filter(|(_, is_sound)| *is_sound);
        let mut stay: Vec<Hash> = sound.map(|(manifest, _)| manifest.hash()).collect();
        if is_true {
            stay = vec![manifest.hash(), manifest.contents().parent];
        } else {
            self.rejected.insert(manifest.hash());
        }
        let proposed = self.replica()?.log().proposed().map(|it| it.edition.checkpoint);
        stay.extend(standing.into_iter().chain(base).chain(proposed).chain(self.erasing_with()?));
        self.durably(|tables| {
            if is_true {
                tables.keep_checkpoint(manifest, true)?;
            }
            Ok(tables.keep_only(&stay)?)
        })
    }
}

/// All changes of a checkpoint.
pub(super) fn said(volumes: &Volumes) -> BTreeSet<Hash> {
    volumes.values().flat_map(|(_, changes)| changes).map(Change::hash).collect()
}

/// What a checkpoint covers, as what somebody holds.
pub(super) fn cover(manifest: &Manifest) -> Have {
    let mut have = Have::new();
    for (writer, _, last) in manifest.chains() {
        have.set(writer, WriterHave { base: last, tip: last, beyond: Vec::new() });
    }
    have
}
