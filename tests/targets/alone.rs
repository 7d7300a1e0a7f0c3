//! Work that is measured in a process of its own: how much memory it needs, and nothing else's.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use automerge::Automerge;
use couplet::{Couplet, Kind, Place, Secret};
use serde_json::{Value, json};

use crate::bench::resident;
use crate::network;

/// Opens a notebook and writes in it, which loads its current volume.
pub(crate) const LOAD_VOLUME: &str = "load-volume";
/// Loads an Automerge document.
pub(crate) const LOAD_NAIVE: &str = "load-naive";
/// Answers bytes with the same bytes over bare QUIC, until it is killed.
pub(crate) const ECHO: &str = "echo";

/// What came of work in a process of its own.
#[derive(Debug)]
pub(crate) struct Done {
    /// How long it took.
    pub(crate) took: Duration,
    /// The most memory that the process ever had, in bytes.
    pub(crate) peak: u64,
}

/// Does that work in a process of its own.
pub(crate) fn measure(work: &str, at: &Path) -> Done {
    let (mut process, answer) = start(work, at);
    process.wait().unwrap();
    let took = Duration::from_secs_f64(answer["seconds"].as_f64().unwrap());
    Done { took, peak: answer["peak"].as_u64().unwrap() }
}

/// Begins work in a process of its own; its first answer.
pub(crate) fn start(work: &str, at: &Path) -> (Child, Value) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--alone", work]).arg(at).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (process, serde_json::from_str(&line).unwrap())
}

/// Does the work, in this process, and says what came of it.
pub(crate) fn run(work: &str, at: &[String]) {
    let at = Path::new(at.first().unwrap());
    let took = match work {
        LOAD_VOLUME => load_volume(at),
        LOAD_NAIVE => load_naive(at),
        ECHO => return network::echo_until_killed(),
        other => panic!("there is no work {other:?}"),
    };
    let (_, peak) = resident(std::process::id());
    say(&json!({ "seconds": took.as_secs_f64(), "peak": peak }));
}

/// Answers whoever started this process.
pub(crate) fn say(answer: &Value) {
    println!("{answer}");
    std::io::stdout().flush().unwrap();
}

fn load_volume(at: &Path) -> Duration {
    let key = Secret::new([7; 32]);
    let place = Place { directory: at.to_owned(), key, mark: None, is_vault: false };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let phone = Couplet::open(&place).await.unwrap();
        let began = Instant::now();
        phone.write(Kind::Note, 20_000, "the first word of a day").await.unwrap();
        let took = began.elapsed();
        // To close it takes a snapshot, which is no part of this.
        std::mem::forget(phone);
        took
    })
}

fn load_naive(at: &Path) -> Duration {
    let bytes = std::fs::read(at).unwrap();
    let began = Instant::now();
    let document = Automerge::load(&bytes).unwrap();
    let took = began.elapsed();
    std::mem::forget(document);
    took
}
