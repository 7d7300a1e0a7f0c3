//! Closed words: answers that are revealed together, notes under a seal.

use super::super::deed::{Act, Deed};
use super::super::kindness::{Opens, Seal};
use super::super::kinds::State;
use super::super::name::ItemId;
use super::super::own::{Owner, Subject};
use super::super::schema::{WordsKey, name};
use super::world::{World, phones, told};
use super::*;
use crate::seal::closed::ClosedWords;

const SECRET: &str = "that evening by the sea";

/// What a phone is shown of somebody's answer.
fn answer(phone: &Phone, key: &EntryKey, by: Slot) -> Option<String> {
    let mut parts = phone.entry(key).parts.into_iter();
    parts.find(|part| part.by == by && part.name == name::ANSWER).map(|part| part.text)
}

/// Whether those words are anywhere in what an app can ask a phone for.
fn shows(phone: &Phone, key: &EntryKey, words: &str) -> bool {
    format!("{:?}", phone.entry(key)).contains(words)
}

fn ask() -> World {
    World::with(Kind::Prompt, "When were you happiest?")
}

#[test]
fn two_answers_are_revealed_when_both_are_there_and_not_before() {
    let mut world = ask();
    world.together(&[&format!("ana answer {SECRET}")]);
    assert_eq!(world.entry().state, Some(State::OneAnswered));
    assert!(!shows(&world.phones[2], &world.key, SECRET), "it is closed to Ben");
    assert_eq!(answer(&world.phones[0], &world.key, Slot::First).as_deref(), Some(SECRET));
    assert_eq!(answer(&world.phones[1], &world.key, Slot::First).as_deref(), Some(SECRET));
    assert!(!world.does("ana settle") && !world.does("ben settle"), "no key is due");
    world.together(&["ben answer when you laughed"]);
    assert_eq!(world.entry().state, Some(State::BothAnswered));
    assert_eq!(answer(&world.phones[0], &world.key, Slot::Second), None);
    world.apart(&["tablet settle", "ben settle"]);
    for phone in &world.phones {
        assert_eq!(phone.entry(&world.key).state, Some(State::Revealed));
        assert_eq!(answer(phone, &world.key, Slot::First).as_deref(), Some(SECRET));
        let bens = answer(phone, &world.key, Slot::Second);
        assert_eq!(bens.as_deref(), Some("when you laughed"));
    }
    assert!(!world.does("ana settle"), "the tablet has published it");
}

#[test]
fn an_answer_changed_on_a_device_that_could_read_nothing_is_not_taken_for_one_that_could() {
    let mut world = ask();
    world.together(&["ana answer one", "tablet settle"]);
    // Her tablet is away while Ben answers and both are open.
    let tablets = world.phones[1].written.len();
    world.does("tablet answer two");
    let (ana, ben) = ([0, 2], [2, 0]);
    world.does("ben answer three");
    for [from, to] in [ben, ana, ben] {
        let new = world.phones[from].written.clone();
        world.phones[to].notebook.receive(new).unwrap();
        world.does("ana settle");
        world.does("ben settle");
    }
    assert_eq!(world.phones[0].entry(&world.key).state, Some(State::Revealed));
    assert_eq!(world.phones[1].written.len(), tablets + 1);
    world.apart(&[]);
    assert_eq!(told(&world.entry()), [] as [&str; 0]);
    world.together(&["tablet settle", "tablet answer four"]);
    assert_eq!(told(&world.entry()), ["ana changed it since both were open"]);
}

#[test]
fn an_answer_revealed_is_written_anew_with_both_to_be_read() {
    let mut world = ask();
    world.apart(&["ana answer one", "ben answer two"]);
    world.apart(&["ana settle", "ben settle"]);
    world.together(&["ben answer three", "ben settle"]);
    let entry = world.phones[0].entry(&world.key);
    let bens = entry.parts.iter().find(|part| part.by == Slot::Second).unwrap();
    let texts: Vec<&str> = bens.revisions.iter().map(|one| one.text.as_str()).collect();
    assert_eq!((bens.text.as_str(), texts), ("three", vec!["two", "three"]));
}

