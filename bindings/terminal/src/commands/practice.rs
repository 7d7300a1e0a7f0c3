//! What kinds of entry have people do with them: the deeds of `do`, and how an entry shows where it
//! has come to.

use std::collections::BTreeSet;

use couplet::{
    Alternative, Changed, Deed, Entry, Fact, ItemId, Opens, Pause, Saying, Seal, Slot, Stance,
    State, names,
};
use serde_json::{Value, json};

use super::entries::{Names, person};
use super::revisions::{self, Shown};
use super::{text_or_input, times};
use crate::failure::Failure;
use crate::output::{Output, Style};
use crate::{day, moment};

/// A deed as it was typed: its name, the name of what it is done on, its words.
pub(super) fn saying(typed: Vec<String>) -> Result<Saying, Failure> {
    let mut typed = typed.into_iter();
    let name = typed.next().unwrap_or_default();
    let deed: Deed = name.parse().map_err(|error| Failure::input(format!("{error}")))?;
    let on = if deed.is_on_a_thing() {
        let missing = || Failure::input(format!("say on what: {deed} NAME, as show has it"));
        Some(typed.next().ok_or_else(missing)?)
    } else {
        None
    };
    let mut words = typed.next().map(text_or_input).transpose()?.unwrap_or_default();
    if deed == Deed::RenameTag {
        words.extend(typed.next().map(|label| format!("\n{label}")));
    }
    let words = as_the_notebook_has_it(deed, words)?;
    match typed.next() {
        None => Ok(Saying::Do { deed, on, words }),
        Some(_) => Err(Failure::input("put the words between quotation marks")),
    }
}

/// Days and times are typed as people write them, and numbers in the notebook.
fn as_the_notebook_has_it(deed: Deed, words: String) -> Result<String, Failure> {
    match deed {
        Deed::Propose => {
            let typed: Vec<&str> = words.split_whitespace().collect();
            let [start, end, zone @ ..] = typed.as_slice() else { return Ok(words) };
            let zone = if zone.is_empty() { moment::zone() } else { zone.join(" ") };
            let (start, end) = (moment::parse(start, &zone)?, moment::parse(end, &zone)?);
            Ok(format!("{start} {end} {zone}"))
        }
        // A pause may be without one.
        Deed::Pause if words.trim().is_empty() => Ok(words),
        Deed::Pause | Deed::HappenedOn | Deed::SetDate | Deed::TogetherSince => {
            Ok(day::parse(words.trim())?.to_string())
        }
        _ => Ok(words),
    }
}

/// The deeds open now.
pub(super) fn deeds(entry: &Entry) -> BTreeSet<&'static str> {
    entry.open.iter().map(|open| open.deed.name()).collect()
}

/// Where it has come to, for programs.
pub(super) fn as_json(entry: &Entry) -> Value {
    let name = |id: &Option<ItemId>| id.as_ref().map(|id| id.as_str().to_owned());
    let beside = |all: &[Alternative]| -> Vec<Value> {
        all.iter().map(|one| json!({ "by": one.by.index(), "value": one.value })).collect()
    };
    let parts = entry.parts.iter().map(|part| {
        json!({
            "name": part.name, "id": name(&part.id), "by": part.by.index(), "text": part.text,
            "alternatives": part.alternatives.iter().map(|one| &one.text).collect::<Vec<_>>(),
            "edited": revisions::is_edited(part.earlier()),
            "history": revisions::as_json(&part.revisions),
        })
    });
    let stances = entry.stances.iter().map(|one| {
        json!({ "name": one.name, "id": name(&one.id), "by": one.by.index(), "value": one.value })
    });
    let values = entry.shown.iter().map(|one| {
        json!({
            "name": one.name, "id": name(&one.id), "by": one.by.index(), "value": one.value,
            "alternatives": beside(&one.alternatives),
        })
    });
    let members = entry.members.iter().map(|one| {
        json!({
            "name": one.name, "by": one.by.index(), "value": one.value,
            "intensity": one.intensity,
        })
    });
    let items = entry.items.iter().map(|item| {
        json!({
            "id": item.id.as_str(), "text": item.text, "alternatives": beside(&item.alternatives),
            "done": item.is_done, "disputed": item.is_disputed, "promise": item.is_promise,
            "owners": item.owners.iter().map(|by| by.index()).collect::<Vec<_>>(),
        })
    });
    json!({
        "stage": entry.state.map(State::name),
        "facts": entry.facts.iter().map(fact).collect::<Vec<_>>(),
        "parts": parts.collect::<Vec<_>>(),
        "stances": stances.collect::<Vec<_>>(),
        "values": values.collect::<Vec<_>>(),
        "members": members.collect::<Vec<_>>(),
        "gesture_by": entry.gesture_by.map(Slot::index),
        "items": items.collect::<Vec<_>>(),
        "meeting": entry.meeting.as_ref().map(times::as_json),
        "pauses": entry.pauses.iter().map(pause).collect::<Vec<_>>(),
        "seal": entry.seal.as_ref().map(seal),
    })
}

