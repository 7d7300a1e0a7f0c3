//! Staying in touch: one exchange after another, for as long as somebody wants it.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand_core::Rng as _;

use super::Couplet;
use crate::answers::Event;
use crate::backoff::{STABLE, away, backoff, may_pass};
use crate::conversation::Until;
use crate::error::Error;
use crate::exchange::Exchanged;
use crate::random;
use crate::transport::Unreachable;

impl Couplet {
    /// Stays attached, whatever the network and the relay do, until the future is dropped. What is
    /// written here meanwhile leaves at once, and [`Couplet::events`] tells what arrives.
    ///
    /// A vault is never attached: it is at its relay for one exchange, from time to time.
    ///
    /// # Errors
    /// What trying again does not mend: [`Error::NoRelay`], [`Error::Store`], [`Error::Closed`].
    pub async fn stay_attached(&self) -> Result<Infallible, Error> {
        let _attached = Attached::now(self);
        let is_vault = self.is_vault().await?;
        tokio::select! {
            ended = self.attach_again_and_again(), if !is_vault => ended,
            ended = self.look_by_again_and_again(), if is_vault => ended,
            ended = self.look_into_the_inbox() => ended,
            never = self.look_back_again_and_again() => match never {},
        }
    }

    /// Waits at the door until this device is let in, whatever the network and the relay do, then
    /// catches up.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`] after the time given; what trying again does not mend.
    pub async fn wait_to_be_let_in(&self, timeout: Duration) -> Result<Exchanged, Error> {
        let waiting = async {
            let mut attempt = 0;
            loop {
                let began = Instant::now();
                match self.exchange(Until::LetIn).await {
                    Err(error) if may_pass(&error) => {}
                    ended => return ended,
                }
                attempt = if began.elapsed() >= STABLE { 0 } else { attempt };
                tokio::time::sleep(backoff(attempt, random::system().next_u64())).await;
                attempt = attempt.saturating_add(1);
            }
        };
        tokio::time::timeout(timeout, waiting).await.unwrap_or(Err(Error::NotLetInYet))
    }

    async fn look_by_again_and_again(&self) -> Result<Infallible, Error> {
        loop {
            match self.exchange(Until::CaughtUp).await {
                Ok(_) => {}
                Err(Error::Paused) => self.wait_until_resumed().await?,
                Err(error) if may_pass(&error) => {
                    let (code, reason) = (error.code(), error.to_string());
                    self.handle.tell(Event::Detached { code, reason });
                }
                Err(error) => return Err(error),
            }
            let mut rng = random::system();
            tokio::time::sleep(away(rng.next_u64())).await;
        }
    }

    async fn attach_again_and_again(&self) -> Result<Infallible, Error> {
        let mut attempt = 0;
        loop {
            let began = Instant::now();
            let ended = self.exchange(Until::Stopped).await;
            let error = ended.err().unwrap_or(Unreachable::Lost.into());
            self.handle.call(|owner| owner.set_attached(false)).await?;
            let is_paused = matches!(error, Error::Paused);
            if !may_pass(&error) && !is_paused {
                return Err(error);
            }
            let (code, reason) = (error.code(), error.to_string());
            self.handle.tell(Event::Detached { code, reason });
            if is_paused {
                self.wait_until_resumed().await?;
                continue;
            }
            if began.elapsed() >= STABLE {
                attempt = 0;
            }
            tokio::time::sleep(backoff(attempt, random::system().next_u64())).await;
            attempt = attempt.saturating_add(1);
        }
    }
}

/// Whoever wanted to stay attached; when they want it no more, the store says so.
struct Attached<'a>(&'a Couplet);

impl<'a> Attached<'a> {
    fn now(couplet: &'a Couplet) -> Self {
        couplet.handle.staying.fetch_add(1, Ordering::Relaxed);
        Self(couplet)
    }
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.0.handle.staying.fetch_sub(1, Ordering::Relaxed);
        self.0.handle.post(|owner| drop(owner.set_attached(false)));
    }
}

impl Couplet {
    async fn look_into_the_inbox(&self) -> Result<Infallible, Error> {
        let mut look = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            look.tick().await;
            self.drain_inbox().await?;
        }
    }
}

/// How long words from another process wait while this one stays attached; a look is one read of
/// an empty table.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
