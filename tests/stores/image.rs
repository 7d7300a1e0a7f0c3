//! Copies of a store's files.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use couplet::Place;
use couplet_tests::phones::place;
use tempfile::TempDir;

/// The file that everything ends up in.
pub(crate) const STORE: &str = "notebook.db";
/// The log of writes before they do (https://sqlite.org/wal.html).
pub(crate) const LOG: &str = "notebook.db-wal";
/// What the store's owner has locked.
const LOCK: &str = "notebook.lock";

/// A store's files at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) store: Vec<u8>,
    pub(crate) log: Vec<u8>,
}

/// A copy of a store, gone when it is dropped.
pub(crate) struct Image(TempDir);

impl Files {
    /// A store's files as they are, whoever has it open; one that is not there is empty.
    pub(crate) fn of(directory: &Path) -> Self {
        let read = |file: &str| fs::read(directory.join(file)).unwrap_or_default();
        Self { store: read(STORE), log: read(LOG) }
    }

    /// A copy to be opened.
    pub(crate) fn image(&self) -> Image {
        let image = Image(tempfile::tempdir().unwrap());
        fs::create_dir(image.0.path().join("ana")).unwrap();
        fs::write(image.path(STORE), &self.store).unwrap();
        fs::write(image.path(LOG), &self.log).unwrap();
        image
    }
}

impl Image {
    /// Copies a store as it is, whoever has it open.
    pub(crate) fn of(directory: &Path) -> Self {
        Files::of(directory).image()
    }

    /// Where to open it. A copy has no mark, so that it makes nobody doubt who writes.
    pub(crate) fn place(&self) -> Place {
        Place { mark: None, ..place(self.0.path(), "ana") }
    }

    pub(crate) fn length(&self, file: &str) -> usize {
        fs::metadata(self.path(file)).unwrap().len().try_into().unwrap()
    }

    pub(crate) fn truncate(&self, file: &str, length: usize) {
        let file = OpenOptions::new().write(true).open(self.path(file)).unwrap();
        file.set_len(length as u64).unwrap();
    }

    pub(crate) fn flip(&self, file: &str, at: usize, bit: usize) {
        let mut bytes = fs::read(self.path(file)).unwrap();
        bytes[at] ^= 1 << bit;
        fs::write(self.path(file), bytes).unwrap();
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join("ana").join(file)
    }
}

/// Waits for the owner to let go of a store, which it does when the last handle is dropped.
pub(crate) fn wait_until_closed(directory: &Path) {
    let lock = File::open(directory.join(LOCK)).unwrap();
    lock.lock().unwrap();
    lock.unlock().unwrap();
}
