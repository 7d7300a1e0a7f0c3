//! What kinds of entry have people do with them: the deeds of `do`, and how programs are told where an
//! entry has come to.

use std::collections::BTreeSet;

use couplet::{Alternative, Changed, Deed, Entry, ItemId, Opens, Pause, Saying, Seal, Slot, State};
use serde_json::{Value, json};

use super::entries::{Names, person};
use super::{facts, revisions, text_or_input, times};
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
        "facts": entry.facts.iter().map(facts::as_json).collect::<Vec<_>>(),
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

fn pause(pause: &Pause) -> Value {
    json!({ "by": pause.by.index(), "until": pause.until.map(day::show) })
}

fn seal(seal: &Seal) -> Value {
    let until = match seal.opens {
        Opens::At(time) => Some(time),
        Opens::Wanted => None,
    };
    json!({ "until": until, "held_back": seal.is_held_back })
}
