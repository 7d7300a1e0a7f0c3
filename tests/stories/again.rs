//! Ben loses every phone, and never wrote words down; Ana lets him in again.

use std::fs;

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet, pair, text};

/// Ben on a fresh phone, let in again by Ana.
fn back(directory: &std::path::Path, ana: &Phone) -> Phone {
    let fresh = Phone::new(directory, "fresh");
    let invited = ana.ask(&["invite", "--replace"]);
    let code = fresh.text(&["join", &text(&invited, "link"), "--name", "Ben"], "code");
    let asking = &ana.lines(&["requests"])[0];
    assert_eq!((&asking["again"], &asking["own_device"]), (&true.into(), &false.into()));
    ana.ask(&["approve", &text(asking, "request"), "--code", &code]);
    fresh.ask(&["sync"]);
    fresh
}

#[test]
fn ben_lost_everything_and_ana_lets_him_in_again() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let number = ana.text(&["verify"], "number");
    ana.ask(&["verify", "--confirm"]);
    let note = ben.text(&["write", "from Ben, before"], "entry");
    let page = ana.text(&["write", "--kind", "page", "for both"], "entry");
    meet(&ana, &ben);
    let lost = text(&ben.ask(&["status"]), "device");
    ben.ask(&["write", "from Ben, never sent"]);

    let fresh = back(directory.path(), &ana);
    assert_eq!(fresh.hash(), ana.hash());
    let mut shown = fresh.shown();
    shown.sort_unstable();
    assert_eq!(shown, ["for both", "from Ben, before"]);
    assert_eq!(fresh.refused(&["edit", &note, "from Ben, anew"]), "not_yours");
    fresh.ask(&["edit", &page, "for both, again"]);
    fresh.ask(&["write", "from Ben, back"]);
    meet(&fresh, &ana);
    assert_eq!(ana.ask(&["status"])["state"], "together");

    // Everybody sees it, and that he is not who was compared.
    for phone in [&ana, &fresh] {
        let devices = phone.lines(&["devices"]);
        assert_eq!(devices.len(), 2);
        let of_ben = devices.iter().find(|device| device["person"] == 1).unwrap();
        assert_eq!(of_ben["generation"], 1);
        assert_ne!(of_ben["device"], lost.as_str());
    }
    assert_eq!(ana.ask(&["status"])["verification"], "code", "by his voice, and no more");
    assert_ne!(ana.text(&["verify"], "number"), number);

    // The lost phone turns up: it is told, is out, and keeps its copy.
    assert_eq!(ben.refused(&["sync"]), "relay_refused");
    assert_eq!(ben.refused(&["sync"]), "apart");
    let status = ben.ask(&["status"]);
    assert_eq!((&status["state"], &status["read_only"]), (&"apart".into(), &true.into()));
    assert_eq!(ben.refused(&["write", "by whoever found it"]), "apart");
    let kept = ben.shown();
    assert!(kept.contains(&"from Ben, never sent".to_owned()));
    assert!(!kept.contains(&"from Ben, back".to_owned()), "and nothing since");

    // What it never sent, he brings along, or leaves where it is.
    let file = directory.path().join("lost.json");
    ben.ask(&["export", file.to_str().unwrap()]);
    let imported = fresh.ask(&["import", file.to_str().unwrap()]);
    assert_eq!(imported["entries"], 1, "{imported}");
    meet(&fresh, &ana);
    let late = "from Ben, never sent".to_owned();
    assert_eq!(ana.shown().iter().filter(|text| **text == late).count(), 1);
    assert!(!fs::read_to_string(&file).unwrap().contains("from Ben, back"));
}

#[test]
fn whose_place_is_given_away_while_he_is_here_is_told_and_says_no() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    assert_eq!(ana.ask(&["status"])["replaced"], false);
    let link = ana.text(&["invite", "--replace"], "link");
    ben.ask(&["sync"]);
    assert_eq!(ben.ask(&["status"])["replaced"], true);
    let invites = ben.lines(&["invites"]);
    assert_eq!(invites[0]["again"], true);
    ben.ask(&["revoke", &text(&invites[0], "invite")]);
    assert_eq!(ben.ask(&["status"])["replaced"], false);
    let eve = Phone::new(directory.path(), "Eve");
    assert_eq!(eve.refused(&["join", &link, "--name", "Ben"]), "relay_refused");
    meet(&ana, &ben);
    assert_eq!(ana.lines(&["invites"]).len(), 0);
}

#[test]
fn a_partners_recovery_kit_is_warned_and_its_words_say_no() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let words = ben.text(&["recovery"], "words");
    meet(&ana, &ben);
    let warned = ana.ask(&["invite", "--replace"]);
    assert_eq!((&warned["state"], &warned["at_relay"]), (&"notice".into(), &true.into()));
    let due = warned["due"].as_u64().unwrap();
    assert_eq!(ana.ask(&["invite", "--replace"])["due"], due, "it is said once");
    ben.ask(&["sync"]);
    let status = ben.ask(&["status"]);
    assert_eq!((&status["kit_due"], &status["replaced"]), (&due.into(), &true.into()));
    let kept = ben.read(&["recovery", "keep", "-"], &words);
    assert!(kept.status.success(), "{kept:?}");
    assert_eq!(ben.ask(&["status"])["replaced"], false);

    let alone = Phone::new(directory.path(), "alone");
    alone.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    assert_eq!(alone.refused(&["invite", "--replace"]), "not_allowed", "nobody was there");
}
