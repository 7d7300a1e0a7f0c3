//! The platform's keystore, which the app lends: where the key of a notebook's store is kept.

use std::sync::Arc;

use couplet::{Error, Secret, StoreError};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use crate::error::{CoupletError, KEY_NOT_YET};

/// Where the key of a notebook's store is kept: the Keychain, the Android Keystore, a file.
///
/// Both calls come from a thread of this library's own, never while it holds a lock, and may take
/// as long as a person takes to unlock a phone. Whatever else they throw becomes an error of the
/// call that needed the key.
#[uniffi::export(foreign)]
pub trait KeyStore: Send + Sync {
    /// The 32 bytes that were kept; nothing if none ever were.
    ///
    /// # Errors
    /// [`KeyRefused`].
    fn load(&self) -> Result<Option<Vec<u8>>, KeyRefused>;

    /// Keeps these 32 bytes where no backup reaches, before it returns. The notebook is lost
    /// without them.
    ///
    /// # Errors
    /// [`KeyRefused`].
    fn keep(&self, key: Vec<u8>) -> Result<(), KeyRefused>;
}

/// Why a keystore gives no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyRefused {
    /// The phone was not unlocked since it started, or something like it: it may later.
    #[error("the keystore does not give the notebook's key yet; unlock the phone")]
    NotYet,
    /// The person, or the system, said no.
    #[error("the keystore was not allowed to give the notebook's key")]
    Denied,
    /// There was one, and it is gone for good.
    #[error("the notebook's key is gone from the keystore; bring the notebook back from elsewhere")]
    Gone,
    /// The app's keystore failed otherwise: an exception that is none of these.
    #[error("the app's keystore failed: {detail}")]
    Failed {
        /// What it said.
        detail: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyRefused {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

impl From<KeyRefused> for CoupletError {
    fn from(refused: KeyRefused) -> Self {
        let detail = refused.to_string();
        match refused {
            KeyRefused::NotYet => Self::Key { reason: KEY_NOT_YET.into(), detail },
            KeyRefused::Denied => Self::Key { reason: "key_denied".into(), detail },
            KeyRefused::Gone => Self::Key { reason: "key_gone".into(), detail },
            KeyRefused::Failed { .. } => Self::Internal { reason: "keystore".into(), detail },
        }
    }
}

/// The key that a notebook was made with.
pub(crate) fn kept_key(keystore: &Arc<dyn KeyStore>) -> Result<Secret, CoupletError> {
    match keystore.load()? {
        Some(bytes) => secret(bytes),
        None => Err(Error::Store(StoreError::Missing).into()),
    }
}

/// The key for a notebook that is about to be made: one that stands there is never replaced.
pub(crate) fn key_or_new(keystore: &Arc<dyn KeyStore>) -> Result<Secret, CoupletError> {
    if let Some(bytes) = keystore.load()? {
        return secret(bytes);
    }
    let key = Secret::random(&mut UnwrapErr(SysRng));
    keystore.keep(key.expose().to_vec())?;
    Ok(key)
}

fn secret(bytes: Vec<u8>) -> Result<Secret, CoupletError> {
    let bytes = Zeroizing::new(bytes);
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Secret::new(key)),
        Err(_) => Err(Error::Store(StoreError::WrongKey).into()),
    }
}
