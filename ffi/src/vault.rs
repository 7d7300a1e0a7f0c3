//! A person's vault beside their notebook: what is shared out of it, its key under a passphrase, and
//! a made-up couple's notebook, for previews.

use couplet::LockedKey;
use zeroize::Zeroizing;

use crate::entry::{EntryId, EntryRow, all};
use crate::error::CoupletError;
use crate::keystore::secret;
use crate::kinds::Kind;
use crate::runtime::run_blocking;

/// What of an entry is shared, and as what.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Chosen {
    /// The fields: `text`, `feelings`, `perspective` and so on. An entry is begun with a text.
    pub fields: Vec<String>,
    /// The kind that they become; the entry's own, or a note, unless it is said.
    #[uniffi(default = None)]
    pub kind: Option<Kind>,
    /// The words to begin with, where the entry's own text is not to be shared.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// The shared entry in which they are said, rather than in a new one.
    #[uniffi(default = None)]
    pub into: Option<EntryId>,
    /// Whether other words, which stand in that entry already, give way to these: they stay in its
    /// history. Unless that is said, sharing only adds, and is `InvalidInput` with `stands_there`.
    #[uniffi(default = false)]
    pub is_again: bool,
}

/// What one of the two of a made-up couple sees: the newest first.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DemoView {
    /// What they are called.
    pub name: String,
    /// At the end of a week apart, before they meet.
    pub apart: Vec<EntryRow>,
    /// When they have met.
    pub together: Vec<EntryRow>,
    /// What they keep in their vault.
    pub vault: Vec<EntryRow>,
}

/// The notebook of a made-up couple, Ana and Ben.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DemoNotebook {
    /// What each of the two sees.
    pub views: Vec<DemoView>,
    /// The hash of what is shared, the same on both phones and for the same seed.
    pub hash: String,
}

impl From<Chosen> for couplet::Chosen {
    fn from(chosen: Chosen) -> Self {
        let Chosen { fields, kind, text, into, is_again } = chosen;
        Self { fields, kind, text, into: into.map(|into| into.value), is_again }
    }
}

/// Puts a store's key of 32 bytes under a passphrase, for a file in its place: a lock of its own where
/// the platform's keystore opens to whoever opens the phone. Nobody can bring the passphrase back.
///
/// # Errors
/// [`CoupletError`]; `InvalidInput` with `wrong_passphrase` if it is none.
#[uniffi::export]
pub async fn lock_key(key: Vec<u8>, passphrase: String) -> Result<Vec<u8>, CoupletError> {
    let (key, passphrase) = (secret(key)?, Zeroizing::new(passphrase));
    run_blocking(move || Ok(couplet::lock_key(&key, &passphrase)?.to_bytes())).await
}

/// The key that was put under this passphrase. It takes about as long as a person notices, and what is
/// tried in vain changes nothing.
///
/// # Errors
/// [`CoupletError`]; `InvalidInput` with `wrong_passphrase` if it is not the one.
#[uniffi::export]
pub async fn unlock_key(locked: Vec<u8>, passphrase: String) -> Result<Vec<u8>, CoupletError> {
    let passphrase = Zeroizing::new(passphrase);
    run_blocking(move || {
        let locked = LockedKey::read(&locked).map_err(CoupletError::input)?;
        let key = locked.open(&passphrase).map_err(couplet::Error::from)?;
        Ok(key.expose().to_vec())
    })
    .await
}

/// A made-up couple's notebook of fourteen months, for previews and tests of apps: in memory, without
/// a store or a relay, and the same for the same seed on every machine.
///
/// # Errors
/// [`CoupletError`]: it is a fault of this library.
#[uniffi::export]
pub async fn demo_notebook(seed: u64) -> Result<DemoNotebook, CoupletError> {
    run_blocking(move || {
        let couplet::DemoNotebook { apart, together, vaults, hash } = couplet::demo_notebook(seed)?;
        let names = couplet::DEMO_PERSONS.into_iter();
        let seen = names.zip(apart).zip(together).zip(vaults);
        let views = seen.map(|(((name, apart), together), vault)| DemoView {
            name: name.to_owned(),
            apart: all(apart),
            together: all(together),
            vault: all(vault),
        });
        Ok(DemoNotebook { views: views.collect(), hash: hash.to_string() })
    })
    .await
}
