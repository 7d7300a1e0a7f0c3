//! Two timelines beside each other, as two phones lying on one table.

use super::phone::Shown;
use crate::output::{Output, Style, wrap};

/// Characters of a column, and of what stands between two.
const WIDTH: usize = 38;
const BETWEEN: &str = " │ ";

/// Characters by which words stand in from their author's name.
const INDENT: &str = "  ";

/// One line of a column: what it says, and how it is set apart.
type Line = (String, Option<Style>);

/// The left column's lines beside the right one's.
pub(crate) fn side_by_side(
    (left_title, left): (&str, &[Shown]),
    (right_title, right): (&str, &[Shown]),
    output: &Output,
) -> String {
    let (left, right) = (column(left_title, left), column(right_title, right));
    let mut lines = Vec::new();
    for row in 0..left.len().max(right.len()) {
        let cell = |column: &[Line]| column.get(row).cloned().unwrap_or_default();
        let ((words, style), right) = (cell(&left), cell(&right));
        let room = WIDTH.saturating_sub(words.chars().count());
        let left = styled((words, style), output) + &" ".repeat(room);
        let line = left + &output.styled(Style::Dim, BETWEEN) + &styled(right, output);
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn column(title: &str, entries: &[Shown]) -> Vec<Line> {
    let mut lines = vec![(title.to_owned(), Some(Style::Bold)), ("─".repeat(WIDTH), None)];
    let mut shown_day = None;
    for entry in entries {
        if shown_day.replace(&entry.day) != Some(&entry.day) {
            lines.push((entry.day.clone(), Some(Style::Bold)));
        }
        lines.push((heading(entry), Some(style(entry))));
        let words = wrap(&entry.text, WIDTH - INDENT.len());
        lines.extend(words.into_iter().map(|words| (format!("{INDENT}{words}"), None)));
    }
    lines
}

fn heading(entry: &Shown) -> String {
    let page = if entry.is_page { " began a page" } else { "" };
    let unread = if entry.is_unread { " · new" } else { "" };
    format!("{}{page}{unread}", entry.author_name)
}

fn style(entry: &Shown) -> Style {
    if entry.author == 0 { Style::First } else { Style::Second }
}

fn styled((words, style): Line, output: &Output) -> String {
    match style {
        Some(style) => output.styled(style, &words),
        None => words,
    }
}
