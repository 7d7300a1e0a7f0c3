//! 2.2 Repair.

use super::*;

const SIDES: [&str; 2] = ["ana tell You came late", "ben tell The train was late"];

fn sides<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SIDES.iter().chain(more).copied().collect()
}

fn begin() -> World {
    World::with(Kind::Repair, "Tuesday")
}

#[test]
fn letting_go_of_what_one_had_not_seen() {
    table(
        &begin,
        &[
            (
                "two let-gos offline: at rest",
                &SIDES,
                &["ana let-go", "ben let-go"],
                &["at-rest; ana let-go yes; ben let-go yes"],
            ),
            (
                "let-go ∥ the other edits their side: that person is asked again",
                &SIDES,
                &["ana let-go", "ben tell And I forgot"],
                &["open; ben perspective: And I forgot (before: The train was late); \
                  ana let-go yes; ana is asked again"],
            ),
            (
                "let-go ∥ the other asks for something",
                &SIDES,
                &["ana let-go", "ben ask Call me"],
                &["open; ben request: Call me; ana let-go yes; ana is asked again"],
            ),
            (
                "let-go ∥ the other writes a request anew",
                &sides(&["ben ask Call me"]),
                &["ana let-go", "ben revise #0 Call me every time"],
                &["open; ben request: Call me every time (before: Call me); ana let-go yes; \
                  ana is asked again"],
            ),
            (
                "let-go ∥ the other apologises",
                &SIDES,
                &["ana let-go", "ben apologise I am sorry"],
                &["open; ben apology: I am sorry; ana let-go yes; ana is asked again"],
            ),
            (
                "let-go ∥ the other writes an apology anew",
                &sides(&["ben apologise I am sorry"]),
                &["ana let-go", "ben revise #0 I am so sorry"],
                &["open; ben apology: I am so sorry (before: I am sorry); ana let-go yes; \
                  ana is asked again"],
            ),
            (
                "let-go ∥ the other names a feeling",
                &SIDES,
                &["ana let-go", "ben feel lonely"],
                &["open; ben feeling lonely; ana let-go yes; ana is asked again"],
            ),
            (
                "let-go ∥ the other takes a feeling back",
                &sides(&["ben feel lonely"]),
                &["ana let-go", "ben unfeel lonely"],
                &["open; ana let-go yes; ana is asked again; gone: ben feeling lonely"],
            ),
        ],
    );
}

#[test]
fn letting_go_while_the_other_answers_or_says_more() {
    table(
        &begin,
        &[
            (
                "let-go ∥ the other says one's side as they see it",
                &SIDES,
                &["ana let-go", "ben understand You waited"],
                &["open; ben understood: You waited; ana let-go yes; ana is asked again"],
            ),
            (
                "let-go ∥ the other answers a request with words",
                &sides(&["ana ask Call me"]),
                &["ana let-go", "ben agree #0 Gladly"],
                &["open; ben answer: Gladly; ben answer yes; ana let-go yes; ana is asked again"],
            ),
            (
                "let-go ∥ the other says yes to a request, with no words: nothing to read again",
                &sides(&["ana ask Call me"]),
                &["ana let-go", "ben agree #0"],
                &["one-let-go; ben answer yes; ana let-go yes"],
            ),
            (
                "both let go ∥ one says more on another device: neither had seen it",
                &SIDES,
                &["ana let-go", "tablet feel hurt", "ben let-go"],
                &["reopened; ana feeling hurt; ana let-go yes; ben let-go yes; \
                  ana is asked again; ben is asked again"],
            ),
            (
                "at rest, then words that neither had seen: reopened",
                &sides(&["ana let-go", "ben let-go"]),
                &["tablet tell And alone", "ben comment I am glad"],
                &["reopened; ana perspective: And alone (before: You came late); \
                  ben says: I am glad; ana is asked again; ben is asked again"],
            ),
        ],
    );
}

