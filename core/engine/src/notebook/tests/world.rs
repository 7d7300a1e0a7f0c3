//! Ana on two devices and Ben on one, who do what a step says in words, together or apart.

use std::sync::LazyLock;

use super::super::deed::{Act, Deed};
use super::super::kinds::{Fact, State};
use super::super::name::ItemId;
use super::super::schema::name;
use super::*;

/// Ana, her tablet and Ben, with one entry of Ana's.
pub(super) struct World {
    pub(super) phones: [Phone; 3],
    pub(super) key: EntryKey,
    pub(super) now: i64,
    /// The day on which their pages are looked at.
    pub(super) today: i32,
}

/// The three, each with a device that the others of its person know.
pub(super) fn phones() -> [Phone; 3] {
    let mut phones = [ANA, ANAS_TABLET, BEN].map(Phone::new);
    for (at, phone) in phones.iter_mut().enumerate() {
        phone.notebook.set_keeper(keeper(at));
    }
    phones
}

/// Who closes words on that phone of the three; made once, as keys take long to make.
pub(super) fn keeper(at: usize) -> Keeper {
    static KEEPERS: LazyLock<[Keeper; 3]> = LazyLock::new(|| {
        [(1, [1, 2].as_slice()), (2, &[1, 2]), (3, &[3])].map(|(own, all)| {
            let keys = all.iter().map(|seed| device(*seed).keys());
            Keeper::new(&device(own), keys)
        })
    });
    KEEPERS[at].clone()
}

impl World {
    pub(super) fn with(kind: Kind, text: &str) -> Self {
        let mut phones = phones();
        let written = phones[0].notebook.write(kind, 7, text, &mut rng(1)).unwrap();
        Self::after(phones, &written)
    }

    /// With an entry of Ben's.
    pub(super) fn of_ben(kind: Kind, text: &str) -> Self {
        let mut phones = phones();
        phones.swap(0, 2);
        let written = phones[0].notebook.write(kind, 7, text, &mut rng(1)).unwrap();
        let mut world = Self::after(phones, &written);
        world.phones.swap(0, 2);
        world
    }

    /// With an entry of Ana's, on three devices of hers.
    pub(super) fn of_one(kind: Kind, text: &str) -> Self {
        let mut phones = phones();
        phones[2] = Phone::new((ANA.0, WriterId([0xab; 16])));
        let written = phones[0].notebook.write(kind, 7, text, &mut rng(1)).unwrap();
        Self::after(phones, &written)
    }

    /// With what the first phone has just written.
    pub(super) fn after(mut phones: [Phone; 3], written: &Written) -> Self {
        phones[0].keep(written);
        let mut world = Self { phones, key: written.entry.key.clone(), now: 0, today: 0 };
        world.meet();
        world
    }

    pub(super) fn meet(&mut self) {
        let [ana, tablet, ben] = &mut self.phones;
        meet(&mut [ana, tablet, ben]);
    }

