//! A checkpoint between this device and a relay: what is asked for, offered, attested, and taken over
//! in the place of envelopes that the relay has let go of.
//!
//! A chain that went elsewhere than the checkpoint says is doubted, as any branch that the relay
//! holds is: what is in the checkpoint stands again, the rest is written anew by whoever wrote it.

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::{Change, Refusal};
use couplet_proto::checkpoint::{Manifest, Piece};
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Tip};
use couplet_proto::ids::{Person, Volume, WriterId};

use super::Owner;
use super::checkpoint::{Volumes, said};
use super::edition::{Anew, let_go};
use super::intents::Intent;
use super::receiving::{Judged, Me, Received};
use crate::error::Error;
use crate::store::{Meta, Waiting};

/// The writers in a checkpoint: whose each is, and its last envelope there.
type Authors = BTreeMap<WriterId, (Person, u64)>;

impl Owner {
    /// The pieces of a checkpoint that the relay holds whole and this device should ask for: its
    /// manifest.
    pub(crate) fn wants_checkpoint(&mut self, checkpoint: Hash) -> Result<bool, Error> {
        if self.joining().is_some() || self.is_apart()? || self.rejected.contains(&checkpoint) {
            return Ok(false);
        }
        if self.proposed_with(checkpoint)?.is_some() {
            return Ok(self.replica()?.is_member() && self.is_settled()?);
        }
        let is_behind = self.is_behind()?;
        let replica = self.replica()?;
        let (slot, log) = (replica.slot(), replica.log());
        let Some(attested) = log.attested(checkpoint).copied() else { return Ok(false) };
        let departed = log.departed().map(|(_, departed)| &departed.member);
        let devices = log.members().map(|(_, member)| member).chain(departed);
        // A person's very first device trusts whoever let it in.
        let is_first = devices.filter(|member| member.slot == slot).count() == 1;
        let is_accepted = attested.has_stood && (attested.is_by(slot) || is_first);
        let is_member = replica.is_member();
        if is_behind || self.lacks_base()? {
            return Ok(is_member && is_accepted);
        }
        Ok(is_member && !attested.is_by(slot) && self.is_settled()?)
    }

