//! Everything that the kinds of entry have people do, and what each is called.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// Something to do with an entry of some kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Deed {
    /// Listening: say what one heard.
    Reflect,
    /// Listening: that reflection is right.
    GotMe,
    /// Listening: it is right in part; the words say what it missed.
    Partly,
    /// Listening: it is not right yet.
    NotYet,
    /// Listening: be there: nod, touch or here.
    BeThere,
    /// Listening: take the next turn to speak.
    Speak,
    /// Repair: tell one's own side.
    Tell,
    /// Repair: say the other's side as one sees it.
    Understand,
    /// Repair: name something one felt.
    Feel,
    /// Repair: take a feeling back.
    Unfeel,
    /// Repair: ask the other for something.
    Ask,
    /// Repair: say yes to what was asked.
    Agree,
    /// Repair: say no to what was asked.
    Decline,
    /// Repair: not now to what was asked.
    NotNow,
    /// Repair: apologise.
    Apologise,
    /// Repair: an apology was received.
    Receive,
    /// Repair: pause it; the words say until which day, or nothing.
    Pause,
    /// Repair: end one's pause.
    Resume,
    /// Repair: let it go.
    LetGo,
    /// Repair: hold on to it after all.
    Withdraw,
    /// Repair: the day it happened.
    HappenedOn,
    /// Note, gesture: thank for it, if it was for oneself and can be read.
    Thank,
    /// Note, gesture: keep it.
    Keep,
    /// Note, gesture: keep it no more.
    Unkeep,
    /// Dream, fear, aspiration: how one stands to it: holding, trying, resting or done.
    Stand,
    /// Dream, fear, aspiration: say that one is with the other.
    BeWith,
    /// Dream, fear, aspiration: ask about it.
    Wonder,
    /// Dream, fear, aspiration: offer something.
    Offer,
    /// Dream, fear, aspiration: make it one's own, too.
    Adopt,
    /// Dream, fear, aspiration: make it one's own no more.
    Unadopt,
    /// Dream, fear, aspiration, mood: take it back from the other's sight.
    TakeBack,
    /// Dream, fear, aspiration, mood: let the other see it again.
    ShareAgain,
    /// List and steps: one more.
    Add,
    /// List and steps: its words anew.
    Change,
    /// List and steps: take it off.
    Remove,
    /// List and steps: it is done.
    Check,
    /// List and steps: it is open.
    Uncheck,
    /// List and steps: put it before the one named by the words, or at the end.
    Move,
    /// Lists: who takes care of it: me, you or both.
    Entrust,
    /// Page, listening: what it is called.
    Entitle,
    /// Heart-to-heart: say why anew.
    Explain,
    /// Heart-to-heart: propose a time: its beginning and its end in seconds since 1970-01-01 UTC,
    /// and the name of a time zone.
    Propose,
    /// Heart-to-heart: whether one can at a time: yes, maybe or no.
    Vote,
    /// Heart-to-heart: which time it is to be; one can then.
    Choose,
    /// Heart-to-heart: how many minutes.
    SetLength,
    /// Heart-to-heart: where.
    SetWhere,
    /// Heart-to-heart: promise something.
    Promise,
    /// Heart-to-heart: not now; no takes it back.
    Later,
    /// Heart-to-heart: it is not to be; no takes it back.
    Cancel,
    /// Heart-to-heart: it has been; no takes it back.
    Held,
    /// Prompt: answer it, closed until both have.
    Answer,
    /// Prompt: take one's answer back, as long as the other has none.
    Unanswer,
    /// Note: open it, once its seal allows.
    Open,
    /// Note: withdraw it, if it was not opened.
    Unsend,
    /// Mood: how good, from 1 to 5.
    Rate,
    /// Profile: what one is called.
    CallMe,
    /// Profile: since which day.
    TogetherSince,
    /// Profile: how the notebook looks.
    SetTheme,
    /// Template: which kind of entry it begins.
    Begins,
    /// Date, reminder: which day it is.
    SetDate,
    /// Date, reminder: how it comes back: yearly, monthly, weekly or never.
    SetRepeat,
    /// Words of one's own, other than the body, anew.
    Revise,
    /// File it under a word.
    Tag,
    /// Take that word off.
    Untag,
    /// Listening, note, gesture: which colour or paper it has, for the app to know.
    SetColour,
    /// Listening: name another page of listening that goes with it, as after both opened one.
    Link,
    /// Listening: take such a page off.
    Unlink,
    /// Profile: what a tag is called: its word, and on the next line its label, or none.
    RenameTag,
    /// Repair: take back that an apology was received.
    Unreceive,
    /// Note, gesture: take one's thanks back, and the words that came with it.
    Unthank,
    /// Listening: take a sign of being there back: nod, touch or here.
    StepBack,
    /// Gesture: who did it, if not who wrote it down: me or you.
    DoneBy,
    /// Dream, fear, aspiration: whether it is to be handled gently: yes or no.
    SetTender,
    /// Repair: how strong a feeling of one's own is, from 1 to 5, and which; no takes that back.
    Weigh,
}

/// A word that is no deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such deed; show the entry to see what can be done with it")]
pub struct UnknownDeed;

