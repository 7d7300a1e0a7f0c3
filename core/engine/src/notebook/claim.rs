//! What one writer says at a key of its own, and which of several such sayings stand.
//!
//! A saying carries what its writer had seen: of the same key's other writers (`after`, which it
//! takes the place of), and of the page (`witness`, what it speaks of). So what was said apart
//! stands side by side, whatever the clocks and however often either side spoke, and a saying about
//! words that have changed since is known to be about the earlier ones.

use std::collections::BTreeMap;

use couplet_proto::ids::WriterId;
use couplet_proto::item;
use serde::{Deserialize, Serialize};

use super::schema::Owner;
use crate::document::{Scalar, Value};
use crate::limits::MAX_WITNESSED;

/// How far each writer has been seen: a join of two is what either has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<(WriterId, u64)>", from = "Vec<(WriterId, u64)>")]
pub struct RevMap(BTreeMap<WriterId, u64>);

/// One writer's saying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// One more than the highest that its writer saw at this key.
    pub round: u64,
    /// What is said.
    pub value: String,
    /// The rounds of other writers that this one takes the place of, each below its own.
    pub after: RevMap,
    /// What of the page it speaks of.
    pub witness: RevMap,
}

/// A claim with its owner.
pub(super) type Owned = (Owner, Claim);

impl RevMap {
    /// Notes that the writer was seen up to there.
    pub fn see(&mut self, writer: WriterId, rev: u64) {
        let seen = self.0.entry(writer).or_insert(0);
        *seen = rev.max(*seen);
    }

    /// How far the writer was seen; 0 for not at all.
    #[must_use]
    pub fn of(&self, writer: WriterId) -> u64 {
        self.0.get(&writer).copied().unwrap_or(0)
    }

    /// Whether all of that was seen.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(writer, rev)| self.of(*writer) >= *rev)
    }

    /// What either has seen.
    #[must_use]
    pub fn join(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|(writer, rev)| self.see(*writer, *rev));
        self
    }

    fn is_below(&self, bound: u64) -> bool {
        self.0.len() <= MAX_WITNESSED && self.0.values().all(|rev| (1..bound).contains(rev))
    }

    /// The same, with nothing beyond that place.
    pub(super) fn lower_to(&mut self, most: u64) {
        self.0.values_mut().for_each(|rev| *rev = most.min(*rev));
    }

    fn lower(&mut self, bound: u64) {
        self.0.retain(|_, rev| *rev < bound);
    }
}

impl From<Vec<(WriterId, u64)>> for RevMap {
    fn from(pairs: Vec<(WriterId, u64)>) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl From<RevMap> for Vec<(WriterId, u64)> {
    fn from(map: RevMap) -> Self {
        map.0.into_iter().collect()
    }
}

impl Claim {
    /// What a writer says after all of these.
    pub(super) fn next(me: Owner, seen: &[Owned], value: String, witness: RevMap) -> Self {
        let highest = seen.iter().map(|(_, claim)| claim.round).max().unwrap_or(0);
        let mut after = RevMap::default();
        for (owner, claim) in seen.iter().filter(|(owner, _)| owner.writer != me.writer) {
            after.see(owner.writer, claim.round);
        }
        Self { round: highest.saturating_add(1), value, after, witness }
    }

    /// Out of its bytes; nothing if they are none, or another spelling.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        item::decode(bytes, "claim").ok()
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        item::encode(self)
    }

    /// As it stands in the document.
    pub(super) fn to_scalar(&self) -> Scalar {
        Scalar::Bytes(self.to_bytes())
    }

    /// Out of the document.
    pub(super) fn from_scalar(scalar: &Scalar) -> Option<Self> {
        match scalar {
            Scalar::Bytes(bytes) => Self::read(bytes),
            Scalar::Str(_) | Scalar::Uint(_) | Scalar::Int(_) | Scalar::Bool(_) => None,
        }
    }

    /// All that stand at a key.
    pub(super) fn at(owner: Owner, values: &[Value]) -> impl Iterator<Item = Owned> {
        let claims = values.iter().filter_map(|value| Self::from_scalar(&value.scalar));
        claims.map(move |claim| (owner, claim))
    }

    /// Whether a change that starts there could have seen what this says it saw. A round is above
    /// all that it takes the place of, so no two take each other's place.
    pub(super) fn is_in_time(&self, start: u64) -> bool {
        let is_after = self.after.is_below(self.round);
        (1..=start).contains(&self.round) && is_after && self.witness.is_below(start + 1)
    }

    /// The same, as far as a change that starts there may say it: it then has seen less.
    pub(super) fn lowered(mut self, start: u64) -> Self {
        self.round = self.round.min(start);
        self.after.lower(self.round);
        self.witness.lower(start + 1);
        self
    }
}

/// Those of which no other says that it takes their place.
pub(super) fn standing(all: &[Owned]) -> Vec<&Owned> {
    let is_superseded = |(owner, claim): &&Owned| {
        all.iter().any(|(_, other)| other.after.of(owner.writer) >= claim.round)
    };
    let mut standing: Vec<&Owned> = all.iter().filter(|one| !is_superseded(one)).collect();
    standing.sort_by(|(a, one), (b, other)| {
        (one.round, a.writer, &one.value).cmp(&(other.round, b.writer, &other.value))
    });
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: WriterId = WriterId([7; 16]);
    const TABLET: WriterId = WriterId([9; 16]);

    #[test]
    fn a_claim_is_spelled_as_it_always_was_and_in_no_other_way() {
        let after = RevMap::from(vec![(PHONE, 1)]);
        let witness = RevMap::from(vec![(TABLET, 300), (PHONE, 2)]);
        let claim = Claim { round: 2, value: "yes".to_owned(), after, witness };
        let mut bytes = b"\x02\x03yes\x01".to_vec();
        bytes.extend([7; 16]);
        bytes.extend(b"\x01\x02");
        bytes.extend([7; 16]);
        bytes.push(2);
        let last = bytes.len();
        bytes.extend([9; 16]);
        bytes.extend(b"\xac\x02");
        assert_eq!(claim.to_scalar(), Scalar::Bytes(bytes.clone()));
        assert_eq!(Claim::from_scalar(&Scalar::Bytes(bytes.clone())), Some(claim.clone()));
        for cut in 0..bytes.len() {
            assert_eq!(Claim::from_scalar(&Scalar::Bytes(bytes[..cut].to_vec())), None);
        }
        let mut twice = bytes.clone();
        twice[last..last + 16].fill(7);
        assert_eq!(Claim::from_scalar(&Scalar::Bytes(twice)), None, "a writer is there once");
        assert!(claim.is_in_time(300) && !claim.is_in_time(299) && !claim.is_in_time(1));
        assert_eq!(claim.clone().lowered(300), claim);
        assert!(claim.lowered(1).is_in_time(1));
    }
}
