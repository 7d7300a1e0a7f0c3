//! The kinds of entry, what is done with them, and what stands in an entry besides its words.
//!
//! A kind, a state or a deed is one line here, as the engine has it: the compiler says which is
//! missing, and `interface.txt` and a test of each language say where else it belongs. What a kind
//! that this version does not know means, nobody here can say: its entries have no kind, and the
//! name that they were given.

use crate::device::PersonId;
use crate::entry::{Revision, all, earlier};

/// The name of something that stands in an entry: somebody's words, or an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct ItemId {
    /// The name, or where one is asked for, a beginning of it that no other has.
    pub value: String,
}

/// A kind of entry that this version knows.
pub type Kind = couplet::Kind;
#[uniffi::remote(Enum)]
pub enum Kind {
    /// Words of one person for the other.
    Note,
    /// A page that both write on.
    Page,
    /// What one person wants to be heard, and what the other heard.
    Listening,
    /// Something that hurt, both sides of it, and letting it go.
    Repair,
    /// A small kindness that somebody did.
    Gesture,
    /// What somebody dreams of.
    Dream,
    /// What somebody is afraid of.
    Fear,
    /// What somebody wants to become.
    Aspiration,
    /// Things in an order, each open or done.
    List,
    /// How somebody feels on a day.
    Mood,
    /// A day that comes back.
    Date,
    /// A conversation that two people make time for.
    HeartToHeart,
    /// A question that both answer before either reads the other's answer.
    Prompt,
    /// The two of them: what each is called, and since when.
    Profile,
    /// What an entry may be begun from.
    Template,
    /// For oneself: a page of one's journal.
    Myself,
    /// For oneself: something one needs.
    Need,
    /// For oneself: where one's limit is.
    Boundary,
    /// For oneself: a letter to oneself.
    Letter,
    /// For oneself: something to come back on a day.
    Reminder,
    /// For oneself: words that were not shared so far.
    Draft,
    /// For oneself: what was seen of a shared notebook. It is written and read by no app.
    Marks,
    /// A page that its author alone writes on, and both read.
    OwnPage,
}

/// Where an entry of some kind has come to.
pub type EntryState = couplet::State;
#[uniffi::remote(Enum)]
pub enum EntryState {
    /// Listening: the words wait for a reflection.
    Shared,
    /// Listening: a reflection waits for the speaker.
    Reflected,
    /// Listening: it is not quite what was meant.
    Clarifying,
    /// Listening: the speaker was understood, in all that they said.
    Understood,
    /// Listening: the speaker was understood, and has said more since.
    MoreToSay,
    /// Repair: it is being talked about.
    Open,
    /// Repair: somebody asked for a pause.
    Paused,
    /// Repair: one of the two has let it go, as it stands.
    OneLetGo,
    /// Repair: both have let it go, as it stands.
    AtRest,
    /// Repair: both had let it go, and something has come since.
    Reopened,
    /// Note, gesture: whom it was for said thank you.
    Thanked,
    /// Note: it is sealed, and was not opened.
    Sealed,
    /// Note: it was sealed, and was opened.
    Opened,
    /// Note: its author withdrew it before it was opened.
    Withdrawn,
    /// Heart-to-heart: no time was proposed.
    Invited,
    /// Heart-to-heart: there are times, and none that both agree on.
    Proposed,
    /// Heart-to-heart: both agree on a time.
    Agreed,
    /// Heart-to-heart: two times were chosen apart; both are shown.
    TwoChosen,
    /// Heart-to-heart: somebody said not now.
    Later,
    /// Heart-to-heart: somebody cancelled it.
    Cancelled,
    /// Heart-to-heart: it has been.
    Held,
    /// Prompt: nobody has answered.
    Asked,
    /// Prompt: one has answered, and it is closed to the other.
    OneAnswered,
    /// Prompt: both have answered, and a phone of each must hear of it.
    BothAnswered,
    /// Prompt: both answers are open to both.
    Revealed,
    /// Dream, fear, aspiration: both made it theirs.
    Ours,
    /// Dream, fear, aspiration, mood: its author took it back; the other's phone may have shown it.
    TakenBack,
}

