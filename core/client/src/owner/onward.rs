//! Going on alone, in a new notebook, with everything up to then (protocol rule 27).
//!
//! The old one is not written to any more by whoever goes on, and cannot be carried over: nobody can
//! sign the other's changes. So one's own words are written anew, and all of it is an
//! [archive](super::archive) beside.

use couplet_engine::membership::name::Name;
use couplet_proto::ids::NotebookId;
use couplet_proto::link::RelayLink;

use super::Owner;
use crate::answers::Standing;
use crate::couplet::Export;
use crate::error::Error;
use crate::place::Home;
use crate::store::Meta;

/// What somebody takes along who goes on alone.
#[derive(Debug)]
pub(crate) struct Onward {
    pub(crate) export: Export,
    pub(crate) name: Name,
    pub(crate) relay: Option<RelayLink>,
}

impl Owner {
    /// What to take along.
    ///
    /// # Errors
    /// [`Error::NotEnded`] unless it has ended for this person.
    pub(crate) fn onward(&mut self) -> Result<Onward, Error> {
        if self.is_vault {
            return Err(Error::VaultIsOnes);
        }
        if self.standing()? != Standing::Apart {
            return Err(Error::NotEnded);
        }
        let export = self.export()?;
        let mut persons = export.persons.iter();
        let own = persons.find(|(slot, _)| *slot == export.person).map(|(_, name)| name.as_str());
        // A name that no key opens any more is none to go on with.
        let name = own.unwrap_or("Me").parse()?;
        let relay = self.tables().get(Meta::Relay)?;
        Ok(Onward { export, name, relay })
    }

    /// A notebook of one's own that goes on from another.
    pub(crate) fn found_after(
        home: Home,
        name: &Name,
        relay: Option<RelayLink>,
        from: NotebookId,
    ) -> Result<Self, Error> {
        Self::found_with(home, name, relay, |tables| Ok(tables.set(Meta::GoesOnFrom, &from)?))
    }

    /// Which notebook this one goes on from.
    pub(crate) fn goes_on_from(&self) -> Result<Option<NotebookId>, Error> {
        Ok(self.tables().get(Meta::GoesOnFrom)?)
    }
}
