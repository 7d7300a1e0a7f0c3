//! Who goes, and what stays: a device that is taken out, a person who leaves, a link that is
//! withdrawn, a newcomer who reads from here on.

use std::sync::mpsc;
use std::{fs, thread};

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet, pair, text};
use serde_json::Value;

/// Ana's tablet, let in by her phone; all three hold the same.
fn with_tablet(directory: &std::path::Path, ana: &Phone, ben: &Phone) -> (Phone, String) {
    let tablet = Phone::new(directory, "tablet");
    let link = ana.text(&["invite", "--own-device"], "link");
    let code = tablet.text(&["join", &link, "--name", "the tablet"], "code");
    let request = ana.text(&["requests"], "request");
    ana.ask(&["approve", &request, "--code", &code]);
    tablet.ask(&["sync"]);
    meet(ana, ben);
    let devices = tablet.lines(&["devices"]);
    let this = devices.iter().find(|device| device["this"] == true).unwrap();
    assert_eq!(this["called"], "the tablet");
    (tablet, text(this, "device"))
}

#[test]
fn a_lost_tablet_is_taken_out_and_what_it_wrote_stays() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (tablet, key) = with_tablet(directory.path(), &ana, &ben);
    tablet.ask(&["write", "from the tablet, seen by all"]);
    tablet.ask(&["sync"]);
    meet(&ana, &ben);
    // This reaches the relay, and neither phone yet.
    tablet.ask(&["write", "from the tablet, just in time"]);
    tablet.ask(&["sync"]);
    tablet.ask(&["write", "from the tablet, too late"]);
    assert_eq!(ben.refused(&["remove", &key]), "not_found", "it is not his");

    let removed = ana.ask(&["remove", &key[..8]]);
    assert_eq!((&removed["removed"], &removed["at_relay"]), (&true.into(), &true.into()));
    assert_eq!(tablet.refused(&["sync"]), "relay_refused");
    assert_eq!(tablet.shown().len(), 3, "it keeps what it has");
    for phone in [&ana, &ben] {
        phone.ask(&["write", &format!("{} goes on", phone.name)]);
    }
    meet(&ana, &ben);
    let mut texts = ana.shown();
    texts.sort_unstable();
    let expected = [
        "Ana goes on",
        "Ben goes on",
        "from the tablet, just in time",
        "from the tablet, seen by all",
    ];
    assert_eq!(texts, expected);
    assert_eq!(ben.lines(&["devices"]).len(), 2);
    assert_eq!(tablet.refused(&["sync"]), "relay_refused");
    assert!(!tablet.shown().iter().any(|text| text.ends_with("goes on")));
    // Its key is used up: not even a new link lets it in again as it was.
    assert_eq!(ana.ask(&["status"])["devices"], 2);
}

#[test]
fn a_tablet_taken_out_while_it_writes_loses_no_word_that_had_arrived() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (tablet, key) = with_tablet(directory.path(), &ana, &ben);
    let (begun, has_begun) = mpsc::channel();
    let writing = thread::spawn(move || {
        let mut arrived = Vec::new();
        for number in 0.. {
            let words = format!("word {number}");
            tablet.ask(&["write", &words]);
            if !tablet.run(&["sync"]).status.success() {
                break;
            }
            arrived.push(words);
            begun.send(()).unwrap();
        }
        (tablet, arrived)
    });
    has_begun.recv().unwrap();
    assert_eq!(ana.ask(&["remove", &key])["removed"], true);
    let (tablet, arrived) = writing.join().unwrap();
    meet(&ana, &ben);
    let mut shown = ben.shown();
    shown.reverse();
    assert_eq!(shown, arrived);
    assert_eq!(tablet.shown().len(), arrived.len() + 1);
    ben.ask(&["write", "and on"]);
    meet(&ana, &ben);
}

#[test]
fn a_relay_that_forgot_and_was_fed_by_a_stolen_phone_is_put_right() {
    put_right(false);
}

#[test]
fn a_relay_that_took_over_a_thiefs_own_log_is_put_right() {
    put_right(true);
}