#[test]
fn withdrawing_and_pausing_apart() {
    table(
        &begin,
        &[
            (
                "let-go ∥ withdraw from one's own other device: no",
                &sides(&["ana let-go", "ben feel sorry"]),
                &["ana let-go", "tablet withdraw"],
                &["open; ana let-go no; gone: ana is asked again"],
            ),
            (
                "withdrawing is open, alone, while the other lets go",
                &sides(&["ana let-go"]),
                &["ana withdraw", "ben let-go"],
                &["one-let-go; ana let-go no; ben let-go yes"],
            ),
            (
                "withdrawing from a page at rest ∥ a comment",
                &sides(&["ana let-go", "ben let-go"]),
                &["ana withdraw", "ben comment I am glad"],
                &["one-let-go; ana let-go no; ben says: I am glad"],
            ),
            (
                "comments and reactions after rest do not reopen",
                &sides(&["ana let-go", "ben let-go"]),
                &["ana react ❤️", "ben comment I am glad"],
                &["at-rest; ben says: I am glad; ana ❤️"],
            ),
            (
                "tags after rest do not reopen, given or taken off",
                &sides(&["ana tag train", "ana let-go", "ben let-go"]),
                &["tablet untag train", "ana tag summer", "ben tag train"],
                &["at-rest; ana tag summer; ben tag train; gone: ana tag train"],
            ),
            (
                "let-go ∥ a tag of the other: nothing to be asked again about",
                &sides(&["ben let-go"]),
                &["ana let-go", "ben tag train"],
                &["at-rest; ben tag train; ana let-go yes"],
            ),
            (
                "let-go ∥ a comment: nothing to be asked again about",
                &SIDES,
                &["ana let-go", "ben comment I am glad"],
                &["one-let-go; ana let-go yes; ben says: I am glad"],
            ),
            (
                "pause ∥ both let go",
                &SIDES,
                &["tablet pause 9", "ana let-go", "ben let-go"],
                &["at-rest; ana let-go yes; ben let-go yes; ana pause 9"],
            ),
            (
                "pause ∥ the other pauses until another day",
                &SIDES,
                &["ana pause 9", "ben pause 12"],
                &["paused; ana pause 9; ben pause 12"],
            ),
            (
                "pause on the phone ∥ going on, on the tablet: it is paused",
                &sides(&["ana pause 9"]),
                &["ana pause 12", "tablet resume"],
                &["paused; ana pause 12"],
            ),
        ],
    );
}

#[test]
fn a_pause_goes_on_until_the_last_of_their_days_has_come() {
    let of_both = ["ana pause 9", "ben pause 12"];
    let without = ["ana pause 9", "ben pause"];
    let of_one = ["tablet pause 9", "ana pause 12"];
    let of_one_without = ["tablet pause", "ana pause 12"];
    let paused = "paused; ana pause 9; ben pause 12";
    let rows: &[(i32, &str, [&str; 2], &str)] = &[
        (9, "the day of one has come, the other's has not: paused", of_both, paused),
        (12, "both days have come: it is open", of_both, "open; ana pause 9; ben pause 12"),
        (
            12,
            "a day ∥ no day: until that person says so",
            without,
            "paused; ana pause 9; ben pause yes",
        ),
        (9, "two days of one's own two devices: the later", of_one, "paused; ana pause 12"),
        (30, "a day ∥ no day, of one's own two: no day", of_one_without, "paused; ana pause yes"),
    ];
    for (today, what, apart, shown) in rows {
        let on_that_day = || World { today: *today, ..begin() };
        table(&on_that_day, &[(what, &SIDES, apart, &[shown])]);
    }
}

#[test]
fn a_pause_of_which_the_day_has_come_is_none() {
    let on_that_day = || World { today: 12, ..begin() };
    table(
        &on_that_day,
        &[
            (
                "one lets go while it is paused: told once the day has come",
                &sides(&["ben pause 9"]),
                &["ana let-go", "ben feel sorry"],
                &["open; ben feeling sorry; ana let-go yes; ana is asked again"],
            ),
            (
                "going on before the day ∥ a let-go",
                &sides(&["ana pause 9", "ben pause 13"]),
                &["ben resume", "ana let-go"],
                &["one-let-go; ana let-go yes; ben pause "],
            ),
            (
                "a pause that came late ∥ the other lets go, too: at rest",
                &sides(&["ana let-go"]),
                &["ana pause 11", "ben let-go"],
                &["at-rest; ben let-go yes; ana pause 11"],
            ),
        ],
    );
}

