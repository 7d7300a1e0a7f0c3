//! What in an entry waits for somebody: what was set apart and not chosen from, what came back, what
//! somebody agreed to before it was as it is, and what is left over from a removed paragraph.
//!
//! It follows from what is shared, so both phones show the same. It holds up nothing: everything
//! else goes on while it waits, and it may wait for ever. Choosing is an ordinary write. Deliberately
//! not here: what only one device knows of, such as words that stand nowhere so far.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::deed::Write;
use super::entry::Entry;
use super::heart;
use super::items::Item;
use super::kinds::{self, Fact};
use super::left_over::LeftOver;
use super::name::ItemId;
use super::own::Subject;
use super::schema::{Body, Kind, name};
use super::sheet::{Alternative, Sheet};
use super::words::Revision;
use super::{CannotWrite, Notebook, Written};
use crate::document::EntryKey;

/// Something that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Need {
    /// Several words or values stand side by side.
    Choice(Choice),
    /// It was removed, and words that were not seen then have brought it back.
    Resurfaced,
    /// Somebody agreed to, or spoke of, earlier words, or chose another time.
    Stale(Fact),
    /// Words are left over from a paragraph that was removed while they were written into it.
    LeftOver(LeftOver),
}

/// Words or values that stand side by side, until one is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What they are: `words` for the body of an entry, otherwise the name that they are shown under.
    pub field: String,
    /// Of which thing, where there can be several.
    pub on: Option<ItemId>,
    /// Whose it is to choose; either's, if nobody is named.
    pub by: Option<Slot>,
    /// What stands there, the one that is shown first.
    pub values: Vec<String>,
}

/// The field of an entry's own words.
pub const WORDS: &str = "words";

/// The field of a comment.
pub const COMMENT: &str = "comment";

impl Entry {
    /// What in it waits for somebody; nothing while it is out of sight.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        if self.is_removed() {
            return Vec::new();
        }
        let mut needs: Vec<Need> = self.choices().into_iter().map(Need::Choice).collect();
        needs.extend(self.trash.iter().map(|_| Need::Resurfaced));
        let is_stale = |fact: &&Fact| {
            matches!(
                fact,
                Fact::EarlierWords(_)
                    | Fact::ConfirmedBefore(_)
                    | Fact::AskedAgain(_)
                    | Fact::ChoseAnother(_)
                    | Fact::EarlierVerdict(_)
            )
        };
        needs.extend(self.facts.iter().filter(is_stale).cloned().map(Need::Stale));
        needs.extend(self.left_over.iter().cloned().map(Need::LeftOver));
        needs
    }

    /// Everything in it that stands side by side.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        let (field, by) = match self.kind.map(Kind::body) {
            Some(Body::Value(name)) => (name, None),
            _ => (WORDS, Some(self.author)),
        };
        choices.extend(choice((field, None), by, &self.text, texts(&self.alternatives)));
        for part in &self.parts {
            let at = (part.name.as_str(), part.id.as_ref());
            choices.extend(choice(at, Some(part.by), &part.text, texts(&part.alternatives)));
        }
        for comment in &self.comments {
            let (at, by) = ((COMMENT, Some(&comment.id)), Some(comment.author));
            choices.extend(choice(at, by, &comment.text, texts(&comment.alternatives)));
        }
        for shown in &self.shown {
            let at = (shown.name.as_str(), shown.id.as_ref());
            choices.extend(choice(at, None, &shown.value, values(&shown.alternatives)));
        }
        for item in &self.items {
            let at = (name::ITEM, Some(&item.id));
            choices.extend(choice(at, None, &item.text, values(&item.alternatives)));
            choices.extend(dispute(item));
        }
        choices
    }

    /// Whether what stands there is its text.
    pub(super) fn is_body(&self, choice: &Choice) -> bool {
        let is_value = |body| matches!(body, Body::Value(name) if name == choice.field);
        choice.on.is_none()
            && (choice.field == WORDS || self.kind.map(Kind::body).is_some_and(is_value))
    }
}

impl Notebook {
    /// Chooses what stands in a place where several do, on both phones. Own words may be others than
    /// those that stand; a value is one of them. Of left-over words, `keep` is said.
    ///
    /// # Errors
    /// [`CannotWrite::NothingToResolve`], [`CannotWrite::NotYours`], [`CannotWrite::NotAChoice`].
    pub fn resolve(
        &mut self,
        key: &EntryKey,
        (field, on): (&str, Option<&ItemId>),
        value: &str,
    ) -> Result<Option<Written>, CannotWrite> {
        if let (name::LEFT_OVER, Some(id)) = (field, on) {
            return self.keep_left_over(key, id, value);
        }
        let entry = self.entry(key).ok_or(CannotWrite::NoEntry)?;
        let is_it = |choice: &Choice| choice.field == field && choice.on.as_ref() == on;
        // Of one name there may be words of both.
        let mut named = entry.choices().into_iter().filter(is_it).peekable();
        named.peek().ok_or(CannotWrite::NothingToResolve)?;
        let me = self.me();
        let is_mine = |choice: &Choice| entry.is_chosen_by(me, choice);
        let choice = named.find(is_mine).ok_or(CannotWrite::NotYours)?;
        if choice.by.is_none() && !choice.values.iter().any(|one| one == value) {
            return Err(CannotWrite::NotAChoice);
        }
        match (entry.is_body(&choice), choice.by, on) {
            (true, ..) => self.edit(key, None, value),
            (false, Some(_), Some(comment)) if field == COMMENT => {
                self.edit_comment(key, comment, value)
            }
            (false, by, _) => {
                let subject = Subject::parse(field, on.map(ItemId::as_str));
                let subject = subject.ok_or(CannotWrite::NothingToResolve)?;
                let writes = match by {
                    Some(_) => {
                        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
                        let sheet = Sheet::read(key.slot(), &raw);
                        vec![kinds::anew(&sheet, self.slot, subject, value)]
                    }
                    None => taken(&entry, subject, value),
                };
                self.put_each(key, writes)
            }
        }
    }
}

/// What it is to take one of several values: a time that is taken is one at which one can.
fn taken(entry: &Entry, subject: Subject, value: &str) -> Vec<Write> {
    let is_choice = subject.name() == name::CHOSEN && entry.kind == Some(Kind::HeartToHeart);
    let mut times = entry.meeting.iter().flat_map(|meeting| &meeting.proposals);
    let time = times.find(|time| is_choice && time.id.as_str() == value);
    let write = || vec![Write::Value(subject, value.to_owned())];
    time.map_or_else(write, |time| heart::choose(&time.id))
}

fn choice(
    (field, on): (&str, Option<&ItemId>),
    by: Option<Slot>,
    shown: &str,
    beside: Vec<String>,
) -> Option<Choice> {
    let (field, on) = (field.to_owned(), on.cloned());
    let values = [shown.to_owned()].into_iter().chain(beside).collect();
    Some(Choice { field, on, by, values }).filter(|choice| choice.values.len() > 1)
}

fn dispute(item: &Item) -> Option<Choice> {
    let [shown, beside] = if item.is_done { ["yes", "no"] } else { ["no", "yes"] };
    let choice = choice((name::DONE, Some(&item.id)), None, shown, vec![beside.to_owned()]);
    choice.filter(|_| item.is_disputed)
}

fn texts(beside: &[Revision]) -> Vec<String> {
    beside.iter().map(|one| one.text.clone()).collect()
}

fn values(beside: &[Alternative]) -> Vec<String> {
    beside.iter().map(|one| one.value.clone()).collect()
}
