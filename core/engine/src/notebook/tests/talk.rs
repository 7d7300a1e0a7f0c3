//! Comments and reactions: what each may say of an entry, and how it merges.

use super::*;

#[test]
fn ben_comments_on_anas_note_and_ana_answers() {
    let (mut ana, mut tablet, mut ben, note) = three();
    let before = ana.entry(&note);
    let first = ben.comment(&note, "Made my day");
    meet(&mut [&mut ana, &mut ben]);
    let answer = ana.answer(&note, Some(&first), "Mine too");
    ben.comment(&note, "And thank you");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    let entry = ana.entry(&note);
    assert_eq!(entry, ben.entry(&note));
    assert_eq!(entry, tablet.entry(&note));
    assert_eq!(entry.text, "Dear Ben");
    assert_ne!(entry.content, before.content);
    assert_eq!(ana.said(&note)[0], (Slot::Second, "Made my day".to_owned()));
    assert_eq!(entry.comments.len(), 3);
    let answer = entry.comment(&answer).unwrap();
    assert_eq!((answer.author, answer.reply_to.as_ref()), (Slot::First, Some(&first)));
    assert!(!answer.is_edited());
}

#[test]
fn a_comment_is_edited_by_its_author_alone() {
    let (mut ana, mut tablet, mut ben, note) = three();
    let id = ana.comment(&note, "Tonight?");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    let edited = ben.notebook.edit_comment(&note, &id, "Never");
    assert_eq!(edited.unwrap_err(), CannotWrite::NotYours);
    assert!(ana.notebook.edit_comment(&note, &id, "Tonight?").unwrap().is_none());
    tablet.edit_comment(&note, &id, "Tomorrow?");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    let comment = ben.entry(&note).comments.remove(0);
    assert_eq!((comment.text.as_str(), comment.is_edited()), ("Tomorrow?", true));
    assert_eq!(comment.revisions[0].text, "Tonight?");
    assert!(comment.alternatives.is_empty());
}

#[test]
fn a_comment_edited_on_two_own_phones_shows_both_until_one_is_chosen() {
    let (mut ana, mut tablet, mut ben, note) = three();
    let id = ana.comment(&note, "Tonight?");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    ana.edit_comment(&note, &id, "At seven?");
    tablet.edit_comment(&note, &id, "At eight?");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    for phone in [&ana, &tablet, &ben] {
        let comment = phone.entry(&note).comments.remove(0);
        assert_eq!(comment.text, "At eight?");
        assert_eq!(comment.alternatives.len(), 1);
        assert_eq!(comment.alternatives[0].text, "At seven?");
    }
    ana.edit_comment(&note, &id, "At eight?");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    let comment = ben.entry(&note).comments.remove(0);
    assert_eq!((comment.text.as_str(), comment.alternatives.len()), ("At eight?", 0));
}

#[test]
fn reactions_add_and_go_in_every_order() {
    /// What stood before, what the phone does, what the tablet does apart from it, what is then.
    type Row<'a> = (&'a [bool], &'a [bool], &'a [bool], bool);
    let (add, take) = (true, false);
    let table: [Row<'_>; 8] = [
        (&[], &[add], &[add], true),
        (&[], &[add], &[take], true),
        (&[], &[add, take], &[], false),
        (&[], &[add, take], &[add], false),
        (&[add], &[add], &[take], false),
        (&[add], &[take], &[take], false),
        (&[add], &[take, add], &[take], true),
        (&[add, take], &[add], &[take], true),
    ];
    for (row, (before, phone, other, is_there)) in table.into_iter().enumerate() {
        for is_swapped in [false, true] {
            let (mut ana, mut tablet, mut ben, note) = three();
            let (here, there) = if is_swapped { (other, phone) } else { (phone, other) };
            ana.react_in_turn(&note, before);
            meet(&mut [&mut ana, &mut tablet, &mut ben]);
            ana.react_in_turn(&note, here);
            tablet.react_in_turn(&note, there);
            meet(&mut [&mut ana, &mut tablet, &mut ben]);
            let expected = if is_there { vec![heart(Slot::First)] } else { Vec::new() };
            for phone in [&ana, &tablet, &ben] {
                assert_eq!(phone.emoji(&note), expected, "row {row}, swapped: {is_swapped}");
                assert_eq!(phone.entry(&note).content, ana.entry(&note).content);
            }
        }
    }
}

