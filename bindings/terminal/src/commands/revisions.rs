//! Somebody's own words and how they read before, in one way for all of them: of an entry, of its
//! parts and of comments. Nothing that was said is written over, so every reader can be shown it.

use couplet::Revision;
use serde_json::{Value, json};

use crate::output::{Output, Style};

/// How much of an entry is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// As it stands.
    AsItStands,
    /// The same, and how its words read before.
    WithHistory,
}

/// Revisions for programs.
pub(super) fn as_json(revisions: &[Revision]) -> Vec<Value> {
    let one = |revision: &Revision| {
        json!({
            "rev": revision.rev, "writer": revision.writer.to_string(), "text": revision.text,
        })
    };
    revisions.iter().map(one).collect()
}

/// Whether any words were written anew.
pub(super) fn is_edited<'a>(mut earlier: impl Iterator<Item = &'a Revision>) -> bool {
    earlier.next().is_some()
}

/// How words read before, a line each, the last before the first.
pub(super) fn in_words<'a>(
    earlier: impl Iterator<Item = &'a Revision>,
    (shown, begin): (Shown, &str),
    output: &Output,
) -> Vec<String> {
    let line = |one: &Revision| output.styled(Style::Dim, &format!("{begin}before: {}", one.text));
    let mut lines: Vec<String> = earlier.map(line).collect();
    lines.retain(|_| shown == Shown::WithHistory);
    lines.reverse();
    lines
}
