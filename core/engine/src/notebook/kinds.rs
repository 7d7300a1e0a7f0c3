//! The kinds of entry: what their fields mean, who may do what with them at the moment, and what
//! each deed writes. A kind reads a sheet and writes none of it; who merges what is `claim`'s.
//!
//! What somebody says who has no say in it, though the law lets them write it, is never asked for.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::claim::RevMap;
use super::deed::{Act, Deed, On, Open, Write};
use super::name::ItemId;
use super::saying::Said;
use super::schema::{Body, Kind, Subject, name};
use super::sheet::{Part, Sheet};
use super::{
    CannotWrite, check_words, day, heart, inner, items, kindness, listening, profile, prompt,
    repair, template,
};
use crate::limits::{FIRST_DAY, LAST_DAY, MAX_PARTS, MAX_TAGS, MAX_TITLE, MAX_WORD};

/// Where an entry of some kind has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Listening: the words wait for a reflection.
    Shared,
    /// Listening: a reflection waits for the speaker.
    Reflected,
    /// Listening: it is not quite what was meant.
    Clarifying,
    /// Listening: the speaker was understood, in all that they said.
    Understood,
    /// Listening: the speaker was understood, and has said more since.
    MoreToSay,
    /// Repair: it is being talked about.
    Open,
    /// Repair: somebody asked for a pause.
    Paused,
    /// Repair: one of the two has let it go, as it stands.
    OneLetGo,
    /// Repair: both have let it go, as it stands.
    AtRest,
    /// Repair: both had let it go, and something has come since.
    Reopened,
    /// Note, gesture: whom it was for said thank you.
    Thanked,
    /// Note: it is sealed, and was not opened.
    Sealed,
    /// Note: it was sealed, and was opened.
    Opened,
    /// Note: its author withdrew it before it was opened.
    Withdrawn,
    /// Heart-to-heart: no time was proposed.
    Invited,
    /// Heart-to-heart: there are times, and none that both agree on.
    Proposed,
    /// Heart-to-heart: both agree on a time.
    Agreed,
    /// Heart-to-heart: two times were chosen apart; both are shown.
    TwoChosen,
    /// Heart-to-heart: somebody said not now.
    Later,
    /// Heart-to-heart: somebody cancelled it.
    Cancelled,
    /// Heart-to-heart: it has been.
    Held,
    /// Prompt: nobody has answered.
    Asked,
    /// Prompt: one has answered, and it is closed to the other.
    OneAnswered,
    /// Prompt: both have answered, and a phone of each must hear of it.
    BothAnswered,
    /// Prompt: both answers are open to both.
    Revealed,
    /// Dream, fear, aspiration: both made it theirs.
    Ours,
    /// Dream, fear, aspiration, mood: its author took it back; the other's phone may have shown it.
    TakenBack,
}

/// Something that is to be shown with an entry, so that nothing changes behind anybody's back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// This reflection, answer or receipt is about words that have been added to since.
    EarlierWords(ItemId),
    /// The speaker confirmed this reflection before adding to their words.
    ConfirmedBefore(ItemId),
    /// This person had let go before the page was as it is; they are asked again.
    AskedAgain(Slot),
    /// It was cancelled, and this person had said yes to a time.
    HadSaidYes(Slot),
    /// This person chose another time than the one that stands, and is asked whether they agree.
    ChoseAnother(Slot),
    /// Its author withdrew it after the other had opened it.
    WithdrawnAfterOpened,
    /// What this person closed does not open with the key that they published.
    DoesNotOpen(Slot),
    /// Of this reflection or request its person said this, too, apart, on another device: the more
    /// careful of the two holds.
    AlsoSaid(ItemId, String),
    /// The speaker's verdict on this reflection is of how it read before it was written anew.
    EarlierVerdict(ItemId),
    /// This person changed their answer after both were open to read.
    ChangedSinceOpen(Slot),
    /// It was opened, and its key, which its author's devices have, has not come yet.
    KeyToCome,
}

/// An entry as its kind sees it.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) state: Option<State>,
    pub(super) facts: Vec<Fact>,
    pub(super) open: Vec<Open>,
}

impl State {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Reflected => "reflected",
            Self::Clarifying => "clarifying",
            Self::Understood => "understood",
            Self::MoreToSay => "more-to-say",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::OneLetGo => "one-let-go",
            Self::AtRest => "at-rest",
            Self::Reopened => "reopened",
            Self::Thanked => "thanked",
            Self::Sealed => "sealed",
            Self::Opened => "opened",
            Self::Withdrawn => "withdrawn",
            Self::Invited => "invited",
            Self::Proposed => "proposed",
            Self::Agreed => "agreed",
            Self::TwoChosen => "two-chosen",
            Self::Later => "later",
            Self::Cancelled => "cancelled",
            Self::Held => "held",
            Self::Asked => "asked",
            Self::OneAnswered => "one-answered",
            Self::BothAnswered => "both-answered",
            Self::Revealed => "revealed",
            Self::Ours => "ours",
            Self::TakenBack => "taken-back",
        }
    }
}