pub(super) fn fact(fact: &Fact) -> Value {
    match fact {
        Fact::EarlierWords(id) => json!({ "earlier_words": id.as_str() }),
        Fact::ConfirmedBefore(id) => json!({ "confirmed_before": id.as_str() }),
        Fact::AskedAgain(by) => json!({ "asked_again": by.index() }),
        Fact::HadSaidYes(by) => json!({ "had_said_yes": by.index() }),
        Fact::ChoseAnother(by) => json!({ "chose_another": by.index() }),
        Fact::WithdrawnAfterOpened => json!({ "withdrawn_after_opened": true }),
        Fact::DoesNotOpen(by) => json!({ "does_not_open": by.index() }),
        Fact::AlsoSaid(id, said) => json!({ "also_said": [id.as_str(), said] }),
        Fact::EarlierVerdict(id) => json!({ "earlier_verdict": id.as_str() }),
        Fact::ChangedSinceOpen(by) => json!({ "changed_since_open": by.index() }),
        Fact::KeyToCome => json!({ "key_to_come": true }),
    }
}

/// The same for people, a line each.
pub(super) fn in_words(
    entry: &Entry,
    (how, names): (Shown, &Names),
    output: &Output,
) -> Vec<String> {
    let short = |id: &Option<ItemId>| -> String {
        id.iter().flat_map(|id| id.as_str().chars().take(SHORT)).collect()
    };
    let mut lines = Vec::new();
    if let Some(state) = entry.state {
        lines.push(output.styled(Style::Good, &format!("    {}", state.name())));
    }
    for item in &entry.items {
        let mark = if item.is_done { "x" } else { " " };
        let id = output.styled(Style::Dim, &short(&Some(item.id.clone())));
        let promise = if item.is_promise { "promise: " } else { "" };
        lines.push(format!("    [{mark}] {promise}{}  {id}", item.text));
    }
    lines.extend(entry.meeting.iter().flat_map(|one| times::in_words(one, names, output)));
    lines.extend(entry.pauses.iter().map(|one| pause_in_words(one, names)));
    if let (Some(Seal { opens: Opens::At(until), .. }), Some(State::Sealed)) =
        (&entry.seal, entry.state)
    {
        let until = *until;
        lines.push(format!("      sealed until {}", moment::show(until)));
    }
    if let Some(by) = entry.gesture_by {
        lines.push(format!("      {} did it", person(by, names)));
    }
    for shown in &entry.shown {
        let read = |value: &str| times::value_in_words(entry, &shown.name, value);
        let beside = shown.alternatives.iter().map(|one| format!(" or {}", read(&one.value)));
        let beside: String = beside.collect();
        lines.push(format!("      {}: {}{beside}", shown.name, read(&shown.value)));
    }
    for part in &entry.parts {
        let what = format!("      {}, {}", person(part.by, names), part.name);
        let mut marks = vec![short(&part.id)];
        if revisions::is_edited(part.earlier()) {
            marks.push("edited".into());
        }
        let marks = output.styled(Style::Dim, &marks.join(" · "));
        if !part.is_history() {
            lines.push(format!("{what}: {}  {marks}", part.text));
        }
        let what = format!("{what}, ");
        lines.extend(revisions::in_words(part.earlier(), (how, &what), output));
    }
    for member in &entry.members {
        let (whose, strong) = (person(member.by, names), member.intensity);
        let strong = strong.map(|strong| format!(" ({strong})")).unwrap_or_default();
        lines.push(format!("      {whose}, {}: {}{strong}", member.name, member.value));
    }
    let is_told = |one: &&Stance| one.value.is_empty() || TOLD.contains(&one.name.as_str());
    for one in entry.stances.iter().filter(|one| !is_told(one)) {
        let (whose, id) = (person(one.by, names), output.styled(Style::Dim, &short(&one.id)));
        let value = brief(entry, &one.value);
        lines.push(format!("      {whose}, {}: {value}  {id}", one.name));
    }
    for one in &entry.facts {
        let words = fact_in_words(one, entry, names);
        lines.push(output.styled(Style::Warning, &format!("      {words}")));
    }
    lines
}

