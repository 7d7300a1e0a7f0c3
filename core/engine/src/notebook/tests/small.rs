//! Turns, moods, the profile and templates.

use super::super::attention::Choice;
use super::super::claim::{Claim, RevMap};
use super::super::comment::About;
use super::super::deed::{Act, Deed};
use super::super::kinds::State;
use super::super::profile::{Labels, Tag};
use super::super::schema::{Class, Owner, Subject, name};
use super::world::{World, check, told};
use super::*;

#[test]
fn roles_swap_inside_one_page_of_listening() {
    use State::{MoreToSay, Reflected, Shared, Understood};
    let heard = ["ben reflect You felt left out", "ana got-me #0"];
    let and = |more: &[&'static str]| [&heard, more].concat();
    check(
        Kind::Listening,
        &[
            ("the other's turn", &and(&["ben speak I was afraid"]), Shared, &[]),
            (
                "and it is heard",
                &and(&["ben speak I was afraid", "ana reflect You were afraid"]),
                Reflected,
                &[],
            ),
            (
                "and understood",
                &and(&["ben speak I was afraid", "ana reflect So you were", "ben got-me #2"]),
                Understood,
                &[],
            ),
            (
                "who spoke first has more to say, and the turn is the other's",
                &and(&["ben speak I was afraid", "ana edit I felt hurt, twice"]),
                Shared,
                &["earlier words", "confirmed before"],
            ),
            (
                "one has more to say, and no turn",
                &and(&["ana edit More"]),
                MoreToSay,
                &["earlier words", "confirmed before"],
            ),
        ],
    );
}

#[test]
fn only_who_listens_reflects_and_only_who_spoke_says_whether_that_is_it() {
    let mut world = World::with(Kind::Listening, "I felt hurt");
    assert_eq!(world.try_to("ana speak And I"), Err(CannotWrite::NotNow), "it is her turn");
    world.together(&[
        "ben reflect You felt left out",
        "ben be-there nod",
        "ben speak I was afraid",
    ]);
    assert_eq!(world.try_to("ben reflect I was afraid"), Err(CannotWrite::NotNow));
    assert_eq!(world.try_to("ben got-me #0"), Err(CannotWrite::NotNow));
    world.together(&["ana reflect You were afraid", "ana be-there here"]);
    assert_eq!(world.try_to("ana got-me #2"), Err(CannotWrite::NoItem));
    world.together(&["ana partly #0 And alone", "ana revise #0 And very alone"]);
    assert_eq!(told(&world.entry()), [""; 0], "what was missed is no reflection");
    world.apart(&["ana speak And now", "tablet speak And then"]);
    let turns = world.entry().parts.into_iter().filter(|part| part.name == name::SHARE);
    assert_eq!(turns.count(), 3, "two turns taken apart are two");
    let signs: Vec<String> = world.entry().members.into_iter().map(|sign| sign.value).collect();
    assert_eq!(signs, ["here", "nod"]);
}

#[test]
fn two_tags_given_apart_are_both_kept_and_each_takes_off_their_own() {
    let mut world = World::with(Kind::Page, "On the train");
    world.apart(&["ana tag travel", "tablet tag train", "ben tag travel"]);
    let tags = |world: &World| -> Vec<(Slot, String)> {
        world.entry().members.into_iter().map(|tag| (tag.by, tag.value)).collect()
    };
    assert_eq!(tags(&world).len(), 3);
    world.apart(&["ana untag travel", "ben tag summer"]);
    let left = [(Slot::First, "train"), (Slot::Second, "summer"), (Slot::Second, "travel")];
    assert_eq!(tags(&world), left.map(|(by, tag)| (by, tag.to_owned())));
}

#[test]
fn of_two_titles_given_apart_one_is_shown_and_the_other_is_history() {
    let title = |entry: &Entry| match entry.kind {
        Some(Kind::Page) => entry.shown[0].value.clone(),
        _ => entry.text.clone(),
    };
    for (kind, deed) in [(Kind::Page, "entitle"), (Kind::List, "edit"), (Kind::Profile, "edit")] {
        let mut world = World::with(kind, "Us");
        world.apart(&[&format!("ana {deed} Summer"), &format!("ben {deed} Denmark")]);
        let entry = world.entry();
        assert_eq!(entry.conflicts(), 0);
        let earlier: Vec<&str> = entry.revisions.iter().map(|one| one.text.as_str()).collect();
        let mut both = [title(&entry), earlier[0].to_owned()];
        both.sort();
        assert_eq!((both.as_slice(), earlier.len()), (&["Denmark".into(), "Summer".into()][..], 1));
        world.together(&[&format!("tablet {deed} Summer in Denmark")]);
        assert_eq!(title(&world.entry()), "Summer in Denmark");
    }
}

/// What of the page a comment is about, as it stands.
fn about(phone: &Phone, key: &EntryKey) -> Vec<Option<String>> {
    let entry = phone.entry(key);
    let units: Vec<u16> = entry.text.encode_utf16().collect();
    let words = |(from, until): (usize, usize)| String::from_utf16(&units[from..until]).unwrap();
    entry.comments.iter().map(|comment| comment.range.map(words)).collect()
}

#[test]
fn a_comment_follows_the_words_it_is_about_until_none_of_them_is_left() {
    let mut world = World::with(Kind::Page, "We left 👩‍🚀 early and came late");
    let key = world.key.clone();
    let base = world.phones[2].entry(&key).version;
    world.together(&["ana edit Then we left 👩‍🚀 early and came late"]);
    let at = "We left 👩‍🚀 ".encode_utf16().count();
    let early = Some(About { range: (at, at + 9), base: Some(&base) });
    let ben = &mut world.phones[2].notebook;
    let written = ben.comment_on(&key, early, None, "Too early", &mut rng(5)).unwrap();
    world.phones[2].keep(&written);
    world.apart(&["ana edit Then we left 👩‍🚀 much too early and came late, both"]);
    for phone in &world.phones {
        assert_eq!(about(phone, &key), [Some("early and".to_owned())]);
    }
    world.apart(&["tablet edit Then we left 👩‍🚀 and came late", "ana tag train"]);
    let left = about(&world.phones[2], &key).remove(0).unwrap();
    assert_eq!(left.trim(), "and");
    world.together(&["ana edit Then we left, we came late"]);
    assert_eq!(about(&world.phones[2], &key), [None], "it is about the entry");
    assert_eq!(world.entry().comments[0].text, "Too early");
    let ben = &mut world.phones[2].notebook;
    for range in [(0, 0), (3, 2), (0, 500)] {
        let nowhere = Some(About { range, base: None });
        let refused = ben.comment_on(&key, nowhere, None, "Here", &mut rng(6));
        assert!(matches!(refused, Err(CannotWrite::Edit(EditError::Position))), "{range:?}");
    }
    let last = world.entry().text.encode_utf16().count();
    let ben = &mut world.phones[2].notebook;
    let end = Some(About { range: (last - 4, last), base: None });
    let written = ben.comment_on(&key, end, None, "Was it?", &mut rng(7)).unwrap();
    world.phones[2].keep(&written);
    world.together(&["ana edit Then we left, we came late indeed"]);
    assert_eq!(about(&world.phones[0], &key)[1].as_deref(), Some("late"));
}

#[test]
fn moods_of_one_day_are_all_kept_and_one_is_seen_by_whom_its_author_wants() {
    let mut world = World::with(Kind::Mood, "Tired");
    let phone = &mut world.phones[1];
    let written = phone.notebook.write(Kind::Mood, 7, "Better", &mut rng(2)).unwrap();
    phone.keep(&written);
    world.together(&["ana rate 2"]);
    assert_eq!(world.phones[2].notebook.entries().count(), 2);
    assert_eq!(world.said(name::LEVEL), [(Slot::First, "2".to_owned())]);
    assert_eq!(world.try_to("ben rate 5"), Err(CannotWrite::NotNow));
    assert!(matches!(world.try_to("ana rate 6"), Err(CannotWrite::NotOneOf(_))));
    world.apart(&["ana take-back", "tablet rate 3"]);
    let entry = world.entry();
    assert_eq!((entry.text.as_str(), entry.revisions.len()), ("", 0));
    assert_eq!(world.said(name::LEVEL), []);
    assert_eq!(world.phones[1].entry(&world.key).text, "Tired");
    world.apart(&["tablet share-again"]);
    assert_eq!(world.entry().text, "Tired");
}

#[test]
fn each_says_what_they_are_called_and_both_since_when() {
    let mut world = World::with(Kind::Profile, "Us");
    world.apart(&[
        "ana call-me Ana",
        "ben call-me Ben",
        "ana together-since 5",
        "ben set-theme sea",
    ]);
    world.apart(&["ben together-since 6", "tablet together-since 7", "ana set-theme moss"]);
    let entry = world.entry();
    let called: Vec<_> = entry.parts.iter().map(|part| (part.by, part.text.as_str())).collect();
    assert_eq!(called.len(), 2);
    assert!(called.contains(&(Slot::First, "Ana")) && called.contains(&(Slot::Second, "Ben")));
    let [theme, since] = entry.shown.as_slice() else { panic!("two values") };
    assert_eq!((since.name.as_str(), since.alternatives.len()), (name::SINCE, 1));
    assert_eq!((theme.name.as_str(), theme.alternatives.len()), (name::THEME, 0));
    assert_eq!(entry.conflicts(), 1);
}

#[test]
fn a_tag_is_shown_under_its_label_and_found_by_its_word() {
    let mut world = World::with(Kind::Profile, "Us");
    let note = world.phones[0].note("Dear Ben");
    world.meet();
    for (at, word) in [(0, "home"), (2, "home"), (2, "train")] {
        let act = Act { deed: Deed::Tag, on: None, words: word, now: 0 };
        let written = world.phones[at].notebook.act(&note, act, &mut rng(9)).unwrap().unwrap();
        world.phones[at].keep(&written);
    }
    world.meet();
    let tags = |world: &World| -> Vec<(String, String)> {
        let labels = Labels::of([world.entry()].iter());
        let tags = world.phones[0].entry(&note).tags(&labels).into_iter();
        tags.map(|tag| (tag.word, tag.labels.join(" | "))).collect()
    };
    let shown = |home: &str, train: &str| {
        vec![("home".to_owned(), home.to_owned()), ("train".to_owned(), train.to_owned())]
    };
    assert_eq!(tags(&world), shown("", ""));
    let before = world.phones[0].entry(&note).content;
    world.apart(&["ana rename-tag home\nOur home", "ben rename-tag train\nTrips"]);
    assert_eq!(tags(&world), shown("Our home", "Trips"));
    world.apart(&["tablet rename-tag home\nNest", "ben rename-tag home\nThe house"]);
    let apart = tags(&world).remove(0).1;
    assert!(["Nest | The house", "The house | Nest"].contains(&apart.as_str()), "{apart}");
    let [choice] = <[Choice; 1]>::try_from(world.entry().choices()).unwrap();
    assert_eq!((choice.field.as_str(), choice.by, choice.values.len()), (name::LABEL, None, 2));
    let on = choice.on.as_ref();
    let ben = &mut world.phones[2];
    let stray = ben.notebook.resolve(&world.key, (name::LABEL, on), "Cave");
    assert_eq!(stray.err(), Some(CannotWrite::NotAChoice));
    let chosen = ben.notebook.resolve(&world.key, (name::LABEL, on), "Nest").unwrap().unwrap();
    ben.keep(&chosen);
    world.meet();
    assert_eq!((tags(&world), world.entry().conflicts()), (shown("Nest", "Trips"), 0));
    world.together(&["ana rename-tag home"]);
    assert_eq!(tags(&world), shown("", "Trips"));
    assert_eq!(world.phones[0].entry(&note).content, before, "no entry was written anew");
}

#[test]
fn a_label_has_its_limits_and_a_word_that_is_not_its_tags_is_none() {
    let mut world = World::with(Kind::Profile, "Us");
    let long = "x".repeat(65);
    let too_long = CannotWrite::TooLong { limit: 64, got: 65 };
    for (words, why) in [
        (format!("home\n{long}"), &too_long),
        (format!("{long}\nhome"), &too_long),
        ("home\n \u{200b}".to_owned(), &CannotWrite::Empty),
        ("\nhome".to_owned(), &CannotWrite::Empty),
        ("home\nOur\nhome".to_owned(), &CannotWrite::ControlCharacters),
    ] {
        assert_eq!(world.try_to(&format!("ana rename-tag {words}")).as_ref(), Err(why));
    }
    let me = Owner { slot: ANA.0, generation: 0, writer: ANA.1 };
    let ana = &mut world.phones[0];
    let author = ana.notebook.author();
    let all = ana.notebook.commit(author, |edit| {
        (0..256).try_for_each(|number| {
            let at = Subject::of_member(name::LABEL, &number.to_string());
            let claim = Claim::next(me, &[], "x".to_owned(), RevMap::default());
            let field = Field::Own(Class::Value, at, me).to_string();
            edit.put(&world.key, &field, claim.to_scalar())
        })
    });
    ana.written.push((all.unwrap().unwrap(), Person::first(ANA.0)));
    let more = CannotWrite::TooMany { what: "labels of tags", limit: 256 };
    assert_eq!(world.try_to("ana rename-tag home\nx"), Err(more));
    assert!(world.does("ana rename-tag 7\ny"), "what is named is named anew");

    // Ben's app, taken over, says under the name of one word that it is another.
    let mut world = World::with(Kind::Profile, "Us");
    world.together(&["ana rename-tag home\nOur home"]);
    let me = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let ben = &mut world.phones[2];
    for (name, words) in [(name::TAG, "home"), (name::LABEL, "Ours")] {
        let id = schema::id_of_member("train");
        let at = (Class::Value, Subject::new(name, Some(id)));
        let claim = Claim::next(me, &[], words.to_owned(), RevMap::default());
        let field = Field::Own(at.0, at.1, me).to_string();
        let author = ben.notebook.author();
        let put =
            ben.notebook.commit(author, |edit| edit.put(&world.key, &field, claim.to_scalar()));
        ben.written.push((put.unwrap().unwrap(), Person::first(BEN.0)));
    }
    world.meet();
    let note = world.phones[0].note("Dear Ben");
    let act = Act { deed: Deed::Tag, on: None, words: "home", now: 0 };
    let note = world.phones[0].notebook.act(&note, act, &mut rng(9)).unwrap().unwrap().entry;
    let tags = note.tags(&Labels::of([world.phones[0].entry(&world.key)].iter()));
    assert_eq!(tags, [Tag { word: "home".to_owned(), labels: vec!["Our home".to_owned()] }]);
}

#[test]
fn an_entry_begun_from_a_template_has_a_copy_of_its_words() {
    let mut world = World::with(Kind::Template, "How was your day?");
    world.together(&["ana add What was good", "ana add What was hard", "ana begins note"]);
    assert_eq!(world.try_to("ana begins poem"), Err(CannotWrite::NoKind));
    assert_eq!(world.try_to("ana begins marks"), Err(CannotWrite::NotBegun));
    assert_eq!(world.try_to("ben add Mine"), Err(CannotWrite::NotNow));
    let (kind, words) = world.entry().begins().unwrap();
    assert_eq!(
        (kind, words.as_str()),
        (Kind::Note, "How was your day?\nWhat was good\nWhat was hard")
    );
    let written = world.phones[2].notebook.write(kind, 7, &words, &mut rng(3)).unwrap();
    world.phones[2].keep(&written);
    world.together(&["ana edit How are you?"]);
    assert_eq!(world.phones[0].entry(&written.entry.key).text, words);
    assert_eq!(world.entry().revisions.len(), 2, "its versions");
    assert_eq!(written.entry.begins(), None);
}

#[test]
fn what_is_for_oneself_has_days_and_words_and_is_known_to_be_so() {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_for_oneself()) {
        let world = World::with(kind, "I need rest");
        assert_eq!(world.entry().text, "I need rest");
    }
    let mut world = World::with(Kind::Reminder, "Breathe");
    world.together(&["ana set-repeat weekly", "ana set-date 9"]);
    let shown: Vec<String> = world.entry().shown.into_iter().map(|one| one.value).collect();
    assert_eq!(shown, ["9", "weekly"]);
    assert!(!Kind::Note.is_for_oneself() && Kind::Letter.is_for_oneself());
}
