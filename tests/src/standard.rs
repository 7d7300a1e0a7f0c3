//! The standard notebook: what two people write in five years, the same every time.
//!
//! Twenty thousand entries, nine of ten in own words and one a page for two hands, about 300
//! characters each; every entry gets a reply from each person and a reaction from the other, and a
//! third of them are edited later. It is told in blocks: in each, both write new entries and speak
//! of those of the block before, so that they meet between blocks and nowhere else.
//!
//! Deliberately not here: who carries it out. The deeds are plain values.

use couplet::Kind;

use crate::chance::Chance;

/// Entries of the whole notebook.
pub const ENTRIES: usize = 20_000;

/// Entries of a block: a month or so of one couple's days.
pub const BLOCK: usize = 100;

/// The day on which it begins, days since 1970-01-01, and how many days it lasts.
const FIRST_DAY: usize = 18_262;
const DAYS: usize = 1_826;

/// Something that one of the two does. Entries are named by their place in the notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Writes an entry.
    Write {
        /// Its place.
        entry: usize,
        /// Its kind.
        kind: Kind,
        /// Its day, since 1970-01-01.
        day: i32,
        /// Its words.
        text: String,
    },
    /// Says something about an entry.
    Reply {
        /// Which.
        entry: usize,
        /// The words.
        text: String,
    },
    /// Leaves an emoji on an entry.
    React {
        /// Which.
        entry: usize,
    },
    /// Writes an entry's text anew.
    Edit {
        /// Which.
        entry: usize,
        /// Where it is different, in characters: what was there, and what is there now.
        at: usize,
        /// How many characters go.
        delete: usize,
        /// What comes in their place.
        insert: String,
        /// The whole text, as it is then.
        text: String,
    },
}

/// The emoji that is left on every entry.
pub const HEART: &str = "❤️";

/// A notebook being told.
#[derive(Clone, Debug)]
pub struct Story {
    chance: Chance,
    /// The entries of the block before: their place, kind and text.
    last: Vec<(usize, Kind, String)>,
    next: usize,
}

/// One block: what each of the two does, in order. The two do not wait for each other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Ana's deeds and Ben's.
    pub deeds: [Vec<Deed>; 2],
}

impl Story {
    /// From its beginning.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed), last: Vec::new(), next: 0 }
    }

    /// The same two people, of whom nothing is known but how many entries there are.
    #[must_use]
    pub const fn at(seed: u64, entries: usize) -> Self {
        Self { chance: Chance::new(seed), last: Vec::new(), next: entries }
    }

    /// How many entries were told.
    #[must_use]
    pub const fn told(&self) -> usize {
        self.next
    }

    /// Whose entry that is: Ana's or Ben's.
    #[must_use]
    pub const fn author(entry: usize) -> usize {
        entry % 2
    }

    /// The next so many entries, and what is said of those before.
    pub fn block(&mut self, entries: usize) -> Block {
        let mut block = Block::default();
        for (entry, kind, mut text) in std::mem::take(&mut self.last) {
            let author = Self::author(entry);
            for deeds in &mut block.deeds {
                let length = 20 + self.chance.below(61);
                deeds.push(Deed::Reply { entry, text: words(&mut self.chance, length) });
            }
            block.deeds[1 - author].push(Deed::React { entry });
            if self.chance.below(3) == 0 {
                // A page is for both hands, own words are not.
                let by = if kind == Kind::Page { self.chance.below(2) } else { author };
                block.deeds[by].push(edit(&mut self.chance, entry, &mut text));
            }
        }
        for entry in self.next..self.next + entries {
            let kind = if self.chance.percent(10) { Kind::Page } else { Kind::Note };
            let length = 100 + self.chance.below(401);
            let text = words(&mut self.chance, length);
            let day = i32::try_from(FIRST_DAY + entry * DAYS / ENTRIES).unwrap_or(i32::MAX);
            self.last.push((entry, kind, text.clone()));
            block.deeds[Self::author(entry)].push(Deed::Write { entry, kind, day, text });
        }
        self.next += entries;
        block
    }
}

fn edit(chance: &mut Chance, entry: usize, text: &mut String) -> Deed {
    let at = chance.below(text.len() / 2);
    let delete = 5 + chance.below(15);
    let length = 10 + chance.below(20);
    let insert = words(chance, length);
    text.replace_range(at..at + delete, &insert);
    Deed::Edit { entry, at, delete, insert, text: text.clone() }
}

/// Words of about that many characters, all of them ASCII. Frequent words are frequent: the place
/// of each in the list is drawn as the smaller of two.
pub fn words(chance: &mut Chance, length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        let place = chance.below(WORDS.len()).min(chance.below(WORDS.len()));
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(WORDS[place]);
    }
    text
}

const WORDS: [&str; 200] = [
    "the",
    "and",
    "to",
    "a",
    "of",
    "I",
    "you",
    "we",
    "it",
    "in",
    "was",
    "that",
    "is",
    "my",
    "me",
    "your",
    "for",
    "on",
    "with",
    "this",
    "day",
    "so",
    "not",
    "but",
    "have",
    "at",
    "be",
    "all",
    "about",
    "had",
    "when",
    "will",
    "what",
    "are",
    "as",
    "love",
    "us",
    "one",
    "like",
    "home",
    "time",
    "just",
    "from",
    "know",
    "how",
    "if",
    "out",
    "were",
    "there",
    "they",
    "up",
    "our",
    "do",
    "been",
    "or",
    "good",
    "some",
    "can",
    "see",
    "them",
    "no",
    "then",
    "more",
    "because",
    "after",
    "an",
    "could",
    "went",
    "still",
    "little",
    "again",
    "by",
    "would",
    "her",
    "always",
    "his",
    "think",
    "today",
    "want",
    "never",
    "made",
    "feel",
    "back",
    "two",
    "say",
    "now",
    "thank",
    "through",
    "who",
    "tell",
    "thing",
    "night",
    "way",
    "long",
    "came",
    "first",
    "before",
    "over",
    "really",
    "much",
    "morning",
    "here",
    "small",
    "left",
    "where",
    "look",
    "year",
    "take",
    "need",
    "even",
    "only",
    "felt",
    "laugh",
    "together",
    "hand",
    "something",
    "walk",
    "old",
    "talk",
    "let",
    "house",
    "kitchen",
    "sea",
    "rain",
    "mother",
    "bread",
    "child",
    "garden",
    "window",
    "evening",
    "coffee",
    "letter",
    "listen",
    "quiet",
    "happy",
    "afraid",
    "sorry",
    "sleep",
    "song",
    "dinner",
    "table",
    "train",
    "summer",
    "winter",
    "friend",
    "work",
    "tired",
    "hope",
    "dream",
    "water",
    "light",
    "hold",
    "phone",
    "week",
    "better",
    "road",
    "city",
    "money",
    "sister",
    "father",
    "doctor",
    "answer",
    "question",
    "story",
    "book",
    "picture",
    "bicycle",
    "neighbour",
    "promise",
    "remember",
    "forgot",
    "worry",
    "breathe",
    "patience",
    "kiss",
    "hug",
    "argue",
    "forgive",
    "laundry",
    "market",
    "holiday",
    "mountain",
    "river",
    "beach",
    "island",
    "airport",
    "ticket",
    "suitcase",
    "birthday",
    "anniversary",
    "grandmother",
    "gentle",
    "honest",
    "stubborn",
    "curious",
    "grateful",
    "lonely",
    "brave",
    "ordinary",
    "breakfast",
];
