//! Three phones that do anything that is open to them, apart and in any order, over all kinds: what
//! must hold of every such life. `COUPLET_LONG` tries ten thousand.

use std::collections::BTreeSet;

use super::super::deed::{Act, Deed, On};
use super::super::heart::Vote;
use super::super::kindness::{Opens, Seal};
use super::super::kinds::State;
use super::super::schema::name;
use super::practices::{World, phones};
use super::*;

/// One thing that somebody does.
#[derive(Clone, Debug)]
struct Step {
    at: usize,
    deed: Deed,
    which: usize,
    words: u8,
    meets: Option<(usize, usize)>,
}

/// How an entry comes to be.
#[derive(Clone, Copy, Debug)]
enum Birth {
    Of(Kind),
    Sealed(Seal),
}

fn any_step() -> impl Strategy<Value = Step> {
    let meets = prop_oneof![
        2 => Just(None),
        1 => (0..3_usize, any::<usize>()).prop_map(Some),
    ];
    let deed = prop::sample::select(Deed::ALL.as_slice());
    (0..3_usize, deed, any::<usize>(), any::<u8>(), meets)
        .prop_map(|(at, deed, which, words, meets)| Step { at, deed, which, words, meets })
}

fn any_birth() -> impl Strategy<Value = Birth> {
    let seal = (any::<bool>(), any::<bool>()).prop_map(|(is_held_back, is_wanted)| {
        let opens = if is_wanted { Opens::Wanted } else { Opens::At(5) };
        Birth::Sealed(Seal { opens, is_held_back })
    });
    prop_oneof![
        10 => prop::sample::select(Kind::ALL.as_slice()).prop_map(Birth::Of),
        1 => seal,
    ]
}

fn begin(birth: Birth) -> World {
    match birth {
        Birth::Of(kind) => World::with(kind, FELT[0]),
        Birth::Sealed(seal) => {
            let mut phones = phones();
            let ana = &mut phones[0].notebook;
            let written = ana.write_sealed((seal, None), 7, FELT[0], &mut rng(1)).unwrap();
            World::after(phones, &written)
        }
    }
}

/// All words that anybody says: what stands anywhere is one of them, and never a third.
const FELT: [&str; 4] = ["I felt hurt", "I felt lonely", "I felt angry", "I felt seen"];

/// Words that the deed takes.
fn words_for(deed: Deed, random: u8, items: usize) -> String {
    let one_of = |words: &[&str]| words[usize::from(random) % words.len()].to_owned();
    match deed {
        Deed::BeThere => one_of(&["nod", "touch", "here"]),
        Deed::Stand => one_of(&["holding", "trying", "resting", "done"]),
        Deed::SetRepeat => one_of(&["yearly", "never"]),
        Deed::Vote => one_of(&["yes", "yes", "maybe", "no"]),
        Deed::Later | Deed::Cancel | Deed::Held => one_of(&["yes", "no", "no", ""]),
        Deed::Entrust => one_of(&["me", "you", "both"]),
        Deed::Begins => one_of(&["note", "page"]),
        Deed::Propose => format!("{} 9 UTC", random % 8),
        Deed::Rate | Deed::SetLength => (1 + random % 5).to_string(),
        Deed::Pause | Deed::HappenedOn | Deed::SetDate | Deed::TogetherSince => {
            (random % 8).to_string()
        }
        Deed::Move if items < 2 || random.is_multiple_of(2) => String::new(),
        Deed::Partly | Deed::Agree | Deed::Decline | Deed::NotNow | Deed::Thank
            if random.is_multiple_of(2) =>
        {
            String::new()
        }
        _ => one_of(&FELT),
    }
}

