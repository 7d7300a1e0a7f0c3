//! How a notebook ends: on one device, for both, and how somebody goes on.

use std::fs;
use std::path::Path;
use std::process::Command;

use couplet_tests::programs;
use couplet_tests::relay::Relay;
use couplet_tests::running::watch;
use couplet_tests::terminal::{Phone, Said, meet, pair, text};
use serde_json::Value;

/// Everything that the relay with this data knows of the notebook.
#[track_caller]
fn audit(data: &Path, notebook: &str) -> Vec<Value> {
    let mut audit = Command::new(programs::couplet_relay());
    audit.args(["audit", "--json", notebook, "--data"]).arg(data);
    let said = Said::of(&audit.output().unwrap());
    assert!(said.status.success(), "{said:?}");
    said.lines
}

/// How many rows of that table the relay has of it.
fn rows(audit: &[Value], table: &str) -> usize {
    audit.iter().filter(|row| row["table"] == table).count()
}

#[test]
fn a_home_is_destroyed_only_after_it_was_said_what_is_unsent() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ben.ask(&["write", "sent"]);
    meet(&ana, &ben);
    ben.ask(&["write", "unsent"]);
    ben.ask(&["write", "unsent, too"]);
    ben.ask(&["draft", "new", "a draft"]);
    let said = ben.run(&["destroy"]);
    assert_eq!(said.lines[0]["error"]["code"], "unsent");
    assert!(said.stderr.contains("2 entries and 1 drafts"), "{said:?}");
    assert_eq!(ben.shown().len(), 3, "nothing was deleted");

    ben.ask(&["sync"]);
    assert_eq!(ben.refused(&["destroy"]), "unsent", "the draft is nowhere else");
    let gone = ben.ask(&["destroy", "--force"]);
    assert_eq!((&gone["unsent"], &gone["drafts"]), (&0.into(), &1.into()));
    assert!(!ben.home.exists(), "{:?}", fs::read_dir(&ben.home));
    assert_eq!(fs::read_dir(ben.state.join("couplet")).unwrap().count(), 1, "Ana's mark is left");
    assert_eq!(ben.refused(&["status"]), "no_notebook");
    ana.ask(&["sync"]);
    assert_eq!(ana.shown().len(), 3, "what was sent is with the other");
    ben.ask(&["new", "--name", "Ben"]);
    assert!(ben.shown().is_empty());
}

#[test]
fn what_the_relay_knows_is_printed_and_no_name_or_word_is_in_it() {
    const CANARIES: [&str; 4] =
        ["Anathistledown", "Benquartzlantern", "gingerbreadmeteor", "velvet"];
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("relay");
    let relay = Relay::start(&data);
    let (mut ana, mut ben) =
        (Phone::new(directory.path(), "ana"), Phone::new(directory.path(), "ben"));
    (ana.name, ben.name) = (CANARIES[0].into(), CANARIES[1].into());
    couplet_tests::terminal::bring_together(&ana, &ben, &relay.link);
    ana.ask(&["write", CANARIES[2]]);
    ben.ask(&["write", "--kind", "page", CANARIES[3]]);
    meet(&ana, &ben);
    let link = ana.text(&["invite", "--own-device"], "link");
    let tablet = Phone::new(directory.path(), "tablet");
    tablet.ask(&["join", &link, "--name", CANARIES[0]]);

    let status = ana.ask(&["status"]);
    let told = audit(&data, &text(&status, "notebook")[..12]);
    assert_eq!(rows(&told, "notebook"), 1);
    assert!(rows(&told, "statement") >= 4 && rows(&told, "envelope") >= 2, "{told:?}");
    assert_eq!(rows(&told, "mailbox"), 1);
    let devices: Vec<_> = told.iter().filter(|row| row["follows"] == "device").collect();
    assert!(devices.iter().any(|row| row["device"] == status["device"]), "{devices:?}");
    assert_eq!(ana.lines(&["audit", "--data", data.to_str().unwrap()]), told, "the same, asked so");
    let nowhere = directory.path().join("nowhere");
    assert!(!ana.refused(&["audit", "--data", nowhere.to_str().unwrap()]).is_empty());
    let whole = serde_json::to_string(&told).unwrap();
    for canary in CANARIES {
        assert!(!whole.contains(canary), "{canary} is known to the relay");
    }
    // Nothing is left out that lies in the file: what is printed accounts for every sealed byte.
    let sealed = told.iter().filter(|row| row["table"] == "envelope");
    let sealed: u64 = sealed.map(|row| row["bytes"]["length"].as_u64().unwrap()).sum();
    let counted = told.iter().filter(|row| row["table"] == "have");
    assert_eq!(sealed, counted.map(|row| row["bytes"].as_u64().unwrap()).sum::<u64>());
}

