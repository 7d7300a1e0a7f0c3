//! What is to be shown with an entry, so that nothing changes behind anybody's back.

use couplet::{Entry, Fact, ItemId};
use serde_json::{Value, json};

use super::telling::Telling;

/// A fact for programs.
pub(super) fn as_json(fact: &Fact) -> Value {
    match fact {
        Fact::EarlierWords(id) => json!({ "earlier_words": id.as_str() }),
        Fact::ConfirmedBefore(id) => json!({ "confirmed_before": id.as_str() }),
        Fact::AskedAgain(by) => json!({ "asked_again": by.index() }),
        Fact::HadSaidYes(by) => json!({ "had_said_yes": by.index() }),
        Fact::ChoseAnother(by) => json!({ "chose_another": by.index() }),
        Fact::WithdrawnAfterOpened => json!({ "withdrawn_after_opened": true }),
        Fact::DoesNotOpen(by) => json!({ "does_not_open": by.index() }),
        Fact::AlsoSaid(id, said) => json!({ "also_said": [id.as_str(), said] }),
        Fact::EarlierVerdict(id) => json!({ "earlier_verdict": id.as_str() }),
        Fact::ChangedSinceOpen(by) => json!({ "changed_since_open": by.index() }),
        Fact::KeyToCome => json!({ "key_to_come": true }),
    }
}

/// The same for people.
pub(super) fn in_words(fact: &Fact, entry: &Entry, telling: &Telling<'_>) -> String {
    let what = |id: &ItemId| telling.thing(entry, id);
    match fact {
        Fact::EarlierWords(id) => format!("{}, is about earlier words", what(id)),
        Fact::ConfirmedBefore(id) => {
            format!("{}, was confirmed before more was said", what(id))
        }
        Fact::AskedAgain(by) => {
            format!("{} let go before this was written, and is asked again", telling.person(*by))
        }
        Fact::HadSaidYes(by) => format!("{} had said yes", telling.person(*by)),
        Fact::ChoseAnother(by) => {
            format!(
                "{} chose another time, and is asked whether this one will do",
                telling.person(*by)
            )
        }
        Fact::WithdrawnAfterOpened => "withdrawn after it was opened".to_owned(),
        Fact::DoesNotOpen(by) => format!("what {} closed does not open", telling.person(*by)),
        Fact::AlsoSaid(id, said) => {
            format!("of {}, was said on another device, too: {said}", what(id))
        }
        Fact::EarlierVerdict(id) => {
            format!("what was said of {}, is about its earlier words", what(id))
        }
        Fact::ChangedSinceOpen(by) => {
            format!("{} changed their answer after both were open", telling.person(*by))
        }
        Fact::KeyToCome => "opened; its key has not come yet".to_owned(),
    }
}
