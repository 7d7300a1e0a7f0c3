//! What was set apart and stands side by side, until somebody chooses.

use super::super::attention::WORDS;
use super::super::deed::{Act, Deed};
use super::super::schema::name;
use super::everyday::Three;
use super::*;

/// What each phone shows of it, with what stands beside.
fn choices(three: &Three) -> Vec<(String, Vec<String>)> {
    let choices = three.entry().choices().into_iter();
    choices.map(|choice| (choice.field, choice.values)).collect()
}

#[test]
fn what_was_set_apart_is_shown_on_both_until_one_chooses() {
    type Row<'a> = (&'a str, Kind, [&'a str; 2], &'a str, &'a str, &'a str);
    let rows: &[Row<'_>] = &[
        ("a topic", Kind::Repair, ["ana edit Tue", "ben edit Wed"], name::TOPIC, "ben", "Tue"),
        (
            "a day",
            Kind::Repair,
            ["ana happened-on 3", "ben happened-on 4"],
            name::HAPPENED,
            "ana",
            "4",
        ),
        ("a date", Kind::Date, ["ana set-date 3", "ben set-date 4"], name::ON, "ben", "3"),
        ("own words", Kind::Note, ["ana edit lonely", "tablet edit angry"], WORDS, "ana", "lonely"),
        (
            "a side",
            Kind::Repair,
            ["ana tell One", "tablet tell Two"],
            name::PERSPECTIVE,
            "tablet",
            "Both",
        ),
    ];
    for (what, kind, apart, field, who, value) in rows {
        let mut three = Three::with(*kind, "I felt hurt");
        apart.iter().for_each(|step| three.does(step));
        three.meet();
        let shown = choices(&three);
        assert_eq!(shown.len(), 1, "{what}: {shown:?}");
        assert_eq!((shown[0].0.as_str(), shown[0].1.len()), (*field, 2), "{what}");
        assert_eq!(three.entry().conflicts(), 1, "one stands beside the other: {what}");
        assert_eq!(three.entry().needs().len(), 1, "{what}");
        let key = three.key.clone();
        let phone = three.phone(who);
        let written = phone.notebook.resolve(&key, (field, None), value).unwrap();
        written.iter().for_each(|written| phone.keep(written));
        three.meet();
        assert_eq!(three.entry().conflicts(), 0, "choosing on one clears both: {what}");
        assert_eq!(three.entry().needs(), [], "{what}");
        let is_there = |text: &str| text == *value;
        let entry = three.entry();
        let mut all = entry.shown.iter().map(|shown| &shown.value);
        let mut parts = entry.parts.iter().map(|part| &part.text);
        let is_shown = is_there(&entry.text)
            || all.any(|text| is_there(text))
            || parts.any(|text| is_there(text));
        assert!(is_shown, "{what}");
        let again = three.phone(who).notebook.resolve(&key, (field, None), value);
        assert_eq!(again.err(), Some(CannotWrite::NothingToResolve), "{what}");
    }
}

#[test]
fn equal_values_set_apart_are_one() {
    for [one, other] in
        [["ana edit Tue", "ben edit Tue"], ["ana happened-on 3", "ben happened-on 3"]]
    {
        let mut three = Three::with(Kind::Repair, "?");
        [one, other, "meet"].iter().for_each(|step| three.does(step));
        assert_eq!((three.entry().conflicts(), choices(&three)), (0, vec![]));
    }
}

#[test]
fn what_both_set_is_chosen_from_what_stands_there_and_from_nothing_else() {
    let rows = [
        (Kind::Repair, ["ana edit Tue", "ben edit Wed"], name::TOPIC),
        (Kind::Date, ["ana edit Tue", "ben edit Wed"], name::TITLE),
        (Kind::Repair, ["ana happened-on 3", "ben happened-on 4"], name::HAPPENED),
        (Kind::Date, ["ana set-date 3", "ben set-date 4"], name::ON),
        (Kind::Date, ["ana set-repeat yearly", "ben set-repeat never"], name::REPEAT),
        (Kind::Profile, ["ana together-since 3", "ben together-since 4"], name::SINCE),
    ];
    for (kind, apart, field) in rows {
        let mut three = Three::with(kind, "?");
        apart.iter().for_each(|step| three.does(step));
        three.meet();
        let (before, key) = (three.entry(), three.key.clone());
        if before.conflicts() == 0 {
            assert_eq!(field, name::TITLE, "of two titles one is as good as the other");
            continue;
        }
        for (who, value) in [("ana", "Fri"), ("ben", "5"), ("tablet", "")] {
            let other = three.phone(who).notebook.resolve(&key, (field, None), value);
            assert_eq!(other.err(), Some(CannotWrite::NotAChoice), "{field}: {value}");
        }
        three.meet();
        assert_eq!(three.entry(), before, "{field}");
    }
}

#[test]
fn whoever_has_no_say_does_not_choose() {
    let mut three = Three::with(Kind::Note, "I felt hurt");
    ["ana edit lonely", "tablet edit angry", "meet"].iter().for_each(|step| three.does(step));
    let key = three.key.clone();
    let mut by_ben = |field: &str| three.phone("ben").notebook.resolve(&key, (field, None), "fine");
    assert_eq!(by_ben(WORDS).err(), Some(CannotWrite::NotYours));
    assert_eq!(by_ben("topic").err(), Some(CannotWrite::NothingToResolve));
    let mut three = Three::with(Kind::List, "Groceries");
    ["ana add milk", "meet"].iter().for_each(|step| three.does(step));
    let (key, item) = (three.key.clone(), three.entry().items[0].id.clone());
    for (who, words) in [("ana", "oat milk"), ("ben", "whole milk")] {
        let phone = three.phone(who);
        for (deed, words) in [(Deed::Change, words), (Deed::Check, "")] {
            let act = Act { deed, on: Some(&item), words, now: 0 };
            let written = phone.notebook.act(&key, act, &mut rng(9)).unwrap();
            written.iter().for_each(|written| phone.keep(written));
        }
    }
    let ben = three.phone("ben");
    let act = Act { deed: Deed::Uncheck, on: Some(&item), words: "", now: 0 };
    let written = ben.notebook.act(&key, act, &mut rng(9)).unwrap().unwrap();
    ben.keep(&written);
    three.meet();
    assert_eq!(choices(&three).len(), 2, "its words, and whether it is done");
    for (field, value) in [(name::ITEM, "oat milk"), (name::DONE, "yes")] {
        let ben = three.phone("ben");
        let other = ben.notebook.resolve(&key, (field, Some(&item)), "something else");
        assert_eq!(other.err(), Some(CannotWrite::NotAChoice));
        let written = ben.notebook.resolve(&key, (field, Some(&item)), value).unwrap().unwrap();
        ben.keep(&written);
        three.meet();
    }
    let entry = three.entry();
    let [item] = &entry.items[..] else { panic!("{:?}", entry.items) };
    assert_eq!((item.text.as_str(), item.is_done, entry.conflicts()), ("oat milk", true, 0));
}
