// Entries and what is said about them, as values.

internal import CoupletFFI

/// How far one's own words have come.
public enum Delivery: String, Hashable, Codable, Sendable, CaseIterable {
    /// They are durable on this device.
    case device
    /// The relay has said that it holds them durably.
    case relay
    /// They are on the other person's device, and that person lets it be known.
    case partner
}

/// Something to do with an entry.
public enum Verb: String, Hashable, Codable, Sendable, CaseIterable {
    /// Say something about it.
    case comment
    /// Answer a comment.
    case reply
    /// Write a comment anew.
    case editComment
    /// Leave an emoji.
    case react
    /// Take an emoji back.
    case unreact
    /// Remove it from sight.
    case trash
    /// Bring it back.
    case restore
    /// Write its text anew, or on its page; which of one's other parts may be is in ``EntryRow/open``.
    case edit
    /// Choose what stands, where several words or values do.
    case resolve
    /// Keep words that are left over from a removed paragraph.
    case keepLeftOver
    /// Erase one's own words in it for good.
    case erase
}

/// An entry with everything that stands in it, the same on every phone.
public struct Entry: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: EntryId
    /// Nothing for a kind that this version does not know; ``kindName`` is there always.
    public let kind: Kind?
    /// The name of its kind.
    public let kindName: String
    /// Who wrote it.
    public let author: PersonId
    /// Which generation of that person wrote its words: nobody of another writes them anew.
    public let generation: Int
    /// Its civil day.
    public let day: Day
    /// The words as they are shown.
    public let text: String
    /// Words that stand beside ``text``, written apart on two phones of one person.
    public let alternatives: [Revision]
    /// Every revision of own words, the oldest first.
    public let revisions: [Revision]
    /// How it read before, the oldest first: it is edited if there is anything.
    public let earlier: [Revision]
    /// What was said about it, in an order that is the same everywhere.
    public let comments: [Comment]
    /// The emoji left on it, by person.
    public let reactions: [Reaction]
    /// Where it has come to, if its kind has states.
    public let state: EntryState?
    /// What is to be shown with that.
    public let facts: [Fact]
    /// Everybody's own words in it besides ``text``.
    public let parts: [Part]
    /// What each person says in it.
    public let stances: [Stance]
    /// The values in it that both may set, besides ``text`` and ``items``.
    public let shown: [Shown]
    /// What each person put into their sets: feelings, tags, signs of being there.
    public let members: [Member]
    /// Whose gesture it was, if it is one: it was for the other, who may thank for it.
    public let gestureBy: PersonId?
    /// Its items, in their order.
    public let items: [Item]
    /// The times of a conversation, if it is one.
    public let meeting: Meeting?
    /// The pauses of a repair that go on today, in UTC; each ends when its day has come.
    public let pauses: [Pause]
    /// How it is sealed, if it is.
    public let seal: Seal?
    /// That somebody removed it, whether or not it is out of sight.
    public let trash: Trash?
    /// What in it waits for somebody.
    public let needs: [Need]
    /// Whether it is a page so long that another should be begun before it is full.
    public let isLong: Bool
    /// A hash of everything shared in it.
    public let content: String
    /// To be given back with an edit of what is shown here.
    public let version: Version
}

/// An entry with what only this device knows of it.
public struct EntryRow: Hashable, Codable, Sendable, Identifiable {
    /// The entry.
    public let entry: Entry
    /// Whether it has something from the other person that was not opened here.
    public let isUnread: Bool
    /// How far one's own words in it have come.
    public let delivery: Delivery
    /// What this device's person may do with it now.
    public let can: Set<Verb>
    /// What its kind has this device's person do with it now.
    public let open: [Open]
    /// What it is filed under, and what each of that is shown as.
    public let tags: [EntryTag]
    /// Where the timeline goes on after it.
    public let cursor: Cursor

    /// The entry's name.
    public var id: EntryId { entry.id }
}

