//! Rust source as the rules see it: code without comments, strings apart, the test tail cut off.
//!
//! This is not a parser. It knows comments, literals and `use` trees, which is what a rule about
//! who may name whom needs, and it never fails: what it cannot read, it takes for code.

use std::path::{Path, PathBuf};

/// One `.rs` file, cut into what the rules ask about.
pub(crate) struct Source {
    /// Relative to the workspace root, with `/`.
    pub(crate) path: String,
    /// The lines that are not tests.
    pub(crate) lines: Vec<Line>,
    /// Whether the file opens with a `//!` doc.
    pub(crate) has_module_doc: bool,
}

/// One line that is not a test.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    /// The code, every literal emptied and every comment gone.
    pub(crate) code: String,
    /// What the string literals that begin on this line say.
    pub(crate) strings: Vec<String>,
}

/// A path that code names, such as `std::fs::read`, and the line it stands on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) path: String,
}

impl Source {
    /// Cuts up the text of one file.
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let mut lines = split(text);
        lines.truncate(test_tail(&lines));
        let has_module_doc = text.trim_start().starts_with("//!");
        Self { path: path.to_owned(), lines, has_module_doc }
    }

    /// Every path the code names: `use` trees unfolded, and paths written out in place.
    pub(crate) fn names(&self) -> Vec<Named> {
        let mut named = Vec::new();
        let mut tree = String::new();
        let mut began = 0;
        for line in &self.lines {
            let start = after_visibility(line.code.trim_start());
            if tree.is_empty() && (start.starts_with("use ") || start.starts_with("extern crate "))
            {
                began = line.number;
            } else if tree.is_empty() {
                named.extend(paths_in(&line.code).map(|path| Named { line: line.number, path }));
                continue;
            }
            tree.push_str(if tree.is_empty() { start } else { &line.code });
            tree.push(' ');
            if let Some((whole, _)) = tree.split_once(';') {
                let body = whole.trim_start_matches("extern crate ").trim_start_matches("use ");
                let mut paths = Vec::new();
                unfold("", body, &mut paths);
                named.extend(paths.into_iter().map(|path| Named { line: began, path }));
                tree.clear();
            }
        }
        named
    }
}

/// Every Rust file under a directory that is neither a test file nor generated, in order.
pub(crate) fn under(root: &Path, directory: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    collect(directory, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let path = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            Source::parse(&path.replace('\\', "/"), &text)
        })
        .collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "tests" {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && name != "tests.rs" {
            files.push(path);
        }
    }
}

/// Where the tests at the foot begin: at `#[cfg(test)]` over a `mod` with a body, in column 0.
fn test_tail(lines: &[Line]) -> usize {
    let is_module = |line: &&Line| line.code.starts_with("mod ") && line.code.contains('{');
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.code.starts_with("#[cfg(test)]"))
        .find(|(at, _)| {
            let item = lines[at + 1..].iter().find(|line| !line.code.starts_with("#["));
            item.filter(is_module).is_some()
        })
        .map_or(lines.len(), |(at, _)| at)
}

fn after_visibility(code: &str) -> &str {
    let Some(rest) = code.strip_prefix("pub") else {
        return code;
    };
    let rest = rest.trim_start();
    match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        Some((_, rest)) => rest.trim_start(),
        None => rest,
    }
}

/// Paths of one line of code: runs of identifiers joined by `::`, from their first segment.
fn paths_in(code: &str) -> impl Iterator<Item = String> {
    let belongs = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let tight = code.replace(" ::", "::").replace(":: ", "::");
    tight
        .split(|c| !belongs(c))
        .filter(|run| run.contains("::"))
        .map(|run| run.trim_matches(':').to_owned())
        .collect::<Vec<_>>()
        .into_iter()
}

/// Unfolds `a::{b, c::{d, e as f}}` into `a::b`, `a::c::d`, `a::c::e`.
fn unfold(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut branches = Vec::new();
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                branches.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&tree[start..]);
    for branch in branches.into_iter().map(str::trim).filter(|branch| !branch.is_empty()) {
        if let Some((stem, rest)) = branch.split_once('{') {
            let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
            unfold(&format!("{prefix}{}", stem.trim()), inner, paths);
        } else {
            let name = branch.split(" as ").next().unwrap_or(branch).trim();
            paths.push(format!("{prefix}{name}").trim_start_matches("::").to_owned());
        }
    }
}

/// What the reader of characters is inside of.
enum Inside {
    Code,
    BlockComment(usize),
    Text { hashes: Option<usize>, began: usize, said: String },
}

