//! One exchange with the relay, and however often it is begun anew.

use std::time::{Duration, Instant};

use super::Couplet;
use crate::backoff::BEGINNINGS;
use crate::conversation::{Conversation, Until};
use crate::error::Error;
use crate::exchange::{Exchange, Exchanged};
use crate::owner::Owner;
use crate::store::{Meta, StoreError};

impl Couplet {
    /// One exchange with the relay: push, pull, stop.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::TimedOut`], [`Error::NotLetInYet`], [`Error::Refused`].
    pub async fn sync(&self, timeout: Duration) -> Result<Exchanged, Error> {
        let began = Instant::now();
        let exchange = self.exchange(Until::CaughtUp);
        let exchanged = tokio::time::timeout(timeout, exchange).await;
        let exchanged = exchanged.unwrap_or(Err(Error::TimedOut));
        if !matches!(exchanged, Ok(_) | Err(Error::Apart)) {
            return exchanged;
        }
        // What a relay of before may have, or has to hear, is no part of the answer.
        let left = timeout.saturating_sub(began.elapsed());
        if let Ok(Ok(1..)) = tokio::time::timeout(left, self.look_back()).await {
            let left = timeout.saturating_sub(began.elapsed());
            drop(tokio::time::timeout(left, self.exchange(Until::CaughtUp)).await);
        }
        exchanged
    }

    pub(super) async fn exchange(&self, until: Until) -> Result<Exchanged, Error> {
        for _ in 0..BEGINNINGS {
            match self.exchange_once(until).await {
                Err(Error::BeginAnew) => {}
                done => return done,
            }
        }
        Err(Error::BeginAnew)
    }

    async fn exchange_once(&self, until: Until) -> Result<Exchanged, Error> {
        let began = Instant::now();
        let handle = &self.handle;
        if !handle.is_owner {
            return Err(StoreError::Busy.into());
        }
        // Before it is said what there is, so that nothing written meanwhile is passed over.
        let dirty = handle.dirty.subscribe();
        let (relay, identity) = handle
            .call(|owner| {
                if owner.is_paused()? {
                    return Err(Error::Paused);
                }
                let relay = owner.tables().get(Meta::Relay)?.ok_or(Error::NoRelay)?;
                Ok((relay, owner.signing_seed()))
            })
            .await?;
        let channel = handle.transport(&identity)?.connect(&relay).await?;
        let open = move |owner: &mut Owner| Conversation::open(owner, until, Instant::now());
        let conversation = handle.call(open).await?;
        Exchange::new(handle, channel, conversation).run(dirty, began).await
    }
}
