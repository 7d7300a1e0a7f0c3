//! A page of Ana's own: her two devices write on it as on any page, and Ben reads it and speaks of it.

use std::collections::BTreeSet;

use super::super::attention::Need;
use super::super::comment::About;
use super::super::deed::{Act, Deed};
use super::super::left_over::KEEP;
use super::super::schema::{Class, Owner, Subject, name};
use super::everyday::Three;
use super::*;

const BEGUN: &str = "Dear diary\nWe met in May by the sea\nTo be told";
const OF_ANA: Field = Field::Text(Hands::One(Person::first(Slot::First)));

fn page() -> Three {
    Three::with(Kind::OwnPage, BEGUN)
}

/// What Ana's phone says to a change that Ben's phone, taken over, makes on its own.
fn forged(
    three: &mut Three,
    write: impl FnOnce(&EntryKey, &mut Edit<'_>) -> Result<(), EditError>,
) -> Refusal {
    let key = three.key.clone();
    let change = three.phones[2].notebook.document.edit(|edit| write(&key, edit));
    let batch = vec![(change.unwrap().unwrap(), Person::first(Slot::Second))];
    let before: Vec<Entry> = three.phones[0].notebook.entries().collect();
    let applied = three.phones[0].notebook.receive(batch).unwrap();
    assert!(before.iter().eq(&three.phones[0].notebook.entries().collect::<Vec<_>>()));
    let [(_, refusal)] = applied.refused[..] else { panic!("it is let in") };
    refusal
}

#[test]
fn ben_reads_it_and_speaks_of_it_and_writes_nothing_in_it() {
    let mut three = page();
    let key = three.key.clone();
    let ben = &mut three.phones[2].notebook;
    assert_eq!(ben.edit(&key, None, "No").err(), Some(CannotWrite::NotYours));
    assert_eq!(ben.edit(&key, None, BEGUN).err(), Some(CannotWrite::NotYours));
    assert_eq!(ben.splice(&key, None, (0, 4), "No").err(), Some(CannotWrite::NotYours));
    let act = Act { deed: Deed::Entitle, on: None, words: "His", now: 0 };
    assert_eq!(ben.act(&key, act, &mut rng(5)).err(), Some(CannotWrite::NotNow));
    let about = About { range: (14, 17), base: None };
    let written = ben.comment_on(&key, Some(about), None, "Which?", &mut rng(6)).unwrap();
    three.phones[2].keep(&written);
    for step in ["ben react ❤️", "ben tag may", "ben comment And?", "meet"] {
        three.does(step);
    }
    three.does("ana edit Dear diary\nOnce, we met by the sea\nTo be told");
    three.does("meet");
    let entry = three.entry();
    assert_eq!((entry.comments.len(), entry.reactions.len(), entry.members.len()), (2, 1, 1));
    assert_eq!(entry.comments[0].range.map(|(from, until)| until - from), Some(3));
    assert_eq!(
        (entry.author, entry.text.lines().nth(1)),
        (Slot::First, Some("Once, we met by the sea"))
    );
}

#[test]
fn what_ben_forges_in_it_is_refused_and_her_page_unchanged() {
    let own = OF_ANA.to_string();
    let his = Field::Text(Hands::One(Person::first(Slot::Second))).to_string();
    let unlawful = Refusal::Unlawful("a page of one's own is written by its own person");
    let typed = |at, words: &'static str| {
        let own = own.clone();
        move |key: &EntryKey, edit: &mut Edit<'_>| edit.splice(key, &own, at, words)
    };
    assert_eq!(forged(&mut page(), typed((0, 0), "Not ")), unlawful);
    assert_eq!(forged(&mut page(), typed((0, 4), "")), unlawful);
    let put = |key: &EntryKey, edit: &mut Edit<'_>| edit.put(key, &his, Scalar::Uint(1));
    assert_eq!(forged(&mut page(), put), Refusal::Unlawful("a text is typed, and no value"));

    // A page in her name, with her text, with none, and one that is his for both to read.
    let new = |slot| EntryKey::from_random(slot, [7; 16]);
    let born = |slot: Slot, kind: &'static str, text: Option<String>| {
        move |_: &EntryKey, edit: &mut Edit<'_>| {
            let fields = [
                ("kind", Scalar::Str(kind.to_owned())),
                ("v", Scalar::Uint(1)),
                ("ord", Scalar::Uint(1)),
                ("day", Scalar::Int(1)),
            ];
            let text = text.as_ref().map(|field| (field.as_str(), "words"));
            edit.create_entry(&new(slot), &fields, text)
        }
    };
    let (ana, ben) = (Slot::First, Slot::Second);
    for (what, slot, kind, text) in [
        ("in her name", ana, "own-page", Some(own.clone())),
        ("with her text", ben, "own-page", Some(own.clone())),
        ("with her text, and of a later version", ben, "poem", Some(own.clone())),
        ("without a text", ben, "own-page", None),
        ("for both hands", ben, "own-page", Some(Field::Text(Hands::Both).to_string())),
        ("a page for both hands that is his", ben, "page", Some(his.clone())),
        ("a note that is a page", ben, "note", Some(his.clone())),
        ("of a person who is none", ben, "own-page", Some("text/2.0".to_owned())),
        ("of himself as he is not", ben, "own-page", Some("text/1.1".to_owned())),
    ] {
        let refused = forged(&mut page(), born(slot, kind, text));
        assert!(matches!(refused, Refusal::Unlawful(_)), "{what}: {refused:?}");
    }
    let mut three = page();
    let own = born(ben, "own-page", Some(his.clone()));
    let change = three.phones[2].notebook.document.edit(|edit| own(&new(ben), edit));
    let batch = vec![(change.unwrap().unwrap(), Person::first(ben))];
    assert!(three.phones[0].notebook.receive(batch).unwrap().refused.is_empty(), "his own is his");
}

