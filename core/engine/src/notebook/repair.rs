//! Repair: something that hurt, both sides of it, and letting it go.
//!
//! It is at rest if both have let it go, each having seen every word and feeling that stands. So
//! words that one had not seen when letting go are never forgiven unread: that person is asked
//! again. Withdrawing is open always, alone and without a reason; nobody writes the other's part.
//! How strong a feeling is asks nobody again: the feeling did.
//! A pause is of who asked for it, and as long as either's goes on, it is paused: until the later of
//! two days, and where one of them said none, until that person says so. A pause of which the day has
//! come is over without anybody's doing, as far as the clock of whoever reads is right: nothing is
//! written then, and what is here takes that day from the reader ([`Entry::as_of`]).
//!
//! Deliberately not here: counting who forgave, and a date by which.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::entry::Entry;
use super::kinds::{
    Fact, Look, State, a_day, also_said, claim, claim_with, enough, new_part, on_day, one_of,
};
use super::name::ItemId;
use super::schema::{Subject, id_of_member, name};
use super::sheet::{Part, Sheet};
use super::{CannotWrite, check_words};
use crate::limits::{LAST_DAY, LAST_ZONE_BEHIND, MAX_FEELINGS, MAX_INTENSITY, MAX_WORD};

/// That somebody asked for a pause and has not ended it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Who.
    pub by: Slot,
    /// On which day it ends by itself, days since 1970-01-01; nothing if it ends when they say so.
    pub until: Option<i32>,
}

/// Whether somebody has let go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LetGo {
    No,
    /// Of a page that has changed since.
    Earlier,
    AsItStands,
}

pub(super) fn look(sheet: &Sheet) -> Look {
    let mut look = Look { state: Some(state(sheet)), ..Look::default() };
    for by in Slot::BOTH {
        look_of(sheet, by, &mut look);
    }
    look
}

fn state(sheet: &Sheet) -> State {
    let state = come_to(Slot::BOTH.map(|by| let_go(sheet, by)));
    if state == State::AtRest || pauses(sheet).is_empty() { state } else { State::Paused }
}

/// Where it has come to once no pause goes on.
pub(super) fn state_after_pauses(entry: &Entry) -> State {
    come_to(Slot::BOTH.map(|by| {
        let mut says = entry.stances.iter().filter(|one| one.name == name::LET_GO && one.by == by);
        match says.next().is_some_and(|one| one.value == "yes") {
            true if entry.facts.contains(&Fact::AskedAgain(by)) => LetGo::Earlier,
            true => LetGo::AsItStands,
            false => LetGo::No,
        }
    }))
}

const fn come_to(let_gos: [LetGo; 2]) -> State {
    let [first, second] = let_gos;
    match (first, second) {
        (LetGo::AsItStands, LetGo::AsItStands) => State::AtRest,
        (LetGo::Earlier, LetGo::Earlier | LetGo::AsItStands)
        | (LetGo::AsItStands, LetGo::Earlier) => State::Reopened,
        (LetGo::AsItStands, LetGo::No) | (LetGo::No, LetGo::AsItStands) => State::OneLetGo,
        (LetGo::No | LetGo::Earlier, LetGo::No) | (LetGo::No, LetGo::Earlier) => State::Open,
    }
}

