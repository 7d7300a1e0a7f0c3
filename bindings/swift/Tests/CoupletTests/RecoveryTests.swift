// A notebook back from its words, and the words renewed.

import Foundation
import Testing

@testable import Couplet

extension Stories {
    @Suite struct RecoveryTests {
        @Test("who loses every phone is back by the words of the kit", .scenario("recovery"))
        func recovered() async throws {
            try await story { stage in
                let relay = try stage.relay().link
                let (ana, _) = try await stage.couple()
                try await ana.write(.note, "kept")
                #expect(try await !ana.recoveryKit().exists)
                let words = try await ana.makeKit()
                #expect(words.reveal().split(separator: " ").count == 24)
                #expect("\(words) \(String(reflecting: words))" == "RecoveryWords RecoveryWords")
                #expect(try await ana.recoveryKit().isPending)
                try await ana.sync()
                let kit = try await ana.recoveryKit()
                #expect(kit.exists && !kit.isPending && kit.relay == relay)
                #expect(try await ana.isKit(of: words))
                try await fails("exists", as: \.isNotAllowed) { _ = try await ana.makeKit() }
                let lost = try await ana.hash()
                try await ana.shutdown()

                let typed = words.reveal().uppercased().split(separator: " ")
                let found = try await Notebook.recover(
                    stage.config("fresh"),
                    keys: Pocket(),
                    words: RecoveryWords(reading: typed.joined(separator: "\n")),
                    relay: relay
                )
                let back = stage.keep(found.notebook)
                #expect(found.words.reveal() != words.reveal())
                #expect(try await back.sync().isCaughtUp)
                #expect(try await back.hash() == lost)
                #expect(try await back.texts() == ["kept"])
                #expect(try await back.isKit(of: found.words))
                #expect(try await !back.isKit(of: words))

                let last = typed.dropLast().joined(separator: " ") + " couplet"
                for wrong in ["kept", last] {
                    try await fails("wrong_words", as: \.isInvalidInput) {
                        _ = try RecoveryWords(reading: wrong)
                    }
                }
                try await fails("unknown_words", as: \.isInvalidInput) {
                    let again = stage.config("again")
                    _ = try await Notebook.recover(again, keys: Pocket(), words: words, relay: relay)
                }
            }
        }

        @Test("words that were not seen are given once more", .scenario("recover-again"))
        func recoveredAgain() async throws {
            try await story { stage in
                let relay = try stage.relay()
                let ana = try await stage.found("Ana", relay: relay.link)
                let words = try await ana.makeKit()
                try await ana.sync()
                let (fresh, keys) = (stage.config("fresh"), Pocket())
                let silence = try Silence()
                defer { withExtendedLifetime(silence) {} }
                let away = try silence.insteadOf(relay)
                let waiting = Task {
                    try await Notebook.recover(fresh, keys: keys, words: words, relay: away)
                }
                await silence.hears()
                waiting.cancel()
                await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                let unseen = try await Notebook.recover(
                    fresh,
                    keys: keys,
                    words: words,
                    relay: relay.link
                )
                try await unseen.notebook.shutdown()
                let back = stage.keep(try await Notebook.open(fresh, keys: keys))
                let seen = try await back.recoverAgain(words)
                try await fails("unknown_words", as: \.isInvalidInput) {
                    _ = try await back.recoverAgain(seen)
                }
                try await back.sync()
                #expect(try await back.isKit(of: seen))
            }
        }

        @Test("a kit is renewed by its words, and without after notice", .scenario("renewal"))
        func renewed() async throws {
            try await story { stage in
                let (ana, _) = try await stage.couple()
                try await fails("not_found", as: \.isNotFound) { _ = try await ana.renewKit() }
                let first = try await ana.makeKit()
                try await ana.sync()
                guard case .words(let second) = try await ana.renewKit(old: first) else {
                    throw Missed()
                }
                try await ana.sync()
                #expect(try await ana.isKit(of: second))
                #expect(try await !ana.isKit(of: first))

                guard case .notBefore(let due) = try await ana.renewKit() else { throw Missed() }
                try await ana.sync()
                #expect(try await ana.recoveryKit().due == due)
                let status = try await ana.state()
                #expect(status.kitDue == due)
                let last = try #require(status.lastExchange)
                #expect(last < due)
                try await fails("unknown_words", as: \.isInvalidInput) {
                    try await ana.keepKit(first)
                }
                try await ana.keepKit(second)
                try await ana.sync()
                #expect(try await ana.recoveryKit().due == nil)
                try await fails("not_found", as: \.isNotFound) { try await ana.keepKit(second) }
            }
        }

        @Test("who lost everything is let in again by the other", .scenario("let-in-again"))
        func letInAgain() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let note = try await ben.write(.note, "from Ben").id
                try await meet(ana, ben)
                guard case .link(let invitation) = try await ana.inviteAgain() else {
                    throw Missed()
                }
                try await ana.sync()
                try await ben.sync()
                #expect(try await ben.state().isBeingReplaced)
                #expect(try await ben.invites().map(\.isAgain) == [true])
                let fresh = try await stage.join("fresh", invitation.link)
                try await waits { try await fresh.sync() }
                try await ana.sync()
                let request = try await ana.onlyRequest()
                #expect(request.isAgain)
                try await ana.approve(request.id, code: fresh.waitingCode())
                try await meet(ana, fresh)
                #expect(try await fresh.texts() == ["from Ben"])
                let devices = try await fresh.devices()
                #expect(devices.filter(\.isThis).map(\.generation) == [1])
                try await fails("not_yours", as: \.isNotAllowed) {
                    try await fresh.edit(note, "anew")
                }

                try await fails("relay_refused", as: \.isNotAllowed) { try await ben.sync() }
                #expect(try await ben.texts() == ["from Ben"])
                _ = try await fresh.makeKit()
                try await meet(fresh, ana)
                guard case .notBefore(let due) = try await ana.inviteAgain() else {
                    throw Missed()
                }
                let last = try #require(try await ana.state().lastExchange)
                #expect(last < due)
            }
        }
    }
}
