//! Which stretches of writers' chains have crossed: merged as they grow, so that saying a thing
//! twice costs neither memory nor time.

use std::collections::BTreeMap;

use crate::have::Range;
use crate::ids::WriterId;

/// Stretches of chains. Of each writer they are in order and never touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges(BTreeMap<WriterId, Vec<(u64, u64)>>);

impl Ranges {
    /// Takes in a stretch.
    pub(super) fn insert(&mut self, range: Range) {
        let of_writer = self.0.entry(range.writer).or_default();
        let (mut first, mut last) = (range.first, range.last);
        // Those that end before this one begins, with a gap, stay as they are before it.
        let from = of_writer.partition_point(|(_, end)| end.saturating_add(1) < first);
        let touching = of_writer.iter().skip(from);
        let count = touching.take_while(|(begin, _)| *begin <= last.saturating_add(1)).count();
        for (begin, end) in of_writer.iter().skip(from).take(count) {
            first = first.min(*begin);
            last = last.max(*end);
        }
        of_writer.splice(from..from + count, [(first, last)]);
    }

    /// The first part of a range that is not in here.
    pub(super) fn first_outside(&self, range: Range) -> Option<Range> {
        let Range { writer, mut first, mut last } = range;
        let of_writer = self.0.get(&writer).map(Vec::as_slice).unwrap_or_default();
        let from = of_writer.partition_point(|(_, end)| *end < first);
        let mut after = of_writer.iter().skip(from);
        if let Some((begin, end)) = after.next() {
            if *begin <= first {
                first = end.saturating_add(1);
                if let Some((next, _)) = after.next().filter(|(next, _)| *next <= last) {
                    last = next.saturating_sub(1);
                }
            } else if *begin <= last {
                last = begin.saturating_sub(1);
            }
        }
        (first <= last).then_some(Range { writer, first, last })
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WRITER: WriterId = WriterId([1; 16]);

    fn range(first: u64, last: u64) -> Range {
        Range { writer: WRITER, first, last }
    }

    proptest! {
        #[test]
        fn they_are_the_set_of_what_was_taken_in(
            taken in proptest::collection::vec((1_u64..40, 0_u64..6), 0..20),
            asked in (1_u64..40, 0_u64..10),
        ) {
            let mut ranges = Ranges::default();
            for (first, more) in &taken {
                ranges.insert(range(*first, first + more));
            }
            let holds = |at: &u64| taken.iter().any(|(f, more)| (*f..=f + more).contains(at));
            let (first, last) = (asked.0, asked.0 + asked.1);
            let expected = (first..=last).find(|at| !holds(at));
            let found = ranges.first_outside(range(first, last));
            prop_assert_eq!(found.map(|found| found.first), expected);
            if let Some(found) = found {
                prop_assert!((found.first..=found.last).all(|at| !holds(&at)));
                prop_assert!(found.last == last || holds(&(found.last + 1)));
            }
        }
    }

    #[test]
    fn the_same_again_costs_nothing() {
        let mut ranges = Ranges::default();
        for _ in 0..1_000 {
            ranges.insert(range(1, 1));
        }
        assert_eq!(ranges.0[&WRITER].len(), 1);
    }
}
