//! Somebody's own words and how they read before, in one way for all of them: of an entry, of its
//! parts and of comments. Nothing that was said is written over, so every reader can be shown it.

use couplet::Revision;
use serde_json::{Value, json};

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
