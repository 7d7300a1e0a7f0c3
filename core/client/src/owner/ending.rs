//! How a notebook ends on this device.

use super::{Owner, State};
use crate::answers::Unsent;
use crate::error::Error;
use crate::store::{Delivery, Filter};

impl Owner {
    /// What is on this device and nowhere else, as far as it knows.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn unsent(&mut self) -> Result<Unsent, Error> {
        let drafts = self.tables().drafts()?.len() as u64;
        if matches!(self.state, State::Joining(_)) {
            return Ok(Unsent { entries: 0, drafts });
        }
        let me = self.me()?;
        let rows = self.tables().timeline(None, u32::MAX, &Filter::default(), me)?;
        let here = rows.iter().filter(|row| row.delivery == Delivery::Device).count() as u64;
        let entries = here + self.tables().asked_count()?;
        // What is sealed and on its way may be of an entry that the relay has in an older form.
        let entries = entries.max(self.status()?.pending.min(1));
        Ok(Unsent { entries, drafts })
    }

    /// Deletes the store and the mark, unless something is on this device alone and that is not
    /// wanted; then it comes back as it was.
    ///
    /// # Errors
    /// [`Error::Unsent`], [`Error::Store`].
    pub(crate) fn destroy(mut self, is_wanted: bool) -> Result<Unsent, (Box<Self>, Error)> {
        let unsent = match self.unsent() {
            Ok(unsent) if is_wanted || unsent.is_nothing() => unsent,
            Ok(unsent) => return Err((Box::new(self), Error::Unsent(unsent))),
            Err(error) => return Err((Box::new(self), error)),
        };
        // First: a store that comes back afterwards is taken for one that was restored.
        if let Some(Err(error)) = self.mark.as_ref().map(crate::mark::MarkFile::remove) {
            return Err((Box::new(self), crate::store::StoreError::from(error).into()));
        }
        match self.store.destroy() {
            Ok(()) => Ok(unsent),
            Err(error) => Err((Box::new(self), error.into())),
        }
    }
}
