//! All that a relay can know.
pub mod hash;
pub mod ids;
pub mod labels;
