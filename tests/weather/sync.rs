//! Syncing in every weather: the words get through, once, in a few attempts.

use std::time::Duration;

use couplet_tests::proxy::weather::Weather;

use crate::Couple;

/// Ana and Ben write apart and sync in this weather, and do it all again the next day.
#[track_caller]
fn two_days_in(seed: u64, weather: &Weather) -> Couple {
    let mut couple = Couple::new(seed);
    couple.set(weather);
    for day in ["on Monday", "on Tuesday"] {
        couple.write(day);
        couple.meet();
    }
    couple.rest();
    couple
}

#[test]
fn words_get_through_where_one_datagram_in_ten_is_lost() {
    let couple = two_days_in(101, &Weather { lost: 10, ..Weather::default() });
    assert!(couple.networks.iter().all(|network| network.tally().lost > 0));
}

#[test]
fn words_get_through_where_many_datagrams_in_a_row_are_lost() {
    let couple = two_days_in(102, &Weather { bursts: 3, ..Weather::default() });
    assert!(couple.networks.iter().any(|network| network.tally().lost > 0));
}

#[test]
fn words_come_once_where_half_of_the_datagrams_come_twice() {
    two_days_in(103, &Weather { doubled: 50, ..Weather::default() });
}

#[test]
fn words_keep_their_order_where_datagrams_do_not() {
    two_days_in(104, &Weather { overtaken: 50, ..Weather::default() });
}

#[test]
fn words_get_to_the_other_end_of_the_world() {
    two_days_in(105, &Weather { delay: Duration::from_millis(300), ..Weather::default() });
}

#[test]
fn words_get_through_where_no_datagram_may_be_longer_than_quic_needs() {
    let longest = Some(1_200);
    let couple = two_days_in(106, &Weather { longest, ..Weather::default() });
    let lost = couple.networks.iter().map(|network| network.tally().lost);
    assert_eq!(lost.sum::<u64>(), 0, "a datagram was longer");
}

#[test]
fn words_get_through_a_nat_that_gives_another_port_every_few_datagrams() {
    let couple = two_days_in(107, &Weather { rebinds_every: Some(9), ..Weather::default() });
    assert!(couple.networks.iter().all(|network| network.tally().rebound > 2));
}

#[test]
fn words_get_through_all_of_it_at_once() {
    let delay = Duration::from_millis(40);
    let rebinds_every = Some(25);
    let weather = Weather {
        lost: 4,
        bursts: 1,
        doubled: 5,
        overtaken: 10,
        delay,
        longest: Some(1_252),
        rebinds_every,
        ..Weather::default()
    };
    two_days_in(108, &weather);
}