#[test]
fn both_leave_the_same_heart_and_each_takes_back_only_ones_own() {
    let (mut ana, mut tablet, mut ben, note) = three();
    assert!(ana.react(&note, "❤️", true));
    assert!(ben.react(&note, "❤️", true));
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    assert_eq!(tablet.emoji(&note), [heart(Slot::First), heart(Slot::Second)]);
    assert!(!tablet.react(&note, "❤️", true), "it is there already");
    assert!(!ben.react(&note, "🎉", false), "it never was there");
    assert!(ben.react(&note, "❤️", false));
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    assert_eq!(ana.emoji(&note), [heart(Slot::First)]);
    assert!(tablet.react(&note, "❤️", false), "one phone takes back what another left");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    assert_eq!(ana.emoji(&note), []);
}

#[test]
fn what_cannot_be_said_says_why() {
    let (mut ana, _, mut ben, note) = three();
    let nowhere = EntryKey::from_random(Slot::First, [9; 16]);
    let nobody = CommentId::from_random([9; 16]);
    let longest = "🎉".repeat(MAX_COMMENT / 2);
    let long = format!("{longest}🎉");
    let mut comment = |on: &EntryKey, to: Option<&CommentId>, text: &str| {
        ben.notebook.comment(on, to, text, &mut rng(1)).err()
    };
    let too_long = CannotWrite::TooLong { limit: MAX_COMMENT, got: MAX_COMMENT + 2 };
    assert_eq!(comment(&note, None, &long), Some(too_long.clone()));
    assert_eq!(comment(&note, None, " \n"), Some(CannotWrite::Empty));
    assert_eq!(comment(&note, None, "\u{7}"), Some(CannotWrite::ControlCharacters));
    assert_eq!(comment(&nowhere, None, "hm"), Some(CannotWrite::NoEntry));
    assert_eq!(comment(&note, Some(&nobody), "hm"), Some(CannotWrite::NoComment));
    assert_eq!(comment(&note, None, &longest), None);
    let edited = ana.notebook.edit_comment(&note, &nobody, "hm");
    assert_eq!(edited.err(), Some(CannotWrite::NoComment));
    let react =
        |notebook: &mut Notebook, on: &EntryKey, emoji: &str| notebook.react(on, emoji, true).err();
    let letter = react(&mut ana.notebook, &note, "x");
    assert_eq!(letter, Some(CannotWrite::NotAnEmoji(NotAnEmoji)));
    assert_eq!(react(&mut ana.notebook, &nowhere, "❤️"), Some(CannotWrite::NoEntry));
    for emoji in ["🎉", "🥛", "🌊", "🚲", "🍓", "🌙", "☀️", "🫶"] {
        assert_eq!(react(&mut ana.notebook, &note, emoji), None);
    }
    let ninth = react(&mut ana.notebook, &note, "❤️");
    assert_eq!(ninth, Some(CannotWrite::TooManyReactions { limit: MAX_REACTIONS }));
    let own = [Verb::Comment, Verb::Unreact, Verb::Trash, Verb::Edit, Verb::Erase];
    assert_eq!(ana.entry(&note).can(Person::first(Slot::First)), own);
    let said =
        [Verb::Comment, Verb::Reply, Verb::EditComment, Verb::React, Verb::Trash, Verb::Erase];
    let bens = ben.entry(&note).can(Person::first(Slot::Second));
    assert_eq!(bens, said, "he erases what he said");
}

/// What Ben's phone, taken over, writes without asking the law; the verdict of Ana's.
fn forged(write: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>) -> Option<Refusal> {
    let (mut ana, mut tablet, mut ben, note) = three();
    let comment = ana.comment(&note, "Tonight?");
    assert_eq!((note, comment), (notes_key(), comments_id()), "the keys that forgers name");
    ana.react(&notes_key(), "❤️", true);
    ben.react(&notes_key(), "🎉", true);
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    let before = ana.entry(&notes_key());
    let change = ben.notebook.document.edit(write).unwrap().unwrap();
    let applied = ana.notebook.receive(vec![(change, Person::first(Slot::Second))]).unwrap();
    let refusal = applied.refused.first().map(|(_, refusal)| *refusal);
    let is_same = ana.entry(&notes_key()) == before;
    assert_eq!(is_same, refusal.is_some());
    refusal
}

