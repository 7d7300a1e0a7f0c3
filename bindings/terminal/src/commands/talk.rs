//! What is said about an entry: the verbs of `do`, and comments and reactions.

use couplet::{Comment, Couplet, Entry, EntryRow, On, Saying};
use serde_json::{Value, json};

use super::entries::{Names, SHARED, name_of, names, say_queued};
use super::named::with_names;
use super::telling::{self, Line, Sort, Telling};
use super::{practice, revisions, text_or_input};
use crate::arguments::{Do, Verb};
use crate::day;
use crate::failure::Failure;
use crate::output::{Output, Style, wrap};

const WIDTH: usize = 68;

/// Said of an entry that is as it was.
pub(super) const UNCHANGED: &str = "Changed: nothing, as it is so already";

/// How much of a name is shown; the beginning is enough to name it.
const SHORT: usize = 8;

pub(crate) async fn act(couplet: &Couplet, asked: Do, output: &Output) -> Result<(), Failure> {
    let entry = asked.entry.as_str();
    let (saying, words) = match asked.verb {
        Verb::Comment { on: None, text } => {
            (Saying::Comment { reply_to: None, text: text_or_input(text)? }, "Said")
        }
        Verb::Comment { on: Some(words), text } => {
            let shown = couplet.show(entry).await?.entry;
            let (range, base) = (place_of(&words, &shown.text)?, Some(shown.version.to_string()));
            (Saying::CommentOn { range, base, text: text_or_input(text)? }, "Said")
        }
        Verb::Reply { comment, text } => {
            let reply_to = Some(comment);
            (Saying::Comment { reply_to, text: text_or_input(text)? }, "Answered")
        }
        Verb::EditComment { comment, text } => {
            (Saying::EditComment { comment, text: text_or_input(text)? }, "Written anew")
        }
        Verb::React { emoji } => (Saying::React { emoji, is_wanted: true }, "There it is"),
        Verb::Unreact { emoji } => (Saying::React { emoji, is_wanted: false }, "Taken back"),
        Verb::Trash => (Saying::Trash, "Removed; `couplet trash` has it"),
        Verb::Restore => (Saying::Restore, "Brought back"),
        Verb::Deed(deed) => (practice::saying(deed)?, "Done"),
    };
    say(couplet, entry, (saying, words), output).await
}

/// Says it, or leaves it for the process that has the notebook open.
pub(super) async fn say(
    couplet: &Couplet,
    entry: &str,
    (saying, words): (Saying, &str),
    output: &Output,
) -> Result<(), Failure> {
    if !couplet.is_owner() {
        say_queued(&couplet.queue_saying(entry, saying).await?, output);
        return Ok(());
    }
    let before = couplet.entry(entry).await?.entry.content;
    let row = couplet.say(entry, saying).await?.as_of(day::today());
    let is_changed = row.entry.content != before;
    let words = if is_changed { words } else { UNCHANGED };
    let names = names(couplet).await;
    let object = json!({
        "entry": row.entry.key.as_str(),
        "version": row.entry.version.to_string(),
        "state": SHARED,
        "changed": is_changed,
        "can": can(&row),
        "comments": comments(&row.entry, &names),
        "reactions": reactions(&row.entry, &names),
        "practice": with_names(practice::as_json(&row.entry), &names),
    });
    let entry = output.styled(Style::Bold, row.entry.key.as_str());
    output.say(&object, &format!("{words}: {entry}"));
    Ok(())
}

/// Where words stand in a text, in UTF-16 units.
fn place_of(words: &str, text: &str) -> Result<(usize, usize), Failure> {
    let mut found = text.match_indices(words);
    match (found.next(), found.next()) {
        (Some((at, _)), None) if !words.is_empty() => {
            let from = text.get(..at).unwrap_or_default().encode_utf16().count();
            Ok((from, from + words.encode_utf16().count()))
        }
        (Some(_), Some(_)) => {
            Err(Failure::input("these words stand there several times; give more of them"))
        }
        _ => Err(Failure::input("these words do not stand on this page; show it again")),
    }
}

/// What this person may do now.
pub(super) fn can(row: &EntryRow) -> Vec<&'static str> {
    let verbs = row.can.iter().map(|verb| verb.name());
    verbs.chain(practice::deeds(&row.entry)).collect()
}

