//! Two partners' phones in this process, paired over a real relay.

use std::path::Path;
use std::time::Duration;

use couplet::{Couplet, Deed, Place, RelayLink, Saying, Secret};

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
