//! The operations of a change, read out of its columns one row at a time.
//!
//! Automerge stores operations column by column, each column compressed by run length, so three
//! bytes can claim 2^60 rows. Nothing here allocates or loops by a claimed number: rows are read
//! one by one, as many as the action column has, and that many are allowed. Every column must then
//! be used up exactly. What this accepts, Automerge decodes without surprise.

use couplet_proto::ids::WriterId;

use super::cursor::Cursor;
use super::limits::{MAX_COLUMNS, MAX_OP, MAX_OPS_PER_CHANGE};

/// The name of one operation: Automerge's Lamport stamp, ordered as Automerge orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpId {
    /// Its counter, larger than that of everything it could know of.
    pub counter: u64,
    /// Who made it.
    pub writer: WriterId,
}

/// Where in its object an operation acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At<'a> {
    Key(&'a str),
    Start,
    Element(OpId),
}

/// What an operation does, in Automerge's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    MakeMap,
    Put,
    Delete,
    MakeText,
    /// Lists, tables, increments and marks: nothing of ours makes one.
    Other,
}

/// The value of an operation, borrowed from the change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Raw<'a> {
    Null,
    Bool(bool),
    Uint(u64),
    Int(i64),
    Str(&'a str),
    Bytes(&'a [u8]),
    /// Floats, counters, timestamps and what does not exist yet.
    Other,
}

/// One operation. `object` is `None` for the root.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) object: Option<OpId>,
    pub(super) at: At<'a>,
    pub(super) insert: bool,
    pub(super) action: Action,
    pub(super) value: Raw<'a>,
    pub(super) predecessors: Vec<OpId>,
}

/// Reads the rows of a change. `None` where the bytes are not what Automerge writes.
#[derive(Clone, Debug)]
pub(super) struct Rows<'a> {
    actors: &'a [WriterId],
    left: u64,
    object_actor: Runs<'a, u64>,
    object_counter: Runs<'a, u64>,
    key_actor: Runs<'a, u64>,
    key_counter: Deltas<'a>,
    key: Runs<'a, &'a str>,
    insert: Flags<'a>,
    action: Runs<'a, u64>,
    kind: Runs<'a, u64>,
    raw: Cursor<'a>,
    predecessors: Runs<'a, u64>,
    predecessor_actor: Runs<'a, u64>,
    predecessor_counter: Deltas<'a>,
    expand: Flags<'a>,
    mark: Runs<'a, &'a str>,
}

impl<'a> Rows<'a> {
    /// `columns` is the part of a change from the number of columns to the end; `actors` are its
    /// own writer and then the others.
    pub(super) fn new(columns: &'a [u8], actors: &'a [WriterId]) -> Option<Self> {
        let mut cursor = Cursor::new(columns);
        let count = cursor.unsigned().filter(|count| *count <= MAX_COLUMNS)?;
        let mut described = Vec::new();
        for _ in 0..count {
            described.push((cursor.unsigned()?, cursor.unsigned()?));
        }
        let ascending = described.is_sorted_by(|(a, _), (b, _)| a < b);
        let known = described.iter().all(|(kind, length)| KINDS.contains(kind) && *length > 0);
        if !ascending || !known {
            return None;
        }
        let mut columns = Vec::new();
        for (kind, length) in described {
            columns.push((kind, cursor.take(length)?));
        }
        let column = |kind: u64| {
            columns.iter().find(|(each, _)| *each == kind).map_or(&[][..], |(_, bytes)| *bytes)
        };
        let action = Runs::new(column(ACTION), Cursor::unsigned);
        let predecessor_actor = Runs::new(column(PREDECESSOR_ACTOR), Cursor::unsigned);
        predecessor_actor.clone().count()?;
        Some(Self {
            actors,
            left: action.clone().count()?,
            object_actor: Runs::new(column(OBJECT_ACTOR), Cursor::unsigned),
            object_counter: Runs::new(column(OBJECT_COUNTER), Cursor::unsigned),
            key_actor: Runs::new(column(KEY_ACTOR), Cursor::unsigned),
            key_counter: Deltas::new(column(KEY_COUNTER)),
            key: Runs::new(column(KEY), text),
            insert: Flags::new(column(INSERT)),
            action,
            kind: Runs::new(column(VALUE_KIND), Cursor::unsigned),
            raw: Cursor::new(column(VALUE)),
            predecessors: Runs::new(column(PREDECESSORS), Cursor::unsigned),
            predecessor_actor,
            predecessor_counter: Deltas::new(column(PREDECESSOR_COUNTER)),
            expand: Flags::new(column(EXPAND)),
            mark: Runs::new(column(MARK), text),
        })
        // What follows the columns would be an extension.
        .filter(|_| cursor.is_empty())
    }

