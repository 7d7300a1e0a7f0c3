//! Many times of one thing, and what is said of them.

use std::time::{Duration, Instant};

/// Times of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// None so far.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// One more.
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Takes the time of this.
    pub(crate) fn take<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.push(began.elapsed());
        done
    }

    /// The time that half of them do not exceed.
    pub(crate) fn p50(&self) -> Duration {
        self.at(50)
    }

    /// The time that 99 of 100 do not exceed.
    pub(crate) fn p99(&self) -> Duration {
        self.at(99)
    }

    fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent / 100).copied().unwrap_or_default()
    }
}
