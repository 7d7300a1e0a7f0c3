//! Staying attached in bad weather.

use couplet_tests::proxy::weather::Weather;
use couplet_tests::running::watch;

use crate::Couple;

#[test]
fn a_watch_goes_on_when_the_nat_gives_it_another_port() {
    let couple = Couple::new(201);
    let (at_anas, at_bens) = (watch(&couple.ana), watch(&couple.ben));
    at_anas.wait_for_event("caught_up");
    at_bens.wait_for_event("caught_up");
    for round in 0..3 {
        couple.networks[1].rebind();
        couple.ana.ask(&["write", &format!("to Ben {round}")]);
        at_bens.wait_for_entry(&format!("to Ben {round}"));
        couple.networks[1].rebind();
        couple.ben.ask(&["write", &format!("to Ana {round}")]);
        at_anas.wait_for_entry(&format!("to Ana {round}"));
    }
    assert_eq!(at_bens.end("-TERM"), Some(0));
    assert_eq!(at_anas.end("-TERM"), Some(0));
    assert_eq!(couple.ana.hash(), couple.ben.hash());
}

#[test]
fn a_watch_comes_back_after_a_partition_or_half_of_one() {
    let cuts = [
        Weather::cut(),
        Weather { is_cut_up: true, ..Weather::default() },
        Weather { is_cut_down: true, ..Weather::default() },
    ];
    // A phone takes its time to notice, so all three are at it together.
    std::thread::scope(|scope| {
        for (seed, cut) in (202..).zip(&cuts) {
            scope.spawn(move || survives(seed, cut));
        }
    });
}

/// Both are attached; this weather comes over Ben until he notices, and goes again. What both wrote
/// meanwhile arrives.
#[track_caller]
fn survives(seed: u64, weather: &Weather) {
    let couple = Couple::new(seed);
    let (at_anas, at_bens) = (watch(&couple.ana), watch(&couple.ben));
    at_anas.wait_for_event("caught_up");
    at_bens.wait_for_event("caught_up");

    couple.networks[1].set(weather.clone());
    couple.ana.ask(&["write", "Are you there?"]);
    couple.ben.ask(&["write", "Hello?"]);
    at_bens.wait_for_event("detached");
    couple.networks[1].set(Weather::default());

    at_anas.wait_for_entry("Hello?");
    at_bens.wait_for_event("attached");
    let texts = || couple.ben.texts();
    if !texts().contains_key("Are you there?") {
        at_bens.wait_for_entry("Are you there?");
    }
    couple.ana.ask(&["write", "There you are."]);
    at_bens.wait_for_entry("There you are.");
    assert_eq!(at_bens.end("-TERM"), Some(0));
    assert_eq!(at_anas.end("-TERM"), Some(0));
    assert_eq!(couple.ana.hash(), couple.ben.hash());
    assert_eq!(texts().len(), 3);
}
