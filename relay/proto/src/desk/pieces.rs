//! Checkpoints at a desk: pieces that are offered and asked for, and what a store does with them.
//!
//! A manifest is taken of a member, or of whomever if the log speaks of it; a blob only if a
//! manifest that is kept names it. So nobody fills a store with what nobody will ask for.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::checkpoint::{Manifest, Piece};
use crate::desk::question::Question;
use crate::desk::{Asked, Desk, Output, Part, Stage, Why};
use crate::frame::Frame;
use crate::hash::Hash;
use crate::have::{Have, Tip, WriterHave};
use crate::ids::{DeviceId, Slot, WriterId};
use crate::limits::MAX_WANTED;
use crate::log::Log;

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept from this call on.
    New,
    /// It was there.
    Held,
    /// Nothing that is kept names it.
    Unwanted,
    /// Its person has no room for more.
    Full,
}

/// What became of a piece, and what is asked for next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceKept {
    /// The piece.
    pub kept: Kept,
    /// The blobs that are named and not there, in order of their hashes.
    pub lacking: Vec<Hash>,
    /// The checkpoints that are there whole, in order of their hashes.
    pub whole: Vec<Hash>,
    /// All that is held of the writers of whom less is kept than before; of whom a hole is filled.
    pub have: Have,
}

/// A writer's chain once a checkpoint stands for its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebased {
    /// Whose writer.
    pub device: DeviceId,
    /// Which.
    pub writer: WriterId,
    /// What is held of it.
    pub have: WriterHave,
}

/// What is held once a checkpoint stands for what it covers; nothing if it may not: of some chain
/// it covers less than the one before, or another branch than is held. `hash_at` says what is held
/// in a place that has an envelope.
///
/// # Errors
/// Whatever `hash_at` fails with.
pub fn rebase<E>(
    manifest: &Manifest,
    held: &Have,
    mut hash_at: impl FnMut(WriterId, u64) -> Result<Option<Hash>, E>,
) -> Result<Option<Vec<Rebased>>, E> {
    let mut covered = BTreeSet::new();
    let mut rebased = Vec::new();
    for (writer, device, last) in manifest.chains() {
        covered.insert(writer);
        let mut have = held.of(writer).cloned().unwrap_or_default();
        let is_within = (have.base.counter + 1..=have.tip.counter).contains(&last.counter);
        let is_other = is_within && hash_at(writer, last.counter)? != Some(last.hash);
        if last.counter < have.base.counter || is_other || have.rebase(last).is_err() {
            return Ok(None);
        }
        rebased.push(Rebased { device, writer, have });
    }
    let is_forgotten = |(writer, have): (WriterId, &WriterHave)| {
        have.base != Tip::START && !covered.contains(&writer)
    };
    Ok((!held.iter().any(is_forgotten)).then_some(rebased))
}

/// What a store says to a checkpoint that is offered, beside those of the same person that are there
/// whole and stand for nothing so far: whether it takes their place. Of two devices that each made
/// one, the same one stays whichever came first; half of one holds up nobody.
///
/// # Errors
/// Whatever `hash_at` fails with.
pub fn takes_place<E>(
    log: &Log,
    offered: &Manifest,
    whole: &[Manifest],
    held: &Have,
    hash_at: impl FnMut(WriterId, u64) -> Result<Option<Hash>, E>,
) -> Result<bool, E> {
    // What an edition is proposed with is what the other person's device needs: it gives way to what
    // its own device offers alone.
    if let Some(proposed) = log.proposed() {
        let is_it = |manifest: &Manifest| manifest.hash() == proposed.edition.checkpoint;
        if is_it(offered) || offered.device() == proposed.by {
            return Ok(true);
        }
        if whole.iter().any(is_it) {
            return Ok(false);
        }
    }
    let base = |writer| held.of(writer).map_or(0, |have| have.base.counter);
    if !offered.chains().any(|(writer, _, last)| last.counter > base(writer)) {
        return Ok(false);
    }
    if log.attested(offered.hash()).is_some_and(|attested| attested.has_stood) {
        return Ok(rebase(offered, held, hash_at)?.is_some());
    }
    let offered = rank(log, offered, held);
    Ok(whole.iter().all(|there| rank(log, there, held) < offered))
}

