//! Words left over from a removed paragraph: which they are, whose, and how it ends.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::attention::Need;
use super::super::left_over::{KEEP, LeftOver};
use super::super::schema::name;
use super::*;

const WHO: [&str; 4] = ["ana", "tablet", "ben", "laptop"];

const BENS_LAPTOP: (Slot, WriterId) = (Slot::Second, WriterId([0xbb; 16]));

const PAGE: &str = "Dear us\nWe met in May by the sea at noon\nTo be told";

const FAMILY: &str = "👩\u{200d}👩\u{200d}👧";

/// Two persons with two devices each, all with one page of Ana's.
struct Four {
    phones: [Phone; 4],
    key: EntryKey,
}

impl Four {
    fn with(kind: Kind, text: &str) -> Self {
        let mut phones = [ANA, ANAS_TABLET, BEN, BENS_LAPTOP].map(Phone::new);
        let written = phones[0].notebook.write(kind, 7, "why", &mut rng(1)).unwrap();
        phones[0].keep(&written);
        let key = written.entry.key;
        let written = phones[0].notebook.edit(&key, None, text).unwrap();
        phones[0].keep(&written.unwrap());
        let mut four = Self { phones, key };
        four.meet();
        four
    }

    fn meet(&mut self) {
        let [ana, tablet, ben, laptop] = &mut self.phones;
        meet(&mut [ana, tablet, ben, laptop]);
    }

    fn at(who: &str) -> usize {
        WHO.iter().position(|name| *name == who).unwrap()
    }

    /// `ben cut WORDS`, `ana put BEHIND|WORDS`, `ben keep`, `ana hears ben`, `ana edit ALL`, `meet`.
    fn does(&mut self, step: &str) {
        let Some((who, rest)) = step.split_once(' ') else { return self.meet() };
        let (what, words) = rest.split_once(' ').unwrap_or((rest, ""));
        if what == "hears" {
            let told = self.phones[Self::at(words)].written.clone();
            self.phones[Self::at(who)].notebook.receive(told).unwrap();
            return;
        }
        let key = self.key.clone();
        let phone = &mut self.phones[Self::at(who)];
        let entry = phone.entry(&key);
        let units = |words: &str| words.encode_utf16().count();
        let place = |words: &str| {
            let before = entry.text.split_once(words).map(|(before, _)| before);
            units(before.unwrap_or_else(|| panic!("{step}: {:?}", entry.text)))
        };
        let written = match what {
            "cut" => phone.notebook.splice(&key, None, (place(words), units(words)), ""),
            "put" => {
                let (behind, words) = words.split_once('|').unwrap();
                let at = place(behind) + units(behind);
                phone.notebook.splice(&key, None, (at, 0), words)
            }
            "keep" => {
                let left = &entry.left_over[0];
                phone.notebook.resolve(&key, (name::LEFT_OVER, Some(&left.id)), KEEP)
            }
            "edit" => phone.notebook.edit(&key, None, words),
            "trash" => phone.notebook.trash(&key, 12),
            _ => panic!("{step}"),
        };
        let written = written.unwrap_or_else(|why| panic!("{step}: {why}"));
        phone.keep(&written.unwrap_or_else(|| panic!("{step}: nothing was done")));
    }

    fn all(&self) -> Vec<(Change, Person)> {
        self.phones.iter().flat_map(|phone| phone.written.clone()).collect()
    }

    /// The entry, which every phone shows alike: those that were there, those that read it again, and
    /// those that heard everything in another order, one by one.
    fn entry(&self) -> Entry {
        let shown = self.phones[0].entry(&self.key);
        for phone in &self.phones {
            assert_eq!(phone.entry(&self.key), shown, "all phones show the same");
        }
        self.phones[3].notebook.document.check_stranded(&self.key, "text");
        let changes: Vec<Change> = self.all().into_iter().map(|(change, _)| change).collect();
        let again = |snapshot: Option<&[u8]>, changes: Vec<Change>| {
            let me = first(BEN);
            let notebook = Notebook::load(Volume(0), Edition(0), me, snapshot, changes).unwrap();
            notebook.entry(&self.key).unwrap()
        };
        assert_eq!(again(None, changes.clone()), shown, "read again");
        let saved = self.phones[1].notebook.save().unwrap();
        assert_eq!(again(Some(&saved), Vec::new()), shown, "from a snapshot");
        let late = changes.len() / 2;
        let mut half = begin(BEN);
        half.receive(self.all().into_iter().take(late).collect()).unwrap();
        let saved = half.save().unwrap();
        assert_eq!(again(Some(&saved), changes), shown, "from a snapshot and changes");
        for is_reversed in [false, true] {
            let mut slow = begin(BEN);
            let mut coming = self.all();
            if is_reversed {
                coming.reverse();
            }
            while !coming.is_empty() {
                let one_by_one = coming.into_iter().flat_map(|one| {
                    let waiting = slow.receive(vec![one]).unwrap().waiting;
                    // It is shown all the time.
                    let _shown = slow.entry(&self.key);
                    waiting
                });
                coming = one_by_one.collect();
            }
            assert_eq!(slow.entry(&self.key).unwrap(), shown, "in another order");
        }
        shown
    }
}

