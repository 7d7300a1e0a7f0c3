//! M20, validation: what is beyond a limit is refused with the limit and what was given, and never
//! cut; what comes from the other phone beyond it, or is no entry at all, is set aside, and the
//! notebook opens; a million made-up bytes from outside bring nothing down.

use std::time::Instant;

use couplet::driven::{Conversation, Home, Owner, Until};
use couplet::{CannotWrite, Couplet, Deed, Error, Event, Filter, Kind, Saying, Slot};
use couplet_engine::document::Scalar;
use couplet_engine::notebook::own::{Class, Subject};
use couplet_engine::notebook::schema::{Field, WordsKey, name};
use couplet_proto::frame::Frame;
use couplet_tests::altered;
use couplet_tests::chance::Chance;
use couplet_tests::phones::{PATIENCE, Together, act, meet, place};

fn too_long<T: std::fmt::Debug>(said: Result<T, Error>, limit: usize, got: usize) {
    let why = said.unwrap_err();
    assert!(
        matches!(&why, Error::Write(CannotWrite::TooLong { limit: l, got: g })
        if (*l, *g) == (limit, got)),
        "{why:?}"
    );
    assert_eq!(why.code(), "too_long");
    let sentence = why.to_string();
    assert!(sentence.contains(&limit.to_string()) && sentence.contains(&got.to_string()));
}

