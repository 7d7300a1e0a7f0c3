//! The mark: what a device keeps where its backups do not reach, so that a store that was restored
//! or cloned is told from the one that wrote last (protocol rule 13).
//!
//! An item of kind [`kind::MARK`], `postcard` of [`Mark`], in a file replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use couplet_proto::ids::WriterNonce;
use couplet_proto::item::{self, Item, kind};
use serde::{Deserialize, Serialize};

/// Bytes of a mark's file at the most.
const MAX_MARK: usize = 256;

/// Who writes on this device, since when, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The writer's nonce.
    pub(crate) nonce: WriterNonce,
    /// Drawn anew by every process that writes.
    pub(crate) stamp: [u8; 16],
    /// The highest counter that may be used.
    pub(crate) reserved: u64,
}

/// Where a mark lies.
#[derive(Clone, Debug)]
pub(crate) struct MarkFile(PathBuf);

impl MarkFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The mark; one that is damaged is none.
    pub(crate) fn read(&self) -> Option<Mark> {
        let bytes = fs::read(&self.0).ok().filter(|bytes| bytes.len() <= MAX_MARK)?;
        let item = Item::read_whole(&bytes, MAX_MARK).ok()?;
        item::decode(item.expect(kind::MARK, "mark").ok()?, "mark").ok()
    }

    /// Removes the mark, if there is one.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Replaces the mark; it is on the disk when this returns.
    pub(crate) fn write(&self, mark: &Mark) -> io::Result<()> {
        let directory = self.0.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(directory)?;
        let beside = self.0.with_extension("new");
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(&Item::new(kind::MARK, true, &item::encode(mark)).to_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.0)?;
        File::open(directory)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_a_damaged_one_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let file = MarkFile::new(directory.path().join("state/mark"));
        assert_eq!(file.read(), None);
        let nonce = WriterNonce::from_random([1; 16]);
        let mark = Mark { nonce, stamp: [2; 16], reserved: 64 };
        file.write(&mark).unwrap();
        assert_eq!(file.read(), Some(mark));
        fs::write(directory.path().join("state/mark"), b"rubbish").unwrap();
        assert_eq!(file.read(), None);
    }
}