#[test]
fn who_waits_in_vain_takes_their_answer_back_and_it_is_never_read() {
    let mut world = ask();
    world.together(&[&format!("ana answer {SECRET}"), "tablet unanswer"]);
    assert_eq!(world.entry().state, Some(State::Asked));
    world.together(&["ben answer too late"]);
    assert!(!world.does("ana settle") && !world.does("ben settle"));
    assert!(!shows(&world.phones[2], &world.key, SECRET));
    world.together(&["ana answer another", "ana settle", "ben settle"]);
    assert_eq!(answer(&world.phones[2], &world.key, Slot::First).as_deref(), Some("another"));
    assert!(!shows(&world.phones[2], &world.key, SECRET), "that one stays closed");
    assert_eq!(world.try_to("ana unanswer"), Err(CannotWrite::NotNow), "both have answered");
}

#[test]
fn taking_back_while_the_other_reveals_shows_neither() {
    let mut world = ask();
    world.together(&[&format!("ana answer {SECRET}")]);
    world.apart(&["ana unanswer", "ben answer I trust you", "ben settle"]);
    assert!(!shows(&world.phones[0], &world.key, "I trust you"), "Ana has said nothing");
    assert!(!shows(&world.phones[2], &world.key, SECRET));
}

#[test]
fn answers_of_two_devices_are_both_revealed() {
    let mut world = ask();
    world.apart(&["ana answer one", "tablet answer two", "ben answer three"]);
    world.apart(&["ana settle", "ben settle"]);
    let entry = world.entry();
    let anas = entry.parts.iter().find(|part| part.by == Slot::First).unwrap();
    let mut both = vec![anas.text.as_str(), anas.alternatives[0].text.as_str()];
    both.sort_unstable();
    assert_eq!(both, ["one", "two"], "never a third word");
}

#[test]
fn nothing_is_closed_by_who_has_no_keys() {
    let mut phone = Phone::new(ANA);
    let written = phone.notebook.write(Kind::Prompt, 0, "When?", &mut rng(1)).unwrap();
    let act = Act { deed: Deed::Answer, on: None, words: SECRET, now: 0 };
    let refused = phone.notebook.act(&written.entry.key, act, &mut rng(2));
    assert!(matches!(refused, Err(CannotWrite::NoKeys)));
}

const UNTIL: i64 = 1_000;

const SOFT: Seal = Seal { opens: Opens::At(UNTIL), is_held_back: false };

/// Ana's note under a seal, on all three phones, some time before it opens.
fn sealed(seal: Seal) -> World {
    let mut phones = phones();
    let when = (seal.opens == Opens::Wanted).then_some("when you miss me");
    let note = (seal, when);
    let written = phones[0].notebook.write_sealed(note, 7, SECRET, &mut rng(1)).unwrap();
    let mut world = World::after(phones, &written);
    world.now = UNTIL - 1;
    world
}

#[test]
fn a_sealed_note_shows_nothing_before_its_time_and_everything_after() {
    let mut world = sealed(SOFT);
    let entry = world.entry();
    assert_eq!((entry.state, entry.seal), (Some(State::Sealed), Some(SOFT)));
    assert_eq!((entry.text.as_str(), entry.revisions.len()), ("", 0));
    assert!(!shows(&world.phones[2], &world.key, SECRET));
    assert_eq!(world.phones[0].entry(&world.key).text, SECRET);
    assert_eq!(world.phones[1].entry(&world.key).text, SECRET);
    assert_eq!(world.try_to("ben open"), Err(CannotWrite::StillSealed { until: UNTIL }));
    assert_eq!(world.try_to("ana open"), Err(CannotWrite::NotNow));
    world.now = UNTIL;
    assert_eq!(world.try_to("ben thank"), Err(CannotWrite::NotNow), "for what nobody has read");
    world.together(&["ben open"]);
    assert_eq!(world.entry().text, SECRET);
    assert_eq!(world.entry().state, Some(State::Opened));
    world.now = 0;
    world.together(&["ben settle", "ben thank", "ana edit that evening"]);
    assert_eq!(world.entry().revisions[0].text, SECRET, "a clock set back seals nothing again");
    assert_eq!(world.entry().text, "that evening");
}

#[test]
fn a_note_for_when_it_is_wanted_is_opened_when_it_is_wanted() {
    let mut world = sealed(Seal { opens: Opens::Wanted, is_held_back: false });
    assert!(!shows(&world.phones[2], &world.key, SECRET));
    assert_eq!(world.entry().parts[0].text, "when you miss me");
    assert_eq!(world.try_to("ana edit other words"), Err(CannotWrite::NotNow));
    world.together(&["ben open"]);
    assert_eq!(world.entry().text, SECRET);
}

