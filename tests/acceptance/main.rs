//! What the notebook promises two people, row by row: each module is a row of the domain's list of
//! features, and its tests read as that row does. They go through `couplet` as an app would, over a
//! real relay wherever two phones meet. A row that another test directory proves already (crash
//! images, random lives) has its module here all the same: the shortest telling of it.

mod m1_durable;
mod m2_convergence;
mod m3_born_complete;
mod m4_own_words;
mod m5_claims;
mod m6_shown_conflicts;
mod m7_trash;
mod m8_erased;
mod m9_drafts;
