//! 2.4 Heart-to-heart.

use super::*;

const FRIDAY: &str = "ana propose 1000 2000";
const SUNDAY: &str = "ben propose 5000 6000";

/// Both can on both days.
const BOTH_WORK: [&str; 4] = [FRIDAY, SUNDAY, "ben vote @0 yes", "ana vote @1 yes"];

fn begin() -> World {
    World::with(Kind::HeartToHeart, "I miss talking")
}

#[test]
fn times_and_votes_apart() {
    table(
        &begin,
        &[
            (
                "both propose: each can at their own",
                &[],
                &[FRIDAY, SUNDAY],
                &["proposed; at 1000 ana yes; at 5000 ben yes"],
            ),
            (
                "both propose the same time: one proposal, agreed",
                &[],
                &[FRIDAY, "ben propose 1000 2000"],
                &["agreed; at 1000 ana yes ben yes agreed"],
            ),
            (
                "yes to two times apart: the earliest, and the other also worked",
                &[FRIDAY, SUNDAY],
                &["ana vote @1 yes", "ben vote @0 yes"],
                &["agreed; at 1000 ana yes ben yes agreed; at 5000 ana yes ben yes also works"],
            ),
            (
                "yes ∥ no, on one's own two devices: no",
                &[SUNDAY],
                &["ana vote @0 yes", "tablet vote @0 no"],
                &["proposed; at 5000 ana no ben yes"],
            ),
            (
                "an edit of a time is a new time ∥ yes to the one before: that vote does not move",
                &[FRIDAY],
                &["ana propose 1500 2500", "ben vote @0 yes"],
                &["agreed; at 1000 ana yes ben yes agreed; at 1500 ana yes"],
            ),
            (
                "declining ∥ another time: no flag",
                &[FRIDAY],
                &["tablet propose 3000 4000", "ben vote @0 no"],
                &["proposed; at 1000 ana yes ben no; at 3000 ana yes"],
            ),
        ],
    );
}

#[test]
fn choosing_and_cancelling_apart() {
    table(
        &begin,
        &[
            (
                "two different times chosen offline: both shown, none agreed",
                &BOTH_WORK,
                &["ana choose @0", "ben choose @1"],
                &["two-chosen; chosen 5000 | 1000; at 1000 ana yes ben yes also works"],
            ),
            (
                "the same time chosen by both: agreed",
                &BOTH_WORK,
                &["ana choose @1", "ben choose @1"],
                &["agreed; chosen 5000; at 1000 ana yes ben yes also works; \
                  at 5000 ana yes ben yes agreed"],
            ),
            (
                "two different times, and one gives way: not before the other confirms",
                &[&BOTH_WORK[..], &["ana choose @0"]].concat(),
                &["ben choose @1"],
                &["proposed; chosen 5000; at 1000 ana yes ben yes also works; ana chose another"],
            ),
            (
                "a time is chosen ∥ the other can no more",
                &BOTH_WORK,
                &["ana choose @0", "ben vote @0 no"],
                &["proposed; chosen 1000; at 1000 ana yes ben no"],
            ),
            (
                "cancel ∥ vote yes: cancelled, and the yes is visible",
                &[FRIDAY],
                &["ana cancel", "ben vote @0 yes"],
                &[
                    "cancelled; at 1000 ana yes ben yes also works; ana cancel yes; ben had said yes",
                ],
            ),
            (
                "both-yes ∥ cancel on one's own tablet",
                &BOTH_WORK,
                &["ana choose @0", "tablet cancel", "ben choose @0"],
                &["cancelled; chosen 1000; at 1000 ana yes ben yes also works; ana cancel yes; \
                  ben had said yes"],
            ),
            (
                "cancel ∥ cancelled no more, on one's own two devices: cancelled",
                &[&BOTH_WORK[..], &["ana cancel"]].concat(),
                &["ana cancel no", "ana cancel", "tablet cancel no"],
                &["cancelled"],
            ),
            (
                "not now ∥ yes: not now",
                &[FRIDAY],
                &["ana later", "ben vote @0 yes"],
                &["later; at 1000 ana yes ben yes also works; ana not-now yes"],
            ),
            (
                "not now, on the tablet ∥ cancelled no more: not now",
                &[&BOTH_WORK[..], &["ana cancel"]].concat(),
                &["ana cancel no", "tablet later"],
                &["later; ana cancel no; ana not-now yes; gone: ben had said yes"],
            ),
            (
                "held ∥ cancel: it has been",
                &BOTH_WORK,
                &["ana cancel", "ben held"],
                &["held; at 1000 ana yes ben yes also works; ana cancel yes; ben held yes"],
            ),
        ],
    );
}

