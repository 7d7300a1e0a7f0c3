//! 2.7 General kinds and parts.

use super::*;

#[test]
fn pages_titles_and_tags() {
    table(
        &|| World::with(Kind::Page, "We left early and came late"),
        &[
            (
                "both write on a page: every typed run is kept",
                &[],
                &[
                    "ana edit We left very early and came late",
                    "ben edit We left early and came late, both",
                ],
                &["We left very early and came late, both"],
            ),
            (
                "hurt to lonely ∥ to angry: never a third word",
                &["ana edit I felt hurt"],
                &["ana edit I felt lonely", "ben edit I felt angry"],
                &["I felt angry lonely"],
            ),
            (
                "two titles: one shown, the other kept in history",
                &["ana entitle Us"],
                &["ana entitle Summer", "ben entitle Denmark"],
                &["We left early and came late (before: Summer); title Denmark"],
            ),
            (
                "two tags: both kept; of one, each their own",
                &[],
                &["ana tag train", "tablet tag summer", "ben tag train"],
                &["ana tag summer; ana tag train; ben tag train"],
            ),
            (
                "a tag taken off ∥ given by the other: the other's stays",
                &["ana tag train"],
                &["ana untag train", "ben tag train"],
                &["ben tag train; gone: ana tag train"],
            ),
            (
                "a tag taken off ∥ given by one's own other phone: it is there",
                &["ana tag train", "ana untag train"],
                &["ana tag train", "tablet tag train", "ben tag summer"],
                &["ana tag train; ben tag summer"],
            ),
        ],
    );
}

#[test]
fn a_page_of_ones_own() {
    table(
        &|| World::with(Kind::OwnPage, "We left early"),
        &[
            (
                "she writes on both of her devices: every typed run is kept",
                &[],
                &["ana edit We left very early", "tablet edit We left early, and came late"],
                &["We left very early, and came late"],
            ),
            (
                "she writes ∥ he speaks of it: his words stand beside the page",
                &[],
                &["tablet edit We left late", "ben comment Did we?", "ben react ❤️", "ben tag us"],
                &["We left late; ben tag us; ben says: Did we?; ben ❤️"],
            ),
            (
                "she writes ∥ he removes it: what he had not seen brings it back",
                &[],
                &["ana edit We left late", "ben trash"],
                &["We left late; ben removed it, and ana back"],
            ),
            (
                "two titles of hers: one shown, the other kept in history",
                &["ana entitle Us"],
                &["ana entitle Summer", "tablet entitle Denmark"],
                &["We left early (before: Summer); title Denmark"],
            ),
        ],
    );
}

#[test]
fn lists() {
    table(
        &|| World::with(Kind::List, "Groceries"),
        &[
            (
                "check ∥ uncheck: both shown",
                &["ana add milk", "ana check #0"],
                &["ana uncheck #0", "ana check #0", "ben uncheck #0"],
                &["[?] milk"],
            ),
            (
                "both check: done, once",
                &["ana add milk"],
                &["ana check #0", "ben check #0"],
                &["[x] milk"],
            ),
            (
                "edit ∥ remove: the item returns",
                &["ana add milk"],
                &["ana change #0 oat milk", "ben remove #0"],
                &["[ ] oat milk"],
            ),
            (
                "remove ∥ check: it is gone",
                &["ana add milk"],
                &["ana remove #0", "ben check #0"],
                &["gone: [ ] milk"],
            ),
            (
                "edit ∥ edit: both texts shown",
                &["ana add milk"],
                &["ana change #0 oat milk", "ben change #0 whole milk"],
                &["[ ] whole milk | oat milk"],
            ),
            (
                "both add, and both move one: nothing twice, nothing lost",
                &["ana add milk", "ana add eggs"],
                &["ana move #0", "ana add salt", "ben move #0", "ben add bread"],
                &["[ ] bread; [ ] salt"],
            ),
            (
                "each takes care of it: both do",
                &["ana add milk"],
                &["ana entrust #0 me", "ben entrust #0 me"],
                &["[ ] milk of ana+ben"],
            ),
        ],
    );
}

#[test]
fn comments_and_reactions() {
    table(
        &|| World::with(Kind::Note, "Dear Ben"),
        &[
            (
                "comments of either, and an edit: all kept",
                &[],
                &["ana edit Dearest Ben", "ana comment Do you?", "ben comment I do"],
                &["Dearest Ben (before: Dear Ben); ben says: I do; ana says: Do you?"],
            ),
            (
                "a reaction taken back ∥ left again though it is there: taken back",
                &["ana react ❤️"],
                &["ana react ❤️", "tablet unreact ❤️"],
                &["gone: ana ❤️"],
            ),
            (
                "the same emoji of either: each their own",
                &["ana react ❤️", "ben react ❤️"],
                &["ana unreact ❤️", "ben comment Hm"],
                &["ben says: Hm; gone: ana ❤️"],
            ),
        ],
    );
}

