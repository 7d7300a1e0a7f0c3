//! What happens to Ana and Ben when they use the real programs: every command is a process, the
//! relay is one, and what lies between them is QUIC over loopback.
//!
//! Nothing is called in here that a person at a terminal could not call, and what is killed is
//! killed with -9. The slow soaks need `COUPLET_LONG=1`.

mod again;
mod agreeing;
mod at_once;
mod blind;
mod demo;
mod ending;
mod erasing;
mod forgetful;
mod going;
mod killed;
mod mistakes;
mod newcomer;
mod recovery;
mod refused;
mod together;
mod vault;