#[test]
fn what_both_want_gone_is_gone_from_the_relay_and_stays_with_both() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("relay");
    let mut relay = Relay::start(&data);
    let (ana, ben) = pair(directory.path(), &relay.link);
    ana.ask(&["write", "from Ana"]);
    ben.ask(&["write", "from Ben"]);
    meet(&ana, &ben);
    let notebook = text(&ana.ask(&["status"]), "notebook");

    let wanted = ben.ask(&["dissolve"]);
    assert_eq!((&wanted["dissolving"]["by"], &wanted["at_relay"]), (&1.into(), &true.into()));
    ana.ask(&["sync"]);
    let seen = ana.ask(&["status"]);
    assert_eq!(
        (&seen["dissolving"]["by"], &seen["dissolving"]["over"]),
        (&1.into(), &false.into())
    );
    assert_eq!((&seen["state"], &seen["read_only"]), (&"together".into(), &false.into()));
    assert_eq!(ana.refused(&["dissolve", "--cancel"]), "not_found", "it is not hers to take back");
    ana.ask(&["write", "everything goes on"]);
    meet(&ana, &ben);
    assert_eq!(ben.ask(&["dissolve", "--cancel"])["dissolving"], Value::Null);
    ana.ask(&["sync"]);
    assert_eq!(ana.ask(&["status"])["dissolving"], Value::Null);
    assert!(rows(&audit(&data, &notebook), "envelope") > 0);

    // Offline, and taken back before anybody has heard of it: with Ana's word it would be done.
    relay.kill();
    assert_eq!(ben.ask(&["dissolve"])["at_relay"], false);
    ben.ask(&["dissolve", "--cancel"]);
    let mut relay = relay.started_again();
    ana.ask(&["dissolve"]);
    ben.ask(&["sync"]);
    assert_eq!(ben.ask(&["status"])["dissolving"]["over"], false);

    let agreed = ben.ask(&["dissolve"]);
    assert_eq!(
        (&agreed["dissolving"]["by"], &agreed["dissolving"]["over"]),
        (&"all".into(), &true.into())
    );
    let told = audit(&data, &notebook);
    assert_eq!(["envelope", "have", "mailbox"].map(|table| rows(&told, table)), [0, 0, 0]);
    assert!(rows(&told, "statement") > 3, "that it ended is known");
    ana.ask(&["sync"]);
    for phone in [&ana, &ben] {
        let status = phone.ask(&["status"]);
        assert_eq!((&status["state"], &status["read_only"]), (&"apart".into(), &true.into()));
        assert_eq!(phone.shown().len(), 3, "the copy is whole");
        assert_eq!(phone.refused(&["write", "more"]), "apart");
        assert_eq!(phone.refused(&["sync"]), "apart", "nobody feeds it again");
        phone.ask(&["export", directory.path().join("mine.json").to_str().unwrap()]);
    }
    relay.kill();
    assert_eq!(rows(&audit(&data, &notebook), "envelope"), 0);
}

#[test]
fn a_notebook_of_ones_own_is_dissolved_by_oneself() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("relay");
    let relay = Relay::start(&data);
    let ana = Phone::new(directory.path(), "Ana");
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    ana.ask(&["write", "alone"]);
    ana.ask(&["sync"]);
    let notebook = text(&ana.ask(&["status"]), "notebook");
    assert_eq!(rows(&audit(&data, &notebook), "envelope"), 1);
    let gone = ana.ask(&["dissolve"]);
    assert_eq!((&gone["dissolving"]["over"], &gone["at_relay"]), (&true.into(), &true.into()));
    assert_eq!(rows(&audit(&data, &notebook), "envelope"), 0);
    assert_eq!(ana.shown(), ["alone"]);
}

#[test]
fn who_pauses_neither_sends_nor_fetches_and_misses_nothing_later() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    meet(&ana, &ben);
    assert_eq!(ben.ask(&["pause"])["paused"], true);
    ben.ask(&["write", "written in between"]);
    ana.ask(&["write", "from Ana"]);
    ana.ask(&["sync"]);
    assert_eq!(ben.refused(&["sync"]), "paused");
    let status = ben.ask(&["status"]);
    assert_eq!((&status["paused"], &status["state"]), (&true.into(), &"together".into()));
    assert!(status["pending"].as_u64().unwrap() > 0);
    assert_eq!((ana.shown().len(), ben.shown().len()), (1, 1));
    assert_eq!(ana.ask(&["status"])["paused"], false, "nobody is told");
    // Whoever stays attached waits until it is shared again.
    let waiting = watch(&ben);
    assert_eq!(waiting.wait_for_event("detached")["reason"], "paused");
    drop(waiting);
    assert_eq!(ben.ask(&["resume"])["paused"], false);
    meet(&ana, &ben);
    assert_eq!(ben.shown().len(), 2);
}

