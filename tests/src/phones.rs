//! Two partners' phones in this process, paired over a real relay.

use std::path::Path;
use std::time::Duration;

use couplet::{Couplet, Deed, Entry, Filter, History, Place, RelayLink, Saying, Secret};
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
    pair_in(&place(home, "ana"), &place(home, "ben"), relay).await
}

/// The same, in places of one's choice.
///
/// # Panics
///
/// As [`pair`].
pub async fn pair_in(anas: &Place, bens: &Place, relay: &str) -> (Couplet, Couplet) {
    let relay: RelayLink = relay.parse().unwrap();
    let ana = Couplet::found(anas, "Ana", Some(relay)).await.unwrap();
    let ben = partner(&ana, bens, None).await;
    (ana, ben)
}

/// Ben, whom Ana lets in to read so much of what is there.
///
/// # Panics
///
/// Where he does not come in.
pub async fn partner(ana: &Couplet, bens: &Place, history: Option<History>) -> Couplet {
    let link = ana.invite(false, history).await.unwrap().link;
    ana.sync(PATIENCE).await.unwrap();
    let ben = Couplet::join(bens, &link, "Ben").await.unwrap();
    let code = ben.status().await.unwrap().waiting.unwrap().code;
    // Ben stands at the door; what he left there is what matters.
    drop(ben.sync(PATIENCE).await);
    ana.sync(PATIENCE).await.unwrap();
    let requests = ana.requests().await.unwrap();
    ana.approve(&requests[0].id, Some(&code)).await.unwrap();
    ana.sync(PATIENCE).await.unwrap();
    ben.sync(PATIENCE).await.unwrap();
    ben
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
        let tablet = own_device(&self.ana, &self.place("tablet")).await;
        meet(&[&self.ana, &tablet, &self.ben]).await;
        tablet
    }
}

/// One more device of the same person's, for their notebook or for their vault.
///
/// # Panics
///
/// Where it does not come in.
pub async fn own_device(of: &Couplet, place: &Place) -> Couplet {
    let link = of.invite(true, None).await.unwrap().link;
    of.sync(PATIENCE).await.unwrap();
    let device = Couplet::join(place, &link, "Ana").await.unwrap();
    let code = device.status().await.unwrap().waiting.unwrap().code;
    drop(device.sync(PATIENCE).await);
    of.sync(PATIENCE).await.unwrap();
    let request = of.requests().await.unwrap().pop().unwrap();
    of.approve(&request.id, Some(&code)).await.unwrap();
    meet(&[of, &device]).await;
    device
}

/// Everybody exchanges until all have the same notebook, and nobody has anything left to send.
///
/// # Panics
///
/// Where they do not come to that.
pub async fn meet(phones: &[&Couplet]) {
    for _ in 0..ROUNDS {
        for phone in phones {
            assert!(phone.sync(PATIENCE).await.unwrap().is_caught_up);
        }
        let (mut hashes, mut pending) = (Vec::new(), 0);
        for phone in phones {
            hashes.push(phone.hash().await.unwrap());
            pending += phone.status().await.unwrap().pending;
        }
        if pending == 0 && hashes.windows(2).all(|pair| pair[0] == pair[1]) {
            return;
        }
    }
    panic!("they did not come to the same notebook in {ROUNDS} rounds");
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

/// The words of what is new on a phone, in the order of their letters.
///
/// # Panics
///
/// Where it cannot be read.
pub async fn unread(phone: &Couplet) -> Vec<String> {
    let filter = Filter { only_unread: true, ..Filter::default() };
    let rows = phone.timeline(None, 100, filter).await.unwrap();
    let mut texts: Vec<String> = rows.into_iter().map(|row| row.entry.text).collect();
    texts.sort();
    texts
}

/// What one writes, each of the others answers, and the first says that it was heard.
const ROUNDS: usize = 5;
