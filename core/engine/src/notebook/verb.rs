//! What a person may say of an entry now, whatever its kind, so that an app offers nothing that would
//! be refused. What its kind has people do besides stands in what is open in it (`deed`); of one's
//! own parts it says which may be written anew.

use couplet_proto::ids::{Person, Slot};

use super::attention::Choice;
use super::entry::Entry;
use super::schema::{Body, Kind};
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
    /// Write its text anew, or on its page.
    Edit,
    /// Choose what stands, where several words or values do.
    Resolve,
    /// Keep words that are left over from a removed paragraph.
    KeepLeftOver,
    /// Erase one's own words in it for good.
    Erase,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Comment,
        Self::Reply,
        Self::EditComment,
        Self::React,
        Self::Unreact,
        Self::Trash,
        Self::Restore,
        Self::Edit,
        Self::Resolve,
        Self::KeepLeftOver,
        Self::Erase,
    ];

    /// Its name for programs.
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
            Self::Edit => "edit",
            Self::Resolve => "resolve",
            Self::KeepLeftOver => "keep-left-over",
            Self::Erase => "erase",
        }
    }
}

impl Entry {
    /// What this person may do with it.
    #[must_use]
    pub fn can(&self, me: Person) -> Vec<Verb> {
        let reactions = self.reactions.iter().filter(|reaction| reaction.by == me.slot).count();
        let mut comments = self.comments.iter();
        let is_possible = |verb: &Verb| match verb {
            Verb::Comment => true,
            Verb::Reply => !self.comments.is_empty(),
            Verb::EditComment => comments.any(|one| is_of(me, one.author, one.generation)),
            Verb::React => reactions < MAX_REACTIONS,
            Verb::Unreact => reactions > 0,
            Verb::Trash => !self.is_removed(),
            Verb::Restore => self.trash.is_some(),
            Verb::Edit => self.is_edited_by(me),
            Verb::Resolve => self.choices().iter().any(|choice| self.is_chosen_by(me, choice)),
            Verb::KeepLeftOver => !self.left_over.is_empty() && self.is_typed_by(me.slot),
            Verb::Erase => self.words_by.contains(&me),
        };
        Verb::ALL.into_iter().filter(is_possible).collect()
    }

    /// Whether its text is this person's to write: own words are of one generation of a person, and
    /// closed while they are under a seal.
    pub(super) fn is_edited_by(&self, me: Person) -> bool {
        match self.kind.map(Kind::body) {
            Some(Body::Text | Body::Notes(_) | Body::Value(_)) => true,
            Some(Body::OwnText) => is_of(me, self.author, self.generation),
            Some(Body::Words) => is_of(me, self.author, self.generation) && !self.is_under_seal(),
            None => false,
        }
    }

    /// Whether its text is that person's to type in, or was before they were let in again.
    fn is_typed_by(&self, slot: Slot) -> bool {
        self.kind.map(Kind::body) != Some(Body::OwnText) || self.author == slot
    }

    /// Whether it is this person's to choose there.
    pub(super) fn is_chosen_by(&self, me: Person, choice: &Choice) -> bool {
        let Choice { field, on, by, .. } = choice;
        if by.is_some_and(|by| by != me.slot) {
            return false;
        }
        if self.is_body(choice) {
            return self.is_edited_by(me);
        }
        let mut comments = self.comments.iter().filter(|one| Some(&one.id) == on.as_ref());
        let mut parts = self.parts.iter().filter(|part| part.name == *field && part.id == *on);
        by.is_none()
            || comments.any(|one| is_of(me, one.author, one.generation))
            || parts.any(|part| is_of(me, part.by, part.generation))
    }
}

fn is_of(me: Person, slot: Slot, generation: u32) -> bool {
    me == Person { slot, generation }
}
