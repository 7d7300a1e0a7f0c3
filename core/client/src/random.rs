//! The one place that draws randomness: the operating system's.

use rand_core::UnwrapErr;

/// The system's randomness. It panics if the system has none, as nothing could be kept secret then.
pub(crate) fn system() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}
