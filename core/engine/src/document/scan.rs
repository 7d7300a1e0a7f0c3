//! What a change does, read against the document it is for, before Automerge applies it.
//!
//! Objects are found by their ids, first among what this batch makes, then in the document. Each
//! check looks at the causal past of the change and nothing else, so every phone finds the same.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash, ObjId as ExId, ObjType, Prop, ReadDoc};
use couplet_proto::hash::Hash;

use super::change::Change;
use super::columns::{Action, At, OpId, Raw, Row};
use super::genesis::ENTRIES;
use super::history::{History, Past};
use super::key::EntryKey;
use super::limits::MAX_FIELD_BYTES;
use super::operation::{Foreign, Operation, Refusal, Scalar};
use super::{actor_of, writer_of};

/// What one or more changes make and overwrite.
#[derive(Debug, Default)]
pub(super) struct Traces {
    made: BTreeMap<OpId, Place>,
    /// The values that stand at a key of an object, where these changes wrote one.
    standing: BTreeMap<(OpId, String), Vec<OpId>>,
}

/// A change, read.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) operations: Vec<Operation>,
    pub(super) touched: BTreeSet<EntryKey>,
    pub(super) traces: Traces,
    /// Where objects stand that nobody asked for before, or that they stand nowhere.
    pub(super) found: BTreeMap<OpId, Option<Place>>,
}

/// Why a change could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is refused.
    Refused(Refusal),
    /// The document must hold what is pending before this can be said.
    AfterPending,
}

/// Where a change is read.
pub(super) struct Scanner<'a> {
    pub(super) automerge: &'a Automerge,
    pub(super) history: &'a History,
    /// Where objects of the document stand, as far as it was asked.
    pub(super) places: &'a BTreeMap<OpId, Place>,
    /// What changes do that are accepted but not applied yet.
    pub(super) pending: &'a Traces,
    pub(super) is_pending: bool,
    pub(super) change: &'a Change,
    pub(super) past: &'a Past,
}

/// Where an object stands: it was put there when it was made, and stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Entries,
    Entry(EntryKey),
    Text(EntryKey, String),
}

impl Traces {
    pub(super) fn absorb(&mut self, later: Self) {
        self.made.extend(later.made);
        self.standing.extend(later.standing);
    }
}

