//! `tests/corpora/<target>/*.hex`: inputs worth reading again in every run.
//!
//! `COUPLET_NEW_VECTORS=1` writes this version's examples down where there are none; what lies there
//! is never changed. An input that broke something once is added by hand.

use std::fs;
use std::path::Path;

use couplet_tests::hex::{hex, unhex};
use couplet_tests::programs::root;

use crate::examples::Examples;
use crate::give;
use crate::targets::{Target, Verdict, targets};

fn keep_examples(target: &Target, directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    for (number, example) in (1..).zip(&target.examples) {
        let path = directory.join(format!("ok-{number}.hex"));
        if !path.exists() {
            fs::write(path, hex(example) + "\n").unwrap();
        }
    }
}

#[test]
fn what_was_kept_is_read_as_ever() {
    for mut target in targets(&Examples::new()) {
        let directory = root().join("tests/corpora").join(target.name);
        if std::env::var_os("COUPLET_NEW_VECTORS").is_some() {
            keep_examples(&target, &directory);
        }
        let mut found = 0;
        for file in fs::read_dir(&directory).unwrap() {
            let path = file.unwrap().path();
            let input = unhex(&fs::read_to_string(&path).unwrap()).unwrap();
            let is_good = path.file_name().unwrap().to_string_lossy().starts_with("ok-");
            if is_good {
                target.examples.push(input.clone());
            }
            let verdict = give(&target, &input);
            assert_eq!(verdict == Verdict::Accepted, is_good, "{}", path.display());
            found += 1;
        }
        assert_ne!(found, 0, "{} has a corpus", target.name);
    }
}