fn split(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut inside = Inside::Code;
    for (at, raw) in text.lines().enumerate() {
        lines.push(Line { number: at + 1, ..Line::default() });
        let chars: Vec<char> = raw.chars().collect();
        let mut i = 0;
        while i < chars.len() {
            inside = step(&mut lines, &chars, &mut i, inside);
        }
        if let Inside::Text { said, .. } = &mut inside {
            said.push('\n');
        }
    }
    lines
}

/// Reads one piece of a line and says what the next one is inside of.
fn step(lines: &mut [Line], chars: &[char], i: &mut usize, inside: Inside) -> Inside {
    let last = lines.len() - 1;
    let (c, next) = (chars[*i], chars.get(*i + 1).copied());
    match inside {
        Inside::BlockComment(depth) => {
            let (width, depth) = match (c, next) {
                ('*', Some('/')) => (2, depth - 1),
                ('/', Some('*')) => (2, depth + 1),
                _ => (1, depth),
            };
            *i += width;
            if depth == 0 { Inside::Code } else { Inside::BlockComment(depth) }
        }
        Inside::Text { hashes, began, mut said } => {
            let closing = hashes.unwrap_or(0);
            let ends = c == '"'
                && chars[*i + 1..].iter().take(closing).filter(|c| **c == '#').count() == closing;
            if ends {
                *i += 1 + closing;
                lines[began].strings.push(said);
                return Inside::Code;
            }
            if hashes.is_none() && c == '\\' {
                *i += 1;
            }
            said.extend(chars.get(*i));
            *i += 1;
            Inside::Text { hashes, began, said }
        }
        Inside::Code if c == '/' && next == Some('/') => {
            *i = chars.len();
            Inside::Code
        }
        Inside::Code if c == '/' && next == Some('*') => {
            *i += 2;
            Inside::BlockComment(1)
        }
        Inside::Code => {
            if let Some((width, hashes)) = opens_text(chars, *i) {
                lines[last].code.push_str("\"\"");
                *i += width;
                return Inside::Text { hashes, began: last, said: String::new() };
            }
            let width = char_literal(chars, *i).unwrap_or(1);
            lines[last].code.push(if width == 1 { c } else { '0' });
            *i += width;
            Inside::Code
        }
    }
}

/// Whether a string literal opens here: how wide its opening is, and how many hashes if it is raw.
fn opens_text(chars: &[char], i: usize) -> Option<(usize, Option<usize>)> {
    if chars[i] == '"' {
        return Some((1, None));
    }
    let in_a_word = i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '_');
    if chars[i] != 'r' || (in_a_word && !matches!(chars[i - 1], 'b' | 'c')) {
        return None;
    }
    let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(i + 1 + hashes) == Some(&'"')).then_some((2 + hashes, Some(hashes)))
}

/// How wide the character literal here is; `None` where the quote begins a lifetime, or is none.
fn char_literal(chars: &[char], i: usize) -> Option<usize> {
    match chars[i..] {
        ['\'', '\\', _, ref rest @ ..] => rest.iter().position(|c| *c == '\'').map(|at| at + 4),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        Source::parse("x.rs", text).names().into_iter().map(|named| named.path).collect()
    }

    #[test]
    fn use_trees_unfold_and_paths_in_place_are_seen() {
        let text = "pub(crate) use a::{b, c::{self, d as e}};\nlet x = ::f::g(1);";
        assert_eq!(names(text), ["a::b", "a::c::self", "a::c::d", "f::g"]);
        assert_eq!(
            names("use std::{\n    fs,\n    net::TcpStream,\n};"),
            ["std::fs", "std::net::TcpStream"]
        );
    }

    #[test]
    fn comments_and_strings_name_nothing() {
        let text = "// std::fs\n\
                    /* std::net /* x */ std::env */ let a = \"std::fs\"; let q = '\"';\n\
                    let b = r#\"std::\"fs\"#;";
        assert!(names(text).is_empty());
        let source = Source::parse("x.rs", text);
        assert_eq!(source.lines[1].strings, ["std::fs"]);
        assert_eq!(source.lines[2].strings, ["std::\"fs"]);
    }

    #[test]
    fn a_lifetime_is_not_a_character() {
        assert_eq!(names("fn f<'a>(x: &'a u8) -> a::b<'a> { '\\'' }"), ["a::b"]);
    }

    #[test]
    fn the_tests_at_the_foot_are_not_read() {
        let text = "use a::b;\n#[cfg(test)]\nfn helper() {}\n\
                    #[cfg(test)]\nmod tests {\n use std::fs;\n}\n";
        assert_eq!(names(text), ["a::b"]);
        assert_eq!(Source::parse("x.rs", text).lines.len(), 3);
    }
}
