//! What the test binaries of this crate share.
//!
//! Each directory beside `src` is one test binary: `layers` keeps the house in order, `acceptance`
//! goes through what the notebook promises, row by row, `twins` restores and clones stores,
//! `volumes` fills a notebook, `daily` lives a day with it by the real programs, `stories` kills,
//! wipes and misuses them, `weather` puts a bad network between them, `properties` runs the
//! [`world`] through whatever may happen. `targets` is no test but a program: it measures. Nothing
//! here is a test.

pub mod altered;
pub mod chance;
pub mod clocks;
pub mod couple;
pub mod deeds;
pub mod hex;
pub mod phones;
pub mod programs;
pub mod proxy;
pub mod relay;
pub mod running;
pub mod scan;
pub mod standard;
pub mod terminal;
pub mod world;
