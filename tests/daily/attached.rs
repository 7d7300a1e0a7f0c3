//! Staying attached.

use couplet_tests::relay::Relay;

use crate::running::{couple, watch};

#[test]
fn words_and_their_delivery_arrive_live_also_after_the_relay_was_killed() {
    let world = tempfile::tempdir().unwrap();
    let mut relay = Relay::start(&world.path().join("relay"));
    let (ana, ben) = couple(world.path(), &relay);
    let (at_anas, at_bens) = (watch(&ana), watch(&ben));
    at_anas.wait_for_event("caught_up");
    at_bens.wait_for_event("caught_up");

    let written = ana.ask(&["write", "do you see this?"]);
    assert_eq!(written["state"], "queued");
    assert_eq!(at_bens.wait_for_entry("do you see this?")["entry"], written["entry"]);
    at_anas.wait_for(|line| line["entry"] == written["entry"] && line["delivery"] == "partner");
    assert_eq!(ana.ask(&["status"])["attached"], true);

    relay.kill();
    ana.ask(&["write", "while nobody was there"]);
    let _relay = relay.killed_and_restarted();
    at_bens.wait_for_event("detached");
    at_bens.wait_for_entry("while nobody was there");
    ben.ask(&["write", "good to have you back"]);
    at_anas.wait_for_entry("good to have you back");

    assert_eq!(at_anas.end("-INT"), Some(0));
    assert_eq!(at_bens.end("-TERM"), Some(0));
    assert_eq!(ana.ask(&["status"])["attached"], false);
    assert_eq!(ana.hash(), ben.hash());
}