fn notes_key() -> EntryKey {
    EntryKey::from_random(Slot::First, random(ANAS_SEED + 1))
}

#[test]
fn what_was_said_before_a_restore_is_said_anew() {
    let (mut ana, mut tablet, mut ben, note) = three();
    let shared: Vec<Change> = ana.written.iter().map(|(change, _)| change.clone()).collect();
    let id = ana.comment(&note, "Tonight?");
    ana.edit_comment(&note, &id, "At seven?");
    let answers: Vec<CommentId> =
        (0..6).map(|_| ana.answer(&note, Some(&id), "Or at eight?")).collect();
    ana.react(&note, "❤️", true);
    let lost: Vec<Change> =
        ana.written.split_off(1).into_iter().map(|(change, _)| change).collect();
    let anew = (ANA.0, WriterId([0xcc; 16]));
    let restored = Notebook::load(Volume(0), Edition(0), first(anew), None, shared).unwrap();
    let old = std::mem::replace(&mut ana.notebook, restored);
    let written = ana.notebook.carry_over(&old, &lost).unwrap();
    written.iter().for_each(|written| ana.keep(written));
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    let mut comments = ben.entry(&note).comments;
    let first = comments.remove(0);
    let edited = (first.text.as_str(), first.revisions.len());
    assert_eq!((&first.id, edited), (&id, ("At seven?", 2)));
    assert!(comments.iter().map(|comment| &comment.id).eq(&answers), "in the same order");
    assert!(comments.iter().all(|comment| comment.reply_to.as_ref() == Some(&id)));
    assert_eq!(ben.emoji(&note), [heart(Slot::First)]);
    assert_eq!(ben.entry(&note), ana.entry(&note));
}

#[test]
fn much_that_was_said_before_a_restore_is_all_said_anew() {
    let mut ana = Phone::new(ANA);
    let note = ana.note("1");
    for rev in 2..40 {
        let written = ana.notebook.edit(&note, None, &rev.to_string()).unwrap().unwrap();
        ana.keep(&written);
    }
    let id = ana.comment(&note, "1");
    (2..60).for_each(|rev| ana.edit_comment(&note, &id, &rev.to_string()));
    for round in 0..301 {
        let written = ana.notebook.react(&note, "❤️", round % 2 == 0).unwrap();
        written.iter().for_each(|written| ana.keep(written));
    }
    let old = ana.entry(&note);
    let lost: Vec<Change> = ana.written.iter().map(|(change, _)| change.clone()).collect();
    let mut anew = begin((ANA.0, WriterId([0xcc; 16])));
    let written = anew.carry_over(&ana.notebook, &lost).unwrap();
    let entry = anew.entry(&note).unwrap();
    let texts = |entry: &Entry| {
        let all = entry.revisions.iter().chain(&entry.comments[0].revisions);
        all.map(|revision| revision.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&entry), texts(&old));
    assert_eq!((entry.text.as_str(), &entry.reactions), ("39", &old.reactions));
    assert_eq!(entry.reactions.len(), 1);
    assert!(written.len() < 10, "{} changes", written.len());
}

#[test]
fn forged_comments_and_reactions_are_refused() {
    let words = |text: &str| Scalar::Str(text.to_owned());
    let mixed = (ANA.0, BEN.1);
    let cases: [(&str, String, Scalar); 15] = [
        ("in Ana's name", comment_field(ANA, 2, 0), words("No")),
        ("over Ana's words", comment_field(ANA, 1, 0), words("No")),
        ("as another phone of Ana's", comment_field(mixed, 2, 0), words("No")),
        ("with another's writer", comment_field((BEN.0, ANA.1), 1, 0), words("No")),
        ("of a later Ben", comment_field(BEN, 1, 1), words("No")),
        ("from the future", comment_field(BEN, 1_000, 0), words("No")),
        ("too long", comment_field(BEN, 1, 0), words(&"x".repeat(MAX_COMMENT + 1))),
        ("no words", comment_field(BEN, 1, 0), Scalar::Uint(1)),
        ("Ana's heart", reaction_field(ANA, "❤️", 0), Scalar::Uint(2)),
        ("Ana's by a phone", reaction_field(mixed, "❤️", 0), Scalar::Uint(2)),
        ("by Ana's writer", reaction_field((BEN.0, ANA.1), "❤️", 0), Scalar::Uint(1)),
        ("a later Ben's", reaction_field(BEN, "❤️", 1), Scalar::Uint(1)),
        ("no round", reaction_field(BEN, "❤️", 0), Scalar::Uint(0)),
        ("a round of the future", reaction_field(BEN, "❤️", 0), Scalar::Uint(1_000)),
        ("no number", reaction_field(BEN, "❤️", 0), Scalar::Bool(true)),
    ];
    for (what, field, value) in cases {
        let refusal = forged(|edit| edit.put(&notes_key(), &field, value));
        assert!(matches!(refusal, Some(Refusal::Unlawful(_))), "{what}: {refusal:?}");
    }
    let unknown = forged(|edit| edit.put(&notes_key(), "comment/1.0/x", words("No")));
    assert_eq!(unknown, Some(Refusal::Unlawful("the field is not known")));
    let text = |field: &str| {
        let heads = [("kind", words("note"))];
        let key = EntryKey::from_random(Slot::Second, [1; 16]);
        forged(|edit| edit.create_entry(&key, &heads, Some((field, ""))))
    };
    assert!(matches!(text(&comment_field(BEN, 1, 0)), Some(Refusal::Unlawful(_))));
}

