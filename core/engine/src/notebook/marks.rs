//! Read marks: how much of what the other person did in the entries of a shared notebook was seen,
//! kept in a vault, so that all devices of one person have it and nobody else.
//!
//! They stand on pages, each of one writer's, and are only ever added to: what was seen is the join of
//! all that stands on all pages, in any order and however often it is said. One call is one change,
//! whatever was read since the last, and has neither a day nor a time. A page takes so many batches,
//! each of so many marks, and then another is begun, so that no entry of a vault grows without an end.
//!
//! A batch is a revision of the page's words:
//!
//! | line | says |
//! |---|---|
//! | first | the writers that it speaks of, with a space between two |
//! | every other | an entry; then, with a space before each, the place of a writer in the first line, a colon, and how much of that writer's doings was seen |
//!
//! A batch of another form is passed over. Deliberately not here: what an entry's doings are, which is
//! `done`'s.

use core::fmt::Write as _;

use couplet_proto::ids::WriterId;
use rand_core::CryptoRng;

use super::claim::RevMap;
use super::entry::Entry;
use super::schema::{Field, Kind};
use super::{CannotWrite, Notebook, words_key};
use crate::document::{Change, EntryKey, Scalar};
use crate::limits::{MAX_BATCHES, MAX_MARKS, MAX_NOTE};

/// So much of what the other person did in an entry was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The entry.
    pub entry: EntryKey,
    /// How much of each writer's doings. Nothing, for an entry that is known to be there and no more.
    pub seen: RevMap,
}

/// The day of every page, which is nobody's: pages tell nothing of when somebody read.
pub const DAY_OF_MARKS: i32 = 0;

impl Notebook {
    /// Writes marks as one change: on `page` if it has room, otherwise on new pages. Gives the
    /// change and the pages as they stand with it; nothing, if there are no marks. Of more than
    /// [`MAX_MARKS`] the first so many are written.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn write_marks(
        &mut self,
        page: Option<&EntryKey>,
        marks: &[Mark],
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<(Change, Vec<Entry>)>, CannotWrite> {
        let author = self.author();
        let batches = batches(marks.get(..MAX_MARKS).unwrap_or(marks));
        let page = page.and_then(|key| self.entry(key)).filter(Entry::has_room_for_marks);
        let mut keys = Vec::new();
        let change = match (&page, &batches[..]) {
            (Some(page), [batch]) => {
                keys.push(page.key.clone());
                let rev = page.newest_revision().saturating_add(1);
                let field = Field::Words(words_key(author, rev)).to_string();
                let batch = Scalar::Str(batch.clone());
                self.commit(author, |edit| edit.put(&page.key, &field, batch))?
            }
            _ => {
                keys.extend(batches.iter().map(|_| self.new_key(rng)));
                let born = |batch: &String| {
                    let words = Field::Words(words_key(author, 1));
                    let words = vec![(words, Scalar::Str(batch.clone()))];
                    Self::born_with(author, (Kind::Marks, DAY_OF_MARKS), words)
                };
                let born: Vec<_> = keys.iter().zip(batches.iter().map(born)).collect();
                self.commit(author, |edit| {
                    born.iter().try_for_each(|(key, fields)| {
                        let fields: Vec<_> =
                            fields.iter().map(|(f, value)| (f.as_str(), value.clone())).collect();
                        edit.create_entry(key, &fields, None)
                    })
                })?
            }
        };
        let pages = keys.iter().filter_map(|key| self.entry(key)).collect();
        Ok(change.map(|change| (change, pages)))
    }
}

impl Entry {
    /// The marks on this page; none for what is no page of them.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        if self.kind != Some(Kind::Marks) {
            return Vec::new();
        }
        self.revisions.iter().filter_map(|batch| read(&batch.text)).flatten().collect()
    }

    /// Whether that writer adds to this page: each has pages of its own, so that nothing on one ever
    /// stands beside anything.
    #[must_use]
    pub fn is_page_of(&self, writer: WriterId) -> bool {
        self.kind == Some(Kind::Marks) && self.revisions.iter().all(|one| one.writer == writer)
    }

    fn has_room_for_marks(&self) -> bool {
        let length: usize = self.revisions.iter().map(|batch| batch.text.len()).sum();
        self.revisions.len() < MAX_BATCHES && length < MARKS_PER_PAGE
    }
}