    /// `ana let-go`, `ben agree #0 gladly`, `ben vote @1 yes`: who, what, on which of the parts or
    /// items or times, with what.
    pub(super) fn try_to(&mut self, step: &str) -> Result<bool, CannotWrite> {
        let (who, rest) = step.split_once(' ').unwrap();
        let (deed, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let at = ["ana", "tablet", "ben"].iter().position(|name| *name == who).unwrap();
        let entry = self.phones[at].entry(&self.key);
        let ids: Vec<ItemId> = if entry.items.is_empty() {
            let asked =
                [name::REFLECTION, name::REQUEST, name::APOLOGY, name::SUPPORT, name::SHARE];
            let parts = entry.parts.iter().filter(|part| asked.contains(&part.name.as_str()));
            parts.filter_map(|part| part.id.clone()).collect()
        } else {
            entry.items.iter().map(|item| item.id.clone()).collect()
        };
        let times = entry.meeting.iter().flat_map(|meeting| &meeting.proposals);
        let times: Vec<ItemId> = times.map(|time| time.id.clone()).collect();
        let named = |on: &str, ids: &[ItemId]| {
            let (on, words) = on.split_once(' ').unwrap_or((on, ""));
            (Some(ids[on.parse::<usize>().unwrap()].clone()), words.to_owned())
        };
        let (on, words) = match (rest.strip_prefix('#'), rest.strip_prefix('@')) {
            (Some(on), _) => named(on, &ids),
            (None, Some(on)) => named(on, &times),
            (None, None) => (None, rest.to_owned()),
        };
        let words = match words.strip_prefix('^') {
            Some(named) => ids[named.parse::<usize>().unwrap()].to_string(),
            None => words,
        };
        let phone = &mut self.phones[at];
        phone.seed += 1;
        let (key, mut random) = (&self.key, rng(phone.seed));
        let notebook = &mut phone.notebook;
        let written = match deed {
            "edit" => notebook.edit(key, None, &words)?,
            "settle" => notebook.settle(key, self.now, &mut random)?,
            "begin" => Some(notebook.write(entry.kind.unwrap(), 7, &words, &mut random)?),
            "comment" => Some(notebook.comment(key, None, &words, &mut random)?),
            "react" | "unreact" => notebook.react(key, &words, deed == "react")?,
            "trash" => notebook.trash(key, 9)?,
            "resolve" => {
                let (field, value) = words.split_once(' ').unwrap();
                let time =
                    value.strip_prefix('@').map(|at| times[at.parse::<usize>().unwrap()].as_str());
                notebook.resolve(key, (field, None), time.unwrap_or(value))?
            }
            deed => {
                let deed = deed.parse().unwrap();
                let act = Act { deed, on: on.as_ref(), words: &words, now: self.now };
                notebook.act(key, act, &mut random)?
            }
        };
        written.iter().for_each(|written| phone.keep(written));
        Ok(written.is_some())
    }

    pub(super) fn does(&mut self, step: &str) -> bool {
        self.try_to(step).unwrap_or_else(|why| panic!("{step}: {why}"))
    }

    pub(super) fn together(&mut self, steps: &[&str]) {
        for step in steps {
            self.does(step);
            self.meet();
        }
    }

    pub(super) fn apart(&mut self, steps: &[&str]) {
        for step in steps {
            self.does(step);
        }
        self.meet();
        assert_eq!(self.phones[0].entry(&self.key), self.phones[1].entry(&self.key));
        let hashes = self.phones.each_ref().map(|phone| phone.entry(&self.key).content);
        assert!(hashes.iter().all(|hash| *hash == hashes[0]));
    }

    pub(super) fn entry(&self) -> Entry {
        self.phones[2].entry(&self.key)
    }

    /// Whether something is open to one of the two at the moment.
    pub(super) fn can(&self, who: Slot, deed: Deed) -> bool {
        self.entry().open.iter().any(|open| open.to == who && open.deed == deed)
    }

    pub(super) fn said(&self, name: &str) -> Vec<(Slot, String)> {
        let stances = self.entry().stances.into_iter().filter(|stance| stance.name == name);
        stances.map(|stance| (stance.by, stance.value)).collect()
    }
}

/// What happens; what state it is in then; and who is told what.
pub(super) type Row<'a> = (&'a str, &'a [&'a str], State, &'a [&'a str]);

pub(super) fn told(entry: &Entry) -> Vec<&'static str> {
    let told = entry.facts.iter().map(|fact| match fact {
        Fact::EarlierWords(_) => "earlier words",
        Fact::ConfirmedBefore(_) => "confirmed before",
        Fact::AskedAgain(Slot::First) => "ana is asked again",
        Fact::AskedAgain(Slot::Second) => "ben is asked again",
        Fact::HadSaidYes(Slot::First) => "ana had said yes",
        Fact::HadSaidYes(Slot::Second) => "ben had said yes",
        Fact::ChoseAnother(Slot::First) => "ana chose another",
        Fact::ChoseAnother(Slot::Second) => "ben chose another",
        Fact::WithdrawnAfterOpened => "withdrawn after it was opened",
        Fact::DoesNotOpen(_) => "does not open",
        Fact::KeyToCome => "its key has not come",
        Fact::EarlierVerdict(_) => "earlier verdict",
        Fact::ChangedSinceOpen(Slot::First) => "ana changed it since both were open",
        Fact::ChangedSinceOpen(Slot::Second) => "ben changed it since both were open",
        Fact::AlsoSaid(_, said) => match said.as_str() {
            "got-me" => "also said got-me",
            "yes" => "also said yes",
            "not-now" => "also said not-now",
            "partly" => "also said partly",
            other => panic!("{other}"),
        },
    });
    told.collect()
}

pub(super) fn check(kind: Kind, rows: &[Row<'_>]) {
    for (what, together, state, facts) in rows {
        let mut world = World::with(kind, "I felt hurt");
        world.together(together);
        world.apart(&[]);
        let entry = world.entry();
        assert_eq!(entry.meeting, world.phones[0].entry(&world.key).meeting, "{what}");
        assert_eq!(entry.state, Some(*state), "{what}");
        assert_eq!(told(&entry), *facts, "{what}");
    }
}