    /// How many rows are still to come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// The next row. Ask [`Rows::left`] first.
    pub(super) fn next_row(&mut self) -> Option<Row<'a>> {
        self.left = self.left.checked_sub(1)?;
        let object = match (self.object_actor.next()?, self.object_counter.next()?) {
            (None, None) => None,
            (actor, counter) => Some(self.op(actor?, counter?)?),
        };
        let at = match (self.key.next()?, self.key_actor.next()?, self.key_counter.next()?) {
            (Some(key), None, None) => At::Key(key),
            (None, None, Some(0)) => At::Start,
            (None, Some(actor), Some(counter)) => At::Element(self.op(actor, counter)?),
            _ => return None,
        };
        let insert = self.insert.next()?;
        let action = self.action.next()??;
        let kind = self.kind.next()??;
        let value = self.value(kind)?;
        self.expand.next()?;
        let marked = self.mark.next()?.is_some();
        Some(Row {
            object,
            at,
            insert,
            action: Self::action(action, value, marked)?,
            value,
            predecessors: self.predecessors()?,
        })
    }

    /// Whether every column ended with the last row.
    pub(super) fn is_used_up(&self) -> bool {
        let Self { object_actor, object_counter, key_actor, key_counter, key, .. } = self;
        self.left == 0
            && object_actor.is_done()
            && object_counter.is_done()
            && key_actor.is_done()
            && key_counter.deltas.is_done()
            && key.is_done()
            && self.insert.is_done()
            && self.action.is_done()
            && self.kind.is_done()
            && self.raw.is_empty()
            && self.predecessors.is_done()
            && self.predecessor_actor.is_done()
            && self.predecessor_counter.deltas.is_done()
            && self.expand.is_done()
            && self.mark.is_done()
    }

    fn op(&self, actor: u64, counter: u64) -> Option<OpId> {
        let writer = *self.actors.get(usize::try_from(actor).ok()?)?;
        (1..=MAX_OP).contains(&counter).then_some(OpId { counter, writer })
    }

    fn action(action: u64, value: Raw<'_>, marked: bool) -> Option<Action> {
        let nothing = value == Raw::Null && !marked;
        match action {
            0 if nothing => Some(Action::MakeMap),
            1 if !marked => Some(Action::Put),
            3 if nothing => Some(Action::Delete),
            4 if nothing => Some(Action::MakeText),
            2 | 6 if nothing => Some(Action::Other),
            5 if matches!(value, Raw::Int(_) | Raw::Uint(_)) && !marked => Some(Action::Other),
            7 => Some(Action::Other),
            _ => None,
        }
    }

    fn predecessors(&mut self) -> Option<Vec<OpId>> {
        let count = self.predecessors.next()??;
        let mut all = Vec::new();
        for _ in 0..count {
            // The count can claim any number; the actors end where they end.
            if self.predecessor_actor.is_done() {
                return None;
            }
            let actor = self.predecessor_actor.next()??;
            let counter = self.predecessor_counter.next()??;
            all.push(self.op(actor, counter)?);
        }
        Some(all)
    }

    fn value(&mut self, kind: u64) -> Option<Raw<'a>> {
        let mut bytes = Cursor::new(self.raw.take(kind >> 4)?);
        let value = match kind & 0xf {
            0 => Raw::Null,
            1 => Raw::Bool(false),
            2 => Raw::Bool(true),
            3 => Raw::Uint(bytes.unsigned()?),
            4 => Raw::Int(bytes.signed()?),
            5 => bytes.array::<8>().map(|_| Raw::Other)?,
            6 => Raw::Str(core::str::from_utf8(bytes.take(kind >> 4)?).ok()?),
            7 => Raw::Bytes(bytes.take(kind >> 4)?),
            8 | 9 => bytes.signed().map(|_| Raw::Other)?,
            _ => bytes.take(kind >> 4).map(|_| Raw::Other)?,
        };
        bytes.is_empty().then_some(value)
    }
}

