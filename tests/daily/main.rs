//! A day with the notebook, by the real programs: drafts, staying attached, several processes.

mod attached;
mod beside;
mod devices;
mod drafts;
mod export;
mod taken_out;

use couplet_tests::running;
