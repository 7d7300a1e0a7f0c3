//! Letters that are held back, whose author loses phones before their time has come.

use std::time::Duration;

use couplet::{Deed, Opens, Saying, Seal};
use couplet_engine::document::EntryKey;

use crate::breach::Breach;
use crate::phone::BEGINNING;
use crate::step::{Step, What};
use crate::stories::{ANA, BEN};
use crate::world::World;

/// The phone that comes in by words.
const FRESH: usize = 3;
const DAY: u64 = 86_400;

fn act(world: &mut World, steps: &[(usize, What)]) {
    for ((who, what), salt) in steps.iter().cloned().zip(1..) {
        world.act(&Step { who, what, salt }).unwrap();
    }
}

/// Ana writes a letter that is to be opened in ten days; her tablet never hears of anything.
fn held_back(world: &mut World) -> (EntryKey, String) {
    let letter = world.words.new_word();
    let until = i64::try_from(BEGINNING + 10 * DAY).unwrap();
    let seal = Seal { opens: Opens::At(until), is_held_back: true };
    let owner = world.phones[ANA].owner.as_mut().unwrap();
    let row = owner.write_sealed(seal, None, (20_000, &letter)).unwrap();
    (row.entry.key, letter)
}

fn shown(world: &mut World, who: usize, key: &EntryKey) -> String {
    let rows = world.phones[who].timeline().unwrap();
    rows.into_iter().find(|row| row.entry.key == *key).unwrap().entry.text
}

#[test]
fn ana_loses_her_only_phone_and_the_letter_still_comes_from_the_one_that_words_let_in() {
    for (seed, is_kit_first) in [(1, true), (2, false)] {
        let mut world = World::new(seed, Breach::default()).unwrap();
        let kit = [What::MakeKit, What::Sync].map(|what| (ANA, what));
        if is_kit_first {
            act(&mut world, &kit);
        }
        let (key, letter) = held_back(&mut world);
        act(&mut world, &[(ANA, What::Sync)]);
        if !is_kit_first {
            act(&mut world, &kit);
            act(&mut world, &[(ANA, What::Sync)]);
        }
        act(&mut world, &[(BEN, What::Sync), (ANA, What::Recover(true))]);
        world.phones[ANA].stop();
        let passes = What::Pass(Duration::from_secs(3));
        act(&mut world, &[(BEN, passes), (FRESH, What::Sync), (FRESH, What::Sync)]);
        assert_eq!(shown(&mut world, FRESH, &key), letter, "its author reads it");
        act(&mut world, &[(BEN, What::Sync)]);
        let open = Saying::Do { deed: Deed::Open, on: None, words: String::new() };
        let early = world.phones[BEN].owner.as_mut().unwrap().say(&key, &open);
        assert!(early.is_err(), "its time has not come");

        act(&mut world, &[(BEN, What::Pass(Duration::from_secs(11 * DAY)))]);
        act(&mut world, &[(FRESH, What::Sync), (BEN, What::Sync)]);
        world.phones[BEN].owner.as_mut().unwrap().say(&key, &open).unwrap();
        assert_eq!(shown(&mut world, BEN, &key), letter);
        world.verdict().unwrap();
    }
}