#[test]
fn only_a_writers_own_round_is_ever_overwritten() {
    let party = reaction_field(BEN, "🎉", 0);
    assert_eq!(forged(|edit| edit.put(&notes_key(), &party, Scalar::Uint(2))), None);
    let words = comment_field(BEN, 1, 0);
    let twice = forged(|edit| {
        edit.put(&notes_key(), &words, Scalar::Str("Yes".to_owned()))?;
        edit.put(&notes_key(), &words, Scalar::Str("No".to_owned()))
    });
    assert_eq!(twice, Some(Refusal::Unlawful("what is written is never overwritten")));
    let author = Author { slot: BEN.0, generation: 0, writer: BEN.1, start: 100 };
    let put = |replaces| {
        let (entry, value) = (notes_key(), Scalar::Uint(2));
        let field = party.clone();
        [Operation::Put { entry, field, value, replaces, is_at_birth: false }]
    };
    assert_eq!(judge(author, &put(1)), Verdict::Lawful);
    assert!(matches!(judge(author, &put(2)), Verdict::Unlawful(_)));
}

#[test]
fn an_entry_is_not_born_with_a_comment() {
    let fields = [comment_field(BEN, 1, 0), reaction_field(BEN, "❤️", 0)];
    for (field, value) in fields.iter().zip([Scalar::Str("x".to_owned()), Scalar::Uint(1)]) {
        let key = EntryKey::from_random(Slot::Second, [1; 16]);
        let refusal = forged(|edit| edit.create_entry(&key, &[(field.as_str(), value)], None));
        let reason = "a field of a new entry is not what it should be";
        assert_eq!(refusal, Some(Refusal::Unlawful(reason)));
    }
}

#[test]
fn an_answer_to_nothing_or_to_something_later_is_a_comment() {
    let (mut ana, _, _, note) = three();
    let field = |id: u8, answers: u8| {
        let id = CommentId::from_random([id; 16]);
        let name = CommentName { id, answers: Some(CommentId::from_random([answers; 16])) };
        let key = WordsKey { rev: 1, writer: ANA.1, slot: ANA.0, generation: 0 };
        Field::Comment(name, key).to_string()
    };
    let circle = [field(1, 2), field(2, 1), field(3, 3)];
    for field in circle {
        let words = Scalar::Str("round and round".to_owned());
        ana.notebook.document.edit(|edit| edit.put(&note, &field, words)).unwrap();
    }
    let comments = ana.entry(&note).comments;
    let answers: Vec<bool> = comments.iter().map(|comment| comment.reply_to.is_some()).collect();
    assert_eq!(answers, [false, true, false]);
}

