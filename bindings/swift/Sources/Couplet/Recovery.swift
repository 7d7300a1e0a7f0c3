// Recovery kits: 24 words that bring a notebook back where every device is lost.

import Foundation
internal import CoupletFFI

/// The 24 words of a recovery kit. Whoever has them reads the notebook: they are shown once, to the
/// person whose they are, and no description of them shows one.
///
/// The engine holds them, and wipes them with the last reference to this. What ``reveal()`` gives is
/// a `String`, which nobody can wipe: let go of it as soon as it was shown.
public final class RecoveryWords: Sendable {
    let held: CoupletFFI.RecoveryWords

    init(_ held: CoupletFFI.RecoveryWords) {
        self.held = held
    }

    /// Words as people type them: any case, any spaces or line ends between. Throws
    /// ``CoupletError/invalidInput(_:)`` with the code `wrong_words`, and says where the fault is.
    public convenience init(reading text: String) throws {
        self.init(try translated { try CoupletFFI.RecoveryWords.read(text: text) })
    }

    /// The words, one space between two.
    public func reveal() -> String {
        held.reveal()
    }
}

extension RecoveryWords: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without a word of them.
    public var description: String { "RecoveryWords" }
    /// Without a word of them.
    public var debugDescription: String { description }
    /// Without a word of them.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The state of a person's recovery kit.
public struct RecoveryKit: Hashable, Codable, Sendable {
    /// Whether there is one.
    public let exists: Bool
    /// Whether one that was made here waits for the relay; its words are good only then.
    public let isPending: Bool
    /// When it may be replaced without its words: notice was given to it. Whoever has the words and
    /// did not mean this keeps it by them, with ``Notebook/keepKit(_:)``.
    public let due: Date?
    /// The link of the relay that its words are used at: to be written down with them.
    public let relay: String?
}

/// What renewing a recovery kit has come to.
public enum Renewed: Sendable {
    /// The kit is replaced: these are good once the relay has ordered it.
    case words(RecoveryWords)
    /// Notice is given: it can be replaced without its words then.
    case notBefore(Date)
}

/// A notebook back on a device that had nothing but words.
public struct Recovered: Sendable {
    /// The next exchange lets this device in.
    public let notebook: Notebook
    /// Good from that exchange on: show them before it.
    public let words: RecoveryWords
}

extension Notebook {
    /// The state of this person's recovery kit.
    public func recoveryKit() async throws -> RecoveryKit {
        try await engine.calling { RecoveryKit(try await $0.recoveryKit()) }
    }

    /// Makes this person's first recovery kit. Its words are shown once, to the person alone, and
    /// are good once the relay has ordered it. Throws ``CoupletError/notAllowed(_:)`` with the code
    /// `exists` if there is one: ``renewKit(old:)``.
    public func makeKit() async throws -> RecoveryWords {
        try await engine.writing { RecoveryWords(try await $0.makeKit()) }
    }

    /// Puts another recovery kit in the place of the one there is. With the old words it is done in
    /// the next exchange, and is to be asked again if that does not come about; without them notice
    /// is given, and seven days later it may be done.
    public func renewKit(old: RecoveryWords? = nil) async throws -> Renewed {
        try await engine.writing { Renewed(try await $0.renewKit(old: old?.held)) }
    }

    /// Takes back, in the next exchange, the notice that was given to the kit of these words.
    public func keepKit(_ words: RecoveryWords) async throws {
        try await engine.writing { try await $0.keepKit(words: words.held) }
    }

    /// Whether these are the words of this person's recovery kit, as far as is known here.
    public func isKit(of words: RecoveryWords) async throws -> Bool {
        try await engine.calling { try await $0.isKitOf(words: words.held) }
    }

    /// Other words to be good from the exchange on that lets this device in, where those that
    /// ``recover(_:keys:words:relay:name:removesOthers:)`` gave may not have been seen. Throws
    /// ``CoupletError/invalidInput(_:)`` with the code `unknown_words` for a device that came by
    /// others.
    public func recoverAgain(_ words: RecoveryWords) async throws -> RecoveryWords {
        try await engine.writing { RecoveryWords(try await $0.recoverAgain(words: words.held)) }
    }

    /// A notebook back on a device that has nothing but the words of its recovery kit and the
    /// relay's link. Show the words of the answer, which replace those that were given, and then
    /// ``sync(timeout:)``: that lets the device in. With `removesOthers` all other devices of this
    /// person are taken out then; `name` is what the device is called. Where it was cancelled, or
    /// the words were not seen, open the notebook in that place and ask ``recoverAgain(_:)`` for
    /// others. Throws ``CoupletError/invalidInput(_:)`` with the code `unknown_words`.
    public static func recover(
        _ config: Config,
        keys: any KeyStore,
        words: RecoveryWords,
        relay: String,
        name: String? = nil,
        removesOthers: Bool = false
    ) async throws -> Recovered {
        let token = CancelToken()
        var fresh: RecoveryWords?
        func back(at place: CoupletFFI.Config) async throws -> CoupletFFI.Notebook {
            let found = try await asked(Return(
                place: place,
                keys: keys,
                words: words.held,
                relay: relay,
                name: name,
                removesOthers: removesOthers,
                token: token
            ))
            fresh = RecoveryWords(found.words)
            return found.notebook
        }
        let notebook: Notebook
        do {
            notebook = try await opened(config, back)
        } catch {
            // Whatever else ended it meanwhile is no error then.
            try Task.checkCancellation()
            throw error
        }
        guard let fresh else { throw CoupletError.internal(.panicked) }
        return Recovered(notebook: notebook, words: fresh)
    }
}

extension RecoveryKit {
    init(_ ffi: CoupletFFI.RecoveryKit) {
        self.init(
            exists: ffi.exists,
            isPending: ffi.isPending,
            due: ffi.due,
            relay: ffi.relay
        )
    }
}

extension Renewed {
    init(_ ffi: CoupletFFI.Renewed) {
        self =
            switch ffi {
            case .words(let words): .words(RecoveryWords(words))
            case .notBefore(let due): .notBefore(due)
            }
    }
}

/// What a device comes back with.
private struct Return {
    let place: CoupletFFI.Config
    let keys: any KeyStore
    let words: CoupletFFI.RecoveryWords
    let relay: String
    let name: String?
    let removesOthers: Bool
    let token: CancelToken
}

/// Asks the relay what the words lead to, until the task is cancelled.
private func asked(_ back: Return) async throws -> CoupletFFI.Recovered {
    try await withTaskCancellationHandler {
        try await recover(
            config: back.place,
            keystore: LentKeyStore(back.keys),
            words: back.words,
            relay: back.relay,
            name: back.name,
            removesOthers: back.removesOthers,
            cancel: back.token
        )
    } onCancel: {
        back.token.cancel()
    }
}
