//! What lies in a vault, and what of it is shared: drafts on two devices of one person, and fields
//! that are copied.

use std::collections::BTreeSet;

use super::super::deed::{Act, Deed};
use super::super::draft::Drafted;
use super::super::schema::name;
use super::super::sharing::Sharing;
use super::world::phones;
use super::*;

fn words(text: &str) -> Drafted {
    let (kind, entry) = ("repair".to_owned(), Some("1/x".to_owned()));
    Drafted { kind, day: 9, entry, base: Some("ab".repeat(32)), text: text.to_owned() }
}

/// A draft on Ana's phone and tablet, as far as both have it.
fn drafted(text: &str) -> ([Phone; 2], EntryKey) {
    let mut phones = [ANA, ANAS_TABLET].map(Phone::new);
    let key = EntryKey::from_random(Slot::First, [3; 16]);
    let written = phones[0].notebook.keep_draft(key.clone(), &words(text)).unwrap();
    phones[0].keep(&written);
    meet_both(&mut phones);
    (phones, key)
}

fn meet_both(phones: &mut [Phone; 2]) {
    let [ana, tablet] = phones;
    meet(&mut [ana, tablet]);
}

fn type_in(phone: &mut Phone, key: &EntryKey, text: &str) {
    let written = phone.notebook.edit(key, None, text).unwrap();
    written.iter().for_each(|written| phone.keep(written));
}

fn end(phone: &mut Phone, key: &EntryKey, words: &str) {
    let written = phone.notebook.end_draft(key, words).unwrap();
    written.iter().for_each(|written| phone.keep(written));
}

#[test]
fn a_draft_is_on_the_tablet_as_it_was_put_by_and_what_is_typed_on_both_merges() {
    let (mut phones, key) = drafted("I felt alone on Tuesday");
    assert_eq!(phones[1].entry(&key).draft(), Some(words("I felt alone on Tuesday")));
    type_in(&mut phones[0], &key, "I felt so alone on Tuesday");
    type_in(&mut phones[1], &key, "I felt alone on Tuesday night");
    meet_both(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&key).draft(), Some(words("I felt so alone on Tuesday night")));
    }
}

#[test]
fn a_draft_that_was_shared_is_none_unless_the_other_device_had_more_to_say() {
    let (mut phones, key) = drafted("I felt alone");
    end(&mut phones[0], &key, "I felt alone");
    meet_both(&mut phones);
    assert_eq!(phones[1].entry(&key).draft(), None);

    let (mut phones, key) = drafted("I felt alone");
    end(&mut phones[0], &key, "I felt alone");
    type_in(&mut phones[1], &key, "I felt alone, and I missed you");
    meet_both(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&key).draft(), Some(words("I felt alone, and I missed you")));
    }
}

#[test]
fn a_version_too_long_to_be_kept_is_left_out_of_a_draft() {
    let mut ana = Phone::new(ANA);
    let key = EntryKey::from_random(Slot::First, [3; 16]);
    let long = Drafted { base: Some("ab".repeat(2_000)), ..words("") };
    ana.notebook.keep_draft(key.clone(), &long).unwrap();
    assert_eq!(ana.entry(&key).draft(), Some(Drafted { base: None, ..words("") }));
}

/// A repair in Ana's vault, with everything in it.
fn private_repair() -> Entry {
    let mut vault = Phone::new(ANA);
    let written = vault.notebook.write(Kind::Repair, 7, "What he said", &mut rng(1)).unwrap();
    let key = written.entry.key;
    for (deed, words) in [
        (Deed::Weigh, "4 lonely"),
        (Deed::Feel, "tired"),
        (Deed::Tell, "You laughed"),
        (Deed::Understand, "You were nervous"),
        (Deed::Ask, "Ask me next time"),
    ] {
        vault.seed += 1;
        let act = Act { deed, on: None, words, now: 0 };
        vault.notebook.act(&key, act, &mut rng(vault.seed)).unwrap();
    }
    vault.entry(&key)
}

