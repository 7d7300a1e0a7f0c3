//! The kinds of entry, and where the body of each stands.

use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::CannotWrite;
use super::names as name;

/// A kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Words of one person for the other.
    Note,
    /// A page that both write on.
    Page,
    /// What one person wants to be heard, and what the other heard.
    Listening,
    /// Something that hurt, both sides of it, and letting it go.
    Repair,
    /// A small kindness that somebody did.
    Gesture,
    /// What somebody dreams of.
    Dream,
    /// What somebody is afraid of.
    Fear,
    /// What somebody wants to become.
    Aspiration,
    /// Things in an order, each open or done.
    List,
    /// How somebody feels on a day.
    Mood,
    /// A day that comes back.
    Date,
    /// A conversation that two people make time for.
    HeartToHeart,
    /// A question that both answer before either reads the other's answer.
    Prompt,
    /// The two of them: what each is called, and since when.
    Profile,
    /// What an entry may be begun from.
    Template,
    /// For oneself: a page of one's journal.
    Myself,
    /// For oneself: something one needs.
    Need,
    /// For oneself: where one's limit is.
    Boundary,
    /// For oneself: a letter to oneself.
    Letter,
    /// For oneself: something to come back on a day.
    Reminder,
    /// For oneself: words that were not shared so far.
    Draft,
    /// For oneself: what was seen of a shared notebook. It is written and read by no app.
    Marks,
    /// A page that its author alone writes on, and both read.
    OwnPage,
}

/// Where the words stand that an entry is begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Its author's own words.
    Words,
    /// A text for both hands.
    Text,
    /// A text for its author's hand alone.
    OwnText,
    /// A text for both hands, empty at first: what the entry is begun with is a part of that name.
    Notes(&'static str),
    /// A value of that name, which both may set.
    Value(&'static str),
}

impl Kind {
    /// All kinds that this version writes.
    pub const ALL: [Self; 23] = [
        Self::Note,
        Self::Page,
        Self::OwnPage,
        Self::Listening,
        Self::Repair,
        Self::Gesture,
        Self::Dream,
        Self::Fear,
        Self::Aspiration,
        Self::List,
        Self::Mood,
        Self::Date,
        Self::HeartToHeart,
        Self::Prompt,
        Self::Profile,
        Self::Template,
        Self::Myself,
        Self::Need,
        Self::Boundary,
        Self::Letter,
        Self::Reminder,
        Self::Draft,
        Self::Marks,
    ];

    /// Those of the first law.
    pub(super) const FIRST: [&'static str; 2] = ["note", "page"];

    /// Its name in the document and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Page => "page",
            Self::OwnPage => "own-page",
            Self::Listening => "listening",
            Self::Repair => "repair",
            Self::Gesture => "gesture",
            Self::Dream => "dream",
            Self::Fear => "fear",
            Self::Aspiration => "aspiration",
            Self::List => "list",
            Self::Mood => "mood",
            Self::Date => "date",
            Self::HeartToHeart => "heart-to-heart",
            Self::Prompt => "prompt",
            Self::Profile => "profile",
            Self::Template => "template",
            Self::Myself => "self",
            Self::Need => "need",
            Self::Boundary => "boundary",
            Self::Letter => "letter",
            Self::Reminder => "reminder",
            Self::Draft => "draft",
            Self::Marks => "marks",
        }
    }

    /// Where its body stands.
    #[must_use]
    pub const fn body(self) -> Body {
        match self {
            Self::Page | Self::Draft => Body::Text,
            Self::OwnPage => Body::OwnText,
            Self::Repair => Body::Value(name::TOPIC),
            Self::HeartToHeart => Body::Notes(name::WHY),
            Self::List | Self::Date | Self::Profile => Body::Value(name::TITLE),
            Self::Note
            | Self::Listening
            | Self::Gesture
            | Self::Dream
            | Self::Fear
            | Self::Aspiration
            | Self::Mood
            | Self::Prompt
            | Self::Template
            | Self::Myself
            | Self::Need
            | Self::Boundary
            | Self::Letter
            | Self::Reminder
            | Self::Marks => Body::Words,
        }
    }

    /// Whether its body belongs to both hands.
    #[must_use]
    pub const fn is_for_two_hands(self) -> bool {
        matches!(self.body(), Body::Text | Body::Notes(_))
    }

    /// Whether its body is a text, in which what was typed apart merges word by word.
    #[must_use]
    pub const fn is_typed(self) -> bool {
        matches!(self.body(), Body::Text | Body::OwnText | Body::Notes(_))
    }

    /// Whether it is written in a notebook of one's own devices alone, and never in a shared one.
    #[must_use]
    pub const fn is_for_oneself(self) -> bool {
        matches!(
            self,
            Self::Myself
                | Self::Need
                | Self::Boundary
                | Self::Letter
                | Self::Reminder
                | Self::Draft
                | Self::Marks
        )
    }

    /// Whether an entry of it can be begun, in a vault or in a shared notebook.
    ///
    /// # Errors
    /// [`CannotWrite::ForVault`], [`CannotWrite::NotBegun`].
    pub const fn begun_in(self, is_vault: bool) -> Result<(), CannotWrite> {
        match self {
            // Nobody would ever see it: they are on no page of a timeline.
            Self::Marks => Err(CannotWrite::NotBegun),
            kind if kind.is_for_oneself() && !is_vault => Err(CannotWrite::ForVault),
            _ => Ok(()),
        }
    }

    /// Whether it is on no page of a timeline: drafts have a list of their own, and marks none.
    #[must_use]
    pub const fn is_out_of_timelines(self) -> bool {
        matches!(self, Self::Draft | Self::Marks)
    }
}

/// A word that is no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no such kind of entry; there are note, page, own-page, listening, repair, gesture, dream, \
     fear, aspiration, list, mood, date, heart-to-heart, prompt, profile, template, and for oneself \
     self, need, boundary, letter, reminder, draft and marks"
)]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_called_by_its_name_and_the_error_names_them_all() {
        let said = UnknownKind.to_string();
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert!(said.contains(kind.name()), "{said}");
        }
        assert_eq!("poem".parse::<Kind>(), Err(UnknownKind));
    }
}
