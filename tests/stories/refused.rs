//! Relays that have no room, for somebody or for anybody: they are read on, and nothing is lost.

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, meet, pair};

/// Ana and Ben write while the relay's operator has set `bounds`; then there is room again.
fn live_through(bounds: &[(&str, &str)]) {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ben.ask(&["write", "You find this at the relay."]);
    ben.ask(&["sync"]);
    let relay = relay.restarted_with(bounds);
    ana.ask(&["write", "For this it has no room."]);
    for _ in 0..2 {
        assert_eq!(ana.refused(&["sync"]), "relay_refused");
        assert!(has(&ana, "You find this at the relay."), "what it holds is fetched all the same");
    }
    ben.ask(&["sync"]);
    assert!(!has(&ben, "For this it has no room."));
    let _relay = relay.restarted_with(&[]);
    meet(&ana, &ben);
    assert!(has(&ben, "For this it has no room."));
    assert_eq!(ana.texts(), ben.texts());
}

fn has(phone: &Phone, text: &str) -> bool {
    phone.texts().contains_key(text)
}

#[test]
fn words_for_which_the_quota_has_no_room_wait_at_home() {
    live_through(&[("COUPLET_RELAY_QUOTA", "0")]);
}

#[test]
fn words_for_which_the_disk_has_no_room_wait_at_home() {
    // More than any disk has.
    live_through(&[("COUPLET_RELAY_KEEP_FREE", "1000000000000")]);
}
