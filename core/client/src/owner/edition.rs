//! Editions: proving one that the other person proposes, and going over to one that is current.
//!
//! Going over lets go of everything of the edition before, and of every envelope and checkpoint that
//! the edition's own covers: what was to be gone is in all of them. What this device had written
//! beyond that it writes anew, from its own operations; the changes themselves are applied by nobody
//! any more. What other devices wrote beyond it they write anew themselves.
//!
//! Deliberately not here: how an edition comes to be proposed (`erasing`).

use std::collections::{BTreeMap, BTreeSet};

use couplet_engine::document::genesis::GENESIS_WRITER;
use couplet_engine::document::{Change, EntryKey};
use couplet_engine::notebook::edition::{Stranded, WordsIn};
use couplet_engine::notebook::entry::Entry;
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::{Notebook, Written};
use couplet_proto::checkpoint::Manifest;
use couplet_proto::hash::Hash;
use couplet_proto::have::Have;
use couplet_proto::ids::{Edition, Slot, Volume, WriterId};
use couplet_proto::log::{Member, Proposed};
use couplet_proto::statement::{Body as Said, Propose};

use super::Owner;
use super::checkpoint::{Volumes, cover, said};
use super::erasing;
use super::receiving::{Judged, Me, Received};
use crate::error::Error;
use crate::store::{Meta, StoreError, Tables, Waiting};

/// The counter of changes that are nobody's: they came in no envelope.
const NOBODYS: u64 = 1;

/// A volume in another edition, in memory, and what is to be kept of that.
pub(super) struct Anew {
    place: (Volume, Edition),
    /// Whose words were taken out of it.
    of: Vec<Slot>,
    base: Vec<Change>,
    pub(super) judged: Judged,
    written: Vec<Written>,
    stranded: Vec<Stranded>,
    pub(super) different: Vec<Entry>,
    gone: Vec<EntryKey>,
}

/// What a proposed edition turns out to be.
#[derive(Debug)]
pub(super) enum Proved {
    /// Something else than it says, or not so far.
    Not,
    /// What it says, in a checkpoint of all that there is.
    Whole,
    /// What it says, in a checkpoint without what is closed to whoever proposes it; it leaves out
    /// these words.
    LessWhatIsClosed(BTreeSet<WordsIn>),
}

/// What is here, where a checkpoint that comes with an edition of a volume ends.
struct AtCut {
    /// In envelopes beyond that.
    beyond: BTreeSet<Hash>,
    /// Changes that were sealed.
    sealed: BTreeSet<Hash>,
    /// All of every other volume.
    held: BTreeSet<Hash>,
    /// All of the volume, up to there.
    of_volume: Vec<Change>,
    /// Whoever wrote in the volume beyond that.
    late: BTreeSet<WriterId>,
    /// Sealed up to there, and closed to whoever proposes the edition.
    closed: BTreeSet<Hash>,
}

impl AtCut {
    fn sealed(&self) -> impl Iterator<Item = &Hash> {
        self.held.iter().filter(|hash| self.sealed.contains(hash))
    }

    /// Whether that is in a checkpoint that says so much, or need not be.
    fn is_in(&self, hash: &Hash, said: &BTreeSet<Hash>) -> bool {
        [said, &self.beyond, &self.closed].iter().any(|all| all.contains(hash))
    }
}

