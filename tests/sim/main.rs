//! The simulated world: Ana's phone and tablet, Ben's phone, their relay and all that is between
//! them, run from one seed. Owner, store, conversation and desk are the real ones; the network, the
//! clock, the disk's moods and the relay's memory are the world's.
//!
//! `COUPLET_SEED=7` tells one seed's story; `COUPLET_EXPLORE_SECONDS` says how long to explore,
//! `COUPLET_EXPLORE_LIVES` how many lives at the most, `COUPLET_EXPLORE_FROM` from which seed on.

mod acts;
mod breach;
mod broken;
mod by_words;
mod checkpoints;
mod disk;
mod ending;
mod erasing;
mod explore;
mod exploring;
mod letters;
mod line;
mod log;
mod members;
mod phone;
mod recovery;
mod relay;
mod replacing;
mod settling;
mod step;
mod stories;
mod talking;
mod vault;
mod words;
mod world;
