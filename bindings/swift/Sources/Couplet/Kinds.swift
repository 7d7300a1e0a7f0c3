// The kinds of entry, what is done with them, and what stands in an entry besides its words. What
// the names in there are is said by kind in docs/KINDS.md.

/// A kind of entry that this version knows.
public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
    /// Words of one person for the other.
    case note
    /// A page that both write on.
    case page
    /// What one person wants to be heard, and what the other heard.
    case listening
    /// Something that hurt, both sides of it, and letting it go.
    case repair
    /// A small kindness that somebody did.
    case gesture
    /// What somebody dreams of.
    case dream
    /// What somebody is afraid of.
    case fear
    /// What somebody wants to become.
    case aspiration
    /// Things in an order, each open or done.
    case list
    /// How somebody feels on a day.
    case mood
    /// A day that comes back.
    case date
    /// A conversation that two people make time for.
    case heartToHeart
    /// A question that both answer before either reads the other's answer.
    case prompt
    /// The two of them: what each is called, and since when.
    case profile
    /// What an entry may be begun from.
    case template
    /// For oneself: a page of one's journal.
    case myself
    /// For oneself: something one needs.
    case need
    /// For oneself: where one's limit is.
    case boundary
    /// For oneself: a letter to oneself.
    case letter
    /// For oneself: something to come back on a day.
    case reminder
    /// For oneself: words that were not shared so far.
    case draft
    /// For oneself: what was seen of a shared notebook. It is written and read by no app.
    case marks
    /// A page that its author alone writes on, and both read.
    case ownPage
}

/// Where an entry of some kind has come to.
public enum EntryState: String, Hashable, Codable, Sendable, CaseIterable {
    /// Listening: the words wait for a reflection.
    case shared
    /// Listening: a reflection waits for the speaker.
    case reflected
    /// Listening: it is not quite what was meant.
    case clarifying
    /// Listening: the speaker was understood, in all that they said.
    case understood
    /// Listening: the speaker was understood, and has said more since.
    case moreToSay
    /// Repair: it is being talked about.
    case open
    /// Repair: somebody asked for a pause.
    case paused
    /// Repair: one of the two has let it go, as it stands.
    case oneLetGo
    /// Repair: both have let it go, as it stands.
    case atRest
    /// Repair: both had let it go, and something has come since.
    case reopened
    /// Note, gesture: whom it was for said thank you.
    case thanked
    /// Note: it is sealed, and was not opened.
    case sealed
    /// Note: it was sealed, and was opened.
    case opened
    /// Note: its author withdrew it before it was opened.
    case withdrawn
    /// Heart-to-heart: no time was proposed.
    case invited
    /// Heart-to-heart: there are times, and none that both agree on.
    case proposed
    /// Heart-to-heart: both agree on a time.
    case agreed
    /// Heart-to-heart: two times were chosen apart; both are shown.
    case twoChosen
    /// Heart-to-heart: somebody said not now.
    case later
    /// Heart-to-heart: somebody cancelled it.
    case cancelled
    /// Heart-to-heart: it has been.
    case held
    /// Prompt: nobody has answered.
    case asked
    /// Prompt: one has answered, and it is closed to the other.
    case oneAnswered
    /// Prompt: both have answered, and a phone of each must hear of it.
    case bothAnswered
    /// Prompt: both answers are open to both.
    case revealed
    /// Dream, fear, aspiration: both made it theirs.
    case ours
    /// Dream, fear, aspiration, mood: its author took it back; the other's phone may have shown it.
    case takenBack
}

