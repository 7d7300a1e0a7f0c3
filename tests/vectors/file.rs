//! A vector's file: the outcome it expects, what is given, and, if it is good, what it says.

use std::fmt::Display;

use couplet_tests::hex::{hex, unhex};

/// A name and what stands behind it.
pub(crate) type Field = (String, String);

/// A vector as it stands in a file.
pub(crate) struct Vector {
    /// `ok`, or the error.
    pub(crate) expect: String,
    /// What a reader is given.
    pub(crate) inputs: Vec<Field>,
    /// What it reads.
    pub(crate) fields: Vec<Field>,
}

/// A vector to be written down if it was not before.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) expect: String,
    pub(crate) inputs: Vec<Field>,
}

/// What a reader made of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) result: String,
    pub(crate) fields: Vec<Field>,
}

/// Digits in a line; the rest goes on in the next, behind two spaces.
const WIDTH: usize = 96;

impl Vector {
    pub(crate) fn from_text(text: &str) -> Self {
        let text = text.replace("\n  ", "");
        let mut paragraphs = text.split("\n\n").map(|paragraph| {
            let lines = paragraph.lines().filter(|line| !line.starts_with('#'));
            lines.map(field).collect::<Vec<Field>>()
        });
        let first = paragraphs.next().unwrap_or_default();
        let [(name, expect)] = first.as_slice() else { panic!("a vector begins with `expect`") };
        assert_eq!(name, "expect");
        let mut next = || paragraphs.next().unwrap_or_default();
        Self { expect: expect.clone(), inputs: next(), fields: next() }
    }

    pub(crate) fn to_text(&self, about: &str) -> String {
        let inputs: String = self.inputs.iter().map(line).collect();
        let fields: String = self.fields.iter().map(line).collect();
        let between = if fields.is_empty() { "" } else { "\n" };
        format!("expect: {}\n\n# {about}\n{inputs}{between}{fields}", self.expect)
    }

    /// An input, which is there.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_else(|| panic!("{name} is given"))
    }

    /// All inputs of one name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.inputs.iter().filter(move |input| input.0 == name).map(|input| input.1.as_str())
    }

    /// An input that is bytes.
    #[track_caller]
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        unhex(self.text(name)).unwrap()
    }

    /// An input that is so many bytes.
    #[track_caller]
    pub(crate) fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap()
    }
}

impl Made {
    pub(crate) fn new(name: &'static str, expect: &str, about: &'static str) -> Self {
        Self { name, about, expect: expect.to_owned(), inputs: Vec::new() }
    }

    /// Gives the reader some text.
    pub(crate) fn text(mut self, name: &str, value: impl Display) -> Self {
        self.inputs.push((name.to_owned(), value.to_string()));
        self
    }

    /// Gives the reader some bytes.
    pub(crate) fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        self.text(name, hex(bytes))
    }
}

impl Outcome {
    pub(crate) fn ok() -> Self {
        Self::error("ok")
    }

    pub(crate) fn error(result: &str) -> Self {
        Self { result: result.to_owned(), fields: Vec::new() }
    }

    /// It says this, too.
    pub(crate) fn says(mut self, name: &str, value: impl Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// It holds these bytes, too.
    pub(crate) fn holds(self, name: &str, bytes: &[u8]) -> Self {
        self.says(name, hex(bytes))
    }
}

fn field(line: &str) -> Field {
    let (name, value) = line.split_once(':').expect("a line is a name and a value");
    (name.to_owned(), value.trim_start().to_owned())
}

fn line((name, value): &Field) -> String {
    let is_long = value.len() > WIDTH && value.is_ascii();
    if !is_long {
        return format!("{name}: {value}\n");
    }
    let digits: Vec<&str> = (0..value.len())
        .step_by(WIDTH)
        .map(|at| &value[at..(at + WIDTH).min(value.len())])
        .collect();
    format!("{name}: \n  {}\n", digits.join("\n  ")).replace(": \n", ":\n")
}
