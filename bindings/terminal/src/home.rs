//! Where a notebook lies: its directory, and its key in a file, since a terminal has no keystore.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use couplet::{Couplet, Error, LockedKey, Place, Secret, StoreError};
use rand_core::{Rng as _, UnwrapErr};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// A place for a notebook.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    directory: PathBuf,
    key_file: PathBuf,
    is_vault: bool,
}

impl Home {
    /// The home that was named, or the usual one.
    pub(crate) fn find(named: Option<PathBuf>) -> Result<Self, Failure> {
        let usual =
            || directory_of("XDG_DATA_HOME", ".local/share").map(|data| data.join("couplet"));
        let directory = named.or_else(usual);
        let directory = directory.ok_or_else(|| Failure::input("say where: --home DIR"))?;
        let key_file = std::env::var_os("COUPLET_KEY_FILE").map(PathBuf::from);
        let key_file = key_file.unwrap_or_else(|| directory.join("key"));
        Ok(Self { directory, key_file, is_vault: false })
    }

    /// Where the vault beside this notebook lies, with a key file of its own.
    pub(crate) fn vault(&self) -> Self {
        let directory = self.directory.join("vault");
        let key_file = std::env::var_os("COUPLET_VAULT_KEY_FILE").map(PathBuf::from);
        let key_file = key_file.unwrap_or_else(|| directory.join("key"));
        Self { directory, key_file, is_vault: true }
    }

    pub(crate) const fn is_vault(&self) -> bool {
        self.is_vault
    }

