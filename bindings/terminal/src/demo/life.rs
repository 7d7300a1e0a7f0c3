//! The demo notebook, lived on two real phones: what the two had done before they parted, as far as
//! the week apart goes on with it, and that week.

use std::collections::{BTreeMap, BTreeSet};

use couplet::{Deed, DemoPerson, DemoStep, demo_story};
use serde_json::Value;

use super::phone::{Phone, Shown};
use crate::failure::Failure;

/// What Ana and Ben do, and the names that their entries have on these phones.
#[derive(Debug)]
pub(super) struct Life {
    before: Vec<(usize, DemoStep)>,
    apart: Vec<(usize, DemoStep)>,
    entries: BTreeMap<usize, String>,
}

impl Life {
    /// The one that this seed tells.
    pub(super) fn of(seed: u64) -> Self {
        let story = demo_story(seed);
        let mut begun = 0;
        let [before, apart] = [&story.together, &story.apart].map(|steps| {
            let number = |step: &DemoStep| {
                let at = entry_of(*step).unwrap_or(begun);
                begun += usize::from(matches!(step, DemoStep::Begin(..)));
                (at, *step)
            };
            steps.iter().map(number).collect::<Vec<_>>()
        });
        // Days are typed otherwise than they are kept.
        let is_told = |(_, step): &&(usize, DemoStep)| {
            !matches!(step, DemoStep::Do(_, _, Deed::SetDate | Deed::SetRepeat, _))
        };
        let apart: Vec<_> = apart.iter().filter(is_told).copied().collect();
        let gone_on_with: BTreeSet<usize> = apart.iter().map(|(at, _)| *at).collect();
        let is_wanted = |(at, step): &(usize, DemoStep)| {
            matches!(step, DemoStep::Meet) || gone_on_with.contains(at)
        };
        let mut before: Vec<_> = before.into_iter().filter(is_wanted).collect();
        before.dedup_by(|one, other| [one.1, other.1] == [DemoStep::Meet; 2]);
        Self { before, apart, entries: BTreeMap::new() }
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
        Ok(shown["practice"]["state"].as_str().unwrap_or_default().to_owned())
    }

    async fn act(&mut self, at: usize, step: DemoStep, phones: [&Phone; 2]) -> Result<(), Failure> {
        let [ana, ben] = phones;
        let phone = |by| if by == DemoPerson::Ana { ana } else { ben };
        let entry = self.entries.get(&at).cloned().unwrap_or_default();
        let say = |by: DemoPerson, said: Vec<String>| async move {
            let said: Vec<&str> = said.iter().map(String::as_str).collect();
            phone(by).ask(&said).await
        };
        let with = |verb: &str, more: &[&str]| -> Vec<String> {
            let more = more.iter().filter(|word| !word.is_empty());
            ["do", &entry, verb].iter().chain(more).map(|word| (*word).to_owned()).collect()
        };
        match step {
            DemoStep::Meet => {
                for phone in [ana, ben, ana] {
                    phone.sync().await?;
                }
            }
            DemoStep::Begin(by, kind, ago, text) => {
                let begun = phone(by).begin_entry(kind.name(), ago, text).await?;
                self.entries.insert(at, begun.entry);
            }
            DemoStep::Edit(by, _, text) => {
                say(by, ["edit", &entry, text].map(str::to_owned).to_vec()).await?;
            }
            DemoStep::Do(by, _, deed, words) => {
                say(by, with(deed.name(), &[words])).await?;
            }
            DemoStep::On(by, _, thing, deed, words) => {
                let shown = phone(by).ask(&["show", &entry]).await?;
                let named = things(&shown["practice"]);
                let on = named.get(thing).map_or("", String::as_str);
                say(by, with(deed.name(), &[on, words])).await?;
            }
            DemoStep::Comment(by, _, text) => {
                say(by, with("comment", &[text])).await?;
            }
            DemoStep::React(by, _, emoji) => {
                say(by, with("react", &[emoji])).await?;
            }
        }
        Ok(())
    }
}

/// The texts of the pages in a timeline.
pub(super) fn pages(timeline: &[Shown]) -> impl Iterator<Item = &String> {
    timeline.iter().filter(|shown| shown.is_page).map(|shown| &shown.text)
}

fn entry_of(step: DemoStep) -> Option<usize> {
    match step {
        DemoStep::Begin(..) | DemoStep::Meet => None,
        DemoStep::Edit(_, at, _)
        | DemoStep::Do(_, at, ..)
        | DemoStep::On(_, at, ..)
        | DemoStep::Comment(_, at, _)
        | DemoStep::React(_, at, _) => Some(at),
    }
}

/// The names of the things in an entry, in the order of the story.
fn things(practice: &Value) -> Vec<String> {
    let all = ["parts", "items"].iter().filter_map(|name| practice[name].as_array()).flatten();
    let mut things: Vec<String> = Vec::new();
    for id in all.filter_map(|thing| thing["id"].as_str()) {
        if !things.iter().any(|known| known == id) {
            things.push(id.to_owned());
        }
    }
    things
}
