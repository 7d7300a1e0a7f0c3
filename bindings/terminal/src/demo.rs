//! x
use crate::failure::Failure;
use crate::output::Output;
pub(crate) async fn run(_seed: u64, _output: &Output) -> Result<(), Failure> {
    Err(Failure::story("not yet"))
}
