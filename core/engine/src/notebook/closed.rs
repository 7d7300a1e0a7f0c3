//! Closed words in an entry: who reads them, and which keys are due.
//!
//! An answer to a prompt is read by the other once both have answered; a note under a seal once it
//! was opened. What is closed has no length and no beginning here for whom it is closed to. A key is
//! published by a device of who closed the words, and copied by a device of who opened a note, so
//! that withdrawing it apart from that takes nothing away. Until it is published, it is closed anew for
//! every device that its person has by then and had not before: a new tablet, a recovery kit, a phone
//! that came in by its words. Deliberately not here: closing, which is `seal::closed`'s.

use std::collections::BTreeSet;

use couplet_proto::ids::Slot;
use rand_core::CryptoRng;

use super::deed::Write;
use super::kinds::Fact;
use super::schema::{Kind, Subject, name};
use super::sheet::{Closed, Part, Sheet};
use super::words::{self, Revision};
use super::{kindness, prompt};
use crate::document::EntryKey;
use crate::keys::ClosedKey;
use crate::seal::closed::{ClosedWords, Keeper, Place};

/// Who looks, and with which keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) slot: Slot,
    pub(super) generation: u32,
    pub(super) keeper: Option<&'a Keeper>,
}

/// Writes into a sheet what its reader may read of what is closed, and says what does not open.
pub(super) fn open(kind: Kind, key: &EntryKey, reader: Reader<'_>, sheet: &mut Sheet) -> Vec<Fact> {
    let mut facts = Vec::new();
    let Some(named) = name_of(kind) else { return facts };
    for by in Slot::BOTH {
        let may_read = by == reader.slot || may_read(kind, sheet, reader.slot);
        let all: Vec<Closed> = of(sheet, named, by).cloned().collect();
        if !may_read || all.is_empty() {
            continue;
        }
        let place = Place::new(key.as_str(), named, by);
        let keeper = reader.keeper.filter(|_| by == reader.slot);
        let own_key = |closed: &Closed| own_key(key, keeper?, sheet, closed);
        let mut revisions: Vec<Revision> =
            all.iter().filter_map(|closed| opened(sheet, place, closed, own_key)).collect();
        words::sort(&mut revisions);
        let does_not_open = |closed: &&Closed| {
            let has_key = published(sheet, closed).next().is_some();
            has_key && !revisions.iter().any(|one| one.rev == closed.key.rev)
        };
        if newest(&all).any(|closed| does_not_open(&closed)) {
            facts.push(Fact::DoesNotOpen(by));
        }
        if revisions.is_empty() {
            continue;
        }
        if kind == Kind::Note {
            sheet.words.append(&mut revisions);
            words::sort(&mut sheet.words);
            continue;
        }
        let generations: BTreeSet<u32> = all.iter().map(|closed| closed.key.generation).collect();
        for generation in generations {
            let is_of = |one: &&Revision| {
                let key = |closed: &Closed| (closed.key.rev, closed.key.writer);
                all.iter().any(|closed| {
                    closed.key.generation == generation && key(closed) == (one.rev, one.writer)
                })
            };
            let revisions: Vec<Revision> = revisions.iter().filter(is_of).cloned().collect();
            if revisions.is_empty() {
                continue;
            }
            let (text, alternatives) = words::shown(&revisions);
            let name = named.to_owned();
            sheet.parts.push(Part {
                name,
                id: None,
                by,
                generation,
                text,
                alternatives,
                revisions,
            });
        }
    }
    facts
}

/// The keys that a device of this person is to publish, copy or withdraw, as the page stands.
pub(super) fn due(
    kind: Kind,
    key: &EntryKey,
    reader: Reader<'_>,
    now: i64,
    sheet: &Sheet,
) -> Vec<Write> {
    match kind {
        Kind::Prompt if prompt::is_open(sheet) => to_publish(kind, key, reader, sheet),
        Kind::Note if reader.slot != sheet.author => {
            if kindness::is_opened(sheet) {
                copies(key, reader.slot, sheet)
            } else {
                Vec::new()
            }
        }
        Kind::Note if kindness::is_withdrawn(sheet) => withdrawn(reader.slot, sheet),
        Kind::Note if kindness::is_due(sheet, now) => to_publish(kind, key, reader, sheet),
        _ => Vec::new(),
    }
}