/// A run-length column: `n > 0` repeats one value, `n < 0` lists -n, `0 n` is n times nothing. An
/// empty column is nothing all the way down.
#[derive(Clone, Debug)]
struct Runs<'a, T> {
    cursor: Cursor<'a>,
    is_absent: bool,
    read: fn(&mut Cursor<'a>) -> Option<T>,
    left: u64,
    repeated: Option<Option<T>>,
}

impl<'a, T: Copy> Runs<'a, T> {
    fn new(bytes: &'a [u8], read: fn(&mut Cursor<'a>) -> Option<T>) -> Self {
        let cursor = Cursor::new(bytes);
        Self { cursor, is_absent: bytes.is_empty(), read, left: 0, repeated: None }
    }

    fn next(&mut self) -> Option<Option<T>> {
        if self.is_absent {
            return Some(None);
        }
        if self.left == 0 {
            self.begin_run()?;
        }
        self.left -= 1;
        match self.repeated {
            Some(value) => Some(value),
            None => (self.read)(&mut self.cursor).map(Some),
        }
    }

    fn begin_run(&mut self) -> Option<()> {
        let length = self.cursor.signed()?;
        self.left = length.unsigned_abs();
        self.repeated = match length {
            0 => {
                self.left = self.cursor.unsigned()?;
                Some(None)
            }
            1.. => Some(Some((self.read)(&mut self.cursor)?)),
            _ => None,
        };
        (1..=MAX_OPS_PER_CHANGE).contains(&self.left).then_some(())
    }

    /// How many rows there are, if no more than allowed.
    fn count(mut self) -> Option<u64> {
        let mut total = 0;
        while !self.cursor.is_empty() {
            self.begin_run()?;
            total += self.left;
            if total > MAX_OPS_PER_CHANGE {
                return None;
            }
            if self.repeated.is_none() {
                for _ in 0..self.left {
                    (self.read)(&mut self.cursor)?;
                }
            }
        }
        Some(total)
    }

    fn is_done(&self) -> bool {
        self.left == 0 && self.cursor.is_empty()
    }
}

/// A run-length column of differences.
#[derive(Clone, Debug)]
struct Deltas<'a> {
    deltas: Runs<'a, i64>,
    at: i64,
}

impl<'a> Deltas<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { deltas: Runs::new(bytes, Cursor::signed), at: 0 }
    }

    fn next(&mut self) -> Option<Option<u64>> {
        let Some(delta) = self.deltas.next()? else { return Some(None) };
        self.at = self.at.checked_add(delta)?;
        u64::try_from(self.at).ok().map(Some)
    }
}

/// A column of yes and no: lengths of runs in turn, beginning with no. Empty is no throughout.
#[derive(Clone, Debug)]
struct Flags<'a> {
    cursor: Cursor<'a>,
    is_absent: bool,
    left: u64,
    value: bool,
}

impl<'a> Flags<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let cursor = Cursor::new(bytes);
        Self { cursor, is_absent: bytes.is_empty(), left: 0, value: true }
    }

    fn next(&mut self) -> Option<bool> {
        if self.is_absent {
            return Some(false);
        }
        // Only the first run may be empty, so this ends.
        for _ in 0..2 {
            if self.left == 0 {
                self.left = self.cursor.unsigned()?;
                self.value = !self.value;
            }
        }
        self.left = self.left.checked_sub(1)?;
        Some(self.value)
    }

    fn is_done(&self) -> bool {
        self.left == 0 && self.cursor.is_empty()
    }
}

fn text<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let length = cursor.unsigned()?;
    core::str::from_utf8(cursor.take(length)?).ok()
}

// Column kinds: a number shifted left by four, and the type in the low three bits. The bit between
// says deflated, so no kind with it is known here.
const OBJECT_ACTOR: u64 = 0x01;
const OBJECT_COUNTER: u64 = 0x02;
const KEY_ACTOR: u64 = 0x11;
const KEY_COUNTER: u64 = 0x13;
const KEY: u64 = 0x15;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_KIND: u64 = 0x56;
const VALUE: u64 = 0x57;
const PREDECESSORS: u64 = 0x70;
const PREDECESSOR_ACTOR: u64 = 0x71;
const PREDECESSOR_COUNTER: u64 = 0x73;
const EXPAND: u64 = 0x94;
const MARK: u64 = 0xa5;

const KINDS: [u64; MAX_COLUMNS as usize] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY,
    INSERT,
    ACTION,
    VALUE_KIND,
    VALUE,
    PREDECESSORS,
    PREDECESSOR_ACTOR,
    PREDECESSOR_COUNTER,
    EXPAND,
    MARK,
];
