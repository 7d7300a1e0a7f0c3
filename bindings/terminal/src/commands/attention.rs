//! What was removed, what was read, what waits for somebody, and choosing.

use couplet::{Choice, Couplet, Cursor, Entry, KEEP, Need, Saying, Slot};
use serde_json::{Value, json};

use super::entries::{Names, list, names, person};
use super::named::with_names;
use super::{practice, talk, text_or_input, times};
use crate::arguments::{Everyday, Resolve};
use crate::day;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::{Output, Style};

pub(crate) async fn attend(home: &Home, asked: Everyday, output: &Output) -> Result<(), Failure> {
    let couplet = match asked {
        Everyday::Seen { .. } => home.open().await?,
        _ => home.open_or_beside().await?,
    };
    match asked {
        Everyday::Trash { limit, before } => {
            trash(&couplet, limit, before.as_deref(), output).await
        }
        Everyday::Seen { entry } => seen(&couplet, &entry, output).await,
        Everyday::NeedsAttention => needs_attention(&couplet, output).await,
        Everyday::Resolve(asked) => resolve(&couplet, asked, output).await,
    }
}

async fn trash(
    couplet: &Couplet,
    limit: u32,
    before: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    let before = before.map(str::parse::<Cursor>).transpose();
    let before = before.map_err(|error| Failure::input(error.to_string()))?;
    let rows = couplet.trash(before, limit).await?;
    if rows.is_empty() && !output.is_json() {
        output.note("Nothing was removed.");
    }
    list(&rows, &names(couplet).await, output);
    Ok(())
}

async fn seen(couplet: &Couplet, entry: &str, output: &Output) -> Result<(), Failure> {
    let row = couplet.entry(entry).await?;
    couplet.seen(&row).await?;
    let entry = row.entry.key.as_str();
    output.say(&json!({ "entry": entry, "unread": false }), "Read; nobody is told.");
    Ok(())
}

async fn needs_attention(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let attention = couplet.needs_attention().await?;
    if attention.is_nothing() && !output.is_json() {
        output.note("Nothing waits for you.");
    }
    let names = names(couplet).await;
    list(&attention.entries, &names, output);
    for aside in &attention.set_aside {
        let object = json!({ "set_aside": aside.reason, "by": aside.slot.index() });
        let whose = person(aside.slot, &names);
        let words = format!("Set aside, and shown nowhere, of {whose}: {}", aside.reason);
        output.say(&with_names(object, &names), &words);
    }
    for late in &attention.late {
        let device = late.device.to_string();
        let (envelopes, is_own) = (late.envelopes, late.is_own);
        let object = json!({ "late": device, "envelopes": envelopes, "own": is_own });
        output.say(
            &object,
            &format!("Late words of a device that was taken out: {}", short(&device)),
        );
    }
    if attention.waiting > 0 {
        let waiting = attention.waiting;
        let words = format!(
            "{waiting} things came more than a day ago and cannot be read so far; bring this app up \
             to date, or let the other phone sync"
        );
        output.say(&json!({ "waiting": waiting }), &words);
    }
    Ok(())
}

async fn resolve(couplet: &Couplet, asked: Resolve, output: &Output) -> Result<(), Failure> {
    let (field, on) = match asked.field.split_once('/') {
        Some((field, on)) => (field.to_owned(), Some(on.to_owned())),
        None => (asked.field, None),
    };
    let entry = couplet.entry(&asked.entry).await?.entry;
    let mut choices = entry.choices().into_iter();
    let there = choices.find(|choice| is_named(choice, &field, on.as_deref()));
    let value = match (asked.value, asked.choice) {
        (Some(value), _) => {
            let typed = text_or_input(value)?;
            // A day or a time may be typed as it is shown.
            let is_it = |one: &&String| times::value_in_words(&entry, &field, one) == typed;
            let found = there.iter().flat_map(|choice| &choice.values).find(is_it);
            found.cloned().unwrap_or(typed)
        }
        (None, number) => {
            let at = number.and_then(|number| number.checked_sub(1));
            let chosen = there.zip(at).and_then(|(it, at)| it.values.get(at).cloned());
            chosen.ok_or_else(|| Failure::input("there is no choice of that number there"))?
        }
    };
    let saying = Saying::Resolve { field, on, value };
    talk::say(couplet, &asked.entry, (saying, "Chosen, for both of you"), output).await
}

