//! What a network does to datagrams, drawn from a seed.

use std::time::Duration;

use crate::chance::Chance;

/// What happens to the datagrams of a line. Numbers are out of a hundred datagrams.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// So many are lost, each for itself.
    pub lost: usize,
    /// So many begin a burst in which everything is lost.
    pub bursts: usize,
    /// So many come twice.
    pub doubled: usize,
    /// So many are held back, so that later ones overtake them.
    pub overtaken: usize,
    /// How long every datagram is under way, one way.
    pub delay: Duration,
    /// Longer ones vanish without a word.
    pub longest: Option<usize>,
    /// After so many datagrams up, a flow goes on from another port, again and again.
    pub rebinds_every: Option<u64>,
    /// Of every flow a firewall lets this many datagrams pass each way, and none after.
    pub passes: Option<u64>,
    /// What the phone sends does not arrive.
    pub is_cut_up: bool,
    /// What the relay sends does not arrive.
    pub is_cut_down: bool,
}

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the relay.
    Up,
    /// To the phone.
    Down,
}

/// One way of one flow, as far as its weather depends on what went before.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Datagrams so far.
    pub seen: u64,
    is_in_burst: bool,
}

/// What becomes of a datagram: how long each copy is under way; none, if it is lost.
pub type Copies = Vec<Duration>;

/// Of a hundred datagrams in a burst so many end it: four are lost in a row, on average.
const BURST_ENDS: usize = 25;

/// How much longer a datagram that is overtaken is under way, at the most.
const HELD_BACK: Duration = Duration::from_millis(60);

impl Weather {
    /// Nothing passes, either way.
    #[must_use]
    pub fn cut() -> Self {
        Self { is_cut_up: true, is_cut_down: true, ..Self::default() }
    }

    /// What becomes of the next datagram of this stream.
    pub fn meet(
        &self,
        way: Way,
        length: usize,
        stream: &mut Stream,
        chance: &mut Chance,
    ) -> Copies {
        stream.seen += 1;
        stream.is_in_burst = if stream.is_in_burst {
            !chance.percent(BURST_ENDS)
        } else {
            chance.percent(self.bursts)
        };
        let is_cut = match way {
            Way::Up => self.is_cut_up,
            Way::Down => self.is_cut_down,
        };
        let is_blocked = self.passes.is_some_and(|passes| stream.seen > passes);
        let is_too_long = self.longest.is_some_and(|longest| length > longest);
        let is_lost = stream.is_in_burst || chance.percent(self.lost);
        if is_cut || is_blocked || is_too_long || is_lost {
            return Vec::new();
        }
        let copies = if chance.percent(self.doubled) { 2 } else { 1 };
        (0..copies).map(|_| self.delay + self.held_back(chance)).collect()
    }

    fn held_back(&self, chance: &mut Chance) -> Duration {
        if chance.percent(self.overtaken) {
            HELD_BACK.mul_f64(chance.below(1_000) as f64 / 1_000.0)
        } else {
            Duration::ZERO
        }
    }
}
