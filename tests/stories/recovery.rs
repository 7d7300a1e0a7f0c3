//! A phone is lost, and the notebook comes back from 24 words.

use std::fs;
use std::path::Path;

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, Said, meet, pair, text};

const RECOVER: [&str; 3] = ["recover", "-", "--relay"];

/// A new phone that tries these words.
fn recover(phone: &Phone, relay: &str, words: &str) -> Said {
    phone.read(&[&RECOVER[..], &[relay]].concat(), words)
}

/// The code of a command that was refused.
#[track_caller]
fn refused(said: &Said) -> String {
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    text(&said.lines.last().unwrap()["error"], "code")
}

/// Whether these words, or six of them in a row, lie in any file there.
fn lies_in(directory: &Path, words: &str) -> bool {
    let words: Vec<&str> = words.split(' ').collect();
    let sought = words[..6].join(" ").into_bytes();
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return lies_in(&path, &words.join(" "));
        }
        fs::read(&path).unwrap().windows(sought.len()).any(|bytes| bytes == sought)
    })
}

#[test]
fn a_new_phone_comes_back_by_words_and_the_lost_one_reads_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let number = ben.text(&["verify"], "number");
    let kit = ana.ask(&["recovery"]);
    assert_eq!(kit["at_relay"], true);
    let words = text(&kit, "words");
    assert_eq!(words.split(' ').count(), 24);
    assert_eq!(ana.refused(&["recovery"]), "exists");
    ana.ask(&["write", "before the phone was lost"]);
    ben.ask(&["write", "from Ben"]);
    meet(&ana, &ben);
    let lost = text(&ana.ask(&["status"]), "device");

    let fresh = Phone::new(directory.path(), "fresh");
    let said = recover(&fresh, &relay.link, &words);
    assert!(said.status.success(), "{said:?}");
    let [first, second] = &said.lines[..] else { panic!("{said:?}") };
    let new_words = text(first, "words");
    assert_ne!(new_words, words);
    assert_eq!((&second["state"], &second["words_good"]), (&"recovered".into(), &true.into()));
    assert_eq!(second["devices"][0], lost.as_str(), "it is offered to take out the lost one");
    assert!(!said.stderr.contains(&new_words[..20]));
    assert_eq!(fresh.hash(), ben.hash());

    fresh.ask(&["remove", &lost]);
    fresh.ask(&["write", "from the new phone"]);
    meet(&fresh, &ben);
    assert_eq!(ana.refused(&["sync"]), "relay_refused");
    assert!(!ana.shown().contains(&"from the new phone".to_owned()));
    assert_eq!(ben.lines(&["devices"]).len(), 2);
    assert_eq!(ben.text(&["verify"], "number"), number, "she is who she was");

    let again = Phone::new(directory.path(), "again");
    assert_eq!(refused(&recover(&again, &relay.link, &words)), "unknown_words");
    assert!(!lies_in(directory.path(), &words) && !lies_in(directory.path(), &new_words));
    let others = [&RECOVER[..], &[&relay.link, "--remove-others", "--name", "the third"]].concat();
    let said = again.read(&others, &new_words.to_uppercase());
    assert!(said.status.success(), "{said:?}");
    assert_eq!(again.hash(), ben.hash());
    assert_eq!(fresh.refused(&["sync"]), "relay_refused");
    let devices = again.lines(&["devices"]);
    assert_eq!(devices.len(), 2);
    assert!(devices.iter().any(|device| device["called"] == "the third"));
}

#[test]
fn wrong_words_are_told_for_what_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let ana = Phone::new(directory.path(), "Ana");
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let words = ana.text(&["recovery"], "words");
    let fresh = Phone::new(directory.path(), "fresh");
    let tries = |words: &str| refused(&recover(&fresh, &relay.link, words));
    assert_eq!(tries("abandon ability able"), "wrong_words");
    assert_eq!(tries(&words.replacen(' ', " couplet ", 1)), "wrong_words");
    let unknown = format!("{}art", "abandon ".repeat(23));
    assert_eq!(tries(&unknown), "unknown_words");
    let said = fresh.run(&["recover", &words, "--relay", &relay.link]);
    assert_eq!(refused(&said), "invalid_input", "no words on a command line");
    // Nothing of it has left a notebook behind that is in the way.
    assert!(recover(&fresh, &relay.link, &words).status.success());
    assert_eq!(fresh.hash(), ana.hash());
}

#[test]
fn words_that_were_renewed_are_nobodys_and_notice_is_taken_back_by_words() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    assert_eq!(ana.refused(&["recovery", "renew"]), "not_found");
    let first = ana.text(&["recovery"], "words");
    let renewed = ana.read(&["recovery", "renew", "-"], &first);
    assert!(renewed.status.success(), "{renewed:?}");
    let second = text(&renewed.lines[0], "words");
    let fresh = Phone::new(directory.path(), "fresh");
    assert_eq!(refused(&recover(&fresh, &relay.link, &first)), "unknown_words");
    assert_eq!(refused(&ana.read(&["recovery", "renew", "-"], &first)), "unknown_words");

    // Without words, only seven days after notice; and whoever has the words says no.
    let due = ana.ask(&["recovery", "renew"])["due"].as_u64().unwrap();
    assert_eq!(ana.ask(&["recovery", "status"])["due"], due);
    assert_eq!(ana.ask(&["status"])["kit_due"], due, "every device of hers says so");
    assert_eq!(ana.ask(&["recovery", "renew"])["due"], due, "it is given once");
    let kept = ana.read(&["recovery", "keep", "-"], &second);
    assert!(kept.status.success(), "{kept:?}");
    assert!(ana.ask(&["recovery", "status"])["due"].is_null());
    assert!(recover(&fresh, &relay.link, &second).status.success());
    meet(&fresh, &ben);
}
