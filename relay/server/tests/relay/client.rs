//! A phone, as little of one as the relay needs to see.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use couplet_proto::frame::{Attach, Frame, Reason, Statements, Stored};
use couplet_proto::have::{Have, WriterHave};
use couplet_proto::ids::WriterId;
use couplet_proto::link::RelayLink;
use couplet_proto::sign::Signer as _;
use couplet_proto::statement::LogHead;
use couplet_relay::gate::Allowance;
use couplet_relay::limits::{BYTES_PER_PERSON, SOCKET_BUFFER};
use couplet_relay::relay::{Config, Relay, RelayError};
use couplet_relay::store::sqlite::Room;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{
    ClientConfig, Connection, ConnectionError, Endpoint, EndpointConfig, RecvStream, SendStream,
    TokioRuntime, TransportConfig,
};
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest as _, Sha256};
use socket2::{Domain, Socket, Type};

use couplet_proto::testing::{Key, Notebook};

/// Long enough for a busy machine; nothing here waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(40);

/// As much room as a relay has by itself, on a disk of which others may take the rest.
pub(crate) const ROOM: Room = Room { bytes_per_person: BYTES_PER_PERSON, kept_free: 0 };

/// A relay of this process.
pub(crate) fn relay_at(data: &std::path::Path) -> Relay {
    relay_with(data, ROOM, Allowance::default())
}

/// A relay of this process that gives so much to each.
pub(crate) fn relay_with(data: &std::path::Path, room: Room, allowance: Allowance) -> Relay {
    let (data, listen) = (data.to_path_buf(), (Ipv4Addr::LOCALHOST, 0).into());
    let config = Config { data, listen, public: None, room, allowance };
    loop {
        match Relay::start(config.clone()) {
            // A program that another test is starting has this one's locks until it is itself.
            Err(RelayError::Owned(data)) => {
                std::fs::File::open(data.join("lock")).unwrap().lock().unwrap();
            }
            started => return started.unwrap(),
        }
    }
}

/// Ana's phone, attached: the first to speak of this notebook, which it feeds to the relay.
pub(crate) async fn first_phone(notebook: &Notebook, relay: &RelayLink) -> Line {
    let mut line = Phone::new(&notebook.ana, relay).call().await;
    line.feed(notebook, 0).await;
    line.attach_empty(notebook).await;
    line
}

/// One device's side of QUIC: its tickets live as long as it does.
pub(crate) struct Phone {
    endpoint: Endpoint,
    config: ClientConfig,
    relay: SocketAddr,
}

/// One connection with its one stream.
pub(crate) struct Line {
    pub(crate) connection: Connection,
    pub(crate) send: SendStream,
    recv: RecvStream,
    /// Whether the relay took what was sent before the handshake was over.
    pub(crate) early: Option<quinn::ZeroRttAccepted>,
}

impl Phone {
    pub(crate) fn new(key: &Key, link: &RelayLink) -> Self {
        let endpoint = endpoint();
        let config = client_config(key, link);
        Self { endpoint, config, relay: link.address.parse().unwrap() }
    }

    pub(crate) fn turn_to(&mut self, link: &RelayLink) {
        self.relay = link.address.parse().unwrap();
    }

    pub(crate) async fn call(&self) -> Line {
        self.try_call().await.unwrap()
    }

    pub(crate) async fn try_call(&self) -> Result<Line, ConnectionError> {
        let connecting = self.endpoint.connect_with(self.config.clone(), self.relay, "relay");
        Ok(Line::of(connecting.unwrap().await?).await)
    }

    /// Calls without waiting for the relay; nothing if there is no ticket.
    pub(crate) async fn call_early(&self) -> Option<Line> {
        let connecting = self.endpoint.connect_with(self.config.clone(), self.relay, "relay");
        let (connection, accepted) = connecting.unwrap().into_0rtt().ok()?;
        Some(Line { early: Some(accepted), ..Line::of(connection).await })
    }
}

impl Line {
    pub(crate) async fn of(connection: Connection) -> Self {
        let (send, recv) = connection.open_bi().await.unwrap();
        Self { connection, send, recv, early: None }
    }

    pub(crate) async fn say(&mut self, frame: &Frame) {
        self.send.write_all(&frame.to_bytes()).await.unwrap();
    }

    /// Says that much of the notebook's log, from that statement on.
    pub(crate) async fn feed(&mut self, notebook: &Notebook, from: usize) {
        let statements = notebook.bytes().split_off(from);
        let (notebook, from) = (notebook.id(), from as u64);
        self.say(&Frame::Statements(Statements { notebook, from, statements })).await;
    }

    pub(crate) async fn attach(&mut self, notebook: &Notebook, log: LogHead, have: &Have) {
        let (notebook, have) = (notebook.id(), have.to_entries());
        self.say(&Frame::Attach(Attach { notebook, log, have })).await;
    }

