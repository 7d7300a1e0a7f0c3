//! Erasing: what the next edition of a volume says, who is believed about it, and what becomes of
//! words that were written without knowing of it.

use std::collections::BTreeSet;

use super::super::deed::{Act, Deed};
use super::super::edition::{NextEdition, WordsIn};
use super::*;

const SECRET: &str = "the words that Ana wants gone";

/// Ana and Ben, with a note of hers that he commented on, and much else.
fn couple() -> (Phone, Phone, EntryKey) {
    let (mut ana, mut ben) = (Phone::new(ANA), Phone::new(BEN));
    let note = ana.note(SECRET);
    let other = ana.note("what stays");
    ana.seed += 1;
    let page = ana.notebook.write(Kind::Page, 3, "a page", &mut rng(ana.seed)).unwrap();
    ana.keep(&page);
    let edited = ana.notebook.edit(&note, None, &format!("{SECRET}, said again")).unwrap();
    ana.keep(&edited.unwrap());
    meet(&mut ana, &mut ben);
    ben.comment(&note, "I read it");
    ben.comment(&other, "so do I");
    ana.comment(&note, SECRET);
    for _ in 0..4 {
        for is_wanted in [true, false] {
            let written = ben.notebook.react(&other, "❤️", is_wanted).unwrap();
            ben.keep(&written.unwrap());
        }
    }
    meet(&mut ana, &mut ben);
    (ana, ben, note)
}

fn meet(one: &mut Phone, other: &mut Phone) {
    other.notebook.receive(one.written.clone()).unwrap();
    one.notebook.receive(other.written.clone()).unwrap();
}

fn erased(phone: &Phone, note: &EntryKey) -> NextEdition {
    let person = Person::first(phone.notebook.slot);
    let words = phone.notebook.words_of(note, person);
    phone.notebook.without(&words, person).unwrap()
}

/// All that stands in a volume, but for how the entries of the two were spelled as operations.
fn told(notebook: &Notebook) -> Vec<Entry> {
    let plain = |entry: Entry| Entry { version: Version::default(), ..entry };
    notebook.entries().map(plain).collect()
}

fn holds(changes: &[Change], words: &str) -> bool {
    changes
        .iter()
        .any(|change| change.bytes().windows(words.len()).any(|window| window == words.as_bytes()))
}

#[test]
fn what_is_erased_is_in_no_change_and_all_the_rest_stands() {
    let (ana, _, note) = couple();
    let next = erased(&ana, &note);
    assert!(!holds(&next.changes, "wants gone") && holds(&next.changes, "what stays"));
    for (before, after) in told(&ana.notebook).into_iter().zip(told(&next.notebook)) {
        if before.key != note {
            assert_eq!(before, after);
            continue;
        }
        assert_eq!((after.text.as_str(), after.revisions.len()), ("", 0));
        assert_eq!((after.order, after.day, after.kind), (before.order, before.day, before.kind));
        let left: Vec<_> = after.comments.iter().map(|comment| comment.text.as_str()).collect();
        assert_eq!(left, ["I read it"]);
    }
    assert!(!next.notebook.words_of(&note, Person::first(Slot::Second)).is_empty());
    assert!(next.notebook.words_of(&note, Person::first(Slot::First)).is_empty());
}

