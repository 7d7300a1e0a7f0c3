//! The kinds of entry, row by row as notebook.md has them: what was done together, what was done
//! apart, and what all three phones show when they meet.

use std::collections::BTreeSet;

use super::super::claim::{Claim, RevMap};
use super::super::deed::{Act, Deed};
use super::super::kinds::{Fact, State};
use super::super::name::ItemId;
use super::super::repair::Pause;
use super::super::schema::{Class, Owner, Subject, name};
use super::super::since::Changed;
use super::world::{World, check, told};
use super::*;
use crate::limits::{FIRST_DAY, LAST_DAY, MAX_FEELINGS, MAX_ITEMS, MAX_PARTS, MAX_TITLE};

#[test]
fn listening_comes_to_being_understood() {
    use State::{Clarifying, MoreToSay, Reflected, Shared, Understood};
    let heard = "ben reflect You felt left out";
    check(
        Kind::Listening,
        &[
            ("shared", &[], Shared, &[]),
            ("reflected", &[heard], Reflected, &[]),
            ("partly", &[heard, "ana partly #0 And alone"], Clarifying, &[]),
            ("not yet", &[heard, "ana not-yet #0"], Clarifying, &[]),
            ("got me", &[heard, "ana got-me #0"], Understood, &[]),
            ("not yet, then got me", &[heard, "ana not-yet #0", "ana got-me #0"], Understood, &[]),
            (
                "more to say",
                &[heard, "ana got-me #0", "ana edit I felt hurt, twice"],
                MoreToSay,
                &["earlier words", "confirmed before"],
            ),
            (
                "and heard again",
                &[heard, "ana got-me #0", "ana edit Twice", "ben reflect Twice"],
                Reflected,
                &["earlier words", "confirmed before"],
            ),
            (
                "a reflection written anew after more was said is about all of it",
                &[heard, "ana edit Twice", "ben revise #0 Twice"],
                Reflected,
                &[],
            ),
        ],
    );
}

const SIDES: [&str; 2] = ["ana tell You came late", "ben tell The train was late"];

fn after<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SIDES.iter().chain(more).copied().collect()
}

