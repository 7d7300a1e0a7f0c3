//! W2, the loop of "what I heard": a transcript of two phones, with the badge of a reflection that is
//! about earlier words.

use couplet::{Couplet, Deed, Entry, Fact, Kind, State};
use couplet_tests::phones::{Together, act, act_on, meet, shown};

/// A reflection: its name, and its words.
fn reflection(entry: &Entry) -> (String, String) {
    let mut parts = entry.parts.iter().filter(|part| part.name == "reflection");
    let part = parts.next_back().expect("there is a reflection");
    (part.id.as_ref().unwrap().as_str().to_owned(), part.text.clone())
}

/// What both phones show: where it has come to, and how many badges of either kind there are.
async fn both_show(phones: [&Couplet; 2], page: &str) -> (State, usize, usize) {
    meet(&phones).await;
    let [one, other] = [shown(phones[0], page).await, shown(phones[1], page).await];
    assert_eq!((one.state, &one.facts), (other.state, &other.facts));
    let badges = |is_it: fn(&Fact) -> bool| one.facts.iter().filter(|fact| is_it(fact)).count();
    let stale = badges(|fact| matches!(fact, Fact::EarlierWords(_)));
    let before = badges(|fact| matches!(fact, Fact::ConfirmedBefore(_)));
    (one.state.unwrap(), stale, before)
}

#[tokio::test(flavor = "multi_thread")]
async fn ana_speaks_ben_says_what_he_heard_and_each_badge_is_where_it_belongs() {
    let it = Together::begin().await;
    let both = [&it.ana, &it.ben];
    let (ana, ben) = (&it.ana, &it.ben);

    let page = ana.write(Kind::Listening, 1, "I am tired of planning").await.unwrap().entry.key;
    let page = page.as_str();
    assert_eq!(both_show(both, page).await, (State::Shared, 0, 0));

    // Ben reflects, and Ana, apart from him, says more: what he heard is of her earlier words.
    act(ben, page, Deed::Reflect, "You want me to plan").await;
    ana.edit(page, None, "I am tired of planning alone").await.unwrap();
    assert_eq!(both_show(both, page).await, (State::Reflected, 1, 0));
    let (first, heard) = reflection(&shown(ana, page).await);
    assert_eq!(heard, "You want me to plan");

    // He says anew what he heard, now of all of it: the badge is gone.
    act_on(ben, page, Deed::Revise, Some(&first), "You want us to plan together").await;
    assert_eq!(both_show(both, page).await, (State::Reflected, 0, 0));

    // Not quite; he tries again in other words, and she says that he got her.
    act_on(ana, page, Deed::Partly, Some(&first), "and I miss you in it").await;
    assert_eq!(both_show(both, page).await, (State::Clarifying, 0, 0));
    act(ben, page, Deed::Reflect, "You feel alone in it, and miss me").await;
    assert_eq!(both_show(both, page).await, (State::Reflected, 0, 0));
    let newest = shown(ana, page).await;
    let second = newest.parts.iter().filter(|part| part.name == "reflection");
    let second = second.map(|part| part.id.as_ref().unwrap().as_str()).find(|id| *id != first);
    let second = second.unwrap().to_owned();
    act_on(ana, page, Deed::GotMe, Some(&second), "").await;
    assert_eq!(both_show(both, page).await, (State::Understood, 0, 0));

    // She has more to say: it was understood, and is not as it stands. "You confirmed before adding."
    ana.edit(page, None, "I am tired of planning alone, and of saying so").await.unwrap();
    assert_eq!(both_show(both, page).await, (State::MoreToSay, 2, 1));
    act_on(ben, page, Deed::Revise, Some(&second), "You miss me in it, and asked before").await;
    act_on(ana, page, Deed::GotMe, Some(&second), "").await;
    // She confirmed what she saw, and he had said it anew apart from her: she is asked once more.
    assert_ne!(both_show(both, page).await.0, State::Understood);
    let is_earlier =
        |fact: &Fact| matches!(fact, Fact::EarlierVerdict(of) if of.as_str() == second);
    assert!(shown(ben, page).await.facts.iter().any(is_earlier), "and both know it");
    act_on(ana, page, Deed::GotMe, Some(&second), "").await;
    assert_eq!(both_show(both, page).await, (State::Understood, 1, 0));

    // Nothing of either was lost on the way.
    for phone in both {
        let entry = shown(phone, page).await;
        let said: Vec<&str> = entry.revisions.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(said.len(), 3);
        let heard: Vec<&str> = entry
            .parts
            .iter()
            .filter(|part| part.name == "reflection")
            .flat_map(|part| part.revisions.iter().map(|one| one.text.as_str()))
            .collect();
        assert_eq!(heard.len(), 4);
    }
}
