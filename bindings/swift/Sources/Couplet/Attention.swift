// What was removed, what waits for somebody, and what stands side by side until one chooses.

internal import CoupletFFI

/// Among which entries some are wanted.
public enum Among: String, Hashable, Codable, Sendable, CaseIterable {
    /// Those that are in sight.
    case kept
    /// Those that were removed.
    case removed
    /// Those in sight in which something waits for somebody.
    case inNeed
    /// All.
    case all
}

/// That somebody removed an entry.
public struct Trash: Hashable, Codable, Sendable {
    /// Who.
    public let by: PersonId
    /// On which civil day, as their phone had it.
    public let day: Day
    /// Whose words, which whoever removed it had not seen, or whose restoring, brought it back;
    /// nobody's while it is out of sight.
    public let resurfacedBy: [PersonId]
}

/// Words or values that stand side by side, until one is chosen.
public struct Choice: Hashable, Codable, Sendable {
    /// `words` for the body of an entry, otherwise the name that they are shown under.
    public let field: String
    /// Of which thing, where there can be several.
    public let on: ItemId?
    /// Whose it is to choose; either's, if nobody is named.
    public let by: PersonId?
    /// What stands there, the one that is shown first.
    public let values: [String]
}

/// Something in an entry that waits for somebody.
public enum Need: Hashable, Codable, Sendable {
    /// Several words or values stand side by side.
    case choose(Choice)
    /// It was removed, and words that were not seen then have brought it back.
    case resurfaced
    /// Somebody agreed to, or spoke of, earlier words, or chose another time.
    case stale(Fact)
    /// Words are left over from a removed paragraph: ``Notebook/keepLeftOver(_:in:)`` keeps them, an
    /// edit removes them.
    case leftOver(LeftOver)
}

/// Words on a page that were written into a paragraph while it was removed.
public struct LeftOver: Hashable, Codable, Sendable {
    /// Their name.
    public let id: ItemId
    /// Whose they are.
    public let by: PersonId
    /// Where they stand in the page, from the first of them to behind the last.
    public let range: TextRange
    /// The words.
    public let text: String

    /// Their being kept, to be said about the page.
    public var keeping: Saying { .resolve(field: "left-over", on: id, value: "keep") }
}

/// What waits for somebody. It holds up nothing.
public struct Attention: Hashable, Codable, Sendable {
    /// Entries with something to choose, that came back after they were removed, or that somebody
    /// agreed to before they were as they are: the same on both persons' phones.
    public let entries: [EntryPreview]
    /// Changes that no phone applies.
    public let setAside: [SetAside]
    /// Words of devices that were taken out before they were known.
    public let late: [Late]
    /// How much has come, more than a day ago, that cannot be read or applied so far: it waits for
    /// a later version of this app, or for what the other phone has still to send.
    public let waiting: Int
}

/// Something on a page that this person had not seen when they let it go.
public struct Changed: Hashable, Codable, Sendable {
    /// What it is, by the name that it is shown under.
    public let name: String
    /// Which, where there can be several.
    public let id: ItemId?
    /// Whose.
    public let by: PersonId
    /// How it read then; nothing if it was not there.
    public let before: String?
    /// How it reads by now; nothing if it was taken back.
    public let now: String?
}

/// What the other person has written and done, as far as it came with one exchange and nobody has
/// seen it here.
public struct Arrived: Hashable, Codable, Sendable {
    /// Entries of theirs that are new here.
    public let fresh: [NewOfKind]
    /// Pages on which both have written.
    public let together: Int
    /// Other entries in which they did something: answered, reacted, wrote anew.
    public let touched: Int
    /// Entries in which something waits to be chosen, or came back: nothing was lost.
    public let inNeed: Int
    /// Changes that no phone applies: they are in the quarantine, and what they would have changed
    /// stands as it did.
    public let setAside: Int
}

/// How many entries of a kind are new.
public struct NewOfKind: Hashable, Codable, Sendable {
    /// The name of the kind.
    public let kindName: String
    /// How many.
    public let count: Int
}