#[test]
fn what_ben_sets_on_it_is_not_shown_but_that_he_removed_it() {
    let mut three = page();
    three.does("ana entitle May");
    three.does("meet");
    let key = three.key.clone();
    let me = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let title = Field::Own(Class::Value, Subject::new(name::TITLE, None), me);
    let claim = claim::Claim::next(me, &[], "His".to_owned(), claim::RevMap::default());
    let claim = claim::Claim { round: 5, ..claim };
    let ben = &mut three.phones[2].notebook;
    let author = ben.author();
    let change = ben.commit(author, |edit| edit.put(&key, &title.to_string(), claim.to_scalar()));
    three.phones[2].written.push((change.unwrap().unwrap(), Person::first(BEN.0)));
    three.does("ben trash");
    three.does("meet");
    let entry = three.entry();
    assert_eq!((entry.shown.len(), entry.shown[0].value.as_str()), (1, "May"));
    assert!(entry.is_removed());
}

#[test]
fn what_her_devices_leave_over_from_a_removed_line_is_hers_to_keep() {
    let mut three = page();
    let key = three.key.clone();
    three.does("ana edit Dear diary\nTo be told");
    three.does("tablet edit Dear diary\nWe met in May, I think, by the sea\nTo be told");
    three.does("meet");
    let entry = three.entry();
    let left: Vec<&str> = entry.left_over.iter().map(|left| left.text.as_str()).collect();
    assert_eq!((left.len(), left[0].trim()), (1, ", I think,"), "{}", entry.text);
    assert!(matches!(entry.needs()[..], [Need::LeftOver(_)]));
    let id = entry.left_over[0].id.clone();
    let keep = |phone: &mut Phone| {
        phone.notebook.resolve(&key, (name::LEFT_OVER, Some(&id)), KEEP).map(Option::unwrap)
    };
    assert_eq!(keep(&mut three.phones[2]).err(), Some(CannotWrite::NotYours));
    let can = |slot| entry.can(Person::first(slot)).contains(&Verb::KeepLeftOver);
    assert!(can(Slot::First) && !can(Slot::Second));
    let can = |slot| entry.can(Person::first(slot)).contains(&Verb::Edit);
    assert!(can(Slot::First) && !can(Slot::Second), "nor is it offered");
    let kept = keep(&mut three.phones[1]).unwrap();
    three.phones[1].keep(&kept);
    three.does("meet");
    assert_eq!(three.entry().needs(), []);
}

