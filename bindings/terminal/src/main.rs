//! `couplet`: the notebook in a terminal.

use std::process::ExitCode;

mod arguments;
mod commands;
mod day;
mod demo;
mod failure;
mod home;
mod moment;
mod output;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::of_command_line();
    let output = output::Output::new(arguments.json);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(arguments, &output)),
        Err(_) => Err(failure::Failure::system("this machine gives no threads to run in")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::FAILURE
        }
    }
}
