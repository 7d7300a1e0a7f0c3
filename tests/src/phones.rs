//! Two partners' phones in this process, paired over a real relay.

use std::path::Path;
use std::time::Duration;

use couplet::{Couplet, Deed, Entry, Place, RelayLink, Saying, Secret};
use tempfile::TempDir;

use crate::relay::Relay;

/// Longer than any exchange on loopback takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A place for a phone's notebook.
#[must_use]
pub fn place(home: &Path, name: &str) -> Place {
    let mark = Some(home.join("marks").join(name));
    Place { directory: home.join(name), key: Secret::new([7; 32]), mark, is_vault: false }
}

/// Ana and Ben, together, over this relay.
///
/// # Panics
///
/// Where they do not find together.
pub async fn pair(home: &Path, relay: &str) -> (Couplet, Couplet) {
    let relay: RelayLink = relay.parse().unwrap();
    let ana = Couplet::found(&place(home, "ana"), "Ana", Some(relay)).await.unwrap();
    let link = ana.invite(false, None).await.unwrap().link;
    ana.sync(PATIENCE).await.unwrap();
    let ben = Couplet::join(&place(home, "ben"), &link, "Ben").await.unwrap();
    let code = ben.status().await.unwrap().waiting.unwrap().code;
    // Ben stands at the door; what he left there is what matters.
    drop(ben.sync(PATIENCE).await);
    ana.sync(PATIENCE).await.unwrap();
    let requests = ana.requests().await.unwrap();
    ana.approve(&requests[0].id, Some(&code)).await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    (ana, ben)
}

/// One more device of whoever's phone this is, in this place; of a vault's, if the place is one.
///
/// # Panics
///
/// Where it is not let in.
pub async fn one_more(by: &Couplet, place: &Place, name: &str) -> Couplet {
    let link = by.invite(true, None).await.unwrap().link;
    by.sync(PATIENCE).await.unwrap();
    let device = Couplet::join(place, &link, name).await.unwrap();
    let code = device.status().await.unwrap().waiting.unwrap().code;
    // As in `pair`.
    drop(device.sync(PATIENCE).await);
    by.sync(PATIENCE).await.unwrap();
    let requests = by.requests().await.unwrap();
    by.approve(&requests[0].id, Some(&code)).await.unwrap();
    by.sync(PATIENCE).await.unwrap();
    device.sync(PATIENCE).await.unwrap();
    device
}

/// How often everybody asks the relay once more before there is nothing left to say.
const ROUNDS: usize = 8;

/// Everybody syncs until all show the same and have sent everything.
///
/// # Panics
///
/// Where that does not come to an end.
pub async fn meet(phones: &[&Couplet]) {
    for _ in 0..ROUNDS {
        let mut is_quiet = true;
        for phone in phones {
            let met = phone.sync(PATIENCE).await.unwrap();
            is_quiet &= met.is_caught_up && met.sent == 0 && met.received == 0;
        }
        if is_quiet {
            let first = phones[0].hash().await.unwrap();
            for phone in phones {
                assert_eq!(phone.hash().await.unwrap(), first, "all show the same");
                assert_eq!(phone.status().await.unwrap().pending, 0, "all is sent");
            }
            return;
        }
    }
    panic!("after {ROUNDS} rounds somebody still has something to say");
}

/// Doing something with an entry, without naming a thing in it.
#[must_use]
pub fn doing(deed: Deed, words: &str) -> Saying {
    Saying::Do { deed, on: None, words: words.to_owned() }
}

/// Ana and Ben with their relay, in a directory that goes with them.
#[derive(Debug)]
pub struct Together {
    /// Ana's phone.
    pub ana: Couplet,
    /// Ben's.
    pub ben: Couplet,
    /// Where they meet.
    pub relay: Relay,
    /// Where all of it lies.
    pub home: TempDir,
}

impl Together {
    /// Ana and Ben, who have just found together.
    ///
    /// # Panics
    ///
    /// Where they do not.
    pub async fn begin() -> Self {
        let home = tempfile::tempdir().unwrap();
        let relay = Relay::start(&home.path().join("relay"));
        let (ana, ben) = pair(home.path(), &relay.link).await;
        Self { ana, ben, relay, home }
    }

    /// Where a phone's notebook lies: `ana`, `ben` or `tablet`.
    #[must_use]
    pub fn place(&self, name: &str) -> Place {
        place(self.home.path(), name)
    }

    /// Ana's tablet, which she lets in.
    ///
    /// # Panics
    ///
    /// Where it does not come in.
    pub async fn tablet(&self) -> Couplet {
        let tablet = one_more(&self.ana, &self.place("tablet"), "Ana").await;
        meet(&[&self.ana, &tablet, &self.ben]).await;
        tablet
    }
}

/// Does something with an entry, and shows what it has come to.
///
/// # Panics
///
/// Where it is refused.
pub async fn act(phone: &Couplet, entry: &str, deed: Deed, words: &str) -> Entry {
    act_on(phone, entry, deed, None, words).await
}

/// The same on one of the things in it.
///
/// # Panics
///
/// Where it is refused.
pub async fn act_on(
    phone: &Couplet,
    entry: &str,
    deed: Deed,
    on: Option<&str>,
    words: &str,
) -> Entry {
    let saying = Saying::Do { deed, on: on.map(str::to_owned), words: words.to_owned() };
    phone.say(entry, saying).await.unwrap().entry
}

/// An entry as a phone shows it, whether or not its person has read it.
///
/// # Panics
///
/// Where there is none of that name.
pub async fn shown(phone: &Couplet, entry: &str) -> Entry {
    phone.entry(entry).await.unwrap().entry
}
