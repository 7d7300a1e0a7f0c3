//! Repair: something that hurt, both sides of it, and letting it go.
//!
//! It is at rest if both have let it go, each having seen every word and feeling that stands. So
//! words that one had not seen when letting go are never forgiven unread: that person is asked
//! again. Withdrawing is open always, alone and without a reason; nobody writes the other's part.
//! Deliberately not here: counting who forgave, and a date by which.

use couplet_proto::ids::Slot;

use super::CannotWrite;
use super::deed::{Act, Deed, Write};
use super::kinds::{
    Fact, Look, State, a_day, also_said, claim, claim_with, enough, new_part, value,
};
use super::name::ItemId;
use super::schema::{Subject, name};
use super::sheet::{Part, Sheet};
use crate::limits::MAX_FEELINGS;

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
    let [first, second] = Slot::BOTH.map(|by| let_go(sheet, by));
    match (first, second) {
        (LetGo::AsItStands, LetGo::AsItStands) => State::AtRest,
        _ if Slot::BOTH.into_iter().any(|by| is_paused(sheet, by)) => State::Paused,
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
    look.open_if(is_paused(sheet, by), by, Deed::Resume);
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
        note_if_earlier(sheet, name::RECEIVED, by, apology, look);
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
        Deed::Feel => {
            let feelings = sheet.members(name::FEELING, me);
            let is_full = feelings.len() >= MAX_FEELINGS && !feelings.contains(words);
            enough(is_full, "feelings", MAX_FEELINGS)?;
            vec![Write::Member(name::FEELING, words.to_owned(), true)]
        }
        Deed::Unfeel => vec![Write::Member(name::FEELING, words.to_owned(), false)],
        Deed::Ask => vec![new_part(sheet, me, name::REQUEST, new, words)?],
        Deed::Apologise => vec![new_part(sheet, me, name::APOLOGY, new, words)?],
        Deed::Agree => answer("yes"),
        Deed::Decline => answer("no"),
        Deed::NotNow => answer("not-now"),
        Deed::Receive => vec![claim(name::RECEIVED, on, "yes", seen(name::APOLOGY))],
        Deed::Pause => vec![claim(name::PAUSE, None, &a_day(words)?, sheet.revs.clone())],
        Deed::Resume => vec![claim(name::PAUSE, None, "", sheet.revs.clone())],
        Deed::LetGo => vec![claim(name::LET_GO, None, "yes", sheet.revs.clone())],
        Deed::Withdraw => vec![claim(name::LET_GO, None, "no", sheet.revs.clone())],
        Deed::HappenedOn => vec![value(name::HAPPENED, a_day(words)?)],
        _ => Vec::new(),
    })
}

fn let_go(sheet: &Sheet, by: Slot) -> LetGo {
    match sheet.said(name::LET_GO, None, by) {
        Some(said) if said.value != "yes" => LetGo::No,
        Some(said) if said.witness.covers(&sheet.revs) => LetGo::AsItStands,
        Some(_) => LetGo::Earlier,
        None => LetGo::No,
    }
}

fn is_paused(sheet: &Sheet, by: Slot) -> bool {
    sheet.said(name::PAUSE, None, by).is_some_and(|said| !said.value.is_empty())
}

const ALWAYS: [Deed; 7] = [
    Deed::Tell,
    Deed::Understand,
    Deed::Feel,
    Deed::Ask,
    Deed::Apologise,
    Deed::Pause,
    Deed::HappenedOn,
];
