//! The safety number: sixty digits that two persons compare, in person or on the telephone, to know
//! that nobody has put keys of their own between them.
//!
//! It is made of what brought each of the two in (protocol rule 25): a person's root is the hash of
//! the Genesis, Join or Replace that filled their slot last, which names the first device and was
//! checked by the other. So it stays the same when either adds or loses a device, and never when
//! somebody was let in again. Sixty digits are some 199
//! bits: nobody finds other roots with the same number, however long they try beforehand.

use core::fmt;

use couplet_proto::hash::Hash;
use couplet_proto::ids::Slot;
use couplet_proto::log::Log;
use couplet_proto::statement::{Body, Statement};

use crate::keys::SAFETY_NUMBER;

const GROUPS: usize = 12;
const BYTES_PER_GROUP: usize = 5;

/// The number of two persons; the same on every device of both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SafetyNumber([u32; GROUPS]);

impl SafetyNumber {
    /// The number of a notebook that has had two persons.
    #[must_use]
    pub fn of(log: &Log) -> Option<Self> {
        let (first, second) = (root(log, Slot::First)?, root(log, Slot::Second)?);
        let half =
            |part: u8| Hash::of(SAFETY_NUMBER, &[first.as_bytes(), second.as_bytes(), &[part]]);
        let bytes = [half(0).0, half(1).0].concat();
        let mut groups = [0; GROUPS];
        for (group, bytes) in groups.iter_mut().zip(bytes.chunks_exact(BYTES_PER_GROUP)) {
            let wide = bytes.iter().fold(0_u64, |wide, byte| wide << 8 | u64::from(*byte));
            *group = u32::try_from(wide % 100_000).unwrap_or(0);
        }
        Some(Self(groups))
    }
}

/// The statement that brought a person in, the last time.
#[must_use]
pub fn root(log: &Log, slot: Slot) -> Option<Hash> {
    let fills = |body: &Body| match body {
        Body::Genesis(_) => slot == Slot::First,
        Body::Join(join) => log.known(join.wrap.to).is_some_and(|member| member.slot == slot),
        _ => false,
    };
    let is_by_the_other = |statement: &Statement| {
        matches!(statement.body(), Body::Replace(_)) && statement.header().slot == slot.other()
    };
    let mut latest = log.statements().iter().rev();
    let filled = latest.find(|said| fills(said.body()) || is_by_the_other(said))?;
    Some(filled.hash())
}

impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{group:05}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SafetyNumber(..)")
    }
}