    /// The checkpoint that stands by the log.
    pub(crate) fn standing_checkpoint(&mut self) -> Option<Hash> {
        self.replica().ok()?.log().standing()
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

    /// Whether more is held of that writer's chain beyond a hole.
    pub(super) fn has_hole(&mut self, writer: WriterId) -> Result<bool, Error> {
        Ok(self.replica()?.have().of(writer).is_some_and(|have| !have.beyond.is_empty()))
    }

    /// Takes in a piece of a checkpoint that the log speaks of: its hash, the manifest, and what is
    /// lacking then; nothing if it is none of its pieces.
    pub(crate) fn keep_piece(
        &mut self,
        checkpoint: Hash,
        piece: Piece,
    ) -> Result<Option<(Hash, Manifest, Vec<Hash>)>, Error> {
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
                if !known.as_ref().is_some_and(names) {
                    return Ok(None);
                }
                self.durably(|tables| Ok(tables.keep_blob(&blob)?))?;
            }
        }
        let Some(manifest) = known else { return Ok(None) };
        let lacking = self.tables().lacking(&manifest)?;
        Ok(Some((hash, manifest, lacking)))
    }

    /// A checkpoint that was asked for is here whole: it is taken over if this device lacks what it
    /// covers, and attested if it is true.
    pub(crate) fn settle_checkpoint(&mut self, manifest: &Manifest) -> Result<Received, Error> {
        if let Some(proposed) = self.proposed_with(manifest.hash())? {
            return self.settle_proposed(manifest, proposed);
        }
        if self.is_behind()? || self.lacks_base()? {
            let taken = self.take_base(manifest);
            self.is_stale |= taken.is_err();
            // What came before it and was written since can be read.
            return self.then_reread(taken?);
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
        self.propose_made(whole)?;
        let made = self.erasing_with()?;
        for (manifest, is_sound) in self.tables().checkpoints()? {
            let hash = manifest.hash();
            if is_sound && whole.contains(&hash) && Some(hash) != made {
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
        let made = self.erasing_with()?;
        let is_another = self.is_another_proposed()? && !self.is_answering()?;
        let wanted = [base, standing, last, made];
        known.retain(|(it, is_sound)| {
            let hash = Some(it.hash());
            *is_sound && wanted.contains(&hash) && !(is_another && hash == made)
        });
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

impl Owner {
    /// Takes a checkpoint over in the place of envelopes that are not to be had any more.
    pub(super) fn take_base(&mut self, manifest: &Manifest) -> Result<Received, Error> {
        let (Some(mut volumes), Some(authors)) = (self.opened(manifest)?, self.authors(manifest)?)
        else {
            return self.reject(manifest);
        };
        let Some(anew) = self.split_anew(&mut volumes)? else { return self.reject(manifest) };
        // What is doubted below has no place in its chain any more.
        let late = self.late_changes(anew.keys(), manifest)?;
        let doubted = self.heal_others(manifest, (&volumes, &anew))?;
        let Some(judged) = self.judge_all(volumes, &authors, doubted.is_some())? else {
            return self.reject(manifest);
        };
        let Some(anew) = self.begin_all_anew(anew, &authors, late)? else {
            return self.reject(manifest);
        };
        let Some(delta) = self.rebased(manifest)? else { return self.reject(manifest) };
        let entries = judged.iter().chain(anew.iter().map(|anew| &anew.judged));
        let entries = entries.flat_map(|judged| &judged.entries);
        let entries = entries.chain(anew.iter().flat_map(|anew| &anew.different));
        let touched = entries.map(|entry| entry.key.as_str().to_owned()).collect();
        let seen = self.keep_base(manifest, (&judged, &anew), &delta)?;
        let replica = self.replica()?;
        for (writer, have) in delta.iter() {
            replica.rebase_chain(writer, have.clone());
        }
        for (writer, counter) in seen {
            replica.seen().advance(writer, counter, false);
        }
        self.settle_piece(manifest, true)?;
        self.want_attested(manifest.hash())?;
        self.wipe_if_due()?;
        Ok(Received { delta, touched, fork: doubted, ..Received::default() })
    }

    /// Who wrote what is in a checkpoint, and up to which envelope; nothing if that is nobody.
    fn authors(&mut self, manifest: &Manifest) -> Result<Option<Authors>, Error> {
        let mut authors = Authors::new();
        for covered in &manifest.contents().cover {
            let member = self.replica()?.log().known(covered.device).copied();
            let Some(member) = member else { return Ok(None) };
            let writer = covered.writer(manifest.notebook());
            authors.insert(writer, (member.person(), covered.last.counter.max(1)));
        }
        Ok(Some(authors))
    }

    /// Judges all changes of a checkpoint in memory. Nothing, if one of them is not to be applied:
    /// unless it waits for another branch of a chain to be set aside.
    fn judge_all(
        &mut self,
        volumes: Volumes,
        authors: &Authors,
        is_healing: bool,
    ) -> Result<Option<Vec<Judged>>, Error> {
        let me = self.replica()?.writer();
        let orphans = self.tables().orphan_writers(me)?;
        let mut all = Vec::new();
        for (volume, (_, changes)) in volumes {
            let changes: BTreeMap<Hash, Waiting> =
                changes.into_iter().filter_map(|change| by_author(authors, change)).collect();
            let said: BTreeSet<Hash> = changes.keys().copied().collect();
            let mut judged = self.judge(volume, changes)?;
            judged.giving_way = self.giving_way_to(&said, &judged)?;
            let is_mended = is_healing || !judged.giving_way.is_empty();
            let is_of_orphan = |hash: &Hash| judged.is_of(hash, |it| orphans.contains(&it));
            let is_bad = |hash: &Hash| said.contains(hash) && !is_of_orphan(hash) && !is_mended;
            let waits = |(change, _): &(Change, _)| said.contains(&change.hash());
            let applied = &judged.applied;
            if applied.refused.iter().any(|(hash, _)| is_bad(hash))
                || applied.faulty.iter().any(is_bad)
                || !is_mended && applied.waiting.iter().any(waits)
            {
                return Ok(None);
            }
            all.push(judged);
        }
        Ok(Some(all))
    }

    /// The standing changes that are not in a checkpoint and have the number of one that is: these
    /// stand, as they did where it was attested.
    fn giving_way_to(
        &mut self,
        said: &BTreeSet<Hash>,
        judged: &Judged,
    ) -> Result<BTreeSet<Hash>, Error> {
        let mut giving_way = BTreeSet::new();
        let me = self.replica()?.writer();
        for (hash, refusal) in &judged.applied.refused {
            let Refusal::SameNumberTwice(stands) = refusal else { continue };
            if said.contains(hash) && !said.contains(stands) {
                giving_way.insert(*stands);
                if judged.is_of(hash, |writer| writer == me) {
                    self.mint()?;
                }
            }
        }
        self.may_have_orphans |= !giving_way.is_empty();
        Ok(giving_way)
    }

    fn begin_all_anew(
        &mut self,
        volumes: Volumes,
        authors: &Authors,
        mut late: BTreeMap<Volume, Vec<Change>>,
    ) -> Result<Option<Vec<Anew>>, Error> {
        let mut all = Vec::new();
        for volume in volumes {
            let late = late.remove(&volume.0).unwrap_or_default();
            let begun = self.begin_anew(volume, |change| by_author(authors, change), &late)?;
            let Some(begun) = begun else { return Ok(None) };
            all.push(begun);
        }
        Ok(Some(all))
    }

    /// What is held with the checkpoint; nothing if a chain went elsewhere.
    fn rebased(&mut self, manifest: &Manifest) -> Result<Option<Have>, Error> {
        let held = self.replica()?.have();
        let mut delta = Have::new();
        for (writer, _, last) in manifest.chains() {
            let mut have = held.of(writer).cloned().unwrap_or_default();
            if have.rebase(last).is_err() {
                return Ok(None);
            }
            delta.set(writer, have);
        }
        Ok(Some(delta))
    }

    /// Writes it all down; how far each writer is applied.
    fn keep_base(
        &mut self,
        manifest: &Manifest,
        (judged, anew): (&[Judged], &[Anew]),
        delta: &Have,
    ) -> Result<Vec<(WriterId, u64)>, Error> {
        let replica = self.replica()?;
        let me = Me { slot: replica.slot(), writer: replica.writer() };
        let notebook = manifest.notebook();
        self.durably(|tables| {
            for covered in &manifest.contents().cover {
                tables.keep_actor(covered.writer(notebook), (covered.device, covered.nonce))?;
            }
            judged.iter().try_for_each(|judged| judged.store(tables, me))?;
            anew.iter().try_for_each(|anew| anew.store(tables, me))?;
            if !anew.is_empty() {
                let_go(tables, manifest, anew)?;
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
        })
    }

    /// What was judged in memory is forgotten.
    fn reject(&mut self, manifest: &Manifest) -> Result<Received, Error> {
        self.is_stale = true;
        tracing::warn!("a checkpoint is not what it says; what is here stays as it is");
        self.settle_piece(manifest, false)?;
        Ok(Received::default())
    }

    /// Doubts the chains that went elsewhere than the checkpoint says; one of them. What
    /// of them is in it stands again, the rest is written anew by whoever wrote it.
    fn heal_others(
        &mut self,
        manifest: &Manifest,
        (volumes, anew): (&Volumes, &Volumes),
    ) -> Result<Option<WriterId>, Error> {
        let said = said(volumes);
        let mut sealed = self.tables().sealed_changes()?;
        for volume in anew.keys() {
            // Nothing of the edition that is here is in the one that takes its place.
            let gone = self.tables().hashes_of(*volume)?;
            sealed.retain(|(hash, _)| !gone.contains(hash));
        }
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

/// A change of a checkpoint as if it had come in its author's last envelope there.
fn by_author(authors: &Authors, change: Change) -> Option<(Hash, Waiting)> {
    let (person, counter) = *authors.get(&change.writer())?;
    Some((change.hash(), Waiting { change, person, counter }))
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::checkpoint::Contents;
    use couplet_proto::checkpoint::blob::Blob;
    use couplet_proto::ids::{Edition, Volume};
    use couplet_proto::statement::Role;

    use super::*;
    use crate::owner::checkpoint::cover;
    use crate::owner::testing::{ana, let_in, meet, order, pass, pass_words, shown};

    const EDITION: Edition = Edition(0);

    /// What is changed in a checkpoint before it is offered.
    type Lie = Box<dyn FnOnce(&mut Contents, &mut Vec<Blob>)>;

    /// A checkpoint as somebody offers it.
    struct Offered(Manifest, Vec<Vec<u8>>);

    impl Offered {
        fn of(by: &mut Owner, contents: Contents, blobs: &[Blob]) -> Self {
            let replica = by.replica().unwrap();
            let manifest = Manifest::sign(replica.notebook(), contents, replica.device()).unwrap();
            Self(manifest, blobs.iter().map(|blob| blob.bytes().to_vec()).collect())
        }

        /// What this device knows to be true, changed by whoever offers it.
        fn changed(by: &mut Owner, change: impl FnOnce(&mut Contents, &mut Vec<Blob>)) -> Self {
            let hash = by.checkpoint().unwrap().unwrap();
            let known = by.tables().checkpoints().unwrap().into_iter();
            let mut contents =
                known.map(|it| it.0).find(|it| it.hash() == hash).unwrap().contents().clone();
            let name = |name: &couplet_proto::checkpoint::BlobName| {
                by.tables().blob(name.hash).unwrap().unwrap()
            };
            let mut blobs: Vec<Blob> = contents.blobs.iter().map(name).collect();
            change(&mut contents, &mut blobs);
            Self::of(by, contents, &blobs)
        }

        /// Whether that device attests it once it has all that it is given.
        fn is_attested_by(&self, owner: &mut Owner) -> bool {
            let Self(manifest, blobs) = self;
            let hash = manifest.hash();
            let read = |bytes: &[u8]| Piece::read(bytes.to_vec());
            let mut kept = owner.keep_piece(hash, read(manifest.bytes()).unwrap()).unwrap();
            for blob in blobs {
                let Ok(blob) = read(blob) else { continue };
                kept = owner.keep_piece(hash, blob).unwrap().or(kept);
            }
            if kept.is_some_and(|(_, _, lacking)| lacking.is_empty()) {
                owner.settle_checkpoint(manifest).unwrap();
            }
            let wanted = owner.tables().intents::<Intent>().unwrap();
            wanted.iter().any(|(_, intent)| *intent == Intent::Attest(hash))
        }
    }

    /// All changes of this device's only volume but for those, sealed by it.
    fn blob_without(by: &mut Owner, last: usize) -> Blob {
        let changes = by.tables().all_changes().unwrap().into_iter();
        let mut changes: Vec<Change> = changes.map(|it| Change::parse(it.bytes).unwrap()).collect();
        changes.truncate(changes.len() - last);
        let mut rng = by.surroundings.randomness();
        by.replica().unwrap().seal_blob(Volume(0), EDITION, &changes, &mut *rng).unwrap().0
    }

    /// Ana and Ben, who hold the same.
    fn couple(directory: &std::path::Path) -> (Owner, Owner) {
        let mut ana = ana(&directory.join("ana"));
        let mut ben = let_in(&mut ana, &directory.join("ben"), Role::Partner);
        ana.write(Kind::Note, 0, "from ana").unwrap();
        ben.write(Kind::Note, 0, "from ben").unwrap();
        order(&mut ana);
        meet(&mut ana, &mut ben);
        (ana, ben)
    }

    #[test]
    fn a_checkpoint_is_attested_by_whoever_finds_in_it_all_that_is_here() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben) = couple(directory.path());
        let offered = Offered::changed(&mut ben, |_, _| {});
        ana.write(Kind::Note, 0, "after the checkpoint").unwrap();
        ana.seal_pending().unwrap();
        assert!(offered.is_attested_by(&mut ana));
    }

    #[test]
    fn a_checkpoint_that_lies_is_attested_by_nobody_and_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben) = couple(directory.path());
        let before = shown(&mut ana);
        let lacks_a_word = blob_without(&mut ben, 1);
        let lies: Vec<(&str, Lie)> = vec![
            (
                "covers more than is in its blobs",
                Box::new(move |contents, blobs| {
                    contents.blobs = vec![lacks_a_word.name()];
                    *blobs = vec![lacks_a_word];
                }),
            ),
            (
                "has no blobs",
                Box::new(|contents, blobs| {
                    contents.blobs.clear();
                    blobs.clear();
                }),
            ),
            (
                "names another epoch than its blob's",
                Box::new(|contents, _| {
                    contents.blobs[0].epoch.0 += 1;
                }),
            ),
            (
                "has a blob of another epoch",
                Box::new(|contents, blobs| {
                    let mut header = *blobs[0].header();
                    header.epoch.0 -= 1;
                    let before = header.to_bytes(blobs[0].bytes().len());
                    blobs[0] = Blob::of(header, before, blobs[0].body());
                    contents.blobs = vec![blobs[0].name()];
                }),
            ),
            ("does not name a writer", Box::new(|contents, _| contents.cover.truncate(1))),
            (
                "covers another branch",
                Box::new(|contents, _| {
                    contents.cover[0].last.hash = Hash([1; 32]);
                }),
            ),
            (
                "covers what nobody has",
                Box::new(|contents, _| {
                    contents.cover[0].last.counter += 1;
                }),
            ),
        ];
        for (lie, change) in lies {
            let offered = Offered::changed(&mut ben, change);
            assert!(!offered.is_attested_by(&mut ana), "{lie}");
            assert_eq!(shown(&mut ana), before, "{lie}");
        }
        let mut cut = Offered::changed(&mut ben, |_, _| {});
        cut.1[0].pop();
        assert!(!cut.is_attested_by(&mut ana), "its blob is cut");
        assert!(
            Offered::changed(&mut ben, |_, _| {}).is_attested_by(&mut ana),
            "and one that is true"
        );
    }

    #[test]
    fn what_this_device_has_not_is_not_attested() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben) = couple(directory.path());
        ben.write(Kind::Note, 0, "not sent so far").unwrap();
        assert!(!Offered::changed(&mut ben, |_, _| {}).is_attested_by(&mut ana));
    }

    /// A relay that keeps nothing of what a checkpoint covers says so.
    fn relay_of(manifest: &Manifest) -> Have {
        cover(manifest)
    }

    #[test]
    fn a_new_device_takes_over_what_stands_and_leaves_alone_what_does_not_hold_together() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben) = couple(directory.path());
        ben.write(Kind::Note, 0, "another from ben").unwrap();
        meet(&mut ana, &mut ben);
        // Without it, what others depend on is not there.
        let changes = ben.tables().all_changes().unwrap().into_iter();
        let mut changes: Vec<Change> =
            changes.map(|change| Change::parse(change.bytes).unwrap()).collect();
        let last = changes.last().unwrap().deps().to_vec();
        changes.retain(|change| !last.contains(&change.hash()));
        let mut rng = ben.surroundings.randomness();
        let headless = ben.replica().unwrap().seal_blob(Volume(0), EDITION, &changes, &mut *rng);
        let headless = headless.unwrap().0;
        let bad = Offered::changed(&mut ben, |contents, blobs| {
            contents.blobs = vec![headless.name()];
            *blobs = vec![headless];
        });
        let good = Offered::changed(&mut ben, |_, _| {});
        for Offered(manifest, _) in [&bad, &good] {
            ana.want(&Intent::Attest(manifest.hash())).unwrap();
            order(&mut ana);
            pass(&mut ana, &mut ben);
            ben.want(&Intent::Attest(manifest.hash())).unwrap();
            order(&mut ben);
            pass(&mut ben, &mut ana);
        }
        let mut tablet = Owner::join(
            crate::place::Home::at(&directory.path().join("tablet")),
            &ana.invite(Role::OwnDevice, None).unwrap().link,
            &"Other".parse().unwrap(),
        )
        .unwrap();
        order(&mut ana);
        let request = tablet.joining().unwrap().request.clone();
        ana.keep_requests(vec![request.bytes().to_vec()]).unwrap();
        ana.approve(request.hash(), None).unwrap();
        order(&mut ana);
        let (notebook, statements) = (ana.notebook(), ana.statements(0).unwrap());
        let all = couplet_proto::frame::Statements { notebook, from: 0, statements };
        tablet.extend(all).unwrap();
        tablet.relay_has_all(&relay_of(&good.0)).unwrap();
        assert!(tablet.lacks_base().unwrap());
        assert!(tablet.wants_checkpoint(bad.0.hash()).unwrap(), "it has stood, too");
        bad.is_attested_by(&mut tablet);
        assert!(tablet.lacks_base().unwrap() && shown(&mut tablet).is_empty());
        assert!(!tablet.wants_checkpoint(bad.0.hash()).unwrap(), "once is enough");
        good.is_attested_by(&mut tablet);
        assert!(!tablet.lacks_base().unwrap());
        assert_eq!(shown(&mut tablet), shown(&mut ana));
        // The tail follows, and it goes on from there.
        ana.write(Kind::Note, 0, "after that").unwrap();
        pass_words(&mut ana, &mut tablet);
        tablet.write(Kind::Note, 0, "from the tablet").unwrap();
        pass_words(&mut tablet, &mut ana);
        assert_eq!(shown(&mut tablet), shown(&mut ana));
        assert_eq!(shown(&mut ana).len(), 5);
    }
}