fn doing(deed: Deed, words: &str) -> Saying {
    Saying::Do { deed, on: None, words: words.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_beyond_their_limit_are_refused_with_the_limit_and_never_cut() {
    let home = tempfile::tempdir().unwrap();
    let ana = Couplet::found(&place(home.path(), "ana"), "Ana", None).await.unwrap();
    let words = |units: usize| "a".repeat(units);
    for (kind, limit) in [
        (Kind::Note, 5_000),
        (Kind::Listening, 10_000),
        (Kind::Dream, 10_000),
        (Kind::Prompt, 10_000),
        (Kind::Repair, 200),
        (Kind::Page, 65_536),
        (Kind::OwnPage, 65_536),
    ] {
        let longest = ana.write(kind, 1, &words(limit)).await.unwrap().entry;
        assert_eq!(longest.text.len(), limit, "{}", kind.name());
        too_long(ana.write(kind, 1, &words(limit + 1)).await, limit, limit + 1);
        // An edit beyond it leaves what stood there.
        let long = ana.edit(longest.key.as_str(), None, &words(limit + 7)).await;
        too_long(long, limit, limit + 7);
        let stands = ana.entry(longest.key.as_str()).await.unwrap().entry;
        assert_eq!(stands.text, longest.text);
    }
    // It is counted as phones count: a picture is two.
    ana.write(Kind::Note, 1, &"🎉".repeat(2_500)).await.unwrap();
    too_long(ana.write(Kind::Note, 1, &"🎉".repeat(2_501)).await, 5_000, 5_002);

    let note = ana.write(Kind::Note, 1, "Dear Ben").await.unwrap().entry.key;
    let page = ana.write(Kind::Page, 1, "milk").await.unwrap().entry.key;
    let repair = ana.write(Kind::Repair, 1, "Tuesday").await.unwrap().entry.key;
    let list = ana.write(Kind::List, 1, "Groceries").await.unwrap().entry.key;
    too_long(ana.comment(note.as_str(), None, &words(2_001)).await, 2_000, 2_001);
    for (entry, deed, limit) in [
        (&page, Deed::Entitle, 200),
        (&repair, Deed::Feel, 64),
        (&note, Deed::Tag, 64),
        (&list, Deed::Add, 1_000),
        (&repair, Deed::Tell, 10_000),
    ] {
        ana.say(entry.as_str(), doing(deed, &words(limit))).await.unwrap();
        let long = ana.say(entry.as_str(), doing(deed, &words(limit + 1))).await;
        too_long(long, limit, limit + 1);
    }

    // Nothing, or what is no text, is refused as well.
    for nothing in ["", " \n\t", "\u{200b}\u{2060}", "bell\u{7}", "\u{9b}31m"] {
        let refused = ana.write(Kind::Note, 1, nothing).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_input", "{nothing:?}");
    }
    let profile = ana.write(Kind::Profile, 1, "us").await.unwrap().entry.key;
    for (word, label) in [(words(65), words(1)), (words(1), words(65))] {
        let renamed = doing(Deed::RenameTag, &format!("{word}\n{label}"));
        too_long(ana.say(profile.as_str(), renamed).await, 64, 65);
    }
    for name in ["", "  ", "A\u{202e}na", "A\u{7}na", &words(65)] {
        let named = Couplet::found(&place(home.path(), "nobody"), name, None).await;
        assert_eq!(named.unwrap_err().code(), "invalid_input", "{name:?}");
        let called = ana.say(profile.as_str(), doing(Deed::CallMe, name)).await;
        let code = if name.len() > 64 { "too_long" } else { "invalid_input" };
        assert_eq!(called.unwrap_err().code(), code, "{name:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_than_there_may_be_is_refused_with_how_many_there_may_be() {
    let home = tempfile::tempdir().unwrap();
    let ana = Couplet::found(&place(home.path(), "ana"), "Ana", None).await.unwrap();
    let begin = async |kind| ana.write(kind, 1, "words").await.unwrap().entry.key;
    let (note, repair) = (begin(Kind::Note).await, begin(Kind::Repair).await);
    let heart = begin(Kind::HeartToHeart).await;
    let time = |number| format!("{} {} UTC", 3_600 * number, 3_600 * (number + 1));
    let word = |number| format!("word {number}");
    let times: &dyn Fn(usize) -> String = &time;
    let words: &dyn Fn(usize) -> String = &word;
    for (entry, deed, limit, said) in [
        (&note, Deed::Tag, 32, words),
        (&repair, Deed::Feel, 16, words),
        (&repair, Deed::Apologise, 50, words),
        (&repair, Deed::Ask, 50, words),
        (&heart, Deed::Propose, 20, times),
    ] {
        for number in 0..limit {
            act(&ana, entry.as_str(), deed, &said(number)).await;
        }
        let more = ana.say(entry.as_str(), doing(deed, &said(limit))).await.unwrap_err();
        assert!(matches!(more, Error::Write(CannotWrite::TooMany { limit: l, .. }) if l == limit));
        assert_eq!(more.code(), "too_many", "{deed}");
    }
    for emoji in ["❤️", "🎉", "👍", "😂", "🌻", "🫶", "☀️", "🌊"] {
        ana.react(note.as_str(), emoji).await.unwrap();
    }
    assert_eq!(ana.react(note.as_str(), "🔥").await.unwrap_err().code(), "too_many");
}

/// Everything of Ana's notebook that is hers to see.
async fn texts(phone: &Couplet) -> Vec<String> {
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    rows.into_iter().map(|row| row.entry.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_altered_app_sends_beyond_the_limits_is_set_aside_and_the_notebook_opens() {
    let it = Together::begin().await;
    let repair = it.ana.write(Kind::Repair, 1, "Tuesday").await.unwrap().entry.key;
    meet(&[&it.ana, &it.ben]).await;
    it.ben.write(Kind::Note, 1, "as it should be").await.unwrap();
    it.ben.clone().shutdown().await;
    altered::says(&it.place("ben"), Slot::Second, |edit, me, start| {
        let words = WordsKey { rev: 1, writer: me.writer, slot: me.slot, generation: 0 };
        let side = Field::Part(Subject::new(name::PERSPECTIVE, None), words);
        edit.put(&repair, &side.to_string(), Scalar::Str("x".repeat(10_001)))?;
        edit.put(&repair, &Field::Rev(me).to_string(), Scalar::Uint(start))
    });
    let ben = Couplet::open(&it.place("ben")).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    let mut events = it.ana.events();
    let before = it.ana.entry(repair.as_str()).await.unwrap().entry;
    it.ana.sync(PATIENCE).await.unwrap();
    let told = std::iter::from_fn(|| events.try_recv().ok());
    let rejected = told.filter_map(|event| match event {
        Event::Rejected { by, reason } => Some((by, reason)),
        _ => None,
    });
    let rejected: Vec<(Slot, String)> = rejected.collect();
    assert_eq!(rejected.len(), 1);
    assert_eq!(rejected[0].0, Slot::Second);
    let aside = it.ana.quarantine().await.unwrap().changes;
    assert_eq!((aside.len(), &aside[0].reason), (1, &rejected[0].1));
    assert_eq!(it.ana.entry(repair.as_str()).await.unwrap().entry, before);

    it.ana.clone().shutdown().await;
    let ana = Couplet::open(&it.place("ana")).await.unwrap();
    assert_eq!(texts(&ana).await.len(), 2, "what came beside it stands");
    ana.write(Kind::Note, 2, "Life goes on").await.unwrap();
    assert!(ana.sync(PATIENCE).await.unwrap().is_caught_up);
}

/// A relay or a network that makes up what it sends: frames with bytes changed, cut and added.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_million_bytes_of_broken_frames_from_a_relay_bring_nothing_down() {
    let it = Together::begin().await;
    it.ana.write(Kind::Note, 1, "Dear Ben").await.unwrap();
    meet(&[&it.ana, &it.ben]).await;
    for number in 0..8 {
        it.ben.write(Kind::Page, 1, &format!("page {number}")).await.unwrap();
        it.ben.sync(PATIENCE).await.unwrap();
    }
    let (hash, shows) = (it.ana.hash().await.unwrap(), texts(&it.ana).await);
    it.ana.clone().shutdown().await;
    it.ben.clone().shutdown().await;
    let ben = altered::store(&it.place("ben"));
    let mut all = ben.prepare("SELECT bytes FROM envelopes").unwrap();
    let envelopes = all.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let envelopes: Vec<Vec<u8>> = envelopes.map(Result::unwrap).collect();

    let mut chance = Chance::new(20);
    let mut owner = Owner::open(Home::of(it.place("ana"))).unwrap();
    let now = Instant::now();
    let mut conversation = Conversation::open(&mut owner, Until::Stopped, now).unwrap();
    let mut fed = 0;
    while fed < 500_000 {
        let count = 1 + chance.below(4);
        let some = (0..count).map(|_| chance.pick(&envelopes).cloned().unwrap()).collect();
        let mut bytes = Frame::Envelopes(some).to_bytes();
        for _ in 0..1 + chance.below(6) {
            let at = chance.below(bytes.len());
            match chance.below(8) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes.extend(chance.bytes(at)),
                _ => bytes[at] = chance.below(256) as u8,
            }
        }
        fed += bytes.len();
        let Ok(Some(frame)) = Frame::read(&bytes) else { continue };
        let mut is_over = conversation.handle_frame(&mut owner, frame, now).is_err();
        while !is_over {
            match conversation.poll_output(&mut owner, now) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => is_over = true,
            }
        }
        if is_over {
            conversation = Conversation::open(&mut owner, Until::Stopped, now).unwrap();
        }
    }
    drop((conversation, owner));
    let ana = Couplet::open(&it.place("ana")).await.unwrap();
    let shown = texts(&ana).await;
    assert!(
        shown.len() >= shows.len()
            && shown.iter().all(|text| { shows.contains(text) || text.starts_with("page ") }),
        "{shown:?}"
    );
    assert!(shown.len() > shows.len() || ana.hash().await.unwrap() == hash);
    let ben = Couplet::open(&it.place("ben")).await.unwrap();
    meet(&[&ana, &ben]).await;
}

/// Ben's app, altered: signed by him, and where he may write, whatever bytes make; at the end where
/// nobody writes so.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_million_made_up_bytes_under_bens_signature_bring_nothing_down() {
    let it = Together::begin().await;
    let repair = it.ana.write(Kind::Repair, 1, "Tuesday").await.unwrap().entry.key;
    meet(&[&it.ana, &it.ben]).await;
    it.ben.write(Kind::Note, 1, "as it should be").await.unwrap();
    it.ben.clone().shutdown().await;
    let mut chance = Chance::new(21);
    for change in 0..11 {
        altered::says(&it.place("ben"), Slot::Second, |edit, me, start| {
            for number in 0..16 {
                let made_up = String::from_utf8_lossy(&chance.bytes(3_000)).into_owned();
                let apology = Subject::of_member(name::APOLOGY, &format!("{change}, {number}"));
                let words = WordsKey { rev: 1, writer: me.writer, slot: me.slot, generation: 0 };
                let field = Field::Part(apology, words).to_string();
                edit.put(&repair, &field, Scalar::Str(made_up))?;
            }
            edit.put(&repair, &Field::Rev(me).to_string(), Scalar::Uint(start))
        });
    }
    altered::says(&it.place("ben"), Slot::Second, |edit, me, _| {
        let claim = Field::Own(Class::Claim, Subject::new(name::LET_GO, None), me).to_string();
        edit.put(&repair, &claim, Scalar::Bytes(chance.bytes(9_000)))
    });
    let ben = Couplet::open(&it.place("ben")).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    let told = it.ana.sync(PATIENCE).await.unwrap().arrived;
    assert_eq!((told.touched, told.set_aside), (1, 1));
    it.ana.clone().shutdown().await;
    let ana = Couplet::open(&it.place("ana")).await.unwrap();
    assert_eq!(texts(&ana).await.len(), 2);
    let shown = ana.edit(repair.as_str(), None, "Tuesday night").await.unwrap().entry;
    assert_eq!((shown.text.as_str(), shown.parts.len()), ("Tuesday night", 11 * 16));
    assert!(ana.sync(PATIENCE).await.unwrap().is_caught_up);
}
