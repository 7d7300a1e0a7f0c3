//! Places in a text that follow it through edits: the characters that stood there.
//!
//! An anchor is spelled `<counter>-<writer>`, the operation that typed its character. Where that
//! character is gone, its place is that of the next one.

use core::fmt;
use core::str::FromStr;

use automerge::{Cursor, ObjId as ExId, ReadDoc};
use couplet_proto::hash::Hash;
use couplet_proto::ids::WriterId;

use super::guard::quietly;
use super::key::EntryKey;
use super::limits::MAX_OP;
use super::scan::automerge_hash;
use super::{Document, OpId};

/// A character of a text, wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor(OpId);

/// A text that is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAnchor;

impl Document {
    /// The first and the last character of `from..until` of a text as it was at those heads, or as
    /// it stands; positions are UTF-16 units. Nothing if there is no character between.
    #[must_use]
    pub fn anchors(
        &self,
        key: &EntryKey,
        field: &str,
        (from, until): (usize, usize),
        heads: Option<&[Hash]>,
    ) -> Option<(Anchor, Anchor)> {
        let text = match heads {
            Some(heads) => self.text_at(key, field, heads)?,
            None => self.entry(key)?.texts.get(field)?.clone(),
        };
        let characters = characters(&text);
        let is_start = characters.iter().any(|(at, _)| *at == from);
        let (last, _) = characters.iter().find(|(at, length)| at + length == until)?;
        if !is_start || *last < from {
            return None;
        }
        let heads: Option<Vec<_>> = heads.map(|all| all.iter().map(automerge_hash).collect());
        let page = self.page(key, field)?;
        let anchor = |at: usize| {
            let cursor = self.automerge.get_cursor(&page, at, heads.as_deref()).ok()?;
            Anchor::of(&cursor)
        };
        quietly(|| Some((anchor(from)?, anchor(*last)?))).ok().flatten()
    }

    /// Where the text between two characters stands by now; nothing if none of it is left.
    #[must_use]
    pub fn between(
        &self,
        key: &EntryKey,
        first: Anchor,
        last: Anchor,
        field: &str,
    ) -> Option<(usize, usize)> {
        if self.is_broken {
            return None;
        }
        let page = self.page(key, field)?;
        let text = quietly(|| self.automerge.text(&page).ok()).ok().flatten()?;
        let place = |anchor: Anchor| {
            let cursor = Cursor::try_from(anchor.for_automerge()).ok()?;
            let at = self.automerge.get_cursor_position(&page, &cursor, None).ok()?;
            let stands = self.automerge.get_cursor(&page, at, None).ok();
            Some((at, stands.and_then(|cursor| Anchor::of(&cursor)) == Some(anchor)))
        };
        let places = quietly(|| Some((place(first)?, place(last)?))).ok().flatten();
        let ((from, _), (last, is_there)) = places?;
        let length = |at: usize| {
            let characters = characters(&text);
            characters.into_iter().find(|one| one.0 == at).map_or(0, |(_, length)| length)
        };
        let until = if is_there { last + length(last) } else { last };
        (from < until).then_some((from, until))
    }

    pub(super) fn page(&self, key: &EntryKey, field: &str) -> Option<ExId> {
        let read = || {
            let objects = self.objects(key);
            objects.iter().rev().find_map(|object| {
                let found = self.automerge.get(object, field).ok()??;
                found.0.is_object().then_some(found.1)
            })
        };
        quietly(read).ok().flatten()
    }
}

impl Anchor {
    fn of(cursor: &Cursor) -> Option<Self> {
        let text = cursor.to_string();
        let (counter, actor) = text.split_once('@')?;
        let bytes: Option<Vec<u8>> = (0..actor.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(actor.get(at..at + 2)?, 16).ok())
            .collect();
        let writer = WriterId(bytes?.try_into().ok()?);
        Some(Self(OpId { counter: counter.parse().ok()?, writer }))
    }

    fn for_automerge(self) -> String {
        let actor: String = self.0.writer.0.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}@{actor}", self.0.counter)
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0.counter, self.0.writer)
    }
}

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (counter, writer) = text.split_once('-').ok_or(NotAnAnchor)?;
        let counter = counter.parse().map_err(|_| NotAnAnchor)?;
        let anchor = Self(OpId { counter, writer: writer.parse().map_err(|_| NotAnAnchor)? });
        let is_one = (1..=MAX_OP).contains(&counter) && anchor.to_string() == text;
        if is_one { Ok(anchor) } else { Err(NotAnAnchor) }
    }
}

/// Where each character begins and how long it is, in UTF-16 units.
fn characters(text: &str) -> Vec<(usize, usize)> {
    let mut at = 0;
    let place = |character: char| {
        let place = (at, character.len_utf16());
        at += place.1;
        place
    };
    text.chars().map(place).collect()
}
