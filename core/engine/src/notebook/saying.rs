//! What one person says of something, on however many phones: of what was said apart the safer holds,
//! and which words come with it. Deliberately not here: what a saying means.

use super::claim::{Owned, RevMap, standing};
use super::own::Subject;
use super::repair;
use super::schema::name;

/// What a person says, and of what.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) value: String,
    pub(super) witness: RevMap,
}

/// Of one person's sayings, what stands: the safer of two, and what the phones had seen that said so.
pub(super) fn decided(name: &str, own: &[Owned]) -> Option<Said> {
    let held = holding(name, own);
    let (_, said) = held.first()?;
    let seen = |joined: RevMap, (_, claim): &&Owned| joined.join(&claim.witness);
    let witness = held.iter().fold(RevMap::default(), seen);
    Some(Said { value: said.value.clone(), witness })
}

/// Those of one person's sayings that hold: the safer of two, on whichever phones it was said.
pub(super) fn holding<'a>(name: &str, own: &'a [Owned]) -> Vec<&'a Owned> {
    let mut held = standing(own);
    let safest = held.iter().min_by_key(|(_, claim)| risk(name, &claim.value));
    let safest = safest.map(|(_, claim)| claim.value.clone());
    held.retain(|(_, claim)| Some(&claim.value) == safest.as_ref());
    held
}

/// What words of that name are said with, of the same thing.
pub(super) fn said_by_words(part: &Subject) -> Option<Subject> {
    let said = SAID_WITH.into_iter().find(|(words, _)| *words == part.name());
    said.map(|(_, said)| Subject::new(said, part.id.clone()))
}

/// How much is given away by saying so: the least of two is held to. A word that is not known gives
/// nothing away.
fn risk(name: &str, value: &str) -> u64 {
    let safest_first: &[&str] = match name {
        name::LET_GO | name::RECEIVED | name::THANKS | name::ADOPT | name::HELD => &["no", "yes"],
        name::VOTE => &["no", "maybe", "yes"],
        name::VERDICT => &["not-yet", "partly", "got-me"],
        name::ANSWER => &["no", "not-now", "yes"],
        // Nobody is thanked for what the other may have done.
        name::DONE_BY => &["you", "me"],
        name::INTENSITY => &["1", "2", "3", "4", "5"],
        name::KEEP
        | name::TENDER
        | name::TAKEN_BACK
        | name::LATER
        | name::CANCEL
        | name::UNSAID
        | name::UNSENT
        | name::OPENED => &["yes", "no"],
        name::PAUSE => return repair::brevity(value),
        _ => &[],
    };
    let place = (1..).zip(safest_first).find(|(_, known)| **known == value);
    place.map_or(0, |(place, _)| place)
}

/// The words that come with a saying, and the saying.
const SAID_WITH: [(&str, &str); 3] =
    [(name::ANSWER, name::ANSWER), (name::MISSED, name::VERDICT), (name::THANKS, name::THANKS)];
