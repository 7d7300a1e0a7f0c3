//! The program itself: killed at any time, started again, asked for its link.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use couplet_proto::envelope::Envelope;
use couplet_proto::frame::{Frame, Reason};
use couplet_proto::have::Have;
use couplet_proto::limits::RETRY_FULL;
use couplet_proto::link::RelayLink;
use couplet_proto::statement::LogHead;

use crate::client::{Line, Phone, first_phone};
use couplet_proto::testing::{Chance, Notebook, Writer, bytes};
use tokio::sync::watch;

pub(crate) struct Program {
    child: Child,
    pub(crate) link: RelayLink,
    out: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start(data: &Path, listen: &str) -> Self {
        Self::start_with(data, listen, &[])
    }

    pub(crate) fn start_with(data: &Path, listen: &str, arguments: &[&str]) -> Self {
        let mut serve = command(data, "serve");
        serve
            .args(["--listen", listen, "--json", "--log", "warn", "--keep-free=0"])
            .args(arguments);
        Self::run(serve)
    }

    /// Starts on a disk of its own, in memory, of which a file called `filler` takes half. It is
    /// mounted where nobody else sees it, which takes no privilege but that of having namespaces.
    fn start_on_a_small_disk(data: &Path) -> Self {
        let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut serve = Command::new("unshare");
        serve.arg("--mount").args((!is_root).then_some("--map-root-user"));
        serve.args(["--", "sh", "-c", SMALL_DISK]).arg(data);
        serve.arg(env!("CARGO_BIN_EXE_couplet-relay"));
        serve.args(["serve", "--keep-free=0", "--listen", "127.0.0.1:0", "--json"]);
        serve.args(["--log", "off", "--data"]);
        serve.arg(data);
        Self::run(serve)
    }

    /// What it has under that path, which may be mounted for it alone (proc(5)).
    fn inside(&self, path: &Path) -> PathBuf {
        Path::new(&format!("/proc/{}/root", self.child.id())).join(path.strip_prefix("/").unwrap())
    }

    fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
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
        let status = fs::read_to_string(path).unwrap();
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
async fn an_operator_reads_of_a_full_disk_once_a_connection() {
    let home = tempfile::tempdir().unwrap();
    let notebook = Notebook::of_both(1);
    let relay = Program::start(home.path(), "127.0.0.1:0");
    first_phone(&notebook, &relay.link).await;
    relay.kill();
    let log = home.path().join("log");
    let mut serve = command(home.path(), "serve");
    serve.args(["--listen", "127.0.0.1:0", "--json", "--log", "warn", "--keep-free=99999999999"]);
    serve.stderr(fs::File::create(&log).unwrap());
    let relay = Program::run(serve);
    let mut line = Phone::new(&notebook.ana, &relay.link).call().await;
    line.attach_empty(&notebook).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    for _ in 0..3 {
        line.say(&Frame::Envelopes(bytes(&writer.write(1)))).await;
        line.hear(|frame| matches!(frame, Frame::Refuse(_))).await;
    }
    relay.kill();
    let said = fs::read_to_string(log).unwrap();
    assert_eq!(said.matches("the disk is full").count(), 1, "{said}");
}

/// What one device writes, and how much of it was acknowledged.
struct Diary {
    writer: Writer,
    written: Vec<Vec<u8>>,
    acknowledged: usize,
}

impl Diary {
    fn of(writer: Writer) -> Self {
        Self { writer, written: Vec::new(), acknowledged: 0 }
    }

    /// Goes on after what the relay holds, some envelopes ahead of its answers, for as long as it
    /// lives; counts the answers.
    async fn push(&mut self, line: &mut Line, count: &watch::Sender<usize>) {
        let mut sent = self.acknowledged;
        loop {
            while sent < self.acknowledged + AHEAD {
                if sent == self.written.len() {
                    self.written.extend(bytes(&self.writer.write(3)));
                }
                let next = Frame::Envelopes(self.written[sent..].to_vec());
                sent = self.written.len();
                if line.send.write_all(&next.to_bytes()).await.is_err() {
                    return;
                }
            }
            self.acknowledged = line.stored(self.writer.id()).await.tip.counter.try_into().unwrap();
            count.send_modify(|count| *count += 1);
        }
    }

