//! TLS 1.3 as the relay speaks it: it shows a certificate, and takes from every phone an Ed25519
//! key as a raw public key (RFC 7250), which is the phone's device.
//!
//! The verifier here proves possession of the key and nothing else. Whether the device belongs to
//! a notebook is asked of the notebook's log for every frame: no verifier runs when a session is
//! resumed. Early data is accepted, and only with stateful, single-use tickets.

use std::sync::Arc;

use couplet_proto::ids::DeviceId;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ServerSessionMemoryCache;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    ServerConfig, SignatureScheme, version,
};

use crate::identity::Identity;
use crate::limits::{RESUMABLE_SESSIONS, TICKETS};

/// What both sides name in the handshake.
pub const ALPN: &[u8] = b"couplet/1";

/// The server's side of TLS.
///
/// # Errors
/// [`Error`] if the certificate and its key cannot be used.
pub fn server_config(identity: &Identity) -> Result<ServerConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(DeviceKeys { provider: Arc::clone(&provider) });
    let certificate = vec![identity.certificate().clone()];
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificate, identity.key().into())?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(RESUMABLE_SESSIONS);
    config.send_tls13_tickets = TICKETS;
    // QUIC's only value for "yes" (RFC 9001, section 4.6.1).
    config.max_early_data_size = u32::MAX;
    Ok(config)
}

/// The device that an Ed25519 SubjectPublicKeyInfo (RFC 8410) names.
#[must_use]
pub fn device_of(spki: &[u8]) -> Option<DeviceId> {
    spki.strip_prefix(ED25519_SPKI)?.try_into().ok().map(DeviceId)
}

/// Takes any Ed25519 key whose owner can sign with it.
#[derive(Debug)]
struct DeviceKeys {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for DeviceKeys {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match device_of(end_entity) {
            Some(_) if intermediates.is_empty() => Ok(ClientCertVerified::assertion()),
            _ => Err(CertificateError::BadEncoding.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(cert.as_ref());
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature_with_raw_key(message, &key, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo.
const ED25519_SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_the_last_32_bytes_of_its_44() {
        let spki = [ED25519_SPKI, &[7; 32]].concat();
        assert_eq!(device_of(&spki), Some(DeviceId([7; 32])));
        assert_eq!(device_of(&spki[..43]), None);
        assert_eq!(device_of(&[&spki[..], &[0]].concat()), None);
        assert_eq!(device_of(&[7; 44]), None);
    }
}
