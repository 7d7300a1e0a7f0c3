//! Items in an order, each open or done: a list, the steps of a dream, what a conversation is to be
//! about and what was promised in it.
//!
//! An item is there as long as anybody's words for it stand: what one removed while the other wrote
//! it anew comes back. Moving is a new place and no new item, so that two who move one make no two
//! of it; places that are equal stand in the order of names.

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::deed::{Act, Deed, On, Open, Write};
use super::kinds::{Look, enough, one_of};
use super::name::ItemId;
use super::schema::{Subject, name};
use super::sheet::{Alternative, Sheet};
use super::{CannotWrite, check_words};
use crate::limits::{MAX_ITEMS, MAX_VALUE};

/// An item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name.
    pub id: ItemId,
    /// Its words.
    pub text: String,
    /// Words set apart from these, until somebody chooses.
    pub alternatives: Vec<Alternative>,
    /// Whether it is done.
    pub is_done: bool,
    /// Who said last whether it is; nobody if it never was.
    pub done_by: Option<Slot>,
    /// Whether the other, apart from them, said the opposite.
    pub is_disputed: bool,
    /// Where it stands: what sorts before is before it.
    pub place: String,
    /// Who takes care of it; nobody in particular if nobody is named.
    pub owners: Vec<Slot>,
    /// Whether it is a promise, and no point of a conversation.
    pub is_promise: bool,
}

pub(super) fn look(sheet: &Sheet) -> Look {
    let mut look = Look::default();
    Slot::BOTH.into_iter().for_each(|by| open_to(sheet, by, &mut look));
    look
}

pub(super) fn open_to(sheet: &Sheet, by: Slot, look: &mut Look) {
    look.open(by, Deed::Add);
    if !sheet.ids_of_values(name::ITEM).iter().any(|id| has_item(sheet, id)) {
        return;
    }
    for deed in ON_ITEMS {
        look.open.push(Open { to: by, deed, on: On::AnyItem });
    }
}

/// All that are there, in their order.
pub(super) fn items(sheet: &Sheet) -> Vec<Item> {
    let read = |id: ItemId| {
        let text = sheet.value(name::ITEM, Some(&id)).filter(|text| !text.value.is_empty())?;
        let done = sheet.value(name::DONE, Some(&id));
        let place = sheet.value(name::PLACE, Some(&id)).map(|place| place.value);
        Some(Item {
            text: text.value,
            alternatives: text.alternatives,
            is_done: done.as_ref().is_some_and(|done| done.value == "yes"),
            done_by: done.as_ref().map(|done| done.by),
            is_disputed: done.is_some_and(|done| !done.alternatives.is_empty()),
            place: place.unwrap_or_default(),
            owners: owners(sheet, &id),
            is_promise: sheet.value(name::PROMISE, Some(&id)).is_some(),
            id,
        })
    };
    let mut items: Vec<Item> =
        sheet.ids_of_values(name::ITEM).into_iter().filter_map(read).collect();
    items.sort_by(|a, b| (&a.place, &a.id).cmp(&(&b.place, &b.id)));
    items
}

/// Where two named another apart, it is both who were named.
fn owners(sheet: &Sheet, id: &ItemId) -> Vec<Slot> {
    let Some(owner) = sheet.value(name::OWNER, Some(id)) else { return Vec::new() };
    let beside = owner.alternatives.into_iter().map(|other| other.value);
    let named: Vec<String> = beside.chain([owner.value]).collect();
    let is_named = |by: &Slot| named.iter().any(|name| name == BOTH || *name == owner_of(*by));
    Slot::BOTH.into_iter().filter(is_named).collect()
}

fn owner_of(by: Slot) -> String {
    by.index().to_string()
}

/// Whether that item is there.
pub(super) fn has_item(sheet: &Sheet, id: &ItemId) -> bool {
    sheet.value(name::ITEM, Some(id)).is_some_and(|text| !text.value.is_empty())
}

pub(super) fn writes(
    sheet: &Sheet,
    me: Slot,
    act: Act<'_>,
    new: ItemId,
) -> Result<Vec<Write>, CannotWrite> {
    let items = items(sheet);
    let value =
        |name, value: &str| Write::Value(Subject::new(name, act.on.cloned()), value.to_owned());
    Ok(match act.deed {
        Deed::Add => added(&items, act.words, &new)?,
        Deed::Promise => {
            let mut writes = added(&items, act.words, &new)?;
            writes.extend(promised(me, &new));
            writes
        }
        Deed::Entrust => {
            let owner = match one_of(act.words, &["me", "you", "both"])?.as_str() {
                "me" => owner_of(me),
                "you" => owner_of(me.other()),
                _ => BOTH.to_owned(),
            };
            vec![value(name::OWNER, &owner)]
        }
        Deed::Change => {
            check_words(MAX_VALUE, act.words)?;
            vec![value(name::ITEM, act.words)]
        }
        Deed::Remove => vec![value(name::ITEM, "")],
        Deed::Check => vec![value(name::DONE, "yes")],
        Deed::Uncheck => vec![value(name::DONE, "no")],
        Deed::Move => vec![value(name::PLACE, &place_before(&items, act)?)],
        _ => Vec::new(),
    })
}

