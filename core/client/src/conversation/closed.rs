//! Keys of closed words that are due because of what has just come.

use super::Conversation;
use crate::answers::Event;
use crate::error::Error;
use crate::owner::Owner;

impl Conversation {
    /// The other's answer has come, or their wish to open a note: keys that are due go out at once.
    pub(super) fn settle_closed(&mut self, owner: &mut Owner) -> Result<(), Error> {
        if owner.is_apart()? || owner.is_paused()? {
            return Ok(());
        }
        let settled = owner.settle_closed()?;
        if settled.is_empty() {
            return Ok(());
        }
        settled.into_iter().for_each(|entry| self.tell(Event::Entry(entry)));
        self.handle_written(owner)
    }
}
