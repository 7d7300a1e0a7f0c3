//! What holds for entries of every kind, on two phones: what is new and stays unsaid, what was
//! removed, what waits, and stores that earlier versions wrote.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::attention::Need;
use couplet_engine::notebook::deed::Deed;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::kinds::State;
use couplet_engine::notebook::schema::{Kind, name};
use couplet_engine::notebook::trash::Trash;
use couplet_engine::notebook::{CannotWrite, Notebook};
use couplet_proto::ids::{Edition, Person, Slot, Volume};
use couplet_proto::statement::Role;
use rand_core::CryptoRng;

use super::testing::{ana, let_in, meet, pass, pass_words, shown};
use super::{Owner, Saying};
use crate::error::Error;
use crate::place::{Home, Surroundings, System};
use crate::store::{Among, EntryRow, Filter, SCHEMA, StoreError};

fn couple(directory: &Path) -> (Owner, Owner) {
    let mut ana = ana(&directory.join("ana"));
    let mut ben = let_in(&mut ana, &directory.join("ben"), Role::Partner);
    meet(&mut ana, &mut ben);
    (ana, ben)
}

fn row(owner: &mut Owner, key: &EntryKey) -> EntryRow {
    let me = owner.me().unwrap();
    owner.tables().entry(key.as_str(), me).unwrap().unwrap()
}

fn unread(owner: &mut Owner) -> Vec<String> {
    let filter = Filter { only_unread: true, ..Filter::default() };
    let rows = owner.timeline(None, 100, &filter).unwrap();
    rows.into_iter().map(|row| row.entry.text).collect()
}

fn removed(owner: &mut Owner) -> Vec<String> {
    let filter = Filter { among: Among::Removed, ..Filter::default() };
    let rows = owner.timeline(None, 100, &filter).unwrap();
    rows.into_iter().map(|row| row.entry.text).collect()
}

fn see(owner: &mut Owner, row: &EntryRow) {
    owner.seen(row.entry.key.as_str(), &row.entry.done).unwrap();
}

fn comment(text: &str) -> Saying {
    Saying::Comment { reply_to: None, text: text.to_owned() }
}

#[test]
fn only_what_the_other_did_since_it_was_seen_is_new() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let mine = ana.write(Kind::Note, 0, "Ana's").unwrap().entry.key;
    let his = ben.write(Kind::Note, 1, "Ben's").unwrap().entry.key;
    let page = ben.write(Kind::Page, 2, "A page").unwrap().entry.key;
    meet(&mut ana, &mut ben);
    assert_eq!(unread(&mut ana), ["A page", "Ben's"]);
    assert_eq!(unread(&mut ben), ["Ana's"]);
    for key in [&his, &page] {
        let shown = row(&mut ana, key);
        see(&mut ana, &shown);
    }
    assert_eq!(unread(&mut ana), Vec::<String>::new());

    // What Ana does herself, on either phone, is not new to her.
    ana.say(&his, &comment("Mine")).unwrap();
    ana.edit(&mine, None, "Ana's, anew").unwrap();
    meet(&mut ana, &mut ben);
    assert_eq!(unread(&mut ana), Vec::<String>::new());
    assert_eq!(unread(&mut ben), ["Ben's", "Ana's, anew"]);

    // Whatever Ben does makes it new: words, a heart, a letter on the page.
    let react = Saying::React { emoji: "❤️".to_owned(), is_wanted: true };
    for (key, text) in [(&mine, "Ana's, anew"), (&his, "Ben's"), (&page, "A pag")] {
        match key {
            key if *key == mine => drop(ben.say(key, &react).unwrap()),
            key if *key == his => drop(ben.say(key, &comment("His")).unwrap()),
            key => drop(ben.edit(key, None, text).unwrap()),
        }
        meet(&mut ana, &mut ben);
        assert_eq!(unread(&mut ana), [text]);
        let shown = row(&mut ana, key);
        see(&mut ana, &shown);
        assert_eq!(unread(&mut ana), Vec::<String>::new());
    }
}

