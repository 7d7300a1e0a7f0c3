//! What a person may do with an entry now, so that an app offers nothing that would be refused.

use couplet_proto::ids::Slot;

use super::entry::Entry;
use crate::limits::MAX_REACTIONS;

/// Something to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Say something about it.
    Comment,
    /// Answer a comment.
    Reply,
    /// Write a comment anew.
    EditComment,
    /// Leave an emoji.
    React,
    /// Take an emoji back.
    Unreact,
    /// Remove it from sight.
    Trash,
    /// Bring it back, or let it stay that has come back by itself.
    Restore,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Comment,
        Self::Reply,
        Self::EditComment,
        Self::React,
        Self::Unreact,
        Self::Trash,
        Self::Restore,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Reply => "reply",
            Self::EditComment => "edit-comment",
            Self::React => "react",
            Self::Unreact => "unreact",
            Self::Trash => "trash",
            Self::Restore => "restore",
        }
    }
}

impl Entry {
    /// What this person may do with it.
    #[must_use]
    pub fn can(&self, me: Slot) -> Vec<Verb> {
        let reactions = self.reactions.iter().filter(|reaction| reaction.by == me).count();
        let is_possible = |verb: &Verb| match verb {
            Verb::Comment => true,
            Verb::Reply => !self.comments.is_empty(),
            Verb::EditComment => self.comments.iter().any(|comment| comment.author == me),
            Verb::React => reactions < MAX_REACTIONS,
            Verb::Unreact => reactions > 0,
            Verb::Trash => !self.is_removed(),
            Verb::Restore => self.trash.is_some(),
        };
        Verb::ALL.into_iter().filter(is_possible).collect()
    }
}
