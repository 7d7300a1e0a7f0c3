//! `size-relay`: the relay's program as it is shipped.

use std::process::Command;

use couplet_tests::programs;

use crate::bench::Bench;
use crate::report::{Line, Target, Unit};

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let directory = bench.directory();
    let stripped = directory.path().join("couplet-relay");
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&stripped).arg(programs::couplet_relay());
    assert!(strip.status().unwrap().success(), "strip, of binutils, is missing here");
    let bytes = std::fs::metadata(&stripped).unwrap().len();
    let mebibytes = bytes as f64 / 1_048_576.0;
    let line = Line::new("size-relay", Unit::Mebibytes, mebibytes).target(Target::AtMost(12.0));
    vec![line.note("stripped")]
}
