//! Carrying what a person typed over to a text that the partner has changed meanwhile.
//!
//! A draft is written on top of the text as it was when the person began. When it is committed, the
//! partner's words may stand there too. What the person did is found by comparing, and done again
//! where the same words stand in the current text.
//!
//! Invariants:
//! - The unit is the word (Unicode UAX #29), so neither a surrogate pair nor an emoji made of
//!   several is ever split, and letters of two people never mix into a third word.
//! - What each typed in one go stays together. Where both replaced the same words, both
//!   replacements stand, the partner's first; what both removed is removed once.
//! - Nothing that is only in `mine` is lost, and nothing that is only in `current`.
//! - A paragraph that goes, goes as a whole, however the next one begins.
//! - A splice takes along the space before it, so that splices of two people who did not know of
//!   each other, merged by the document, leave whole words too.

use std::collections::BTreeSet;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffableStr, capture_diff_slices};

/// One replacement, in UTF-16 units of the text it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// Where.
    pub at: usize,
    /// How many units go.
    pub delete: usize,
    /// What comes.
    pub insert: String,
}

/// What turned `base` into `mine`, for `current`, which `base` was turned into by somebody else.
///
/// The splices are in descending order of position, so each position is one of `current` as given,
/// and applying them in the order returned is right.
#[must_use]
pub fn rebase(base: &str, mine: &str, current: &str) -> Vec<Splice> {
    if mine == base || mine == current {
        return Vec::new();
    }
    let units: Vec<u16> = current.encode_utf16().collect();
    let [base, mine, current] = [base, mine, current].map(words);
    let ours = runs(&base, hunks(&base, &mine));
    let theirs = runs(&base, hunks(&base, &current));
    let mut merge = Merge::of(&current, &mine);
    for hunk in &ours {
        merge.carry(hunk, &theirs);
    }
    let mut end = units.len();
    let mut splices = merge.into_splices();
    let below = |splice: &Splice| splice.at + splice.delete;
    let floors: Vec<usize> = splices.iter().skip(1).map(below).chain([0]).collect();
    for (splice, floor) in splices.iter_mut().zip(floors) {
        splice.take_line(&units, floor);
        splice.take_space(units.get(..end).unwrap_or_default());
        end = splice.at;
    }
    splices
}

/// What is in `mine` and not in `current`, for `current`: of a text whose base is not known nothing is
/// taken out, as it may be the other's.
#[must_use]
pub fn added(mine: &str, current: &str) -> Vec<Splice> {
    let splices = rebase(current, mine, current).into_iter();
    let without = |splice: Splice| Splice { at: splice.at + splice.delete, delete: 0, ..splice };
    splices.map(without).filter(|splice| !splice.insert.is_empty()).collect()
}

/// The text with that done to it; nothing if its place is outside the text, or inside a character.
#[must_use]
pub fn spliced(text: &str, splice: &Splice) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let end = splice.at.checked_add(splice.delete)?;
    let [before, behind] = [units.get(..splice.at)?, units.get(end..)?].map(String::from_utf16);
    Some(before.ok()? + &splice.insert + &behind.ok()?)
}

/// What `mine`, made of `base`, is with what made `current` of it in it, too.
#[must_use]
pub fn merged(base: &str, mine: &str, current: &str) -> String {
    let mut units: Vec<u16> = current.encode_utf16().collect();
    for Splice { at, delete, insert } in rebase(base, mine, current) {
        let (from, to) = (at.min(units.len()), at.saturating_add(delete).min(units.len()));
        drop(units.splice(from..to, insert.encode_utf16()));
    }
    String::from_utf16_lossy(&units)
}

impl Splice {
    /// Makes the same of this text, but as a removal of whole lines, if it can be one: "I |was. I |am"
    /// over two lines becomes "|I was. |I am". It reaches no further up than that place.
    fn take_line(&mut self, text: &[u16], floor: usize) {
        let is_removal = self.delete > 0 && self.insert.is_empty();
        let unit = |at: Option<usize>| at.and_then(|at| text.get(at));
        for at in (floor..=self.at).rev().take_while(|_| is_removal) {
            let (before, last) = (unit(at.checked_sub(1)), unit((at + self.delete).checked_sub(1)));
            if before.is_none_or(|before| *before == NEWLINE) && last == Some(&NEWLINE) {
                self.at = at;
                return;
            }
            if before != last {
                return;
            }
        }
    }