#[test]
fn unsend_of_what_was_not_opened_leaves_no_key() {
    let mut world = sealed(SOFT);
    world.together(&["ana unsend"]);
    let raw = world.phones[2].notebook.document.entry(&world.key).unwrap();
    let key = raw.fields.iter().find(|(field, _)| field.starts_with("key/")).unwrap();
    assert_eq!(key.1[0].scalar, Scalar::Bytes(Vec::new()));
    world.now = UNTIL;
    assert_eq!(world.try_to("ben open"), Err(CannotWrite::NotNow));
    assert_eq!(world.entry().state, Some(State::Withdrawn));
    assert!(!shows(&world.phones[2], &world.key, SECRET));
    assert_eq!(world.phones[1].entry(&world.key).text, SECRET, "its author has it");
    let mut world = sealed(SOFT);
    world.together(&["tablet unsend", "ana settle"]);
    let raw = world.phones[2].notebook.document.entry(&world.key).unwrap();
    let key = raw.fields.iter().find(|(field, _)| field.starts_with("key/")).unwrap();
    assert_eq!(key.1[0].scalar, Scalar::Bytes(Vec::new()), "whichever device published it");
}

#[test]
fn whoever_unsends_a_note_without_a_seal_is_told_what_serves() {
    let mut world = World::with(Kind::Note, "Dear Ben");
    assert!(!world.can(Slot::First, Deed::Unsend));
    let can = world.phones[0].entry(&world.key).can(Person::first(Slot::First));
    assert!(can.contains(&Verb::Trash) && can.contains(&Verb::Erase));
    let refused = world.try_to("ana unsend").unwrap_err();
    assert_eq!(refused, CannotWrite::NotSealed);
    assert!(refused.to_string().contains("trash") && refused.to_string().contains("erase"));
}

#[test]
fn unsend_and_opened_apart_is_opened_and_says_so() {
    for seal in [SOFT, Seal { is_held_back: true, ..SOFT }] {
        let mut world = sealed(seal);
        world.now = UNTIL;
        world.together(&["ana settle"]);
        world.apart(&["ben open", "ana unsend"]);
        world.apart(&["ana settle", "ben settle"]);
        assert_eq!(world.entry().text, SECRET);
        assert_eq!(told(&world.entry()), ["withdrawn after it was opened"]);
    }
}

#[test]
fn a_held_back_key_comes_from_any_device_of_its_author_once_the_time_is_there() {
    let held = Seal { is_held_back: true, ..SOFT };
    let mut world = sealed(held);
    assert!(!world.does("ana settle"), "not before");
    let raw = world.phones[2].notebook.document.entry(&world.key).unwrap();
    assert!(!raw.fields.keys().any(|field| field.starts_with("key/")), "Ben has no key");
    world.now = UNTIL;
    world.together(&["ben open"]);
    assert!(!world.does("ben settle"), "Ben's clock opens nothing");
    assert_eq!((world.entry().text.as_str(), world.entry().state), ("", Some(State::Opened)));
    for phone in &world.phones {
        assert_eq!(told(&phone.entry(&world.key)), ["its key has not come"]);
    }
    assert_eq!(world.try_to("ben thank"), Err(CannotWrite::NotNow), "for what nobody has read");
    // Ana's phone is lost.
    assert!(world.does("tablet settle"));
    world.meet();
    assert_eq!(world.entry().text, SECRET);
    assert_eq!(told(&world.entry()), [""; 0]);
    world.together(&["ben thank"]);
    let wanted = Seal { opens: Opens::Wanted, is_held_back: true };
    let mut world = sealed(wanted);
    assert!(!world.does("ana settle"), "nobody wants it");
    world.together(&["ben open", "ana settle"]);
    assert_eq!(world.entry().text, SECRET);
}

/// The phone and the tablet know of these devices of Ana's, and the tablet of one of paper.
fn ana_has(world: &mut World, known: &[u8], paper: Option<u8>) {
    for (phone, own) in world.phones.iter_mut().zip([1, 2]) {
        let keeper = Keeper::new(&device(own), known.iter().map(|seed| device(*seed).keys()));
        let paper = paper.filter(|_| own == 2).map(device);
        phone.notebook.set_keeper(keeper.with(paper));
    }
}