/// Does it if something of the sort is open, else whatever is.
fn live(world: &mut World, step: &Step) {
    let phone = &mut world.phones[step.at];
    let me = phone.notebook.slot;
    let entry = phone.entry(&world.key);
    let open: Vec<_> = entry.open.iter().filter(|open| open.to == me).collect();
    let like: Vec<_> = open.iter().filter(|open| open.deed == step.deed).collect();
    let chosen = match like.as_slice() {
        [] => open[step.which % open.len()],
        like => like[step.which % like.len()],
    };
    let mut words = words_for(chosen.deed, step.words, entry.items.len());
    if chosen.deed == Deed::Move && !words.is_empty() {
        words = entry.items[step.which % entry.items.len()].id.to_string();
    }
    phone.seed += 1;
    let on = match &chosen.on {
        On::Entry => None,
        On::Thing(id) => Some(id),
        On::AnyItem => Some(&entry.items[step.which % entry.items.len()].id),
    };
    let act = Act { deed: chosen.deed, on, words: &words, now: i64::from(step.words % 8) };
    match phone.notebook.act(&world.key, act, &mut rng(phone.seed)) {
        Ok(written) => written.iter().for_each(|written| phone.keep(written)),
        Err(CannotWrite::StillSealed { .. }) => {}
        // An item is not moved before itself.
        Err(CannotWrite::NoItem) if chosen.deed == Deed::Move => {}
        Err(why) => panic!("{:?} {words}: {why}", chosen.deed),
    }
    if step.words.is_multiple_of(5) {
        let text = FELT[step.which % FELT.len()];
        match phone.notebook.edit(&world.key, None, text) {
            Ok(written) => written.iter().for_each(|written| phone.keep(written)),
            Err(CannotWrite::NotYours | CannotWrite::NotNow) => {}
            Err(why) => panic!("{why}"),
        }
    }
    if step.words.is_multiple_of(3) {
        let settled = phone
            .notebook
            .settle(&world.key, i64::from(step.words % 8), &mut rng(phone.seed))
            .unwrap();
        settled.iter().for_each(|written| phone.keep(written));
    }
    if let Some((from, upto)) = step.meets {
        // Some of it, the newest first, and some of that again: what must wait is not kept.
        let all = &world.phones[from].written;
        let mut some = all[..upto % (all.len() + 1)].to_vec();
        some.reverse();
        some.extend(all.iter().take(3).cloned());
        world.phones[step.at].notebook.receive(some).unwrap();
    }
}

/// What stands in the entry as somebody's words, history and what stands beside it included.
fn all_words(entry: &Entry) -> BTreeSet<String> {
    let revisions = entry.revisions.iter().chain(&entry.alternatives);
    let parts = entry.parts.iter().flat_map(|part| part.revisions.iter().chain(&part.alternatives));
    let items = entry.items.iter().flat_map(|item| {
        let beside = item.alternatives.iter().map(|one| one.value.clone());
        beside.chain([item.text.clone()])
    });
    let comments = entry.comments.iter().flat_map(|comment| &comment.revisions);
    let own = revisions.chain(parts).chain(comments).map(|revision| revision.text.clone());
    let feelings = [name::FEELING, name::TAG];
    let members = entry.members.iter().filter(|one| feelings.contains(&one.name.as_str()));
    own.chain(items).chain(members.map(|member| member.value.clone())).collect()
}

/// What the states promise, whatever happened.
fn check_state(entry: &Entry) {
    let says = |name: &str, by: Slot| {
        let stance = entry.stances.iter().find(|stance| stance.name == name && stance.by == by);
        stance.map(|stance| stance.value.as_str())
    };
    let both = |name, value| Slot::BOTH.into_iter().all(|by| says(name, by) == Some(value));
    let neither = |name, value| Slot::BOTH.into_iter().all(|by| says(name, by) != Some(value));
    match entry.state {
        Some(State::AtRest) => assert!(both(name::LET_GO, "yes")),
        Some(State::Ours) => assert!(both(name::ADOPT, "yes")),
        Some(State::Understood) => {
            let is_got = |one: &sheet::Stance| one.name == name::VERDICT && one.value == "got-me";
            assert!(entry.stances.iter().any(is_got));
        }
        Some(State::Agreed) => {
            let meeting = entry.meeting.as_ref().unwrap();
            let id = meeting.agreed.as_ref().unwrap();
            let time = meeting.proposals.iter().find(|time| time.id == *id).unwrap();
            assert!(time.votes.len() == 2 && time.votes.iter().all(|vote| vote.1 == Vote::Yes));
            assert!(neither(name::CANCEL, "yes") && neither(name::LATER, "yes"));
            let chosen = entry.shown.iter().find(|shown| shown.name == name::CHOSEN);
            let is_it = |value: &str| value == id.as_str();
            assert!(chosen.is_none_or(|one| is_it(&one.value) && one.alternatives.is_empty()));
        }
        _ => {}
    }
    if let Some(meeting) = entry.meeting.as_ref()
        && entry.state != Some(State::Agreed)
        && entry.state != Some(State::Held)
    {
        assert_eq!(meeting.agreed, None);
    }
}

