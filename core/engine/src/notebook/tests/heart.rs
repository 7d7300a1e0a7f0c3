//! Heart-to-heart, row by row: times, votes, and what is agreed.

use super::super::attention::Need;
use super::super::deed::Deed;
use super::super::heart::Meeting;
use super::super::kinds::{Fact, State};
use super::super::name::ItemId;
use super::super::schema::name;
use super::world::{World, check, told};
use super::*;
use crate::limits::{MAX_PROPOSALS, MAX_ZONE};

const FRIDAY: &str = "ana propose 1000 2000 Europe/Copenhagen";
const SUNDAY: &str = "ben propose 5000 6000 Europe/Copenhagen";

/// Both can on both days.
const BOTH_WORK: [&str; 4] = [FRIDAY, SUNDAY, "ben vote @0 yes", "ana vote @1 yes"];

fn and<'a>(more: &[&'a str]) -> Vec<&'a str> {
    BOTH_WORK.iter().chain(more).copied().collect()
}

/// A conversation after this was done together, and this apart.
fn world(together: &[&str], apart: &[&str]) -> World {
    let mut world = World::with(Kind::HeartToHeart, "I miss talking");
    world.together(together);
    world.apart(apart);
    for phone in &world.phones {
        assert_eq!(phone.entry(&world.key).meeting, world.entry().meeting);
    }
    world
}

fn meeting(together: &[&str], apart: &[&str]) -> Meeting {
    world(together, apart).entry().meeting.unwrap()
}

/// When the agreed time begins, and those that also worked.
fn agreed(meeting: &Meeting) -> (Option<i64>, Vec<i64>) {
    let start = |id: &ItemId| meeting.proposals.iter().find(|time| time.id == *id).unwrap().start;
    (meeting.agreed.as_ref().map(start), meeting.also_worked.iter().map(start).collect())
}

#[test]
fn a_conversation_comes_to_be_agreed_and_held() {
    use State::{Agreed, Held, Invited, Later, Proposed};
    check(
        Kind::HeartToHeart,
        &[
            ("invited", &[], Invited, &[]),
            ("proposed", &[FRIDAY], Proposed, &[]),
            ("maybe", &[FRIDAY, "ben vote @0 maybe"], Proposed, &[]),
            ("declined, which sets no flag", &[FRIDAY, "ben vote @0 no"], Proposed, &[]),
            ("both can", &[FRIDAY, "ben vote @0 yes"], Agreed, &[]),
            ("not now", &and(&["ben later"]), Later, &[]),
            ("and now after all", &and(&["ben later", "ben later no"]), Agreed, &[]),
            ("held", &and(&["ben held"]), Held, &[]),
            ("cancel taken back", &and(&["ana cancel", "ana cancel no"]), Agreed, &[]),
            ("one chooses", &and(&["ana choose @1"]), Agreed, &[]),
        ],
    );
}

#[test]
fn without_a_choice_it_is_the_earliest_at_which_both_can_and_others_also_worked() {
    assert_eq!(agreed(&meeting(&BOTH_WORK, &[])), (Some(1000), vec![5000]));
    assert_eq!(agreed(&meeting(&and(&["ben vote @0 no"]), &[])), (Some(5000), vec![]));
    assert_eq!(agreed(&meeting(&and(&["ana choose @1"]), &[])), (Some(5000), vec![1000]));
    let chosen_alone = &[FRIDAY, SUNDAY, "ana choose @0"];
    assert_eq!(agreed(&meeting(chosen_alone, &[])), (None, vec![]), "a choice is no yes");
    let of_two = ["ana propose 1000 2000", "ana propose 1000 3000", "ben vote @0 yes"];
    let of_two: Vec<&str> = of_two.into_iter().chain(["ben vote @1 yes"]).collect();
    let tie = meeting(&of_two, &[]);
    assert_eq!(tie.agreed.as_ref(), tie.proposals.iter().map(|time| &time.id).min());
    assert_eq!(tie.also_worked.len(), 1);
}

#[test]
fn two_times_chosen_apart_are_no_event_until_both_confirm_one() {
    let chosen_apart = ["ana choose @0", "ben choose @1"];
    let mut world = world(&BOTH_WORK, &chosen_apart);
    for phone in &world.phones {
        let entry = phone.entry(&world.key);
        let chosen = entry.shown.iter().find(|shown| shown.name == name::CHOSEN).unwrap();
        assert_eq!(chosen.alternatives.len(), 1, "both are shown");
        assert_eq!(agreed(&entry.meeting.unwrap()), (None, vec![1000, 5000]));
    }
    world.together(&["ana choose @0"]);
    for phone in &world.phones {
        let entry = phone.entry(&world.key);
        assert_eq!(entry.conflicts(), 0, "one of the two has settled it for both");
        assert_eq!(agreed(&entry.meeting.clone().unwrap()).0, None);
        assert_eq!(told(&entry), ["ben chose another"]);
    }
    world.together(&["ben choose @0"]);
    assert_eq!(agreed(&world.entry().meeting.unwrap()).0, Some(1000));
    assert_eq!(told(&world.entry()), [""; 0]);
}

