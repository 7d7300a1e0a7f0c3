//! Reading: an entry with all that stands in it, decided by nobody.
//!
//! Where two phones put a value in one field apart, both stand; readers get both, in an order that
//! is the same everywhere, and the schema says what that means.

use std::collections::BTreeMap;

use automerge::{Automerge, ChangeHash, ObjId as ExId, ObjType, ReadDoc, ScalarValue};
use couplet_proto::hash::Hash;

use super::Document;
use super::columns::OpId;
use super::genesis::ENTRIES;
use super::guard::quietly;
use super::key::EntryKey;
use super::operation::Scalar;
use super::scan::{automerge_hash, object_of, op_of};

/// An entry as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawEntry {
    /// The values of each field, at least one, the one Automerge would show last.
    pub fields: BTreeMap<String, Vec<Value>>,
    /// The texts for two hands.
    pub texts: BTreeMap<String, String>,
}

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub scalar: Scalar,
    /// The operation that put it there, and so its writer. Values are in this order.
    pub by: OpId,
}

impl Document {
    /// How many entries were made; one that two broken phones made apart may count twice.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.entries
    }

    /// The keys of all entries, ascending.
    pub fn entries(&self) -> impl Iterator<Item = EntryKey> {
        let keys = quietly(|| {
            let keys = self.automerge.keys(object_of(ENTRIES));
            keys.filter_map(|key| key.parse().ok()).collect::<Vec<EntryKey>>()
        });
        let keys = if self.is_broken { Vec::new() } else { keys.unwrap_or_default() };
        keys.into_iter()
    }

    /// One entry, if it is in this volume.
    #[must_use]
    pub fn entry(&self, key: &EntryKey) -> Option<RawEntry> {
        if self.is_broken {
            return None;
        }
        quietly(|| self.read_entry(key, None)).ok().flatten()
    }

    /// One entry as it was when these changes had just been made, whatever else is here by now.
    /// `None` if one of them is not in the document, or the entry was not.
    #[must_use]
    pub fn entry_at(&self, key: &EntryKey, heads: &[Hash]) -> Option<RawEntry> {
        // Automerge answers for unknown heads as if they were none.
        if self.is_broken || heads.is_empty() || !heads.iter().all(|head| self.history.has(head)) {
            return None;
        }
        let heads: Vec<_> = heads.iter().map(automerge_hash).collect();
        quietly(|| self.read_entry(key, Some(&heads))).ok().flatten()
    }

    /// The change that an operation was made in.
    #[must_use]
    pub fn change_of(&self, op: OpId) -> Option<Hash> {
        let chain = self.history.chain(&op.writer);
        let after = chain.partition_point(|link| link.start_op <= op.counter);
        let link = chain.get(after.checked_sub(1)?)?;
        (op.counter <= link.max_op).then_some(link.hash)
    }

    /// A text as it was when `heads` were the heads. `None` if one of them is not in the document,
    /// or the text is not.
    #[must_use]
    pub fn text_at(&self, key: &EntryKey, field: &str, heads: &[Hash]) -> Option<String> {
        // Automerge answers for unknown heads as if they were none.
        if self.is_broken || heads.is_empty() || !heads.iter().all(|head| self.history.has(head)) {
            return None;
        }
        let heads: Vec<_> = heads.iter().map(automerge_hash).collect();
        let read = || {
            let objects = self.objects(key);
            let pages = objects.iter().rev().find_map(|object| {
                let found = self.automerge.get_at(object, field, &heads).ok()??;
                found.0.is_object().then_some(found.1)
            });
            self.automerge.text_at(&pages?, &heads).ok()
        };
        quietly(read).ok().flatten()
    }

    fn read_entry(&self, key: &EntryKey, at: Option<&[ChangeHash]>) -> Option<RawEntry> {
        let objects = self.objects(key);
        if objects.is_empty() {
            return None;
        }
        let mut entry = RawEntry::default();
        for object in &objects {
            let fields = match at {
                Some(heads) => self.automerge.keys_at(object, heads),
                None => self.automerge.keys(object),
            };
            for field in fields {
                self.read_field(&mut entry, object, field, at);
            }
        }
        if at.is_some() && entry.fields.is_empty() {
            return None;
        }
        for values in entry.fields.values_mut() {
            values.sort_by_key(|value| value.by);
        }
        Some(entry)
    }

    fn read_field(
        &self,
        entry: &mut RawEntry,
        object: &ExId,
        field: String,
        at: Option<&[ChangeHash]>,
    ) {
        let values = match at {
            Some(heads) => self.automerge.get_all_at(object, field.as_str(), heads),
            None => self.automerge.get_all(object, field.as_str()),
        };
        for (value, id) in values.unwrap_or_default() {
            let Some(by) = op_of(&id) else { continue };
            if let automerge::Value::Object(ObjType::Text) = value {
                let text = match at {
                    Some(heads) => self.automerge.text_at(&id, heads),
                    None => self.automerge.text(&id),
                };
                let text = text.unwrap_or_default();
                entry.texts.insert(field.clone(), text);
            } else if let Some(scalar) = value.as_scalar().and_then(to_scalar) {
                entry.fields.entry(field.clone()).or_default().push(Value { scalar, by });
            }
        }
    }

    /// How many containers an entry is made of: it, and its texts.
    #[cfg(test)]
    pub(crate) fn containers(&self, key: &EntryKey) -> usize {
        let maps = self.objects(key);
        let in_map = |map: &ExId| -> usize {
            let fields = self.automerge.keys(map);
            let values = fields.flat_map(|field| self.automerge.get_all(map, field).unwrap());
            values.filter(|(value, _)| value.is_object()).count()
        };
        maps.len() + maps.iter().map(in_map).sum::<usize>()
    }

    /// The maps at a key: one, unless a broken phone made a key that another had made.
    pub(super) fn objects(&self, key: &EntryKey) -> Vec<ExId> {
        let found = self.automerge.get_all(object_of(ENTRIES), key.as_str()).unwrap_or_default();
        let maps = found.into_iter().filter(|(value, _)| value.is_object());
        let mut maps: Vec<ExId> = maps.map(|(_, id)| id).collect();
        maps.sort_by_key(op_of);
        maps
    }
}

pub(super) fn count_entries(automerge: &Automerge) -> usize {
    automerge.length(object_of(ENTRIES))
}

fn to_scalar(value: &ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Str(text) => Some(Scalar::Str(text.to_string())),
        ScalarValue::Uint(number) => Some(Scalar::Uint(*number)),
        ScalarValue::Int(number) => Some(Scalar::Int(*number)),
        ScalarValue::Boolean(yes) => Some(Scalar::Bool(*yes)),
        ScalarValue::Bytes(bytes) => Some(Scalar::Bytes(bytes.clone())),
        _ => None,
    }
}