    /// Makes the same of this text, but as a change of whole words with the space before each: "a
    /// |old| wall" becomes "a| old| wall". Where there is no space before, a replacement takes the
    /// one behind.
    fn take_space(&mut self, text: &[u16]) {
        let is_space = |at: Option<usize>| at.and_then(|at| text.get(at)) == Some(&SPACE);
        let (before, behind) = (self.at.checked_sub(1), self.at.checked_add(self.delete));
        let is_replacement = self.delete > 0 && !self.insert.is_empty();
        if is_replacement && is_space(before) && !self.insert.starts_with(' ') {
            self.at -= 1;
            self.delete += 1;
            self.insert.insert(0, ' ');
        } else if is_replacement && is_space(behind) && !self.insert.ends_with(' ') {
            self.delete += 1;
            self.insert.push(' ');
        } else if self.delete == 0 && is_space(before) && self.insert.ends_with(' ') {
            self.at -= 1;
            self.insert.pop();
            self.insert.insert(0, ' ');
        }
    }
}

/// A space, as a UTF-16 unit.
const SPACE: u16 = 0x20;

/// The end of a line.
const NEWLINE: u16 = 0x0a;

/// A stretch of words that became another; either may be empty, not both.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
}

impl Hunk {
    /// Whether two hunks of the same text change the same place of it.
    fn meets(&self, other: &Self) -> bool {
        let (a, b) = (&self.old, &other.old);
        (a.is_empty() && b.is_empty() && a.start == b.start) || (a.start < b.end && b.start < a.end)
    }
}

fn words(text: &str) -> Vec<&str> {
    text.tokenize_unicode_words()
}

fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    let before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (tail(old, before), tail(new, before));
    let after =
        old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = head(old_rest, old_rest.len() - after);
    let new_middle = head(new_rest, new_rest.len() - after);
    if old_middle.is_empty() && new_middle.is_empty() {
        return Vec::new();
    }
    if old_middle.len() + new_middle.len() > MAX_COMPARED_WORDS {
        let old = before..before + old_middle.len();
        return vec![Hunk { old, new: before..before + new_middle.len() }];
    }
    let mut hunks = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let end = (old_middle.len(), new_middle.len());
    for (old_word, new_word) in common_words(old_middle, new_middle).into_iter().chain([end]) {
        let old_gap = old_middle.get(old_at..old_word).unwrap_or_default();
        let new_gap = new_middle.get(new_at..new_word).unwrap_or_default();
        for op in capture_diff_slices(Algorithm::Myers, old_gap, new_gap) {
            if !matches!(op, DiffOp::Equal { .. }) {
                let shift = |range: Range<usize>, by| range.start + by..range.end + by;
                let old = shift(op.old_range(), before + old_at);
                hunks.push(Hunk { old, new: shift(op.new_range(), before + new_at) });
            }
        }
        (old_at, new_at) = (old_word + 1, new_word + 1);
    }
    hunks
}

/// Where the words stand that both texts have, in order. Compared without what is between them: a
/// space is like any other, and as good as a word it would let one word pass for another's
/// replacement that was there all the time.
fn common_words(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let ((old_at, old), (new_at, new)) = (only_words(old), only_words(new));
    let mut common = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            let old = old_at.iter().skip(old_index).take(len).copied();
            common.extend(old.zip(new_at.iter().skip(new_index).copied()));
        }
    }
    common
}

fn only_words<'a>(text: &[&'a str]) -> (Vec<usize>, Vec<&'a str>) {
    text.iter().copied().enumerate().filter(|(_, word)| is_word(word)).unzip()
}

/// Joins hunks with no word between them, only spaces and stops: one run of typing.
fn runs(base: &[&str], hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut runs: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        let between = runs.last().and_then(|last| base.get(last.old.end..hunk.old.start));
        let is_joined = between.is_some_and(|gap| !gap.iter().any(|word| is_word(word)));
        match runs.last_mut() {
            Some(last) if is_joined => {
                last.old.end = hunk.old.end;
                last.new.end = hunk.new.end;
            }
            _ => runs.push(hunk),
        }
    }
    runs
}

/// The current text, with what is to go and what is to come in between.
struct Merge<'a> {
    current: &'a [&'a str],
    mine: &'a [&'a str],
    is_removed: Vec<bool>,
    /// Before the word of that index, and one more at the end.
    inserted: Vec<Vec<&'a str>>,
}

