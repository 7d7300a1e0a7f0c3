//! Which deeds there are, by kind of entry, for `do --help`: the tables of docs/KINDS.md, where they
//! are told once.

use super::{Command, Do, Verb};

/// All of them, a line each, under the kinds that have them.
pub(super) fn by_kind() -> String {
    let mut lines = vec![HOW.to_owned()];
    for row in rows() {
        match row {
            Row::Kind(heading) => lines.push(format!("\n{heading}:")),
            Row::Deeds { names, on, words } => {
                let on = if on.is_empty() { String::new() } else { format!("NAME of {on}") };
                let words = words.replace("in days since 1970-01-01", "as 2026-02-14");
                let words = words.replace(SECONDS, "as 2026-12-01T18:00");
                let takes: Vec<String> =
                    [on, words].into_iter().filter(|it| !it.is_empty()).collect();
                let line = format!("  {names:<WIDTH$} {}", takes.join(", then: "));
                lines.push(line.trim_end().to_owned());
            }
        }
    }
    lines.join("\n")
}

/// Whether somebody asks what a deed is, and says nothing with it.
pub(super) fn asks_for_help(command: &Command) -> bool {
    let Command::Do(Do { verb: Verb::Deed(typed), .. }) = command else { return false };
    matches!(typed.as_slice(), [_, asked] if ["--help", "-h"].contains(&asked.as_str()))
}

enum Row<'a> {
    Kind(&'a str),
    Deeds { names: String, on: &'a str, words: &'a str },
}

/// The headings over tables of deeds, and what stands in those.
fn rows() -> impl Iterator<Item = Row<'static>> {
    let mut heading = None;
    let mut is_table = false;
    KINDS.lines().flat_map(move |line| {
        if let Some(kind) = line.strip_prefix("## ") {
            heading = Some(kind);
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        is_table = match cells.as_slice() {
            [_, "deed", ..] => true,
            cells => is_table && cells.len() > 1,
        };
        let [_, names, on, words, ..] = cells.as_slice() else { return Vec::new() };
        if !is_table || !names.starts_with('`') {
            return Vec::new();
        }
        let row = Row::Deeds { names: names.replace('`', ""), on, words };
        heading.take().map(Row::Kind).into_iter().chain([row]).collect()
    })
}

const KINDS: &str = include_str!("../../../../docs/KINDS.md");

const SECONDS: &str = "in seconds since 1970-01-01 UTC";

/// Wide enough for the names of most rows.
const WIDTH: usize = 26;

const HOW: &str = "\
And what its kind has people do with it, as far as `show` says that it is open to you now: first the
beginning of the NAME of what it is done on, if it is done on something in the entry, then the words in
quotation marks. Without a time zone at its end a time is of this machine's.";

#[cfg(test)]
mod tests {
    use couplet::Deed;

    use super::*;

    #[test]
    fn whoever_asks_what_can_be_done_is_told_of_every_deed_and_of_nothing_else() {
        let told = rows().filter_map(|row| match row {
            Row::Deeds { names, .. } => Some(names),
            Row::Kind(_) => None,
        });
        let told: Vec<String> = told.collect();
        let told: Vec<&str> = told.iter().flat_map(|names| names.split(", ")).collect();
        let help = by_kind();
        for deed in Deed::ALL {
            assert!(told.contains(&deed.name()), "{deed} is in no table of docs/KINDS.md");
            assert!(help.contains(deed.name()), "{deed}");
        }
        for name in told {
            let is_known =
                name.parse::<Deed>().is_ok() || name == "add and the other deeds of lists";
            assert!(is_known, "docs/KINDS.md tells of a deed that there is not: {name}");
        }
    }
}
