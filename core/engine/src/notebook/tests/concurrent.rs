//! What is done apart, as section 2 of notebook.md has it, sentence by sentence: what stands on the
//! page before, what each does without having seen the other, and what both are shown when they have
//! met, whichever arrived first. The sections of that page are the files of this module.

use super::super::heart::{Meeting, Proposal};
use super::super::items::Item;
use super::super::kinds::State;
use super::super::name::ItemId;
use super::super::schema::name;
use super::super::words::Revision;
use super::world::{World, told};
use super::*;

mod conversation;
mod general;
mod inner;
mod kindness;
mod listening;
mod oneself;
mod repair;

/// What it is, what was done before, what is done apart, and what is shown then: to both; or to Ana,
/// and to Ben.
type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str]);

/// Plays every row, each with either side's words arriving first.
fn table(begin: &dyn Fn() -> World, rows: &[Row<'_>]) {
    let mut wrong = Vec::new();
    for (what, before, apart, expected) in rows {
        let played = [false, true].map(|is_reversed| play(begin(), before, apart, is_reversed));
        assert_eq!(played[0], played[1], "{what}: in either order");
        let [(ana, _), (tablet, _), (ben, _)] = &played[0];
        assert_eq!(ana, tablet, "{what}: on both devices of one person");
        let expected = [expected.first(), expected.last()].map(Option::unwrap);
        if [expected[0], expected[1]] != [ana, ben] {
            wrong.push(format!("{what}\n  Ana: {ana}\n  Ben: {ben}"));
        }
    }
    assert!(wrong.is_empty(), "it is shown otherwise:\n{}", wrong.join("\n"));
}

/// What each phone shows of what has become of the page, and all that it has.
type Played = [(String, Vec<Entry>); 3];

fn play(mut world: World, before: &[&str], apart: &[&str], is_reversed: bool) -> Played {
    world.together(before);
    let pages = world.phones.each_ref().map(|phone| pages(phone, &world.key, world.today));
    let known = world.phones.each_ref().map(|phone| phone.written.len());
    for step in apart {
        world.does(step);
    }
    let written = world.phones.iter().zip(known);
    let mut sides: Vec<_> = written.map(|(phone, from)| phone.written[from..].to_vec()).collect();
    if is_reversed {
        sides.reverse();
    }
    for phone in &mut world.phones {
        for change in sides.iter().flatten() {
            let applied = phone.notebook.receive(vec![change.clone()]).unwrap();
            assert!(applied.refused.is_empty() && applied.waiting.is_empty());
        }
    }
    // As every device does once it has received something: keys that are due are published.
    for who in ["ana", "tablet", "ben"] {
        world.does(&format!("{who} settle"));
        world.meet();
    }
    let [ana, tablet, ben] = &world.phones;
    let [anas, tablets, bens] = &pages;
    [(ana, anas), (tablet, tablets), (ben, bens)].map(|(phone, before)| {
        (news(before, (phone, &world.key), world.today), phone.notebook.entries().collect())
    })
}

/// What a phone shows, in its order: each line under the name of what it is about.
type Lines = Vec<(String, String)>;

/// What a phone shows otherwise than before, and where that page has come to.
fn news(before: &Lines, (phone, key): (&Phone, &EntryKey), today: i32) -> String {
    let after = pages(phone, key, today);
    let has = |lines: &Lines, what: &str| lines.iter().any(|one| one.0 == what);
    let new = after.iter().filter(|one| one.0 == STATE || !before.contains(one));
    let new = new.map(|(_, line)| line.clone());
    let gone = before.iter().filter(|one| !has(&after, &one.0));
    let gone = gone.map(|(_, line)| format!("gone: {line}"));
    new.chain(gone).collect::<Vec<_>>().join("; ")
}

/// The page that is there before, and any others.
fn pages(phone: &Phone, first: &EntryKey, today: i32) -> Lines {
    let pages = phone.notebook.entries().flat_map(|entry| {
        let entry = entry.as_of(today);
        let page = if entry.key == *first { String::new() } else { entry.key.to_string() };
        let lines = lines(&entry).into_iter().filter(|(_, line)| !line.is_empty());
        lines.map(move |(what, line)| (format!("{page}{what}"), line)).collect::<Lines>()
    });
    pages.collect()
}

const STATE: &str = "state";

fn lines(entry: &Entry) -> Lines {
    let mut all = Lines::new();
    let mut show = |what: String, line: String| all.push((what, line));
    let state = entry.state.map(State::name).into_iter();
    state.for_each(|state| show(STATE.to_owned(), state.to_owned()));
    let beside = entry.alternatives.iter().map(|one| one.text.as_str());
    show("text".to_owned(), words(&entry.text, beside, &entry.revisions));
    for part in &entry.parts {
        let beside = part.alternatives.iter().map(|one| one.text.as_str());
        let text = words(&part.text, beside, &part.revisions);
        let what = format!("{} {}", who(part.by), part.name);
        show(format!("{what} {:?}", part.id), format!("{what}: {text}"));
    }
    for shown in &entry.shown {
        let beside = shown.alternatives.iter().map(|one| read(entry, &one.value));
        let all: Vec<String> = [read(entry, &shown.value)].into_iter().chain(beside).collect();
        show(shown.name.clone(), format!("{} {}", shown.name, all.join(" | ")));
    }
    entry.items.iter().for_each(|one| show(format!("item {}", one.id), item(one)));
    let meeting = entry.meeting.iter();
    meeting.flat_map(times).for_each(|(id, time)| show(format!("time {id}"), time));
    for one in &entry.members {
        let line = format!("{} {} {}", who(one.by), one.name, one.value);
        let strong = one.intensity.map(|strong| format!(" {strong}")).unwrap_or_default();
        show(line.clone(), format!("{line}{strong}"));
    }
    entry.gesture_by.iter().for_each(|by| show("by".to_owned(), format!("by {}", who(*by))));
    let unsaid = [name::HEARD, name::VOTE, name::CHOSEN, name::SEAL];
    for one in entry.stances.iter().filter(|one| !unsaid.contains(&one.name.as_str())) {
        let what = format!("{} {}", who(one.by), one.name);
        show(format!("{what} is {:?}", one.id), format!("{what} {}", one.value));
    }
    for comment in &entry.comments {
        let beside = comment.alternatives.iter().map(|one| one.text.as_str());
        let text = words(&comment.text, beside, &comment.revisions);
        show(comment.id.to_string(), format!("{} says: {text}", who(comment.author)));
    }
    for heart in &entry.reactions {
        let line = format!("{} {}", who(heart.by), heart.emoji.as_str());
        show(line.clone(), line);
    }
    told(entry).into_iter().for_each(|fact| show(fact.to_owned(), fact.to_owned()));
    if let Some(trash) = &entry.trash {
        let back: Vec<&str> = trash.resurfaced_by.iter().map(|by| who(*by)).collect();
        let back =
            if back.is_empty() { String::new() } else { format!(", and {} back", back.join("+")) };
        show("trash".to_owned(), format!("{} removed it{back}", who(trash.by)));
    }
    all
}

fn item(item: &Item) -> String {
    let done = match (item.is_disputed, item.is_done) {
        (true, _) => "?",
        (false, true) => "x",
        (false, false) => " ",
    };
    let beside = item.alternatives.iter().map(|one| one.value.as_str());
    let owners: Vec<&str> = item.owners.iter().map(|by| who(*by)).collect();
    let of = if owners.is_empty() { String::new() } else { format!(" of {}", owners.join("+")) };
    format!("[{done}] {}{of}", words(&item.text, beside, &[]))
}

/// Words, those that stand beside them, and how they read before.
fn words<'a>(
    text: &'a str,
    beside: impl Iterator<Item = &'a str>,
    revisions: &'a [Revision],
) -> String {
    let standing: Vec<&str> = [text].into_iter().chain(beside).collect();
    let earlier = revisions.iter().map(|one| one.text.as_str());
    let earlier: Vec<&str> = earlier.filter(|text| !standing.contains(text)).collect();
    let earlier = if earlier.is_empty() {
        String::new()
    } else {
        format!(" (before: {})", earlier.join(", "))
    };
    format!("{}{earlier}", standing.join(" | ")).trim_start().to_owned()
}

/// A value as people read it: of a time, when it begins.
fn read(entry: &Entry, value: &str) -> String {
    let mut times = entry.meeting.iter().flat_map(|meeting| &meeting.proposals);
    let time = times.find(|time| time.id.as_str() == value);
    time.map_or_else(|| value.to_owned(), |time| time.start.to_string())
}

/// Each time with what was said to it, and whether it is the one.
fn times(meeting: &Meeting) -> Vec<(ItemId, String)> {
    let time = |one: &Proposal| {
        let votes = one.votes.iter().map(|(by, vote)| format!("{} {}", who(*by), vote.name()));
        let what = match &one.id {
            id if meeting.agreed.as_ref() == Some(id) => " agreed",
            id if meeting.also_worked.contains(id) => " also works",
            _ => "",
        };
        let votes = votes.collect::<Vec<_>>().join(" ");
        (one.id.clone(), format!("at {} {votes}{what}", one.start))
    };
    meeting.proposals.iter().map(time).collect()
}

const fn who(slot: Slot) -> &'static str {
    match slot {
        Slot::First => "ana",
        Slot::Second => "ben",
    }
}
