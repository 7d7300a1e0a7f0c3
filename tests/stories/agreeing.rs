//! Times and days as people read and type them, and what is so already.

use couplet_tests::terminal::{Phone, text};

fn alone(directory: &std::path::Path) -> Phone {
    let ana = Phone::new(directory, "Ana");
    ana.ask(&["new", "--name", "Ana"]);
    ana
}

#[test]
fn a_time_is_read_on_the_clocks_of_both() {
    let directory = tempfile::tempdir().unwrap();
    let ana = alone(directory.path());
    let entry = ana.text(&["write", "--kind", "heart-to-heart", "I miss talking"], "entry");
    let evening = "2026-12-01T18:00 2026-12-01T19:30 Europe/Copenhagen";
    let proposed = ana.ask(&["do", &entry, "propose", evening]);
    let time = text(&proposed["practice"]["meeting"]["proposals"][0], "id");
    let there = "2026-12-01 18:00 to 19:30 (Europe/Copenhagen)";
    let here = "2026-12-01 12:00 to 13:30 (America/New_York)";
    for (zone, told) in [
        ("Europe/Copenhagen", format!("proposed: {there}  Ana yes")),
        ("America/New_York", format!("proposed: {there}, which is {here} here  Ana yes")),
    ] {
        let shown = ana.told_in(zone, &["timeline"]);
        assert!(shown.contains(&told), "{shown}");
        assert!(shown.contains("Ana, why: I miss talking"), "{shown}");
        let has_empty_line = shown.lines().any(|line| line.trim().is_empty());
        assert!(!has_empty_line, "without notes there is no line for them: {shown}");
    }
    assert_eq!(ana.ask(&["do", &entry, "choose", &time])["changed"], true);
    let shown = ana.told_in("Europe/Copenhagen", &["show", &entry]);
    assert!(shown.contains(&format!("chosen: {there}")), "{shown}");
    let left_out = "2026-03-29T02:30 2026-03-29T03:30 Europe/Copenhagen";
    assert_eq!(ana.refused(&["do", &entry, "propose", left_out]), "invalid_input");
}

#[test]
fn what_is_so_already_changes_nothing_and_days_are_days() {
    let directory = tempfile::tempdir().unwrap();
    let ana = alone(directory.path());
    let entry = ana.text(&["write", "--kind", "repair", "Tuesday"], "entry");
    let days: &[&[&str]] =
        &[&["happened-on", "2026-02-14"], &["pause", "9999-12-31"], &["pause"], &["let-go"]];
    for deed in days {
        let done = [&["do", &entry], *deed].concat();
        let hash = ana.hash();
        assert_eq!(ana.ask(&done)["changed"], true, "{deed:?}");
        assert_ne!(ana.hash(), hash, "{deed:?}");
        if deed[0] != "let-go" {
            let hash = ana.hash();
            assert_eq!(ana.ask(&done)["changed"], false, "{deed:?}");
            assert_eq!(ana.hash(), hash, "{deed:?}");
            assert!(ana.told_in("UTC", &done).starts_with("Changed: nothing"), "{deed:?}");
        }
    }
    assert_eq!(ana.ask(&["edit", &entry, "Tuesday"])["changed"], false);
    for deed in ["happened-on", "pause"] {
        for day in ["999999999", "tuesday", "12026-01-01", "0999-12-31"] {
            assert_eq!(ana.refused(&["do", &entry, deed, day]), "invalid_input", "{deed} {day}");
        }
    }
    assert_eq!(ana.refused(&["do", &entry, "pause", "2026-02-14"]), "invalid_input", "it is over");
    let shown = ana.told_in("UTC", &["show", &entry]);
    assert!(shown.contains("happened-on: 2026-02-14"), "{shown}");
    assert!(shown.contains("Ana asked for a pause, until they go on"), "{shown}");
}
