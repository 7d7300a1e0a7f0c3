//! x
#![allow(dead_code, missing_docs)]
pub mod clock;
pub mod error;
mod owner;
mod random;
pub mod store;
pub mod transport { #[derive(Debug, thiserror::Error)] #[error("x")] pub struct Unreachable; }
