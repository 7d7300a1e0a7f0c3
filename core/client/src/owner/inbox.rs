//! Words from a process that does not own the store: tried there, done here, exactly once.
//!
//! Beside the owner, a write is rehearsed on a replica of one's own, so that what cannot be written
//! is said at once; then it is put into the inbox. The owner does it in the transaction that takes
//! it out again. What has become impossible meanwhile is kept as a draft.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::schema::Kind;
use couplet_proto::ids::WriterId;
use rand_core::Rng;
use serde::{Deserialize, Serialize};

use super::Owner;
use super::talk::Saying;
use super::vault::new_id;
use super::writing::Origin;
use crate::clock::day_of;
use crate::error::{Error, input};
use crate::random::Drawn;
use crate::store::{Draft, EntryRow};

/// What is asked of the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Asked {
    /// A new entry. Its randomness is drawn already, so its key is known.
    Write {
        kind: Kind,
        day: i32,
        text: String,
        drawn: [u8; 16],
        /// Whose randomness that is: a store that was restored or cloned has another writer, and
        /// its twin may have used it up.
        writer: WriterId,
    },
    /// An edit, against the version that was shown.
    Edit { key: EntryKey, base: Version, text: String },
    /// Something about an entry.
    Say { key: EntryKey, saying: Saying },
}

impl Owner {
    /// Leaves a new entry for the owner; returns its key.
    pub(crate) fn ask_write(
        &mut self,
        kind: Kind,
        day: i32,
        text: String,
    ) -> Result<EntryKey, Error> {
        let asked = self.new_entry(kind, day, text)?;
        self.ask(&asked)
    }

    fn new_entry(&mut self, kind: Kind, day: i32, text: String) -> Result<Asked, Error> {
        let mut drawn = [0; 16];
        self.surroundings.randomness().fill_bytes(&mut drawn);
        let writer = self.replica()?.writer();
        Ok(Asked::Write { kind, day, text, drawn, writer })
    }

    fn ask(&mut self, asked: &Asked) -> Result<EntryKey, Error> {
        let key = self.rehearse(asked)?;
        self.store.jot(|tables| tables.ask(asked))?;
        Ok(key)
    }

    /// Leaves an edit for the owner, against what is shown here if nothing else is said.
    pub(crate) fn ask_edit(
        &mut self,
        key: EntryKey,
        base: Option<Version>,
        text: String,
    ) -> Result<EntryKey, Error> {
        let me = self.replica()?.slot();
        let row = self.tables().entry(key.as_str(), me)?.ok_or(Error::NotFound("entry"))?;
        let base = base.unwrap_or(row.entry.version);
        self.ask(&Asked::Edit { key, base, text })
    }

    /// Leaves something about an entry for the owner.
    pub(crate) fn ask_saying(&mut self, key: EntryKey, saying: Saying) -> Result<EntryKey, Error> {
        self.ask(&Asked::Say { key, saying })
    }

    /// Leaves a draft's words for the owner; the draft is gone with the same transaction.
    pub(crate) fn ask_share(&mut self, id: &str) -> Result<EntryKey, Error> {
        let draft = self.tables().draft(id)?.ok_or(Error::NotFound("draft"))?;
        let words = draft.text.clone();
        let asked = match draft.entry {
            None => self.new_entry(draft.kind.parse().map_err(input)?, draft.day, draft.text)?,
            Some(entry) => Asked::Edit {
                key: entry.parse().map_err(input)?,
                base: draft.base.unwrap_or_default().parse().map_err(input)?,
                text: draft.text,
            },
        };
        let key = self.rehearse(&asked)?;
        self.store.jot(|tables| -> Result<(), Error> {
            if !tables.use_draft(id, &words)? {
                return Err(Error::DraftMoved);
            }
            Ok(tables.ask(&asked)?)
        })?;
        Ok(key)
    }

