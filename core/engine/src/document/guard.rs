//! Calling Automerge where it may panic.
//!
//! A panic in there is a fault of this phone, never a verdict on the partner's words, and its
//! message may quote them: so it is caught, and nothing of it is printed or kept.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// Automerge panicked. What it was working on is to be thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document library failed; load the document again from the store")]
pub struct Panicked;

/// Runs something that may panic, silently on this thread. Other threads' panics are reported as
/// they were before.
///
/// # Errors
/// [`Panicked`] if it did. Whatever it could have changed is then in an unknown state.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    silence_quiet_threads();
    let outer = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(outer);
    // The payload may hold note text; forgetting it would leak, dropping it says nothing.
    result.map_err(|_payload| Panicked)
}

fn silence_quiet_threads() {
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
}

static INSTALLED: Once = Once::new();

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_quiet_ends_with_it() {
        assert_eq!(quietly(|| 7), Ok(7));
        assert_eq!(quietly(|| panic!("dear diary")), Err::<(), _>(Panicked));
        assert!(!QUIET.get());
        let nested = quietly(|| {
            let inner = quietly(|| panic!("inner"));
            (inner, QUIET.get())
        });
        assert_eq!(nested, Ok((Err::<(), _>(Panicked), true)));
    }
}
