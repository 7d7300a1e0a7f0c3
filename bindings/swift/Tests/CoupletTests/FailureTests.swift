// What goes wrong, and what an app is told of it.

import Foundation
import Testing

@testable import Couplet

extension Stories {
    @Suite struct FailureTests {
        @Test(
            "what cannot be used is refused with a sentence, and nothing is written",
            .scenario("wrong-input")
        )
        func wrongInput() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.atTheDoor()
                let long = String(repeating: "long ", count: 100_000)
                let calls: [() async throws -> Void] = [
                    { try await ana.setRelay("not a link") },
                    { try await stage.join("Else", "not an invitation") },
                    { _ = try await stage.found("") },
                    { try await ana.write(.note, "  ") },
                    { _ = try await ana.timeline(before: Cursor(rawValue: "nowhere")) },
                    { try await ana.write(.note, long) },
                ]
                var codes: [String] = []
                for call in calls {
                    let thrown = await failure(of: call)
                    let error = try #require(thrown)
                    #expect(error.isInvalidInput)
                    #expect(error.localizedDescription == error.detail)
                    #expect(error.detail.contains(" "))
                    #expect(!error.isRetryable)
                    #expect(!error.detail.contains("not a link"))
                    #expect(!error.detail.contains("long long"))
                    codes.append(error.code)
                }
                #expect(codes.last == "too_long")
                #expect(try await ana.timeline().isEmpty)
                let nothing = EntryId(rawValue: "none")
                try await fails("not_found", as: \.isNotFound) { _ = try await ana.entry(nothing) }

                let here = try await ana.write(.note, "here").id
                #expect(try await ana.timeline(limit: -1).isEmpty)
                try await fails("invalid_input", as: \.isInvalidInput) {
                    try await ana.edit(here, "there", base: Version(rawValue: "no"))
                }
                try await fails("say_history", as: \.isInvalidInput) { _ = try await ana.invite() }

                let shown = try await ben.waitingCode()
                let code = try #require(shown)
                let request = try await ana.onlyRequest().id
                let other = (code.first == "0" ? "1" : "0") + code.dropFirst()
                try await fails("wrong_code", as: \.isInvalidInput) {
                    try await ana.approve(request, code: other)
                }
                #expect(try await ana.requests().map(\.id) == [request])
            }
        }

        @Test("each failure is of the case that says what to do", .scenario("errors"))
        func errors() async throws {
            try await story { stage in
                let keys = Pocket()
                let wrong = Pocket(Data(repeating: 0, count: 32))
                let place = stage.config("Ana")
                try await fails("no_notebook", as: \.isNotFound) {
                    _ = try await Notebook.open(place, keys: wrong)
                }
                let ana = try await stage.found("Ana", keys: keys)
                try await fails("exists", as: \.isNotAllowed) {
                    _ = try await stage.found("Ana", keys: keys)
                }
                try await fails("busy", mayPass: true, as: \.isBusy) {
                    _ = try await Notebook.open(place, keys: keys)
                }
                try await fails("wrong_key", as: \.isKey) {
                    _ = try await Notebook.openBeside(place, keys: wrong)
                }
                try await fails("no_relay", as: \.isInvalidInput) { try await ana.sync() }
                let relay = try stage.relay()
                try await ana.setRelay(relay.link)
                let ben = try await stage.join("Ben", ana.invite().link)
                try await fails("waiting", mayPass: true, as: \.isWaiting) {
                    try await ben.write(.note, "too early")
                }
                relay.close()
                try await fails("relay_unreachable", mayPass: true, as: \.isNetwork) {
                    try await ana.sync()
                }
                try await ana.shutdown()
                try await fails("closed", as: \.isClosed) { try await ana.write(.note, "too late") }
                try await fails("closed", as: \.isClosed) { _ = try await ana.timeline() }
                try await fails("closed", as: \.isClosed) { try await ana.sync() }
            }
        }
    }
}
