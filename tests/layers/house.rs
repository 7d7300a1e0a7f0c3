//! The shape of files, and that every crate is under the rules.

use std::path::Path;

use crate::Violation;
use crate::packages::{Package, Workspace};
use crate::source::Source;

/// Lines of a file without its tests; one that outgrows this is missing a noun.
const LINES_MAX: usize = 500;
/// Directories beneath `src`, the file apart.
const DEPTH_MAX: usize = 1;

/// Checks one source file's size and place.
pub(crate) fn shape(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let lines = source.lines.len();
    if lines > LINES_MAX {
        let place = format!("{}:{}", source.path, LINES_MAX + 1);
        let rule = "a file has at most 500 lines without its tests";
        violations.push(Violation::new(place, format!("{lines} lines"), rule));
    }
    if source.path.ends_with("/mod.rs") {
        let rule = "a module is `foo.rs` beside `foo/`";
        violations.push(Violation::new(&source.path, "a mod.rs", rule));
    }
    let inside = source.path.rsplit_once("src/").map_or("", |(_, inside)| inside);
    if inside.matches('/').count() > DEPTH_MAX {
        let rule = "modules nest two deep under src";
        violations.push(Violation::new(&source.path, "lies deeper", rule));
    }
    violations
}

/// Checks that what a crate builds opens with what it is for.
pub(crate) fn crate_roots(root: &Path, package: &Package) -> Vec<Violation> {
    let is_present = |path: &&std::path::PathBuf| path.is_file();
    let mut violations = Vec::new();
    for path in package.roots.iter().filter(is_present) {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if !Source::parse("", &text).has_module_doc && !path.ends_with("build.rs") {
            let place = path.strip_prefix(root).unwrap_or(path).display();
            let rule = "a crate opens with what it is for";
            violations.push(Violation::new(format!("{place}:1"), "no `//!` doc", rule));
        }
    }
    violations
}

/// Checks that every member is under the workspace's lints or a table of its own.
pub(crate) fn manifests(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &workspace.packages {
        let path = package.directory.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if !text.lines().any(|line| line.starts_with("[lints")) {
            let rule = "every crate is under the workspace's lints, or has a table of its own";
            violations.push(Violation::new(&package.manifest, "no [lints]", rule));
        }
    }
    violations
}

/// Checks that every directory of tests is a test: targets are not found by themselves here, so one
/// that is not named is never run, and nobody is told.
pub(crate) fn test_binaries(root: &Path) -> Vec<Violation> {
    let tests = root.join("tests");
    let manifest = std::fs::read_to_string(tests.join("Cargo.toml")).unwrap_or_default();
    let mut violations = Vec::new();
    for entry in std::fs::read_dir(&tests).into_iter().flatten().flatten() {
        let path = format!("{}/main.rs", entry.file_name().to_string_lossy());
        let is_named = manifest.contains(&format!("path = \"{path}\""));
        if tests.join(&path).is_file() && !is_named {
            let rule = "every directory of tests is named in the manifest, or it is never run";
            violations.push(Violation::new(format!("tests/{path}"), "no [[test]]", rule));
        }
    }
    violations
}

/// Checks that the pure crates' clippy files repeat the root's keys, for the nearest wins whole.
pub(crate) fn clippy_tables(root: &Path) -> Vec<Violation> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let keys = read(".clippy.toml");
    let mut violations = Vec::new();
    for path in ["core/engine/.clippy.toml", "relay/proto/.clippy.toml"] {
        let nearest = read(path);
        let missing = keys
            .lines()
            .filter(|line| line.contains(" = ") && !line.starts_with('#'))
            .filter(|line| !nearest.lines().any(|other| other == *line));
        for line in missing {
            let rule = "the nearest clippy file repeats the root's keys";
            violations.push(Violation::new(path, format!("no `{line}`"), rule));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules_broken(path: &str, lines: usize) -> usize {
        shape(&Source::parse(path, &"fn f() {}\n".repeat(lines))).len()
    }

    #[test]
    fn long_deep_and_misnamed_files_are_found() {
        assert_eq!(rules_broken("core/engine/src/notebook/view.rs", LINES_MAX), 0);
        assert_eq!(rules_broken("core/engine/src/notebook/view.rs", LINES_MAX + 1), 1);
        assert_eq!(rules_broken("core/engine/src/a/mod.rs", 1), 1);
        assert_eq!(rules_broken("core/engine/src/a/b/c.rs", 1), 1);
    }

    #[test]
    fn tests_at_the_foot_do_not_count() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n".repeat(900));
        assert!(shape(&Source::parse("x/src/lib.rs", &tests)).is_empty());
    }
}
