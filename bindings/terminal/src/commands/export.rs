//! Taking a notebook out of the app, and words into it.
//!
//! The JSON holds every change as Automerge encodes it, so nothing is lost, and beside them the
//! entries for people to read. The Markdown is for people alone. Neither holds a signature: an
//! export proves to nobody who wrote what.

use std::io::Write as _;
use std::path::Path;

use couplet::{
    Archive, Comment, Couplet, Edition, Entry, Export, Kind, PlacedChange, Revision, Slot, Volume,
};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{practice, revisions};
use crate::arguments::ExportFormat;
use crate::day;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;

const FORMAT: &str = "couplet-export";
const VERSION: u64 = 1;

/// Bytes of a file to import: far more than two people write in their lives.
const MAX_FILE: u64 = 1024 * 1024 * 1024;

/// Writes everything shared into a file.
pub(crate) async fn export(
    couplet: &Couplet,
    file: &Path,
    format: ExportFormat,
    output: &Output,
) -> Result<(), Failure> {
    let export = couplet.export().await?;
    let text = match format {
        ExportFormat::Json => as_json(&export).to_string() + "\n",
        ExportFormat::Markdown => as_markdown(&export),
    };
    keep(file, text.as_bytes())?;
    let entries = export.entries.len();
    let object = json!({
        "file": file.display().to_string(), "entries": entries,
        "changes": export.changes.len(), "hash": export.hash.to_string(),
    });
    let words =
        format!("{entries} entries are in {}. Whoever has the file can read them.", file.display());
    output.say(&object, &words);
    Ok(())
}

/// Opens such a file as an archive, where there is no notebook; where there is one, writes the
/// exporter's own words as new entries.
pub(crate) async fn import(home: &Home, file: &Path, output: &Output) -> Result<(), Failure> {
    let export = read(file)?;
    let changes = changes_of(&export).ok_or_else(not_an_export)?;
    let (hash, _) = Export::prove(&changes)?;
    if export["hash"] != hash.to_string() {
        return Err(Failure::input("the export is damaged; nothing was imported"));
    }
    let couplet = match home.open().await {
        Err(failure) if failure.code == "no_notebook" => {
            return archive(home, &export, changes, output).await;
        }
        opened => opened?,
    };
    let entries = export["entries"].as_array().ok_or_else(not_an_export)?;
    let (own, others): (Vec<&Value>, Vec<&Value>) =
        entries.iter().partition(|entry| entry["author"] == export["person"]);
    let words: Option<Vec<_>> =
        own.into_iter().filter(|entry| has_first_words(entry)).map(words_of).collect();
    let imported = couplet.import(words.ok_or_else(not_an_export)?).await?;
    let object = json!({
        "entries": imported.written, "held": imported.held, "left": others.len(),
        "hash": hash.to_string(),
    });
    let words = format!(
        "{} entries are written, {} stood here already. {} of the other person are left in the \
         file: only they can write their words.",
        imported.written,
        imported.held,
        others.len()
    );
    output.say(&object, &words);
    Ok(())
}

/// A notebook of its own, equal to the exported one, that is read and never written.
async fn archive(
    home: &Home,
    export: &Value,
    changes: Vec<PlacedChange>,
    output: &Output,
) -> Result<(), Failure> {
    let of = archive_of(export).ok_or_else(not_an_export)?;
    let couplet = Couplet::archive(&home.place(home.key_or_new()?)?, of, changes).await?;
    let (hash, entries) = couplet.hash().await?;
    let object = json!({
        "entries": entries, "held": 0, "left": 0, "hash": hash.to_string(), "archive": true,
    });
    let words = format!(
        "{entries} entries are here as they were exported, to be read. To write, make a notebook \
         of your own elsewhere, and import into that."
    );
    output.say(&object, &words);
    Ok(())
}

