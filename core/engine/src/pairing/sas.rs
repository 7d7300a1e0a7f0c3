//! The short authentication string: seven emoji that two persons compare as they come together, to
//! know that nobody stands between them (protocol rule 25).
//!
//! It is short, so it must not be searched for: each side's nonce is fixed before the other's is
//! known. The joiner [commits](couplet_proto::request::Request::sas_commitment) to one in the
//! request, the inviter says one in the Join or the Replace, and only when that has been ordered
//! does the joiner [open](crate::body::Body::opened) the first, sealed, in an envelope. Whoever puts keys of their
//! own between the two speaks with each of them apart, and has one try in 2^42.
//!
//! Six bits of the hash choose an [emoji](super::emoji::TABLE), the first bits the first. What is
//! hashed, each part preceded by its length as [`Hash::of`] does:
//!
//! | part | bytes |
//! |---|---|
//! | protocol: the version of items | 1 |
//! | roles: the inviter's slot, the joiner's slot | 2 |
//! | the notebook's id | 32 |
//! | the root of the first person, of the second | 32 each |
//! | the inviter's nonce, the joiner's nonce | 16 each |
//! | the log's head with that statement in it: its length, big-endian, and its hash | 8 and 32 |
//!
//! Deliberately not here: who has compared. The [safety number](super::number) covers the same two
//! persons, is long enough to need no nonces, and is there when a nonce is not.

use couplet_proto::hash::Hash;
use couplet_proto::ids::Slot;
use couplet_proto::item;
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::{Body, Statement};

use super::emoji::{SasEmoji, TABLE};
use super::number::root;
use crate::keys::{SAS, SAS_COMMITMENT};

/// SasEmoji of a string: 42 bits.
pub const LENGTH: usize = 7;

const BITS_EACH: u32 = 6;

/// A nonce of either side.
pub type Nonce = [u8; 16];

/// The emoji of two persons' coming together; the same on both persons' phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sas([SasEmoji; LENGTH]);

impl Sas {
    /// The string of the two who are here, with the joiner's nonce as it was opened. None if either
    /// came otherwise than by that Join, or the nonce is not the one that was committed to.
    #[must_use]
    pub fn of(log: &Log, joiner: &Nonce) -> Option<Self> {
        let (index, statement, came) = came(log)?;
        if !is_committed(&came, joiner) {
            return None;
        }
        let inviter = statement.header().slot;
        let roots = [root(log, Slot::First)?, root(log, Slot::Second)?];
        let head = u64::try_from(index).ok()?.checked_add(1)?;
        let hash = Hash::of(
            SAS,
            &[
                &[item::VERSION],
                &[inviter.index(), inviter.other().index()],
                log.id().0.as_bytes(),
                roots[0].as_bytes(),
                roots[1].as_bytes(),
                came.sas,
                joiner,
                &head.to_be_bytes(),
                statement.hash().as_bytes(),
            ],
        );
        Some(Self::from_hash(hash))
    }

    /// The emoji, in order.
    #[must_use]
    pub const fn emoji(&self) -> &[SasEmoji; LENGTH] {
        &self.0
    }

    fn from_hash(hash: Hash) -> Self {
        let mut wide = [0; 8];
        wide.copy_from_slice(hash.0.split_at(8).0);
        let mut bits = u64::from_be_bytes(wide);
        let [first, ..] = TABLE;
        let mut emoji = [first; LENGTH];
        for each in &mut emoji {
            let index = usize::try_from(bits >> (u64::BITS - BITS_EACH)).unwrap_or(0);
            *each = TABLE.get(index).copied().unwrap_or(first);
            bits <<= BITS_EACH;
        }
        Self(emoji)
    }
}

/// Whether this is the nonce that the joiner of this notebook committed to.
#[must_use]
pub fn is_opened_by(log: &Log, joiner: &Nonce) -> bool {
    came(log).is_some_and(|(_, _, came)| is_committed(&came, joiner))
}

/// The commitment to a nonce.
pub(super) fn commitment(nonce: &Nonce) -> Hash {
    Hash::of(SAS_COMMITMENT, &[nonce])
}

fn is_committed(came: &Came<'_>, joiner: &Nonce) -> bool {
    JoinRequest::commitment(came.request).is_ok_and(|committed| committed == commitment(joiner))
}

/// What a statement says of the two nonces, by which one person came to the other.
struct Came<'a> {
    request: &'a [u8],
    sas: &'a Nonce,
}

/// The statement by which one of the two who are here came to the other last, and its place in the
/// log.
fn came(log: &Log) -> Option<(usize, &Statement, Came<'_>)> {
    let roots = Slot::BOTH.map(|slot| root(log, slot));
    let mut statements = log.statements().iter().enumerate().rev();
    statements.find_map(|(index, statement)| {
        let came = match statement.body() {
            Body::Join(join) => Came { request: &join.request, sas: &join.sas },
            Body::Replace(said) => Came { request: &said.request, sas: &said.sas },
            _ => return None,
        };
        roots.contains(&Some(statement.hash())).then_some((index, statement, came))
    })
}
