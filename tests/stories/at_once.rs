//! Several commands on one home at the same time.

use std::process::Child;

use couplet_tests::terminal::{Phone, Said};

#[test]
fn of_writes_at_the_same_time_none_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let ana = Phone::new(directory.path(), "Ana");
    ana.ask(&["new", "--name", "Ana"]);
    let mut open: Vec<String> = (0..12).map(|number| format!("at once {number}")).collect();
    let mut rounds = 0;
    while !open.is_empty() {
        let write = |text: &String| ana.command(&["write", text]).spawn().unwrap();
        let writing: Vec<(String, Child)> =
            open.iter().map(|text| (text.clone(), write(text))).collect();
        open.clear();
        for (text, child) in writing {
            let said = Said::of(&child.wait_with_output().unwrap());
            if said.status.success() {
                continue;
            }
            let error = &said.lines[0]["error"];
            let (code, is_retryable) = (&error["code"], &error["retryable"]);
            assert_eq!((code, is_retryable), (&"busy".into(), &true.into()), "{said:?}");
            open.push(text);
        }
        rounds += 1;
        assert!(rounds <= 12, "nobody gets to write");
    }
    let texts = ana.texts();
    assert_eq!(texts.len(), 12, "{texts:?}");
    assert!(texts.values().all(|count| *count == 1), "{texts:?}");
}
