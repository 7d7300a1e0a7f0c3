// What is held for a while is let go of.

import Foundation
import Testing

@testable import Couplet

extension Stories {
    @Suite struct LeakTests {
        @Test(
            "100,000 events leave no memory, thread or file behind",
            .scenario("many-events")
        )
        func manyEvents() async throws {
            try await pull(100_000)
            let before = try held()
            var (after, grown) = (before, [Int]())
            for _ in 1...4 {
                try await pull(100_000)
                let now = try held()
                grown.append(now.resident - after.resident)
                after = now
            }
            #expect(after.files <= before.files, "\(before), \(after)")
            // Swift's own pool of threads breathes a little, and so does memory: what leaks grows
            // with every pull, and an event that left forty bytes behind would be beyond this.
            #expect(after.threads <= before.threads + 2, "\(before), \(after)")
            #expect(grown.contains { $0 < 4 * 1_000 * 1_000 }, "\(grown)")
        }

        @Test("a notebook that nobody holds is let go of")
        func dropped() async throws {
            try await story { stage in
                let keys = Pocket()
                let place = stage.config("Ana")
                weak var gone: Notebook?
                do {
                    let ana = try await Notebook.found(place, keys: keys, name: "Ana")
                    gone = ana
                    try await ana.write(.note, "kept")
                }
                #expect(gone == nil)
            }
        }
    }
}

private func pull(_ count: UInt32) async throws {
    let events = try await collected(Events.rehearsal(count))
    #expect(events.count == Int(count))
    #expect(events.allSatisfy { $0 == .caughtUp })
}

private struct Held {
    var resident = 0
    var threads = 0
    var files = 0
}

/// What this process holds; where there is no /proc, nothing is measured.
private func held() throws -> Held {
    #if os(Linux)
    let files = FileManager.default
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        .split(separator: " ").dropFirst().first
    let resident = try #require(pages.flatMap { Int($0) }) * 4_096
    return Held(
        resident: resident,
        threads: try files.contentsOfDirectory(atPath: "/proc/self/task").count,
        files: try files.contentsOfDirectory(atPath: "/proc/self/fd").count
    )
    #else
    return Held()
    #endif
}