extension Notebook {
    /// This person has seen the entry as this row has it; nobody is told, on no device. It is not,
    /// and stays unread, if it looks different meanwhile: show it anew.
    @discardableResult
    public func seen(_ row: EntryRow) async throws -> Bool {
        let (entry, content) = (row.entry.id.lower(), row.entry.content)
        return try await engine.writing { try await $0.seen(entry: entry, content: content) }
    }

    /// What this person had not seen of a page when they let it go, and is asked again about;
    /// empty if they have not let it go, and nil if it cannot be told any more, as after something
    /// was erased for good.
    public func sinceLettingGo(_ entry: EntryId) async throws -> [Changed]? {
        let entry = entry.lower()
        return try await engine.calling {
            try await $0.sinceLettingGo(entry: entry)?.map { Changed($0) }
        }
    }

    /// What waits for somebody; nothing else waits for it.
    public func needsAttention() async throws -> Attention {
        try await engine.calling { Attention(try await $0.needsAttention()) }
    }

    /// Removes an entry from both timelines, as it stands; ``restore(_:)`` brings it back.
    @discardableResult
    public func trash(_ entry: EntryId) async throws -> EntryRow {
        try await say(.trash, about: entry)
    }

    /// Brings an entry back that was removed, whoever removed it.
    @discardableResult
    public func restore(_ entry: EntryId) async throws -> EntryRow {
        try await say(.restore, about: entry)
    }

    /// Chooses what stands, for both, where several words or values do. A value is one of the
    /// choice's; own words may be others.
    @discardableResult
    public func resolve(
        _ choice: Choice,
        in entry: EntryId,
        with value: String
    ) async throws -> EntryRow {
        let saying = Saying.resolve(field: choice.field, on: choice.on, value: value)
        return try await say(saying, about: entry)
    }
}

extension Notebook {
    /// Keeps words that are left over from a removed paragraph, for both.
    @discardableResult
    public func keepLeftOver(_ words: LeftOver, in entry: EntryId) async throws -> EntryRow {
        try await say(words.keeping, about: entry)
    }
}

extension Among {
    func lower() -> CoupletFFI.Among {
        switch self {
        case .kept: .kept
        case .removed: .removed
        case .inNeed: .inNeed
        case .all: .all
        }
    }
}

extension Trash {
    init(_ ffi: CoupletFFI.Trash) {
        self.init(
            by: PersonId(ffi.by),
            day: Day(daysSince1970: ffi.day),
            resurfacedBy: ffi.resurfacedBy.map { PersonId($0) }
        )
    }
}

extension Choice {
    init(_ ffi: CoupletFFI.Choice) {
        self.init(
            field: ffi.field,
            on: ffi.on.map { ItemId($0) },
            by: ffi.by.map { PersonId($0) },
            values: ffi.values
        )
    }
}

extension Need {
    init(_ ffi: CoupletFFI.Need) {
        self =
            switch ffi {
            case .choose(let choice): .choose(Choice(choice))
            case .resurfaced: .resurfaced
            case .stale(let fact): .stale(Fact(fact))
            case .leftOver(let words): .leftOver(LeftOver(words))
            }
    }
}

extension LeftOver {
    init(_ ffi: CoupletFFI.LeftOver) {
        self.init(
            id: ItemId(ffi.id), by: PersonId(ffi.by), range: TextRange(ffi.range), text: ffi.text)
    }
}

extension Attention {
    init(_ ffi: CoupletFFI.Attention) {
        self.init(
            entries: ffi.entries.map { EntryPreview($0) },
            setAside: ffi.setAside.map { SetAside($0) },
            late: ffi.late.map { Late($0) },
            waiting: Int(clamping: ffi.waiting)
        )
    }
}

extension NewOfKind {
    init(_ ffi: CoupletFFI.NewOfKind) {
        self.init(
            kindName: ffi.kindName,
            count: Int(clamping: ffi.count)
        )
    }
}

extension Arrived {
    init(_ ffi: CoupletFFI.Arrived) {
        self.init(
            fresh: ffi.fresh.map { NewOfKind($0) },
            together: Int(clamping: ffi.together),
            touched: Int(clamping: ffi.touched),
            inNeed: Int(clamping: ffi.inNeed),
            setAside: Int(clamping: ffi.setAside)
        )
    }
}
