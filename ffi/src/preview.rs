//! A line of the timeline: as much of an entry as a list shows, and no more than that, however long
//! its words are and whatever stands in it. A page of them crosses in a moment.

use crate::attention::Trash;
use crate::device::PersonId;
use crate::entry::{Cursor, Delivery, EntryId, Reaction, all};
use crate::kinds::{EntryState, Kind};

/// How many UTF-16 units of an entry's words a line has at most.
const LENGTH: usize = 1_000;

/// An entry as a line of the timeline shows it; `entry` has all of it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct EntryPreview {
    /// Its name.
    pub id: EntryId,
    /// Its kind; nothing for one that this version does not know.
    pub kind: Option<Kind>,
    /// The name of its kind.
    pub kind_name: String,
    /// Who made it.
    pub author: PersonId,
    /// Its civil day, days since 1970-01-01.
    pub day: i32,
    /// Its words, or how they begin; of a conversation without notes, why it is to be.
    pub text: String,
    /// Whether these are all of its words.
    pub is_whole: bool,
    /// Where it has come to, if its kind has states.
    pub state: Option<EntryState>,
    /// How many words and values stand beside others, written apart: nobody has chosen yet.
    pub conflicts: u32,
    /// How much in it waits for somebody, these among it.
    pub needs: u32,
    /// That somebody removed it, whether or not it is out of sight.
    pub trash: Option<Trash>,
    /// How many comments were made on it.
    pub comments: u32,
    /// The emoji left on it, by person.
    pub reactions: Vec<Reaction>,
    /// How many items it has.
    pub items: u32,
    /// How many of them are done.
    pub items_done: u32,
    /// Whether it has something from the other person that was not opened here.
    pub is_unread: bool,
    /// How far one's own words in it have come.
    pub delivery: Delivery,
    /// Where the timeline goes on after it.
    pub cursor: Cursor,
}

impl From<couplet::EntryRow> for EntryPreview {
    fn from(row: couplet::EntryRow) -> Self {
        let cursor = Cursor { value: row.cursor().to_string() };
        let (conflicts, needs) = (row.entry.conflicts(), row.entry.needs().len());
        let couplet::EntryRow { entry, is_unread, delivery, .. } = row.as_of(couplet::today());
        let done = entry.items.iter().filter(|item| item.is_done);
        let items_done = count(done.count());
        let (text, is_whole) = beginning(entry.headline().to_owned());
        Self {
            id: EntryId { value: entry.key.into() },
            kind: entry.kind,
            kind_name: entry.kind_name,
            author: entry.author.into(),
            day: entry.day,
            text,
            is_whole,
            state: entry.state,
            conflicts: count(conflicts),
            needs: count(needs),
            trash: entry.trash.map(Trash::from),
            comments: count(entry.comments.len()),
            reactions: all(entry.reactions),
            items: count(entry.items.len()),
            items_done,
            is_unread,
            delivery: delivery.into(),
            cursor,
        }
    }
}

/// How a text begins, up to a space if it is cut, and whether that is all of it.
fn beginning(mut text: String) -> (String, bool) {
    // No character has more units of UTF-16 than bytes of UTF-8.
    if text.len() <= LENGTH {
        return (text, true);
    }
    let mut units = 0;
    let beyond = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > LENGTH
    });
    let Some((end, _)) = beyond else { return (text, true) };
    text.truncate(end);
    if let Some(space) = text.rfind(char::is_whitespace) {
        text.truncate(space);
    }
    (text, false)
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_between_words_and_within_no_character() {
        let short = "good morning".to_owned();
        assert_eq!(beginning(short.clone()), (short, true));
        let exactly = "🌙".repeat(LENGTH / 2);
        assert_eq!(beginning(exactly.clone()), (exactly.clone(), true));
        assert_eq!(beginning(format!("{exactly}🌙")), (exactly, false));
        let words = "word ".repeat(LENGTH);
        let (text, is_whole) = beginning(words.clone());
        assert!(!is_whole && words.starts_with(&text) && text.ends_with("word"));
        assert!(text.len() > LENGTH - 10);
    }
}
