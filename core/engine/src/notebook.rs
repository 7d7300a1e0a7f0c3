//! The notebook's verbs over one volume, and its entries as plain values.
//!
//! What the app may do is here; where it lies in the document is `schema`'s, who may do it is
//! `law`'s, and how it merges is the document's. A verb judges by the law before it commits, as the
//! other phone will when it receives.

pub mod carry;
pub mod claim;
pub mod comment;
pub mod deed;
pub mod edition;
pub mod entry;
mod inner;
pub mod items;
pub mod kind;
mod kindness;
pub mod kinds;
pub mod law;
mod listening;
pub mod name;
pub mod names;
pub mod own;
pub mod reaction;
mod repair;
pub mod schema;
pub mod sheet;
#[cfg(test)]
mod tests;
pub mod verb;
pub mod words;

use couplet_proto::ids::{Edition, Slot, Volume, WriterId};
use rand_core::CryptoRng;

use crate::document::{
    Applied, Change, Document, Edit, EditError, EntryKey, LoadError, Poisoned, SaveError, Scalar,
    Verdict,
};
use crate::limits::{
    ENTRIES_PER_VOLUME, HEADS_PER_VOLUME, MAX_NOTE, MAX_PAGE, MAX_TITLE, WEIGHT_PER_VOLUME,
};
use crate::text::{added, rebase};
use entry::{Entry, Version};
use law::{Author, judge};
use reaction::NotAnEmoji;
use schema::{Body, ENTRY_VERSION, Field, Kind, TEXT, WordsKey};

/// One volume of the notebook, loaded.
#[derive(Debug)]
pub struct Notebook {
    document: Document,
    slot: Slot,
}

/// Why a verb was not done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotWrite {
    /// There are no words.
    #[error("there is nothing to write; say a word at least")]
    Empty,
    /// There are too many.
    #[error("the text is too long: {got} characters, and the limit is {limit}")]
    TooLong {
        /// UTF-16 units allowed.
        limit: usize,
        /// UTF-16 units given.
        got: usize,
    },
    /// The text has characters that are no text.
    #[error("the text has control characters; remove them")]
    ControlCharacters,
    /// The entry's words are the other person's.
    #[error("these are the other person's words; only they can change them")]
    NotYours,
    /// There is no such entry here.
    #[error("there is no such entry in this notebook")]
    NoEntry,
    /// There is no such comment.
    #[error("there is no such comment on this entry; show the entry again")]
    NoComment,
    /// The reaction is no emoji.
    #[error(transparent)]
    NotAnEmoji(#[from] NotAnEmoji),
    /// There are enough.
    #[error("you left {limit} reactions on this entry already; take one back first")]
    TooManyReactions {
        /// How many one person may leave.
        limit: usize,
    },
    /// The kind of entry has it, and it is not this person's to do, or not at the moment.
    #[error("this cannot be done with this entry now; show the entry to see what can")]
    NotNow,
    /// It is done on something in the entry, and not on that.
    #[error("there is nothing of that name in this entry to do it on; show the entry again")]
    NoItem,
    /// There are enough of something.
    #[error("there are {limit} {what} already, and that is the limit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The word is none of those that can be said here.
    #[error("say one of these: {}", .0.join(", "))]
    NotOneOf(&'static [&'static str]),
    /// The words are no day.
    #[error("this is not a day; give it as the number of days since 1970-01-01")]
    NotADay,
    /// The version that the app last showed is not known here.
    #[error("the version given is not one of this entry's; show the entry again")]
    UnknownVersion,
    /// The document refused.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A change just made, and the entry as it stands with it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The change, to be kept before anything is said.
    pub change: Change,
    /// The entry.
    pub entry: Entry,
}

