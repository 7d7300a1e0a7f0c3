//! What has become of a repair since somebody let it go: what they are asked again about.
//!
//! A person who lets go has seen the page as it stands on their device then, and the page as it was
//! is in its history still. Of two devices it is what either had seen. Where the history is not what
//! they had seen, as it begins anew with an edition or their words were written anew, it cannot be
//! told; that there is nothing new can be as long as they had seen all that stands. Deliberately not
//! here: that they are asked again, which follows from what they said, and how words that differ are
//! shown.

use std::collections::BTreeSet;

use couplet_proto::hash::Hash;
use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::Notebook;
use super::claim::{Claim, Owned, standing};
use super::name::ItemId;
use super::schema::{Class, Field, name};
use super::sheet::{Member, Part, Sheet};
use crate::document::genesis::GENESIS_WRITER;
use crate::document::{EntryKey, OpId, RawEntry};

/// Something on a page that somebody had not seen when they let it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What it is, by the name that it is shown under.
    pub name: String,
    /// Which, where there can be several.
    pub id: Option<ItemId>,
    /// Whose.
    pub by: Slot,
    /// How it read then; nothing if it was not there.
    pub before: Option<String>,
    /// How it reads by now; nothing if it was taken back.
    pub now: Option<String>,
}

impl Notebook {
    /// What this person had not seen of a page when they let it go, words before feelings; empty if
    /// they have not let it go. Nothing if it cannot be told any more: as after something was erased
    /// for good, where what came before the notebook was written anew is not kept.
    #[must_use]
    pub fn since_letting_go(&self, key: &EntryKey, by: Slot) -> Option<Vec<Changed>> {
        let Some(raw) = self.document.entry(key) else { return Some(Vec::new()) };
        let sheet = Sheet::read(key.slot(), &raw);
        let said = sheet.said(name::LET_GO, None, by).filter(|said| said.value == "yes");
        let Some(witness) = said.map(|said| said.witness) else { return Some(Vec::new()) };
        if witness.covers(&sheet.revs) {
            return Some(Vec::new());
        }
        let head = |op: OpId| match op.writer {
            GENESIS_WRITER => self.document.beginning(),
            _ => self.document.change_of(op),
        };
        let heads: Vec<Hash> = let_go(&raw, by).into_iter().filter_map(head).collect();
        let then = Sheet::read(key.slot(), &self.document.entry_at(key, &heads)?);
        witness.covers(&then.revs).then(|| changes(&then, &sheet))
    }
}

/// Where this person said it, as far as that stands.
fn let_go(raw: &RawEntry, by: Slot) -> Vec<OpId> {
    let mut said: Vec<(Owned, OpId)> = Vec::new();
    for (field, values) in &raw.fields {
        if let Some(Field::Own(Class::Claim, subject, owner)) = Field::parse(field)
            && (subject.name(), owner.slot) == (name::LET_GO, by)
        {
            let claims = values.iter().flat_map(|value| {
                Claim::at(owner, core::slice::from_ref(value)).map(|claim| (claim, value.by))
            });
            said.extend(claims);
        }
    }
    let last = said.iter().map(|((owner, _), _)| owner.generation).max();
    said.retain(|((owner, _), _)| Some(owner.generation) == last);
    let all: Vec<Owned> = said.iter().map(|(claim, _)| claim.clone()).collect();
    let standing = standing(&all);
    said.into_iter().filter(|(claim, _)| standing.contains(&claim)).map(|(_, op)| op).collect()
}

fn changes(then: &Sheet, now: &Sheet) -> Vec<Changed> {
    let is_it = |part: &Part, other: &Part| {
        (&part.name, &part.id, part.by, part.generation)
            == (&other.name, &other.id, other.by, other.generation)
    };
    let words = |part: &Part| (!part.is_history()).then(|| part.text.clone());
    let part = |part: &Part| {
        let before = then.parts.iter().find(|before| is_it(part, before));
        let is_new = before.is_none_or(|before| before.revisions != part.revisions);
        is_new.then(|| Changed {
            name: part.name.clone(),
            id: part.id.clone(),
            by: part.by,
            before: before.and_then(words),
            now: words(part),
        })
    };
    // What somebody files it under asks nobody again.
    let sets = |sheet: &Sheet| -> BTreeSet<Member> {
        sheet.all_members().into_iter().filter(|member| member.name != name::TAG).collect()
    };
    let (before, after) = (sets(then), sets(now));
    let member = |Member { name, by, value, .. }: &Member, is_there: bool| {
        let (name, id, value) = (name.clone(), None, Some(value.clone()));
        let (before, now) = if is_there { (None, value) } else { (value, None) };
        Changed { name, id, by: *by, before, now }
    };
    let added = after.difference(&before).map(|one| member(one, true));
    let taken_back = before.difference(&after).map(|one| member(one, false));
    now.parts.iter().filter_map(part).chain(added).chain(taken_back).collect()
}