#[test]
fn what_comes_while_an_entry_is_being_read_stays_new() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let key = ben.write(Kind::Note, 1, "One").unwrap().entry.key;
    meet(&mut ana, &mut ben);
    let shown = row(&mut ana, &key);
    ben.edit(&key, None, "Two").unwrap();
    meet(&mut ana, &mut ben);
    see(&mut ana, &shown);
    assert_eq!(unread(&mut ana), ["Two"]);
}

#[test]
fn nothing_tells_the_other_what_was_read() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let key = ben.write(Kind::Note, 1, "Did you read this?").unwrap().entry.key;
    meet(&mut ana, &mut ben);
    let (hash, have) = (ana.hash().unwrap(), ana.have());
    let shown = row(&mut ana, &key);
    see(&mut ana, &shown);
    assert_eq!(ana.seal_pending().unwrap(), 0, "nothing is sealed for it");
    assert_eq!((ana.hash().unwrap(), ana.have()), (hash, have), "and nothing is different");
    let before = row(&mut ben, &key);
    meet(&mut ana, &mut ben);
    assert_eq!(row(&mut ben, &key), before, "nor does Ben's phone show anything else");
}

#[test]
fn what_was_removed_leaves_both_timelines_and_says_who_removed_it_and_when() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let key = ana.write(Kind::Note, 1, "Ana's").unwrap().entry.key;
    ana.write(Kind::Note, 1, "Other").unwrap();
    meet(&mut ana, &mut ben);
    ben.say(&key, &Saying::Trash).unwrap();
    meet(&mut ana, &mut ben);
    for owner in [&mut ana, &mut ben] {
        assert_eq!((shown(owner), removed(owner)), (vec!["Other".into()], vec!["Ana's".into()]));
        let today = crate::clock::today();
        let Some(Trash { by, day, .. }) = row(owner, &key).entry.trash else { panic!("unsaid") };
        assert!(by == Slot::Second && (today - 1..=today).contains(&day));
    }
    assert_eq!(ana.export().unwrap().entries.len(), 2, "an export has it all the same");
    ana.say(&key, &Saying::Restore).unwrap();
    meet(&mut ana, &mut ben);
    for owner in [&mut ana, &mut ben] {
        assert_eq!(shown(owner), ["Ana's", "Other"]);
        assert_eq!(removed(owner), Vec::<String>::new());
    }
    assert_eq!(ana.hash().unwrap(), ben.hash().unwrap());
}

#[test]
fn what_waits_is_the_same_list_on_both_phones_and_holds_up_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let repair = ana.write(Kind::Repair, 3, "Tuesday").unwrap().entry.key;
    let trashed = ana.write(Kind::Note, 2, "Old").unwrap().entry.key;
    let forgiven = ana.write(Kind::Repair, 1, "Monday").unwrap().entry.key;
    meet(&mut ana, &mut ben);
    let act = |deed, words: &str| Saying::Do { deed, on: None, words: words.to_owned() };
    ana.edit(&repair, None, "Tue").unwrap();
    ben.edit(&repair, None, "Wed").unwrap();
    ana.say(&trashed, &Saying::Trash).unwrap();
    ben.say(&trashed, &comment("But I like it")).unwrap();
    ana.say(&forgiven, &act(Deed::LetGo, "")).unwrap();
    ben.say(&forgiven, &act(Deed::Tell, "And I forgot")).unwrap();
    meet(&mut ana, &mut ben);
    let needs = |owner: &mut Owner| -> Vec<(EntryKey, Vec<Need>)> {
        let entries = owner.needs_attention().unwrap().entries.into_iter();
        entries.map(|row| (row.entry.key.clone(), row.entry.needs())).collect()
    };
    let waiting = needs(&mut ana);
    assert_eq!(waiting, needs(&mut ben));
    let keys: Vec<&EntryKey> = waiting.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [&repair, &trashed, &forgiven]);
    ana.write(Kind::Note, 4, "Life goes on").unwrap();
    meet(&mut ana, &mut ben);
    assert_eq!(ana.hash().unwrap(), ben.hash().unwrap());

    let (field, on) = (name::TOPIC.to_owned(), None);
    let resolve = Saying::Resolve { field, on, value: "Wed".to_owned() };
    ben.say(&repair, &resolve).unwrap();
    ben.say(&trashed, &Saying::Restore).unwrap();
    ana.say(&forgiven, &act(Deed::LetGo, "")).unwrap();
    meet(&mut ana, &mut ben);
    for owner in [&mut ana, &mut ben] {
        assert!(owner.needs_attention().unwrap().is_nothing());
        let again = owner.say(&repair, &resolve).map_err(|error| error.code());
        assert_eq!(again.err(), Some("nothing_to_resolve"));
    }
}

