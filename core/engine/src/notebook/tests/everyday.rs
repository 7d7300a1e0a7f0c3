//! What holds for entries of every kind: own words, entries of later versions, limits, and writing
//! on a page from two phones.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::deed::Act;
use super::super::schema::{Class, Owner, Subject, name};
use super::*;
use crate::limits::{LONG_PAGE, MAX_DAYS_AHEAD, MAX_NOTE, MAX_SWEET_NOTE, MAX_VALUE};

pub(super) const WHO: [&str; 3] = ["ana", "tablet", "ben"];

/// Ana, her tablet and Ben, all with one entry of Ana's.
pub(super) struct Three {
    pub(super) phones: [Phone; 3],
    pub(super) key: EntryKey,
}

impl Three {
    pub(super) fn with(kind: Kind, text: &str) -> Self {
        let mut phones = [ANA, ANAS_TABLET, BEN].map(Phone::new);
        let written = phones[0].notebook.write(kind, 7, text, &mut rng(1)).unwrap();
        phones[0].keep(&written);
        let mut three = Self { phones, key: written.entry.key };
        three.meet();
        three
    }

    pub(super) fn meet(&mut self) {
        let [ana, tablet, ben] = &mut self.phones;
        meet(&mut [ana, tablet, ben]);
    }

    pub(super) fn phone(&mut self, who: &str) -> &mut Phone {
        let at = WHO.iter().position(|name| *name == who).unwrap();
        &mut self.phones[at]
    }

    /// `ben trash`, `ana edit Dear Ben`, `meet`.
    pub(super) fn does(&mut self, step: &str) {
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

    pub(super) fn entry(&self) -> Entry {
        let entries = self.phones.each_ref().map(|phone| phone.entry(&self.key));
        assert!(entries.iter().all(|entry| *entry == entries[0]), "all phones show the same");
        entries[0].clone()
    }
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
        if !matches!(kind.body(), Body::Words | Body::OwnText) {
            ["ana edit Dear Ben and Ana", "ben edit Oh dear Ben"]
                .iter()
                .for_each(|s| three.does(s));
        }
        three.meet();
        let entry = three.entry();
        let key = three.key.clone();
        let objects = three.phones.each_ref().map(|phone| phone.notebook.document.containers(&key));
        let expected = 1 + usize::from(kind.is_typed());
        assert_eq!(objects, [expected; 3], "{}: the entry, and its text", kind.name());
        assert_eq!((entry.comments.len(), entry.reactions.len()), (3, 3), "{}", kind.name());
        assert_eq!((&entry.key, entry.author, entry.day), (&born.key, born.author, born.day));
    }
}

#[test]
fn bens_phone_refuses_to_edit_anas_words() {
    let own = [Kind::Note, Kind::OwnPage, Kind::Listening, Kind::Gesture, Kind::Dream, Kind::Mood];
    for kind in own {
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
        (Kind::OwnPage, MAX_PAGE),
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
