//! Recovery kits as values, and a notebook back from their words.
//!
//! Words stay in this library's memory, which wipes them, until an app asks to see them. What is
//! seen is the app's own text: UniFFI hands it over through a buffer that is freed and not wiped,
//! and no language here wipes a string. `docs/SECURITY.md` says so to apps.

use std::sync::Arc;
use std::time::SystemTime;

use couplet::Couplet;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::device::time;
use crate::error::CoupletError;
use crate::keystore::{KeyStore, key_or_new};
use crate::notebook::{Notebook, relay_link};
use crate::runtime::{CancelToken, run, unless_cancelled};

/// The 24 words of a recovery kit, without which whoever has lost every device has nothing. They are
/// wiped when the app lets go of them, and no description of them shows one.
#[derive(Debug, uniffi::Object)]
pub struct RecoveryWords(couplet::Words);

/// The state of a person's recovery kit.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RecoveryKit {
    /// Whether there is one.
    pub exists: bool,
    /// Whether one that was made here waits for the relay; its words are good only then.
    pub is_pending: bool,
    /// When it may be replaced without its words: notice was given to it. Whoever has the words and
    /// did not mean this keeps it by them.
    pub due: Option<SystemTime>,
    /// The link of the relay that its words are used at: to be written down with them.
    pub relay: Option<String>,
}

/// What renewing a recovery kit has come to.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Renewed {
    /// The kit is replaced.
    Words {
        /// The words that are good once the relay has ordered it.
        words: Arc<RecoveryWords>,
    },
    /// Notice is given.
    NotBefore {
        /// When it can be replaced without its words.
        due: SystemTime,
    },
}

/// A notebook back on a device that had nothing but words.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Recovered {
    /// The notebook; the next exchange lets this device in.
    pub notebook: Arc<Notebook>,
    /// The words that are good from that exchange on: show them before it.
    pub words: Arc<RecoveryWords>,
}

#[uniffi::export]
impl RecoveryWords {
    /// Words as people type them: any case, any spaces or line ends between. The text is wiped here
    /// once it is read.
    ///
    /// # Errors
    /// [`CoupletError::InvalidInput`] with `wrong_words`, which says where the fault is.
    #[uniffi::constructor]
    pub fn read(text: String) -> Result<Arc<Self>, CoupletError> {
        let text = Zeroizing::new(text);
        let words = couplet::Words::read(&text).map_err(couplet::Error::from)?;
        Ok(Self::of(words))
    }

    /// The words, one space between two: to be shown once, to the person alone, and kept nowhere.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.to_text().to_string()
    }
}

impl RecoveryWords {
    pub(crate) fn of(words: couplet::Words) -> Arc<Self> {
        Arc::new(Self(words))
    }

    pub(crate) const fn words(&self) -> &couplet::Words {
        &self.0
    }
}

/// A notebook back on a device that has nothing but the words of its recovery kit and the relay's
/// link, which this asks. The next exchange lets the device in; before it, show the words of the
/// answer, which replace those that were given. With `removes_others` all other devices of this
/// person are taken out then. Where it was cancelled, or the words were not seen, the notebook in
/// that place is opened and `recover_again` gives others.
///
/// # Errors
/// [`CoupletError`]; `InvalidInput` with `unknown_words`.
#[uniffi::export(default(name = None, removes_others = false, cancel = None))]
pub async fn recover(
    config: Config,
    keystore: Arc<dyn KeyStore>,
    words: Arc<RecoveryWords>,
    relay: String,
    name: Option<String>,
    removes_others: bool,
    cancel: Option<Arc<CancelToken>>,
) -> Result<Recovered, CoupletError> {
    let recover = async move {
        let relay = relay_link(&relay)?;
        let place = config.place(keystore, key_or_new).await?;
        let (words, name) = (words.words(), name.as_deref());
        let back = Couplet::recover(&place, words, &relay, name, removes_others).await?;
        let (couplet, words) = back;
        Ok(Recovered { notebook: Notebook::of(couplet), words: RecoveryWords::of(words) })
    };
    run(unless_cancelled(cancel, recover)).await
}

impl From<couplet::RecoveryKit> for RecoveryKit {
    fn from(kit: couplet::RecoveryKit) -> Self {
        let couplet::RecoveryKit { exists, is_pending, due, relay } = kit;
        let (due, relay) = (due.map(time), relay.map(|relay| relay.to_string()));
        Self { exists, is_pending, due, relay }
    }
}

impl From<couplet::Renewed> for Renewed {
    fn from(renewed: couplet::Renewed) -> Self {
        match renewed {
            couplet::Renewed::Words(words) => Self::Words { words: RecoveryWords::of(words) },
            couplet::Renewed::NotBefore(due) => Self::NotBefore { due: time(due) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_by_nothing_but_their_own_call() {
        let text = format!("{}art", "abandon ".repeat(23));
        let words = RecoveryWords::read(text.to_uppercase()).unwrap();
        assert_eq!(words.reveal(), text);
        let renewed = Renewed::Words { words };
        assert!(!format!("{renewed:?}").contains("abandon"));
        let refused = RecoveryWords::read("abandon".into()).unwrap_err();
        assert_eq!(refused.code(), "wrong_words");
    }
}
