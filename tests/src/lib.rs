//! What the test binaries of this crate share.
//!
//! Each directory beside `src` is one test binary: `layers` keeps the house in order. Nothing here
//! is a test.

pub mod programs;
