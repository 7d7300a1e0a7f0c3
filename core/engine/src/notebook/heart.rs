//! Heart-to-heart: a conversation that two people make time for.
//!
//! A time that is proposed is a member of a set, and its name is made of it: so it cannot become
//! another time under the votes that it has, and two who propose the same time propose one. It is
//! agreed if both can, and if one was chosen, nobody wants another. Who chooses a time, or takes one
//! of two that were chosen apart, says with it that they can then; whoever chose another is asked,
//! until they say yes or no to it. Declining needs no reason. Deliberately not here: calendars, and reminding.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::claim::RevMap;
use super::deed::{Act, Deed, On, Open, Write};
use super::items;
use super::kinds::{Fact, Look, State, claim, enough, one_of, value};
use super::name::ItemId;
use super::schema::{Subject, id_of_member, name};
use super::sheet::Sheet;
use super::{CannotWrite, check_words};
use crate::limits::{MAX_PROPOSALS, MAX_TITLE, MAX_ZONE};

/// The times of a conversation, and which it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Everything proposed, the earliest first.
    pub proposals: Vec<Proposal>,
    /// The time that both agree on.
    pub agreed: Option<ItemId>,
    /// Other times at which both could.
    pub also_worked: Vec<ItemId>,
}

/// A time that was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its name, made of the time.
    pub id: ItemId,
    /// When it begins, in seconds since 1970-01-01 UTC.
    pub start: i64,
    /// When it ends.
    pub end: i64,
    /// Its zone, by its name in the time zone database: show the hour there, and one's own.
    pub zone: String,
    /// Who proposed it.
    pub by: Vec<Slot>,
    /// What each person said to it.
    pub votes: Vec<(Slot, Vote)>,
}

/// Whether somebody can at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Vote {
    /// They can.
    Yes,
    /// Perhaps.
    Maybe,
    /// They cannot.
    No,
}

pub(super) fn look(sheet: &Sheet) -> Look {
    let meeting = meeting(sheet);
    let is_chosen_twice = chosen(sheet).is_some_and(|chosen| chosen.1);
    let state = match () {
        () if either(sheet, name::HELD) => State::Held,
        () if either(sheet, name::CANCEL) => State::Cancelled,
        () if is_chosen_twice => State::TwoChosen,
        () if either(sheet, name::LATER) => State::Later,
        () if meeting.agreed.is_some() => State::Agreed,
        () if !meeting.proposals.is_empty() => State::Proposed,
        () => State::Invited,
    };
    let mut look = Look { state: Some(state), ..Look::default() };
    look.open(sheet.author, Deed::Explain);
    for by in Slot::BOTH {
        ALWAYS.into_iter().for_each(|deed| look.open(by, deed));
        items::open_to(sheet, by, &mut look);
        for proposal in &meeting.proposals {
            for deed in [Deed::Vote, Deed::Choose] {
                look.open.push(Open { to: by, deed, on: On::Thing(proposal.id.clone()) });
            }
        }
    }
    look.facts = facts(sheet, &meeting, state);
    look
}

fn facts(sheet: &Sheet, meeting: &Meeting, state: State) -> Vec<Fact> {
    let mut facts = Vec::new();
    let is_off = matches!(state, State::Held | State::Cancelled | State::Later);
    for by in Slot::BOTH {
        let could = |one: &Proposal| one.vote(by) == Some(Vote::Yes);
        let has_cancelled = sheet.says(name::CANCEL, by, "yes");
        if state == State::Cancelled && !has_cancelled && meeting.proposals.iter().any(could) {
            facts.push(Fact::HadSaidYes(by));
        }
        if !is_off && is_asked(sheet, meeting, by) {
            facts.push(Fact::ChoseAnother(by));
        }
    }
    facts
}

