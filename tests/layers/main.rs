//! The house rules that no compiler keeps: who may depend on whom, and who may name what.
//!
//! The tables are those of docs/ARCHITECTURE.md. A crate, module or file that is not there yet
//! breaks no rule; a rule that is broken says where, and which.

mod house;
mod layers;
mod packages;
mod reach;
mod scenarios;
mod source;

use std::fmt;

use couplet_tests::programs::root;
use packages::Workspace;

/// A broken rule: where, what was found there, and the rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    place: String,
    found: String,
    rule: String,
}

impl Violation {
    pub(crate) fn new(place: impl fmt::Display, found: impl fmt::Display, rule: &str) -> Self {
        Self { place: place.to_string(), found: found.to_string(), rule: rule.to_owned() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; the rule: {}", self.place, self.found, self.rule)
    }
}

#[track_caller]
fn assert_kept(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(|v| format!("\n  {v}")).collect();
    assert!(lines.is_empty(), "{} broken:{}", lines.len(), lines.concat());
}

#[test]
fn crates_depend_only_on_what_their_layer_allows() {
    let workspace = Workspace::read(&root());
    assert!(workspace.packages.len() >= 6, "the manifests were not read");
    assert_kept(&layers::manifests(&workspace));
}

#[test]
fn what_is_linked_into_a_blind_crate_can_read_nothing() {
    let root = root();
    for package in ["couplet-relay", "couplet-proto", "couplet-ffi"] {
        let linked = packages::linked_into(&root, package);
        assert!(linked.len() > 5, "the tree of {package} was not read");
        assert_kept(&layers::linked(package, &linked));
    }
}

#[test]
fn pure_crates_touch_no_device() {
    let root = root();
    for directory in ["core/engine/src", "relay/proto/src"] {
        let sources = source::under(&root, &root.join(directory));
        assert!(!sources.is_empty(), "{directory} was not read");
        assert_kept(&sources.iter().flat_map(layers::purity).collect::<Vec<_>>());
    }
}

#[test]
fn engine_modules_name_only_what_is_theirs() {
    let root = root();
    let sources = source::under(&root, &root.join(layers::ENGINE));
    let mut violations: Vec<_> = sources.iter().flat_map(layers::owned_crates).collect();
    violations.extend(layers::owned_keys(&sources));
    assert_kept(&violations);
}

#[test]
fn the_house_is_in_order() {
    let root = root();
    let workspace = Workspace::read(&root);
    let mut violations = house::manifests(&workspace);
    violations.extend(house::clippy_tables(&root));
    violations.extend(house::test_binaries(&root));
    for package in &workspace.packages {
        violations.extend(house::crate_roots(&root, package));
        for source in source::under(&root, &package.directory.join("src")) {
            violations.extend(house::shape(&source));
        }
    }
    assert_kept(&violations);
}

#[test]
fn every_binding_tells_every_story() {
    let root = root();
    let stories = scenarios::listed(&root);
    assert!(stories.len() > 10, "the list of stories was not read");
    assert_kept(&scenarios::told(&root, &stories));
}

#[test]
fn an_app_in_every_language_can_do_what_a_notebook_can() {
    let root = root();
    let methods = reach::methods(&root);
    assert!(methods.len() > 50, "the methods of Couplet were not read");
    assert_kept(&reach::of_library(&root, &methods));
    let calls = reach::calls(&root);
    assert!(calls.len() > 50, "the library's interface was not read");
    assert_kept(&reach::of_layers(&root, &calls));
}
