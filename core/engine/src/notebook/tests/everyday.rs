//! What holds for entries of every kind: removing, choosing, own words, entries of later versions,
//! limits, and writing on a page from two phones.

use std::collections::BTreeSet;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::attention::{Need, WORDS};
use super::super::deed::{Act, Deed};
use super::super::schema::{Class, Owner, Subject, name};
use super::super::trash::Trash;
use super::*;
use crate::limits::{LONG_PAGE, MAX_DAYS_AHEAD, MAX_NOTE, MAX_SWEET_NOTE, MAX_VALUE};

const WHO: [&str; 3] = ["ana", "tablet", "ben"];

/// Ana, her tablet and Ben, all with one entry of Ana's.
struct Three {
    phones: [Phone; 3],
    key: EntryKey,
}

impl Three {
    fn with(kind: Kind, text: &str) -> Self {
        let mut phones = [ANA, ANAS_TABLET, BEN].map(Phone::new);
        let written = phones[0].notebook.write(kind, 7, text, &mut rng(1)).unwrap();
        phones[0].keep(&written);
        let mut three = Self { phones, key: written.entry.key };
        three.meet();
        three
    }

    fn meet(&mut self) {
        let [ana, tablet, ben] = &mut self.phones;
        meet(&mut [ana, tablet, ben]);
    }

    fn phone(&mut self, who: &str) -> &mut Phone {
        let at = WHO.iter().position(|name| *name == who).unwrap();
        &mut self.phones[at]
    }

    /// `ben trash`, `ana edit Dear Ben`, `meet`.
    fn does(&mut self, step: &str) {
        let Some((who, rest)) = step.split_once(' ') else { return self.meet() };
        let (what, words) = rest.split_once(' ').unwrap_or((rest, ""));
        let key = self.key.clone();
        let phone = self.phone(who);
        phone.seed += 1;
        let mut random = rng(phone.seed);
        let notebook = &mut phone.notebook;
        let written = match what {
            "trash" => notebook.trash(&key, 12),
            "restore" => notebook.restore(&key),
            "edit" => notebook.edit(&key, None, words),
            "comment" => notebook.comment(&key, None, words, &mut random).map(Some),
            "react" => notebook.react(&key, words, true),
            deed => {
                let deed = deed.parse().unwrap();
                notebook.act(&key, Act { deed, on: None, words, now: 0 }, &mut random)
            }
        };
        let written = written.unwrap_or_else(|why| panic!("{step}: {why}"));
        written.iter().for_each(|written| phone.keep(written));
    }

    fn entry(&self) -> Entry {
        let entries = self.phones.each_ref().map(|phone| phone.entry(&self.key));
        assert!(entries.iter().all(|entry| *entry == entries[0]), "all phones show the same");
        entries[0].clone()
    }
}

/// What it is, in what kind of entry, what is done, who removed it then, and whose words have brought
/// it back.
type Removal = (&'static str, Kind, &'static [&'static str], Option<(Slot, &'static [Slot])>);

