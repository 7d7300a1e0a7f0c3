//! What there is to beat, measured: every row against its reference, in the same run.
//!
//! `cargo run --release -p couplet-tests --bin targets -- [--quick] [--json] [--only NAME]` prints
//! `name | measured | reference | ratio | target | ok` and ends with status 1 if a row falls short.
//! A row is a file in `rows/`, named in [`rows::ALL`].
//!
//! The programs that it times are built first, each in a cargo call of its own, and the run begins
//! anew with their paths in the variables by which every test here finds them.
//!
//! Deliberately not here: why a target is what it is; `docs/PERFORMANCE.md` says how to read a row.

mod alone;
mod bench;
mod build;
mod couples;
mod naive;
mod network;
mod notebooks;
mod report;
mod rows;
mod sqlite;
mod times;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use bench::Bench;
use report::{Line, Report};

/// Measures what there is to beat, and says what falls short.
#[derive(Parser)]
#[command(name = "targets")]
struct Arguments {
    /// Smaller sizes and fewer samples: under a minute.
    #[arg(long)]
    quick: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// This row alone; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// A piece of work that is measured in a process of its own.
    #[arg(long, hide = true, num_args = 1.., value_name = "WORK")]
    alone: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let [work, at @ ..] = &arguments.alone[..] {
        alone::run(work, at);
        return ExitCode::SUCCESS;
    }
    let unknown = arguments.only.iter().find(|name| rows::ALL.iter().all(|row| row.name != **name));
    if let Some(name) = unknown {
        let names: Vec<&str> = rows::ALL.iter().map(|row| row.name).collect();
        eprintln!("there is no row {name:?}; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    if !build::is_done() {
        return build::and_begin_anew();
    }
    let bench = Bench::new(arguments.quick);
    let mut report = Report::begin(arguments.json);
    for row in rows::ALL {
        let is_wanted = arguments.only.is_empty() || arguments.only.iter().any(|n| n == row.name);
        if !is_wanted {
            continue;
        }
        // A row that cannot be measured must not take the others with it.
        match catch_unwind(AssertUnwindSafe(|| (row.measure)(&bench))) {
            Ok(lines) => lines.into_iter().for_each(|line| report.say(&line)),
            Err(_) => report.say(&Line::unmeasured(row.name)),
        }
    }
    report.end()
}
