//! Why a verb is not done. Each reason says what would help, and none repeats a word of the notebook.

use crate::document::EditError;

use super::reaction::NotAnEmoji;

/// Why a verb was not done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotWrite {
    /// There are no words.
    #[error("there is nothing to write; say a word at least")]
    Empty,
    /// There are too many.
    #[error("the text is too long: {got} characters, and the limit is {limit}")]
    TooLong {
        /// UTF-16 units allowed.
        limit: usize,
        /// UTF-16 units given.
        got: usize,
    },
    /// The text has characters that are no text.
    #[error("the text has control characters; remove them")]
    ControlCharacters,
    /// The entry's words are the other person's.
    #[error("these are the other person's words; only they can change them")]
    NotYours,
    /// There is no such entry here.
    #[error("there is no such entry in this notebook")]
    NoEntry,
    /// There is no such comment.
    #[error("there is no such comment on this entry; show the entry again")]
    NoComment,
    /// The reaction is no emoji.
    #[error(transparent)]
    NotAnEmoji(#[from] NotAnEmoji),
    /// There are enough.
    #[error("you left {limit} reactions on this entry already; take one back first")]
    TooManyReactions {
        /// How many one person may leave.
        limit: usize,
    },
    /// The kind of entry has it, and it is not this person's to do, or not at the moment.
    #[error("this cannot be done with this entry now; show the entry to see what can")]
    NotNow,
    /// It is done on something in the entry, and not on that.
    #[error("there is nothing of that name in this entry to do it on; show the entry again")]
    NoItem,
    /// There are enough of something.
    #[error("there are {limit} {what} already, and that is the limit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The word is none of those that can be said here.
    #[error("say one of these: {}", .0.join(", "))]
    NotOneOf(&'static [&'static str]),
    /// Its seal is closed still.
    #[error("this note is sealed until its time has come; open it then")]
    StillSealed {
        /// When it opens, in seconds since 1970-01-01 UTC.
        until: i64,
    },
    /// Words were to be closed by who has no keys.
    #[error("nothing can be closed here; write on a device that belongs to this notebook")]
    NoKeys,
    /// The words name no kind.
    #[error("say which kind of entry it begins, by its name")]
    NoKind,
    /// The words are no time.
    #[error("this is not a time; give its beginning, its end and the name of a time zone")]
    NotATime,
    /// The words are no length.
    #[error("this is not a length; give it as a number of minutes")]
    NotMinutes,
    /// The words are no day.
    #[error("this is not a day; choose one that a calendar has")]
    NotADay,
    /// The note has no seal, and was the other's to read from the start.
    #[error(
        "a note without a seal cannot be unsent; put it out of sight with trash, or erase its words \
         for good"
    )]
    NotSealed,
    /// The kind is begun by no app.
    #[error("no entry of this kind is begun by hand; name another kind")]
    NotBegun,
    /// The day is one that nobody lives to.
    #[error("this day is too far away; choose one of the years 1000 to 9999")]
    DayTooFar,
    /// The day is over, wherever on earth one is.
    #[error("that day has come already; choose a later one, or none")]
    DayHasCome,
    /// The kind is for a vault, and this is none.
    #[error("this kind of entry is for your vault alone; write it there")]
    ForVault,
    /// Something would be written anew that whoever shares did not speak of.
    #[error("other words stand there already; share again, and these are shown in their place")]
    StandsThere,
    /// Nothing stands side by side there.
    #[error("there is nothing to choose from there; it was chosen already, or never differed")]
    NothingToResolve,
    /// The value is none of those that stand there.
    #[error("choose one of those that stand there; show the entry to see them")]
    NotAChoice,
    /// The version that the app last showed is not known here.
    #[error("the version given is not one of this entry's; show the entry again")]
    UnknownVersion,
    /// The document refused.
    #[error(transparent)]
    Edit(#[from] EditError),
}
