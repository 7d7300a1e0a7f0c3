//! A phone's disk: images of its store as a crash, a backup or a clone leaves them, and a disk that
//! takes nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use couplet_tests::chance::Chance;

const STORE: &str = "notebook.db";
/// The log of writes before they reach the store (https://sqlite.org/wal.html).
const LOG: &str = "notebook.db-wal";
const SHARED: &str = "notebook.db-shm";

/// What a disk holds of a store and of the mark, at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    store: Vec<u8>,
    log: Vec<u8>,
    mark: Option<Vec<u8>>,
}

/// What becomes of the mark where a store is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It stays as it is: backups do not reach it.
    Stays,
    /// It is gone: another device.
    Gone,
    /// It is put back too: a machine that is restored whole.
    OfThen,
}

/// Where the files are.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    pub(crate) directory: PathBuf,
    pub(crate) mark: PathBuf,
}

impl Disk {
    pub(crate) fn new(root: &Path, name: &str) -> Self {
        Self { directory: root.join(name), mark: root.join(format!("{name}.mark")) }
    }

    /// What is on it, whoever has it open.
    pub(crate) fn image(&self) -> Image {
        let read = |file: &str| {
            let path = self.directory.join(file);
            // A full disk has no log, and would be read without an end.
            if path.is_symlink() { Vec::new() } else { fs::read(path).unwrap_or_default() }
        };
        Image { store: read(STORE), log: read(LOG), mark: fs::read(&self.mark).ok() }
    }

    /// Puts a store back; nobody has it open.
    pub(crate) fn put_back(&self, image: &Image, mark: Mark) {
        fs::create_dir_all(&self.directory).unwrap();
        drop(fs::remove_file(self.directory.join(SHARED)));
        fs::write(self.directory.join(STORE), &image.store).unwrap();
        drop(fs::remove_file(self.directory.join(LOG)));
        if !image.log.is_empty() {
            fs::write(self.directory.join(LOG), &image.log).unwrap();
        }
        match (mark, &image.mark) {
            (Mark::Stays, _) => {}
            (Mark::OfThen, Some(bytes)) => fs::write(&self.mark, bytes).unwrap(),
            (Mark::Gone, _) | (Mark::OfThen, None) => drop(fs::remove_file(&self.mark)),
        }
    }

    /// Whether a store that is put back is then beside the mark that it had: nothing on the device
    /// tells that it is an old one.
    pub(crate) fn agrees(&self, image: &Image, mark: Mark) -> bool {
        match mark {
            Mark::Stays => fs::read(&self.mark).ok() == image.mark,
            Mark::OfThen => true,
            Mark::Gone => image.mark.is_none(),
        }
    }

    /// From the next time on the store cannot be opened: nobody has it open, its log is empty, and
    /// where the log would be is a device on which every write fails. A disk that fills up while
    /// the store is open is in the store's own tests, where a limit can be set.
    pub(crate) fn fill(&self) {
        let log = self.directory.join(LOG);
        if !log.exists() {
            symlink("/dev/full", log).unwrap();
        }
    }

    /// There is room again; nobody has the store open.
    pub(crate) fn empty(&self) {
        let log = self.directory.join(LOG);
        if log.is_symlink() {
            fs::remove_file(log).unwrap();
        }
    }
}

impl Image {
    /// What a crash leaves that came between two images of one store: of what was added to the log
    /// some first bytes, and behind them, it may be, something else.
    pub(crate) fn torn(before: &Self, after: &Self, chance: &mut Chance) -> Self {
        let is_longer = after.log.len() > before.log.len();
        if before.store != after.store || !is_longer || !after.log.starts_with(&before.log) {
            let whole = if chance.percent(50) { before } else { after };
            return whole.clone();
        }
        let mut torn = after.clone();
        let kept = before.log.len() + chance.below(after.log.len() - before.log.len() + 1);
        match chance.below(3) {
            0 => torn.log.truncate(kept),
            1 => torn.log[kept..].fill(0),
            _ => {
                let rubbish = chance.bytes(torn.log.len() - kept);
                torn.log[kept..].copy_from_slice(&rubbish);
            }
        }
        torn
    }
}