/// What was not seen when a page was let go, for programs.
pub(super) fn changed(one: &Changed) -> Value {
    json!({
        "name": one.name, "id": one.id.as_ref().map(ItemId::as_str), "by": one.by.index(),
        "before": one.before, "now": one.now,
    })
}

/// The same for people: how it read, and how it does; none where that cannot be told any more.
pub(super) fn since_in_words(
    all: Option<&[Changed]>,
    names: &Names,
    output: &Output,
) -> Vec<String> {
    let Some(all) = all else {
        let line = "    what came since you let go cannot be told any more";
        return vec![output.styled(Style::Warning, line)];
    };
    let line = |one: &Changed| {
        let what = format!("{}, {}", person(one.by, names), one.name);
        let words = match (&one.before, &one.now) {
            (Some(before), Some(now)) => format!("{before} -> {now}"),
            (None, Some(now)) => now.clone(),
            (Some(before), None) => format!("{before}, taken back"),
            (None, None) => String::new(),
        };
        output.styled(Style::Warning, &format!("    since you let go: {what}: {words}"))
    };
    all.iter().map(line).collect()
}

fn fact_in_words(fact: &Fact, entry: &Entry, names: &Names) -> String {
    let what = |id: &ItemId| thing(entry, id, names);
    let person = |by: &Slot| person(*by, names);
    match fact {
        Fact::EarlierWords(id) => format!("{} is about earlier words", what(id)),
        Fact::ConfirmedBefore(id) => {
            format!("{} was confirmed before more was said", what(id))
        }
        Fact::AskedAgain(by) => {
            format!("{} let go before this was written, and is asked again", person(by))
        }
        Fact::HadSaidYes(by) => format!("{} had said yes", person(by)),
        Fact::ChoseAnother(by) => {
            format!("{} chose another time, and is asked whether this one will do", person(by))
        }
        Fact::WithdrawnAfterOpened => "withdrawn after it was opened".to_owned(),
        Fact::DoesNotOpen(by) => format!("what {} closed does not open", person(by)),
        Fact::AlsoSaid(id, said) => {
            format!("of {} was said on another device, too: {said}", what(id))
        }
        Fact::EarlierVerdict(id) => {
            format!("what was said of {} is about its earlier words", what(id))
        }
        Fact::ChangedSinceOpen(by) => {
            format!("{} changed their answer after both were open", person(by))
        }
        Fact::KeyToCome => "opened; its key has not come yet".to_owned(),
    }
}

fn pause(pause: &Pause) -> Value {
    json!({ "by": pause.by.index(), "until": pause.until.map(day::show) })
}

fn pause_in_words(pause: &Pause, names: &Names) -> String {
    let until = match pause.until {
        Some(until) => format!("until {}", day::show(until)),
        None => "until they go on".to_owned(),
    };
    format!("      {} asked for a pause, {until}", person(pause.by, names))
}

fn seal(seal: &Seal) -> Value {
    let until = match seal.opens {
        Opens::At(time) => Some(time),
        Opens::Wanted => None,
    };
    json!({ "until": until, "held_back": seal.is_held_back })
}

/// What somebody says that is told in other lines: with the times, as a pause, as a seal, and whose
/// gesture it was.
const TOLD: [&str; 5] = [names::VOTE, names::CHOSEN, names::PAUSE, names::SEAL, names::DONE_BY];

/// A thing in an entry, by what it is and how it begins.
fn thing(entry: &Entry, id: &ItemId, names: &Names) -> String {
    let short: String = id.as_str().chars().take(SHORT).collect();
    let Some(part) = entry.parts.iter().find(|part| part.id.as_ref() == Some(id)) else {
        return short;
    };
    let words: String = part.text.chars().take(BEGINNING).collect();
    let more = if words.len() < part.text.len() { "..." } else { "" };
    format!("{}'s {} {short}, \"{words}{more}\",", person(part.by, names), part.name)
}

/// A value as people are shown it: the name of a thing in the entry by its beginning.
fn brief(entry: &Entry, value: &str) -> String {
    let is_name = entry.things().any(|id| id.as_str() == value);
    value.chars().take(if is_name { SHORT } else { usize::MAX }).collect()
}

/// How much of words says which they are.
const BEGINNING: usize = 32;

/// How much of a name is shown; the beginning is enough to name it.
const SHORT: usize = 8;