#[test]
fn saying_little_stays_little() {
    let (mut ana, _, mut ben, note) = three();
    let id = ben.comment(&note, "Made my day");
    ben.edit_comment(&note, &id, "You made my day");
    ben.answer(&note, Some(&id), "And thank you");
    ben.react(&note, "❤️", true);
    ben.react(&note, "❤️", false);
    ben.react(&note, "❤️", true);
    let sizes: Vec<(usize, usize)> = ben
        .written
        .iter()
        .map(|(change, _)| {
            let one = std::slice::from_ref(change);
            let (count, content) = body::fill(one, schema::LAW, &Seen::default()).unwrap();
            assert_eq!((count, change.ops()), (1, 1), "one operation, one change");
            (change.bytes().len(), content.len())
        })
        .collect();
    println!("change, sealed content in bytes: {sizes:?}");
    for (change, content) in &sizes {
        assert!(*change < 320 && *content < 290, "{sizes:?}");
    }
    let all: Vec<Change> = ben.written.iter().map(|(change, _)| change.clone()).collect();
    let (_, together) = body::fill(&all, schema::LAW, &Seen::default()).unwrap();
    println!("all six in one envelope: {} bytes", together.len());
    assert!(together.len() < 700);
    meet(&mut [&mut ana, &mut ben]);
    assert_eq!(ana.said(&note).len(), 2);
}

#[derive(Clone, Debug)]
enum Act {
    Comment,
    Answer(usize),
    Edit(usize, u8),
    React(usize, bool),
    Meet(usize),
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let what = prop_oneof![
        2 => Just(Act::Comment),
        1 => (0..4_usize).prop_map(Act::Answer),
        3 => (0..4_usize, any::<u8>()).prop_map(|(which, words)| Act::Edit(which, words)),
        4 => (0..3_usize, any::<bool>()).prop_map(|(which, is_wanted)| Act::React(which, is_wanted)),
        2 => (0..3_usize).prop_map(Act::Meet),
    ];
    (0..3_usize, what)
}

fn play(phones: &mut [Phone], note: &EntryKey, at: usize, act: &Act) {
    let comments = phones[at].entry(note).comments;
    let me = phones[at].notebook.slot;
    match act {
        Act::Comment => drop(phones[at].comment(note, "so it is")),
        Act::Answer(which) => {
            let answered = comments.get(*which).map(|comment| &comment.id);
            phones[at].answer(note, answered, "is it?");
        }
        Act::Edit(which, words) => {
            let own = comments.iter().filter(|comment| comment.author == me).nth(*which);
            if let Some(comment) = own {
                phones[at].edit_comment(note, &comment.id, &format!("it is {words}"));
            }
        }
        Act::React(which, is_wanted) => {
            phones[at].react(note, ["❤️", "🎉", "🫶"][*which], *is_wanted);
        }
        Act::Meet(from) => {
            let all = phones[*from].written.clone();
            phones[at].notebook.receive(all).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn three_phones_that_talk_apart_show_the_same(
        acts in prop::collection::vec(act(), 1..24),
        orders in prop::array::uniform3(any::<u64>()),
    ) {
        let (ana, tablet, ben, note) = three();
        let mut phones = [ana, tablet, ben];
        for (at, act) in &acts {
            play(&mut phones, &note, *at, act);
        }
        let all: Vec<_> = phones.iter().flat_map(|phone| phone.written.clone()).collect();
        for (phone, order) in phones.iter_mut().zip(orders) {
            // Each gets them in an order of its own, one after another; those that came too early
            // are brought again.
            let mut coming = all.clone();
            coming.sort_by_key(|(change, _)| {
                let start: [u8; 8] = change.hash().0[..8].try_into().unwrap();
                u64::from_be_bytes(start).wrapping_mul(order | 1)
            });
            while !coming.is_empty() {
                let before = coming.len();
                let mut early = Vec::new();
                for one in coming {
                    let applied = phone.notebook.receive(vec![one]).unwrap();
                    prop_assert!(applied.refused.is_empty(), "{:?}", applied.refused);
                    early.extend(applied.waiting);
                }
                prop_assert!(early.len() < before);
                coming = early;
            }
        }
        let [ana, tablet, ben] = &phones;
        prop_assert_eq!(ana.entry(&note), ben.entry(&note));
        prop_assert_eq!(ana.entry(&note), tablet.entry(&note));
        let changes = all.into_iter().map(|(change, _)| change).collect();
        let again = Notebook::load(Volume(0), Edition(0), first(BEN), None, changes).unwrap();
        prop_assert_eq!(again.entry(&note).unwrap(), ben.entry(&note));
        for comment in ben.entry(&note).comments {
            let shown = comment.alternatives.iter().chain(&comment.revisions);
            prop_assert!(shown.clone().any(|revision| revision.text == comment.text));
        }
    }
}
