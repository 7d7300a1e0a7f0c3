//! M5, claims and their witness: what two people say apart from each other comes to exactly the
//! state that the domain has for it, on every phone. Ten thousand cases by lot over the real schema
//! are the engine's own tests; here it is a table, and a few lives, over three phones that meet.

use couplet::{Couplet, Deed, Entry, Fact, Kind, Saying, Slot, State};
use couplet_tests::chance::Chance;
use couplet_tests::deeds::open_deed;
use couplet_tests::phones::{meet, own_device, pair, place};
use couplet_tests::relay::Relay;

/// What is done together, one after the other; what is done apart then; where it comes to; and what
/// is said with it. A step is who, what, on which of the words or times in it, with what.
type Row = (
    &'static str,
    Kind,
    &'static [&'static str],
    &'static [&'static str],
    State,
    &'static [&'static str],
);

const HEARD: &str = "ben reflect #- You felt left out";

const ROWS: [Row; 15] = [
    (
        "let-go beside the other's edit",
        Kind::Repair,
        &[],
        &["ben let-go", "ana tell #- And one more thing"],
        State::Open,
        &["ben is asked again"],
    ),
    (
        "let-go beside an apology",
        Kind::Repair,
        &[],
        &["ana let-go", "ben apologise #- I am sorry"],
        State::Open,
        &["ana is asked again"],
    ),
    (
        "let-go beside withdrawing on one's own other device",
        Kind::Repair,
        &["ana let-go", "ben tell #- You too", "ben let-go"],
        &["ana let-go", "tablet withdraw"],
        State::OneLetGo,
        &[],
    ),
    (
        "two let-gos",
        Kind::Repair,
        &["ana tell #- I felt hurt"],
        &["ana let-go", "ben let-go"],
        State::AtRest,
        &[],
    ),
    (
        "a word after both have let go",
        Kind::Repair,
        &["ana let-go", "ben let-go"],
        &["ben tell #- And I forgot"],
        State::Reopened,
        &["ana is asked again", "ben is asked again"],
    ),
    (
        "a comment after both have let go",
        Kind::Repair,
        &["ana let-go", "ben let-go"],
        &["ben comment #- Thank you"],
        State::AtRest,
        &[],
    ),
    ("got-me", Kind::Listening, &[HEARD], &["ana got-me #0"], State::Understood, &[]),
    (
        "got-me beside more on the tablet",
        Kind::Listening,
        &[HEARD],
        &["ana got-me #0", "tablet edit #- I felt hurt, twice"],
        State::MoreToSay,
        &["earlier words", "confirmed before"],
    ),
    (
        "got-me beside not-yet on the tablet",
        Kind::Listening,
        &[HEARD],
        &["ana got-me #0", "tablet not-yet #0"],
        State::Clarifying,
        &["also said"],
    ),
    (
        "a dream of both is out of sight beside the other's stepping back from it",
        Kind::Dream,
        &["ana adopt", "ben adopt", "ana take-back"],
        &["ana edit #- I felt seen", "ben unadopt"],
        State::TakenBack,
        &[],
    ),
    (
        "a gesture of the other's, thanked for twice by who wrote it down",
        Kind::Gesture,
        &["ana done-by #- you"],
        &["ana thank", "tablet thank #- Always"],
        State::Thanked,
        &[],
    ),
    (
        "how strong a feeling is, beside the second let-go",
        Kind::Repair,
        &["ana weigh #- 4 hurt", "ana let-go"],
        &["tablet weigh #- 5 hurt", "ben let-go"],
        State::AtRest,
        &[],
    ),
    (
        "both say yes",
        Kind::HeartToHeart,
        &["ana propose #- 1 9 UTC"],
        &["ben vote @0 yes"],
        State::Agreed,
        &[],
    ),
    (
        "yes beside cancelling",
        Kind::HeartToHeart,
        &["ana propose #- 1 9 UTC"],
        &["ben vote @0 yes", "ana cancel"],
        State::Cancelled,
        &["ben had said yes"],
    ),
    (
        "two times chosen",
        Kind::HeartToHeart,
        &["ana propose #- 1 9 UTC", "ben propose #- 2 9 UTC", "ana vote @1 yes", "ben vote @0 yes"],
        &["ana choose @0", "ben choose @1"],
        State::TwoChosen,
        &[],
    ),
];

/// Ana's phone, her tablet, and Ben's phone.
struct World {
    phones: [Couplet; 3],
    _relay: Relay,
}

impl World {
    async fn new(home: &std::path::Path) -> Self {
        let relay = Relay::start(&home.join("relay"));
        let (ana, ben) = pair(home, &relay.link).await;
        let tablet = own_device(&ana, &place(home, "tablet")).await;
        let phones = [ana, tablet, ben];
        meet(&phones.each_ref()).await;
        Self { phones, _relay: relay }
    }

    async fn meet(&self) {
        meet(&self.phones.each_ref()).await;
    }

    async fn does(&self, key: &str, step: &str) {
        let mut words = step.splitn(4, ' ');
        let who = words.next().unwrap();
        let at = ["ana", "tablet", "ben"].iter().position(|name| *name == who).unwrap();
        let (deed, on) = (words.next().unwrap(), words.next().unwrap_or("#-"));
        let said = words.next().unwrap_or_default();
        let phone = &self.phones[at];
        let entry = phone.entry(key).await.unwrap().entry;
        let done = match deed {
            "edit" => phone.edit(key, None, said).await,
            "comment" => phone.comment(key, None, said).await,
            deed => {
                let (deed, words) = (deed.parse::<Deed>().unwrap(), said.to_owned());
                phone.say(key, Saying::Do { deed, on: named(&entry, on), words }).await
            }
        };
        done.unwrap_or_else(|why| panic!("{step}: {why}"));
    }