fn said(entry: &Entry) -> Vec<(Slot, &str)> {
    entry.left_over.iter().map(|left| (left.by, left.text.as_str())).collect()
}

/// What stands at the place that left-over words are said to be.
fn standing(entry: &Entry, left: &LeftOver) -> String {
    let units: Vec<u16> = entry.text.encode_utf16().collect();
    String::from_utf16(&units[left.range.0..left.range.1]).unwrap()
}

const ONE: Slot = Slot::First;
const TWO: Slot = Slot::Second;
const LINE: &str = "We met in May by the sea at noon";

/// What is done, in what page, what it reads then, and what of it is left over.
type Row = (&'static str, &'static [&'static str], &'static str, &'static [(Slot, &'static str)]);

const APART: &[Row] = &[
    (
        "a paragraph is removed ∥ words in it",
        &["ben cut We met in May by the sea at noon\n", "ana put May| (and I love you)"],
        "Dear us\n (and I love you)To be told",
        &[(ONE, " (and I love you)")],
    ),
    (
        "∥ words at its start",
        &["ben cut We met in May by the sea at noon", "ana put Dear us\n|Oh yes, "],
        "Dear us\nOh yes, \nTo be told",
        &[(ONE, "Oh yes, ")],
    ),
    (
        "∥ words at its end",
        &["ben cut We met in May by the sea at noon\n", "ana put at noon|, I think"],
        "Dear us\n, I thinkTo be told",
        &[(ONE, ", I think")],
    ),
    (
        "removed with the end of the line before it",
        &["ben cut \nWe met in May by the sea at noon", "ana put May| 1st"],
        "Dear us\n 1stTo be told",
        &[(ONE, " 1st")],
    ),
    (
        "both write in it, a third device removes it",
        &["laptop cut We met in May by the sea at noon\n", "ana put May| be", "ben put sea| side"],
        "Dear us\n be sideTo be told",
        &[(ONE, " be"), (TWO, " side")],
    ),
    (
        "three devices remove it",
        &[
            "tablet cut We met in May by the sea at noon\n",
            "ben cut We met in May by the sea at noon",
            "laptop cut \nWe met in May by the sea at noon",
            "ana put May| 1st",
        ],
        "Dear us\n 1stTo be told",
        &[(ONE, " 1st")],
    ),
    (
        "two devices remove half of it each",
        &["ben cut We met in May ", "laptop cut by the sea at noon", "ana put sea| side"],
        "Dear us\n side\nTo be told",
        &[(ONE, " side")],
    ),
    (
        "one device removes half of it, and no other the rest",
        &["ben cut We met in May ", "ana put met| you"],
        "Dear us\n youby the sea at noon\nTo be told",
        &[],
    ),
    (
        "removed bit by bit",
        &["ben cut We met in May ", "ben cut by the sea at noon\n", "ana put met| you"],
        "Dear us\n youTo be told",
        &[(ONE, " you")],
    ),
    (
        "one's own tablet removes it",
        &["tablet cut We met in May by the sea at noon\n", "ana put May| 1st"],
        "Dear us\n 1stTo be told",
        &[(ONE, " 1st")],
    ),
    (
        "what was typed is typed on",
        &[
            "ben cut We met in May by the sea at noon\n",
            "ana put May| (and I",
            "ana put and I| love you)",
            "ana cut and ",
        ],
        "Dear us\n (I love you)To be told",
        &[(ONE, " (I love you)")],
    ),
    (
        "what was typed is corrected, and what it was corrected from is gone",
        &[
            "ben cut We met in May by the sea at noon\n",
            "ana put May| x",
            "ana put x| y",
            "ana cut  x",
        ],
        "Dear us\n yTo be told",
        &[(ONE, " y")],
    ),
    (
        "typed on after what came first was seen and left standing",
        &[
            "ana put May| 1st",
            "ben hears ana",
            "ben cut We met in May",
            "ben cut  by the sea at noon",
            "ana put 1st| and 2nd",
        ],
        "Dear us\n 1st and 2nd\nTo be told",
        &[],
    ),
    (
        "typed on after what came first was seen and removed with the rest",
        &[
            "ana put May| 1st",
            "ben hears ana",
            "ben cut We met in May 1st by the sea at noon",
            "ana put 1st| and 2nd",
        ],
        "Dear us\n and 2nd\nTo be told",
        &[(ONE, " and 2nd")],
    ),
    (
        "removed by whoever had seen it",
        &["ana put May| 1st", "meet", "ben cut We met in May", "ben cut  by the sea at noon"],
        "Dear us\n 1st\nTo be told",
        &[],
    ),
    (
        "what the removal left is removed by whoever sees it",
        &["ben cut We met in May ", "ana put met| you", "meet", "ben cut by the sea at noon"],
        "Dear us\n you\nTo be told",
        &[],
    ),
    (
        "typed into another paragraph",
        &["ben cut We met in May by the sea at noon\n", "ana put To be told| soon"],
        "Dear us\nTo be told soon",
        &[],
    ),
    (
        "a paragraph of its own",
        &["ben cut We met in May by the sea at noon\n", "ana put at noon\n|And left in June\n"],
        "Dear us\nAnd left in June\nTo be told",
        &[],
    ),
    (
        "a paragraph of its own before it",
        &["ben cut We met in May by the sea at noon\n", "ana put Dear us|\nAnd left in June"],
        "Dear us\nAnd left in June\nTo be told",
        &[],
    ),
    (
        "the paragraph in two, with words between",
        &["ben cut We met in May by the sea at noon\n", "ana put May|\nOh that May\n"],
        "Dear us\n\nOh that May\nTo be told",
        &[],
    ),
    (
        "the paragraph in two, with words at the seam",
        &["ben cut We met in May by the sea at noon\n", "ana put May| 1st\nAnd"],
        "Dear us\n 1st\nAndTo be told",
        &[(ONE, " 1st"), (ONE, "And")],
    ),
    (
        "the paragraph wholly anew",
        &["ben cut We met in May by the sea at noon\n", "ana edit Dear us\nJune\nTo be told"],
        "Dear us\nJuneTo be told",
        &[],
    ),
    (
        "removed and typed again, by who had not seen the words in it",
        &[
            "ben cut We met in May by the sea at noon",
            "ben put Dear us\n|We met in May by the sea at noon",
            "ana put May| 1st",
        ],
        "Dear us\nWe met in May by the sea at noon 1st\nTo be told",
        &[(ONE, " 1st")],
    ),
    (
        "pictures of several characters",
        &[
            "ben cut We met in May by the sea at noon\n",
            "ana put Dear us|, 👩‍👩‍👧",
            "ana put May| 👩‍👩‍👧🎉",
        ],
        "Dear us, 👩‍👩‍👧\n 👩‍👩‍👧🎉To be told",
        &[(ONE, " 👩‍👩‍👧🎉")],
    ),
    (
        "only a space",
        &["ben cut We met in May by the sea at noon\n", "ana put May| "],
        "Dear us\n  To be told",
        &[],
    ),
    (
        "the whole page",
        &["ben edit ", "ana put May| 1st", "tablet put told| soon"],
        " 1st soon",
        &[(ONE, " 1st"), (ONE, " soon")],
    ),
];