/// Asked when this is built, as a pure crate reads no environment.
fn lives() -> u32 {
    if option_env!("COUPLET_LONG") == Some("1") { 10_000 } else { 96 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: lives(), ..ProptestConfig::default() })]

    #[test]
    fn whatever_three_phones_do_apart_they_agree_and_no_word_is_lost_or_made_up(
        birth in any_birth(),
        steps in prop::collection::vec(any_step(), 1..24),
    ) {
        let mut world = begin(birth);
        for step in &steps {
            live(&mut world, step);
        }
        // What somebody wrote is on their own phone, and is to be everywhere afterwards.
        let mut said: [BTreeSet<String>; 2] = Default::default();
        for phone in &world.phones {
            let slot = usize::from(phone.notebook.slot.index());
            said[slot].extend(own_words(&phone.entry(&world.key), phone.notebook.slot));
        }
        world.apart(&[]);
        let entries = world.phones.each_ref().map(|phone| phone.entry(&world.key));
        for (phone, entry) in world.phones.iter().zip(&entries) {
            check_state(entry);
            for words in all_words(entry) {
                prop_assert!(FELT.contains(&words.as_str()), "a third word: {words}");
            }
            // Two who begin the same page apart stand one behind the other, each word whole.
            let rest = ["lonely", "angry", "felt", "hurt", "seen", "I"].into_iter();
            let rest = rest.fold(entry.text.clone(), |text, word| text.replace(word, ""));
            prop_assert!(rest.trim().is_empty(), "letters of two: {}", entry.text);
            let slot = phone.notebook.slot;
            let now = own_words(entry, slot);
            prop_assert!(said[usize::from(slot.index())].is_subset(&now), "words are lost");
        }
        let states = entries.each_ref().map(|entry| (entry.state, entry.meeting.clone()));
        prop_assert!(states.iter().all(|state| *state == states[0]));
        let all: Vec<Change> = world.phones.iter()
            .flat_map(|phone| phone.written.iter().rev().map(|(change, _)| change.clone()))
            .collect();
        let mut again = Notebook::load(Volume(0), Edition(0), first(ANA), None, all).unwrap();
        again.set_keeper(Keeper::new(&device(1), core::iter::empty()));
        prop_assert_eq!(&again.entry(&world.key).unwrap(), &entries[0], "in another order");
    }

    #[test]
    fn a_page_at_rest_is_opened_by_whatever_its_two_had_not_seen(
        steps in prop::collection::vec(any_step(), 1..24),
    ) {
        let mut world = begin(Birth::Of(Kind::Repair));
        for step in &steps {
            live(&mut world, step);
        }
        world.meet();
        for step in ["ana let-go", "ben let-go"] {
            let done = world.try_to(step);
            prop_assert!(matches!(done, Ok(_) | Err(CannotWrite::NotNow)), "unless it is so");
            world.meet();
        }
        prop_assert_eq!(world.entry().state, Some(State::AtRest));
        world.together(&["ben tell something new"]);
        prop_assert_ne!(world.entry().state, Some(State::AtRest));
    }
}

/// Every revision of a person's own words that their phone shows them.
fn own_words(entry: &Entry, by: Slot) -> BTreeSet<String> {
    let parts = entry.parts.iter().filter(|part| part.by == by);
    let parts = parts.flat_map(|part| &part.revisions);
    let has_own_body = entry.kind.is_some_and(|kind| kind.body() == Body::Words);
    let body = entry.revisions.iter().filter(|_| has_own_body && entry.author == by);
    parts.chain(body).map(|revision| revision.text.clone()).collect()
}
