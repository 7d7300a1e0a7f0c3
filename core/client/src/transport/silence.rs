//! Whether anybody hears us: a connection over which something was said, and of which nothing was
//! acknowledged for a while, is lost. QUIC's own idle timeout is long, so that a phone that has
//! nothing to say need not wake up, and any packet from the other side renews it, also one that
//! says that nothing of ours arrives.

use std::time::{Duration, Instant};

use quinn::{Connection, ConnectionStats, VarInt};

/// How long nothing at all is acknowledged before the connection is lost: several times what a bad
/// mobile network takes for a packet, its retransmissions included.
const SILENCE: Duration = Duration::from_secs(15);

/// How often that is looked at, while a connection lasts.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// The application's close code for "nobody answers".
const UNHEARD: VarInt = VarInt::from_u32(1);

/// What was said, and whether it was heard.
#[derive(Clone, Copy, Debug, Default)]
struct Silence {
    /// The estimate of a round trip, which changes with every acknowledgement that is news. To count
    /// acknowledgements would not do: who hears nothing repeats the last.
    rtt: Duration,
    /// Frames so far that ask to be acknowledged, when the last was.
    said: u64,
    since: Option<Instant>,
}

/// Ends a connection that nobody hears; returns when it has ended, however.
pub(super) async fn end_if_unheard(connection: Connection) {
    let mut silence = Silence::default();
    loop {
        tokio::select! {
            _ = connection.closed() => return,
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
        if silence.lasts_too_long(&connection.stats(), Instant::now()) {
            connection.close(UNHEARD, b"");
        }
    }
}

impl Silence {
    fn lasts_too_long(&mut self, stats: &ConnectionStats, now: Instant) -> bool {
        let said = stats.frame_tx.stream + stats.frame_tx.ping;
        if stats.path.rtt != self.rtt {
            *self = Self { rtt: stats.path.rtt, said, since: None };
        } else if said > self.said {
            let since = *self.since.get_or_insert(now);
            return now.duration_since(since) >= SILENCE;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_heard_for_long_is_not_connected() {
        let (mut silence, began) = (Silence::default(), Instant::now());
        let mut is_over = |after: u64, rtt, said| {
            let mut stats = ConnectionStats::default();
            (stats.path.rtt, stats.frame_tx.stream) = (Duration::from_millis(rtt), said);
            silence.lasts_too_long(&stats, began + Duration::from_secs(after))
        };
        // Nothing is said, so nothing is heard.
        assert!(!is_over(0, 1, 1) && !is_over(60, 1, 1));
        // Something is said, and heard in time.
        assert!(!is_over(65, 1, 2) && !is_over(75, 1, 4) && !is_over(79, 2, 4));
        // Something is said, and again, and not heard.
        assert!(!is_over(85, 2, 5) && !is_over(95, 2, 6));
        assert!(is_over(100, 2, 6));
    }
}
