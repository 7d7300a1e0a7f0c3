//! Frames: what travels on a connection between a phone and a relay, or between two phones.
//!
//! Each is an item whose kind is [`kind::FRAME`] plus a number, its own
//! bytes `postcard` of one of the types below, at most [`MAX_FRAME`] bytes. A frame of an unknown
//! kind is skipped, unless it is critical.

use serde::{Deserialize, Serialize};

use crate::have::{Entry, Have};
use crate::ids::{NotebookId, WriterId};
use crate::item::{self, Header, Item, Malformed, kind};
use crate::limits::{
    MAX_ENVELOPES_PER_FRAME, MAX_FRAME, MAX_OPEN_INVITES, MAX_REQUESTS_PER_INVITE,
};
use crate::statement::{Locator, LogHead};

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Opens a notebook's conversation: what the sender knows and holds.
    Attach(Attach),
    /// What the sender holds durably, of some writers: the answer to envelopes and statements.
    Stored(Stored),
    /// Envelopes, each as it was sealed.
    Envelopes(Vec<Vec<u8>>),
    /// Statements of the membership log, in order.
    Statements(Statements),
    /// Something was refused.
    Refuse(Refuse),
    /// A request to join, for the mailbox of its invite.
    Knock(Vec<u8>),
    /// Requests to join that wait for a member.
    Requests(Vec<Vec<u8>>),
    /// Asks for the log of the notebook that words lead to.
    Recall(Locator),
    /// Are you there?
    Ping(u64),
    /// Yes: the ping's number.
    Pong(u64),
}

/// What the sender knows and holds of a notebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attach {
    /// Which notebook.
    pub notebook: NotebookId,
    /// Its membership log, as known.
    pub log: LogHead,
    /// Its envelopes, as held.
    pub have: Vec<Entry>,
}

/// What has become durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The membership log.
    pub log: LogHead,
    /// All that is held of the writers that were touched.
    pub have: Vec<Entry>,
}

/// A piece of the membership log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statements {
    /// Which notebook.
    pub notebook: NotebookId,
    /// How many statements come before the first.
    pub from: u64,
    /// The statements.
    pub statements: Vec<Vec<u8>>,
}

/// Why something was refused: one byte, so that an old reader can be told a new reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The connection's key is no member of that notebook, as far as is known here. The same
    /// answer for a notebook that is not there.
    NotAMember,
    /// The statements do not follow the log as it is here.
    LogConflict,
    /// An envelope or statement is not what its author may write.
    NotAllowed,
    /// An envelope does not continue its writer's chain.
    Fork,
    /// The invite is not open, or its mailbox is full.
    NotInvited,
    /// There is no room.
    Full,
    /// Not now; again after the time given.
    Busy,
    /// The notebook is dissolved, and nothing of it is kept here but that.
    Dissolved,
    /// A reason of a later version: for good, unless a time is given.
    Other(u8),
}

impl Reason {
    const KNOWN: [Self; 8] = [
        Self::NotAMember,
        Self::LogConflict,
        Self::NotAllowed,
        Self::Fork,
        Self::NotInvited,
        Self::Full,
        Self::Busy,
        Self::Dissolved,
    ];
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = match self {
            Self::NotAMember => 0,
            Self::LogConflict => 1,
            Self::NotAllowed => 2,
            Self::Fork => 3,
            Self::NotInvited => 4,
            Self::Full => 5,
            Self::Busy => 6,
            Self::Dissolved => 7,
            Self::Other(number) => *number,
        };
        serializer.serialize_u8(number)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        let known = Self::KNOWN.get(usize::from(number)).copied();
        Ok(known.unwrap_or(Self::Other(number)))
    }
}

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refuse {
    /// Why.
    pub reason: Reason,
    /// Which envelope, if it was one.
    pub envelope: Option<(WriterId, u64)>,
    /// Seconds after which to ask again, if asking again can help.
    pub retry_after: Option<u32>,
}

/// Bytes that are no frame, or a frame that must be understood and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFrame {
    /// They cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The other side speaks a later version.
    #[error("the other side speaks a later version of the protocol; bring this program up to date")]
    TooNew,
}

mod number {
    pub(super) const ATTACH: u16 = 1;
    pub(super) const STORED: u16 = 2;
    pub(super) const ENVELOPES: u16 = 3;
    pub(super) const STATEMENTS: u16 = 4;
    pub(super) const REFUSE: u16 = 5;
    pub(super) const KNOCK: u16 = 6;
    pub(super) const REQUESTS: u16 = 7;
    pub(super) const PING: u16 = 8;
    pub(super) const PONG: u16 = 9;
    pub(super) const RECALL: u16 = 20;
}

impl From<Reason> for Frame {
    fn from(reason: Reason) -> Self {
        Self::Refuse(Refuse { reason, envelope: None, retry_after: None })
    }
}

