//! Listening: one speaks, the other says what they heard, the first says whether that is it.
//!
//! Its author has the first turn, and whoever listened may take the next one. Who speaks was
//! understood if they said so of a reflection as it stands, having said all that is said by then in
//! their turn; a verdict on how it read before is shown to be that. Where the page has come to is where its last turn has. Two pages that both opened at once
//! stay two; either may say that they go together.

use couplet_proto::ids::Slot;

use super::CannotWrite;
use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::kinds::{Fact, Look, State, also_said, claim, claim_with, enough, new_part, one_of};
use super::name::ItemId;
use super::schema::name;
use super::sheet::{Part, Sheet};
use crate::document::EntryKey;
use crate::limits::{MAX_LINKS, MAX_TURNS};

/// One person's turn to speak.
struct Turn<'a> {
    /// Its name; the first, which is the entry's body, has none.
    id: Option<&'a ItemId>,
    speaker: Slot,
    /// All that they said in it, as far as it is seen here.
    said: RevMap,
}

/// A reflection, and what has become of it.
struct Reflection<'a> {
    id: &'a ItemId,
    part: &'a Part,
    /// Whether it speaks of all that was said in its turn.
    is_about_all: bool,
    /// The speaker's word on it as it stands.
    verdict: Option<String>,
    /// Whether the speaker had said everything by then.
    is_verdict_on_all: bool,
    /// Whether what the speaker said is of how it read before.
    is_verdict_earlier: bool,
}

pub(super) fn look(sheet: &Sheet) -> Look {
    let turns = turns(sheet);
    let mut look = Look::default();
    for turn in &turns {
        let reflections = reflections(sheet, turn);
        look.state = Some(state(&reflections));
        look_at(sheet, turn, &reflections, &mut look);
    }
    for by in Slot::BOTH {
        for deed in [Deed::Entitle, Deed::SetColour, Deed::Link] {
            look.open(by, deed);
        }
        look.open_if(!sheet.members(name::BESIDE, by).is_empty(), by, Deed::Unlink);
        look.open_if(!sheet.members(name::PRESENCE, by).is_empty(), by, Deed::StepBack);
    }
    if let Some(last) = turns.last() {
        let listener = last.speaker.other();
        for deed in [Deed::Reflect, Deed::BeThere, Deed::Speak] {
            look.open(listener, deed);
        }
    }
    look
}

fn look_at(sheet: &Sheet, turn: &Turn<'_>, reflections: &[Reflection<'_>], look: &mut Look) {
    for reflection in reflections {
        let id = reflection.id;
        if !reflection.is_about_all {
            look.facts.push(Fact::EarlierWords(id.clone()));
        }
        if reflection.is_confirmed() && !reflection.is_verdict_on_all {
            look.facts.push(Fact::ConfirmedBefore(id.clone()));
        }
        if reflection.is_verdict_earlier {
            look.facts.push(Fact::EarlierVerdict(id.clone()));
        }
        look.facts.extend(also_said(sheet, name::VERDICT, turn.speaker, reflection.part));
        for deed in [Deed::GotMe, Deed::Partly, Deed::NotYet] {
            look.open_on(turn.speaker, deed, reflection.part);
        }
    }
}

