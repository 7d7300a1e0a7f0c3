//! Several processes on one home.

use couplet_tests::relay::Relay;
use couplet_tests::terminal::Phone;

use crate::running::watch;

#[test]
fn what_is_written_beside_a_watch_that_is_killed_is_there_once() {
    let world = tempfile::tempdir().unwrap();
    let relay = Relay::start(&world.path().join("relay"));
    let ana = Phone::new(world.path(), "ana");
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let mut queued = Vec::new();
    for round in 0..5 {
        let watch = watch(&ana);
        watch.wait_for_event("attached");
        for number in 0..4 {
            let text = format!("{round}.{number}");
            let written = ana.ask(&["write", &text]);
            assert_eq!(written["state"], "queued");
            queued.push(text);
        }
        watch.kill();
    }
    assert_eq!(ana.hash()["entries"], queued.len());
    let mut texts = ana.shown();
    texts.reverse();
    assert_eq!(texts, queued);
}

#[test]
fn what_needs_the_notebook_for_itself_says_so_beside_a_watch() {
    let world = tempfile::tempdir().unwrap();
    let relay = Relay::start(&world.path().join("relay"));
    let ana = Phone::new(world.path(), "ana");
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let entry = ana.text(&["write", "before"], "entry");
    let watch = watch(&ana);
    watch.wait_for_event("attached");

    assert_eq!(ana.shown(), ["before"]);
    assert_eq!(ana.text(&["show", &entry], "text"), "before");
    assert_eq!(ana.ask(&["status"])["persons"], 1);
    assert_eq!(ana.refused(&["sync"]), "busy");
    assert_eq!(ana.refused(&["edit", &entry, " "]), "invalid_input");

    ana.ask(&["edit", &entry, "after"]);
    watch.wait_for_entry("after");
    assert_eq!(ana.shown(), ["after"]);

    assert_eq!(ana.refused(&["do", &entry, "react", "no emoji"]), "invalid_input");
    assert_eq!(ana.text(&["do", &entry, "comment", "and on"], "state"), "queued");
    watch.wait_for(|line| line["event"] == "entry" && line["comments"][0]["text"] == "and on");
}