fn fields(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Everything that stands in an entry, in words.
fn said(entry: &Entry) -> Vec<String> {
    let parts = entry.parts.iter().map(|part| part.text.clone());
    let members = entry.members.iter().map(|member| member.value.clone());
    std::iter::once(entry.text.clone()).chain(members).chain(parts).collect()
}

#[test]
fn a_repair_is_shared_field_by_field_the_feelings_first() {
    let own = private_repair();
    let mut phones = [ANA, BEN].map(Phone::new);
    let sharing = own.sharing(&fields(&["feelings"]), None, Some("Tuesday")).unwrap();
    let written = phones[0].notebook.share(&sharing, &mut rng(50)).unwrap();
    phones[0].keep(&written);
    let key = written.entry.key;
    meet_both(&mut phones);
    assert_eq!(said(&phones[1].entry(&key)), ["Tuesday", "lonely", "tired"]);
    assert_ne!(key, own.key, "the copy has a name of its own");

    let sharing = own.sharing(&fields(&["perspective", "requests"]), None, None).unwrap();
    let into = (&sharing, false);
    let written = phones[0].notebook.share_into(&key, into, &mut rng(51)).unwrap().unwrap();
    phones[0].keep(&written);
    meet_both(&mut phones);
    let shown = phones[1].entry(&key);
    assert_eq!(said(&shown), ["Tuesday", "lonely", "tired", "You laughed", "Ask me next time"]);
    let strong: Vec<_> = shown.members.iter().map(|feeling| feeling.intensity).collect();
    assert_eq!(strong, [Some(4), None], "with how strong each is");
    assert!(shown.parts.iter().all(|part| part.name != name::UNDERSTOOD));
    // Two changes, and nothing in either of what was not chosen.
    let changes: Vec<&[u8]> = phones[0].written.iter().map(|(change, _)| change.bytes()).collect();
    assert_eq!(changes.len(), 2);
    for hidden in ["What he said", "You were nervous", own.key.as_str().trim_start_matches("0/")] {
        let holds = |bytes: &[u8]| bytes.windows(hidden.len()).any(|at| at == hidden.as_bytes());
        assert!(!changes.iter().any(|bytes| holds(bytes)), "{hidden}");
    }
    // The same is there already.
    let all = fields(&["feelings", "perspective", "requests"]);
    let again = own.sharing(&all, None, None).unwrap();
    for is_again in [false, true] {
        let into = (&again, is_again);
        assert!(phones[0].notebook.share_into(&key, into, &mut rng(52)).unwrap().is_none());
    }
}

#[test]
fn a_list_is_shared_in_its_order_and_what_was_added_since_behind_what_is_there() {
    let mut vault = Phone::new(ANA);
    let written = vault.notebook.write(Kind::List, 7, "Presents", &mut rng(1)).unwrap();
    for words in ["a scarf", "tea", "the good pen"] {
        vault.seed += 1;
        let act = Act { deed: Deed::Add, on: None, words, now: 0 };
        vault.notebook.act(&written.entry.key, act, &mut rng(vault.seed)).unwrap();
    }
    let own = vault.entry(&written.entry.key);
    let sharing = own.sharing(&fields(&["text", "items"]), None, None).unwrap();
    let mut ana = Phone::new(ANA);
    let key = ana.notebook.share(&sharing, &mut rng(60)).unwrap().entry.key;
    let texts = |phone: &Phone| -> Vec<String> {
        phone.entry(&key).items.into_iter().map(|item| item.text).collect()
    };
    assert_eq!(texts(&ana), ["a scarf", "tea", "the good pen"]);
    for words in ["tea", "a lamp"] {
        vault.seed += 1;
        let act = Act { deed: Deed::Add, on: None, words, now: 0 };
        vault.notebook.act(&own.key, act, &mut rng(vault.seed)).unwrap();
    }
    let again = vault.entry(&own.key).sharing(&fields(&["items"]), None, None).unwrap();
    ana.notebook.share_into(&key, (&again, false), &mut rng(61)).unwrap();
    assert_eq!(texts(&ana), ["a scarf", "tea", "the good pen", "tea", "a lamp"]);
}

#[test]
fn other_words_that_stand_there_give_way_only_where_it_is_said_that_they_are_shared_again() {
    let own = private_repair();
    let sharing = own.sharing(&fields(&["text", "perspective"]), None, None).unwrap();
    let mut ana = Phone::new(ANA);
    let key = ana.notebook.share(&sharing, &mut rng(70)).unwrap().entry.key;
    let act = Act { deed: Deed::Tell, on: None, words: "You laughed at me", now: 0 };
    ana.notebook.act(&key, act, &mut rng(71)).unwrap();
    ana.notebook.edit(&key, None, "Tuesday").unwrap();
    for field in ["text", "perspective"] {
        let sharing = own.sharing(&fields(&[field]), None, None).unwrap();
        let stood = ana.entry(&key);
        let unsaid = ana.notebook.share_into(&key, (&sharing, false), &mut rng(72));
        assert_eq!(unsaid.err(), Some(CannotWrite::StandsThere), "{field}");
        assert_eq!(ana.entry(&key), stood);
        assert!(ana.notebook.share_into(&key, (&sharing, true), &mut rng(73)).unwrap().is_some());
    }
    let shown = ana.entry(&key);
    assert_eq!((shown.text.as_str(), shown.parts[0].text.as_str()), (&*own.text, "You laughed"));
    assert_eq!(shown.parts[0].revisions[1].text, "You laughed at me", "it is in its history");

    let note = ana.note("Dear Ben");
    let words = own.sharing(&fields(&["text"]), Some(Kind::Note), None).unwrap();
    let unsaid = ana.notebook.share_into(&note, (&words, false), &mut rng(74));
    assert_eq!(unsaid.err(), Some(CannotWrite::StandsThere));
    ana.notebook.share_into(&note, (&words, true), &mut rng(75)).unwrap();
    assert_eq!(ana.entry(&note).revisions[0].text, "Dear Ben");
}

#[test]
fn what_cannot_be_shared_is_refused_whole() {
    let own = private_repair();
    let share = |chosen: &[&str], kind, text| -> Result<Sharing, CannotWrite> {
        own.sharing(&fields(chosen), kind, text)
    };
    assert!(matches!(share(&["secrets"], None, None), Err(CannotWrite::NotOneOf(_))));
    assert_eq!(share(&["apologies"], None, Some("x")), Err(CannotWrite::Empty));
    assert_eq!(share(&["text"], Some(Kind::Draft), None), Err(CannotWrite::ForVault));
    let mut ana = Phone::new(ANA);
    // An entry is begun with words, and a note has no feelings.
    let wordless = share(&["feelings"], None, None).unwrap();
    assert_eq!(ana.notebook.share(&wordless, &mut rng(1)).err(), Some(CannotWrite::Empty));
    let feeling_note = share(&["text", "feelings"], Some(Kind::Note), None).unwrap();
    assert_eq!(ana.notebook.share(&feeling_note, &mut rng(1)).err(), Some(CannotWrite::NotNow));
    // Nobody's words but one's own are written anew.
    let mut ben = Phone::new(BEN);
    let note = ben.note("mine");
    meet(&mut [&mut ana, &mut ben]);
    let words = share(&["text"], Some(Kind::Note), None).unwrap();
    let into = ana.notebook.share_into(&note, (&words, true), &mut rng(1));
    assert_eq!(into.err(), Some(CannotWrite::NotYours));
}

/// What is done in a vault with an entry, and which of its fields are there then.
type Shared = (&'static [(Deed, &'static str)], &'static [&'static str]);

