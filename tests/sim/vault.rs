//! Ana's vault, on her phone and on her tablet, beside the notebook of the two: written apart, killed,
//! forgotten by its relay, brought back by its words; and nothing of it where the couple's words go.
//! One relay serves both, which is the worst that she can choose.

use std::collections::BTreeSet;

use couplet::driven::Owner;
use couplet::{Draft, Filter, Kept, Kind};
use couplet_proto::desk::question::{Answer, Question};
use couplet_proto::ids::NotebookId;
use couplet_proto::statement::Role;

use crate::breach::Breach;
use crate::phone::Phone;
use crate::step::{Step, What};
use crate::stories::{ANA, BEN, TABLET, a_day};
use crate::world::{World, link_of};

/// The vault on Ana's phone, on her tablet, and on the phone that comes in by words.
const VAULT: usize = 3;
const OTHER: usize = 4;
const FRESH: usize = 5;

fn act(world: &mut World, steps: &[(usize, What)]) {
    for ((who, what), salt) in steps.iter().cloned().zip(1..) {
        world.act(&Step { who, what, salt }).unwrap();
    }
}

fn owner(world: &mut World, who: usize) -> &mut Owner {
    world.phones[who].owner.as_mut().unwrap()
}

/// The couple, and Ana's vault on both her devices.
fn with_vault(seed: u64) -> World {
    let mut world = World::new(seed, Breach::default()).unwrap();
    let mut phone: Phone = world.new_phone("Ana's vault");
    phone.is_vault = true;
    let name = "Ana".parse().unwrap();
    phone.owner = Some(Owner::found(phone.home(), &name, Some(link_of(0))).unwrap());
    phone.remember();
    world.phones.push(phone);
    world.has_changed_members = true;
    world.let_in(VAULT, "Ana's vault on her tablet", Role::OwnDevice).unwrap();
    world
}

/// These hold the same in the end, with all that was written in the place of each.
fn meet(world: &mut World, whos: &[usize]) {
    for _ in 0..6 {
        for who in whos {
            world.expect_sync(*who).unwrap();
        }
    }
    let hashes: BTreeSet<_> = whos.iter().map(|who| owner(world, *who).hash().unwrap()).collect();
    assert_eq!(hashes.len(), 1, "they show the same");
    for who in whos {
        assert_eq!(owner(world, *who).status().unwrap().pending, 0);
        world.look(*who);
    }
    world.verdict().unwrap();
}

/// What an app does around an exchange of the vault.
fn keep_seen(world: &mut World, notebook: usize, vault: usize) {
    let taken = owner(world, notebook).marks_taken().unwrap();
    let pages = owner(world, vault).marks_beyond(&taken).unwrap();
    owner(world, notebook).take_marks(&pages).unwrap();
    let due = owner(world, notebook).marks_due().unwrap();
    if !due.is_empty() {
        owner(world, vault).keep_marks(&due).unwrap();
        owner(world, notebook).marks_are_kept(&due).unwrap();
    }
}

fn news(world: &mut World, who: usize) -> usize {
    let filter = Filter { only_unread: true, ..Filter::default() };
    owner(world, who).timeline(None, 1_000, &filter).unwrap().len()
}

fn read_all(world: &mut World, who: usize) {
    for row in world.phones[who].timeline().unwrap() {
        owner(world, who).seen(row.entry.key.as_str(), &row.entry.done).unwrap();
    }
}

/// Everything that the relay has in the room of one notebook.
fn room(world: &mut World, notebook: NotebookId) -> Vec<Vec<u8>> {
    let shelf = &mut world.relays[0].shelf;
    let mut room = shelf.envelopes(notebook);
    if let Ok(Answer::Log(Some(log))) = shelf.answer(notebook, Question::Log) {
        room.extend(log.statements().iter().map(|statement| statement.bytes().to_vec()));
    }
    if let Ok(Answer::Requests(requests)) = shelf.answer(notebook, Question::Requests) {
        room.extend(requests);
    }
    room
}

/// The words that a vault shows.
fn own_words(world: &mut World, who: usize) -> BTreeSet<String> {
    world.look(who);
    world.phones[who].shows.clone()
}

#[test]
fn what_two_devices_wrote_apart_is_in_both_and_survives_being_killed_and_a_wiped_relay() {
    for seed in 0..3 {
        let mut world = with_vault(seed);
        meet(&mut world, &[VAULT, OTHER]);
        act(&mut world, &[a_day(VAULT), a_day(OTHER), vec![(VAULT, What::DieIn(1))]].concat());
        act(&mut world, &[a_day(VAULT), vec![(OTHER, What::Kill), (OTHER, What::Write)]].concat());
        let written = world.words.certain();
        act(&mut world, &[(VAULT, What::Sync), (VAULT, What::RelayWiped), (OTHER, What::Sync)]);
        meet(&mut world, &[VAULT, OTHER]);
        let shown = own_words(&mut world, OTHER);
        let lost: Vec<&String> = written.difference(&shown).collect();
        assert!(lost.is_empty(), "seed {seed}: {lost:?}");
        // And the couple's is there, too, for the phones feed the relay again.
        meet(&mut world, &[ANA, TABLET, BEN]);
    }
}

