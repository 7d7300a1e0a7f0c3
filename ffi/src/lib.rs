//! Couplet for a phone's own languages: `core/client`, through UniFFI, to Kotlin, Swift and Python.
//!
//! Translation and nothing else. What a call means stands in `core/client`; here it becomes values
//! that every language has, futures that run on a runtime of this library's own (`runtime`), one
//! error (`error`) and streams that are pulled (`events`). Apps do not import what is generated
//! from this: each language has a handwritten layer over it in `bindings`.
//!
//! What holds here: no call blocks its caller, no panic crosses, and nothing foreign is called
//! while a lock is held. The app is called out to for its keystore and its log, and for nothing
//! else. `interface.txt` beside this crate is what all of it looks like from outside.

mod attention;
mod config;
mod device;
mod draft;
mod entry;
mod erased;
mod error;
mod events;
mod exchange;
mod export;
mod facts;
mod keystore;
mod kinds;
mod log;
mod notebook;
mod preview;
mod recovery;
mod runtime;
mod times;
mod vault;

pub use attention::{Among, Attention, Choice, LeftOver, Need, Trash};
pub use config::Config;
pub use device::{
    Again, Device, DeviceId, Dissolving, History, Invitation, InviteId, Late, NotebookId,
    OpenInvite, Person, PersonId, Quarantine, Request, RequestId, SasEmoji, SetAside, Standing,
    Status, Unsent, Verification, Verified,
};
pub use draft::{Draft, DraftId, DraftKept};
pub use entry::{
    Comment, CommentId, Cursor, Delivery, Entry, EntryId, EntryRow, Filter, NotebookHash, Reaction,
    Revision, Saying, TextRange, Verb, Version, WriterId,
};
pub use erased::Erased;
pub use error::CoupletError;
pub use events::{Event, EventStream};
pub use exchange::{Arrived, Exchanged, NewOfKind};
pub use export::{Archive, Export, Imported, PlacedChange, Words, prove_export};
pub use facts::{Changed, Fact};
pub use keystore::{KeyRefused, KeyStore};
pub use kinds::{
    Alternative, Deed, EntryState, Item, ItemId, Kind, Member, On, Open, Part, Shown, Stance,
};
pub use log::{LogLevel, LogLine, LogRefused, LogSink, lost_log_lines, set_log_sink};
pub use notebook::{GoneOn, Notebook};
pub use preview::EntryPreview;
pub use recovery::{Recovered, RecoveryKit, RecoveryWords, Renewed, recover};
pub use runtime::{CancelToken, end_all_work};
pub use times::{Meeting, Proposal, Seal, Vote, Voted};
pub use vault::{Chosen, DemoNotebook, DemoView, demo_notebook, lock_key, unlock_key};

uniffi::setup_scaffolding!();

/// The version of this library.
#[uniffi::export]
#[must_use]
pub fn library_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Today in UTC, in days since 1970-01-01. An app that knows its user's time zone says the day
/// itself.
#[uniffi::export]
#[must_use]
pub fn today_in_utc() -> i32 {
    couplet::today()
}