#[test]
fn words_in_a_paragraph_that_was_removed_unseen_are_left_over() {
    for kind in [Kind::Page, Kind::HeartToHeart] {
        for (what, steps, text, left) in APART {
            let mut four = Four::with(kind, PAGE);
            steps.iter().for_each(|step| four.does(step));
            four.meet();
            let entry = four.entry();
            assert_eq!((entry.text.as_str(), said(&entry).as_slice()), (*text, *left), "{what}");
            for left in &entry.left_over {
                assert_eq!(standing(&entry, left), left.text, "{what}");
            }
            let told = entry.needs().into_iter().map(|need| match need {
                Need::LeftOver(left) => left,
                other => panic!("{what}: {other:?}"),
            });
            assert!(told.eq(entry.left_over.clone()), "{what}");
        }
    }
}

#[test]
fn a_paragraph_that_begins_as_the_next_one_does_is_removed_as_a_whole() {
    let mut four = Four::with(Kind::Page, "I felt sad at home\nI felt better then");
    four.does("ben cut I felt sad at home\n");
    four.does("ana put sad| and cold");
    four.meet();
    let entry = four.entry();
    assert_eq!(entry.text, " and coldI felt better then");
    assert_eq!(said(&entry), [(ONE, " and cold")]);
}

fn with_one() -> Four {
    let mut four = Four::with(Kind::Page, PAGE);
    four.does(&format!("ben cut {LINE}"));
    four.does("ana put May| (and I love you)");
    four.meet();
    assert_eq!(said(&four.entry()), [(ONE, " (and I love you)")]);
    four
}