#[test]
fn both_go_on_at_another_relay_and_so_does_who_was_away_for_long() {
    let directory = tempfile::tempdir().unwrap();
    let old = Relay::start(&directory.path().join("old"));
    let data = directory.path().join("new");
    let new = Relay::start(&data);
    let (ana, ben) = pair(directory.path(), &old.link);
    let tablet = Phone::new(directory.path(), "tablet");
    let link = ana.text(&["invite", "--own-device"], "link");
    let code = tablet.text(&["join", &link, "--name", "tablet"], "code");
    let request = ana.text(&["requests"], "request");
    ana.ask(&["approve", &request, "--code", &code]);
    tablet.ask(&["sync"]);
    ana.ask(&["write", "before the move"]);
    tablet.ask(&["write", "on the tablet, which lies in a drawer"]);
    meet(&ana, &ben);
    let at = |phone: &Phone| text(&phone.ask(&["status"]), "relay");

    let moved = ana.ask(&["move", &new.link]);
    assert_eq!((&moved["moved"], &moved["at_relay"]), (&true.into(), &true.into()));
    assert_eq!(at(&ana), new.listen);
    ben.ask(&["write", "from Ben, who has not heard of it"]);
    ben.ask(&["sync"]);
    assert_eq!(at(&ben), new.listen, "he follows what the log says");
    meet(&ana, &ben);
    assert_eq!(ben.shown().len(), 2);
    let notebook = text(&ana.ask(&["status"]), "notebook");
    assert!(rows(&audit(&data, &notebook), "envelope") >= 2, "the new one was fed");

    // The tablet is where everybody was, and hears of it there.
    assert_eq!(at(&tablet), old.listen);
    tablet.ask(&["sync"]);
    assert_eq!(at(&tablet), new.listen);
    meet(&ana, &ben);
    tablet.ask(&["sync"]);
    assert_eq!(tablet.hash(), ben.hash());
    assert_eq!(ben.shown().len(), 3);
    drop(old);
    ana.ask(&["write", "without the old one"]);
    meet(&ana, &ben);
}

#[test]
fn who_stays_attached_goes_along_to_another_relay_and_to_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let old = Relay::start(&directory.path().join("old"));
    let new = Relay::start(&directory.path().join("new"));
    let (ana, ben) = pair(directory.path(), &old.link);
    meet(&ana, &ben);
    let attached = watch(&ben);
    attached.wait_for_event("caught_up");
    ana.ask(&["move", &new.link]);
    drop(old);
    ana.ask(&["write", "at the new relay"]);
    ana.ask(&["sync"]);
    attached.wait_for_entry("at the new relay");
    assert_eq!(text(&ben.ask(&["status"]), "relay"), new.listen);
    drop(attached);
    ben.ask(&["dissolve"]);
    let attached = watch(&ben);
    attached.wait_for_event("caught_up");
    ana.ask(&["dissolve"]);
    // There is nothing more to stay for.
    assert_eq!(attached.wait_for(|line| line["error"].is_object())["error"]["code"], "apart");
    assert_eq!(ben.ask(&["status"])["dissolving"]["over"], true);
}

#[test]
fn who_goes_on_after_an_end_has_their_own_words_and_everything_beside() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ana.ask(&["write", "from Ana"]);
    ben.ask(&["write", "from Ben"]);
    ben.ask(&["write", "from Ben, too"]);
    meet(&ana, &ben);
    let onward = directory.path().join("onward");
    let go_on = ["go-on", onward.to_str().unwrap()];
    assert_eq!(ben.refused(&go_on), "not_allowed", "nothing has ended");
    assert!(!onward.exists());
    ben.ask(&["write", "never sent"]);
    ben.ask(&["leave"]);
    let gone_on = ben.ask(&go_on);
    assert_eq!((&gone_on["entries"], &gone_on["person"]), (&3.into(), &0.into()));
    assert_eq!(ben.ask(&go_on)["held"], 3, "once more, it is the same");

    let new = Phone { home: onward.clone(), ..Phone::new(directory.path(), "Ben") };
    let before = Phone { home: onward.join("before"), ..Phone::new(directory.path(), "Ben") };
    assert_eq!(new.shown(), ["never sent", "from Ben, too", "from Ben"]);
    assert_eq!(new.ask(&["status"])["state"], "solo");
    assert_ne!(new.ask(&["status"])["notebook"], ben.ask(&["status"])["notebook"]);
    assert_eq!(before.hash(), ben.hash(), "everything, as both saw it");
    assert_eq!(before.refused(&["write", "more"]), "apart");
    new.ask(&["write", "and on"]);

    // Ana stays, and goes on in a notebook of her own as well; then they pair again.
    ana.ask(&["sync"]);
    let hers = Phone { home: directory.path().join("hers"), ..Phone::new(directory.path(), "Ana") };
    ana.ask(&["go-on", hers.home.to_str().unwrap()]);
    assert_eq!(hers.shown(), ["from Ana"]);
    assert_eq!(new.refused(&["invite"]), "say_history", "nothing old is shown by itself");
    let link = new.text(&["invite", "--history", "from-here"], "link");
    let again = Phone::new(directory.path(), "again");
    let code = again.text(&["join", &link, "--name", "Ana"], "code");
    let request = new.text(&["requests"], "request");
    new.ask(&["approve", &request, "--code", &code]);
    new.ask(&["write", "together again"]);
    new.ask(&["sync"]);
    again.ask(&["sync"]);
    assert_eq!(again.shown(), ["together again"]);
}
