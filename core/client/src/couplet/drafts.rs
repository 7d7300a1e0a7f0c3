//! Drafts, as an app keeps them: at every keystroke, until they are shared or thrown away.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::schema::Kind;

use super::Couplet;
use crate::error::{Error, input};
use crate::store::{Draft, EntryRow};

impl Couplet {
    /// Begins a draft of a new entry; `day` counts from 1970-01-01. Nobody else sees it.
    ///
    /// # Errors
    /// [`Error::Write`] if it is too long, [`Error::Store`].
    pub async fn draft_new(&self, kind: Kind, day: i32, text: &str) -> Result<Draft, Error> {
        let text = text.to_owned();
        self.handle.call(move |owner| owner.draft_new(kind, day, &text)).await
    }

    /// Begins a draft of an edit, from the version that was last shown.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`] if it is too long, [`Error::Store`].
    pub async fn draft_edit(
        &self,
        entry: &str,
        base: Option<&str>,
        text: &str,
    ) -> Result<Draft, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(input)?;
        let base = base.map(str::parse::<Version>).transpose().map_err(input)?;
        let text = text.to_owned();
        self.handle.call(move |owner| owner.draft_edit(&key, base.as_ref(), &text)).await
    }

    /// Gives a draft other words: cheap enough for every keystroke, and durable when it returns.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`] if it is too long, [`Error::Store`].
    pub async fn draft_update(&self, draft: &str, text: &str) -> Result<(), Error> {
        let (id, text) = (draft.to_owned(), text.to_owned());
        self.handle.call(move |owner| owner.draft_update(&id, &text)).await
    }

    /// The drafts of this device, the oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drafts(&self) -> Result<Vec<Draft>, Error> {
        self.handle.read(|tables, _| tables.drafts()).await
    }

    /// One draft, named by its id or by a beginning of it that no other has.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Input`] if several begin so.
    pub async fn draft(&self, draft: &str) -> Result<Draft, Error> {
        let mut drafts = self.drafts().await?;
        drafts.retain(|held| !draft.is_empty() && held.id.starts_with(draft));
        match <[Draft; 1]>::try_from(drafts) {
            Ok([draft]) => Ok(draft),
            Err(several) if several.is_empty() => Err(Error::NotFound("draft")),
            Err(_) => Err(Error::Input("several drafts begin so; give more of the name".into())),
        }
    }

    /// Throws a draft away, for good.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn draft_discard(&self, draft: &str) -> Result<(), Error> {
        let id = draft.to_owned();
        self.handle.call(move |owner| owner.draft_discard(&id)).await
    }

    /// Shares a draft: its final words become one change, whatever was typed before them.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`], [`Error::Store`]; the draft is still there then.
    pub async fn share_draft(&self, draft: &str) -> Result<EntryRow, Error> {
        let id = draft.to_owned();
        let row = self.handle.call(move |owner| owner.share_draft(&id)).await?;
        self.handle.written();
        Ok(row)
    }
}