/// Whether such keys are due by now, or will be, or are to be closed anew for whoever comes.
pub(super) fn awaits_key(kind: Kind, me: Slot, sheet: &Sheet) -> bool {
    let Some(named) = name_of(kind) else { return false };
    let has_published = |by| are_published(sheet, named, by);
    match kind {
        Kind::Prompt => of(sheet, named, me).next().is_some() && !has_published(me),
        _ if of(sheet, named, sheet.author).next().is_none() => false,
        _ if kindness::is_withdrawn(sheet) => me == sheet.author && has_published(me),
        _ if me != sheet.author => kindness::is_opened(sheet) && !is_copied(me, sheet),
        _ => kindness::is_held_back(sheet) && !has_published(me),
    }
}

/// The keys of one's own newest words that nobody has published, closed anew where a device of one's
/// own can open none of what stands there.
pub(super) fn anew(
    kind: Kind,
    key: &EntryKey,
    reader: Reader<'_>,
    sheet: &Sheet,
    rng: &mut dyn CryptoRng,
) -> Vec<Write> {
    let (Some(named), Some(keeper)) = (name_of(kind), reader.keeper) else { return Vec::new() };
    if !awaits_key(kind, reader.slot, sheet) {
        return Vec::new();
    }
    let place = Place::new(key.as_str(), name::WRAPPED, reader.slot);
    let is_mine = |closed: &&Closed| closed.key.generation == reader.generation;
    let own: Vec<Closed> = of(sheet, named, reader.slot).filter(is_mine).cloned().collect();
    let missing = newest(&own).filter(|closed| published(sheet, closed).next().is_none());
    let close = |closed: &Closed| {
        let all: Vec<_> = wrapped(sheet, closed).chain([&closed.words]).collect();
        if !keeper.leaves_out(&all) {
            return None;
        }
        let closing = own_key(key, keeper, sheet, closed)?;
        let words = keeper.close_key(place, &closing, rng)?;
        Some(Write::Closed(Subject::new(name::WRAPPED, Some(closed.id.clone())), words))
    };
    missing.filter_map(close).collect()
}

/// The key of words that this person closed, as a device of theirs has it.
fn own_key(key: &EntryKey, keeper: &Keeper, sheet: &Sheet, closed: &Closed) -> Option<ClosedKey> {
    let by = closed.key.slot;
    let named = closed.subject.name();
    let (place, again) =
        (Place::new(key.as_str(), named, by), Place::new(key.as_str(), name::WRAPPED, by));
    let found = keeper.key_of(place, &closed.words);
    found.or_else(|| {
        let mut keys = wrapped(sheet, closed).filter_map(|anew| keeper.key_in(again, anew));
        keys.find(|key| closed.words.open(place, key).is_some())
    })
}

/// What stands of the key of these words, closed anew by their own person.
fn wrapped<'a>(sheet: &'a Sheet, closed: &'a Closed) -> impl Iterator<Item = &'a ClosedWords> + 'a {
    let all = of(sheet, name::WRAPPED, closed.key.slot);
    all.filter(|one| one.subject.id.as_ref() == Some(&closed.id)).map(|one| &one.words)
}

/// Whether this person keeps open what they opened.
fn is_copied(me: Slot, sheet: &Sheet) -> bool {
    of(sheet, name::CLOSED, me.other()).all(|closed| is_copied_of(me, sheet, closed))
}

fn is_copied_of(me: Slot, sheet: &Sheet, closed: &Closed) -> bool {
    let mut own = sheet.keys.iter().filter(|(_, owner, _)| owner.slot == me);
    own.any(|(id, _, key)| *id == closed.id && !key.is_empty())
}

