//! Beside the process that owns the store: reading as ever, and leaving words for the owner.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::schema::Kind;

use super::Couplet;
use crate::answers::Event;
use crate::error::{Error, input};
use crate::owner::{Owner, Saying};
use crate::place::Place;
use crate::store::StoreError;

impl Couplet {
    /// Opens the notebook in this place while another process owns it. What changes it fails
    /// with [`StoreError::Busy`], except drafts and what is left for the owner.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn open_beside(place: &Place) -> Result<Self, Error> {
        Self::start_beside(place).await
    }

    /// Whether this process owns the notebook's store.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.handle.is_owner
    }

    /// Leaves a new entry for the owner; returns its key. It is durable, and in the notebook as
    /// soon as the owner, or whoever opens the notebook next, has looked.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn queue_write(&self, kind: Kind, day: i32, text: &str) -> Result<String, Error> {
        let text = text.to_owned();
        let ask = move |owner: &mut Owner| owner.ask_write(kind, day, text);
        Ok(self.handle.call(ask).await?.as_str().to_owned())
    }

    /// Leaves an edit for the owner, merged against the version given or the one shown here.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`], [`Error::Store`].
    pub async fn queue_edit(
        &self,
        entry: &str,
        base: Option<&str>,
        text: &str,
    ) -> Result<String, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(input)?;
        let base = base.map(str::parse::<Version>).transpose().map_err(input)?;
        let text = text.to_owned();
        let ask = move |owner: &mut Owner| owner.ask_edit(key, base, text);
        Ok(self.handle.call(ask).await?.as_str().to_owned())
    }

    /// Leaves something about an entry for the owner.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`], [`Error::Store`].
    pub async fn queue_saying(&self, entry: &str, saying: Saying) -> Result<String, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(input)?;
        let ask = move |owner: &mut Owner| owner.ask_saying(key, saying);
        Ok(self.handle.call(ask).await?.as_str().to_owned())
    }

    /// Leaves a draft's words for the owner to share; the draft is gone.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`], [`Error::Store`]; the draft is still there then.
    pub async fn queue_share(&self, draft: &str) -> Result<String, Error> {
        let id = draft.to_owned();
        let ask = move |owner: &mut Owner| owner.ask_share(&id);
        Ok(self.handle.call(ask).await?.as_str().to_owned())
    }

    /// Does what other processes have left; whoever stays attached does so from time to time.
    pub(super) async fn drain_inbox(&self) -> Result<(), Error> {
        let touched = match self.handle.call(Owner::drain_inbox).await {
            // It waits where it is until there is room, and until this device is let in.
            Err(Error::Store(StoreError::DiskFull | StoreError::Busy) | Error::NotLetInYet) => {
                return Ok(());
            }
            drained => drained?,
        };
        if !touched.is_empty() {
            self.handle.written();
        }
        for entry in touched {
            self.handle.tell(Event::Entry(entry));
        }
        Ok(())
    }
}
