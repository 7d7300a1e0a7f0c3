//! Every promise that is broken on purpose is noticed by a story or by a life drawn by lot.

use crate::breach::{Breach, Promise};
use crate::disk::Mark;
use crate::explore::{Failure, Story};
use crate::step::What;
use crate::stories::story;

/// Lives that are drawn at the most before a broken promise counts as unnoticed.
const LIVES: u64 = 40;

/// Stories in which something is bound to be noticed.
fn telling() -> Vec<Story> {
    let week = || vec![(0, What::Write), (2, What::Write), (0, What::Sync), (2, What::Sync)];
    let mut stories = vec![story(1, week().into_iter().chain(week()).chain(week()))];
    stories.push(story(
        2,
        [
            (0, What::Write),
            (0, What::Sync),
            (0, What::Backup),
            (0, What::Stop),
            (0, What::Write),
            (0, What::Sync),
            (0, What::RollBack(Mark::Stays)),
            (0, What::Write),
            (0, What::Sync),
        ],
    ));
    stories.push(story(
        3,
        [
            (0, What::Clone(Mark::OfThen)),
            (0, What::Write),
            (3, What::Write),
            (0, What::Sync),
            (3, What::Sync),
        ],
    ));
    stories
}

fn noticed(promise: Promise) -> Option<Failure> {
    let breach = Breach::of(promise);
    let drawn = (0..LIVES).map(Story::of);
    telling().into_iter().chain(drawn).find_map(|story| story.tell(breach).err())
}

#[test]
fn every_broken_promise_is_noticed() {
    for story in telling() {
        story.tell(Breach::default()).unwrap();
    }
    let unnoticed: Vec<Promise> = Promise::ALL
        .into_iter()
        .filter(|promise| match noticed(*promise) {
            Some(failure) => {
                println!("{promise:?}: {}", failure.what);
                false
            }
            None => true,
        })
        .collect();
    assert_eq!(unnoticed, [], "nobody notices");
    assert!(Promise::ALL.len() >= 20);
}