/// Something to do with an entry of some kind.
pub type Deed = couplet::Deed;
#[uniffi::remote(Enum)]
pub enum Deed {
    /// Listening: say what one heard.
    Reflect,
    /// Listening: that reflection is right.
    GotMe,
    /// Listening: it is right in part; the words say what it missed.
    Partly,
    /// Listening: it is not right yet.
    NotYet,
    /// Listening: be there: nod, touch or here.
    BeThere,
    /// Listening: take the next turn to speak.
    Speak,
    /// Repair: tell one's own side.
    Tell,
    /// Repair: say the other's side as one sees it.
    Understand,
    /// Repair: name something one felt.
    Feel,
    /// Repair: take a feeling back.
    Unfeel,
    /// Repair: ask the other for something.
    Ask,
    /// Repair: say yes to what was asked.
    Agree,
    /// Repair: say no to what was asked.
    Decline,
    /// Repair: not now to what was asked.
    NotNow,
    /// Repair: apologise.
    Apologise,
    /// Repair: an apology was received.
    Receive,
    /// Repair: pause it; the words say until which day, or nothing.
    Pause,
    /// Repair: end one's pause.
    Resume,
    /// Repair: let it go.
    LetGo,
    /// Repair: hold on to it after all.
    Withdraw,
    /// Repair: the day it happened.
    HappenedOn,
    /// Note, gesture: thank for it, if it was for oneself and can be read.
    Thank,
    /// Note, gesture: keep it.
    Keep,
    /// Note, gesture: keep it no more.
    Unkeep,
    /// Dream, fear, aspiration: how one stands to it: holding, trying, resting or done.
    Stand,
    /// Dream, fear, aspiration: say that one is with the other.
    BeWith,
    /// Dream, fear, aspiration: ask about it.
    Wonder,
    /// Dream, fear, aspiration: offer something.
    Offer,
    /// Dream, fear, aspiration: make it one's own, too.
    Adopt,
    /// Dream, fear, aspiration: make it one's own no more.
    Unadopt,
    /// Dream, fear, aspiration, mood: take it back from the other's sight.
    TakeBack,
    /// Dream, fear, aspiration, mood: let the other see it again.
    ShareAgain,
    /// List and steps: one more.
    Add,
    /// List and steps: its words anew.
    Change,
    /// List and steps: take it off.
    Remove,
    /// List and steps: it is done.
    Check,
    /// List and steps: it is open.
    Uncheck,
    /// List and steps: put it before the one named by the words, or at the end.
    Move,
    /// Lists: who takes care of it: me, you or both.
    Entrust,
    /// Page, listening: what it is called.
    Entitle,
    /// Heart-to-heart: say why anew.
    Explain,
    /// Heart-to-heart: propose a time: its beginning and its end in seconds since 1970-01-01 UTC,
    /// and the name of a time zone.
    Propose,
    /// Heart-to-heart: whether one can at a time: yes, maybe or no.
    Vote,
    /// Heart-to-heart: which time it is to be; one can then.
    Choose,
    /// Heart-to-heart: how many minutes.
    SetLength,
    /// Heart-to-heart: where.
    SetWhere,
    /// Heart-to-heart: promise something.
    Promise,
    /// Heart-to-heart: not now; no takes it back.
    Later,
    /// Heart-to-heart: it is not to be; no takes it back.
    Cancel,
    /// Heart-to-heart: it has been; no takes it back.
    Held,
    /// Prompt: answer it, closed until both have.
    Answer,
    /// Prompt: take one's answer back, as long as the other has none.
    Unanswer,
    /// Note: open it, once its seal allows.
    Open,
    /// Note: withdraw it, if it was not opened.
    Unsend,
    /// Mood: how good, from 1 to 5.
    Rate,
    /// Profile: what one is called.
    CallMe,
    /// Profile: since which day.
    TogetherSince,
    /// Profile: how the notebook looks.
    SetTheme,
    /// Template: which kind of entry it begins.
    Begins,
    /// Date, reminder: which day it is.
    SetDate,
    /// Date, reminder: how it comes back: yearly, monthly, weekly or never.
    SetRepeat,
    /// Words of one's own, other than the body, anew.
    Revise,
    /// File it under a word.
    Tag,
    /// Take that word off.
    Untag,
    /// Listening, note, gesture: which colour or paper it has, for the app to know.
    SetColour,
    /// Listening: name another page of listening that goes with it, as after both opened one.
    Link,
    /// Listening: take such a page off.
    Unlink,
    /// Profile: what a tag is called: its word, and on the next line its label, or none.
    RenameTag,
    /// Repair: take back that an apology was received.
    Unreceive,
    /// Note, gesture: take one's thanks back, and the words that came with it.
    Unthank,
    /// Listening: take a sign of being there back: nod, touch or here.
    StepBack,
    /// Gesture: who did it, if not who wrote it down: me or you.
    DoneBy,
    /// Dream, fear, aspiration: whether it is to be handled gently: yes or no.
    SetTender,
    /// Repair: how strong a feeling of one's own is, from 1 to 5, and which; no takes that back.
    Weigh,
}

/// What a deed is done on.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum On {
    /// The entry.
    Entry,
    /// The thing of that name in it.
    Thing {
        /// Its name.
        id: ItemId,
    },
    /// Any of its items.
    AnyItem,
}

/// A tag of an entry, and what it is shown as.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct EntryTag {
    /// Its word, as it stands among the members.
    pub word: String,
    /// What it is to be shown as: none for its word, several if it was renamed apart and nobody has
    /// chosen.
    pub labels: Vec<String>,
}

impl From<couplet::Tag> for EntryTag {
    fn from(couplet::Tag { word, labels }: couplet::Tag) -> Self {
        Self { word, labels }
    }
}

/// A deed that is open to this device's person at the moment.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Open {
    /// What.
    pub deed: Deed,
    /// On what.
    pub on: On,
}