/// The keys of one's own newest words, where no device of one's own has published them.
fn to_publish(kind: Kind, key: &EntryKey, reader: Reader<'_>, sheet: &Sheet) -> Vec<Write> {
    let (Some(named), Some(keeper)) = (name_of(kind), reader.keeper) else { return Vec::new() };
    let own: Vec<Closed> = of(sheet, named, reader.slot).cloned().collect();
    let missing = newest(&own).filter(|closed| published(sheet, closed).next().is_none());
    let publish = |closed: &Closed| {
        let key = own_key(key, keeper, sheet, closed)?;
        Some(Write::Key(closed.id.clone(), key.secret().expose().to_vec()))
    };
    missing.filter_map(publish).collect()
}

/// The other's keys of a note, as one's own: who opened it keeps it open.
pub(super) fn copies(key: &EntryKey, me: Slot, sheet: &Sheet) -> Vec<Write> {
    let place = Place::new(key.as_str(), name::CLOSED, me.other());
    let theirs = of(sheet, name::CLOSED, me.other());
    let copy = |closed: &Closed| {
        if is_copied_of(me, sheet, closed) {
            return None;
        }
        let opens = |key: &ClosedKey| closed.words.open(place, key).is_some();
        let found = published(sheet, closed).find(opens)?;
        Some(Write::Key(closed.id.clone(), found.secret().expose().to_vec()))
    };
    theirs.filter_map(copy).collect()
}

/// No keys, where this person published some.
pub(super) fn withdrawn(me: Slot, sheet: &Sheet) -> Vec<Write> {
    let own = of(sheet, name::CLOSED, me);
    own.map(|closed| Write::Key(closed.id.clone(), Vec::new())).collect()
}

/// Whether all of a person's newest words can be opened by the other.
pub(super) fn are_published(sheet: &Sheet, named: &str, by: Slot) -> bool {
    let all: Vec<Closed> = of(sheet, named, by).cloned().collect();
    !all.is_empty() && newest(&all).all(|closed| published(sheet, closed).next().is_some())
}

/// A person's closed words of that name.
pub(super) fn of<'a>(
    sheet: &'a Sheet,
    named: &'a str,
    by: Slot,
) -> impl Iterator<Item = &'a Closed> {
    let is_of = move |closed: &&Closed| closed.subject.name() == named && closed.key.slot == by;
    sheet.closed.iter().filter(is_of)
}

/// The revision that a person's next closed words of that name are.
pub(super) fn next_revision(sheet: &Sheet, named: &str, by: Slot) -> u64 {
    let earlier = of(sheet, named, by).map(|closed| closed.key.rev);
    earlier.max().unwrap_or(0).saturating_add(1)
}

/// Whether the key of any of a person's words is there.
pub(super) fn is_any_published(sheet: &Sheet, named: &str, by: Slot) -> bool {
    of(sheet, named, by).any(|closed| published(sheet, closed).next().is_some())
}

fn newest(all: &[Closed]) -> impl Iterator<Item = &Closed> {
    let newest = all.iter().map(|closed| closed.key.rev).max();
    all.iter().filter(move |closed| Some(closed.key.rev) == newest)
}

fn published<'a>(sheet: &'a Sheet, closed: &'a Closed) -> impl Iterator<Item = ClosedKey> + 'a {
    let of_it = sheet.keys.iter().filter(|(id, ..)| *id == closed.id);
    of_it.filter_map(|(_, _, key)| ClosedKey::read(key))
}

fn opened(
    sheet: &Sheet,
    place: Place,
    closed: &Closed,
    own_key: impl FnOnce(&Closed) -> Option<ClosedKey>,
) -> Option<Revision> {
    let opened = published(sheet, closed).find_map(|key| closed.words.open(place, &key));
    let own = || closed.words.open(place, &own_key(closed)?);
    let text = opened.or_else(own)?;
    Some(Revision { rev: closed.key.rev, writer: closed.key.writer, text })
}

fn may_read(kind: Kind, sheet: &Sheet, reader: Slot) -> bool {
    match kind {
        Kind::Prompt => prompt::is_open(sheet),
        _ => reader == sheet.author || kindness::may_be_read(sheet),
    }
}

/// What the closed words of a kind are called.
pub(super) const fn name_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Prompt => Some(name::ANSWER),
        Kind::Note => Some(name::CLOSED),
        _ => None,
    }
}
