//! The two of them: what each is called, since when they are a couple, and how the notebook looks.
//!
//! Each person says what they are called; nobody is called by the other. A notebook may have several
//! of these, and an app shows the first.

use couplet_proto::ids::Slot;

use super::deed::{Act, Deed, Write};
use super::kinds::{Look, on_day, value};
use super::schema::{Subject, name};
use super::{CannotWrite, check_words};
use crate::limits::MAX_WORD;
use crate::membership::name::{MAX_NAME, Name};

pub(super) fn look() -> Look {
    let mut look = Look::default();
    for by in Slot::BOTH {
        for deed in [Deed::CallMe, Deed::TogetherSince, Deed::SetTheme] {
            look.open(by, deed);
        }
    }
    look
}

pub(super) fn writes(act: Act<'_>) -> Result<Vec<Write>, CannotWrite> {
    Ok(match act.deed {
        Deed::CallMe => {
            check_words(MAX_NAME, act.words)?;
            if act.words.parse::<Name>().is_err() {
                return Err(CannotWrite::ControlCharacters);
            }
            vec![Write::Part(Subject::new(name::CALLED, None), act.words.to_owned())]
        }
        Deed::TogetherSince => vec![on_day(name::SINCE, act.words)?],
        Deed::SetTheme => {
            check_words(MAX_WORD, act.words)?;
            vec![value(name::THEME, act.words.to_owned())]
        }
        _ => Vec::new(),
    })
}