/// That of every kind that is shared.
fn table(kind: Kind) -> Option<Shared> {
    Some(match kind {
        Kind::Note | Kind::Gesture => {
            (&[(Deed::Tag, "home"), (Deed::SetColour, "moss")], &["text", "tags", "colour"])
        }
        Kind::Listening => (
            &[(Deed::Tag, "home"), (Deed::Entitle, "Sunday"), (Deed::SetColour, "moss")],
            &["text", "tags", "title", "colour"],
        ),
        Kind::Page | Kind::OwnPage => (&[(Deed::Entitle, "Rules")], &["text", "title"]),
        Kind::Repair => (
            &[
                (Deed::Feel, "lonely"),
                (Deed::Feel, "tired"),
                (Deed::Tell, "You laughed"),
                (Deed::Understand, "You were nervous"),
                (Deed::Ask, "Ask me next time"),
                (Deed::Apologise, "I am sorry that I left"),
                (Deed::HappenedOn, "20000"),
            ],
            &[
                "text",
                "feelings",
                "perspective",
                "understood",
                "requests",
                "apologies",
                "happened-on",
            ],
        ),
        Kind::Dream | Kind::Fear | Kind::Aspiration => (
            &[(Deed::Stand, "trying"), (Deed::Add, "one step"), (Deed::Add, "another")],
            &["text", "status", "items"],
        ),
        Kind::List => (&[(Deed::Add, "tea"), (Deed::Add, "milk")], &["text", "items"]),
        Kind::Mood => (&[(Deed::Rate, "4")], &["text", "level"]),
        Kind::Date => {
            (&[(Deed::SetDate, "20100"), (Deed::SetRepeat, "yearly")], &["text", "on", "repeat"])
        }
        Kind::HeartToHeart => (
            &[
                (Deed::Propose, "1000 2000 Europe/Copenhagen"),
                (Deed::Propose, "3000 4000 UTC"),
                (Deed::SetLength, "30"),
                (Deed::SetWhere, "by the mill"),
                (Deed::Add, "the lease"),
                (Deed::Promise, "to ask first"),
                (Deed::Promise, "to listen"),
            ],
            &["why", "text", "times", "length", "where", "items", "promises"],
        ),
        Kind::Prompt => (&[(Deed::Answer, "by the sea")], &["text", "answer"]),
        Kind::Profile => (
            &[(Deed::CallMe, "Ana"), (Deed::TogetherSince, "19000"), (Deed::SetTheme, "green")],
            &["text", "called", "together-since", "theme"],
        ),
        Kind::Template => {
            (&[(Deed::Begins, "repair"), (Deed::Add, "What I felt")], &["text", "begins", "items"])
        }
        // Each for oneself: they become another kind, or nothing.
        Kind::Myself | Kind::Need | Kind::Boundary | Kind::Letter | Kind::Reminder => return None,
        Kind::Draft | Kind::Marks => return None,
    })
}

