//! Dreams, fears and aspirations: the author's words, which the other never edits, and what the
//! other says to them.
//!
//! Only the author turns a fear into steps; a dream or an aspiration has steps of both. It is both
//! people's once both say so, which either takes back at any time. What its author takes back, the
//! other's queries show no more, though the other's phone may have shown it before; what was said in
//! support stands for both.

use couplet_proto::ids::Slot;

use super::CannotWrite;
use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::items;
use super::kinds::{Look, State, claim, new_part, one_of};
use super::name::ItemId;
use super::schema::{Kind, name};
use super::sheet::Sheet;

pub(super) fn look(kind: Kind, sheet: &Sheet) -> Look {
    let (author, other) = (sheet.author, sheet.author.other());
    let is_taken_back = is_taken_back(sheet);
    let is_ours = Slot::BOTH.into_iter().all(|by| sheet.says(name::ADOPT, by, "yes"));
    let state = match (is_taken_back, is_ours) {
        (true, _) => Some(State::TakenBack),
        (false, true) => Some(State::Ours),
        (false, false) => None,
    };
    let mut look = Look { state, ..Look::default() };
    look.open(author, Deed::Stand);
    look.open(author, Deed::SetTender);
    look.open(author, if is_taken_back { Deed::ShareAgain } else { Deed::TakeBack });
    for by in [author, other] {
        let is_adopted = sheet.says(name::ADOPT, by, "yes");
        look.open_if(is_adopted, by, Deed::Unadopt);
        if by == other && is_taken_back {
            continue;
        }
        look.open_if(!is_adopted, by, Deed::Adopt);
        if by == author || kind != Kind::Fear {
            items::open_to(sheet, by, &mut look);
        }
    }
    for deed in [Deed::BeWith, Deed::Wonder, Deed::Offer] {
        look.open_if(!is_taken_back, other, deed);
    }
    look
}

/// Whether the author took it back.
pub(super) fn is_taken_back(sheet: &Sheet) -> bool {
    sheet.says(name::TAKEN_BACK, sheet.author, "yes")
}

pub(super) fn writes(
    sheet: &Sheet,
    me: Slot,
    act: Act<'_>,
    new: ItemId,
) -> Result<Vec<Write>, CannotWrite> {
    let say = |name, value: &str| claim(name, None, value, RevMap::default());
    let support = |sort| {
        let of_sort = claim(name::SUPPORT, Some(&new), sort, RevMap::default());
        let part = new_part(sheet, me, name::SUPPORT, new.clone(), act.words);
        part.map(|part| vec![part, of_sort])
    };
    match act.deed {
        Deed::Stand => {
            let how = one_of(act.words, &["holding", "trying", "resting", "done"])?;
            Ok(vec![say(name::STATUS, &how)])
        }
        Deed::SetTender => Ok(vec![say(name::TENDER, &one_of(act.words, &["yes", "no"])?)]),
        Deed::BeWith => support("with-you"),
        Deed::Wonder => support("question"),
        Deed::Offer => support("offer"),
        Deed::Adopt => Ok(vec![say(name::ADOPT, "yes")]),
        Deed::Unadopt => Ok(vec![say(name::ADOPT, "no")]),
        Deed::TakeBack => Ok(vec![say(name::TAKEN_BACK, "yes")]),
        Deed::ShareAgain => Ok(vec![say(name::TAKEN_BACK, "no")]),
        _ => items::writes(sheet, me, act, new),
    }
}
