//! The platform's keystore, which the app lends: where the key of a notebook's store is kept.

use std::path::Path;
use std::sync::Arc;

use couplet::{Error, Place, Secret, StoreError};
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

    /// Keeps these 32 bytes where no backup reaches, before it returns, in place of a key that is
    /// gone. The notebook is lost without them.
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
pub(crate) fn kept_key(keystore: &Arc<dyn KeyStore>, _: &Path) -> Result<Secret, CoupletError> {
    match keystore.load()? {
        Some(bytes) => secret(bytes),
        None => Err(Error::Store(StoreError::Missing).into()),
    }
}

/// The key for a notebook that is about to be made in this directory. One that stands in the
/// keystore is never replaced; one that is gone is, where no store waits for it.
pub(crate) fn key_or_new(
    keystore: &Arc<dyn KeyStore>,
    directory: &Path,
) -> Result<Secret, CoupletError> {
    match keystore.load() {
        Ok(Some(bytes)) => return secret(bytes),
        Ok(None) => {}
        Err(KeyRefused::Gone) if !Place::has_store(directory) => {}
        Err(refused) => return Err(refused.into()),
    }
    let key = Secret::random(&mut UnwrapErr(SysRng));
    keystore.keep(key.expose().to_vec())?;
    Ok(key)
}

pub(crate) fn secret(bytes: Vec<u8>) -> Result<Secret, CoupletError> {
    let bytes = Zeroizing::new(bytes);
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Secret::new(key)),
        Err(_) => Err(Error::Store(StoreError::WrongKey).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::config::Config;
    use crate::notebook::Notebook;

    /// Loses every key, and counts those that it was to keep.
    #[derive(Default)]
    struct Forgetful(AtomicUsize);

    impl KeyStore for Forgetful {
        fn load(&self) -> Result<Option<Vec<u8>>, KeyRefused> {
            Err(KeyRefused::Gone)
        }

        fn keep(&self, _: Vec<u8>) -> Result<(), KeyRefused> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    #[test]
    fn a_key_that_is_gone_is_replaced_where_no_notebook_waits_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let keystore = Arc::new(Forgetful::default());
        let found = || {
            let directory = directory.path().join("notebook").to_string_lossy().into_owned();
            let config = Config { directory, mark: None, is_vault: false };
            Notebook::found(config, keystore.clone(), "Ana".into(), None)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            found().await.unwrap().shutdown().await.unwrap();
            assert_eq!(keystore.0.load(Ordering::Relaxed), 1);
            assert_eq!(found().await.unwrap_err().code(), "key_gone");
            assert_eq!(keystore.0.load(Ordering::Relaxed), 1, "the store's key was replaced");
            std::fs::remove_dir_all(directory.path().join("notebook")).unwrap();
            found().await.unwrap().shutdown().await.unwrap();
        });
    }
}