    /// A home of its own in that directory, with its key in it, whatever was named.
    pub(crate) fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), key_file: directory.join("key"), is_vault: false }
    }

    /// The place, with its key. The mark lies under `$XDG_STATE_HOME/couplet`, named by the home's
    /// canonical path, so that a home that is copied elsewhere has none.
    pub(crate) fn place(&self, key: Secret) -> Result<Place, Failure> {
        fs::create_dir_all(&self.directory).map_err(|error| self.unusable(&error))?;
        let home = fs::canonicalize(&self.directory).map_err(|error| self.unusable(&error))?;
        let name = data_encoding::HEXLOWER.encode(&Sha256::digest(home.as_os_str().as_bytes()));
        let mark = directory_of("XDG_STATE_HOME", ".local/state");
        let mark = mark.map(|state| state.join("couplet").join(format!("{name}.mark")));
        Ok(Place { directory: self.directory.clone(), key, mark, is_vault: self.is_vault })
    }

    /// Opens the notebook.
    pub(crate) async fn open(&self) -> Result<Couplet, Failure> {
        Ok(Couplet::open(&self.existing_place()?).await?)
    }

    /// Opens the notebook, beside another process if one owns it: for what can be done there.
    pub(crate) async fn open_or_beside(&self) -> Result<Couplet, Failure> {
        let place = self.existing_place()?;
        match Couplet::open(&place).await {
            Err(Error::Store(StoreError::Busy)) => Ok(Couplet::open_beside(&place).await?),
            opened => Ok(opened?),
        }
    }

    /// Opens the notebook if there is one, it is not locked, and no other process has it.
    pub(crate) async fn open_if_it_is_open(&self) -> Result<Option<Couplet>, Failure> {
        let is_there = Place::has_store(&self.directory) && !self.is_locked();
        match if is_there { self.key()? } else { None } {
            Some(key) => match Couplet::open(&self.place(key)?).await {
                Err(Error::Store(StoreError::Busy)) => Ok(None),
                opened => Ok(Some(opened?)),
            },
            None => Ok(None),
        }
    }

    /// What is there, owned or beside whoever owns it, unless nothing is or it is locked.
    pub(crate) async fn beside_if_it_is_open(&self) -> Result<Option<Couplet>, Failure> {
        let is_there = Place::has_store(&self.directory) && !self.is_locked();
        match if is_there { self.key()? } else { None } {
            Some(_) => Ok(Some(self.open_or_beside().await?)),
            None => Ok(None),
        }
    }

    fn existing_place(&self) -> Result<Place, Failure> {
        let key = self.key()?.ok_or(Error::Store(StoreError::Missing))?;
        self.place(key)
    }

    /// The key, if there is one.
    pub(crate) fn key(&self) -> Result<Option<Secret>, Failure> {
        let text = match fs::read_to_string(&self.key_file) {
            Ok(text) => Zeroizing::new(text),
            Err(_) if self.is_locked() => return Err(Error::Locked.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&error)),
        };
        let bytes = data_encoding::HEXLOWER.decode(text.trim().as_bytes()).ok();
        let key: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        match key {
            Some(key) => Ok(Some(Secret::new(key))),
            None => Err(Failure {
                code: "wrong_key",
                detail: "the key file does not hold a key; bring back the one that was made with \
                         the notebook"
                    .into(),
                is_retryable: false,
            }),
        }
    }

    /// The key, made now if there is none: readable by this user alone, and on the disk before it
    /// is used.
    pub(crate) fn key_or_new(&self) -> Result<Secret, Failure> {
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        fs::create_dir_all(&self.directory).map_err(|error| self.unusable(&error))?;
        let mut bytes = Zeroizing::new([0; 32]);
        UnwrapErr(getrandom::SysRng).fill_bytes(bytes.as_mut_slice());
        let text = Zeroizing::new(data_encoding::HEXLOWER.encode(bytes.as_slice()));
        self.keep(&self.key_file, text.as_bytes())?;
        Ok(Secret::new(*bytes))
    }

    /// Whether its key is under a passphrase alone.
    fn is_locked(&self) -> bool {
        self.locked_file().exists() && !self.key_file.exists()
    }

    /// Whether it was given a passphrase, by which it can be locked at once.
    pub(crate) fn has_passphrase(&self) -> bool {
        self.locked_file().exists()
    }

    /// Puts the key under a passphrase, too.
    pub(crate) fn set_passphrase(&self, passphrase: &str) -> Result<(), Failure> {
        let key = self.key()?.ok_or(Error::Store(StoreError::Missing))?;
        let locked = couplet::lock_key(&key, passphrase)?;
        let text = data_encoding::HEXLOWER.encode(&locked.to_bytes());
        self.keep(&self.locked_file(), text.as_bytes())
    }

    /// Leaves the key under its passphrase alone.
    pub(crate) fn lock(&self) -> Result<(), Failure> {
        fs::remove_file(&self.key_file).map_err(|error| self.unusable(&error))
    }

    /// Brings the key back by its passphrase. What does not open it changes nothing.
    pub(crate) fn unlock(&self, passphrase: &str) -> Result<(), Failure> {
        let text = fs::read_to_string(self.locked_file()).map_err(|error| self.unusable(&error))?;
        let bytes = data_encoding::HEXLOWER.decode(text.trim().as_bytes()).unwrap_or_default();
        let key = LockedKey::read(&bytes).map_err(Error::from)?.open(passphrase);
        let key = key.map_err(Error::from)?;
        let text = Zeroizing::new(data_encoding::HEXLOWER.encode(key.expose()));
        self.keep(&self.key_file, text.as_bytes())
    }

    fn locked_file(&self) -> PathBuf {
        let mut name = self.key_file.clone().into_os_string();
        name.push(".locked");
        name.into()
    }

    /// Writes a file that this user alone can read, wholly or not at all.
    fn keep(&self, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let beside = file.with_extension("new");
        let mut options = OpenOptions::new();
        let made = options.write(true).create(true).truncate(true).mode(0o600).open(&beside);
        let written = made.and_then(|mut open| {
            open.write_all(bytes)?;
            open.sync_all()?;
            fs::rename(&beside, file)?;
            let directory = file.parent().unwrap_or(&self.directory);
            File::open(directory)?.sync_all()
        });
        written.map_err(|error| self.unusable(&error))
    }

    /// Removes the key of a notebook that is gone, and its directory if nothing else is in it. A key
    /// file that the caller named is the caller's.
    pub(crate) fn forget_key(&self) -> Result<(), Failure> {
        if self.key_file == self.directory.join("key") {
            fs::remove_file(&self.key_file).map_err(|error| self.unusable(&error))?;
            drop(fs::remove_file(self.locked_file()));
        }
        // What else lies there is not the notebook's.
        drop(fs::remove_dir(&self.directory));
        Ok(())
    }

    fn unusable(&self, error: &std::io::Error) -> Failure {
        let place = self.key_file.display();
        Failure::system(format!("the key file {place} cannot be used: {}", error.kind()))
    }
}

/// One of the XDG base directories: as the variable says, or its usual place under the home.
fn directory_of(variable: &str, usual: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(usual)))
}
