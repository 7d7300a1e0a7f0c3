//! Writing and reading entries.

use couplet::{
    Among, Couplet, Cursor, Entry, EntryRow, Fact, Filter, Kind, Opens, Seal, Slot, Tag,
};
use serde_json::{Value, json};

use super::named::with_names;
use super::revisions::{self, Shown};
use super::telling::{self, Telling};
use super::{attention, practice, screen, talk, text_or_input};
use crate::arguments::{Edit, Timeline, Write};
use crate::failure::Failure;
use crate::output::{Output, Style};
use crate::{day, moment};

/// The state of what is written down: it goes to the other. How far a kind has come is its stage.
pub(super) const SHARED: &str = "shared";

/// What the persons call themselves, the first slot's first; nothing where that cannot be read.
pub(super) type Names = [Option<String>; 2];

/// The state of what waits for the process that owns the notebook.
const QUEUED: &str = "queued";

pub(crate) async fn write(couplet: &Couplet, write: Write, output: &Output) -> Result<(), Failure> {
    let day = write.day.as_deref().map_or_else(|| Ok(day::today()), day::parse)?;
    if let Some(template) = &write.template {
        let begun = couplet.show(template).await?.entry.begins();
        let (kind, text) = begun.ok_or_else(|| Failure::input("this entry is no template"))?;
        let row = couplet.write(kind, day, &text).await?;
        say_written(&row, "Begun from the template, and durable on this device", output);
        return Ok(());
    }
    let kind: Kind = write.kind.parse().map_err(invalid)?;
    let seal = seal(&write)?;
    let text = text_or_input(write.text.unwrap_or_default())?;
    if let Some(seal) = seal {
        let row = couplet.write_sealed(seal, write.open_when.as_deref(), day, &text).await?;
        if seal.is_held_back && is_the_only_device(couplet).await? {
            output.note(
                "Its key is on this device alone: if it is lost, so are the words, unless you make \
                 a recovery kit (couplet recovery).",
            );
        }
        say_written(&row, "Written and sealed, and durable on this device", output);
        return Ok(());
    }
    if !couplet.is_owner() {
        say_queued(&couplet.queue_write(kind, day, &text).await?, output);
        return Ok(());
    }
    let row = couplet.write(kind, day, &text).await?;
    say_written(&row, "Written, and durable on this device", output);
    Ok(())
}

/// Whether nothing else has what this device keeps: no other of this person's, and no kit.
async fn is_the_only_device(couplet: &Couplet) -> Result<bool, Failure> {
    if couplet.recovery_kit().await?.exists {
        return Ok(false);
    }
    let me = couplet.status().await?.slot;
    Ok(couplet.devices().await?.iter().filter(|device| device.slot == me).count() < 2)
}

fn seal(write: &Write) -> Result<Option<Seal>, Failure> {
    let at = write.open_at.as_deref().map(|time| moment::parse(time, &moment::zone()));
    let opens = match (at.transpose()?, &write.open_when) {
        (Some(time), _) => Opens::At(time),
        (None, Some(_)) => Opens::Wanted,
        (None, None) => return Ok(None),
    };
    Ok(Some(Seal { opens, is_held_back: write.held_back }))
}

pub(crate) async fn edit(couplet: &Couplet, edit: Edit, output: &Output) -> Result<(), Failure> {
    let text = text_or_input(edit.text)?;
    if !couplet.is_owner() {
        let entry = couplet.queue_edit(&edit.entry, edit.base.as_deref(), &text).await?;
        say_queued(&entry, output);
        return Ok(());
    }
    let before = couplet.entry(&edit.entry).await?.entry.content;
    let row = couplet.edit(&edit.entry, edit.base.as_deref(), &text).await?;
    let is_changed = row.entry.content != before;
    let mut object = written(&row);
    object["changed"] = json!(is_changed);
    let words = if is_changed { "Written anew" } else { talk::UNCHANGED };
    let entry = output.styled(Style::Bold, row.entry.key.as_str());
    output.say(&object, &format!("{words}: {entry}"));
    Ok(())
}

