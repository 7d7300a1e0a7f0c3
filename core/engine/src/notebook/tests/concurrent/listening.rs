//! 2.1 Listening.

use super::*;

const HEARD: &str = "ben reflect You felt left out";

#[test]
fn what_is_said_and_heard_apart() {
    table(
        &|| World::with(Kind::Listening, "I felt hurt"),
        &[
            (
                "speaker adds ∥ listener reflects: both kept, and about the earlier words",
                &[],
                &["ana edit I felt hurt, twice", HEARD],
                &["reflected; I felt hurt, twice (before: I felt hurt); \
                  ben reflection: You felt left out; earlier words"],
            ),
            (
                "speaker confirms on the phone ∥ adds on the tablet: not understood",
                &[HEARD],
                &["ana got-me #0", "tablet edit I felt hurt, twice"],
                &["more-to-say; I felt hurt, twice (before: I felt hurt); ana verdict got-me; \
                  earlier words; confirmed before"],
            ),
            (
                "never lost: any sentence of either",
                &[HEARD],
                &["ana edit I felt lonely", "tablet edit I felt angry", "ben revise #0 You did"],
                &["reflected; I felt angry | I felt lonely (before: I felt hurt); \
                  ben reflection: You did (before: You felt left out); earlier words"],
            ),
            (
                "both shown: confirms ∥ not yet on the tablet, and not yet holds",
                &[HEARD],
                &["ana got-me #0", "tablet not-yet #0"],
                &["clarifying; ana verdict not-yet; also said got-me"],
            ),
            (
                "confirms ∥ says on the tablet what it missed: that holds",
                &[HEARD],
                &["ana got-me #0", "tablet partly #0 And alone"],
                &["clarifying; ana missed: And alone; ana verdict partly; also said got-me"],
            ),
            (
                "who spoke first says more ∥ the listener takes the next turn",
                &[HEARD, "ana got-me #0"],
                &["ana edit I felt hurt, twice", "ben speak I was afraid"],
                &["shared; I felt hurt, twice (before: I felt hurt); ben share: I was afraid; \
                  earlier words; confirmed before"],
            ),
            (
                "who speaks in turn says more ∥ the other reflects",
                &[HEARD, "ana got-me #0", "ben speak I was afraid"],
                &["ben revise #1 I was afraid of you", "ana reflect You were afraid"],
                &["reflected; ben share: I was afraid of you (before: I was afraid); \
                  ana reflection: You were afraid; earlier words"],
            ),
        ],
    );
}

#[test]
fn what_is_said_of_a_reflection_and_what_it_missed() {
    table(
        &|| World::with(Kind::Listening, "I felt hurt"),
        &[
            (
                "confirms ∥ the listener writes the reflection anew: nobody confirmed that one",
                &[HEARD],
                &["ana got-me #0", "ben revise #0 You felt angry"],
                &["reflected; ben reflection: You felt angry (before: You felt left out); \
                  ana verdict got-me; earlier verdict"],
            ),
            (
                "what it missed ∥ the listener writes it anew: said of how it read before",
                &[HEARD],
                &["ana partly #0 And alone", "ben revise #0 You felt alone"],
                &["reflected; ben reflection: You felt alone (before: You felt left out); \
                  ana missed: And alone; ana verdict partly; earlier verdict"],
            ),
            (
                "not yet ∥ the listener writes it anew, and was judged since",
                &[HEARD, "ana not-yet #0", "ben revise #0 You felt alone"],
                &["ana got-me #0"],
                &["understood; ana verdict got-me; gone: earlier verdict"],
            ),
            (
                "confirmed after what it missed: that is not said of what was confirmed",
                &[HEARD, "ana partly #0 And alone"],
                &["ana got-me #0"],
                &["understood; ana missed: (before: And alone); ana verdict got-me"],
            ),
            (
                "confirms ∥ says anew on the tablet what it missed: that holds",
                &[HEARD, "ana partly #0 And alone"],
                &["ana got-me #0", "tablet revise #0 And unseen"],
                &["clarifying; ana missed: And unseen (before: And alone); also said got-me"],
            ),
        ],
    );
}