#[test]
fn who_was_let_in_again_reads_their_page_of_before_and_begins_another() {
    let mut three = page();
    let again = Person { slot: Slot::First, generation: 1 };
    let all: Vec<Change> =
        three.phones[0].written.iter().map(|(change, _)| change.clone()).collect();
    let me = (again, WriterId([0xcc; 16]));
    let notebook = Notebook::load(Volume(0), Edition(0), me, None, all).unwrap();
    let mut back = Phone { notebook, seed: 77, written: Vec::new() };
    let key = three.key.clone();
    assert_eq!(back.entry(&key).text, BEGUN);
    assert_eq!(back.notebook.edit(&key, None, "Anew").err(), Some(CannotWrite::NotYours));
    let own = OF_ANA.to_string();
    let typed = back.notebook.document.edit(|edit| edit.splice(&key, &own, (0, 0), "No"));
    let batch = vec![(typed.unwrap().unwrap(), again)];
    let applied = three.phones[2].notebook.receive(batch).unwrap();
    assert!(matches!(applied.refused[..], [(_, Refusal::Unlawful(_))]));
    let me = (again, WriterId([0xcd; 16]));
    back.notebook = Notebook::load(Volume(0), Edition(0), me, None, Vec::new()).unwrap();
    let anew = back.notebook.write(Kind::OwnPage, 1, "Again", &mut rng(4)).unwrap();
    assert_eq!(anew.entry.generation, 1);
    assert!(back.notebook.edit(&anew.entry.key, None, "Again, and on").unwrap().is_some());
}

#[test]
fn an_envelope_with_it_names_the_law_that_knows_of_it() {
    let three = page();
    let changes: Vec<Change> =
        three.phones[0].written.iter().map(|(change, _)| change.clone()).collect();
    let texts = changes[0].puts().filter(|(key, _)| *key == OF_ANA.to_string());
    assert_eq!((texts.count(), schema::law_of(&changes)), (1, schema::LAW));
}

#[test]
fn erased_it_is_in_no_change_and_what_ben_said_of_it_stands() {
    let mut three = page();
    ["ana entitle May", "meet", "ben comment And?", "tablet edit Sheer secrets", "meet"]
        .iter()
        .for_each(|step| three.does(step));
    let key = three.key.clone();
    let [ana, _, ben] = &three.phones;
    let (hers, his) = (Person::first(Slot::First), Person::first(Slot::Second));
    let of = |notebook: &Notebook, person| notebook.words_of(&key, person);
    let next = ana.notebook.without(&of(&ana.notebook, hers), hers).unwrap();
    let holds = |words: &str| {
        let is_in =
            |change: &Change| change.bytes().windows(words.len()).any(|at| at == words.as_bytes());
        next.changes.iter().any(is_in)
    };
    assert!(!holds("secrets") && !holds("May") && holds("And?"));
    let none = BTreeSet::new();
    let left_out = ben.notebook.left_out_in(&next.changes, hers, &none);
    assert_eq!(left_out, Some(of(&ana.notebook, hers)));
    let by_him = ben.notebook.left_out_in(&next.changes, his, &none);
    assert_eq!(by_him, None, "nobody erases hers for her");
    let both = ben.notebook.left_out_in(&next.changes, his, &of(&ana.notebook, hers));
    assert_eq!(both, Some(of(&ana.notebook, hers)), "but what she wants gone goes along with his");
    assert!(next.notebook.lacks_words_of(Slot::First, &ana.notebook));
    assert!(!next.notebook.lacks_words_of(Slot::Second, &ana.notebook));
    let entry = next.notebook.entry(&key).unwrap();
    assert_eq!((entry.text.as_str(), entry.comments.len()), ("", 1));
    assert!(entry.is_erased() && !entry.is_bare() && of(&next.notebook, hers).is_empty());
    let by_ben = ben.notebook.without(&of(&ana.notebook, hers), his).unwrap();
    assert_eq!(by_ben.notebook.entry(&key).unwrap().text, "Sheer secrets");
}

#[test]
fn a_page_that_is_empty_is_not_one_that_was_erased() {
    let mut three = Three::with(Kind::OwnPage, "");
    assert!(!three.entry().is_erased() && !three.entry().is_bare());
    let person = Person::first(Slot::First);
    let words = three.phones[0].notebook.words_of(&three.key, person);
    let next = three.phones[0].notebook.without(&words, person).unwrap().notebook;
    assert!(next.entry(&three.key).unwrap().is_bare());
    three.does("ana edit words");
    three.does("ana edit ");
    three.does("meet");
    assert!(three.entry().text.is_empty() && !three.entry().is_erased());
    let kept = three.phones[0].notebook.without(&BTreeSet::new(), person).unwrap().notebook;
    assert!(!kept.entry(&three.key).unwrap().is_erased(), "an edition keeps it as it is");
}

