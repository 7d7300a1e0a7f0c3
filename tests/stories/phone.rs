//! A phone: a home, and the commands of `couplet` on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use couplet_tests::programs;
use serde_json::Value;

/// One person's phone.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) name: String,
    pub(crate) home: PathBuf,
    pub(crate) state: PathBuf,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) lines: Vec<Value>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Ana and Ben, together, over this relay, with one word from each on both phones.
pub(crate) fn pair(directory: &Path, relay: &str) -> (Phone, Phone) {
    let (ana, ben) = (Phone::new(directory, "Ana"), Phone::new(directory, "Ben"));
    bring_together(&ana, &ben, relay);
    (ana, ben)
}

pub(crate) fn bring_together(ana: &Phone, ben: &Phone, relay: &str) {
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
#[track_caller]
pub(crate) fn meet(ana: &Phone, ben: &Phone) {
    for phone in [ana, ben, ana] {
        phone.ask(&["sync"]);
    }
    assert_eq!(ana.ask(&["hash"]), ben.ask(&["hash"]), "they did not converge");
}

impl Phone {
    pub(crate) fn new(directory: &Path, name: &str) -> Self {
        let home = directory.join(name.to_lowercase());
        Self { name: name.to_owned(), home, state: directory.join("state") }
    }

    /// A command that answers in JSON.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::couplet());
        command.arg("--json").arg("--home").arg(&self.home).args(arguments);
        command.env_remove("COUPLET_KEY_FILE").env("XDG_STATE_HOME", &self.state);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    /// A command that does what it was asked; its first object.
    #[track_caller]
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        let said = self.run(arguments);
        assert!(said.status.success(), "{arguments:?}: {said:?}");
        said.lines.first().cloned().unwrap_or_default()
    }

    /// A command that fails as commands do; the stable name of why.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.status.code(), Some(1), "{arguments:?}: {said:?}");
        let [error] = &said.lines[..] else { panic!("{arguments:?}: {said:?}") };
        assert!(error["error"]["retryable"].is_boolean(), "{said:?}");
        assert!(said.stderr.contains(&text(&error["error"], "detail")), "{said:?}");
        text(&error["error"], "code")
    }

    pub(crate) fn timeline(&self) -> Vec<Value> {
        let said = self.run(&["timeline", "--limit", "100000"]);
        assert!(said.status.success(), "{said:?}");
        said.lines
    }

    /// How often each text is shown.
    pub(crate) fn texts(&self) -> BTreeMap<String, usize> {
        let mut texts = BTreeMap::new();
        for entry in self.timeline() {
            *texts.entry(text(&entry, "text")).or_default() += 1;
        }
        texts
    }
}

impl Said {
    pub(crate) fn of(output: &Output) -> Self {
        let (stdout, stderr) = (lossy(&output.stdout), lossy(&output.stderr));
        // A process that was killed may leave half a line: that is no answer.
        let lines = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { status: output.status, lines, stdout, stderr }
    }
}

#[track_caller]
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