/// Ben's phone, taken over: it holds itself for Ana's, and writes over her words.
fn forge(ben: &mut Owner, key: &EntryKey, text: &str) {
    let (volume, edition) = (Volume::default(), Edition::default());
    let changes = ben.tables().volume(volume, edition).unwrap().changes;
    let as_ana = (Person::first(Slot::First), ben.replica().unwrap().writer());
    let forger = Notebook::load(volume, edition, as_ana, None, changes).unwrap();
    ben.replica().unwrap().shelve(forger);
    ben.edit(key, None, text).unwrap();
}

#[test]
fn a_forged_change_on_anas_words_is_set_aside_and_told_and_her_words_stand() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let key = ana.write(Kind::Note, 0, "I felt hurt").unwrap().entry.key;
    meet(&mut ana, &mut ben);
    let refused = ben.edit(&key, None, "I felt fine").err();
    assert!(matches!(refused, Some(Error::Write(CannotWrite::NotYours))));
    forge(&mut ben, &key, "I felt fine");
    let before = row(&mut ana, &key);
    ben.seal_pending().unwrap();
    let mut told = Vec::new();
    for range in ben.have().without(&ana.have()) {
        let words = ben.envelopes(range).unwrap();
        told.extend(ana.receive(words).unwrap().rejected);
    }
    let [(by, why)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(*by, Slot::Second);
    assert_eq!(row(&mut ana, &key), before, "her words are as they were, and nothing is new");
    let attention = ana.needs_attention().unwrap();
    assert_eq!((attention.set_aside.len(), &attention.set_aside[0].reason), (1, why));
    drop(ana);
    let mut ana = Owner::open(Home::at(&directory.path().join("ana"))).unwrap();
    assert_eq!(shown(&mut ana), ["I felt hurt"], "and the notebook opens");
    ana.write(Kind::Note, 0, "Life goes on").unwrap();
}

/// A clock that tests move.
#[derive(Clone, Debug, Default)]
struct Clock(Arc<AtomicU64>);

impl Surroundings for Clock {
    fn now(&self) -> u64 {
        System.now() + self.0.load(Ordering::Relaxed)
    }

    fn randomness(&self) -> Box<dyn CryptoRng> {
        System.randomness()
    }
}

#[test]
fn what_waits_for_more_than_a_day_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let clock = Clock::default();
    ana.surroundings = Arc::new(clock.clone());
    // Of three envelopes the one in the middle is late, and the last depends on it.
    let mut words = Vec::new();
    for text in ["one", "two", "three"] {
        ben.write(Kind::Note, 0, text).unwrap();
        ben.seal_pending().unwrap();
    }
    for range in ben.have().without(&ana.have()) {
        words.extend(ben.envelopes(range).unwrap());
    }
    let late = words.remove(words.len() - 2);
    ana.receive(words).unwrap();
    assert_eq!(ana.needs_attention().unwrap().waiting, 0, "for a moment anything may wait");
    clock.0.store(86_400, Ordering::Relaxed);
    let waiting = ana.needs_attention().unwrap();
    assert_eq!((waiting.waiting, waiting.is_nothing()), (1, false));
    ana.receive(vec![late]).unwrap();
    assert!(ana.needs_attention().unwrap().is_nothing());
    assert_eq!(shown(&mut ana), ["one", "three", "two"]);
}

