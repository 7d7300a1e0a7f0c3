//! Programs that go on, and what they print.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::relay::Relay;
use crate::terminal::{Phone, pair};

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that goes on, and what it prints.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Receiver<String>,
}

/// A phone's `watch`.
///
/// # Panics
///
/// Where the program cannot be run.
#[must_use]
pub fn watch(phone: &Phone) -> Running {
    Running::new(phone.command(&["watch"]))
}

impl Running {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// Where it cannot be run.
    #[must_use]
    pub fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line that is meant.
    ///
    /// # Panics
    ///
    /// Where it is not said.
    pub fn wait_for(&self, is_meant: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("it was not said, only: {seen:#?}")
            };
            let value: Value = serde_json::from_str(&line).unwrap();
            if is_meant(&value) {
                return value;
            }
            seen.push(line);
        }
    }

    /// The next of these events.
    ///
    /// # Panics
    ///
    /// As [`Running::wait_for`].
    pub fn wait_for_event(&self, event: &str) -> Value {
        self.wait_for(|line| line["event"] == event)
    }

    /// The next entry with this text.
    ///
    /// # Panics
    ///
    /// As [`Running::wait_for`].
    pub fn wait_for_entry(&self, text: &str) -> Value {
        self.wait_for(|line| line["event"] == "entry" && line["text"] == text)
    }

    /// Ends it as a person or a system does; says how it ended.
    ///
    /// # Panics
    ///
    /// Where the signal cannot be sent.
    #[must_use]
    pub fn end(mut self, signal: &str) -> Option<i32> {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Ends it as the kernel does.
    ///
    /// # Panics
    ///
    /// Where it has ended before.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Ana and Ben, together in one notebook over this relay; Ben lets it be known what has arrived.
///
/// # Panics
///
/// Where a command does not do what it is asked.
#[must_use]
pub fn couple(world: &Path, relay: &Relay) -> (Phone, Phone) {
    let (ana, ben) = pair(world, &relay.link);
    ben.ask(&["delivery", "on"]);
    (ana, ben)
}
