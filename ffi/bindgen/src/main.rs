//! Makes what each language sees of `couplet-ffi`, out of the library that was built.
//!
//! `couplet-bindgen generate LIBRARY -l kotlin -o DIRECTORY` is UniFFI's own generator.
//! `couplet-bindgen interface LIBRARY` prints the interface as text, `--check FILE` compares it with
//! what is committed, and `--accept FILE` writes it there.

mod interface;

use std::fs;
use std::process::ExitCode;

use camino::Utf8Path;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["interface", library] => text_of(library).map(|text| print!("{text}")),
        ["interface", library, "--check", file] => text_of(library).and_then(|t| check(&t, file)),
        ["interface", library, "--accept", file] => text_of(library).and_then(|text| {
            fs::write(file, text).map_err(|error| format!("{file} cannot be written: {error}"))
        }),
        _ => {
            uniffi::uniffi_bindgen_main();
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("couplet-bindgen: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn text_of(library: &str) -> Result<String, String> {
    let items = uniffi_bindgen::macro_metadata::extract_from_library(Utf8Path::new(library));
    let items = items.map_err(|error| format!("{library} says nothing of itself: {error}"))?;
    interface::text(items)
}

/// Says what is different, line by line, and how to accept it.
fn check(text: &str, file: &str) -> Result<(), String> {
    let committed = fs::read_to_string(file).unwrap_or_default();
    if committed == text {
        return Ok(());
    }
    let mut different = String::new();
    for (mark, from, other) in [("-", &*committed, text), ("+", text, &*committed)] {
        let others: Vec<&str> = other.lines().collect();
        for line in from.lines().filter(|line| !others.contains(line)) {
            different.push_str(&format!("\n  {mark} {line}"));
        }
    }
    Err(format!(
        "the interface that apps see is not the one in {file}:{different}\n\
         If that is meant, `bindings/interface accept` writes it there: commit it, and bring the \
         handwritten layers in bindings along."
    ))
}
