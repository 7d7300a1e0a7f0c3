//! 2.6 Self-compassion: a vault, on three devices of one person. The last of them stands where
//! otherwise Ben does.

use super::*;

fn vault(kind: Kind) -> World {
    World::of_one(kind, "I am tired")
}

#[test]
fn own_words_in_a_vault() {
    for kind in [Kind::Myself, Kind::Need, Kind::Boundary, Kind::Letter, Kind::Mood] {
        table(
            &|| vault(kind),
            &[
                (
                    "written anew on two devices: both shown until one is chosen",
                    &[],
                    &["ana edit I need rest", "ben edit I need you"],
                    &["I need you | I need rest (before: I am tired)"],
                ),
                (
                    "the same words on two devices: once",
                    &[],
                    &["ana edit I need rest", "ben edit I need rest"],
                    &["I need rest (before: I am tired)"],
                ),
            ],
        );
    }
    table(
        &|| vault(Kind::Draft),
        &[(
            "a draft on two devices: what is typed on both",
            &["ana edit I felt alone on Tuesday"],
            &["ana edit I felt so alone on Tuesday", "ben edit I felt alone on Tuesday night"],
            &["I felt so alone on Tuesday night"],
        )],
    );
    table(
        &|| vault(Kind::Reminder),
        &[(
            "a reminder moved on two devices: both days are shown",
            &[],
            &["ana set-date 8", "ben set-date 9"],
            &["on 9 | 8"],
        )],
    );
}
