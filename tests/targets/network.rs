//! Bare QUIC, for comparison.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use couplet_tests::hex::{hex, unhex};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{
    ClientConfig, Connection, Endpoint, EndpointConfig, RecvStream, SendStream, ServerConfig,
    TokioRuntime, TransportConfig, VarInt,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::json;
use socket2::{Domain, Socket, Type};

use crate::alone;

/// Bytes of one echo.
pub(crate) const ECHO: usize = 300;

/// Room for the answers to a crowd: the default buffers lose datagrams.
const SOCKET_BUFFER: usize = 4 * 1024 * 1024;

/// The name that the echo's certificate is for.
const NAME: &str = "localhost";

/// A process that answers every stream with its own bytes over bare QUIC; it dies with this value.
#[derive(Debug)]
pub(crate) struct Echo {
    process: std::process::Child,
    address: SocketAddr,
    config: ClientConfig,
}

impl Echo {
    /// Starts one.
    pub(crate) fn start(directory: &std::path::Path) -> Self {
        let (process, answer) = alone::start(alone::ECHO, directory);
        let address = answer["address"].as_str().unwrap().parse().unwrap();
        let certificate = unhex(answer["certificate"].as_str().unwrap()).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from(certificate)).unwrap();
        let provider = Arc::new(ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = QuicClientConfig::try_from(tls).unwrap();
        let mut config = ClientConfig::new(Arc::new(tls));
        config.transport_config(Arc::new(silent()));
        Self { process, address, config }
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Connects from there to wherever leads to it.
    pub(crate) async fn connect(&self, from: &Endpoint, to: SocketAddr) -> Connection {
        from.connect_with(self.config.clone(), to, NAME).unwrap().await.unwrap()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        // It may be dead already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Sends bytes on a stream and waits for them to come back.
pub(crate) async fn echo((send, recv): &mut (SendStream, RecvStream)) {
    send.write_all(&[7; ECHO]).await.unwrap();
    recv.read_exact(&mut [0; ECHO]).await.unwrap();
}

/// Where connections to relays and echoes begin.
pub(crate) fn endpoint() -> Endpoint {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Endpoint::new(EndpointConfig::default(), None, socket(address), Arc::new(TokioRuntime)).unwrap()
}

/// Connections that stay as long as the process does.
pub(crate) fn silent() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(None);
    transport
}

fn socket(address: SocketAddr) -> std::net::UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    socket.set_recv_buffer_size(SOCKET_BUFFER).unwrap();
    socket.set_send_buffer_size(SOCKET_BUFFER).unwrap();
    socket.bind(&address.into()).unwrap();
    socket.into()
}

/// Answers bytes with the same bytes, and says where.
pub(crate) fn echo_until_killed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let made = rcgen::generate_simple_self_signed(vec![NAME.to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let socket = socket(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let config = server(&certificate, made.signing_key.serialize_der());
        let runtime = Arc::new(TokioRuntime);
        let endpoint = Endpoint::new(EndpointConfig::default(), Some(config), socket, runtime);
        let endpoint = endpoint.unwrap();
        let address = endpoint.local_addr().unwrap().to_string();
        alone::say(&json!({ "address": address, "certificate": hex(&certificate) }));
        while let Some(incoming) = endpoint.accept().await {
            tokio::spawn(async move {
                // Whoever goes away in between is not missed.
                let Ok(connection) = incoming.await else { return };
                while let Ok((mut send, mut recv)) = connection.accept_bi().await {
                    let mut bytes = [0; ECHO];
                    while recv.read_exact(&mut bytes).await.is_ok() {
                        drop(send.write_all(&bytes).await);
                    }
                }
            });
        }
    });
}

/// Tuned for many idle connections, as research/baselines.md section D has it.
fn server(certificate: &CertificateDer<'static>, key: Vec<u8>) -> ServerConfig {
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], PrivatePkcs8KeyDer::from(key).into())
        .unwrap();
    let mut config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls).unwrap()));
    let mut transport = silent();
    transport
        .receive_window(VarInt::from_u32(64 * 1024))
        .stream_receive_window(VarInt::from_u32(32 * 1024))
        .send_window(64 * 1024)
        .max_concurrent_bidi_streams(VarInt::from_u32(4))
        .max_concurrent_uni_streams(VarInt::from_u32(2))
        .datagram_receive_buffer_size(None)
        .mtu_discovery_config(None);
    config.transport_config(Arc::new(transport));
    config
}
