//! The bounds of the domain, in UTF-16 units as phones count, each with its reason.

/// Units of own words in one revision, as the law has it: notebook.md section 5.
pub const MAX_NOTE: usize = 10_000;

/// Units of a note as this version writes it: notebook.md section 5. Longer ones are read.
pub const MAX_SWEET_NOTE: usize = 5_000;

/// Units of a page for two hands, the 100,000 of notebook.md section 5 being more than the document
/// takes: Automerge's cost follows the touched text (research/automerge.md section 6.5).
pub const MAX_PAGE: usize = 65_536;

/// Units from which on a page is said to be long, so that another is begun before this one is full:
/// notebook.md section 5.
pub const LONG_PAGE: usize = 50_000;

/// Entries of a notebook as this version writes them: notebook.md section 5. More are read.
pub const MAX_ENTRIES: u64 = 50_000;

/// Days that an entry may lie ahead of its reader's before that is shown: one, as the other may be a
/// day further around the earth. Clocks are claims, and an entry ahead of them is kept.
pub const MAX_DAYS_AHEAD: i32 = 1;

/// The first day that an entry, or something in it, is given here, in days since 1970-01-01: that of
/// the year 1000. Up to [`LAST_DAY`] every calendar writes a year with four digits, and a day beyond
/// them is a slip of the hand. Others are read.
pub const FIRST_DAY: i32 = -354_285;

/// The last of them: that of the year 9999.
pub const LAST_DAY: i32 = 2_932_896;

/// Seconds that the last place on earth to begin a day is behind UTC: until then a day has not come
/// for everybody.
pub const LAST_ZONE_BEHIND: i64 = 12 * 3_600;

/// Units of a comment in one revision: notebook.md section 5.
pub const MAX_COMMENT: usize = 2_000;

/// Bytes of an emoji in UTF-8: the longest that phones offer, a kiss of two persons with a skin
/// tone each, has 35.
pub const MAX_EMOJI_BYTES: usize = 40;

/// Emoji that one person leaves on one entry: more would be words. The author's engine counts; two
/// phones of one person may pass it together.
pub const MAX_REACTIONS: usize = 8;

/// Entries after which the next volume is opened: with what is said of them, 2,500 load in about
/// 0.1 s and keep a whole process at 40 MB; every edit costs in proportion to its volume, too.
pub const ENTRIES_PER_VOLUME: usize = 2_500;

/// Operations after which the next volume is opened, if they come first: a character of a page is
/// one, so pages weigh what they cost to load.
pub const WEIGHT_PER_VOLUME: u64 = 300_000;

/// Changes without a successor after which the next volume is opened: an honest notebook has a
/// handful, and a change can depend on no more than twice as many.
pub const HEADS_PER_VOLUME: usize = 128;

/// Units of a title, or of what a repair is about: notebook.md section 5.
pub const MAX_TITLE: usize = 200;

/// Units of a value that both may set, an item of a list above all: notebook.md section 5.
pub const MAX_VALUE: usize = 1_000;

/// Units of what a claim says, or of a tag or a feeling: notebook.md section 5.
pub const MAX_WORD: usize = 64;

/// Feelings that one person names in one entry: notebook.md section 5.
pub const MAX_FEELINGS: usize = 16;

/// Steps of how strong a feeling is, the first of them 1: as many as a mood has, which people tell apart
/// without measuring.
pub const MAX_INTENSITY: u8 = 5;

/// Tags of one person on one entry: notebook.md section 5.
pub const MAX_TAGS: usize = 32;

/// Tags of a notebook that have a label: each takes a place in the profile, which is one entry.
pub const MAX_LABELS: usize = 256;

/// Items of one list, and steps of one dream: notebook.md section 5.
pub const MAX_ITEMS: usize = 500;

/// Reflections in one entry, and requests, apologies or words of support of one person:
/// notebook.md section 5. A page with more is a conversation of its own.
pub const MAX_PARTS: usize = 50;

/// Times proposed for one conversation: notebook.md section 5.
pub const MAX_PROPOSALS: usize = 20;

/// Bytes of a time zone's name: the longest in the database, `America/Argentina/ComodRivadavia`,
/// has 32. With two times before it, it is within [`MAX_WORD`].
pub const MAX_ZONE: usize = 32;

/// Turns that one person takes in one page of listening: as many as a page has reflections.
pub const MAX_TURNS: usize = MAX_PARTS;

/// Pages that one person says go with one page of listening: two opened at once, and some that followed.
pub const MAX_LINKS: usize = 8;

/// Devices of one person that words are closed for: a person with more opens them on those.
pub const MAX_KEEPERS: usize = 16;

/// Bytes of closed words with all that is around them: [`MAX_NOTE`] units are at most 30,000 bytes,
/// padded, and each device takes 112.
pub const MAX_CLOSED: usize = 40_000;

/// Read marks that one change writes into a vault: at 40 bytes each, within half of what a change may
/// have. What more there is goes with the next.
pub const MAX_MARKS: usize = 3_000;

/// Batches of read marks on one page of a vault: a page is shown whole to add the next.
pub const MAX_BATCHES: usize = 64;

/// Writers that one claim says it has seen: as many as a change has heads.
pub const MAX_WITNESSED: usize = 256;

const _: () = assert!(MAX_SWEET_NOTE <= MAX_NOTE, "what is written is lawful");
const _: () = assert!(LONG_PAGE < MAX_PAGE);
const _: () = assert!(MAX_PAGE <= crate::document::limits::MAX_TEXT_UNITS);
const _: () = assert!(FIRST_DAY < 0 && 0 < LAST_DAY);
const _: () = assert!(MAX_TITLE <= MAX_VALUE, "a title is a value");
const _: () = assert!(2 * 40 * MAX_MARKS < crate::document::limits::MAX_CHANGE_BYTES);
const _: () = assert!(MAX_COMMENT <= MAX_NOTE && MAX_WORD <= MAX_VALUE);
const _: () = assert!(
    3 * MAX_NOTE * 2 < crate::document::limits::MAX_CHANGE_BYTES,
    "words and the words that come with them fit one change"
);
