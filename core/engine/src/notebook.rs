//! The notebook's verbs over one volume, and its entries as plain values.
//!
//! What the app may do is here; where it lies in the document is `schema`'s, who may do it is
//! `law`'s, and how it merges is the document's. A verb judges by the law before it commits, as the
//! other phone will when it receives.

pub mod attention;
pub mod carry;
pub mod claim;
mod closed;
pub mod comment;
mod day;
pub mod deed;
mod deeds;
mod done;
pub mod draft;
pub mod edition;
pub mod entry;
pub mod heart;
mod inner;
pub mod items;
pub mod kind;
pub mod kindness;
pub mod kinds;
pub mod law;
pub mod left_over;
mod listening;
pub mod marks;
pub mod name;
pub mod names;
pub mod own;
mod page;
pub mod profile;
mod prompt;
pub mod reaction;
mod refusal;
pub mod repair;
mod saying;
pub mod schema;
pub mod sharing;
pub mod sheet;
pub mod since;
mod template;
#[cfg(test)]
mod tests;
pub mod trash;
pub mod verb;
pub mod words;

use couplet_proto::ids::{Edition, Person, Slot, Volume, WriterId};
use rand_core::CryptoRng;

use crate::document::{
    Applied, Change, Document, Edit, EditError, EntryKey, LoadError, Poisoned, SaveError, Scalar,
    Verdict,
};
use crate::limits::{
    ENTRIES_PER_VOLUME, HEADS_PER_VOLUME, MAX_NOTE, MAX_PAGE, MAX_SWEET_NOTE, MAX_TITLE,
    WEIGHT_PER_VOLUME,
};
use crate::seal::closed::Keeper;
use closed::Reader;
use deed::Write;
use entry::{Entry, Version};
use kindness::Seal;
use law::{Author, judge};
use name::ItemId;
pub use refusal::CannotWrite;
use schema::{Body, ENTRY_VERSION, Field, Hands, Kind, Subject, WordsKey};

