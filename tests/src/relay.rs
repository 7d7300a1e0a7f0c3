//! A real relay, as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::programs;

/// A running `couplet-relay`; it dies with this value.
#[derive(Debug)]
pub struct Relay {
    directory: PathBuf,
    process: Child,
    /// The link it printed when it was ready.
    pub link: String,
    /// The address it listens on.
    pub listen: String,
}

impl Relay {
    /// A relay with its data in this directory, on a port of its choice.
    ///
    /// # Panics
    ///
    /// Where it does not become ready.
    #[must_use]
    pub fn start(directory: &Path) -> Self {
        Self::listen(directory, "127.0.0.1:0")
    }

    /// Kills it, as the kernel would, and starts it again on the same data and port.
    ///
    /// # Panics
    ///
    /// As [`Relay::start`].
    #[must_use]
    pub fn killed_and_restarted(mut self) -> Self {
        self.kill();
        Self::listen(&self.directory, &self.listen)
    }

    /// Kills it, as the kernel would.
    pub fn kill(&mut self) {
        // It may be dead already.
        drop(self.process.kill());
        drop(self.process.wait());
    }

    fn listen(directory: &Path, address: &str) -> Self {
        let mut process = Command::new(programs::couplet_relay())
            .args(["serve", "--json", "--listen", address, "--data"])
            .arg(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        let said = |field: &str| ready[field].as_str().unwrap().to_owned();
        let (link, listen) = (said("link"), said("listen"));
        Self { directory: directory.to_owned(), process, link, listen }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.kill();
    }
}
