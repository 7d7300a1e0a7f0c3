//! What is new, what was removed, and what waits, through the real programs.

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::text;

fn texts(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| text(&line["text"])).collect()
}

#[test]
fn a_week_apart_ends_with_what_came_what_was_removed_and_what_is_to_be_chosen() {
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
    let repair = text(&ana.ask(&["write", "--kind", "repair", "Tuesday"])["entry"]);
    let page = text(&ana.ask(&["write", "--kind", "page", "Groceries: milk"])["entry"]);
    meet(&ana, &ben);
    for entry in [&note, &repair, &page] {
        assert_eq!(ben.ask(&["seen", &entry[..10]])["unread"], false);
    }
    assert_eq!(ben.lines(&["timeline", "--unread"]), Vec::<Value>::new());

    // A week apart.
    ana.ask(&["do", &note, "trash"]);
    ana.ask(&["edit", &repair, "Tue"]);
    ana.ask(&["edit", &page, "Groceries: oat milk"]);
    ana.ask(&["write", "One"]);
    ana.ask(&["write", "Two"]);
    ben.ask(&["do", &note, "comment", "But I like it"]);
    ben.ask(&["edit", &repair, "Wed"]);
    ben.ask(&["edit", &page, "Groceries: milk, bread"]);
    assert_eq!(texts(&ana.lines(&["trash"])), ["Dear Ben"]);
    ana.ask(&["sync"]);
    let mut arrived = ben.ask(&["sync"])["arrived"].clone();
    let words = "While you were apart: 2 notes, 1 page you both wrote on, something new in 2 other \
                 entries; nothing was lost. Something waits to be chosen: couplet needs-attention";
    assert_eq!(arrived["words"].take(), words);
    let counted = json!({ "new": { "note": 2 }, "together": 1, "touched": 2, "in_need": 2,
        "set_aside": 0, "words": null });
    assert_eq!(arrived, counted);
    meet(&ana, &ben);

    // The note is back, as Ana had not seen the comment; both phones say so.
    for phone in [&ana, &ben] {
        assert_eq!(phone.lines(&["trash"]), Vec::<Value>::new());
        let waiting = phone.lines(&["needs-attention"]);
        assert_eq!(texts(&waiting).len(), 2, "{waiting:?}");
        let back = waiting.iter().find(|line| line["entry"] == note.as_str()).unwrap();
        assert_eq!(back["trash"]["by"], 0);
        assert_eq!(back["trash"]["resurfaced_by"], json!([1]));
        let topic = waiting.iter().find(|line| line["entry"] == repair.as_str()).unwrap();
        assert_eq!(topic["needs"][0]["choice"], "topic");
        assert_eq!(topic["conflicts"], 1);
    }
    let values = ben.ask(&["show", &repair])["needs"][0]["values"].clone();
    ben.ask(&["resolve", &repair, "topic", "--choice", "2"]);
    assert_eq!(ana.refused(&["resolve", &note, "words", "Dear"]), "nothing_to_resolve");
    ana.ask(&["do", &note, "restore"]);
    meet(&ana, &ben);
    for phone in [&ana, &ben] {
        assert_eq!(phone.lines(&["needs-attention"]), Vec::<Value>::new());
        assert_eq!(phone.ask(&["show", &repair])["text"], values[1]);
        assert_eq!(phone.ask(&["show", &note])["trash"], Value::Null);
    }
    assert_eq!(ana.refused(&["resolve", &repair, "topic", "--choice", "1"]), "invalid_input");
    assert_eq!(ana.ask(&["hash"]), ben.ask(&["hash"]));
}
