//! S5, sealed notes: before its time neither the body of a soft-sealed note nor its length nor a
//! preview can be had by query, export or history; after it the note appears, with an event; a clock
//! that is set back closes nothing that was opened. The same for a note to be opened when one wants.

use couplet::{Couplet, Deed, Entry, Event, Filter, Kind, Opens, Saying, Seal, State, now};
use couplet_tests::clocks::Clock;
use couplet_tests::phones::{PATIENCE, Together, act, meet, shown};

const SHORT: &str = "Yes";
const LONG: &str =
    "I have said yes, and here is why, from the first evening by the sea until today";

fn open() -> Saying {
    Saying::Do { deed: Deed::Open, on: None, words: String::new() }
}

/// Everything that a phone puts out about its notebook, as text, and the bytes of every change.
async fn put_out(phone: &Couplet) -> (String, Vec<Vec<u8>>) {
    let export = phone.export().await.unwrap();
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    let attention = phone.needs_attention().await.unwrap();
    let changes = export.changes.into_iter().map(|change| change.bytes).collect();
    (format!("{rows:?} {attention:?} {:?}", export.entries), changes)
}

/// What of the words can be had.
async fn has_any_of(phone: &Couplet, words: &str) -> bool {
    let (text, changes) = put_out(phone).await;
    let is_in = |bytes: &Vec<u8>| bytes.windows(words.len()).any(|some| some == words.as_bytes());
    text.contains(words) || changes.iter().any(is_in)
}

/// An entry without what is drawn by lot: its name, its place, its version and its hash.
fn shape(entry: &Entry) -> String {
    let like = Entry { order: 0, content: couplet::Hash([0; 32]), ..entry.clone() };
    let text = format!("{like:?}");
    [format!("{:?}", entry.key), format!("{:?}", entry.version)]
        .iter()
        .fold(text, |text, drawn| text.replace(drawn.as_str(), ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_sealed_note_is_to_be_had_before_its_time_and_all_of_it_ever_after() {
    let it = Together::begin().await;
    let (today, birthday) = (now(), now() + 30 * 86_400);
    let clock = Clock::at(today);
    it.ben.clone().shutdown().await;
    let ben = Couplet::open_in(clock.on(it.place("ben"))).await.unwrap();
    let until = i64::try_from(birthday).unwrap();
    let seal = Seal { opens: Opens::At(until), is_held_back: false };
    let mut notes = Vec::new();
    for words in [SHORT, LONG] {
        notes.push(it.ana.write_sealed(seal, None, 1, words).await.unwrap().entry.key);
    }
    meet(&[&it.ana, &ben]).await;

    // Query, export and history: no words, and two of different lengths look alike.
    let mut shapes = Vec::new();
    for (note, words) in notes.iter().zip([SHORT, LONG]) {
        let entry = shown(&ben, note.as_str()).await;
        assert_eq!((entry.state, entry.text.as_str()), (Some(State::Sealed), ""));
        assert!(entry.revisions.is_empty() && entry.parts.is_empty());
        assert!(words == SHORT || !has_any_of(&ben, words).await);
        shapes.push(shape(&entry));
    }
    assert_eq!(shapes[0], shapes[1]);
    let (_, changes) = put_out(&ben).await;
    let [.., short, long] = &changes[..] else { panic!("there are two changes") };
    assert!(short.len().abs_diff(long.len()) < 8, "{} and {}", short.len(), long.len());
    let early = ben.say(notes[1].as_str(), open()).await.unwrap_err();
    assert_eq!(early.code(), "still_sealed");
    assert!(!has_any_of(&ben, LONG).await);

    // The time has come: it opens, and Ana's phone tells her that it was opened.
    clock.set(birthday);
    let mut at_anas = it.ana.events();
    for (note, words) in notes.iter().zip([SHORT, LONG]) {
        let opened = act(&ben, note.as_str(), Deed::Open, "").await;
        assert_eq!((opened.state, opened.text.as_str()), (Some(State::Opened), words));
    }
    meet(&[&ben, &it.ana]).await;
    let told: Vec<Event> = std::iter::from_fn(|| at_anas.try_recv().ok()).collect();
    assert!(told.contains(&Event::Entry(notes[1].as_str().to_owned())), "{told:?}");

    // His clock is set back: open is open, after another start and with everything exchanged.
    clock.set(today);
    meet(&[&it.ana, &ben]).await;
    ben.shutdown().await;
    let ben = Couplet::open_in(clock.on(it.place("ben"))).await.unwrap();
    for (note, words) in notes.iter().zip([SHORT, LONG]) {
        let entry = shown(&ben, note.as_str()).await;
        assert_eq!((entry.state, entry.text.as_str()), (Some(State::Opened), words));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_for_a_bad_day_says_when_it_is_for_and_opens_when_ben_wants_it() {
    let it = Together::begin().await;
    let seal = Seal { opens: Opens::Wanted, is_held_back: true };
    let note = it.ana.write_sealed(seal, Some("when you miss me"), 1, LONG).await.unwrap();
    let note = note.entry.key.as_str().to_owned();
    meet(&[&it.ana, &it.ben]).await;
    let entry = shown(&it.ben, &note).await;
    assert_eq!((entry.kind, entry.text.as_str()), (Some(Kind::Note), ""));
    assert_eq!(entry.parts[0].text, "when you miss me", "that much he reads");
    assert!(!has_any_of(&it.ben, LONG).await);

    // He misses her. Its key is with her phone, which gives it when it hears of that.
    act(&it.ben, &note, Deed::Open, "").await;
    assert!(!has_any_of(&it.ben, LONG).await);
    let mut at_bens = it.ben.events();
    for phone in [&it.ben, &it.ana, &it.ana, &it.ben] {
        phone.sync(PATIENCE).await.unwrap();
    }
    let told: Vec<Event> = std::iter::from_fn(|| at_bens.try_recv().ok()).collect();
    assert!(told.contains(&Event::Entry(note.clone())), "{told:?}");
    assert_eq!(shown(&it.ben, &note).await.text, LONG);
}
