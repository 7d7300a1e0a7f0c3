//! M14, text input that merges: `edit(base, new)` finds what was done word by word against the
//! version that the app had shown, and `splice` takes UTF-16 positions; fields bound to a whole
//! string on two phones never mix letters inside a word, and no character is ever cut.

use std::collections::BTreeSet;

use couplet::{Couplet, Entry, Kind};
use couplet_tests::chance::Chance;
use couplet_tests::phones::{PATIENCE, Together, meet, own_device, place, shown};

fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

/// A page that both have, and its name.
async fn page(it: &Together, text: &str) -> String {
    let page = it.ana.write(Kind::Page, 1, text).await.unwrap().entry.key;
    meet(&[&it.ana, &it.ben]).await;
    page.as_str().to_owned()
}

/// Writes what the field holds, for what it was shown to hold.
async fn edit(phone: &Couplet, was: &Entry, holds: &str) -> Entry {
    let base = was.version.to_string();
    phone.edit(was.key.as_str(), Some(&base), holds).await.unwrap().entry
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_of_the_text_that_was_shown_and_not_of_what_has_come_since() {
    let it = Together::begin().await;
    let page = page(&it, "milk, bread").await;
    let on_anas_screen = shown(&it.ana, &page).await;
    it.ben.edit(&page, None, "oat milk, bread").await.unwrap();
    meet(&[&it.ana, &it.ben]).await;
    // Ana's field has still the first text: what she did is put jam behind bread.
    let merged = edit(&it.ana, &on_anas_screen, "milk, bread, jam").await;
    assert_eq!(merged.text, "oat milk, bread, jam");
    // The same by places: the 6th unit of what was shown is where bread began.
    let base = on_anas_screen.version.to_string();
    let merged = it.ana.splice(&page, Some(&base), (6, 5), "butter").await.unwrap().entry;
    assert_eq!(merged.text, "oat milk, butter, jam");
    meet(&[&it.ana, &it.ben]).await;
    assert_eq!(shown(&it.ben, &page).await.text, merged.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn hurt_that_becomes_lonely_and_angry_becomes_no_third_word_anywhere() {
    let it = Together::begin().await;
    let page = page(&it, "I felt hurt").await;
    it.ana.edit(&page, None, "I felt lonely").await.unwrap();
    it.ben.edit(&page, None, "I felt angry").await.unwrap();
    let both = BTreeSet::from(["I", "felt", "hurt", "lonely", "angry"]);
    // Whichever way the words travel, and at every moment on it.
    for phone in [&it.ana, &it.ben, &it.ana, &it.ben] {
        phone.sync(PATIENCE).await.unwrap();
        for phone in [&it.ana, &it.ben] {
            let text = shown(phone, &page).await.text;
            assert!(words(&text).is_subset(&both), "{text}");
            for exported in phone.export().await.unwrap().entries {
                assert!(words(&exported.text).is_subset(&both), "{}", exported.text);
            }
        }
    }
    let merged = shown(&it.ana, &page).await.text;
    assert!(words(&merged).is_superset(&BTreeSet::from(["lonely", "angry"])), "{merged}");
    assert_eq!(shown(&it.ben, &page).await.text, merged);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_page_of_ones_own_two_devices_type_apart_and_every_word_is_whole() {
    let it = Together::begin().await;
    let tablet = own_device(&it.ana, &place(it.home.path(), "tablet")).await;
    let page = it.ana.write(Kind::OwnPage, 1, "I felt hurt, then 🎉").await.unwrap().entry.key;
    let page = page.as_str();
    meet(&[&it.ana, &tablet, &it.ben]).await;
    let on_anas_screen = shown(&it.ana, page).await;
    let on_the_tablets = shown(&tablet, page).await;
    edit(&tablet, &on_the_tablets, "I felt hurt and lonely, then 🎉").await;
    edit(&it.ana, &on_anas_screen, "Once I felt hurt, then 🎉 and home").await;
    meet(&[&it.ana, &tablet, &it.ben]).await;
    meet(&[&it.ana, &tablet, &it.ben]).await;
    for phone in [&it.ana, &tablet, &it.ben] {
        let text = shown(phone, page).await.text;
        assert_eq!(text, "Once I felt hurt and lonely, then 🎉 and home");
    }
}

/// A text field that is bound to the whole string: with each letter it hands over all that it holds.
struct Field<'a> {
    phone: &'a Couplet,
    was: Entry,
    word: &'static str,
    typed: String,
}

impl Field<'_> {
    /// Types the next letter of its word, in the place of `hurt` or behind what it has typed so far.
    async fn type_on(&mut self) {
        let typed = self.typed.chars().count();
        let Some(letter) = self.word.chars().nth(typed) else { return };
        let before = if typed == 0 { "hurt".to_owned() } else { self.typed.clone() };
        self.typed.push(letter);
        let typed = |word| if word == before { self.typed.as_str() } else { word };
        let holds: Vec<&str> = self.was.text.split(' ').map(typed).collect();
        let holds = holds.join(" ");
        self.was = edit(self.phone, &self.was, &holds).await;
    }

    /// Shows what has come.
    async fn refresh(&mut self) {
        self.was = shown(self.phone, self.was.key.as_str()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_fields_bound_to_the_whole_text_never_mix_letters_inside_a_word() {
    let it = Together::begin().await;
    for seed in 0..4 {
        let mut chance = Chance::new(seed);
        let page = page(&it, "I felt hurt 👩\u{200d}👧 then").await;
        let field = async |phone, word| {
            let was = shown(phone, &page).await;
            Field { phone, was, word, typed: String::new() }
        };
        let mut fields = [field(&it.ana, "lonely").await, field(&it.ben, "wu\u{308}tend").await];
        while fields.iter().any(|field| field.typed != field.word) {
            let field = &mut fields[chance.below(2)];
            match chance.below(5) {
                0 => drop(field.phone.sync(PATIENCE).await.unwrap()),
                1 => field.refresh().await,
                _ => field.type_on().await,
            }
        }
        meet(&[&it.ana, &it.ben]).await;
        let merged = shown(&it.ana, &page).await.text;
        let expected = ["I", "felt", "lonely", "wu\u{308}tend", "👩\u{200d}👧", "then"];
        assert_eq!(words(&merged), BTreeSet::from(expected), "seed {seed}: {merged}");
        assert_eq!(shown(&it.ben, &page).await.text, merged);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_inside_a_character_is_refused_and_nothing_is_cut() {
    let it = Together::begin().await;
    // In UTF-16 units the family is 8 long, from 3 to 11, and the party 2, from 16 to 18.
    let text = "Hi 👩\u{200d}👩\u{200d}👧 and 🎉!";
    let page = page(&it, text).await;
    let base = shown(&it.ana, &page).await.version.to_string();
    for inside in [(4, 0), (3, 1), (16, 1), (17, 2), (40, 0), (0, 40)] {
        let refused = it.ana.splice(&page, Some(&base), inside, "x").await.unwrap_err();
        assert_eq!(refused.code(), "invalid_input", "{inside:?}");
        assert_eq!(shown(&it.ana, &page).await.text, text);
    }
    // Both put another picture in the place of one; neither is half of one.
    it.ana.splice(&page, Some(&base), (3, 8), "👩🏽").await.unwrap();
    let base = shown(&it.ben, &page).await.version.to_string();
    it.ben.splice(&page, Some(&base), (16, 2), "🫶").await.unwrap();
    meet(&[&it.ana, &it.ben]).await;
    for phone in [&it.ana, &it.ben] {
        assert_eq!(shown(phone, &page).await.text, "Hi 👩🏽 and 🫶!");
    }
}