/// Something to do with an entry of some kind: ``Notebook/act(on:_:thing:_:)``.
public enum Deed: String, Hashable, Codable, Sendable, CaseIterable {
    /// Listening: say what one heard.
    case reflect
    /// Listening: that reflection is right.
    case gotMe
    /// Listening: it is right in part; the words say what it missed.
    case partly
    /// Listening: it is not right yet.
    case notYet
    /// Listening: be there: nod, touch or here.
    case beThere
    /// Listening: take the next turn to speak.
    case speak
    /// Repair: tell one's own side.
    case tell
    /// Repair: say the other's side as one sees it.
    case understand
    /// Repair: name something one felt.
    case feel
    /// Repair: take a feeling back.
    case unfeel
    /// Repair: ask the other for something.
    case ask
    /// Repair: say yes to what was asked.
    case agree
    /// Repair: say no to what was asked.
    case decline
    /// Repair: not now to what was asked.
    case notNow
    /// Repair: apologise.
    case apologise
    /// Repair: an apology was received.
    case receive
    /// Repair: pause it; the words say until which day, or nothing.
    case pause
    /// Repair: end one's pause.
    case resume
    /// Repair: let it go.
    case letGo
    /// Repair: hold on to it after all.
    case withdraw
    /// Repair: the day it happened.
    case happenedOn
    /// Note, gesture: thank for it, if it was for oneself and can be read.
    case thank
    /// Note, gesture: keep it.
    case keep
    /// Note, gesture: keep it no more.
    case unkeep
    /// Dream, fear, aspiration: how one stands to it: holding, trying, resting or done.
    case stand
    /// Dream, fear, aspiration: say that one is with the other.
    case beWith
    /// Dream, fear, aspiration: ask about it.
    case wonder
    /// Dream, fear, aspiration: offer something.
    case offer
    /// Dream, fear, aspiration: make it one's own, too.
    case adopt
    /// Dream, fear, aspiration: make it one's own no more.
    case unadopt
    /// Dream, fear, aspiration, mood: take it back from the other's sight.
    case takeBack
    /// Dream, fear, aspiration, mood: let the other see it again.
    case shareAgain
    /// List and steps: one more.
    case add
    /// List and steps: its words anew.
    case change
    /// List and steps: take it off.
    case remove
    /// List and steps: it is done.
    case check
    /// List and steps: it is open.
    case uncheck
    /// List and steps: put it before the one named by the words, or at the end.
    case move
    /// Lists: who takes care of it: me, you or both.
    case entrust
    /// Page, listening: what it is called.
    case entitle
    /// Heart-to-heart: say why anew.
    case explain
    /// Heart-to-heart: propose a time: its beginning and its end in seconds since 1970-01-01 UTC,
    /// and the name of a time zone.
    case propose
    /// Heart-to-heart: whether one can at a time: yes, maybe or no.
    case vote
    /// Heart-to-heart: which time it is to be; one can then.
    case choose
    /// Heart-to-heart: how many minutes.
    case setLength
    /// Heart-to-heart: where.
    case setWhere
    /// Heart-to-heart: promise something.
    case promise
    /// Heart-to-heart: not now; no takes it back.
    case later
    /// Heart-to-heart: it is not to be; no takes it back.
    case cancel
    /// Heart-to-heart: it has been; no takes it back.
    case held
    /// Prompt: answer it, closed until both have.
    case answer
    /// Prompt: take one's answer back, as long as the other has none.
    case unanswer
    /// Note: open it, once its seal allows.
    case open
    /// Note: withdraw it, if it was not opened.
    case unsend
    /// Mood: how good, from 1 to 5.
    case rate
    /// Profile: what one is called.
    case callMe
    /// Profile: since which day.
    case togetherSince
    /// Profile: how the notebook looks.
    case setTheme
    /// Template: which kind of entry it begins.
    case begins
    /// Date, reminder: which day it is.
    case setDate
    /// Date, reminder: how it comes back: yearly, monthly, weekly or never.
    case setRepeat
    /// Words of one's own, other than the body, anew.
    case revise
    /// File it under a word.
    case tag
    /// Take that word off.
    case untag
    /// Listening, note, gesture: which colour or paper it has, for the app to know.
    case setColour
    /// Listening: name another page of listening that goes with it, as after both opened one.
    case link
    /// Listening: take such a page off.
    case unlink
    /// Profile: what a tag is called: its word, and on the next line its label, or none.
    case renameTag
    /// Repair: take back that an apology was received.
    case unreceive
    /// Note, gesture: take one's thanks back, and the words that came with it.
    case unthank
    /// Listening: take a sign of being there back: nod, touch or here.
    case stepBack
    /// Gesture: who did it, if not who wrote it down: me or you.
    case doneBy
    /// Dream, fear, aspiration: whether it is to be handled gently: yes or no.
    case setTender
    /// Repair: how strong a feeling of one's own is, from 1 to 5, and which; no takes that back.
    case weigh
}

