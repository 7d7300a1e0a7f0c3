//! Taking a notebook out, and words in.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use couplet_tests::relay::Relay;
use serde_json::Value;

use couplet_tests::terminal::Phone;

use crate::running::couple;

#[test]
fn an_export_is_whole_private_and_gives_its_own_words_to_another_notebook() {
    let world = tempfile::tempdir().unwrap();
    let relay = Relay::start(&world.path().join("relay"));
    let (ana, ben) = couple(world.path(), &relay);
    let entry = ana.text(&["write", "--day", "2026-02-14", "I chose you"], "entry");
    ana.ask(&["edit", &entry, "I choose you\n- every day"]);
    ana.ask(&["sync"]);
    ben.ask(&["write", "--day", "2026-02-14", "and I you"]);
    ben.ask(&["sync"]);
    ana.ask(&["sync"]);
    ana.ask(&["do", &entry, "react", "❤️"]);
    ana.ask(&["do", &entry, "comment", "still true"]);
    let json = world.path().join("ours.json");
    let markdown = world.path().join("ours.md");
    let (json, markdown) = (json.to_str().unwrap(), markdown.to_str().unwrap());

    let exported = ana.ask(&["export", json]);
    assert_eq!(exported["hash"], ana.hash()["hash"]);
    assert_eq!(fs::metadata(json).unwrap().permissions().mode() & 0o777, 0o600);
    ana.ask(&["export", markdown, "--format", "markdown"]);
    let expected = "# Ana & Ben\n\n## Saturday, 14 February 2026\n\n**Ana**\n\nI choose you  \n\
                    \\- every day  \n\n> *before:*\n>\n> I chose you  \n\n❤️ Ana\n\n\
                    > **Ana:**  \n> still true  \n\n**Ben**\n\nand I you  \n";
    assert_eq!(fs::read_to_string(markdown).unwrap(), expected);

    // Where there is no notebook it is opened as it is: the same, to be read.
    let archive = Phone::new(world.path(), "archive");
    assert_eq!(archive.ask(&["import", json])["archive"], true);
    assert_eq!(archive.hash(), ana.hash());
    assert_eq!(archive.shown(), ana.shown());
    assert_eq!(archive.refused(&["write", "more"]), "apart");
    assert_eq!(archive.refused(&["sync"]), "no_relay");
    assert_eq!(archive.ask(&["export", json])["hash"], exported["hash"]);

    // Ana begins anew, and takes her own words along; Ben's are his.
    let later = Phone::new(world.path(), "later");
    later.ask(&["new", "--name", "Ana"]);
    let imported = later.ask(&["import", json]);
    assert_eq!(imported["hash"], exported["hash"], "the file does not make what was exported");
    assert_eq!((&imported["entries"], &imported["left"]), (&1.into(), &1.into()));
    assert_eq!(later.ask(&["import", json])["held"], 1);
    assert_eq!(later.shown(), ["I choose you\n- every day"]);
    assert_eq!(later.ask(&["timeline"])["day"], "2026-02-14");

    let mut damaged: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    damaged["changes"].as_array_mut().unwrap().pop();
    fs::write(json, damaged.to_string()).unwrap();
    assert_eq!(later.refused(&["import", json]), "invalid_input");
}
