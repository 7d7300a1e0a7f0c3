//! M2, convergence without loss: whatever Ana does on two devices and Ben on his, with entries of
//! any kind, synced in any order and through a relay that forgot, ends in one notebook, in which
//! every word that was shared stands in state or history. Ten thousand sequences, with envelopes
//! doubled and out of order, are in `properties` and in the engine; here are a few over real
//! phones.

use std::collections::BTreeSet;

use couplet::{Couplet, Deed, Entry, Filter, Kind, Slot, State};
use couplet_engine::notebook::kind::Body;
use couplet_tests::chance::Chance;
use couplet_tests::deeds::open_deed;
use couplet_tests::phones::{PATIENCE, Together, meet, shown};
use couplet_tests::programs::long;

/// A word that somebody said once and for all: in which entry, and whose it is.
type Said = (String, Slot, String);

/// What stands in an entry as somebody's own words, history included.
fn once_strings(entry: &Entry) -> BTreeSet<Said> {
    let said = |by: Slot, text: &str| (entry.key.as_str().to_owned(), by, text.to_owned());
    let has_own_body = entry.kind.map(Kind::body) == Some(Body::Words);
    let body = entry.revisions.iter().filter(|_| has_own_body);
    let mut all: BTreeSet<Said> = body.map(|it| said(entry.author, &it.text)).collect();
    for part in &entry.parts {
        all.extend(part.revisions.iter().map(|it| said(part.by, &it.text)));
    }
    for comment in &entry.comments {
        all.extend(comment.revisions.iter().map(|it| said(comment.author, &it.text)));
    }
    all
}

/// Whether an entry may keep words from the one who did not write them.
fn hides(entry: &Entry) -> bool {
    let hidden = [State::TakenBack, State::Asked, State::OneAnswered, State::BothAnswered];
    entry.state.is_some_and(|state| hidden.contains(&state))
}

/// Somebody does something; what they have said with it.
async fn act(phone: &Couplet, word: &str, chance: &mut Chance) -> BTreeSet<Said> {
    let rows = phone.timeline(None, 1_000, Filter::default()).await.unwrap();
    let Some(row) = chance.pick(&rows).filter(|_| chance.clone().percent(75)) else {
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|it| !it.is_for_oneself()).collect();
        let kind = *chance.pick(&kinds).unwrap();
        return once_strings(&phone.write(kind, 20_000, word).await.unwrap().entry);
    };
    let (entry, key) = (&row.entry, row.entry.key.as_str());
    let me = phone.status().await.unwrap().slot;
    let is_one_persons = matches!(entry.kind.map(Kind::body), Some(Body::Words | Body::OwnText));
    let is_mine = entry.author == me && is_one_persons;
    let done = match chance.below(5) {
        0 if is_mine => phone.edit(key, None, word).await,
        1 => phone.comment(key, None, word).await,
        2 => phone.react(key, "\u{1f389}").await,
        _ => {
            let open = entry.open.iter().filter(|open| {
                // To take an answer back is to want it gone.
                open.to == me && open.deed != Deed::Unanswer
            });
            let open: Vec<_> = open.cloned().collect();
            let Some(open) = chance.pick(&open) else { return BTreeSet::new() };
            let Some(deed) = open_deed(entry, open, word, chance) else { return BTreeSet::new() };
            phone.say(key, deed).await
        }
    };
    once_strings(&done.unwrap().entry).into_iter().filter(|said| said.1 == me).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_three_devices_do_apart_ends_in_one_notebook_with_every_word_in_it() {
    let seeds = if long() { 20 } else { 2 };
    for seed in 0..seeds {
        let mut chance = Chance::new(seed);
        let world = Together::begin().await;
        let tablet = world.tablet().await;
        let Together { ana, ben, mut relay, home } = world;
        let phones = [&ana, &tablet, &ben];
        let mut said = BTreeSet::new();
        for step in 0..60 {
            let phone = phones[chance.below(3)];
            if chance.percent(20) {
                assert!(phone.sync(PATIENCE).await.unwrap().is_caught_up);
            } else {
                said.extend(act(phone, &format!("word{step}"), &mut chance).await);
            }
            if step == 40 {
                // It forgets, and is told everything again by whoever comes.
                relay.kill();
                for file in ["store.db", "store.db-wal", "store.db-shm"] {
                    drop(std::fs::remove_file(home.path().join("relay").join(file)));
                }
                relay = relay.started_again();
            }
        }
        // One erases words of their own: these are gone, and no others.
        let mine = said.iter().find(|(_, by, _)| *by == Slot::First).cloned().unwrap();
        meet(&phones).await;
        ana.erase(&mine.0).await.unwrap();
        said.retain(|(entry, by, _)| *entry != mine.0 || *by != mine.1);
        meet(&phones).await;
        assert!(ana.erase(&mine.0).await.unwrap().done_here, "seed {seed}");

        let hash = ana.hash().await.unwrap();
        for (phone, me) in phones.into_iter().zip([Slot::First, Slot::First, Slot::Second]) {
            assert_eq!(phone.hash().await.unwrap(), hash, "seed {seed}");
            for word in &said {
                let entry = shown(phone, &word.0).await;
                let is_there = once_strings(&entry).contains(word);
                let is_hidden = word.1 != me && hides(&entry);
                assert!(is_there || is_hidden, "seed {seed}: {word:?} is lost: {entry:?}");
            }
            assert!(!once_strings(&shown(phone, &mine.0).await).contains(&mine), "seed {seed}");
        }
    }
}
