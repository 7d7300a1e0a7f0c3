//! What makes this relay the one that links name: its key and certificate, and the keys by which
//! phones notice at once that it was restarted.
//!
//! Everything lies in one directory, made whole or not at all, readable by its owner only. What is
//! damaged is reported and never made anew: a relay with another key is another relay.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use couplet_proto::hash::Hash;
use couplet_proto::link::RelayLink;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519, PublicKeyData as _};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};

/// A relay's keys, as kept in its directory.
#[derive(Debug)]
pub struct Identity {
    directory: PathBuf,
    key: KeyPair,
    certificate: CertificateDer<'static>,
    pin: Hash,
    endpoint_keys: EndpointKeys,
}

/// What QUIC derives its tokens and connection ids from. Kept, so that a restarted relay tells
/// phones at once that their connection is over, and still knows their addresses.
#[derive(Clone)]
pub struct EndpointKeys {
    /// Of stateless resets.
    pub reset: [u8; 32],
    /// Of address tokens.
    pub token: [u8; 32],
    /// Of connection ids.
    pub connection_id: u64,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file is missing, or is not what was written.
    #[error(
        "the relay's identity is damaged: {} {why}; put it back from a backup, or move \
         the directory away to become another relay, whose link every device must be given",
        .file.display()
    )]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No relay has served from this directory yet.
    #[error("no relay has served from {} yet; run `couplet-relay serve` first", .0.display())]
    Missing(PathBuf),
    /// The disk refused.
    #[error("the relay's identity in {} cannot be used: {source}", .path.display())]
    Disk {
        /// Which file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No key could be made.
    #[error("no key could be made for this relay: {0}")]
    Unmade(&'static str),
}

impl Identity {
    /// Opens the identity in `directory`, making it if there is none.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn open_or_make(directory: &Path) -> Result<Self, IdentityError> {
        if !directory.exists() {
            make(directory)?;
        }
        Self::open(directory)
    }

    /// Opens the identity in `directory`.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn open(directory: &Path) -> Result<Self, IdentityError> {
        if !directory.exists() {
            return Err(IdentityError::Missing(directory.to_path_buf()));
        }
        let path = directory.join(KEY);
        let pkcs8 = PrivatePkcs8KeyDer::from(read(&path)?);
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8, &PKCS_ED25519)
            .map_err(|_| damaged(&path, "is no Ed25519 key"))?;
        let spki = key.subject_public_key_info();
        let path = directory.join(CERTIFICATE);
        let certificate = CertificateDer::from(read(&path)?);
        if !shows(&certificate, &spki) {
            return Err(damaged(&path, "is no certificate of the key beside it"));
        }
        let endpoint_keys = EndpointKeys {
            reset: read_exact(&directory.join(RESET_KEY))?,
            token: read_exact(&directory.join(TOKEN_KEY))?,
            connection_id: u64::from_be_bytes(read_exact(&directory.join(CONNECTION_ID_KEY))?),
        };
        let pin = Hash(Sha256::digest(&spki).into());
        Ok(Self { directory: directory.to_path_buf(), key, certificate, pin, endpoint_keys })
    }

    /// SHA-256 of the certificate's SubjectPublicKeyInfo: what links pin.
    #[must_use]
    pub const fn pin(&self) -> Hash {
        self.pin
    }

    /// The self-signed certificate.
    #[must_use]
    pub const fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Its private key.
    #[must_use]
    pub fn key(&self) -> PrivatePkcs8KeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der())
    }

    /// What QUIC derives its tokens from.
    #[must_use]
    pub const fn endpoint_keys(&self) -> &EndpointKeys {
        &self.endpoint_keys
    }

    /// The link to this relay at `address`, remembered for [`Identity::last_link`].
    ///
    /// # Errors
    /// [`IdentityError`] if it cannot be remembered.
    pub fn link_at(&self, address: &str) -> Result<RelayLink, IdentityError> {
        let temporary = self.directory.join(format!("{ADDRESS}.new"));
        let path = self.directory.join(ADDRESS);
        if temporary.exists() {
            fs::remove_file(&temporary).map_err(disk(&temporary))?;
        }
        write(&temporary, address.as_bytes())?;
        fs::rename(&temporary, &path).map_err(disk(&path))?;
        sync(&self.directory)?;
        Ok(RelayLink { address: address.to_owned(), pin: self.pin })
    }

    /// The link that was given out when this relay last served.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn last_link(&self) -> Result<RelayLink, IdentityError> {
        let path = self.directory.join(ADDRESS);
        if !path.exists() {
            return Err(IdentityError::Missing(self.directory.clone()));
        }
        let address = String::from_utf8(read(&path)?).map_err(|_| damaged(&path, "is no text"))?;
        let link = RelayLink { address, pin: self.pin };
        if link.is_well_formed() { Ok(link) } else { Err(damaged(&path, "is no address")) }
    }
}

