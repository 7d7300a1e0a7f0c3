//! What is told of an entry, on a terminal: a line each, with names to name things by.

use super::revisions::Shown;
use super::telling::{Line, Sort};
use crate::output::{Output, Style, wrap};

/// Characters in a line, with what it is set in by.
const WIDTH: usize = 76;

/// By how much what stands in an entry is set in, and each depth more.
const MARGIN: usize = 4;
const STEP: usize = 2;

/// The lines; words that stand beside others are among the choices there are.
pub(super) fn lines(told: &[Line], shown: Shown, output: &Output) -> Vec<String> {
    let is_shown = |line: &&Line| match line.sort {
        Sort::Before => shown == Shown::WithHistory,
        Sort::Beside => false,
        _ => true,
    };
    told.iter().filter(is_shown).flat_map(|line| set(line, output)).collect()
}

fn set(line: &Line, output: &Output) -> Vec<String> {
    let margin = MARGIN + STEP * line.depth;
    let indent = " ".repeat(margin);
    let marks = output.styled(Style::Dim, &line.marks.join(" · "));
    let marks = if line.marks.is_empty() { marks } else { format!("  {marks}") };
    let what = if line.what.is_empty() { String::new() } else { format!("{}: ", line.what) };
    let said = format!("{what}{}", line.words);
    let wrapped = |margin: usize| -> Vec<String> {
        let lines = wrap(&line.words, WIDTH.saturating_sub(margin)).into_iter();
        lines.map(|words| format!("{}{words}", " ".repeat(margin))).collect()
    };
    let styled = |style| vec![output.styled(style, &format!("{indent}{said}"))];
    match line.sort {
        Sort::Text => wrapped(margin),
        Sort::Stage => styled(Style::Good),
        Sort::Fact | Sort::Beside => styled(Style::Warning),
        Sort::Before => styled(Style::Dim),
        Sort::Item { is_done } => {
            let mark = if is_done { "x" } else { " " };
            vec![format!("{indent}[{mark}] {said}{marks}")]
        }
        Sort::Said | Sort::Reactions => vec![format!("{indent}{said}{marks}")],
        Sort::Comment(by) => {
            let name = output.styled(Style::of(by), &line.what);
            let mut lines = vec![format!("{indent}{name}{marks}")];
            lines.extend(wrapped(margin + STEP));
            lines
        }
    }
}