/// Two times chosen apart, and what was done then.
fn two_chosen(more: &[&str]) -> World {
    let mut world = begin();
    world.together(&BOTH_WORK);
    world.apart(&["ana choose @0", "ben choose @1"]);
    world.together(more);
    world
}

#[test]
fn choosing_from_two_times_that_were_chosen_apart() {
    table(
        &|| two_chosen(&[]),
        &[
            (
                "one holds to the time that she chose: the other is asked",
                &[],
                &["ana resolve chosen @0"],
                &["proposed; chosen 1000; ben chose another"],
            ),
            (
                "one gives way to the time that the other chose: both want it",
                &[],
                &["ana resolve chosen @1"],
                &["agreed; chosen 5000; at 5000 ana yes ben yes agreed"],
            ),
            (
                "both hold to their own: both are shown still",
                &[],
                &["ana resolve chosen @0", "ben resolve chosen @1"],
                &["two-chosen"],
            ),
            (
                "both settle on the same: agreed",
                &[],
                &["ana resolve chosen @0", "ben resolve chosen @0"],
                &["agreed; chosen 1000; at 1000 ana yes ben yes agreed"],
            ),
            (
                "one settles it ∥ the other can no more: not agreed, and nobody is asked",
                &[],
                &["ana resolve chosen @0", "ben vote @0 no"],
                &["proposed; chosen 1000; at 1000 ana yes ben no"],
            ),
            (
                "one settles it ∥ cancelled on her tablet: nobody is asked",
                &[],
                &["ana resolve chosen @0", "tablet cancel"],
                &["cancelled; chosen 1000; ana cancel yes; ben had said yes"],
            ),
        ],
    );
}

#[test]
fn answering_for_a_time_that_the_other_has_taken_of_two() {
    table(
        &|| two_chosen(&["ana resolve chosen @0"]),
        &[
            (
                "and the other confirms by choosing it, or by saying yes to it: agreed",
                &[],
                &["ben choose @0"],
                &["agreed; at 1000 ana yes ben yes agreed; gone: ben chose another"],
            ),
            (
                "and the other says yes to it",
                &[],
                &["ben vote @0 yes"],
                &["agreed; at 1000 ana yes ben yes agreed; gone: ben chose another"],
            ),
            (
                "yes to it ∥ not now, of who settled it: not now",
                &[],
                &["ben vote @0 yes", "ana later"],
                &["later; ana not-now yes; gone: ben chose another"],
            ),
            (
                "and the other says no: nobody is asked again",
                &[],
                &["ben vote @0 no"],
                &["proposed; at 1000 ana yes ben no; gone: ben chose another"],
            ),
        ],
    );
}

#[test]
fn who_chooses_a_time_can_then() {
    table(
        &begin,
        &[
            (
                "of times that the other proposed, each chosen by one",
                &["ana propose 1000 2000", "ana propose 5000 6000"],
                &["ben choose @0", "tablet choose @1"],
                &["two-chosen; chosen 5000 | 1000; at 1000 ana yes ben yes also works"],
            ),
            (
                "chosen by who had not voted ∥ cannot, on her own tablet: she cannot",
                &[SUNDAY],
                &["ana choose @0", "tablet vote @0 no"],
                &["proposed; chosen 5000; at 5000 ana no ben yes"],
            ),
            (
                "two times chosen apart by one person, on two devices: both shown",
                &BOTH_WORK,
                &["ana choose @0", "tablet choose @1"],
                &["two-chosen; chosen 5000 | 1000; at 1000 ana yes ben yes also works"],
            ),
        ],
    );
}

#[test]
fn points_and_notes_apart() {
    table(
        &begin,
        &[
            (
                "never lost: points of either, and promises",
                &[],
                &["ana add The summer", "tablet promise To listen", "ben add Money"],
                &["invited; [ ] To listen of ana; [ ] The summer; [ ] Money"],
            ),
            (
                "never lost: notes of either",
                &["ana edit we begin\nwe end"],
                &["ana edit we begin late\nwe end", "ben edit we begin\nwe end well"],
                &["invited; we begin late\nwe end well"],
            ),
            (
                "one is as good as the other: length and place",
                &[],
                &[
                    "ana set-length 60",
                    "ana set-where Park",
                    "ben set-length 90",
                    "ben set-where Home",
                ],
                &["invited; length 90; where Home"],
            ),
            (
                "why, written anew on two devices: both shown",
                &[],
                &["ana explain I miss us", "tablet explain I miss you"],
                &["invited; ana why: I miss you | I miss us (before: I miss talking)"],
            ),
        ],
    );
}