/// An entry of that kind in Ana's vault, with all of its fields and an item done.
fn of_kind(kind: Kind, deeds: &[(Deed, &str)]) -> Entry {
    let [mut vault, ..] = phones();
    let written = vault.notebook.write(kind, 7, "What it begins with", &mut rng(1)).unwrap();
    let key = written.entry.key;
    for (deed, words) in deeds {
        vault.seed += 1;
        let act = Act { deed: *deed, on: None, words, now: 0 };
        vault.notebook.act(&key, act, &mut rng(vault.seed)).unwrap().unwrap();
    }
    if let Some(item) = vault.entry(&key).items.first() {
        let act = Act { deed: Deed::Check, on: Some(&item.id), words: "", now: 0 };
        vault.notebook.act(&key, act, &mut rng(99)).unwrap().unwrap();
    }
    if kind == Kind::HeartToHeart {
        vault.notebook.edit(&key, None, "Notes for both").unwrap();
    }
    vault.entry(&key)
}

/// Everything that an entry says, without the names of the things in it.
fn everything(entry: &Entry) -> BTreeSet<String> {
    let mut all = BTreeSet::from([format!("{:?} {}", entry.kind, entry.text)]);
    all.extend(entry.parts.iter().map(|part| format!("{} {}", part.name, part.text)));
    all.extend(entry.members.iter().map(|one| format!("{} {}", one.name, one.value)));
    all.extend(entry.shown.iter().map(|one| format!("{} {}", one.name, one.value)));
    all.extend(entry.stances.iter().map(|one| format!("{} {}", one.name, one.value)));
    all.extend(entry.items.iter().map(|item| {
        format!("item {} {} {} {:?}", item.text, item.is_done, item.is_promise, item.owners)
    }));
    let times = entry.meeting.iter().flat_map(|meeting| &meeting.proposals);
    all.extend(
        times.map(|time| format!("{} {} {} {:?}", time.start, time.end, time.zone, time.votes)),
    );
    all
}