impl Notebook {
    /// A volume from what the store holds of it.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(
        volume: Volume,
        edition: Edition,
        me: (Slot, WriterId),
        snapshot: Option<&[u8]>,
        changes: Vec<Change>,
    ) -> Result<Self, LoadError> {
        let (slot, writer) = me;
        let document = Document::load(volume, edition, writer, snapshot, changes)?;
        Ok(Self { document, slot })
    }

    /// A snapshot, proved by loading it again.
    ///
    /// # Errors
    /// [`SaveError`].
    pub fn save(&self) -> Result<Vec<u8>, SaveError> {
        self.document.save()
    }

    /// Whether new entries belong into the next volume.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.document.entry_count() >= ENTRIES_PER_VOLUME
            || self.document.heads().len() >= HEADS_PER_VOLUME
            || self.document.weight() >= WEIGHT_PER_VOLUME
    }

    /// Which volume this is.
    #[must_use]
    pub fn volume(&self) -> Volume {
        self.document.volume()
    }

    /// Which edition of it this is.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.document.edition()
    }

    /// Whether the volume must be loaded again from the store.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.document.is_broken()
    }

    /// Writes as another install from here on.
    pub fn set_writer(&mut self, writer: WriterId) {
        self.document.set_writer(writer);
    }

    /// A new entry, complete: `day` counts from 1970-01-01.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn write(
        &mut self,
        kind: Kind,
        day: i32,
        text: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Written, CannotWrite> {
        check_text(kind, text)?;
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let key = EntryKey::from_random(self.slot, random);
        let author = self.author();
        let mut fields = vec![
            (Field::Kind.to_string(), Scalar::Str(kind.name().to_owned())),
            (Field::Version.to_string(), Scalar::Uint(ENTRY_VERSION)),
            (Field::Order.to_string(), Scalar::Uint(author.start)),
            (Field::Day.to_string(), Scalar::Int(i64::from(day))),
        ];
        let page = kind.is_for_two_hands().then_some((TEXT, text));
        if kind.body() == Body::Words {
            fields.push((words_field(author, 1), Scalar::Str(text.to_owned())));
        }
        let others = deed::birth(kind, author, text, day);
        fields.extend(others.into_iter().map(|(field, value)| (field.to_string(), value)));
        let fields: Vec<_> = fields.iter().map(|(f, value)| (f.as_str(), value.clone())).collect();
        let change = self.commit(author, |edit| edit.create_entry(&key, &fields, page))?;
        self.written(&key, change)
    }

    /// Own words anew, or the new text of a page, merged against the version last shown. Nothing,
    /// if nothing is different.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn edit(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<Option<Written>, CannotWrite> {
        let entry = self.entry(key).ok_or(CannotWrite::NoEntry)?;
        let kind = entry.kind.ok_or(CannotWrite::NoEntry)?;
        check_text(kind, text)?;
        let author = self.author();
        let change = match kind.body() {
            Body::Text => self.edit_page(&entry, base, text)?,
            Body::Value(name) => self.set_body(key, name, text)?,
            Body::Words if entry.author != self.slot => return Err(CannotWrite::NotYours),
            Body::Words if entry.text == text && entry.alternatives.is_empty() => None,
            Body::Words => {
                let rev = entry.newest_revision().saturating_add(1);
                let field = words_field(author, rev);
                let words = Scalar::Str(text.to_owned());
                self.commit(author, |edit| edit.put(key, &field, words))?
            }
        };
        match change {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }

    fn edit_page(
        &mut self,
        entry: &Entry,
        base: Option<&Version>,
        text: &str,
    ) -> Result<Option<Change>, CannotWrite> {
        let shown = match base {
            Some(version) => self.document.text_at(&entry.key, TEXT, version.heads()),
            None => Some(entry.text.clone()),
        };
        let splices = match shown {
            Some(shown) => rebase(&shown, text, &entry.text),
            // The version may be one of an edition before, which nobody has any more.
            None if self.edition() != Edition::default() => added(text, &entry.text),
            None => return Err(CannotWrite::UnknownVersion),
        };
        let author = self.author();
        let key = &entry.key;
        self.commit(author, |edit| {
            splices.iter().try_for_each(|splice| {
                edit.splice(key, TEXT, (splice.at, splice.delete), &splice.insert)
            })
        })
    }

    /// Judges and applies received changes, each with the slot of the person who signed it.
    ///
    /// # Errors
    /// [`Poisoned`]: the volume must be loaded again, and the changes brought one by one.
    pub fn receive(&mut self, batch: Vec<(Change, Slot)>) -> Result<Applied, Poisoned> {
        self.document.apply(batch, &|change, slot, operations| {
            let author = Author { slot, writer: change.writer(), start: change.start_op() };
            judge(author, operations)
        })
    }

    /// One entry, if it is in this volume.
    #[must_use]
    pub fn entry(&self, key: &EntryKey) -> Option<Entry> {
        let raw = self.document.entry(key)?;
        Some(Entry::read(key.clone(), (self.volume(), self.slot), &raw, self.version()))
    }

    /// All entries of this volume.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.document.entries().filter_map(|key| self.entry(&key))
    }

    fn version(&self) -> Version {
        Version::of(self.document.heads())
    }

    fn author(&self) -> Author {
        Author { slot: self.slot, writer: self.document.writer(), start: self.document.next_op() }
    }

    fn commit(
        &mut self,
        author: Author,
        write: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
    ) -> Result<Option<Change>, CannotWrite> {
        let change = self.document.edit(|edit| {
            write(edit)?;
            match judge(author, edit.operations()) {
                Verdict::Lawful => Ok(()),
                Verdict::Unlawful(reason) => Err(EditError::Unlawful(reason)),
            }
        })?;
        Ok(change)
    }

    fn written(&self, key: &EntryKey, change: Option<Change>) -> Result<Written, CannotWrite> {
        let change = change.ok_or(EditError::Poisoned)?;
        let entry = self.entry(key).ok_or(CannotWrite::NoEntry)?;
        Ok(Written { change, entry })
    }
}

fn words_field(author: Author, rev: u64) -> String {
    let Author { slot, writer, .. } = author;
    Field::Words(WordsKey { rev, writer, slot, generation: 0 }).to_string()
}

fn check_text(kind: Kind, text: &str) -> Result<(), CannotWrite> {
    match kind.body() {
        Body::Text => check_length(MAX_PAGE, text),
        Body::Words => check_words(MAX_NOTE, text),
        Body::Value(_) => check_words(MAX_TITLE, text),
    }
}

fn check_words(limit: usize, text: &str) -> Result<(), CannotWrite> {
    check_length(limit, text)?;
    if text.trim().is_empty() { Err(CannotWrite::Empty) } else { Ok(()) }
}

fn check_length(limit: usize, text: &str) -> Result<(), CannotWrite> {
    let got = text.encode_utf16().count();
    if got > limit {
        return Err(CannotWrite::TooLong { limit, got });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(CannotWrite::ControlCharacters);
    }
    Ok(())
}
