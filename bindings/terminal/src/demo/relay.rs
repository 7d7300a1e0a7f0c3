//! A relay of the story's own: the real program, on loopback, with its data in a directory that
//! outlives the process.
//!
//! It is never built in one cargo call with this program: it would be linked with SQLCipher.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::failure::Failure;
use crate::output::Output;

/// Names the relay's program.
const PROGRAM: &str = "COUPLET_RELAY_BIN";

const NAME: &str = "couplet-relay";

/// How long a relay may take to be ready; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A relay that is running.
#[derive(Debug)]
pub(crate) struct Relay {
    program: PathBuf,
    directory: PathBuf,
    child: Child,
    /// Kept, so that what it goes on to print has somewhere to go.
    _stdout: BufReader<ChildStdout>,
    /// The link to give to apps.
    pub(crate) link: String,
    listen: String,
}

impl Relay {
    /// The relay's program: the one that is named, the one built from this source, or the one
    /// beside this program.
    pub(crate) async fn find(output: &Output) -> Result<PathBuf, Failure> {
        if let Some(named) = std::env::var_os(PROGRAM).map(PathBuf::from) {
            let missing = || Failure::input(format!("{PROGRAM} names no program"));
            return named.is_file().then_some(named).ok_or_else(missing);
        }
        let here = std::env::current_exe().ok();
        let beside = here.map(|here| here.with_file_name(NAME));
        let beside = beside.ok_or_else(|| Failure::system("this program does not find itself"))?;
        // Run by cargo, this program may be newer than the relay beside it.
        let is_run_by_cargo = std::env::var_os("CARGO").is_some();
        if let Some(source) = source().filter(|_| is_run_by_cargo || !beside.is_file()) {
            build(&source, &beside, output).await?;
        }
        let missing = || {
            Failure::system(format!(
                "there is no {NAME} beside this program; put it there, or name it in {PROGRAM}"
            ))
        };
        beside.is_file().then_some(beside).ok_or_else(missing)
    }

    /// Starts one, with its data and its log beneath this directory.
    pub(crate) async fn start(program: &Path, directory: &Path) -> Result<Self, Failure> {
        serve(program, directory, "127.0.0.1:0").await
    }

    /// Kills it with -9, and returns when it is gone.
    pub(crate) async fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill().await.map_err(|_| Failure::system("the relay could not be killed"))
    }

    /// Starts it again after it was killed: the same data, the same port.
    pub(crate) async fn start_again(&mut self) -> Result<(), Failure> {
        let link = self.link.clone();
        *self = serve(&self.program, &self.directory, &self.listen).await?;
        if self.link == link {
            return Ok(());
        }
        Err(Failure::story("the relay came back as another relay"))
    }
}

async fn serve(program: &Path, directory: &Path, listen: &str) -> Result<Relay, Failure> {
    let log = directory.join("relay.log");
    let failed = |what: &str| {
        let said = fs::read_to_string(&log).unwrap_or_default();
        let said = said.lines().last().unwrap_or("it said nothing").to_owned();
        Failure::system(format!("the relay {what}: {said}"))
    };
    let file = File::create(&log).map_err(|_| failed("has no place for its log"))?;
    let mut command = Command::new(program);
    command.args(["serve", "--json", "--listen", listen, "--data"]).arg(directory.join("relay"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).kill_on_drop(true);
    let mut child = command.spawn().map_err(|_| failed("does not start"))?;
    let mut stdout = BufReader::new(child.stdout.take().ok_or_else(|| failed("has no output"))?);
    let mut line = String::new();
    let read = tokio::time::timeout(PATIENCE, stdout.read_line(&mut line)).await;
    let ready: Option<Value> = match read {
        Ok(Ok(_)) => serde_json::from_str(&line).ok(),
        Ok(Err(_)) | Err(_) => None,
    };
    let text = |name: &str| ready.as_ref().and_then(|ready| ready[name].as_str());
    let (link, listen) = text("link").zip(text("listen")).ok_or_else(|| failed("is not ready"))?;
    Ok(Relay {
        program: program.to_owned(),
        directory: directory.to_owned(),
        link: link.to_owned(),
        listen: listen.to_owned(),
        child,
        _stdout: stdout,
    })
}

/// The checkout that this program was built from, if it is still there.
fn source() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    workspace.join("relay/server/Cargo.toml").is_file().then(|| workspace.to_owned())
}

/// Builds the relay so that it comes to lie at `beside`: its directory is named by the profile, and
/// the one above is the target directory.
async fn build(source: &Path, beside: &Path, output: &Output) -> Result<(), Failure> {
    let directory = beside.parent();
    let profile = directory.and_then(Path::file_name).and_then(|name| name.to_str());
    let target = directory.and_then(Path::parent);
    let (Some(profile), Some(target)) = (profile, target) else { return Ok(()) };
    if !beside.is_file() {
        output.note("The relay is built first, alone: a minute or two, this once.");
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(source).args(["build", "-p", NAME, "--profile"]);
    command.arg(if profile == "debug" { "dev" } else { profile });
    command.arg("--target-dir").arg(target);
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let advice = format!("the relay could not be built; see why with: cargo build -p {NAME}");
    let built = command.status().await.is_ok_and(|status| status.success());
    built.then_some(()).ok_or_else(|| Failure::system(advice))
}