/// Words of one person in an entry that are not its body.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Part {
    /// What they are: `reflection`, `perspective`, `apology` and so on.
    pub name: String,
    /// Which, where there can be several; or of which thing they speak.
    pub id: Option<ItemId>,
    /// Whose.
    pub by: PersonId,
    /// Which generation of that person: nobody of another writes them anew.
    pub generation: u32,
    /// The words; none where what they were said with is said no more, and they are history.
    pub text: String,
    /// Words that stand beside these, written apart on two phones of one person.
    pub alternatives: Vec<Revision>,
    /// Every revision, the oldest first.
    pub revisions: Vec<Revision>,
    /// How it read before, the oldest first: it is edited if there is anything.
    pub earlier: Vec<Revision>,
}

/// What one person says of something in an entry.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Stance {
    /// What it is about: `verdict`, `let-go`, `thanks` and so on.
    pub name: String,
    /// Of which thing, where there can be several.
    pub id: Option<ItemId>,
    /// Whose.
    pub by: PersonId,
    /// What they say.
    pub value: String,
}

/// A value that both may set.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Shown {
    /// What it is: `happened-on`, `repeat` and so on.
    pub name: String,
    /// Of which thing, where there can be several.
    pub id: Option<ItemId>,
    /// Who set it.
    pub by: PersonId,
    /// The value.
    pub value: String,
    /// What was set apart from it, until somebody chooses.
    pub alternatives: Vec<Alternative>,
}

/// A value beside another.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Alternative {
    /// Who set it.
    pub by: PersonId,
    /// The value.
    pub value: String,
}

/// A member of a person's set.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Member {
    /// Of which set: `tag`, `feeling`, `presence`.
    pub name: String,
    /// Whose.
    pub by: PersonId,
    /// The member.
    pub value: String,
    /// Of a feeling: how strong it is, from 1 to 5, if its person says.
    pub intensity: Option<u8>,
}

/// An item of a list, or a step.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Item {
    /// Its name.
    pub id: ItemId,
    /// Its words.
    pub text: String,
    /// Words set apart from these, until somebody chooses.
    pub alternatives: Vec<Alternative>,
    /// Whether it is done.
    pub is_done: bool,
    /// Who said last whether it is; nobody if it never was.
    pub done_by: Option<PersonId>,
    /// Whether the other, apart from them, said the opposite.
    pub is_disputed: bool,
    /// Who takes care of it; nobody in particular if nobody is named.
    pub owners: Vec<PersonId>,
    /// Whether it is a promise, and no point of a conversation.
    pub is_promise: bool,
}

impl From<couplet::ItemId> for ItemId {
    fn from(id: couplet::ItemId) -> Self {
        Self { value: id.into() }
    }
}

impl From<couplet::Open> for Open {
    fn from(open: couplet::Open) -> Self {
        let on = match open.on {
            couplet::On::Entry => On::Entry,
            couplet::On::Thing(id) => On::Thing { id: id.into() },
            couplet::On::AnyItem => On::AnyItem,
        };
        Self { deed: open.deed, on }
    }
}

impl From<couplet::Part> for Part {
    fn from(part: couplet::Part) -> Self {
        let earlier = earlier(part.earlier());
        Self {
            name: part.name,
            id: part.id.map(ItemId::from),
            by: part.by.into(),
            generation: part.generation,
            text: part.text,
            alternatives: all(part.alternatives),
            revisions: all(part.revisions),
            earlier,
        }
    }
}

impl From<couplet::Stance> for Stance {
    fn from(stance: couplet::Stance) -> Self {
        let couplet::Stance { name, id, by, value } = stance;
        Self { name, id: id.map(ItemId::from), by: by.into(), value }
    }
}

impl From<couplet::Shown> for Shown {
    fn from(shown: couplet::Shown) -> Self {
        let couplet::Shown { name, id, by, value, alternatives } = shown;
        let (id, by) = (id.map(ItemId::from), by.into());
        Self { name, id, by, value, alternatives: all(alternatives) }
    }
}

impl From<couplet::Alternative> for Alternative {
    fn from(alternative: couplet::Alternative) -> Self {
        Self { by: alternative.by.into(), value: alternative.value }
    }
}

impl From<couplet::Member> for Member {
    fn from(member: couplet::Member) -> Self {
        let couplet::Member { name, by, value, intensity } = member;
        Self { name, by: by.into(), value, intensity }
    }
}

impl From<couplet::Item> for Item {
    fn from(item: couplet::Item) -> Self {
        Self {
            id: item.id.into(),
            text: item.text,
            alternatives: all(item.alternatives),
            is_done: item.is_done,
            done_by: item.done_by.map(PersonId::from),
            is_disputed: item.is_disputed,
            owners: all(item.owners),
            is_promise: item.is_promise,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_app_is_told_of_has_every_kind_and_deed() {
        let told = include_str!("../../docs/KINDS.md");
        let kinds = Kind::ALL.into_iter().map(Kind::name);
        let deeds = Deed::ALL.into_iter().map(Deed::name);
        let silent = |name: &&str| !told.contains(&format!("`{name}`"));
        let silent: Vec<&str> = kinds.chain(deeds).filter(silent).collect();
        assert!(silent.is_empty(), "docs/KINDS.md says nothing of {silent:?}");
    }
}
