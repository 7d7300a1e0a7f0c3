//! Drafts, as values that every language has.

use crate::entry::{EntryId, Version};

/// The name of a draft on this device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct DraftId {
    /// The name.
    pub value: String,
}

/// Words that were not shared so far.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Draft {
    /// Its name on this device.
    pub id: DraftId,
    /// The name of the kind of entry that it will be, or that it edits.
    pub kind_name: String,
    /// The civil day that it will belong to, days since 1970-01-01.
    pub day: i32,
    /// The entry that it edits.
    pub entry: Option<EntryId>,
    /// The version of that entry that was last shown.
    pub base: Option<Version>,
    /// The words.
    pub text: String,
    /// What the vault has of it, if it is there, too.
    pub kept: Option<DraftKept>,
}

/// What a vault has of a draft.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DraftKept {
    /// The version that the words have there.
    pub version: Version,
    /// The words.
    pub text: String,
}

impl From<couplet::Draft> for Draft {
    fn from(draft: couplet::Draft) -> Self {
        Self {
            id: DraftId { value: draft.id },
            kind_name: draft.kind,
            day: draft.day,
            entry: draft.entry.map(|value| EntryId { value }),
            base: draft.base.map(|value| Version { value }),
            text: draft.text,
            kept: draft.kept.map(DraftKept::from),
        }
    }
}

impl From<Draft> for couplet::Draft {
    fn from(draft: Draft) -> Self {
        Self {
            id: draft.id.value,
            kind: draft.kind_name,
            day: draft.day,
            entry: draft.entry.map(|entry| entry.value),
            base: draft.base.map(|base| base.value),
            text: draft.text,
            kept: draft.kept.map(couplet::Kept::from),
        }
    }
}

impl From<couplet::Kept> for DraftKept {
    fn from(kept: couplet::Kept) -> Self {
        Self { version: Version { value: kept.version }, text: kept.text }
    }
}

impl From<DraftKept> for couplet::Kept {
    fn from(kept: DraftKept) -> Self {
        Self { version: kept.version.value, text: kept.text }
    }
}