#[test]
fn who_is_asked_again_is_told_what_has_changed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let repair = ana.write(Kind::Repair, 0, "Tuesday").unwrap().entry.key;
    meet(&mut ana, &mut ben);
    let doing = |deed, words: &str| Saying::Do { deed, on: None, words: words.to_owned() };
    ana.say(&repair, &doing(Deed::LetGo, "")).unwrap();
    assert_eq!(ana.since_letting_go(repair.as_str()).unwrap(), Some(vec![]));
    ben.say(&repair, &doing(Deed::Apologise, "I am sorry")).unwrap();
    meet(&mut ana, &mut ben);
    let since = ana.since_letting_go(repair.as_str()).unwrap().unwrap();
    let [apology] = &since[..] else { panic!("{since:?}") };
    assert_eq!((apology.name.as_str(), &apology.before), (name::APOLOGY, &None));
    assert_eq!(apology.now.as_deref(), Some("I am sorry"));
    let of_ben = ben.since_letting_go(repair.as_str()).unwrap();
    assert_eq!(of_ben, Some(vec![]), "he has not let go");
    assert!(matches!(ana.since_letting_go("0/nothing"), Err(Error::NotFound(_))));
}

#[test]
fn a_page_is_typed_on_where_it_was_shown() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let page = ana.write(Kind::Page, 0, "milk, bread").unwrap();
    meet(&mut ana, &mut ben);
    let shown: Version = page.entry.version;
    ben.edit(&page.entry.key, None, "oat milk, bread").unwrap();
    meet(&mut ana, &mut ben);
    let row = ana.splice(&page.entry.key, Some(&shown), (11, 0), ", jam").unwrap();
    assert_eq!(row.entry.text, "oat milk, bread, jam");
    let outside = ana.splice(&page.entry.key, Some(&shown), (12, 0), "!").err();
    assert!(matches!(outside, Some(Error::Write(_))));
}

/// A store as the version of that schema left it: Ana's, who had read everything but one note.
fn of_schema(schema: u32, directory: &Path) -> Home {
    let home = directory.join(format!("schema-{schema}"));
    std::fs::create_dir(&home).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let file = fixtures.join(format!("schema-{schema}.db"));
    std::fs::copy(file, crate::store::path(&home)).unwrap();
    Home::at(&home)
}

fn files(home: &Home) -> Vec<String> {
    let files = std::fs::read_dir(&home.place.directory).unwrap();
    let mut names: Vec<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.contains("backup"));
    names
}

/// The schema, what was written under it, and the beginning of its hash.
const STORES: [(u32, &[&str], &str); 6] = [
    (
        1,
        &["Dear Ben, good morning", "Groceries: oat milk, bread", "New to Ana", "Read by Ana"],
        "063b5ee2",
    ),
    (2, &WORDS, "60f0b9fb"),
    (3, &SEALED, "99945ebd"),
    (4, &SEALED, "371fe3e5"),
    (5, &SEALED, "ee90ddbf"),
    (6, &SEALED, "378e383c"),
];

const WORDS: [&str; 5] = [
    "Dear Ben, good morning",
    "Groceries: oat milk, bread",
    "New to Ana",
    "Read by Ana",
    "Tuesday",
];

/// The same, and a note that Ana keeps under a seal.
const SEALED: [&str; 6] = [
    "Dear Ben, good morning",
    "For your birthday",
    "Groceries: oat milk, bread",
    "New to Ana",
    "Read by Ana",
    "Tuesday",
];

