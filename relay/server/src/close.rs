//! Why the relay ends a connection: the application error codes of QUIC's CONNECTION_CLOSE.

use quinn::VarInt;

use crate::gate::Overloaded;

/// Why the relay ends a connection. The code is what the phone's QUIC reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Close {
    /// The phone was done, and so is the relay.
    #[error("done")]
    Done,
    /// The relay is going down; come again in a moment.
    #[error("the relay is restarting")]
    Restarting,
    /// Bytes that are no frame, or a frame that does not belong to this conversation.
    #[error("malformed")]
    Malformed,
    /// A frame of a later version that may not be skipped: this relay is older than the phone.
    #[error("the relay must be brought up to date")]
    TooNew,
    /// The phone sent no frame, or half of one, or did not read.
    #[error("too slow")]
    TooSlow,
    /// The phone showed no Ed25519 raw public key.
    #[error("no identity")]
    NoIdentity,
    /// Too many things were refused.
    #[error("too many refusals")]
    TooManyRefusals,
    /// The relay cannot read its store; come again later.
    #[error("the relay cannot serve this now")]
    Unavailable,
    /// All phones together, or those of its address, have too much under way; come again soon.
    #[error("too much is under way")]
    Overloaded,
    /// The phone's address or device has too many connections; come again later.
    #[error("too many connections")]
    Crowded,
}

impl Close {
    /// The code on the wire. Never reused.
    #[must_use]
    pub fn code(self) -> VarInt {
        VarInt::from_u32(match self {
            Self::Done => 0,
            Self::Restarting => 1,
            Self::Malformed => 2,
            Self::TooNew => 3,
            Self::TooSlow => 4,
            Self::NoIdentity => 5,
            Self::TooManyRefusals => 6,
            Self::Unavailable => 7,
            Self::Crowded => 8,
            Self::Overloaded => 9,
        })
    }
}

/// How a conversation ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The phone is gone; there is nobody to tell.
    Gone,
    /// The relay ends it.
    Because(Close),
}

impl From<Overloaded> for Ended {
    fn from(_: Overloaded) -> Self {
        Self::Because(Close::Overloaded)
    }
}

impl From<Close> for Ended {
    fn from(close: Close) -> Self {
        Self::Because(close)
    }
}