#[test]
fn a_feeling_that_is_erased_is_not_named_by_how_strong_it_was() {
    let mut ana = Phone::new(ANA);
    let repair = ana.notebook.write(Kind::Repair, 3, "Tuesday", &mut rng(1)).unwrap().entry.key;
    let act = Act { deed: Deed::Weigh, on: None, words: "4 hurt", now: 0 };
    ana.notebook.act(&repair, act, &mut rng(2)).unwrap();
    let next = erased(&ana, &repair).notebook;
    let left = next.document.entry(&repair).unwrap().fields.into_keys();
    let of_feeling = schema::id_of_member("hurt").to_string();
    assert_eq!(left.filter(|field| field.contains(&of_feeling)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn an_entry_of_which_its_author_erased_all_words_is_no_page_whatever_they_said_of_them() {
    for (kind, said, words) in [
        (Kind::Gesture, Deed::DoneBy, "you"),
        (Kind::Gesture, Deed::Keep, ""),
        (Kind::Fear, Deed::SetTender, "yes"),
        (Kind::Mood, Deed::Rate, "2"),
    ] {
        let (mut ana, mut ben) = (Phone::new(ANA), Phone::new(BEN));
        let written = ana.notebook.write(kind, 3, SECRET, &mut rng(1)).unwrap();
        ana.keep(&written);
        let key = written.entry.key;
        let act = Act { deed: said, on: None, words, now: 0 };
        let written = ana.notebook.act(&key, act, &mut rng(2)).unwrap().unwrap();
        ana.keep(&written);
        assert!(erased(&ana, &key).notebook.entry(&key).unwrap().is_bare(), "{said}");
        meet(&mut ana, &mut ben);
        ben.comment(&key, "I read it");
        meet(&mut ana, &mut ben);
        assert!(!erased(&ana, &key).notebook.entry(&key).unwrap().is_bare(), "{said}");
    }
}

#[test]
fn both_phones_make_the_same_edition_whatever_reached_them_first() {
    let (ana, ben, note) = couple();
    let by_ana = erased(&ana, &note);
    let words = ben.notebook.words_of(&note, Person::first(Slot::First));
    let left_out_by = |person: Slot, wanted: &BTreeSet<WordsIn>| {
        ben.notebook.left_out_in(&by_ana.changes, Person::first(person), wanted)
    };
    assert_eq!(left_out_by(Slot::First, &BTreeSet::new()).as_ref(), Some(&words));
    // What one wants gone oneself the other may leave out.
    assert_eq!(left_out_by(Slot::Second, &BTreeSet::new()), None);
    assert_eq!(left_out_by(Slot::Second, &words).as_ref(), Some(&words));
    let again = ben.notebook.without(&words, Person::first(Slot::First)).unwrap();
    assert_eq!(again.beginning, by_ana.beginning);
}

#[test]
fn an_edition_that_says_anything_else_is_not_believed() {
    let (ana, ben, note) = couple();
    let believed = |next: &NextEdition| {
        let said = (&next.changes, Person::first(Slot::First));
        ben.notebook.left_out_in(said.0, said.1, &BTreeSet::new()).is_some()
    };
    let words = ana.notebook.words_of(&note, Person::first(Slot::Second));
    let of_ben = ana.notebook.without(&words, Person::first(Slot::Second)).unwrap();
    assert!(!believed(&of_ben), "it leaves out Ben's words");

    let mut forger = Phone::new(ANA);
    forger.note("what Ben never said");
    let other = forger.notebook.without(&BTreeSet::new(), Person::first(Slot::First)).unwrap();
    assert!(!believed(&other), "it is of something else");

    let mut longer = erased(&ana, &note);
    let written = longer.notebook.comment(&note, None, "one more", &mut rng(99)).unwrap();
    longer.changes.push(written.change);
    assert!(!believed(&longer), "it has a change more");

    let mut shorter = erased(&ana, &note);
    shorter.changes.pop();
    assert!(!believed(&shorter), "it has a change less");

    let twice = erased(&Phone { notebook: erased(&ana, &note).notebook, ..Phone::new(ANA) }, &note);
    assert!(!believed(&twice), "it is the edition after that");
    assert!(believed(&erased(&ana, &note)), "and the true one");
}

/// A phone in an edition, as if it had read it from its store.
fn in_edition(who: (Slot, WriterId), changes: &[Change]) -> Notebook {
    Notebook::load(Volume(0), Edition(1), first(who), None, changes.to_vec()).unwrap()
}

#[test]
fn what_is_written_after_it_is_lawful_and_comes_after_it() {
    let (ana, mut ben, note) = couple();
    let next = erased(&ana, &note);
    ben.notebook = in_edition(BEN, &next.changes);
    ben.written.clear();
    let newer = ben.note("newer");
    let comment = ben.comment(&note, "and you?");
    for is_wanted in [true, false, true] {
        let written = ben.notebook.react(&newer, "❤️", is_wanted).unwrap();
        ben.keep(&written.unwrap());
    }
    let mut at_ana = in_edition(ANA, &next.changes);
    let applied = at_ana.receive(ben.written.clone()).unwrap();
    assert!(applied.refused.is_empty() && applied.waiting.is_empty(), "{applied:?}");
    assert_eq!(told(&at_ana), told(&ben.notebook));
    let orders = |key| at_ana.entry(key).unwrap().order;
    assert!(at_ana.entries().all(|entry| entry.key == newer || entry.order < orders(&newer)));
    assert!(at_ana.entry(&note).unwrap().comments.iter().any(|it| it.id == comment));
}

#[test]
fn a_tablet_that_was_away_loses_none_of_its_words_and_brings_back_none_of_the_erased() {
    let (ana, ben, note) = couple();
    let mut tablet = Phone::new(ANAS_TABLET);
    tablet.notebook.receive(ana.written.clone()).unwrap();
    tablet.notebook.receive(ben.written.clone()).unwrap();
    let page = tablet.notebook.entries().find(|entry| entry.kind == Some(Kind::Page)).unwrap().key;
    let before = tablet.written.len();
    let own = tablet.note("written on the train");
    tablet.comment(&own, "and commented on");
    tablet.comment(&note, "from far away");
    let edited = tablet.notebook.edit(&own, None, "written on the train, edited").unwrap();
    tablet.keep(&edited.unwrap());
    let edited = tablet.notebook.edit(&page, None, "a page, with more").unwrap();
    tablet.keep(&edited.unwrap());
    let written = tablet.notebook.react(&note, "❤️", true).unwrap();
    tablet.keep(&written.unwrap());
    let late: Vec<Change> =
        tablet.written.split_off(before).into_iter().map(|(change, _)| change).collect();

    let next = erased(&ana, &note);
    let new = in_edition(ANAS_TABLET, &next.changes);
    let old = std::mem::replace(&mut tablet.notebook, new);
    let (written, stranded) = tablet.notebook.write_late(&old, &late).unwrap();
    assert!(stranded.is_empty());
    let anew: Vec<(Change, Person)> =
        written.into_iter().map(|written| (written.change, Person::first(Slot::First))).collect();

    let mut at_ben = in_edition(BEN, &next.changes);
    let applied = at_ben.receive(anew.clone()).unwrap();
    assert!(applied.refused.is_empty() && applied.waiting.is_empty(), "{applied:?}");
    assert_eq!(told(&at_ben), told(&tablet.notebook));
    let changes: Vec<Change> = anew.into_iter().map(|(change, _)| change).collect();
    assert!(!holds(&changes, "wants gone"));
    let note = at_ben.entry(&note).unwrap();
    let said: BTreeSet<_> = note.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(said, BTreeSet::from(["I read it", "from far away"]));
    assert_eq!((note.text.as_str(), note.reactions.len()), ("", 1));
    let own = at_ben.entry(&own).unwrap();
    assert_eq!(own.text, "written on the train, edited");
    assert_eq!((own.revisions.len(), own.comments.len()), (2, 1));
    assert_eq!(at_ben.entry(&page).unwrap().text, "a page, with more");
}

#[test]
fn what_was_said_of_an_entry_that_comes_later_is_said_once_it_is_here() {
    let (mut ana, mut ben, note) = couple();
    let next = erased(&ana, &note);
    let late = ana.note("written before Ana's phone knew that Ben had agreed");
    let commented = ana.written.len();
    ben.notebook.receive(ana.written.clone()).unwrap();
    let before = ben.written.len();
    ben.comment(&late, "an answer to that");
    let of_ben: Vec<Change> = ben.written[before..].iter().map(|it| it.0.clone()).collect();
    let of_ana: Vec<Change> = ana.written[commented - 1..].iter().map(|it| it.0.clone()).collect();

    let mut at_ben = in_edition(BEN, &next.changes);
    let (written, mut stranded) = at_ben.write_late(&ben.notebook, &of_ben).unwrap();
    assert_eq!((written.len(), stranded.len()), (0, 1));
    let mut at_ana = in_edition(ANA, &next.changes);
    let (written, _) = at_ana.write_late(&ana.notebook, &of_ana).unwrap();
    let anew = written.into_iter().map(|it| (it.change, Person::first(Slot::First))).collect();
    at_ben.receive(anew).unwrap();
    let written = at_ben.write_stranded(&mut stranded).unwrap();
    assert_eq!((written.len(), stranded.len()), (1, 0));
    assert_eq!(at_ben.entry(&late).unwrap().comments[0].text, "an answer to that");
}
