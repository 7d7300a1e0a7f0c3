//! What people type by mistake: every failure is said, in words and in JSON, and changes nothing.

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, pair, text};

#[test]
fn damaged_links_let_nobody_in() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, eve) = (Phone::new(directory.path(), "Ana"), Phone::new(directory.path(), "Eve"));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let link = text(&ana.ask(&["invite"]), "link");
    assert!(link.is_ascii());

    for damaged in truncated(&link) {
        assert_eq!(eve.refused(&["join", &damaged, "--name", "Eve"]), "invalid_input", "{damaged}");
    }
    for damaged in truncated(&relay.link).chain([link.clone(), String::new(), "x".repeat(9_999)]) {
        assert_eq!(ana.refused(&["relay", &damaged]), "invalid_input", "{damaged}");
        assert_eq!(eve.refused(&["new", "--name", "Eve", "--relay", &damaged]), "invalid_input");
    }
    assert_eq!(eve.refused(&["join", &relay.link, "--name", "Eve"]), "invalid_input");
    assert_eq!(eve.refused(&["timeline"]), "no_notebook");
    assert!(ana.run(&["requests"]).lines.is_empty(), "a damaged link brought somebody here");
}

/// A link that was cut off, or lost or changed something on its way.
fn truncated(link: &str) -> impl Iterator<Item = String> + use<> {
    let link = link.to_owned();
    let cuts = [0, 1, 8, 12, link.len() / 2, link.len() - 1];
    let cut = cuts.map(|at| link[..at].to_owned());
    let without = |at: usize| format!("{}{}", &link[..at], &link[at + 1..]);
    let changed = [
        without(3),
        without(link.len() / 2),
        format!("{link}A"),
        format!("{link}="),
        link.replace("couplet:", "http://"),
        link.replace('#', "?"),
        link.replace('#', "#!"),
    ];
    cut.into_iter().chain(changed)
}

#[test]
fn what_cannot_be_written_is_refused_and_said() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let entry = text(&ana.ask(&["write", "Ana's own words."]), "entry");
    ana.ask(&["sync"]);
    ben.ask(&["sync"]);
    let before = ana.ask(&["hash"]);
    let too_long = "long ".repeat(25_000);
    for (arguments, code) in [
        (&["write", ""][..], "invalid_input"),
        (&["write", "  \n "], "invalid_input"),
        (&["write", "\u{1b}[2J"], "invalid_input"),
        (&["write", &too_long], "too_long"),
        (&["write", "--kind", "page", &too_long], "too_long"),
        (&["write", "--kind", "sonnet", "words"], "invalid_input"),
        (&["write", "--day", "14.2.2026", "words"], "invalid_input"),
        (&["write", "--day", "2026-02-30", "words"], "invalid_input"),
        (&["edit", "0/nothing", "words"], "not_found"),
        (&["edit", "", "words"], "not_found"),
        (&["edit", &entry, "--base", "not a version", "words"], "invalid_input"),
        (&["show", "%"], "not_found"),
        (&["show", "no such entry"], "not_found"),
        (&["timeline", "--before", "yesterday"], "invalid_input"),
        (&["timeline", "--day", "2026-02-01.2026-02-14"], "invalid_input"),
        (&["approve", "ffff", "--code", "AAAA-AAAA-AAAA"], "not_found"),
        (&["new", "--name", "Ana"], "exists"),
        (&["join", "couplet:join#", "--name", "Ana"], "invalid_input"),
    ] {
        assert_eq!(ana.refused(arguments), code, "{:.80}", format!("{arguments:?}"));
    }
    assert_eq!(ben.refused(&["edit", &entry, "Ben's words."]), "not_yours");
    assert_eq!(ana.ask(&["hash"]), before);
    let nobody = Phone::new(directory.path(), "nobody");
    assert_eq!(nobody.refused(&["write", "words"]), "no_notebook");
    assert_eq!(nobody.refused(&["new", "--name", " "]), "invalid_input");
    assert_eq!(nobody.refused(&["new", "--name", "evil\u{202e}name"]), "invalid_input");
}

#[test]
fn a_command_that_is_none_is_a_usage_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let phone = Phone::new(directory.path(), "Ana");
    for arguments in [
        &[][..],
        &["wirte", "words"],
        &["write"],
        &["write", "one", "two"],
        &["write", "--held-back", "words"],
        &["new"],
        &["join", "couplet:join#"],
        &["approve"],
        &["approve", "id"],
        &["timeline", "--limit", "many"],
        &["sync", "--timeout", "-1"],
        &["delivery", "perhaps"],
        &["demo", "--seed", "one"],
    ] {
        let said = phone.run(arguments);
        assert_eq!(said.status.code(), Some(2), "{arguments:?}: {said:?}");
        assert!(!said.stderr.is_empty(), "{arguments:?}");
    }
    assert!(!phone.home.exists());
}
