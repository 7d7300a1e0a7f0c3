//! The rows, in the order in which they are measured. A row is a file beside this one.

mod catch_up;
mod cold_reconnect;
mod erase;
mod ffi_call;
mod keystroke;
mod live;
mod merge_live;
mod newcomer;
mod open;
mod relay_append;
mod relay_idle;
mod round_trips;
mod size;
mod volume_load;
mod write;

use crate::bench::Bench;
use crate::report::Line;

/// A row of the table; it may print several lines.
pub(crate) struct Row {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// Measures it. What cannot be measured panics, and the row falls short.
    pub(crate) measure: fn(&Bench) -> Vec<Line>,
}

/// All rows.
pub(crate) const ALL: &[Row] = &[
    Row { name: "open", measure: open::measure },
    Row { name: "volume-load", measure: volume_load::measure },
    Row { name: "write", measure: write::measure },
    Row { name: "keystroke", measure: keystroke::measure },
    Row { name: "merge-live", measure: merge_live::measure },
    Row { name: "catch-up", measure: catch_up::measure },
    Row { name: "catch-up-small", measure: catch_up::measure_small },
    Row { name: "cold-reconnect", measure: cold_reconnect::measure },
    Row { name: "round-trips", measure: round_trips::measure },
    Row { name: "live", measure: live::measure },
    Row { name: "newcomer", measure: newcomer::measure },
    Row { name: "erase", measure: erase::measure },
    Row { name: "relay-append", measure: relay_append::measure },
    Row { name: "relay-idle", measure: relay_idle::measure },
    Row { name: "ffi-call", measure: ffi_call::measure },
    Row { name: "size-relay", measure: size::measure_relay },
    Row { name: "size-lib", measure: size::measure_lib },
];
