//! What goes wrong, sorted by what an app does about it: docs/ERRORS.md says that for each case.

use couplet::Error;

/// Why a call did not do what it was asked. Nothing was changed, unless the detail says so.
///
/// The case says what to do, `detail` is a sentence for people, and `reason` is the finer stable
/// name, for programs. No text in it is the notebook's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CoupletError {
    /// What was given cannot be used: ask the person for something else.
    #[error("{detail}")]
    InvalidInput {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// The notebook's rules forbid it, or the relay does: trying again does not help.
    #[error("{detail}")]
    NotAllowed {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// There is no such thing here.
    #[error("{detail}")]
    NotFound {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// This device waits to be let in: the person who invited has to approve it.
    #[error("{detail}")]
    Waiting {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// The relay was not reached, or is full or busy: what was written is kept and sent later.
    #[error("{detail}")]
    Network {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// The disk is full (`disk_full`, which may pass), or the store is damaged.
    #[error("{detail}")]
    Storage {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// Another process has the notebook, or somebody was quicker: try again.
    #[error("{detail}")]
    Busy {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// The keystore gave no key (`key_not_yet` may pass), or one that does not fit.
    #[error("{detail}")]
    Key {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// It needs a newer version of the app.
    #[error("{detail}")]
    Incompatible {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// The caller ended the call.
    #[error("{detail}")]
    Cancelled {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// The notebook was shut down.
    #[error("{detail}")]
    Closed {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// A fault of this library, or of what the app gave it to call: report it.
    #[error("{detail}")]
    Internal {
        /// The stable name.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
}

#[uniffi::export]
impl CoupletError {
    /// The finer stable name, the same as `couplet --json` gives.
    #[must_use]
    pub fn code(&self) -> String {
        self.said().0.to_owned()
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Waiting { .. } | Self::Network { .. } | Self::Busy { .. } => true,
            Self::Storage { reason, .. } => reason == DISK_FULL,
            Self::Key { reason, .. } => reason == KEY_NOT_YET,
            _ => false,
        }
    }
}

const DISK_FULL: &str = "disk_full";
pub(crate) const KEY_NOT_YET: &str = "key_not_yet";

impl CoupletError {
    fn said(&self) -> (&str, &str) {
        match self {
            Self::InvalidInput { reason, detail }
            | Self::NotAllowed { reason, detail }
            | Self::NotFound { reason, detail }
            | Self::Waiting { reason, detail }
            | Self::Network { reason, detail }
            | Self::Storage { reason, detail }
            | Self::Busy { reason, detail }
            | Self::Key { reason, detail }
            | Self::Incompatible { reason, detail }
            | Self::Cancelled { reason, detail }
            | Self::Closed { reason, detail }
            | Self::Internal { reason, detail } => (reason, detail),
        }
    }

    pub(crate) fn cancelled() -> Self {
        let detail = "the call was cancelled; what it had begun to write is written".into();
        Self::Cancelled { reason: "cancelled".into(), detail }
    }

    pub(crate) fn closed() -> Self {
        Error::Closed.into()
    }

    pub(crate) fn panicked() -> Self {
        let detail = "a fault in the notebook's engine ended the call; what was written is safe";
        Self::Internal { reason: "panicked".into(), detail: detail.into() }
    }

    pub(crate) fn no_threads() -> Self {
        let detail = "this device gives the notebook no threads to work with".into();
        Self::Internal { reason: "no_threads".into(), detail }
    }

    /// The caller's input, with what its own type says of it.
    pub(crate) fn input(error: impl std::error::Error) -> Self {
        Error::Input(error.to_string()).into()
    }
}

impl From<Error> for CoupletError {
    fn from(error: Error) -> Self {
        let (reason, detail) = (error.code().to_owned(), error.to_string());
        let may_pass = error.is_retryable();
        match error.code() {
            "not_found" | "no_notebook" => Self::NotFound { reason, detail },
            "not_yours" | "not_allowed" | "nothing_to_resolve" | "words_used" | "exists"
            | "apart" | "paused" | "still_sealed" => Self::NotAllowed { reason, detail },
            "waiting" if may_pass => Self::Waiting { reason, detail },
            "relay_refused" if may_pass => Self::Network { reason, detail },
            "relay_refused" | "waiting" => Self::NotAllowed { reason, detail },
            "relay_unreachable" | "timed_out" | "before_its_time" => {
                Self::Network { reason, detail }
            }
            "disk_full" | "store" => Self::Storage { reason, detail },
            "busy" => Self::Busy { reason, detail },
            "wrong_key" | "locked" => Self::Key { reason, detail },
            "store_is_newer" | "unsupported" => Self::Incompatible { reason, detail },
            "closed" => Self::Closed { reason, detail },
            "engine" => Self::Internal { reason, detail },
            _ => Self::InvalidInput { reason, detail },
        }
    }
}

#[cfg(test)]
mod tests {
    use couplet::{StoreError, Unreachable};

    use super::*;

    #[test]
    fn an_app_that_tries_again_does_so_where_the_engine_would() {
        let newer = StoreError::StoreIsNewer { found: 2, known: 1 };
        let errors = [
            Error::Input("a link that is none".into()),
            Error::NotFound("entry"),
            Error::NoRelay,
            Error::NotLetInYet,
            Error::LetInAlready,
            Error::Apart,
            Error::WrongCode,
            Error::SayHistory(3),
            Error::Unsent(couplet::Unsent { entries: 2, drafts: 1 }),
            Error::Paused,
            Error::NotEnded,
            Error::NotWords(couplet::NotWords::Checksum),
            Error::UnknownWords,
            Error::WordsUsed,
            Error::KitThere,
            Error::BeforeItsTime,
            Error::Unsupported("this"),
            Error::BadRelay,
            Error::Unreachable(Unreachable::Lost),
            Error::TimedOut,
            Error::Engine,
            Error::BeginAnew,
            Error::DraftMoved,
            Error::Closed,
            newer.into(),
            StoreError::WrongKey.into(),
            StoreError::Damaged.into(),
            StoreError::DiskFull.into(),
            StoreError::Busy.into(),
            StoreError::Missing.into(),
            StoreError::Exists.into(),
        ];
        for error in errors {
            let (code, sentence, may_pass) =
                (error.code(), error.to_string(), error.is_retryable());
            let translated = CoupletError::from(error);
            assert_eq!(translated.code(), code);
            assert_eq!(translated.to_string(), sentence);
            assert_eq!(translated.is_retryable(), may_pass, "{translated:?}");
        }
    }
}
