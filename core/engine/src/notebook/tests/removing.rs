//! Removing an entry from sight, and what brings it back.

use std::collections::BTreeSet;

use super::super::attention::Need;
use super::super::schema::name;
use super::super::trash::Trash;
use super::everyday::{Three, WHO};
use super::*;

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
        let can = |verb| entry.can(Person::first(Slot::First)).contains(&verb);
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