/// One volume of the notebook, loaded.
#[derive(Debug)]
pub struct Notebook {
    document: Document,
    slot: Slot,
    /// Which generation of that person writes here.
    generation: u32,
    /// Who closes words here; nobody where nothing is written.
    keeper: Option<Keeper>,
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
        me: (Person, WriterId),
        snapshot: Option<&[u8]>,
        changes: Vec<Change>,
    ) -> Result<Self, LoadError> {
        let (Person { slot, generation }, writer) = me;
        let document = Document::load(volume, edition, writer, snapshot, changes)?;
        Ok(Self { document, slot, generation, keeper: None })
    }

    /// Closes words from here on for all devices of this person that the log knows.
    pub fn set_keeper(&mut self, keeper: Keeper) {
        self.keeper = Some(keeper);
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
        let key = self.new_key(rng);
        self.begin_with(&key, (kind, day, text), Vec::new())
    }

    /// A new entry with more in it than its kind begins with, complete in one change.
    fn begin_with(
        &mut self,
        key: &EntryKey,
        begun: (Kind, i32, &str),
        said: Vec<Write>,
    ) -> Result<Written, CannotWrite> {
        self.begin_whole(key, begun, "", said)
    }

    /// The same, with notes for both hands if its kind has them.
    fn begin_whole(
        &mut self,
        key: &EntryKey,
        (kind, day, text): (Kind, i32, &str),
        notes: &str,
        said: Vec<Write>,
    ) -> Result<Written, CannotWrite> {
        check_birth(kind, text)?;
        kinds::check_day(day)?;
        check_length(MAX_PAGE, notes)?;
        said.iter().try_for_each(Write::check)?;
        let author = self.author();
        let writes = kinds::birth(kind, text, day).into_iter().chain(said).collect();
        let mut others = deed::begun_with(author, writes);
        if kind.body() == Body::Words {
            let words = Scalar::Str(text.to_owned());
            others.push((Field::Words(words_key(author, 1)), words));
        }
        let page = match kind.body() {
            Body::Text => Some((Hands::Both, text)),
            Body::OwnText => Some((Hands::One(self.me()), text)),
            Body::Notes(_) => Some((Hands::Both, notes)),
            Body::Words | Body::Value(_) => None,
        };
        self.begin((key, kind, day), others, page)
    }

    /// A new note under a seal; where the other opens it when they want to, `when` may say when
    /// that is.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn write_sealed(
        &mut self,
        (seal, when): (Seal, Option<&str>),
        day: i32,
        text: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Written, CannotWrite> {
        check_birth(Kind::Note, text)?;
        kinds::check_day(day)?;
        when.map_or(Ok(()), |when| check_length(MAX_TITLE, when))?;
        let key = self.new_key(rng);
        let (words, closing) = self.close_words(&key, names::CLOSED, text, rng)?;
        let id = ItemId::from_random(words.name().truncated());
        let mut writes = kindness::birth(seal, when);
        writes.push(Write::Closed(Subject::new(names::CLOSED, None), words));
        if !seal.is_held_back {
            writes.push(Write::Key(id, closing.secret().expose().to_vec()));
        }
        let others = deed::begun_with(self.author(), writes);
        self.begin((&key, Kind::Note, day), others, None)
    }

    fn new_key(&self, rng: &mut dyn CryptoRng) -> EntryKey {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        EntryKey::from_random(self.slot, random)
    }

    fn begin(
        &mut self,
        (key, kind, day): (&EntryKey, Kind, i32),
        others: Vec<(Field, Scalar)>,
        page: Option<(Hands, &str)>,
    ) -> Result<Written, CannotWrite> {
        let author = self.author();
        let fields = Self::born_with(author, (kind, day), others);
        let fields: Vec<_> = fields.iter().map(|(f, value)| (f.as_str(), value.clone())).collect();
        let page = page.map(|(hands, words)| (Field::Text(hands).to_string(), words));
        let page = page.as_ref().map(|(field, words)| (field.as_str(), *words));
        let change = self.commit(author, |edit| edit.create_entry(key, &fields, page))?;
        self.written(key, change)
    }

    /// Everything that stands in a new entry.
    fn born_with(
        author: Author,
        (kind, day): (Kind, i32),
        others: Vec<(Field, Scalar)>,
    ) -> Vec<(String, Scalar)> {
        let mut fields = vec![
            (Field::Kind.to_string(), Scalar::Str(kind.name().to_owned())),
            (Field::Version.to_string(), Scalar::Uint(ENTRY_VERSION)),
            (Field::Order.to_string(), Scalar::Uint(author.start)),
            (Field::Day.to_string(), Scalar::Int(i64::from(day))),
        ];
        fields.extend(others.into_iter().map(|(field, value)| (field.to_string(), value)));
        fields
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
        let kind = entry.kind.ok_or(CannotWrite::NotNow)?;
        check_text(kind, text)?;
        let author = self.author();
        let change = match kind.body() {
            Body::Value(name) => self.set_value(key, name, text)?,
            Body::Words | Body::OwnText if !self.is_by_me(entry.author, entry.generation) => {
                return Err(CannotWrite::NotYours);
            }
            Body::Text | Body::OwnText | Body::Notes(_) => self.edit_page(&entry, base, text)?,
            Body::Words if entry.is_under_seal() => return Err(CannotWrite::NotNow),
            Body::Words if entry.text == text && entry.alternatives.is_empty() => None,
            Body::Words => {
                let rev = entry.newest_revision().saturating_add(1);
                let field = Field::Words(words_key(author, rev)).to_string();
                let words = Scalar::Str(text.to_owned());
                self.commit(author, |edit| edit.put(key, &field, words))?
            }
        };
        match change {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }

    /// Judges and applies received changes, each with the person who signed it.
    ///
    /// # Errors
    /// [`Poisoned`]: the volume must be loaded again, and the changes brought one by one.
    pub fn receive(&mut self, batch: Vec<(Change, Person)>) -> Result<Applied, Poisoned> {
        self.document.apply(batch, &|change, by, operations| {
            let Person { slot, generation } = by;
            let (writer, start) = (change.writer(), change.start_op());
            let author = Author { slot, generation, writer, start };
            judge(author, operations)
        })
    }

    /// One entry, if it is in this volume.
    #[must_use]
    pub fn entry(&self, key: &EntryKey) -> Option<Entry> {
        let raw = self.document.entry(key)?;
        let reader = (self.volume(), self.reader());
        let mut entry = Entry::read(key.clone(), reader, &raw, self.version());
        self.place_ranges(&mut entry, &raw);
        self.place_left_over(&mut entry, &raw);
        Some(entry)
    }

    /// All entries of this volume.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.document.entries().filter_map(|key| self.entry(&key))
    }

    fn reader(&self) -> Reader<'_> {
        Reader { slot: self.slot, generation: self.generation, keeper: self.keeper.as_ref() }
    }

    fn version(&self) -> Version {
        Version::of(self.document.heads())
    }

    fn author(&self) -> Author {
        let Person { slot, generation } = self.me();
        let (writer, start) = (self.document.writer(), self.document.next_op());
        Author { slot, generation, writer, start }
    }

    const fn me(&self) -> Person {
        Person { slot: self.slot, generation: self.generation }
    }

    /// Whether these are this generation's own words: of those that somebody wrote before they lost
    /// everything, nobody writes one anew (protocol rule 6).
    fn is_by_me(&self, slot: Slot, generation: u32) -> bool {
        self.me() == Person { slot, generation }
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

fn words_key(author: Author, rev: u64) -> WordsKey {
    let Author { slot, generation, writer, .. } = author;
    WordsKey { rev, writer, slot, generation }
}

/// What an entry is begun with; of one that has notes, why it is.
fn check_birth(kind: Kind, text: &str) -> Result<(), CannotWrite> {
    match kind.body() {
        Body::Notes(_) => check_words(MAX_NOTE, text),
        Body::Text | Body::OwnText | Body::Words | Body::Value(_) => check_text(kind, text),
    }
}

fn check_text(kind: Kind, text: &str) -> Result<(), CannotWrite> {
    match kind.body() {
        Body::Text | Body::OwnText | Body::Notes(_) => check_length(MAX_PAGE, text),
        Body::Words if kind == Kind::Note => check_words(MAX_SWEET_NOTE, text),
        Body::Words => check_words(MAX_NOTE, text),
        Body::Value(_) => check_words(MAX_TITLE, text),
    }
}

fn check_words(limit: usize, text: &str) -> Result<(), CannotWrite> {
    check_length(limit, text)?;
    if is_blank(text) { Err(CannotWrite::Empty) } else { Ok(()) }
}

/// Whether nobody would see anything of it: spaces, and characters without a width.
fn is_blank(text: &str) -> bool {
    let has_no_width =
        |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    text.chars().all(|c| c.is_whitespace() || has_no_width(c))
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
