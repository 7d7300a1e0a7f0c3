//! By hand: two homes and a relay.

use couplet_tests::relay::Relay;
use serde_json::Value;

use couplet_tests::terminal::{Phone, meet, pair, text};

#[test]
fn only_the_code_on_the_other_screen_lets_ben_in() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let [ana, ben, eve] = ["Ana", "Ben", "Eve"].map(|name| Phone::new(directory.path(), name));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let link = text(&ana.ask(&["invite"]), "link");
    let code = text(&ben.ask(&["join", &link, "--name", "Ben"]), "code");
    // Whoever else has the link has a code of their own.
    let code_of_eve = text(&eve.ask(&["join", &link, "--name", "Eve"]), "code");
    assert_ne!(code, code_of_eve);
    let requests = ana.run(&["requests"]).lines;
    let request_of = |name: &str| {
        let request = requests.iter().find(|request| request["name"] == name);
        text(request.unwrap(), "request")
    };

    assert_eq!(ana.refused(&["approve", &request_of("Eve"), "--code", &code]), "wrong_code");
    assert_eq!(ana.refused(&["approve", &request_of("Ben"), "--code", &code_of_eve]), "wrong_code");
    assert_eq!(ana.refused(&["approve", &request_of("Ben"), "--code", "?"]), "invalid_input");
    assert_eq!(ana.ask(&["status"])["persons"], 1);
    for phone in [&ben, &eve] {
        assert_eq!(phone.refused(&["sync"]), "waiting");
        assert_eq!(phone.refused(&["write", "Let me in."]), "waiting");
    }

    ana.ask(&["approve", &request_of("Ben"), "--code", &code]);
    ben.ask(&["sync"]);
    assert_eq!(
        (&ben.ask(&["status"])["state"], ana.ask(&["status"])["persons"].as_u64()),
        (&"together".into(), Some(2))
    );
    // The link works once.
    assert_eq!(eve.refused(&["sync"]), "relay_refused");
}

#[test]
fn what_both_write_apart_is_on_both_phones_after_they_meet() {
    let directory = tempfile::tempdir().unwrap();
    let mut relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let begun = "On Sunday we take the early train.";
    let page = ana.ask(&["write", "--kind", "page", begun]);
    meet(&ana, &ben);

    relay.kill();
    for (phone, word) in [(&ana, "swift"), (&ben, "kettle")] {
        for number in 0..5 {
            phone.ask(&["write", "--day", "2026-02-14", &format!("{word} {number}")]);
        }
    }
    let (entry, version) = (text(&page, "entry"), text(&page, "version"));
    let edit = |phone: &Phone, text: &str| phone.ask(&["edit", &entry, "--base", &version, text]);
    edit(&ana, "On Sunday we take the slow train, and read.");
    edit(&ben, "On Sunday we take the night train to the sea.");
    assert_ne!(ana.ask(&["hash"]), ben.ask(&["hash"]));
    assert_eq!(ana.refused(&["sync", "--timeout", "1"]), "timed_out");

    let _relay = relay.killed_and_restarted();
    meet(&ana, &ben);
    let texts = ana.texts();
    assert_eq!(texts, ben.texts());
    for number in 0..5 {
        assert_eq!(texts.get(&format!("swift {number}")), Some(&1));
        assert_eq!(texts.get(&format!("kettle {number}")), Some(&1));
    }
    let page = text(&ben.ask(&["show", &entry]), "text");
    let mut words: Vec<&str> = page.split([' ', ',', '.']).collect();
    words.retain(|word| ["slow", "night", "train", "read", "sea", "early"].contains(word));
    words.sort_unstable();
    assert_eq!(words, ["night", "read", "sea", "slow", "train"], "{page}");
}

#[test]
fn the_partners_words_are_unread_until_they_are_shown() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let entry = text(&ana.ask(&["write", "Did you see the moon?"]), "entry");
    meet(&ana, &ben);
    let unread = |phone: &Phone| phone.run(&["timeline", "--unread"]).lines.len();
    assert_eq!((unread(&ana), unread(&ben)), (0, 1));
    assert_eq!(ben.ask(&["show", &entry])["unread"], true);
    assert_eq!((unread(&ana), unread(&ben)), (0, 0));

    ana.ask(&["edit", &entry, "Did you see the moon? I did."]);
    meet(&ana, &ben);
    assert_eq!((unread(&ana), unread(&ben)), (0, 1));
}

#[test]
fn words_are_with_the_partner_only_when_the_partner_lets_it_be_known() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let entry = text(&ana.ask(&["write", "I am on my way."]), "entry");
    let delivery = || -> Value { ana.ask(&["show", &entry])["delivery"].clone() };
    assert_eq!(delivery(), "device");
    ana.ask(&["sync"]);
    assert_eq!(delivery(), "relay");
    meet(&ana, &ben);
    meet(&ana, &ben);
    assert_eq!(delivery(), "relay", "Ben did not say that Ana may know");

    ben.ask(&["delivery", "on"]);
    ben.ask(&["sync"]);
    assert_eq!(delivery(), "relay");
    ana.ask(&["sync"]);
    assert_eq!(delivery(), "partner");
}
