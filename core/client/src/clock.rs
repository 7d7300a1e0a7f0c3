//! The one place that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970; 0 on a device that believes to be before it.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The civil day in UTC, days since 1970-01-01. An app that knows its user's time zone says the
/// day itself.
#[must_use]
pub fn today() -> i32 {
    day_of(now())
}

/// The civil day in UTC of a time in seconds since 1970.
pub(crate) fn day_of(seconds: u64) -> i32 {
    i32::try_from(seconds / 86_400).unwrap_or(0)
}
