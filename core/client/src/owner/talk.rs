//! Down: what is said about an entry that exists.

use std::collections::BTreeSet;

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::comment::{About, CommentId};
use couplet_engine::notebook::deed::{Act, Deed};
use couplet_engine::notebook::entry::{Entry, Version};
use couplet_engine::notebook::name::ItemId;
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::{CannotWrite, Written};
use serde::{Deserialize, Serialize};

use super::Owner;
use super::writing::Origin;
use crate::clock::day_of;
use crate::error::{Error, input};
use crate::store::EntryRow;

/// What can be said about an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saying {
    /// A comment, or an answer to the comment there that is named so.
    Comment {
        /// A beginning of that comment's name that no other has.
        reply_to: Option<String>,
        /// The words.
        text: String,
    },
    /// One's own comment anew.
    EditComment {
        /// A beginning of its name that no other has.
        comment: String,
        /// The words.
        text: String,
    },
    /// An emoji, or its being taken back.
    React {
        /// The emoji.
        emoji: String,
        /// Whether it is left rather than taken back.
        is_wanted: bool,
    },
    /// What its kind has people do with it.
    Do {
        /// What.
        deed: Deed,
        /// On which of the things in it: a beginning of that one's name that no other has.
        on: Option<String>,
        /// With which words; empty for none.
        words: String,
    },
    /// Its being removed from sight, on today's day here.
    Trash,
    /// Its being brought back.
    Restore,
    /// What stands where several words or values do.
    Resolve {
        /// Which they are, as they are shown.
        field: String,
        /// Of which thing: a beginning of its name that no other has.
        on: Option<String>,
        /// What is to stand.
        value: String,
    },
    /// A comment on what stands in a page at a place.
    CommentOn {
        /// From where to where, in UTF-16 units.
        range: (usize, usize),
        /// The version at which that was shown; none for the page as it stands.
        base: Option<String>,
        /// The words.
        text: String,
    },
}

impl Owner {
    /// Says something about an entry that exists; the entry as it stands then.
    pub fn say(&mut self, key: &EntryKey, saying: &Saying) -> Result<EntryRow, Error> {
        self.say_from(&Origin::Hand, key, saying)
    }

    /// The same, out of words that were kept elsewhere.
    pub(super) fn say_from(
        &mut self,
        origin: &Origin,
        key: &EntryKey,
        saying: &Saying,
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let (row, written) = self.compose_saying(key, saying)?;
        self.keep_if_any(origin, row, written)
    }

    /// The same, in memory alone; the entry as it stands in the store comes along.
    pub(super) fn compose_saying(
        &mut self,
        key: &EntryKey,
        saying: &Saying,
    ) -> Result<(EntryRow, Option<Written>), Error> {
        let row = self.row(key)?;
        let volume = row.entry.volume;
        let written = match saying {
            Saying::Comment { reply_to, text } => {
                let reply_to = reply_to.as_deref();
                let answered = reply_to.map(|name| self.comment_named(key, name)).transpose()?;
                let mut rng = self.surroundings.randomness();
                let notebook = self.load(volume)?;
                Some(notebook.comment(key, answered.as_ref(), text, &mut *rng)?)
            }
            Saying::CommentOn { range, base, text } => {
                let base: Option<Version> =
                    base.as_deref().map(str::parse).transpose().map_err(input)?;
                let about = Some(About { range: *range, base: base.as_ref() });
                let mut rng = self.surroundings.randomness();
                Some(self.load(volume)?.comment_on(key, about, None, text, &mut *rng)?)
            }
            Saying::EditComment { comment, text } => {
                let id = self.comment_named(key, comment)?;
                self.load(volume)?.edit_comment(key, &id, text)?
            }
            Saying::React { emoji, is_wanted } => {
                self.load(volume)?.react(key, emoji, *is_wanted)?
            }
            Saying::Do { deed, on, words } => {
                let on = on.as_deref().map(|name| thing_named(&row.entry, name)).transpose()?;
                if let (Deed::Begins, Ok(kind)) = (deed, words.trim().parse::<Kind>()) {
                    kind.begun_in(self.is_vault())?;
                }
                let mut rng = self.surroundings.randomness();
                let now = self.seconds();
                let act = Act { deed: *deed, on: on.as_ref(), words, now };
                self.load(volume)?.act(key, act, &mut *rng)?
            }
            Saying::Trash => {
                let day = day_of(self.surroundings.now());
                self.load(volume)?.trash(key, day)?
            }
            Saying::Restore => self.load(volume)?.restore(key)?,
            Saying::Resolve { field, on, value } => {
                let on = on.as_deref().map(|name| choice_named(&row.entry, name)).transpose()?;
                self.load(volume)?.resolve(key, (field, on.as_ref()), value)?
            }
        };
        Ok((row, written))
    }