#[test]
fn it_comes_back_by_its_own_words_with_the_drafts_and_with_what_was_read() {
    let mut world = with_vault(7);
    meet(&mut world, &[VAULT, OTHER]);
    act(&mut world, &[a_day(BEN), vec![(BEN, What::Sync)]].concat());
    meet(&mut world, &[ANA, TABLET, BEN]);
    read_all(&mut world, ANA);
    keep_seen(&mut world, ANA, VAULT);
    let (id, text) = ("mfrggzdfmztwq2lkmfrggzdfmy".to_owned(), world.words.new_word());
    let draft = Draft {
        id,
        kind: Kind::Note.name().to_owned(),
        day: 20_000,
        entry: None,
        base: None,
        text: text.clone(),
        kept: None,
    };
    let kept: Kept = owner(&mut world, VAULT).keep_in_vault(&draft).unwrap();
    assert_eq!(kept.text, text);
    act(&mut world, &[a_day(VAULT), vec![(VAULT, What::MakeKit), (VAULT, What::Sync)]].concat());
    let (written, hash) = (own_words(&mut world, VAULT), owner(&mut world, VAULT).hash().unwrap());
    // The phone falls into the sea, and the tablet with it; the words are on paper.
    act(&mut world, &[(VAULT, What::Recover(true))]);
    world.phones[VAULT].stop();
    world.phones[OTHER].stop();
    act(&mut world, &[(FRESH, What::Sync), (FRESH, What::Sync)]);
    assert_eq!(own_words(&mut world, FRESH), written);
    assert_eq!(owner(&mut world, FRESH).hash().unwrap(), hash);
    let drafts = Filter { kind: Some("draft".to_owned()), ..Filter::default() };
    let drafts = owner(&mut world, FRESH).timeline(None, 9, &drafts).unwrap();
    assert_eq!((drafts.len(), drafts[0].entry.text.as_str()), (1, text.as_str()));
    // What she had read is read on whichever device has the notebook and that vault.
    assert!(news(&mut world, TABLET) > 0);
    keep_seen(&mut world, TABLET, FRESH);
    assert_eq!(news(&mut world, TABLET), 0);
}

#[test]
fn reading_and_the_vault_leave_not_a_byte_in_the_couples_room() {
    let mut world = with_vault(11);
    act(&mut world, &[a_day(BEN), vec![(BEN, What::Sync)]].concat());
    meet(&mut world, &[ANA, TABLET, BEN]);
    meet(&mut world, &[VAULT, OTHER]);
    let [couple, vault] = [ANA, VAULT].map(|who| owner(&mut world, who).notebook());
    let before = room(&mut world, couple);
    let bens = world.phones[BEN].timeline().unwrap();

    read_all(&mut world, ANA);
    keep_seen(&mut world, ANA, VAULT);
    act(&mut world, &a_day(VAULT));
    meet(&mut world, &[VAULT, OTHER]);
    keep_seen(&mut world, TABLET, OTHER);
    assert_eq!(news(&mut world, TABLET), 0, "it is known on her tablet");
    for who in [ANA, TABLET, BEN, ANA] {
        let talked = world.expect_sync(who).unwrap();
        assert_eq!((talked.sent, talked.received), (0, 0), "{}", world.name(who));
    }
    assert!(room(&mut world, couple) == before, "the couple's room is as it was");
    assert_eq!(world.phones[BEN].timeline().unwrap(), bens);

    // No name of the one is in the room of the other.
    let names = |world: &mut World, whos: &[usize], notebook: NotebookId| {
        let devices = whos.iter().map(|who| owner(world, *who).device().0.to_vec());
        let mut names: Vec<Vec<u8>> = devices.collect();
        names.push(notebook.0.0.to_vec());
        names
    };
    let of_couple = names(&mut world, &[ANA, TABLET, BEN], couple);
    let of_vault = names(&mut world, &[VAULT, OTHER], vault);
    let rooms = [couple, vault].map(|notebook| room(&mut world, notebook).concat());
    let holds = |room: &[u8], name: &Vec<u8>| room.windows(name.len()).any(|at| at == name);
    assert!(of_couple.iter().all(|name| holds(&rooms[0], name) && !holds(&rooms[1], name)));
    assert!(of_vault.iter().all(|name| holds(&rooms[1], name) && !holds(&rooms[0], name)));
}