#[track_caller]
fn put_right(has_more_to_say: bool) {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("relay");
    let mut relay = Relay::start(&at);
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (stolen, key) = with_tablet(directory.path(), &ana, &ben);
    stolen.ask(&["write", "written before it was stolen"]);
    stolen.ask(&["sync"]);
    ana.ask(&["remove", &key]);
    meet(&ana, &ben);

    relay.kill();
    for file in fs::read_dir(&at).unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_string_lossy().starts_with("store") {
            fs::remove_file(file).unwrap();
        }
    }
    let _relay = relay.started_again();
    // The thief is first: the relay believes the log that still has the phone in it, and what the
    // thief has to say about it.
    stolen.ask(&["write", "by the thief"]);
    stolen.ask(&["sync"]);
    if has_more_to_say {
        stolen.ask(&["rename", "Eve"]);
        let link = stolen.text(&["invite", "--own-device"], "link");
        let eve = Phone::new(directory.path(), "Eve");
        let code = eve.text(&["join", &link, "--name", "Eve"], "code");
        let request = stolen.text(&["requests"], "request");
        stolen.ask(&["approve", &request, "--code", &code]);
        eve.ask(&["sync"]);
        eve.ask(&["write", "by Eve"]);
        eve.ask(&["sync"]);
    }
    ana.ask(&["write", "by Ana"]);
    if !has_more_to_say {
        // Two phones of one person say of each other that they are stolen, for all that a relay can
        // tell that forgot: Ben's phone knows which of them was taken out.
        ben.ask(&["sync"]);
    }
    meet(&ana, &ben);
    assert_eq!(stolen.refused(&["sync"]), "relay_refused");
    assert_eq!(ana.shown(), ["by Ana", "written before it was stolen"]);
    meet(&ana, &ben);
}

#[test]
fn ben_leaves_alone_offline_and_at_once_and_keeps_everything() {
    let directory = tempfile::tempdir().unwrap();
    let mut relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ana.ask(&["write", "from Ana"]);
    ben.ask(&["write", "from Ben"]);
    meet(&ana, &ben);
    let epoch = ana.ask(&["status"])["epoch"].as_u64().unwrap();
    ben.ask(&["write", "from Ben, never sent"]);

    relay.kill();
    let left = ben.ask(&["leave"]);
    assert_eq!((&left["state"], &left["at_relay"]), (&"apart".into(), &false.into()));
    let status = ben.ask(&["status"]);
    assert_eq!((&status["state"], &status["read_only"]), (&"apart".into(), &true.into()));
    assert_eq!(ben.refused(&["write", "more"]), "apart");
    assert_eq!(ben.shown().len(), 3);
    let file = directory.path().join("mine.json");
    ben.ask(&["export", file.to_str().unwrap()]);
    assert!(fs::read_to_string(&file).unwrap().contains("from Ben, never sent"));

    let _relay = relay.started_again();
    ben.ask(&["sync"]);
    assert_eq!(ben.refused(&["sync"]), "apart", "there is nothing more to say");
    ana.ask(&["sync"]);
    let status = ana.ask(&["status"]);
    assert_eq!((&status["state"], &status["read_only"]), (&"apart".into(), &false.into()));
    assert!(status["epoch"].as_u64().unwrap() > epoch, "the key has changed");
    ana.ask(&["write", "Ana, alone"]);
    ana.ask(&["sync"]);
    assert_eq!(ana.shown(), ["Ana, alone", "from Ben", "from Ana"]);
    assert_eq!(ana.refused(&["leave"]), "not_allowed");
    assert_eq!(ana.refused(&["invite", "--history", "all"]), "not_allowed");
    assert_eq!(ben.shown().len(), 3);
}

#[test]
fn ben_reads_from_here_on_and_nothing_before() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let [ana, ben] = ["Ana", "Ben"].map(|name| Phone::new(directory.path(), name));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let before = ana.text(&["write", "before Ben"], "entry");
    assert_eq!(ana.refused(&["invite"]), "say_history");
    let invited = ana.ask(&["invite", "--history", "from-here"]);
    assert_eq!(invited["entries"], 0);
    assert_eq!(ana.ask(&["status"])["state"], "pairing");
    ana.ask(&["write", "while Ben is on his way"]);
    let asked = ben.ask(&["join", &text(&invited, "link"), "--name", "Ben"]);
    let request = ana.text(&["requests"], "request");
    ana.ask(&["approve", &request, "--code", &text(&asked, "code")]);
    ben.ask(&["sync"]);
    assert_eq!(ben.shown(), ["while Ben is on his way"]);
    assert_eq!(ben.ask(&["status"])["state"], "together");
    let names: Vec<_> = ben.lines(&["devices"]).iter().map(|device| text(device, "name")).collect();
    assert_eq!(names, ["Ana", "Ben"], "the name is readable, though it was said before");

    ana.ask(&["edit", &before, "before Ben, and none of his business"]);
    ana.ask(&["write", "for both"]);
    ben.ask(&["write", "from Ben"]);
    for phone in [&ana, &ben, &ana, &ben] {
        assert_eq!(phone.ask(&["sync"])["caught_up"], true);
    }
    let mut shown = ben.shown();
    shown.sort_unstable();
    assert_eq!(shown, ["for both", "from Ben", "while Ben is on his way"]);
    assert_eq!(ana.shown().len(), 4);

    // A tablet of Ana's reads all of it; and Ben's words arrive there, too.
    let tablet = Phone::new(directory.path(), "tablet");
    let link = ana.text(&["invite", "--own-device"], "link");
    let code = tablet.text(&["join", &link, "--name", "tablet"], "code");
    let request = ana.text(&["requests"], "request");
    ana.ask(&["approve", &request, "--code", &code]);
    ana.ask(&["sync"]);
    tablet.ask(&["sync"]);
    assert_eq!(tablet.hash(), ana.hash());
}