#[test]
fn a_tablet_that_was_away_keeps_what_it_typed_and_brings_back_nothing_of_the_page() {
    let mut three = page();
    let key = three.key.clone();
    let before = three.phones[1].written.len();
    three.does(&format!("tablet edit {BEGUN}, once"));
    let late: Vec<Change> =
        three.phones[1].written[before..].iter().map(|(change, _)| change.clone()).collect();
    let person = Person::first(Slot::First);
    let words = three.phones[0].notebook.words_of(&key, person);
    let next = three.phones[0].notebook.without(&words, person).unwrap();
    let in_edition = |who| {
        let changes = next.changes.clone();
        Notebook::load(Volume(0), Edition(1), first(who), None, changes).unwrap()
    };
    let new = in_edition(ANAS_TABLET);
    let old = std::mem::replace(&mut three.phones[1].notebook, new);
    let (written, stranded) = three.phones[1].notebook.write_late(&old, &late).unwrap();
    assert!(stranded.is_empty());
    let anew = written.into_iter().map(|written| (written.change, person)).collect();
    let mut at_ben = in_edition(BEN);
    assert!(at_ben.receive(anew).unwrap().refused.is_empty());
    let entry = at_ben.entry(&key).unwrap();
    assert_eq!((entry.text.as_str(), entry.is_erased()), (", once", false));
}

#[test]
fn words_on_it_that_a_restored_phone_lost_are_written_anew() {
    let mut three = page();
    let key = three.key.clone();
    let shared: Vec<Change> =
        three.phones[0].written.iter().map(|(change, _)| change.clone()).collect();
    three.does(&format!("ana edit {BEGUN}, once"));
    let other = three.phones[0].notebook.write(Kind::OwnPage, 2, "Another", &mut rng(8)).unwrap();
    let mut lost: Vec<Change> =
        three.phones[0].written.split_off(1).into_iter().map(|(change, _)| change).collect();
    lost.push(other.change);
    let anew = (ANA.0, WriterId([0xcc; 16]));
    let restored = Notebook::load(Volume(0), Edition(0), first(anew), None, shared).unwrap();
    let old = std::mem::replace(&mut three.phones[0].notebook, restored);
    let written = three.phones[0].notebook.carry_over(&old, &lost).unwrap();
    written.iter().for_each(|written| three.phones[0].keep(written));
    three.does("meet");
    assert_eq!(three.entry().text, format!("{BEGUN}, once"));
    for phone in &three.phones {
        let other = phone.entry(&other.entry.key);
        assert_eq!((other.text.as_str(), other.is_written_on), ("Another", true));
    }
    three.does("ana edit Anew");
    assert_eq!(three.phones[0].entry(&key).text, "Anew");
}

#[test]
fn a_text_that_only_a_later_version_knows_is_kept_through_edits_and_editions() {
    let mut ana = Phone::new(ANA);
    let key = EntryKey::from_random(Slot::First, [5; 16]);
    let fields = [
        ("kind", Scalar::Str("poem".to_owned())),
        ("v", Scalar::Uint(9)),
        ("ord", Scalar::Uint(1)),
        ("day", Scalar::Int(1)),
    ];
    let text = Some(("text/of-all-three", "kept"));
    let made = ana.notebook.document.edit(|edit| edit.create_entry(&key, &fields, text));
    assert!(made.unwrap().is_some());
    ana.comment(&key, "What is this?");
    let person = Person::first(Slot::First);
    let words = ana.notebook.words_of(&key, person);
    let next = ana.notebook.without(&words, person).unwrap().notebook;
    for (notebook, comments) in [(&ana.notebook, 1), (&next, 0)] {
        let raw = notebook.document.entry(&key).unwrap();
        assert_eq!(raw.texts["text/of-all-three"], "kept");
        let entry = notebook.entry(&key).unwrap();
        assert_eq!((entry.text.as_str(), entry.comments.len()), ("", comments));
    }
}
