//! Where a notebook lies, as an app says it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use couplet::{Place, Secret};

use crate::error::CoupletError;
use crate::keystore::KeyStore;
use crate::runtime::run_blocking;

/// Where a notebook lies on this device.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Config {
    /// The directory of its store, which is made if it is not there.
    pub directory: String,
    /// A file that no backup and no copy of the directory reaches, by which a store that was
    /// restored or cloned is noticed; nothing on a platform that has no such place.
    #[uniffi(default = None)]
    pub mark: Option<String>,
    /// Whether it is a vault: a notebook of one person's devices alone, beside the notebook of two.
    #[uniffi(default = false)]
    pub is_vault: bool,
}

/// How the key is had: of a notebook that is in this directory, or of one about to be made there.
type FindKey = fn(&Arc<dyn KeyStore>, &Path) -> Result<Secret, CoupletError>;

impl Config {
    /// The place, with the key that the keystore gives.
    pub(crate) async fn place(
        self,
        keystore: Arc<dyn KeyStore>,
        find: FindKey,
    ) -> Result<Place, CoupletError> {
        let directory = PathBuf::from(self.directory);
        let at = directory.clone();
        let key = run_blocking(move || find(&keystore, &at)).await?;
        Ok(Place { directory, key, mark: self.mark.map(PathBuf::from), is_vault: self.is_vault })
    }
}
