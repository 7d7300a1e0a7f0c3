//! What was removed, what waits for somebody, and what stands side by side until one chooses.

use crate::device::{Late, PersonId, SetAside};
use crate::entry::{TextRange, all};
use crate::facts::Fact;
use crate::kinds::ItemId;
use crate::preview::EntryPreview;

/// Among which entries some are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Among {
    /// Those that are in sight.
    Kept,
    /// Those that were removed.
    Removed,
    /// Those in sight in which something waits for somebody.
    InNeed,
    /// All.
    All,
}

/// That somebody removed an entry.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Trash {
    /// Who.
    pub by: PersonId,
    /// On which civil day, as their phone had it; days since 1970-01-01.
    pub day: i32,
    /// Whose words, which whoever removed it had not seen, or whose restoring, brought it back;
    /// nobody's while it is out of sight.
    pub resurfaced_by: Vec<PersonId>,
}

/// Words or values that stand side by side, until one is chosen.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Choice {
    /// What they are: `words` for the body of an entry, otherwise the name that they are shown
    /// under.
    pub field: String,
    /// Of which thing, where there can be several.
    pub on: Option<ItemId>,
    /// Whose it is to choose; either's, if nobody is named.
    pub by: Option<PersonId>,
    /// What stands there, the one that is shown first.
    pub values: Vec<String>,
}

/// Something that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Need {
    /// Several words or values stand side by side.
    Choose {
        /// Which.
        choice: Choice,
    },
    /// It was removed, and words that were not seen then have brought it back.
    Resurfaced,
    /// Somebody agreed to, or spoke of, earlier words, or chose another time.
    Stale {
        /// Who, and to what.
        fact: Fact,
    },
    /// Words are left over from a paragraph that was removed while they were written into it. They
    /// are removed by an ordinary edit, or kept: `keep` resolves `left-over` of their name.
    LeftOver {
        /// Which.
        words: LeftOver,
    },
}

/// Words on a page that are left over from a removed paragraph.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LeftOver {
    /// Their name.
    pub id: ItemId,
    /// Whose they are.
    pub by: PersonId,
    /// Where they stand in the page, from the first of them to behind the last.
    pub range: TextRange,
    /// The words.
    pub text: String,
}

/// What waits for somebody. It holds up nothing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Attention {
    /// Entries with something to choose, that came back after they were removed, or that somebody
    /// agreed to before they were as they are: the same on both persons' phones.
    pub entries: Vec<EntryPreview>,
    /// Changes that no phone applies.
    pub set_aside: Vec<SetAside>,
    /// Words of devices that were taken out before they were known.
    pub late: Vec<Late>,
    /// How much has come, more than a day ago, that cannot be read or applied so far: it waits for
    /// a later version of this app, or for what the other phone has still to send.
    pub waiting: u64,
}

impl From<Among> for couplet::Among {
    fn from(among: Among) -> Self {
        match among {
            Among::Kept => Self::Kept,
            Among::Removed => Self::Removed,
            Among::InNeed => Self::InNeed,
            Among::All => Self::All,
        }
    }
}

impl From<couplet::Trash> for Trash {
    fn from(trash: couplet::Trash) -> Self {
        let couplet::Trash { by, day, resurfaced_by } = trash;
        Self { by: by.into(), day, resurfaced_by: all(resurfaced_by) }
    }
}

impl From<couplet::Choice> for Choice {
    fn from(choice: couplet::Choice) -> Self {
        let couplet::Choice { field, on, by, values } = choice;
        Self { field, on: on.map(ItemId::from), by: by.map(PersonId::from), values }
    }
}

impl From<couplet::LeftOver> for LeftOver {
    fn from(words: couplet::LeftOver) -> Self {
        let couplet::LeftOver { id, by, range, text } = words;
        Self { id: id.into(), by: by.into(), range: range.into(), text }
    }
}

impl From<couplet::Need> for Need {
    fn from(need: couplet::Need) -> Self {
        match need {
            couplet::Need::Choice(choice) => Self::Choose { choice: choice.into() },
            couplet::Need::Resurfaced => Self::Resurfaced,
            couplet::Need::Stale(fact) => Self::Stale { fact: fact.into() },
            couplet::Need::LeftOver(words) => Self::LeftOver { words: words.into() },
        }
    }
}

impl From<couplet::Attention> for Attention {
    fn from(attention: couplet::Attention) -> Self {
        let couplet::Attention { entries, set_aside, late, waiting } = attention;
        Self { entries: all(entries), set_aside: all(set_aside), late: all(late), waiting }
    }
}
