//! What is said stands beside the words that it was said of, and how words read before can be read,
//! through the real programs.

use std::process::Command;

use couplet_tests::programs;
use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet, pair, text as named};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An entry's kind has come to that stage, with those facts, and those words by those names.
fn practice(phone: &Phone, entry: &str) -> (Value, Value, Vec<(String, String)>) {
    let practice = phone.ask(&["show", entry])["practice"].take();
    let parts = practice["parts"].as_array().unwrap().iter();
    let parts = parts.map(|part| (named(part, "name"), named(part, "text"))).collect();
    (practice["stage"].clone(), practice["facts"].clone(), parts)
}

/// How words in an entry read before, as people are shown it.
fn before(phone: &Phone, entry: &str) -> Vec<String> {
    let mut show = Command::new(programs::couplet());
    show.arg("--home").arg(&phone.home).args(["show", entry]);
    let said = show.env("XDG_STATE_HOME", &phone.state).output().unwrap();
    let words = String::from_utf8(said.stdout).unwrap();
    let before = words.lines().filter(|line| line.contains("before: "));
    before.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn what_ana_said_of_a_reflection_is_not_said_of_the_words_that_came_later() {
    let place = TempDir::new().unwrap();
    let relay = Relay::start(&place.path().join("relay"));
    let (ana, ben) = pair(place.path(), &relay.link);
    let page = ana.text(&["write", "--kind", "listening", "I felt hurt"], "entry");
    meet(&ana, &ben);
    let heard = ben.ask(&["do", &page, "reflect", "You felt left out"]);
    let heard = named(&heard["practice"]["parts"][0], "id");
    meet(&ana, &ben);
    ana.ask(&["do", &page, "partly", &heard, "and alone"]);
    ana.ask(&["do", &page, "got-me", &heard]);
    meet(&ana, &ben);
    let parts = |reflection: &str| {
        let part = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        vec![part("reflection", reflection), part("missed", "")]
    };
    let shown = ("understood".into(), json!([]), parts("You felt left out"));
    assert_eq!([&ana, &ben].map(|phone| practice(phone, &page)), [shown.clone(), shown]);

    ben.ask(&["do", &page, "revise", &heard, "You felt left out, and alone"]);
    meet(&ana, &ben);
    let earlier = json!([{ "earlier_verdict": heard }]);
    let shown = ("reflected".into(), earlier.clone(), parts("You felt left out, and alone"));
    assert_eq!([&ana, &ben].map(|phone| practice(phone, &page)), [shown.clone(), shown]);
    let waiting = ana.lines(&["needs-attention"]);
    assert_eq!(waiting[0]["needs"], earlier);
    let lines = ["Ben, reflection, before: You felt left out", "Ana, missed, before: and alone"];
    assert_eq!(before(&ana, &page), lines);
    ana.ask(&["do", &page, "got-me", &heard]);
    assert_eq!(practice(&ana, &page).0, "understood");
}

#[test]
fn what_ben_said_with_yes_is_not_said_with_no() {
    let place = TempDir::new().unwrap();
    let relay = Relay::start(&place.path().join("relay"));
    let (ana, ben) = pair(place.path(), &relay.link);
    let page = ana.text(&["write", "--kind", "repair", "Tuesday"], "entry");
    let asked = ana.ask(&["do", &page, "ask", "Call me"]);
    let asked = named(&asked["practice"]["parts"][0], "id");
    meet(&ana, &ben);
    ben.ask(&["do", &page, "agree", &asked, "yes ok"]);
    let declined = ben.ask(&["do", &page, "decline", &asked]);
    assert_eq!(declined["practice"]["stances"][0]["value"], "no");
    meet(&ana, &ben);
    for phone in [&ana, &ben] {
        let answer = phone.ask(&["show", &page])["practice"]["parts"][1].take();
        let has = |what: &str| answer[what].clone();
        let read = (has("name"), has("text"), has("edited"), has("history")[0]["text"].clone());
        assert_eq!(read, ("answer".into(), "".into(), true.into(), "yes ok".into()));
        assert_eq!(before(phone, &page), ["Ben, answer, before: yes ok"]);
    }
    assert_eq!(ben.refused(&["do", &page, "revise", &asked, "No!"]), "not_allowed");
}
