// What an app is told without asking.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct WatchTests {
        @Test(
            "what Ana writes appears on Ben's screen while both stay attached",
            .scenario("watch")
        )
        func watch() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                try await ben.shareDelivery(true)
                let events = ben.events()
                async let shown = first(of: ben.watchTimeline(), where: { !$0.isEmpty })
                let staying = [ana, ben].map { phone in Task { try await phone.stayAttached() } }
                try await ben.reaches { $0.isAttached }
                let written = try await ana.write(.note, "good night").entry
                #expect(try await changed(events) == written.id)
                let page = try await shown
                let row = try #require(page.first)
                #expect(row.text == "good night")
                #expect(row.isUnread)
                try await ben.show(written.id)
                #expect(try await !ben.entry(written.id).isUnread)
                _ = try await first(of: ana.watchTimeline()) { $0.first?.delivery == .partner }
                #expect(try await ana.reaches { $0.pending == 0 }.lastExchange != nil)

                let away = ben.events()
                try stage.relay().close()
                let (code, detail) = try await detached(away)
                #expect(code == "relay_unreachable")
                #expect(detail.contains(" "))
                #expect(try await ben.reaches { !$0.isAttached }.isStaying)
                for task in staying { task.cancel() }
                try await ben.reaches { !$0.isStaying }
            }
        }

        @Test("the screen's state follows what is written, on the main actor")
        func observable() async throws {
            try await story { @MainActor stage in
                let ana = try await stage.found("Ana")
                #expect(ana.status.current.standing == .solo)
                let before = ana.status.current.pending
                try await ana.write(.note, "one")
                while ana.status.current.pending == before { await Task.yield() }
                #expect(ana.status.current.relay == nil)
            }
        }

        @Test("the screen shows one's own words as soon as they are written")
        func ownWords() async throws {
            try await story { stage in
                let ana = try await stage.found("Ana")
                async let shown = first(of: ana.watchTimeline(), where: { $0.count == 2 })
                try await ana.write(.note, "one")
                try await ana.write(.note, "two")
                #expect(try await shown.map(\.text) == ["two", "one"])
            }
        }

        @Test("two observers are each told everything")
        func twoObservers() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let (one, other) = (ana.events(), ana.events())
                let written = try await ben.write(.note, "twice").id
                try await meet(ana, ben)
                #expect(try await changed(one) == written)
                #expect(try await changed(other) == written)
            }
        }

        @Test("whoever only watches is done when the notebook is shut down")
        func shutdownEndsLoops() async throws {
            try await story { stage in
                let ana = try await stage.found("Ana")
                let (events, pages) = (ana.events(), ana.watchTimeline())
                async let told = collected(events)
                async let shown = collected(pages)
                _ = try await first(of: ana.watchTimeline()) { _ in true }
                try await ana.shutdown()
                #expect(try await told.isEmpty)
                #expect(try await shown.allSatisfy(\.isEmpty))
                #expect(try await collected(ana.events()).isEmpty)
            }
        }
    }
}

/// Why these events say that the phone is not in touch.
func detached(_ events: Events) async throws -> (code: String, detail: String) {
    for try await event in events {
        if case .detached(let code, let detail) = event {
            return (code, detail)
        }
    }
    throw Missed()
}

/// Everything up to the end.
func collected<S: AsyncSequence>(
    _ sequence: S
) async throws -> [S.Element] where S.Element: Sendable {
    var all: [S.Element] = []
    for try await element in sequence {
        all.append(element)
    }
    return all
}
