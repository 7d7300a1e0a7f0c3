//! The demo: one command that a stranger runs first.

use couplet_tests::programs;

use couplet_tests::terminal::{Phone, Said};

#[test]
fn the_demo_ends_with_the_same_notebook_on_both_phones() {
    let directory = tempfile::tempdir().unwrap();
    let phone = Phone::new(directory.path(), "nobody");
    for seed in ["1", "2"] {
        let mut command = phone.command(&["demo", "--seed", seed]);
        command.env("COUPLET_RELAY_BIN", programs::couplet_relay()).env("TMPDIR", directory.path());
        let said = Said::of(&command.output().unwrap());
        assert!(said.status.success(), "{said:?}");
        let [ended] = &said.lines[..] else { panic!("{said:?}") };
        assert_eq!((&ended["converged"], &ended["lost"]), (&true.into(), &0.into()));
        assert_eq!(ended["seed"].to_string(), seed);
        assert!(ended["entries"].as_u64() > Some(16), "{ended}");
        assert_eq!(ended["round_trips"], 1);
    }
    let left: Vec<_> = directory.path().read_dir().unwrap().collect();
    assert!(left.is_empty(), "the demo left {left:?}");
}