#[test]
fn moods_and_dates() {
    table(
        &|| World::with(Kind::Mood, "Tired"),
        &[
            (
                "two moods of one day: all kept",
                &[],
                &["ana begin Better", "tablet begin Worse"],
                &["Worse; Better"],
            ),
            (
                "how good, on two devices: one of the two ∥ taken back: hidden from the other",
                &["ana rate 2"],
                &["ana take-back", "tablet rate 3"],
                &[
                    "taken-back; ana level 3; ana taken-back yes",
                    "taken-back; ana taken-back yes; gone: Tired; gone: ana level 2",
                ],
            ),
        ],
    );
    table(
        &|| World::with(Kind::Date, "The day we met"),
        &[
            (
                "a date moved by both: both days shown",
                &[],
                &["ana set-date 8", "ben set-date 9"],
                &["on 9 | 8"],
            ),
            (
                "how it comes back: both shown",
                &[],
                &["ana set-repeat yearly", "ben set-repeat monthly"],
                &["repeat monthly | yearly"],
            ),
        ],
    );
}

/// Both answers, open to both.
const OPEN: [&str; 4] =
    ["ana answer by the sea", "ben answer with you", "ana settle", "ben settle"];

#[test]
fn prompts() {
    table(
        &|| World::with(Kind::Prompt, "When were you happiest?"),
        &[
            (
                "both answer: neither reads the other's before, and both do then",
                &[],
                &["ana answer by the sea", "ben answer when you laughed"],
                &["revealed; ana answer: by the sea; ben answer: when you laughed"],
            ),
            (
                "one answers: it waits",
                &[],
                &["ana answer by the sea"],
                &["one-answered; ana answer: by the sea", "one-answered"],
            ),
            (
                "one takes their answer back ∥ the other answers: nobody reads anything",
                &["ana answer by the sea"],
                &["tablet unanswer", "ben answer when you laughed"],
                &[
                    "one-answered; ana unsaid yes",
                    "one-answered; ben answer: when you laughed; ana unsaid yes",
                ],
            ),
            (
                "answers of one's own two devices: both are revealed",
                &[],
                &["ana answer by the sea", "tablet answer at home", "ben answer with you"],
                &["revealed; ana answer: at home | by the sea; ben answer: with you"],
            ),
            (
                "one changes theirs ∥ the other answers: neither had read the other",
                &["ana answer by the sea"],
                &["ana answer at home", "ben answer with you"],
                &[
                    "revealed; ana answer: at home (before: by the sea); ben answer: with you",
                    "revealed; ana answer: at home; ben answer: with you",
                ],
            ),
            (
                "both change theirs once both are open: both say so, and how it read before",
                &OPEN,
                &["ana answer at home", "ben answer in spring"],
                &["revealed; ana answer: at home (before: by the sea); \
                  ben answer: in spring (before: with you); \
                  ana changed it since both were open; ben changed it since both were open"],
            ),
            (
                "one changes theirs on two devices once both are open",
                &OPEN,
                &["ana answer at home", "tablet answer in bed"],
                &["revealed; ana answer: in bed | at home (before: by the sea); \
                  ana changed it since both were open"],
            ),
        ],
    );
}

#[test]
fn the_two_of_them_and_templates() {
    table(
        &|| World::with(Kind::Profile, "Us"),
        &[
            (
                "a tag renamed by both: both labels shown",
                &[],
                &["ana rename-tag home\nOur home", "ben rename-tag home\nThe house"],
                &["label The house | Our home; tag home"],
            ),
            (
                "a tag renamed to the same by both: one label",
                &[],
                &["ana rename-tag home\nOur home", "ben rename-tag home\nOur home"],
                &["label Our home; tag home"],
            ),
            (
                "a label taken off ∥ said anew: it is there",
                &["ana rename-tag home\nOur home"],
                &["ana rename-tag home", "ben rename-tag home\nThe house"],
                &["label The house"],
            ),
            (
                "two tags renamed, one by each: both",
                &["ana rename-tag home\nOur home"],
                &["ana rename-tag home\nThe house", "ben rename-tag home\nThe house"],
                &["label The house"],
            ),
            (
                "each says what they are called",
                &[],
                &["ana call-me Ana", "tablet call-me Annie", "ben call-me Ben"],
                &["ana called: Annie | Ana; ben called: Ben"],
            ),
            (
                "since when: both shown; how it looks: one of the two",
                &[],
                &[
                    "ana together-since 5",
                    "ana set-theme moss",
                    "ben together-since 6",
                    "ben set-theme sea",
                ],
                &["theme sea; together-since 6 | 5"],
            ),
        ],
    );
    table(
        &|| World::with(Kind::Template, "How was your day?"),
        &[(
            "a template is versioned; what is begun from it is a copy",
            &[],
            &["ana edit How are you?", "tablet edit How do you do?", "ana add And the night?"],
            &["How do you do? | How are you? (before: How was your day?); [ ] And the night?"],
        )],
    );
}

#[test]
fn removing_from_sight() {
    table(
        &|| World::with(Kind::Note, "Dear Ben"),
        &[
            (
                "removed ∥ an unseen comment: back",
                &[],
                &["ana trash", "ben comment Hm"],
                &["ben says: Hm; ana removed it, and ben back"],
            ),
            (
                "removed ∥ a reaction: out of sight",
                &[],
                &["ana trash", "ben react ❤️"],
                &["ben ❤️; ana removed it"],
            ),
            (
                "removed by both: out of sight",
                &[],
                &["ana trash", "ben trash"],
                &["ben removed it"],
            ),
        ],
    );
}