impl<'a> Merge<'a> {
    fn of(current: &'a [&'a str], mine: &'a [&'a str]) -> Self {
        let inserted = vec![Vec::new(); current.len() + 1];
        Self { current, mine, is_removed: vec![false; current.len()], inserted }
    }

    fn carry(&mut self, hunk: &Hunk, theirs: &[Hunk]) {
        for index in hunk.old.clone() {
            if let Some(standing) = standing(index, theirs)
                && let Some(is_removed) = self.is_removed.get_mut(standing)
            {
                *is_removed = true;
            }
        }
        let words = self.mine.get(hunk.new.clone()).unwrap_or_default();
        let met: Vec<&Hunk> = theirs.iter().filter(|their| hunk.meets(their)).collect();
        let at = met.last().map_or(place(hunk.old.start, theirs), |their| their.new.end);
        // Both did the same: once is enough.
        let is_done = met.iter().any(|their| {
            their.old == hunk.old && self.current.get(their.new.clone()) == Some(words)
        });
        if !is_done && let Some(place) = self.inserted.get_mut(at) {
            place.extend_from_slice(words);
        }
    }

    /// Words that come to stand together only by the merge are kept apart by a space.
    fn into_splices(self) -> Vec<Splice> {
        let touching: BTreeSet<(&str, &str)> =
            self.mine.iter().copied().zip(self.mine.iter().copied().skip(1)).collect();
        let would_merge = |before: &str, word: &str| {
            would_join(before, word) && !touching.contains(&(before, word))
        };
        let mut splices: Vec<Splice> = Vec::new();
        let (mut at, mut last) = (0, "");
        // Whether the last splice ends here, and so `last` did not stand here before.
        let mut is_open = false;
        let words = self.current.iter().zip(self.is_removed).map(Some).chain([None]);
        for (word, inserted) in words.zip(self.inserted) {
            let mut insert = String::new();
            for new in inserted {
                if would_merge(last, new) {
                    insert.push(' ');
                }
                insert.push_str(new);
                last = new;
            }
            let kept = word.filter(|(_, is_removed)| !is_removed).map(|(word, _)| *word);
            if let Some(kept) = kept {
                if (is_open || !insert.is_empty()) && would_merge(last, kept) {
                    insert.push(' ');
                }
                last = kept;
            }
            let length = word.map_or(0, |(word, _)| word.encode_utf16().count());
            let delete = if kept.is_some() { 0 } else { length };
            match splices.last_mut().filter(|_| is_open) {
                Some(open) => {
                    open.insert.push_str(&insert);
                    open.delete += delete;
                }
                None if delete > 0 || !insert.is_empty() => {
                    splices.push(Splice { at, delete, insert });
                }
                None => {}
            }
            is_open = kept.is_none();
            at += length;
        }
        splices.reverse();
        splices
    }
}

/// Where a word of the base stands in the current text, if it does.
fn standing(index: usize, theirs: &[Hunk]) -> Option<usize> {
    let before = theirs.iter().take_while(|their| their.old.start <= index).last();
    match before {
        Some(their) if index < their.old.end => None,
        Some(their) => Some(their.new.end + (index - their.old.end)),
        None => Some(index),
    }
}

/// Where a place of the base that the partner left alone is in the current text: after what they
/// inserted there.
fn place(boundary: usize, theirs: &[Hunk]) -> usize {
    let before = theirs.iter().take_while(|their| their.old.end <= boundary).last();
    before.map_or(boundary, |their| their.new.end + (boundary - their.old.end))
}

/// Whether two words would read as one if they touched: letters do, and whatever else is no boundary
/// of words, such as a letter behind a combining accent, or what a joiner makes one picture of.
fn would_join(before: &str, after: &str) -> bool {
    let is_letter = |character: char| character.is_alphanumeric();
    let are_letters = before.chars().next_back().is_some_and(is_letter)
        && after.chars().next().is_some_and(is_letter);
    let is_text = |word: &str| word.chars().all(|character| !character.is_whitespace());
    let are_words = !before.is_empty() && !after.is_empty() && is_text(before) && is_text(after);
    are_letters || (are_words && words(&format!("{before}{after}")).len() < 2)
}

/// Whether a segment is a word or a picture, not a space or a stop.
fn is_word(segment: &str) -> bool {
    segment.chars().any(|character| !character.is_whitespace() && !character.is_ascii_punctuation())
}

fn tail<'a, 'b>(words: &'a [&'b str], at: usize) -> &'a [&'b str] {
    words.get(at..).unwrap_or_default()
}

fn head<'a, 'b>(words: &'a [&'b str], to: usize) -> &'a [&'b str] {
    words.get(..to).unwrap_or_default()
}