#[test]
fn a_repair_comes_to_rest_and_opens_again() {
    use State::{AtRest, OneLetGo, Open, Paused, Reopened};
    let rest = ["ana let-go", "ben let-go"];
    let rest_and = |more: &[&'static str]| after(&[&rest, more].concat());
    let more = "ben tell And I forgot";
    check(
        Kind::Repair,
        &[
            ("open", &SIDES, Open, &[]),
            ("one has let go", &after(&["ana let-go"]), OneLetGo, &[]),
            ("at rest", &rest_and(&[]), AtRest, &[]),
            ("withdrawn", &after(&["ana let-go", "tablet withdraw"]), Open, &[]),
            ("withdrawn after rest", &rest_and(&["ana withdraw"]), OneLetGo, &[]),
            (
                "unseen words after rest",
                &rest_and(&[more]),
                Reopened,
                &["ana is asked again", "ben is asked again"],
            ),
            ("and let go of those, too", &rest_and(&[more, rest[0], rest[1]]), AtRest, &[]),
            ("paused", &after(&["ben pause 20000"]), Paused, &[]),
            ("paused no more", &after(&["ben pause 20000", "ben resume"]), Open, &[]),
        ],
    );
}

#[test]
fn who_is_asked_again_is_shown_what_has_changed_since_they_let_go() {
    let since = |together: &[&str], apart: &[&str], by: Slot| -> Vec<String> {
        let mut world = World::with(Kind::Repair, "Tuesday");
        world.together(together);
        world.apart(apart);
        let all = world.phones.each_ref().map(|one| one.notebook.since_letting_go(&world.key, by));
        let all = all.map(Option::unwrap);
        assert!(all.iter().all(|one| *one == all[0]), "the same on every device");
        let asked = world.entry().facts.contains(&Fact::AskedAgain(by));
        assert_eq!(asked, !all[0].is_empty(), "just if there is something to be asked about");
        let line = |one: &Changed| {
            let [before, now] = [&one.before, &one.now].map(|text| text.as_deref().unwrap_or("-"));
            format!("{}: {before} > {now}", one.name)
        };
        all[0].iter().map(line).collect()
    };
    let rows: &[(&[&str], &[&str], &[&str])] = &[
        (&SIDES, &["ana let-go", "ben let-go"], &[]),
        (&SIDES, &["ana let-go", "ben comment Hm", "ben edit The train"], &[]),
        (
            &SIDES,
            &["ana let-go", "ben tell And I forgot", "ben tell And I was tired"],
            &["perspective: The train was late > And I was tired"],
        ),
        (
            &SIDES,
            &["ana let-go", "tablet tell You waved"],
            &["perspective: You came late > You waved"],
        ),
        (
            &after(&["ben ask Call me", "ben feel sad"]),
            &["ana let-go", "ben revise #0 Call", "ben unfeel sad", "ben feel sorry"],
            &["request: Call me > Call", "feeling: - > sorry", "feeling: sad > -"],
        ),
        (&after(&["ana let-go", "ben let-go", "ben apologise I am"]), &[], &["apology: - > I am"]),
        // What either of her devices had shown her, she has seen.
        (
            &after(&["ana let-go", "ben feel sad"]),
            &["tablet let-go", "ana tell You waved"],
            &["perspective: You came late > You waved"],
        ),
        (&after(&["ana let-go", "ana withdraw"]), &["ben tell And I forgot"], &[]),
        (&SIDES, &["ben tell And I forgot"], &[]),
    ];
    for (together, apart, expected) in rows {
        assert_eq!(since(together, apart, Slot::First), *expected);
    }
}

#[test]
fn where_what_one_let_go_of_is_not_kept_it_is_said_so_and_what_came_since_is_told() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.together(&SIDES);
    world.together(&["ana let-go", "ben let-go", "ben feel sad"]);
    let next = |notebook: &Notebook| {
        notebook.without(&BTreeSet::new(), Person::first(Slot::First)).unwrap().notebook
    };
    let mut anew = next(&world.phones[0].notebook);
    assert_eq!(anew.since_letting_go(&world.key, Slot::First), None, "he felt sad since");
    let act = |deed, words| Act { deed, on: None, words, now: 0 };
    anew.act(&world.key, act(Deed::LetGo, ""), &mut rng(1)).unwrap();
    let mut anew = next(&anew);
    assert_eq!(anew.since_letting_go(&world.key, Slot::First), Some(vec![]), "all of it was seen");
    anew.act(&world.key, act(Deed::Feel, "sorry"), &mut rng(2)).unwrap();
    let since = anew.since_letting_go(&world.key, Slot::First).unwrap();
    let told: Vec<_> = since.iter().map(|one| one.now.as_deref()).collect();
    assert_eq!(told, [Some("sorry")]);
}

#[test]
fn withdrawing_often_is_not_outvoted_by_letting_go_often() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.together(&["ana let-go", "ben let-go"]);
    world.apart(&[
        "tablet withdraw",
        "ana tell More",
        "ana let-go",
        "ana tell And more",
        "ana let-go",
        "ana tell And still more",
        "ana let-go",
    ]);
    assert_eq!(world.said(name::LET_GO)[0], (Slot::First, "no".to_owned()));
}