#[test]
fn two_pages_of_listening_and_what_they_are_called() {
    table(
        &|| World::with(Kind::Listening, "I felt hurt"),
        &[
            (
                "both open a listening page at once: two pages",
                &[],
                &["ana begin I felt alone", "ben begin I felt alone"],
                &["shared; I felt alone; shared; shared; I felt alone"],
            ),
            (
                "both say which page goes with it: each their own",
                &[],
                &["ana link 0/mfrggzdfmztwq2lkmfrggzdfmy", "ben link 0/mfrggzdfmztwq2lkmfrggzdfmy"],
                &["shared; ana beside 0/mfrggzdfmztwq2lkmfrggzdfmy; \
                  ben beside 0/mfrggzdfmztwq2lkmfrggzdfmy"],
            ),
            (
                "taken off ∥ a title ∥ a colour: none of it reopens what was understood",
                &[HEARD, "ana got-me #0", "ana link 0/mfrggzdfmztwq2lkmfrggzdfmy"],
                &[
                    "ana unlink 0/mfrggzdfmztwq2lkmfrggzdfmy",
                    "tablet entitle At your parents'",
                    "ben set-colour moss",
                ],
                &["understood; colour moss; title At your parents'; \
                  gone: ana beside 0/mfrggzdfmztwq2lkmfrggzdfmy"],
            ),
            (
                "two titles ∥ two colours ∥ an edit: one of each is shown, and the words are words",
                &[],
                &[
                    "ana entitle Us",
                    "ana set-colour moss",
                    "tablet edit I felt hurt, twice",
                    "ben entitle Sunday",
                    "ben set-colour sea",
                ],
                &["shared; I felt hurt, twice (before: I felt hurt); colour sea; title Sunday"],
            ),
        ],
    );
}

#[test]
fn what_two_devices_of_the_listener_do_apart() {
    table(
        &|| World::of_ben(Kind::Listening, "I felt hurt"),
        &[
            (
                "two reflections from two devices: both",
                &[],
                &["ana reflect You felt left out", "tablet reflect You felt alone"],
                &["reflected; ana reflection: You felt alone; ana reflection: You felt left out"],
            ),
            (
                "the same, and the speaker adds",
                &[],
                &[
                    "ana reflect You felt left out",
                    "tablet reflect You felt alone",
                    "ben edit I felt hurt, twice",
                ],
                &["reflected; I felt hurt, twice (before: I felt hurt); \
                  ana reflection: You felt alone; ana reflection: You felt left out; \
                  earlier words; earlier words"],
            ),
            (
                "the listener is there with a nod ∥ with a touch",
                &[],
                &["ana be-there nod", "tablet be-there touch"],
                &["shared; ana presence nod; ana presence touch"],
            ),
            (
                "a nod is taken back ∥ a touch on the other device: the touch",
                &["ana be-there nod"],
                &["ana step-back nod", "tablet be-there touch"],
                &["shared; ana presence touch; gone: ana presence nod"],
            ),
            (
                "a nod is taken back ∥ nodded again by who had it already: it is gone",
                &["ana be-there nod"],
                &["ana step-back nod", "tablet be-there nod", "ben edit I felt hurt, twice"],
                &["shared; I felt hurt, twice (before: I felt hurt); gone: ana presence nod"],
            ),
            (
                "the listener takes the next turn on two devices: two turns",
                &["ana reflect You felt left out"],
                &["ana speak I was afraid", "tablet speak I was tired"],
                &["shared; ana share: I was tired; ana share: I was afraid"],
            ),
        ],
    );
}

#[test]
fn not_yet_said_of_how_it_read_before_stands_beside_what_was_confirmed_since() {
    let mut world = World::with(Kind::Listening, "I felt hurt");
    world.together(&[HEARD]);
    world.does("ana not-yet #0");
    world.does("ben revise #0 You felt alone");
    let anew = world.phones[2].written.clone();
    world.phones[1].notebook.receive(anew).unwrap();
    world.does("tablet got-me #0");
    world.apart(&[]);
    assert_eq!(world.said(name::VERDICT), [(Slot::First, "not-yet".to_owned())]);
    assert_eq!(told(&world.entry()), ["earlier verdict", "also said got-me"]);
    assert_eq!(world.entry().state, Some(State::Reflected), "not yet was said of other words");
}
