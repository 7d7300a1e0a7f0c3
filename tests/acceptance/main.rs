//! What the notebook promises two people, row by row: each module is a row of the domain's list of
//! features, and its tests read as that row does. They go through `couplet` as an app would, over a
//! real relay wherever two phones meet. A row that another test directory proves already (crash
//! images, random lives) has its module here all the same: the shortest telling of it.

mod m12_own_second_device;
mod m12_unread;
mod m14_text_that_merges;
mod m16_sync_status;
mod m1_durable;
mod m20_validation;
mod m21_migrations;
mod m2_convergence;
mod m3_born_complete;
mod m4_own_words;
mod m5_claims;
mod m6_shown_conflicts;
mod m7_trash;
mod m8_erased;
mod m9_drafts;
mod p8_left_over;
mod s11_epoch_rewrite;
mod s5_sealed_notes;
mod s8_needs_attention;
mod w1_at_rest_offline;
mod w2_what_i_heard;
mod w3_mutual_reveal;
mod w4_only_phone;
mod w4_time_letters;
mod w6_gentle_report;
