//! Everything true about a couple's notebook, without I/O.
pub mod keys;
pub mod seal;
#[cfg(test)]
mod testing;
