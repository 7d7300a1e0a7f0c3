//! TLS as Couplet speaks it: the relay shows an X.509 certificate whose key is pinned, the device
//! shows its Ed25519 key as a raw public key (RFC 7250), and nothing is left to negotiate.

use std::sync::Arc;

use couplet_engine::keys::Secret;
use couplet_proto::hash::Hash;
use quinn::crypto::rustls::QuicClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest, Sha256};

/// The protocol's name in the handshake.
const ALPN: &[u8] = b"couplet/1";

/// The TLS alerts for a certificate that is not the pinned one, or none (RFC 8446, section 6.2).
const ACCESS_DENIED: u8 = 49;
const BAD_CERTIFICATE: u8 = 42;

/// Relays whose sessions can be resumed.
const RESUMABLE: usize = 8;

/// What stays the same for all connections of one device, resumption included.
#[derive(Debug)]
pub(super) struct ClientTls {
    provider: Arc<CryptoProvider>,
    identity: Arc<AlwaysResolvesClientRawPublicKeys>,
    resumption: Resumption,
}

impl ClientTls {
    /// For the device with this signing key; nothing if the key cannot be used.
    pub(super) fn new(signing: &Secret) -> Option<Self> {
        let provider = Arc::new(ring::default_provider());
        let der = PrivatePkcs8KeyDer::from(pkcs8(signing.expose()));
        let key = ring::sign::any_eddsa_type(&der).ok()?;
        let public = key.public_key()?;
        let certified = CertifiedKey::new(vec![CertificateDer::from(public.to_vec())], key);
        let identity = Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::new(certified)));
        let resumption = Resumption::in_memory_sessions(RESUMABLE);
        Some(Self { provider, identity, resumption })
    }

    /// For connections to the relay with this pin.
    pub(super) fn for_relay(&self, pin: Hash) -> Option<Arc<QuicClientConfig>> {
        let verifier = Arc::new(Pinned { pin, provider: self.provider.clone() });
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .ok()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(self.identity.clone());
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.resumption = self.resumption.clone();
        config.enable_early_data = true;
        QuicClientConfig::try_from(config).ok().map(Arc::new)
    }
}

/// Takes a certificate for the sake of its key alone.
#[derive(Debug)]
struct Pinned {
    pin: Hash,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = webpki::EndEntityCert::try_from(end_entity);
        let certificate = certificate.map_err(|_| CertificateError::BadEncoding)?;
        let shown: [u8; 32] = Sha256::digest(certificate.subject_public_key_info()).into();
        if Hash(shown) == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether the handshake ended because somebody else's key was shown.
pub(super) fn is_wrong_pin(code: quinn::TransportErrorCode) -> bool {
    let code = u64::from(code);
    let alerts = [ACCESS_DENIED, BAD_CERTIFICATE];
    // CRYPTO_ERROR is 0x100 plus the alert (RFC 9001, section 4.8).
    alerts.iter().any(|alert| code == 0x100 + u64::from(*alert))
}

/// An Ed25519 key in its DER envelope (RFC 8410, section 7).
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    const BEFORE: [u8; 16] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    [&BEFORE[..], seed].concat()
}