/// The higher is the better: how much of what is held it covers, how many attest it, its hash.
fn rank(log: &Log, manifest: &Manifest, held: &Have) -> (u64, usize, Reverse<Hash>) {
    let covered = manifest.chains().map(|(writer, _, last)| {
        held.of(writer).map_or(0, |have| have.highest().min(last.counter))
    });
    let attested = log.attested(manifest.hash());
    let by = Slot::BOTH.iter().filter(|slot| attested.is_some_and(|it| it.is_by(**slot)));
    (covered.fold(0, u64::saturating_add), by.count(), Reverse(manifest.hash()))
}

/// Whether a checkpoint may be kept that this device offers, and whose it is then.
#[must_use]
pub fn owner(log: &Log, sender: DeviceId, manifest: &Manifest) -> Option<Slot> {
    let is_known = |device| log.known(device).is_some();
    let hash = manifest.hash();
    let is_proposed = log.proposed().is_some_and(|it| it.edition.checkpoint == hash);
    let is_wanted = log.attested(hash).is_some() || is_proposed || sender == manifest.device();
    let stands = |(writer, device, last): (WriterId, DeviceId, Tip)| {
        log.stands(device, writer).reaches(last.counter)
    };
    let may_be = manifest.notebook() == log.id()
        && is_wanted
        && manifest.contents().cover.iter().all(|covered| is_known(covered.device))
        && manifest.chains().all(stands);
    log.known(manifest.device()).filter(|_| may_be).map(|member| member.slot)
}

/// Which of these checkpoints, which are there whole, is to stand for what it covers.
#[must_use]
pub fn to_stand(log: &Log, whole: &[Hash]) -> Option<Hash> {
    let last = log.standing().filter(|standing| whole.contains(standing));
    let has_stood = |hash: &&Hash| log.attested(**hash).is_some_and(|it| it.has_stood);
    last.or_else(|| whole.iter().find(has_stood).copied())
}

/// What was asked for of what is lacking, a few at a time.
#[derive(Clone, Debug, Default)]
pub struct Gathering(BTreeSet<Hash>);

impl Gathering {
    /// Whether that piece was asked for, and has not come.
    #[must_use]
    pub fn awaits(&self, piece: Hash) -> bool {
        self.0.contains(&piece)
    }

    /// A piece has come; what to ask for next, if it was the last of what was asked for.
    pub fn next(&mut self, come: Hash, lacking: &[Hash]) -> Option<Vec<Hash>> {
        self.0.remove(&come);
        self.0.retain(|asked| lacking.contains(asked));
        if !self.0.is_empty() || lacking.is_empty() {
            return None;
        }
        self.0 = lacking.iter().take(MAX_WANTED).copied().collect();
        Some(self.0.iter().copied().collect())
    }
}

impl Desk {
    /// Takes in an offered piece.
    pub(crate) fn offered(&mut self, bytes: Vec<u8>, log: &Arc<Log>) {
        let Ok(piece) = Piece::read(bytes) else { return self.close(Why::Malformed) };
        let is_refused = match &piece {
            Piece::Manifest(manifest) => owner(log, self.device, manifest).is_none(),
            Piece::Blob(_) => false,
        };
        if is_refused {
            return self.ask(Question::Checkpoints, Asked::Checkpoints);
        }
        if let (Piece::Manifest(manifest), Stage::Attached(attached)) = (&piece, &mut self.stage) {
            attached.is_offered(manifest);
        }
        let hash = piece.hash();
        let question = Question::KeepPiece(Arc::clone(log), Box::new(piece));
        self.ask(question, Asked::KeepPiece(hash));
    }

    pub(crate) fn piece_kept(&mut self, piece: Hash, kept: PieceKept) {
        let Stage::Attached(attached) = &mut self.stage else { return };
        let PieceKept { kept, lacking, whole, have } = kept;
        let lacking = attached.to_come(lacking);
        if have != Have::new() {
            attached.session.stored(&have);
            self.outputs.push_back(Output::Changed(Part::Have));
            self.news.insert(Part::Have);
        }
        let is_refused = matches!(kept, Kept::Unwanted | Kept::Full);
        let next = attached.gathering.next(piece, &lacking);
        match next {
            Some(wanted) if !is_refused => self.send(Frame::Want(wanted)),
            _ if is_refused || lacking.is_empty() => self.send(Frame::Checkpoints(whole)),
            _ => {}
        }
    }
}