/// Something that is to be shown with an entry, so that nothing changes behind anybody's back.
public enum Fact: Hashable, Codable, Sendable {
    /// This reflection, answer or receipt is about words that have been added to since.
    case earlierWords(ItemId)
    /// The speaker confirmed this reflection before adding to their words.
    case confirmedBefore(ItemId)
    /// This person had let go before the page was as it is; they are asked again.
    case askedAgain(PersonId)
    /// It was cancelled, and this person had said yes to a time.
    case hadSaidYes(PersonId)
    /// This person chose another time than the one that stands: do they agree?
    case choseAnother(PersonId)
    /// Its author withdrew it after the other had opened it.
    case withdrawnAfterOpened
    /// What this person closed does not open with the key that they published.
    case doesNotOpen(PersonId)
    /// Of this reflection or request its person said this, too, apart, on another device: the more
    /// careful of the two holds.
    case alsoSaid(ItemId, String)
    /// The speaker's verdict on this reflection is of how it read before it was written anew.
    case earlierVerdict(ItemId)
    /// This person changed their answer after both were open to read.
    case changedSinceOpen(PersonId)
    /// It was opened, and its key, which its author's devices have, has not come yet.
    case keyToCome
}

/// What a deed is done on.
public enum On: Hashable, Codable, Sendable {
    /// The entry.
    case entry
    /// The thing of that name in it.
    case thing(ItemId)
    /// Any of its items.
    case anyItem
}

/// A deed that is open to this device's person at the moment.
public struct Open: Hashable, Codable, Sendable {
    /// What.
    public let deed: Deed
    /// On what.
    public let on: On
}

/// Words of one person in an entry that are not its body.
public struct Part: Hashable, Codable, Sendable {
    /// What they are: `reflection`, `perspective`, `apology` and so on.
    public let name: String
    /// Which, where there can be several; or of which thing they speak.
    public let id: ItemId?
    /// Whose.
    public let by: PersonId
    /// Which generation of that person: nobody of another writes them anew.
    public let generation: Int
    /// The words; none where what they were said with is said no more, and they are history.
    public let text: String
    /// Words that stand beside ``text``, written apart on two phones of one person.
    public let alternatives: [Revision]
    /// Every revision, the oldest first.
    public let revisions: [Revision]
    /// How it read before, the oldest first: it is edited if there is anything.
    public let earlier: [Revision]
}

/// What one person says of something in an entry.
public struct Stance: Hashable, Codable, Sendable {
    /// What it is about: `verdict`, `let-go`, `thanks` and so on.
    public let name: String
    /// Of which thing, where there can be several.
    public let id: ItemId?
    /// Whose.
    public let by: PersonId
    /// What they say.
    public let value: String
}

/// A value that both may set.
public struct Shown: Hashable, Codable, Sendable {
    /// What it is: `happened-on`, `repeat` and so on.
    public let name: String
    /// Of which thing, where there can be several.
    public let id: ItemId?
    /// Who set it.
    public let by: PersonId
    /// The value.
    public let value: String
    /// What was set apart from it, until somebody chooses.
    public let alternatives: [Alternative]
}

/// A value beside another.
public struct Alternative: Hashable, Codable, Sendable {
    /// Who set it.
    public let by: PersonId
    /// The value.
    public let value: String
}

/// A member of a person's set.
public struct Member: Hashable, Codable, Sendable {
    /// Of which set: `tag`, `feeling`, `presence`.
    public let name: String
    /// Whose.
    public let by: PersonId
    /// The member.
    public let value: String
    /// Of a feeling: how strong it is, from 1 to 5, if its person says.
    public let intensity: Int?
}

/// A tag of an entry, and what it is shown as.
public struct EntryTag: Hashable, Codable, Sendable {
    /// Its word, as it stands among the members.
    public let word: String
    /// None for its word, several if it was renamed apart and nobody has chosen.
    public let labels: [String]
}

/// An item of a list, or a step.
public struct Item: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: ItemId
    /// Its words.
    public let text: String
    /// Words set apart from ``text``, until somebody chooses.
    public let alternatives: [Alternative]
    /// Whether it is done.
    public let isDone: Bool
    /// Who said last whether it is; nobody if it never was.
    public let doneBy: PersonId?
    /// Whether the other, apart from them, said the opposite.
    public let isDisputed: Bool
    /// Who takes care of it; nobody in particular if nobody is named.
    public let owners: [PersonId]
    /// Whether it is a promise, and no point of a conversation.
    public let isPromise: Bool
}

extension Notebook {
    /// Does something with an entry, as its kind has it, with words if it takes any; `thing` is
    /// which of the things in the entry, if it is done on one. A row's ``EntryRow/open`` says what can be
    /// done; what is not open to this person now throws ``CoupletError/notAllowed(_:)``.
    @discardableResult
    public func act(
        on entry: EntryId,
        _ deed: Deed,
        thing: ItemId? = nil,
        _ words: String = ""
    ) async throws -> EntryRow {
        try await say(.deed(deed, on: thing, words: words), about: entry)
    }
}
