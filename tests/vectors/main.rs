//! Frozen bytes: every format as it was the first time, and what was tried against it.
//!
//! Each file of `tests/vectors/<kind>/` begins with the outcome that it expects; `README.md` there
//! says how to read one. Files are found by looking, not listed here. Where
//! `COUPLET_NEW_VECTORS=1` is set, what is made here and has no file yet is written down, once.
//! `tests/vectors/document/` is the engine's own, and read there.

mod body;
mod checkpoint;
mod edition;
mod ending;
mod entry;
mod envelope;
mod file;
mod frame;
mod going;
mod have;
mod keys;
mod law;
mod link;
mod number;
mod passphrase;
mod recovery;
mod replacing;
mod request;
mod sas;
mod statement;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;

use couplet_tests::programs::root;
use file::{Made, Outcome, Vector};

/// How one kind of vector is read, and which are made.
struct Format {
    kind: &'static str,
    read: fn(&Vector) -> Outcome,
    made: fn() -> Vec<Made>,
}

const FORMATS: [Format; 24] = [
    Format { kind: "body", read: body::read, made: body::made },
    Format { kind: "checkpoint", read: checkpoint::read, made: checkpoint::made },
    Format { kind: "claim", read: entry::read_claim, made: entry::claims },
    Format { kind: "closed", read: entry::read_closed, made: entry::closed },
    Format { kind: "ending", read: statement::read, made: ending::made },
    Format { kind: "envelope", read: envelope::read, made: envelope::made },
    Format { kind: "frame", read: frame::read, made: frame::made },
    Format { kind: "field", read: entry::read_key, made: entry::keys },
    Format { kind: "going", read: statement::read, made: going::made },
    Format { kind: "have", read: have::read, made: have::made },
    Format { kind: "keys", read: keys::read, made: keys::made },
    Format { kind: "law", read: law::read, made: law::made },
    Format { kind: "link", read: link::read, made: link::made },
    Format { kind: "marks", read: entry::read_marks, made: entry::marks },
    Format { kind: "move", read: ending::read, made: ending::moves },
    Format { kind: "number", read: number::read, made: number::made },
    Format { kind: "passphrase", read: passphrase::read, made: passphrase::made },
    Format { kind: "recovery", read: statement::read, made: recovery::made },
    Format { kind: "replacing", read: statement::read, made: replacing::made },
    Format { kind: "request", read: request::read, made: request::made },
    Format { kind: "sas", read: sas::read, made: sas::made },
    Format { kind: "statement", read: statement::read, made: statement::made },
    Format { kind: "words", read: words::read, made: words::made },
    Format { kind: "wrapped", read: entry::read_wrapped, made: entry::wrapped },
];

fn directory(kind: &str) -> PathBuf {
    root().join("tests/vectors").join(kind)
}

fn write_new(format: &Format) {
    std::fs::create_dir_all(directory(format.kind)).unwrap();
    for made in (format.made)() {
        let path = directory(format.kind).join(format!("{}.txt", made.name));
        if path.exists() {
            continue;
        }
        let vector = Vector { expect: made.expect, inputs: made.inputs, fields: Vec::new() };
        let outcome = (format.read)(&vector);
        assert_eq!(outcome.result, vector.expect, "{}/{}", format.kind, made.name);
        let vector = Vector { fields: outcome.fields, ..vector };
        std::fs::write(path, vector.to_text(made.about)).unwrap();
    }
}

#[test]
fn what_was_written_down_once_is_read_as_it_was_then() {
    let mut outcomes: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for format in &FORMATS {
        if std::env::var_os("COUPLET_NEW_VECTORS").is_some() {
            write_new(format);
        }
        for file in std::fs::read_dir(directory(format.kind)).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let vector = Vector::from_text(&text);
            let Outcome { result, fields } = (format.read)(&vector);
            assert_eq!(result, vector.expect, "{}", path.display());
            assert_eq!(fields, vector.fields, "{}", path.display());
            *outcomes.entry((format.kind, result == "ok")).or_default() += 1;
        }
        for is_ok in [true, false] {
            let found = outcomes.get(&(format.kind, is_ok));
            assert!(found.is_some(), "{}: both what is good and what is not", format.kind);
        }
    }
}

#[test]
fn what_is_made_today_is_what_was_made_then() {
    let mut compared = 0;
    for format in &FORMATS {
        for made in (format.made)() {
            let path = directory(format.kind).join(format!("{}.txt", made.name));
            let vector = Vector::from_text(&std::fs::read_to_string(&path).unwrap());
            assert_eq!(made.inputs, vector.inputs, "{}", path.display());
            compared += 1;
        }
    }
    assert_ne!(compared, 0);
}