fn is_named(choice: &Choice, field: &str, on: Option<&str>) -> bool {
    let begins = match (&choice.on, on) {
        (Some(id), Some(beginning)) => id.as_str().starts_with(beginning),
        (None, None) => true,
        _ => false,
    };
    choice.field == field && begins
}

/// That an entry was removed, for programs.
pub(super) fn trash_as_json(entry: &Entry) -> Value {
    entry.trash.as_ref().map_or(Value::Null, |trash| {
        json!({
            "by": trash.by.index(),
            "day": day::show(trash.day),
            "removed": trash.is_hidden(),
            "resurfaced_by": indices(&trash.resurfaced_by),
        })
    })
}

/// What in an entry waits for somebody, for programs.
pub(super) fn needs_as_json(entry: &Entry) -> Vec<Value> {
    let needs = entry.needs().into_iter();
    needs
        .map(|need| match need {
            Need::Choice(choice) => json!({
                "choice": choice.field,
                "id": choice.on.as_ref().map(|id| id.as_str().to_owned()),
                "by": choice.by.map(Slot::index),
                "values": choice.values,
            }),
            Need::Resurfaced => json!({ "resurfaced": true }),
            Need::Stale(fact) => practice::fact(&fact),
            Need::LeftOver(left) => json!({
                "left_over": left.text,
                "id": left.id.as_str(),
                "by": left.by.index(),
                "range": [left.range.0, left.range.1],
            }),
        })
        .collect()
}

/// What is to be seen of it by people, a line each; what a kind tells by itself is not told twice.
pub(super) fn in_words(entry: &Entry, names: &Names, output: &Output) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(trash) = &entry.trash {
        let mut words =
            format!("removed by {} on {}", person(trash.by, names), day::show(trash.day));
        if !trash.is_hidden() {
            let by: Vec<String> =
                trash.resurfaced_by.iter().map(|slot| person(*slot, names)).collect();
            words.push_str(&format!("; back, as {} had something more here", by.join(" and ")));
        }
        lines.push(output.styled(Style::Warning, &format!("      {words}")));
    }
    for choice in entry.choices() {
        let numbered = choice.values.iter().enumerate();
        let read = |value: &str| times::value_in_words(entry, &choice.field, value);
        let shown = numbered.map(|(at, value)| format!("{}) {}", at + 1, read(value)));
        let shown: Vec<String> = shown.collect();
        let on = choice.on.as_ref().map(|id| format!("/{}", short(id.as_str())));
        let field = format!("{}{}", choice.field, on.unwrap_or_default());
        let words = format!("      {field}: {}", shown.join("  "));
        lines.push(output.styled(Style::Warning, &words));
    }
    for left in &entry.left_over {
        let (by, id) = (person(left.by, names), short(left.id.as_str()));
        let words = format!(
            "      left over from a removed paragraph, {by} at {}: {:?}; resolve left-over/{id} {KEEP}",
            left.range.0,
            left.text.trim()
        );
        lines.push(output.styled(Style::Warning, &words));
    }
    if entry.is_ahead_of(day::today()) {
        lines.push(output.styled(Style::Warning, "      its day is still to come"));
    }
    if entry.is_long() {
        lines.push(output.styled(Style::Dim, "      this page is long; begin another soon"));
    }
    lines
}

fn short(id: &str) -> String {
    id.chars().take(SHORT).collect()
}

fn indices(slots: &[Slot]) -> Vec<u8> {
    slots.iter().map(|slot| slot.index()).collect()
}

/// How much of a name is shown; the beginning is enough to name it.
const SHORT: usize = 8;
