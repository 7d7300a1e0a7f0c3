//! A phone of the real program: a home, and the commands of `couplet` on it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use crate::programs;
use serde_json::Value;

/// One person's phone.
#[derive(Debug)]
pub struct Phone {
    /// What the person calls themselves.
    pub name: String,
    /// The notebook's directory.
    pub home: PathBuf,
    /// Where marks are kept.
    pub state: PathBuf,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// Its answers.
    pub lines: Vec<Value>,
    /// All that it answered.
    pub stdout: String,
    /// All that it said beside.
    pub stderr: String,
}

/// Ana and Ben, together, over this relay, with one word from each on both phones.
///
/// # Panics
///
/// Where a command does not do what it is asked.
#[must_use]
pub fn pair(directory: &Path, relay: &str) -> (Phone, Phone) {
    let (ana, ben) = (Phone::new(directory, "Ana"), Phone::new(directory, "Ben"));
    bring_together(&ana, &ben, relay);
    (ana, ben)
}

/// Pairs two phones that have no notebook yet: by link and code.
///
/// # Panics
///
/// Where a command does not do what it is asked.
#[track_caller]
pub fn bring_together(ana: &Phone, ben: &Phone, relay: &str) {
    ana.ask(&["new", "--name", &ana.name, "--relay", relay]);
    let link = text(&ana.ask(&["invite"]), "link");
    let asked = ben.ask(&["join", &link, "--name", &ben.name]);
    assert_eq!(asked["state"], "waiting");
    let request = ana.ask(&["requests"]);
    assert_eq!(request["name"], ben.name.as_str());
    ana.ask(&["approve", &text(&request, "request"), "--code", &text(&asked, "code")]);
    ben.ask(&["sync"]);
}

/// The two meet: Ana syncs, Ben syncs, and Ana for what Ben brought; both have the same then.
///
/// # Panics
///
/// Where a command does not do what it is asked.
#[track_caller]
pub fn meet(ana: &Phone, ben: &Phone) {
    for phone in [ana, ben, ana] {
        assert_eq!(phone.ask(&["sync"])["caught_up"], true);
    }
    assert_eq!(ana.hash(), ben.hash(), "they did not converge");
}

impl Phone {
    /// A phone whose home will be in this directory.
    #[must_use]
    pub fn new(directory: &Path, name: &str) -> Self {
        let home = directory.join(name.to_lowercase());
        Self { name: name.to_owned(), home, state: directory.join("state") }
    }

    /// A command that answers in JSON.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::couplet());
        command.arg("--json").arg("--home").arg(&self.home).args(arguments);
        command.env_remove("COUPLET_KEY_FILE").env("XDG_STATE_HOME", &self.state);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// What a command that does what it was asked says to people whose machine is in that zone.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    #[must_use]
    pub fn told_in(&self, zone: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(programs::couplet());
        command.arg("--home").arg(&self.home).args(arguments).env("TZ", zone);
        command.env_remove("COUPLET_KEY_FILE").env("XDG_STATE_HOME", &self.state);
        let said = Said::of(&command.stdin(Stdio::null()).output().unwrap());
        assert!(said.status.success(), "{arguments:?}: {said:?}");
        said.stdout
    }

    /// A command, however it ends.
    ///
    /// # Panics
    ///
    /// Where the program cannot be run.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    /// A command that reads this, however it ends.
    ///
    /// # Panics
    ///
    /// Where the program cannot be run.
    #[must_use]
    pub fn read(&self, arguments: &[&str], input: &str) -> Said {
        let mut running = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Said::of(&running.wait_with_output().unwrap())
    }

    /// The answers of a command that does what it was asked.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    pub fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let said = self.run(arguments);
        assert!(said.status.success(), "{arguments:?}: {said:?}");
        assert_eq!(said.lines.len(), said.stdout.lines().count(), "{said:?}");
        said.lines
    }

    /// The one answer of a command that does what it was asked.
    ///
    /// # Panics
    ///
    /// Where it does not, or answers otherwise.
    #[track_caller]
    pub fn ask(&self, arguments: &[&str]) -> Value {
        let mut lines = self.lines(arguments);
        assert_eq!(lines.len(), 1, "{arguments:?}: {lines:?}");
        lines.remove(0)
    }

    /// One text of that answer.
    ///
    /// # Panics
    ///
    /// As [`Phone::ask`].
    #[track_caller]
    pub fn text(&self, arguments: &[&str], name: &str) -> String {
        text(&self.ask(arguments), name)
    }

    /// A command that fails as commands do; the stable name of why.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.status.code(), Some(1), "{arguments:?}: {said:?}");
        let [error] = &said.lines[..] else { panic!("{arguments:?}: {said:?}") };
        assert!(error["error"]["retryable"].is_boolean(), "{said:?}");
        assert!(said.stderr.contains(&text(&error["error"], "detail")), "{said:?}");
        text(&error["error"], "code")
    }

    /// The timeline, the newest first.
    ///
    /// # Panics
    ///
    /// As [`Phone::lines`].
    #[track_caller]
    pub fn timeline(&self) -> Vec<Value> {
        self.lines(&["timeline", "--limit", "100000"])
    }

    /// The texts of the timeline, the newest first.
    ///
    /// # Panics
    ///
    /// As [`Phone::lines`].
    #[track_caller]
    pub fn shown(&self) -> Vec<String> {
        self.timeline().iter().map(|entry| text(entry, "text")).collect()
    }

    /// The hash of what is shared, and how many entries that is.
    ///
    /// # Panics
    ///
    /// As [`Phone::ask`].
    #[track_caller]
    pub fn hash(&self) -> Value {
        self.ask(&["hash"])
    }

    /// How often each text is shown.
    ///
    /// # Panics
    ///
    /// As [`Phone::lines`].
    #[must_use]
    pub fn texts(&self) -> BTreeMap<String, usize> {
        let mut texts = BTreeMap::new();
        for text in self.shown() {
            *texts.entry(text).or_default() += 1;
        }
        texts
    }
}

impl Said {
    /// What a program that has ended said.
    #[must_use]
    pub fn of(output: &Output) -> Self {
        let (stdout, stderr) = (lossy(&output.stdout), lossy(&output.stderr));
        // A process that was killed may leave half a line: that is no answer.
        let lines = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { status: output.status, lines, stdout, stderr }
    }
}

/// A text of an answer.
///
/// # Panics
///
/// Where there is none of that name.
#[must_use]
#[track_caller]
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
