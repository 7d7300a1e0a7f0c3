//! 2.3 Kindness.

use super::super::super::kindness::{Opens, Seal};
use super::super::world::phones;
use super::*;

fn sealed(is_held_back: bool) -> World {
    let mut phones = phones();
    let note = (Seal { opens: Opens::At(9), is_held_back }, None);
    let written = phones[0].notebook.write_sealed(note, 7, "Dear Ben", &mut rng(1)).unwrap();
    let mut world = World::after(phones, &written);
    world.now = 9;
    world
}

#[test]
fn a_note_under_a_seal() {
    for is_held_back in [false, true] {
        table(
            &|| sealed(is_held_back),
            &[
                (
                    "unsend ∥ opened: opened wins",
                    &["ana settle"],
                    &["ana unsend", "ben open"],
                    &[
                        "opened; ben opened yes; ana unsent yes; withdrawn after it was opened",
                        "opened; Dear Ben; ben opened yes; ana unsent yes; \
                     withdrawn after it was opened",
                    ],
                ),
                (
                    "unsend before it is opened",
                    &["ana settle"],
                    &["ana unsend"],
                    &["withdrawn; ana unsent yes"],
                ),
                (
                    "unsend on two devices ∥ a keep",
                    &["ana settle"],
                    &["ana unsend", "tablet unsend", "ben keep"],
                    &["withdrawn; ben keep yes; ana unsent yes"],
                ),
                (
                    "opened ∥ kept by its author",
                    &["ana settle"],
                    &["ana keep", "ben open"],
                    &[
                        "opened; ana keep yes; ben opened yes",
                        "opened; Dear Ben; ana keep yes; ben opened yes",
                    ],
                ),
            ],
        );
    }
    table(
        &|| sealed(true),
        &[
            (
                "opened before any device of its author was there: it waits for the key",
                &[],
                &["ben open"],
                &["opened; ben opened yes", "opened; Dear Ben; ben opened yes"],
            ),
            (
                "unsend ∥ opened, with the key on its author's devices still: nothing was read",
                &[],
                &["ana unsend", "ben open"],
                &["withdrawn; ben opened yes; ana unsent yes"],
            ),
        ],
    );
}

#[test]
fn thanks_and_keeping() {
    table(
        &|| World::of_ben(Kind::Gesture, "Made the coffee"),
        &[
            (
                "thank-you twice is one thanks",
                &[],
                &["ana thank", "tablet thank"],
                &["thanked; ana thanks yes"],
            ),
            (
                "the same with words on each device: both are shown",
                &[],
                &["ana thank You know how", "tablet thank As I like it"],
                &["thanked; ana thanks: As I like it | You know how; ana thanks yes"],
            ),
            ("kept by either", &[], &["ana keep", "ben keep"], &["ana keep yes; ben keep yes"]),
            (
                "kept ∥ kept no more, on one's own two devices: kept",
                &["ana keep"],
                &["ana unkeep", "ana keep", "tablet unkeep"],
                &[""],
            ),
            (
                "both log the same gesture: two entries",
                &[],
                &["ana begin Made the tea", "ben begin Made the tea"],
                &["Made the tea; by ana; Made the tea; by ben"],
            ),
            (
                "thanks taken back ∥ thanks with words on one's own other device: taken back",
                &["ana thank"],
                &["ana unthank", "tablet thank You know how"],
                &["ana thanks: (before: You know how); ana thanks no; gone: thanked"],
            ),
            (
                "thanks taken back ∥ written anew: the thanks were for that, too, and are gone",
                &["ana thank You know how"],
                &["ana unthank", "ben edit Made the tea"],
                &["Made the tea (before: Made the coffee); ana thanks: (before: You know how); \
                  ana thanks no; gone: thanked"],
            ),
        ],
    );
    table(
        &|| World::with(Kind::Note, "Dear Ben"),
        &[(
            "never lost: notes, edited on two devices",
            &[],
            &["ana edit Dearest", "tablet edit My dear", "ben thank"],
            &["thanked; My dear | Dearest (before: Dear Ben); ben thanks yes"],
        )],
    );
}

#[test]
fn whose_gesture_it_was() {
    table(
        &|| World::with(Kind::Gesture, "Tea, in bed"),
        &[
            (
                "it was the other's ∥ edited on the tablet: the one who wrote it down may thank",
                &[],
                &["ana done-by you", "tablet edit Tea, with milk"],
                &["Tea, with milk (before: Tea, in bed); by ben; ana done-by you"],
            ),
            (
                "and thanks",
                &["ana done-by you"],
                &["tablet thank", "ben keep"],
                &["thanked; ben keep yes; ana thanks yes"],
            ),
            (
                "mine ∥ the other's, on one's own two devices: the other's",
                &[],
                &["ana done-by me", "tablet done-by you"],
                &["by ben; ana done-by you"],
            ),
            (
                "it was the other's ∥ the other thanks: nobody is thanked for what they did",
                &[],
                &["ana done-by you", "ben thank"],
                &["by ben; ana done-by you; ben thanks yes"],
            ),
            (
                "put right ∥ thanks of who had written it down: those stand, and count for nothing",
                &["ana done-by you"],
                &["ana done-by me", "tablet thank", "ben keep"],
                &["by ana; ana done-by me; ben keep yes; ana thanks yes"],
            ),
        ],
    );
}

#[test]
fn how_a_note_looks() {
    table(
        &|| World::with(Kind::Note, "Dear Ben"),
        &[(
            "two colours: one of the two, and the words are what they are",
            &[],
            &["ana set-colour moss", "tablet edit Dearest Ben", "ben set-colour linen"],
            &["Dearest Ben (before: Dear Ben); colour linen"],
        )],
    );
}

#[test]
fn thanks_of_two_devices() {
    table(
        &|| World::of_ben(Kind::Gesture, "Made the tea"),
        &[
            (
                "thanks with words ∥ without: one thanks, with its words",
                &[],
                &["ana thank For the tea", "tablet thank"],
                &["thanked; ana thanks: For the tea; ana thanks yes"],
            ),
            (
                "thanks ∥ thanks, in other words: both shown",
                &[],
                &["ana thank For the tea", "tablet thank You knew"],
                &["thanked; ana thanks: You knew | For the tea; ana thanks yes"],
            ),
        ],
    );
}
