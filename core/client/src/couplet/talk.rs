//! What is said about an entry: comments and reactions, durable when the call returns.

use couplet_engine::document::EntryKey;

use super::Couplet;
use crate::error::{Error, input};
use crate::owner::Owner;
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
        self.touch(entry, move |owner, key| owner.comment(key, reply_to.as_deref(), &text)).await
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
        self.touch(entry, move |owner, key| owner.edit_comment(key, &comment, &text)).await
    }

    /// Leaves an emoji on an entry.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn react(&self, entry: &str, emoji: &str) -> Result<EntryRow, Error> {
        let emoji = emoji.to_owned();
        self.touch(entry, move |owner, key| owner.react(key, &emoji, true)).await
    }

    /// Takes one's emoji back, on whichever device it was left.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn unreact(&self, entry: &str, emoji: &str) -> Result<EntryRow, Error> {
        let emoji = emoji.to_owned();
        self.touch(entry, move |owner, key| owner.react(key, &emoji, false)).await
    }

    /// Does something with the entry that is named so.
    async fn touch(
        &self,
        entry: &str,
        act: impl FnOnce(&mut Owner, &EntryKey) -> Result<EntryRow, Error> + Send + 'static,
    ) -> Result<EntryRow, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(input)?;
        let row = self.handle.call(move |owner| act(owner, &key)).await?;
        self.handle.written();
        Ok(row)
    }
}
