//! Fourteen months of Ana and Ben: what each wrote and did, in the order in which it came about.
//!
//! An entry is named by its place among all that were begun, from 0; a thing in an entry by its place
//! among those that have a name there.

use couplet_engine::notebook::deed::Deed;
use couplet_engine::notebook::schema::Kind;

use super::DemoOpens::{In, When};
use super::DemoPerson::{Ana, Ben};
use super::DemoStep::{self, Begin, Comment, Do, Edit, Meet, On, Propose, React, Seal, Trash};

const NONE: &str = "";

/// Up to the day on which they part.
pub(super) const TOGETHER: &[DemoStep] = &[
    // 0 to 2: two who listen. One was understood, of one the words have grown, one waits.
    Begin(Ana, Kind::Listening, 402, "When you answer from the other room, I stop telling you."),
    Meet,
    Do(Ben, 0, Deed::BeThere, "nod"),
    Do(Ben, 0, Deed::Reflect, "From the other room it sounds as if I were waiting for the end."),
    Meet,
    On(Ana, 0, 0, Deed::Partly, "Not the end. As if it could wait."),
    Meet,
    Do(Ben, 0, Deed::Reflect, "You tell me something, and I let it wait in the hall."),
    Meet,
    On(Ana, 0, 1, Deed::GotMe, NONE),
    Begin(Ben, Kind::Listening, 96, "I say that I am fine because I do not know it yet."),
    Meet,
    Do(Ana, 1, Deed::Reflect, "You need a while before you know how you are."),
    Begin(Ana, Kind::Listening, 12, "I was proud of the talk, and I wanted you in the first row."),
    Meet,
    // 3 and 4: two that hurt. One is at rest.
    Begin(Ben, Kind::Repair, 251, "The dinner at your sister's"),
    Do(Ben, 3, Deed::HappenedOn, "20250"),
    Do(Ben, 3, Deed::Feel, "small"),
    Do(Ben, 3, Deed::Tell, "You told them about the exam, and everybody laughed."),
    Do(Ben, 3, Deed::Ask, "Ask me before you tell a story that is mine."),
    Meet,
    Do(Ana, 3, Deed::Understand, "It was your story, and I spent it on a laugh."),
    Do(Ana, 3, Deed::Apologise, "I am sorry. It was not mine to tell."),
    On(Ana, 3, 0, Deed::Agree, "Gladly."),
    Meet,
    On(Ben, 3, 1, Deed::Receive, NONE),
    Do(Ben, 3, Deed::LetGo, NONE),
    Meet,
    Do(Ana, 3, Deed::LetGo, NONE),
    Begin(Ana, Kind::Repair, 20, "The evening that I came home late"),
    Do(Ana, 4, Deed::Feel, "ashamed"),
    Do(Ana, 4, Deed::Tell, "I saw your messages, and I did not answer one."),
    Meet,
    Do(Ben, 4, Deed::Feel, "afraid"),
    Do(Ben, 4, Deed::Tell, "I rang the hospital."),
    Meet,
    Do(Ben, 4, Deed::LetGo, NONE),
    // 5 to 14: ten sweet notes, of which one waits for its day and one for its evening.
    Begin(Ana, Kind::Note, 418, "You left the porch light on for me. I saw it from the bridge."),
    Begin(Ben, Kind::Note, 395, "I had soup in the blue bowl and missed the noise you make."),
    Begin(Ana, Kind::Note, 361, "The swifts are back. I thought of you first."),
    Begin(Ben, Kind::Note, 330, "Small thing: you always leave me the corner piece."),
    Begin(Ana, Kind::Note, 288, "You sang in the kitchen. I stayed in the hall to hear it."),
    Begin(Ben, Kind::Note, 240, "I have mended the gate. It squeaks still, so I hear you come."),
    Begin(Ana, Kind::Note, 199, "Thank you for ringing my mother, and for laughing with her."),
    Begin(
        Ben,
        Kind::Note,
        171,
        "Your coat smelled of smoke and oranges. I wore it to the baker's.",
    ),
    Seal(Ana, In(30), 77, "I kept the ticket. It is in the book about bees. Marry me again."),
    Seal(
        Ben,
        When("one of us has shouted"),
        41,
        "I was proud of you on Tuesday and did not say so. I was. I am, also now.",
    ),
    Meet,
    React(Ben, 5, "❤️"),
    Do(Ana, 10, Deed::Keep, NONE),
    Do(Ben, 9, Deed::Thank, "I knew you were there."),
    Comment(Ana, 12, "So that is where it was."),
    // 15 to 22: eight gestures, with thanks.
    Begin(Ana, Kind::Gesture, 410, "Ben carried the bicycle up all five flights"),
    Begin(Ben, Kind::Gesture, 377, "Ana waited with me at the dentist's"),
    Begin(Ana, Kind::Gesture, 314, "Ben learned the song for my father's birthday"),
    Begin(Ben, Kind::Gesture, 262, "Ana wrote to the landlord, so that I did not have to"),
    Begin(Ana, Kind::Gesture, 190, "Ben got up first, every day of that week"),
    Begin(Ben, Kind::Gesture, 133, "Ana put the hot-water bottle on my side"),
    Begin(Ana, Kind::Gesture, 69, "Ben asked, and then waited for the answer"),
    Begin(Ben, Kind::Gesture, 25, "Ana drove, there and back, so that I could sleep"),
    Meet,
    Do(Ben, 15, Deed::Thank, NONE),
    Do(Ana, 16, Deed::Thank, "We both were eight."),
    Do(Ben, 17, Deed::Thank, NONE),
    Do(Ana, 18, Deed::Thank, NONE),
    Do(Ben, 19, Deed::Thank, "You would have done it."),
    Do(Ana, 20, Deed::Thank, NONE),
    Do(Ben, 21, Deed::Thank, NONE),
    Do(Ana, 22, Deed::Thank, NONE),
    // 23 to 29: four dreams, a fear, two aspirations.
    Begin(Ana, Kind::Dream, 390, "A small garden, with two chairs that do not match"),
    Begin(Ben, Kind::Dream, 345, "To see the ice on Lake Baikal, once"),
    Begin(Ana, Kind::Dream, 210, "A year in which we say no to everything but this"),
    Begin(Ben, Kind::Dream, 101, "To play in front of people whom I do not know"),
    Begin(Ana, Kind::Fear, 88, "That we will be busy and polite"),
    Begin(Ben, Kind::Aspiration, 150, "To be the one who says: tell me more"),
    Begin(Ana, Kind::Aspiration, 58, "To be late for work and on time for breakfast"),
    Meet,
    Do(Ben, 23, Deed::Adopt, NONE),
    Do(Ana, 23, Deed::Adopt, NONE),
    Do(Ana, 23, Deed::Add, "Ask about the plot behind the station"),
    Do(Ana, 23, Deed::Add, "Find the second chair"),
    Do(Ana, 24, Deed::Wonder, "By train?"),
    Do(Ben, 27, Deed::BeWith, "Then let us be late and rude."),
    Do(Ana, 27, Deed::Stand, "holding"),
    Do(Ana, 27, Deed::Add, "One evening a week without a plan"),
    Do(Ben, 28, Deed::Stand, "trying"),
    Do(Ben, 28, Deed::Add, "Count to four before I answer"),
    Do(Ben, 28, Deed::Add, "Ask once more than I think"),
    Do(Ana, 28, Deed::Offer, "I will tell you when you did."),
    Do(Ben, 29, Deed::BeWith, "I make the coffee."),
    Do(Ana, 29, Deed::Add, "Say no to the eight o'clock call"),
    Do(Ana, 29, Deed::Add, "Lay the table in the evening"),
    On(Ana, 29, 1, Deed::Check, NONE),
    // 30 and 31: two conversations that they made time for. One is agreed on.
    Begin(Ana, Kind::HeartToHeart, 47, "Where we want to live, and with how many stairs"),
    Propose(Ana, 30, 44, 18),
    Propose(Ana, 30, 43, 9),
    Do(Ana, 30, Deed::SetWhere, "the bench by the mill"),
    Do(Ana, 30, Deed::Add, "My mother, and her knees"),
    Edit(Ana, 30, "One floor, or a lift. A window to the east."),
    Meet,
    On(Ben, 30, 1, Deed::Vote, "no"),
    On(Ben, 30, 2, Deed::Vote, "yes"),
    Do(Ben, 30, Deed::Promise, "I ask what the lease says"),
    Begin(Ben, Kind::HeartToHeart, 9, "Whether we say yes to Lisbon"),
    Edit(Ben, 31, "For it: the light, the sea. Against it: your mother, the garden."),
    Propose(Ben, 31, -3, 19),
    Propose(Ben, 31, -5, 10),
    Meet,
    On(Ana, 31, 0, Deed::Vote, "yes"),
    On(Ana, 31, 1, Deed::Vote, "yes"),
    // 32 to 39: a list, moods, a day that comes back, and a page from the train.
    Begin(Ben, Kind::List, 9, "Groceries"),
    Do(Ben, 32, Deed::Add, "oranges"),
    Do(Ben, 32, Deed::Add, "the good bread"),
    Do(Ben, 32, Deed::Add, "candles"),
    Begin(Ana, Kind::Mood, 30, "Tired, and glad of the rain"),
    Begin(Ben, Kind::Mood, 30, "Restless"),
    Begin(Ana, Kind::Mood, 11, "Light"),
    Begin(Ben, Kind::Mood, 10, "Quiet, in a good way"),
    Begin(Ana, Kind::Date, 425, "The day we met"),
    Do(Ana, 37, Deed::SetRepeat, "yearly"),
    Begin(Ana, Kind::Page, 8, "On the train: two magpies, a man asleep on his book, and us."),
    Begin(Ben, Kind::Page, 61, "The small room: a green wall, one lamp, a table for letters."),
    Do(Ben, 39, Deed::Tag, "home"),
    Meet,
];

