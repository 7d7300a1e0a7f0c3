// What is removed, what was read, what waits for somebody, and choosing.

import Foundation
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
                let own: Set<Verb> = [.edit, .erase]
                #expect(shown.can.isDisjoint(with: own))
                #expect(try await ana.entry(note).can.isSuperset(of: own))
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

        @Test("what is said beside the owner, the owner does", .scenario("left-beside"))
        func leftBeside() async throws {
            try await story { stage in
                let keys = Pocket()
                let (ana, ben) = try await stage.atTheDoor(keys: keys)
                try await ana.approve(ana.onlyRequest().id, code: ben.waitingCode())
                try await ana.sync()
                try await ben.sync()
                let note = try await ben.write(.note, "a note").id
                let date = try await ben.write(.date, "the day we met").id
                let page = try await ben.write(.page, "we go to the sea").entry
                try await meet(ben, ana)
                try await ben.act(on: date, .setDate, "20000")
                try await ana.act(on: date, .setDate, "20001")
                try await ana.comment(on: note, "mine")
                try await meet(ben, ana)
                guard case .choose(let choice) = try await ben.entry(date).entry.needs.first else {
                    Issue.record("nothing is to be chosen")
                    return
                }
                try await ben.shutdown()

                let beside = try await Notebook.openBeside(stage.config("Ben"), keys: keys)
                let widget = stage.keep(beside)
                let chosen = Saying.resolve(field: choice.field, on: choice.on, value: "20001")
                #expect(try await widget.queueSaying(chosen, about: date) == date)
                let place = TextRange(start: 13, end: 16)
                let which = Saying.commentOn(place, "which?", base: page.version)
                try await widget.queueSaying(which, about: page.id)
                let other = try #require(try await widget.entry(note).entry.comments.first).id
                try await fails("not_yours", as: \.isNotAllowed) {
                    try await widget.queueSaying(.editComment(other, "yours"), about: note)
                }
                try await widget.queueSaying(.trash, about: note)

                let again = stage.keep(try await Notebook.open(stage.config("Ben"), keys: keys))
                #expect(try await again.needsAttention().entries.isEmpty)
                #expect(try await again.entry(date).entry.shown.map(\.value).contains("20001"))
                let said = try #require(try await again.entry(page.id).entry.comments.first)
                #expect(said.range == place)
                #expect(said.text == "which?")
                let removed = try await again.timeline(filter: Filter(among: .removed))
                #expect(removed.map(\.id) == [note])
                try await again.shutdown()
                try await widget.queueSaying(.restore, about: note)
                try await widget.queueSaying(.editComment(said.id, "which sea?"), about: page.id)
                let last = stage.keep(try await Notebook.open(stage.config("Ben"), keys: keys))
                #expect(try await last.texts().contains("a note"))
                let comments = try await last.entry(page.id).entry.comments
                #expect(comments.map(\.text) == ["which sea?"])
            }
        }

        @Test("what was written into a removed paragraph stays", .scenario("left-over"))
        func leftOver() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let other = try await ben.state().person
                let text = "Dear us\nWe met by the sea at noon\nBye"
                let page = try await ana.write(.page, text).entry
                try await meet(ana, ben)
                let noon = TextRange(start: 8, end: 33)
                try await ana.splice(page.id, at: noon, "", base: page.version)
                let shown = try await ben.entry(page.id).entry.version
                let sea = TextRange(start: 25, end: 25)
                try await ben.splice(page.id, at: sea, " in the rain", base: shown)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let read = try await phone.entry(page.id).entry
                    #expect(read.text == "Dear us\n in the rain\nBye")
                    guard case .leftOver(let left) = read.needs.first else {
                        Issue.record("nothing is left over")
                        return
                    }
                    #expect(left.by == other)
                    #expect(left.text == " in the rain")
                    #expect(left.range == TextRange(start: 8, end: 20))
                    #expect(try await phone.needsAttention().entries.map(\.id) == [page.id])
                    if phone === ben {
                        try await ben.keepLeftOver(left, in: page.id)
                    }
                }
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let read = try await phone.entry(page.id).entry
                    #expect(read.text == "Dear us\n in the rain\nBye")
                    #expect(read.needs.isEmpty)
                }
            }
        }

        @Test("what the other's changed app writes stands nowhere", .scenario("unlawful"))
        func unlawful() async throws {
            try await story { stage in
                let (ana, ben) = (try await stage.kept("ana"), try await stage.kept("ben"))
                let link = try stage.relay().link
                for phone in [ana, ben] {
                    try await phone.setRelay(link)
                }
                let other = try await ben.state().person
                let events = ana.events()
                for phone in [ana, ben] {
                    try await phone.sync()
                }
                #expect(try await ana.sync().arrived.setAside == 1)
                let (by, detail) = try #require(try await rejected(events))
                #expect(by == other)
                #expect(detail.hasPrefix("a change is against the rules"))
                #expect(try await Set(ana.texts()) == ["I will be there", "See you at the mill"])
                let aside = [SetAside(author: other, detail: detail)]
                #expect(try await ana.quarantine().changes == aside)
                #expect(try await ana.needsAttention().setAside == aside)

                try await ana.write(.note, "I waited")
                try await ana.sync()
                #expect(try await ben.sync().isCaughtUp)
                #expect(try await ben.texts().contains("I waited"))
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
                let (asked, bens) = (try await ana.erase(entry), try await ben.state().device)
                #expect(asked.entry == entry)
                #expect(!asked.isDoneHere)
                #expect(asked.requestedThere == [bens])
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

        @Test("who reads from here on erases their own words, too", .scenario("erase-from-here"))
        func erasingFromHere() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple(before: "before you")
                let before = try #require(try await ana.timeline().first).id
                let entry = try await ben.write(.note, "never said").id
                for _ in 1...2 {
                    try await ben.sync()
                    try await ana.sync()
                }
                try await fails("not_allowed", as: \.isNotAllowed) {
                    try await ana.erase(before)
                }
                #expect(try await !ben.erase(entry).isDoneHere)
                for _ in 1...3 {
                    try await ben.sync()
                    try await ana.sync()
                }
                #expect(try await ben.erase(entry).isDoneHere)
                #expect(try await ana.texts() == ["before you"])
                #expect(try await ben.texts().isEmpty)
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

/// What is told of the first change that no phone applies.
private func rejected(_ events: Events) async throws -> (PersonId, String)? {
    for try await event in events {
        if case .rejected(let by, let detail) = event {
            return (by, detail)
        }
    }
    return nil
}

extension Stage {
    /// A store of `bindings/scenarios/unlawful`, which `bindings/swift/build` puts beside the tests.
    fileprivate func kept(_ name: String) async throws -> Notebook {
        let tests = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
        let place = directory.appendingPathComponent(name, isDirectory: true)
        let store = tests.appendingPathComponent("unlawful/\(name)", isDirectory: true)
        try FileManager.default.copyItem(at: store, to: place)
        let keys = Pocket(Data(repeating: 7, count: 32))
        return keep(try await Notebook.open(Config(directory: place), keys: keys))
    }
}
