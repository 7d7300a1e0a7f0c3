// Erasing for good: what was done, what was asked of others, and what nobody can promise.

internal import CoupletFFI

/// What came of erasing words, so far.
public struct Erased: Hashable, Codable, Sendable {
    /// The entry.
    public let entry: EntryId
    /// Whether nothing of the words is left on this device.
    public let isDoneHere: Bool
    /// The other devices that were, or will be, asked to let go of them.
    public let requestedThere: [DeviceId]
    /// What no app can promise: each as the end of a sentence that begins so. Show them.
    public let cannotPromise: [String]
}

extension Notebook {
    /// Erases this person's words in an entry for good, as far as that can be done, and says how far
    /// that is; asked again, how far it has come. Until a device of the other person has agreed,
    /// which it does by itself, nothing is gone.
    @discardableResult
    public func erase(_ entry: EntryId) async throws -> Erased {
        try await engine.writing { Erased(try await $0.erase(entry: entry.lower())) }
    }
}

extension Erased {
    init(_ ffi: CoupletFFI.Erased) {
        self.init(
            entry: EntryId(ffi.entry),
            isDoneHere: ffi.isDoneHere,
            requestedThere: ffi.requestedThere.map { DeviceId($0) },
            cannotPromise: ffi.cannotPromise
        )
    }
}
