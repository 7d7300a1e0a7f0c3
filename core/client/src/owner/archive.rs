//! An archive: a notebook as an export has it, to be read and taken out again. It belongs to no
//! log, has no partner and no relay, and nothing is written to it: only its writers could sign what
//! follows their changes.

use std::collections::BTreeMap;

use couplet_engine::document::Change;
use couplet_engine::keys::DeviceSecret;
use couplet_engine::notebook::Notebook;
use couplet_proto::ids::{Edition, NotebookId, Person, Slot, Volume, WriterId};
use serde::{Deserialize, Serialize};

use super::{Owner, State, keep_identity};
use crate::error::Error;
use crate::place::Home;
use crate::store::{Meta, PlacedChange, Store, Tables};

/// Whose notebook an archive is. What is in it are the changes of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// The notebook it was taken out of.
    pub notebook: NotebookId,
    /// Who took it out.
    pub person: Slot,
    /// What the persons called themselves.
    pub persons: Vec<(Slot, String)>,
}

/// The changes of each volume, in an order in which they can be applied.
type Volumes = BTreeMap<(Volume, Edition), Vec<Change>>;

impl Owner {
    /// Makes an archive out of an export's changes.
    ///
    /// # Errors
    /// [`Error::Input`] if a change is damaged, [`Error::Engine`] if they do not fit together,
    /// [`Error::Store`] if there is a notebook in that place.
    pub fn archive(home: Home, of: &Archive, changes: &[PlacedChange]) -> Result<Self, Error> {
        let volumes = volumes(changes)?;
        let mut rng = home.surroundings.randomness();
        // No notebook knows this device: it is there because every store has one.
        let device = DeviceSecret::random(&mut *rng);
        let mut loaded = Vec::new();
        for (place, changes) in volumes {
            loaded.push((place, load(place, changes.clone())?, changes));
        }
        let mut store = Store::create(&home.place.directory, &home.place.key)?;
        store.commit(|tables| -> Result<(), Error> {
            keep_identity(tables, &device, None, &mut *rng)?;
            tables.set(Meta::Vault, &home.place.is_vault)?;
            tables.set(Meta::Slot, &of.person)?;
            tables.set(Meta::Archive, of)?;
            for (place, notebook, changes) in &loaded {
                for change in changes {
                    tables.keep_change(*place, change, Some(ELSEWHERE))?;
                }
                for entry in notebook.entries() {
                    tables.keep_entry(&entry, None, of.person)?;
                    let there = entry.done_by(of.person.other());
                    tables.keep_seen_of(entry.key.as_str(), there, of.person)?;
                }
            }
            Ok(())
        })?;
        Self::read(store, home)
    }
}

/// The counter of changes whose envelopes were left where they were.
const ELSEWHERE: u64 = 0;

impl Archive {
    /// The state of an archive's store; nothing if it is none.
    pub(super) fn read(tables: &Tables<'_>) -> Result<Option<State>, Error> {
        let kept = tables.get::<Self>(Meta::Archive)?;
        Ok(kept.map(|archive| State::Archive(Box::new(archive))))
    }
}

/// An export's changes, volume by volume.
pub(super) fn volumes(changes: &[PlacedChange]) -> Result<Volumes, Error> {
    let mut volumes = Volumes::new();
    for PlacedChange { volume, edition, bytes } in changes {
        let change = Change::parse(bytes.clone());
        let change =
            change.map_err(|_| Error::Input("a change of the export is damaged".into()))?;
        volumes.entry((*volume, *edition)).or_default().push(change);
    }
    Ok(volumes)
}

/// A volume that nothing is written to: whose it is does not matter.
pub(super) fn load(
    (volume, edition): (Volume, Edition),
    changes: Vec<Change>,
) -> Result<Notebook, Error> {
    let nobody = (Person::first(Slot::First), WriterId([0; 16]));
    Notebook::load(volume, edition, nobody, None, changes).map_err(|_| Error::Engine)
}