impl Frame {
    /// The frame as sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (number, own) = match self {
            Self::Attach(attach) => (number::ATTACH, item::encode(attach)),
            Self::Stored(stored) => (number::STORED, item::encode(stored)),
            Self::Envelopes(envelopes) => (number::ENVELOPES, item::encode(envelopes)),
            Self::Statements(statements) => (number::STATEMENTS, item::encode(statements)),
            Self::Refuse(refuse) => (number::REFUSE, item::encode(refuse)),
            Self::Knock(request) => (number::KNOCK, request.clone()),
            Self::Requests(requests) => (number::REQUESTS, item::encode(requests)),
            Self::Recall(locator) => (number::RECALL, item::encode(locator)),
            Self::Ping(number) => (number::PING, item::encode(number)),
            Self::Pong(number) => (number::PONG, item::encode(number)),
        };
        Item::new(kind::FRAME + number, true, &own).to_bytes()
    }

    /// How many bytes follow a frame's first eight.
    ///
    /// # Errors
    /// [`Malformed`] if they are more than a frame may have.
    pub fn length(header: [u8; item::HEADER]) -> Result<usize, Malformed> {
        Header::read(&header)?.0.length(MAX_FRAME)
    }

    /// Reads one frame that fills `bytes` whole; nothing, if it is of a kind to skip.
    ///
    /// # Errors
    /// [`NotAFrame`].
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, NotAFrame> {
        let item = Item::read_whole(bytes, MAX_FRAME)?;
        let known = item.version == item::VERSION;
        // A frame of ours is critical: written otherwise it is not one that is known.
        let number = item.kind.checked_sub(kind::FRAME).filter(|_| known && item.critical);
        let own = item.bytes;
        let frame = match number {
            Some(number::ATTACH) => Self::Attach(item::decode(own, "frame")?),
            Some(number::STORED) => Self::Stored(item::decode(own, "frame")?),
            Some(number::ENVELOPES) => Self::Envelopes(item::decode(own, "frame")?),
            Some(number::STATEMENTS) => Self::Statements(item::decode(own, "frame")?),
            Some(number::REFUSE) => Self::Refuse(item::decode(own, "frame")?),
            Some(number::KNOCK) => Self::Knock(own.to_vec()),
            Some(number::REQUESTS) => Self::Requests(item::decode(own, "frame")?),
            Some(number::RECALL) => Self::Recall(item::decode(own, "frame")?),
            Some(number::PING) => Self::Ping(item::decode(own, "frame")?),
            Some(number::PONG) => Self::Pong(item::decode(own, "frame")?),
            _ if item.critical => return Err(NotAFrame::TooNew),
            _ => return Ok(None),
        };
        if frame.is_within_limits() { Ok(Some(frame)) } else { Err(Malformed("frame").into()) }
    }

    fn is_within_limits(&self) -> bool {
        match self {
            Self::Attach(Attach { have, .. }) | Self::Stored(Stored { have, .. }) => {
                Have::from_entries(have.clone()).is_ok()
            }
            Self::Envelopes(envelopes) => envelopes.len() <= MAX_ENVELOPES_PER_FRAME,
            Self::Requests(list) => list.len() <= MAX_REQUESTS_PER_INVITE * MAX_OPEN_INVITES,
            Self::Statements(_)
            | Self::Refuse(_)
            | Self::Knock(_)
            | Self::Recall(_)
            | Self::Ping(_)
            | Self::Pong(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;

    fn examples() -> Vec<Frame> {
        let notebook = NotebookId(Hash([1; 32]));
        let log = LogHead { length: 3, hash: Hash([2; 32]) };
        vec![
            Frame::Attach(Attach { notebook, log, have: Vec::new() }),
            Frame::Stored(Stored { log, have: Vec::new() }),
            Frame::Envelopes(vec![vec![1, 2], vec![3]]),
            Frame::Statements(Statements { notebook, from: 2, statements: vec![vec![5]] }),
            Reason::Fork.into(),
            Frame::Knock(vec![1]),
            Frame::Requests(vec![vec![1]]),
            Frame::Recall(Locator([6; 32])),
            Frame::Ping(7),
            Frame::Pong(7),
        ]
    }

    #[test]
    fn every_frame_reads_back_and_no_piece_of_one_does() {
        for frame in examples() {
            let bytes = frame.to_bytes();
            assert_eq!(Frame::read(&bytes), Ok(Some(frame)));
            for cut in 0..bytes.len() {
                assert!(Frame::read(&bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn an_unknown_frame_is_skipped_unless_it_is_critical() {
        let unknown = |critical| Item::new(kind::FRAME + 99, critical, b"new").to_bytes();
        assert_eq!(Frame::read(&unknown(false)), Ok(None));
        assert_eq!(Frame::read(&unknown(true)), Err(NotAFrame::TooNew));
        let ping = Item::new(kind::FRAME + number::PING, false, &item::encode(&7_u64)).to_bytes();
        assert_eq!(Frame::read(&ping), Ok(None), "a ping in a second spelling");
    }
}
