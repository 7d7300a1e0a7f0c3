//! M6, shown conflicts: what two set apart from each other is shown on both phones until one
//! chooses.

use couplet::{Couplet, Deed, Entry, Fact, Filter, Kind, Need, Saying, Slot, State, Tag};
use couplet_tests::phones::{Together, act, act_on, meet};

/// A value that both may set.
#[derive(Clone, Copy, Debug)]
enum Field {
    Topic,
    Chosen,
    HappenedOn,
    Date,
    Label,
}

impl Field {
    const ALL: [Self; 5] = [Self::Topic, Self::Chosen, Self::HappenedOn, Self::Date, Self::Label];

    const fn kind(self) -> Kind {
        match self {
            Self::Topic | Self::HappenedOn => Kind::Repair,
            Self::Chosen => Kind::HeartToHeart,
            Self::Date => Kind::Date,
            Self::Label => Kind::Profile,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Chosen => "chosen",
            Self::HappenedOn => "happened-on",
            Self::Date => "on",
            Self::Label => "label",
        }
    }

    /// Sets it to the first or to the second of two values.
    async fn set(self, phone: &Couplet, entry: &str, which: usize) {
        let day = ["20001", "20002"][which];
        match self {
            Self::Topic => {
                phone.edit(entry, None, ["Tuesday", "The party"][which]).await.unwrap();
            }
            Self::Chosen => {
                let times = phone.entry(entry).await.unwrap().entry.meeting.unwrap().proposals;
                act_on(phone, entry, Deed::Choose, Some(times[which].id.as_str()), "").await;
            }
            Self::HappenedOn => drop(act(phone, entry, Deed::HappenedOn, day).await),
            Self::Date => drop(act(phone, entry, Deed::SetDate, day).await),
            Self::Label => {
                let renamed = ["home\nOur home", "home\nThe house"][which];
                act(phone, entry, Deed::RenameTag, renamed).await;
            }
        }
    }

    /// What is shown of it, and what stands beside that.
    async fn shown(self, phone: &Couplet, entry: &str) -> (String, Vec<String>) {
        let entry = phone.entry(entry).await.unwrap().entry;
        if let Self::Topic = self {
            return (entry.text, entry.alternatives.into_iter().map(|one| one.text).collect());
        }
        let shown = entry.shown.into_iter().find(|one| one.name == self.name()).unwrap();
        (shown.value, shown.alternatives.into_iter().map(|one| one.value).collect())
    }
}

/// An entry of Ana's, with two times proposed where it has times, in which each of them has set one
/// of the two values apart from the other.
async fn set_apart(it: &Together, field: Field, [anas, bens]: [usize; 2]) -> String {
    let (ana, ben) = (&it.ana, &it.ben);
    let row = ana.write(field.kind(), 20_000, "Something").await.unwrap();
    let entry = row.entry.key.as_str().to_owned();
    if let Field::Chosen = field {
        for time in ["1 2 UTC", "3 4 UTC"] {
            act(ana, &entry, Deed::Propose, time).await;
        }
    }
    meet(&[ana, ben]).await;
    field.set(ana, &entry, anas).await;
    field.set(ben, &entry, bens).await;
    meet(&[ana, ben]).await;
    entry
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_apart_is_shown_on_both_phones_until_one_chooses() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    for field in Field::ALL {
        let entry = set_apart(&it, field, [0, 1]).await;
        let (value, alternatives) = field.shown(ana, &entry).await;
        assert_eq!(alternatives.len(), 1, "{field:?}");
        assert_ne!(alternatives[0], value, "{field:?}");
        assert_eq!(field.shown(ben, &entry).await, (value, alternatives.clone()), "{field:?}");

        // Ben chooses what stands beside, and that clears both phones.
        let [alternative] = <[String; 1]>::try_from(alternatives).unwrap();
        let (name, value) = (field.name().to_owned(), alternative.clone());
        let mut choices = ben.entry(&entry).await.unwrap().entry.choices().into_iter();
        let on = choices.find(|choice| choice.field == name).unwrap().on;
        let resolve = Saying::Resolve { field: name, on: on.map(|id| id.to_string()), value };
        ben.say(&entry, resolve.clone()).await.unwrap();
        meet(&[ana, ben]).await;
        for phone in [ana, ben] {
            let shown = field.shown(phone, &entry).await;
            assert_eq!(shown, (alternative.clone(), Vec::new()), "{field:?}");
            let again = phone.say(&entry, resolve.clone()).await.unwrap_err();
            assert_eq!(again.code(), "nothing_to_resolve", "{field:?}");
        }
    }
}

