//! What kinds of entry have people do with them: the deeds of `do`, and how an entry shows where it
//! has come to.

use std::collections::BTreeSet;

use couplet::{Alternative, Deed, Entry, Fact, ItemId, Saying};
use serde_json::{Value, json};

use super::entries::{Names, person};
use super::text_or_input;
use crate::failure::Failure;
use crate::output::{Output, Style};

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
    let words = typed.next().map(text_or_input).transpose()?.unwrap_or_default();
    match typed.next() {
        None => Ok(Saying::Do { deed, on, words }),
        Some(_) => Err(Failure::input("put the words between quotation marks")),
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
            "edited": part.revisions.len() > 1,
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
    let members = entry
        .members
        .iter()
        .map(|one| json!({ "name": one.name, "by": one.by.index(), "value": one.value }));
    let items = entry.items.iter().map(|item| {
        json!({
            "id": item.id.as_str(), "text": item.text, "alternatives": beside(&item.alternatives),
            "done": item.is_done, "disputed": item.is_disputed,
        })
    });
    json!({
        "state": entry.state.map(couplet::State::name),
        "facts": entry.facts.iter().map(fact).collect::<Vec<_>>(),
        "parts": parts.collect::<Vec<_>>(),
        "stances": stances.collect::<Vec<_>>(),
        "values": values.collect::<Vec<_>>(),
        "members": members.collect::<Vec<_>>(),
        "items": items.collect::<Vec<_>>(),
    })
}

pub(super) fn fact(fact: &Fact) -> Value {
    match fact {
        Fact::EarlierWords(id) => json!({ "earlier_words": id.as_str() }),
        Fact::ConfirmedBefore(id) => json!({ "confirmed_before": id.as_str() }),
        Fact::AskedAgain(by) => json!({ "asked_again": by.index() }),
    }
}

/// The same for people, a line each.
pub(super) fn in_words(entry: &Entry, names: &Names, output: &Output) -> Vec<String> {
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
        lines.push(format!("    [{mark}] {}  {id}", item.text));
    }
    for shown in &entry.shown {
        let beside = shown.alternatives.iter().map(|one| format!(" or {}", one.value));
        let beside: String = beside.collect();
        lines.push(format!("      {}: {}{beside}", shown.name, shown.value));
    }
    for part in &entry.parts {
        let (whose, id) = (person(part.by, names), short(&part.id));
        let id = output.styled(Style::Dim, &id);
        lines.push(format!("      {whose}, {}: {}  {id}", part.name, part.text));
    }
    for member in &entry.members {
        lines.push(format!(
            "      {}, {}: {}",
            person(member.by, names),
            member.name,
            member.value
        ));
    }
    for one in &entry.stances {
        let (whose, id) = (person(one.by, names), output.styled(Style::Dim, &short(&one.id)));
        lines.push(format!("      {whose}, {}: {}  {id}", one.name, one.value));
    }
    for one in &entry.facts {
        let words = match one {
            Fact::EarlierWords(id) => {
                format!("{} is about earlier words", short(&Some(id.clone())))
            }
            Fact::ConfirmedBefore(id) => {
                format!("{} was confirmed before more was said", short(&Some(id.clone())))
            }
            Fact::AskedAgain(by) => {
                format!("{} let go before this was written, and is asked again", person(*by, names))
            }
        };
        lines.push(output.styled(Style::Warning, &format!("      {words}")));
    }
    lines
}

/// How much of a name is shown; the beginning is enough to name it.
const SHORT: usize = 8;
