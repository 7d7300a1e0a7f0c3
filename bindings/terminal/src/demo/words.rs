//! What Ana and Ben write: chosen by the seed, so that a story can be told again.
//!
//! Deliberately not here: the moments at which a phone dies. They come from the same seed, but what
//! a phone has done by then is up to the machine.

/// The random choices of one story: SplitMix64 (Steele, Lea and Flood, 2014). Nothing here is
/// secret, and the same seed must choose the same words on every machine.
#[derive(Debug)]
pub(crate) struct Chance(u64);

/// A page for both, and what each makes of it without knowing of the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageScript {
    pub(crate) begun: &'static str,
    pub(crate) by_ana: &'static str,
    pub(crate) by_ben: &'static str,
    /// Words that only Ana's text has, as they must be found whole.
    pub(crate) of_ana: &'static [&'static str],
    pub(crate) of_ben: &'static [&'static str],
}

/// A note, and how many days ago it belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoteScript {
    pub(crate) days_ago: i32,
    pub(crate) text: &'static str,
}

/// Everything that is written in one story.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) page: PageScript,
    pub(crate) by_ana: Vec<NoteScript>,
    pub(crate) by_ben: Vec<NoteScript>,
    /// What Ben writes while his phone keeps dying.
    pub(crate) interrupted: Vec<NoteScript>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below the limit; 0 if that is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(limit).unwrap_or(0)
    }

    /// So many of these, each at most once.
    fn choose<T: Copy>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut rest = from.to_vec();
        let mut chosen = Vec::new();
        while chosen.len() < count && !rest.is_empty() {
            let place = self.below(rest.len() as u64) as usize;
            chosen.push(rest.swap_remove(place));
        }
        chosen
    }
}

impl Script {
    pub(crate) fn choose(chance: &mut Chance) -> Self {
        let page = chance.choose(&PAGES, 1).first().copied().unwrap_or(PAGES[0]);
        Self {
            page,
            by_ana: notes(chance, &ANA, FEWEST),
            by_ben: notes(chance, &BEN, FEWEST),
            interrupted: notes(chance, &INTERRUPTED, INTERRUPTED.len()),
        }
    }
}

/// At least so many notes, the oldest first, on the days of the week apart.
fn notes(chance: &mut Chance, from: &[&'static str], fewest: usize) -> Vec<NoteScript> {
    let spare = from.len().saturating_sub(fewest) as u64;
    let count = fewest + chance.below(spare + 1) as usize;
    let note =
        |chance: &mut Chance, text| NoteScript { days_ago: chance.below(DAYS_APART) as i32, text };
    let texts = chance.choose(from, count);
    let mut notes: Vec<_> = texts.into_iter().map(|text| note(chance, text)).collect();
    notes.sort_by_key(|note| std::cmp::Reverse(note.days_ago));
    notes
}

/// How many days the two are apart.
const DAYS_APART: u64 = 4;

/// What each writes at least.
const FEWEST: usize = 8;

const ANA: [&str; 12] = [
    "I heard you on the stairs yesterday, even though I went on walking. I am sorry.",
    "You left the porch light on for me. I saw it from the bridge.",
    "What I heard you say: the work is fine, it is the evenings that are too short.",
    "I was sharp this morning. It was not about the cup.",
    "Thank you for ringing my mother, and for laughing at her stories.",
    "A dream: a small garden, with two chairs that do not match.",
    "Something I am afraid of: that we will be busy and polite.",
    "You sang in the kitchen without knowing that I was home. I stayed in the hall.",
    "Be kind to yourself this week. You would be, if you were somebody else.",
    "The swifts are back. I thought of you before I thought of anything.",
    "I can let Sunday go. I wanted to say it in ink.",
    "Could we have an hour on Thursday, without our telephones?",
];

const BEN: [&str; 12] = [
    "I had soup in the blue bowl and missed the noise you make.",
    "Did I understand you? You did not need an answer, you needed me to stay.",
    "I have mended the gate. It still squeaks, so I will hear you come home.",
    "I am sorry that I looked at the clock while you were talking.",
    "Small thing: you always leave me the corner piece.",
    "I would like to learn to ask before I advise.",
    "Your coat still smelled of smoke and oranges. I wore it to the baker's.",
    "An aspiration: to be the one who says \"tell me more\".",
    "I was proud of you on Tuesday and did not say so. I was.",
    "Thank you for waiting with me at the dentist's. I was eight again.",
    "When you are back: the long walk, and no plan.",
    "I forgive you for the plant. It was never a brave plant.",
];

const INTERRUPTED: [&str; 8] = [
    "The battery is nearly gone, and I wanted you to have this first.",
    "You are right about my brother. It took me four days to say so.",
    "One thing I never told you about the lake: I was happy.",
    "If I go quiet, it is the telephone and not me.",
    "I kept the ticket. It is in the book about bees.",
    "I do listen, also when I am looking out of the window.",
    "Tonight I thanked the day for you. That is new for me.",
    "Good night. The left half of the bed is yours, as ever.",
];

const PAGES: [PageScript; 3] = [
    PageScript {
        begun: "On Saturday we take the early train to the sea. We walk to the lighthouse, eat \
                soup, and are home before dark.",
        by_ana: "On Saturday we take the slow train to the sea. We walk barefoot to the \
                 lighthouse, eat soup, and are home before dark. I bring the blanket.",
        by_ben: "On Saturday we take the night train to the sea. We walk hand in hand to the \
                 lighthouse, eat pancakes, and are home before dark. I bring coffee.",
        of_ana: &["slow", "barefoot", "blanket"],
        of_ben: &["night", "hand in hand", "pancakes", "coffee"],
    },
    PageScript {
        begun: "What we want to practise this month: listen to the end, and be kind when tired.",
        by_ana: "What we want to practise this month: listen quietly to the end, and be gentle \
                 when tired. Also: ask before helping.",
        by_ben: "What we want to practise this winter: listen to the very end, and be honest \
                 when tired. And laugh once a day.",
        of_ana: &["quietly", "gentle", "helping"],
        of_ben: &["winter", "very", "honest", "laugh"],
    },
    PageScript {
        begun: "For the small room: a green wall, one lamp, and a table for letters.",
        by_ana: "For the small room: a yellow wall, one lamp, and a long table for letters and \
                 bread.",
        by_ben: "For the small room: a blue wall, two lamps, and a table for letters. The \
                 armchair stays.",
        of_ana: &["yellow", "long", "bread"],
        of_ben: &["blue", "two", "armchair"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let told = |seed| format!("{:?}", Script::choose(&mut Chance::new(seed)));
        assert_eq!(told(7), told(7));
        assert_ne!(told(7), told(8));
    }

    #[test]
    fn nobody_writes_the_same_words_twice() {
        let mut texts: Vec<&str> = [&ANA[..], &BEN[..], &INTERRUPTED[..]].concat();
        let count = texts.len();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), count);
    }

    #[test]
    fn what_each_adds_to_a_page_is_in_their_text_alone() {
        for page in PAGES {
            for words in page.of_ana {
                assert!(page.by_ana.contains(words), "{words}");
                assert!(!page.begun.contains(words) && !page.by_ben.contains(words), "{words}");
            }
            for words in page.of_ben {
                assert!(page.by_ben.contains(words), "{words}");
                assert!(!page.begun.contains(words) && !page.by_ana.contains(words), "{words}");
            }
        }
    }
}