#[test]
fn a_device_that_comes_later_releases_what_was_held_back_before() {
    let held = Seal { is_held_back: true, ..SOFT };
    let alone = |seed: u8| Keeper::new(&device(seed), core::iter::empty());
    let mut phones = phones();
    phones[0].notebook.set_keeper(alone(1));
    let written = phones[0].notebook.write_sealed((held, None), 7, SECRET, &mut rng(1)).unwrap();
    let mut world = World::after(phones, &written);
    world.now = UNTIL - 1;
    assert_eq!(world.phones[1].entry(&world.key).text, "", "the tablet was not there");
    assert!(!world.does("ana settle"), "nobody is left out");
    ana_has(&mut world, &[1, 2], None);
    world.together(&["ana settle"]);
    assert_eq!(world.phones[1].entry(&world.key).text, SECRET);
    assert!(!world.does("ana settle") && !world.does("tablet settle"), "once is enough");
    assert!(!shows(&world.phones[2], &world.key, SECRET));
    // Her phone is lost.
    world.now = UNTIL;
    world.together(&["tablet settle", "ben open"]);
    assert_eq!(world.entry().text, SECRET);
}

#[test]
fn a_kit_is_a_device_and_who_comes_in_by_its_words_releases_what_was_held_back() {
    const PAPER: u8 = 9;
    for is_kit_first in [true, false] {
        let mut world = ask();
        let before: &[u8] = if is_kit_first { &[1, PAPER] } else { &[1] };
        ana_has(&mut world, before, None);
        world.together(&[&format!("ana answer {SECRET}")]);
        ana_has(&mut world, &[1, PAPER], None);
        assert_eq!(world.does("ana settle"), !is_kit_first);
        world.meet();
        // The only phone is lost, and the words bring in another, in whose place the tablet stands.
        ana_has(&mut world, &[2], Some(PAPER));
        assert_eq!(answer(&world.phones[1], &world.key, Slot::First).as_deref(), Some(SECRET));
        world.together(&["tablet settle"]);
        ana_has(&mut world, &[2], None);
        world.together(&["ben answer with you", "tablet settle", "ben settle"]);
        assert_eq!(answer(&world.phones[2], &world.key, Slot::First).as_deref(), Some(SECRET));
    }
}

/// How much Ana and Ben have done, as each of them is told news by.
fn done(world: &World) -> [u64; 2] {
    let entry = world.entry();
    Slot::BOTH.map(|by| Vec::from(entry.done_by(by).clone()).iter().map(|(_, count)| count).sum())
}

#[test]
fn that_closed_words_can_be_read_is_new_to_the_other_once() {
    let held = Seal { opens: Opens::Wanted, is_held_back: true };
    for settles in [&["ana settle"][..], &["ana settle", "tablet settle"]] {
        let mut world = sealed(held);
        let [ana, ben] = done(&world);
        world.together(&["ben open"]);
        assert_eq!(done(&world), [ana, ben + 1], "Ben did something");
        // Ana's devices let it go, be it both at once: that is news to him, and once.
        world.apart(settles);
        assert_eq!(done(&world), [ana + 1, ben + 1], "{settles:?}");
        // That his phone keeps a copy is nothing that he did.
        world.together(&["ben settle"]);
        assert_eq!(done(&world), [ana + 1, ben + 1]);
        assert_eq!(world.entry().text, SECRET);
    }
    // Neither is it news to him that Ana has another device.
    let mut world = sealed(held);
    let before = done(&world);
    ana_has(&mut world, &[1, 2, 7], None);
    assert!(world.does("ana settle"));
    world.meet();
    assert_eq!(done(&world), before);
}

#[test]
fn two_answers_are_news_when_they_are_given_and_when_they_can_be_read() {
    let mut world = ask();
    let [ana, ben] = done(&world);
    world.together(&["ana answer one"]);
    assert_eq!(done(&world), [ana + 1, ben]);
    // Ben's phone has Ana's answer when he gives his: both come to her at once.
    world.together(&["ben answer two", "ben settle"]);
    assert_eq!(done(&world), [ana + 1, ben + 2]);
    world.apart(&["ana settle", "tablet settle"]);
    assert_eq!(done(&world), [ana + 2, ben + 2], "he can read hers");
    assert!(!world.does("ana settle") && !world.does("ben settle"));
}

