//! W4, time letters that are held back: their key is with their author's devices, which release it
//! when the time has come, whatever the reader's clock says; the loss of one of them loses nothing.

use couplet::{Couplet, Deed, Delivery, Event, Filter, Kind, Opens, Saying, Seal, State, now};
use couplet_tests::clocks::Clock;
use couplet_tests::phones::{PATIENCE, Together, act, meet, shown};

const LETTER: &str = "By the time you read this we live by the sea";

/// Whether a phone puts out the letter anywhere, the bytes of every change included.
async fn puts_out(phone: &Couplet) -> bool {
    let export = phone.export().await.unwrap();
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    let has = |bytes: &[u8]| bytes.windows(LETTER.len()).any(|some| some == LETTER.as_bytes());
    format!("{rows:?} {:?}", export.entries).contains(LETTER)
        || export.changes.iter().any(|change| has(&change.bytes))
}

/// The same phone with this clock.
async fn with(clock: &Clock, it: &Together, name: &str, phone: &Couplet) -> Couplet {
    phone.clone().shutdown().await;
    Couplet::open_in(clock.on(it.place(name))).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_released_by_the_tablet_after_anas_phone_is_lost_and_not_by_bens_clock() {
    let it = Together::begin().await;
    let tablet = it.tablet().await;
    let (today, in_a_year) = (now(), now() + 365 * 86_400);
    let clocks = ["ana", "tablet", "ben"].map(|_| Clock::at(today));
    let ana = with(&clocks[0], &it, "ana", &it.ana).await;
    let tablet = with(&clocks[1], &it, "tablet", &tablet).await;
    let ben = with(&clocks[2], &it, "ben", &it.ben).await;

    let until = i64::try_from(in_a_year).unwrap();
    let seal = Seal { opens: Opens::At(until), is_held_back: true };
    let letter = ana.write_sealed(seal, None, 1, LETTER).await.unwrap().entry.key;
    let letter = letter.as_str();
    meet(&[&ana, &tablet, &ben]).await;
    assert_eq!(shown(&ana, letter).await.text, LETTER, "its author reads it");
    assert_eq!(shown(&tablet, letter).await.text, LETTER, "on both her devices");
    assert_eq!(shown(&ben, letter).await.state, Some(State::Sealed));

    // Ben's clock is set two years ahead, and his app altered as one likes: the key is not here.
    clocks[2].set(in_a_year + 365 * 86_400);
    let opened = act(&ben, letter, Deed::Open, "").await;
    assert_eq!(opened.text, "");
    meet(&[&ben, &ana, &tablet, &ben]).await;
    assert!(!puts_out(&ben).await);

    // Ana's phone falls into the sea. When the year is over by the tablet's clock, that one, at its
    // next exchange, lets the letter go, and Ben's phone tells him.
    ana.shutdown().await;
    std::fs::remove_dir_all(it.place("ana").directory).unwrap();
    clocks[1].set(in_a_year - 1);
    meet(&[&tablet, &ben]).await;
    assert!(!puts_out(&ben).await, "a second too early");
    clocks[1].set(in_a_year);
    let mut events = ben.events();
    tablet.sync(PATIENCE).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    let of_letter = Event::Entry(letter.to_owned());
    assert!(std::iter::from_fn(|| events.try_recv().ok()).any(|event| event == of_letter));
    let read = shown(&ben, letter).await;
    assert_eq!((read.text.as_str(), read.state), (LETTER, Some(State::Opened)));

    // It stays open with every clock set back.
    clocks.iter().for_each(|clock| clock.set(today));
    meet(&[&tablet, &ben]).await;
    ben.shutdown().await;
    let ben = Couplet::open_in(clocks[2].on(it.place("ben"))).await.unwrap();
    assert_eq!(shown(&ben, letter).await.text, LETTER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_taken_back_before_its_time_is_never_released() {
    let it = Together::begin().await;
    let tablet = it.tablet().await;
    let (today, tomorrow) = (now(), now() + 86_400);
    let clock = Clock::at(today);
    let ana = with(&clock, &it, "ana", &it.ana).await;
    let tablet = with(&clock, &it, "tablet", &tablet).await;
    let ben = with(&clock, &it, "ben", &it.ben).await;
    let until = i64::try_from(tomorrow).unwrap();
    let seal = Seal { opens: Opens::At(until), is_held_back: true };
    let letter = ana.write_sealed(seal, None, 1, LETTER).await.unwrap();
    assert_eq!(letter.delivery, Delivery::Device);
    let letter = letter.entry.key.as_str().to_owned();
    meet(&[&ana, &tablet, &ben]).await;
    act(&ana, &letter, Deed::Unsend, "").await;
    meet(&[&ana, &tablet, &ben]).await;
    clock.set(tomorrow + 1);
    meet(&[&ana, &tablet, &ben]).await;
    meet(&[&ana, &tablet, &ben]).await;
    assert_eq!(shown(&ben, &letter).await.state, Some(State::Withdrawn));
    let open = Saying::Do { deed: Deed::Open, on: None, words: String::new() };
    assert_eq!(ben.say(&letter, open).await.unwrap_err().code(), "not_allowed");
    assert!(!puts_out(&ben).await);
    assert_eq!(shown(&ana, &letter).await.kind, Some(Kind::Note));
}
