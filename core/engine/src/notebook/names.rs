//! The names of what stands in entries, by kind.

/// Listening: what the other person heard, each a part of its own.
pub const REFLECTION: &str = "reflection";
/// Listening: which words a reflection speaks of, a claim of who reflects.
pub const HEARD: &str = "heard";
/// Listening: whether a reflection is right, a claim of the speaker.
pub const VERDICT: &str = "verdict";
/// Listening: what a reflection missed, a part of the speaker's.
pub const MISSED: &str = "missed";
/// Listening: signs of being there, a set of the listener's.
pub const PRESENCE: &str = "presence";

/// Repair: what it is about, a value.
pub const TOPIC: &str = "topic";
/// Repair: the day it happened, a value.
pub const HAPPENED: &str = "happened-on";
/// Repair: one's own side, a part of each person's.
pub const PERSPECTIVE: &str = "perspective";
/// Repair: the other's side as one sees it, a part of each person's.
pub const UNDERSTOOD: &str = "understood";
/// Repair: what one felt, a set of each person's.
pub const FEELING: &str = "feeling";
/// Repair: what one asks for, each a part of its own.
pub const REQUEST: &str = "request";
/// Repair: whether one will, a claim of whoever was asked; and words with it, a part.
pub const ANSWER: &str = "answer";
/// Repair: each apology a part of its own.
pub const APOLOGY: &str = "apology";
/// Repair: that an apology was received, a claim of the other.
pub const RECEIVED: &str = "received";
/// Repair: not now; a claim of each person's, saying until when.
pub const PAUSE: &str = "pause";
/// Repair: that one lets it go, a claim of each person's.
pub const LET_GO: &str = "let-go";

/// Note, gesture: thanks, a claim of the other's; and words with it, a part.
pub const THANKS: &str = "thanks";
/// Note, gesture: that one keeps it, a claim of each person's.
pub const KEEP: &str = "keep";

/// Dream, fear, aspiration: how its author stands to it, a value of theirs.
pub const STATUS: &str = "status";
/// Dream, fear, aspiration: what the other says to it, each a part of its own, and of what sort it
/// is, a claim.
pub const SUPPORT: &str = "support";
/// Dream, fear, aspiration: that it is one's own too, a claim of each person's.
pub const ADOPT: &str = "adopt";
/// Dream, fear, aspiration: that its author has taken it back, a claim.
pub const TAKEN_BACK: &str = "taken-back";

/// List, date: what it is called, a value.
pub const TITLE: &str = "title";
/// List, dream, fear, aspiration: the words of an item, a value; nothing if it was removed.
pub const ITEM: &str = "item";
/// The same: whether an item is done, a value.
pub const DONE: &str = "done";
/// The same: where an item stands among the others, a value.
pub const PLACE: &str = "place";

/// Date: which day, a value.
pub const ON: &str = "on";
/// Date: how it comes back, a value.
pub const REPEAT: &str = "repeat";

/// Draft: the kind of entry that it will be, or that it edits, a value.
pub const WILL_BE: &str = "will-be";
/// Draft: the entry that it edits, a value.
pub const EDITS: &str = "edits";
/// Draft: the version of that entry that was last shown, a value.
pub const BASE: &str = "base";
/// Draft: of which words it was shared or thrown away, a value.
pub const ENDED: &str = "ended";

/// Any: what one files it under, a set of each person's.
pub const TAG: &str = "tag";
