//! Times and days in an entry: when two people meet, and values that name one.

use couplet::{Entry, ItemId, Meeting, Proposal, names};
use serde_json::{Value, json};

use super::entries::{Names, person};
use super::telling::{self, Line, Telling};
use crate::moment;

/// The times proposed for a conversation, for programs.
pub(super) fn as_json(meeting: &Meeting) -> Value {
    let proposals = meeting.proposals.iter().map(|time| {
        let votes = time.votes.iter();
        let votes = votes.map(|(by, vote)| json!({ "by": by.index(), "vote": vote.name() }));
        json!({
            "id": time.id.as_str(), "start": time.start, "end": time.end, "zone": time.zone,
            "by": time.by.iter().map(|by| by.index()).collect::<Vec<_>>(),
            "votes": votes.collect::<Vec<_>>(),
        })
    });
    json!({
        "proposals": proposals.collect::<Vec<_>>(),
        "agreed": meeting.agreed.as_ref().map(ItemId::as_str),
        "also_worked": meeting.also_worked.iter().map(ItemId::as_str).collect::<Vec<_>>(),
    })
}

/// The times proposed, a line each.
pub(super) fn told(meeting: &Meeting, names: &Names) -> Vec<Line> {
    let line = |time: &Proposal| {
        let mark = match &meeting.agreed {
            Some(agreed) if *agreed == time.id => "agreed",
            _ if meeting.also_worked.contains(&time.id) => "also works",
            _ => "proposed",
        };
        let votes = time.votes.iter();
        let mut said: Vec<String> =
            votes.map(|(by, vote)| format!("{} {}", person(*by, names), vote.name())).collect();
        let by: Vec<String> = time.by.iter().map(|by| person(*by, names)).collect();
        said.push(format!("proposed by {}", by.join(" and ")));
        let words = format!("{}  {}", span(time), said.join(", "));
        telling::said(mark, &words).marked(vec![telling::short(&time.id)])
    };
    meeting.proposals.iter().map(line).collect()
}

/// A value of that name in an entry, as people read it on a terminal, and may type it.
pub(super) fn value_in_words(entry: &Entry, name: &str, value: &str) -> String {
    let here = Telling { names: &[None, None], is_on_paper: false };
    value_told(entry, (name, value), &here)
}

/// The same as it is told there: a day as such, and a time by when it is.
pub(super) fn value_told(
    entry: &Entry,
    (name, value): (&str, &str),
    telling: &Telling<'_>,
) -> String {
    let read = match name {
        names::HAPPENED | names::ON | names::SINCE => {
            value.parse().ok().map(|day| telling.day(day))
        }
        names::CHOSEN => {
            let mut times = entry.meeting.iter().flat_map(|meeting| &meeting.proposals);
            times.find(|time| time.id.as_str() == value).map(span)
        }
        _ => None,
    };
    read.unwrap_or_else(|| value.to_owned())
}

fn span(time: &Proposal) -> String {
    moment::span((time.start, time.end), &time.zone)
}