#[test]
fn a_topic_named_apart_stands_twice_until_one_is_chosen() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.apart(&[
        "ana edit The train",
        "ben edit Coming late",
        "ana happened-on 5",
        "ben happened-on 6",
    ]);
    for phone in &world.phones {
        let entry = phone.entry(&world.key);
        assert_eq!(entry.alternatives.len(), 1, "both stand");
        assert_eq!(entry.shown[0].alternatives.len(), 1);
        let both = [entry.text.as_str(), entry.alternatives[0].text.as_str()];
        assert!(both.contains(&"The train") && both.contains(&"Coming late"));
    }
    world.apart(&["tablet edit The late train", "ben happened-on 6"]);
    for phone in &world.phones {
        let entry = phone.entry(&world.key);
        assert_eq!((entry.text.as_str(), entry.alternatives.len()), ("The late train", 0));
        assert_eq!((entry.shown[0].value.as_str(), entry.shown[0].alternatives.len()), ("6", 0));
    }
    world.apart(&["ana edit Wednesday", "ben edit Wednesday"]);
    assert_eq!(world.entry().alternatives, [], "equal values stand once");
}

#[test]
fn hurt_edited_to_lonely_and_to_angry_is_never_a_third_word() {
    for kind in [Kind::Note, Kind::Listening, Kind::Gesture, Kind::Dream, Kind::Mood] {
        let mut world = World::with(kind, "I felt hurt");
        world.apart(&["ana edit I felt lonely", "tablet edit I felt angry"]);
        let entry = world.entry();
        let mut shown = vec![entry.text.as_str(), entry.alternatives[0].text.as_str()];
        shown.sort_unstable();
        assert_eq!(shown, ["I felt angry", "I felt lonely"]);
        assert!(matches!(world.try_to("ben edit I felt"), Err(CannotWrite::NotYours)));
    }
    let mut world = World::with(Kind::Repair, "I felt hurt");
    world.together(&["ana tell I felt hurt"]);
    world.apart(&["ana tell I felt lonely", "tablet tell I felt angry", "ben edit I felt angry"]);
    let part = &world.entry().parts[0];
    let mut shown = vec![part.text.as_str(), part.alternatives[0].text.as_str()];
    shown.sort_unstable();
    assert_eq!(shown, ["I felt angry", "I felt lonely"]);
}

#[test]
fn requests_are_answered_by_the_other_and_of_what_they_were() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.together(&["ana ask Call me", "ben not-now #0 After Friday"]);
    assert_eq!(world.said(name::ANSWER), [(Slot::Second, "not-now".to_owned())]);
    assert_eq!(world.try_to("ana agree #0"), Err(CannotWrite::NotNow));
    assert_eq!(told(&world.entry()), [""; 0]);
    world.apart(&["ana revise #0 Call me every hour", "ben agree #0"]);
    assert_eq!(world.said(name::ANSWER), [(Slot::Second, "yes".to_owned())]);
    assert_eq!(told(&world.entry()), ["earlier words"], "nobody said yes to every hour");
    world.together(&["ben apologise I am sorry", "ana receive #1"]);
    assert_eq!(world.said(name::RECEIVED), [(Slot::First, "yes".to_owned())]);
    assert_eq!(world.try_to("ben receive #1"), Err(CannotWrite::NotNow));
}

#[test]
fn whatever_one_says_of_the_others_words_one_takes_back_alone() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.together(&["ben apologise I am sorry"]);
    assert!(!world.can(Slot::First, Deed::Unreceive));
    world.together(&["ana receive #0", "ben revise #0 I am so sorry"]);
    assert_eq!(world.try_to("ben unreceive #0"), Err(CannotWrite::NotNow));
    world.together(&["tablet unreceive #0"]);
    assert_eq!(world.said(name::RECEIVED), [(Slot::First, "no".to_owned())]);
    assert_eq!(told(&world.entry()), [""; 0], "nobody received the earlier words either");
    assert!(!world.can(Slot::First, Deed::Unreceive) && world.can(Slot::First, Deed::Receive));

    let mut world = World::with(Kind::Listening, "I felt hurt");
    world.together(&["ben be-there nod", "ben be-there touch", "ben speak I was afraid"]);
    assert_eq!(world.try_to("ana step-back nod"), Err(CannotWrite::NotNow));
    world.together(&["ben step-back nod"]);
    assert_eq!(world.entry().members.len(), 1, "though it is another's turn to listen");
    assert!(matches!(world.try_to("ben step-back hug"), Err(CannotWrite::NotOneOf(_))));
    world.together(&["ben step-back touch"]);
    assert!(world.entry().members.is_empty() && !world.can(Slot::Second, Deed::StepBack));
}

