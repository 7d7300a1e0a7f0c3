// Where stories play: a relay, a directory, and phones that are shut down at the end.

import Foundation
import Testing

@testable import Couplet

/// Every story. They are told one after the other: the log and what leaks are the process's.
@Suite(.serialized, .timeLimit(.minutes(3)))
enum Stories {}

/// Marks the test that tells this story of `bindings/scenarios`.
struct Scenario: TestTrait {
    let id: String
}

extension Trait where Self == Scenario {
    static func scenario(_ id: String) -> Self { Scenario(id: id) }
}

/// Longer than any story plays: what waits for so long ends for another reason.
let patience = Duration.seconds(3_600)

/// A relay and what is on this machine's disk.
final class Stage: @unchecked Sendable {
    let directory: URL
    /// Over what follows.
    private let lock = NSLock()
    private var phones: [Notebook] = []
    private var started: Relay?

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("couplet-swift-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// The relay, started when it is first needed.
    func relay() throws -> Relay {
        try lock.withLock {
            if let started {
                return started
            }
            let relay = try Relay(directory.appendingPathComponent("relay", isDirectory: true))
            started = relay
            return relay
        }
    }

    /// Where this person's notebook lies.
    func config(_ name: String, isVault: Bool = false) -> Config {
        Config(
            directory: directory.appendingPathComponent(name, isDirectory: true),
            mark: directory.appendingPathComponent("\(name).mark"),
            isVault: isVault
        )
    }

    /// Has the notebook shut down when the story is over.
    @discardableResult
    func keep(_ notebook: Notebook) -> Notebook {
        lock.withLock { phones.append(notebook) }
        return notebook
    }

    func found(
        _ name: String,
        relay: String? = nil,
        keys: any KeyStore = Pocket()
    ) async throws -> Notebook {
        keep(try await Notebook.found(config(name), keys: keys, name: name, relay: relay))
    }

    @discardableResult
    func join(
        _ name: String,
        _ link: String,
        keys: any KeyStore = Pocket()
    ) async throws -> Notebook {
        keep(try await Notebook.join(config(name), keys: keys, link: link, name: name))
    }

    /// Ana, and Ben who asks to be let in: to read all, or what comes after this note of hers.
    func atTheDoor(
        keys: any KeyStore = Pocket(),
        before: String? = nil
    ) async throws -> (Notebook, Notebook) {
        let ana = try await found("Ana", relay: relay().link)
        if let before {
            _ = try await ana.write(.note, before)
        }
        let link = try await ana.invite(history: before == nil ? nil : .fromHere).link
        try await ana.sync()
        let ben = try await join("Ben", link, keys: keys)
        try await waits { try await ben.sync() }
        try await ana.sync()
        return (ana, ben)
    }

    /// Another phone of this person's, or its vault, let in by the one that they have.
    func another(
        of phone: Notebook,
        _ name: String,
        isVault: Bool = false
    ) async throws -> Notebook {
        let link = try await phone.invite(isOwnDevice: true, history: .all).link
        try await phone.sync()
        let place = config(name, isVault: isVault)
        let newcomer = keep(
            try await Notebook.join(place, keys: Pocket(), link: link, name: name)
        )
        try await waits { try await newcomer.sync() }
        try await phone.sync()
        try await phone.approve(phone.onlyRequest().id, code: newcomer.waitingCode())
        try await phone.sync()
        try await newcomer.sync()
        return newcomer
    }

    /// Ana and Ben, who belong to one notebook.
    func couple(before: String? = nil) async throws -> (Notebook, Notebook) {
        let (ana, ben) = try await atTheDoor(before: before)
        try await ana.approve(ana.onlyRequest().id, code: ben.waitingCode())
        try await ana.sync()
        try await ben.sync()
        return (ana, ben)
    }

    func close() async {
        let (phones, relay) = lock.withLock { (self.phones, started) }
        for phone in phones {
            _ = try? await phone.shutdown()
        }
        relay?.close()
        _ = try? FileManager.default.removeItem(at: directory)
    }
}

/// A story with a stage of its own, which is cleared whatever came of it.
func story(_ tell: @Sendable (Stage) async throws -> Void) async throws {
    let stage = try Stage()
    do {
        try await tell(stage)
    } catch {
        await stage.close()
        throw error
    }
    await stage.close()
}

/// The two meet: both have the same afterwards.
func meet(_ ana: Notebook, _ ben: Notebook) async throws {
    for phone in [ana, ben, ana] {
        #expect(try await phone.sync().isCaughtUp)
    }
    #expect(try await ana.hash() == ben.hash(), "they did not converge")
}

/// What is thrown has to be of this case.
func fails(
    _ code: String,
    mayPass: Bool = false,
    as isCase: (CoupletError) -> Bool,
    _ call: () async throws -> Void
) async throws {
    let thrown = await failure(of: call)
    let error = try #require(thrown)
    #expect(isCase(error), "\(error)")
    #expect(error.code == code)
    #expect(error.isRetryable == mayPass)
}

/// What a call throws, which must be ours.
func failure(of call: () async throws -> Void) async -> CoupletError? {
    do {
        try await call()
        return nil
    } catch {
        return error as? CoupletError
    }
}

/// Somebody has to be let in before this.
func waits(_ call: () async throws -> Exchanged) async throws {
    try await fails("waiting", mayPass: true, as: \.isWaiting) { _ = try await call() }
}

extension Notebook {
    /// What is shown, the newest first.
    func texts() async throws -> [String] {
        try await timeline().map(\.text)
    }

    func onlyRequest() async throws -> Request {
        let asked = try await requests()
        #expect(asked.count == 1)
        return try #require(asked.first)
    }

    func waitingCode() async throws -> String? {
        try await state().waitingCode
    }

    /// The state as it is, whatever is shown of it so far.
    func state() async throws -> Status {
        try await engine.status()
    }

    /// Waits until the state is such.
    @discardableResult
    func reaches(_ holds: (Status) -> Bool) async throws -> Status {
        try await first(of: watchStatus(), where: holds)
    }
}

/// The first for which this holds; it has to come.
func first<S: AsyncSequence>(
    of sequence: S,
    where holds: (S.Element) -> Bool
) async throws -> S.Element where S.Element: Sendable {
    for try await element in sequence where holds(element) {
        return element
    }
    throw Missed()
}

/// What was waited for did not come before the end.
struct Missed: Error {}

/// The first change of an entry that these events tell of.
func changed(_ events: Events) async throws -> EntryId? {
    for try await event in events {
        if case .entryChanged(let entry) = event {
            return entry
        }
    }
    return nil
}

/// A keystore in memory.
final class Pocket: KeyStore, @unchecked Sendable {
    private let lock = NSLock()
    private var kept: Data?

    init(_ key: Data? = nil) {
        kept = key
    }

    func load() throws -> Data? {
        lock.withLock { kept }
    }

    func keep(_ key: Data) throws {
        lock.withLock { kept = key }
    }
}

extension CoupletError {
    var isInvalidInput: Bool { if case .invalidInput = self { true } else { false } }
    var isNotAllowed: Bool { if case .notAllowed = self { true } else { false } }
    var isNotFound: Bool { if case .notFound = self { true } else { false } }
    var isWaiting: Bool { if case .waiting = self { true } else { false } }
    var isNetwork: Bool { if case .network = self { true } else { false } }
    var isBusy: Bool { if case .busy = self { true } else { false } }
    var isKey: Bool { if case .key = self { true } else { false } }
    var isClosed: Bool { if case .closed = self { true } else { false } }
    var isInternal: Bool { if case .internal = self { true } else { false } }
}
