//! The program itself: killed at any time, started again, asked for its link.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use couplet_proto::frame::Frame;
use couplet_proto::have::Have;
use couplet_proto::link::RelayLink;

use crate::client::Phone;
use couplet_proto::testing::{Notebook, bytes};

pub(crate) struct Program {
    child: Child,
    pub(crate) link: RelayLink,
    out: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start(data: &Path, listen: &str) -> Self {
        let mut child = command(data, "serve")
            .args(["--listen", listen, "--json", "--log", "warn"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["ready"], true);
        let link = ready["link"].as_str().unwrap().parse().unwrap();
        Self { child, link, out }
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Memory that is not on disk (proc(5)).
    pub(crate) fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

fn command(data: &Path, name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_couplet-relay"));
    command.arg(name).arg("--data").arg(data);
    command
}

#[tokio::test]
async fn what_was_acknowledged_outlives_every_kill() {
    let home = tempfile::tempdir().unwrap();
    let notebook = Notebook::of_both(1);
    let mut writer = notebook.writer(&notebook.ana, 1);
    let mut written = Vec::new();
    let mut acknowledged = 0;
    for round in 0..10_usize {
        let program = Program::start(home.path(), "127.0.0.1:0");
        let mut line = Phone::new(&notebook.ana, &program.link).call().await;
        line.attach(&notebook, notebook.log.head(), &Have::new()).await;
        line.feed(&notebook, 0).await;
        line.hear(|frame| matches!(frame, Frame::Attach(_))).await;
        let held = line.receive(acknowledged).await;
        let expected: BTreeSet<_> = written.iter().take(acknowledged).cloned().collect();
        assert!(held.into_iter().collect::<BTreeSet<_>>().is_superset(&expected));
        line.say(&Frame::Envelopes(written.clone())).await;
        for _ in 0..=round {
            let next = bytes(&writer.write(3));
            written.extend(next.clone());
            line.say(&Frame::Envelopes(next)).await;
            acknowledged = usize::try_from(line.stored(writer.id()).await.tip.counter).unwrap();
        }
        // One more that may or may not arrive, at a moment that differs every time.
        let last = bytes(&writer.write(1));
        written.extend(last.clone());
        line.say(&Frame::Envelopes(last)).await;
        tokio::time::sleep(Duration::from_micros(300 * round as u64)).await;
        program.kill();
    }
    let program = Program::start(home.path(), "127.0.0.1:0");
    let mut line = Phone::new(&notebook.ben, &program.link).call().await;
    line.attach(&notebook, notebook.log.head(), &Have::new()).await;
    let held = line.receive(acknowledged).await;
    assert_eq!(held[..acknowledged], written[..acknowledged]);
    program.kill();
}

#[tokio::test]
async fn a_restart_is_noticed_at_once() {
    let home = tempfile::tempdir().unwrap();
    let program = Program::start(home.path(), "127.0.0.1:0");
    let link = program.link.clone();
    let mut line = Phone::new(&Notebook::of_ana(1).ana, &link).call().await;
    assert!(line.is_quiet().await);
    program.kill();
    let program = Program::start(home.path(), &link.address);
    assert_eq!(program.link, link);
    let began = Instant::now();
    let _ = line.send.write_all(&Frame::Ping(1).to_bytes()).await;
    let closed = tokio::time::timeout(Duration::from_secs(5), line.connection.closed()).await;
    assert_eq!(closed.unwrap(), quinn::ConnectionError::Reset);
    assert!(began.elapsed() < Duration::from_secs(2));
    program.kill();
}

#[tokio::test]
async fn told_to_stop_it_says_so_to_its_phones_and_ends_well() {
    let home = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT"] {
        let mut program = Program::start(home.path(), "127.0.0.1:0");
        let mut line = Phone::new(&Notebook::of_ana(1).ana, &program.link).call().await;
        assert!(line.is_quiet().await);
        program.signal(signal);
        assert_eq!(line.closed().await, 1);
        assert!(program.child.wait().unwrap().success());
        let mut rest = String::new();
        assert_eq!(program.out.read_line(&mut rest).unwrap(), 0, "one line, and no more");
    }
}

#[test]
fn its_link_can_be_asked_for_later() {
    let home = tempfile::tempdir().unwrap();
    let nothing = command(home.path(), "link").arg("--json").output().unwrap();
    assert_eq!(nothing.status.code(), Some(1));
    let error: serde_json::Value = serde_json::from_slice(&nothing.stdout).unwrap();
    assert_eq!(error["error"]["code"], "identity_missing");
    assert_eq!(String::from_utf8(nothing.stderr).unwrap().lines().count(), 1);
    let program = Program::start(home.path(), "127.0.0.1:0");
    let found = command(home.path(), "link").output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap().trim(), program.link.to_string());
    let mut second = command(home.path(), "serve");
    let second = second.args(["--listen", "127.0.0.1:0", "--json"]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let error: serde_json::Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(
        (&error["error"]["code"], &error["error"]["retryable"]),
        (&"owned".into(), &true.into())
    );
    let usage = command(home.path(), "serve").args(["--listen", "nowhere"]).output().unwrap();
    assert_eq!(usage.status.code(), Some(2));
    program.kill();
}