#[test]
fn thanks_are_taken_back_with_the_words_that_came_with_them() {
    let mut world = World::with(Kind::Gesture, "Made the coffee");
    assert_eq!(world.try_to("ben unthank"), Err(CannotWrite::NotNow));
    world.together(&["ben thank You know how I like it"]);
    assert_eq!(world.try_to("ana unthank"), Err(CannotWrite::NotNow), "they are his");
    world.together(&["ben unthank"]);
    let entry = world.entry();
    assert!(entry.state.is_none() && entry.parts[0].is_history());
    assert!(world.can(Slot::Second, Deed::Thank) && !world.can(Slot::Second, Deed::Unthank));
    world.together(&["ben thank"]);
    assert!(world.entry().parts[0].is_history(), "without those words");
}

#[test]
fn kindness_is_thanked_once_and_kept_by_each() {
    let mut world = World::with(Kind::Gesture, "Made the coffee");
    assert_eq!(world.try_to("ana thank"), Err(CannotWrite::NotNow), "one does not thank oneself");
    world.together(&["ben thank"]);
    assert!(!world.does("ben thank"), "twice is once");
    world.together(&["ben thank You know how I like it"]);
    assert_eq!(world.said(name::THANKS), [(Slot::Second, "yes".to_owned())]);
    assert_eq!(world.entry().state, Some(State::Thanked));
    assert_eq!(world.entry().parts[0].text, "You know how I like it");
    world.together(&["ana keep"]);
    world.apart(&["ana unkeep", "tablet edit Made tea", "ben keep"]);
    assert_eq!(world.said(name::KEEP), [(Slot::First, "no".into()), (Slot::Second, "yes".into())]);
    world.together(&["ana keep", "ana unkeep"]);
    world.apart(&["ana keep", "tablet keep"]);
    world.apart(&["ana unkeep", "tablet tag coffee"]);
    assert_eq!(world.said(name::KEEP)[0], (Slot::First, "no".into()));
}

#[test]
fn support_stands_though_the_dream_is_taken_back() {
    let mut world = World::with(Kind::Fear, "That I cannot");
    world.together(&["ben support We can", "ana stand trying"]);
    world.apart(&["ana take-back", "ben offer Let us try on Sunday"]);
    for (phone, text) in world.phones.iter().zip(["That I cannot", "That I cannot", ""]) {
        let entry = phone.entry(&world.key);
        assert_eq!((entry.text.as_str(), entry.state), (text, Some(State::TakenBack)));
        assert_eq!(entry.revisions.is_empty(), text.is_empty());
        assert_eq!(entry.parts.len(), 2, "support stands for both");
    }
    assert_eq!(world.try_to("ben wonder Why?"), Err(CannotWrite::NotNow));
    assert_eq!(world.try_to("ben adopt"), Err(CannotWrite::NotNow), "he does not see it");
    world.together(&["ana share-again"]);
    assert_eq!(world.entry().text, "That I cannot");
    assert_eq!(world.said(name::STATUS), [(Slot::First, "trying".to_owned())]);
}

#[test]
fn a_dream_is_ours_when_both_say_so_and_only_its_author_turns_a_fear_into_steps() {
    let mut world = World::with(Kind::Dream, "A house by the sea");
    world.apart(&["ana adopt", "ben adopt"]);
    assert_eq!(world.entry().state, Some(State::Ours));
    world.apart(&["ana unadopt", "ben add Look at maps"]);
    assert_eq!(world.entry().state, None);
    assert_eq!(world.entry().items[0].text, "Look at maps");
    let mut fear = World::with(Kind::Fear, "That I cannot");
    assert_eq!(fear.try_to("ben add Swim"), Err(CannotWrite::NotNow));
    fear.together(&["ana add Go to the water"]);
    assert_eq!(fear.entry().items[0].text, "Go to the water");
    assert!(!fear.can(Slot::Second, Deed::Check));
}

