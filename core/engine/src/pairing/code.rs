//! The short code: what the joiner's screen shows and the inviter types, so that a leaked link and
//! a lying relay together still let nobody else in.
//!
//! The first 60 bits of the request's hash, as twelve symbols of Crockford's base32 in threes of
//! four. Finding another request with the same code takes some 2^60 tries within the seven days
//! that an invite is good for.

use core::fmt;
use core::str::FromStr;

use couplet_proto::request::JoinRequest;
use subtle::ConstantTimeEq;

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// A request's short code.
#[derive(Clone, Copy)]
pub struct Code([u8; LENGTH]);

/// A text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has twelve letters and digits, as the other phone shows it")]
pub struct NotACode;

impl Code {
    /// The code of a request.
    #[must_use]
    pub fn of(request: &JoinRequest) -> Self {
        let mut wide = [0; 8];
        wide.copy_from_slice(request.hash().0.split_at(8).0);
        let mut bits = u64::from_be_bytes(wide) >> 4;
        let mut symbols = [0; LENGTH];
        for symbol in symbols.iter_mut().rev() {
            let index = usize::try_from(bits & 31).unwrap_or(0);
            *symbol = SYMBOLS.get(index).copied().unwrap_or(b'0');
            bits >>= 5;
        }
        Self(symbols)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Code {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, symbol) in self.0.iter().enumerate() {
            let dash = if index > 0 && index % 4 == 0 { "-" } else { "" };
            write!(f, "{dash}{}", char::from(*symbol))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

impl FromStr for Code {
    type Err = NotACode;

    /// Reads a code as people write it: any case, spaces or dashes, O for 0, I or L for 1.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let plain = |c: char| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let is_written = |c: &char| !c.is_whitespace() && *c != '-';
        let mut symbols = [0; LENGTH];
        let mut read = text.chars().filter(is_written).map(plain);
        for symbol in &mut symbols {
            let byte = read.next().and_then(|c| u8::try_from(c).ok()).ok_or(NotACode)?;
            *symbol = SYMBOLS.contains(&byte).then_some(byte).ok_or(NotACode)?;
        }
        if read.next().is_none() { Ok(Self(symbols)) } else { Err(NotACode) }
    }
}
