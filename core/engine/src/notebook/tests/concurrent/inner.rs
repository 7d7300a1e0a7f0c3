//! 2.5 Dreams, fears and aspirations.

use super::*;

#[test]
fn fears_taken_back_and_turned_into_steps() {
    table(
        &|| World::with(Kind::Fear, "That I cannot"),
        &[
            (
                "taken back ∥ support: the body is hidden from the other, support is kept for both",
                &[],
                &["ana take-back", "ben offer Let us try"],
                &[
                    "taken-back; ben support: Let us try; ben support offer; ana taken-back yes",
                    "taken-back; ben support: Let us try; ben support offer; \
                     ana taken-back yes; gone: That I cannot",
                ],
            ),
            (
                "taken back ∥ shared again, on one's own two devices: taken back",
                &["ana take-back"],
                &["ana share-again", "ana take-back", "tablet share-again"],
                &["taken-back"],
            ),
            (
                "taken back ∥ written anew on the tablet: hidden, with what is new",
                &[],
                &["ana take-back", "tablet edit That I fall"],
                &[
                    "taken-back; That I fall (before: That I cannot); ana taken-back yes",
                    "taken-back; ana taken-back yes; gone: That I cannot",
                ],
            ),
            (
                "taken back ∥ the other makes it theirs: they step back from it all the same",
                &[],
                &["ana take-back", "ben adopt"],
                &[
                    "taken-back; ben adopt yes; ana taken-back yes",
                    "taken-back; ben adopt yes; ana taken-back yes; gone: That I cannot",
                ],
            ),
            (
                "shared again ∥ the other steps back from what is out of their sight",
                &["ben adopt", "ana take-back"],
                &["ana share-again", "ben unadopt"],
                &[
                    "ben adopt no; ana taken-back no; gone: taken-back",
                    "That I cannot; ben adopt no; ana taken-back no; gone: taken-back",
                ],
            ),
            (
                "tender ∥ not, on one's own two devices: tender; the other's words beside it stand",
                &[],
                &["ana set-tender no", "tablet set-tender yes", "ben support I hold you"],
                &["ben support: I hold you; ben support with-you; ana tender yes"],
            ),
            (
                "only its author turns a fear into steps, on two devices",
                &[],
                &["ana add Swim", "tablet add Walk in", "ben support I hold you"],
                &["ben support: I hold you; [ ] Walk in; [ ] Swim; ben support with-you"],
            ),
        ],
    );
}

#[test]
fn dreams_of_one_and_of_both() {
    table(
        &|| World::with(Kind::Dream, "A house"),
        &[
            (
                "both adopt: ours",
                &[],
                &["ana adopt", "ben adopt"],
                &["ours; ana adopt yes; ben adopt yes"],
            ),
            (
                "adopted ∥ adopted no more, on one's own two devices: not ours",
                &["ana adopt", "ben adopt"],
                &["ana unadopt", "ana adopt", "tablet unadopt"],
                &["ana adopt no; gone: ours"],
            ),
            (
                "one steps back ∥ the other adds a step: the step stays",
                &["ana adopt", "ben adopt"],
                &["ana unadopt", "ben add Look at maps"],
                &["[ ] Look at maps; ana adopt no; gone: ours"],
            ),
            (
                "how one stands to it, on two devices: one of the two, quietly",
                &[],
                &["ana stand trying", "tablet stand resting"],
                &["ana status trying"],
            ),
            (
                "two who support and ask at once: every word",
                &[],
                &["ana edit A house by the sea", "ben wonder Where?", "ben support I am with you"],
                &["A house by the sea (before: A house); ben support: Where?; \
                  ben support: I am with you; ben support with-you; ben support question"],
            ),
        ],
    );
}
