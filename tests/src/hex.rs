//! Bytes as people can read them in a file.

use data_encoding::{DecodeError, HEXLOWER};

/// Two lower-case digits for each byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The bytes again; spaces and ends of lines do not matter.
///
/// # Errors
/// [`DecodeError`] if these are no lower-case digits, two for each byte.
pub fn unhex(text: &str) -> Result<Vec<u8>, DecodeError> {
    let digits: String = text.split_whitespace().collect();
    HEXLOWER.decode(digits.as_bytes())
}