/// The times, and what is agreed: nothing while it is put off, cancelled or chosen twice.
pub(super) fn meeting(sheet: &Sheet) -> Meeting {
    let mut proposals: Vec<Proposal> = Vec::new();
    for member in sheet.all_members() {
        if member.name != name::PROPOSAL {
            continue;
        }
        let id = id_of_member(&member.value);
        match proposals.iter_mut().find(|known| known.id == id) {
            Some(known) => known.by.push(member.by),
            None => proposals.extend(Proposal::read(sheet, id, &member.value, member.by)),
        }
    }
    proposals.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    let works: Vec<&Proposal> = proposals.iter().filter(|one| one.works_for_both()).collect();
    let is_off = [name::LATER, name::CANCEL].into_iter().any(|name| either(sheet, name));
    let agreed = match chosen(sheet) {
        _ if is_off => None,
        None => works.first().map(|earliest| earliest.id.clone()),
        Some((_, true)) => None,
        Some((chosen, false)) => {
            let is_wanted = !Slot::BOTH.iter().any(|by| wants_another(sheet, *by, &chosen));
            let found = works.iter().find(|one| one.id.as_str() == chosen && is_wanted);
            found.map(|one| one.id.clone())
        }
    };
    let others = works.iter().filter(|one| Some(&one.id) != agreed.as_ref());
    let also_worked = others.map(|one| one.id.clone()).collect();
    Meeting { proposals, agreed, also_worked }
}

/// What was chosen, and whether another was apart from it.
fn chosen(sheet: &Sheet) -> Option<(String, bool)> {
    let shown = sheet.value(name::CHOSEN, None)?;
    Some((shown.value, !shown.alternatives.is_empty()))
}

/// On any of their devices.
fn wants_another(sheet: &Sheet, by: Slot, chosen: &str) -> bool {
    sheet.said(name::CHOSEN, None, by).is_some_and(|said| said.value != chosen)
        || !sheet.also_said(name::CHOSEN, None, by).is_empty()
}

/// Whether they chose another time than the one that stands, and did not say no to that.
fn is_asked(sheet: &Sheet, meeting: &Meeting, by: Slot) -> bool {
    let Some((chosen, false)) = chosen(sheet) else { return false };
    let mut declined = meeting.proposals.iter().filter(|time| time.vote(by) == Some(Vote::No));
    wants_another(sheet, by, &chosen) && !declined.any(|time| time.id.as_str() == chosen)
}

/// That it is to be at that time, and that one can then.
pub(super) fn choose(id: &ItemId) -> Vec<Write> {
    let vote = claim(name::VOTE, Some(id), "yes", RevMap::default());
    vec![value(name::CHOSEN, id.to_string()), wants(id), vote]
}

fn wants(id: &ItemId) -> Write {
    claim(name::CHOSEN, None, id.as_str(), RevMap::default())
}

/// Who says yes to the time that stands wants no other.
fn vote(sheet: &Sheet, me: Slot, id: &ItemId, word: &str) -> Result<Vec<Write>, CannotWrite> {
    let vote = one_of(word, &["yes", "maybe", "no"])?;
    let is_it = chosen(sheet).is_some_and(|(chosen, is_one_of_two)| {
        chosen == id.as_str() && !is_one_of_two && wants_another(sheet, me, &chosen)
    });
    let confirmed = (vote == "yes" && is_it).then(|| wants(id));
    let said = claim(name::VOTE, Some(id), &vote, RevMap::default());
    Ok([said].into_iter().chain(confirmed).collect())
}

fn either(sheet: &Sheet, name: &'static str) -> bool {
    Slot::BOTH.into_iter().any(|by| sheet.says(name, by, "yes"))
}

