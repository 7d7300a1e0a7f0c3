//! `size-relay` and `size-lib`: what is shipped, stripped.

use std::path::Path;
use std::process::Command;

use couplet_tests::programs;

use crate::bench::Bench;
use crate::report::{Line, Target, Unit};

/// The relay's program.
pub(crate) fn measure_relay(bench: &Bench) -> Vec<Line> {
    let bytes = stripped(bench, &programs::couplet_relay());
    let mebibytes = bytes as f64 / 1_048_576.0;
    let line = Line::new("size-relay", Unit::Mebibytes, mebibytes).target(Target::AtMost(12.0));
    vec![line.note("stripped")]
}

/// The library that phones load, with an OpenSSL of its own in it. Building that takes minutes, so a
/// quick run measures it where it was built before, and nowhere else.
pub(crate) fn measure_lib(bench: &Bench) -> Vec<Line> {
    let here = std::env::current_exe().unwrap();
    let library = here.parent().unwrap().with_file_name("phone").join("libcouplet_ffi.so");
    if !bench.is_quick() {
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--profile", "phone", "-p", "couplet-ffi"]);
        build.env("OPENSSL_NO_VENDOR", "0").current_dir(programs::root());
        assert!(build.status().unwrap().success(), "the library for phones could not be built");
    }
    if !library.is_file() {
        return Vec::new();
    }
    let mebibytes = stripped(bench, &library) as f64 / 1_048_576.0;
    let line = Line::new("size-lib", Unit::Mebibytes, mebibytes).target(Target::AtMost(12.0));
    vec![line.note("stripped, profile phone")]
}

/// The bytes of a program or library without its symbols.
fn stripped(bench: &Bench, built: &Path) -> u64 {
    let directory = bench.directory();
    let stripped = directory.path().join("stripped");
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&stripped).arg(built);
    assert!(strip.status().unwrap().success(), "strip, of binutils, is missing here");
    std::fs::metadata(&stripped).unwrap().len()
}
