//! What can go wrong, as an app needs to know it: a stable code, a sentence, and whether trying
//! again can help.

use couplet_engine::document::NoEdition;
use couplet_engine::keys::passphrase::WrongPassphrase;
use couplet_engine::membership::CannotSay;
use couplet_engine::membership::name::NotAName;
use couplet_engine::membership::words::NotWords;
use couplet_engine::notebook::CannotWrite;
use couplet_engine::pairing::NotAdmitted;
use couplet_engine::replica::CannotSeal;
use couplet_proto::frame::Reason;
use couplet_proto::item::Malformed;

use crate::answers::Unsent;
use crate::store::StoreError;
use crate::transport::Unreachable;

/// Why a call did not do what it was asked. Nothing was changed, unless the sentence says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input: [`CannotWrite`].
    #[error(transparent)]
    Write(#[from] CannotWrite),
    /// The caller's input: a name that is none.
    #[error(transparent)]
    Name(#[from] NotAName),
    /// The caller's input: a link, id, code or version that is none.
    #[error("{0}")]
    Input(String),
    /// There is no such entry, request or invite.
    #[error("there is no such {0} here")]
    NotFound(&'static str),
    /// No relay was set.
    #[error("no relay is set; give one with its link first")]
    NoRelay,
    /// This device waits to be let in.
    #[error("this device waits to be let in; approve it on the phone that invited")]
    NotLetInYet,
    /// This device is a member already.
    #[error("this device belongs to a notebook already")]
    LetInAlready,
    /// This person has left, or this device was taken out.
    #[error("this notebook is yours to read and to export; nothing more is written or sent here")]
    Apart,
    /// The entry has no words of this person's that could be erased.
    #[error("there are no words of yours in this entry that could be erased for good")]
    NothingToErase,
    /// The other person reads from later on: nobody could prove that nothing else goes with it.
    #[error(
        "this was written before the other person was let in to read from then on, so only you read \
         it; it cannot be erased for good, but you can remove it or write other words over it"
    )]
    OneReadsIt,
    /// This person reads from later on, and nobody is there who can write anew what is closed to them.
    #[error(
        "you were let in to read from then on, and nobody is left in this notebook who can write \
         anew what was before; nothing can be erased for good beside it"
    )]
    ReadsFromHere,
    /// The volume cannot be written anew.
    #[error(transparent)]
    NoEdition(#[from] NoEdition),
    /// The code does not belong to the request.
    #[error("the code is not the one that the other phone shows; nobody was let in")]
    WrongCode,
    /// The caller's input: no words of a recovery kit.
    #[error(transparent)]
    NotWords(#[from] NotWords),
    /// The caller's input: a passphrase that does not open.
    #[error(transparent)]
    WrongPassphrase(#[from] WrongPassphrase),
    /// Nobody knows the words.
    #[error(
        "these words lead to no notebook here: they were used or renewed, or belong to another \
         relay"
    )]
    UnknownWords,
    /// The words were used by somebody while this device tried to.
    #[error(
        "these words have been used on another device: they let in one, and others replace them"
    )]
    WordsUsed,
    /// There is a recovery kit already.
    #[error("there is a recovery kit already; renew it, which makes its words worthless")]
    KitThere,
    /// The log tells of something that is not due, as far as this device's clock is right.
    #[error("a device changed a recovery kit before its time, or this device's clock is wrong")]
    BeforeItsTime,
    /// What must be said first.
    #[error(
        "{0} entries are here already; say which history the newcomer will read: all of it, or \
         only what comes from here on"
    )]
    SayHistory(u64),
    /// What would be lost.
    #[error(
        "{} entries and {} drafts are on this device alone; sync or export first, or say that they \
         go with it",
        .0.entries, .0.drafts
    )]
    Unsent(Unsent),
    /// This device shares nothing at the moment, as it was told.
    #[error(
        "sharing is paused on this device; writing goes on, and it is sent after: couplet resume"
    )]
    Paused,
    /// Nobody has ended anything.
    #[error("nothing has ended here; leave or dissolve this notebook, and go on in your own then")]
    NotEnded,
    /// Somebody else is asked in, or to let this device in.
    #[error(
        "a vault is one person's: only your own devices belong to it, and nobody else is let in"
    )]
    VaultIsOnes,
    /// The notebook there is a vault, and was not opened as one.
    #[error("what lies in this place is a vault; open it as one")]
    IsVault,
    /// The notebook there is none.
    #[error("what lies in this place is no vault")]
    NoVault,
    /// It was locked.
    #[error("this is locked; unlock it with its own key first")]
    Locked,
    /// Something is not built so far.
    #[error("{0} is not possible in this version")]
    Unsupported(&'static str),
    /// The membership log forbids it.
    #[error(transparent)]
    Membership(#[from] CannotSay),
    /// The log does not lead where the link promised.
    #[error(transparent)]
    Admission(#[from] NotAdmitted),
    /// The relay said no.
    #[error("the relay refused: {}", sentence(*.0))]
    Refused(Reason),
    /// The relay sent what no relay sends.
    #[error("the relay sent something that cannot be read; nothing was lost")]
    BadRelay,
    /// No relay there.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Not done in the time given. What was exchanged is kept.
    #[error("the exchange did not end in the time given; what was exchanged is kept")]
    TimedOut,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] CannotSeal),
    /// The engine failed on this device; the words are safe in the store.
    #[error("the notebook could not be read into memory; its words are safe on this device")]
    Engine,
    /// The conversation must be begun anew; the library does so by itself.
    #[error("the relay knows other words of this device; the exchange begins anew")]
    BeginAnew,
    /// Somebody typed meanwhile.
    #[error("the draft was changed or shared meanwhile; share it again")]
    DraftMoved,
    /// The handle was shut down.
    #[error("the notebook was closed")]
    Closed,
}

