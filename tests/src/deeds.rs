//! Whatever is open to somebody in an entry of any kind, as an app would do it.

use couplet::{Deed, Entry, On, Open, Saying};

use crate::chance::Chance;

/// That deed on one of the things that it is open on, with words that it takes: `own`, where any
/// will do. Nothing, if there is no such thing.
pub fn open_deed(entry: &Entry, open: &Open, own: &str, chance: &mut Chance) -> Option<Saying> {
    let on = match &open.on {
        On::Entry => None,
        On::Thing(id) => Some(id.to_string()),
        On::AnyItem => Some(chance.pick(&entry.items)?.id.to_string()),
    };
    let words = words_for(open.deed, own, chance);
    Some(Saying::Do { deed: open.deed, on, words })
}

fn words_for(deed: Deed, own: &str, chance: &mut Chance) -> String {
    let mut one_of = |words: &[&str]| words[chance.below(words.len())].to_owned();
    match deed {
        Deed::BeThere | Deed::StepBack => one_of(&["nod", "touch", "here"]),
        Deed::DoneBy => one_of(&["me", "you"]),
        Deed::SetTender => one_of(&["yes", "no"]),
        Deed::Weigh => format!("{} {own}", one_of(&["1", "3", "5", "no"])),
        Deed::Stand => one_of(&["holding", "trying", "resting", "done"]),
        Deed::SetRepeat => one_of(&["yearly", "never"]),
        Deed::Vote => one_of(&["yes", "maybe", "no"]),
        Deed::Later | Deed::Cancel | Deed::Held => one_of(&["yes", "no"]),
        Deed::Entrust => one_of(&["me", "you", "both"]),
        Deed::Link | Deed::Unlink => one_of(&["0/mfrggzdfmztwq2lkmfrggzdfmy"]),
        Deed::Begins => one_of(&["note", "page"]),
        Deed::RenameTag => one_of(&["home\nOur home", "home\nThe house", "train\nTrips", "home"]),
        Deed::Propose => one_of(&["1 9 UTC", "2 9 UTC", "3 9 Europe/Berlin"]),
        Deed::Rate | Deed::SetLength => one_of(&["1", "2", "3"]),
        // Of a day to come, whatever the clocks say.
        Deed::Pause => one_of(&["900001", "900002", "900003"]),
        Deed::HappenedOn | Deed::SetDate | Deed::TogetherSince => {
            one_of(&["20001", "20002", "20003"])
        }
        Deed::Move => String::new(),
        _ => own.to_owned(),
    }
}
