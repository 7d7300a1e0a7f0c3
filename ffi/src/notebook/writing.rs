//! Writing, and saying something about what is written.

use crate::entry::{EntryId, EntryRow, Saying, TextRange, Version, all};
use crate::error::CoupletError;
use crate::export::{Export, Imported, Words};
use crate::kinds::Kind;
use crate::notebook::Notebook;
use crate::times::Seal;

#[uniffi::export]
impl Notebook {
    /// Writes an entry; `day` counts from 1970-01-01.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn write(
        &self,
        kind: Kind,
        day: i32,
        text: String,
    ) -> Result<EntryRow, CoupletError> {
        let write = |couplet: couplet::Couplet| async move {
            couplet.write(kind, day, &text).await.map(EntryRow::from)
        };
        self.call(write).await
    }

    /// Writes a note that the other opens later: at a time, or when they want to, and `when` may say
    /// in words when that is.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn write_sealed(
        &self,
        seal: Seal,
        when: Option<String>,
        day: i32,
        text: String,
    ) -> Result<EntryRow, CoupletError> {
        let write = |couplet: couplet::Couplet| async move {
            let seal = couplet::Seal::from(seal);
            couplet.write_sealed(seal, when.as_deref(), day, &text).await.map(EntryRow::from)
        };
        self.call(write).await
    }

    /// Writes own words anew, or a page's text merged against the version last shown.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(base = None))]
    pub async fn edit(
        &self,
        entry: EntryId,
        text: String,
        base: Option<Version>,
    ) -> Result<EntryRow, CoupletError> {
        let edit = |couplet: couplet::Couplet| async move {
            let base = base.as_ref().map(|base| base.value.as_str());
            couplet.edit(&entry.value, base, &text).await.map(EntryRow::from)
        };
        self.call(edit).await
    }

    /// Types on a page: what stood there, as it was shown at that version, gives way to other words.
    /// It is cheaper than writing all of it anew, and says where the cursor is.
    ///
    /// # Errors
    /// [`CoupletError`].
    #[uniffi::method(default(base = None))]
    pub async fn splice(
        &self,
        entry: EntryId,
        range: TextRange,
        insert: String,
        base: Option<Version>,
    ) -> Result<EntryRow, CoupletError> {
        let splice = |couplet: couplet::Couplet| async move {
            let base = base.as_ref().map(|base| base.value.as_str());
            let (start, end) = range.into();
            let typed = (start, end.saturating_sub(start));
            couplet.splice(&entry.value, base, typed, &insert).await.map(EntryRow::from)
        };
        self.call(splice).await
    }

    /// Says something about an entry: a comment, an answer, an emoji.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn say(&self, entry: EntryId, saying: Saying) -> Result<EntryRow, CoupletError> {
        let say = |couplet: couplet::Couplet| async move {
            couplet.say(&entry.value, saying.into()).await.map(EntryRow::from)
        };
        self.call(say).await
    }

    /// Everything shared, proved to be whole.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn export_all(&self) -> Result<Export, CoupletError> {
        let export =
            |couplet: couplet::Couplet| async move { couplet.export().await.map(Export::from) };
        self.call(export).await
    }

    /// Writes words as new entries of one's own. What stands here already, word for word on its
    /// day, is not written again.
    ///
    /// # Errors
    /// [`CoupletError`]; what was written before stays.
    pub async fn import_words(&self, words: Vec<Words>) -> Result<Imported, CoupletError> {
        let import = |couplet: couplet::Couplet| async move {
            couplet.import(all(words)).await.map(Imported::from)
        };
        self.call(import).await
    }
}
