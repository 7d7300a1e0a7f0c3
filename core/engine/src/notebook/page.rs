//! Writing on a page, for two hands or for its author's alone.
//!
//! An app hands over the whole text, or where in it something was typed, with the version that it
//! had shown. What its person did is found word by word, so that letters of two never mix into a
//! third word, whatever arrived since the version was shown. Positions are UTF-16 units of the text
//! at that version.

use couplet_proto::ids::Edition;

use super::claim::Owned;
use super::done::written_once_more;
use super::entry::{Entry, Version};
use super::schema::{Class, Field, Hands, Subject, name};
use super::{CannotWrite, Notebook, Written};
use crate::document::{Change, Edit, EditError, EntryKey, RawEntry, Scalar};
use crate::limits::MAX_PAGE;
use crate::text::{self, Splice, rebase};

/// The text of an entry as it stands: an entry has one at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    /// Where it stands.
    pub(super) field: &'a str,
    /// Whose it is.
    pub(super) hands: Hands,
    /// What it says.
    pub(super) words: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn of(raw: &'a RawEntry) -> Option<Self> {
        raw.texts.iter().find_map(|(field, words)| match Field::parse(field) {
            Some(Field::Text(hands)) => Some(Self { field, hands, words }),
            _ => None,
        })
    }
}

/// On a page of one's own nobody else's values are asked for, but that it was removed.
pub(super) fn keep_asked(
    text: Option<Text<'_>>,
    (class, subject): &(Class, Subject),
    said: &mut Vec<Owned>,
) {
    let Some(Text { hands, .. }) = text else { return };
    if *class == Class::Value && subject.name() != name::TRASH {
        said.retain(|(owner, _)| hands.include(owner.slot));
    }
}

impl Notebook {
    /// Replaces `delete` units of a page at `at` by other words, as it was shown at that version, or
    /// as it stands. Nothing, if nothing is different.
    ///
    /// # Errors
    /// [`CannotWrite`]; [`EditError::Position`] for a place outside the text, or inside a character.
    pub fn splice(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        (at, delete): (usize, usize),
        insert: &str,
    ) -> Result<Option<Written>, CannotWrite> {
        let entry = self.entry(key).ok_or(CannotWrite::NoEntry)?;
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let field = Text::of(&raw).ok_or(EditError::WrongKind)?.field;
        let shown = self.shown_at(&entry, field, base)?;
        let splice = Splice { at, delete, insert: insert.to_owned() };
        let text = text::spliced(&shown, &splice).ok_or(EditError::Position)?;
        self.edit(key, base, &text)
    }

    /// The new text of a page, for the one that was shown at that version.
    pub(super) fn edit_page(
        &mut self,
        entry: &Entry,
        base: Option<&Version>,
        text: &str,
    ) -> Result<Option<Change>, CannotWrite> {
        let raw = self.document.entry(&entry.key).ok_or(CannotWrite::NoEntry)?;
        let field = Text::of(&raw).ok_or(EditError::WrongKind)?.field;
        let splices = match self.shown_at(entry, field, base) {
            Ok(shown) => rebase(&shown, text, &entry.text),
            // The version may be one of an edition before, which nobody has any more.
            Err(_) if self.edition() != Edition::default() => text::added(text, &entry.text),
            Err(unknown) => return Err(unknown),
        };
        if splices.is_empty() {
            return Ok(None);
        }
        let inserted: usize = splices.iter().map(|one| one.insert.encode_utf16().count()).sum();
        let deleted: usize = splices.iter().map(|one| one.delete).sum();
        let got = (entry.text.encode_utf16().count() + inserted).saturating_sub(deleted);
        if got > MAX_PAGE {
            return Err(CannotWrite::TooLong { limit: MAX_PAGE, got });
        }
        let author = self.author();
        let once_more = written_once_more(&raw, entry.author, author);
        self.commit(author, |edit| put(edit, (&entry.key, field), &splices, Some(once_more)))
    }

    fn shown_at(
        &self,
        entry: &Entry,
        field: &str,
        base: Option<&Version>,
    ) -> Result<String, CannotWrite> {
        let Some(version) = base else { return Ok(entry.text.clone()) };
        let shown = self.document.text_at(&entry.key, field, version.heads());
        shown.ok_or(CannotWrite::UnknownVersion)
    }
}

/// Writes on a page, as the document had it before.
pub(super) fn put(
    edit: &mut Edit<'_>,
    (key, text): (&EntryKey, &str),
    splices: &[Splice],
    once_more: Option<(Field, Scalar)>,
) -> Result<(), EditError> {
    splices.iter().try_for_each(|splice| {
        edit.splice(key, text, (splice.at, splice.delete), &splice.insert)
    })?;
    once_more.into_iter().try_for_each(|(field, said)| edit.put(key, &field.to_string(), said))
}
