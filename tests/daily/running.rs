//! Programs that go on, and what they print.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, pair};
use serde_json::Value;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that goes on, and what it prints.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

/// A phone's `watch`.
pub(crate) fn watch(phone: &Phone) -> Running {
    Running::new(phone.command(&["watch"]))
}

impl Running {
    pub(crate) fn new(mut command: Command) -> Self {
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
    pub(crate) fn wait_for(&self, is_meant: impl Fn(&Value) -> bool) -> Value {
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

    pub(crate) fn wait_for_event(&self, event: &str) -> Value {
        self.wait_for(|line| line["event"] == event)
    }

    pub(crate) fn wait_for_entry(&self, text: &str) -> Value {
        self.wait_for(|line| line["event"] == "entry" && line["text"] == text)
    }

    /// Ends it as a person or a system does; says how it ended.
    pub(crate) fn end(mut self, signal: &str) -> Option<i32> {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    pub(crate) fn kill(mut self) {
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
pub(crate) fn couple(world: &Path, relay: &Relay) -> (Phone, Phone) {
    let (ana, ben) = pair(world, &relay.link);
    ben.ask(&["delivery", "on"]);
    (ana, ben)
}
