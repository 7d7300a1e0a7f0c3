//! The way to a relay: QUIC, with the relay's key pinned from its link and this device's own key
//! shown in the handshake.
//!
//! One conversation is one bidirectional stream of frames. Deliberately not here: what the frames
//! say, and when to try again.

mod early;
mod silence;
mod tls;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use couplet_engine::keys::Secret;
use couplet_proto::frame::Frame;
use couplet_proto::hash::Hash;
use couplet_proto::item;
use couplet_proto::link::RelayLink;
use quinn::{
    ClientConfig, Connection, Endpoint, EndpointConfig, IdleTimeout, RecvStream, TokioRuntime,
    TransportConfig, VarInt,
};
use tokio::sync::mpsc;

use early::Sender;

/// Frames read ahead of whoever takes them in: enough to keep a slow disk busy.
const READ_AHEAD: usize = 4;

/// The socket's buffers; the default ones drop datagrams in bursts (research/relay.md 1.3).
const SOCKET_BUFFER: usize = 1024 * 1024;

/// Shorter than the 30 seconds after which NATs forget a UDP flow (RFC 9308, section 3.2).
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// After this long without a packet the connection is over.
const IDLE: Duration = Duration::from_secs(60);

/// How long a relay may take to answer the first packet before it counts as not there: more than
/// three lost packets on a slow network, less than the patience of somebody who waits.
const CONNECT: Duration = Duration::from_secs(4);

/// Bytes under way in one stream: a slice of envelopes and the next.
const STREAM_WINDOW: u32 = 1024 * 1024;

/// How long whoever says goodbye waits for it to be on its way.
const GOODBYE: Duration = Duration::from_millis(100);

/// The application's close code for "that is all".
const DONE: VarInt = VarInt::from_u32(0);

/// Why a relay could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// Its name leads nowhere.
    #[error("the relay's address leads nowhere; check the connection, or the relay's link")]
    NoAddress,
    /// Nobody answers.
    #[error("the relay does not answer; what was written is kept and sent when it does")]
    NoAnswer,
    /// Somebody else answers.
    #[error("whoever answers at the relay's address is not the relay that its link names")]
    NotTheRelay,
    /// The connection ended.
    #[error("the connection to the relay was lost; what was written is kept and sent later")]
    Lost,
    /// This device has no socket to give.
    #[error("this device lets no connection be made now")]
    NoSocket,
}

/// What connects this device to relays. One for each device: a resumed connection is the same
/// device's (research/zero-rtt.md, trap 2).
#[derive(Debug)]
pub(crate) struct Transport {
    identity: Secret,
    tls: tls::ClientTls,
    last: Mutex<Option<Known>>,
}

/// The relay of the last connection. Sessions are resumed with the configuration that they began
/// with, which checks this relay's pin and no other.
#[derive(Debug)]
struct Known {
    relay: RelayLink,
    config: ClientConfig,
    /// Where it has answered.
    address: Option<SocketAddr>,
}

/// A conversation's frames, there and back.
#[derive(Debug)]
pub(crate) struct Channel {
    connection: Connection,
    is_resumed: bool,
    send: Sender,
    incoming: mpsc::Receiver<Result<Frame, Broken>>,
    /// Bytes of frames sent and received.
    pub(crate) bytes: Traffic,
}

/// Bytes there and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// Why there is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// What was read is none.
    NotAFrame,
    /// The connection did not come about.
    Unreachable(Unreachable),
}

/// How the device with this signing key introduces itself to the relay with that pin, for those who
/// bring an endpoint of their own; nothing if the key cannot be used.
#[must_use]
pub fn introduction(device: &Secret, pin: Hash) -> Option<ClientConfig> {
    tls::ClientTls::new(device)?.for_relay(pin).map(|tls| ClientConfig::new(tls))
}

impl Transport {
    pub(crate) fn new(device: &Secret) -> Result<Self, Unreachable> {
        let tls = tls::ClientTls::new(device).ok_or(Unreachable::NoSocket)?;
        Ok(Self { identity: device.clone(), tls, last: Mutex::default() })
    }

    /// Whether connections are made as this device.
    pub(crate) fn is_of(&self, device: &Secret) -> bool {
        self.identity == *device
    }

