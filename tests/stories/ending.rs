//! How a notebook ends: on one device, for both, and how somebody goes on.

use std::fs;

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{meet, pair};

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
