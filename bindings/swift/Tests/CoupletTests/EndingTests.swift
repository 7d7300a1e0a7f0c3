// How a notebook ends, for a while, here or for both, how somebody goes on, and moving.

import Foundation
import Testing

@testable import Couplet

extension Stories {
    @Suite struct EndingTests {
        @Test("who pauses neither sends nor fetches, and misses nothing", .scenario("pause"))
        func paused() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let staying = Task { try await ben.stayAttached() }
                try await ben.reaches { $0.isAttached }
                let events = ben.events()
                try await ben.pause()
                #expect(try await detached(events).code == "paused")
                try await ben.write(.note, "written in between")
                try await ana.write(.note, "from Ana")
                try await ana.sync()
                try await fails("paused", as: \.isNotAllowed) { try await ben.sync() }
                #expect(try await ben.state().isPaused)
                #expect(try await !ana.state().isPaused)
                #expect(try await ana.texts() == ["from Ana"])
                #expect(try await ben.texts() == ["written in between"])
                try await ben.resume()
                try await ben.reaches { $0.isAttached && !$0.isPaused }
                staying.cancel()
                await #expect(throws: CancellationError.self) { try await staying.value }
                try await meet(ana, ben)
                #expect(try await Set(ben.texts()) == ["from Ana", "written in between"])
            }
        }

        @Test("it is destroyed only after it was said what is unsent", .scenario("destroy"))
        func destroyed() async throws {
            try await story { stage in
                let keys = Pocket()
                let (ana, ben) = try await stage.atTheDoor(keys: keys)
                try await ana.approve(ana.onlyRequest().id, code: ben.waitingCode())
                try await ana.sync()
                try await ben.sync()
                try await ben.write(.note, "sent")
                try await meet(ana, ben)
                try await ben.write(.note, "unsent")
                _ = try await ben.draftNew(.note, "a draft")
                #expect(try await ben.unsent() == Unsent(entries: 1, drafts: 1))
                try await fails("unsent", as: \.isInvalidInput) { try await ben.destroy() }
                #expect(try await ben.texts() == ["unsent", "sent"])

                let events = ben.events()
                async let told = collected(events)
                let staying = Task { await failure { try await ben.stayAttached() } }
                try await ben.reaches { $0.isAttached && $0.pending == 0 }
                let gone = try await ben.destroy(isWanted: true)
                #expect(gone == Unsent(entries: 0, drafts: 1))
                #expect(await staying.value?.isClosed == true)
                _ = try await told
                try await fails("closed", as: \.isClosed) { _ = try await ben.hash() }
                try await fails("no_notebook", as: \.isNotFound) {
                    _ = try await Notebook.open(stage.config("Ben"), keys: keys)
                }
                try await ana.sync()
                #expect(try await ana.texts() == ["unsent", "sent"])
            }
        }

        @Test("what both want gone is over, and each goes on alone", .scenario("ending"))
        func ended() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                try await ana.write(.note, "from Ana")
                try await ben.write(.note, "from Ben")
                try await meet(ana, ben)
                try await ben.dissolve()
                try await meet(ben, ana)
                let bens = try await ben.state().person
                for phone in [ana, ben] {
                    let status = try await phone.state()
                    let wish = try #require(status.dissolving)
                    #expect(wish.by == bens)
                    #expect(!wish.isOver)
                    let last = try #require(status.lastExchange)
                    #expect(wish.until > last)
                    #expect(status.standing == .together)
                    #expect(!status.isReadOnly)
                }
                try await fails("not_found", as: \.isNotFound) { try await ana.retain() }
                try await ben.retain()
                try await meet(ben, ana)
                #expect(try await ana.state().dissolving == nil)
                let (onward, before) = (stage.config("onward"), stage.config("before"))
                let keys = Pocket()
                try await fails("not_allowed", as: \.isNotAllowed) {
                    _ = try await ben.goOn(onward, keys: keys, before: before)
                }

                try await ana.dissolve()
                try await ana.sync()
                try await ben.sync()
                try await ben.dissolve()
                try await ben.sync()
                try await ana.sync()
                for phone in [ana, ben] {
                    let status = try await phone.state()
                    let wish = try #require(status.dissolving)
                    #expect(wish.by == nil)
                    #expect(wish.isOver)
                    #expect(status.standing == .apart)
                    #expect(status.isReadOnly)
                    #expect(try await Set(phone.texts()) == ["from Ana", "from Ben"])
                }
                let first = try await ben.goOn(onward, keys: keys, before: before)
                try await first.notebook.shutdown()
                #expect(first.imported == Imported(written: 1, held: 0))
                let again = try await ben.goOn(onward, keys: keys, before: before)
                stage.keep(again.notebook)
                #expect(again.imported == Imported(written: 0, held: 1))
                #expect(try await again.notebook.texts() == ["from Ben"])
                #expect(try await again.notebook.state().standing == .solo)
                let kept = stage.keep(try await Notebook.open(before, keys: keys))
                #expect(try await kept.hash() == ben.hash())
            }
        }

        @Test("both go on at another relay", .scenario("moving"))
        func moved() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let other = try Relay(stage.directory.appendingPathComponent("another relay"))
                defer { other.close() }
                try await fails("invalid_input", as: \.isInvalidInput) {
                    try await ana.moveTo("no link")
                }
                try await ana.moveTo(other.link)
                try await ana.sync()
                try await ben.write(.note, "from Ben, who has not heard of it")
                try await ben.sync()
                try await meet(ana, ben)
                #expect(try await ana.state().relay == other.link)
                #expect(try await ben.state().relay == other.link)
                #expect(try await ana.texts() == ["from Ben, who has not heard of it"])
                try stage.relay().close()
                try await ana.write(.note, "without the former relay")
                try await meet(ana, ben)
                #expect(try await ben.texts().contains("without the former relay"))
            }
        }
    }
}
