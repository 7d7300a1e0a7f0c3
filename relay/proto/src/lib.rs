//! Everything a Couplet relay is able to know: names, sealed envelopes, signed statements, and the
//! conversation in which two sides bring each other up to date.
//!
//! The crate is pure: no sockets, files, clocks or randomness, and no cipher. A relay that links it
//! cannot read a notebook, because nothing here can. What it can do is check: that an envelope was
//! signed by the device it names ([`envelope`]), that the device belongs to the notebook ([`log`]),
//! and that nothing was taken from the middle of what a writer wrote ([`have`]).
//!
//! Read [`session`] for how two sides catch up, and `docs/PROTOCOL.md` for the whole.

pub mod checkpoint;
pub mod desk;
pub mod envelope;
pub mod frame;
pub mod hash;
pub mod have;
pub mod ids;
pub mod item;
pub mod labels;
pub mod limits;
pub mod link;
pub mod log;
pub mod request;
pub mod session;
pub mod sign;
pub mod statement;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
