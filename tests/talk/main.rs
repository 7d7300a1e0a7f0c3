//! What Ana and Ben say about an entry, through the real programs: two homes and a relay.

use std::path::Path;
use std::process::{Command, Output};

use couplet_tests::programs;
use couplet_tests::relay::Relay;
use serde_json::Value;
use tempfile::TempDir;

/// One person's device.
struct Home<'a> {
    place: &'a Path,
    name: &'static str,
}

impl Home<'_> {
    fn output(&self, arguments: &[&str]) -> Output {
        Command::new(programs::couplet())
            .env("XDG_STATE_HOME", self.place.join("state"))
            .env_remove("COUPLET_KEY_FILE")
            .arg("--home")
            .arg(self.place.join(self.name))
            .arg("--json")
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The answer of a command that does what it is asked.
    fn run(&self, arguments: &[&str]) -> Value {
        let output = self.output(arguments);
        assert!(output.status.success(), "{} {arguments:?}: {output:?}", self.name);
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().next().map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
    }

    /// The status and the code of one that does not.
    fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.output(arguments);
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let code = said["error"]["code"].as_str().unwrap_or_default().to_owned();
        (output.status.code().unwrap(), code)
    }

    fn sync(&self) {
        assert_eq!(self.run(&["sync"])["caught_up"], true);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Who left what.
fn reactions(shown: &Value) -> Vec<(u64, String)> {
    let reaction = |one: &Value| (one["by"].as_u64().unwrap(), text(&one["emoji"]));
    shown["reactions"].as_array().unwrap().iter().map(reaction).collect()
}

fn meet(ana: &Home<'_>, ben: &Home<'_>) {
    ana.sync();
    ben.sync();
    ana.sync();
    assert_eq!(ana.run(&["hash"]), ben.run(&["hash"]));
}

#[test]
fn ana_and_ben_talk_about_a_note_and_both_see_the_same() {
    let place = TempDir::new().unwrap();
    let relay = Relay::start(&place.path().join("relay"));
    let [ana, ben] = ["Ana", "Ben"].map(|name| Home { place: place.path(), name });
    ana.run(&["new", "--name", "Ana", "--relay", &relay.link]);
    let invitation = ana.run(&["invite"]);
    ana.sync();
    ben.run(&["join", &text(&invitation["link"]), "--name", "Ben"]);
    ben.output(&["sync"]);
    ana.sync();
    ana.run(&["approve", "--all"]);
    let note = text(&ana.run(&["write", "Dear Ben"])["entry"]);
    meet(&ana, &ben);

    let made = ben.run(&["do", &note, "comment", "Made my day"]);
    assert_eq!(made["state"], "shared");
    let can: Vec<&str> = made["can"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(can, ["comment", "reply", "edit-comment", "react"]);
    let comment = text(&made["comments"][0]["comment"]);
    ben.run(&["do", &note, "react", "❤️"]);
    meet(&ana, &ben);
    assert_eq!(ana.run(&["timeline", "--unread"])["entry"], note.as_str());

    // Apart: Ana answers and leaves a heart too, Ben edits and takes his back.
    ana.run(&["do", &note, "reply", &comment[..6], "Mine too"]);
    ana.run(&["do", &note, "react", "❤️"]);
    ben.run(&["do", &note, "edit-comment", &comment[..6], "You made my day"]);
    ben.run(&["do", &note, "unreact", "❤️"]);
    meet(&ana, &ben);
    let (hers, his) = (ana.run(&["show", &note]), ben.run(&["show", &note]));
    assert_eq!(hers["comments"], his["comments"]);
    assert_eq!(reactions(&hers), [(0, "❤️".to_owned())]);
    assert_eq!(reactions(&hers), reactions(&his));
    let said = |at: usize, what: &str| his["comments"][at][what].clone();
    assert_eq!((said(0, "text"), said(0, "edited")), ("You made my day".into(), true.into()));
    assert_eq!((said(1, "text"), said(1, "author_name")), ("Mine too".into(), "Ana".into()));
    assert_eq!(text(&said(1, "reply_to")), comment);
    assert_eq!(his["text"], "Dear Ben");

    let not_hers = ana.fails(&["do", &note, "edit-comment", &comment, "No"]);
    assert_eq!(not_hers, (1, "not_yours".to_owned()));
    assert_eq!(ana.fails(&["do", &note, "react", "love"]), (1, "invalid_input".to_owned()));
    let long = "x".repeat(2_001);
    assert_eq!(ben.fails(&["do", &note, "comment", &long]), (1, "too_long".to_owned()));
    assert_eq!(ben.fails(&["do", &note, "dance"]).0, 2);
}
