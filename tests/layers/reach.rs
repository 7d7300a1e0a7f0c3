//! That an app can call what the notebook does: every public method of `Couplet` from the bindings'
//! library, and every call of that library from each language's layer.
//!
//! The functions beside the notebook (`recover`, `demo_notebook`) are not looked at: Swift's own check
//! names those that no app can call.

use std::path::Path;

use crate::Violation;
use crate::source::{self, Source};

/// Methods of `Couplet` that are called by no such name, and how an app does it instead.
const OTHERWISE: &[(&str, &str)] = &[
    ("checkpoint", "phones make checkpoints by themselves; this one is for whoever measures"),
    ("comment", "`say`, with a saying of that name"),
    ("edit_comment", "`say`, with a saying of that name"),
    ("open_in", "`open`: a clock and a randomness of one's own are for tests"),
    ("react", "`say`, with a saying of that name"),
    ("unreact", "`say`, with a saying of that name"),
    ("trash", "`timeline`, of those that were removed"),
];

/// The layers, what their sources end in, and how one calls the library's notebook.
const LAYERS: &[(&str, &str, &[&str])] = &[
    ("bindings/python/src", "py", &["_ffi.", "ffi.Notebook."]),
    ("bindings/kotlin/src/main", "kt", &["ffi.", "FfiNotebook."]),
    ("bindings/swift/Sources", "swift", &["$0.", "ffi.", "CoupletFFI.Notebook."]),
];

const REACHED: &str = "an app can do what a notebook can, or it says in tests/layers why not";

/// The public methods of `Couplet`, each with where it stands.
pub(crate) fn methods(root: &Path) -> Vec<(String, String)> {
    let sources = source::under(root, &root.join("core/client/src"));
    let is_handle = |source: &&Source| source.path.starts_with("core/client/src/couplet");
    sources.iter().filter(is_handle).flat_map(methods_in).collect()
}

fn methods_in(source: &Source) -> Vec<(String, String)> {
    let mut is_of_handle = false;
    let mut found = Vec::new();
    for line in &source.lines {
        let code = line.code.trim_end();
        if !code.starts_with([' ', '}']) && !code.is_empty() {
            is_of_handle = code == "impl Couplet {";
        }
        let signature = code.strip_prefix("    pub ").filter(|_| is_of_handle);
        let signature = signature
            .map(|rest| rest.trim_start_matches("const "))
            .map(|rest| rest.trim_start_matches("async "));
        let Some(name) = signature.and_then(|rest| rest.strip_prefix("fn ")) else { continue };
        let name = name.split(['(', '<']).next().unwrap_or(name);
        found.push((name.to_owned(), format!("{}:{}", source.path, line.number)));
    }
    found
}

/// What of these no code of the library calls, and reasons for what it does or what is not there.
pub(crate) fn of_library(root: &Path, methods: &[(String, String)]) -> Vec<Violation> {
    let sources = source::under(root, &root.join("ffi/src"));
    let code = tight(sources.iter().flat_map(|source| &source.lines).map(|line| &*line.code));
    let is_called = |name: &str| {
        ["couplet.", "Couplet::"].iter().any(|by| code.contains(&format!("{by}{name}(")))
    };
    let missing = methods
        .iter()
        .filter(|(name, _)| !is_called(name) && OTHERWISE.iter().all(|(known, _)| known != name))
        .map(|(name, place)| Violation::new(place, format!("ffi calls no {name}"), REACHED));
    let stale = OTHERWISE
        .iter()
        .filter(|(name, _)| is_called(name) || methods.iter().all(|(known, _)| known != name))
        .map(|(name, why)| {
            Violation::new("tests/layers/reach.rs", format!("{name}: {why}"), STALE)
        });
    missing.chain(stale).collect()
}

/// What the library lets a notebook do: the methods and constructors of its interface.
pub(crate) fn calls(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join("ffi/interface.txt")).unwrap_or_default();
    let call = |line: &str| {
        let (kind, rest) = line.split_once(" Notebook::")?;
        let name = rest.split_once('(')?.0;
        ["method", "constructor"].contains(&kind).then(|| name.to_owned())
    };
    text.lines().filter_map(call).collect()
}

/// What of these the layer of a language does not call.
pub(crate) fn of_layers(root: &Path, calls: &[String]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (layer, ending, by) in LAYERS {
        let texts = texts_under(&root.join(layer), ending);
        let code = tight(texts.iter().map(String::as_str));
        let is_called = |name: &str| by.iter().any(|by| code.contains(&format!("{by}{name}(")));
        for call in calls.iter().filter(|call| !is_called(&spelled(call, ending))) {
            violations.push(Violation::new(layer, format!("nothing calls {call}"), REACHED));
        }
    }
    violations
}

/// A name as that language has it.
fn spelled(name: &str, ending: &str) -> String {
    if ending == "py" {
        return name.to_owned();
    }
    let mut parts = name.split('_');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        spelled.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        spelled.push_str(letters.as_str());
    }
    spelled
}

/// Code without anything between its words, so that how it is broken into lines is nothing.
fn tight<'a>(code: impl Iterator<Item = &'a str>) -> String {
    code.flat_map(str::split_whitespace).collect()
}

fn texts_under(directory: &Path, ending: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts.extend(texts_under(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            texts.push(std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
    texts
}

const STALE: &str = "a reason stands for a method that the library does not call";

#[cfg(test)]
mod tests {
    use super::*;

    const HANDLE: &str = "//! It.\nimpl Couplet {\n    pub async fn brew(&self) {}\n    \
                          pub(super) fn stir(&self) {}\n}\nimpl Handle {\n    pub fn pour(&self) {}\n}\n";

    #[test]
    fn a_method_that_nobody_can_call_is_named() {
        let found = methods_in(&Source::parse("core/client/src/couplet/tea.rs", HANDLE));
        assert_eq!(found, [("brew".to_owned(), "core/client/src/couplet/tea.rs:3".to_owned())]);
        let broken = of_library(&crate::root(), &found);
        assert!(broken.iter().any(|broken| broken.found == "ffi calls no brew"), "{broken:?}");
    }

    #[test]
    fn a_call_that_no_layer_makes_is_named_for_each() {
        let broken = of_layers(&crate::root(), &["brew_tea".to_owned()]);
        assert_eq!(broken.len(), LAYERS.len());
        assert_eq!([spelled("brew_tea", "kt"), spelled("brew_tea", "py")], ["brewTea", "brew_tea"]);
    }
}
