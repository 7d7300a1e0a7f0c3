// A person's vault beside their notebook, its key under a passphrase, and a made-up couple.

import Foundation
internal import CoupletFFI

/// What of an entry is shared, and as what.
public struct Chosen: Hashable, Codable, Sendable {
    /// `text`, `feelings`, `perspective` and so on. An entry is begun with a text.
    public var fields: [String]
    /// The kind that they become; the entry's own, or a note, unless it is said.
    public var kind: Kind?
    /// The words to begin with, where the entry's own text is not to be shared.
    public var text: String?
    /// The shared entry in which they are said, rather than in a new one.
    public var into: EntryId?
    /// Whether other words that stand in that entry give way, and stay in its history. Unless that is
    /// said, sharing only adds, and throws `CoupletError.invalidInput` with `stands_there`.
    public var isAgain: Bool

    /// The words, unless something is said.
    public init(
        fields: [String] = ["text"],
        kind: Kind? = nil,
        text: String? = nil,
        into: EntryId? = nil,
        isAgain: Bool = false
    ) {
        self.fields = fields
        self.kind = kind
        self.text = text
        self.into = into
        self.isAgain = isAgain
    }

    func lower() -> CoupletFFI.Chosen {
        CoupletFFI.Chosen(
            fields: fields,
            kind: kind?.lower(),
            text: text,
            into: into?.lower(),
            isAgain: isAgain
        )
    }
}

/// What one of the two of a made-up couple sees: the newest first.
public struct DemoView: Hashable, Codable, Sendable {
    /// What they are called.
    public let name: String
    /// At the end of a week apart, before they meet.
    public let apart: [EntryRow]
    /// When they have met.
    public let together: [EntryRow]
    /// What they keep in their vault.
    public let vault: [EntryRow]
}

/// The notebook of a made-up couple, Ana and Ben.
public struct DemoNotebook: Hashable, Codable, Sendable {
    /// What each of the two sees.
    public let views: [DemoView]
    /// Of what is shared, the same on both phones and for the same seed.
    public let hash: String

    /// A notebook of fourteen months, for previews and tests of apps: in memory, and the same for the
    /// same seed on every machine.
    public static func made(seed: UInt64) async throws -> DemoNotebook {
        DemoNotebook(try await translated { try await demoNotebook(seed: seed) })
    }
}

extension Notebook {
    /// Whether this is a vault: a notebook of one person's devices alone.
    public func isVault() async throws -> Bool {
        try await engine.calling { try await $0.isVault() }
    }

    /// Puts every draft of this device into the vault, at a pause in typing and before it is locked;
    /// returns how many that were. If it throws, what did not get there is here.
    @discardableResult
    public func keepDrafts(in vault: Notebook) async throws -> Int {
        let kept = vault.engine.ffi
        return try await engine.writing { Int(clamping: try await $0.keepDrafts(vault: kept)) }
    }

    /// What was seen here goes into the vault, and what was seen on one's other devices comes from
    /// it: around an exchange of the vault's, and before it is locked. Returns how many entries that
    /// were new here are read by that. If it throws, what did not get there is due still.
    @discardableResult
    public func keepSeen(in vault: Notebook) async throws -> Int {
        defer { vault.engine.changes.rise() }
        let kept = vault.engine.ffi
        return try await engine.writing { Int(clamping: try await $0.keepSeen(vault: kept)) }
    }

    /// The drafts of this device and those of the vault, as one list.
    public func draftsWith(_ vault: Notebook) async throws -> [Draft] {
        let kept = vault.engine.ffi
        return try await engine.calling { try await $0.draftsWith(vault: kept).map { Draft($0) } }
    }

    /// Takes up a draft that the vault has, as it was shown, to type in it or to share it here.
    public func takeUp(_ draft: Draft) async throws {
        try await engine.calling { try await $0.takeUp(draft: draft.lower()) }
    }

    /// Copies what was chosen of an entry of the vault into this notebook, as one change. Nothing
    /// leads from the one to the other: what is changed later in either stays there.
    @discardableResult
    public func shareFrom(
        _ vault: Notebook,
        _ entry: EntryId,
        _ chosen: Chosen = Chosen()
    ) async throws -> EntryRow {
        let (from, what) = (vault.engine.ffi, chosen.lower())
        return try await engine.writing {
            EntryRow(
                try await $0.shareFrom(vault: from, entry: entry.lower(), chosen: what)
            )
        }
    }

    /// Lets go of the store, its keys and everything that was read of it. Calls after this throw
    /// ``CoupletError/key(_:)`` with the code `locked`: shut it down, and open it anew with the key
    /// that the keystore then gives.
    public func lock() async throws {
        try await engine.writing { try await $0.lock() }
    }

    /// Puts a store's key of 32 bytes under a passphrase, for a file in its place. Nobody can bring
    /// the passphrase back.
    public static func locked(_ key: Data, passphrase: String) async throws -> Data {
        try await translated { try await lockKey(key: key, passphrase: passphrase) }
    }

    /// The key that was put under this passphrase. Throws ``CoupletError/invalidInput(_:)`` with the
    /// code `wrong_passphrase` if it is not the one; nothing was changed, however often it is tried.
    public static func unlocked(_ locked: Data, passphrase: String) async throws -> Data {
        try await translated { try await unlockKey(locked: locked, passphrase: passphrase) }
    }
}

extension DemoView {
    init(_ ffi: CoupletFFI.DemoView) {
        self.init(
            name: ffi.name,
            apart: ffi.apart.map { EntryRow($0) },
            together: ffi.together.map { EntryRow($0) },
            vault: ffi.vault.map { EntryRow($0) }
        )
    }
}

extension DemoNotebook {
    init(_ ffi: CoupletFFI.DemoNotebook) {
        self.init(
            views: ffi.views.map { DemoView($0) },
            hash: ffi.hash
        )
    }
}

extension Draft {
    func lower() -> CoupletFFI.Draft {
        CoupletFFI.Draft(
            id: id.lower(),
            kindName: kindName,
            day: day.daysSince1970,
            entry: entry?.lower(),
            base: base?.lower(),
            text: text,
            kept: kept?.lower()
        )
    }
}

extension DraftKept {
    init(_ ffi: CoupletFFI.DraftKept) {
        self.init(version: Version(ffi.version), text: ffi.text)
    }

    func lower() -> CoupletFFI.DraftKept {
        CoupletFFI.DraftKept(version: version.lower(), text: text)
    }
}
