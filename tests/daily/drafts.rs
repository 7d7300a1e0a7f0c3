//! Drafts.

use couplet_tests::terminal::Phone;

use crate::running::Running;

#[test]
fn a_draft_is_there_as_last_typed_and_is_shared_once() {
    let world = tempfile::tempdir().unwrap();
    let ana = Phone::new(world.path(), "ana");
    ana.ask(&["new", "--name", "Ana"]);
    let before = ana.hash();
    let draft = ana.text(&["draft", "new", "--day", "2026-02-14", "you ne"], "draft");
    for typed in ["you never", "you", "I miss our walks"] {
        let typing = Running::new(ana.command(&["draft", "update", &draft, typed]));
        typing.wait_for(|line| line["text"] == typed);
        typing.kill();
    }
    assert_eq!(ana.text(&["draft", "show", &draft[..4]], "text"), "I miss our walks");
    assert_eq!(ana.hash(), before);

    let entry = ana.text(&["share", &draft], "entry");

    let shown = ana.ask(&["show", &entry]);
    assert_eq!((&shown["text"], &shown["day"]), (&"I miss our walks".into(), &"2026-02-14".into()));
    assert_eq!(shown["history"].as_array().unwrap().len(), 1);
    assert_eq!(ana.lines(&["draft", "list"]).len(), 0);
    assert_eq!(ana.refused(&["share", &draft]), "not_found");

    let edit = ana.text(&["draft", "new", "--entry", &entry, "I miss you"], "draft");
    ana.ask(&["share", &edit]);
    assert_eq!(ana.shown(), ["I miss you"]);
    let thrown_away = ana.text(&["draft", "new", "no"], "draft");
    ana.ask(&["draft", "discard", &thrown_away]);
    assert_eq!(ana.lines(&["draft", "list"]).len(), 0);
}
