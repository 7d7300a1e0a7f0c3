//! A person's vault beside their notebook: a notebook too, of that person's devices alone, in a place
//! of its own, which is opened, written, read and exchanged by the same calls. Here is only what goes
//! between the two.
//!
//! The notebook knows nothing of the vault. Whoever has both open passes the one to the other.

use couplet_engine::document::EntryKey;
use couplet_engine::keys::Secret;
use couplet_engine::keys::passphrase::LockedKey;
use couplet_engine::notebook::schema::Kind;

use super::Couplet;
use crate::error::{Error, input};
use crate::owner::drafts_in;
use crate::random;
use crate::store::{Draft, EntryRow};

/// What of an entry is shared, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The fields, as docs/KINDS.md has them by kind: `text`, `feelings`, `perspective` and so on. An
    /// entry is begun with a text. Nothing is shared that is not named.
    pub fields: Vec<String>,
    /// The kind that they become; the entry's own, or a note, unless it is said.
    pub kind: Option<Kind>,
    /// The words to begin with, where the entry's own text is not to be shared.
    pub text: Option<String>,
    /// The shared entry in which they are said, rather than in a new one.
    pub into: Option<String>,
    /// Whether other words, which stand in that entry already, give way to these: they stay in its
    /// history. Unless that is said, sharing only adds.
    pub is_again: bool,
}

/// Puts a store's key under a passphrase, for a file in its place: as a lock of its own where the
/// platform's keystore opens to whoever opens the phone.
///
/// # Errors
/// [`Error::WrongPassphrase`] if it is none.
pub fn lock_key(key: &Secret, passphrase: &str) -> Result<LockedKey, Error> {
    Ok(LockedKey::lock(key, passphrase, &mut random::system())?)
}