#[test]
fn one_steps_back_from_a_dream_that_its_author_has_taken_back() {
    let mut world = World::with(Kind::Dream, "A house by the sea");
    world.together(&["ben adopt", "ana adopt", "ana take-back", "ben unadopt"]);
    assert!(world.said(name::ADOPT).contains(&(Slot::Second, "no".to_owned())));
    world.together(&["ana share-again"]);
    assert_eq!(world.entry().state, None, "it is not ours again behind his back");
}

#[test]
fn whoever_a_gesture_was_for_thanks_whoever_wrote_it_down() {
    let mut world = World::with(Kind::Gesture, "Ben brought me tea");
    assert_eq!(world.entry().gesture_by, Some(Slot::First));
    assert_eq!(world.try_to("ben done-by me"), Err(CannotWrite::NotNow), "it is hers to say");
    assert!(matches!(world.try_to("ana done-by us"), Err(CannotWrite::NotOneOf(_))));
    world.together(&["ana done-by you"]);
    assert_eq!(world.try_to("ben thank"), Err(CannotWrite::NotNow), "one does not thank oneself");
    world.together(&["ana thank"]);
    let entry = world.entry();
    assert_eq!((entry.gesture_by, entry.state), (Some(Slot::Second), Some(State::Thanked)));
    world.together(&["ana done-by me"]);
    assert_eq!(world.entry().state, None, "Ben has not thanked");
    world.together(&["ana unthank", "ben thank"]);
    assert_eq!(world.entry().state, Some(State::Thanked));
    let note = World::with(Kind::Note, "Dear Ben");
    assert!(note.entry().gesture_by.is_none() && !note.can(Slot::First, Deed::DoneBy));
}

#[test]
fn a_fear_is_tender_if_its_author_says_so() {
    let mut world = World::with(Kind::Fear, "That I cannot");
    world.together(&["ana set-tender yes"]);
    assert_eq!(world.said(name::TENDER), [(Slot::First, "yes".to_owned())]);
    assert_eq!(world.try_to("ben set-tender no"), Err(CannotWrite::NotNow));
    assert!(matches!(world.try_to("ana set-tender very"), Err(CannotWrite::NotOneOf(_))));
    world.together(&["tablet set-tender no"]);
    assert_eq!(world.said(name::TENDER), [(Slot::First, "no".to_owned())]);
}

#[test]
fn a_feeling_may_say_how_strong_it_is() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    let felt = |world: &World| -> Vec<(String, Option<u8>)> {
        let members = world.entry().members.into_iter();
        members.map(|member| (member.value, member.intensity)).collect()
    };
    world.together(&["ana feel hurt", "ana weigh 4 very tired"]);
    let tired = |intensity| ("very tired".to_owned(), intensity);
    assert_eq!(felt(&world), [("hurt".to_owned(), None), tired(Some(4))]);
    assert!(world.entry().stances.is_empty(), "it is said with the feeling");
    for none in ["ana weigh 0 hurt", "ana weigh 6 hurt", "ana weigh hurt", "ana weigh"] {
        assert!(matches!(world.try_to(none), Err(CannotWrite::NotOneOf(_))), "{none}");
    }
    assert_eq!(world.try_to("ana weigh 3"), Err(CannotWrite::Empty));
    assert!(!world.does("ana weigh no hurt"), "nothing was said of it");
    world.together(&["ana unfeel hurt", "ana weigh no very tired"]);
    assert_eq!(felt(&world), [tired(None)]);
    world.together(&["ana weigh 2 very tired", "ana unfeel very tired", "ana feel very tired"]);
    assert_eq!(felt(&world), [tired(None)], "felt anew, nothing is said of it");
}

fn list(world: &World) -> Vec<String> {
    world.entry().items.into_iter().map(|item| item.text).collect()
}

