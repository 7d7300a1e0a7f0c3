//! The relay: keeps what couples wrote, sealed, and hands it to their devices.
//!
//! The way of one frame, down and up:
//!
//! ```text
//! phone -> endpoint -> connection -> wire =Frame=> conversation -> Desk -> notebook -> store
//! phone <-------------- connection <- wire <=Frame= conversation <- Desk <- notebook <- store
//!                                                        ^ woken by the notebook's marks
//! ```
//!
//! What is true of a notebook, and what a device is told of it, is decided in `couplet-proto`; this crate gives it a network and a
//! disk. It links no document engine and no content cipher, and it writes no note, name, key or
//! notebook id to its log.
//!
//! Start reading at [`conversation`]; [`relay`] is the life of the whole.

pub mod audit;
pub mod cli;
pub mod close;
pub mod connection;
pub mod conversation;
pub mod endpoint;
pub mod gate;
pub mod identity;
pub mod limits;
pub mod live;
pub mod notebook;
pub mod relay;
pub mod store;
pub mod tls;
pub mod wire;
