//! P8, two-hands text: a paragraph that one removes while the other, not having seen that, writes in
//! it leaves the other's words. They stay, are flagged alike on both phones, hold up nothing, and
//! the flag goes on both when either keeps them, or by itself when they are removed.

use couplet::{Couplet, KEEP, Kind, LeftOver, Need, Saying};
use couplet_tests::phones::{Together, meet, shown};

const BEGUN: &str = "Dear us\nWe met in May at noon\nTo be told";

/// The page after Ben removed a paragraph of it and Ana, apart from him, wrote in that.
async fn left_over(it: &Together) -> String {
    let page = it.ana.write(Kind::Page, 1, BEGUN).await.unwrap().entry.key;
    let page = page.as_str().to_owned();
    meet(&[&it.ana, &it.ben]).await;
    it.ben.edit(&page, None, "Dear us\nTo be told").await.unwrap();
    let written = BEGUN.replace("May", "May (and I love you)");
    it.ana.edit(&page, None, &written).await.unwrap();
    meet(&[&it.ana, &it.ben]).await;
    page
}

/// What waits on that phone, all of it being left-over words.
async fn waiting(phone: &Couplet) -> Vec<LeftOver> {
    let rows = phone.needs_attention().await.unwrap().entries;
    let needs = rows.into_iter().flat_map(|row| row.entry.needs());
    let left = needs.map(|need| match need {
        Need::LeftOver(left) => left,
        other => panic!("{other:?}"),
    });
    left.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn anas_words_in_a_paragraph_that_ben_removed_are_flagged_on_both_until_one_keeps_them() {
    let it = Together::begin().await;
    let page = left_over(&it).await;
    let text = shown(&it.ana, &page).await.text;
    assert_eq!(text, "Dear us\n (and I love you)To be told");
    let on_anas = waiting(&it.ana).await;
    assert_eq!(on_anas, waiting(&it.ben).await);
    let [left] = on_anas.as_slice() else { panic!("{on_anas:?}") };
    assert_eq!((left.text.as_str(), left.range), (" (and I love you)", (8, 25)));
    assert_eq!(left.by, shown(&it.ana, &page).await.author);
    let on = Some(left.id.as_str()[..8].to_owned());
    let keep = Saying::Resolve { field: "left-over".to_owned(), on, value: KEEP.to_owned() };
    it.ben.say(&page, keep).await.unwrap();
    assert_eq!(waiting(&it.ben).await, []);
    meet(&[&it.ana, &it.ben]).await;
    assert_eq!(waiting(&it.ana).await, []);
    assert_eq!(shown(&it.ana, &page).await.text, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flag_goes_by_itself_when_the_words_are_removed() {
    let it = Together::begin().await;
    let page = left_over(&it).await;
    assert_eq!(waiting(&it.ana).await.len(), 1);
    it.ana.edit(&page, None, "Dear us\nTo be told").await.unwrap();
    assert_eq!(waiting(&it.ana).await, []);
    meet(&[&it.ana, &it.ben]).await;
    assert_eq!(waiting(&it.ben).await, []);
}