#[test]
fn a_list_loses_nothing_and_doubles_nothing() {
    let begin = || {
        let mut world = World::with(Kind::List, "Groceries");
        world.together(&["ana add milk", "ana add eggs", "ben add bread"]);
        assert_eq!(list(&world), ["milk", "eggs", "bread"]);
        world
    };
    let mut world = begin();
    world.apart(&["ana move #1", "ben move #1 ^0"]);
    let mut all = list(&world);
    all.sort();
    assert_eq!(all, ["bread", "eggs", "milk"], "both move one item, and it is one");
    let mut world = begin();
    world.apart(&["ana change #0 oat milk", "ben remove #0"]);
    assert_eq!(list(&world), ["oat milk", "eggs", "bread"], "edit ∥ remove: the item returns");
    assert_eq!(world.entry().items[0].alternatives, []);
    world.together(&["ben remove #0"]);
    assert_eq!(list(&world), ["eggs", "bread"]);
    world.apart(&["ana change #0 six eggs", "ben change #0 ten eggs"]);
    let item = world.entry().items.remove(0);
    assert_eq!(item.alternatives.len(), 1, "both stand");
    world.apart(&["ana add salt", "ben add pepper", "tablet move #1 ^0"]);
    assert_eq!(list(&world).len(), 4);
    assert_eq!(list(&world)[0], "bread");
}

#[test]
fn check_and_uncheck_apart_are_both_shown() {
    let mut world = World::with(Kind::List, "Groceries");
    world.together(&["ana add milk", "ana check #0"]);
    world.apart(&["ana uncheck #0", "ana check #0", "ben uncheck #0"]);
    let item = world.entry().items.remove(0);
    assert!(item.is_disputed);
    assert!(world.can(Slot::First, Deed::Check) && world.can(Slot::First, Deed::Uncheck));
    world.together(&["tablet check #0"]);
    let item = world.entry().items.remove(0);
    assert_eq!((item.is_done, item.is_disputed, item.done_by), (true, false, Some(Slot::First)));
    world.apart(&["ana uncheck #0", "ben uncheck #0"]);
    let item = world.entry().items.remove(0);
    assert_eq!((item.is_done, item.is_disputed), (false, false));
}

#[test]
fn a_date_moved_apart_is_both_days_until_one_is_chosen() {
    let mut world = World::with(Kind::Date, "The day we met");
    assert_eq!(world.entry().shown[0].value, "7");
    world.apart(&[
        "ana set-date 8",
        "ben set-date 9",
        "ben edit Our day",
        "ana edit Our first day",
    ]);
    let entry = world.entry();
    assert_eq!(entry.shown[0].alternatives.len(), 1);
    assert_eq!(entry.alternatives, [], "of two titles one is as good as the other");
    world.apart(&["ana set-date 9", "ben set-repeat yearly"]);
    let shown: Vec<String> = world.entry().shown.into_iter().map(|shown| shown.value).collect();
    assert_eq!(shown, ["9", "yearly"]);
}

#[test]
fn tags_and_feelings_of_each_stand_beside_each_other() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.apart(&[
        "ana tag trains",
        "ben tag patience",
        "ana feel hurt",
        "ben feel hurt",
        "tablet feel lonely",
    ]);
    world.apart(&["ana unfeel hurt", "ben tag trains"]);
    let members: Vec<(Slot, String, String)> =
        world.entry().members.into_iter().map(|one| (one.by, one.name, one.value)).collect();
    let member = |by, name: &str, value: &str| (by, name.to_owned(), value.to_owned());
    assert_eq!(
        members,
        [
            member(Slot::First, "feeling", "lonely"),
            member(Slot::Second, "feeling", "hurt"),
            member(Slot::First, "tag", "trains"),
            member(Slot::Second, "tag", "patience"),
            member(Slot::Second, "tag", "trains"),
        ]
    );
    assert!(!world.does("ana feel lonely"), "it is there already");
    world.apart(&["ana unfeel lonely", "ana feel lonely", "tablet unfeel lonely"]);
    let feels = |one: &sheet::Member| one.by == Slot::First && one.value == "lonely";
    assert!(world.entry().members.iter().any(feels), "what was added and removed apart stands");
}

