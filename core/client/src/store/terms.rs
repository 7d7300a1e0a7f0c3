//! What a device allows with its entries: kept beside them, so that a page of the timeline is read
//! without the log. What it is follows elsewhere (`owner/terms`).

use couplet_engine::notebook::entry::Entry;
use couplet_engine::notebook::verb::Verb;
use couplet_proto::ids::{Person, Slot, Volume};
use serde::{Deserialize, Serialize};

use super::{Meta, StoreError, Tables};

/// On which terms this device has its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// Which generation of its person this device is of.
    pub(crate) generation: u32,
    /// Whether nothing is written here any more.
    pub(crate) is_apart: bool,
    /// The volume from which on words can be erased for good; none where none can.
    pub(crate) erases_from: Option<Volume>,
}

impl Terms {
    /// What this person may do with an entry here; where nothing is written, nothing is open in it.
    pub(super) fn allow(&self, entry: &mut Entry, slot: Slot) -> Vec<Verb> {
        if self.is_apart {
            entry.open.clear();
            return Vec::new();
        }
        let mut can = entry.can(Person { slot, generation: self.generation });
        let is_erased_here = self.erases_from.is_some_and(|from| entry.volume >= from);
        can.retain(|verb| *verb != Verb::Erase || is_erased_here);
        can
    }
}

impl Tables<'_> {
    /// On which terms this device has its entries; until that is known, on any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn terms(&self) -> Result<Terms, StoreError> {
        let any = Terms { generation: 0, is_apart: false, erases_from: Some(Volume::default()) };
        Ok(self.get(Meta::Terms)?.unwrap_or(any))
    }
}
