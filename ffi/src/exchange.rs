//! What an exchange with the relay did, for programs and for people.

use std::time::Duration;

/// What an exchange with the relay did.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Exchanged {
    /// Envelopes sent.
    pub sent: u64,
    /// Envelopes received that were new here.
    pub received: u64,
    /// Times this side waited for an answer before it sent on, the handshake apart.
    pub round_trips: u32,
    /// Bytes of frames sent.
    pub bytes_out: u64,
    /// Bytes of frames received.
    pub bytes_in: u64,
    /// Bytes of UDP payload sent.
    pub udp_out: u64,
    /// Bytes of UDP payload received.
    pub udp_in: u64,
    /// How long it took, connecting included.
    pub duration: Duration,
    /// Over what.
    pub transport: String,
    /// Whether both sides held the same at its end.
    pub is_caught_up: bool,
    /// What came of the other person, for people.
    pub arrived: Arrived,
}

/// What the other person has written and done, as far as it came with one exchange and nobody has
/// seen it here.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Arrived {
    /// Entries of theirs that are new here, by the names of their kinds.
    pub fresh: Vec<NewOfKind>,
    /// Pages on which both have written.
    pub together: u64,
    /// Other entries in which they did something: answered, reacted, wrote anew.
    pub touched: u64,
    /// Entries in which something waits to be chosen, or came back: nothing was lost.
    pub in_need: u64,
    /// Changes that no phone applies: they are in the quarantine, and what they would have changed
    /// stands as it did.
    pub set_aside: u64,
}

/// How many entries of a kind are new.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewOfKind {
    /// The name of the kind.
    pub kind_name: String,
    /// How many.
    pub count: u64,
}

impl From<couplet::Exchanged> for Exchanged {
    fn from(exchanged: couplet::Exchanged) -> Self {
        Self {
            sent: exchanged.sent,
            received: exchanged.received,
            round_trips: exchanged.round_trips,
            bytes_out: exchanged.bytes_out,
            bytes_in: exchanged.bytes_in,
            udp_out: exchanged.udp_out,
            udp_in: exchanged.udp_in,
            duration: exchanged.duration,
            transport: exchanged.transport.to_owned(),
            is_caught_up: exchanged.is_caught_up,
            arrived: exchanged.arrived.into(),
        }
    }
}

impl From<couplet::Arrived> for Arrived {
    fn from(arrived: couplet::Arrived) -> Self {
        let couplet::Arrived { new, together, touched, in_need, set_aside } = arrived;
        let fresh = new.into_iter().map(|(kind_name, count)| NewOfKind { kind_name, count });
        Self { fresh: fresh.collect(), together, touched, in_need, set_aside }
    }
}
