// Who goes, who is called what, and what is not wanted any more.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct GoingTests {
        @Test("an invite is withdrawn, and a request denied", .scenario("send-away"))
        func withdrawn() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.atTheDoor()
                try await ana.deny(ana.onlyRequest().id)
                #expect(try await ana.requests().isEmpty)
                try await fails("waiting", mayPass: true, as: \.isWaiting) {
                    try await ben.write(.note, "too early")
                }
                _ = try await ana.invite(history: .all)
                #expect(try await ana.state().standing == .pairing)
                for invite in try await ana.invites() {
                    #expect(!invite.isOwnDevice)
                    #expect(try await ana.revoke(invite.id) == invite.id)
                }
                try await ana.sync()
                #expect(try await ana.invites().isEmpty)
            }
        }

        @Test("both compare one number, and one of them says so", .scenario("verify"))
        func verified() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                try await meet(ana, ben)
                try await fails("invalid_input", as: \.isInvalidInput) {
                    try await ana.verify(isConfirmed: true)
                }
                let (shown, bens) = (try await ana.verify(), try await ben.verify())
                #expect(shown.emoji.count == 7)
                #expect(bens.emoji == shown.emoji)
                #expect(bens.number == shown.number)
                #expect(shown.verified == .code)
                #expect(bens.verified == .no)
                #expect(try await ana.verify(isConfirmed: true).verified == .compared)
                let tablet = try await stage.another(of: ben, "Ben's tablet")
                try await meet(ana, ben)
                #expect(try await ana.state().verified == .compared)
                let theirs = try await ana.devices().filter { !$0.isThis }
                #expect(theirs.map(\.verified) == [.compared, .compared])
                #expect(try await tablet.verify().emoji == shown.emoji)
            }
        }

        @Test("a device is named and taken out", .scenario("remove"))
        func removed() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let tablet = try await stage.another(of: ana, "Ana's tablet")
                let its = try await tablet.state().device
                try await ana.rename("tablet", device: its)
                try await ana.rename("Anna")
                try await meet(ana, ben)
                #expect(try await ben.persons().map(\.name).contains("Anna"))
                let named = try await ana.devices().filter { $0.id == its }
                #expect(named.map(\.called) == ["tablet"])
                #expect(try await ana.remove(its) == its)
                try await meet(ana, ben)
                #expect(try await !ben.devices().map(\.id).contains(its))
                #expect(try await ana.quarantine() == Quarantine(late: [], changes: []))
                try await fails("not_found", as: \.isNotFound) {
                    try await ana.settleLate(its, isKept: true)
                }
                try await fails("relay_refused", as: \.isNotAllowed) {
                    try await tablet.sync()
                }
            }
        }

        @Test(
            "late words of a device that was taken out are kept or discarded",
            .scenario("late-words")
        )
        func late() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let laptop = try await stage.another(of: ana, "Ana's laptop")
                for (text, isKept) in [("kept", true), ("discarded", false)] {
                    let tablet = try await stage.another(of: ana, text)
                    let its = try await tablet.state().device
                    try await laptop.sync()
                    // It comes to the laptop by a relay that Ana's phone does not know.
                    let place = stage.directory.appendingPathComponent("\(text) elsewhere")
                    let elsewhere = try Relay(place)
                    defer { elsewhere.close() }
                    try await tablet.write(.note, text)
                    for phone in [tablet, laptop] {
                        try await phone.setRelay(elsewhere.link)
                        try await phone.sync()
                    }
                    try await laptop.setRelay(stage.relay().link)
                    #expect(try await laptop.texts().contains(text))
                    try await ana.remove(its)
                    try await ana.sync()
                    try await laptop.sync()
                    #expect(try await !laptop.texts().contains(text))
                    let late = [Late(device: its, envelopes: 1, isOwn: true)]
                    #expect(try await laptop.quarantine().late == late)
                    #expect(try await laptop.settleLate(its, isKept: isKept) == 1)
                    #expect(try await laptop.quarantine().late.isEmpty)
                    try await laptop.sync()
                    try await meet(ana, ben)
                }
                for phone in [ana, ben, laptop] {
                    #expect(try await phone.texts() == ["kept"])
                }
            }
        }

        @Test("who leaves keeps everything and writes nothing more", .scenario("leave"))
        func left() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                try await ana.write(.note, "before")
                try await meet(ana, ben)
                try await ben.leave()
                let status = try await ben.state()
                #expect(status.standing == .apart)
                #expect(status.isReadOnly)
                #expect(try await ben.texts() == ["before"])
                #expect(try await ben.export().entries.count == 1)
                try await fails("apart", as: \.isNotAllowed) {
                    try await ben.write(.note, "after")
                }
            }
        }
    }
}
