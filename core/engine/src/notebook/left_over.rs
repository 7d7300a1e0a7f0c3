//! Words left over from a removed paragraph: what one person typed on a line of a page while another,
//! not having seen it, removed the rest of that line.
//!
//! They stay, as everything typed does, and are flagged on both phones until they are removed by an
//! ordinary edit, or somebody keeps them. Which they are the document knows (`document/stranded`).
//! That some are kept is a value that whoever writes on the page may set: how far their writer had
//! typed then, so that what they typed there without having seen it is flagged anew.
//!
//! Deliberately not here: words written over a version that was shown before the paragraph was
//! removed, on a phone that had the removal already. That phone puts them where it can and no two
//! changes are apart. Nor does an edition that is begun anew know how its pages came to stand.

use std::collections::BTreeMap;

use couplet_proto::hash::Hash;
use couplet_proto::ids::{Slot, WriterId};
use serde::{Deserialize, Serialize};

use super::deed::Write;
use super::entry::Entry;
use super::name::ItemId;
use super::page::Text;
use super::schema::{Class, Field, Subject, name};
use super::sheet::Sheet;
use super::{CannotWrite, Notebook, Written};
use crate::document::stranded::Stranded;
use crate::document::{EntryKey, OpId, RawEntry};
use crate::keys::LEFT_OVER_WORDS;

/// What one writer typed on one line that was removed, as far as it stands and nobody has kept it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOver {
    /// Its name, to be kept by.
    pub id: ItemId,
    /// Whose words they are.
    pub by: Slot,
    /// Where they stand in the page, in UTF-16 units: from the first of them to behind the last.
    pub range: (usize, usize),
    /// The words.
    pub text: String,
}

/// What is said of left-over words to keep them.
pub const KEEP: &str = "keep";

impl Notebook {
    /// Finds what of a page is left over.
    pub(super) fn place_left_over(&self, entry: &mut Entry, raw: &RawEntry) {
        let pieces = self.pieces(&entry.key, raw);
        entry.left_over = pieces.into_iter().map(|piece| piece.left_over).collect();
        entry.left_over.retain(|left| !left.text.trim().is_empty());
        entry.left_over.sort_by_key(|left| left.range);
    }

    /// Keeps left-over words, as far as they stand here.
    pub(super) fn keep_left_over(
        &mut self,
        key: &EntryKey,
        id: &ItemId,
        value: &str,
    ) -> Result<Option<Written>, CannotWrite> {
        let raw = self.document.entry(key).ok_or(CannotWrite::NoEntry)?;
        let mut pieces = self.pieces(key, &raw).into_iter();
        let piece = pieces.find(|piece| piece.left_over.id == *id);
        let piece = piece.ok_or(CannotWrite::NothingToResolve)?;
        if !Text::of(&raw).is_some_and(|text| text.hands.include(self.slot)) {
            return Err(CannotWrite::NotYours);
        }
        if value != KEEP {
            return Err(CannotWrite::NotOneOf(&[KEEP]));
        }
        let subject = Subject::new(name::LEFT_OVER, Some(id.clone()));
        let change = self.put_write(key, Write::Value(subject, piece.typed.to_string()))?;
        change.map(|change| self.written(key, Some(change))).transpose()
    }

    fn pieces(&self, key: &EntryKey, raw: &RawEntry) -> Vec<Piece> {
        let Some(Text { field, .. }) = Text::of(raw) else { return Vec::new() };
        let stranded = self.document.stranded(key, field);
        if stranded.is_empty() {
            return Vec::new();
        }
        let (sheet, writers) = (Sheet::read(key.slot(), raw), writers(raw));
        let mut pieces: BTreeMap<(OpId, WriterId), Piece> = BTreeMap::new();
        for one in stranded {
            let Some(by) = writers.get(&one.by.writer) else { continue };
            let named = (one.line, one.by.writer);
            match pieces.get_mut(&named) {
                Some(piece) => piece.add(&one),
                None => drop(pieces.insert(named, Piece::begin(&one, *by, &sheet))),
            }
        }
        let kept_out = |piece: &Piece| !piece.left_over.text.is_empty();
        pieces.into_values().filter(kept_out).collect()
    }
}

/// Left-over words, and how far their writer had typed them.
struct Piece {
    left_over: LeftOver,
    /// The counter of the last of them that was typed.
    typed: u64,
    /// The same of those that are kept.
    kept: u64,
}

impl Piece {
    fn begin(first: &Stranded, by: Slot, sheet: &Sheet) -> Self {
        let id = id_of(first.line, first.by.writer);
        let values = sheet.value(name::LEFT_OVER, Some(&id)).into_iter();
        let said = values.flat_map(|shown| {
            let others = shown.alternatives.into_iter().map(|one| one.value);
            others.chain([shown.value])
        });
        let kept = said.filter_map(|value| value.parse().ok()).max().unwrap_or(0);
        let left_over = LeftOver { id, by, range: (first.at, first.at), text: String::new() };
        let mut piece = Self { left_over, typed: 0, kept };
        piece.add(first);
        piece
    }

    fn add(&mut self, one: &Stranded) {
        if one.by.counter <= self.kept {
            return;
        }
        let LeftOver { range, text, .. } = &mut self.left_over;
        if text.is_empty() {
            range.0 = one.at;
        }
        range.1 = one.at + one.character.len_utf16();
        text.push(one.character);
        self.typed = self.typed.max(one.by.counter);
    }
}

/// The name of what a writer typed on a line.
fn id_of(line: OpId, writer: WriterId) -> ItemId {
    let parts = [&line.counter.to_be_bytes()[..], &line.writer.0, &writer.0];
    ItemId::from_random(Hash::of(LEFT_OVER_WORDS, &parts).truncated())
}

/// Whose each writer is that wrote on the page.
fn writers(raw: &RawEntry) -> BTreeMap<WriterId, Slot> {
    let written = raw.fields.keys().filter_map(|field| match Field::parse(field) {
        Some(Field::Own(Class::Claim, subject, owner)) if subject.name() == name::WRITTEN => {
            Some((owner.writer, owner.slot))
        }
        _ => None,
    });
    written.collect()
}