/// A week in which nobody reaches anybody; what is done stands before they meet again.
pub(super) const APART: &[DemoStep] = &[
    // The page from the train, by both, in the same places.
    Edit(Ana, 38, "On the train: three magpies, a man asleep on his book, and us, barefoot."),
    Edit(Ben, 38, "On the train: two magpies, a man asleep on his hat, and us. It snowed."),
    // Ana lets go of what Ben, at the same time, writes anew.
    Do(Ana, 4, Deed::LetGo, NONE),
    Do(Ben, 4, Deed::Tell, "I rang the hospital. Write one word next time: late is a word."),
    // Ben grows his words while Ana says that she has heard the earlier ones.
    Edit(Ben, 1, "I say that I am fine because I do not know it yet. On Sundays I know."),
    Do(Ana, 1, Deed::Reflect, "Fine means: ask me again on Thursday."),
    // Each chooses another evening.
    On(Ana, 31, 0, Deed::Choose, NONE),
    On(Ben, 31, 1, Deed::Choose, NONE),
    // Ana puts a page away of which Ben writes more.
    Trash(Ana, 39),
    Edit(
        Ben,
        39,
        "The small room: a green wall, one lamp, a table for letters. And a bed for one.",
    ),
    On(Ana, 32, 0, Deed::Check, NONE),
    On(Ben, 32, 0, Deed::Change, "blood oranges"),
    Do(Ana, 37, Deed::SetDate, "20100"),
    Do(Ben, 37, Deed::SetDate, "20101"),
    React(Ana, 12, "🌊"),
    Begin(Ana, Kind::Note, 3, "Four days of rain, and I have read both of your books."),
    Begin(Ben, Kind::Note, 2, "The left half of the bed is yours, as ever."),
    Begin(Ana, Kind::Mood, 1, "Homesick for one person"),
];

/// What each keeps for themselves.
pub(super) const VAULTS: &[DemoStep] = &[
    Begin(Ana, Kind::Myself, 90, "What I would say if I were not polite: stay, and argue."),
    Begin(Ana, Kind::Need, 44, "An hour of nobody, before supper"),
    Begin(Ana, Kind::Draft, 3, "I have been offered the post in Lisbon, and I"),
    Begin(Ben, Kind::Myself, 52, "I played for four strangers in the park. My hands were cold."),
    Begin(Ben, Kind::Fear, 33, "That I am the one who is busy and polite"),
];