impl Deed {
    /// All of them.
    pub const ALL: [Self; 74] = [
        Self::Reflect,
        Self::GotMe,
        Self::Partly,
        Self::NotYet,
        Self::BeThere,
        Self::Speak,
        Self::Tell,
        Self::Understand,
        Self::Feel,
        Self::Unfeel,
        Self::Ask,
        Self::Agree,
        Self::Decline,
        Self::NotNow,
        Self::Apologise,
        Self::Receive,
        Self::Pause,
        Self::Resume,
        Self::LetGo,
        Self::Withdraw,
        Self::HappenedOn,
        Self::Thank,
        Self::Keep,
        Self::Unkeep,
        Self::Stand,
        Self::BeWith,
        Self::Wonder,
        Self::Offer,
        Self::Adopt,
        Self::Unadopt,
        Self::TakeBack,
        Self::ShareAgain,
        Self::Add,
        Self::Change,
        Self::Remove,
        Self::Check,
        Self::Uncheck,
        Self::Move,
        Self::Entrust,
        Self::Entitle,
        Self::Explain,
        Self::Propose,
        Self::Vote,
        Self::Choose,
        Self::SetLength,
        Self::SetWhere,
        Self::Promise,
        Self::Later,
        Self::Cancel,
        Self::Held,
        Self::Answer,
        Self::Unanswer,
        Self::Open,
        Self::Unsend,
        Self::Rate,
        Self::CallMe,
        Self::TogetherSince,
        Self::SetTheme,
        Self::Begins,
        Self::SetDate,
        Self::SetRepeat,
        Self::Revise,
        Self::Tag,
        Self::Untag,
        Self::SetColour,
        Self::Link,
        Self::Unlink,
        Self::RenameTag,
        Self::Unreceive,
        Self::Unthank,
        Self::StepBack,
        Self::DoneBy,
        Self::SetTender,
        Self::Weigh,
    ];

    /// Its name on the command line.
    #[expect(clippy::too_many_lines, reason = "a line for each, and the compiler misses none")]
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reflect => "reflect",
            Self::GotMe => "got-me",
            Self::Partly => "partly",
            Self::NotYet => "not-yet",
            Self::BeThere => "be-there",
            Self::Speak => "speak",
            Self::Tell => "tell",
            Self::Understand => "understand",
            Self::Feel => "feel",
            Self::Unfeel => "unfeel",
            Self::Ask => "ask",
            Self::Agree => "agree",
            Self::Decline => "decline",
            Self::NotNow => "not-now",
            Self::Apologise => "apologise",
            Self::Receive => "receive",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::LetGo => "let-go",
            Self::Withdraw => "withdraw",
            Self::HappenedOn => "happened-on",
            Self::Thank => "thank",
            Self::Keep => "keep",
            Self::Unkeep => "unkeep",
            Self::Stand => "stand",
            Self::BeWith => "support",
            Self::Wonder => "wonder",
            Self::Offer => "offer",
            Self::Adopt => "adopt",
            Self::Unadopt => "unadopt",
            Self::TakeBack => "take-back",
            Self::ShareAgain => "share-again",
            Self::Add => "add",
            Self::Change => "change",
            Self::Remove => "remove",
            Self::Check => "check",
            Self::Uncheck => "uncheck",
            Self::Move => "move",
            Self::Entrust => "entrust",
            Self::Entitle => "entitle",
            Self::Explain => "explain",
            Self::Propose => "propose",
            Self::Vote => "vote",
            Self::Choose => "choose",
            Self::SetLength => "set-length",
            Self::SetWhere => "set-where",
            Self::Promise => "promise",
            Self::Later => "later",
            Self::Cancel => "cancel",
            Self::Held => "held",
            Self::Answer => "answer",
            Self::Unanswer => "unanswer",
            Self::Open => "open",
            Self::Unsend => "unsend",
            Self::Rate => "rate",
            Self::CallMe => "call-me",
            Self::TogetherSince => "together-since",
            Self::SetTheme => "set-theme",
            Self::Begins => "begins",
            Self::SetDate => "set-date",
            Self::SetRepeat => "set-repeat",
            Self::Revise => "revise",
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::SetColour => "set-colour",
            Self::Link => "link",
            Self::Unlink => "unlink",
            Self::RenameTag => "rename-tag",
            Self::Unreceive => "unreceive",
            Self::Unthank => "unthank",
            Self::StepBack => "step-back",
            Self::DoneBy => "done-by",
            Self::SetTender => "set-tender",
            Self::Weigh => "weigh",
        }
    }
}

impl Deed {
    /// Whether it is done on one of the things in an entry, and not on the entry.
    #[must_use]
    pub const fn is_on_a_thing(self) -> bool {
        matches!(
            self,
            Self::GotMe
                | Self::Partly
                | Self::NotYet
                | Self::Agree
                | Self::Decline
                | Self::NotNow
                | Self::Receive
                | Self::Unreceive
                | Self::Change
                | Self::Remove
                | Self::Check
                | Self::Uncheck
                | Self::Move
                | Self::Entrust
                | Self::Vote
                | Self::Choose
                | Self::Revise
        )
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Deed {
    type Err = UnknownDeed;

    fn from_str(name: &str) -> Result<Self, UnknownDeed> {
        Self::ALL.into_iter().find(|deed| deed.name() == name).ok_or(UnknownDeed)
    }
}