fn look_of(sheet: &Sheet, by: Slot, look: &mut Look) {
    for deed in ALWAYS {
        look.open(by, deed);
    }
    let let_go = let_go(sheet, by);
    if let_go == LetGo::Earlier {
        look.facts.push(Fact::AskedAgain(by));
    }
    look.open_if(let_go != LetGo::AsItStands, by, Deed::LetGo);
    look.open_if(let_go != LetGo::No, by, Deed::Withdraw);
    look.open_if(pause(sheet, by).is_some(), by, Deed::Resume);
    look.open_if(!sheet.members(name::FEELING, by).is_empty(), by, Deed::Unfeel);
    let of_other = |name| sheet.parts_named(name).filter(move |part| part.by != by);
    for request in of_other(name::REQUEST) {
        for deed in [Deed::Agree, Deed::Decline, Deed::NotNow] {
            look.open_on(by, deed, request);
        }
        note_if_earlier(sheet, name::ANSWER, by, request, look);
        look.facts.extend(also_said(sheet, name::ANSWER, by, request));
    }
    for apology in of_other(name::APOLOGY) {
        look.open_on(by, Deed::Receive, apology);
        let received = sheet.said(name::RECEIVED, apology.id.as_ref(), by);
        if received.is_some_and(|said| said.value == "yes") {
            look.open_on(by, Deed::Unreceive, apology);
            note_if_earlier(sheet, name::RECEIVED, by, apology, look);
        }
    }
}

/// What was said of words that were written anew since is shown to be so.
fn note_if_earlier(sheet: &Sheet, said: &'static str, by: Slot, of: &Part, look: &mut Look) {
    let said = sheet.said(said, of.id.as_ref(), by);
    if let (Some(said), Some(id)) = (said, &of.id)
        && !said.witness.covers(&of.seen())
    {
        look.facts.push(Fact::EarlierWords(id.clone()));
    }
}

pub(super) fn writes(
    sheet: &Sheet,
    me: Slot,
    act: Act<'_>,
    new: ItemId,
) -> Result<Vec<Write>, CannotWrite> {
    let Act { deed, on, words, .. } = act;
    let part = |name| Write::Part(Subject::new(name, None), words.to_owned());
    let seen = |name| sheet.part(name, on, me.other()).map(Part::seen).unwrap_or_default();
    let answer = |word| {
        let said = claim(name::ANSWER, on, word, seen(name::REQUEST));
        vec![claim_with(said, name::ANSWER, words)]
    };
    Ok(match deed {
        Deed::Tell => vec![part(name::PERSPECTIVE)],
        Deed::Understand => vec![part(name::UNDERSTOOD)],
        Deed::Feel => vec![felt(sheet, me, words)?],
        Deed::Unfeel => {
            let gone = Write::Member(name::FEELING, words.to_owned(), false);
            unweighed(sheet, me, words).into_iter().chain([gone]).collect()
        }
        Deed::Weigh => weighed(sheet, me, words)?,
        Deed::Ask => vec![new_part(sheet, me, name::REQUEST, new, words)?],
        Deed::Apologise => vec![new_part(sheet, me, name::APOLOGY, new, words)?],
        Deed::Agree => answer("yes"),
        Deed::Decline => answer("no"),
        Deed::NotNow => answer("not-now"),
        Deed::Receive => vec![claim(name::RECEIVED, on, "yes", seen(name::APOLOGY))],
        Deed::Unreceive => vec![claim(name::RECEIVED, on, "no", seen(name::APOLOGY))],
        Deed::Pause => vec![claim(name::PAUSE, None, &a_pause(act)?, RevMap::default())],
        Deed::Resume => vec![claim(name::PAUSE, None, "", RevMap::default())],
        Deed::LetGo => vec![claim(name::LET_GO, None, "yes", sheet.revs.clone())],
        Deed::Withdraw => vec![claim(name::LET_GO, None, "no", sheet.revs.clone())],
        Deed::HappenedOn => vec![on_day(name::HAPPENED, words)?],
        _ => Vec::new(),
    })
}

/// A feeling of one's own, if there is room.
fn felt(sheet: &Sheet, me: Slot, feeling: &str) -> Result<Write, CannotWrite> {
    let feelings = sheet.members(name::FEELING, me);
    let is_full = feelings.len() >= MAX_FEELINGS && !feelings.contains(feeling);
    enough(is_full, "feelings", MAX_FEELINGS)?;
    Ok(Write::Member(name::FEELING, feeling.to_owned(), true))
}

