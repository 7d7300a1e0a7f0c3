//! What is to be shown with an entry, and what somebody is asked again about.

use crate::device::PersonId;
use crate::kinds::ItemId;

/// Something that is to be shown with an entry, so that nothing changes behind anybody's back.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Fact {
    /// This reflection, answer or receipt is about words that have been added to since.
    EarlierWords {
        /// Which.
        of: ItemId,
    },
    /// The speaker confirmed this reflection before adding to their words.
    ConfirmedBefore {
        /// Which.
        of: ItemId,
    },
    /// This person had let go before the page was as it is; they are asked again.
    AskedAgain {
        /// Who.
        by: PersonId,
    },
    /// It was cancelled, and this person had said yes to a time.
    HadSaidYes {
        /// Who.
        by: PersonId,
    },
    /// This person chose another time than the one that stands, and is asked whether they agree.
    ChoseAnother {
        /// Who.
        by: PersonId,
    },
    /// Its author withdrew it after the other had opened it.
    WithdrawnAfterOpened,
    /// What this person closed does not open with the key that they published.
    DoesNotOpen {
        /// Who.
        by: PersonId,
    },
    /// Of this reflection or request its person said this, too, apart, on another device: the more
    /// careful of the two holds.
    AlsoSaid {
        /// Which.
        of: ItemId,
        /// What they said.
        said: String,
    },
    /// The speaker's verdict on this reflection is of how it read before it was written anew.
    EarlierVerdict {
        /// Which.
        of: ItemId,
    },
    /// This person changed their answer after both were open to read.
    ChangedSinceOpen {
        /// Who.
        by: PersonId,
    },
    /// It was opened, and its key, which its author's devices have, has not come yet.
    KeyToCome,
}

/// Something on a page that this person had not seen when they let it go.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Changed {
    /// What it is, by the name that it is shown under.
    pub name: String,
    /// Which, where there can be several.
    pub id: Option<ItemId>,
    /// Whose.
    pub by: PersonId,
    /// How it read then; nothing if it was not there.
    pub before: Option<String>,
    /// How it reads by now; nothing if it was taken back.
    pub now: Option<String>,
}

impl From<couplet::Fact> for Fact {
    fn from(fact: couplet::Fact) -> Self {
        match fact {
            couplet::Fact::EarlierWords(of) => Self::EarlierWords { of: of.into() },
            couplet::Fact::ConfirmedBefore(of) => Self::ConfirmedBefore { of: of.into() },
            couplet::Fact::AskedAgain(by) => Self::AskedAgain { by: by.into() },
            couplet::Fact::HadSaidYes(by) => Self::HadSaidYes { by: by.into() },
            couplet::Fact::ChoseAnother(by) => Self::ChoseAnother { by: by.into() },
            couplet::Fact::WithdrawnAfterOpened => Self::WithdrawnAfterOpened,
            couplet::Fact::DoesNotOpen(by) => Self::DoesNotOpen { by: by.into() },
            couplet::Fact::AlsoSaid(of, said) => Self::AlsoSaid { of: of.into(), said },
            couplet::Fact::EarlierVerdict(of) => Self::EarlierVerdict { of: of.into() },
            couplet::Fact::ChangedSinceOpen(by) => Self::ChangedSinceOpen { by: by.into() },
            couplet::Fact::KeyToCome => Self::KeyToCome,
        }
    }
}

impl From<couplet::Changed> for Changed {
    fn from(changed: couplet::Changed) -> Self {
        let couplet::Changed { name, id, by, before, now } = changed;
        Self { name, id: id.map(ItemId::from), by: by.into(), before, now }
    }
}