pub(super) fn say_written(row: &EntryRow, words: &str, output: &Output) {
    let entry = output.styled(Style::Bold, row.entry.key.as_str());
    output.say(&written(row), &format!("{words}: {entry}"));
}

fn written(row: &EntryRow) -> Value {
    json!({
        "entry": row.entry.key.as_str(),
        "version": row.entry.version.to_string(),
        "state": SHARED,
    })
}

/// Words left for the process that has the notebook open.
pub(super) fn say_queued(entry: &str, output: &Output) {
    let object = json!({ "entry": entry, "state": QUEUED });
    let entry = output.styled(Style::Bold, entry);
    let words = format!("Kept; the program that has this notebook open writes it down: {entry}");
    output.say(&object, &words);
}

pub(crate) async fn timeline(
    couplet: &Couplet,
    asked: Timeline,
    output: &Output,
) -> Result<(), Failure> {
    let before = asked.before.as_deref().map(str::parse::<Cursor>).transpose().map_err(invalid)?;
    let days = asked.day.as_deref().map(day::parse_range).transpose()?;
    let filter = Filter { among: Among::Kept, kind: asked.kind, only_unread: asked.unread, days };
    let is_all = before.is_none() && filter == Filter::default();
    let rows = couplet.timeline(before, asked.limit, filter).await?;
    let names = names(couplet).await;
    if rows.is_empty() && !output.is_json() {
        let is_all = is_all && asked.limit > 0;
        output.note(if is_all { "There is nothing here yet." } else { "There is none of those." });
    }
    list(&rows, &names, output);
    Ok(())
}

/// Entries under their days.
pub(super) fn list(rows: &[EntryRow], names: &Names, output: &Output) {
    let mut shown_day = None;
    for row in rows {
        let row = &row.clone().as_of(day::today());
        let mut words = String::new();
        if shown_day.replace(row.entry.day) != Some(row.entry.day) {
            words = format!("{}\n", output.styled(Style::Bold, &day::show(row.entry.day)));
        }
        words.push_str(&in_words(row, names, output));
        output.say(&as_json(row, names), &words);
    }
}

pub(crate) async fn show(couplet: &Couplet, entry: &str, output: &Output) -> Result<(), Failure> {
    let row = couplet.show(entry).await?.as_of(day::today());
    let names = names(couplet).await;
    let entry = &row.entry;
    let mut object = as_json(&row, &names);
    object["version"] = json!(entry.version.to_string());
    add_history(&mut object, entry);
    object["can"] = json!(talk::can(&row));
    object["open"] = talk::open(&row);
    let is_asked_again = entry.facts.iter().any(|fact| matches!(fact, Fact::AskedAgain(_)));
    let since = match is_asked_again {
        true => couplet.since_letting_go(entry.key.as_str()).await?,
        false => Some(Vec::new()),
    };
    let changed = since.as_ref().map(|since| since.iter().map(practice::changed).collect());
    let changed = changed.map(|changed| with_names(changed, &names));
    object["since_letting_go"] = changed.unwrap_or(Value::Null);
    let mut words = vec![
        output.styled(Style::Bold, entry.key.as_str()),
        output.styled(Style::Dim, &day::show(entry.day)),
        as_shown(&row, (Shown::WithHistory, &names), output),
    ];
    words.extend(practice::since_in_words(since.as_deref(), &names, output));
    words.extend(talk::open_in_words(&row, output));
    words.push(output.styled(Style::Dim, &format!("version {}", entry.version)));
    output.say(&object, &words.join("\n"));
    Ok(())
}

pub(crate) async fn hash(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let (hash, entries) = couplet.hash().await?;
    let object = json!({ "hash": hash.to_string(), "entries": entries });
    output.say(&object, &format!("{hash}  {entries} entries"));
    Ok(())
}