impl Owner {
    /// Whether the log says of a volume that another edition than this device's is current.
    pub(crate) fn is_behind(&mut self) -> Result<bool, Error> {
        let current: Vec<_> = self.replica()?.log().editions().copied().collect();
        for (_, Propose { volume, edition, .. }) in current {
            if self.tables().edition(volume)? < edition {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks again at what could not be read before, in the editions that are current by now.
    pub(crate) fn go_over(&mut self) -> Result<Received, Error> {
        self.wipe_if_due()?;
        let received = self.settle_editions()?;
        self.then_reread(received)
    }

    /// What was received, and what could be read after it.
    pub(super) fn then_reread(&mut self, mut received: Received) -> Result<Received, Error> {
        let reread = self.reread()?;
        received.touched.extend(reread.touched);
        for (writer, have) in reread.delta.iter() {
            received.delta.set(writer, have.clone());
        }
        Ok(received)
    }

    /// Goes over to the current editions, if what they begin with is here.
    pub(super) fn settle_editions(&mut self) -> Result<Received, Error> {
        let is_idle = self.joining().is_some() || self.is_apart()?;
        if is_idle || !self.is_behind()? {
            return Ok(Received::default());
        }
        let standing = self.replica()?.log().standing();
        let known = self.tables().checkpoints()?.into_iter().map(|(manifest, _)| manifest);
        let Some(manifest) = known.into_iter().find(|it| Some(it.hash()) == standing) else {
            return Ok(Received::default());
        };
        if !self.tables().lacking(&manifest)?.is_empty() {
            return Ok(Received::default());
        }
        let taken = self.take_base(&manifest);
        self.is_stale |= taken.is_err();
        taken
    }

    /// The edition that the other person proposes, if it is proposed with this checkpoint.
    pub(super) fn proposed_with(&mut self, checkpoint: Hash) -> Result<Option<Proposed>, Error> {
        let replica = self.replica()?;
        let (me, proposed) = (replica.slot(), replica.log().proposed().copied());
        Ok(proposed.filter(|it| it.slot != me && it.edition.checkpoint == checkpoint))
    }

    /// Whether nothing is missing in a proposed edition but words of whoever proposes it, or words
    /// that this person wants gone, and in its checkpoint nothing at all but what is closed to whoever
    /// proposes it; and whether whoever wrote something beyond that will write it anew: this device,
    /// or the one that proposes.
    pub(super) fn proves(
        &mut self,
        manifest: &Manifest,
        Proposed { by, slot, edition }: Proposed,
    ) -> Result<Proved, Error> {
        if !self.is_settled()? || !self.is_covered_here(manifest)? {
            return Ok(Proved::Not);
        }
        let Some(mut volumes) = self.opened(manifest)? else { return Ok(Proved::Not) };
        let Some((number, mut base)) = volumes.remove(&edition.volume) else {
            return Ok(Proved::Not);
        };
        base.sort_by_key(Change::seq);
        let before = self.tables().edition(edition.volume)?;
        let is_next = before.0.checked_add(1) == Some(number.0) && number == edition.edition;
        let is_named = base.last().map(Change::hash) == Some(edition.beginning);
        if !is_next || !is_named || !self.is_current(&volumes)? {
            return Ok(Proved::Not);
        }
        let cut = self.cut(manifest, slot, edition.volume)?;
        let said = said(&volumes);
        let is_same = said.is_subset(&cut.held) && cut.sealed().all(|hash| cut.is_in(hash, &said));
        if !is_same || !self.are_written_anew(&cut.late, manifest)? {
            return Ok(Proved::Not);
        }
        let is_less = cut.closed.iter().any(|hash| !said.contains(hash));
        let wanted = self.wanted()?;
        let replica = self.replica()?;
        let me = (replica.person(), replica.writer());
        let person = replica.log().known(by).map(Member::person).ok_or(Error::Engine)?;
        let old = Notebook::load(edition.volume, before, me, None, cut.of_volume);
        let left_out = old.ok().and_then(|old| old.left_out_in(&base, person, &wanted));
        Ok(match left_out {
            None => Proved::Not,
            Some(words) if is_less => Proved::LessWhatIsClosed(words),
            Some(_) => Proved::Whole,
        })
    }

    /// What is here up to where a checkpoint covers it, and beyond.
    fn cut(&mut self, manifest: &Manifest, slot: Slot, volume: Volume) -> Result<AtCut, Error> {
        let beyond = self.changes_beyond(&cover(manifest))?;
        let sealed = self.tables().sealed_changes()?;
        let sealed: BTreeSet<Hash> = sealed.into_iter().map(|(hash, _)| hash).collect();
        let (held, of_volume, late, closed) = Default::default();
        let mut cut = AtCut { beyond, sealed, held, of_volume, late, closed };
        let all = self.tables().all_changes()?;
        let log = self.replica()?.log();
        for placed in all {
            let change = Change::parse(placed.bytes).map_err(|_| Error::Engine)?;
            let hash = change.hash();
            let (is_beyond, is_sealed) = (cut.beyond.contains(&hash), cut.sealed.contains(&hash));
            if placed.volume != volume {
                cut.held.insert(hash);
                let is_closed = log.is_closed_to(slot, log.epoch(), placed.volume);
                cut.closed.extend(Some(hash).filter(|_| is_closed && is_sealed && !is_beyond));
            } else if is_beyond {
                cut.late.insert(change.writer());
            } else if is_sealed {
                cut.of_volume.push(change);
            }
        }
        Ok(cut)
    }

    /// Whether this is the edition of each volume that is here.
    fn is_current(&self, volumes: &Volumes) -> Result<bool, Error> {
        for (volume, (edition, _)) in volumes {
            if *edition != self.tables().edition(*volume)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn are_written_anew(
        &mut self,
        late: &BTreeSet<WriterId>,
        manifest: &Manifest,
    ) -> Result<bool, Error> {
        let me = self.replica()?.writer();
        for writer in late {
            let device = self.tables().device_of(*writer)?;
            if *writer != me && device != Some(manifest.device()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Owner {
    /// Of a checkpoint's volumes, those whose edition is to take the place of the one that is here;
    /// nothing if one is another than the log says, or is missing.
    pub(super) fn split_anew(&mut self, volumes: &mut Volumes) -> Result<Option<Volumes>, Error> {
        let current: Vec<_> = self.replica()?.log().editions().copied().collect();
        let mut anew = Volumes::new();
        for (_, current) in &current {
            let volume = &current.volume;
            if self.tables().edition(*volume)? >= current.edition {
                continue;
            }
            match volumes.remove(volume) {
                Some((edition, changes)) if edition == current.edition => {
                    anew.insert(*volume, (edition, changes));
                }
                _ => return Ok(None),
            }
        }
        Ok(self.is_current(volumes)?.then_some(anew))
    }

    /// Goes over to another edition of a volume, in memory; nothing if it is not what the log says.
    pub(super) fn begin_anew(
        &mut self,
        (volume, (edition, changes)): (Volume, (Edition, Vec<Change>)),
        waiting: impl Fn(Change) -> Option<(Hash, Waiting)>,
        late: &[Change],
    ) -> Result<Option<Anew>, Error> {
        let is_nobodys = |change: &Change| change.writer() == GENESIS_WRITER;
        let (mut base, rest): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(is_nobodys);
        base.sort_by_key(Change::seq);
        let current = self.replica()?.log().editions().find(|(_, it)| it.volume == volume).copied();
        let Some((by, current)) = current else { return Ok(None) };
        // Genesis is the first of nobody's.
        let is_whole = base.last().is_some_and(|last| {
            last.hash() == current.beginning && last.seq() == base.len() as u64 + 1
        });
        if !is_whole {
            return Ok(None);
        }
        self.load(volume)?;
        let replica = self.replica()?;
        let is_for_other = replica.log().openings().iter().any(|opening| opening.by == by);
        let me = (replica.person(), replica.writer());
        let Ok(new) = Notebook::load(volume, edition, me, None, base.clone()) else {
            return Ok(None);
        };
        let old = replica.unshelve(volume).ok_or(Error::Engine)?;
        replica.shelve(new);
        let judged = self.judge(volume, rest.into_iter().filter_map(waiting).collect())?;
        let new = self.load(volume)?;
        if new.edition() != edition {
            return Err(Error::Engine);
        }
        let (written, stranded) = new.write_late(&old, late)?;
        // Of a page the version that is shown with it is to be one of this edition's.
        let differs = |entry: &Entry| {
            let is_page = entry.kind.is_some_and(Kind::is_typed);
            is_page || old.entry(&entry.key).is_none_or(|before| before.content != entry.content)
        };
        let different = new.entries().filter(differs).collect();
        let gone = old.entries().map(|it| it.key).filter(|key| new.entry(key).is_none()).collect();
        let place = (volume, edition);
        // For who reads from here the other has it made.
        let is_of_other = is_for_other && new.lacks_words_of(by.other(), &old);
        let of = [by, by.other()].into_iter().take(1 + usize::from(is_of_other)).collect();
        Ok(Some(Anew { place, of, base, judged, written, stranded, different, gone }))
    }

    /// What this device wrote in the editions of these volumes that are here, beyond where they end
    /// in its chains, in order. Of a chain of which less is here than is covered, as in a store that
    /// was restored, nothing is.
    pub(super) fn late_changes<'a>(
        &mut self,
        volumes: impl Iterator<Item = &'a Volume>,
        manifest: &Manifest,
    ) -> Result<BTreeMap<Volume, Vec<Change>>, Error> {
        let mut former = self.former_writers()?;
        former.push(self.replica()?.writer());
        let have = self.replica()?.have().clone();
        let tip = |writer| have.of(writer).map_or(0, |have| have.tip.counter);
        let mut all = BTreeMap::new();
        for volume in volumes {
            let covered = self.end_of(*volume, manifest)?;
            let covers = |writer: WriterId, counter: u64| {
                covered.of(writer).is_some_and(|have| counter <= have.tip.counter)
            };
            let mut own = former.clone();
            own.retain(|writer| !covers(*writer, tip(*writer).saturating_add(1)));
            let mut late = Vec::new();
            for (change, counter) in
                self.tables().changes_of((*volume, self.tables().edition(*volume)?))?
            {
                let writer = change.writer();
                let is_covered = match counter {
                    None => false,
                    Some(counter) if covers(writer, counter) => true,
                    Some(counter) => {
                        let carrier = self.tables().carrier(writer, counter)?;
                        carrier.is_some_and(|(by, at)| covers(by, at))
                    }
                };
                if own.contains(&writer) && !is_covered {
                    late.push(change);
                }
            }
            all.insert(*volume, late);
        }
        Ok(all)
    }

    /// Where the edition of a volume that is here ends: at the cover of the one that follows it. Of
    /// several that have passed, those who proposed and accepted the first of them may have words
    /// beyond its cover that the others' cover, and they hold what it was proposed with. Whoever else
    /// has late words has given them to nobody.
    fn end_of(&mut self, volume: Volume, manifest: &Manifest) -> Result<Have, Error> {
        let here = self.tables().edition(volume)?;
        let statements = self.replica()?.log().statements();
        let is_accepted = |checkpoint: Hash| {
            let accepts =
                |body: &Said| matches!(body, Said::Accept(it) if it.checkpoint == checkpoint);
            statements.iter().any(|said| accepts(said.body()))
        };
        let next = statements.iter().find_map(|said| match said.body() {
            Said::Propose(it)
                if it.volume == volume
                    && here.0.checked_add(1) == Some(it.edition.0)
                    && is_accepted(it.checkpoint) =>
            {
                Some(it.checkpoint)
            }
            _ => None,
        });
        let known = self.tables().checkpoints()?.into_iter().map(|(manifest, _)| manifest);
        let first = known.into_iter().find(|known| Some(known.hash()) == next);
        Ok(cover(first.as_ref().unwrap_or(manifest)))
    }

    /// Late words on entries that have come since are written; whether there were any.
    pub(super) fn write_stranded(&mut self) -> Result<bool, Error> {
        let Some(stranded) = self.tables().get::<Vec<(u32, Stranded)>>(Meta::Stranded)? else {
            return Ok(false);
        };
        let (mut all, mut left) = (Vec::new(), Vec::new());
        for (volume, one) in stranded {
            let mut one = vec![one];
            let written = self.load(Volume(volume))?.write_stranded(&mut one)?;
            all.extend(written.into_iter().map(|written| (Volume(volume), written)));
            left.extend(one.into_iter().map(|one| (volume, one)));
        }
        if all.is_empty() {
            return Ok(false);
        }
        let me = self.replica()?.slot();
        self.durably(|tables| {
            for (volume, Written { change, entry }) in &all {
                let id = tables.keep_change((*volume, tables.edition(*volume)?), change, None)?;
                tables.keep_entry(entry, Some(id), me)?;
            }
            Ok(tables.set(Meta::Stranded, &left)?)
        })?;
        Ok(true)
    }

    /// What was deleted goes out of the file, too. A crash before that is made up for.
    pub(super) fn wipe_if_due(&mut self) -> Result<(), Error> {
        let is_due = self.tables().get::<bool>(Meta::Wiping)? == Some(true);
        if !is_due || !self.is_owned() {
            return Ok(());
        }
        match self.store.wipe() {
            Ok(true) => self.durably(|tables| Ok(tables.clear(Meta::Wiping)?)),
            Ok(false) | Err(StoreError::Busy | StoreError::DiskFull) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Anew {
    pub(super) fn store(&self, tables: &Tables<'_>, me: Me) -> Result<(), Error> {
        tables.drop_editions_before(self.place)?;
        for change in &self.base {
            tables.keep_change(self.place, change, Some(NOBODYS))?;
        }
        for key in &self.gone {
            tables.drop_entry(key.as_str())?;
        }
        for entry in &self.different {
            tables.keep_entry(entry, None, me.slot)?;
        }
        self.judged.store(tables, me)?;
        for Written { change, entry } in &self.written {
            let id = tables.keep_change(self.place, change, None)?;
            tables.keep_entry(entry, Some(id), me.slot)?;
        }
        keep_stranded(tables, self.place.0, &self.stranded)
    }
}

/// What waits for entries of that volume that are not here so far.
pub(super) fn keep_stranded(
    tables: &Tables<'_>,
    volume: Volume,
    stranded: &[Stranded],
) -> Result<(), Error> {
    if stranded.is_empty() {
        return Ok(());
    }
    let mut all = tables.get::<Vec<(u32, Stranded)>>(Meta::Stranded)?.unwrap_or_default();
    all.extend(stranded.iter().map(|one| (volume.0, one.clone())));
    Ok(tables.set(Meta::Stranded, &all)?)
}

/// Lets go of everything that a checkpoint covers, of drafts of what was erased here, and of the wish
/// that it was erased by.
pub(super) fn let_go(tables: &Tables<'_>, manifest: &Manifest, anew: &[Anew]) -> Result<(), Error> {
    for covered in &manifest.contents().cover {
        tables.drop_covered(covered.writer(manifest.notebook()), covered.last.counter)?;
    }
    for anew in anew {
        anew.of.iter().try_for_each(|of| tables.drop_quarantined(*of))?;
        if let Some(beginning) = anew.base.last().map(Change::hash) {
            erasing::done(tables, beginning)?;
        }
    }
    Ok(tables.set(Meta::Wiping, &true)?)
}
