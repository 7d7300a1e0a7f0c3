//! The names of what stands in entries, by kind.

/// Listening: what the other person heard, each a part of its own.
pub const REFLECTION: &str = "reflection";
/// Listening: which words a reflection speaks of, a claim of who reflects.
pub const HEARD: &str = "heard";
/// Listening: whether a reflection is right, a claim of the speaker.
pub const VERDICT: &str = "verdict";
/// Listening: what a reflection missed, a part of the speaker's.
pub const MISSED: &str = "missed";
/// Listening: what the other says in turn, each turn a part of its own.
pub const SHARE: &str = "share";
/// Listening: signs of being there, a set of the listener's.
pub const PRESENCE: &str = "presence";
/// Listening: pages of listening that go with it, a set of each person's.
pub const BESIDE: &str = "beside";

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
/// Repair: how strong a feeling is, a claim of whoever has it, on the feeling's name.
pub const INTENSITY: &str = "intensity";
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

/// Note, gesture: thanks, a claim of whom it was for; and words with it, a part.
pub const THANKS: &str = "thanks";
/// Note, gesture: that one keeps it, a claim of each person's.
pub const KEEP: &str = "keep";
/// Gesture: whether its author did it or the other, a claim of its author's.
pub const DONE_BY: &str = "done-by";
/// Note, gesture, listening: which colour or paper it has, a value.
pub const COLOUR: &str = "colour";

/// Dream, fear, aspiration: how its author stands to it, a value of theirs.
pub const STATUS: &str = "status";
/// Dream, fear, aspiration: whether it is to be handled gently, a claim of its author's.
pub const TENDER: &str = "tender";
/// Dream, fear, aspiration: what the other says to it, each a part of its own, and of what sort it
/// is, a claim.
pub const SUPPORT: &str = "support";
/// Dream, fear, aspiration: that it is one's own too, a claim of each person's.
pub const ADOPT: &str = "adopt";
/// Dream, fear, aspiration: that its author has taken it back, a claim.
pub const TAKEN_BACK: &str = "taken-back";

/// List, date, profile, page, listening: what it is called, a value.
pub const TITLE: &str = "title";
/// List, dream, fear, aspiration, heart-to-heart, template: the words of an item, a value; nothing
/// if it was removed.
pub const ITEM: &str = "item";
/// The same: whether an item is done, a value.
pub const DONE: &str = "done";
/// The same: where an item stands among the others, a value.
pub const PLACE: &str = "place";
/// The same: who takes care of an item, a value: a slot's number, or both.
pub const OWNER: &str = "owner";
/// Heart-to-heart: that an item is a promise and no point to talk about, a value.
pub const PROMISE: &str = "promise";

/// Heart-to-heart: why, a part of whoever invites.
pub const WHY: &str = "why";
/// Heart-to-heart: times, a set of each person's: a time cannot become another.
pub const PROPOSAL: &str = "proposal";
/// Heart-to-heart: whether one can at a time, a claim of each person's.
pub const VOTE: &str = "vote";
/// Heart-to-heart: which time it is to be, a value; and that one wants it so, a claim.
pub const CHOSEN: &str = "chosen";
/// Heart-to-heart: how many minutes, a value.
pub const LENGTH: &str = "length";
/// Heart-to-heart: where, a value.
pub const WHERE: &str = "where";
/// Heart-to-heart: not now, a claim of each person's.
pub const LATER: &str = "not-now";
/// Heart-to-heart: that it is not to be, a claim of each person's.
pub const CANCEL: &str = "cancel";
/// Heart-to-heart: that it has been, a claim of each person's.
pub const HELD: &str = "held";

/// Prompt: one's answer, closed words of each person's. Note: the note under a seal, its author's.
pub const CLOSED: &str = "closed";
/// Prompt, note: the key of one's own closed words, closed anew for devices that came later; the id is
/// made of the words.
pub const WRAPPED: &str = "wrapped";
/// Prompt: that one has taken one's answer back, a claim of each person's.
pub const UNSAID: &str = "unsaid";
/// Prompt: that one changed one's answer when the other's could be read, a claim of each device's on
/// the number of the revision.
pub const CHANGED: &str = "changed";

/// Note: how it is sealed, a claim of its author's.
pub const SEAL: &str = "seal";
/// Note: when to open it, in words, a part of its author's.
pub const OPEN_WHEN: &str = "open-when";
/// Note: that it was opened, a claim of the other's.
pub const OPENED: &str = "opened";
/// Note: that its author has withdrawn it, a claim.
pub const UNSENT: &str = "unsent";

/// Mood: how good, a claim of its author's.
pub const LEVEL: &str = "level";

/// Profile: what a person is called, a part of each person's.
pub const CALLED: &str = "called";
/// Profile: since which day, a value.
pub const SINCE: &str = "together-since";
/// Profile: how it looks, a value.
pub const THEME: &str = "theme";

/// Profile: what a tag is called, a value of the id that is made of its word; and that word, a value
/// named as tags are.
pub const LABEL: &str = "label";

/// Template: which kind of entry it begins, a claim of its author's.
pub const BEGINS: &str = "begins";

/// Date, reminder: which day, a value.
pub const ON: &str = "on";
/// Date, reminder: how it comes back, a value.
pub const REPEAT: &str = "repeat";

/// Page: where what a comment is about begins, and where it ends: claims of whoever comments.
pub const FROM: &str = "from";
/// The end of it.
pub const UNTIL: &str = "until";
/// Draft: the kind of entry that it will be, or that it edits, a value.
pub const WILL_BE: &str = "will-be";
/// Draft: the entry that it edits, a value.
pub const EDITS: &str = "edits";
/// Draft: the version of that entry that was last shown, a value.
pub const BASE: &str = "base";
/// Draft: of which words it was shared or thrown away, a value.
pub const ENDED: &str = "ended";

/// Any: what one files it under, a claim of each person's on the name of each word, or a member of
/// their set, as which earlier versions wrote it.
pub const TAG: &str = "tag";
/// Any: on which day it was removed from sight, and of what, a value; nothing if it was restored.
pub const TRASH: &str = "trash";
/// Page: how often one writer has written on it, the round of a claim that says nothing else.
pub const WRITTEN: &str = "written";
/// Page: that words left over from a removed paragraph are kept, a value: how far they were typed.
pub const LEFT_OVER: &str = "left-over";
/// Page: that a change which stands nowhere was done again, a claim of its person's about its hash.
pub const ANEW: &str = "anew";
