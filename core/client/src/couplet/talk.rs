//! What is said about an entry: comments and reactions, durable when the call returns.

use couplet_engine::document::EntryKey;

use super::Couplet;
use crate::error::{Error, input};
use crate::owner::Saying;
use crate::store::EntryRow;

impl Couplet {
    /// Says something about an entry, or answers a comment there, named by a beginning of its name
    /// that no other has.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn comment(
        &self,
        entry: &str,
        reply_to: Option<&str>,
        text: &str,
    ) -> Result<EntryRow, Error> {
        let (reply_to, text) = (reply_to.map(str::to_owned), text.to_owned());
        self.say(entry, Saying::Comment { reply_to, text }).await
    }

    /// Writes one's own comment anew.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn edit_comment(
        &self,
        entry: &str,
        comment: &str,
        text: &str,
    ) -> Result<EntryRow, Error> {
        let (comment, text) = (comment.to_owned(), text.to_owned());
        self.say(entry, Saying::EditComment { comment, text }).await
    }

    /// Leaves an emoji on an entry.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn react(&self, entry: &str, emoji: &str) -> Result<EntryRow, Error> {
        let emoji = emoji.to_owned();
        self.say(entry, Saying::React { emoji, is_wanted: true }).await
    }

    /// Takes one's emoji back, on whichever device it was left.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn unreact(&self, entry: &str, emoji: &str) -> Result<EntryRow, Error> {
        let emoji = emoji.to_owned();
        self.say(entry, Saying::React { emoji, is_wanted: false }).await
    }

    /// Says something about the entry that is named so.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn say(&self, entry: &str, saying: Saying) -> Result<EntryRow, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(input)?;
        let row = self.handle.call(move |owner| owner.say(&key, &saying)).await?;
        self.handle.written();
        Ok(row)
    }
}
