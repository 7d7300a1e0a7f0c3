//! Firewalls that let a connection begin, and then nothing more.

use couplet_tests::proxy::weather::Weather;
use couplet_tests::terminal::text;

use crate::Couple;

#[test]
fn a_firewall_that_lets_one_datagram_pass_is_an_unreachable_relay() {
    let mut couple = Couple::new(301);
    couple.write("behind a firewall");
    couple.set(&Weather { passes: Some(1), ..Weather::default() });
    for phone in [&couple.ana, &couple.ben] {
        let said = phone.run(&["sync", "--timeout", "60"]);
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        let error = &said.lines[0]["error"];
        assert_eq!(
            (&error["code"], &error["retryable"]),
            (&"relay_unreachable".into(), &true.into())
        );
        assert!(text(error, "detail").contains("does not answer"), "{error}");
        // The notebook is usable, and says that its words have not left.
        assert!(phone.ask(&["status"])["pending"].as_u64().unwrap() > 0);
    }
    couple.set(&Weather::default());
    couple.meet();
    couple.rest();
}

#[test]
fn a_connection_that_is_cut_off_in_its_middle_is_gone_on_with_later() {
    let mut couple = Couple::new(302);
    couple.write("on the train");
    for passes in [2, 4, 8, 16] {
        couple.set(&Weather { passes: Some(passes), ..Weather::default() });
        for phone in [&couple.ana, &couple.ben] {
            let code = phone.refused(&["sync", "--timeout", "3"]);
            assert!(["relay_unreachable", "timed_out"].contains(&code.as_str()), "{code}");
        }
    }
    couple.set(&Weather::default());
    couple.meet();
    couple.rest();
}
