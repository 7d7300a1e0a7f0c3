//! Bytes of frames under way: what has been promised or read and is not dealt with, what waits to be
//! sent, and what a conversation remembers of what both sides hold. Each connection's are bounded by constants; here they are bounded for all together, and
//! for those of one address.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Gate, Network};
use crate::limits::{LIGHT, LOAD_SHARE};

/// What one half of a connection has under way, taken off when it is dropped.
#[derive(Debug)]
pub struct Load {
    gate: Arc<Gate>,
    from: Network,
    bytes: usize,
}

/// All connections together, or those of one address, have too much under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overloaded;

#[derive(Debug, Default)]
pub(super) struct Loads {
    all: usize,
    of: HashMap<Network, usize>,
}

impl Gate {
    /// Nothing under way, of somebody there.
    #[must_use]
    pub fn load(self: &Arc<Self>, from: Network) -> Load {
        Load { gate: Arc::clone(self), from, bytes: 0 }
    }
}

impl Load {
    /// So much is under way. Up to [`LIGHT`] is not counted: the number of connections bounds it.
    ///
    /// # Errors
    /// [`Overloaded`]; what was counted before still is.
    pub fn set(&mut self, bytes: usize) -> Result<(), Overloaded> {
        let bytes = if bytes <= LIGHT { 0 } else { bytes };
        if bytes == self.bytes {
            return Ok(());
        }
        let limit = self.gate.allowance.frames_in_flight;
        let mut counts = self.gate.counts();
        let of_address = counts.loads.of.get(&self.from).copied().unwrap_or(0);
        let all = counts.loads.all.saturating_sub(self.bytes).saturating_add(bytes);
        let of_address = of_address.saturating_sub(self.bytes).saturating_add(bytes);
        let grows = bytes > self.bytes;
        if grows && (all > limit || of_address > limit / LOAD_SHARE) {
            return Err(Overloaded);
        }
        counts.loads.all = all;
        if of_address == 0 {
            counts.loads.of.remove(&self.from);
        } else {
            counts.loads.of.insert(self.from, of_address);
        }
        drop(counts);
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // What becomes less is never too much.
        let _ = self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::gate::Allowance;

    #[test]
    fn what_is_under_way_is_bounded_for_all_and_for_each_address() {
        let frames_in_flight = 8 * LIGHT;
        let gate = Arc::new(Gate::new(Allowance { frames_in_flight, ..Allowance::default() }));
        let of = |last: u8| gate.load(IpAddr::from([192, 0, 2, last]).into());
        let (mut one, mut two) = (of(1), of(1));
        assert_eq!(one.set(2 * LIGHT), Ok(()));
        assert_eq!(two.set(LIGHT), Ok(()), "what is light is not counted");
        assert_eq!(two.set(LIGHT + 1), Err(Overloaded), "a quarter is one address's");
        assert_eq!(one.set(LIGHT + 1), Ok(()));
        drop(one);
        assert_eq!(two.set(2 * LIGHT), Ok(()));
        let mut others: Vec<_> = (2..=5).map(of).collect();
        let room: Vec<_> = others.iter_mut().map(|load| load.set(2 * LIGHT)).collect();
        assert_eq!(room, [Ok(()), Ok(()), Ok(()), Err(Overloaded)]);
        drop((two, others));
        assert!(gate.counts().loads.all == 0 && gate.counts().loads.of.is_empty());
    }
}
