// A task that is cancelled ends the engine's work, and a shutdown ends everything.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct CancellationTests {
        @Test(
            "a task that is cancelled stops what it waited for, and the notebook works on",
            .scenario("cancel")
        )
        func cancel() async throws {
            try await story { stage in
                let relay = try stage.relay()
                let ana = try await stage.found("Ana", relay: relay.link)
                let silence = try Silence()
                try await ana.setRelay(silence.insteadOf(relay))
                let syncing = Task { try await ana.sync(timeout: patience) }
                await silence.hears()
                syncing.cancel()
                await #expect(throws: CancellationError.self) { try await syncing.value }
                try await ana.setRelay(relay.link)
                #expect(try await ana.sync().isCaughtUp)

                let staying = Task { try await ana.stayAttached() }
                try await ana.reaches { $0.isAttached }
                staying.cancel()
                await #expect(throws: CancellationError.self) { try await staying.value }
                try await ana.reaches { !$0.isAttached }
                #expect(try await ana.write(.note, "and on").entry.text == "and on")
            }
        }

        @Test("a loop that is cancelled ends, and loses nothing for another")
        func cancelledLoop() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let events = ana.events()
                for _ in 0..<50 {
                    let others = ana.events()
                    let waiting = Task { try await collected(others) }
                    waiting.cancel()
                    #expect(try await waiting.value.isEmpty)
                }
                let written = try await ben.write(.note, "still there").id
                try await meet(ana, ben)
                #expect(try await changed(events) == written)
            }
        }

        @Test("whoever is cancelled while it opens leaves no lock behind")
        func cancelledOpening() async throws {
            try await story { stage in
                let keys = Pocket()
                try await stage.found("Ana", keys: keys).shutdown()
                let place = stage.config("Ana")
                for round in 0..<20 {
                    let opening = Task {
                        try await Notebook.open(place, keys: keys).shutdown()
                    }
                    if round % 2 == 1 { await Task.yield() }
                    opening.cancel()
                    _ = await opening.result
                    try await Notebook.open(place, keys: keys).shutdown()
                }
            }
        }

        @Test(
            "a shutdown in the midst of work keeps every word that was answered for",
            .scenario("shutdown")
        )
        func shutdown() async throws {
            try await story { stage in
                let keys = Pocket()
                let relay = try stage.relay()
                let ana = try await stage.found("Ana", relay: relay.link, keys: keys)
                let events = ana.events()
                async let told = collected(events)
                let staying = Task { await failure { try await ana.stayAttached() } }
                try await ana.reaches { $0.isAttached }
                let writers = (0..<8).map { writer in
                    Task { await written(by: writer, into: ana) }
                }
                _ = try await first(of: ana.watchTimeline()) { $0.count >= 20 }
                async let syncing = failure { try await ana.sync(timeout: patience) }
                try await ana.shutdown()
                var kept: Set<String> = []
                for writer in writers {
                    let (texts, end) = await writer.value
                    kept.formUnion(texts)
                    #expect(end?.isClosed == true)
                }
                #expect(await staying.value?.isClosed == true)
                // An exchange that was quicker than the shutdown has come to its end.
                #expect(await syncing?.isClosed ?? true)
                _ = try await told
                try await fails("closed", as: \.isClosed) { _ = try await ana.timeline() }
                try await ana.shutdown()
                let again = try await Notebook.open(stage.config("Ana"), keys: keys)
                stage.keep(again)
                let found = try await again.timeline(limit: 100_000).map(\.text)
                #expect(kept.isSubset(of: found))
            }
        }
    }
}

/// Writes until that fails: what was answered for, and why it ended.
private func written(by writer: Int, into notebook: Notebook) async -> ([String], CoupletError?) {
    var kept: [String] = []
    let end = await failure {
        while true {
            kept.append(try await notebook.write(.note, "\(writer) \(kept.count)").entry.text)
        }
    }
    return (kept, end)
}
