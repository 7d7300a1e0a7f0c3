//! W4 for whoever has one phone: a letter that is held back outlives its loss, as often as words bring
//! its author back.

use couplet::{Couplet, Deed, Kind, Opens, Saying, Seal, State};
use couplet_tests::phones::{PATIENCE, Together, act, meet, shown};

const LETTER: &str = "By the time you read this we live by the sea";
const ANSWER: &str = "when it snowed on the train";

#[tokio::test(flavor = "multi_thread")]
async fn ana_who_lost_her_only_phone_twice_releases_the_letter_that_she_wrote_on_the_first() {
    let it = Together::begin().await;
    let (ben, relay) = (&it.ben, it.relay.link.parse().unwrap());
    let seal = Seal { opens: Opens::Wanted, is_held_back: true };
    let when = Some("when you cannot sleep");
    let letter = it.ana.write_sealed(seal, when, 1, LETTER).await.unwrap().entry.key;
    let asked = ben.write(Kind::Prompt, 1, "When were you happiest?").await.unwrap().entry.key;
    let (letter, asked) = (letter.as_str(), asked.as_str());
    meet(&[&it.ana, ben]).await;
    act(&it.ana, asked, Deed::Answer, ANSWER).await;
    // She makes her kit only then.
    let mut words = it.ana.make_kit().await.unwrap();
    meet(&[&it.ana, ben]).await;
    meet(&[&it.ana, ben]).await;

    let mut ana = it.ana.clone();
    for place in ["second", "third"].map(|name| it.place(name)) {
        // It falls into the sea; she has the words.
        ana.shutdown().await;
        let back = Couplet::recover(&place, &words, &relay, None, true).await.unwrap();
        (ana, words) = back;
        ana.sync(PATIENCE).await.unwrap();
        meet(&[&ana, ben]).await;
        assert_eq!(shown(&ana, letter).await.text, LETTER, "she reads it");
        let entry = shown(&ana, asked).await;
        assert!(entry.parts.iter().any(|part| part.text == ANSWER), "and what she answered");
        assert_eq!(shown(ben, letter).await.state, Some(State::Sealed));
    }
    act(ben, letter, Deed::Open, "").await;
    assert_eq!(shown(ben, letter).await.text, "");
    let answer = Saying::Do { deed: Deed::Answer, on: None, words: "with you".to_owned() };
    ben.say(asked, answer).await.unwrap();
    meet(&[ben, &ana, ben]).await;
    assert_eq!(shown(ben, letter).await.text, LETTER);
    let entry = shown(ben, asked).await;
    assert_eq!(entry.state, Some(State::Revealed));
    assert!(entry.parts.iter().any(|part| part.text == ANSWER));
}