#[test]
fn who_chose_another_time_is_asked_on_both_phones_until_they_say_something() {
    let mut world = world(&BOTH_WORK, &["ana choose @0", "ben choose @1"]);
    world.together(&["ana resolve chosen @0"]);
    let asked = [Need::Stale(Fact::ChoseAnother(Slot::Second))];
    for phone in &world.phones {
        assert_eq!(phone.entry(&world.key).needs(), asked);
    }
    for deed in [Deed::Choose, Deed::Vote] {
        assert!(world.can(Slot::Second, deed), "he is asked, and can answer: {deed}");
    }
    world.together(&["ben choose @0"]);
    for phone in &world.phones {
        let entry = phone.entry(&world.key);
        assert_eq!((entry.needs(), entry.state), (Vec::new(), Some(State::Agreed)));
    }
}

#[test]
fn of_two_times_that_one_person_chose_apart_she_is_asked_whichever_the_other_takes() {
    for taken in ["ben resolve chosen @0", "ben resolve chosen @1"] {
        let mut world = world(&BOTH_WORK, &["ana choose @0", "tablet choose @1"]);
        world.together(&[taken]);
        assert_eq!(told(&world.entry()), ["ana chose another"], "{taken}");
        assert_eq!(world.entry().meeting.unwrap().agreed, None, "{taken}");
    }
}

#[test]
fn votes_never_move_to_another_time() {
    let mut world = world(&[FRIDAY, "ben vote @0 yes"], &[]);
    world.together(&["ana propose 1500 2500 Europe/Copenhagen"]);
    let meeting = world.entry().meeting.unwrap();
    assert_eq!(meeting.proposals[0].votes.len(), 2);
    assert_eq!(meeting.proposals[1].votes.len(), 1, "Ben said nothing to that one");
    assert_eq!(agreed(&meeting), (Some(1000), vec![]));
    world.apart(&["ben propose 1500 2500 Europe/Copenhagen", "tablet propose 1 2 UTC"]);
    let meeting = world.entry().meeting.unwrap();
    assert_eq!(meeting.proposals.len(), 3, "who proposes what is there says yes to it");
    assert_eq!(meeting.proposals[2].by, Slot::BOTH);
}

#[test]
fn a_time_is_two_times_and_a_zone() {
    let mut world = world(&[], &[]);
    let long = "a".repeat(MAX_ZONE + 1);
    for time in ["", "1", "2 1", "1 1", "1 2 a b c", "x 2", "1 2 Höjer", &format!("1 2 {long}")] {
        let refused = world.try_to(&format!("ana propose {time}"));
        assert_eq!(refused, Err(CannotWrite::NotATime), "{time}");
    }
    for number in 0..MAX_PROPOSALS {
        world.does(&format!("ana propose {number} 99 UTC"));
    }
    let refused = world.try_to("ben propose 1 98 UTC");
    assert!(refused.is_ok(), "he has not seen them");
    world.meet();
    let refused = world.try_to("ben propose 1 97 UTC");
    let limit = MAX_PROPOSALS;
    assert_eq!(refused, Err(CannotWrite::TooMany { what: "proposals", limit }));
    assert!(world.does("ben propose 3 99 UTC"), "that one is there");
    assert_eq!(world.try_to("ben set-length soon"), Err(CannotWrite::NotMinutes));
    assert!(matches!(world.try_to("ben later perhaps"), Err(CannotWrite::NotOneOf(_))));
}

#[test]
fn no_point_no_note_and_no_promise_is_lost() {
    let mut world = world(&["ana add The summer", "ben add Money"], &[]);
    world.apart(&["ana promise To listen", "ben promise To be home", "tablet entrust #1 both"]);
    let items = world.entry().items;
    let promises = items.iter().filter(|item| item.is_promise);
    let mut promised: Vec<(Vec<Slot>, &str)> =
        promises.map(|item| (item.owners.clone(), item.text.as_str())).collect();
    promised.sort();
    let by = |slot| vec![slot];
    assert_eq!(promised, [(by(Slot::First), "To listen"), (by(Slot::Second), "To be home")]);
    assert_eq!((items[1].text.as_str(), items[1].owners.as_slice()), ("Money", &Slot::BOTH[..]));
    world.together(&["ana edit we begin\nwe end"]);
    world.apart(&["ana edit we begin late\nwe end", "ben edit we begin\nwe end well"]);
    assert_eq!(world.entry().text, "we begin late\nwe end well");
    world.apart(&["ana set-length 60", "ben set-length 90", "ben set-where Kitchen"]);
    let shown = world.entry().shown;
    assert!(shown.iter().all(|one| one.alternatives.is_empty()), "one is as good as the other");
    assert_eq!(shown.len(), 2);
    let why = &world.entry().parts[0];
    assert_eq!((why.by, why.text.as_str()), (Slot::First, "I miss talking"));
    assert_eq!(world.try_to("ben explain I know why"), Err(CannotWrite::NotNow));
    world.apart(&["ana explain I miss us", "tablet explain I miss you"]);
    assert_eq!(world.entry().parts[0].alternatives.len(), 1, "both stand");
}
