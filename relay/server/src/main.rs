//! The program `couplet-relay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    couplet_relay::cli::main()
}