    /// Connects and opens the conversation's stream.
    pub(crate) async fn connect(&self, relay: &RelayLink) -> Result<Channel, Unreachable> {
        let (host, port) = relay.host_and_port().ok_or(Unreachable::NoAddress)?;
        let found = tokio::net::lookup_host((host, port)).await;
        let mut addresses: Vec<SocketAddr> = found.map_err(|_| Unreachable::NoAddress)?.collect();
        let (config, last) = self.known(relay).ok_or(Unreachable::NoSocket)?;
        addresses.sort_by_key(|address| Some(*address) != last);
        let mut result = Err(Unreachable::NoAddress);
        for address in addresses {
            let connecting = Connecting { address, host, is_known: Some(address) == last };
            result = connecting.connect(config.clone()).await;
            if result.is_ok() {
                self.answered_at(address);
                break;
            }
        }
        result
    }

    /// How to connect to that relay, and where it has answered.
    fn known(&self, relay: &RelayLink) -> Option<(ClientConfig, Option<SocketAddr>)> {
        let mut last = self.last.lock().ok()?;
        if let Some(known) = last.as_ref().filter(|known| known.relay == *relay) {
            return Some((known.config.clone(), known.address));
        }
        let mut config = ClientConfig::new(self.tls.for_relay(relay.pin)?);
        config.transport_config(Arc::new(transport_config()));
        *last = Some(Known { relay: relay.clone(), config: config.clone(), address: None });
        Some((config, None))
    }

    fn answered_at(&self, address: SocketAddr) {
        if let Ok(mut last) = self.last.lock()
            && let Some(known) = last.as_mut()
        {
            known.address = Some(address);
        }
    }
}

/// One attempt.
struct Connecting<'a> {
    address: SocketAddr,
    host: &'a str,
    /// The relay has answered there before: what is said first need not wait for the handshake.
    is_known: bool,
}

impl Connecting<'_> {
    async fn connect(self, config: ClientConfig) -> Result<Channel, Unreachable> {
        let endpoint = endpoint(self.address).ok_or(Unreachable::NoSocket)?;
        let connecting = endpoint.connect_with(config, self.address, self.host);
        let connecting = connecting.map_err(|_| Unreachable::NoAddress)?;
        let resumed = if self.is_known { connecting.into_0rtt() } else { Err(connecting) };
        let (connection, accepted) = match resumed {
            Ok((connection, accepted)) => (connection, Some(accepted)),
            Err(connecting) => match tokio::time::timeout(CONNECT, connecting).await {
                Ok(connected) => (connected.map_err(|error| why(&error))?, None),
                Err(_) => return Err(Unreachable::NoAnswer),
            },
        };
        let (stream, receive) = connection.open_bi().await.map_err(|error| why(&error))?;
        let (sender, incoming) = mpsc::channel(READ_AHEAD);
        let is_resumed = accepted.is_some();
        let send = match accepted {
            None => {
                tokio::spawn(read_frames(receive, sender));
                Sender::new(stream)
            }
            Some(accepted) => {
                let (send, settling) = Sender::early(stream);
                let resumed = connection.clone();
                tokio::spawn(async move {
                    match settling.settle(&resumed, receive, accepted).await {
                        Ok(receive) => read_frames(receive, sender).await,
                        // Nobody may be waiting any more.
                        Err(why) => drop(sender.send(Err(Broken::Unreachable(why))).await),
                    }
                });
                send
            }
        };
        tokio::spawn(silence::end_if_unheard(connection.clone()));
        Ok(Channel { connection, send, incoming, is_resumed, bytes: Traffic::default() })
    }
}

impl Channel {
    /// Sends a frame; returns when the connection has taken it, not when it has arrived.
    pub(crate) async fn send(&mut self, frame: &Frame) -> Result<(), Unreachable> {
        self.bytes.sent += self.send.send(frame).await? as u64;
        Ok(())
    }

    /// The next frame; nothing when the other side has ended the conversation. Dropping the future
    /// loses nothing.
    pub(crate) async fn receive(&mut self) -> Option<Result<Frame, Broken>> {
        let received = self.incoming.recv().await;
        if let Some(Ok(frame)) = &received {
            self.bytes.received += frame.to_bytes().len() as u64;
        }
        received
    }

    /// Whether it was resumed, and nothing has come of what was said first.
    pub(crate) const fn is_resumed_in_vain(&self) -> bool {
        self.is_resumed && self.bytes.received == 0
    }

    /// Bytes of UDP payload there and back.
    pub(crate) fn udp(&self) -> Traffic {
        let stats = self.connection.stats();
        Traffic { sent: stats.udp_tx.bytes, received: stats.udp_rx.bytes }
    }

