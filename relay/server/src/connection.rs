//! One QUIC connection: who it is, and the loop between its stream and its conversation.

use std::future;
use std::sync::Arc;

use couplet_proto::desk::Desk;
use couplet_proto::frame::{Frame, Reason, Refuse};
use couplet_proto::ids::DeviceId;
use couplet_proto::limits::{MAX_FRAME, RETRY_BUSY};
use quinn::{Connection, Incoming, SendStream, ZeroRttAccepted};
use rustls::pki_types::CertificateDer;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tracing::debug;

use crate::close::{Close, Ended};
use crate::conversation::Conversation;
use crate::gate::{Arrival, Gate};
use crate::limits::{DRAIN, FIRST_FRAME, RETRY_CROWDED};
use crate::live::Notebooks;
use crate::store::Store;
use crate::tls;
use crate::wire::{Inbox, Outbox};

/// Serves one connection from its first packet to its last, or until `stop` says so. `turn` is
/// given back once the phone has shown who it is. One whose address has too many is told so.
pub async fn serve<S: Store>(
    incoming: Incoming,
    arrival: Arrival,
    turn: Option<OwnedSemaphorePermit>,
    gate: Arc<Gate>,
    notebooks: Arc<Notebooks<S>>,
    stop: watch::Receiver<bool>,
) {
    let is_told = matches!(arrival, Arrival::Told(_));
    // Always succeeds at the server: what follows is read before the handshake is over if it is a
    // resumed one, and only then.
    let Ok(Ok((connection, handshake))) = incoming.accept().map(quinn::Connecting::into_0rtt)
    else {
        return;
    };
    let handshake = Handshake::UnderWay(handshake);
    let door = Door { is_told, turn, gate, notebooks };
    let ended = converse(&connection, handshake, door, stop).await;
    let close = match ended {
        Ok(()) => Close::Done,
        Err(Ended::Because(close)) => close,
        Err(Ended::Gone) => return,
    };
    debug!(%close, "a connection ends");
    connection.close(close.code(), close.to_string().as_bytes());
    drop(arrival);
}

/// What a connection finds behind the handshake.
struct Door<S> {
    is_told: bool,
    turn: Option<OwnedSemaphorePermit>,
    gate: Arc<Gate>,
    notebooks: Arc<Notebooks<S>>,
}

