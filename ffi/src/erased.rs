//! What came of erasing: what was done, what was asked of others, and what nobody can promise.

use crate::device::DeviceId;
use crate::entry::EntryId;

/// What came of erasing words, so far.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Erased {
    /// The entry.
    pub entry: EntryId,
    /// Whether nothing of the words is left on this device.
    pub is_done_here: bool,
    /// The other devices that were, or will be, asked to let go of them.
    pub requested_there: Vec<DeviceId>,
    /// What no app can promise: each as the end of a sentence that begins so. Show them.
    pub cannot_promise: Vec<String>,
}

impl From<couplet::Erased> for Erased {
    fn from(erased: couplet::Erased) -> Self {
        let couplet::Erased { entry, done_here, requested_there, cannot_promise } = erased;
        let there = requested_there.into_iter();
        let there = there.map(|device| DeviceId { value: device.to_string() });
        Self {
            entry: EntryId { value: entry.into() },
            is_done_here: done_here,
            requested_there: there.collect(),
            cannot_promise: cannot_promise.into_iter().map(str::to_owned).collect(),
        }
    }
}
