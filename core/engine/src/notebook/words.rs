//! Words of one person, and how their revisions are shown: nothing is overwritten, the newest is
//! shown, and what two phones wrote apart stands side by side.

use std::collections::BTreeSet;

use couplet_proto::ids::WriterId;
use serde::{Deserialize, Serialize};

use crate::document::{Scalar, Value};
use crate::notebook::schema::WordsKey;

/// One revision of somebody's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// From 1.
    pub rev: u64,
    /// The install that wrote it.
    pub writer: WriterId,
    /// The words.
    pub text: String,
}

/// The revisions at one key.
pub(super) fn at(key: WordsKey, values: &[Value]) -> impl Iterator<Item = Revision> {
    values.iter().filter_map(move |value| match &value.scalar {
        Scalar::Str(text) => {
            Some(Revision { rev: key.rev, writer: key.writer, text: text.clone() })
        }
        Scalar::Uint(_) | Scalar::Int(_) | Scalar::Bool(_) | Scalar::Bytes(_) => None,
    })
}

/// The oldest first; of one number, in the order of their writers. What two phones of that person
/// wrote anew apart, as both had lost it, is there once.
pub(super) fn sort(revisions: &mut Vec<Revision>) {
    revisions.sort_by(|a, b| (a.rev, a.writer, &a.text).cmp(&(b.rev, b.writer, &b.text)));
    let mut said = BTreeSet::new();
    revisions.retain(|revision| said.insert((revision.rev, revision.text.clone())));
}

/// The newest words; where two stand, the last by writer is shown first and the others beside it.
pub(super) fn shown(revisions: &[Revision]) -> (String, Vec<Revision>) {
    let Some(newest) = revisions.last() else { return (String::new(), Vec::new()) };
    let beside = revisions.iter().filter(|other| other.rev == newest.rev);
    let differs = |other: &&Revision| other.text != newest.text;
    (newest.text.clone(), beside.filter(differs).cloned().collect())
}

/// Words of which each stands: the last is shown first and those that differ beside it.
pub(super) fn side_by_side(mut standing: Vec<Revision>) -> (String, Vec<Revision>) {
    sort(&mut standing);
    let Some(shown) = standing.pop() else { return (String::new(), Vec::new()) };
    let mut said = BTreeSet::from([shown.text.clone()]);
    standing.retain(|beside| said.insert(beside.text.clone()));
    (shown.text, standing)
}

/// How words read before: those of the revisions that are neither shown nor beside what is.
pub(super) fn earlier<'a>(
    text: &'a str,
    alternatives: &'a [Revision],
    revisions: &'a [Revision],
) -> impl Iterator<Item = &'a Revision> {
    let stands = |one: &Revision| alternatives.iter().any(|beside| beside.text == one.text);
    revisions.iter().filter(move |one| one.text != text && !stands(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_of_two_phones_stand_once_and_different_ones_beside_each_other() {
        let said = |rev, writer, text: &str| Revision {
            rev,
            writer: WriterId([writer; 16]),
            text: text.to_owned(),
        };
        let mut all = vec![
            said(2, 9, "anew"),
            said(1, 3, "first"),
            said(2, 7, "other"),
            said(2, 5, "anew"),
            said(3, 1, "first"),
        ];
        sort(&mut all);
        let kept =
            [said(1, 3, "first"), said(2, 5, "anew"), said(2, 7, "other"), said(3, 1, "first")];
        assert_eq!(all, kept);
    }
}
