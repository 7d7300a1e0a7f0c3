//! A phone: a home, and this very program's commands on it, each in a process of its own.
//!
//! Nothing is called in here that a person at a terminal could not call. What a phone answers is
//! what its process printed.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output as Printed, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::process::Command;

use super::words::NoteScript;
use crate::day;
use crate::failure::Failure;

/// One person's phone.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) person: &'static str,
    program: PathBuf,
    home: PathBuf,
    state: PathBuf,
}

/// An entry as a phone shows it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) author: u64,
    pub(crate) author_name: String,
    pub(crate) is_page: bool,
    pub(crate) day: String,
    pub(crate) text: String,
    pub(crate) is_unread: bool,
}

/// Something written, as the phone acknowledged it.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) entry: String,
    pub(crate) version: String,
}

/// What was left of a write whose process was killed.
#[derive(Debug)]
pub(crate) struct Interrupted {
    /// Whether the process was still there to be killed.
    pub(crate) was_killed: bool,
    /// What it had acknowledged by then.
    pub(crate) acknowledged: Option<Acknowledged>,
}

/// What one exchange cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) round_trips: u64,
    /// Bytes of frames, both ways.
    pub(crate) bytes: u64,
    /// Bytes of UDP payload, both ways.
    pub(crate) udp_bytes: u64,
    pub(crate) ms: f64,
}

impl Phone {
    pub(crate) fn new(person: &'static str, directory: &Path) -> Result<Self, Failure> {
        let program = std::env::current_exe();
        let program = program.map_err(|_| Failure::system("this program does not find itself"))?;
        let home = directory.join(person.to_lowercase());
        Ok(Self { person, program, home, state: directory.join("state") })
    }

    /// A notebook of one's own.
    pub(crate) async fn begin(&self, relay: &str) -> Result<(), Failure> {
        self.ask(&["new", "--name", self.person, "--relay", relay]).await.map(drop)
    }

    /// An invitation's link.
    pub(crate) async fn invite(&self) -> Result<String, Failure> {
        let answer = self.ask(&["invite"]).await?;
        self.text(&answer, "link")
    }

    /// Asks to be let in; answers the code on the screen.
    pub(crate) async fn ask_to_join(&self, link: &str) -> Result<String, Failure> {
        let answer = self.ask(&["join", link, "--name", self.person]).await?;
        self.text(&answer, "code")
    }

    /// Who asks to be let in.
    pub(crate) async fn request(&self) -> Result<String, Failure> {
        let answer = self.ask(&["requests"]).await?;
        self.text(&answer, "request")
    }

    pub(crate) async fn approve(&self, request: &str, code: &str) -> Result<(), Failure> {
        self.ask(&["approve", request, "--code", code]).await.map(drop)
    }

    /// Comes in through the door that was opened.
    pub(crate) async fn come_in(&self, link: &str) -> Result<(), Failure> {
        self.ask(&["join", link, "--name", self.person, "--wait", "20"]).await.map(drop)
    }

    /// An entry of any kind, that belongs so many days ago.
    pub(crate) async fn begin_entry(
        &self,
        kind: &str,
        days_ago: i32,
        text: &str,
    ) -> Result<Acknowledged, Failure> {
        let day = civil_day(days_ago);
        let answer = self.ask(&["write", "--kind", kind, "--day", &day, text]).await?;
        self.acknowledged(&answer)
    }

    pub(crate) async fn write(&self, note: NoteScript) -> Result<Acknowledged, Failure> {
        self.begin_entry("note", note.days_ago, note.text).await
    }

    /// The page's new text, merged against the version that was last shown.
    pub(crate) async fn edit(&self, page: &Acknowledged, text: &str) -> Result<(), Failure> {
        self.ask(&["edit", &page.entry, "--base", &page.version, text]).await.map(drop)
    }

    /// Begins to write, and is killed with -9 after so long.
    pub(crate) async fn write_until_killed(
        &self,
        note: NoteScript,
        after: Duration,
    ) -> Result<Interrupted, Failure> {
        let mut command = self.command(&["write", "--day", &civil_day(note.days_ago), note.text]);
        let until = Instant::now() + after;
        let mut child = command.spawn().map_err(|_| self.does_not_start())?;
        tokio::time::sleep_until(until.into()).await;
        // It may have ended by itself: then there is nobody to kill.
        drop(child.start_kill());
        let printed = child.wait_with_output().await.map_err(|_| self.does_not_start())?;
        let answer = lines(&printed).ok().and_then(|lines| lines.into_iter().next());
        Ok(Interrupted {
            was_killed: printed.status.signal() == Some(SIGKILL),
            acknowledged: answer.and_then(|answer| self.acknowledged(&answer).ok()),
        })
    }