    /// Does it in memory alone, to find out whether it can be done.
    fn rehearse(&mut self, asked: &Asked) -> Result<EntryKey, Error> {
        let rehearsed = match asked {
            Asked::Write { kind, day, text, drawn, .. } => {
                let composed = self.compose((*kind, *day, text), &mut Drawn::new(*drawn));
                composed.map(|(_, written)| written.entry.key)
            }
            Asked::Edit { key, base, text } => {
                self.compose_edit(key, Some(base), text).map(|_| key.clone())
            }
            Asked::Say { key, saying } => self.compose_saying(key, saying).map(|_| key.clone()),
        };
        self.is_stale = true;
        rehearsed
    }

    /// Does what was left while nobody owned the store; what cannot be done now waits on.
    pub(crate) fn begin_with_inbox(&mut self) {
        if !self.is_owned() || self.joining().is_some() {
            return;
        }
        if let Err(error) = self.drain_inbox() {
            tracing::warn!(%error, "words that another process left wait on");
        }
    }

    /// Does all that was asked, in order; returns the entries that look different.
    pub(crate) fn drain_inbox(&mut self) -> Result<Vec<String>, Error> {
        let mut touched = Vec::new();
        while let Some((id, asked)) = self.tables().first_asked::<Asked>()? {
            match self.do_asked(&Origin::Inbox(id), &asked) {
                Ok(row) => touched.push(row.entry.key.as_str().to_owned()),
                Err(Error::Write(_) | Error::Input(_)) => self.set_aside(id, asked)?,
                Err(error) => return Err(error),
            }
        }
        Ok(touched)
    }

    fn do_asked(&mut self, origin: &Origin, asked: &Asked) -> Result<EntryRow, Error> {
        match asked {
            Asked::Write { kind, day, text, drawn, writer } => {
                self.prepare_to_write()?;
                let words = (*kind, *day, text.as_str());
                if self.replica()?.writer() == *writer {
                    self.write_from(origin, words, &mut Drawn::new(*drawn))
                } else {
                    let mut rng = self.surroundings.randomness();
                    self.write_from(origin, words, &mut *rng)
                }
            }
            Asked::Edit { key, base, text } => self.edit_from(origin, key, Some(base), text),
            Asked::Say { key, saying } => self.say_from(origin, key, saying),
        }
    }

    fn set_aside(&mut self, asked_as: i64, asked: Asked) -> Result<(), Error> {
        let id = new_id(&mut *self.surroundings.randomness());
        let draft = match asked {
            Asked::Say {
                saying: Saying::React { .. } | Saying::Trash | Saying::Restore, ..
            } => {
                return Ok(self.store.jot(|tables| tables.drop_asked(asked_as))?);
            }
            Asked::Say { saying: Saying::Do { words, .. }, .. } if words.trim().is_empty() => {
                return Ok(self.store.jot(|tables| tables.drop_asked(asked_as))?);
            }
            Asked::Say {
                saying:
                    Saying::Comment { text, .. }
                    | Saying::CommentOn { text, .. }
                    | Saying::EditComment { text, .. }
                    | Saying::Do { words: text, .. }
                    | Saying::Resolve { value: text, .. },
                ..
            } => {
                let (kind, day) = (Kind::Note.name().to_owned(), day_of(self.surroundings.now()));
                Draft { id, kind, day, entry: None, base: None, text, kept: None }
            }
            Asked::Write { kind, day, text, .. } => Draft {
                id,
                kind: kind.name().to_owned(),
                day,
                entry: None,
                base: None,
                text,
                kept: None,
            },
            Asked::Edit { key, base, text } => {
                let me = self.replica()?.slot();
                let row = self.tables().entry(key.as_str(), me)?;
                let (kind, day) = row.map_or_else(
                    || (Kind::Note.name().to_owned(), 0),
                    |row| (row.entry.kind_name, row.entry.day),
                );
                let (entry, base) = (Some(key.as_str().to_owned()), Some(base.to_string()));
                Draft { id, kind, day, entry, base, text, kept: None }
            }
        };
        tracing::warn!("words from another process cannot be written; they are kept as a draft");
        Ok(self.store.jot(|tables| {
            tables.keep_draft(&draft)?;
            tables.drop_asked(asked_as)
        })?)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use couplet_engine::notebook::CannotWrite;

    use super::*;
    use crate::place::Home;
    use crate::store::StoreError;

    const DAY: i32 = 20_000;

    #[test]
    fn words_left_beside_the_owner_are_written_once_in_their_order() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let mut beside = beside(home.path());
        assert!(matches!(
            beside.write(Kind::Note, DAY, "directly"),
            Err(Error::Store(StoreError::Busy))
        ));
        let keys = ["one", "two"].map(|text| write(&mut beside, text).unwrap());
        assert_eq!(ana.tables().hash().unwrap().1, 0);

        let touched = ana.drain_inbox().unwrap();

        assert_eq!(touched, keys.each_ref().map(|key| key.as_str().to_owned()));
        assert_eq!(ana.drain_inbox().unwrap(), Vec::<String>::new());
        assert_eq!(texts(&ana), ["two", "one"]);
        beside.begin_call();
        let edited = beside.ask_edit(keys[0].clone(), None, "one, again".into()).unwrap();
        assert_eq!(edited, keys[0]);
        ana.drain_inbox().unwrap();
        assert_eq!(texts(&ana), ["two", "one, again"]);
    }

