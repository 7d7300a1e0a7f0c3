//! Sharing: chosen fields of an entry of one's own, copied into another notebook as one change.
//!
//! What is copied are the words as they stand, said anew by whoever shares. Nothing leads back: the
//! copy has a name of its own, and what is changed in either later does not reach the other.

use couplet_proto::ids::Slot;
use rand_core::CryptoRng;

use super::deed::{Act, Deed, On, Write, fields, put_all};
use super::entry::{Entry, kind_name};
use super::items::{self, Item, items};
use super::kinds::{look, value, writes};
use super::name::ItemId;
use super::schema::{Body, Field, Kind, Owner, Subject, WordsKey, name};
use super::sheet::{Member, Sheet, Shown, Stance};
use super::{Author, CannotWrite, Notebook, Written, check_text, closed};
use crate::document::{EntryKey, Scalar};

/// What is shared of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    kind: Kind,
    day: i32,
    text: Option<String>,
    /// The notes of a conversation, beside what it is begun with.
    notes: Option<String>,
    said: Vec<Said>,
}

/// One thing that is said in what is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    deed: Deed,
    words: String,
    /// Of an item: whether it is done.
    is_done: bool,
}

/// Where a field's words stand in an entry.
#[derive(Clone, Copy)]
enum Stand {
    Part(&'static str),
    Member(&'static str),
    Value(&'static str),
    Claim(&'static str),
    Items,
    Promises,
    Times,
}

/// The fields that can be chosen, besides those that an entry is begun with: what each is called,
/// where it stands, and the deed that says it. What is said to the other alone, or of them, is no
/// field: a seal, thanks, votes, letting go.
const FIELDS: [(&str, Stand, Deed); 25] = [
    ("feelings", Stand::Member(name::FEELING), Deed::Feel),
    ("perspective", Stand::Part(name::PERSPECTIVE), Deed::Tell),
    ("understood", Stand::Part(name::UNDERSTOOD), Deed::Understand),
    ("requests", Stand::Part(name::REQUEST), Deed::Ask),
    ("apologies", Stand::Part(name::APOLOGY), Deed::Apologise),
    ("happened-on", Stand::Value(name::HAPPENED), Deed::HappenedOn),
    ("items", Stand::Items, Deed::Add),
    ("promises", Stand::Promises, Deed::Promise),
    ("times", Stand::Times, Deed::Propose),
    ("length", Stand::Value(name::LENGTH), Deed::SetLength),
    ("where", Stand::Value(name::WHERE), Deed::SetWhere),
    ("on", Stand::Value(name::ON), Deed::SetDate),
    ("repeat", Stand::Value(name::REPEAT), Deed::SetRepeat),
    ("status", Stand::Claim(name::STATUS), Deed::Stand),
    ("tender", Stand::Claim(name::TENDER), Deed::SetTender),
    ("done-by", Stand::Claim(name::DONE_BY), Deed::DoneBy),
    ("level", Stand::Claim(name::LEVEL), Deed::Rate),
    ("answer", Stand::Part(name::ANSWER), Deed::Answer),
    ("title", Stand::Value(name::TITLE), Deed::Entitle),
    ("colour", Stand::Value(name::COLOUR), Deed::SetColour),
    ("called", Stand::Part(name::CALLED), Deed::CallMe),
    ("together-since", Stand::Value(name::SINCE), Deed::TogetherSince),
    ("theme", Stand::Value(name::THEME), Deed::SetTheme),
    ("begins", Stand::Claim(name::BEGINS), Deed::Begins),
    ("tags", Stand::Member(name::TAG), Deed::Tag),
];

/// What the fields are called, those that an entry is begun with first.
const NAMES: [&str; 27] = [
    BODY,
    WHY,
    "feelings",
    "perspective",
    "understood",
    "requests",
    "apologies",
    "happened-on",
    "items",
    "promises",
    "times",
    "length",
    "where",
    "on",
    "repeat",
    "status",
    "tender",
    "done-by",
    "level",
    "answer",
    "title",
    "colour",
    "called",
    "together-since",
    "theme",
    "begins",
    "tags",
];

/// Its text: of a conversation the notes, of everything else what it is begun with.
const BODY: &str = "text";

/// What a conversation is begun with.
const WHY: &str = "why";

impl Entry {
    /// Copies chosen fields, as they stand. `kind` is what they become, if not the same; `text` is
    /// the body to begin with where the body itself is not chosen.
    ///
    /// # Errors
    /// [`CannotWrite::NotOneOf`] for a field that there is not, [`CannotWrite::Empty`] for one that
    /// says nothing here, [`CannotWrite::ForVault`] for what is on its way elsewhere (a draft), or
    /// for nobody (what was seen), and where it would become something for oneself.
    pub fn sharing(
        &self,
        chosen: &[String],
        kind: Option<Kind>,
        text: Option<&str>,
    ) -> Result<Sharing, CannotWrite> {
        let own = self.kind.map(|kind| if kind.is_for_oneself() { Kind::Note } else { kind });
        let kind = kind.or(own).ok_or(CannotWrite::NotNow)?;
        if kind.is_for_oneself() || self.kind.is_some_and(Kind::is_out_of_timelines) {
            return Err(CannotWrite::ForVault);
        }
        let text = text.map(str::to_owned);
        let mut sharing = Sharing { kind, day: self.day, text, notes: None, said: Vec::new() };
        let has_notes = |kind: Kind| matches!(kind.body(), Body::Notes(_));
        for field in chosen {
            if field == BODY && has_notes(kind) && self.kind.is_some_and(has_notes) {
                sharing.notes = Some(self.text.clone());
                continue;
            }
            if field == BODY {
                sharing.text = Some(self.text.clone());
                continue;
            }
            let known = FIELDS.into_iter().find(|(name, ..)| name == field);
            let (stand, deed) = match known {
                Some((_, stand, deed)) => (stand, Some(deed)),
                None if field == WHY => (Stand::Part(name::WHY), None),
                None => return Err(CannotWrite::NotOneOf(&NAMES)),
            };
            let mut words = self.words_at(stand);
            if words.is_empty() {
                return Err(CannotWrite::Empty);
            }
            match deed {
                Some(deed) => {
                    for (words, is_done) in words {
                        let (deed, words) = self.said_anew(deed, words)?;
                        sharing.said.push(Said { deed, words, is_done });
                    }
                }
                None => sharing.text = words.pop().map(|(why, _)| why),
            }
        }
        Ok(sharing)
    }

    /// The deed that says these words in a shared notebook: a feeling with how strong it is, a kind
    /// that can be begun there.
    fn said_anew(&self, deed: Deed, words: String) -> Result<(Deed, String), CannotWrite> {
        if deed == Deed::Begins {
            words.parse::<Kind>().map_err(|_| CannotWrite::NoKind)?.begun_in(false)?;
        }
        let is_it = |one: &&Member| (one.by, &one.value) == (self.author, &words);
        let feelings = self.members.iter().filter(|_| deed == Deed::Feel).find(is_it);
        Ok(match feelings.and_then(|feeling| feeling.intensity) {
            Some(intensity) => (Deed::Weigh, format!("{intensity} {words}")),
            None => (deed, words),
        })
    }

    /// The author's words in one place, and whether what they speak of is done.
    fn words_at(&self, stand: Stand) -> Vec<(String, bool)> {
        let me = self.author;
        let items = |is_promise: bool| -> Vec<(String, bool)> {
            let some = self.items.iter().filter(|item| item.is_promise == is_promise);
            some.map(|item| (item.text.clone(), item.is_done)).collect()
        };
        let words: Vec<String> = match stand {
            Stand::Items => return items(false),
            Stand::Promises => return items(true),
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
            Stand::Claim(name) => {
                let own = self.stances.iter().filter(|one| one.by == me && one.name == name);
                own.map(|stance| stance.value.clone()).collect()
            }
            Stand::Times => {
                let times = self.meeting.iter().flat_map(|meeting| &meeting.proposals);
                let own = times.filter(|time| time.by.contains(&me));
                own.map(|time| format!("{} {} {}", time.start, time.end, time.zone)).collect()
            }
        };
        words.into_iter().map(|words| (words, false)).collect()
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
        let Sharing { kind, day, text, notes, .. } = sharing;
        let text = text.as_deref().ok_or(CannotWrite::Empty)?;
        let said = said(sharing, *kind, &Sheet::empty(self.slot), self.slot, rng)?;
        let key = self.new_key(rng);
        let said = self.close_all(&key, said, rng)?;
        let notes = notes.as_deref().unwrap_or_default();
        self.begin_whole(&key, (*kind, *day, text), notes, said)
    }

    /// The same, said in an entry that is there, as one change: what does not stand there is added.
    /// Other words that stand there give way only if it is said that they are shared again. Nothing,
    /// if all of it stands there.
    ///
    /// # Errors
    /// [`CannotWrite`]; [`CannotWrite::StandsThere`] if something would give way unsaid.
    pub fn share_into(
        &mut self,
        key: &EntryKey,
        (sharing, is_again): (&Sharing, bool),
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Written>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let kind: Kind = kind_name(&raw).parse().map_err(|_| CannotWrite::NotNow)?;
        let sheet = Sheet::read(key.slot(), &raw);
        let mut said = said(sharing, kind, &sheet, self.slot, rng)?;
        if sharing.notes.is_some() {
            return Err(CannotWrite::NotNow);
        }
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
                Body::OwnText if !self.is_by_me(shown.author, shown.generation) => {
                    return Err(CannotWrite::NotYours);
                }
                Body::Text | Body::OwnText | Body::Notes(_) => return Err(CannotWrite::NotNow),
            }
        }
        said.iter().try_for_each(Write::check)?;
        let me = Owner { slot: author.slot, generation: author.generation, writer: author.writer };
        let gives_way = anew.is_some() || said.iter().any(|write| write.replaces(&sheet, me));
        if gives_way && !is_again {
            return Err(CannotWrite::StandsThere);
        }
        let said = self.close_all(key, said, rng)?;
        let mut fields = fields(&sheet, author, said);
        fields.extend(anew);
        let change = self.commit(author, |edit| put_all(edit, key, author, fields))?;
        match change {
            Some(change) => self.written(key, Some(change)).map(Some),
            None => Ok(None),
        }
    }
}

impl Write {
    /// Whether something else that stands in an entry gives way to it.
    fn replaces(&self, sheet: &Sheet, me: Owner) -> bool {
        let says_else = |subject: &Subject, words: &str| {
            let stands = sheet.part_by(subject.name(), subject.id.as_ref(), me);
            stands.is_some_and(|part| part.text != words)
        };
        let stands_else = |subject: &Subject, value: &str| {
            let is_it = |one: &Stance| {
                (one.name.as_str(), &one.id, one.by) == (subject.name(), &subject.id, me.slot)
            };
            let mut stands = sheet.all_stances().into_iter().filter(is_it);
            stands.any(|one| !one.value.is_empty() && one.value != value)
        };
        match self {
            Self::Part(subject, words) => says_else(subject, words),
            Self::Close(name, _) => closed::of(sheet, name, me.slot).next().is_some(),
            Self::Claim(subject, value, _) => stands_else(subject, value),
            Self::With(said, value, _, part, words) => {
                stands_else(said, value) || says_else(part, words)
            }
            Self::Value(subject, value) => {
                let is_it =
                    |one: &Shown| (one.name.as_str(), &one.id) == (subject.name(), &subject.id);
                let mut stands = sheet.all_shown().into_iter().filter(is_it);
                stands.any(|one| !one.value.is_empty() && one.value != *value)
            }
            Self::Member(..) | Self::Closed(..) | Self::Key(..) => false,
        }
    }
}

/// What the deeds of a sharing write, each as if the one before had been done; of what can be said
/// several times, what does not stand there.
fn said(
    sharing: &Sharing,
    kind: Kind,
    sheet: &Sheet,
    me: Slot,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Write>, CannotWrite> {
    let (open, standing) = (look(kind, sheet).open, items(sheet));
    let mut all = Vec::new();
    let mut last = standing.last().map(|item| item.place.clone()).unwrap_or_default();
    let mut there = said_before(sheet, &standing, me);
    for Said { deed, words, is_done } in &sharing.said {
        if !open.iter().any(|one| one.to == me && one.deed == *deed && one.on == On::Entry) {
            return Err(CannotWrite::NotNow);
        }
        if let Some(at) = there.iter().position(|one| *one == (*deed, words.as_str())) {
            there.swap_remove(at);
            continue;
        }
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let new = ItemId::from_random(random);
        if matches!(deed, Deed::Add | Deed::Promise) {
            let (place, both) = items::added_behind(&last, words, &new)?;
            last = place;
            all.extend(both);
            all.extend(is_done.then(|| items::done(&new)));
            if *deed == Deed::Promise {
                all.extend(items::promised(me, &new));
            }
        } else {
            let act = Act { deed: *deed, on: None, words, now: 0 };
            all.extend(writes(kind, sheet, me, act, new)?);
        }
    }
    Ok(all)
}

/// What of that which can be said several times this person has said, and everybody's items.
fn said_before<'a>(sheet: &'a Sheet, items: &'a [Item], me: Slot) -> Vec<(Deed, &'a str)> {
    let items = items.iter().map(|item| {
        let deed = if item.is_promise { Deed::Promise } else { Deed::Add };
        (deed, item.text.as_str())
    });
    let own = sheet.parts.iter().filter(|part| part.by == me);
    let parts = own.filter_map(|part| match part.name.as_str() {
        name::REQUEST => Some((Deed::Ask, part.text.as_str())),
        name::APOLOGY => Some((Deed::Apologise, part.text.as_str())),
        _ => None,
    });
    items.chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_names_a_field_that_there_is_not_is_told_of_all_there_are() {
        let known = [BODY, WHY].into_iter().chain(FIELDS.map(|(name, ..)| name));
        assert_eq!(known.collect::<Vec<_>>(), NAMES);
    }
}
