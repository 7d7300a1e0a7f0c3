//! An entry told to people: every word and value in it that its reader may see, each as one line.
//!
//! It is the one description of an entry. `screen` sets it on a terminal and `markdown` in a file;
//! neither knows a kind. Deliberately not here: what is to be done with an entry, which a terminal
//! adds, and anything for programs.

use couplet::{
    Alternative, Entry, Item, ItemId, Kind, Member, Opens, Part, Pause, Revision, Seal, Shown,
    Slot, Stance, State, Trash, names,
};

use super::entries::{Names, person};
use super::{facts, times};
use crate::{day, moment};

/// One thing that is told of an entry.
#[derive(Debug)]
pub(super) struct Line {
    /// What sort of thing.
    pub(super) sort: Sort,
    /// How deep in the entry it stands.
    pub(super) depth: usize,
    /// Whose and what it is; nothing where the words say that.
    pub(super) what: String,
    /// What of, for those who are not shown its name: nothing, or what follows a whose and what.
    pub(super) of: String,
    /// The words, as they were written, or a value.
    pub(super) words: String,
    /// The beginning of its name, and that it was edited.
    pub(super) marks: Vec<String>,
}

/// How a line is set apart from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// The words that the entry was made of.
    Text,
    /// Where it has come to.
    Stage,
    /// Something to do, done or not.
    Item { is_done: bool },
    /// What somebody says, or what is so.
    Said,
    /// What is shown so that nothing changes behind anybody's back.
    Fact,
    /// How words read before.
    Before,
    /// Words or a value beside others, written apart, until somebody chooses.
    Beside,
    /// The emoji left on it.
    Reactions,
    /// What this person says about it.
    Comment(Slot),
}

/// To whom it is told: by which names, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling<'a> {
    /// What the persons call themselves.
    pub(super) names: &'a Names,
    /// Whether on paper, where days are in words and nothing is called by its name in the notebook.
    pub(super) is_on_paper: bool,
}

/// What stands behind the author's name: of which kind it is, unless that is a note.
pub(super) fn heading(entry: &Entry) -> String {
    match entry.kind {
        Some(Kind::Note) => String::new(),
        Some(Kind::Page) => " began a page".to_owned(),
        Some(Kind::OwnPage) => " wrote a page".to_owned(),
        _ => format!(" · {}", entry.kind_name),
    }
}

