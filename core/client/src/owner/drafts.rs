//! Drafts: kept on this device alone, until they are shared as one change of their final words.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::CannotWrite;
use couplet_engine::notebook::draft::check_draft;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::schema::Kind;

use super::Owner;
use super::vault::new_id;
use super::writing::Origin;
use crate::error::{Error, input};
use crate::store::{Draft, EntryRow};

impl Owner {
    /// A draft of a new entry.
    pub fn draft_new(&mut self, kind: Kind, day: i32, text: &str) -> Result<Draft, Error> {
        let kind = kind.name().to_owned();
        self.keep_draft(Draft {
            id: new_id(&mut *self.surroundings.randomness()),
            kind,
            day,
            entry: None,
            base: None,
            text: text.to_owned(),
            kept: None,
        })
    }

    /// A draft of an edit, from the version that is shown; it is merged against that when shared.
    pub fn draft_edit(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<Draft, Error> {
        let me = self.replica()?.slot();
        let row = self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?;
        let base = base.unwrap_or(&row.entry.version);
        self.keep_draft(Draft {
            id: new_id(&mut *self.surroundings.randomness()),
            kind: row.entry.kind_name.clone(),
            day: row.entry.day,
            entry: Some(key.as_str().to_owned()),
            base: Some(base.to_string()),
            text: text.to_owned(),
            kept: None,
        })
    }

    fn keep_draft(&mut self, draft: Draft) -> Result<Draft, Error> {
        check_draft(&draft.text)?;
        self.store.jot(|tables| tables.keep_draft(&draft))?;
        Ok(draft)
    }

    /// Other words for a draft: one small transaction, so that it can be called at every keystroke.
    pub fn draft_update(&mut self, id: &str, text: &str) -> Result<(), Error> {
        check_draft(text)?;
        match self.store.jot(|tables| tables.rewrite_draft(id, text))? {
            true => Ok(()),
            false => Err(Error::NotFound("draft")),
        }
    }

    /// Leaves a draft with words that are kept no more.
    #[cfg(test)]
    pub(crate) fn spoil_draft(&mut self, id: &str, text: &str) -> Result<(), Error> {
        self.store.jot(|tables| tables.rewrite_draft(id, text))?;
        Ok(())
    }

    /// Throws a draft away.
    pub fn draft_discard(&mut self, id: &str) -> Result<(), Error> {
        match self.store.jot(|tables| tables.drop_draft(id))? {
            true => Ok(()),
            false => Err(Error::NotFound("draft")),
        }
    }

    /// Shares a draft: its final words become one change, and the draft is gone with the same
    /// transaction.
    pub fn share_draft(&mut self, id: &str) -> Result<EntryRow, Error> {
        let draft = self.tables().draft(id)?.ok_or(Error::NotFound("draft"))?;
        let origin = Origin::Draft(draft.id, draft.text.clone());
        match draft.entry {
            None => {
                let kind: Kind = draft.kind.parse().map_err(input)?;
                let mut rng = self.surroundings.randomness();
                self.write_from(&origin, (kind, draft.day, &draft.text), &mut *rng)
            }
            Some(entry) => {
                let key: EntryKey = entry.parse().map_err(input)?;
                let base = draft.base.as_deref().map(str::parse::<Version>).transpose();
                let base = base.map_err(input)?;
                self.edit_from(&origin, &key, base.as_ref(), &draft.text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use couplet_engine::document::Change;
    use couplet_engine::limits::{MAX_PAGE, MAX_SWEET_NOTE};

    use super::*;
    use crate::place::Home;

    const DAY: i32 = 20_000;

    #[test]
    fn sharing_a_draft_is_one_change_of_its_final_words() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let draft = ana.draft_new(Kind::Note, DAY, "").unwrap();
        for typed in ["I", "I am angr", "I am angry", "I", "I missed you"] {
            ana.draft_update(&draft.id, typed).unwrap();
        }
        assert_eq!(unsealed(&mut ana).len(), 0);

        let row = ana.share_draft(&draft.id).unwrap();

        assert_eq!(row.entry.text, "I missed you");
        let changes = unsealed(&mut ana);
        assert_eq!(changes.len(), 1);
        let says = |words: &[u8]| changes.iter().any(|change| contains(change.bytes(), words));
        assert!(says(b"missed you"));
        assert!(!says(b"angry"), "what was deleted in the draft is in the change");
        assert_eq!(ana.tables().drafts().unwrap(), []);
    }

    #[test]
    fn a_draft_survives_the_end_of_the_app_and_becomes_an_edit() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let written = ana.write(Kind::Note, DAY, "good night").unwrap();
        let key = written.entry.key.clone();
        let draft = ana.draft_edit(&key, None, "good nigh").unwrap();
        ana.draft_update(&draft.id, "good night, love").unwrap();
        drop(ana);

        let mut ana = Owner::open(Home::at(home.path())).unwrap();
        assert_eq!(ana.tables().draft(&draft.id).unwrap().unwrap().text, "good night, love");
        let row = ana.share_draft(&draft.id).unwrap();

        assert_eq!(row.entry.key, key);
        assert_eq!(row.entry.text, "good night, love");
        assert_eq!(row.entry.revisions.len(), 2);
    }

    #[test]
    fn a_draft_that_cannot_be_shared_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let draft = ana.draft_new(Kind::Note, DAY, " ").unwrap();
        assert!(matches!(ana.share_draft(&draft.id), Err(Error::Write(CannotWrite::Empty))));
        assert_eq!(ana.tables().drafts().unwrap().len(), 1);
        ana.draft_discard(&draft.id).unwrap();
        assert!(matches!(ana.draft_discard(&draft.id), Err(Error::NotFound("draft"))));
    }

    #[test]
    fn a_draft_holds_the_longest_page_and_nothing_that_cannot_be_shared() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let longest = "n".repeat(MAX_PAGE);
        let draft = ana.draft_new(Kind::Page, DAY, &longest).unwrap();
        let (limit, got) = (MAX_PAGE, MAX_PAGE + 1);
        let longer = ana.draft_update(&draft.id, &format!("{longest}n"));
        assert_eq!(why(longer), CannotWrite::TooLong { limit, got });
        assert_eq!(ana.share_draft(&draft.id).unwrap().entry.text, longest);

        // What is too long for what it will be is kept, and refused where it is shared.
        let draft = ana.draft_new(Kind::Note, DAY, &longest).unwrap();
        let (limit, got) = (MAX_SWEET_NOTE, MAX_PAGE);
        assert_eq!(why(ana.share_draft(&draft.id)), CannotWrite::TooLong { limit, got });
        assert_eq!(why(ana.draft_update(&draft.id, "a\rb")), CannotWrite::ControlCharacters);
        assert_eq!(ana.tables().draft(&draft.id).unwrap().unwrap().text, longest);
    }

    fn why<T: std::fmt::Debug>(refused: Result<T, Error>) -> CannotWrite {
        match refused {
            Err(Error::Write(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    fn ana(home: &Path) -> Owner {
        let name = "Ana".parse().unwrap();
        Owner::found(Home::at(home), &name, None).unwrap()
    }

    fn unsealed(owner: &mut Owner) -> Vec<Change> {
        let me = owner.replica().unwrap().writer();
        owner.tables().unsealed(me, 10).unwrap().map_or_else(Vec::new, |unsealed| unsealed.changes)
    }

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }
}
