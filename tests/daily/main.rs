//! A day with the notebook, by the real programs: drafts, staying attached, several processes.

mod attached;
mod beside;
mod drafts;
mod phone;
