// How a notebook ends, for a while or for both, and how somebody goes on. `Notebook.destroy` ends it
// on this device.

import Foundation
internal import CoupletFFI

/// That a notebook is to be gone from the relay.
public struct Dissolving: Hashable, Codable, Sendable {
    /// Who wants it; nobody alone, if both do.
    public let by: PersonId?
    /// When the relay lets go of it at the latest, as far as this device's clock tells.
    public let until: Date
    /// Whether it is done: nothing is written or sent any more, and what is here stays.
    public let isOver: Bool
}

/// What is on this device and nowhere else.
public struct Unsent: Hashable, Codable, Sendable {
    /// Entries with something of one's own that the relay has not said to hold.
    public let entries: Int
    /// Drafts, which are nowhere else.
    public let drafts: Int
}

/// A notebook in which somebody goes on alone.
public struct GoneOn: Sendable {
    /// The new one.
    public let notebook: Notebook
    /// What came into it: one's own words.
    public let imported: Imported
}

extension Notebook {
    /// What is on this device and nowhere else, as far as it knows.
    public func unsent() async throws -> Unsent {
        try await engine.calling { Unsent(try await $0.unsent()) }
    }

    /// Wants all of it gone from the relay: it is, once the other person wants it, too, or ninety
    /// days later. Until then everything goes on; afterwards what is here stays, to be read and
    /// exported.
    public func dissolve() async throws {
        try await engine.writing { try await $0.dissolve() }
    }

    /// Takes back that this person wants it gone, before it is. Throws
    /// ``CoupletError/notFound(_:)`` if this person does not want it.
    public func retain() async throws {
        try await engine.writing { try await $0.retain() }
    }

    /// Neither sends nor fetches from here on, on this device; nobody is told. Writing goes on, and
    /// ``stayAttached()`` waits until ``resume()``.
    public func pause() async throws {
        try await engine.writing { try await $0.pause() }
    }

    /// Shares again.
    public func resume() async throws {
        try await engine.writing { try await $0.resume() }
    }

    /// Goes on alone in a new notebook, after this one ended for this person: one's own words come
    /// in as one's own, and everything, the other person's words among it, is an archive in
    /// `before`. The new one knows nothing of the archive, and shows nothing of it to whoever is
    /// invited. Done again it goes on where it was interrupted. Where no keys are given for the
    /// archive, it has the new notebook's. Throws ``CoupletError/notAllowed(_:)`` where nothing has
    /// ended, or if there is another notebook in one of the places.
    public func goOn(
        _ config: Config,
        keys: any KeyStore,
        before: Config,
        keysBefore: (any KeyStore)? = nil
    ) async throws -> GoneOn {
        try before.prepare()
        var imported = Imported(written: 0, held: 0)
        func goneOn(at place: CoupletFFI.Config) async throws -> CoupletFFI.Notebook {
            let gone = try await engine.ffi.goOn(
                config: place,
                keystore: LentKeyStore(keys),
                before: before.lower(),
                keystoreBefore: LentKeyStore(keysBefore ?? keys)
            )
            imported = Imported(gone.imported)
            return gone.notebook
        }
        let notebook = try await Self.opened(config, goneOn)
        return GoneOn(notebook: notebook, imported: imported)
    }
}
