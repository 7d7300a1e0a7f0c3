//! What every row has to work with: sizes, a place on the disk, notebooks, a runtime.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::notebooks::{Copied, Notebooks};

/// What rows have to work with.
#[derive(Debug)]
pub(crate) struct Bench {
    is_quick: bool,
    notebooks: Notebooks,
    runtime: Runtime,
}

impl Bench {
    /// With the standard sizes, or smaller ones.
    pub(crate) fn new(is_quick: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { is_quick, notebooks: Notebooks::new(), runtime }
    }

    /// Whether what takes minutes is left out.
    pub(crate) const fn is_quick(&self) -> bool {
        self.is_quick
    }

    /// Entries of the standard notebook: 20,000, the "20k" of the names.
    pub(crate) const fn large(&self) -> usize {
        if self.is_quick { 2_000 } else { 20_000 }
    }

    /// Entries of the one it is compared with: 1,000, the "1k" of the names.
    pub(crate) const fn small(&self) -> usize {
        if self.is_quick { 200 } else { 1_000 }
    }

    /// So many of something, or a fifth of it when it has to be quick.
    pub(crate) const fn some(&self, count: usize) -> usize {
        if self.is_quick { count.div_ceil(5) } else { count }
    }

    /// A couple's phones and relay with the first so many entries, to be done with as one likes.
    pub(crate) fn notebook(&self, entries: usize) -> Copied {
        let stages = [self.small(), self.large()];
        assert!(stages.contains(&entries), "a notebook of another size is not kept");
        self.runtime.block_on(self.notebooks.copy(&stages, entries))
    }

    /// The same words in one naive Automerge document, as it was saved.
    pub(crate) fn naive(&self, entries: usize) -> PathBuf {
        self.notebooks.naive(entries)
    }

    /// An empty directory on the disk that is measured, gone when it is dropped.
    pub(crate) fn directory(&self) -> TempDir {
        self.notebooks.directory()
    }

    /// Where things run that wait for each other.
    pub(crate) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

/// Bytes of a process's memory that are resident, and the most there ever were.
pub(crate) fn resident(process: u32) -> (u64, u64) {
    let path = PathBuf::from(format!("/proc/{process}/status"));
    (of_status(&path, "VmRSS:"), of_status(&path, "VmHWM:"))
}

fn of_status(path: &Path, field: &str) -> u64 {
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1_024
}