/// What is done about left-over words, and what is still left over then.
const SETTLED: &[(&str, &[&str], &[&str])] = &[
    ("its author keeps it", &["ana keep"], &[]),
    ("the other keeps it", &["ben keep"], &[]),
    ("both keep it", &["ben keep", "ana keep"], &[]),
    ("it is removed", &["ben cut  (and I love you)"], &[]),
    ("a part of it is removed", &["ben cut  (and"], &[" I love you)"]),
    ("it is removed in part and kept", &["ben cut  (and", "ben keep"], &[]),
    ("it is kept ∥ removed in part", &["ben keep", "ana cut  (and"], &[]),
    ("it is kept and then removed in part", &["ben keep", "meet", "ana cut  (and"], &[]),
    (
        "the paragraph is typed around it anew",
        &["ben put us\n|We met in May"],
        &[" (and I love you)"],
    ),
    ("it is typed on", &["ben put you|, too"], &[" (and I love you)"]),
    ("another line is written on", &["ana put told| soon"], &[" (and I love you)"]),
    ("it is kept ∥ its author types on", &["ben keep", "ana put you|, too"], &[]),
];

#[test]
fn left_over_words_are_kept_or_removed_and_otherwise_wait() {
    for (what, steps, left) in SETTLED {
        let mut four = with_one();
        steps.iter().for_each(|step| four.does(step));
        four.meet();
        let entry = four.entry();
        let texts: Vec<&str> = entry.left_over.iter().map(|left| left.text.as_str()).collect();
        assert_eq!(texts, *left, "{what}");
        assert_eq!(entry.needs().len(), left.len(), "{what}");
        assert!(entry.shown.is_empty() && entry.conflicts() == 0, "{what}: {:?}", entry.shown);
    }
}

#[test]
fn what_was_not_seen_when_it_was_kept_is_left_over_still() {
    let mut four = Four::with(Kind::Page, PAGE);
    four.does(&format!("ben cut {LINE}"));
    four.does("ana put May| (and I love you)");
    four.does("ben hears ana");
    four.does("ben keep");
    four.does("ana put love you|, ever");
    four.does("laptop put sea| side");
    four.meet();
    let entry = four.entry();
    assert_eq!(entry.text, "Dear us\n (and I love you, ever) side\nTo be told");
    assert_eq!(said(&entry), [(ONE, ", ever"), (TWO, " side")]);
    four.does("ana keep");
    four.meet();
    assert_eq!(said(&four.entry()), [(TWO, " side")]);
}

#[test]
fn keeping_says_why_it_cannot_be_done() {
    let mut four = with_one();
    let (key, left) = (four.key.clone(), four.entry().left_over[0].clone());
    let notebook = &mut four.phones[2].notebook;
    let mut resolve = |id: Option<&CommentId>, value: &str| {
        notebook.resolve(&key, (name::LEFT_OVER, id), value).map(|written| written.is_some())
    };
    let nobody = CommentId::from_random([9; 16]);
    assert_eq!(resolve(Some(&left.id), "gone"), Err(CannotWrite::NotOneOf(&[KEEP])));
    assert_eq!(resolve(Some(&nobody), KEEP), Err(CannotWrite::NothingToResolve));
    assert_eq!(resolve(None, KEEP), Err(CannotWrite::NothingToResolve));
    assert_eq!(resolve(Some(&left.id), KEEP), Ok(true));
    assert_eq!(resolve(Some(&left.id), KEEP), Err(CannotWrite::NothingToResolve));
}

