//! The real programs, built by cargo calls of their own: in one call with the client, the relay
//! would be linked with the client's database.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use couplet_tests::programs;

/// The variables by which every test here finds a program, and its package and name.
const PROGRAMS: [(&str, &str, &str); 2] = [
    ("COUPLET_BIN", "couplet-terminal", "couplet"),
    ("COUPLET_RELAY_BIN", "couplet-relay", "couplet-relay"),
];

/// How the names of variables begin that cargo sets for a program it runs.
const RUN_BY_CARGO: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_NAME"];

/// Whether whoever started this has built them.
pub(crate) fn is_done() -> bool {
    PROGRAMS.iter().all(|(variable, ..)| env::var_os(variable).is_some())
}

/// Builds them, with the optimiser if this program was, and starts this program again.
pub(crate) fn and_begin_anew() -> ExitCode {
    let here = env::current_exe().unwrap();
    let directory = here.parent().unwrap();
    let mut again = Command::new(&here);
    again.args(env::args_os().skip(1));
    for (variable, package, name) in PROGRAMS {
        if !build(package, directory) {
            return ExitCode::from(2);
        }
        again.env(variable, directory.join(name));
    }
    let status = again.status().unwrap();
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::from(2), ExitCode::from)
}

fn build(package: &str, directory: &Path) -> bool {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "-p", package]).current_dir(programs::root());
    without_cargo(&mut build);
    if directory.ends_with("release") {
        build.arg("--release");
    }
    // What cargo says must not come between the lines of the table.
    let status = build.stdout(Stdio::null()).status().unwrap();
    if !status.success() {
        eprintln!("{package} could not be built");
    }
    status.success()
}

/// What cargo tells the programs it runs makes build scripts run again, and all that depends on
/// them (ring watches these): whatever builds is not told.
pub(crate) fn without_cargo(build: &mut Command) {
    for (name, _) in env::vars_os() {
        if RUN_BY_CARGO.iter().any(|begins| name.to_string_lossy().starts_with(begins)) {
            build.env_remove(name);
        }
    }
}