/// An entry as a line of the timeline shows it; ``Notebook/entry(_:)`` has all of it.
public struct EntryPreview: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: EntryId
    /// Nothing for a kind that this version does not know; ``kindName`` is there always.
    public let kind: Kind?
    /// The name of its kind.
    public let kindName: String
    /// Who wrote it.
    public let author: PersonId
    /// Its civil day.
    public let day: Day
    /// Its words, or how they begin: at most 1,000 UTF-16 units of them; of a conversation without
    /// notes, why it is to be.
    public let text: String
    /// Whether these are all of its words.
    public let isWhole: Bool
    /// Where it has come to, if its kind has states.
    public let state: EntryState?
    /// How many words and values stand beside others, written apart: nobody has chosen yet.
    public let conflicts: Int
    /// How much in it waits for somebody, these among it.
    public let needs: Int
    /// That somebody removed it, whether or not it is out of sight.
    public let trash: Trash?
    /// How many comments were made on it.
    public let comments: Int
    /// The emoji left on it, by person.
    public let reactions: [Reaction]
    /// How many items it has.
    public let items: Int
    /// How many of them are done.
    public let itemsDone: Int
    /// Whether it has something from the other person that was not opened here.
    public let isUnread: Bool
    /// How far one's own words in it have come.
    public let delivery: Delivery
    /// Where the timeline goes on after it.
    public let cursor: Cursor
}

/// One revision of somebody's words.
public struct Revision: Hashable, Codable, Sendable {
    /// Which, counted from 1.
    public let rev: Int
    /// Who wrote it.
    public let writer: WriterId
    /// The words.
    public let text: String
}

/// A comment as it is shown.
public struct Comment: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: CommentId
    /// Who said it.
    public let author: PersonId
    /// Which generation of that person: nobody of another writes it anew.
    public let generation: Int
    /// The earlier comment that it answers.
    public let replyTo: CommentId?
    /// What of a page it is about, as the page stands; the entry, if that is nothing or is gone.
    public let range: TextRange?
    /// The words as they are shown.
    public let text: String
    /// Words that stand beside ``text``, written apart on two phones of one person.
    public let alternatives: [Revision]
    /// Every revision, the oldest first.
    public let revisions: [Revision]
    /// How it read before, the oldest first: it is edited if there is anything.
    public let earlier: [Revision]
}

/// A place in the text of a page, in UTF-16 units.
public struct TextRange: Hashable, Codable, Sendable {
    /// Where it begins.
    public let start: Int
    /// Where what comes after it begins.
    public let end: Int

    /// From where to where.
    public init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    init(_ ffi: CoupletFFI.TextRange) {
        self.init(start: Int(clamping: ffi.start), end: Int(clamping: ffi.end))
    }

    func lower() -> CoupletFFI.TextRange {
        CoupletFFI.TextRange(start: UInt32(clamping: start), end: UInt32(clamping: end))
    }
}

/// An emoji that somebody left.
public struct Reaction: Hashable, Codable, Sendable {
    /// Who.
    public let by: PersonId
    /// Which.
    public let emoji: String
}

/// Which entries are wanted: all that are in sight, unless something is said.
public struct Filter: Hashable, Codable, Sendable {
    /// Only this kind.
    public var kind: Kind?
    /// Only what was not opened here.
    public var onlyUnread: Bool
    /// Nothing before this day.
    public var firstDay: Day?
    /// Nothing after this day.
    public var lastDay: Day?
    /// Among which.
    public var among: Among

    /// All entries, unless something is said.
    public init(
        kind: Kind? = nil,
        onlyUnread: Bool = false,
        firstDay: Day? = nil,
        lastDay: Day? = nil,
        among: Among = .kept
    ) {
        self.kind = kind
        self.onlyUnread = onlyUnread
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.among = among
    }
}

/// A hash of everything shared, equal on devices that have the same notebook.
public struct NotebookHash: Hashable, Codable, Sendable {
    /// The hash.
    public let value: String
    /// How many entries it is of.
    public let entries: Int
}