impl Look {
    /// Opens a deed to somebody.
    pub(super) fn open(&mut self, to: Slot, deed: Deed) {
        self.open.push(Open { to, deed, on: On::Entry });
    }

    /// Opens a deed on a part to somebody.
    pub(super) fn open_on(&mut self, to: Slot, deed: Deed, part: &Part) {
        let on = part.id.clone().map(On::Thing);
        self.open.extend(on.map(|on| Open { to, deed, on }));
    }

    /// Opens a deed to somebody if it has a sense now.
    pub(super) fn open_if(&mut self, is_sensible: bool, to: Slot, deed: Deed) {
        if is_sensible {
            self.open(to, deed);
        }
    }
}

/// Where the entry has come to, and what is open to whom.
pub(super) fn look(kind: Kind, sheet: &Sheet) -> Look {
    let mut look = match kind {
        Kind::Note | Kind::Gesture => kindness::look(kind, sheet),
        Kind::Listening => listening::look(sheet),
        Kind::Repair => repair::look(sheet),
        Kind::Dream | Kind::Fear | Kind::Aspiration => inner::look(kind, sheet),
        Kind::List => items::look(sheet),
        Kind::HeartToHeart => heart::look(sheet),
        Kind::Prompt => prompt::look(sheet),
        Kind::Profile => profile::look(),
        Kind::Template => template::look(sheet),
        Kind::Date | Kind::Mood | Kind::Reminder => day::look(kind, sheet),
        Kind::Page => page(&Slot::BOTH),
        Kind::OwnPage => page(&[sheet.author]),
        Kind::Myself | Kind::Need | Kind::Boundary | Kind::Letter | Kind::Draft | Kind::Marks => {
            Look::default()
        }
    };
    for part in sheet.parts.iter().filter(|part| !part.is_history()) {
        look.open_on(part.by, Deed::Revise, part);
    }
    for by in Slot::BOTH {
        look.open(by, Deed::Tag);
        look.open_if(!sheet.members(name::TAG, by).is_empty(), by, Deed::Untag);
    }
    look
}

/// What a deed writes that is open to this person; `new` names what it adds.
pub(super) fn writes(
    kind: Kind,
    sheet: &Sheet,
    me: Slot,
    act: Act<'_>,
    new: ItemId,
) -> Result<Vec<Write>, CannotWrite> {
    let words = act.words.to_owned();
    match act.deed {
        Deed::Tag => {
            let is_full = sheet.members(name::TAG, me).len() >= MAX_TAGS;
            let is_there = sheet.members(name::TAG, me).contains(&words);
            enough(is_full && !is_there, "tags", MAX_TAGS)?;
            return tag(sheet, me, words, true);
        }
        Deed::Untag => return tag(sheet, me, words, false),
        Deed::Entitle => {
            check_words(MAX_TITLE, act.words)?;
            return Ok(vec![value(name::TITLE, words)]);
        }
        Deed::SetColour => {
            check_words(MAX_WORD, act.words)?;
            return Ok(vec![value(name::COLOUR, words)]);
        }
        _ => {}
    }
    let mut writes = match kind {
        Kind::Note | Kind::Gesture => kindness::writes(sheet, act),
        Kind::Listening => listening::writes(sheet, me, act, new),
        Kind::Repair => repair::writes(sheet, me, act, new),
        Kind::Dream | Kind::Fear | Kind::Aspiration => inner::writes(sheet, me, act, new),
        Kind::List => items::writes(sheet, me, act, new),
        Kind::HeartToHeart => heart::writes(sheet, me, act, new),
        Kind::Prompt => Ok(prompt::writes(sheet, me, act)),
        Kind::Profile => profile::writes(sheet, act),
        Kind::Template => template::writes(sheet, act, new),
        Kind::Date | Kind::Mood | Kind::Reminder => day::writes(act),
        Kind::Page
        | Kind::OwnPage
        | Kind::Myself
        | Kind::Need
        | Kind::Boundary
        | Kind::Letter
        | Kind::Draft
        | Kind::Marks => Ok(Vec::new()),
    }?;
    if act.deed == Deed::Revise {
        let part = revised(sheet, me, act);
        let known = |part: &Part| NAMES_OF_PARTS.into_iter().find(|name| *name == part.name);
        let part = part.and_then(|part| Some(Subject::new(known(part)?, part.id.clone())));
        writes.extend(part.map(|part| anew(sheet, me, part, act.words)));
    }
    Ok(writes)
}

/// What stands in an entry from the start, besides its author's words.
pub(super) fn birth(kind: Kind, text: &str, day: i32) -> Vec<Write> {
    let mut writes = match kind.body() {
        Body::Value(body) => vec![value(body, text.to_owned())],
        Body::Notes(part) => vec![Write::Part(Subject::new(part, None), text.to_owned())],
        Body::OwnText => vec![claim(name::WRITTEN, None, "", RevMap::default())],
        Body::Words | Body::Text => Vec::new(),
    };
    if matches!(kind, Kind::Date | Kind::Reminder) {
        writes.push(value(name::ON, day.to_string()));
    }
    writes
}

