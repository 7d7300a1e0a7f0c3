//! What went wrong, as this program says it.

use couplet::Error;

/// A failure with its stable name.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    pub(crate) is_retryable: bool,
}

impl Failure {
    /// What was typed cannot be understood.
    pub(crate) fn input(detail: impl Into<String>) -> Self {
        Self { code: "invalid_input", detail: detail.into(), is_retryable: false }
    }

    /// The machine does not do what it should.
    pub(crate) fn system(detail: impl Into<String>) -> Self {
        Self { code: "system", detail: detail.into(), is_retryable: false }
    }

    /// The demo's story did not end as it should.
    pub(crate) fn story(detail: impl Into<String>) -> Self {
        Self { code: "story", detail: detail.into(), is_retryable: false }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (code, is_retryable) = (error.code(), error.is_retryable());
        Self { code, detail: error.to_string(), is_retryable }
    }
}
