//! Every label under which this crate hashes or signs, on one screen (protocol rule 3).
//!
//! The labels of what only phones do (derivations, seals, wraps) stand in `couplet-engine`'s
//! `keys.rs`. No label is a prefix of another use: each is hashed behind its own length.

/// The name of one use of a hash or a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(&'static str);

impl Label {
    /// A label; at most 255 bytes, checked when the constant is made.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        assert!(name.len() <= 255, "a label's length is one byte");
        Self(name)
    }

    pub(crate) const fn len(self) -> u8 {
        self.0.len() as u8
    }

    /// The label's bytes.
    #[must_use]
    pub const fn as_bytes(self) -> &'static [u8] {
        self.0.as_bytes()
    }
}

/// Hash: an envelope's, over its received bytes; the next envelope's `previous`.
pub const ENVELOPE_HASH: Label = Label::new("couplet/1 envelope hash");
/// Signature: a device's, over an envelope's header and sealed body.
pub const ENVELOPE_SIGNATURE: Label = Label::new("couplet/1 envelope signature");
/// Hash: a statement's, over its received bytes; of the first, the notebook's id.
pub const STATEMENT_HASH: Label = Label::new("couplet/1 statement hash");
/// Signature: a device's, over a statement.
pub const STATEMENT_SIGNATURE: Label = Label::new("couplet/1 statement signature");
/// Hash: a writer's identity from notebook, device key and nonce.
pub const WRITER: Label = Label::new("couplet/1 writer");
/// Hash: a join request's, over its received bytes; its id, and what the short code shows.
pub const REQUEST_HASH: Label = Label::new("couplet/1 join request hash");
/// Signature: the invite key's, over a join request.
pub const REQUEST_INVITE_SIGNATURE: Label = Label::new("couplet/1 join request by invite");
/// Hash: what words ask a relay for, as it stands in the log.
pub const RECOVERY_LOOKUP: Label = Label::new("couplet/1 recovery lookup");
/// Hash: a kit's lookup, where a relay counts how long its person's being let in again is known.
pub const RECOVERY_WARNING: Label = Label::new("couplet/1 recovery warning");
/// Signature: a paper device's, over its kit.
pub const KIT_SIGNATURE: Label = Label::new("couplet/1 recovery kit");
/// Signature: a device's that words let in, over its keys and its place.
pub const RECOVERED_DEVICE_SIGNATURE: Label = Label::new("couplet/1 recovered device");
/// Signature: the joining device's, over a join request.
pub const REQUEST_DEVICE_SIGNATURE: Label = Label::new("couplet/1 join request by device");
/// Hash: a checkpoint's manifest, over its received bytes; the checkpoint's name.
pub const CHECKPOINT_HASH: Label = Label::new("couplet/1 checkpoint hash");
/// Signature: a device's, over a checkpoint's manifest.
pub const CHECKPOINT_SIGNATURE: Label = Label::new("couplet/1 checkpoint signature");
/// Hash: a checkpoint's blob, over its received bytes; its name.
pub const BLOB_HASH: Label = Label::new("couplet/1 checkpoint blob hash");
