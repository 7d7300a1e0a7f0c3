//! What was removed, what was read, what waits, and choosing.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Everyday {
    /// Show the entries that were removed, the newest first; `do ENTRY restore` brings one back
    Trash {
        /// How many entries
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Go on before this cursor
        #[arg(long)]
        before: Option<String>,
    },
    /// An entry was read, which nobody is told
    Seen {
        /// The entry, or the beginning of its name
        entry: String,
    },
    /// Show what waits for one of you: what to choose, what came back, what was agreed to before it
    /// was as it is. Nothing else waits for it
    NeedsAttention,
    /// Choose, where words or values that were set apart stand side by side
    Resolve(Resolve),
}

#[derive(Debug, Args)]
pub(crate) struct Resolve {
    /// The entry, or the beginning of its name
    pub(crate) entry: String,
    /// What differs, as needs-attention names it; NAME/ID where there can be several
    pub(crate) field: String,
    /// What is to stand; - reads standard input
    #[arg(allow_hyphen_values = true, required_unless_present = "choice")]
    pub(crate) value: Option<String>,
    /// What is to stand, by its number in what needs-attention shows, from 1
    #[arg(long, conflicts_with = "value")]
    pub(crate) choice: Option<usize>,
}
