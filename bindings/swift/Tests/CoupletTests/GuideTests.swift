// docs/SWIFT.md does what it says: `bindings/swift/build` puts its Swift beside this.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct GuideTests {
        @Test("ten minutes to two phones that talk")
        func guide() async throws {
            try await story { stage in
                let relay = try stage.relay().link
                let shown = try await twoPhones(relay: relay, directory: stage.directory)
                #expect(Set(shown) == ["I saw a heron by the mill", "home by seven"])
            }
        }
    }
}
