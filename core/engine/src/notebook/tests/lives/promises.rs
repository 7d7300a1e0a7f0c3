//! What must hold of every life, whatever was done in it.

use super::super::super::sheet::Stance;
use super::*;
use crate::limits::LAST_DAY;

/// Everything in the entry that is somebody's own words.
pub(super) fn sayings(entry: &Entry) -> BTreeSet<Saying> {
    written(entry).into_iter().map(|(saying, _)| saying).collect()
}

/// The same, and which phone it is of. What two phones of one person wrote alike is of one of them.
pub(super) fn written(entry: &Entry) -> Vec<(Saying, WriterId)> {
    let has_own_body = entry.kind.is_some_and(|kind| kind.body() == Body::Words);
    let body = has_own_body.then_some(("words", None, &entry.revisions));
    let parts = entry.parts.iter().map(|part| (part.name.as_str(), &part.id, &part.revisions));
    let comments =
        entry.comments.iter().map(|comment| ("comment", &comment.id, &comment.revisions));
    let parts = parts.map(|(name, id, revisions)| (name, id.clone(), revisions));
    let comments = comments.map(|(name, id, revisions)| (name, Some(id.clone()), revisions));
    let all = body.into_iter().chain(parts).chain(comments);
    all.flat_map(|(name, id, revisions)| {
        revisions
            .iter()
            .map(move |one| ((name.to_owned(), id.clone(), one.rev, one.text.clone()), one.writer))
    })
    .collect()
}

/// An entry without what only its author, or who has answered, or one person's phones are shown.
pub(super) fn for_both(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    let is_taken_back = entry.state == Some(State::TakenBack);
    if is_taken_back || entry.seal.is_some() {
        entry.text.clear();
        entry.alternatives.clear();
        entry.revisions.clear();
    }
    let is_prompt = entry.kind == Some(Kind::Prompt);
    entry.parts.retain(|part| !is_prompt || part.name != name::ANSWER);
    entry.stances.retain(|stance| !is_taken_back || stance.name != name::LEVEL);
    entry.awaits_key = false;
    entry
}

/// What an entry offers is not refused, and what it does not offer is, or there is nothing to do.
pub(super) fn check_offered(
    entry: &Entry,
    (me, step): (Slot, &Step),
    written: &Result<Option<Written>, CannotWrite>,
) {
    let can = entry.can(Person::first(me));
    let is_offered = |verb| can.contains(&verb);
    let choices = entry.choices();
    let is_mine = |choice: &Choice| choice.by.is_none_or(|by| by == me);
    let is_done = matches!(written, Ok(Some(_)));
    let what = step.what;
    match what {
        What::Edit => assert_eq!(is_offered(Verb::Edit), written.is_ok(), "{what:?}"),
        What::Trash => assert_eq!(is_offered(Verb::Trash), is_done, "{what:?}"),
        What::Restore => assert_eq!(is_offered(Verb::Restore), is_done, "{what:?}"),
        What::Comment => assert!(is_offered(Verb::Comment) && is_done),
        What::EditComment => assert!(is_offered(Verb::EditComment) && written.is_ok()),
        What::React if !step.words.is_multiple_of(2) => {
            assert_eq!(is_offered(Verb::Unreact), is_done, "{what:?}");
        }
        What::React => assert!(is_offered(Verb::React) && written.is_ok()),
        What::Resolve => {
            let chosen = choices.get(step.deed % choices.len().max(1)).is_some_and(is_mine);
            assert_eq!(chosen, written.is_ok(), "{what:?}");
            assert_eq!(choices.iter().any(is_mine), is_offered(Verb::Resolve), "{what:?}");
        }
        What::Deed | What::Settle => {}
    }
    let said = written_by(entry, me);
    assert!(!said || is_offered(Verb::Erase), "words of one's own can be erased");
}

/// Whether that person's words show in an entry.
fn written_by(entry: &Entry, me: Slot) -> bool {
    let has_own_body = entry.kind.is_some_and(|kind| kind.body() == Body::Words);
    has_own_body && entry.author == me && !entry.revisions.is_empty()
        || entry.parts.iter().any(|part| part.by == me)
        || entry.comments.iter().any(|comment| comment.author == me)
}

/// What stands in the entry as somebody's words, history and what stands beside it included.
fn all_words(entry: &Entry) -> BTreeSet<String> {
    let items = entry.items.iter().flat_map(|item| {
        let beside = item.alternatives.iter().map(|one| one.value.clone());
        beside.chain([item.text.clone()])
    });
    let feelings = [name::FEELING, name::TAG];
    let members = entry.members.iter().filter(|one| feelings.contains(&one.name.as_str()));
    let titles = entry.revisions.iter().chain(&entry.alternatives).map(|one| one.text.clone());
    let own = sayings(entry).into_iter().map(|saying| saying.3);
    own.chain(titles).chain(items).chain(members.map(|one| one.value.clone())).collect()
}