/// How many differing words, of both texts together, are compared: the time grows with the square
/// in the worst case, 4,000 take some ten milliseconds. Beyond that a stretch counts as replaced.
const MAX_COMPARED_WORDS: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_both_did_stands() {
        for (base, mine, current, expected) in [
            // One of the two.
            ("I felt hurt", "I felt lonely", "I felt hurt", "I felt lonely"),
            ("I felt hurt", "I felt hurt", "I felt angry", "I felt angry"),
            ("", "Hello", "", "Hello"),
            ("Hello", "", "Hello", ""),
            // Different places.
            (
                "I felt hurt",
                "Sunday: I felt hurt",
                "I felt hurt today",
                "Sunday: I felt hurt today",
            ),
            ("one two three", "ONE two three", "one two THREE", "ONE two THREE"),
            ("one two three", "one two three", "one two THREE", "one two THREE"),
            ("milk, eggs", "milk, bread, eggs", "milk, eggs, jam", "milk, bread, eggs, jam"),
            // The same place.
            ("I felt hurt", "I felt lonely", "I felt angry", "I felt angry lonely"),
            ("I felt hurt", "I felt angry", "I felt angry", "I felt angry"),
            ("I felt hurt.", "I felt lonely.", "I felt angry.", "I felt angry lonely."),
            ("", "Ben", "Ana", "Ana Ben"),
            ("a ", "a Ben", "a Ana", "a Ana Ben"),
            ("I felt hurt", "We feel sad now", "I felt angry", "angry We feel sad now"),
            // Deleting.
            ("one two three", "one three", "one three", "one three"),
            ("one two three", "one three", "one 2 three", "one 2 three"),
            ("one two three", "one 2 three", "one three", "one 2 three"),
            ("one two three", "", "one two three four", " four"),
            // A word that moved up is still that word, not another's replacement; spaces may stay.
            ("one two three", "one three", "two new three", " new three"),
            ("a new one two", "a new two", "a one more two", "a  more two"),
            // An accent ends a word as a letter does, and a joiner makes no picture of two.
            ("I felt hurt", "I felt mu\u{308}", "I felt lo", "I felt lo mu\u{308}"),
            ("I felt hurt", "I felt lo", "I felt mu\u{308}", "I felt mu\u{308} lo"),
            ("ok hm", "ok 👧", "ok 👩\u{200d}", "ok 👩\u{200d} 👧"),
            // Beside each other.
            ("I felt hurt", "I felt lonely", "I felt hurt today", "I felt lonely today"),
            ("I felt hurt", "I felt very hurt", "I felt angry", "I felt very angry"),
            // Pictures are whole.
            ("ok 👩‍👩‍👧", "ok 👨‍👩‍👧", "ok 👩‍👩‍👧 🎉", "ok 👨‍👩‍👧 🎉"),
            ("é", "é", "é", "é"),
            ("cafe\u{301} 🇩🇪", "cafe\u{301} 🇫🇷", "café 🇩🇪", "café 🇫🇷"),
        ] {
            assert_eq!(merged(base, mine, current), expected, "{base:?} {mine:?} {current:?}");
        }
    }

    #[test]
    fn a_change_takes_its_space_along() {
        for (base, mine, at, delete, insert) in [
            ("a green wall", "a yellow wall", 1, 6, " yellow"),
            ("a wall", "a yellow wall", 1, 0, " yellow"),
            ("Green walls", "Yellow walls", 0, 6, "Yellow "),
            ("walls", "doors", 0, 5, "doors"),
            ("a wall.", "a wall. Good.", 7, 0, " Good."),
            ("I was\nI am", "I am", 0, 6, ""),
            ("Oh\nI was\nI was so\nI am", "Oh\nI am", 3, 15, ""),
            ("Oh\nI was\nI am", "Oh\nI was", 8, 5, ""),
            ("I was here\nI am", "I am", 0, 11, ""),
        ] {
            let expected = Splice { at, delete, insert: insert.into() };
            assert_eq!(rebase(base, mine, base), [expected], "{base:?} {mine:?}");
        }
    }

    #[test]
    fn a_long_rewrite_is_one_replacement() {
        let base = "old word ".repeat(2_000);
        let mine = "new text ".repeat(2_000);
        let current = format!("{base}and more");
        assert_eq!(rebase(&base, &mine, &current).len(), 1);
        assert!(merged(&base, &mine, &current).starts_with(mine.trim_end()));
        assert!(merged(&base, &mine, &current).ends_with("and more"));
    }

    fn sentence(alphabet: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(alphabet), 0..9)
    }

    const COMMON: &[&str] = &["home", "the", "👩‍👩‍👧", "e\u{301}te", "🎉", "rain,", "we"];
    const MINE: &[&str] = &["home", "the", "benA", "benB", "benC", "benD"];
    const THEIRS: &[&str] = &["home", "the", "anaA", "anaB", "anaC", "anaD"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_word_is_lost_or_made(
            base in sentence(COMMON),
            mine in sentence(MINE),
            theirs in sentence(THEIRS),
        ) {
            let [base, mine, theirs] = [base, mine, theirs].map(|words| words.join(" "));
            let result = merged(&base, &mine, &theirs);
            for word in mine.split(' ').filter(|word| word.starts_with("ben")) {
                prop_assert!(result.split(' ').any(|each| each == word), "{word} in {result}");
            }
            for word in theirs.split(' ').filter(|word| word.starts_with("ana")) {
                prop_assert!(result.split(' ').any(|each| each == word), "{word} in {result}");
            }
            prop_assert_eq!(merged(&base, &mine, &base), mine);
        }
    }
}