/// What a phone shows a tag as, in an entry.
async fn labels(phone: &Couplet, entry: &str) -> Vec<String> {
    let tags = phone.entry(entry).await.unwrap().tags;
    let [tag] = <[Tag; 1]>::try_from(tags).unwrap();
    assert_eq!(tag.word, "home");
    tag.labels
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_renamed_apart_is_shown_as_both_in_every_entry_until_one_chooses() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let note = ana.write(Kind::Note, 20_000, "Dear Ben").await.unwrap().entry.key;
    let note = note.as_str();
    act(ana, note, Deed::Tag, "home").await;
    assert_eq!(labels(ana, note).await, Vec::<String>::new(), "it is shown as its word");
    let profile = set_apart(&it, Field::Label, [0, 1]).await;
    for phone in [ana, ben] {
        let mut both = labels(phone, note).await;
        both.sort();
        assert_eq!(both, ["Our home", "The house"]);
        let row = &phone.timeline(None, 10, Filter::default()).await.unwrap();
        let row = row.iter().find(|row| row.entry.key.as_str() == note).unwrap();
        assert_eq!((row.tags[0].labels.len(), row.entry.conflicts()), (2, 0));
        let waits = phone.needs_attention().await.unwrap().entries;
        assert_eq!(waits.len(), 1);
        assert_eq!(waits[0].entry.key.as_str(), profile);
    }
    let on = ben.entry(&profile).await.unwrap().entry.choices().remove(0).on.unwrap().to_string();
    let (field, value) = ("label".to_owned(), "Our home".to_owned());
    ben.say(&profile, Saying::Resolve { field, on: Some(on), value }).await.unwrap();
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        assert_eq!(labels(phone, note).await, ["Our home"]);
        assert!(phone.needs_attention().await.unwrap().is_nothing());
    }
    // Filed anew under its word it is the same tag; without its profile it is that word.
    act(ben, note, Deed::Tag, "home").await;
    assert_eq!(labels(ben, note).await, ["Our home"]);
    ben.say(&profile, Saying::Trash).await.unwrap();
    assert_eq!(labels(ben, note).await, Vec::<String>::new());
    ben.say(&profile, Saying::Restore).await.unwrap();
    act(ben, &profile, Deed::RenameTag, "home").await;
    assert_eq!(labels(ben, note).await, Vec::<String>::new(), "its label was taken off");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_times_chosen_apart_one_is_agreed_once_both_have_confirmed_it() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let entry = set_apart(&it, Field::Chosen, [0, 1]).await;
    let meeting = |entry: Entry| (entry.state, entry.meeting.unwrap());
    let (state, times) = meeting(ben.entry(&entry).await.unwrap().entry);
    assert_eq!((state, times.agreed), (Some(State::TwoChosen), None));
    let own = times.proposals[1].id.to_string();
    let (field, on, value) = ("chosen".to_owned(), None, own.clone());
    ben.say(&entry, Saying::Resolve { field, on, value }).await.unwrap();
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        let waiting = phone.needs_attention().await.unwrap().entries;
        let [asked] = &waiting[..] else { panic!("{waiting:?}") };
        assert_eq!(asked.entry.needs(), [Need::Stale(Fact::ChoseAnother(Slot::First))]);
        assert_eq!(meeting(asked.entry.clone()).1.agreed, None, "no event in a calendar");
    }
    act_on(ana, &entry, Deed::Choose, Some(&own), "").await;
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        let (state, times) = meeting(phone.entry(&entry).await.unwrap().entry);
        assert_eq!((state, times.agreed), (Some(State::Agreed), own.parse().ok()));
        assert!(phone.needs_attention().await.unwrap().is_nothing());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_chosen_that_nobody_has_set() {
    let it = Together::begin().await;
    for field in [Field::Topic, Field::HappenedOn] {
        let entry = set_apart(&it, field, [0, 1]).await;
        let before = field.shown(&it.ana, &entry).await;
        let (name, on, value) = (field.name().to_owned(), None, "20003".to_owned());
        let refused = it.ana.say(&entry, Saying::Resolve { field: name, on, value }).await;
        assert_eq!(refused.unwrap_err().code(), "invalid_input", "{field:?}");
        assert_eq!(field.shown(&it.ana, &entry).await, before, "{field:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_set_the_same_apart_has_nothing_to_choose() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    for field in Field::ALL {
        let entry = set_apart(&it, field, [1, 1]).await;
        for phone in [ana, ben] {
            assert_eq!(field.shown(phone, &entry).await.1.len(), 0, "{field:?}");
            assert!(phone.needs_attention().await.unwrap().is_nothing(), "{field:?}");
        }
    }
}