    /// Attaches as a member who knows the log and holds nothing; returns what the relay holds.
    pub(crate) async fn attach_empty(&mut self, notebook: &Notebook) -> Attach {
        self.attach(notebook, notebook.log.head(), &Have::new()).await;
        let attached = self.hear(|frame| matches!(frame, Frame::Attach(_))).await;
        let Frame::Attach(attached) = attached else { unreachable!() };
        attached
    }

    pub(crate) async fn next(&mut self) -> Frame {
        self.try_next().await.unwrap()
    }

    /// The next frame, or why there is none.
    pub(crate) async fn try_next(&mut self) -> Result<Frame, ConnectionError> {
        let reading = async {
            let mut header = [0; 8];
            self.recv.read_exact(&mut header).await.ok()?;
            let mut bytes = header.to_vec();
            bytes.resize(8 + Frame::length(header).unwrap(), 0);
            self.recv.read_exact(&mut bytes[8..]).await.ok()?;
            Frame::read(&bytes).unwrap()
        };
        match tokio::time::timeout(PATIENCE, reading).await.expect("the relay says nothing") {
            Some(frame) => Ok(frame),
            None => Err(self.connection.closed().await),
        }
    }

    /// Skips frames up to one of that sort.
    pub(crate) async fn hear(&mut self, sort: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            let frame = self.next().await;
            if sort(&frame) {
                return frame;
            }
        }
    }

    /// What was refused, and why.
    pub(crate) async fn refusal(&mut self) -> (Reason, Option<(WriterId, u64)>) {
        let refused = self.hear(|frame| matches!(frame, Frame::Refuse(_))).await;
        let Frame::Refuse(refuse) = refused else { unreachable!() };
        (refuse.reason, refuse.envelope)
    }

    /// Waits until the relay says what it holds of one writer, and returns that.
    pub(crate) async fn stored(&mut self, writer: WriterId) -> WriterHave {
        loop {
            let frame = self.hear(|frame| matches!(frame, Frame::Stored(_))).await;
            let Frame::Stored(Stored { have, .. }) = frame else { unreachable!() };
            if let Some(entry) = have.into_iter().find(|entry| entry.writer == writer) {
                return entry.have;
            }
        }
    }

    /// Waits until the relay's log is that long.
    pub(crate) async fn log_stored(&mut self, length: u64) {
        let is_that = |frame: &Frame| matches!(frame, Frame::Stored(s) if s.log.length == length);
        self.hear(is_that).await;
    }

    /// Collects envelopes until there are that many.
    pub(crate) async fn receive(&mut self, count: usize) -> Vec<Vec<u8>> {
        let mut received = Vec::new();
        while received.len() < count {
            let frame = self.hear(|frame| matches!(frame, Frame::Envelopes(_))).await;
            let Frame::Envelopes(envelopes) = frame else { unreachable!() };
            received.extend(envelopes);
        }
        received
    }

    /// Whether the relay has nothing more to say than the answer to a ping.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        self.say(&Frame::Ping(77)).await;
        self.next().await == Frame::Pong(77)
    }

    /// The code with which the relay closes.
    pub(crate) async fn closed(&self) -> u64 {
        let closed = tokio::time::timeout(PATIENCE, self.connection.closed());
        match closed.await.expect("the relay does not close") {
            ConnectionError::ApplicationClosed(close) => close.error_code.into_inner(),
            other => panic!("{other}"),
        }
    }
}

/// With room for the answers to a crowd: the default buffers lose half of them.
fn endpoint() -> Endpoint {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    socket.set_recv_buffer_size(SOCKET_BUFFER).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    Endpoint::new(EndpointConfig::default(), None, socket.into(), Arc::new(TokioRuntime)).unwrap()
}

fn client_config(key: &Key, link: &RelayLink) -> ClientConfig {
    let spki = [ED25519_SPKI, &key.public().0].concat();
    let pkcs8 = PrivatePkcs8KeyDer::from([ED25519_PKCS8, &key.0.to_bytes()[..]].concat());
    let signer = rustls::crypto::ring::sign::any_eddsa_type(&pkcs8).unwrap();
    let certified = CertifiedKey::new(vec![CertificateDer::from(spki)], signer);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pin = Pin { pin: link.pin.0, provider: Arc::clone(&provider) };
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(pin))
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::new(
            certified,
        ))));
    config.alpn_protocols = vec![couplet_relay::tls::ALPN.to_vec()];
    config.enable_early_data = true;
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(None);
    let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(config).unwrap()));
    config.transport_config(Arc::new(transport));
    config
}

/// Takes the certificate with the pinned key.
#[derive(Debug)]
struct Pin {
    pin: [u8; 32],
    provider: Arc<rustls::crypto::CryptoProvider>,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let spki = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let shown: [u8; 32] = Sha256::digest(&spki).into();
        if shown == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.3 only".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

const ED25519_SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0];

const ED25519_PKCS8: &[u8] =
    &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