const REMOVALS: &[Removal] = &[
    ("nobody removed it", Kind::Note, &["ben react ❤️"], None),
    ("removed by its author", Kind::Note, &["ana trash"], Some((Slot::First, &[]))),
    ("removed by the other", Kind::Note, &["ben trash"], Some((Slot::Second, &[]))),
    ("removed by both", Kind::Note, &["ana trash", "ben trash"], Some((Slot::Second, &[]))),
    (
        "after a seen edit",
        Kind::Note,
        &["ana edit Hm", "meet", "ben trash"],
        Some((Slot::Second, &[])),
    ),
    (
        "∥ unseen words",
        Kind::Note,
        &["ben trash", "ana edit Hm"],
        Some((Slot::Second, &[Slot::First])),
    ),
    (
        "∥ own tablet's words",
        Kind::Note,
        &["ana trash", "tablet edit Hm"],
        Some((Slot::First, &[Slot::First])),
    ),
    (
        "∥ unseen comment",
        Kind::Note,
        &["ana trash", "ben comment Hm"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "∥ unseen side",
        Kind::Repair,
        &["ana trash", "ben tell Hm"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "∥ unseen feeling",
        Kind::Repair,
        &["ana trash", "ben feel sad"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "∥ unseen topic",
        Kind::Repair,
        &["ana trash", "ben edit Hm"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "∥ unseen item",
        Kind::List,
        &["ana trash", "ben add milk"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "∥ unseen page",
        Kind::Page,
        &["ana trash", "ben edit Dear us"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "∥ text taken off",
        Kind::Page,
        &["ana trash", "ben edit Dear"],
        Some((Slot::First, &[Slot::Second])),
    ),
    ("seen page", Kind::Page, &["ben edit Dear us", "meet", "ana trash"], Some((Slot::First, &[]))),
    ("∥ a heart", Kind::Note, &["ana trash", "ben react ❤️"], Some((Slot::First, &[]))),
    ("∥ thanks", Kind::Note, &["ana trash", "ben thank"], Some((Slot::First, &[]))),
    ("∥ letting go", Kind::Repair, &["ana trash", "ben let-go"], Some((Slot::First, &[]))),
    (
        "both removed it, each with words of their own",
        Kind::Note,
        &["ana edit Hm", "ana trash", "ben comment Hm", "ben trash"],
        Some((Slot::Second, &[])),
    ),
    ("restored by the other", Kind::Note, &["ana trash", "meet", "ben restore"], None),
    (
        "restored ∥ removed again",
        Kind::Note,
        &["ana trash", "meet", "ana restore", "meet", "ana trash", "meet", "ben restore"],
        None,
    ),
    (
        "restored by one ∥ commented by the other",
        Kind::Note,
        &["ana trash", "meet", "ana restore", "ben comment Hm"],
        None,
    ),
    (
        "written on while it was out of sight",
        Kind::Note,
        &["ana trash", "meet", "ben comment Hm"],
        Some((Slot::First, &[Slot::Second])),
    ),
    (
        "back, and let stay",
        Kind::Note,
        &["ana trash", "ben comment Hm", "meet", "ana restore"],
        None,
    ),
    (
        "back, and removed again",
        Kind::Note,
        &["ana trash", "ben comment Hm", "meet", "ana trash"],
        Some((Slot::First, &[])),
    ),
    (
        "removed again ∥ let stay",
        Kind::Note,
        &["ana trash", "ben comment Hm", "meet", "ana trash", "ben restore"],
        Some((Slot::First, &[Slot::Second])),
    ),
];

#[test]
fn what_was_removed_is_hidden_until_a_word_comes_that_was_not_seen() {
    for (what, kind, steps, expected) in REMOVALS {
        let mut three = Three::with(*kind, "Dear Ben");
        steps.iter().for_each(|step| three.does(step));
        three.meet();
        let entry = three.entry();
        let trash = expected.map(|(by, back)| Trash { by, day: 12, resurfaced_by: back.into() });
        assert_eq!(entry.trash, trash, "{what}");
        assert_eq!(entry.is_removed(), expected.is_some_and(|(_, back)| back.is_empty()), "{what}");
        let is_needed = entry.needs().contains(&Need::Resurfaced);
        assert_eq!(is_needed, expected.is_some_and(|(_, back)| !back.is_empty()), "{what}");
        let can = |verb| entry.can(Slot::First).contains(&verb);
        assert_eq!((can(Verb::Trash), can(Verb::Restore)), (!entry.is_removed(), trash.is_some()));
        assert!(entry.stances.iter().all(|stance| stance.name != name::WRITTEN), "{what}");
    }
}

#[test]
fn what_was_removed_comes_back_as_it_was() {
    let mut three = Three::with(Kind::Repair, "Tuesday");
    ["ana tell My side", "ben feel sad", "ben react ❤️", "ana comment Hm", "meet"]
        .iter()
        .for_each(|step| three.does(step));
    let before = three.entry();
    ["ben trash", "meet", "ana restore", "meet"].iter().for_each(|step| three.does(step));
    let mut after = three.entry();
    (after.version, after.content) = (before.version.clone(), before.content);
    after.done = before.done.clone();
    assert_eq!(after, before);
    for idle in ["trash", "restore"] {
        let mut ana = three.phones[0].notebook.entry(&three.key).unwrap();
        let notebook = &mut three.phones[0].notebook;
        for _ in 0..2 {
            ana = match idle {
                "trash" => notebook.trash(&three.key, 1),
                _ => notebook.restore(&three.key),
            }
            .unwrap()
            .map_or(ana, |written| written.entry);
        }
        let again = match idle {
            "trash" => notebook.trash(&three.key, 2),
            _ => notebook.restore(&three.key),
        };
        assert!(again.unwrap().is_none(), "{idle} twice is {idle} once");
        assert_eq!(notebook.entry(&three.key).unwrap(), ana);
    }
}

#[test]
fn a_removal_survives_a_phone_that_was_restored() {
    let mut three = Three::with(Kind::Page, "We two");
    three.does("ana edit We two here");
    three.does("ana trash");
    let key = three.key.clone();
    let ana = &mut three.phones[0];
    let lost: Vec<Change> =
        ana.written.split_off(1).into_iter().map(|(change, _)| change).collect();
    let shared = ana.written.iter().map(|(change, _)| change.clone()).collect();
    let anew = (ANA.0, WriterId([0xcc; 16]));
    let restored = Notebook::load(Volume(0), Edition(0), first(anew), None, shared).unwrap();
    let old = std::mem::replace(&mut ana.notebook, restored);
    let written = ana.notebook.carry_over(&old, &lost).unwrap();
    written.iter().for_each(|written| ana.keep(written));
    assert_eq!(ana.entry(&key).text, "We two here");
    assert!(ana.entry(&key).trash.is_some(), "what was carried over says that it was removed");
    three.meet();
    three.entry();
}

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
        ("a topic anew", Kind::Repair, ["ana edit Tue", "ben edit Wed"], name::TOPIC, "ana", "Fri"),
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

/// Changes that Ben's phone, taken over, makes of an entry that all have; and what Ana's phone says
/// to each.
fn forged_by_ben(
    three: &mut Three,
    write: impl FnOnce(&EntryKey, &mut Edit<'_>) -> Result<(), EditError>,
) -> Vec<Refusal> {
    let key = three.key.clone();
    let change = three.phone("ben").notebook.document.edit(|edit| write(&key, edit));
    let batch = vec![(change.unwrap().unwrap(), Person::first(Slot::Second))];
    let applied = three.phones[0].notebook.receive(batch).unwrap();
    applied.refused.into_iter().map(|(_, refusal)| refusal).collect()
}

#[test]
fn an_entry_is_born_complete_and_first_edits_apart_never_make_a_second_container() {
    for kind in Kind::ALL {
        let mut three = Three::with(kind, "Dear Ben");
        let born = three.entry();
        for (who, emoji) in [("ana", "❤️"), ("tablet", "🎉"), ("ben", "🫶")] {
            three.does(&format!("{who} react {emoji}"));
            three.does(&format!("{who} comment from {who}"));
            three.does(&format!("{who} tag {who}"));
        }
        if kind.body() != Body::Words {
            ["ana edit Dear Ben and Ana", "ben edit Oh dear Ben"]
                .iter()
                .for_each(|s| three.does(s));
        }
        three.meet();
        let entry = three.entry();
        let key = three.key.clone();
        let objects = three.phones.each_ref().map(|phone| phone.notebook.document.containers(&key));
        let has_text = matches!(kind.body(), Body::Text | Body::Notes(_));
        let expected = 1 + usize::from(has_text);
        assert_eq!(objects, [expected; 3], "{}: the entry, and its text", kind.name());
        assert_eq!((entry.comments.len(), entry.reactions.len()), (3, 3), "{}", kind.name());
        assert_eq!((&entry.key, entry.author, entry.day), (&born.key, born.author, born.day));
    }
}

#[test]
fn bens_phone_refuses_to_edit_anas_words() {
    for kind in [Kind::Note, Kind::Listening, Kind::Gesture, Kind::Dream, Kind::Mood] {
        let mut three = Three::with(kind, "Ana's words");
        let key = three.key.clone();
        let edited = three.phone("ben").notebook.edit(&key, None, "Ben's words");
        assert_eq!(edited.err(), Some(CannotWrite::NotYours), "{}", kind.name());
        assert_eq!(three.entry().text, "Ana's words");
    }
}

#[test]
fn a_forged_change_of_bens_phone_on_anas_part_is_refused_and_her_text_unchanged() {
    let words = |text: &str| Scalar::Str(text.to_owned());
    let of = |(slot, writer): (Slot, WriterId)| WordsKey { rev: 2, writer, slot, generation: 0 };
    let part = |who| Field::Part(Subject::new(name::PERSPECTIVE, None), of(who));
    let owner = |(slot, writer)| Owner { slot, generation: 0, writer };
    let let_go = Field::Own(Class::Claim, Subject::new(name::LET_GO, None), owner(ANA));
    let mixed = (ANA.0, BEN.1);
    let cases: [(&str, Field, Scalar); 6] = [
        ("her body, in her name", Field::Words(of(ANA)), words("No")),
        ("her body, by his phone", Field::Words(of(mixed)), words("No")),
        ("her side, in her name", part(ANA), words("No")),
        ("her side, by his phone", part(mixed), words("No")),
        ("her letting go", let_go, words("yes")),
        ("her revision", Field::Rev(owner(ANA)), Scalar::Uint(1)),
    ];
    for (what, field, value) in cases {
        let mut three = Three::with(Kind::Repair, "Tuesday");
        ["ana tell I felt hurt", "meet"].iter().for_each(|step| three.does(step));
        let before = three.phones[0].entry(&three.key);
        let refused =
            forged_by_ben(&mut three, |key, edit| edit.put(key, &field.to_string(), value));
        assert!(matches!(refused[..], [Refusal::Unlawful(_)]), "{what}: {refused:?}");
        assert_eq!(three.phones[0].entry(&three.key), before, "{what}");
    }
}

#[test]
fn oversize_content_of_the_other_is_refused_and_the_notebook_opens() {
    let long = |units: usize| Scalar::Str("x".repeat(units));
    let of = WordsKey { rev: 1, writer: BEN.1, slot: BEN.0, generation: 0 };
    let me = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let claim = |units: usize| {
        let value = "x".repeat(units);
        let after = claim::RevMap::default();
        let witness = after.clone();
        claim::Claim { round: 1, value, after, witness }.to_scalar()
    };
    let own = |class| Field::Own(class, Subject::new(name::TOPIC, None), me);
    let comment = comment_field(BEN, 1, 0);
    let part = Field::Part(Subject::new(name::PERSPECTIVE, None), of);
    let cases: [(&str, String, Scalar); 6] = [
        ("a part", part.to_string(), long(MAX_NOTE + 1)),
        ("a comment", comment, long(MAX_COMMENT + 1)),
        ("a value", own(Class::Value).to_string(), claim(MAX_VALUE + 1)),
        ("a claim", own(Class::Claim).to_string(), claim(65)),
        ("a field of another's making", "gossip".to_owned(), long(1)),
        ("a reaction of words", reaction_field(BEN, "❤️", 0), long(1)),
    ];
    for (what, field, value) in cases {
        let mut three = Three::with(Kind::Repair, "Tuesday");
        let refused = forged_by_ben(&mut three, |key, edit| edit.put(key, &field, value));
        assert!(matches!(refused[..], [Refusal::Unlawful(_)]), "{what}: {refused:?}");
        let saved = three.phones[0].notebook.save().unwrap();
        let opened =
            Notebook::load(Volume(0), Edition(0), first(ANA), Some(&saved), Vec::new()).unwrap();
        assert_eq!(opened.entry(&three.key).unwrap().text, "Tuesday", "{what}");
    }
}

#[test]
fn nothing_is_cut_short_and_every_limit_names_itself_and_what_it_was_given() {
    let mut ana = Phone::new(ANA);
    let mut seed = 0;
    let mut write = |notebook: &mut Notebook, kind: Kind, units: usize| {
        seed += 1;
        notebook.write(kind, 0, &"é".repeat(units), &mut rng(seed)).map(|written| written.entry)
    };
    let notebook = &mut ana.notebook;
    for (kind, limit) in [
        (Kind::Note, MAX_SWEET_NOTE),
        (Kind::Listening, MAX_NOTE),
        (Kind::Repair, MAX_TITLE),
        (Kind::List, MAX_TITLE),
        (Kind::Page, MAX_PAGE),
    ] {
        let longest = write(notebook, kind, limit).unwrap();
        assert_eq!(longest.text.chars().count(), limit, "{}", kind.name());
        let why = write(notebook, kind, limit + 1).unwrap_err();
        assert_eq!(why, CannotWrite::TooLong { limit, got: limit + 1 }, "{}", kind.name());
        assert!(why.to_string().contains(&limit.to_string()));
        assert!(why.to_string().contains(&(limit + 1).to_string()));
    }
    assert!(write(notebook, Kind::Page, LONG_PAGE).unwrap().is_long());
    assert!(!write(notebook, Kind::Page, LONG_PAGE - 1).unwrap().is_long());
    let page = write(notebook, Kind::Page, MAX_PAGE).unwrap();
    let typed = notebook.splice(&page.key, None, (0, 1), "two");
    assert_eq!(typed.err(), Some(CannotWrite::TooLong { limit: MAX_PAGE, got: MAX_PAGE + 2 }));
    for (text, why) in [
        (" \n\t", CannotWrite::Empty),
        ("", CannotWrite::Empty),
        ("bell\u{7}", CannotWrite::ControlCharacters),
        ("\u{9b}31m", CannotWrite::ControlCharacters),
    ] {
        let refused = notebook.write(Kind::Note, 0, text, &mut rng(99)).err();
        assert_eq!(refused, Some(why), "{text:?}");
    }
}

#[test]
fn a_day_further_ahead_than_the_earth_is_round_is_kept_and_shown_to_be() {
    let mut ana = Phone::new(ANA);
    for (day, is_ahead) in [(99, false), (100 + MAX_DAYS_AHEAD, false), (102, true)] {
        let entry = ana.notebook.write(Kind::Note, day, "x", &mut rng(day as u64)).unwrap().entry;
        assert_eq!((entry.day, entry.is_ahead_of(100)), (day, is_ahead));
    }
}

/// An entry as a later version of Ben's app makes it.
fn of_a_later_version(three: &mut Three) -> EntryKey {
    let key = EntryKey::from_random(Slot::Second, [5; 16]);
    let ben = three.phone("ben");
    let start = ben.notebook.document.next_op();
    let of = WordsKey { rev: 1, writer: BEN.1, slot: BEN.0, generation: 0 };
    let me = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let claim = |value: &str| {
        let empty = claim::RevMap::default();
        let value = value.to_owned();
        claim::Claim { round: 1, value, after: empty.clone(), witness: empty }.to_scalar()
    };
    let fields = [
        (Field::Kind, Scalar::Str("poem".into())),
        (Field::Version, Scalar::Uint(7)),
        (Field::Order, Scalar::Uint(start)),
        (Field::Day, Scalar::Int(3)),
        (Field::Own(Class::Value, Subject::new(name::TITLE, None), me), claim("To the sea")),
        (Field::Own(Class::Claim, Subject::new("rhymes", None), me), claim("yes")),
        (Field::Part(Subject::new("verse", None), of), Scalar::Str("The sea, the sea".into())),
        (Field::Rev(me), Scalar::Uint(start)),
    ];
    let fields = fields.map(|(field, value)| (field.to_string(), value));
    let fields: Vec<_> = fields.iter().map(|(f, value)| (f.as_str(), value.clone())).collect();
    let made = ben.notebook.document.edit(|edit| edit.create_entry(&key, &fields, None));
    ben.written.push((made.unwrap().unwrap(), Person::first(Slot::Second)));
    three.meet();
    key
}

#[test]
fn an_entry_of_a_later_version_is_shown_and_kept_through_what_this_one_says_of_it() {
    let mut three = Three::with(Kind::Note, "Dear Ben");
    three.key = of_a_later_version(&mut three);
    let shown = three.entry();
    assert_eq!((shown.kind, shown.kind_name.as_str()), (None, "poem"));
    assert_eq!(shown.text, "To the sea", "what reads like words is shown");
    let fields =
        |three: &Three| three.phones[0].notebook.document.entry(&three.key).unwrap().fields;
    let before = fields(&three);
    let key = three.key.clone();
    for step in ["ana comment Lovely", "ana react ❤️", "ben trash", "meet", "ana restore", "meet"]
    {
        three.does(step);
    }
    let edited = three.phone("ben").notebook.edit(&key, None, "To the lake");
    assert!(edited.is_err(), "what this version does not know it does not write");
    let after = fields(&three);
    for (field, values) in &before {
        assert_eq!(after.get(field), Some(values), "{field} is as it was");
    }
    let saved = three.phones[0].notebook.save().unwrap();
    let opened =
        Notebook::load(Volume(0), Edition(0), first(ANA), Some(&saved), Vec::new()).unwrap();
    assert_eq!(opened.entry(&key).unwrap(), three.phones[0].entry(&key));
    assert_eq!(three.entry().comments.len(), 1);
}

#[test]
fn a_splice_is_counted_as_phones_count_and_never_cuts_a_character() {
    let mut three = Three::with(Kind::Page, "Hi 👩\u{200d}👩\u{200d}👧 and 🎉!");
    let key = three.key.clone();
    let ana = three.phone("ana");
    let shown = ana.entry(&key).version;
    for inside in [(4, 0), (3, 1), (16, 1), (17, 3), (usize::MAX, 1), (1, usize::MAX)] {
        let why = ana.notebook.splice(&key, Some(&shown), inside, "x").unwrap_err();
        assert_eq!(why, CannotWrite::Edit(EditError::Position), "{inside:?}");
    }
    assert_eq!(ana.notebook.splice(&key, Some(&shown), (3, 0), "").unwrap().map(|_| ()), None);
    let family = ana.notebook.splice(&key, Some(&shown), (3, 8), "us").unwrap().unwrap();
    ana.keep(&family);
    assert_eq!(family.entry.text, "Hi us and 🎉!");
    // Against the version that was shown then, a picture further on is where it was.
    let party = ana.notebook.splice(&key, Some(&shown), (16, 2), "🫶").unwrap().unwrap();
    ana.keep(&party);
    assert_eq!(party.entry.text, "Hi us and 🫶!");
}

/// A person at a text field bound to the whole string, as SwiftUI has it.
struct Bound {
    shown: (String, Version),
    typed: String,
}

const FAMILY: &str = "👩\u{200d}👧";

fn keystrokes() -> impl Strategy<Value = Vec<(bool, u8)>> {
    prop::collection::vec((any::<bool>(), 0..8_u8), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Each types a word of their own, letter by letter, each state handed over as a whole string
    /// with the version it was typed over, and what the other has typed arrives at any moment.
    #[test]
    fn two_who_type_into_one_field_never_make_a_word_of_each_others_letters(
        strokes in keystrokes(),
        is_over_the_same_word in any::<bool>(),
    ) {
        let begun = if is_over_the_same_word { "I felt hurt 👩\u{200d}👧 then" } else { "I felt" };
        let mut three = Three::with(Kind::Page, begun);
        let key = three.key.clone();
        let words = ["lonely", "wu\u{308}tend"];
        let mut fields = ["ana", "ben"].map(|who| {
            let entry = three.phone(who).entry(&key);
            Bound { typed: String::new(), shown: (entry.text, entry.version) }
        });
        for (is_bens, what) in strokes {
            let at = usize::from(is_bens);
            let who = ["ana", "ben"][at];
            if what == 0 {
                three.meet();
            }
            let field = &mut fields[at];
            let phone = three.phone(who);
            if what == 1 {
                // The app shows what has come, and its person goes on behind their own word.
                let entry = phone.entry(&key);
                field.shown = (entry.text, entry.version);
                continue;
            }
            let letters = words[at].chars().count();
            let next = (field.typed.chars().count() + 1).min(letters);
            let typed: String = words[at].chars().take(next).collect();
            let (text, version) = &field.shown;
            let before = match field.typed.as_str() {
                "" if is_over_the_same_word => "hurt",
                typed => typed,
            };
            let value = match text.split(' ').position(|word| word == before) {
                Some(at) => {
                    let words = text.split(' ').enumerate();
                    let anew = words.map(|(i, word)| if i == at { typed.as_str() } else { word });
                    anew.collect::<Vec<_>>().join(" ")
                }
                None => format!("{text} {typed}"),
            };
            let written = phone.notebook.edit(&key, Some(version), &value).unwrap();
            field.typed = typed;
            if let Some(written) = written {
                phone.keep(&written);
                // A whole-string binding shows what the merge made of it.
                field.shown = (written.entry.text, written.entry.version);
            }
        }
        three.meet();
        let text = three.entry().text;
        prop_assert_eq!(text.contains(FAMILY), begun.contains(FAMILY), "{:?}", text);
        let begun: Vec<&str> = begun.unicode_words().collect();
        for word in text.unicode_words() {
            let is_whole = begun.contains(&word) || words.iter().any(|whole| whole.starts_with(word));
            prop_assert!(is_whole, "{word:?} in {text:?}");
        }
        for (field, who) in fields.iter().zip(["Ana", "Ben"]) {
            prop_assert!(text.contains(&field.typed), "{who} typed {:?}: {text:?}", field.typed);
        }
    }
}

/// Somebody's removing, or restoring, as a model has it.
#[derive(Clone, Debug)]
struct Stand {
    is_removal: bool,
    words: BTreeSet<usize>,
    after: BTreeSet<usize>,
}

/// What a phone has heard of, in a model.
#[derive(Clone, Debug, Default)]
struct Heard {
    words: BTreeSet<usize>,
    stands: BTreeSet<usize>,
}

impl Heard {
    /// Whether it shows that somebody removed the entry, and whether it is out of sight.
    fn shows(&self, all: &[Stand]) -> (bool, bool) {
        let of = |id: &usize| &all[*id];
        let is_standing =
            |id: &&usize| !self.stands.iter().any(|other| of(other).after.contains(id));
        let standing: Vec<&Stand> = self.stands.iter().filter(is_standing).map(of).collect();
        let removals = || standing.iter().filter(|stand| stand.is_removal);
        let seen: BTreeSet<usize> = removals().flat_map(|stand| stand.words.clone()).collect();
        let is_removed = removals().next().is_some();
        let is_restored = standing.iter().any(|stand| !stand.is_removal);
        (is_removed, is_removed && !is_restored && self.words.is_subset(&seen))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever three phones write and remove, in whatever order it travels, no word is out of sight
    /// that nobody who removed the entry had seen.
    #[test]
    fn no_word_is_removed_unseen(
        steps in prop::collection::vec((0..3_usize, 0..7_u8, 0..3_usize), 1..28),
    ) {
        let mut three = Three::with(Kind::Page, "We two");
        let key = three.key.clone();
        let (mut stands, mut words): (Vec<Stand>, usize) = (Vec::new(), 0);
        let mut heard: [Heard; 3] = Default::default();
        let mut came: [Vec<(Change, Person)>; 3] = Default::default();
        for (at, what, from) in steps {
            match what {
                0 => three.does(&format!("{} comment {words}", WHO[at])),
                1 => three.does(&format!("{} edit We two {words}", WHO[at])),
                2 | 3 => {
                    let (is_removed, is_hidden) = heard[at].shows(&stands);
                    let is_removal = what == 2;
                    three.does(&format!("{} {}", WHO[at], if is_removal { "trash" } else { "restore" }));
                    if if is_removal { is_hidden } else { !is_removed } {
                        continue;
                    }
                    let Heard { words, stands: after } = heard[at].clone();
                    heard[at].stands.insert(stands.len());
                    stands.push(Stand { is_removal, words, after });
                }
                _ => {
                    let mut batch = came[from].clone();
                    batch.extend(three.phones[from].written.clone());
                    three.phones[at].notebook.receive(batch.clone()).unwrap();
                    came[at].extend(batch);
                    let Heard { words, stands } = heard[from].clone();
                    heard[at].words.extend(words);
                    heard[at].stands.extend(stands);
                }
            }
            if what < 2 {
                heard[at].words.insert(words);
                words += 1;
            }
            let trash = three.phones[at].entry(&key).trash;
            let shown = (trash.is_some(), trash.is_some_and(|trash| trash.is_hidden()));
            prop_assert_eq!(shown, heard[at].shows(&stands), "{} {:?}", at, stands);
        }
        three.meet();
        three.entry();
    }
}
