// Beside the process that owns the notebook, in a widget or a share extension.

internal import CoupletFFI

extension Notebook {
    /// Whether this process owns the notebook's store.
    public var isOwner: Bool { engine.ffi.isOwner() }

    /// Leaves a new entry for the owner. It is durable, and in the notebook as soon as the owner,
    /// or whoever opens the notebook next, has looked.
    @discardableResult
    public func queueWrite(
        _ kind: Kind,
        _ text: String,
        day: Day = .today
    ) async throws -> EntryId {
        try await engine.calling {
            EntryId(try await $0.queueWrite(kind: kind.lower(), day: day.daysSince1970, text: text))
        }
    }

    /// Leaves an edit for the owner, merged against the version given or the one shown here.
    @discardableResult
    public func queueEdit(
        _ entry: EntryId,
        _ text: String,
        base: Version? = nil
    ) async throws -> EntryId {
        try await engine.calling {
            EntryId(try await $0.queueEdit(entry: entry.lower(), text: text, base: base?.lower()))
        }
    }

    /// Leaves something about an entry for the owner.
    @discardableResult
    public func queueSaying(_ saying: Saying, about entry: EntryId) async throws -> EntryId {
        try await engine.calling {
            EntryId(try await $0.queueSaying(entry: entry.lower(), saying: saying.lower()))
        }
    }

    /// Leaves a draft's words for the owner to share; the draft is gone. If it throws, the draft is
    /// still there.
    @discardableResult
    public func queueShare(_ draft: DraftId) async throws -> EntryId {
        try await engine.calling { EntryId(try await $0.queueShare(draft: draft.lower())) }
    }
}