/// How strong a feeling is, and the feeling, if it was not named so far.
fn weighed(sheet: &Sheet, me: Slot, words: &str) -> Result<Vec<Write>, CannotWrite> {
    let (strength, feeling) = words.split_once(' ').unwrap_or((words, ""));
    let strength = one_of(strength, &STRENGTHS)?;
    check_words(MAX_WORD, feeling)?;
    if strength == NO_STRENGTH {
        return Ok(unweighed(sheet, me, feeling).into_iter().collect());
    }
    let said = claim(name::INTENSITY, Some(&id_of_member(feeling)), &strength, RevMap::default());
    Ok(vec![felt(sheet, me, feeling)?, said])
}

/// That nothing is said of how strong it is, if something was.
fn unweighed(sheet: &Sheet, me: Slot, feeling: &str) -> Option<Write> {
    let id = id_of_member(feeling);
    sheet.said(name::INTENSITY, Some(&id), me)?;
    Some(claim(name::INTENSITY, Some(&id), "", RevMap::default()))
}

/// How strong that feeling of that person is, if they say.
pub(super) fn intensity(sheet: &Sheet, feeling: &str, by: Slot) -> Option<u8> {
    let said = sheet.said(name::INTENSITY, Some(&id_of_member(feeling)), by)?;
    let is_step = STRENGTHS.contains(&said.value.as_str());
    said.value.parse().ok().filter(|_| is_step)
}

fn let_go(sheet: &Sheet, by: Slot) -> LetGo {
    match sheet.said(name::LET_GO, None, by) {
        Some(said) if said.value != "yes" => LetGo::No,
        Some(said) if said.witness.covers(&sheet.revs) => LetGo::AsItStands,
        Some(_) => LetGo::Earlier,
        None => LetGo::No,
    }
}

/// The pauses that were not ended, whether or not their days have come.
pub(super) fn pauses(sheet: &Sheet) -> Vec<Pause> {
    Slot::BOTH.into_iter().filter_map(|by| pause(sheet, by)).collect()
}

fn pause(sheet: &Sheet, by: Slot) -> Option<Pause> {
    let said = sheet.said(name::PAUSE, None, by).filter(|said| !said.value.is_empty())?;
    Some(Pause { by, until: a_day(&said.value).ok() })
}

/// What is said of a pause: its day, or that there is one.
fn a_pause(act: Act<'_>) -> Result<String, CannotWrite> {
    if act.words.trim().is_empty() {
        return Ok(PAUSED.to_owned());
    }
    let day = a_day(act.words)?;
    let is_over = i64::from(day) <= act.now.saturating_sub(LAST_ZONE_BEHIND).div_euclid(DAY);
    if is_over { Err(CannotWrite::DayHasCome) } else { Ok(day.to_string()) }
}

/// How much is given away by saying so of a pause: the less, the longer it is.
pub(super) fn brevity(said: &str) -> u64 {
    match a_day(said) {
        _ if said.is_empty() => u64::MAX,
        Ok(day) => u64::from(LAST_DAY.abs_diff(day)) + 1,
        Err(_) => 0,
    }
}

impl Pause {
    /// Whether it goes on, on that day of the reader's.
    #[must_use]
    pub fn goes_on(&self, today: i32) -> bool {
        self.until.is_none_or(|day| today < day)
    }
}

/// What a pause says that ends when its person says so.
const PAUSED: &str = "yes";

const DAY: i64 = 86_400;

const ALWAYS: [Deed; 8] = [
    Deed::Tell,
    Deed::Understand,
    Deed::Feel,
    Deed::Weigh,
    Deed::Ask,
    Deed::Apologise,
    Deed::Pause,
    Deed::HappenedOn,
];

/// What can be said of how strong a feeling is, that nothing is said of it the last.
const STRENGTHS: [&str; MAX_INTENSITY as usize + 1] = ["1", "2", "3", "4", "5", NO_STRENGTH];

const NO_STRENGTH: &str = "no";