impl Couplet {
    /// Whether this is a vault.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn is_vault(&self) -> Result<bool, Error> {
        self.handle.call(|owner| Ok(owner.is_vault())).await
    }

    /// At a pause in typing, and before the vault is locked: every draft of this device goes into
    /// the vault, where all devices of its person have it. Returns how many that were.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Store`]; what did not get there is here.
    pub async fn keep_drafts(&self, vault: &Self) -> Result<usize, Error> {
        for (id, words) in self.handle.read(|tables, _| tables.drafts_ended()).await? {
            let (ended, known) = (id.clone(), id);
            vault.handle.call(move |owner| owner.end_in_vault(&ended, &words)).await?;
            self.handle.call(move |owner| owner.has_ended_in_vault(&known)).await?;
        }
        let mut count = 0;
        for draft in self.drafts().await? {
            let offered = draft.clone();
            match vault.handle.call(move |owner| owner.keep_in_vault(&offered)).await {
                Ok(kept) => {
                    self.handle.call(move |owner| owner.is_in_vault(&draft, &kept)).await?;
                    count += 1;
                }
                // Its name, its version or its words are of no vault: it stays on this device, and
                // keeps no other, nor the lock, waiting.
                Err(Error::Input(_) | Error::Write(_)) => {}
                Err(error) => return Err(error),
            }
        }
        vault.handle.written();
        Ok(count)
    }

    /// The drafts of this device and those of the vault, as one list.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drafts_with(&self, vault: &Self) -> Result<Vec<Draft>, Error> {
        let here = self.drafts().await?;
        let ended = self.handle.read(|tables, _| tables.drafts_ended()).await?;
        let mut all = vault.handle.read(drafts_in).await?;
        all.retain(|kept| {
            let is_here = here.iter().any(|draft| draft.id == kept.id);
            let is_over = ended.iter().any(|(id, words)| *id == kept.id && *words == kept.text);
            !is_here && !is_over
        });
        all.extend(here);
        Ok(all)
    }

    /// Takes up a draft that the vault has, as it was shown, to type in it or to share it here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn take_up(&self, draft: &Draft) -> Result<(), Error> {
        let draft = draft.clone();
        self.handle.call(move |owner| owner.take_up(&draft)).await
    }

    /// Copies what was chosen of an entry of the vault into this notebook, as one change. Nothing
    /// leads from the one to the other, and what is changed later in either stays there: to share
    /// it is to say so again.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`], [`Error::Store`].
    pub async fn share_from(
        &self,
        vault: &Self,
        entry: &str,
        chosen: &Chosen,
    ) -> Result<EntryRow, Error> {
        let Chosen { fields, kind, text, into, is_again } = chosen;
        let own = vault.entry(entry).await?.entry;
        let sharing = own.sharing(fields, *kind, text.as_deref())?;
        let into: Option<EntryKey> = match into {
            Some(into) => Some(self.key_of(into).await?.parse().map_err(input)?),
            None => None,
        };
        let is_again = *is_again;
        let share = self
            .handle
            .call(move |owner| owner.share(&sharing, into.as_ref().map(|into| (into, is_again))));
        let row = share.await?;
        self.handle.written();
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::place::{Home, Place};
    use crate::store::Filter;
    use crate::{CannotWrite, Deed, Saying};

    const DAY: i32 = 20_000;

    /// Ana's notebook, and her vault beside it.
    async fn ana(home: &Path) -> (Couplet, Couplet) {
        let notebook = Home::at(&home.join("notebook")).place;
        let notebook = Couplet::found(&notebook, "Ana", None).await.unwrap();
        let vault = Couplet::found(&vault_at(home), "Ana", None).await.unwrap();
        (notebook, vault)
    }

    fn vault_at(home: &Path) -> Place {
        Place { is_vault: true, ..Home::at(&home.join("vault")).place }
    }

    /// Does it in a home of its own.
    fn at_home(work: impl AsyncFnOnce(&Path)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let home = tempfile::tempdir().unwrap();
        runtime.block_on(work(home.path()));
    }

    async fn texts(couplet: &Couplet) -> Vec<String> {
        let rows = couplet.timeline(None, 100, Filter::default()).await.unwrap();
        rows.into_iter().map(|row| row.entry.text).collect()
    }

    #[test]
    fn a_draft_that_is_put_by_is_taken_up_again_and_its_last_words_are_shared_once() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            let draft = notebook.draft_new(Kind::Note, DAY, "I am angr").await.unwrap();
            assert_eq!(notebook.keep_drafts(&vault).await.unwrap(), 1);
            assert_eq!(notebook.drafts().await.unwrap(), []);
            let listed = notebook.drafts_with(&vault).await.unwrap();
            assert_eq!((listed.len(), &listed[0].id), (1, &draft.id));
            assert_eq!(texts(&vault).await, [""; 0], "drafts are on no page of the vault");

            notebook.take_up(&listed[0]).await.unwrap();
            notebook.draft_update(&draft.id, "I missed you").await.unwrap();
            notebook.keep_drafts(&vault).await.unwrap();
            let listed = notebook.drafts_with(&vault).await.unwrap();
            assert_eq!((listed.len(), listed[0].text.as_str()), (1, "I missed you"));

            notebook.take_up(&listed[0]).await.unwrap();
            notebook.share_draft(&draft.id).await.unwrap();
            // Before the vault knows as well as after.
            assert_eq!(notebook.drafts_with(&vault).await.unwrap(), []);
            notebook.keep_drafts(&vault).await.unwrap();
            assert_eq!(notebook.drafts_with(&vault).await.unwrap(), []);
            assert_eq!(texts(&notebook).await, ["I missed you"]);
        });
    }

    #[test]
    fn what_is_typed_while_a_draft_is_put_by_is_neither_lost_nor_doubled() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            let draft = notebook.draft_new(Kind::Note, DAY, "We could").await.unwrap();
            notebook.keep_drafts(&vault).await.unwrap();
            let kept = notebook.drafts_with(&vault).await.unwrap().remove(0);
            notebook.take_up(&kept).await.unwrap();
            notebook.draft_update(&draft.id, "We could go").await.unwrap();
            let offered = notebook.draft(&draft.id).await.unwrap();
            // Her other device had typed, too; and she types on while the vault takes it in.
            let other = Draft { text: "Perhaps We could".into(), ..kept.clone() };
            vault.handle.call(move |owner| owner.keep_in_vault(&other)).await.unwrap();
            let given = offered.clone();
            let now = vault.handle.call(move |owner| owner.keep_in_vault(&given)).await.unwrap();
            notebook.draft_update(&draft.id, "We could go there").await.unwrap();
            notebook.handle.call(move |owner| owner.is_in_vault(&offered, &now)).await.unwrap();

            let typed = notebook.draft(&draft.id).await.unwrap();
            assert_eq!(typed.text, "Perhaps We could go there");
            notebook.keep_drafts(&vault).await.unwrap();
            let all = notebook.drafts_with(&vault).await.unwrap();
            assert_eq!((all.len(), all[0].text.as_str()), (1, "Perhaps We could go there"));
        });
    }

    #[test]
    fn a_draft_that_a_vault_does_not_take_stays_here_and_keeps_no_other_back() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            // As a version before left it, which looked at it only when it was shared.
            let odd = notebook.draft_new(Kind::Note, DAY, "one line").await.unwrap();
            let id = odd.id.clone();
            let spoil = move |owner: &mut crate::owner::Owner| owner.spoil_draft(&id, "one\rline");
            notebook.handle.call(spoil).await.unwrap();
            notebook.draft_new(Kind::Note, DAY, "another").await.unwrap();
            assert_eq!(notebook.keep_drafts(&vault).await.unwrap(), 1);
            let here: Vec<String> =
                notebook.drafts().await.unwrap().into_iter().map(|draft| draft.text).collect();
            assert_eq!(here, ["one\rline"]);
            assert_eq!(notebook.drafts_with(&vault).await.unwrap().len(), 2);
        });
    }

    #[test]
    fn a_process_that_ends_between_vault_and_notebook_loses_and_doubles_nothing() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            let draft = notebook.draft_new(Kind::Note, DAY, "half of it").await.unwrap();
            let given = draft.clone();
            vault.handle.call(move |owner| owner.keep_in_vault(&given)).await.unwrap();
            // The notebook does not know. Nothing was typed since: it is one draft.
            notebook.keep_drafts(&vault).await.unwrap();
            assert_eq!(notebook.drafts_with(&vault).await.unwrap().len(), 1);

            let draft = notebook.draft_new(Kind::Note, DAY, "another").await.unwrap();
            let (id, given) = (draft.id.clone(), draft);
            vault.handle.call(move |owner| owner.keep_in_vault(&given)).await.unwrap();
            notebook.draft_update(&id, "another one").await.unwrap();
            notebook.keep_drafts(&vault).await.unwrap();
            let all = notebook.drafts_with(&vault).await.unwrap();
            let texts: Vec<&str> = all.iter().map(|draft| draft.text.as_str()).collect();
            assert!(texts.contains(&"another") && texts.contains(&"another one"), "{texts:?}");
        });
    }

    #[test]
    fn later_changes_in_the_vault_do_not_flow_and_sharing_again_is_said_again() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            let own = vault.write(Kind::Fear, DAY, "That I am too much").await.unwrap();
            let key = own.entry.key.as_str();
            let words = Chosen { fields: vec!["text".into()], ..Chosen::default() };
            let shared = notebook.share_from(&vault, key, &words).await.unwrap();
            assert_eq!((shared.entry.kind, shared.entry.day), (Some(Kind::Fear), DAY));
            vault.edit(key, None, "That I am too much for you").await.unwrap();
            assert_eq!(texts(&notebook).await, ["That I am too much"]);
            let into = Some(shared.entry.key.as_str().to_owned());
            let again = Chosen { into, ..words };
            let unsaid = notebook.share_from(&vault, key, &again).await.unwrap_err();
            assert_eq!(unsaid.code(), "stands_there");
            assert_eq!(texts(&notebook).await, ["That I am too much"]);
            let again = Chosen { is_again: true, ..again };
            notebook.share_from(&vault, key, &again).await.unwrap();
            assert_eq!(texts(&notebook).await, ["That I am too much for you"]);
            assert_eq!(vault.entry(key).await.unwrap().entry.text, "That I am too much for you");
        });
    }

    #[test]
    fn what_is_for_oneself_is_written_in_a_vault_alone_and_nobody_is_let_into_one() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            let private = notebook.write(Kind::Draft, DAY, "mine").await;
            assert_eq!(private.unwrap_err().code(), "not_allowed");
            vault.write(Kind::Draft, DAY, "mine").await.unwrap();
            let marks = vault.write(Kind::Marks, DAY, "mine").await;
            assert!(matches!(marks, Err(Error::Write(CannotWrite::NotBegun))), "{marks:?}");
            let asked = vault.invite(false, None).await;
            assert!(matches!(asked, Err(Error::VaultIsOnes)), "{asked:?}");
            let draft = notebook.draft_new(Kind::Note, DAY, "a").await.unwrap();
            let mistaken = vault.handle.call(move |owner| owner.keep_in_vault(&draft));
            assert!(mistaken.await.is_ok());
            let mistaken = notebook.keep_drafts(&notebook).await;
            assert!(matches!(mistaken, Err(Error::NoVault)), "{mistaken:?}");

            vault.shutdown().await;
            let mut mistaken = vault_at(home);
            mistaken.is_vault = false;
            let opened = Couplet::open(&mistaken).await;
            let told = match opened {
                Ok(opened) => opened.status().await.err(),
                Err(error) => Some(error),
            };
            assert!(matches!(told, Some(Error::IsVault)), "{told:?}");
        });
    }

    #[test]
    fn a_template_begins_what_can_be_begun_where_it_is() {
        at_home(async |home| {
            let (notebook, vault) = ana(home).await;
            let begins = async |of: &Couplet, template: &str, kind: &str| {
                let (deed, words) = (Deed::Begins, kind.to_owned());
                let saying = Saying::Do { deed, on: None, words };
                of.say(template, saying).await.map(|row| row.entry.begins().unwrap().0)
            };
            let shared = notebook.write(Kind::Template, DAY, "Dear me").await.unwrap().entry.key;
            let refused = begins(&notebook, shared.as_str(), "self").await;
            assert!(matches!(refused, Err(Error::Write(CannotWrite::ForVault))), "{refused:?}");
            assert_eq!(begins(&notebook, shared.as_str(), "list").await.unwrap(), Kind::List);

            let own = vault.write(Kind::Template, DAY, "Dear me").await.unwrap().entry.key;
            assert_eq!(begins(&vault, own.as_str(), "self").await.unwrap(), Kind::Myself);
            let refused = begins(&vault, own.as_str(), "marks").await;
            assert!(matches!(refused, Err(Error::Write(CannotWrite::NotBegun))), "{refused:?}");
            let all = ["text", "begins"].map(str::to_owned).to_vec();
            let chosen = Chosen { fields: all, ..Chosen::default() };
            let refused = notebook.share_from(&vault, own.as_str(), &chosen).await;
            assert!(matches!(refused, Err(Error::Write(CannotWrite::ForVault))), "{refused:?}");
        });
    }

    #[test]
    fn what_is_locked_gives_nothing_and_keeps_no_key() {
        at_home(async |home| {
            let (_, vault) = ana(home).await;
            let entry = vault.write(Kind::Mood, DAY, "tired").await.unwrap();
            let other = vault.clone();
            vault.lock().await;

            for handle in [&vault, &other] {
                assert!(handle.handle.key.lock().unwrap().is_none());
                assert!(handle.handle.reader.lock().unwrap().is_none());
                assert!(handle.handle.transport.lock().unwrap().is_none());
                let read = handle.timeline(None, 10, Filter::default()).await;
                assert!(matches!(read, Err(Error::Locked)), "{read:?}");
                let read = handle.show(entry.entry.key.as_str()).await;
                assert!(matches!(read, Err(Error::Locked)), "{read:?}");
                let asked = handle.status().await;
                assert!(matches!(asked, Err(Error::Locked)), "{asked:?}");
                let written = handle.write(Kind::Mood, DAY, "awake").await;
                assert!(matches!(written, Err(Error::Locked)), "{written:?}");
            }
            let again = Couplet::open(&vault_at(home)).await.unwrap();
            assert_eq!(texts(&again).await, ["tired"]);
        });
    }
}