    fn row(&mut self, key: &EntryKey) -> Result<EntryRow, Error> {
        let me = self.replica()?.slot();
        Ok(self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?)
    }

    /// The comment on an entry whose name begins so, if just one does.
    fn comment_named(&mut self, key: &EntryKey, name: &str) -> Result<CommentId, Error> {
        let comments = self.row(key)?.entry.comments.into_iter().map(|comment| comment.id);
        one_beginning(comments, name)?.ok_or_else(|| CannotWrite::NoComment.into())
    }
}

/// The thing in an entry whose name begins so, if just one does: an item, somebody's words, a time.
fn thing_named(entry: &Entry, name: &str) -> Result<ItemId, Error> {
    // Words and the answer to them are of one name.
    let all: BTreeSet<ItemId> = entry.things().cloned().collect();
    one_beginning(all.into_iter(), name)?.ok_or_else(|| CannotWrite::NoItem.into())
}

/// The thing with something to choose, or left over, whose name begins so, if just one does.
fn choice_named(entry: &Entry, name: &str) -> Result<ItemId, Error> {
    let choices = entry.choices().into_iter().filter_map(|choice| choice.on);
    let left_over = entry.left_over.iter().map(|left| left.id.clone());
    let all: BTreeSet<ItemId> = choices.chain(left_over).collect();
    one_beginning(all.into_iter(), name)?.ok_or_else(|| CannotWrite::NothingToResolve.into())
}

fn one_beginning(ids: impl Iterator<Item = ItemId>, name: &str) -> Result<Option<ItemId>, Error> {
    let prefix = name.trim();
    let mut found = ids.filter(|id| !prefix.is_empty() && id.as_str().starts_with(prefix));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => {
            Err(Error::Input("several names there begin so; give more of the name".into()))
        }
        (only, _) => Ok(only),
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::kinds::State;
    use couplet_proto::statement::Role;

    use super::*;
    use crate::owner::testing::{ana, let_in, meet};

    fn act(owner: &mut Owner, key: &EntryKey, deed: Deed, on: Option<&str>, words: &str) {
        let (on, words) = (on.map(str::to_owned), words.to_owned());
        owner.say(key, &Saying::Do { deed, on, words }).unwrap();
    }

    #[test]
    fn a_repair_comes_to_rest_between_two_phones_and_asks_again_of_unseen_words() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        let key = ana.write(Kind::Repair, 0, "Tuesday").unwrap().entry.key;
        act(&mut ana, &key, Deed::Ask, None, "Call me");
        meet(&mut ana, &mut ben);
        let request = ben.row(&key).unwrap().entry.parts.remove(0).id.unwrap();
        let beginning: String = request.as_str().chars().take(6).collect();
        act(&mut ben, &key, Deed::Agree, Some(&beginning), "Gladly");
        meet(&mut ana, &mut ben);
        act(&mut ana, &key, Deed::LetGo, None, "");
        act(&mut ben, &key, Deed::LetGo, None, "");
        meet(&mut ana, &mut ben);
        for owner in [&mut ana, &mut ben] {
            let me = owner.replica().unwrap().slot();
            let row = owner.row(&key).unwrap();
            assert_eq!(row.entry.state, Some(State::AtRest));
            assert!(!row.entry.open.is_empty() && row.entry.open.iter().all(|one| one.to == me));
        }
        act(&mut ben, &key, Deed::Tell, None, "And I forgot");
        meet(&mut ana, &mut ben);
        assert_eq!(ana.row(&key).unwrap().entry.state, Some(State::Reopened));
        let nothing = Saying::Do { deed: Deed::Agree, on: Some("zzz".into()), words: "".into() };
        assert!(matches!(ana.say(&key, &nothing), Err(Error::Write(CannotWrite::NoItem))));
    }
}
