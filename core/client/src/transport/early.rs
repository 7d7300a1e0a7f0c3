//! What is said on a resumed connection before the relay has answered (0-RTT, RFC 9001 section 4.6).
//!
//! A relay that has forgotten the session takes none of it; then the same is said again once the
//! handshake is over, on a new stream of the same connection. Whoever recorded early words can have
//! them taken a second time, so only what may be taken twice goes early: whatever is about
//! membership waits for the handshake.

use std::sync::Arc;
use std::time::Duration;

use couplet_proto::frame::Frame;
use quinn::{Connection, RecvStream, SendStream, WriteError, ZeroRttAccepted};
use tokio::sync::{Mutex, watch};

use super::{CONNECT, Unreachable, why};

/// How long another stream may take where the first was for early words that were not taken: it is
/// there at once or, now and then, never. Then the conversation begins anew on another connection.
const REOPEN: Duration = Duration::from_millis(500);

/// The sending half of a conversation's stream.
#[derive(Debug)]
pub(super) struct Sender {
    way: Arc<Mutex<Way>>,
    is_settled: watch::Receiver<bool>,
}

/// The stream, and what was said on it while it was not known whether it would be taken.
#[derive(Debug)]
struct Way {
    stream: SendStream,
    early: Option<Vec<u8>>,
}

/// What finds out whether early words were taken.
#[derive(Debug)]
pub(super) struct Settling {
    way: Arc<Mutex<Way>>,
    settled: watch::Sender<bool>,
}

impl Sender {
    /// On a connection whose handshake is over.
    pub(super) fn new(stream: SendStream) -> Self {
        let way = Arc::new(Mutex::new(Way { stream, early: None }));
        // A value that never changes may have no sender.
        Self { way, is_settled: watch::channel(true).1 }
    }

    /// On a connection that is being resumed.
    pub(super) fn early(stream: SendStream) -> (Self, Settling) {
        let way = Arc::new(Mutex::new(Way { stream, early: Some(Vec::new()) }));
        let (settled, is_settled) = watch::channel(false);
        (Self { way: way.clone(), is_settled }, Settling { way, settled })
    }

    /// Sends a frame; returns its length when the connection has taken it.
    pub(super) async fn send(&mut self, frame: &Frame) -> Result<usize, Unreachable> {
        if !may_be_taken_twice(frame) {
            let settled = self.is_settled.wait_for(|is_settled| *is_settled).await;
            drop(settled.map_err(|_| Unreachable::Lost)?);
        }
        let bytes = frame.to_bytes();
        let Way { stream, early } = &mut *self.way.lock().await;
        if let Some(early) = early {
            early.extend_from_slice(&bytes);
        }
        match stream.write_all(&bytes).await {
            Ok(()) => Ok(bytes.len()),
            // It is said again.
            Err(WriteError::ZeroRttRejected) if early.is_some() => Ok(bytes.len()),
            Err(_) => Err(Unreachable::Lost),
        }
    }

    /// Says that nothing follows.
    pub(super) async fn finish(&mut self) {
        // An error here says that the connection is over already.
        drop(self.way.lock().await.stream.finish());
    }
}

impl Settling {
    /// Waits for the handshake; the stream on which the relay answers.
    pub(super) async fn settle(
        self,
        connection: &Connection,
        receive: RecvStream,
        accepted: ZeroRttAccepted,
    ) -> Result<RecvStream, Unreachable> {
        let is_accepted = tokio::time::timeout(CONNECT, accepted).await;
        let is_accepted = is_accepted.map_err(|_| Unreachable::NoAnswer)?;
        if let Some(error) = connection.close_reason() {
            return Err(why(&error));
        }
        let mut way = self.way.lock().await;
        let early = way.early.take().unwrap_or_default();
        let mut answers = receive;
        if !is_accepted {
            tracing::debug!("the relay has forgotten the session; early words are said again");
            let opened = tokio::time::timeout(REOPEN, connection.open_bi()).await;
            let opened = opened.map_err(|_| Unreachable::Lost)?.map_err(|error| why(&error))?;
            (way.stream, answers) = opened;
            way.stream.write_all(&early).await.map_err(|_| Unreachable::Lost)?;
        }
        drop(way);
        self.settled.send_replace(true);
        Ok(answers)
    }
}

/// Whether it does no harm if a relay is given this again by whoever recorded it.
const fn may_be_taken_twice(frame: &Frame) -> bool {
    !matches!(frame, Frame::Statements(_) | Frame::Knock(_))
}