impl Error {
    /// A stable name for apps and scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Write(CannotWrite::NotYours) => "not_yours",
            Self::Write(CannotWrite::TooLong { .. }) => "too_long",
            Self::Write(CannotWrite::TooManyReactions { .. } | CannotWrite::TooMany { .. }) => {
                "too_many"
            }
            Self::Write(CannotWrite::NoEntry | CannotWrite::NoComment | CannotWrite::NoItem)
            | Self::NotFound(_) => "not_found",
            Self::Write(CannotWrite::StandsThere) => "stands_there",
            Self::Write(CannotWrite::NothingToResolve) => "nothing_to_resolve",
            Self::Write(CannotWrite::StillSealed { .. }) => "still_sealed",
            Self::Write(
                CannotWrite::NotNow
                | CannotWrite::ForVault
                | CannotWrite::NotBegun
                | CannotWrite::NotSealed,
            )
            | Self::NothingToErase
            | Self::OneReadsIt
            | Self::ReadsFromHere
            | Self::Membership(_)
            | Self::VaultIsOnes => "not_allowed",
            Self::Write(_) | Self::Name(_) | Self::Input(_) => "invalid_input",
            Self::NoRelay => "no_relay",
            Self::NotLetInYet | Self::Admission(_) => "waiting",
            Self::LetInAlready => "exists",
            Self::Apart => "apart",
            Self::WrongCode => "wrong_code",
            Self::NotWords(_) => "wrong_words",
            Self::WrongPassphrase(_) => "wrong_passphrase",
            Self::UnknownWords => "unknown_words",
            Self::WordsUsed => "words_used",
            Self::KitThere => "exists",
            Self::BeforeItsTime => "before_its_time",
            Self::SayHistory(_) => "say_history",
            Self::Unsent(_) => "unsent",
            Self::Paused => "paused",
            Self::NotEnded => "not_allowed",
            Self::Unsupported(_) => "unsupported",
            Self::Refused(_) | Self::BadRelay => "relay_refused",
            Self::Unreachable(_) => "relay_unreachable",
            Self::TimedOut | Self::BeginAnew => "timed_out",
            Self::Store(StoreError::StoreIsNewer { .. }) => "store_is_newer",
            Self::Store(StoreError::WrongKey) => "wrong_key",
            Self::Store(StoreError::DiskFull) => "disk_full",
            Self::Store(StoreError::Busy) | Self::DraftMoved => "busy",
            Self::Store(StoreError::Missing) => "no_notebook",
            Self::Store(StoreError::Exists) => "exists",
            Self::Store(_) => "store",
            Self::Seal(_) | Self::NoEdition(_) | Self::Engine => "engine",
            Self::IsVault | Self::NoVault => "no_notebook",
            Self::Locked => "locked",
            Self::Closed => "closed",
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::TimedOut
                | Self::BeginAnew
                | Self::DraftMoved
                | Self::NotLetInYet
                | Self::BeforeItsTime
                | Self::Refused(Reason::Busy | Reason::Full)
                | Self::Store(StoreError::Busy | StoreError::DiskFull)
        )
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Self::Input(malformed.to_string())
    }
}

/// Lets any of the names and places that people type become the same error.
pub(crate) fn input(error: impl std::error::Error) -> Error {
    Error::Input(error.to_string())
}

fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::NotAMember => "it does not know this device as a member of the notebook",
        Reason::LogConflict => "somebody else changed who belongs first; try again",
        Reason::NotAllowed => "it holds something to be against the rules of the notebook",
        Reason::Fork => "this device wrote twice in one place",
        Reason::NotInvited => "the invitation is used, expired or unknown to it",
        Reason::Full => "it has no room left",
        Reason::Busy => "it is busy; try again later",
        Reason::Dissolved => "the notebook is dissolved, and it keeps nothing of it any more",
        Reason::Other(_) => "its reason is one of a later version; bring this app up to date",
    }
}