    /// What all three show of it: they show the same.
    async fn shown(&self, key: &str) -> Entry {
        let mut shown = Vec::new();
        for phone in &self.phones {
            shown.push(phone.entry(key).await.unwrap().entry);
        }
        let first = (shown[0].state, &shown[0].facts, &shown[0].stances, &shown[0].meeting);
        for entry in &shown {
            assert_eq!((entry.state, &entry.facts, &entry.stances, &entry.meeting), first);
        }
        shown.remove(0)
    }
}

/// `#0` is the first of the words in an entry that have a name, `@0` the first of its times.
fn named(entry: &Entry, on: &str) -> Option<String> {
    let place: usize = on[1..].parse().ok()?;
    if on.starts_with('@') {
        return Some(entry.meeting.as_ref().unwrap().proposals[place].id.to_string());
    }
    Some(entry.parts.iter().filter_map(|part| part.id.as_ref()).nth(place).unwrap().to_string())
}

fn told(entry: &Entry) -> Vec<&'static str> {
    let told = entry.facts.iter().map(|fact| match fact {
        Fact::EarlierWords(_) => "earlier words",
        Fact::ConfirmedBefore(_) => "confirmed before",
        Fact::AskedAgain(Slot::First) => "ana is asked again",
        Fact::AskedAgain(Slot::Second) => "ben is asked again",
        Fact::HadSaidYes(Slot::First) => "ana had said yes",
        Fact::HadSaidYes(Slot::Second) => "ben had said yes",
        Fact::ChoseAnother(_) => "another was chosen",
        Fact::WithdrawnAfterOpened => "withdrawn after it was opened",
        Fact::DoesNotOpen(_) => "does not open",
        Fact::AlsoSaid(..) => "also said",
        Fact::EarlierVerdict(_) => "earlier verdict",
        Fact::ChangedSinceOpen(_) => "changed since open",
        Fact::KeyToCome => "its key has not come",
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_say_apart_comes_to_exactly_these_states() {
    let home = tempfile::tempdir().unwrap();
    let world = World::new(home.path()).await;
    let mut keys = Vec::new();
    for (_, kind, ..) in ROWS {
        let row = world.phones[0].write(kind, 20_000, "I felt hurt").await.unwrap();
        keys.push(row.entry.key.as_str().to_owned());
    }
    world.meet().await;
    // The rows are entries apart from each other: each of their steps is one meeting for all.
    let most = ROWS.iter().map(|row| row.2.len()).max().unwrap();
    for step in 0..most {
        for ((_, _, together, ..), key) in ROWS.iter().zip(&keys) {
            if let Some(step) = together.get(step) {
                world.does(key, step).await;
            }
        }
        world.meet().await;
    }
    for ((_, _, _, apart, ..), key) in ROWS.iter().zip(&keys) {
        for step in *apart {
            world.does(key, step).await;
        }
    }
    world.meet().await;
    for ((what, _, _, _, state, facts), key) in ROWS.iter().zip(&keys) {
        let entry = world.shown(key).await;
        assert_eq!((entry.state, told(&entry).as_slice()), (Some(*state), *facts), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_said_apart_is_at_rest_only_if_both_let_go_of_all_that_stands() {
    let home = tempfile::tempdir().unwrap();
    let world = World::new(home.path()).await;
    let mut rested = 0;
    for seed in 0..4 {
        let mut chance = Chance::new(seed);
        let row = world.phones[0].write(Kind::Repair, 20_000, "Tuesday").await.unwrap();
        let key = row.entry.key.as_str();
        world.meet().await;
        for step in 0..12 {
            let phone = &world.phones[chance.below(3)];
            let entry = phone.entry(key).await.unwrap().entry;
            let Some(open) = chance.pick(&entry.open).cloned() else { continue };
            let deed = open_deed(&entry, &open, &format!("words {step}"), &mut chance);
            phone.say(key, deed.unwrap()).await.unwrap();
        }
        world.meet().await;
        for who in ["ana", "ben"] {
            let entry = world.shown(key).await;
            let me = if who == "ana" { Slot::First } else { Slot::Second };
            let lets_go = |name: &str| {
                let mut said = entry.stances.iter().filter(|one| one.name == "let-go");
                said.any(|one| one.by == me && one.value == "yes") && name == who
            };
            let is_asked = entry.facts.contains(&Fact::AskedAgain(me));
            if entry.state == Some(State::AtRest) {
                assert!(lets_go(who) && !is_asked);
            }
            if !lets_go(who) || is_asked {
                world.does(key, &format!("{who} let-go")).await;
                world.meet().await;
            }
        }
        // Each has let go by now, having seen all; an unseen word of either opens it again.
        rested += usize::from(world.shown(key).await.state == Some(State::AtRest));
        world.does(key, "ben tell #- Something new").await;
        world.meet().await;
        assert_ne!(world.shown(key).await.state, Some(State::AtRest), "seed {seed}");
    }
    assert_eq!(rested, 4);
}
