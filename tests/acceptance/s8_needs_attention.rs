//! S8, what waits for somebody: shown conflicts, what came back after it was removed, and agreements
//! to what has changed since, as one list that is the same on both phones and holds up nothing.

use couplet::{Choice, Couplet, Deed, Fact, Kind, Need, Saying, Slot};
use couplet_tests::phones::{PATIENCE, Together, act, meet};

/// What waits on a phone: the entry, and all that waits in it.
async fn waiting(phone: &Couplet) -> Vec<(String, Vec<Need>)> {
    let entries = phone.needs_attention().await.unwrap().entries;
    let need = |row: &couplet::EntryRow| (row.entry.key.as_str().to_owned(), row.entry.needs());
    entries.iter().map(need).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_waits_is_one_list_on_both_phones_and_holds_up_nothing() {
    let it = Together::begin().await;
    let (ana, ben) = (&it.ana, &it.ben);
    let begin =
        async |kind, words| ana.write(kind, 1, words).await.unwrap().entry.key.as_str().to_owned();
    let conflict = begin(Kind::Repair, "Tuesday").await;
    let stale = begin(Kind::Repair, "The party").await;
    let removed = begin(Kind::Note, "A bad day").await;
    let listening = begin(Kind::Listening, "I am tired").await;
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        assert!(phone.needs_attention().await.unwrap().is_nothing());
    }

    // Apart: both call it otherwise; she lets go while he says more; she removes what he writes on;
    // he reflects on words that she adds to.
    ana.edit(&conflict, None, "Tuesday night").await.unwrap();
    ben.edit(&conflict, None, "Wednesday").await.unwrap();
    act(ana, &stale, Deed::LetGo, "").await;
    act(ben, &stale, Deed::Tell, "I was afraid").await;
    ana.say(&removed, Saying::Trash).await.unwrap();
    ben.comment(&removed, None, "Keep it, please").await.unwrap();
    act(ben, &listening, Deed::Reflect, "You need sleep").await;
    ana.edit(&listening, None, "I am tired of planning").await.unwrap();
    meet(&[ana, ben]).await;

    let list = waiting(ana).await;
    assert_eq!(waiting(ben).await, list, "the same list on both");
    assert_eq!(list.len(), 4);
    let of = |entry: &str| list.iter().find(|(of, _)| of == entry).map(|(_, needs)| &needs[..]);
    let Some([Need::Choice(Choice { field, values, by: None, .. })]) = of(&conflict) else {
        panic!("{list:?}")
    };
    assert_eq!((field.as_str(), values.len()), ("topic", 2));
    assert_eq!(of(&stale), Some(&[Need::Stale(Fact::AskedAgain(Slot::First))][..]));
    assert_eq!(of(&removed), Some(&[Need::Resurfaced][..]));
    assert!(matches!(of(&listening), Some([Need::Stale(Fact::EarlierWords(_))])), "{list:?}");

    // Nothing of it holds up anything: words come and go while all of it waits.
    let word = ana.write(Kind::Note, 2, "Life goes on").await.unwrap().entry.key;
    for phone in [ana, ben] {
        assert!(phone.sync(PATIENCE).await.unwrap().is_caught_up);
    }
    assert_eq!(ben.show(word.as_str()).await.unwrap().entry.text, "Life goes on");
    assert_eq!(waiting(ben).await, list);

    // Each is seen to by an ordinary deed of one of them, and is gone from both lists.
    let choose = Saying::Resolve { field: field.clone(), on: None, value: values[1].clone() };
    ben.say(&conflict, choose).await.unwrap();
    act(ana, &stale, Deed::LetGo, "").await;
    ana.say(&removed, Saying::Restore).await.unwrap();
    let reflection = ben.entry(&listening).await.unwrap().entry.parts[0].id.clone().unwrap();
    let deed = Deed::Revise;
    let words = "You need help with it".to_owned();
    let anew = Saying::Do { deed, on: Some(reflection.as_str().to_owned()), words };
    ben.say(&listening, anew).await.unwrap();
    meet(&[ana, ben]).await;
    for phone in [ana, ben] {
        assert!(phone.needs_attention().await.unwrap().is_nothing());
    }
}
