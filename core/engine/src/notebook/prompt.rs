//! Prompt: a question that both answer before either reads the other's answer.
//!
//! An answer is closed when it is given, and a device publishes its key only once it holds the
//! other's answer, closed as well: so whatever the order of messages, nobody is shown the other's
//! words before their own are said and cannot be changed unseen: an answer that is changed once the
//! other's can be read is shown to be, beside how it read before. Who waits for an answer that never
//! comes takes theirs back, and it stays closed for good. It holds against an app that was altered,
//! too, as far as that has to commit to some words first; that they are an honest answer, it cannot
//! say.

use couplet_proto::ids::Slot;

use super::claim::RevMap;
use super::closed;
use super::deed::{Act, Deed, Write};
use super::kinds::{Fact, Look, State, claim};
use super::schema::{Class, Subject, name};
use super::sheet::Sheet;

pub(super) fn look(sheet: &Sheet) -> Look {
    let answered = Slot::BOTH.map(|by| has_answered(sheet, by));
    let is_revealed =
        Slot::BOTH.into_iter().all(|by| closed::are_published(sheet, name::ANSWER, by));
    let state = match answered {
        [true, true] if is_revealed => State::Revealed,
        [true, true] => State::BothAnswered,
        [false, false] => State::Asked,
        [true, false] | [false, true] => State::OneAnswered,
    };
    let mut look = Look { state: Some(state), ..Look::default() };
    for by in Slot::BOTH {
        look.open(by, Deed::Answer);
        let waits = has_answered(sheet, by) && !has_answered(sheet, by.other());
        look.open_if(waits, by, Deed::Unanswer);
        if has_changed(sheet, by) {
            look.facts.push(Fact::ChangedSinceOpen(by));
        }
    }
    look
}

pub(super) fn writes(sheet: &Sheet, me: Slot, act: Act<'_>) -> Vec<Write> {
    let unsaid = |word| claim(name::UNSAID, None, word, RevMap::default());
    match act.deed {
        Deed::Answer => {
            let again = is_unsaid(sheet, me).then(|| unsaid("no"));
            let answer = Write::Close(name::ANSWER, act.words.to_owned());
            again.into_iter().chain([answer]).chain(changed(sheet, me)).collect()
        }
        Deed::Unanswer => vec![unsaid("yes")],
        _ => Vec::new(),
    }
}

/// That the answer which is given is another than the one before it, and the other's can be read: said
/// of that revision by the device that writes it, so that what another device of the same person
/// wrote without having read anything is not taken for it.
fn changed(sheet: &Sheet, me: Slot) -> Option<Write> {
    let has_one = closed::of(sheet, name::ANSWER, me).next().is_some();
    let can_read = closed::is_any_published(sheet, name::ANSWER, me.other());
    let next = closed::next_revision(sheet, name::ANSWER, me);
    let said = || Write::Claim(of_revision(next), "yes".to_owned(), RevMap::default());
    (has_one && can_read).then(said)
}

/// Whether a person changed their answer when they could read the other's.
fn has_changed(sheet: &Sheet, by: Slot) -> bool {
    closed::of(sheet, name::ANSWER, by).any(|answer| {
        let all = sheet.seen_at(Class::Claim, &of_revision(answer.key.rev), by);
        all.iter().any(|(owner, _)| owner.writer == answer.key.writer)
    })
}

fn of_revision(rev: u64) -> Subject {
    Subject::of_member(name::CHANGED, &rev.to_string())
}

/// Whether both have answered, so that each may read the other.
pub(super) fn is_open(sheet: &Sheet) -> bool {
    Slot::BOTH.into_iter().all(|by| has_answered(sheet, by))
}

fn has_answered(sheet: &Sheet, by: Slot) -> bool {
    closed::of(sheet, name::ANSWER, by).next().is_some() && !is_unsaid(sheet, by)
}

fn is_unsaid(sheet: &Sheet, by: Slot) -> bool {
    sheet.says(name::UNSAID, by, "yes")
}
