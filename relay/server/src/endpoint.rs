//! The relay's UDP socket and QUIC endpoint.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use quinn::crypto::rustls::{NoInitialCipherSuite, QuicServerConfig};
use quinn::{
    BloomTokenLog, Endpoint, EndpointConfig, IdleTimeout, ServerConfig, TokioRuntime,
    TransportConfig, ValidationTokenConfig, VarInt,
};
use quinn_proto::HashedConnectionIdGenerator;
use ring::{hkdf, hmac};
use socket2::{Domain, Protocol, Socket, Type};
use tracing::warn;

use crate::identity::{EndpointKeys, Identity};
use crate::limits::{ADDRESS_TOKENS, IDLE, RECEIVE_WINDOW, SEND_WINDOW, SOCKET_BUFFER, STREAMS};
use crate::tls;

/// Why there is no endpoint.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The address is taken or not this machine's.
    #[error("the relay cannot listen at {address}: {source}; choose another with --listen")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate and its key cannot be used.
    #[error("the relay's certificate cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
    /// The TLS provider lacks what QUIC needs.
    #[error("this build of TLS cannot speak QUIC: {0}")]
    Cipher(#[from] NoInitialCipherSuite),
}

/// Listens at `address`.
///
/// # Errors
/// [`EndpointError`].
pub fn listen(address: SocketAddr, identity: &Identity) -> Result<Endpoint, EndpointError> {
    let refused = |source| EndpointError::Bind { address, source };
    let socket = bind(address).map_err(refused)?;
    let keys = identity.endpoint_keys();
    let server = server_config(identity)?;
    Endpoint::new(endpoint_config(keys), Some(server), socket, Arc::new(TokioRuntime))
        .map_err(refused)
}

/// The address by which others most likely reach this machine, if it listens at `listen`; nothing
/// is sent to find out.
#[must_use]
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    if !listen.ip().is_unspecified() {
        return listen;
    }
    let guess = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(DOCUMENTATION_NET)?;
        socket.local_addr()
    });
    let ip = guess.map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip());
    SocketAddr::new(ip, listen.port())
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    match open(address) {
        // A machine without IPv6: its IPv4 half is all there is.
        Err(_) if address.ip() == Ipv6Addr::UNSPECIFIED => {
            open(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port()))
        }
        opened => opened,
    }
}

fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.ip() == Ipv6Addr::UNSPECIFIED {
        socket.set_only_v6(false)?;
    }
    // Before quinn has the socket: it does not raise them itself.
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    // Linux reports twice what it grants, for its own bookkeeping (socket(7)).
    let granted = socket.recv_buffer_size()?.min(socket.send_buffer_size()?);
    if granted < SOCKET_BUFFER {
        warn!(
            granted,
            wanted = SOCKET_BUFFER,
            "the system grants small UDP buffers, which lose datagrams under load; \
             raise net.core.rmem_max and net.core.wmem_max"
        );
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn endpoint_config(keys: &EndpointKeys) -> EndpointConfig {
    let reset = hmac::Key::new(hmac::HMAC_SHA256, &keys.reset);
    let mut config = EndpointConfig::new(Arc::new(reset));
    let connection_id = keys.connection_id;
    config.cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(connection_id)));
    config
}

fn server_config(identity: &Identity) -> Result<ServerConfig, EndpointError> {
    let crypto = QuicServerConfig::try_from(tls::server_config(identity)?)?;
    let token = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&identity.endpoint_keys().token);
    let mut tokens = ValidationTokenConfig::default();
    tokens.sent(ADDRESS_TOKENS).log(Arc::new(BloomTokenLog::default()));
    let mut config = ServerConfig::new(Arc::new(crypto), Arc::new(token));
    config.validation_token_config(tokens).transport_config(Arc::new(transport()));
    Ok(config)
}

fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(RECEIVE_WINDOW))
        .receive_window(VarInt::from_u32(RECEIVE_WINDOW))
        .send_window(SEND_WINDOW)
        .datagram_receive_buffer_size(None)
        // Four long datagrams at every connection, more than most of them are for.
        .mtu_discovery_config(None)
        .keep_alive_interval(None)
        .max_idle_timeout(IdleTimeout::try_from(IDLE).ok());
    transport
}

/// Of TEST-NET-1 (RFC 5737): an address outside, for which the system must choose a way out.
const DOCUMENTATION_NET: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_never_names_an_address_that_is_none() {
        let somewhere = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 4433));
        assert!(!reachable(somewhere).ip().is_unspecified());
        assert_eq!(reachable(somewhere).port(), 4433);
        let named = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        assert_eq!(reachable(named), named);
    }

    #[test]
    fn everywhere_means_both_families() {
        let socket = bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))).unwrap();
        let port = socket.local_addr().unwrap().port();
        let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        sender.send_to(b"here", (Ipv4Addr::LOCALHOST, port)).unwrap();
        let mut buffer = [0; 8];
        assert_eq!(socket.recv_from(&mut buffer).unwrap().0, 4);
    }
}
