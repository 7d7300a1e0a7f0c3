//! How a notebook ends on this device, or for both.

use super::{Couplet, Job};
use crate::answers::Unsent;
use crate::error::Error;
use tokio::sync::oneshot;

impl Couplet {
    /// What is on this device and nowhere else, as far as it knows.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unsent(&self) -> Result<Unsent, Error> {
        self.handle.call(crate::owner::Owner::unsent).await
    }

    /// Deletes this device's home: its store, and the mark outside it. What is on this device alone
    /// goes with it, and is said then; unless that is wanted, nothing is deleted if there is any.
    /// The key, and a device more in the list of the others, are left to the app and to them.
    ///
    /// # Errors
    /// [`Error::Unsent`], [`Error::Store`] if another process has the notebook.
    pub async fn destroy(self, is_wanted: bool) -> Result<Unsent, Error> {
        if !self.is_owner() {
            return Err(crate::store::StoreError::Busy.into());
        }
        let (reply, answer) = oneshot::channel();
        let jobs = self.handle.owner.jobs.as_ref().ok_or(Error::Closed)?;
        let destroy = Job::Destroy { is_wanted, reply };
        jobs.send(destroy).await.map_err(|_| Error::Closed)?;
        let unsent = answer.await.map_err(|_| Error::Engine)??;
        if let Ok(mut reader) = self.handle.reader.lock() {
            reader.take();
        }
        Ok(unsent)
    }
}
