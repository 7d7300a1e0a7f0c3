//! How a notebook ends on this device, for a while or for both, and how somebody goes on.

use tokio::sync::oneshot;

use super::{Couplet, Imported, Job};
use crate::answers::Unsent;
use crate::error::Error;
use crate::owner::{Archive, Onward, Owner};
use crate::place::Place;
use crate::store::StoreError;

impl Couplet {
    /// What is on this device and nowhere else, as far as it knows.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unsent(&self) -> Result<Unsent, Error> {
        self.handle.call(Owner::unsent).await
    }

    /// Deletes this device's home: its store, and the mark outside it. What is on this device alone
    /// goes with it, and is said then; unless that is wanted, nothing is deleted if there is any.
    /// The key, and a device more in the list of the others, are left to the app and to them.
    ///
    /// # Errors
    /// [`Error::Unsent`], [`Error::Store`] if another process has the notebook.
    pub async fn destroy(self, is_wanted: bool) -> Result<Unsent, Error> {
        if !self.is_owner() {
            return Err(StoreError::Busy.into());
        }
        let (reply, answer) = oneshot::channel();
        self.handle.opening.done().await?;
        let jobs = self.handle.owner.jobs.as_ref().ok_or(Error::Closed)?;
        let destroy = Job::Destroy { is_wanted, reply };
        jobs.send(destroy).await.map_err(|_| Error::Closed)?;
        let unsent = answer.await.map_err(|_| Error::Engine)??;
        if let Ok(mut reader) = self.handle.reader.lock() {
            reader.take();
        }
        Ok(unsent)
    }

    /// Wants all of it gone from the relay: it is, once the other person wants it, too, or ninety
    /// days later. Until then everything goes on; afterwards what is here stays, to be read and
    /// exported.
    ///
    /// # Errors
    /// [`Error::Apart`], [`Error::Membership`].
    pub async fn dissolve(&self) -> Result<(), Error> {
        self.handle.call(Owner::dissolve).await?;
        self.handle.written();
        Ok(())
    }

    /// Takes back that this person wants it gone, before it is.
    ///
    /// # Errors
    /// [`Error::Apart`], [`Error::NotFound`].
    pub async fn retain(&self) -> Result<(), Error> {
        self.handle.call(Owner::retain).await?;
        self.handle.written();
        Ok(())
    }

    /// This device neither sends nor fetches from here on; writing goes on. Whoever stays attached
    /// waits for [`Couplet::resume`]. Nobody is told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn pause(&self) -> Result<(), Error> {
        self.set_paused(true).await
    }

    /// Shares again.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn resume(&self) -> Result<(), Error> {
        self.set_paused(false).await
    }

    async fn set_paused(&self, is_paused: bool) -> Result<(), Error> {
        self.handle.call(move |owner| owner.pause(is_paused)).await?;
        self.handle.written();
        Ok(())
    }

    pub(super) async fn wait_until_resumed(&self) -> Result<(), Error> {
        let mut changed = self.handle.dirty.subscribe();
        while self.handle.call(|owner| owner.is_paused()).await? {
            changed.changed().await.map_err(|_| Error::Closed)?;
        }
        Ok(())
    }

    /// Goes on alone in a new notebook, after this one ended for this person, by whomever: one's own
    /// words come in as one's own; everything, the other person's words among it, is in `before`, to
    /// be read there and exported. The new one knows nothing of it: whoever is invited there is shown
    /// what the invitation says, and never what is in `before`. Done again it goes on where it was
    /// interrupted.
    ///
    /// # Errors
    /// [`Error::NotEnded`], [`Error::Store`] if there is another notebook in one of the places.
    pub async fn go_on(&self, place: &Place, before: &Place) -> Result<(Self, Imported), Error> {
        let Onward { export, name, relay } = self.handle.call(Owner::onward).await?;
        let (from, person) = (export.notebook, export.person);
        let own = export.entries.iter().filter(|entry| entry.author == person);
        let own = own.filter_map(|entry| Some((entry.kind?, entry.day, entry.text.clone())));
        let words = own.collect();
        let of = Archive { notebook: from, person, persons: export.persons };
        match Self::archive(before, of, export.changes).await {
            Ok(kept) => kept.shutdown().await,
            Err(Error::Store(StoreError::Exists)) => {
                let kept = Self::open(before).await?;
                let is_it = kept.handle.call(|owner| Ok(owner.notebook())).await? == from;
                kept.shutdown().await;
                if !is_it {
                    return Err(StoreError::Exists.into());
                }
            }
            Err(error) => return Err(error),
        }
        let found = move |home| Owner::found_after(home, &name, relay, from);
        let new = match Self::start(place, found).await {
            Err(Error::Store(StoreError::Exists)) => {
                let begun = Self::open(place).await?;
                if begun.handle.call(|owner| owner.goes_on_from()).await? != Some(from) {
                    return Err(StoreError::Exists.into());
                }
                begun
            }
            found => found?,
        };
        let imported = new.import(words).await?;
        Ok((new, imported))
    }
}
