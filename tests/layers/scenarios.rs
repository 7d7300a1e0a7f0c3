//! That every binding tells every story of `bindings/scenarios`, and none that is not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Violation;

const LIST: &str = "bindings/scenarios/scenarios.json";

/// The bindings of a language of phones: what its sources end in.
const BINDINGS: &[(&str, &str)] = &[("python", "py"), ("kotlin", "kt"), ("swift", "swift")];

/// Before the id in quotes, in any case: `@scenario("pair")`, `@Test(.scenario("pair"))`.
const MARK: &str = "scenario(\"";

/// The ids of the stories.
pub(crate) fn listed(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(LIST)).unwrap_or_default();
    let list: Value = serde_json::from_str(&text).unwrap_or_default();
    let stories = list["scenarios"].as_array().cloned().unwrap_or_default();
    stories.iter().filter_map(|story| story["id"].as_str()).map(str::to_owned).collect()
}

/// Checks every binding that is there.
pub(crate) fn told(root: &Path, stories: &[String]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (binding, ending) in BINDINGS {
        let directory = root.join("bindings").join(binding);
        if !directory.is_dir() {
            continue;
        }
        let mut marks = BTreeMap::new();
        for file in sources(&directory, ending) {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let place = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            marks.extend(marks_in(&text).into_iter().map(|id| (id, place.clone())));
        }
        for story in stories.iter().filter(|story| !marks.contains_key(*story)) {
            let rule = "every binding tells every story";
            let place = format!("bindings/{binding}");
            violations.push(Violation::new(place, format!("no test tells {story:?}"), rule));
        }
        for (id, place) in marks.iter().filter(|(id, _)| !stories.contains(id)) {
            let rule = "a mark names a story of bindings/scenarios";
            violations.push(Violation::new(place, format!("there is no {id:?}"), rule));
        }
    }
    violations
}

fn marks_in(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let after = lower.split(MARK).skip(1);
    after.filter_map(|rest| rest.split_once("\")")).map(|(id, _)| id.to_owned()).collect()
}

fn sources(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_every_language() {
        let python = "@scenario(\"pair\")\nasync def test_pair(relay: Relay) -> None: ...";
        let kotlin = "@Scenario(\"pair\")\nfun pair() = story { }";
        let swift = "@Test(.scenario(\"pair\"))\nfunc pair() async throws { }";
        for text in [python, kotlin, swift] {
            assert_eq!(marks_in(text), ["pair"]);
        }
        assert!(marks_in("a scenario (\"pair\") that is only spoken of").is_empty());
    }

    #[test]
    fn a_binding_that_does_not_tell_a_story_is_named() {
        let root = crate::root();
        let stories = [listed(&root), vec!["never told".to_owned()]].concat();
        let missing = told(&root, &stories);
        assert_eq!(missing.len(), BINDINGS.len(), "{missing:?}");
        let told_by_nobody: Vec<String> = listed(&root).into_iter().skip(1).collect();
        assert_eq!(told(&root, &told_by_nobody).len(), BINDINGS.len());
    }
}