#[test]
fn a_store_of_every_schema_opens_with_everything_in_it() {
    let directory = tempfile::tempdir().unwrap();
    for (schema, texts, hash) in STORES {
        let home = of_schema(schema, directory.path());
        let mut ana = Owner::open(home.clone()).unwrap();
        assert_eq!(shown(&mut ana), texts, "schema {schema}");
        assert!(ana.hash().unwrap().0.to_string().starts_with(hash), "schema {schema}");
        assert_eq!(unread(&mut ana), ["New to Ana"], "schema {schema}");
        assert_eq!(ana.tables().drafts().unwrap().len(), 1);
        assert_eq!(files(&home), Vec::<String>::new(), "the copy made before is gone");
        let rows = ana.timeline(None, 100, &Filter::default()).unwrap();
        let entry = |text: &str| &rows.iter().find(|row| row.entry.text == text).unwrap().entry;
        let note = entry(texts[0]);
        assert_eq!((note.comments.len(), note.reactions.len()), (1, 1));
        assert_eq!(note.revisions.len(), 2, "its history is there");
        if schema >= 3 {
            let repair = entry("Tuesday");
            assert_eq!((repair.state, repair.parts.len()), (Some(State::OneLetGo), 2));
            let sealed = entry("For your birthday");
            assert_eq!(sealed.state, Some(State::Sealed));
            assert_eq!(ana.tables().awaiting_key().unwrap(), [sealed.key.as_str()]);
        }
        let gone: &[&str] = if schema >= 4 { &["Out of sight"] } else { &[] };
        assert_eq!(removed(&mut ana), gone, "schema {schema}");
        if schema >= 5 {
            let kept = ana.tables().drafts().unwrap().remove(0).kept.map(|kept| kept.text);
            assert_eq!(kept.as_deref(), Some("A draft of Ana's"), "as the vault has it");
            let ended = ana.tables().drafts_ended().unwrap();
            assert_eq!(ended.iter().map(|(_, text)| text).collect::<Vec<_>>(), ["Thrown away"]);
        }
        let me = ana.me().unwrap();
        let due = ana.tables().marks_due(100, me).unwrap().len();
        assert_eq!(due, texts.len() - 1 + gone.len(), "her vault hears of all but what is new");
        ana.say(&note.key, &Saying::Trash).unwrap();
        ana.write(Kind::Note, 20_004, "After the update").unwrap();
        drop(ana);
        let mut ana = Owner::open(home).unwrap();
        assert_eq!(shown(&mut ana).len(), texts.len(), "one more, and one out of sight");
        assert!(ana.seal_pending().unwrap() > 0, "and it is sent on as ever");
    }
}

#[test]
fn a_store_is_copied_before_it_is_changed_and_a_copy_that_is_there_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    for (schema, texts, _) in STORES.into_iter().filter(|store| store.0 < SCHEMA) {
        let home = of_schema(schema, directory.path());
        let store = crate::store::path(&home.place.directory);
        let before = std::fs::read(&store).unwrap();
        let claim = crate::store::Claim::take(&home.place.directory).unwrap();
        // The process dies before this version has shown everything once.
        drop(claim.open(&home.place.key).unwrap());
        let [backup] = &files(&home)[..] else { panic!("there is one copy") };
        let backup = home.place.directory.join(backup);
        assert_eq!(std::fs::read(&backup).unwrap(), before, "schema {schema}");
        // Whoever puts it back has what there was, and the next update begins anew.
        std::fs::rename(backup, store).unwrap();
        let mut ana = Owner::open(home.clone()).unwrap();
        assert_eq!(shown(&mut ana), texts);
        assert_eq!(files(&home), Vec::<String>::new());
        let destroyed = ana.store.destroy();
        assert!(!matches!(destroyed, Err(StoreError::Busy)));
    }
}

#[test]
fn a_second_phone_of_ones_own_has_its_own_news() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ana, mut ben) = couple(directory.path());
    let mut tablet = let_in(&mut ana, &directory.path().join("tablet"), Role::OwnDevice);
    ben.write(Kind::Note, 1, "Ben's").unwrap();
    ana.write(Kind::Note, 1, "Ana's").unwrap();
    pass(&mut ana, &mut ben);
    pass_words(&mut ben, &mut ana);
    pass(&mut ana, &mut tablet);
    pass_words(&mut ben, &mut tablet);
    assert_eq!(unread(&mut tablet), ["Ben's"]);
    let rows = ana.timeline(None, 10, &Filter::default()).unwrap();
    rows.iter().for_each(|row| see(&mut ana, row));
    meet(&mut ana, &mut tablet);
    assert_eq!((unread(&mut ana), unread(&mut tablet)), (vec![], vec!["Ben's".to_owned()]));
}
