//! Whoever takes their words out of the app finds all of them there: of every kind of entry, whatever
//! can be done in it, in the Markdown and in the JSON.

use std::collections::BTreeSet;
use std::fs;

use couplet::{Couplet, Deed, Entry, ItemId, Kind, On, Open, Opens, Place, Saying, Seal, Slot};
use couplet_tests::hex::hex;
use couplet_tests::phones::{Together, meet, place, shown};
use couplet_tests::terminal::Phone;
use serde_json::Value;

/// Deeds that take something back, or say that it is not so: they leave no words.
const TAKING_BACK: [Deed; 16] = [
    Deed::StepBack,
    Deed::Unfeel,
    Deed::Unreceive,
    Deed::Resume,
    Deed::Withdraw,
    Deed::Unkeep,
    Deed::Unadopt,
    Deed::TakeBack,
    Deed::ShareAgain,
    Deed::Remove,
    Deed::Uncheck,
    Deed::Unanswer,
    Deed::Unsend,
    Deed::Untag,
    Deed::Unlink,
    Deed::Unthank,
];

/// What both set is set once, as the later of two would stand alone.
const OF_BOTH: [Deed; 12] = [
    Deed::Entitle,
    Deed::SetColour,
    Deed::HappenedOn,
    Deed::SetLength,
    Deed::SetWhere,
    Deed::TogetherSince,
    Deed::SetTheme,
    Deed::SetDate,
    Deed::SetRepeat,
    Deed::Propose,
    Deed::Choose,
    Deed::Entrust,
];

/// What was done already: in which entry, what, on what and by whom.
type Done = BTreeSet<(String, Deed, Option<ItemId>, Option<Slot>)>;

/// What was said so far, and is to be found.
#[derive(Default)]
struct Said {
    count: usize,
    /// Words of theirs.
    words: Vec<String>,
    /// What a reader of the Markdown is told besides.
    told: BTreeSet<&'static str>,
    done: Done,
}

impl Said {
    /// Words that nobody has said before.
    fn anew(&mut self) -> String {
        self.count += 1;
        let words = format!("word{}s", self.count);
        self.words.push(words.clone());
        words
    }

    /// The words of a deed, and what people are told of it.
    fn with(&mut self, deed: Deed) -> String {
        let (words, told) = match deed {
            Deed::BeThere => ("nod", "Ben, presence: nod"),
            Deed::DoneBy => ("you", "Ben did it"),
            Deed::SetTender => ("yes", "Ana, tender: yes"),
            Deed::Stand => ("trying", "Ana, status: trying"),
            Deed::SetRepeat => ("yearly", "repeat: yearly"),
            Deed::Rate => ("4", "Ana, level: 4"),
            Deed::SetLength => ("45", "length: 45"),
            Deed::Begins => ("page", "Ana, begins: page"),
            Deed::Entrust => ("both", "Ana and Ben: word"),
            Deed::Propose => ("1796144400 1796149800 UTC", "2026-12-01 17:00 to 18:30 (UTC)"),
            Deed::Vote => ("maybe", "Ana maybe, Ben yes, proposed by Ben"),
            Deed::Choose => ("", "chosen: 2026-12-01 17:00 to 18:30 (UTC)"),
            Deed::HappenedOn => ("27000", "happened-on: Friday, 4 December 2043"),
            Deed::SetDate => ("27000", "on: Friday, 4 December 2043"),
            Deed::TogetherSince => ("27000", "together-since: Friday, 4 December 2043"),
            Deed::Pause => ("27000", "Ben asked for a pause, until Friday, 4 December 2043"),
            Deed::LetGo => ("", "Ana, let-go: yes"),
            Deed::Receive => ("", "received (Ben's apology, \"word"),
            Deed::GotMe => ("", "verdict (Ben's reflection, \"word"),
            Deed::Keep => ("", "Ben, keep: yes"),
            Deed::Adopt => ("", "Ben, adopt: yes"),
            Deed::Open => ("", "opened"),
            Deed::Check => ("", "- [x] "),
            Deed::Link => ("0/mfrggzdfmztwq2lkmfrggzdfmy", "beside: 0/mfrggzdfmztwq2lkmfrggzdfmy"),
            Deed::Later => ("", "Ben, not-now: yes"),
            Deed::Cancel => ("", "Ben, cancel: yes"),
            Deed::Held => ("", "Ben, held: yes"),
            Deed::NotYet | Deed::Move => ("", ""),
            Deed::Weigh => {
                self.told.insert(" (4)");
                return format!("4 {}", self.anew());
            }
            Deed::RenameTag => return format!("{}\n{}", self.anew(), self.anew()),
            _ => return self.anew(),
        };
        self.told.insert(told);
        words.to_owned()
    }

    /// Something that is open to this person there and was not done, if there is anything.
    fn next(&mut self, entry: &Entry, me: Slot) -> Option<Saying> {
        let is_theirs = |open: &&Open| open.to == me && !TAKING_BACK.contains(&open.deed);
        for open in entry.open.iter().filter(is_theirs) {
            let on = match &open.on {
                On::Entry => None,
                On::Thing(id) => Some(id.clone()),
                On::AnyItem => Some(entry.items.last()?.id.clone()),
            };
            let thing = on.clone().filter(|_| open.on != On::AnyItem);
            let by = Some(me).filter(|_| !OF_BOTH.contains(&open.deed));
            if !self.done.insert((entry.key.as_str().to_owned(), open.deed, thing, by)) {
                continue;
            }
            if open.deed == Deed::Change {
                // Of an item as it was nothing is shown.
                let before = entry.items.last().map(|item| item.text.clone());
                self.words.retain(|words| before.as_ref() != Some(words));
            }
            let words = self.with(open.deed);
            return Some(Saying::Do { deed: open.deed, on: on.map(|id| id.to_string()), words });
        }
        None
    }

