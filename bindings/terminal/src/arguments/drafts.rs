//! What can be said of drafts, and of what is shared.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Draft {
    /// Begin a draft, of a new entry or of an edit
    New(DraftNew),
    /// Give a draft other words
    Update {
        /// The draft, or the beginning of its name
        draft: String,
        /// The text; - reads standard input
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    /// Show the drafts, the oldest first
    List,
    /// Show one draft
    Show {
        /// The draft, or the beginning of its name
        draft: String,
    },
    /// Throw a draft away, for good
    Discard {
        /// The draft, or the beginning of its name
        draft: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DraftNew {
    /// The kind of the entry it will be
    #[arg(long, default_value = "note")]
    pub(crate) kind: String,
    /// The day it will belong to, as 2026-02-14 [default: today]
    #[arg(long)]
    pub(crate) day: Option<String>,
    /// The entry that it edits, or the beginning of its name
    #[arg(long, conflicts_with_all = ["kind", "day"])]
    pub(crate) entry: Option<String>,
    /// The version of that entry that was last shown
    #[arg(long, requires = "entry")]
    pub(crate) base: Option<String>,
    /// The text; - reads standard input
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: String,
}

#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The draft, or in the vault the entry; or the beginning of its name
    pub(crate) name: String,
    /// Vault: a field to share: text, why, feelings, perspective, understood, requests, apologies,
    /// happened-on, items, promises, times, length, where, on, repeat, status, tender, done-by, level,
    /// answer, title, colour, called, together-since, theme, begins or tags; may be said several times
    #[arg(long = "field", value_name = "FIELD")]
    pub(crate) fields: Vec<String>,
    /// Vault: the kind that it becomes [default: its own, or note]
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Vault: words to begin with, where its own text is not shared
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) text: Option<String>,
    /// Vault: the shared entry to say it in, rather than in a new one. What does not stand there is
    /// added; where other words do, it says so and changes nothing
    #[arg(long, value_name = "ENTRY")]
    pub(crate) into: Option<String>,
    /// Vault: share it again: other words that stand in that entry give way, and stay in its history
    #[arg(long, requires = "into")]
    pub(crate) again: bool,
}