/// The deeds among it, with what each is done on: nothing for the entry, `item` for any of its items.
pub(super) fn open(row: &EntryRow) -> Value {
    let open = row.entry.open.iter().map(|open| match &open.on {
        On::Entry => json!({ "deed": open.deed.name(), "on": null }),
        On::Thing(id) => json!({ "deed": open.deed.name(), "on": id.as_str() }),
        On::AnyItem => json!({ "deed": open.deed.name(), "on": "item" }),
    });
    open.collect()
}

/// All of it for people.
pub(super) fn open_in_words(row: &EntryRow, output: &Output) -> Vec<String> {
    let said = row.can.iter().map(|verb| verb.name().to_owned());
    let deeds = row.entry.open.iter().map(|open| match &open.on {
        On::Entry => open.deed.name().to_owned(),
        On::Thing(id) => format!("{} {}", open.deed, short(id.as_str())),
        On::AnyItem => format!("{} ITEM", open.deed),
    });
    let all: Vec<String> = said.chain(deeds).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let lines = wrap(&format!("you can: {}", all.join(", ")), WIDTH);
    lines.iter().map(|line| output.styled(Style::Dim, &format!("    {line}"))).collect()
}

/// The comments for programs.
pub(super) fn comments(entry: &Entry, names: &Names) -> Vec<Value> {
    let comment = |comment: &Comment| {
        json!({
            "comment": comment.id.as_str(),
            "author": comment.author.index(),
            "author_name": name_of(comment.author, names),
            "text": comment.text,
            "reply_to": comment.reply_to.as_ref().map(|id| id.as_str()),
            "range": comment.range,
            "edited": comment.is_edited(),
            "history": revisions::as_json(&comment.revisions),
            "alternatives": revisions::as_json(&comment.alternatives),
        })
    };
    entry.comments.iter().map(comment).collect()
}

/// The reactions for programs.
pub(super) fn reactions(entry: &Entry, names: &Names) -> Vec<Value> {
    let reaction = |reaction: &couplet::Reaction| {
        json!({
            "by": reaction.by.index(),
            "by_name": name_of(reaction.by, names),
            "emoji": reaction.emoji.as_str(),
        })
    };
    entry.reactions.iter().map(reaction).collect()
}

/// What is said about it: reactions on one line, and the comments.
pub(super) fn told(entry: &Entry, telling: &Telling<'_>) -> Vec<Line> {
    let mut emoji: Vec<&str> = entry.reactions.iter().map(|one| one.emoji.as_str()).collect();
    emoji.sort_unstable();
    emoji.dedup();
    let left = |emoji: &str| {
        let left = entry.reactions.iter().filter(|one| one.emoji.as_str() == emoji);
        let whose: Vec<String> = left.map(|one| telling.person(one.by)).collect();
        format!("{emoji} {}", whose.join(", "))
    };
    let left: Vec<String> = emoji.into_iter().map(left).collect();
    let mut lines = Vec::new();
    if !left.is_empty() {
        lines.push(Line::of(Sort::Reactions, 0, "", &left.join("   ")));
    }
    lines.extend(entry.comments.iter().flat_map(|comment| comment_told(entry, comment, telling)));
    lines
}

fn comment_told(entry: &Entry, comment: &Comment, telling: &Telling<'_>) -> Vec<Line> {
    let (mut marks, mut of) = (vec![telling::short(&comment.id)], String::new());
    if let Some((from, to)) = comment.range {
        let about = entry.text.encode_utf16().skip(from).take(to.saturating_sub(from));
        let about: Vec<u16> = about.collect();
        of = format!(", on {}", telling::beginning(&String::from_utf16_lossy(&about)));
    }
    if let Some(answered) = comment.reply_to.as_ref().and_then(|id| entry.comment(id)) {
        let whose = telling.person(answered.author);
        marks.push(format!("answers {whose}, {}", telling::short(&answered.id)));
        of = format!(", answering {whose}, {}", telling::beginning(&answered.text));
    }
    marks.extend(comment.is_edited().then(|| telling::EDITED.to_owned()));
    let sort = Sort::Comment(comment.author);
    let line = Line::of(sort, 1, &telling.person(comment.author), &comment.text);
    let mut lines = vec![Line { of, ..line }.marked(marks)];
    lines.extend(telling::beside(2, "", telling::texts(&comment.alternatives)));
    lines.extend(telling::before(2, "", comment.earlier()));
    lines
}

fn short(id: &str) -> String {
    id.chars().take(SHORT).collect()
}