    /// What the relay holds of it: all that was acknowledged, and nothing else than was written.
    fn check(&mut self, have: &Have, received: &[Vec<u8>]) {
        let tip = have.of(self.writer.id()).map_or(0, |have| have.tip.counter);
        let held = usize::try_from(tip).unwrap();
        assert!(held >= self.acknowledged, "{held} of {} are there", self.acknowledged);
        let is_own = |bytes: &&Vec<u8>| {
            Envelope::peek(bytes).is_some_and(|header| header.writer() == self.writer.id())
        };
        let own: Vec<_> = received.iter().filter(is_own).cloned().collect();
        assert_eq!(own, self.written[..held]);
        self.acknowledged = held;
    }
}

/// Envelopes on their way to the relay at once: it dies with some of them in every stage.
const AHEAD: usize = 24;

/// A disk of three megabytes, half of it taken, for the program that follows.
const SMALL_DISK: &str = "mount -t tmpfs -o size=3m none \"$0\" \
    && head -c 1500000 /dev/zero > \"$0/filler\" && exec \"$@\"";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_every_kill() {
    let home = tempfile::tempdir().unwrap();
    let (mut notebook, mut chance) = (Notebook::of_both(1), Chance::new(50));
    let mut diaries = [&notebook.ana, &notebook.ben].map(|key| Diary::of(notebook.writer(key, 1)));
    let mut log = LogHead::EMPTY;
    for _ in 0..KILLS {
        let program = Program::start(home.path(), "127.0.0.1:0");
        let mut at_ana = Phone::new(&notebook.ana, &program.link).call().await;
        let mut at_ben = Phone::new(&notebook.ben, &program.link).call().await;
        if log == LogHead::EMPTY {
            at_ana.feed(&notebook, 0).await;
            at_ana.log_stored(notebook.log.head().length).await;
        }
        let held = at_ana.attach_empty(&notebook).await;
        assert!(held.log.length >= log.length, "the log was acknowledged");
        at_ben.attach_empty(&notebook).await;
        let have = Have::from_entries(held.have).unwrap();
        let count = have.iter().map(|(_, have)| have.tip.counter).sum::<u64>();
        let received = at_ben.receive(usize::try_from(count).unwrap()).await;
        diaries.iter_mut().for_each(|diary| diary.check(&have, &received));
        let known = notebook.bytes().len();
        notebook.say(notebook.rewrap());
        at_ana.feed(&notebook, known).await;
        at_ana.log_stored(notebook.log.head().length).await;
        log = notebook.log.head();
        let (count, mut counted) = watch::channel(0);
        let moment = 1 + chance.below(30);
        let [of_ana, of_ben] = &mut diaries;
        tokio::select! {
            () = of_ana.push(&mut at_ana, &count) => panic!("the relay was not killed"),
            () = of_ben.push(&mut at_ben, &count) => panic!("the relay was not killed"),
            _ = counted.wait_for(|count| *count >= moment) => program.kill(),
        }
    }
}

/// How often it is killed.
const KILLS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_on_a_full_disk_says_so_is_read_and_takes_more_once_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    let program = Program::start_on_a_small_disk(home.path());
    let notebook = Notebook::of_both(1);
    let mut at_ana = first_phone(&notebook, &program.link).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    let mut kept = Vec::new();
    let refused = loop {
        let next = writer.seal(1, 64 * 1024).bytes().to_vec();
        at_ana.say(&Frame::Envelopes(vec![next.clone()])).await;
        let is_answer = |frame: &Frame| matches!(frame, Frame::Stored(_) | Frame::Refuse(_));
        match at_ana.hear(is_answer).await {
            Frame::Refuse(refuse) => {
                assert_eq!(refuse.reason, Reason::Full);
                assert_eq!(refuse.retry_after, Some(RETRY_FULL));
                break next;
            }
            _ => kept.push(next),
        }
    };
    assert!(kept.len() > 5, "there was room at first");
    let mut at_ben = Phone::new(&notebook.ben, &program.link).call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    assert_eq!(at_ben.receive(kept.len()).await, kept);
    fs::remove_file(program.inside(&home.path().join("filler"))).unwrap();
    at_ana.say(&Frame::Envelopes(vec![refused.clone()])).await;
    let counter = usize::try_from(at_ana.stored(writer.id()).await.tip.counter).unwrap();
    assert_eq!(counter, kept.len() + 1);
    assert_eq!(at_ben.receive(1).await, [refused]);
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