    /// Does everything that is open to this person in these entries.
    async fn do_all(&mut self, phone: &Couplet, entries: &[String]) {
        let me = phone.status().await.unwrap().slot;
        for key in entries {
            while let Some(saying) = self.next(&shown(phone, key).await, me) {
                let told = format!("{saying:?}");
                let said = phone.say(key, saying).await;
                said.unwrap_or_else(|error| panic!("{key} {told}: {error}"));
            }
        }
    }

    /// An entry, its words written anew, and a comment on it.
    async fn begin(&mut self, phone: &Couplet, kind: Kind) -> String {
        let row = phone.write(kind, 20_000, &self.anew()).await.unwrap();
        let key = row.entry.key.as_str().to_owned();
        let first = row.entry.headline().to_owned();
        // Of a text that is typed, and of a value, what stands is shown, and not what stood there.
        phone.edit(&key, None, &format!("{first}\n{}", self.anew())).await.unwrap();
        let comment = phone.comment(&key, None, &self.anew()).await.unwrap().entry;
        let comment = comment.comments[0].id.to_string();
        phone.comment(&key, Some(&comment), &self.anew()).await.unwrap();
        let text = self.anew();
        phone.say(&key, Saying::EditComment { comment, text }).await.unwrap();
        key
    }
}

/// What an export of a phone's holds: the Markdown as it is read, and the entries of the JSON.
fn taken_out(phone: &Phone, place: &[&str]) -> (String, String) {
    let file = phone.home.join("taken-out");
    let named = file.to_str().unwrap();
    phone.ask(&[place, &["export", named, "--format", "markdown"]].concat());
    let markdown = fs::read_to_string(&file).unwrap().replace(['*', '\\'], "");
    phone.ask(&[place, &["export", named]].concat());
    let json: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    (markdown, json["entries"].to_string())
}

fn missing<'a>(words: &'a [String], text: &str) -> Vec<&'a String> {
    words.iter().filter(|words| !text.contains(words.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_of_every_kind_is_taken_out() {
    let Together { ana, ben, relay, home } = Together::begin().await;
    let mut said = Said::default();
    let mut entries = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_for_oneself()) {
        entries.push(said.begin(&ana, kind).await);
    }
    let wanted = Seal { opens: Opens::Wanted, is_held_back: false };
    let (when, text) = (said.anew(), said.anew());
    let opened = ana.write_sealed(wanted, Some(&when), 20_000, &text).await.unwrap();
    entries.push(opened.entry.key.as_str().to_owned());
    let later = Seal { opens: Opens::At(4_000_000_000), is_held_back: false };
    ana.write_sealed(later, None, 20_000, "closed to Ben").await.unwrap();
    for _ in 0..2 {
        for phone in [&ben, &ana] {
            meet(&[&ana, &ben]).await;
            said.do_all(phone, &entries).await;
        }
    }
    meet(&[&ana, &ben]).await;
    ana.say(&entries[0], Saying::Trash).await.unwrap();
    said.told.insert("removed by Ana on ");
    said.told.insert("sealed until 2096-10-0");
    let mut own = Said::default();
    let at = Place { is_vault: true, ..place(&home.path().join("ana"), "vault") };
    let vault = Couplet::found(&at, "Ana", None).await.unwrap();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.begun_in(true).is_ok()) {
        let entry = own.begin(&vault, kind).await;
        own.do_all(&vault, &[entry]).await;
    }
    meet(&[&ana, &ben]).await;
    drop((ana, ben, vault, relay));

    let done = said.done.iter().chain(&own.done).map(|(_, deed, ..)| *deed);
    let done: BTreeSet<Deed> = done.chain(TAKING_BACK).collect();
    let undone: Vec<Deed> = Deed::ALL.into_iter().filter(|deed| !done.contains(deed)).collect();
    assert!(undone.is_empty(), "of these nothing is looked for: {undone:?}");
    for name in ["Ana", "Ben"] {
        let phone = Phone::new(home.path(), name);
        fs::write(phone.home.join("key"), hex(&[7; 32])).unwrap();
        let (markdown, json) = taken_out(&phone, &[]);
        for text in [&markdown, &json] {
            let missing = missing(&said.words, text);
            assert!(missing.is_empty(), "{name}: {missing:?} in {text}");
        }
        for told in &said.told {
            assert!(markdown.contains(told), "{name}: {told} in {markdown}");
        }
        let is_ben = name == "Ben";
        assert!(!(is_ben && (markdown + &json).contains("closed to Ben")), "it is sealed");
    }
    let ana = Phone::new(home.path(), "Ana");
    fs::write(ana.home.join("vault").join("key"), hex(&[7; 32])).unwrap();
    let (markdown, json) = taken_out(&ana, &["vault"]);
    for text in [&markdown, &json] {
        let missing = missing(&own.words, text);
        assert!(missing.is_empty(), "{missing:?} in {text}");
    }
}
