//! What can happen in a life.

use super::*;

/// One thing that somebody does, and what reaches them after it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) at: usize,
    pub(super) what: What,
    pub(super) deed: usize,
    pub(super) which: usize,
    pub(super) words: u8,
    pub(super) comes: Comes,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Deed,
    Edit,
    Settle,
    Comment,
    EditComment,
    React,
    Trash,
    Restore,
    Resolve,
}

/// What reaches a phone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Comes {
    Nothing,
    /// The beginning of what one of them wrote, as far as nothing before it is missing.
    Of(usize, usize),
    All,
}

/// Steps of which that many are deeds, against twenty others, and after that many of which
/// everything comes, against four others.
pub(super) fn any_step(deeds: u32, meets: u32) -> impl Strategy<Value = Step> {
    let comes = prop_oneof![
        3 => Just(Comes::Nothing),
        1 => (0..3_usize, any::<usize>()).prop_map(|(from, upto)| Comes::Of(from, upto)),
        meets => Just(Comes::All),
    ];
    let what = prop_oneof![
        deeds => Just(What::Deed),
        6 => Just(What::Edit),
        4 => Just(What::Settle),
        2 => Just(What::Comment),
        1 => Just(What::EditComment),
        1 => Just(What::React),
        2 => Just(What::Trash),
        1 => Just(What::Restore),
        3 => Just(What::Resolve),
    ];
    (0..3_usize, what, any::<usize>(), any::<usize>(), any::<u8>(), comes).prop_map(
        |(at, what, deed, which, words, comes)| Step { at, what, deed, which, words, comes },
    )
}

/// How an entry comes to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Birth {
    Of(Kind),
    Sealed(Seal),
}

pub(super) fn any_birth() -> impl Strategy<Value = Birth> {
    prop_oneof![
        10 => prop::sample::select(Kind::ALL.as_slice()).prop_map(Birth::Of),
        1 => any_seal(),
    ]
}

fn any_seal() -> impl Strategy<Value = Birth> {
    (any::<bool>(), any::<bool>()).prop_map(|(is_held_back, is_wanted)| {
        let opens = if is_wanted { Opens::Wanted } else { Opens::At(5) };
        Birth::Sealed(Seal { opens, is_held_back })
    })
}

/// Words that the deed takes.
pub(super) fn words_for(deed: Deed, random: u8, items: usize) -> String {
    let one_of = |words: &[&str]| words[usize::from(random) % words.len()].to_owned();
    match deed {
        Deed::BeThere | Deed::StepBack => one_of(&["nod", "touch", "here"]),
        Deed::DoneBy => one_of(&["me", "you"]),
        Deed::SetTender => one_of(&["yes", "no"]),
        Deed::Weigh => format!("{} {}", one_of(&["1", "3", "5", "no"]), one_of(&FELT)),
        Deed::Stand => one_of(&["holding", "trying", "resting", "done"]),
        Deed::SetRepeat => one_of(&["yearly", "never"]),
        Deed::Vote => one_of(&["yes", "yes", "yes", "maybe", "no"]),
        Deed::Later | Deed::Cancel | Deed::Held => one_of(&["yes", "no", "no", ""]),
        Deed::Link | Deed::Unlink => "0/mfrggzdfmztwq2lkmfrggzdfmy".to_owned(),
        Deed::Entrust => one_of(&["me", "you", "both"]),
        Deed::Begins => one_of(&["note", "page"]),
        Deed::RenameTag => {
            one_of(&["I felt hurt\nOuch", "I felt hurt\nSore", "I felt seen\nSeen", "I felt hurt"])
        }
        Deed::Propose => format!("{} 9 UTC", random % 8),
        Deed::Rate | Deed::SetLength => (1 + random % 5).to_string(),
        Deed::Pause if random.is_multiple_of(4) => String::new(),
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