impl std::fmt::Debug for EndpointKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EndpointKeys(..)")
    }
}

/// Makes the directory under another name first, so that it is there whole or not at all.
fn make(directory: &Path) -> Result<(), IdentityError> {
    let unmade = |_| IdentityError::Unmade("the key generator failed");
    let key = KeyPair::generate_for(&PKCS_ED25519).map_err(unmade)?;
    let name = vec![CERTIFICATE_NAME.to_owned()];
    let certificate =
        CertificateParams::new(name).and_then(|params| params.self_signed(&key)).map_err(unmade)?;
    let temporary = directory.with_extension("new");
    if temporary.exists() {
        fs::remove_dir_all(&temporary).map_err(disk(&temporary))?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(&temporary).map_err(disk(&temporary))?;
    write(&temporary.join(KEY), key.serialized_der())?;
    write(&temporary.join(CERTIFICATE), certificate.der())?;
    write(&temporary.join(RESET_KEY), &random::<32>()?)?;
    write(&temporary.join(TOKEN_KEY), &random::<32>()?)?;
    write(&temporary.join(CONNECTION_ID_KEY), &random::<8>()?)?;
    sync(&temporary)?;
    fs::rename(&temporary, directory).map_err(disk(directory))?;
    directory.parent().map_or(Ok(()), sync)
}

fn shows(certificate: &CertificateDer<'_>, spki: &[u8]) -> bool {
    rustls::server::ParsedCertificate::try_from(certificate)
        .is_ok_and(|parsed| parsed.subject_public_key_info().as_ref() == spki)
}

fn random<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    let unmade = |_| IdentityError::Unmade("the system has no randomness");
    getrandom::fill(&mut bytes).map_err(unmade)?;
    Ok(bytes)
}

fn read(path: &Path) -> Result<Vec<u8>, IdentityError> {
    fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => damaged(path, "is missing"),
        _ => disk(path)(source),
    })
}

fn read_exact<const N: usize>(path: &Path) -> Result<[u8; N], IdentityError> {
    read(path)?.try_into().map_err(|_| damaged(path, "has the wrong length"))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), IdentityError> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(disk(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(disk(path))
}

fn sync(directory: &Path) -> Result<(), IdentityError> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(disk(directory))
}

fn damaged(file: &Path, why: &'static str) -> IdentityError {
    IdentityError::Damaged { file: file.to_path_buf(), why }
}

fn disk(path: &Path) -> impl Fn(io::Error) -> IdentityError {
    move |source| IdentityError::Disk { path: path.to_path_buf(), source }
}

const KEY: &str = "key.der";
const CERTIFICATE: &str = "certificate.der";
const RESET_KEY: &str = "reset.key";
const TOKEN_KEY: &str = "token.key";
const CONNECTION_ID_KEY: &str = "connection-id.key";
const ADDRESS: &str = "address";

/// What the certificate calls the relay. Phones look at its key, never at its name.
const CERTIFICATE_NAME: &str = "relay.couplet.invalid";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_alone_and_found_again() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("identity");
        assert!(matches!(Identity::open(&directory), Err(IdentityError::Missing(_))));
        let made = Identity::open_or_make(&directory).unwrap();
        assert!(matches!(made.last_link(), Err(IdentityError::Missing(_))));
        let link = made.link_at("relay.example:4433").unwrap();
        made.link_at("relay.example:4433").unwrap();
        let found = Identity::open_or_make(&directory).unwrap();
        assert_eq!(found.last_link().unwrap(), link);
        assert_eq!(found.certificate(), made.certificate());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&directory), 0o700);
        for file in fs::read_dir(&directory).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn what_is_damaged_is_reported_and_left_as_it_is() {
        for file in [KEY, CERTIFICATE, RESET_KEY, TOKEN_KEY, CONNECTION_ID_KEY] {
            let home = tempfile::tempdir().unwrap();
            let directory = home.path().join("identity");
            Identity::open_or_make(&directory).unwrap();
            let path = directory.join(file);
            let whole = fs::read(&path).unwrap();
            fs::write(&path, &whole[..whole.len() / 2]).unwrap();
            let error = Identity::open_or_make(&directory).unwrap_err();
            assert!(matches!(error, IdentityError::Damaged { .. }), "{file}: {error}");
            fs::remove_file(&path).unwrap();
            let error = Identity::open_or_make(&directory).unwrap_err();
            assert!(error.to_string().contains("is missing"), "{error}");
            assert!(!path.exists());
        }
    }
}
