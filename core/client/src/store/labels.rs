//! What tags are called: read out of the profiles whenever one of them changes, and kept, as every
//! entry that has tags is shown with it.

use couplet_engine::notebook::entry::Entry;
use couplet_engine::notebook::profile::Labels;
use couplet_engine::notebook::schema::Kind;
use couplet_proto::item;

use super::{Meta, StoreError, Tables};

impl Tables<'_> {
    /// As the profiles that are in sight have it, the first of them first.
    pub(super) fn labels(&self) -> Result<Labels, StoreError> {
        Ok(self.get(Meta::Labels)?.unwrap_or_default())
    }

    /// An entry of that kind has changed.
    pub(super) fn note_labels(&self, kind_name: &str) -> Result<(), StoreError> {
        if kind_name != Kind::Profile.name() {
            return Ok(());
        }
        let mut select = self.0.prepare_cached(
            "SELECT view FROM entries WHERE kind = ?1 AND NOT is_removed
             ORDER BY day, volume, ord, key",
        )?;
        let views = select.query_map([kind_name], |row| row.get::<_, Vec<u8>>(0))?;
        let views = views.collect::<Result<Vec<_>, _>>()?;
        // One that is kept in the form of an earlier version is about to be kept anew.
        let read = |view: &Vec<u8>| item::decode::<Entry>(view, "entry").ok();
        let profiles: Vec<Entry> = views.iter().filter_map(read).collect();
        self.set(Meta::Labels, &Labels::of(profiles.iter()))
    }
}