impl Scanner<'_> {
    /// Reads every operation of the change.
    pub(super) fn scan(&self) -> Result<Scan, Stop> {
        let mut scan = Scan::default();
        for (counter, row) in self.change.rows() {
            let id = OpId { counter, writer: self.change.writer() };
            for named in row.predecessors.iter().chain(&row.object) {
                self.check_seen(*named, id)?;
            }
            if let At::Element(element) = row.at {
                self.check_seen(element, id)?;
            }
            self.read_row(&mut scan, id, &row)?;
        }
        Ok(scan)
    }

    fn read_row(&self, scan: &mut Scan, id: OpId, row: &Row<'_>) -> Result<(), Stop> {
        let Some(object) = row.object else {
            scan.operations.push(Operation::Foreign(Foreign::Root));
            return Ok(());
        };
        match self.place(scan, object) {
            Some(Place::Entries) => self.read_birth(scan, id, row),
            Some(Place::Entry(entry)) => self.read_field(scan, id, object, entry, row),
            Some(Place::Text(entry, field)) => {
                scan.touched.insert(entry.clone());
                edit_text(&mut scan.operations, entry, field, row);
                Ok(())
            }
            None => {
                scan.operations.push(Operation::Foreign(Foreign::Object));
                Ok(())
            }
        }
    }

    fn read_birth(&self, scan: &mut Scan, id: OpId, row: &Row<'_>) -> Result<(), Stop> {
        let key = match row.at {
            At::Key(key) if row.action == Action::MakeMap && !row.insert => key,
            _ => {
                let what =
                    if row.action == Action::Delete { Foreign::Delete } else { Foreign::Entries };
                scan.operations.push(Operation::Foreign(what));
                return Ok(());
            }
        };
        let Ok(entry) = key.parse::<EntryKey>() else {
            scan.operations.push(Operation::Foreign(Foreign::Entries));
            return Ok(());
        };
        // Two phones that make one key apart are both heard, or they would not agree; one that
        // makes a key again is not.
        if self.replace(scan, id, ENTRIES, key, &row.predecessors)? > 0 {
            return Err(Stop::Refused(Refusal::EntryTaken));
        }
        scan.traces.made.insert(id, Place::Entry(entry.clone()));
        scan.touched.insert(entry.clone());
        scan.operations.push(Operation::CreateEntry { entry });
        Ok(())
    }

    fn read_field(
        &self,
        scan: &mut Scan,
        id: OpId,
        object: OpId,
        entry: EntryKey,
        row: &Row<'_>,
    ) -> Result<(), Stop> {
        scan.touched.insert(entry.clone());
        let field = match row.at {
            At::Key(field) if (1..=MAX_FIELD_BYTES).contains(&field.len()) && !row.insert => field,
            _ => {
                scan.operations.push(Operation::Foreign(Foreign::Field));
                return Ok(());
            }
        };
        let is_at_birth = scan.traces.made.contains_key(&object);
        let operation = match (row.action, scalar(row.value)) {
            (Action::Put, Some(value)) => {
                let replaces = self.replace(scan, id, object, field, &row.predecessors)?;
                let field = field.to_owned();
                Operation::Put { entry, field, value, replaces, is_at_birth }
            }
            (Action::MakeText, _) => {
                let replaces = self.replace(scan, id, object, field, &row.predecessors)?;
                let field = field.to_owned();
                scan.traces.made.insert(id, Place::Text(entry.clone(), field.clone()));
                Operation::MakeText { entry, field, replaces, is_at_birth }
            }
            (Action::Put, None) => Operation::Foreign(Foreign::Value),
            (Action::Delete, _) => Operation::Foreign(Foreign::Delete),
            (Action::MakeMap, _) => Operation::Foreign(Foreign::Container),
            (Action::Other, _) => Operation::Foreign(Foreign::Other),
        };
        scan.operations.push(operation);
        Ok(())
    }

    /// Checks that an operation replaces exactly what stood at its key in its past, and notes it.
    ///
    /// If all that stands there now lies in the past, then nothing concurrent was ever put there
    /// (it would still stand, as nothing is deleted), and what stood is what stands. Otherwise
    /// Automerge is asked for the state at the dependencies, which is slower and rare.
    fn replace(
        &self,
        scan: &mut Scan,
        id: OpId,
        object: OpId,
        key: &str,
        predecessors: &[OpId],
    ) -> Result<u32, Stop> {
        let place = (object, key.to_owned());
        let mut standing = match scan.traces.standing.get(&place) {
            Some(standing) => standing.clone(),
            None => self.standing(scan, &place)?,
        };
        let is_all_seen = standing.iter().all(|op| self.has_seen(*op, id));
        let stood = if is_all_seen {
            standing.clone()
        } else if scan.traces.standing.contains_key(&place) {
            // Its own earlier operation replaced whatever it had seen.
            standing.iter().copied().filter(|op| self.has_seen(*op, id)).collect()
        } else if self.is_pending {
            return Err(Stop::AfterPending);
        } else {
            self.stood(&place)
        };
        let mut named = predecessors.to_vec();
        named.sort_unstable();
        if named != stood {
            return Err(Stop::Refused(Refusal::WrongPredecessors));
        }
        standing.retain(|op| !predecessors.contains(op));
        standing.push(id);
        standing.sort_unstable();
        scan.traces.standing.insert(place, standing);
        Ok(u32::try_from(predecessors.len()).unwrap_or(u32::MAX))
    }

    /// What stands at a key now, counting what is pending; ascending.
    fn standing(&self, scan: &Scan, place: &(OpId, String)) -> Result<Vec<OpId>, Stop> {
        if let Some(standing) = self.pending.standing.get(place) {
            return Ok(standing.clone());
        }
        let (object, key) = place;
        if scan.traces.made.contains_key(object) || self.pending.made.contains_key(object) {
            return Ok(Vec::new());
        }
        Ok(ids(self.automerge.get_all(object_of(*object), key.as_str())))
    }

    /// What stood at a key at the dependencies of the change; ascending.
    fn stood(&self, (object, key): &(OpId, String)) -> Vec<OpId> {
        let deps: Vec<ChangeHash> = self.change.deps().iter().map(automerge_hash).collect();
        ids(self.automerge.get_all_at(object_of(*object), key.as_str(), &deps))
    }

    fn check_seen(&self, op: OpId, by: OpId) -> Result<(), Stop> {
        if self.has_seen(op, by) { Ok(()) } else { Err(Stop::Refused(Refusal::BeyondItsPast)) }
    }

    fn has_seen(&self, op: OpId, by: OpId) -> bool {
        let own = op.writer == by.writer
            && op.counter < by.counter
            && op.counter >= self.change.start_op();
        own || self.history.covers(self.past, op)
    }

    fn place(&self, scan: &mut Scan, object: OpId) -> Option<Place> {
        if object == ENTRIES {
            return Some(Place::Entries);
        }
        let made = scan.traces.made.get(&object).or_else(|| self.pending.made.get(&object));
        let known = made.or_else(|| self.places.get(&object));
        if known.is_some() {
            return known.cloned();
        }
        let find = || place_in(self.automerge, object);
        scan.found.entry(object).or_insert_with(find).clone()
    }
}