/// An item behind all others.
fn added(items: &[Item], words: &str, new: &ItemId) -> Result<Vec<Write>, CannotWrite> {
    enough(items.len() >= MAX_ITEMS, "items", MAX_ITEMS)?;
    let last = items.last().map_or("", |item| item.place.as_str());
    Ok(added_behind(last, words, new)?.1.into())
}

/// An item behind that place: its own place, and what it writes.
pub(super) fn added_behind(
    last: &str,
    words: &str,
    new: &ItemId,
) -> Result<(String, [Write; 2]), CannotWrite> {
    check_words(MAX_VALUE, words)?;
    let (subject, place) = (|name| Subject::new(name, Some(new.clone())), between(last, None));
    let text = Write::Value(subject(name::ITEM), words.to_owned());
    let at = Write::Value(subject(name::PLACE), place.clone());
    Ok((place, [text, at]))
}

/// That an item is this person's promise.
pub(super) fn promised(me: Slot, new: &ItemId) -> [Write; 2] {
    let of_new = |name, value| Write::Value(Subject::new(name, Some(new.clone())), value);
    [of_new(name::PROMISE, "yes".to_owned()), of_new(name::OWNER, owner_of(me))]
}

/// That an item is done.
pub(super) fn done(new: &ItemId) -> Write {
    Write::Value(Subject::new(name::DONE, Some(new.clone())), "yes".to_owned())
}

/// The place before the item that the words name, or behind all.
fn place_before(items: &[Item], act: Act<'_>) -> Result<String, CannotWrite> {
    let others: Vec<&Item> = items.iter().filter(|item| Some(&item.id) != act.on).collect();
    let moved = items.iter().position(|item| Some(&item.id) == act.on);
    let at = match act.words.trim() {
        "" => others.len(),
        named => {
            let found = others.iter().position(|item| item.id.as_str() == named);
            found.ok_or(CannotWrite::NoItem)?
        }
    };
    // It stands there.
    if let Some(item) = moved.filter(|moved| *moved == at).and_then(|at| items.get(at)) {
        return Ok(item.place.clone());
    }
    let place = |at: usize| others.get(at).map(|item| item.place.as_str());
    let before = at.checked_sub(1).and_then(place).unwrap_or("");
    Ok(between(before, place(at)))
}

/// A place after one and before the other, if there is one between: as a fraction whose digits are
/// letters, the first of them zero.
fn between(before: &str, after: Option<&str>) -> String {
    let mut place = String::new();
    let mut after = after.map(str::bytes);
    let mut digits = before.bytes();
    while place.len() < MAX_PLACE {
        let low = digits.next();
        let high = after.as_mut().and_then(Iterator::next).map(digit);
        let next = match (low.map(digit), high) {
            // Behind the last there is room for many.
            (Some(low), None) => low + 1,
            (low, high) => low.unwrap_or(0).midpoint(high.unwrap_or(BASE)),
        };
        let low = low.map_or(0, digit);
        if low < next && next < high.unwrap_or(BASE) {
            place.push(letter(next));
            return place;
        }
        if high.is_none_or(|high| high > low) {
            after = None;
        }
        place.push(letter(low));
    }
    place
}

fn digit(letter: u8) -> u8 {
    letter.saturating_sub(b'a').min(BASE - 1)
}

fn letter(digit: u8) -> char {
    char::from(b'a' + digit.min(BASE - 1))
}

const ON_ITEMS: [Deed; 6] =
    [Deed::Change, Deed::Remove, Deed::Check, Deed::Uncheck, Deed::Move, Deed::Entrust];

/// Said of an item that both take care of.
const BOTH: &str = "both";

const BASE: u8 = 26;

/// Letters of a place. A list of [`MAX_ITEMS`] needs a few; where two places leave none between
/// them, names decide.
const MAX_PLACE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_place_between_two_and_behind_the_last() {
        let mut places = vec![between("", None)];
        for _ in 0..100 {
            places.push(between(places.last().unwrap(), None));
        }
        assert!(places.is_sorted_by(|a, b| a < b));
        let (mut low, high) = (places[0].clone(), places[1].clone());
        for _ in 0..100 {
            let new = between(&low, Some(&high));
            assert!(low < new && new < high, "{low} {new} {high}");
            low = new;
        }
        let mut first = places[0].clone();
        for _ in 0..100 {
            let new = between("", Some(&first));
            assert!(new < first, "{new} {first}");
            first = new;
        }
    }
}