    pub(crate) async fn sync(&self) -> Result<Cost, Failure> {
        Ok(self.meet().await?.0)
    }

    /// An exchange, and what it says of the time apart.
    pub(crate) async fn meet(&self) -> Result<(Cost, String), Failure> {
        let answer = self.ask(&["sync"]).await?;
        let number = |name: &str| answer[name].as_u64().unwrap_or_default();
        let cost = Cost {
            round_trips: number("round_trips"),
            bytes: number("bytes_out") + number("bytes_in"),
            udp_bytes: number("udp_out") + number("udp_in"),
            ms: answer["ms"].as_f64().unwrap_or_default(),
        };
        Ok((cost, self.text(&answer["arrived"], "words")?))
    }

    /// Everything, the newest first.
    pub(crate) async fn timeline(&self) -> Result<Vec<Shown>, Failure> {
        let shown = |line: &Value| {
            Ok(Shown {
                author: line["author"].as_u64().unwrap_or_default(),
                author_name: self.text(line, "author_name")?,
                is_page: line["kind"] == "page",
                day: self.text(line, "day")?,
                text: self.text(line, "text")?,
                is_unread: line["unread"] == true,
            })
        };
        let lines = self.run(&["timeline", "--limit", "1000"]).await?;
        lines.iter().map(shown).collect()
    }

    pub(crate) async fn hash(&self) -> Result<String, Failure> {
        let answer = self.ask(&["hash"]).await?;
        self.text(&answer, "hash")
    }

    /// A command that answers with one object.
    pub(super) async fn ask(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let answer = self.run(arguments).await?.into_iter().next();
        answer.ok_or_else(|| self.strange(&format!("no answer to {}", verb(arguments))))
    }

    async fn run(&self, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
        let printed = self.command(arguments).output().await;
        let printed = printed.map_err(|_| self.does_not_start())?;
        let answers = lines(&printed).map_err(|()| self.strange("an answer that is not JSON"))?;
        if printed.status.success() {
            return Ok(answers);
        }
        let error = answers.last().and_then(|answer| answer["error"]["detail"].as_str());
        let ended = printed.status.to_string();
        Err(self.strange(&format!("{}: {}", verb(arguments), error.unwrap_or(&ended))))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--json").arg("--home").arg(&self.home).args(arguments);
        // Both phones have keys and markers of their own, and leave none on this machine.
        command.env_remove("COUPLET_KEY_FILE").env("XDG_STATE_HOME", &self.state);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.kill_on_drop(true);
        command
    }

    fn acknowledged(&self, answer: &Value) -> Result<Acknowledged, Failure> {
        let (entry, version) = (self.text(answer, "entry")?, self.text(answer, "version")?);
        Ok(Acknowledged { entry, version })
    }

    fn text(&self, answer: &Value, name: &str) -> Result<String, Failure> {
        let text = answer[name].as_str().map(str::to_owned);
        text.ok_or_else(|| self.strange(&format!("an answer without {name}")))
    }

    fn strange(&self, what: &str) -> Failure {
        Failure::story(format!("{}'s phone: {what}", self.person))
    }

    fn does_not_start(&self) -> Failure {
        Failure::system(format!("{}'s phone: this program does not start", self.person))
    }
}

impl Cost {
    /// Both together; round trips are those of the one that needed more.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            round_trips: self.round_trips.max(other.round_trips),
            bytes: self.bytes + other.bytes,
            udp_bytes: self.udp_bytes + other.udp_bytes,
            ms: self.ms + other.ms,
        }
    }
}

/// The objects that were printed. A process that is killed may leave half a line: that is none.
fn lines(printed: &Printed) -> Result<Vec<Value>, ()> {
    let text = String::from_utf8_lossy(&printed.stdout);
    text.lines().map(|line| serde_json::from_str(line).map_err(drop)).collect()
}

fn civil_day(days_ago: i32) -> String {
    day::show(day::today().saturating_sub(days_ago))
}

fn verb<'a>(arguments: &[&'a str]) -> &'a str {
    arguments.first().copied().unwrap_or_default()
}

/// The signal that no process can answer.
const SIGKILL: i32 = 9;