fn place_in(automerge: &Automerge, object: OpId) -> Option<Place> {
    let id = object_of(object);
    let kind = automerge.object_type(&id).ok()?;
    let mut parents = automerge.parents(&id).ok()?;
    let parent = parents.next()?;
    let Prop::Map(prop) = parent.prop else { return None };
    match kind {
        ObjType::Map if op_of(&parent.obj) == Some(ENTRIES) => prop.parse().ok().map(Place::Entry),
        ObjType::Text => {
            let entry = parents.next().filter(|parent| op_of(&parent.obj) == Some(ENTRIES))?;
            let Prop::Map(key) = entry.prop else { return None };
            key.parse().ok().map(|entry| Place::Text(entry, prop))
        }
        _ => None,
    }
}

/// Counts a character added to or removed from a text, together with its neighbours in the change.
fn edit_text(operations: &mut Vec<Operation>, entry: EntryKey, field: String, row: &Row<'_>) {
    let (adds, removes) = match (row.action, row.value, row.at) {
        (Action::Put, Raw::Str(text), At::Start | At::Element(_))
            if row.insert && row.predecessors.is_empty() && text.chars().count() == 1 =>
        {
            (u32::from(text.len() > 3) + 1, 0)
        }
        (Action::Delete, _, At::Element(element))
            if !row.insert && row.predecessors == [element] =>
        {
            (0, 1)
        }
        _ => {
            operations.push(Operation::Foreign(Foreign::Text));
            return;
        }
    };
    if let Some(Operation::EditText { entry: last, field: same, inserted, removed }) =
        operations.last_mut()
        && *last == entry
        && *same == field
    {
        *inserted += adds;
        *removed += removes;
        return;
    }
    operations.push(Operation::EditText { entry, field, inserted: adds, removed: removes });
}

fn scalar(raw: Raw<'_>) -> Option<Scalar> {
    match raw {
        Raw::Str(text) => Some(Scalar::Str(text.to_owned())),
        Raw::Uint(number) => Some(Scalar::Uint(number)),
        Raw::Int(number) => Some(Scalar::Int(number)),
        Raw::Bool(yes) => Some(Scalar::Bool(yes)),
        Raw::Bytes(bytes) => Some(Scalar::Bytes(bytes.to_vec())),
        Raw::Null | Raw::Other => None,
    }
}

type Found<'a> = Result<Vec<(automerge::Value<'a>, ExId)>, automerge::AutomergeError>;

fn ids(found: Found<'_>) -> Vec<OpId> {
    let found = found.unwrap_or_default();
    let mut ids: Vec<OpId> = found.iter().filter_map(|(_, id)| op_of(id)).collect();
    ids.sort_unstable();
    ids
}

/// The object of that name. Automerge finds it by writer; the index is a hint.
pub(super) fn object_of(op: OpId) -> ExId {
    ExId::Id(op.counter, actor_of(op.writer), 0)
}

/// The name of an object or value.
pub(super) fn op_of(id: &ExId) -> Option<OpId> {
    match id {
        ExId::Root => None,
        ExId::Id(counter, actor, _) => {
            writer_of(actor).map(|writer| OpId { counter: *counter, writer })
        }
    }
}

pub(super) fn automerge_hash(hash: &Hash) -> ChangeHash {
    ChangeHash(hash.0)
}