/// Every word is whole, one of those that were said, and none is missing.
pub(super) fn check_words(entries: &[Entry; 3], said: &[BTreeSet<Saying>; 2]) {
    for (entry, slot) in entries.iter().zip([0, 0, 1]) {
        for words in all_words(entry) {
            assert!(FELT.contains(&words.as_str()), "a third word: {words}");
        }
        // Two who begin the same page apart stand one behind the other, each word whole.
        let rest = ["lonely", "angry", "felt", "hurt", "seen", "I"].into_iter();
        let rest = rest.fold(entry.text.clone(), |text, word| text.replace(word, ""));
        assert!(rest.trim().is_empty(), "letters of two: {}", entry.text);
        let missing: Vec<_> = said[slot].difference(&sayings(entry)).cloned().collect();
        assert!(missing.is_empty(), "words are lost: {missing:?}");
        assert!(!entry.facts.iter().any(|fact| matches!(fact, Fact::DoesNotOpen(_))));
    }
}

/// What the states promise, whatever happened.
pub(super) fn check_state(life: &Life, entry: &Entry) {
    let says = |name: &str, by: Slot| {
        let stance = entry.stances.iter().find(|stance| stance.name == name && stance.by == by);
        stance.map(|stance| stance.value.as_str())
    };
    let both = |name, value| Slot::BOTH.into_iter().all(|by| says(name, by) == Some(value));
    let neither = |name, value| Slot::BOTH.into_iter().all(|by| says(name, by) != Some(value));
    match entry.state {
        Some(State::AtRest) => {
            assert!(both(name::LET_GO, "yes"));
            Slot::BOTH.into_iter().for_each(|by| check_rest(life, entry, by));
        }
        Some(State::Ours) => assert!(both(name::ADOPT, "yes")),
        Some(State::Thanked) => {
            let by = entry.gesture_by.unwrap_or(entry.author);
            assert_eq!(says(name::THANKS, by.other()), Some("yes"));
        }
        Some(State::Understood) => check_understood(life, entry),
        Some(State::Agreed) => {
            let meeting = entry.meeting.as_ref().unwrap();
            let id = meeting.agreed.as_ref().unwrap();
            let time = meeting.proposals.iter().find(|time| time.id == *id).unwrap();
            assert!(time.votes.len() == 2 && time.votes.iter().all(|vote| vote.1 == Vote::Yes));
            assert!(neither(name::CANCEL, "yes") && neither(name::LATER, "yes"));
            let chosen = entry.shown.iter().find(|shown| shown.name == name::CHOSEN);
            let is_it = |value: &str| value == id.as_str();
            assert!(chosen.is_none_or(|one| is_it(&one.value) && one.alternatives.is_empty()));
            let wants_another = |fact: &Fact| matches!(fact, Fact::ChoseAnother(_));
            assert!(!entry.facts.iter().any(wants_another), "agreed, and somebody is asked");
        }
        Some(State::Paused) => {
            let is_endless = entry.pauses.iter().any(|pause| pause.until.is_none());
            let at_last = entry.clone().as_of(LAST_DAY).state;
            assert_eq!(at_last == Some(State::Paused), is_endless);
            assert_ne!(at_last, Some(State::AtRest), "it was at rest before");
        }
        _ => {}
    }
    // Words for what a reflection missed stand beside a verdict that says so, and no other.
    for part in entry.parts.iter().filter(|part| part.name == name::MISSED && !part.is_history()) {
        let is_it = |one: &&Stance| (&one.id, one.by) == (&part.id, part.by);
        let mut verdicts = entry.stances.iter().filter(|one| one.name == name::VERDICT);
        assert_eq!(verdicts.find(is_it).unwrap().value, "partly");
    }
    if let Some(meeting) = entry.meeting.as_ref()
        && entry.state != Some(State::Agreed)
        && entry.state != Some(State::Held)
    {
        assert_eq!(meeting.agreed, None);
    }
}

/// A page is at rest only over words that each had on a phone when letting go.
fn check_rest(life: &Life, entry: &Entry, by: Slot) {
    let shown = life.shown_at(Deed::LetGo, None, by);
    let words = sayings(entry);
    let unseen: Vec<_> =
        words.iter().filter(|one| one.0 != "comment" && !shown.contains(one)).collect();
    assert!(unseen.is_empty(), "forgiven unread by {by:?}: {unseen:?}");
}

/// Somebody is understood only by who had read all that they confirmed, and all they had said.
fn check_understood(life: &Life, entry: &Entry) {
    let turn = entry.parts.iter().rev().find(|part| part.name == name::SHARE);
    let speaker = turn.map_or(entry.author, |turn| turn.by);
    let of_turn = turn.map_or(("words", None), |turn| (name::SHARE, turn.id.clone()));
    let words = sayings(entry);
    let is_confirmed = |id: &ItemId| {
        let shown = life.shown_at(Deed::GotMe, Some(id), speaker);
        let is_of = |one: &&Saying| {
            let at = (one.0.as_str(), &one.1);
            at == (of_turn.0, &of_turn.1) || at == (name::REFLECTION, &Some(id.clone()))
        };
        words.iter().filter(is_of).all(|one| shown.contains(one))
    };
    let mut got = entry
        .stances
        .iter()
        .filter(|one| one.name == name::VERDICT && one.value == "got-me" && one.by == speaker);
    assert!(got.any(|one| one.id.as_ref().is_some_and(is_confirmed)));
}
