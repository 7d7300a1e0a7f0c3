//! Recovery kits: a notebook back from 24 words, and a person's own words made and renewed; and the
//! other person let in again who has lost theirs.

use std::sync::mpsc;
use std::time::Duration;

use couplet_engine::keys::Secret;
use couplet_engine::membership::name::Name;
use couplet_engine::membership::words::Words;
use couplet_proto::link::RelayLink;

use super::Couplet;
use crate::answers::{Again, Invitation, RecoveryKit, Renewed};
use crate::error::Error;
use crate::owner::{Found, Owner, Return};
use crate::place::Place;
use crate::random;
use crate::transport::{Broken, Transport, Unreachable};

/// How long a relay may take to say what words lead to.
const PATIENCE: Duration = Duration::from_secs(30);

impl Couplet {
    /// A notebook back on a device that has nothing but the words of its recovery kit and the
    /// relay's link. The answer's words are good from the next exchange on, which lets this device
    /// in: show them once, to the person alone, before it. With `removes_others` all other devices
    /// of this person are taken out then.
    ///
    /// # Errors
    /// [`Error::UnknownWords`], [`Error::Unreachable`], and [`Error::Store`] if there is a notebook
    /// in that place.
    pub async fn recover(
        place: &Place,
        words: &Words,
        relay: &RelayLink,
        name: Option<&str>,
        removes_others: bool,
    ) -> Result<(Self, Words), Error> {
        let name = name.map(str::parse::<Name>).transpose()?;
        let asking = find(words, relay);
        let found = tokio::time::timeout(PATIENCE, asking).await.map_err(|_| Error::TimedOut)??;
        let (give, given) = mpsc::channel();
        let (words, relay) = (words.clone(), relay.clone());
        let couplet = Self::start(place, move |home| {
            let (words, relay, name) = (&words, &relay, name.as_ref());
            let back = Return { words, relay, name, removes_others };
            let (owner, fresh) = Owner::recover(home, back, &found)?;
            give.send(fresh).map_err(|_| Error::Closed)?;
            Ok(owner)
        });
        let couplet = couplet.await?;
        Ok((couplet, given.recv().map_err(|_| Error::Engine)?))
    }

    /// Other words to be good from the exchange on that lets this device in; those that
    /// [`Couplet::recover`] gave may not have been seen.
    ///
    /// # Errors
    /// [`Error::LetInAlready`], [`Error::UnknownWords`] for a device that came by others.
    pub async fn recover_again(&self, words: &Words) -> Result<Words, Error> {
        let words = words.clone();
        self.handle.call(move |owner| owner.recover_again(&words)).await
    }

    /// The state of this person's recovery kit.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub async fn recovery_kit(&self) -> Result<RecoveryKit, Error> {
        self.handle.call(Owner::recovery_kit).await
    }

    /// Makes this person's first recovery kit. Its words are shown once, to the person alone, and
    /// are good once the relay has ordered it.
    ///
    /// # Errors
    /// [`Error::KitThere`], [`Error::NoRelay`].
    pub async fn make_kit(&self) -> Result<Words, Error> {
        let words = self.handle.call(Owner::make_kit).await?;
        self.handle.written();
        Ok(words)
    }

    /// Puts another recovery kit in the place of the one there is. With the old words it is done in
    /// the next exchange, and is to be asked again if that does not come about; without them notice
    /// is given, and seven days later it may be done.
    ///
    /// # Errors
    /// [`Error::UnknownWords`], [`Error::NotFound`] without a kit.
    pub async fn renew_kit(&self, old: Option<&Words>) -> Result<Renewed, Error> {
        let old = old.cloned();
        let renewed = self.handle.call(move |owner| owner.renew_kit(old.as_ref())).await?;
        self.handle.written();
        Ok(renewed)
    }

    /// Takes back, in the next exchange, the notice that was given to the kit of these words.
    ///
    /// # Errors
    /// [`Error::UnknownWords`], [`Error::NotFound`] without a notice.
    pub async fn keep_kit(&self, words: &Words) -> Result<(), Error> {
        let words = words.clone();
        self.handle.call(move |owner| owner.keep_kit(&words)).await?;
        self.handle.written();
        Ok(())
    }

    /// A link for the other person, who has lost every device and their words. Whoever joins with it
    /// and is approved takes their place: reads everything, and writes none of their words of before.
    /// All devices that there were of them are taken out. If they have a recovery kit, notice is
    /// given to it first, and there is a link seven days later.
    ///
    /// # Errors
    /// [`Error::NoRelay`], [`Error::Membership`] if nobody was here, or they left or want it gone.
    pub async fn invite_again(&self) -> Result<Again<Invitation>, Error> {
        let again = self.handle.call(Owner::invite_again).await?;
        self.handle.written();
        Ok(match again {
            Again::Link(invited) => Again::Link(invited.into()),
            Again::NotBefore(due) => Again::NotBefore(due),
        })
    }

    /// Whether these are the words of this person's recovery kit, as far as is known here.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub async fn is_kit_of(&self, words: &Words) -> Result<bool, Error> {
        let words = words.clone();
        self.handle.call(move |owner| owner.is_kit_of(&words)).await
    }
}

/// Asks the relay what the words lead to, as nobody that it knows.
async fn find(words: &Words, relay: &RelayLink) -> Result<Found, Error> {
    let nobody = Secret::random(&mut random::system());
    let mut channel = Transport::new(&nobody)?.connect(relay).await?;
    channel.send(&Found::question(words)).await?;
    while let Some(answer) = channel.receive().await {
        let frame = answer.map_err(|broken| match broken {
            Broken::NotAFrame => Error::BadRelay,
            Broken::Unreachable(why) => why.into(),
        })?;
        if let Some(found) = Found::read(words, frame)? {
            channel.close().await;
            return Ok(found);
        }
    }
    Err(Unreachable::Lost.into())
}
