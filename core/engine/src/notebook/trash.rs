//! Removing an entry from sight, and bringing it back.
//!
//! A removal is a value that both may set, with a witness: it says what of the entry its person had
//! seen. An entry is out of sight only while somebody's removal covers every word that stands in it,
//! so nobody's words go unread; a word that was not seen brings it back, and who wrote it is shown.
//! Nothing is deleted: what was removed stays, with who removed it and on which day. Deliberately
//! not here: erasing.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::claim::{Claim, RevMap};
use super::done::Done;
use super::law::Author;
use super::schema::{Class, Field, Owner, Subject, name};
use super::sheet::Sheet;
use super::{CannotWrite, Notebook, Written};
use crate::document::EntryKey;

/// That somebody removed an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trash {
    /// Who.
    pub by: Slot,
    /// On which civil day, as their phone had it; days since 1970-01-01.
    pub day: i32,
    /// Whose words, which whoever removed it had not seen, or whose restoring, brought it back;
    /// nobody's while it is out of sight.
    pub resurfaced_by: Vec<Slot>,
}

impl Trash {
    pub(super) fn read(sheet: &Sheet, done: &Done) -> Option<Self> {
        let standing = sheet.standing(name::TRASH);
        let is_removal = |claim: &Claim| !claim.value.is_empty();
        let removals = standing.iter().filter(|(_, claim)| is_removal(claim));
        let (owner, claim) = removals.clone().next_back()?;
        // What each had seen whom the entry was to go for.
        let seen = removals.fold(RevMap::default(), |seen, (_, claim)| seen.join(&claim.witness));
        let mut by = done.writers_beyond(&seen);
        let restored = standing.iter().filter(|(_, claim)| !is_removal(claim));
        by.extend(restored.map(|(owner, _)| owner.slot));
        let day = claim.value.parse().unwrap_or_default();
        Some(Self { by: owner.slot, day, resurfaced_by: by.into_iter().collect() })
    }

    /// Whether the entry is out of sight.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.resurfaced_by.is_empty()
    }
}

impl Notebook {
    /// Removes an entry from both timelines, as it stands; `day` counts from 1970-01-01. Nothing, if
    /// it is removed already.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn trash(&mut self, key: &EntryKey, day: i32) -> Result<Option<Written>, CannotWrite> {
        self.set_trash(key, day.to_string())
    }

    /// Brings an entry back that was removed, whoever removed it; one that has come back by itself
    /// stays. Nothing, if it was not removed.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn restore(&mut self, key: &EntryKey) -> Result<Option<Written>, CannotWrite> {
        self.set_trash(key, String::new())
    }

    fn set_trash(&mut self, key: &EntryKey, value: String) -> Result<Option<Written>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let (sheet, done) = (Sheet::read(key.slot(), &raw), Done::read(&raw));
        let stands = Trash::read(&sheet, &done);
        let is_so = match &stands {
            Some(trash) => trash.is_hidden() && !value.is_empty(),
            None => value.is_empty(),
        };
        if is_so {
            return Ok(None);
        }
        let author = self.author();
        let Author { slot, generation, writer, start } = author;
        let me = Owner { slot, generation, writer };
        let subject = Subject::new(name::TRASH, None);
        let seen = sheet.seen_at(Class::Value, &subject, slot);
        let claim = Claim::next(me, &seen, value, done.substance()).lowered(start);
        let field = Field::Own(Class::Value, subject, me).to_string();
        let change = self.commit(author, |edit| edit.put(key, &field, claim.to_scalar()))?;
        self.written(key, change).map(Some)
    }
}
