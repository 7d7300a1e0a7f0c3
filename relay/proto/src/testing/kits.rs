//! What a store must do about recovery kits.

use std::sync::Arc;

use crate::desk::keeping::{Appended, Extension, Kits};
use crate::desk::question::{Answer, Question};
use crate::hash::Hash;
use crate::ids::InviteId;
use crate::limits::{CLOCKS_DISAGREE_SECONDS, PAPER_NOTICE_SECONDS};
use crate::statement::LogHead;
use crate::testing::Notebook;
use crate::testing::keeping::{Case, Script};

pub(super) fn kits() -> Case {
    let notebook = Notebook::of_ana(12);
    let mut script = Script::without_log(notebook);
    let (first, second) = (Hash([21; 32]), Hash([22; 32]));
    let mut longer = script.notebook.clone();
    let mut after = LogHead::EMPTY;
    let mut number = 30;
    let mut grow = |script: &mut Script, kits: Kits, appended| {
        let extension = Extension { kits, ..script.extension(&longer, after, after.length) };
        let grown = Arc::new(longer.log.clone());
        script.ask(Question::Append(Box::new(extension), grown), Answer::Appended(appended));
        if appended == Appended::Done {
            after = longer.log.head();
            longer.say(longer.own_device(InviteId([number; 16])));
            number += 1;
        }
    };
    let held = |now, held: &[(Hash, bool)]| Kits { now, held: held.to_vec(), noticed: Vec::new() };
    let ends = |now| Kits { now, held: vec![(second, false)], noticed: vec![first] };
    let id = script.notebook.id();
    grow(&mut script, held(100, &[(first, false)]), Appended::Done);
    script.ask(Question::Find(first), Answer::Found(Some(id)));
    script.ask(Question::Find(second), Answer::Found(None));
    let wait = u32::try_from(PAPER_NOTICE_SECONDS - CLOCKS_DISAGREE_SECONDS).unwrap();
    grow(&mut script, ends(1 << 40), Appended::TooSoon(wait));
    grow(&mut script, held(1_000, &[(first, true)]), Appended::Done);
    grow(&mut script, held(2_000, &[(first, true)]), Appended::Done);
    let due = 1_000 + PAPER_NOTICE_SECONDS - CLOCKS_DISAGREE_SECONDS;
    grow(&mut script, ends(due - 7), Appended::TooSoon(7));
    // Taken back, it counts from the next.
    grow(&mut script, held(3_000, &[(first, false)]), Appended::Done);
    grow(&mut script, held(4_000, &[(first, true)]), Appended::Done);
    grow(&mut script, ends(due), Appended::TooSoon(3_000));
    script.ask(Question::Find(first), Answer::Found(Some(id)));
    grow(&mut script, ends(due + 3_000), Appended::Done);
    script.ask(Question::Find(first), Answer::Found(None));
    script.ask(Question::Find(second), Answer::Found(Some(id)));
    script.done("words find their notebook, and go no sooner than seven days after notice")
}
