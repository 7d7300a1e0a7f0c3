//! Template: words and blocks that an entry may be begun from.
//!
//! Using one copies its words: what becomes of the template afterwards changes no entry. Its
//! versions are the revisions of its words. What kind it begins is one that can be begun where it is;
//! whether that is a vault is known to who has the notebook open.

use super::CannotWrite;
use super::claim::RevMap;
use super::deed::{Act, Deed, Write};
use super::entry::Entry;
use super::items;
use super::kinds::{Look, claim};
use super::name::ItemId;
use super::schema::{Kind, name};
use super::sheet::Sheet;

pub(super) fn look(sheet: &Sheet) -> Look {
    let mut look = Look::default();
    look.open(sheet.author, Deed::Begins);
    items::open_to(sheet, sheet.author, &mut look);
    look
}

pub(super) fn writes(sheet: &Sheet, act: Act<'_>, new: ItemId) -> Result<Vec<Write>, CannotWrite> {
    if act.deed == Deed::Begins {
        let kind: Kind = act.words.trim().parse().map_err(|_| CannotWrite::NoKind)?;
        kind.begun_in(true)?;
        return Ok(vec![claim(name::BEGINS, None, kind.name(), RevMap::default())]);
    }
    items::writes(sheet, sheet.author, act, new)
}

impl Entry {
    /// What an entry begun from this template is: its kind, a page if the template does not say,
    /// and its first words. Nothing for what is no template.
    #[must_use]
    pub fn begins(&self) -> Option<(Kind, String)> {
        if self.kind != Some(Kind::Template) {
            return None;
        }
        let is_kind = |stance: &&super::sheet::Stance| {
            stance.name == name::BEGINS && stance.by == self.author
        };
        let kind = self.stances.iter().find(is_kind).and_then(|said| said.value.parse().ok());
        let blocks = self.items.iter().map(|item| item.text.as_str());
        let words: Vec<&str> = core::iter::once(self.text.as_str()).chain(blocks).collect();
        Some((kind.unwrap_or(Kind::Page), words.join("\n")))
    }
}