pub(super) async fn names(couplet: &Couplet) -> Names {
    names_of(&couplet.persons().await.unwrap_or_default())
}

pub(super) fn names_of(persons: &[(Slot, String)]) -> Names {
    let mut names = [None, None];
    for (slot, name) in persons {
        if let Some(place) = names.get_mut(usize::from(slot.index())) {
            *place = Some(name.clone());
        }
    }
    names
}

pub(super) fn name_of(slot: Slot, names: &Names) -> Option<String> {
    names.get(usize::from(slot.index())).cloned().flatten()
}

/// The person's name, or what else to call them.
pub(super) fn person(slot: Slot, names: &Names) -> String {
    name_of(slot, names).unwrap_or_else(|| format!("Person {}", slot.index()))
}

/// All that it holds, for programs.
pub(super) fn content_as_json(entry: &Entry, names: &Names) -> Value {
    let object = json!({
        "entry": entry.key.as_str(),
        "kind": entry.kind_name,
        "author": entry.author.index(),
        "author_name": name_of(entry.author, names),
        "day": day::show(entry.day),
        "text": entry.text,
        "edited": revisions::is_edited(entry.earlier()),
        "comments": talk::comments(entry, names),
        "reactions": talk::reactions(entry, names),
        "practice": practice::as_json(entry),
        "trash": attention::trash_as_json(entry),
        "erased": entry.is_erased(),
    });
    with_names(object, names)
}

/// How its words read before, and what stands beside them, in the same.
pub(super) fn add_history(object: &mut Value, entry: &Entry) {
    object["history"] = revisions::as_json(&entry.revisions).into();
    object["alternatives"] = revisions::as_json(&entry.alternatives).into();
}

pub(super) fn as_json(row: &EntryRow, names: &Names) -> Value {
    let entry = &row.entry;
    let mut object = content_as_json(entry, names);
    object["state"] = json!(SHARED);
    object["unread"] = json!(row.is_unread);
    object["conflicts"] = json!(entry.conflicts());
    object["tags"] = row.tags.iter().map(tag_as_json).collect();
    object["needs"] = with_names(attention::needs_as_json(entry).into(), names);
    object["ahead"] = json!(entry.is_ahead_of(day::today()));
    object["long"] = json!(entry.is_long());
    object["delivery"] = json!(row.delivery.name());
    object["cursor"] = json!(row.cursor().to_string());
    object
}

pub(super) fn in_words(row: &EntryRow, names: &Names, output: &Output) -> String {
    as_shown(row, (Shown::AsItStands, names), output)
}

fn as_shown(row: &EntryRow, (shown, names): (Shown, &Names), output: &Output) -> String {
    let entry = &row.entry;
    let name = output.styled(Style::of(entry.author), &person(entry.author, names));
    let mut heading = format!("  {name}{}", telling::heading(entry));
    let short: String = entry.key.as_str().chars().take(8).collect();
    let mut marks = vec![short, row.delivery.name().to_owned()];
    if revisions::is_edited(entry.earlier()) {
        marks.push("edited".into());
    }
    heading.push_str(&output.styled(Style::Dim, &format!("  {}", marks.join(" · "))));
    if row.is_unread {
        heading.push_str(&output.styled(Style::Good, "  new"));
    }
    let telling = Telling { names, is_on_paper: false };
    let mut lines = vec![heading];
    lines.extend(screen::lines(&telling.content(entry), shown, output));
    let labelled = row.tags.iter().filter(|tag| !tag.labels.is_empty());
    lines.extend(labelled.map(|tag| format!("      {}: {}", tag.word, tag.labels.join(" or "))));
    lines.extend(attention::in_words(entry, names, output));
    lines.extend(screen::lines(&talk::told(entry, &telling), shown, output));
    lines.join("\n")
}

fn tag_as_json(tag: &Tag) -> Value {
    json!({ "word": tag.word, "labels": tag.labels })
}

fn invalid(error: impl std::error::Error) -> Failure {
    Failure::input(error.to_string())
}