fn state(reflections: &[Reflection<'_>]) -> State {
    let has = |is_so: &dyn Fn(&Reflection<'_>) -> bool| reflections.iter().any(is_so);
    if has(&|one| one.is_confirmed() && one.is_verdict_on_all) {
        return State::Understood;
    }
    if has(&|one| one.is_about_all && one.verdict.is_none()) {
        return State::Reflected;
    }
    if has(&|one| one.is_about_all && !one.is_confirmed()) {
        return State::Clarifying;
    }
    if has(&|one| one.is_confirmed()) {
        return State::MoreToSay;
    }
    if has(&|one| one.verdict.is_none()) {
        return State::Reflected;
    }
    if reflections.is_empty() { State::Shared } else { State::Clarifying }
}

pub(super) fn writes(
    sheet: &Sheet,
    me: Slot,
    act: Act<'_>,
    new: ItemId,
) -> Result<Vec<Write>, CannotWrite> {
    let turns = turns(sheet);
    Ok(match act.deed {
        Deed::Reflect => {
            let turn = turns.last().ok_or(CannotWrite::NotNow)?;
            let heard = turn.heard(&new);
            vec![new_part(sheet, me, name::REFLECTION, new, act.words)?, heard]
        }
        // A reflection that is written anew speaks of what is read by now.
        Deed::Revise => {
            let of = turns.iter().find(|turn| turn.speaker != me && turn.has(sheet, act.on));
            of.zip(act.on).map(|(turn, id)| turn.heard(id)).into_iter().collect()
        }
        Deed::GotMe => vec![verdict(sheet, &turns, act, "got-me")],
        Deed::Partly => {
            vec![claim_with(verdict(sheet, &turns, act, "partly"), name::MISSED, act.words)]
        }
        Deed::NotYet => vec![verdict(sheet, &turns, act, "not-yet")],
        Deed::BeThere | Deed::StepBack => {
            let sign = one_of(act.words, &["nod", "touch", "here"])?;
            vec![Write::Member(name::PRESENCE, sign, act.deed == Deed::BeThere)]
        }
        Deed::Speak => {
            let own = turns.iter().filter(|turn| turn.speaker == me).count();
            enough(own >= MAX_TURNS, "turns", MAX_TURNS)?;
            vec![new_part(sheet, me, name::SHARE, new, act.words)?]
        }
        Deed::Link => {
            let page: EntryKey = act.words.trim().parse().map_err(|_| CannotWrite::NoEntry)?;
            let linked = sheet.members(name::BESIDE, me);
            let is_full = linked.len() >= MAX_LINKS && !linked.contains(page.as_str());
            enough(is_full, "pages beside it", MAX_LINKS)?;
            vec![Write::Member(name::BESIDE, page.to_string(), true)]
        }
        Deed::Unlink => vec![Write::Member(name::BESIDE, act.words.trim().to_owned(), false)],
        _ => Vec::new(),
    })
}

/// A verdict speaks of everything said in the turn, and of the reflection as it stands.
fn verdict(sheet: &Sheet, turns: &[Turn<'_>], act: Act<'_>, word: &str) -> Write {
    let said = turns.iter().find(|turn| turn.has(sheet, act.on)).map(|turn| &turn.said);
    let said = said.cloned().unwrap_or_default();
    let reflections = sheet.parts_named(name::REFLECTION);
    let judged = reflections.filter(|part| part.id.as_ref() == act.on).map(Part::seen);
    let seen = judged.fold(said, |seen, part| seen.join(&part));
    claim(name::VERDICT, act.on, word, seen)
}

/// The turns, the first one first.
fn turns(sheet: &Sheet) -> Vec<Turn<'_>> {
    let first = Turn { id: None, speaker: sheet.author, said: sheet.words_seen() };
    let more = sheet.parts_named(name::SHARE).map(|part| Turn {
        id: part.id.as_ref(),
        speaker: part.by,
        said: part.seen(),
    });
    core::iter::once(first).chain(more).collect()
}

fn reflections<'a>(sheet: &'a Sheet, turn: &Turn<'_>) -> Vec<Reflection<'a>> {
    let listener = turn.speaker.other();
    let all = sheet.parts_named(name::REFLECTION).filter(move |part| part.by == listener);
    let of_turn = all.filter(|part| turn.has(sheet, part.id.as_ref()));
    of_turn.filter_map(|part| Reflection::read(sheet, turn, part)).collect()
}

impl Turn<'_> {
    /// That a reflection is about this turn, as it is read by now.
    fn heard(&self, reflection: &ItemId) -> Write {
        claim(name::HEARD, Some(reflection), self.name(), self.said.clone())
    }

    /// Whether a reflection is about this turn: whoever reflects says so.
    fn has(&self, sheet: &Sheet, reflection: Option<&ItemId>) -> bool {
        let heard = sheet.said(name::HEARD, reflection, self.speaker.other());
        heard.is_some_and(|heard| heard.value == self.name())
    }

    fn name(&self) -> &str {
        self.id.map_or(FIRST, ItemId::as_str)
    }
}

impl<'a> Reflection<'a> {
    fn read(sheet: &Sheet, turn: &Turn<'_>, part: &'a Part) -> Option<Self> {
        let id = part.id.as_ref()?;
        let heard = sheet.said(name::HEARD, Some(id), part.by);
        let is_about_all = heard.is_some_and(|heard| heard.witness.covers(&turn.said));
        let said = sheet.said(name::VERDICT, Some(id), turn.speaker);
        let has_said = said.is_some();
        let verdict = said.filter(|verdict| verdict.witness.covers(&part.seen()));
        let is_verdict_earlier = has_said && verdict.is_none();
        let is_verdict_on_all =
            verdict.as_ref().is_some_and(|verdict| verdict.witness.covers(&turn.said));
        let verdict = verdict.map(|verdict| verdict.value);
        Some(Self { id, part, is_about_all, verdict, is_verdict_on_all, is_verdict_earlier })
    }

    fn is_confirmed(&self) -> bool {
        self.verdict.as_deref() == Some("got-me")
    }
}

/// What a reflection says that is about the first turn.
const FIRST: &str = "yes";