/// A tag is a claim on the name of its word, and no member of a set: nobody need have seen it to let
/// a repair go. What an earlier version put into the set is taken off there, too.
fn tag(sheet: &Sheet, me: Slot, word: String, is_on: bool) -> Result<Vec<Write>, CannotWrite> {
    check_words(MAX_WORD, &word)?;
    if sheet.members(name::TAG, me).contains(&word) == is_on {
        return Ok(Vec::new());
    }
    let subject = Subject::of_member(name::TAG, &word);
    let is_in_set = sheet.has_member(&subject, me);
    let says = |word| Write::Claim(subject, word, RevMap::default());
    if is_on {
        return Ok(vec![says(word)]);
    }
    let taken_off = is_in_set.then_some(Write::Member(name::TAG, word, false));
    Ok(taken_off.into_iter().chain([says(String::new())]).collect())
}

/// Whoever writes on a page says what it is called.
fn page(hands: &[Slot]) -> Look {
    let mut look = Look::default();
    hands.iter().for_each(|by| look.open(*by, Deed::Entitle));
    look
}

/// The words of this person that a deed revises: of several generations', the last.
pub(super) fn revised<'a>(sheet: &'a Sheet, me: Slot, act: Act<'_>) -> Option<&'a Part> {
    let is_named = |part: &&Part| part.by == me && part.id.as_ref() == act.on;
    sheet.parts.iter().filter(is_named).max_by_key(|part| part.generation)
}

/// One more part of that name, if there is room.
pub(super) fn new_part(
    sheet: &Sheet,
    me: Slot,
    name: &'static str,
    new: ItemId,
    words: &str,
) -> Result<Write, CannotWrite> {
    let own = sheet.parts_named(name).filter(|part| part.by == me).count();
    enough(own >= MAX_PARTS, name, MAX_PARTS)?;
    Ok(Write::Part(Subject::new(name, Some(new)), words.to_owned()))
}

/// What else a person said of that, apart, on another device of theirs.
pub(super) fn also_said(
    sheet: &Sheet,
    named: &'static str,
    by: Slot,
    of: &Part,
) -> impl Iterator<Item = Fact> {
    let all = sheet.also_said(named, of.id.as_ref(), by).into_iter();
    all.filter_map(|said| Some(Fact::AlsoSaid(of.id.clone()?, said)))
}

pub(super) fn claim(
    name: &'static str,
    on: Option<&ItemId>,
    value: &str,
    witness: RevMap,
) -> Write {
    Write::Claim(Subject::new(name, on.cloned()), value.to_owned(), witness)
}

pub(super) fn value(name: &'static str, value: String) -> Write {
    Write::Value(Subject::new(name, None), value)
}

/// What one says, with the words that may come with it, as a part of that name: without any, what
/// was said before with words is said no more, and neither are they.
pub(super) fn claim_with(claim: Write, named: &'static str, words: &str) -> Write {
    match claim {
        Write::Claim(said, value, witness) if !words.trim().is_empty() => {
            let part = Subject::new(named, said.id.clone());
            Write::With(said, value, witness, part, words.to_owned())
        }
        claim => claim,
    }
}

/// Words of one's own anew: with what they were said with, where they were said with something.
pub(super) fn anew(sheet: &Sheet, me: Slot, part: Subject, words: &str) -> Write {
    let words = words.to_owned();
    match sheet.said_with(&part, me) {
        Some((said, Said { value, witness })) => Write::With(said, value, witness, part, words),
        None => Write::Part(part, words),
    }
}

pub(super) fn enough(is_full: bool, what: &'static str, limit: usize) -> Result<(), CannotWrite> {
    if is_full { Err(CannotWrite::TooMany { what, limit }) } else { Ok(()) }
}

pub(super) fn one_of(word: &str, known: &'static [&'static str]) -> Result<String, CannotWrite> {
    let found = known.iter().find(|known| **known == word.trim());
    found.map(|word| (*word).to_owned()).ok_or(CannotWrite::NotOneOf(known))
}

/// A civil day, in days since 1970-01-01.
pub(super) fn a_day(words: &str) -> Result<i32, CannotWrite> {
    let day: Result<i64, _> = words.trim().parse();
    let day = i32::try_from(day.map_err(|_| CannotWrite::NotADay)?);
    day.map_or(Err(CannotWrite::DayTooFar), |day| check_day(day).map(|()| day))
}

/// Whether it is a day that something is given here.
pub(super) fn check_day(day: i32) -> Result<(), CannotWrite> {
    if (FIRST_DAY..=LAST_DAY).contains(&day) { Ok(()) } else { Err(CannotWrite::DayTooFar) }
}

/// The value of something that is on that day.
pub(super) fn on_day(name: &'static str, words: &str) -> Result<Write, CannotWrite> {
    Ok(value(name, a_day(words)?.to_string()))
}

/// The parts of which there can be several.
const NAMES_OF_PARTS: [&str; 7] = [
    name::REFLECTION,
    name::MISSED,
    name::SHARE,
    name::REQUEST,
    name::ANSWER,
    name::APOLOGY,
    name::SUPPORT,
];
