//! Down: what is said about an entry that exists.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::comment::{Comment, CommentId};
use couplet_engine::notebook::{CannotWrite, Notebook, Written};

use super::Owner;
use crate::error::Error;
use crate::random;
use crate::store::EntryRow;

impl Owner {
    /// Says something about an entry, or answers the comment there that is named so.
    pub(crate) fn comment(
        &mut self,
        key: &EntryKey,
        reply_to: Option<&str>,
        text: &str,
    ) -> Result<EntryRow, Error> {
        let answered = reply_to.map(|name| self.comment_named(key, name)).transpose()?;
        self.touch(key, |notebook| {
            notebook.comment(key, answered.as_ref(), text, &mut random::system()).map(Some)
        })
    }

    /// One's own comment anew.
    pub(crate) fn edit_comment(
        &mut self,
        key: &EntryKey,
        comment: &str,
        text: &str,
    ) -> Result<EntryRow, Error> {
        let id = self.comment_named(key, comment)?;
        self.touch(key, |notebook| notebook.edit_comment(key, &id, text))
    }

    /// Leaves an emoji on an entry, or takes it back.
    pub(crate) fn react(
        &mut self,
        key: &EntryKey,
        emoji: &str,
        is_wanted: bool,
    ) -> Result<EntryRow, Error> {
        self.touch(key, |notebook| notebook.react(key, emoji, is_wanted))
    }

    /// Does something with an entry that exists; the entry as it stands then.
    fn touch(
        &mut self,
        key: &EntryKey,
        act: impl FnOnce(&mut Notebook) -> Result<Option<Written>, CannotWrite>,
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let row = self.row(key)?;
        let volume = row.entry.volume;
        match act(self.load(volume)?)? {
            Some(written) => self.keep(volume, &written),
            None => Ok(row),
        }
    }

    fn row(&mut self, key: &EntryKey) -> Result<EntryRow, Error> {
        let me = self.replica()?.slot();
        Ok(self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?)
    }

    /// The comment on an entry whose name begins so, if just one does.
    fn comment_named(&mut self, key: &EntryKey, name: &str) -> Result<CommentId, Error> {
        let comments = self.row(key)?.entry.comments;
        let prefix = name.trim();
        let begins = |comment: &&Comment| comment.id.as_str().starts_with(prefix);
        let mut found = comments.iter().filter(begins).map(|comment| comment.id.clone());
        match (found.next(), found.next()) {
            (Some(only), None) if !prefix.is_empty() => Ok(only),
            (Some(_), Some(_)) if !prefix.is_empty() => {
                Err(Error::Input("several comments begin so; give more of the name".into()))
            }
            _ => Err(CannotWrite::NoComment.into()),
        }
    }
}
