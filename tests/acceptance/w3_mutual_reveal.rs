//! W3, mutual reveal with no server: two answer a question, each closed until both have. Whatever the
//! order in which answers are given, taken back, sent and fetched, no phone puts out the other's
//! words before its own person is committed; and whoever ends it before that has told nothing.

use couplet::{Couplet, Deed, Kind, Open, State};
use couplet_tests::chance::Chance;
use couplet_tests::phones::{PATIENCE, Together, act, meet, shown};

/// Each person's words, which are nobody else's.
const WORDS: [&str; 2] = ["when we met by the sea", "the morning on the train"];

/// Everything that a phone puts out about what it holds: what it shows, and what it exports, the
/// bytes of every change among it.
async fn puts_out(phone: &Couplet, words: &str) -> bool {
    let export = phone.export().await.unwrap();
    let rows = phone.timeline(None, 1_000, couplet::Filter::default()).await.unwrap();
    let attention = phone.needs_attention().await.unwrap();
    let is_shown = format!("{rows:?} {attention:?} {:?}", export.entries).contains(words);
    let has = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    is_shown || export.changes.iter().any(|change| has(&change.bytes))
}

/// What one of the two does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Answer,
    TakeBack,
    Sync,
}

/// Whether a person has committed, as their own phone has it: an answer of theirs stands, and it
/// cannot be taken back any more once both phones have heard of both.
async fn has_answered(phone: &Couplet, prompt: &str, me: usize) -> bool {
    let entry = shown(phone, prompt).await;
    entry.parts.iter().any(|part| part.name == "answer" && part.by.index() as usize == me)
        && !entry.stances.iter().any(|stance| {
            stance.name == "unsaid" && stance.by.index() as usize == me && stance.value == "yes"
        })
}

fn may(open: &[Open], me: usize, deed: Deed) -> bool {
    open.iter().any(|open| open.deed == deed && open.to.index() as usize == me)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_of_messages_puts_out_the_others_words_before_ones_own_are_given() {
    let it = Together::begin().await;
    let phones = [&it.ana, &it.ben];
    for seed in 0..5 {
        let mut chance = Chance::new(seed);
        // A question of its own for each order, and words that no other order has.
        let prompt = it.ana.write(Kind::Prompt, 1, "When were you happiest?").await.unwrap();
        let prompt = prompt.entry.key.as_str().to_owned();
        meet(&phones).await;
        let words = WORDS.map(|words| format!("{words}, {seed}"));
        let mut told = Vec::new();
        for _ in 0..14 {
            let me = chance.below(2);
            let step = [Step::Answer, Step::TakeBack, Step::Sync, Step::Sync][chance.below(4)];
            told.push((me, step));
            let open = shown(phones[me], &prompt).await.open;
            match step {
                Step::Answer => drop(act(phones[me], &prompt, Deed::Answer, &words[me]).await),
                Step::TakeBack if may(&open, me, Deed::Unanswer) => {
                    act(phones[me], &prompt, Deed::Unanswer, "").await;
                }
                Step::TakeBack => {}
                Step::Sync => drop(phones[me].sync(PATIENCE).await.unwrap()),
            }
            let has_others = puts_out(phones[me], &words[1 - me]).await;
            let is_committed = has_answered(phones[me], &prompt, me).await;
            assert!(!has_others || is_committed, "seed {seed}: {told:?}");
        }
        // However it went, it comes to its end once both have answered: nobody is locked out.
        for me in [0, 1] {
            if !has_answered(phones[me], &prompt, me).await {
                act(phones[me], &prompt, Deed::Answer, &words[me]).await;
            }
        }
        meet(&phones).await;
        meet(&phones).await;
        for me in [0, 1] {
            assert_eq!(shown(phones[me], &prompt).await.state, Some(State::Revealed), "{told:?}");
            assert!(puts_out(phones[me], &words[1 - me]).await, "seed {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_it_before_the_other_has_answered_has_told_nothing() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let prompt = ana.write(Kind::Prompt, 1, "What are you afraid of?").await.unwrap().entry.key;
    let prompt = prompt.as_str();
    act(ana, prompt, Deed::Answer, WORDS[0]).await;
    meet(&[ana, ben]).await;
    assert_eq!(shown(ben, prompt).await.state, Some(State::OneAnswered));

    // She takes it back; he answers, not knowing so, and then does.
    act(ana, prompt, Deed::Unanswer, "").await;
    act(ben, prompt, Deed::Answer, WORDS[1]).await;
    meet(&[ana, ben]).await;
    meet(&[ana, ben]).await;
    assert_eq!(shown(ben, prompt).await.state, Some(State::OneAnswered));
    assert!(!puts_out(ben, WORDS[0]).await && !puts_out(ana, WORDS[1]).await);

    // Neither does it when the apps are started again. Another answer of hers opens both, and what
    // she took back stays closed.
    it.ben.clone().shutdown().await;
    let ben = Couplet::open(&it.place("ben")).await.unwrap();
    meet(&[&ben, ana]).await;
    assert!(!puts_out(&ben, WORDS[0]).await && !puts_out(ana, WORDS[1]).await);
    act(ana, prompt, Deed::Answer, "of being alone").await;
    meet(&[ana, &ben]).await;
    meet(&[ana, &ben]).await;
    for phone in [ana, &ben] {
        assert_eq!(shown(phone, prompt).await.state, Some(State::Revealed));
        assert!(puts_out(phone, WORDS[1]).await && puts_out(phone, "of being alone").await);
    }
    assert!(!puts_out(&ben, WORDS[0]).await);
}