impl Telling<'_> {
    /// What it holds, and where it has come to.
    pub(super) fn content(&self, entry: &Entry) -> Vec<Line> {
        let mut lines = Vec::new();
        // Of a conversation without notes its why is below.
        if !entry.text.is_empty() {
            lines.push(Line::of(Sort::Text, 0, "", &entry.text));
        }
        lines.extend(beside(0, "", texts(&entry.alternatives)));
        lines.extend(before(0, "", entry.earlier()));
        if entry.is_erased() {
            lines.push(Line::of(Sort::Fact, 0, "", "its words were erased for good"));
        }
        lines.extend(entry.state.map(|state| Line::of(Sort::Stage, 0, "", state.name())));
        lines.extend(entry.items.iter().flat_map(|item| self.item(item)));
        lines.extend(entry.meeting.iter().flat_map(|one| times::told(one, self.names)));
        lines.extend(entry.pauses.iter().map(|pause| self.pause(pause)));
        lines.extend(until(entry));
        lines.extend(entry.gesture_by.map(|by| said("", &format!("{} did it", self.person(by)))));
        lines.extend(entry.shown.iter().filter_map(|shown| self.value(entry, shown)));
        lines.extend(entry.parts.iter().flat_map(|part| self.part(part)));
        lines.extend(entry.members.iter().map(|member| self.member(member)));
        let is_told = |one: &&Stance| one.value.is_empty() || TOLD.contains(&one.name.as_str());
        let stances = entry.stances.iter().filter(|one| !is_told(one));
        lines.extend(stances.map(|one| self.stance(entry, one)));
        let facts = entry.facts.iter().map(|one| facts::in_words(one, entry, self));
        lines.extend(facts.map(|words| Line::of(Sort::Fact, 1, "", &words)));
        lines.extend(entry.trash.iter().map(|trash| self.trash(trash)));
        if entry.is_ahead_of(day::today()) {
            lines.push(Line::of(Sort::Fact, 1, "", "its day is still to come"));
        }
        lines
    }

    /// The person's name, or what else to call them.
    pub(super) fn person(&self, slot: Slot) -> String {
        person(slot, self.names)
    }

    /// The day, as days are told here.
    pub(super) fn day(&self, day: i32) -> String {
        if self.is_on_paper { day::in_words(day) } else { day::show(day) }
    }

    /// A thing in an entry, by what it is and how it begins.
    pub(super) fn thing(&self, entry: &Entry, id: &ItemId) -> String {
        let Some(part) = entry.parts.iter().find(|part| part.id.as_ref() == Some(id)) else {
            return short(id);
        };
        let name = if self.is_on_paper { String::new() } else { format!(" {}", short(id)) };
        format!("{}'s {}{name}, {}", self.person(part.by), part.name, beginning(&part.text))
    }

    fn item(&self, item: &Item) -> Vec<Line> {
        let owners: Vec<String> = item.owners.iter().map(|by| self.person(*by)).collect();
        let mut what = owners.join(" and ");
        if item.is_promise {
            what.push_str(if what.is_empty() { "promise" } else { ", promise" });
        }
        let line = Line::of(Sort::Item { is_done: item.is_done }, 0, &what, &item.text);
        let mut lines = vec![line.marked(vec![short(&item.id)])];
        lines.extend(beside(1, "", values(&item.alternatives)));
        if item.is_disputed {
            lines.extend(beside(1, "", [if item.is_done { "not done" } else { "done" }]));
        }
        lines
    }

    fn pause(&self, pause: &Pause) -> Line {
        let until = match pause.until {
            Some(until) => format!("until {}", self.day(until)),
            None => "until they go on".to_owned(),
        };
        said("", &format!("{} asked for a pause, {until}", self.person(pause.by)))
    }

    /// A value, with what was set apart from it; of a tag and its label one line.
    fn value(&self, entry: &Entry, shown: &Shown) -> Option<Line> {
        let what = match shown.name.as_str() {
            // With its label; and what a draft is merged by.
            names::TAG | names::BASE | names::ENDED => return None,
            names::LABEL => {
                let is_it = |one: &&Shown| one.name == names::TAG && one.id == shown.id;
                let word = entry.shown.iter().find(is_it).map(|tag| tag.value.as_str());
                format!("{} {}", names::TAG, word.unwrap_or_default())
            }
            name => name.to_owned(),
        };
        let read = |value: &str| times::value_told(entry, (&shown.name, value), self);
        let beside = shown.alternatives.iter().map(|one| format!(" or {}", read(&one.value)));
        let beside: String = beside.collect();
        Some(said(&what, &format!("{}{beside}", read(&shown.value))))
    }

    fn part(&self, part: &Part) -> Vec<Line> {
        let what = format!("{}, {}", self.person(part.by), part.name);
        let mut marks: Vec<String> = part.id.iter().map(short).collect();
        marks.extend(part.earlier().next().map(|_| EDITED.to_owned()));
        let mut lines = Vec::new();
        if !part.is_history() {
            lines.push(said(&what, &part.text).marked(marks));
        }
        let what = format!("{what}, ");
        lines.extend(beside(1, &what, texts(&part.alternatives)));
        lines.extend(before(1, &what, part.earlier()));
        lines
    }

    fn member(&self, member: &Member) -> Line {
        let strong = member.intensity.map(|strong| format!(" ({strong})")).unwrap_or_default();
        let what = format!("{}, {}", self.person(member.by), member.name);
        said(&what, &format!("{}{strong}", member.value))
    }

    fn stance(&self, entry: &Entry, one: &Stance) -> Line {
        let line = said(
            &format!("{}, {}", self.person(one.by), one.name),
            // The name of a thing in the entry by its beginning.
            match entry.things().find(|id| id.as_str() == one.value) {
                Some(id) => short(id),
                None => one.value.clone(),
            }
            .as_str(),
        );
        let of = one.id.as_ref().filter(|id| entry.things().any(|thing| thing == *id));
        let of = of.map(|id| format!(" ({})", self.thing(entry, id))).unwrap_or_default();
        Line { of, ..line }.marked(one.id.iter().map(short).collect())
    }

    fn trash(&self, trash: &Trash) -> Line {
        let (by, day) = (self.person(trash.by), self.day(trash.day));
        let mut words = format!("removed by {by} on {day}");
        if !trash.is_hidden() {
            let by: Vec<String> = trash.resurfaced_by.iter().map(|by| self.person(*by)).collect();
            words.push_str(&format!("; back, as {} had something more here", by.join(" and ")));
        }
        Line::of(Sort::Fact, 1, "", &words)
    }
}