#[test]
fn keeping_is_news_and_brings_nothing_back() {
    let mut four = with_one();
    let before = four.entry();
    four.does("ana trash");
    four.does("ben keep");
    four.meet();
    let entry = four.entry();
    assert!(entry.is_removed() && entry.needs().is_empty());
    assert_ne!(entry.done_by(TWO), before.done_by(TWO), "Ana is shown that something was done");
}

#[test]
fn an_edition_begun_anew_has_the_words_and_knows_nothing_of_how_they_came_there() {
    let mut four = with_one();
    four.does("ben keep");
    four.meet();
    let anew = four.phones[0].notebook.without(&BTreeSet::new(), Person::first(ONE)).unwrap();
    let entry = anew.notebook.entry(&four.key).unwrap();
    assert_eq!(entry.text, four.entry().text);
    assert!(entry.left_over.is_empty() && entry.needs().is_empty() && entry.shown.is_empty());
    let four = with_one();
    let anew = four.phones[0].notebook.without(&BTreeSet::new(), Person::first(ONE)).unwrap();
    let entry = anew.notebook.entry(&four.key).unwrap();
    assert_eq!((entry.text, entry.left_over), (four.entry().text, Vec::new()));
}

/// What somebody does at random to a page.
#[derive(Clone, Debug)]
enum Act {
    Type(usize, &'static str),
    Cut(usize, usize),
    CutLine(usize),
    Keep,
    Hear(usize),
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let words =
        prop::sample::select(vec!["we ", FAMILY, "x", " so it is.", "\n", "a\nb", "\nMay "]);
    let what = prop_oneof![
        4 => (0..40_usize, words).prop_map(|(at, words)| Act::Type(at, words)),
        2 => (0..40_usize, 1..6_usize).prop_map(|(at, length)| Act::Cut(at, length)),
        3 => (0..4_usize).prop_map(Act::CutLine),
        1 => Just(Act::Keep),
        3 => (0..4_usize).prop_map(Act::Hear),
    ];
    (0..4_usize, what)
}

fn play(four: &mut Four, who: usize, act: &Act) {
    let key = four.key.clone();
    if let Act::Hear(from) = act {
        let told = four.phones[*from].written.clone();
        let applied = four.phones[who].notebook.receive(told).unwrap();
        assert!(applied.refused.is_empty());
        return;
    }
    let phone = &mut four.phones[who];
    let entry = phone.entry(&key);
    let characters: Vec<char> = entry.text.chars().collect();
    let text = |characters: &[char]| characters.iter().collect::<String>();
    let changed = match act {
        Act::Type(at, words) => {
            let (before, behind) = characters.split_at((*at).min(characters.len()));
            text(before) + words + &text(behind)
        }
        Act::Cut(at, length) => {
            let at = (*at).min(characters.len());
            let end = (at + length).min(characters.len());
            text(&characters[..at]) + &text(&characters[end..])
        }
        Act::CutLine(line) => {
            let lines = entry.text.split('\n').enumerate().filter(|(at, _)| at != line);
            lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
        }
        Act::Keep => {
            let Some(left) = entry.left_over.first() else { return };
            let on = (name::LEFT_OVER, Some(&left.id));
            let written = phone.notebook.resolve(&key, on, KEEP).unwrap();
            phone.keep(&written.unwrap());
            return;
        }
        Act::Hear(_) => return,
    };
    if let Some(written) = phone.notebook.edit(&key, None, &changed).unwrap() {
        phone.keep(&written);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever four devices do to a page, in whatever order it travels, all find the same left over,
    /// where they say it is, and nothing of what anybody typed is gone but what was removed.
    #[test]
    fn the_same_is_left_over_on_every_phone(acts in prop::collection::vec(act(), 1..32)) {
        let mut four = Four::with(Kind::Page, "one two\nthree four five\nsix");
        for (who, act) in &acts {
            play(&mut four, *who, act);
        }
        four.meet();
        let entry = four.entry();
        for left in &entry.left_over {
            let there = standing(&entry, left);
            prop_assert!(!left.text.trim().is_empty());
            let mut rest = there.chars();
            prop_assert!(left.text.chars().all(|one| rest.any(|other| other == one)), "{left:?}");
        }
    }
}