#[test]
fn every_kind_is_shared_field_by_field_and_all_of_them_are_all_of_it() {
    for kind in Kind::ALL {
        let Some((deeds, named)) = table(kind) else { continue };
        let own = of_kind(kind, deeds);
        let [mut ana, _, mut ben] = phones();
        let known = everything(&own);
        let mut share = |named: &[&str]| {
            let sharing = own.sharing(&fields(named), None, Some("To begin with")).unwrap();
            ana.seed += 1;
            let shared = ana.notebook.share(&sharing, &mut rng(ana.seed)).unwrap().entry;
            // But for the words that it is begun with, and the day of a date, which it is born with.
            let is_begun = |said: &String| said.contains("To begin") || said.starts_with("on 7");
            let is_new = |said: &String| !said.starts_with("Some(") && !is_begun(said);
            everything(&shared).into_iter().filter(is_new).collect::<BTreeSet<String>>()
        };
        let more: Vec<&str> =
            named.iter().copied().filter(|field| !["text", "why"].contains(field)).collect();
        for field in &more {
            let others: Vec<&str> = more.iter().copied().filter(|other| other != field).collect();
            let (alone, rest) = (share(&[field]), share(&others));
            assert!(!alone.is_empty() && alone.is_subset(&known), "{kind:?} {field}");
            assert!(alone.is_disjoint(&rest), "{kind:?}: {field} brings something along");
        }
        let sharing = own.sharing(&fields(named), None, None).unwrap();
        let written = ana.notebook.share(&sharing, &mut rng(80)).unwrap();
        assert_eq!(everything(&written.entry), everything(&own), "{kind:?}");
        let mut again = phones().into_iter().next().unwrap();
        let written = again.notebook.share(&sharing, &mut rng(81)).unwrap();
        again.keep(&written);
        meet(&mut [&mut again, &mut ben]);
        let shown = everything(&ben.entry(&written.entry.key));
        if kind == Kind::Prompt {
            assert!(!shown.iter().any(|said| said.contains("by the sea")), "it is closed again");
        } else {
            assert_eq!(shown, everything(&own), "{kind:?}");
        }
    }
}

#[test]
fn what_is_for_oneself_is_never_shared_unless_it_is_named_and_never_as_such() {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_for_oneself()) {
        assert_eq!(table(kind), None);
        let own = of_kind(kind, &[]);
        let words = own.sharing(&fields(&["text"]), None, None);
        let [mut ana, ..] = phones();
        if kind.is_out_of_timelines() {
            assert_eq!(words, Err(CannotWrite::ForVault), "{kind:?}");
            assert_eq!(own.sharing(&[], Some(Kind::Note), Some("x")), Err(CannotWrite::ForVault));
            continue;
        }
        let shared = ana.notebook.share(&words.unwrap(), &mut rng(1)).unwrap().entry;
        assert_eq!((shared.kind, shared.text.as_str()), (Some(Kind::Note), own.text.as_str()));
        // Where nothing is named, nothing goes.
        let nothing = own.sharing(&[], None, None).unwrap();
        assert_eq!(ana.notebook.share(&nothing, &mut rng(2)).err(), Some(CannotWrite::Empty));
        for other in Kind::ALL.into_iter().filter(|kind| kind.is_for_oneself()) {
            let kept = own.sharing(&fields(&["text"]), Some(other), None);
            assert_eq!(kept, Err(CannotWrite::ForVault), "{kind:?} as {other:?}");
        }
    }
}

#[test]
fn a_field_of_another_kind_says_nothing_or_has_no_place_there() {
    for kind in Kind::ALL {
        let Some((deeds, named)) = table(kind) else { continue };
        let own = of_kind(kind, deeds);
        for (field, other) in Kind::ALL
            .iter()
            .filter_map(|other| Some((table(*other)?.1, *other)))
            .flat_map(|(all, other)| all.iter().map(move |field| (*field, other)))
        {
            let is_everywhere = ["text", "tags", "items"].contains(&field);
            if is_everywhere || named.contains(&field) {
                continue;
            }
            let refused = own.sharing(&fields(&[field]), Some(other), Some("x"));
            assert_eq!(refused, Err(CannotWrite::Empty), "{kind:?} {field}");
        }
    }
}
