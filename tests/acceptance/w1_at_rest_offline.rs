//! W1, at rest offline: a repair that both let go of while nobody could reach anybody is at rest on
//! both phones once they meet, the same on both, and words that one had not seen reopen it.

use couplet::{Deed, Fact, Kind, Slot, State, demo_story};
use couplet_tests::phones::{PATIENCE, Together, act, meet, shown};

/// A repair with both sides told, which both have, and nobody to be reached any more.
async fn apart() -> (Together, String) {
    let mut it = Together::begin().await;
    let repair = it.ana.write(Kind::Repair, 1, "Tuesday").await.unwrap().entry.key;
    let repair = repair.as_str().to_owned();
    act(&it.ana, &repair, Deed::Tell, "I waited for an hour").await;
    meet(&[&it.ana, &it.ben]).await;
    act(&it.ben, &repair, Deed::Tell, "I forgot the time").await;
    meet(&[&it.ana, &it.ben]).await;
    it.relay.kill();
    (it, repair)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_let_go_apart_are_at_rest_when_they_meet_and_nobody_decided_it_for_them() {
    let (it, repair) = apart().await;
    for phone in [&it.ana, &it.ben] {
        assert_eq!(act(phone, &repair, Deed::LetGo, "").await.state, Some(State::OneLetGo));
    }
    let _relay = it.relay.started_again();
    meet(&[&it.ana, &it.ben]).await;
    for phone in [&it.ana, &it.ben] {
        let repair = shown(phone, &repair).await;
        assert_eq!((repair.state, repair.facts), (Some(State::AtRest), vec![]));
    }

    // What is said about it is no word of it, and it stays at rest.
    it.ben.comment(&repair, None, "Thank you").await.unwrap();
    it.ana.react(&repair, "❤️").await.unwrap();
    meet(&[&it.ana, &it.ben]).await;
    assert_eq!(shown(&it.ana, &repair).await.state, Some(State::AtRest));

    // A word that Ben has not seen reopens it, on her phone at once, and he is asked again.
    act(&it.ana, &repair, Deed::Tell, "I waited for an hour, in the rain").await;
    meet(&[&it.ana, &it.ben]).await;
    for phone in [&it.ana, &it.ben] {
        let repair = shown(phone, &repair).await;
        assert_eq!(repair.state, Some(State::Reopened));
        assert!(repair.facts.contains(&Fact::AskedAgain(Slot::Second)), "{:?}", repair.facts);
    }
    for phone in [&it.ana, &it.ben] {
        act(phone, &repair, Deed::LetGo, "").await;
    }
    meet(&[&it.ana, &it.ben]).await;
    assert_eq!(shown(&it.ben, &repair).await.state, Some(State::AtRest));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_one_had_not_read_are_not_forgiven_with_the_others() {
    let (it, repair) = apart().await;
    // Ana lets go, not knowing that Ben says more; then Ben lets go of all of it.
    act(&it.ana, &repair, Deed::LetGo, "").await;
    act(&it.ben, &repair, Deed::Ask, "Call me when you wait").await;
    act(&it.ben, &repair, Deed::LetGo, "").await;
    let _relay = it.relay.started_again();
    meet(&[&it.ana, &it.ben]).await;
    for phone in [&it.ana, &it.ben] {
        let repair = shown(phone, &repair).await;
        assert_eq!(repair.state, Some(State::Reopened));
        assert_eq!(repair.facts, [Fact::AskedAgain(Slot::First)]);
    }
    // Having read it, she lets go of it as it stands.
    act(&it.ana, &repair, Deed::LetGo, "").await;
    it.ana.sync(PATIENCE).await.unwrap();
    it.ben.sync(PATIENCE).await.unwrap();
    for phone in [&it.ana, &it.ben] {
        assert_eq!(shown(phone, &repair).await.state, Some(State::AtRest));
    }
}

/// The demo tells it with real programs, and fails unless both phones show it reopened.
#[test]
fn the_demo_has_one_let_go_while_the_other_says_more() {
    use couplet::{DemoPerson, DemoStep};
    for seed in 0..20 {
        let apart = demo_story(seed).apart;
        let let_go = apart.iter().find_map(|step| match step {
            DemoStep::Do(by, entry, Deed::LetGo, _) => Some((*by, *entry)),
            _ => None,
        });
        let (by, repair) = let_go.expect("somebody lets go of a repair");
        let says_more = |step: &DemoStep| {
            matches!(step, DemoStep::Do(other, entry, Deed::Ask | Deed::Tell | Deed::Apologise, _)
                if *other != by && *entry == repair)
        };
        assert_eq!(by, DemoPerson::Ana);
        assert!(apart.iter().any(says_more), "seed {seed}");
    }
}
