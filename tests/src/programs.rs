//! The real programs, as `./tests/run` built them, and what this run was asked for.
//!
//! A test never builds a program: which features it is linked with depends on the cargo call that
//! builds it, and `couplet-relay` must be built alone.

use std::path::PathBuf;

/// The workspace's directory, as cargo says when it runs a test: a checkout that was copied together
/// with what it had built would still have the old place compiled in.
#[must_use]
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().unwrap_or(&here).to_owned()
}

/// The notebook in a terminal, named by `COUPLET_BIN`.
///
/// # Panics
///
/// Where the variable names no file.
#[must_use]
pub fn couplet() -> PathBuf {
    program("COUPLET_BIN", "cargo build -p couplet-terminal")
}

/// The relay, named by `COUPLET_RELAY_BIN`.
///
/// # Panics
///
/// Where the variable names no file.
#[must_use]
pub fn couplet_relay() -> PathBuf {
    program("COUPLET_RELAY_BIN", "cargo build -p couplet-relay")
}

/// Whether the slow soaks run too: `./tests/run --long` sets `COUPLET_LONG=1`.
#[must_use]
pub fn long() -> bool {
    std::env::var_os("COUPLET_LONG").is_some_and(|value| value == "1")
}

fn program(variable: &str, build: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    match path.filter(|path| path.is_file()) {
        Some(path) => path,
        None => panic!("{variable} names no program: run `./tests/run`, or `{build}` and set it"),
    }
}
