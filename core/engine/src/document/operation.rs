//! What a change does, in the notebook's terms: what the law is asked about.

use std::collections::BTreeSet;

use couplet_proto::hash::Hash;
use couplet_proto::ids::Person;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::key::EntryKey;

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scalar {
    /// Words.
    Str(String),
    /// A number that is never negative.
    Uint(u64),
    /// A number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// How many entries these make.
pub(super) fn births(operations: &[Operation]) -> usize {
    operations.iter().filter(|each| matches!(each, Operation::CreateEntry { .. })).count()
}

/// One thing that a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A new, empty entry. That nothing stood there before is already checked.
    CreateEntry {
        /// Its key.
        entry: EntryKey,
    },
    /// A value for a field.
    Put {
        /// Of which entry.
        entry: EntryKey,
        /// Which field.
        field: String,
        /// The value.
        value: Scalar,
        /// How many values it replaces: every one that its writer could see.
        replaces: u32,
        /// Whether this change made the entry.
        is_at_birth: bool,
    },
    /// A field to be edited by both hands, empty at first.
    MakeText {
        /// Of which entry.
        entry: EntryKey,
        /// Which field.
        field: String,
        /// How many values it replaces.
        replaces: u32,
        /// Whether this change made the entry.
        is_at_birth: bool,
    },
    /// All that the change does to one such text.
    EditText {
        /// Of which entry.
        entry: EntryKey,
        /// Which field.
        field: String,
        /// UTF-16 units that it adds.
        inserted: u32,
        /// Characters that it removes.
        removed: u32,
    },
    /// Something that no app of this law version does.
    Foreign(Foreign),
}

/// What was foreign about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// It touches the root.
    Root,
    /// It writes under `entries` something that is not a new entry with a proper key.
    Entries,
    /// It deletes a field or an entry.
    Delete,
    /// It makes a container where there is none in our documents.
    Container,
    /// It names a field with a name that is empty or too long.
    Field,
    /// A value of a type that we do not use.
    Value,
    /// Something other than characters in a text.
    Text,
    /// A list, a table, an increment or a mark.
    Other,
    /// Its object is not one of ours.
    Object,
}

/// What the law says about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The author may do this.
    Lawful,
    /// The author may not, and why.
    Unlawful(&'static str),
}

/// The law: a pure function of a change (its writer, where it starts), the person who signed it,
/// and what it does.
pub type Law<'a> = dyn Fn(&Change, Person, &[Operation]) -> Verdict + 'a;

/// Why a change was refused, for good and by every phone alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody writes as the genesis writer.
    #[error("a change claims to be the first of the notebook; the partner's app must be replaced")]
    GenesisWriter,
    /// Its bytes are not those that Automerge would write for the same operations.
    #[error("a change is spelled as no app of ours spells it; ask the partner to update their app")]
    NotCanonical,
    /// That change, which has the same writer and number, stands.
    #[error("a phone wrote two different changes under one number; its words must be written anew")]
    SameNumberTwice(Hash),
    /// It does not follow its writer's previous change.
    #[error("a change leaves out its writer's earlier changes; its words must be written anew")]
    OwnPastMissing,
    /// Its operations are numbered otherwise than from one after the largest of its past.
    #[error("a change is numbered out of turn; its words must be written anew")]
    WrongStart,
    /// It refers to an operation that its writer had not seen.
    #[error("a change refers to something its writer had not seen; it must be written anew")]
    BeyondItsPast,
    /// What it says it replaces is not what stood there.
    #[error("a change hides a value instead of replacing it; it must be written anew")]
    WrongPredecessors,
    /// An entry stood there already.
    #[error("a change makes an entry again that exists; entries are made once")]
    EntryTaken,
    /// The law.
    #[error("a change is against the rules of the notebook: {0}")]
    Unlawful(&'static str),
}

/// What became of a batch of changes. Each is in exactly one list, except duplicates.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// In the document, in the order they were applied.
    pub applied: Vec<Hash>,
    /// Held already, or twice in the batch.
    pub duplicates: Vec<Hash>,
    /// Waiting for something they depend on, to be brought again with it.
    pub waiting: Vec<(Change, Person)>,
    /// Refused for good.
    pub refused: Vec<(Hash, Refusal)>,
    /// Automerge failed to read these on this phone: no verdict, to be tried after an update.
    pub faulty: Vec<Hash>,
    /// The entries that the applied ones touch.
    pub touched: BTreeSet<EntryKey>,
}