#[test]
fn a_sealed_note_is_found_again_after_a_restore() {
    let mut phones = phones();
    let before = phones[0].note("before");
    let kept: Vec<Change> = phones[0].written.iter().map(|(change, _)| change.clone()).collect();
    let note = (SOFT, None);
    let written = phones[0].notebook.write_sealed(note, 7, SECRET, &mut rng(5)).unwrap();
    phones[0].keep(&written);
    let anew = (ANA.0, WriterId([0xcc; 16]));
    let mut restored = Notebook::load(Volume(0), Edition(0), first(anew), None, kept).unwrap();
    restored.set_keeper(Keeper::new(&device(1), core::iter::empty()));
    let old = std::mem::replace(&mut phones[0].notebook, restored);
    let lost = vec![written.change.clone()];
    phones[0].written.pop();
    for again in phones[0].notebook.carry_over(&old, &lost).unwrap() {
        phones[0].keep(&again);
    }
    let [ana, tablet, ben] = &mut phones;
    meet(&mut [ana, tablet, ben]);
    let key = &written.entry.key;
    assert_eq!(ana.entry(key).text, SECRET);
    assert_eq!(ben.entry(key).state, Some(State::Sealed));
    assert!(!shows(ben, key, SECRET) && ben.entry(&before).text == "before");
    let act = Act { deed: Deed::Open, on: None, words: "", now: UNTIL };
    ben.notebook.act(key, act, &mut rng(6)).unwrap().unwrap();
    assert_eq!(ben.entry(key).text, SECRET);
}

/// What Ana's phone says to a change that Ben's phone made without asking the law.
fn forged(fields: impl FnOnce(&World, u64) -> Vec<(Field, Scalar)>) -> Option<Refusal> {
    let mut world = ask();
    world.together(&["ana answer one"]);
    let start = world.phones[2].notebook.document.next_op();
    let fields = fields(&world, start);
    let key = world.key.clone();
    let change = world.phones[2].notebook.document.edit(|edit| {
        fields
            .iter()
            .try_for_each(|(field, value)| edit.put(&key, &field.to_string(), value.clone()))
    });
    let change = change.unwrap().unwrap();
    let applied =
        world.phones[0].notebook.receive(vec![(change, Person::first(Slot::Second))]).unwrap();
    applied.refused.first().map(|(_, refusal)| *refusal)
}

#[test]
fn nobody_closes_words_for_the_other_or_publishes_under_their_name() {
    let ana = Owner { slot: ANA.0, generation: 0, writer: ANA.1 };
    let ben = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let closed = |rev, Owner { slot, generation, writer }| {
        let key = WordsKey { rev, writer, slot, generation };
        Field::Closed(Subject::new(name::ANSWER, None), key)
    };
    let words = |world: &World| {
        let raw = world.phones[0].notebook.document.entry(&world.key).unwrap();
        let field = raw.fields.iter().find(|(field, _)| field.starts_with("closed/")).unwrap();
        let Scalar::Bytes(bytes) = &field.1[0].scalar else { panic!("bytes") };
        assert!(ClosedWords::read(bytes).is_some());
        bytes.clone()
    };
    let unlawful = |refusal| matches!(refusal, Some(Refusal::Unlawful(_)));
    let mixed = Owner { writer: BEN.1, ..ana };
    let borrowed = Owner { writer: ANA.1, ..ben };
    let later = Owner { generation: 1, ..ben };
    let id = || ItemId::from_random([4; 16]);
    for owner in [ana, mixed, borrowed, later] {
        let bytes = |world: &World| Scalar::Bytes(words(world));
        assert!(unlawful(forged(|world, _| vec![(closed(2, owner), bytes(world))])), "{owner:?}");
        let key = Scalar::Bytes(vec![7; 32]);
        assert!(unlawful(forged(|_, _| vec![(Field::Key(id(), owner), key)])), "{owner:?}");
    }
    let future = |start| closed(start + 1, ben);
    assert!(unlawful(forged(|world, start| vec![(future(start), Scalar::Bytes(words(world)))])));
    let cut = |world: &World| Scalar::Bytes(words(world)[..90].to_vec());
    let refused = forged(|world, _| vec![(closed(1, ben), cut(world))]);
    assert_eq!(refused, Some(Refusal::Unlawful("these are no closed words")));
    let open = Scalar::Str("in the open".to_owned());
    assert!(unlawful(forged(|_, _| vec![(closed(1, ben), open)])));
    let short = Scalar::Bytes(vec![7; 31]);
    let refused = forged(|_, _| vec![(Field::Key(id(), ben), short)]);
    assert_eq!(refused, Some(Refusal::Unlawful("this is no key")));
    let lawful = forged(|world, _| vec![(closed(1, ben), Scalar::Bytes(words(world)))]);
    assert_eq!(lawful, None, "Ben may repeat what he cannot read");
}

