//! What the test binaries of this crate share.
//!
//! Each directory beside `src` is one test binary: `layers` keeps the house in order, `twins`
//! restores and clones stores, `volumes` fills a notebook. Nothing here is a test.

pub mod phones;
pub mod programs;
pub mod relay;
