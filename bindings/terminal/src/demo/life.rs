//! The demo notebook, lived on two real phones: what the two had done before they parted, as far as
//! the week apart goes on with it, and that week.

use std::collections::{BTreeMap, BTreeSet};

use couplet::{Deed, DemoPerson, DemoStep, demo_story, demo_time};
use serde_json::Value;

use super::phone::{Phone, Shown};
use crate::day;
use crate::failure::Failure;

/// What Ana and Ben do, and the names that their entries have on these phones.
#[derive(Debug)]
pub(super) struct Life {
    before: Vec<(usize, DemoStep)>,
    apart: Vec<(usize, DemoStep)>,
    entries: BTreeMap<usize, String>,
    /// Whether Ana, and whether Ben, did something since they met.
    have_written: [bool; 2],
}

impl Life {
    /// The one that this seed tells.
    pub(super) fn of(seed: u64) -> Self {
        let story = demo_story(seed);
        let mut begun = 0;
        let [before, apart] = [&story.together, &story.apart].map(|steps| {
            let number = |step: &DemoStep| {
                let at = step.entry().unwrap_or(begun);
                begun += usize::from(step.by().is_some() && step.entry().is_none());
                (at, *step)
            };
            steps.iter().map(number).collect::<Vec<_>>()
        });
        let gone_on_with: BTreeSet<usize> = apart.iter().map(|(at, _)| *at).collect();
        let is_wanted = |(at, step): &(usize, DemoStep)| {
            matches!(step, DemoStep::Meet) || gone_on_with.contains(at)
        };
        let mut before: Vec<_> = before.into_iter().filter(is_wanted).collect();
        before.dedup_by(|one, other| [one.1, other.1] == [DemoStep::Meet; 2]);
        Self { before, apart, entries: BTreeMap::new(), have_written: [false; 2] }
    }

    /// Everything up to the day on which they part. Answers how many entries that is.
    pub(super) async fn before(&mut self, ana: &Phone, ben: &Phone) -> Result<usize, Failure> {
        for (at, step) in self.before.clone() {
            self.act(at, step, [ana, ben]).await?;
        }
        Ok(self.entries.len())
    }

    /// The week. Answers what was begun in it.
    pub(super) async fn apart(
        &mut self,
        ana: &Phone,
        ben: &Phone,
    ) -> Result<Vec<&'static str>, Failure> {
        let mut begun = Vec::new();
        for (at, step) in self.apart.clone() {
            self.act(at, step, [ana, ben]).await?;
            if let DemoStep::Begin(.., text) = step {
                begun.push(text);
            }
        }
        Ok(begun)
    }

    /// How a repair stands that Ana let go of while Ben said more: the state on this phone.
    pub(super) async fn repair(&self, phone: &Phone) -> Result<String, Failure> {
        let is_it =
            |(_, step): &&(usize, DemoStep)| matches!(step, DemoStep::Do(_, _, Deed::LetGo, _));
        let at = self.apart.iter().find(is_it).map(|(at, _)| *at);
        let entry = at.and_then(|at| self.entries.get(&at)).map_or("", String::as_str);
        let shown = phone.ask(&["show", entry]).await?;
        Ok(shown["practice"]["stage"].as_str().unwrap_or_default().to_owned())
    }

    async fn act(&mut self, at: usize, step: DemoStep, phones: [&Phone; 2]) -> Result<(), Failure> {
        let [ana, ben] = phones;
        let Some(by) = step.by() else {
            // Whoever has nothing to send comes last.
            let order: &[&Phone] = match std::mem::take(&mut self.have_written) {
                [false, false] => &[],
                [true, false] => &[ana, ben],
                [false, true] => &[ben, ana],
                [true, true] => &[ana, ben, ana],
            };
            for phone in order {
                phone.sync().await?;
            }
            return Ok(());
        };
        let phone = if by == DemoPerson::Ana { ana } else { ben };
        let [has_ana, has_ben] = &mut self.have_written;
        *(if by == DemoPerson::Ana { has_ana } else { has_ben }) = true;
        let entry = self.entries.get(&at).map_or("", String::as_str);
        let proposed;
        let said = match step {
            DemoStep::Begin(_, kind, ago, text) => {
                let begun = phone.begin_entry(kind.name(), ago, text).await?;
                self.entries.insert(at, begun.entry);
                return Ok(());
            }
            // What is sealed has no part in the week apart.
            DemoStep::Seal(..) | DemoStep::Meet => return Ok(()),
            DemoStep::Edit(_, _, text) => return phone.ask(&["edit", entry, text]).await.map(drop),
            DemoStep::Do(
                _,
                _,
                deed @ (Deed::HappenedOn | Deed::SetDate | Deed::TogetherSince),
                when,
            ) => {
                proposed = when.parse().map_or_else(|_| when.to_owned(), day::show);
                vec![deed.name(), &proposed]
            }
            DemoStep::Do(_, _, deed, words) => vec![deed.name(), words],
            DemoStep::On(_, _, thing, deed, words) => {
                let shown = phone.ask(&["show", entry]).await?;
                proposed = things(&shown["practice"]).into_iter().nth(thing).unwrap_or_default();
                vec![deed.name(), &proposed, words]
            }
            DemoStep::Comment(_, _, text) => vec!["comment", text],
            DemoStep::React(_, _, emoji) => vec!["react", emoji],
            DemoStep::Propose(_, _, ago, hour) => {
                proposed = demo_time(ago, hour);
                vec![Deed::Propose.name(), &proposed]
            }
            DemoStep::Trash(..) => vec!["trash"],
        };
        let words = said.into_iter().filter(|word| !word.is_empty());
        let said: Vec<&str> = ["do", entry].into_iter().chain(words).collect();
        phone.ask(&said).await.map(drop)
    }
}

/// The texts of the pages in a timeline.
pub(super) fn pages(timeline: &[Shown]) -> impl Iterator<Item = &String> {
    timeline.iter().filter(|shown| shown.is_page).map(|shown| &shown.text)
}

/// The names of the things in an entry, in the order of the story.
fn things(practice: &Value) -> Vec<String> {
    let all = [&practice["parts"], &practice["items"], &practice["meeting"]["proposals"]];
    let all = all.into_iter().filter_map(Value::as_array).flatten();
    let mut things: Vec<String> = Vec::new();
    for id in all.filter_map(|thing| thing["id"].as_str()) {
        if !things.iter().any(|known| known == id) {
            things.push(id.to_owned());
        }
    }
    things
}
