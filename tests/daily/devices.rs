//! Another device of one's own.

use couplet_tests::relay::Relay;
use serde_json::Value;

use couplet_tests::terminal::Phone;

use crate::running::couple;

#[test]
fn a_second_phone_of_anas_comes_in_and_all_three_hold_the_same() {
    let world = tempfile::tempdir().unwrap();
    let relay = Relay::start(&world.path().join("relay"));
    let (ana, ben) = couple(world.path(), &relay);
    let from_phone = ana.text(&["write", "from my phone"], "entry");
    ana.ask(&["sync"]);

    let tablet = Phone::new(world.path(), "tablet");
    let link = ana.text(&["invite", "--own-device"], "link");
    let code = tablet.text(&["join", &link, "--name", "Ana"], "code");
    let request = ana.ask(&["requests"]);
    assert_eq!(request["own_device"], true);
    ana.ask(&["approve", request["request"].as_str().unwrap(), "--code", &code]);
    tablet.ask(&["sync"]);
    assert_eq!(tablet.shown(), ["from my phone"]);

    // Apart: both devices of Ana's write the same words anew, and Ben writes too.
    ana.ask(&["edit", &from_phone, "from my phone, again"]);
    tablet.ask(&["edit", &from_phone, "from my tablet"]);
    ben.ask(&["write", "from Ben"]);
    for phone in [&ana, &tablet, &ben, &ana, &tablet] {
        phone.ask(&["sync"]);
    }

    assert_eq!(ana.hash(), ben.hash());
    assert_eq!(tablet.hash(), ben.hash());
    let shown = ben.ask(&["show", &from_phone]);
    let mut beside: Vec<&Value> = shown["alternatives"].as_array().unwrap().iter().collect();
    beside.push(&shown);
    let mut texts: Vec<&str> = beside.iter().map(|words| words["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["from my phone, again", "from my tablet"]);
    let devices = ben.lines(&["devices"]);
    let persons: Vec<_> = devices.iter().map(|device| device["name"].as_str().unwrap()).collect();
    assert_eq!(persons, ["Ana", "Ben", "Ana"]);
    let is_this: Vec<_> = devices.iter().map(|device| device["this"] == true).collect();
    assert_eq!(is_this, [false, true, false]);
}
