//! `ffi-call`: what a page of the timeline costs more in an app's own language than in Rust.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use couplet::{Couplet, Filter};
use couplet_tests::programs;

use crate::bench::Bench;
use crate::build;
use crate::report::{Line, Target};
use crate::times::Times;

/// Entries of a page.
const PAGE: u32 = 50;

/// Pages before the first that counts: the JVM compiles what it runs often.
const WARM: usize = 3_000;

/// Where there is no JVM, no compiler of Kotlin and nothing that fetches one.
const NO_KOTLIN: &str = "Kotlin is not here, or its bindings could not be built: ./tests/run \
                         installs what they need, and bindings/kotlin/build says what is wrong";

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let Some(jvm) = kotlin() else {
        return vec![Line::unmeasured("ffi-call").note(NO_KOTLIN)];
    };
    let notebook = bench.notebook(bench.large());
    let key = notebook.home().join("key");
    fs::write(&key, [7; 32]).unwrap();
    let place = notebook.place("ana");
    let ours = bench.runtime().block_on(Couplet::open(&place)).unwrap();
    let mut app = App::start(&jvm, &place.directory, &key);
    let (mut here, mut there) = (Times::new(), Times::new());
    for _ in 0..WARM {
        app.page();
    }
    for _ in 0..bench.some(1_000) {
        here.take(|| {
            let page = ours.timeline(None, PAGE, Filter::default());
            let page = bench.runtime().block_on(page).unwrap();
            assert_eq!(page.len(), PAGE as usize);
        });
        there.push(app.page());
    }
    app.end();
    bench.runtime().block_on(ours.shutdown());
    let added = there.p50().saturating_sub(here.p50());
    let note = "what Kotlin adds to a page of 50 entries, p50, in turn with Rust's own; on the JVM";
    vec![
        Line::time("ffi-call", added)
            .against_time(here.p50())
            .target(Target::AtMost(0.5))
            .note(note),
    ]
}

/// An app in Kotlin that shows pages.
struct App {
    process: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl App {
    fn start(jvm: &OsString, directory: &Path, key: &Path) -> Self {
        let mut java = Command::new("java");
        java.arg(jvm).arg("app.couplet.PagesKt");
        java.arg(directory).arg(key).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = java.spawn().unwrap();
        let asks = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, asks, answers }
    }

    /// How long one page took it.
    fn page(&mut self) -> Duration {
        writeln!(self.asks, "{PAGE}").unwrap();
        let answer = self.answers.next().unwrap().unwrap();
        Duration::from_nanos(answer.parse().unwrap())
    }

    fn end(mut self) {
        drop(self.asks);
        assert!(self.process.wait().unwrap().success());
    }
}

/// Builds the bindings and their library in the way this program was built. What has not changed is
/// not built again. What the JVM is given, to find everything.
fn kotlin() -> Option<OsString> {
    let here = std::env::current_exe().unwrap();
    let built = here.parent().unwrap();
    let profile = if built.ends_with("release") { "release" } else { "dev" };
    let mut build = Command::new(programs::root().join("bindings/kotlin/build"));
    build.env("COUPLET_PROFILE", profile).env_remove("COUPLET_FFI_LIB").stdout(Stdio::null());
    build::without_cargo(&mut build);
    if !build.status().is_ok_and(|status| status.success()) {
        return None;
    }
    let mut arguments = OsString::from("@");
    arguments.push(built.parent().unwrap().join("kotlin/java.args"));
    Some(arguments)
}
