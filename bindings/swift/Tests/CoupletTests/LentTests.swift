// What the app lends to the engine: whatever it throws is an error, and never a crash.

import Foundation
import Testing

@testable import Couplet

extension Stories {
    @Suite struct LentTests {
        @Test(
            "whatever a keystore or a log throws is an error, and the notebook works on",
            .scenario("thrown")
        )
        func thrown() async throws {
            try await story { stage in
                let place = stage.config("Ana")
                let answers: [(KeyRefused, String, Bool)] = [
                    (.notYet, "key_not_yet", true),
                    (.denied, "key_denied", false),
                    (.gone, "key_gone", false),
                ]
                for (answer, code, mayPass) in answers {
                    try await fails(code, mayPass: mayPass, as: \.isKey) {
                        _ = try await Notebook.open(place, keys: Throwing(thrown: answer))
                    }
                }
                let faulty = Throwing(thrown: Fault())
                let thrown = await failure { _ = try await stage.found("Ana", keys: faulty) }
                let fault = try #require(thrown)
                #expect(fault.isInternal)
                #expect(fault.code == "keystore")
                #expect(!fault.detail.contains("on purpose"), "it may have said a secret")
                let ana = try await stage.found("Ana", relay: stage.relay().link)

                let lost = Log.lostLines
                let throwing = Sink(isBroken: true)
                try await Log.setSink(throwing, most: .trace)
                #expect(try await ana.sync().isCaughtUp)
                #expect(try await ana.write(.note, "still here").entry.text == "still here")
                let taking = Sink(isBroken: false)
                try await Log.setSink(taking, most: .trace)
                #expect(!throwing.lines.isEmpty, "nothing was said")
                #expect(throwing.lines.count == Log.lostLines - lost)
                try await ana.sync()
                try await Log.setSink(nil)
                #expect(!taking.lines.isEmpty)
                let told = taking.lines.filter { $0.text.contains("still here") }
                #expect(told.isEmpty, "the log has the notebook's words")
            }
        }

        @Test("a key in a file is read by this user alone, and found again")
        func fileKeyStore() async throws {
            try await story { stage in
                let file = stage.directory.appendingPathComponent("keys/ana")
                try await stage.found("Ana", keys: FileKeyStore(file)).shutdown()
                let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
                let permissions = attributes[.posixPermissions] as? NSNumber
                #expect(permissions?.intValue == 0o600)
                let again = try await Notebook.open(stage.config("Ana"), keys: FileKeyStore(file))
                stage.keep(again)
            }
        }
    }
}

private struct Fault: Error {
    let said = "on purpose"
}

private struct Throwing: KeyStore {
    let thrown: any Error

    func load() throws -> Data? {
        throw thrown
    }

    func keep(_ key: Data) throws {
        throw thrown
    }
}

private final class Sink: LogSink, @unchecked Sendable {
    private let lock = NSLock()
    private var taken: [LogLine] = []
    private let isBroken: Bool

    init(isBroken: Bool) {
        self.isBroken = isBroken
    }

    var lines: [LogLine] { lock.withLock { taken } }

    func log(_ line: LogLine) throws {
        lock.withLock { taken.append(line) }
        if isBroken {
            throw Fault()
        }
    }
}