#[test]
fn what_is_never_lost_and_what_is_shown_twice() {
    table(
        &begin,
        &[
            (
                "never lost: both sides, every apology and every request",
                &[],
                &[
                    "ana tell You came late",
                    "tablet ask Call me",
                    "ana ask Write to me",
                    "ben tell The train was late",
                    "ben apologise I am sorry",
                ],
                &["open; ana perspective: You came late; ben perspective: The train was late; \
                  ana request: Call me; ben apology: I am sorry; ana request: Write to me"],
            ),
            (
                "both shown: the topic and the day it happened",
                &[],
                &["ana edit The train", "ana happened-on 5", "ben edit Late", "ben happened-on 6"],
                &["open; Late | The train; happened-on 6 | 5"],
            ),
            (
                "the same topic and the same day apart: each once",
                &[],
                &["ana edit Late", "ana happened-on 5", "ben edit Late", "ben happened-on 5"],
                &["open; Late; happened-on 5"],
            ),
            (
                "a topic ∥ a let-go: what it is called is nothing to read again",
                &sides(&["ana let-go"]),
                &["tablet edit The train", "ben let-go"],
                &["at-rest; The train; ben let-go yes"],
            ),
            (
                "no last one wins, of one's own words and feelings on two devices",
                &["ana tell I felt hurt", "ana feel hurt"],
                &[
                    "ana tell I felt lonely",
                    "tablet tell I felt angry",
                    "ana unfeel hurt",
                    "tablet feel lonely",
                    "ben feel hurt",
                ],
                &["open; ana perspective: I felt angry | I felt lonely (before: I felt hurt); \
                  ana feeling lonely; ben feeling hurt; gone: ana feeling hurt"],
            ),
            (
                "yes to a request ∥ it is written anew: nobody said yes to that",
                &["ana ask Call me"],
                &["ana revise #0 Call me every hour", "ben agree #0"],
                &["open; ana request: Call me every hour (before: Call me); ben answer yes; \
                  earlier words"],
            ),
            (
                "an apology is received ∥ it is written anew",
                &["ben apologise I am sorry"],
                &["ana receive #0", "ben revise #0 I am sorry, but"],
                &["open; ben apology: I am sorry, but (before: I am sorry); ana received yes; \
                  earlier words"],
            ),
        ],
    );
}

#[test]
fn what_was_received_is_taken_back() {
    table(
        &begin,
        &[
            (
                "that it was received is taken back ∥ said again on the tablet: taken back",
                &["ben apologise I am sorry", "ana receive #0"],
                &["ana unreceive #0", "ana receive #0", "tablet unreceive #0"],
                &["open; ana received no"],
            ),
            (
                "that it was received is taken back ∥ it is written anew: nobody is asked of it",
                &["ben apologise I am sorry", "ana receive #0"],
                &["ana unreceive #0", "ben revise #0 I am so sorry"],
                &["open; ben apology: I am so sorry (before: I am sorry); ana received no"],
            ),
        ],
    );
}

#[test]
fn how_strong_a_feeling_is() {
    table(
        &begin,
        &[
            (
                "two strengths on one's own two devices: one of the two, quietly",
                &["ana feel hurt"],
                &["ana weigh 4 hurt", "tablet weigh 2 hurt"],
                &["open; ana feeling hurt 2"],
            ),
            (
                "strength ∥ strength of the other: each their own",
                &["ana feel hurt", "ben feel hurt"],
                &["ana weigh 4 hurt", "ben weigh 1 hurt"],
                &["open; ana feeling hurt 4; ben feeling hurt 1"],
            ),
            (
                "strength ∥ the feeling is taken back on the tablet: it is gone",
                &["ana feel hurt", "ana feel sad"],
                &["ana weigh 4 hurt", "tablet unfeel hurt"],
                &["open; gone: ana feeling hurt"],
            ),
            (
                "strength ∥ that nothing is said of it: nothing",
                &["ana weigh 3 hurt"],
                &["ana weigh 4 hurt", "tablet weigh no hurt"],
                &["open; ana feeling hurt"],
            ),
            (
                "let-go ∥ how strong a feeling is: nothing to be asked again about",
                &sides(&["ben feel lonely", "ana let-go"]),
                &["ben let-go", "ana comment Hm", "ben weigh 5 lonely"],
                &["at-rest; ben feeling lonely 5; ben let-go yes; ana says: Hm"],
            ),
            (
                "let-go ∥ a feeling that is named with how strong it is: asked again",
                &SIDES,
                &["ana let-go", "ben weigh 5 so very lonely"],
                &["open; ben feeling so very lonely 5; ana let-go yes; ana is asked again"],
            ),
        ],
    );
}