#[test]
fn an_answer_that_was_never_meant_to_open_is_shown_as_such() {
    let mut world = ask();
    world.together(&["ana answer one", "ben answer two"]);
    let ben = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let raw = world.phones[2].notebook.document.entry(&world.key).unwrap();
    let bens = raw.fields.iter().find(|(field, _)| field.starts_with("closed/1.0")).unwrap();
    let Scalar::Bytes(bytes) = &bens.1[0].scalar else { panic!("bytes") };
    let id = ItemId::from_random(ClosedWords::read(bytes).unwrap().name().truncated());
    let start = world.phones[2].notebook.document.next_op();
    let author = Author { slot: BEN.0, generation: 0, writer: BEN.1, start };
    let key = world.key.clone();
    let field = Field::Key(id, ben).to_string();
    let change = world.phones[2]
        .notebook
        .commit(author, |edit| edit.put(&key, &field, Scalar::Bytes(vec![7; 32])));
    world.phones[2].written.push((change.unwrap().unwrap(), Person::first(Slot::Second)));
    world.together(&["ana settle"]);
    let told_ana = told(&world.phones[0].entry(&world.key));
    assert_eq!(told_ana, ["does not open"]);
    assert_eq!(answer(&world.phones[0], &world.key, Slot::Second), None);
}

#[test]
fn who_passes_the_others_answer_on_as_their_own_has_said_nothing() {
    let mut world = ask();
    world.together(&["ana answer one"]);
    let raw = world.phones[2].notebook.document.entry(&world.key).unwrap();
    let (field, values) =
        raw.fields.iter().find(|(field, _)| field.starts_with("closed/")).unwrap();
    let Some(Field::Closed(subject, key)) = Field::parse(field) else { panic!("closed") };
    let field = Field::Closed(subject, WordsKey { writer: BEN.1, slot: BEN.0, ..key });
    let copy = values[0].scalar.clone();
    let start = world.phones[2].notebook.document.next_op();
    let author = Author { slot: BEN.0, generation: 0, writer: BEN.1, start };
    let at = world.key.clone();
    let ben = &mut world.phones[2].notebook;
    let change = ben.commit(author, |edit| edit.put(&at, &field.to_string(), copy));
    world.phones[2].written.push((change.unwrap().unwrap(), Person::first(Slot::Second)));
    world.meet();
    world.together(&["ana settle"]);
    for phone in &world.phones[..2] {
        assert_eq!(told(&phone.entry(&world.key)), ["does not open"]);
        assert_eq!(answer(phone, &world.key, Slot::Second), None);
    }
}

#[derive(Clone, Debug)]
struct Move {
    at: usize,
    what: u8,
    from: Option<usize>,
    upto: u8,
}

fn any_move() -> impl Strategy<Value = Move> {
    let from = prop_oneof![1 => Just(None), 2 => (0..3_usize).prop_map(Some)];
    (0..3_usize, 0..5_u8, from, any::<u8>()).prop_map(|(at, what, from, upto)| Move {
        at,
        what,
        from,
        upto,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_messages_shows_the_others_answer_before_ones_own(
        moves in prop::collection::vec(any_move(), 1..24),
    ) {
        let mut world = ask();
        for Move { at, what, from, upto } in moves {
            let who = ["ana", "tablet", "ben"][at];
            let words = if at == 2 { "ben-said-it" } else { "ana-said-it" };
            let step = match what {
                0 => format!("{who} answer {words}"),
                1 => format!("{who} unanswer"),
                _ => format!("{who} settle"),
            };
            let done = world.try_to(&step);
            prop_assert!(matches!(done, Ok(_) | Err(CannotWrite::NotNow)), "{:?}", done);
            if let Some(from) = from {
                // Some of what another has written, and whatever depends on the rest waits.
                let all = world.phones[from].written.clone();
                let some = usize::from(upto) % (all.len() + 1);
                world.phones[at].notebook.receive(all[..some].to_vec()).unwrap();
            }
            for (phone, theirs) in world.phones.iter().zip(["ben-said", "ben-said", "ana-said"]) {
                let me = phone.notebook.slot;
                let Some(entry) = phone.notebook.entry(&world.key) else { continue };
                let mine = ["closed/0", "closed/1"][usize::from(me.index())];
                let raw = phone.notebook.document.entry(&world.key).unwrap();
                let has_committed = raw.fields.keys().any(|field| field.starts_with(mine));
                if format!("{entry:?}").contains(theirs) {
                    prop_assert!(has_committed, "{:?} read and said nothing", me);
                    let mut open = entry.open.iter();
                    prop_assert!(open.all(|one| one.to != me || one.deed != Deed::Unanswer));
                }
            }
        }
    }
}