fn archive_of(export: &Value) -> Option<Archive> {
    let slot = |value: &Value| Slot::BOTH.into_iter().find(|slot| *value == slot.index());
    let person =
        |person: &Value| Some((slot(&person["person"])?, person["name"].as_str()?.to_owned()));
    Some(Archive {
        notebook: export["notebook"].as_str()?.parse().ok()?,
        person: slot(&export["person"])?,
        persons: export["persons"].as_array()?.iter().map(person).collect::<Option<_>>()?,
    })
}

fn as_json(export: &Export) -> Value {
    let person = |(slot, name): &(Slot, String)| json!({"person": slot.index(), "name": name});
    let change = |change: &PlacedChange| {
        json!({
            "volume": change.volume.0, "edition": change.edition.0,
            "change": BASE64.encode(&change.bytes),
        })
    };
    json!({
        "format": FORMAT,
        "version": VERSION,
        "notebook": export.notebook.to_string(),
        "person": export.person.index(),
        "persons": export.persons.iter().map(person).collect::<Vec<_>>(),
        "hash": export.hash.to_string(),
        "entries": export.entries.iter().map(entry_as_json).collect::<Vec<_>>(),
        "changes": export.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn entry_as_json(entry: &Entry) -> Value {
    let comment = |comment: &Comment| {
        json!({
            "comment": comment.id.as_str(),
            "author": comment.author.index(),
            "text": comment.text,
            "reply_to": comment.reply_to.as_ref().map(|id| id.as_str()),
            "history": revisions::as_json(&comment.revisions),
            "alternatives": revisions::as_json(&comment.alternatives),
        })
    };
    let reaction = |reaction: &couplet::Reaction| json!({ "by": reaction.by.index(), "emoji": reaction.emoji.as_str() });
    json!({
        "entry": entry.key.as_str(),
        "kind": entry.kind_name,
        "author": entry.author.index(),
        "day": day::show(entry.day),
        "text": entry.text,
        "history": revisions::as_json(&entry.revisions),
        "alternatives": revisions::as_json(&entry.alternatives),
        "comments": entry.comments.iter().map(comment).collect::<Vec<_>>(),
        "reactions": entry.reactions.iter().map(reaction).collect::<Vec<_>>(),
        "practice": practice::as_json(&entry.clone().as_of(day::today())),
    })
}

fn changes_of(export: &Value) -> Option<Vec<PlacedChange>> {
    let change = |change: &Value| {
        let number = |field: &str| u32::try_from(change[field].as_u64()?).ok();
        let bytes = BASE64.decode(change["change"].as_str()?.as_bytes()).ok()?;
        let (volume, edition) = (Volume(number("volume")?), Edition(number("edition")?));
        Some(PlacedChange { volume, edition, bytes })
    };
    export["changes"].as_array()?.iter().map(change).collect()
}

fn words_of(entry: &Value) -> Option<(Kind, i32, String)> {
    let kind: Kind = entry["kind"].as_str()?.parse().ok()?;
    let day = day::parse(entry["day"].as_str()?).ok()?;
    Some((kind, day, entry["text"].as_str()?.to_owned()))
}

/// Whether an entry can be begun with its text: what was closed or said in parts is in the changes.
fn has_first_words(entry: &Value) -> bool {
    let is_empty = entry["text"].as_str().is_some_and(|text| text.trim().is_empty());
    let kind: Option<Kind> = entry["kind"].as_str().and_then(|kind| kind.parse().ok());
    kind.is_none_or(|kind| kind == Kind::Page || !(is_empty || kind.is_for_two_hands()))
}

fn read(file: &Path) -> Result<Value, Failure> {
    let unusable = |error: std::io::Error| {
        Failure::input(format!("{} cannot be read: {}", file.display(), error.kind()))
    };
    if std::fs::metadata(file).map_err(unusable)?.len() > MAX_FILE {
        return Err(Failure::input("the file is larger than any notebook"));
    }
    let bytes = std::fs::read(file).map_err(unusable)?;
    let export: Value = serde_json::from_slice(&bytes).map_err(|_| not_an_export())?;
    if export["format"] != FORMAT {
        return Err(not_an_export());
    }
    if export["version"] != VERSION {
        return Err(Failure::input("the export is of a newer version; update couplet"));
    }
    Ok(export)
}

fn not_an_export() -> Failure {
    Failure::input("the file is not a whole export; make one with: couplet export FILE")
}

/// Days as headings; under each, who wrote what.
fn as_markdown(export: &Export) -> String {
    let name_of = |slot: Slot| {
        let found = export.persons.iter().find(|(person, _)| *person == slot);
        found.map_or_else(|| format!("Person {}", slot.index()), |(_, name)| escaped(name))
    };
    let names: Vec<String> = export.persons.iter().map(|(slot, _)| name_of(*slot)).collect();
    let mut text = format!("# {}\n", names.join(" & "));
    let mut entries: Vec<&Entry> = export.entries.iter().filter(|one| !one.is_bare()).collect();
    entries.sort_by_key(|entry| entry.day);
    let mut day = None;
    for entry in entries {
        if day.replace(entry.day) != Some(entry.day) {
            text.push_str(&format!("\n## {}\n", day::in_words(entry.day)));
        }
        let began = match entry.kind {
            Some(Kind::Page) => " began a page",
            Some(Kind::OwnPage) => " wrote a page",
            _ => "",
        };
        text.push_str(&format!("\n**{}**{began}\n\n", name_of(entry.author)));
        text.push_str(&paragraphs("", entry.headline()));
        for beside in &entry.alternatives {
            text.push_str("\n> *beside it:*\n>\n");
            text.push_str(&paragraphs("> ", &beside.text));
        }
        before(entry.earlier(), &mut text);
        let reaction = |reaction: &couplet::Reaction| {
            format!("{} {}", reaction.emoji.as_str(), name_of(reaction.by))
        };
        let reactions: Vec<String> = entry.reactions.iter().map(reaction).collect();
        if !reactions.is_empty() {
            text.push_str(&format!("\n{}\n", reactions.join("   ")));
        }
        for comment in &entry.comments {
            text.push_str(&format!("\n> **{}:**  \n", name_of(comment.author)));
            text.push_str(&paragraphs("> ", &comment.text));
            before(comment.earlier(), &mut text);
        }
    }
    text
}

/// How words read before, the last before the first.
fn before<'a>(earlier: impl Iterator<Item = &'a Revision>, text: &mut String) {
    let mut earlier: Vec<&Revision> = earlier.collect();
    while let Some(one) = earlier.pop() {
        text.push_str("\n> *before:*\n>\n");
        text.push_str(&paragraphs("> ", &one.text));
    }
}

/// The words line by line as they were written: two spaces at an end keep the line.
fn paragraphs(prefix: &str, text: &str) -> String {
    let line = |line: &str| format!("{prefix}{}  \n", escaped(line));
    text.lines().map(line).collect()
}

/// Words that look like Markdown stay words.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let body = line.trim_start();
    let is_mark = |c: char| matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|');
    let digits = body.chars().take_while(char::is_ascii_digit).count();
    for (index, c) in body.chars().enumerate() {
        let begins_a_list = (index == 0 && matches!(c, '-' | '+' | '=' | '~'))
            || (digits > 0 && index == digits && matches!(c, '.' | ')'));
        if is_mark(c) || begins_a_list {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Replaces the file as a whole, readable by this user alone.
fn keep(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let kept = tempfile::NamedTempFile::new_in(directory).and_then(|mut beside| {
        beside.write_all(bytes)?;
        beside.as_file().sync_all()?;
        beside.persist(file).map_err(|error| error.error)?;
        std::fs::File::open(directory)?.sync_all()
    });
    kept.map_err(|error| {
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull => "disk_full",
            _ => "system",
        };
        let detail = format!("{} cannot be written: {}", file.display(), error.kind());
        Failure { code, detail, is_retryable: code == "disk_full" }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_like_markdown_stay_words() {
        let shown =
            ["# no heading", "- no list", "3. no list", "*me*", "a - b", "2026"].map(escaped);
        let expected =
            [r"\# no heading", r"\- no list", r"3\. no list", r"\*me\*", "a - b", "2026"];
        assert_eq!(shown, expected);
    }
}
