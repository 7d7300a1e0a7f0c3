//! A notebook as Markdown, for people alone: days as headings, and under each who wrote what, all of
//! it, as it is told on a terminal.

use couplet::{Entry, Export};

use super::entries::{Names, person};
use super::talk;
use super::telling::{self, Line, Sort, Telling};
use crate::day;

/// Everything that is shared, and that its reader may see.
pub(super) fn of(export: &Export, names: &Names) -> String {
    let telling = Telling { names, is_on_paper: true };
    let persons = export.persons.iter().map(|(slot, _)| escaped(&person(*slot, names)));
    let mut text = format!("# {}\n", persons.collect::<Vec<_>>().join(" & "));
    let mut entries: Vec<&Entry> = export.entries.iter().filter(|one| !one.is_bare()).collect();
    entries.sort_by_key(|entry| entry.day);
    let mut day = None;
    for entry in entries {
        let entry = &entry.clone().as_of(day::today());
        if day.replace(entry.day) != Some(entry.day) {
            text.push_str(&format!("\n## {}\n", day::in_words(entry.day)));
        }
        let name = escaped(&person(entry.author, names));
        text.push_str(&format!("\n**{name}**{}\n", escaped_within(&telling::heading(entry))));
        let mut told = telling.content(entry);
        told.extend(talk::told(entry, &telling));
        let mut is_list = false;
        for line in &told {
            let is_item = matches!(line.sort, Sort::Item { .. });
            if !(is_item && is_list) {
                text.push('\n');
            }
            is_list = is_item;
            text.push_str(&set(line));
        }
    }
    text
}

/// A line as a paragraph, an item or a quotation.
fn set(line: &Line) -> String {
    let what = escaped(&format!("{}{}", line.what, line.of));
    match line.sort {
        Sort::Text => paragraphs("", &line.words),
        Sort::Stage | Sort::Fact => format!("*{}*\n", escaped(&line.words.replace('\n', " "))),
        Sort::Reactions => format!("{}\n", escaped(&line.words)),
        Sort::Item { is_done } => {
            let mark = if is_done { "x" } else { " " };
            let what = if what.is_empty() { what } else { format!("*{what}:* ") };
            format!("- [{mark}] {what}{}", paragraphs("  ", &line.words).trim_start())
        }
        Sort::Said if what.is_empty() => paragraphs("", &line.words),
        Sort::Said => format!("*{what}:* {}", paragraphs("", &line.words)),
        Sort::Before | Sort::Beside => {
            format!("> *{what}:*\n>\n{}", paragraphs("> ", &line.words))
        }
        Sort::Comment(_) => format!("> **{what}:**  \n{}", paragraphs("> ", &line.words)),
    }
}

/// The words line by line as they were written: two spaces at an end keep the line.
fn paragraphs(prefix: &str, text: &str) -> String {
    let line = |line: &str| format!("{prefix}{}  \n", escaped(line));
    if text.is_empty() { line("") } else { text.lines().map(line).collect() }
}

/// Words that look like Markdown stay words.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let body = line.trim_start();
    let digits = body.chars().take_while(char::is_ascii_digit).count();
    for (index, c) in body.chars().enumerate() {
        let begins_a_list = (index == 0 && matches!(c, '-' | '+' | '='))
            || (digits > 0 && index == digits && matches!(c, '.' | ')'));
        if begins_a_list {
            text.push('\\');
        }
        text.push_str(&escaped_within(c.encode_utf8(&mut [0; 4])));
    }
    text
}

/// The same, where no line begins.
fn escaped_within(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for c in line.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_like_markdown_stay_words() {
        let words =
            ["# no heading", "- no list", "3. no list", "*me*", "a - b", "2026", "~a~ &lt;"];
        let expected = [
            r"\# no heading",
            r"\- no list",
            r"3\. no list",
            r"\*me\*",
            "a - b",
            "2026",
            r"\~a\~ \&lt;",
        ];
        assert_eq!(words.map(escaped), expected);
    }
}
