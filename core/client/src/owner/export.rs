//! Taking a notebook out, proved to be whole, and words in.
//!
//! An export is every applied change and what it makes, without envelopes: nothing in it proves to
//! a third person who wrote what. What comes in is written as new entries of one's own. Another
//! person's changes are not taken in: nobody can sign them but their writer, and a document that
//! stood on them could never be given to a partner. Whole, an export is opened as an
//! [archive](super::archive).

use std::collections::BTreeMap;

use couplet_engine::notebook::entry::notebook_hash;
use couplet_engine::notebook::schema::Kind;
use couplet_proto::hash::Hash;

use super::{Owner, archive};
use crate::couplet::{Export, Imported};
use crate::error::Error;
use crate::store::{Among, EntryRow, Filter, PlacedChange};

impl Owner {
    /// Everything shared, proved by making the notebook anew out of the changes.
    ///
    /// # Errors
    /// [`Error::Engine`] if that gives something else, [`Error::Store`].
    pub fn export(&mut self) -> Result<Export, Error> {
        let (notebook, me) = (self.notebook(), self.me()?);
        let persons = self.persons()?;
        let tables = self.tables();
        let (hash, count) = tables.hash()?;
        let changes = tables.all_changes()?;
        if proved(&changes)? != (hash, count) {
            return Err(Error::Engine);
        }
        let all = Filter { among: Among::All, ..Filter::default() };
        let everything = u32::try_from(count).unwrap_or(u32::MAX);
        let drafts = Filter { kind: Some(Kind::Draft.name().to_owned()), ..all.clone() };
        let all = tables.timeline(None, everything, &all, me)?.into_iter().rev();
        let drafts = tables.timeline(None, everything, &drafts, me)?.into_iter().rev();
        let drafts = drafts.filter(|row| row.entry.draft().is_some());
        let entries = all.chain(drafts).map(|row| row.entry).collect();
        Ok(Export { notebook, person: me, persons, hash, entries, changes })
    }

    /// Writes words as new entries of one's own, except those that stand here already; says how
    /// many were written.
    pub(crate) fn import(&mut self, words: &[(Kind, i32, String)]) -> Result<Imported, Error> {
        let me = self.replica()?.slot();
        let mut imported = Imported::default();
        for (kind, day, text) in words {
            let days = Filter { among: Among::All, days: Some(*day..=*day), ..Filter::default() };
            let held = self.tables().timeline(None, u32::MAX, &days, me)?;
            let is_it = |held: &EntryRow| {
                let entry = &held.entry;
                entry.author == me && entry.kind == Some(*kind) && entry.text == *text
            };
            if held.iter().any(is_it) {
                imported.held += 1;
            } else {
                self.write(*kind, *day, text)?;
                imported.written += 1;
            }
        }
        Ok(imported)
    }
}

/// The hash of the notebook that these changes make, and how many entries it has.
pub(crate) fn proved(changes: &[PlacedChange]) -> Result<(Hash, u64), Error> {
    let mut contents = BTreeMap::new();
    for (place, changes) in archive::volumes(changes)? {
        let notebook = archive::load(place, changes)?;
        contents
            .extend(notebook.entries().map(|entry| (entry.key.as_str().to_owned(), entry.content)));
    }
    let hash = notebook_hash(contents.iter().map(|(key, content)| (key.as_str(), *content)));
    Ok((hash, contents.len() as u64))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::owner::Archive;
    use crate::place::Home;

    #[test]
    fn an_export_makes_the_same_notebook_and_one_change_less_does_not() {
        let home = tempfile::tempdir().unwrap();
        let name = "Ana".parse().unwrap();
        let mut ana = Owner::found(Home::at(home.path()), &name, None).unwrap();
        let first = ana.write(Kind::Note, 20_000, "good morning").unwrap().entry.key;
        ana.write(Kind::Page, 20_001, "milk\nbread").unwrap();
        ana.edit(&first, None, "good morning, you").unwrap();

        let mut export = ana.export().unwrap();

        assert_eq!(proved(&export.changes).unwrap(), (export.hash, 2));
        assert_eq!(export.entries.len(), 2);
        export.changes.pop();
        assert_ne!(proved(&export.changes).unwrap(), (export.hash, 2));
    }

    #[test]
    fn an_archive_is_the_same_notebook_and_is_read_only() {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = "Ana".parse().unwrap();
        let mut ana = Owner::found(Home::at(home.path()), &name, None).unwrap();
        ana.write(Kind::Note, 20_000, "good morning").unwrap();
        ana.write(Kind::Page, 20_001, "milk\nbread").unwrap();
        let export = ana.export().unwrap();

        let of = Archive {
            notebook: export.notebook,
            person: export.person,
            persons: export.persons.clone(),
        };
        drop(Owner::archive(Home::at(other.path()), &of, &export.changes).unwrap());

        let mut archive = Owner::open(Home::at(other.path())).unwrap();
        assert_eq!(archive.hash().unwrap(), ana.hash().unwrap());
        let again = archive.export().unwrap();
        assert!(again.changes == export.changes);
        assert_eq!((again.notebook, again.persons), (export.notebook, export.persons));
        let status = archive.status().unwrap();
        assert!(status.is_read_only);
        assert_eq!((status.pending, status.persons), (0, 1));
        assert!(matches!(archive.write(Kind::Note, 1, "more"), Err(Error::Apart)));
        assert!(matches!(archive.opening(), Err(Error::Apart)));
    }

    #[test]
    fn words_come_in_once_however_often_they_are_imported() {
        let home = tempfile::tempdir().unwrap();
        let name = "Ana".parse().unwrap();
        let mut ana = Owner::found(Home::at(home.path()), &name, None).unwrap();
        ana.write(Kind::Note, 20_000, "here already").unwrap();
        let words = ["here already", "new"].map(|text| (Kind::Note, 20_000, text.to_owned()));
        assert_eq!(ana.import(&words).unwrap(), Imported { written: 1, held: 1 });
        assert_eq!(ana.import(&words).unwrap(), Imported { written: 0, held: 2 });
    }
}
