//! What one change may be at most, each number with its reason.
//!
//! A change from the partner is authentic, but their phone may be broken or broken into. These
//! limits are checked by our own parser before Automerge, which trusts its input, sees a byte.

/// Bytes of one change, uncompressed. A page of 64 Ki characters outside ASCII fits; an envelope,
/// which is also 256 KiB, then holds at least one compressed change.
pub const MAX_CHANGE_BYTES: usize = 256 * 1024;

/// Operations of one change: a full page of [`MAX_TEXT_UNITS`] pasted at once, and its entry.
/// Automerge needs about 500 bytes for each while applying: 33 MB, which a phone has.
pub const MAX_OPS_PER_CHANGE: u64 = 66_000;

/// UTF-16 units of one `Text` at most: applying an edit costs time in proportion to the text it
/// touches (48-160 ms at 105,000 characters, 0.4 ms at 2,000; measured with Automerge 0.12).
pub const MAX_TEXT_UNITS: usize = 64 * 1024;

/// Direct dependencies of one change. A change depends on the heads, of which each writer has at
/// most one, and a relay allows a couple far fewer writers.
pub const MAX_DEPS: u64 = 256;

/// Writers other than its own that the operations of one change refer to; as many as heads.
pub const MAX_OTHER_ACTORS: u64 = 256;

/// Columns of one change: Automerge 0.12 writes 14 kinds.
pub const MAX_COLUMNS: u64 = 14;

/// The largest operation counter. Automerge keeps it in 32 bits; half of that leaves room for
/// every honest change after the largest one, and at 100 operations a minute lasts 40 years.
pub const MAX_OP: u64 = 1 << 31;

/// Bytes of one field's name: the longest path in the schema is under 150.
pub const MAX_FIELD_BYTES: usize = 200;

/// Changes in one run. An envelope is 256 KiB and a change at least some 20 bytes once compressed.
pub const MAX_CHANGES_PER_RUN: usize = 8_192;

/// Bytes that the changes of one run may come to when rebuilt: 32 of the largest.
pub const MAX_RUN_BYTES: usize = 32 * MAX_CHANGE_BYTES;

/// What a change needs besides the bytes of its operations: its header and column descriptions.
pub(super) const HEADER_BYTES: usize =
    32 * (MAX_DEPS as usize) + 17 * (MAX_OTHER_ACTORS as usize) + 256;

const _: () = assert!(HEADER_BYTES * 4 < MAX_CHANGE_BYTES);
const _: () = assert!(MAX_TEXT_UNITS as u64 + 256 < MAX_OPS_PER_CHANGE);
const _: () = assert!(MAX_OP < u32::MAX as u64);
