//! Two partners' phones in this process, paired over a real relay.

use std::path::Path;
use std::time::Duration;

use couplet::{Couplet, Place, RelayLink, Secret};

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
    let link = ana.invite(false, None).await.unwrap().link;
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
    (ana, ben)
}
