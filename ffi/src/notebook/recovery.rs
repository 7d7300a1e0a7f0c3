//! This person's recovery kit: made, renewed and kept.

use std::sync::Arc;

use couplet::Couplet;

use crate::error::CoupletError;
use crate::notebook::Notebook;
use crate::recovery::{RecoveryKit, RecoveryWords, Renewed};

#[uniffi::export]
impl Notebook {
    /// The state of this person's recovery kit.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn recovery_kit(&self) -> Result<RecoveryKit, CoupletError> {
        let read =
            |couplet: Couplet| async move { couplet.recovery_kit().await.map(RecoveryKit::from) };
        self.call(read).await
    }

    /// Makes this person's first recovery kit. Its words are shown once, to the person alone, and
    /// are good once the relay has ordered it.
    ///
    /// # Errors
    /// [`CoupletError`]; `NotAllowed` with `exists` if there is one, which can be renewed.
    pub async fn make_kit(&self) -> Result<Arc<RecoveryWords>, CoupletError> {
        let make =
            |couplet: Couplet| async move { couplet.make_kit().await.map(RecoveryWords::of) };
        self.call(make).await
    }

    /// Puts another recovery kit in the place of the one there is. With the old words it is done in
    /// the next exchange, and is to be asked again if that does not come about; without them notice
    /// is given, and seven days later it may be done.
    ///
    /// # Errors
    /// [`CoupletError`]; `InvalidInput` with `unknown_words`, `NotFound` without a kit.
    #[uniffi::method(default(old = None))]
    pub async fn renew_kit(
        &self,
        old: Option<Arc<RecoveryWords>>,
    ) -> Result<Renewed, CoupletError> {
        let renew = |couplet: Couplet| async move {
            let old = old.as_deref().map(RecoveryWords::words);
            couplet.renew_kit(old).await.map(Renewed::from)
        };
        self.call(renew).await
    }

    /// Takes back, in the next exchange, the notice that was given to the kit of these words.
    ///
    /// # Errors
    /// [`CoupletError`]; `InvalidInput` with `unknown_words`, `NotFound` without a notice.
    pub async fn keep_kit(&self, words: Arc<RecoveryWords>) -> Result<(), CoupletError> {
        self.call(|couplet| async move { couplet.keep_kit(words.words()).await }).await
    }

    /// Whether these are the words of this person's recovery kit, as far as is known here.
    ///
    /// # Errors
    /// [`CoupletError`].
    pub async fn is_kit_of(&self, words: Arc<RecoveryWords>) -> Result<bool, CoupletError> {
        self.call(|couplet| async move { couplet.is_kit_of(words.words()).await }).await
    }

    /// Other words to be good from the exchange on that lets this device in, where those that
    /// `recover` gave may not have been seen.
    ///
    /// # Errors
    /// [`CoupletError`]; `InvalidInput` with `unknown_words` for a device that came by others.
    pub async fn recover_again(
        &self,
        words: Arc<RecoveryWords>,
    ) -> Result<Arc<RecoveryWords>, CoupletError> {
        let again = |couplet: Couplet| async move {
            couplet.recover_again(words.words()).await.map(RecoveryWords::of)
        };
        self.call(again).await
    }
}
