//! Kindness: a note for the other, a gesture somebody made. The other thanks, either keeps it.
//!
//! Two gestures that both wrote down are two: kindness is not counted twice, nor once. Deliberately
//! not here: seals.

use couplet_proto::ids::Slot;

use super::CannotWrite;
use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::kinds::{Look, State, claim, words_with};
use super::schema::name;
use super::sheet::Sheet;

pub(super) fn look(sheet: &Sheet) -> Look {
    let receiver = sheet.author.other();
    let state = sheet.says(name::THANKS, receiver, "yes").then_some(State::Thanked);
    let mut look = Look { state, ..Look::default() };
    look.open(receiver, Deed::Thank);
    for by in Slot::BOTH {
        let is_kept = sheet.says(name::KEEP, by, "yes");
        look.open(by, if is_kept { Deed::Unkeep } else { Deed::Keep });
    }
    look
}

pub(super) fn writes(act: Act<'_>) -> Result<Vec<Write>, CannotWrite> {
    let say = |name, value| claim(name, None, value, RevMap::default());
    Ok(match act.deed {
        Deed::Thank => {
            let with = words_with(name::THANKS, None, act.words);
            with.into_iter().chain([say(name::THANKS, "yes")]).collect()
        }
        Deed::Keep => vec![say(name::KEEP, "yes")],
        Deed::Unkeep => vec![say(name::KEEP, "no")],
        _ => Vec::new(),
    })
}
