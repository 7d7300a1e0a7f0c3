//! Phones of the real program, each in a directory of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use couplet_tests::programs;
use couplet_tests::relay::Relay;
use serde_json::Value;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home and the program that works in it.
pub(crate) struct Phone {
    home: PathBuf,
}

/// A program that goes on, and what it prints.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Phone {
    pub(crate) fn new(world: &Path, name: &str) -> Self {
        Self { home: world.join(name) }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::couplet());
        command.arg("--home").arg(&self.home).arg("--json").args(arguments);
        command.env("XDG_STATE_HOME", self.home.with_extension("state"));
        command
    }

    /// The lines of a command that must succeed.
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let done = self.command(arguments).output().unwrap();
        let (out, err) =
            (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "couplet {arguments:?} failed, {}: {err}{out}", done.status);
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The answer of a command that must succeed with one.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        let mut lines = self.lines(arguments);
        assert_eq!(lines.len(), 1, "couplet {arguments:?}: {lines:?}");
        lines.remove(0)
    }

    /// A text that a command answers with.
    pub(crate) fn text(&self, arguments: &[&str], field: &str) -> String {
        self.ask(arguments)[field].as_str().unwrap().to_owned()
    }

    /// The code of a command that must fail.
    pub(crate) fn failure(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "couplet {arguments:?} did not fail as it should");
        let line: Value = serde_json::from_slice(&done.stdout).unwrap();
        line["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The texts of the timeline, the newest first.
    pub(crate) fn timeline(&self) -> Vec<String> {
        let lines = self.lines(&["timeline", "--limit", "10000"]);
        lines.iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn hash(&self) -> Value {
        self.ask(&["hash"])
    }

    pub(crate) fn watch(&self) -> Running {
        Running::new(self.command(&["watch"]))
    }
}

impl Running {
    pub(crate) fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
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

/// Ana and Ben, together in one notebook over this relay.
pub(crate) fn couple(world: &Path, relay: &Relay) -> (Phone, Phone) {
    let (ana, ben) = (Phone::new(world, "ana"), Phone::new(world, "ben"));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let link = ana.text(&["invite"], "link");
    let code = ben.text(&["join", &link, "--name", "Ben"], "code");
    let request = ana.text(&["requests"], "request");
    ana.ask(&["approve", &request, "--code", &code]);
    ben.ask(&["sync"]);
    ben.ask(&["delivery", "on"]);
    (ana, ben)
}