pub(super) fn writes(
    sheet: &Sheet,
    me: Slot,
    act: Act<'_>,
    new: ItemId,
) -> Result<Vec<Write>, CannotWrite> {
    let say = |name, value: &str| claim(name, None, value, RevMap::default());
    let yes_or_no = |name| {
        let word = if act.words.trim().is_empty() { "yes" } else { act.words };
        one_of(word, &["yes", "no"]).map(|word| vec![say(name, &word)])
    };
    match act.deed {
        Deed::Explain => Ok(vec![Write::Part(Subject::new(name::WHY, None), act.words.to_owned())]),
        Deed::Propose => propose(sheet, act.words),
        Deed::Vote => vote(sheet, me, act.on.ok_or(CannotWrite::NoItem)?, act.words),
        Deed::Choose => Ok(choose(act.on.ok_or(CannotWrite::NoItem)?)),
        Deed::SetLength => {
            let minutes: Option<u16> = act.words.trim().parse().ok().filter(|some| *some > 0);
            let minutes = minutes.ok_or(CannotWrite::NotMinutes)?;
            Ok(vec![value(name::LENGTH, minutes.to_string())])
        }
        Deed::SetWhere => {
            check_words(MAX_TITLE, act.words)?;
            Ok(vec![value(name::WHERE, act.words.to_owned())])
        }
        Deed::Later => yes_or_no(name::LATER),
        Deed::Cancel => yes_or_no(name::CANCEL),
        Deed::Held => yes_or_no(name::HELD),
        _ => items::writes(sheet, me, act, new),
    }
}

/// Who proposes a time can then.
fn propose(sheet: &Sheet, words: &str) -> Result<Vec<Write>, CannotWrite> {
    let (start, end, zone) = Proposal::typed(words).ok_or(CannotWrite::NotATime)?;
    let time = format!("{start}/{end} {zone}");
    let id = id_of_member(&time);
    let proposals = meeting(sheet).proposals;
    let is_there = proposals.iter().any(|known| known.id == id);
    let is_full = proposals.len() >= MAX_PROPOSALS;
    enough(is_full && !is_there, "proposals", MAX_PROPOSALS)?;
    let vote = claim(name::VOTE, Some(&id), "yes", RevMap::default());
    Ok(vec![Write::Member(name::PROPOSAL, time, true), vote])
}

impl Proposal {
    /// What it says is read as it is written, and in no other way.
    fn read(sheet: &Sheet, id: ItemId, time: &str, by: Slot) -> Option<Self> {
        let (span, zone) = time.split_once(' ')?;
        let (start, end) = span.split_once('/')?;
        let (start, end) = (start.parse().ok()?, end.parse().ok()?);
        let is_one = start < end && is_zone(zone) && format!("{start}/{end} {zone}") == time;
        let vote = |by| {
            let said = sheet.said(name::VOTE, Some(&id), by)?;
            Some((by, Vote::read(&said.value)?))
        };
        let votes = Slot::BOTH.into_iter().filter_map(vote).collect();
        is_one.then(|| Self { start, end, zone: zone.to_owned(), by: vec![by], votes, id })
    }

    /// Beginning, end and zone, as typed: two numbers and a word.
    fn typed(words: &str) -> Option<(i64, i64, &str)> {
        let mut words = words.split_whitespace();
        let (start, end) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let zone = words.next().unwrap_or("UTC");
        (start < end && is_zone(zone) && words.next().is_none()).then_some((start, end, zone))
    }

    fn vote(&self, by: Slot) -> Option<Vote> {
        self.votes.iter().find(|(voter, _)| *voter == by).map(|(_, vote)| *vote)
    }

    fn works_for_both(&self) -> bool {
        Slot::BOTH.into_iter().all(|by| self.vote(by) == Some(Vote::Yes))
    }
}

impl Vote {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Maybe => "maybe",
            Self::No => "no",
        }
    }

    fn read(name: &str) -> Option<Self> {
        [Self::Yes, Self::Maybe, Self::No].into_iter().find(|vote| vote.name() == name)
    }
}

/// A name as the time zone database has them.
fn is_zone(zone: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    (1..=MAX_ZONE).contains(&zone.len()) && zone.bytes().all(is_letter)
}

const ALWAYS: [Deed; 7] = [
    Deed::Propose,
    Deed::SetLength,
    Deed::SetWhere,
    Deed::Promise,
    Deed::Later,
    Deed::Cancel,
    Deed::Held,
];
