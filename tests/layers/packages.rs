//! The workspace as cargo knows it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The members, from `cargo metadata`.
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
}

/// One member.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) directory: PathBuf,
    /// Its manifest, relative to the workspace.
    pub(crate) manifest: String,
    pub(crate) depends: Vec<Dependency>,
    /// The root files of everything it builds.
    pub(crate) roots: Vec<PathBuf>,
}

/// One line of a manifest's dependencies.
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Where in the manifest, counted from 1; 0 where it is not spelled by that name.
    pub(crate) line: usize,
    /// Whether only tests, examples and benches see it.
    pub(crate) is_dev: bool,
    pub(crate) features: Vec<String>,
}

impl Workspace {
    /// Asks cargo; no network is needed for it.
    pub(crate) fn read(root: &Path) -> Self {
        let arguments = ["metadata", "--no-deps", "--format-version", "1"];
        let answer: Value =
            serde_json::from_str(&cargo(root, &arguments)).expect("metadata is JSON");
        Self {
            packages: list(&answer["packages"])
                .iter()
                .map(|package| Package::read(root, package))
                .collect(),
        }
    }
}

impl Package {
    fn read(root: &Path, value: &Value) -> Self {
        let manifest = PathBuf::from(text(&value["manifest_path"]));
        let written = std::fs::read_to_string(&manifest).unwrap_or_default();
        let depends = list(&value["dependencies"]).iter().map(|dependency| {
            let name = text(&dependency["name"]);
            let line = written.lines().position(|line| names(line, &name));
            Dependency {
                line: line.map_or(0, |at| at + 1),
                is_dev: dependency["kind"] == "dev",
                features: list(&dependency["features"]).iter().map(text).collect(),
                name,
            }
        });
        let targets = list(&value["targets"]).iter();
        Self {
            name: text(&value["name"]),
            directory: manifest.parent().expect("a manifest lies in a directory").to_owned(),
            manifest: manifest.strip_prefix(root).unwrap_or(&manifest).display().to_string(),
            depends: depends.collect(),
            roots: targets.map(|target| PathBuf::from(text(&target["src_path"]))).collect(),
        }
    }
}

/// The names of every package linked into one member, itself apart, from `cargo tree`.
pub(crate) fn linked_into(root: &Path, package: &str) -> Vec<String> {
    let arguments = ["tree", "-p", package, "-e", "normal", "--prefix", "none", "--format", "{p}"];
    let tree = cargo(root, &arguments);
    let mut names: Vec<String> =
        tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names.retain(|name| name != package && !name.is_empty());
    names
}

fn cargo(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// `tokio.workspace = true`, `tokio = ..` and `[dependencies.tokio]` name tokio.
fn names(line: &str, dependency: &str) -> bool {
    let key = line.split_once('=').map_or(line, |(key, _)| key).trim();
    let key = key.trim_end_matches(".workspace").trim_end_matches(']');
    key == dependency || key.ends_with(&format!("dependencies.{dependency}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
