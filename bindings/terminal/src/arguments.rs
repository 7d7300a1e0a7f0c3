//! The command line: what can be said, and how.

mod deeds;
mod drafts;
mod everyday;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

pub(crate) use drafts::{Draft, DraftNew, Share};

pub(crate) use everyday::{Everyday, Resolve};

/// A couple's notebook: written apart, offline, and merged when the phones meet again.
#[derive(Debug, Parser)]
#[command(name = "couplet", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Where the notebook lies [default: $XDG_DATA_HOME/couplet]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Answer in JSON: one object, or one a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Whether it is said to the vault.
    #[arg(skip)]
    pub(crate) is_vault: bool,
}

impl Arguments {
    /// What was said on the command line; of `vault COMMAND`, the command.
    pub(crate) fn of_command_line() -> Self {
        let outer = Self::parse();
        if deeds::asks_for_help(&outer.command) {
            return Self::parse_from(["couplet", "do", "--help"]);
        }
        let Command::Vault { asked } = outer.command else { return outer };
        let asked = std::iter::once("couplet vault".into()).chain(asked);
        let inner = Self::parse_from(asked);
        if matches!(inner.command, Command::Vault { .. }) {
            let error = "a vault has no vault";
            Self::command().error(clap::error::ErrorKind::InvalidSubcommand, error).exit()
        }
        let home = inner.home.or(outer.home);
        Self { home, json: inner.json || outer.json, is_vault: true, ..inner }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin a notebook of one's own, usable at once, alone and offline
    New(New),
    /// Set or change the relay
    Relay {
        /// The link that the relay printed: couplet:relay#...
        link: String,
    },
    /// Make a single-use link for the partner
    Invite(Invite),
    /// Show the invitations that are open
    Invites,
    /// Withdraw an invitation
    Revoke {
        /// The invitation, or the beginning of its name
        invite: String,
    },
    /// Ask to join with a link; done when the inviter approves
    Join(Join),
    /// Show who asks to join
    Requests,
    /// Let somebody in
    Approve(Approve),
    /// Forget a request to join
    Deny {
        /// The request, or the beginning of its name
        id: String,
    },
    /// Write an entry
    Write(Write),
    /// Write one's own words anew, or the new text of a page
    Edit(Edit),
    /// Comment on an entry, answer, react, and do what its kind has people do
    #[command(after_help = deeds::by_kind())]
    Do(Do),
    /// Show entries, the newest first
    Timeline(Timeline),
    /// Show one entry whole
    Show {
        /// The entry, or the beginning of its name
        entry: String,
    },
    #[command(flatten)]
    Everyday(Everyday),
    /// Exchange with the relay once: push, pull, stop
    Sync {
        /// Seconds after which to give up
        #[arg(long, default_value_t = 30, value_name = "SECONDS")]
        timeout: u64,
    },
    /// Show the honest state
    Status,
    /// Show a hash of the shared content, equal on devices that have the same notebook
    Hash,
    /// Let the partner know, or not, that their words have arrived here
    Delivery {
        /// Whether the partner may know
        shared: Switch,
    },
    /// Tell the whole story on this machine: two phones pair, part, write apart, meet again
    Demo(Demo),
    /// Keep words that nobody else sees until they are shared
    #[command(subcommand)]
    Draft(Draft),
    /// Share a draft: its final words become an entry, or an edit. `vault share` copies chosen
    /// fields of an entry of the vault into the notebook
    Share(Share),
    /// Any of these commands, said to your vault: a notebook of your own devices alone, with a key,
    /// words and a relay of its own. Begin with: vault new --name NAME
    #[command(disable_help_flag = true)]
    Vault {
        /// The command
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        asked: Vec<OsString>,
    },
    /// Lock it: without the passphrase nothing of it is read here
    Lock {
        /// Give it another passphrase, from standard input; the first time one is asked for anyway
        #[arg(long)]
        new_passphrase: bool,
    },
    /// Unlock it with its passphrase, from standard input
    Unlock,
    /// Stay attached to the relay, and tell what happens as it happens
    Watch,
    /// Show the emoji and the number that you and your partner compare, to know that nobody stands
    /// between you
    Verify {
        /// You have compared what was shown, and it is the same
        #[arg(long)]
        confirm: bool,
    },
    /// Erase your own words in an entry for good, from every device that goes along; or ask how far
    /// that has come
    Erase {
        /// The entry, or the beginning of its name
        entry: String,
    },
    /// Show the devices that belong to the notebook
    Devices,
    /// Take out a device of your own: it reads nothing that is written from then on
    Remove {
        /// The device, or the beginning of its name
        device: String,
    },
    /// Show what is set aside; keep or discard the late words of a device that was taken out
    Quarantine {
        #[command(subcommand)]
        verb: Option<QuarantineVerb>,
    },
    /// Make a recovery kit: 24 words that bring the notebook back when every device is lost
    Recovery {
        #[command(subcommand)]
        verb: Option<KitVerb>,
    },
    /// Bring a notebook back with the words of its recovery kit
    Recover(Recover),
    /// Say what you, or one of your devices, are called
    Rename(Rename),
    /// Leave: alone, at once, with everything that is here; nothing more is written here then
    Leave,
    /// Want everything gone from the relay: it is, once your partner wants it, too, or in ninety days
    Dissolve {
        /// Take that back
        #[arg(long)]
        cancel: bool,
    },
    /// Neither send nor fetch on this device until `resume`; writing goes on
    Pause,
    /// Share again
    Resume,
    /// Go on at another relay, with all your devices and your partner's
    Move {
        /// The link that the new relay printed: couplet:relay#...
        link: String,
    },
    /// Make a checkpoint, so that the relay need not keep what it stands for; devices do so
    /// themselves from time to time
    Checkpoint,
    /// Show everything that a relay on this machine knows of the notebook, read from its store
    Audit {
        /// Where the relay keeps everything [default: couplet-relay's own]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// After an end, go on alone in a new notebook: your own words in it, everything beside it
    GoOn {
        /// Where the new notebook will lie; everything up to now will lie under `before` in it
        directory: PathBuf,
    },
    /// Delete this device's home; says what is unsent, and then wants --force
    Destroy {
        /// Delete what is on this device alone, too
        #[arg(long)]
        force: bool,
    },
    /// Write everything shared into a file that whoever has it can read
    Export(Export),
    /// Write one's own words of an export as new entries
    Import {
        /// A file that `export --format json` wrote
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// What you call yourself; only members of the notebook can read it
    #[arg(long)]
    pub(crate) name: String,
    /// The relay's link
    #[arg(long, value_name = "LINK")]
    pub(crate) relay: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// Invite another device of your own
    #[arg(long)]
    pub(crate) own_device: bool,
    /// Let in your partner again, who has lost every device and their words
    #[arg(long, conflicts_with_all = ["own_device", "history"])]
    pub(crate) replace: bool,
    /// Show the link as a QR code as well
    #[arg(long)]
    pub(crate) qr: bool,
    /// What of the entries already here the newcomer will read
    #[arg(long)]
    pub(crate) history: Option<HistoryChoice>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum HistoryChoice {
    /// Everything
    All,
    /// What is written from here on
    FromHere,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Switch {
    /// Yes
    On,
    /// No
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// The link that the inviter made: couplet:join#...; - reads it from standard input
    pub(crate) link: String,
    /// What you call yourself; only members of the notebook can read it
    #[arg(long)]
    pub(crate) name: String,
    /// Wait so many seconds to be let in
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The request, as `requests` shows it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) id: Option<String>,
    /// The code that the other phone shows
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    pub(crate) code: Option<String>,
    /// Let in everybody who asks, trusting the link alone
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineVerb {
    /// Share the late words of a device of yours
    Keep {
        /// The device, or the beginning of its name
        device: String,
    },
    /// Let go of the late words of a device of yours
    Discard {
        /// The device, or the beginning of its name
        device: String,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KitVerb {
    /// Show whether there is a kit, and whether somebody has given it notice
    Status,
    /// Make another kit, which makes the words before worthless: at once with them, and without
    /// them seven days after the first time this is said
    Renew {
        /// - reads the words before from standard input
        words: Option<String>,
    },
    /// Take back the notice that somebody gave to your kit
    Keep {
        /// - reads its words from standard input
        words: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// - reads the words from standard input
    pub(crate) words: String,
    /// The relay's link, as the kit has it
    #[arg(long, value_name = "LINK")]
    pub(crate) relay: String,
    /// What this device is called
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Take out all other devices of yours: they are lost
    #[arg(long)]
    pub(crate) remove_others: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// The new name; only members of the notebook can read it
    pub(crate) name: String,
    /// A device of yours, or the beginning of its name; without one, yourself
    #[arg(long)]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Write {
    /// note, page (for both of you to write on), own-page (for you to write on, and both to read),
    /// listening, repair, gesture, dream, fear, aspiration, list, mood, date, heart-to-heart, prompt,
    /// profile or template
    #[arg(long, default_value = "note")]
    pub(crate) kind: String,
    /// The day it belongs to, as 2026-02-14 [default: today]
    #[arg(long)]
    pub(crate) day: Option<String>,
    /// A note that the other can open from this time on, as 2026-12-01T18:00
    #[arg(long, group = "sealed", conflicts_with_all = ["kind", "open_when", "template"])]
    pub(crate) open_at: Option<String>,
    /// A note that the other opens when they want to; the words say when that may be
    #[arg(
        long, value_name = "WORDS", group = "sealed", conflicts_with_all = ["kind", "template"]
    )]
    pub(crate) open_when: Option<String>,
    /// Keep the key of a sealed note on your own devices until then: one of them must be online
    /// after it
    #[arg(long, requires = "sealed")]
    pub(crate) held_back: bool,
    /// Begin it from this template, with a copy of its words
    #[arg(long, value_name = "ENTRY", conflicts_with = "kind")]
    pub(crate) template: Option<String>,
    /// The text; - reads standard input
    #[arg(allow_hyphen_values = true, required_unless_present = "template")]
    pub(crate) text: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The entry, or the beginning of its name
    pub(crate) entry: String,
    /// The version that was last shown; the edit is merged against it
    #[arg(long)]
    pub(crate) base: Option<String>,
    /// The text; - reads standard input
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: String,
}

#[derive(Debug, Args)]
pub(crate) struct Do {
    /// The entry, or the beginning of its name
    pub(crate) entry: String,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Say something about it
    Comment {
        /// About these words on a page, which stand there once
        #[arg(long, value_name = "WORDS")]
        on: Option<String>,
        /// The text; - reads standard input
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    /// Answer a comment
    Reply {
        /// The comment, or the beginning of its name
        comment: String,
        /// The text; - reads standard input
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    /// Write a comment of one's own anew
    EditComment {
        /// The comment, or the beginning of its name
        comment: String,
        /// The text; - reads standard input
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    /// Leave an emoji on it
    React {
        /// One emoji
        emoji: String,
    },
    /// Take an emoji back
    Unreact {
        /// One emoji
        emoji: String,
    },
    /// Remove it from both timelines; it stays, with who removed it and when
    Trash,
    /// Bring it back, whoever removed it
    Restore,
    /// What its kind has people do with it: `deeds` tells of them
    #[command(external_subcommand)]
    Deed(Vec<String>),
}

#[derive(Debug, Args)]
pub(crate) struct Timeline {
    /// How many entries
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u32,
    /// Go on before this cursor
    #[arg(long)]
    pub(crate) before: Option<String>,
    /// Of this kind only
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// With something unread only
    #[arg(long)]
    pub(crate) unread: bool,
    /// Of these days only, as 2026-02-01..2026-02-14
    #[arg(long, value_name = "A..B")]
    pub(crate) day: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Which story
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The file; one that is there is replaced
    pub(crate) file: PathBuf,
    /// json (nothing is lost) or markdown (for people)
    #[arg(long, default_value = "json")]
    pub(crate) format: ExportFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Every change, and the entries to read
    Json,
    /// The entries to read
    Markdown,
}