#[test]
fn a_pause_has_a_day_to_come_or_none_and_ends_by_itself_when_it_has_come() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    // A day has come for everybody once it has in the last place on earth.
    world.now = 86_400 * 10 + 12 * 3_600;
    for day in ["-5", "9", "10"] {
        assert_eq!(world.try_to(&format!("ana pause {day}")), Err(CannotWrite::DayHasCome));
    }
    assert!(world.does("ana pause 11"));
    world.together(&["ben let-go"]);
    let hash = world.entry().content;
    let shown = |today: i32| {
        let entry = world.entry().as_of(today);
        let is_open =
            |slot| entry.open.iter().any(|one| (one.to, one.deed) == (slot, Deed::Resume));
        (entry.state.unwrap(), is_open(Slot::First), is_open(Slot::Second), entry.pauses.len())
    };
    assert_eq!(shown(10), (State::Paused, true, false, 1));
    assert_eq!(shown(11), (State::OneLetGo, false, false, 0), "its day has come");
    assert_eq!(world.entry().content, hash, "and nothing is written for it");
    world.together(&["ben pause"]);
    let pauses = world.entry().as_of(LAST_DAY).pauses;
    assert_eq!(pauses, [Pause { by: Slot::Second, until: None }]);
    world.together(&["ben pause 12"]);
    assert_eq!(world.entry().as_of(11).pauses, [Pause { by: Slot::Second, until: Some(12) }]);
    assert_eq!(world.entry().as_of(12).state, Some(State::OneLetGo));
    world.together(&["ben resume"]);
    assert_eq!(world.entry().as_of(11).state, Some(State::OneLetGo));
}

#[test]
fn what_is_so_already_is_not_written_again() {
    let rows: &[(Kind, &[&str], &[&str])] = &[
        (
            Kind::Repair,
            &["ana happened-on 5", "ana feel hurt", "ana tell It hurt", "ben tell It did"],
            &["happened-on 5", "feel hurt", "tell It hurt", "edit I felt hurt"],
        ),
        (Kind::Repair, &["ana pause 9", "ben tell It hurt"], &["pause 9"]),
        (Kind::Repair, &["ana pause", "ben tell It hurt"], &["pause"]),
        (
            Kind::HeartToHeart,
            &["ana propose 1 2 UTC", "ana choose @0", "ben vote @0 maybe"],
            &["propose 1 2 UTC", "vote @0 yes", "choose @0"],
        ),
        (
            Kind::HeartToHeart,
            &["ana set-length 60", "ben set-where Home", "ana cancel", "ana later"],
            &["set-length 60", "set-where Home", "cancel", "later yes"],
        ),
        (Kind::List, &["ana tag home", "ben add milk"], &["tag home", "edit I felt hurt"]),
        (Kind::Gesture, &["ben set-colour red"], &["set-colour red"]),
        (
            Kind::Date,
            &["ana set-date 5", "ben set-repeat yearly"],
            &["set-date 5", "set-repeat yearly"],
        ),
        (
            Kind::Profile,
            &["ana together-since 5", "ben set-theme sea", "ana call-me Ana"],
            &["together-since 5", "set-theme sea", "call-me Ana"],
        ),
    ];
    for (kind, steps, again) in rows {
        let mut world = World::with(*kind, "I felt hurt");
        world.together(steps);
        for step in *again {
            for who in ["ana", "tablet"] {
                assert!(!world.does(&format!("{who} {step}")), "{kind:?}: {step} again");
            }
        }
    }
}

