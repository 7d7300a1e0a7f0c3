//! Where a notebook lies on a device, and what the device gives it: the time, and randomness.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couplet_engine::keys::Secret;
use rand_core::CryptoRng;

use crate::{clock, random, store};

/// Where a notebook lies on this device.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory of its store.
    pub directory: PathBuf,
    /// The store's key, which the platform's keystore guards.
    pub key: Secret,
    /// A file that no backup and no copy of the directory reaches, by which a store that was
    /// restored or cloned is noticed; nothing on a platform that has no such place.
    pub mark: Option<PathBuf>,
    /// Whether it is a vault: a notebook whose members are one person's devices alone.
    pub is_vault: bool,
}

impl Place {
    /// Whether a notebook's store lies in this directory, whichever key it has; one that cannot be
    /// looked for counts as there.
    #[must_use]
    pub fn has_store(directory: &Path) -> bool {
        store::path(directory).try_exists().unwrap_or(true)
    }
}

/// A place, and what is around it.
#[derive(Clone, Debug)]
pub struct Home {
    /// The place.
    pub place: Place,
    /// The time and the randomness there.
    pub surroundings: Arc<dyn Surroundings>,
}

/// The time and the randomness of a device.
pub trait Surroundings: fmt::Debug + Send + Sync {
    /// Seconds since 1970, as this device believes.
    fn now(&self) -> u64;

    /// Randomness that nobody else can know.
    fn randomness(&self) -> Box<dyn CryptoRng>;
}

/// The operating system's clock and randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Surroundings for System {
    fn now(&self) -> u64 {
        clock::now()
    }

    fn randomness(&self) -> Box<dyn CryptoRng> {
        Box::new(random::system())
    }
}

impl Home {
    /// This place, in the operating system's time and randomness.
    #[must_use]
    pub fn of(place: Place) -> Self {
        Self { place, surroundings: Arc::new(System) }
    }
}

#[cfg(test)]
impl Home {
    /// A home of tests.
    pub(crate) fn at(directory: &Path) -> Self {
        let key = Secret::new([7; 32]);
        let mark = Some(directory.with_extension("mark"));
        Self::of(Place { directory: directory.to_owned(), key, mark, is_vault: false })
    }
}
