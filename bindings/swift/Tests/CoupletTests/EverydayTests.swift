// What is removed, what was read, what waits for somebody, and choosing.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct EverydayTests {
        @Test("what is removed, unread or apart is shown", .scenario("everyday"))
        func everyday() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let (anas, bens) = (try await ana.state().person, try await ben.state().person)
                let note = try await ana.write(.note, "a note").id
                try await ana.sync()
                let fresh = try await ben.sync().arrived.fresh
                #expect(fresh == [NewOfKind(kindName: "note", count: 1)])
                let first = try await ben.entry(note)
                #expect(first.isUnread)
                try await ana.comment(on: note, "and this")
                try await meet(ana, ben)
                #expect(try await !ben.seen(first))
                let shown = try await ben.entry(note)
                #expect(shown.isUnread)
                #expect(try await ben.seen(shown))
                #expect(try await !ben.entry(note).isUnread)

                #expect(shown.can.contains(.trash))
                let removed = try await ben.trash(note).entry.trash
                #expect(removed?.by == bens)
                #expect(removed?.resurfacedBy == [])
                #expect(try await ben.texts().isEmpty)
                let lines = try await ben.timeline(filter: Filter(among: .removed))
                #expect(lines.map(\.trash) == [removed])
                try await ana.comment(on: note, "not so fast")
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let back = try await phone.entry(note).entry
                    #expect(back.trash?.resurfacedBy == [anas])
                    #expect(back.needs == [.resurfaced])
                    #expect(try await phone.texts() == ["a note"])
                    let attention = try await phone.needsAttention()
                    #expect(attention.entries.map(\.id) == [note])
                    #expect(attention.setAside.isEmpty)
                    #expect(attention.late.isEmpty)
                    #expect(attention.waiting == 0)
                }
                #expect(try await ana.restore(note).entry.trash == nil)
                #expect(try await ana.needsAttention().entries.isEmpty)
            }
        }

        @Test("words are erased for good, and the answer is true", .scenario("erase"))
        func erasing() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let entry = try await ana.write(.note, "never said").id
                try await meet(ana, ben)
                try await fails("not_allowed", as: \.isNotAllowed) {
                    try await ben.erase(entry)
                }
                let asked = try await ana.erase(entry)
                #expect(asked.entry == entry)
                #expect(!asked.isDoneHere)
                #expect(asked.requestedThere == [try await ben.state().device])
                #expect(asked.cannotPromise.count == 3)
                for _ in 1...3 {
                    try await meet(ana, ben)
                }
                #expect(try await ana.erase(entry).isDoneHere)
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.text.isEmpty)
                    #expect(shown.revisions.isEmpty)
                }
            }
        }

        @Test("what was set apart is chosen, and a page typed on at a place")
        func choosing() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let date = try await ana.write(.date, "the day we met").id
                try await meet(ana, ben)
                try await ana.act(on: date, .setDate, "20000")
                try await ben.act(on: date, .setDate, "20001")
                try await meet(ana, ben)
                let needs = try await ben.entry(date).entry.needs
                #expect(try await ana.entry(date).entry.needs == needs)
                guard case .choose(let choice) = needs.first else {
                    Issue.record("nothing is to be chosen")
                    return
                }
                #expect(Set(choice.values) == ["20000", "20001"])
                try await ben.resolve(choice, in: date, with: "20001")
                try await meet(ana, ben)
                let chosen = try await ana.entry(date).entry
                #expect(chosen.needs.isEmpty)
                #expect(chosen.shown.map(\.value).contains("20001"))

                let page = try await ana.write(.page, "we go out").entry
                let out = TextRange(start: 6, end: 9)
                let typed = try await ana.splice(
                    page.id,
                    at: out,
                    "to the sea",
                    base: page.version
                ).entry
                #expect(typed.text == "we go to the sea")
                let sea = TextRange(start: 13, end: 16)
                let which = Saying.commentOn(sea, "which?", base: typed.version)
                let said = try await ana.say(which, about: page.id).entry.comments
                #expect(said.map(\.range) == [sea])
            }
        }
    }
}
