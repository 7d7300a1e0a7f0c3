//! What Ana and Ben say about an entry, through the real programs: two homes and a relay.

mod everyday;
mod standing;

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet};
use serde_json::Value;
use tempfile::TempDir;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Who left what.
fn reactions(shown: &Value) -> Vec<(u64, String)> {
    let reaction = |one: &Value| (one["by"].as_u64().unwrap(), text(&one["emoji"]));
    shown["reactions"].as_array().unwrap().iter().map(reaction).collect()
}

#[test]
fn ana_and_ben_talk_about_a_note_and_both_see_the_same() {
    let place = TempDir::new().unwrap();
    let relay = Relay::start(&place.path().join("relay"));
    let [ana, ben] = ["Ana", "Ben"].map(|name| Phone::new(place.path(), name));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let invitation = ana.ask(&["invite"]);
    ana.ask(&["sync"]);
    ben.ask(&["join", &text(&invitation["link"]), "--name", "Ben"]);
    drop(ben.run(&["sync"]));
    ana.ask(&["sync"]);
    ana.ask(&["approve", "--all"]);
    let note = text(&ana.ask(&["write", "Dear Ben"])["entry"]);
    meet(&ana, &ben);

    let made = ben.ask(&["do", &note, "comment", "Made my day"]);
    assert_eq!(made["state"], "shared");
    let can: Vec<&str> = made["can"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(
        can,
        [
            "comment",
            "reply",
            "edit-comment",
            "react",
            "trash",
            "erase",
            "keep",
            "set-colour",
            "tag",
            "thank"
        ]
    );
    let comment = text(&made["comments"][0]["comment"]);
    ben.ask(&["do", &note, "react", "❤️"]);
    meet(&ana, &ben);
    assert_eq!(ana.ask(&["timeline", "--unread"])["entry"], note.as_str());

    // Apart: Ana answers and leaves a heart too, Ben edits and takes his back.
    ana.ask(&["do", &note, "reply", &comment[..6], "Mine too"]);
    ana.ask(&["do", &note, "react", "❤️"]);
    ben.ask(&["do", &note, "edit-comment", &comment[..6], "You made my day"]);
    ben.ask(&["do", &note, "unreact", "❤️"]);
    meet(&ana, &ben);
    let (hers, his) = (ana.ask(&["show", &note]), ben.ask(&["show", &note]));
    assert_eq!(hers["comments"], his["comments"]);
    assert_eq!(reactions(&hers), [(0, "❤️".to_owned())]);
    assert_eq!(reactions(&hers), reactions(&his));
    let said = |at: usize, what: &str| his["comments"][at][what].clone();
    assert_eq!((said(0, "text"), said(0, "edited")), ("You made my day".into(), true.into()));
    assert_eq!((said(1, "text"), said(1, "author_name")), ("Mine too".into(), "Ana".into()));
    assert_eq!(text(&said(1, "reply_to")), comment);
    assert_eq!(his["text"], "Dear Ben");

    assert_eq!(ana.refused(&["do", &note, "edit-comment", &comment, "No"]), "not_yours");
    assert_eq!(ana.refused(&["do", &note, "react", "love"]), "invalid_input");
    let long = "x".repeat(2_001);
    assert_eq!(ben.refused(&["do", &note, "comment", &long]), "too_long");
    assert_eq!(ben.refused(&["do", &note, "dance"]), "invalid_input");
}