async fn converse<S: Store>(
    connection: &Connection,
    mut handshake: Handshake,
    door: Door<S>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Ended> {
    let Door { is_told, turn, gate, notebooks } = door;
    let deadline = Instant::now() + FIRST_FRAME;
    let opening = async {
        let device = match device_of(connection) {
            Some(device) => device,
            None => {
                handshake.finish().await;
                device_of(connection).ok_or(Close::NoIdentity)?
            }
        };
        drop(turn);
        let stream = connection.accept_bi().await.map_err(|_| Ended::Gone)?;
        Ok::<_, Ended>((device, stream))
    };
    let (device, (sender, receiver)) = tokio::select! {
        opened = timeout_at(deadline, opening) => opened.map_err(|_| Close::TooSlow)??,
        () = told(&mut stop) => return Err(Close::Restarting.into()),
    };
    let from = connection.remote_address().ip().into();
    let mut exchange = Exchange {
        sender,
        inbox: Inbox::new(receiver, gate.load(from)),
        outbox: Outbox::new(gate.load(from)),
        conversation: Conversation::new(device, from, Arc::clone(&gate), notebooks),
        handshake,
        first_frame_by: Some(deadline),
    };
    let pass = if is_told { None } else { gate.enter(device) };
    let ended = match &pass {
        Some(_) => exchange.run(stop).await,
        None => exchange.turn_away(RETRY_CROWDED, Close::Crowded),
    };
    let ended = match ended {
        Err(Ended::Because(close @ Close::Overloaded)) => exchange.turn_away(RETRY_BUSY, close),
        ended => ended,
    };
    if !matches!(ended, Err(Ended::Gone)) {
        exchange.take_leave().await;
    }
    ended
}

/// Whose connection it is; nothing before that is proven. On a resumed one it is known at once.
fn device_of(connection: &Connection) -> Option<DeviceId> {
    let identity = connection.peer_identity()?;
    let keys = identity.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    tls::device_of(keys.first()?)
}

/// Whether the phone has proven that it is there, and not only that it once was.
enum Handshake {
    UnderWay(ZeroRttAccepted),
    Over,
}

impl Handshake {
    /// Waits for its end. What it resolves to means nothing at a server; whether it went well
    /// shows in whether the connection lives.
    async fn finish(&mut self) {
        if let Self::UnderWay(accepted) = self {
            accepted.await;
            *self = Self::Over;
        }
    }
}

/// The next frame, none if the phone has said all, or why there is none.
type Arrived = Result<Option<Frame>, Ended>;

struct Exchange<S> {
    sender: SendStream,
    inbox: Inbox,
    outbox: Outbox,
    conversation: Conversation<S>,
    handshake: Handshake,
    first_frame_by: Option<Instant>,
}

impl<S: Store> Exchange<S> {
    /// Goes on until either side has said all. Sending, receiving and news take turns fairly:
    /// neither a flood nor a long catch-up keeps the others waiting.
    async fn run(&mut self, mut stop: watch::Receiver<bool>) -> Result<(), Ended> {
        let mut ended = None;
        loop {
            self.conversation.act(&mut self.outbox).await?;
            self.outbox.weigh()?;
            self.inbox.settle()?;
            if let Some(ended) = ended {
                return ended;
            }
            let deadline = self.deadline();
            tokio::select! {
                frame = self.inbox.next(), if self.outbox.has_room() => {
                    ended = self.receive(frame).await;
                }
                sent = self.outbox.send(&mut self.sender), if !self.outbox.is_empty() => sent?,
                () = self.conversation.changed() => self.conversation.catch_up(),
                () = at(deadline) => return Err(Close::TooSlow.into()),
                () = told(&mut stop) => return Err(Close::Restarting.into()),
            }
        }
    }

    /// Takes in a frame, and those that have come by then, as many bytes as one may have: what was
    /// pushed close together is kept in one go. Says how the conversation ends, if it does.
    async fn receive(&mut self, first: Arrived) -> Option<Result<(), Ended>> {
        self.first_frame_by = None;
        let mut next = first;
        loop {
            match next {
                Ok(Some(frame)) => {
                    if Desk::needs_confirmation(&frame) {
                        self.handshake.finish().await;
                    }
                    self.conversation.handle(frame);
                }
                Ok(None) => return Some(Ok(())),
                Err(ended) => return Some(Err(ended)),
            }
            if self.inbox.taken() > MAX_FRAME {
                return None;
            }
            next = tokio::select! {
                biased;
                frame = self.inbox.next() => frame,
                () = future::ready(()) => return None,
            };
        }
    }

    /// Says that there is too much of it, and when to come again.
    fn turn_away(&mut self, seconds: u32, why: Close) -> Result<(), Ended> {
        let (reason, retry_after) = (Reason::Busy, Some(seconds));
        self.outbox.push(&Frame::Refuse(Refuse { reason, envelope: None, retry_after }));
        Err(why.into())
    }

    /// When the phone must have done something.
    fn deadline(&self) -> Option<Instant> {
        let deadlines = [self.first_frame_by, self.inbox.deadline(), self.outbox.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Lets what was said arrive before the connection is closed.
    async fn take_leave(&mut self) {
        let leaving = async {
            if self.outbox.flush(&mut self.sender).await.is_ok() && self.sender.finish().is_ok() {
                let _ = self.sender.stopped().await;
            }
        };
        let _ = timeout(DRAIN, leaving).await;
    }
}

/// Waits until the relay is told to stop.
pub(crate) async fn told(stop: &mut watch::Receiver<bool>) {
    // An error says that the relay is gone altogether.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => future::pending().await,
    }
}