    #[test]
    fn what_was_left_is_written_by_whoever_opens_the_notebook_next() {
        let home = tempfile::tempdir().unwrap();
        let ana = ana(home.path());
        let mut beside = beside(home.path());
        let key = write(&mut beside, "do not lose me").unwrap();
        drop(ana);
        for _ in 0..2 {
            let mut ana = Owner::open(Home::at(home.path())).unwrap();
            ana.begin_with_inbox();
            assert_eq!(texts(&ana), ["do not lose me"]);
            assert!(
                ana.tables()
                    .entry(key.as_str(), couplet_proto::ids::Slot::First)
                    .unwrap()
                    .is_some()
            );
        }
    }

    #[test]
    fn what_cannot_be_written_is_said_at_once_and_nothing_is_left() {
        let home = tempfile::tempdir().unwrap();
        let ana = ana(home.path());
        let mut beside = beside(home.path());
        assert!(matches!(write(&mut beside, " "), Err(Error::Write(CannotWrite::Empty))));
        assert_eq!(ana.tables().asked_count().unwrap(), 0);
    }

    #[test]
    fn words_that_have_become_impossible_are_kept_as_a_draft() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let impossible = ana.new_entry(Kind::Note, DAY, " ".into()).unwrap();
        ana.store.jot(|tables| tables.ask(&impossible)).unwrap();
        assert_eq!(ana.drain_inbox().unwrap(), Vec::<String>::new());
        assert_eq!(ana.tables().asked_count().unwrap(), 0);
        assert_eq!(ana.tables().drafts().unwrap()[0].text, " ");
    }

    #[test]
    fn a_draft_is_kept_and_shared_beside_the_owner() {
        let home = tempfile::tempdir().unwrap();
        let mut ana = ana(home.path());
        let mut beside = beside(home.path());
        let draft = beside.draft_new(Kind::Note, DAY, "for y").unwrap();
        beside.draft_update(&draft.id, "for you").unwrap();
        beside.ask_share(&draft.id).unwrap();
        assert_eq!(ana.tables().drafts().unwrap(), []);
        ana.drain_inbox().unwrap();
        assert_eq!(texts(&ana), ["for you"]);
    }

    fn write(owner: &mut Owner, text: &str) -> Result<EntryKey, Error> {
        owner.ask_write(Kind::Note, DAY, text.into())
    }

    fn texts(owner: &Owner) -> Vec<String> {
        let (tables, me) = (owner.tables(), couplet_proto::ids::Slot::First);
        let rows = tables.timeline(None, 10, &Default::default(), me).unwrap();
        rows.into_iter().map(|row| row.entry.text).collect()
    }

    fn ana(home: &Path) -> Owner {
        Owner::found(Home::at(home), &"Ana".parse().unwrap(), None).unwrap()
    }

    fn beside(home: &Path) -> Owner {
        Owner::open_beside(Home::at(home)).unwrap()
    }
}