impl Line {
    /// A line of that sort, as deep in the entry.
    pub(super) fn of(sort: Sort, depth: usize, what: &str, words: &str) -> Self {
        let (what, words) = (what.to_owned(), words.to_owned());
        Self { sort, depth, what, of: String::new(), words, marks: Vec::new() }
    }

    /// With these marks.
    pub(super) fn marked(self, marks: Vec<String>) -> Self {
        Self { marks, ..self }
    }
}

/// What somebody says, or what is so.
pub(super) fn said(what: &str, words: &str) -> Line {
    Line::of(Sort::Said, 1, what, words)
}

/// The beginning of a name, which is enough to name it.
pub(super) fn short(id: &ItemId) -> String {
    id.as_str().chars().take(SHORT).collect()
}

/// Until when it is sealed, as long as it is.
fn until(entry: &Entry) -> Option<Line> {
    match (&entry.seal, entry.state) {
        (Some(Seal { opens: Opens::At(until), .. }), Some(State::Sealed)) => {
            Some(said("", &format!("sealed until {}", moment::show(*until))))
        }
        _ => None,
    }
}

/// How words read before, the last before the first.
pub(super) fn before<'a>(
    depth: usize,
    whose: &str,
    earlier: impl Iterator<Item = &'a Revision>,
) -> Vec<Line> {
    let what = format!("{whose}before");
    let line = |one: &Revision| Line::of(Sort::Before, depth, &what, &one.text);
    let mut lines: Vec<Line> = earlier.map(line).collect();
    lines.reverse();
    lines
}

/// What stands beside others.
pub(super) fn beside<'a>(
    depth: usize,
    whose: &str,
    beside: impl IntoIterator<Item = &'a str>,
) -> Vec<Line> {
    let what = format!("{whose}beside it");
    beside.into_iter().map(|words| Line::of(Sort::Beside, depth, &what, words)).collect()
}

/// The words of each.
pub(super) fn texts(all: &[Revision]) -> impl Iterator<Item = &str> {
    all.iter().map(|one| one.text.as_str())
}

fn values(all: &[Alternative]) -> impl Iterator<Item = &str> {
    all.iter().map(|one| one.value.as_str())
}

/// How words begin, as a quotation on one line.
pub(super) fn beginning(text: &str) -> String {
    let words: String = text.chars().take(BEGINNING).collect();
    let more = if words.len() < text.len() { "..." } else { "" };
    format!("\"{}{more}\"", words.replace('\n', " "))
}

/// What somebody says that is told in other lines: with the times, as a pause, as a seal, whose
/// gesture it was, and, where that matters, as the fact that it was of earlier words.
const TOLD: [&str; 6] =
    [names::VOTE, names::CHOSEN, names::PAUSE, names::SEAL, names::DONE_BY, names::HEARD];

/// Said of words that were written anew.
pub(super) const EDITED: &str = "edited";

/// How much of words says which they are.
const BEGINNING: usize = 32;

/// How much of a name is shown.
const SHORT: usize = 8;
