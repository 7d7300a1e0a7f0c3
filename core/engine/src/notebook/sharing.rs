//! Sharing: chosen fields of an entry of one's own, copied into another notebook as one change.
//!
//! What is copied are the words as they stand, said anew by whoever shares. Nothing leads back: the
//! copy has a name of its own, and what is changed in either later does not reach the other.

use couplet_proto::ids::Slot;
use rand_core::CryptoRng;

use super::deed::{Act, Deed, On, Write, fields, put_all};
use super::entry::{Entry, kind_name};
use super::items::{self, items};
use super::kinds::{look, value, writes};
use super::name::ItemId;
use super::schema::{Body, Field, Kind, WordsKey, name};
use super::sheet::Sheet;
use super::{Author, CannotWrite, Notebook, Written, check_text};
use crate::document::{EntryKey, Scalar};

/// What is shared of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    kind: Kind,
    day: i32,
    text: Option<String>,
    deeds: Vec<(Deed, String)>,
}

/// Where a field's words stand in an entry.
#[derive(Clone, Copy)]
enum Stand {
    Part(&'static str),
    Member(&'static str),
    Value(&'static str),
    Items,
}

/// The fields that can be chosen, besides the body: what each is called, where it stands, and the
/// deed that says it.
const FIELDS: [(&str, Stand, Deed); 10] = [
    ("feelings", Stand::Member(name::FEELING), Deed::Feel),
    ("perspective", Stand::Part(name::PERSPECTIVE), Deed::Tell),
    ("understood", Stand::Part(name::UNDERSTOOD), Deed::Understand),
    ("requests", Stand::Part(name::REQUEST), Deed::Ask),
    ("apologies", Stand::Part(name::APOLOGY), Deed::Apologise),
    ("happened-on", Stand::Value(name::HAPPENED), Deed::HappenedOn),
    ("items", Stand::Items, Deed::Add),
    ("on", Stand::Value(name::ON), Deed::SetDate),
    ("repeat", Stand::Value(name::REPEAT), Deed::SetRepeat),
    ("tags", Stand::Member(name::TAG), Deed::Tag),
];

/// What the fields are called, the body first.
const NAMES: [&str; 11] = [
    BODY,
    "feelings",
    "perspective",
    "understood",
    "requests",
    "apologies",
    "happened-on",
    "items",
    "on",
    "repeat",
    "tags",
];

const BODY: &str = "text";

impl Entry {
    /// Copies chosen fields, as they stand. `kind` is what they become, if not the same; `text` is
    /// the body to begin with where the body itself is not chosen.
    ///
    /// # Errors
    /// [`CannotWrite::NotOneOf`] for a field that there is not, [`CannotWrite::Empty`] for one that
    /// says nothing here.
    pub fn sharing(
        &self,
        chosen: &[String],
        kind: Option<Kind>,
        text: Option<&str>,
    ) -> Result<Sharing, CannotWrite> {
        let own = self.kind.map(|kind| if kind.is_for_oneself() { Kind::Note } else { kind });
        let kind = kind.or(own).ok_or(CannotWrite::NotNow)?;
        if kind.is_for_oneself() {
            return Err(CannotWrite::ForVault);
        }
        let mut sharing =
            Sharing { kind, day: self.day, text: text.map(str::to_owned), deeds: Vec::new() };
        for field in chosen {
            if field == BODY {
                sharing.text = Some(self.text.clone());
                continue;
            }
            let known = FIELDS.into_iter().find(|(name, ..)| name == field);
            let (_, stand, deed) = known.ok_or(CannotWrite::NotOneOf(&NAMES))?;
            let words = self.words_at(stand);
            if words.is_empty() {
                return Err(CannotWrite::Empty);
            }
            sharing.deeds.extend(words.into_iter().map(|words| (deed, words)));
        }
        Ok(sharing)
    }

    /// The author's words in one place.
    fn words_at(&self, stand: Stand) -> Vec<String> {
        let me = self.author;
        match stand {
            Stand::Part(name) => {
                let own = self.parts.iter().filter(|part| part.by == me && part.name == name);
                own.map(|part| part.text.clone()).collect()
            }
            Stand::Member(name) => {
                let own = self.members.iter().filter(|one| one.by == me && one.name == name);
                own.map(|member| member.value.clone()).collect()
            }
            Stand::Value(name) => {
                let named = self.shown.iter().filter(|shown| shown.name == name);
                named.map(|shown| shown.value.clone()).collect()
            }
            Stand::Items => self.items.iter().map(|item| item.text.clone()).collect(),
        }
    }
}

impl Notebook {
    /// A new entry out of what is shared, complete in one change.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn share(
        &mut self,
        sharing: &Sharing,
        rng: &mut dyn CryptoRng,
    ) -> Result<Written, CannotWrite> {
        let Sharing { kind, day, text, .. } = sharing;
        let text = text.as_deref().ok_or(CannotWrite::Empty)?;
        let said = said(sharing, *kind, &Sheet::empty(self.slot), self.slot, rng)?;
        let key = self.new_key(rng);
        self.begin_with(&key, (*kind, *day, text), said)
    }

    /// The same, said in an entry that is there, as one change; nothing, if all of it stands there.
    ///
    /// # Errors
    /// [`CannotWrite`].
    pub fn share_into(
        &mut self,
        key: &EntryKey,
        sharing: &Sharing,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Written>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let kind: Kind = kind_name(&raw).parse().map_err(|_| CannotWrite::NotNow)?;
        let sheet = Sheet::read(key.slot(), &raw);
        let mut said = said(sharing, kind, &sheet, self.slot, rng)?;
        let author = self.author();
        let mut anew = None;
        if let Some(text) = sharing.text.as_deref() {
            check_text(kind, text)?;
            let shown = self.entry(key).ok_or(CannotWrite::NoEntry)?;
            match kind.body() {
                Body::Value(body) => said.push(value(body, text.to_owned())),
                Body::Words if !self.is_by_me(shown.author, shown.generation) => {
                    return Err(CannotWrite::NotYours);
                }
                Body::Words if shown.text == text && shown.alternatives.is_empty() => {}
                Body::Words => {
                    let rev = shown.newest_revision().saturating_add(1);
                    let Author { slot, generation, writer, .. } = author;
                    let key = WordsKey { rev, writer, slot, generation };
                    anew = Some((Field::Words(key), Scalar::Str(text.to_owned())));
                }
                Body::Text | Body::Notes(_) => return Err(CannotWrite::NotNow),
            }
        }
        said.iter().try_for_each(Write::check)?;
        let mut fields = fields(&sheet, author, said);
        fields.extend(anew);
        let change = self.commit(author, |edit| put_all(edit, key, author, fields))?;
        match change {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }
}

/// What the deeds of a sharing write, each as if the one before had been done.
fn said(
    sharing: &Sharing,
    kind: Kind,
    sheet: &Sheet,
    me: Slot,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Write>, CannotWrite> {
    let open = look(kind, sheet).open;
    let mut said = Vec::new();
    let mut last = items(sheet).pop().map(|item| item.place).unwrap_or_default();
    for (deed, words) in &sharing.deeds {
        if !open.iter().any(|one| one.to == me && one.deed == *deed && one.on == On::Entry) {
            return Err(CannotWrite::NotNow);
        }
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let new = ItemId::from_random(random);
        if *deed == Deed::Add {
            let (place, both) = items::added_behind(&last, words, &new)?;
            last = place;
            said.extend(both);
        } else {
            said.extend(writes(
                kind,
                sheet,
                me,
                Act { deed: *deed, on: None, words, now: 0 },
                new,
            )?);
        }
    }
    Ok(said)
}
