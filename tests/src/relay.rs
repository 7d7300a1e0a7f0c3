//! A real relay, as a process of its own.

use std::fs::File;
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
        Self::listen(directory, "127.0.0.1:0", None, &[])
    }

    /// The same, with everything that it has to say about its work in this file.
    ///
    /// # Panics
    ///
    /// As [`Relay::start`].
    #[must_use]
    pub fn start_with_trace(directory: &Path, log: &Path) -> Self {
        Self::listen(directory, "127.0.0.1:0", Some(log), &[])
    }

    /// Starts it on the same data and port, after it was killed.
    ///
    /// # Panics
    ///
    /// As [`Relay::start`].
    #[must_use]
    pub fn started_again(&self) -> Self {
        Self::listen(&self.directory, &self.listen, None, &[])
    }

    /// Kills it, as the kernel would, and starts it again on the same data and port.
    ///
    /// # Panics
    ///
    /// As [`Relay::start`].
    #[must_use]
    pub fn killed_and_restarted(mut self) -> Self {
        self.kill();
        self.started_again()
    }

    /// The same, and its operator bounds something else: variables as `couplet-relay serve` has them.
    ///
    /// # Panics
    ///
    /// As [`Relay::start`].
    #[must_use]
    pub fn restarted_with(mut self, bounds: &[(&str, &str)]) -> Self {
        self.kill();
        Self::listen(&self.directory, &self.listen, None, bounds)
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Kills it, as the kernel would.
    pub fn kill(&mut self) {
        // It may be dead already.
        drop(self.process.kill());
        drop(self.process.wait());
    }

    fn listen(
        directory: &Path,
        address: &str,
        log: Option<&Path>,
        bounds: &[(&str, &str)],
    ) -> Self {
        let level = if log.is_some() { "trace" } else { "info" };
        let stderr = log.map_or_else(Stdio::null, |log| File::create(log).unwrap().into());
        let mut process = Command::new(programs::couplet_relay())
            .args(["serve", "--json", "--listen", address, "--data"])
            .arg(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .env("RUST_LOG", level)
            // Here a crowd of couples has one address, and others fill the disk.
            .env("COUPLET_RELAY_KEEP_FREE", "0")
            .env("COUPLET_RELAY_NOTEBOOKS_PER_HOUR", "100000")
            .env("COUPLET_RELAY_DAILY", "1000000")
            .envs(bounds.iter().copied())
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
