//! Going on at another relay.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use couplet_engine::keys::Secret;
use couplet_proto::link::RelayLink;

use super::Couplet;
use crate::conversation::Conversation;
use crate::error::Error;
use crate::exchange::{Exchange, Exchanged};
use crate::owner::Owner;
use crate::transport::Transport;

impl Couplet {
    /// Goes on at another relay, with everybody. It is said at the relay of now, in which the others
    /// hear of it; each device feeds the new one. If the relay of now does not answer any more,
    /// nobody can hear of it there: then set the new one on each device with
    /// [`Couplet::set_relay`].
    ///
    /// # Errors
    /// [`Error::Membership`].
    pub async fn move_to(&self, relay: RelayLink) -> Result<(), Error> {
        self.handle.call(move |owner| owner.move_to(&relay)).await?;
        self.handle.written();
        Ok(())
    }

    /// Looks, if it is time, whether a relay that the notebook was at has anything that is not here;
    /// how many envelopes that were.
    pub(super) async fn look_back(&self) -> Result<u64, Error> {
        let asked = |owner: &mut Owner| Ok((owner.look_back_at()?, owner.signing_seed()));
        let (Some(relay), identity) = self.handle.call(asked).await? else { return Ok(0) };
        let looked = tokio::time::timeout(PATIENCE, self.exchange_back(&relay, &identity)).await;
        let looked = looked.unwrap_or(Err(Error::TimedOut));
        let has_said_all = looked.is_ok();
        self.handle.call(move |owner| owner.looked_back(has_said_all)).await?;
        let received = looked.map_or(0, |looked| looked.received);
        if received > 0 {
            // Whoever stays attached sends it on.
            self.handle.written();
        }
        Ok(received)
    }

    /// Looks back from time to time, for as long as somebody stays attached.
    pub(super) async fn look_back_again_and_again(&self) -> Infallible {
        let mut look = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            look.tick().await;
            // Whatever is wrong here is said by the exchange with the relay of now.
            drop(self.look_back().await);
        }
    }

    async fn exchange_back(
        &self,
        relay: &RelayLink,
        as_device: &Secret,
    ) -> Result<Exchanged, Error> {
        let (handle, began) = (&self.handle, Instant::now());
        let dirty = handle.dirty.subscribe();
        // One of its own: the sessions that are resumed are the other relay's.
        let channel = Transport::new(as_device)?.connect(relay).await?;
        let look = |owner: &mut Owner| Conversation::look_back(owner, Instant::now());
        let conversation = handle.call(look).await?;
        Exchange::new(handle, channel, conversation).run(dirty, began).await
    }
}

/// How long a relay that nobody needs may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is asked whether it is time.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
