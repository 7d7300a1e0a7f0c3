//! Everything true about a couple's notebook, without I/O: what it holds, how it merges, who may
//! write, how it is sealed.
//!
//! The crate is pure: time and randomness are arguments, and there are no sockets and no files.
//! Start with [`replica`], where the way of an edit is visible at once; then [`notebook`] for what
//! a notebook holds, [`document`] for how it merges, [`seal`] and [`keys`] for how it is kept from
//! everybody else, and [`membership`] and [`pairing`] for who everybody is.

pub mod body;
pub mod checkpoint;
pub mod document;
pub mod keys;
pub mod limits;
pub mod membership;
pub mod notebook;
pub mod pairing;
pub mod replica;
pub mod seal;
pub mod seen;
pub mod text;

#[cfg(test)]
mod testing;