#[test]
fn what_both_have_set_alike_is_not_written_a_third_time() {
    let mut repair = World::with(Kind::Repair, "?");
    repair.apart(&["ana happened-on 5", "ben happened-on 5", "ana pause 9", "tablet pause 9"]);
    assert!(!repair.does("tablet happened-on 5") && !repair.does("ana pause 9"));
    let mut list = World::with(Kind::List, "Groceries");
    list.together(&["ana add milk", "ana add bread", "ana add jam"]);
    for step in ["move #2", "move #1 ^2", "move #0 ^1", "change #0 milk", "entrust #0 me"] {
        let is_new = step.starts_with("entrust");
        assert_eq!(list.does(&format!("ana {step}")), is_new, "{step}");
    }
    assert!(list.does("ana move #0") && !list.does("ana move #2"), "she moved it once");
}

#[test]
fn limits_are_named_and_nothing_is_cut_short() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    for feeling in 0..MAX_FEELINGS {
        world.does(&format!("ana feel {feeling}"));
    }
    let full = CannotWrite::TooMany { what: "feelings", limit: MAX_FEELINGS };
    assert_eq!(world.try_to("ana feel once more"), Err(full));
    for request in 0..MAX_PARTS {
        world.does(&format!("ben ask {request}"));
    }
    let full = CannotWrite::TooMany { what: "request", limit: MAX_PARTS };
    assert_eq!(world.try_to("ben ask once more"), Err(full));
    let word = format!("ben feel {}", "x".repeat(65));
    assert_eq!(world.try_to(&word), Err(CannotWrite::TooLong { limit: 64, got: 65 }));
    assert_eq!(world.try_to("ana tell  "), Err(CannotWrite::Empty));
    assert_eq!(world.try_to("ana happened-on tuesday"), Err(CannotWrite::NotADay));
    for day in ["999999999", "-354286", "2932897", "99999999999999"] {
        for deed in ["ana happened-on", "ben pause"] {
            assert_eq!(world.try_to(&format!("{deed} {day}")), Err(CannotWrite::DayTooFar));
        }
    }
    for day in [FIRST_DAY, LAST_DAY] {
        assert!(world.does(&format!("ana happened-on {day}")));
    }
    let title = format!("ana edit {}", "x".repeat(MAX_TITLE + 1));
    let too_long = CannotWrite::TooLong { limit: MAX_TITLE, got: MAX_TITLE + 1 };
    assert_eq!(world.try_to(&title), Err(too_long));
    let mut listening = World::with(Kind::Listening, "I felt hurt");
    let signs = CannotWrite::NotOneOf(&["nod", "touch", "here"]);
    assert_eq!(listening.try_to("ben be-there wink"), Err(signs));
    assert_eq!(listening.try_to("ana reflect Me"), Err(CannotWrite::NotNow));
    listening.does("ben reflect You felt hurt");
    listening.meet();
    let act = Act { deed: Deed::GotMe, on: Some(&ItemId::from_random([3; 16])), words: "", now: 0 };
    let nothing = listening.phones[0].notebook.act(&listening.key, act, &mut rng(1));
    assert_eq!(nothing.err(), Some(CannotWrite::NoItem));
    let mut list = World::with(Kind::List, "Groceries");
    let ana = &mut list.phones[0];
    let author = ana.notebook.author();
    let me = Owner { slot: ANA.0, generation: 0, writer: ANA.1 };
    let milk = Claim::next(me, &[], "milk".to_owned(), RevMap::default()).to_scalar();
    let many = ana.notebook.commit(author, |edit| {
        (0..MAX_ITEMS).try_for_each(|item| {
            let id = ItemId::from_random((item as u128).to_be_bytes());
            let subject = Subject::new(name::ITEM, Some(id));
            let field = Field::Own(Class::Value, subject, me).to_string();
            edit.put(&list.key, &field, milk.clone())
        })
    });
    assert_eq!(many.unwrap().map(|change| change.ops()), Some(MAX_ITEMS as u64));
    let full = CannotWrite::TooMany { what: "items", limit: MAX_ITEMS };
    assert_eq!(list.try_to("ana add one more"), Err(full));
}
