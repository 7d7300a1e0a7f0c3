// Drafts: words that nobody else sees, until they are shared.

internal import CoupletFFI

/// Words that were not shared so far.
public struct Draft: Hashable, Codable, Sendable, Identifiable {
    /// Its name on this device.
    public let id: DraftId
    /// The name of the kind of entry that it will be.
    public let kindName: String
    /// Its civil day.
    public let day: Day
    /// The entry that it edits; nothing if it will be a new one.
    public let entry: EntryId?
    /// The version of that entry that was last shown.
    public let base: Version?
    /// The words.
    public let text: String
    /// What the vault has of it, if it is there, too.
    public let kept: DraftKept?
}

/// What a vault has of a draft.
public struct DraftKept: Hashable, Codable, Sendable {
    /// The version that the words have there.
    public let version: Version
    /// The words.
    public let text: String
}

extension Notebook {
    /// Begins a draft of a new entry.
    public func draftNew(_ kind: Kind, _ text: String, day: Day = .today) async throws -> Draft {
        try await engine.calling {
            Draft(try await $0.draftNew(kind: kind.lower(), day: day.daysSince1970, text: text))
        }
    }

    /// Begins a draft of an edit, from the version that was last shown.
    public func draftEdit(
        _ entry: EntryId,
        _ text: String,
        base: Version? = nil
    ) async throws -> Draft {
        try await engine.calling {
            Draft(try await $0.draftEdit(entry: entry.lower(), text: text, base: base?.lower()))
        }
    }

    /// Gives a draft other words: cheap enough for every keystroke, and durable when it returns.
    public func draftUpdate(_ draft: DraftId, _ text: String) async throws {
        try await engine.calling { try await $0.draftUpdate(draft: draft.lower(), text: text) }
    }

    /// The drafts of this device, the oldest first.
    public func drafts() async throws -> [Draft] {
        try await engine.calling { try await $0.drafts().map(Draft.init) }
    }

    /// One draft.
    public func draft(_ draft: DraftId) async throws -> Draft {
        try await engine.calling { Draft(try await $0.draft(draft: draft.lower())) }
    }

    /// Throws a draft away, for good.
    public func draftDiscard(_ draft: DraftId) async throws {
        try await engine.calling { try await $0.draftDiscard(draft: draft.lower()) }
    }

    /// Shares a draft: its final words become one change, whatever was typed before them. If it
    /// throws, the draft is still there.
    @discardableResult
    public func shareDraft(_ draft: DraftId) async throws -> EntryRow {
        try await engine.writing { EntryRow(try await $0.shareDraft(draft: draft.lower())) }
    }
}
