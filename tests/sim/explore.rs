//! A life drawn by lot, told again, and made shorter until only what matters is left.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use couplet_tests::chance::Chance;

use crate::breach::Breach;
use crate::log::Log;
use crate::step::Step;
use crate::world::World;

/// Runs that are spent on making a story shorter.
const SHORTER: usize = 120;

/// A story: a seed for the world, and what happens in it.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) seed: u64,
    pub(crate) steps: Vec<Step>,
}

/// How a story went wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    trace: Vec<String>,
}

impl Story {
    /// The story of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let length = 10 + chance.below(50);
        Self { seed, steps: (0..length).map(|_| Step::any(&mut chance)).collect() }
    }

    /// Tells it to its end, at which everybody has everything.
    pub(crate) fn tell(&self, breach: Breach) -> Result<Vec<String>, Failure> {
        let mut trace = Vec::new();
        let told = catch_unwind(AssertUnwindSafe(|| {
            let log = Log::default();
            tracing::subscriber::with_default(log.clone(), || {
                let mut world = World::new(self.seed, breach)?;
                let told = self.steps.iter().try_for_each(|step| world.act(step));
                let told = told.and_then(|()| world.settle());
                trace = std::mem::take(&mut world.trace);
                told.and_then(|()| log.check(&world.words))
            })
        }));
        let what = match told {
            Ok(Ok(())) => return Ok(trace),
            Ok(Err(what)) => what,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                format!("a panic: {}", text.unwrap_or("without words"))
            }
        };
        Err(Failure { what, trace })
    }

    /// A shorter story that goes wrong too.
    pub(crate) fn shorter(&self, failure: Failure) -> (Self, Failure) {
        let (mut shortest, mut failure) = (self.clone(), failure);
        let (mut spent, mut chunk) = (0, self.steps.len().div_ceil(2));
        while chunk > 0 && spent < SHORTER {
            let mut at = 0;
            while at < shortest.steps.len() && spent < SHORTER {
                let mut steps = shortest.steps.clone();
                steps.drain(at..steps.len().min(at + chunk));
                let shorter = Self { seed: self.seed, steps };
                spent += 1;
                match shorter.tell(Breach::default()) {
                    Err(found) => (shortest, failure) = (shorter, found),
                    Ok(_) => at += chunk,
                }
            }
            chunk /= 2;
        }
        (shortest, failure)
    }

    /// How often each kind of step is in it.
    pub(crate) fn count(&self, counts: &mut BTreeMap<String, u64>) {
        for step in &self.steps {
            *counts.entry(step.what.name()).or_default() += 1;
        }
    }

    /// The story in words, with what happened underneath.
    pub(crate) fn in_words(&self, failure: &Failure) -> String {
        let mut words = format!("seed {}: {}\n\nwhat led to it:\n", self.seed, failure.what);
        for line in &failure.trace {
            let _ = writeln!(words, "  {line}");
        }
        let _ = writeln!(words, "\nits steps, to be pinned:\n{:#?}", self.steps);
        words
    }
}
