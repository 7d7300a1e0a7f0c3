// What two people do with a notebook.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct CoupleTests {
        @Test("Ben is let in with the code that his phone shows", .scenario("pair"))
        func pair() async throws {
            try await story { stage in
                let keys = Pocket()
                let (ana, ben) = try await stage.atTheDoor(keys: keys)
                let request = try await ana.onlyRequest()
                #expect(request.name == "Ben")
                #expect(!request.isOwnDevice)
                try await ana.approve(request.id, code: ben.waitingCode())
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    #expect(try await Set(phone.persons().map(\.name)) == ["Ana", "Ben"])
                    let devices = try await phone.devices()
                    #expect(devices.count == 2)
                    let status = try await phone.reaches { $0.persons == 2 }
                    #expect(devices.filter(\.isThis).map(\.id) == [status.device])
                    #expect(status.waitingCode == nil)
                }
                try await ben.shutdown()
                let again = try await Notebook.open(stage.config("Ben"), keys: keys)
                stage.keep(again)
                #expect(try await again.sync().isCaughtUp)
            }
        }

        @Test("Ben waits at the door until Ana's phone, which stays attached, lets him in")
        func waitAtTheDoor() async throws {
            try await story { stage in
                let ana = try await stage.found("Ana", relay: stage.relay().link)
                try await ana.write(.note, "come in")
                let invitation = try await ana.invite(history: .all)
                #expect(invitation.entries == 1)
                #expect(!"\(invitation)".contains(invitation.link))
                #expect(!String(reflecting: invitation).contains(invitation.link))
                try await ana.sync()
                let ben = try await stage.join("Ben", invitation.link)
                let events = ana.events()
                let staying = Task { try await ana.stayAttached() }
                async let waiting = ben.waitToBeLetIn(timeout: patience)
                _ = try await first(of: events) { $0 == .requests }
                try await ana.approve(ana.onlyRequest().id, code: ben.waitingCode())
                #expect(try await waiting.isCaughtUp)
                #expect(try await ben.texts() == ["come in"])
                staying.cancel()
            }
        }

        @Test(
            "what both write without a network is on both phones after they meet",
            .scenario("write-apart")
        )
        func writeApart() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let day = Day(year: 2026, month: 2, day: 14)
                let written = try await ana.write(.note, "Ana's 1", day: day)
                for number in 2...3 { try await ana.write(.note, "Ana's \(number)", day: day) }
                for number in 1...3 { try await ben.write(.note, "Ben's \(number)", day: day) }
                #expect(written.entry.text == "Ana's 1")
                #expect(written.entry.day == day)
                #expect(try await ana.state().person == written.entry.author)
                #expect(written.delivery == .device)
                try await meet(ana, ben)
                #expect(try await ana.texts() == ben.texts())
                #expect(try await ana.texts().count == 6)
                #expect(try await ana.entry(written.id).delivery == .relay)

                var paged: [EntryPreview] = []
                while true {
                    let page = try await ana.timeline(limit: 2, before: paged.last?.cursor)
                    if page.isEmpty { break }
                    paged += page
                }
                #expect(try await ana.timeline() == paged)
                let thatDay = Filter(kind: .note, firstDay: day)
                #expect(try await ana.timeline(filter: thatDay).count == 6)
                let before = Filter(lastDay: day.advanced(by: -1))
                #expect(try await ana.timeline(filter: before).isEmpty)
            }
        }

        @Test(
            "a page that both change apart has both changes, and own words stay their author's",
            .scenario("merge")
        )
        func merge() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let page = try await ana.write(.page, "milk and bread").entry
                let note = try await ana.write(.note, "good morning").id
                try await meet(ana, ben)
                let shown = try await ben.entry(page.id).entry
                try await ana.edit(page.id, "oat milk and bread", base: page.version)
                try await ben.edit(page.id, "milk and rye bread", base: shown.version)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let text = try await phone.entry(page.id).entry.text
                    #expect(text == "oat milk and rye bread")
                }
                try await fails("not_yours", as: \.isNotAllowed) { try await ben.edit(note, "bad") }
                let own = try await ana.write(.ownPage, "slept badly").id
                try await meet(ana, ben)
                #expect(try await ben.entry(own).entry.text == "slept badly")
                try await fails("not_yours", as: \.isNotAllowed) { try await ben.edit(own, "well") }
                let more = try await ana.edit(own, "slept badly, alone").entry.text
                #expect(more == "slept badly, alone")
                let revised = try await ana.edit(note, "good morning, love").entry
                #expect(revised.text == "good morning, love")
                let revisions = revised.revisions.map(\.text)
                #expect(revisions == ["good morning", "good morning, love"])
            }
        }

        @Test("comments, an answer and an emoji are seen by both", .scenario("talk"))
        func talk() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let note = try await ana.write(.note, "look up tonight").id
                try await meet(ana, ben)
                #expect(try await ben.entry(note).can.contains(.comment))
                let comments = try await ben.comment(on: note, "the mood").entry.comments
                let said = try #require(comments.first)
                try await ben.react(to: note, "🌙")
                try await meet(ana, ben)
                #expect(try await ana.entry(note).can.contains(.reply))
                try await ana.comment(on: note, "yes", replyTo: said.id)
                try await ben.say(.editComment(said.id, "the moon"), about: note)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let shown = try await phone.entry(note).entry
                    #expect(shown.comments.map(\.text) == ["the moon", "yes"])
                    #expect(shown.comments.map(\.replyTo) == [nil, said.id])
                    #expect(shown.reactions == [Reaction(by: said.author, emoji: "🌙")])
                }
                #expect(try await ben.unreact(to: note, "🌙").entry.reactions.isEmpty)
                try await fails("invalid_input", as: \.isInvalidInput) {
                    try await ben.react(to: note, "moon")
                }
            }
        }
    }
}