#[test]
fn two_answers_of_one_person() {
    table(
        &|| World::of_ben(Kind::Repair, "Tuesday"),
        &[
            (
                "yes ∥ not now, of one's own two devices: not now",
                &["ben ask Call me"],
                &["ana agree #0", "tablet not-now #0"],
                &["open; ana answer not-now; also said yes"],
            ),
            (
                "yes with words ∥ no without: the words are of the yes",
                &["ben ask Call me"],
                &["ana agree #0 Gladly", "tablet decline #0"],
                &["open; ana answer: (before: Gladly); ana answer no; also said yes"],
            ),
            (
                "yes with words ∥ no with others: those of the no",
                &["ben ask Call me"],
                &["ana agree #0 Gladly", "tablet decline #0 I cannot"],
                &["open; ana answer: I cannot (before: Gladly); ana answer no; also said yes"],
            ),
            (
                "yes ∥ yes, in other words: both shown",
                &["ben ask Call me"],
                &["ana agree #0 Gladly", "tablet agree #0 Of course"],
                &["open; ana answer: Of course | Gladly; ana answer yes"],
            ),
            (
                "no without words ∥ the words of the yes before it anew: they are of the yes",
                &["ben ask Call me", "ana agree #0 Gladly"],
                &["ana decline #0", "tablet revise #0 Very gladly"],
                &["open; ana answer: (before: Gladly, Very gladly); ana answer no; also said yes"],
            ),
            (
                "no without words, after a yes with some: they are history",
                &["ben ask Call me", "ana agree #0 Gladly"],
                &["ana decline #0"],
                &["open; ana answer: (before: Gladly); ana answer no"],
            ),
            (
                "yes with words ∥ it is asked anew: said of how it was asked before",
                &["ben ask Call me"],
                &["ana agree #0 Gladly", "ben revise #0 Call me every hour"],
                &["open; ben request: Call me every hour (before: Call me); \
                  ana answer: Gladly; ana answer yes; earlier words"],
            ),
        ],
    );
}

#[test]
fn words_are_those_of_the_answer_that_holds_however_often_it_changes() {
    let mut world = World::of_ben(Kind::Repair, "Tuesday");
    let said = |world: &World| {
        let entry = world.entry();
        let part = entry.parts.iter().find(|part| part.name == name::ANSWER).unwrap().clone();
        let earlier: Vec<String> = part.earlier().map(|one| one.text.clone()).collect();
        (part.text, earlier.join(", "))
    };
    world.together(&["ben ask Call me", "ana agree #0 Gladly", "tablet decline #0"]);
    assert_eq!(said(&world), (String::new(), "Gladly".to_owned()));
    let over = world.try_to("ana revise #0 Sadly").unwrap_err();
    assert_eq!(over, CannotWrite::NotNow, "there are no words to write anew");
    world.together(&["tablet agree #0 After all"]);
    assert_eq!(said(&world), ("After all".to_owned(), "Gladly".to_owned()));
    world.together(&["ana revise #0 After all, gladly", "tablet not-now #0 Tomorrow"]);
    let all = "Gladly, After all, After all, gladly".to_owned();
    assert_eq!(said(&world), ("Tomorrow".to_owned(), all));
    assert!(!world.does("ana not-now #0"), "it is so already, and so are its words");
}
