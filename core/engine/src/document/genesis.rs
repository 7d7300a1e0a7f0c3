//! The first change of every volume, the same on every phone.
//!
//! Two phones that begin the same container apart hide each other's words, so nobody ever begins
//! one: the root map, the `entries` map and the volume's name stand in these frozen bytes, and two
//! phones that open volume 7 offline have opened the same volume 7. The bytes were written once by
//! Automerge 0.12.0 and never again; code that builds them could one day build others.
//!
//! ```text
//! offset  bytes  of the chunk
//! 4       4      checksum, computed
//! 70      8      value of the key `volume`: volume u32 BE, edition u32 BE
//! ```

use couplet_proto::ids::{Edition, Volume, WriterId};

use super::change::{Change, MalformedChange};
use super::columns::OpId;

/// Who wrote the first change. Nobody's writer: a hash that is all zeros.
pub const GENESIS_WRITER: WriterId = WriterId([0; 16]);

/// The map of all entries: made by the first operation.
pub(super) const ENTRIES: OpId = OpId { counter: 1, writer: GENESIS_WRITER };

/// The first change of an edition of a volume.
///
/// # Errors
/// Never, as the tests show; the type says so only because every change is parsed.
pub fn genesis(volume: Volume, edition: Edition) -> Result<Change, MalformedChange> {
    let mut contents = TEMPLATE;
    let name = volume.0.to_be_bytes().into_iter().chain(edition.0.to_be_bytes());
    for (place, byte) in contents.iter_mut().skip(NAME_AT).zip(name) {
        *place = byte;
    }
    Change::from_contents(&contents)
}

/// Where the name stands in the contents, which begin at offset 10 of the chunk.
const NAME_AT: usize = 60;

/// Contents of the chunk for volume 0, edition 0.
#[rustfmt::skip]
const TEMPLATE: [u8; 70] = [
    // no dependencies; writer; sequence 1, first operation 1, time 0, no message, no others
    0,
    16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 1, 0, 0, 0,
    // six columns: key, insert, action, kind of value, value, predecessors
    6,
    0x15, 16, 0x34, 1, 0x42, 3, 0x56, 4, 0x57, 8, 0x70, 2,
    126, 7, b'e', b'n', b't', b'r', b'i', b'e', b's', 6, b'v', b'o', b'l', b'u', b'm', b'e',
    2,
    126, 0, 1,
    126, 0, 135, 1,
    0, 0, 0, 0, 0, 0, 0, 0,
    2, 0,
];
