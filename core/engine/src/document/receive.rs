//! Receiving changes: judged one by one, applied all at once.
//!
//! The order of a batch does not matter, nor what is in it twice. A change is looked at once
//! everything it depends on is in the document or accepted before it; what was refused keeps its
//! dependents waiting. Automerge gets the accepted ones in one call (10,000 changes take 0.4 s so,
//! one by one 9.6 s) and must then be able to give each of them back as it was: one that it would
//! spell otherwise would make every later snapshot unreadable.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Person, Slot};

use super::change::Change;
use super::genesis::GENESIS_WRITER;
use super::guard::quietly;
use super::history::{History, Link, Past};
use super::operation::{Applied, Law, Refusal, Verdict, births};
use super::scan::{Scan, Scanner, Stop, Traces, automerge_hash};
use super::{Document, LoadError};

/// Automerge failed while it applied these changes, and the document is no more. That says nothing
/// about the changes: load the document again from the store and bring them one by one; one that
/// fails alone is kept aside and tried again after an update of the app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this phone failed to apply {} changes; load the document again and apply them one by one",
    suspects.len())]
pub struct Poisoned {
    /// Those that were being applied; empty if the document was broken before.
    pub suspects: Vec<Hash>,
}

/// What is accepted and not applied yet.
#[derive(Debug, Default)]
struct Pending {
    changes: Vec<automerge::Change>,
    hashes: Vec<Hash>,
    traces: Traces,
}

enum Admission {
    Accepted(Box<automerge::Change>, Scan, Past),
    Refused(Refusal),
    Faulty,
    AfterPending,
}

impl Document {
    /// Judges and applies changes, each with the person who signed it.
    ///
    /// # Errors
    /// [`Poisoned`] if Automerge failed; the document is then broken and nothing of the batch
    /// counts as applied.
    pub fn apply(
        &mut self,
        batch: Vec<(Change, Person)>,
        law: &Law<'_>,
    ) -> Result<Applied, Poisoned> {
        if self.is_broken {
            return Err(Poisoned { suspects: Vec::new() });
        }
        let mut applied = Applied::default();
        let mut pending = Pending::default();
        let (fresh, duplicates) = without_duplicates(&self.history, batch);
        applied.duplicates = duplicates;
        let mut queue = Queue::of(&self.history, fresh);
        while let Some((change, by)) = queue.next_ready() {
            let hash = change.hash();
            let mut admission = self.admit(&change, by, law, &pending);
            if matches!(admission, Admission::AfterPending) {
                self.apply_pending(&mut pending)?;
                admission = self.admit(&change, by, law, &pending);
            }
            match admission {
                Admission::Accepted(decoded, scan, past) => {
                    self.history.add(change.writer(), link_of(&change), past);
                    self.note_thread(&change);
                    pending.changes.push(*decoded);
                    pending.hashes.push(hash);
                    self.entries += births(&scan.operations);
                    let found = scan.found.into_iter();
                    self.places.extend(found.filter_map(|(object, place)| Some((object, place?))));
                    pending.traces.absorb(scan.traces);
                    applied.applied.push(hash);
                    applied.touched.extend(scan.touched);
                    queue.release(&hash);
                }
                Admission::Refused(refusal) => applied.refused.push((hash, refusal)),
                Admission::Faulty | Admission::AfterPending => applied.faulty.push(hash),
            }
        }
        self.apply_pending(&mut pending)?;
        applied.waiting = queue.into_waiting();
        Ok(applied)
    }

    fn admit(&self, change: &Change, by: Person, law: &Law<'_>, pending: &Pending) -> Admission {
        let past = match in_its_place(&self.history, change) {
            Ok(past) => past,
            Err(refusal) => return Admission::Refused(refusal),
        };
        let decoded = match quietly(|| decode_canonical(change)) {
            Ok(Some(decoded)) => decoded,
            Ok(None) => return Admission::Refused(Refusal::NotCanonical),
            Err(_) => return Admission::Faulty,
        };
        let scanner = Scanner {
            automerge: &self.automerge,
            history: &self.history,
            places: &self.places,
            pending: &pending.traces,
            is_pending: !pending.changes.is_empty(),
            change,
            past: &past,
        };
        let scan = match quietly(|| scanner.scan()) {
            Ok(Ok(scan)) => scan,
            Ok(Err(Stop::Refused(refusal))) => return Admission::Refused(refusal),
            Ok(Err(Stop::AfterPending)) => return Admission::AfterPending,
            Err(_) => return Admission::Faulty,
        };
        match law(change, by, &scan.operations) {
            Verdict::Lawful => Admission::Accepted(Box::new(decoded), scan, past),
            Verdict::Unlawful(reason) => Admission::Refused(Refusal::Unlawful(reason)),
        }
    }

    fn apply_pending(&mut self, pending: &mut Pending) -> Result<(), Poisoned> {
        let Pending { changes, hashes, .. } = std::mem::take(pending);
        if changes.is_empty() {
            return Ok(());
        }
        let automerge = &mut self.automerge;
        let kept = quietly(|| {
            let before = automerge.get_heads();
            automerge.apply_changes(changes).is_ok() && gives_back(automerge, &before, &hashes)
        });
        if kept == Ok(true) {
            return Ok(());
        }
        self.is_broken = true;
        Err(Poisoned { suspects: hashes })
    }
}

