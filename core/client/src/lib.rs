//! A couple's notebook on a device: the engine over an encrypted store, a clock, and a network.
//!
//! [`Couplet`] is the handle that an app holds. Writing and reading never need a network;
//! [`Couplet::sync`] catches up with the relay, [`Couplet::stay_attached`] stays in touch.
//! Everything a call has returned is durable on the device.

mod answers;
mod backoff;
mod clock;
mod conversation;
mod couplet;
mod demo;
mod error;
mod exchange;
mod mark;
mod owner;
mod place;
mod random;
mod store;
mod transport;

pub use answers::{
    Again, Attention, Device, Dissolving, Event, Invitation, Late, OpenInvite, Quarantine,
    RecoveryKit, Renewed, Request, SetAside, Standing, Status, Unsent, Verification, Verified,
    Waiting,
};
pub use clock::{now, today};
pub use couplet::{Chosen, Couplet, Export, Imported, lock_key};
pub use couplet_engine::keys::Secret;
pub use couplet_engine::keys::passphrase::{LockedKey, WrongPassphrase};
pub use couplet_engine::membership::words::{NotWords, WORDS, Words};
pub use couplet_engine::notebook::CannotWrite;
pub use couplet_engine::notebook::attention::{Choice, Need};
pub use couplet_engine::notebook::comment::{Comment, CommentId};
pub use couplet_engine::notebook::deed::{Deed, On, Open, UnknownDeed};
pub use couplet_engine::notebook::entry::{Entry, Revision};
pub use couplet_engine::notebook::heart::{Meeting, Proposal, Vote};
pub use couplet_engine::notebook::items::Item;
pub use couplet_engine::notebook::kindness::{Opens, Seal};
pub use couplet_engine::notebook::kinds::{Fact, State};
pub use couplet_engine::notebook::left_over::{KEEP, LeftOver};
pub use couplet_engine::notebook::name::ItemId;
pub use couplet_engine::notebook::names;
pub use couplet_engine::notebook::profile::Tag;
pub use couplet_engine::notebook::reaction::{Emoji, Reaction};
pub use couplet_engine::notebook::repair::Pause;
pub use couplet_engine::notebook::schema::Kind;
pub use couplet_engine::notebook::sheet::{Alternative, Member, Part, Shown, Stance};
pub use couplet_engine::notebook::since::Changed;
pub use couplet_engine::notebook::trash::Trash;
pub use couplet_engine::notebook::verb::Verb;
pub use couplet_engine::pairing::emoji::SasEmoji;
pub use couplet_proto::hash::Hash;
pub use couplet_proto::ids::{DeviceId, Edition, NotebookId, Slot, Volume};
pub use couplet_proto::item::Malformed;
pub use couplet_proto::link::RelayLink;
pub use couplet_proto::statement::History;
pub use demo::{
    DEMO_PERSONS, DemoNotebook, DemoOpens, DemoPerson, DemoStep, DemoStory, demo_notebook,
    demo_story, demo_time,
};
pub use error::Error;
pub use exchange::{Arrived, Exchanged};
pub use owner::{Archive, Erased, Saying};
pub use place::Place;
pub use store::{Among, Cursor, Delivery, Draft, EntryRow, Filter, Kept, PlacedChange, StoreError};
pub use transport::Unreachable;

/// The same without a thread, a network or a clock of its own, for those who drive it themselves:
/// every call is made on the caller's thread, frames come and go by hand, and the time and all
/// randomness are [`driven::Surroundings`]. The simulated world of the tests is its first user.
pub mod driven {
    pub use crate::backoff::{BEGINNINGS, STABLE, backoff, may_pass};
    pub use crate::conversation::{Conversation, Output, Talked, Until};
    pub use crate::owner::{Asking, Found, Invited, Owner, Return};
    pub use crate::place::{Home, Surroundings, System};
    pub use crate::store::MarksPage;
    pub use crate::transport::introduction;
}