/// The marks as they are written: as few batches as they fit into.
#[must_use]
pub fn batches(marks: &[Mark]) -> Vec<String> {
    let mut batches = Vec::new();
    let (mut writers, mut lines) = (Vec::new(), String::new());
    for mark in marks {
        let seen: Vec<(WriterId, u64)> = mark.seen.clone().into();
        let new = seen.iter().filter(|(writer, _)| !writers.contains(writer)).count();
        let length = KEY + seen.len() * SEEN + new * WRITER;
        if !lines.is_empty() && writers.len() * WRITER + lines.len() + length > MAX_NOTE {
            batches.push(batch(&std::mem::take(&mut writers), &std::mem::take(&mut lines)));
        }
        // No entry has so many writers; should one, what was seen of it is not carried.
        if KEY + seen.len() * (SEEN + WRITER) > MAX_NOTE {
            continue;
        }
        lines.push('\n');
        lines.push_str(mark.entry.as_str());
        for (writer, count) in seen {
            let known = writers.iter().position(|one| *one == writer);
            let at = known.unwrap_or(writers.len());
            if known.is_none() {
                writers.push(writer);
            }
            // A string takes everything.
            let _ = write!(lines, " {at}:{count}");
        }
    }
    if !lines.is_empty() {
        batches.push(batch(&writers, &lines));
    }
    batches
}

fn batch(writers: &[WriterId], lines: &str) -> String {
    let writers: Vec<String> = writers.iter().map(ToString::to_string).collect();
    writers.join(" ") + lines
}

/// What a batch says; nothing, if it has another form, or another spelling.
#[must_use]
pub fn read(batch: &str) -> Option<Vec<Mark>> {
    if batch.len() > MAX_NOTE {
        return None;
    }
    let (first, lines) = batch.split_once('\n')?;
    let writers: Option<Vec<WriterId>> =
        first.split(' ').filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect();
    let writers = writers?;
    let mark = |line: &str| {
        let mut words = line.split(' ');
        let entry: EntryKey = words.next()?.parse().ok()?;
        let mut seen = RevMap::default();
        for word in words {
            let (at, count) = word.split_once(':')?;
            let writer = writers.get(at.parse::<usize>().ok()?)?;
            seen.see(*writer, count.parse().ok().filter(|count| *count > 0)?);
        }
        Some(Mark { entry, seen })
    };
    let marks: Vec<Mark> = lines.split('\n').map(mark).collect::<Option<_>>()?;
    (batches(&marks) == [batch]).then_some(marks)
}

/// Characters of a page's batches after which another is begun: every new one is kept with those
/// before it.
const MARKS_PER_PAGE: usize = MAX_NOTE;

/// Characters of an entry's name in a batch, at most: a line's end, a slot, 128 bits.
const KEY: usize = 1 + 2 + 26;

/// Characters of what was seen of one writer, at most: two numbers.
const SEEN: usize = 2 + 3 + 20;

/// Characters of a writer's name, and the space before the next.
const WRITER: usize = 26 + 1;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use couplet_proto::ids::Slot;
    use proptest::prelude::*;

    use super::*;

    fn mark(entry: u8, seen: &[(u8, u64)]) -> Mark {
        let mut map = RevMap::default();
        seen.iter().for_each(|(writer, count)| map.see(WriterId([*writer; 16]), *count));
        Mark { entry: EntryKey::from_random(Slot::Second, [entry; 16]), seen: map }
    }

    #[test]
    fn a_batch_is_spelled_as_it_always_was_and_reads_back() {
        let marks = [mark(1, &[(7, 2), (9, 30)]), mark(2, &[]), mark(3, &[(9, 1)])];
        let [batch] = &batches(&marks)[..] else { panic!("one batch") };
        let (seven, nine) = (WriterId([7; 16]), WriterId([9; 16]));
        let keys = marks.each_ref().map(|mark| mark.entry.as_str());
        let spelled = format!("{seven} {nine}\n{} 0:2 1:30\n{}\n{} 1:1", keys[0], keys[1], keys[2]);
        assert_eq!(*batch, spelled);
        assert_eq!(read(batch).unwrap(), marks);
        let unsorted = spelled.replace("0:2 1:30", "1:30 0:2");
        let [zero, unknown, long] = ["0:0", "5:2", "0:02"].map(|bad| spelled.replace("0:2", bad));
        for bad in ["", "x\n", &unsorted, &zero, &unknown, &long, &format!("{spelled}\n")] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&batch.repeat(200)), None, "no batch is so long");
    }

    proptest! {
        #[test]
        fn whatever_was_seen_is_in_some_batch_and_every_batch_fits(
            marks in prop::collection::vec(
                (any::<[u8; 16]>(), prop::collection::vec((0u8..5, 1u64..), 0..4)), 0..900,
            )
        ) {
            let marks: Vec<Mark> = marks.into_iter().map(|(entry, seen)| {
                let mark = mark(0, &seen);
                Mark { entry: EntryKey::from_random(Slot::First, entry), ..mark }
            }).collect();
            let batches = batches(&marks);
            let mut found = BTreeMap::new();
            for batch in &batches {
                prop_assert!(batch.encode_utf16().count() <= MAX_NOTE);
                for mark in read(batch).unwrap() {
                    found.insert(mark.entry, mark.seen);
                }
            }
            for mark in marks {
                prop_assert!(found[&mark.entry].covers(&mark.seen) || found.len() < 2);
            }
        }

        #[test]
        fn nothing_that_anybody_writes_there_is_more_than_passed_over(text in ".{0,200}") {
            let _ = read(&text);
        }
    }
}