#[test]
fn a_link_that_was_withdrawn_and_a_request_that_was_denied_let_nobody_in() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let [ana, ben, eve] = ["Ana", "Ben", "Eve"].map(|name| Phone::new(directory.path(), name));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let link = ana.text(&["invite"], "link");
    eve.ask(&["join", &link, "--name", "Eve"]);
    let request = ana.text(&["requests"], "request");
    assert_eq!(ana.ask(&["deny", &request[..10]])["request"], request);
    assert_eq!(ana.lines(&["requests"]).len(), 0);
    assert_eq!(ana.lines(&["invites"]).len(), 1, "the link is still Ben's");
    let invite = ana.text(&["invites"], "invite");
    assert_eq!(ana.refused(&["revoke", "nothing"]), "not_found");
    assert_eq!(ana.ask(&["revoke", &invite[..8]])["at_relay"], true);
    assert_eq!(ana.lines(&["invites"]).len(), 0);
    assert_eq!(ana.ask(&["status"])["state"], "solo");
    assert_eq!(ben.refused(&["join", &link, "--name", "Ben"]), "relay_refused");
    assert_eq!(ana.lines(&["requests"]).len(), 0);
    assert_eq!(eve.refused(&["sync"]), "relay_refused");
}

#[test]
fn both_see_what_each_is_called_now() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (_tablet, key) = with_tablet(directory.path(), &ana, &ben);
    ana.ask(&["rename", "Anna"]);
    ana.ask(&["rename", "the old tablet", "--device", &key[..8]]);
    assert_eq!(ana.refused(&["rename", "   "]), "invalid_input");
    ben.ask(&["sync"]);
    let devices = ben.lines(&["devices"]);
    let said: Vec<_> = devices.iter().map(|d| (text(d, "name"), d["called"].as_str())).collect();
    let expected = [("Anna", None), ("Ben", None), ("Anna", Some("the old tablet"))];
    assert_eq!(said, expected.map(|(name, called)| (name.to_owned(), called)));
}

#[test]
fn who_was_verified_once_stays_verified_with_a_new_phone() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    meet(&ana, &ben);
    let refused = ana.run(&["verify", "--confirm"]);
    assert!(!refused.status.success(), "nothing was shown that could be confirmed");
    let shown = ana.ask(&["verify"]);
    let number = shown["number"].clone();
    assert_eq!(shown["emoji"].as_array().unwrap().len(), 7);
    assert_eq!((&shown["verified"], &shown["verification"]), (&false.into(), &"code".into()));
    let at_ben = ben.ask(&["verify"]);
    assert_eq!((&at_ben["number"], &at_ben["emoji"]), (&number, &shown["emoji"]));
    assert_eq!(ana.ask(&["verify", "--confirm"])["verified"], true);
    let (tablet, _) = with_tablet(directory.path(), &ana, &ben);
    assert_eq!(ana.ask(&["verify"])["verified"], true);
    assert_eq!(ana.ask(&["status"])["verification"], "compared");
    let sure = |device: &Value| device["this"] == true || device["verification"] == "compared";
    let devices = ana.run(&["devices"]).lines;
    assert_eq!(devices.iter().filter(|device| sure(device)).count(), 2, "{devices:?}");
    assert_eq!(tablet.ask(&["verify"])["number"], number);
    assert_eq!(ben.ask(&["verify"])["verified"], false, "each compares for themselves");
}
