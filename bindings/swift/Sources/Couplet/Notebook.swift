import Foundation
internal import CoupletFFI

/// A notebook on this device. Writing and reading never need a network, and what a call has
/// returned is durable.
///
/// Hold one for each notebook, for as long as the app shows it, and end it with ``shutdown()``.
/// Every function may be called from any task, the main actor's included: none blocks it. Every
/// call that fails throws ``CoupletError``. A task that is cancelled ends the work that it waits
/// for; a write that was begun is done all the same.
public final class Notebook: Sendable {
    /// The honest state, for a screen, kept up to date until ``shutdown()``.
    public let status: ObservableStatus

    let engine: Engine
    private let following: [Task<Void, Never>]

    private init(_ engine: Engine, status: ObservableStatus) {
        self.engine = engine
        self.status = status
        let (events, signals) = (engine.ffi.events(), engine.changes.listen())
        following = [
            Task { [changes = engine.changes] in
                while let batch = try? await pulled(events), !batch.isEmpty {
                    changes.rise()
                }
                changes.end()
            },
            Task { [engine] in
                for await _ in signals {
                    // The state that is shown stays where it cannot be read.
                    if let read = try? await engine.status() {
                        await status.show(read)
                    }
                }
            },
        ]
        // What became different since the state was read is read once more.
        engine.changes.rise()
    }

    deinit {
        for task in following {
            task.cancel()
        }
    }

    /// Begins a notebook of one's own, usable at once, alone and offline; with the link of a relay,
    /// or without one so far.
    public static func found(
        _ config: Config,
        keys: any KeyStore,
        name: String,
        relay: String? = nil
    ) async throws -> Notebook {
        try await opened(config) {
            try await CoupletFFI.Notebook.found(
                config: $0,
                keystore: LentKeyStore(keys),
                name: name,
                relay: relay
            )
        }
    }

    /// Asks to be let in by whoever made this link.
    public static func join(
        _ config: Config,
        keys: any KeyStore,
        link: String,
        name: String
    ) async throws -> Notebook {
        try await opened(config) {
            try await CoupletFFI.Notebook.join(
                config: $0,
                keystore: LentKeyStore(keys),
                link: link,
                name: name
            )
        }
    }

    /// Opens the notebook in this place.
    public static func open(_ config: Config, keys: any KeyStore) async throws -> Notebook {
        try await opened(config) {
            try await CoupletFFI.Notebook.open(config: $0, keystore: LentKeyStore(keys))
        }
    }

    /// Opens the notebook in this place while another process owns it: a widget, a share extension.
    /// What changes it throws ``CoupletError/busy(_:)``, except drafts and what is left for the
    /// owner.
    public static func openBeside(_ config: Config, keys: any KeyStore) async throws -> Notebook {
        try await opened(config) {
            try await CoupletFFI.Notebook.openBeside(config: $0, keystore: LentKeyStore(keys))
        }
    }

    /// Makes an archive in this place out of an export: the same notebook, equal by hash, to be
    /// read and exported again. It has no partner and takes no words.
    public static func archive(
        _ config: Config,
        keys: any KeyStore,
        export: Export
    ) async throws -> Notebook {
        try await opened(config) {
            try await CoupletFFI.Notebook.archive(
                config: $0,
                keystore: LentKeyStore(keys),
                archive: export.lower()
            )
        }
    }

    /// Lets go of the store and of the network, and returns when both are let go of. Writes that
    /// were begun are done, exchanges and loops end, and calls after this throw
    /// ``CoupletError/closed(_:)``.
    public func shutdown() async throws {
        defer { engine.changes.end() }
        try await engine.calling { try await $0.shutdown() }
    }

    /// Deletes this device's store and its mark, and shuts the notebook down. What is on this device
    /// alone goes with it, and is said then; unless that `isWanted`, nothing is deleted if there is
    /// any: ``CoupletError/invalidInput(_:)`` with the code `unsent`. The key is left to the app,
    /// and the device stands in the others' list until they take it out.
    @discardableResult
    public func destroy(isWanted: Bool = false) async throws -> Unsent {
        let unsent = try await engine.calling { Unsent(try await $0.destroy(isWanted: isWanted)) }
        engine.changes.end()
        return unsent
    }

    /// What happens from here on, in order.
    public func events() -> Events {
        Events(engine.ffi.events())
    }

    /// The state, and again whenever it looks different; for a screen there is ``status``.
    public func watchStatus() -> Watch<Status> {
        Watch(changes: engine.changes) { [engine] in try await engine.status() }
    }

    /// Whoever is cancelled while it opens has opened nothing, and holds no lock of a store.
    static func opened(
        _ config: Config,
        _ open: (CoupletFFI.Config) async throws -> CoupletFFI.Notebook
    ) async throws -> Notebook {
        try Task.checkCancellation()
        try config.prepare()
        let ffi = try await translated { try await open(config.lower()) }
        do {
            try Task.checkCancellation()
            let engine = Engine(ffi)
            let first = try await engine.status()
            return Notebook(engine, status: await ObservableStatus(first))
        } catch {
            // What it says is of less use than why this was opened for nothing.
            _ = try? await ffi.shutdown()
            throw error
        }
    }
}
