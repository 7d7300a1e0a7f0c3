//! Listening: the author speaks, the other says what they heard, the author says whether that is it.
//!
//! The author was understood if they said so of a reflection as it stands, having said all that is
//! said by now. Deliberately not here: swapping roles in one page; the other begins a page of their
//! own.

use couplet_proto::ids::Slot;

use super::CannotWrite;
use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::kinds::{Fact, Look, State, claim, new_part, one_of, words_with};
use super::name::ItemId;
use super::schema::name;
use super::sheet::{Part, Sheet};

/// A reflection, and what has become of it.
struct Reflection<'a> {
    id: &'a ItemId,
    part: &'a Part,
    /// Whether it speaks of all that was said.
    is_about_all: bool,
    /// The speaker's word on it as it stands.
    verdict: Option<String>,
    /// Whether the speaker had said everything by then.
    is_verdict_on_all: bool,
}

pub(super) fn look(sheet: &Sheet) -> Look {
    let (speaker, listener) = (sheet.author, sheet.author.other());
    let reflections: Vec<Reflection<'_>> =
        reflections(sheet).filter_map(|part| Reflection::read(sheet, part)).collect();
    let mut look = Look { state: Some(state(&reflections)), ..Look::default() };
    look.open(listener, Deed::Reflect);
    look.open(listener, Deed::BeThere);
    for reflection in &reflections {
        let id = reflection.id;
        if !reflection.is_about_all {
            look.facts.push(Fact::EarlierWords(id.clone()));
        }
        if reflection.is_confirmed() && !reflection.is_verdict_on_all {
            look.facts.push(Fact::ConfirmedBefore(id.clone()));
        }
        for deed in [Deed::GotMe, Deed::Partly, Deed::NotYet] {
            look.open_on(speaker, deed, reflection.part);
        }
    }
    look
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
    let said = sheet.words_seen();
    let verdict = |word| claim(name::VERDICT, act.on, word, judged(sheet, act.on, &said));
    Ok(match act.deed {
        Deed::Reflect => {
            let heard = claim(name::HEARD, Some(&new), "yes", said);
            vec![new_part(sheet, me, name::REFLECTION, new, act.words)?, heard]
        }
        // A reflection that is written anew speaks of what is read by now.
        Deed::Revise if me != sheet.author => vec![claim(name::HEARD, act.on, "yes", said)],
        Deed::GotMe => vec![verdict("got-me")],
        Deed::Partly => {
            let missed = words_with(name::MISSED, act.on, act.words);
            missed.into_iter().chain([verdict("partly")]).collect()
        }
        Deed::NotYet => vec![verdict("not-yet")],
        Deed::BeThere => {
            let sign = one_of(act.words, &["nod", "touch", "here"])?;
            vec![Write::Member(name::PRESENCE, sign, true)]
        }
        _ => Vec::new(),
    })
}

/// What a verdict speaks of: everything said, and the reflection as it stands.
fn judged(sheet: &Sheet, on: Option<&ItemId>, said: &RevMap) -> RevMap {
    let reflection = sheet.part(name::REFLECTION, on, sheet.author.other());
    reflection.map(Part::seen).unwrap_or_default().join(said)
}

fn reflections(sheet: &Sheet) -> impl Iterator<Item = &Part> {
    let listener = sheet.author.other();
    sheet.parts_named(name::REFLECTION).filter(move |part| part.by == listener)
}

impl<'a> Reflection<'a> {
    fn read(sheet: &Sheet, part: &'a Part) -> Option<Self> {
        let id = part.id.as_ref()?;
        let said = sheet.words_seen();
        let heard = sheet.said(name::HEARD, Some(id), part.by);
        let is_about_all = heard.is_some_and(|heard| heard.witness.covers(&said));
        let verdict = sheet.said(name::VERDICT, Some(id), sheet.author);
        let verdict = verdict.filter(|verdict| verdict.witness.covers(&part.seen()));
        let is_verdict_on_all =
            verdict.as_ref().is_some_and(|verdict| verdict.witness.covers(&said));
        let verdict = verdict.map(|verdict| verdict.value);
        Some(Self { id, part, is_about_all, verdict, is_verdict_on_all })
    }

    fn is_confirmed(&self) -> bool {
        self.verdict.as_deref() == Some("got-me")
    }
}