    /// Says goodbye, and waits for it to be on its way.
    pub(crate) async fn close(mut self) {
        self.send.finish().await;
        let sent = |connection: &Connection| connection.stats().udp_tx.datagrams;
        let before = sent(&self.connection);
        self.connection.close(DONE, b"");
        let after = sent(&self.connection);
        // Not until quinn is idle: it waits three times as long as for a lost packet, in which nobody
        // has anything to say. If something was sent between the two counts, this may have been it.
        let patience = if before == after { GOODBYE } else { GOODBYE / 20 };
        let on_its_way = async {
            while sent(&self.connection) == after {
                tokio::task::yield_now().await;
            }
        };
        drop(tokio::time::timeout(patience, on_its_way).await);
    }
}

impl Drop for Channel {
    /// Whoever gives up says so: the other side need not wait for somebody who is gone.
    fn drop(&mut self) {
        self.connection.close(DONE, b"");
    }
}

async fn read_frames(mut receive: RecvStream, sender: mpsc::Sender<Result<Frame, Broken>>) {
    loop {
        let frame = match read_frame(&mut receive).await {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => continue,
            Err(ReadFrame::Ended) => return,
            Err(ReadFrame::Unreadable) => Err(Broken::NotAFrame),
        };
        let is_over = frame.is_err();
        if sender.send(frame).await.is_err() || is_over {
            return;
        }
    }
}

enum ReadFrame {
    Ended,
    Unreadable,
}

async fn read_frame(receive: &mut RecvStream) -> Result<Option<Frame>, ReadFrame> {
    let mut header = [0; item::HEADER];
    receive.read_exact(&mut header).await.map_err(|_| ReadFrame::Ended)?;
    let length = Frame::length(header).map_err(|_| ReadFrame::Unreadable)?;
    let mut bytes = vec![0; item::HEADER + length];
    let (first, rest) = bytes.split_at_mut(item::HEADER);
    first.copy_from_slice(&header);
    receive.read_exact(rest).await.map_err(|_| ReadFrame::Ended)?;
    Frame::read(&bytes).map_err(|_| ReadFrame::Unreadable)
}

/// A socket for this family of addresses, with room for a burst.
fn endpoint(towards: SocketAddr) -> Option<Endpoint> {
    let local: SocketAddr = match towards {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local).ok()?;
    let buffers = socket2::SockRef::from(&socket);
    // The kernel may give less; then a burst costs a retransmission.
    drop(buffers.set_recv_buffer_size(SOCKET_BUFFER));
    drop(buffers.set_send_buffer_size(SOCKET_BUFFER));
    let runtime = Arc::new(TokioRuntime);
    Endpoint::new(EndpointConfig::default(), None, socket, runtime).ok()
}

fn transport_config() -> TransportConfig {
    let mut config = TransportConfig::default();
    config.keep_alive_interval(Some(KEEP_ALIVE));
    config.max_idle_timeout(IdleTimeout::try_from(IDLE).ok());
    // A relay opens no streams to a phone, and sends no datagrams.
    config.max_concurrent_bidi_streams(VarInt::from_u32(0));
    config.max_concurrent_uni_streams(VarInt::from_u32(0));
    config.datagram_receive_buffer_size(None);
    // To find out whether the path takes longer datagrams costs four of them at every connection,
    // more than most conversations say; what it saves is a sixth of the datagrams of a long one.
    config.mtu_discovery_config(None);
    config.stream_receive_window(VarInt::from_u32(STREAM_WINDOW));
    config.receive_window(VarInt::from_u32(2 * STREAM_WINDOW));
    config.send_window(u64::from(2 * STREAM_WINDOW));
    config
}

fn why(error: &quinn::ConnectionError) -> Unreachable {
    match error {
        quinn::ConnectionError::TransportError(error) if tls::is_wrong_pin(error.code) => {
            Unreachable::NotTheRelay
        }
        quinn::ConnectionError::TimedOut
        | quinn::ConnectionError::VersionMismatch
        | quinn::ConnectionError::TransportError(_)
        | quinn::ConnectionError::CidsExhausted => Unreachable::NoAnswer,
        quinn::ConnectionError::ConnectionClosed(_)
        | quinn::ConnectionError::ApplicationClosed(_)
        | quinn::ConnectionError::Reset
        | quinn::ConnectionError::LocallyClosed => Unreachable::Lost,
    }
}
