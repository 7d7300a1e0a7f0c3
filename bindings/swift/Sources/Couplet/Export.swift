// What a notebook is outside the app, as values. How it is written into a file is the app's.

import Foundation
internal import CoupletFFI

/// Everything shared in a notebook.
public struct Export: Hashable, Codable, Sendable {
    /// The notebook.
    public let notebook: NotebookId
    /// Who exported it.
    public let person: PersonId
    /// What the persons call themselves.
    public let persons: [Person]
    /// The hash of everything shared, as ``Notebook/hash()`` gives it.
    public let hash: String
    /// The entries, the oldest first; behind them, in a vault, the drafts that it has.
    public let entries: [Entry]
    /// The changes that make them, in an order in which they can be applied.
    public let changes: [PlacedChange]
}

/// A change, and where in the notebook it belongs.
public struct PlacedChange: Hashable, Codable, Sendable {
    /// The volume.
    public let volume: UInt32
    /// The edition of that volume.
    public let edition: UInt32
    /// The change as Automerge encodes it.
    public let bytes: Data

    /// A change that belongs there.
    public init(volume: UInt32, edition: UInt32, bytes: Data) {
        self.volume = volume
        self.edition = edition
        self.bytes = bytes
    }
}

/// Words to be imported.
public struct Words: Hashable, Codable, Sendable {
    /// The kind of entry that they become.
    public var kind: Kind
    /// Its day.
    public var day: Day
    /// The words.
    public var text: String

    /// Words of this kind and day.
    public init(kind: Kind, day: Day, text: String) {
        self.kind = kind
        self.day = day
        self.text = text
    }
}

/// What came of an import.
public struct Imported: Hashable, Codable, Sendable {
    /// Entries written.
    public let written: Int
    /// Entries that stood here already.
    public let held: Int
}

extension Notebook {
    /// Everything shared, proved to be whole.
    public func export() async throws -> Export {
        try await engine.calling { Export(try await $0.exportAll()) }
    }

    /// Writes words as new entries of one's own. What stands here already, word for word on its
    /// day, is not written again. If it throws, what was written before stays.
    @discardableResult
    public func `import`(_ words: [Words]) async throws -> Imported {
        try await engine.writing {
            Imported(try await $0.importWords(words: words.map { $0.lower() }))
        }
    }

    /// The hash of the notebook that these changes make, and how many entries it has.
    public static func prove(_ changes: [PlacedChange]) async throws -> NotebookHash {
        NotebookHash(try await proved(changes))
    }
}
