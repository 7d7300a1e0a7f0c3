//! What belongs to a day: a date that comes back, a reminder to oneself, how somebody felt.
//!
//! A mood is one entry: another of the same day is another, and nothing is averaged. Its author
//! says how good it is, and whether the other sees it. Deliberately not here: what a phone does on
//! the day.

use couplet_proto::ids::Slot;

use super::CannotWrite;
use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::inner::is_taken_back;
use super::kinds::{Look, State, claim, on_day, one_of, value};
use super::schema::{Kind, name};
use super::sheet::Sheet;

pub(super) fn look(kind: Kind, sheet: &Sheet) -> Look {
    let mut look = Look::default();
    if kind == Kind::Mood {
        let is_taken_back = is_taken_back(sheet);
        look.state = is_taken_back.then_some(State::TakenBack);
        look.open(sheet.author, Deed::Rate);
        let sight = if is_taken_back { Deed::ShareAgain } else { Deed::TakeBack };
        look.open(sheet.author, sight);
        return look;
    }
    for by in Slot::BOTH {
        look.open(by, Deed::SetDate);
        look.open(by, Deed::SetRepeat);
    }
    look
}

pub(super) fn writes(act: Act<'_>) -> Result<Vec<Write>, CannotWrite> {
    let say = |name, value: &str| claim(name, None, value, RevMap::default());
    Ok(match act.deed {
        Deed::SetDate => vec![on_day(name::ON, act.words)?],
        Deed::SetRepeat => {
            let repeat = one_of(act.words, &["yearly", "monthly", "weekly", "never"])?;
            vec![value(name::REPEAT, repeat)]
        }
        Deed::Rate => vec![say(name::LEVEL, &one_of(act.words, &["1", "2", "3", "4", "5"])?)],
        Deed::TakeBack => vec![say(name::TAKEN_BACK, "yes")],
        Deed::ShareAgain => vec![say(name::TAKEN_BACK, "no")],
        _ => Vec::new(),
    })
}