/// The trusted changes of a stored document, each after what it depends on, and noted in `history`.
pub(super) fn in_causal_order(
    history: &mut History,
    changes: Vec<Change>,
) -> Result<Vec<Change>, LoadError> {
    let batch = changes.into_iter().map(|change| (change, Person::first(Slot::First))).collect();
    let (fresh, _) = without_duplicates(history, batch);
    let mut queue = Queue::of(history, fresh);
    let mut ordered = Vec::new();
    while let Some((change, _)) = queue.next_ready() {
        let past = history.past(change.deps()).unwrap_or_default();
        if history.seen(&past, &change.writer()) + 1 != change.seq() {
            return Err(LoadError::Failed);
        }
        history.add(change.writer(), link_of(&change), past);
        queue.release(&change.hash());
        ordered.push(change);
    }
    match queue.into_waiting().len() {
        0 => Ok(ordered),
        missing => Err(LoadError::MissingDependencies(missing)),
    }
}

/// What a change is in a writer's chain.
pub(super) fn link_of(change: &Change) -> Link {
    Link { hash: change.hash(), start_op: change.start_op(), max_op: change.max_op() }
}

/// Rule 15 as far as headers go. Automerge starts at one after the largest counter it knows, and
/// depends on all heads: so an honest change starts at exactly one after its past.
fn in_its_place(history: &History, change: &Change) -> Result<Past, Refusal> {
    let writer = change.writer();
    if writer == GENESIS_WRITER {
        return Err(Refusal::GenesisWriter);
    }
    if let Some(stands) = history.numbered(&writer, change.seq()) {
        return Err(Refusal::SameNumberTwice(stands));
    }
    let past = history.past(change.deps()).ok_or(Refusal::BeyondItsPast)?;
    if history.seen(&past, &writer) + 1 != change.seq() {
        return Err(Refusal::OwnPastMissing);
    }
    if change.start_op() != past.max_op + 1 {
        return Err(Refusal::WrongStart);
    }
    Ok(past)
}

/// The change for Automerge, if it is spelled as Automerge spells it. It keeps operations and not
/// bytes, so it could not give back any other spelling.
fn decode_canonical(change: &Change) -> Option<automerge::Change> {
    let decoded = automerge::Change::try_from(change.bytes()).ok()?;
    let again = automerge::Change::from(decoded.decode());
    (again.raw_bytes() == change.bytes()).then_some(decoded)
}

/// Whether exactly these changes came after `before`, as they were. Asking for all at once takes
/// 4 to 10 microseconds each, one by one 60.
fn gives_back(automerge: &Automerge, before: &[ChangeHash], hashes: &[Hash]) -> bool {
    let mut wanted: Vec<ChangeHash> = hashes.iter().map(automerge_hash).collect();
    let mut given: Vec<ChangeHash> =
        automerge.get_changes(before).iter().map(automerge::Change::hash).collect();
    wanted.sort_unstable();
    given.sort_unstable();
    given == wanted
}

type Signed = (Change, Person);

fn without_duplicates(history: &History, batch: Vec<Signed>) -> (Vec<Signed>, Vec<Hash>) {
    let mut seen = BTreeSet::new();
    let mut duplicates = Vec::new();
    let mut fresh = Vec::new();
    for (change, by) in batch {
        let hash = change.hash();
        if history.has(&hash) || !seen.insert(hash) {
            duplicates.push(hash);
        } else {
            fresh.push((change, by));
        }
    }
    (fresh, duplicates)
}

/// Changes that become ready when what they depend on is accepted; the first brought goes first.
struct Queue {
    changes: Vec<Option<Signed>>,
    missing: Vec<usize>,
    dependents: BTreeMap<Hash, Vec<usize>>,
    ready: BTreeSet<usize>,
}

impl Queue {
    fn of(history: &History, changes: Vec<Signed>) -> Self {
        let mut queue = Self {
            changes: Vec::with_capacity(changes.len()),
            missing: Vec::with_capacity(changes.len()),
            dependents: BTreeMap::new(),
            ready: BTreeSet::new(),
        };
        for (index, (change, by)) in changes.into_iter().enumerate() {
            let mut missing = 0;
            for dep in change.deps().iter().filter(|dep| !history.has(dep)) {
                queue.dependents.entry(*dep).or_default().push(index);
                missing += 1;
            }
            if missing == 0 {
                queue.ready.insert(index);
            }
            queue.missing.push(missing);
            queue.changes.push(Some((change, by)));
        }
        queue
    }

    fn next_ready(&mut self) -> Option<Signed> {
        let index = self.ready.pop_first()?;
        self.changes.get_mut(index).and_then(Option::take)
    }

    fn release(&mut self, hash: &Hash) {
        for index in self.dependents.remove(hash).unwrap_or_default() {
            if let Some(missing) = self.missing.get_mut(index) {
                *missing -= 1;
                if *missing == 0 {
                    self.ready.insert(index);
                }
            }
        }
    }

    fn into_waiting(self) -> Vec<Signed> {
        self.changes.into_iter().flatten().collect()
    }
}
