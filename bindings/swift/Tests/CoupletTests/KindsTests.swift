// What two people do with entries of some kind.

import Foundation
import Testing

@testable import Couplet

extension Stories {
    @Suite struct KindsTests {
        @Test("what one says is heard, confirmed, and added to", .scenario("listening"))
        func listening() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let (anas, bens) = (try await ana.state().person, try await ben.state().person)
                let shared = try await ana.write(.listening, "I felt hurt")
                let entry = shared.id
                #expect(shared.entry.kind == .listening)
                #expect(shared.entry.state == .shared)
                let reflecting = Open(deed: .reflect, on: .entry)
                #expect(!shared.open.contains(reflecting))
                try await meet(ana, ben)
                #expect(try await ben.entry(entry).open.contains(reflecting))
                let heard = try await ben.act(on: entry, .reflect, "You felt left out").entry
                #expect(heard.state == .reflected)
                let reflection = try #require(heard.parts.first)
                #expect(reflection.name == "reflection")
                #expect(reflection.by == bens)
                #expect(reflection.text == "You felt left out")
                let named = try #require(reflection.id)
                try await meet(ana, ben)

                try await fails("not_allowed", as: \.isNotAllowed) {
                    try await ana.act(on: entry, .reflect, "I know")
                }
                try await fails("not_found", as: \.isNotFound) {
                    try await ana.act(on: entry, .gotMe, thing: ItemId(rawValue: "zzz"))
                }
                let confirming = Open(deed: .gotMe, on: .thing(named))
                #expect(try await ana.entry(entry).open.contains(confirming))
                try await ana.act(on: entry, .gotMe, thing: named)
                try await meet(ana, ben)
                let verdict = Stance(name: "verdict", id: named, by: anas, value: "got-me")
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.state == .understood)
                    #expect(shown.stances.contains(verdict))
                    #expect(shown.facts.isEmpty)
                }

                try await ana.edit(entry, "I felt hurt, twice")
                try await meet(ana, ben)
                let more = try await ben.entry(entry).entry
                #expect(more.state == .moreToSay)
                #expect(more.facts == [.earlierWords(named), .confirmedBefore(named)])
                #expect(try await ben.timeline().map(\.state) == [.moreToSay])
                try await ben.act(on: entry, .revise, thing: named, "You felt left out, twice")
                try await meet(ana, ben)
                let anew = try await ana.entry(entry).entry
                #expect(anew.state == .reflected)
                #expect(anew.facts == [.earlierVerdict(named)])
                #expect(anew.parts.first?.earlier.map(\.text) == ["You felt left out"])
                #expect(anew.earlier.map(\.text) == ["I felt hurt"])
            }
        }

        @Test("a repair comes to rest apart, and opens again", .scenario("repair"))
        func repair() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let people = [try await ana.state().person, try await ben.state().person]
                let entry = try await ana.write(.repair, "Tuesday").id
                try await ana.act(on: entry, .tell, "You came late")
                try await meet(ana, ben)
                try await ben.act(on: entry, .tell, "The train was late")
                try await ben.act(on: entry, .weigh, "4 sorry")
                try await meet(ana, ben)
                let open = try await ana.entry(entry).entry
                #expect(open.state == .open)
                let sorry = Member(
                    name: "feeling", by: people[1], value: "sorry", intensity: 4)
                #expect(open.members.contains(sorry))

                #expect(try await ana.act(on: entry, .letGo).entry.state == .oneLetGo)
                #expect(try await ben.act(on: entry, .letGo).entry.state == .oneLetGo)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    #expect(try await phone.entry(entry).entry.state == .atRest)
                    #expect(try await phone.timeline().map(\.state) == [.atRest])
                }
                try await ben.act(on: entry, .tell, "And I forgot to call")
                try await ana.act(on: entry, .happenedOn, "20000")
                try await ben.act(on: entry, .happenedOn, "20001")
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.state == .reopened)
                    #expect(shown.facts == people.map { .askedAgain($0) })
                    let changed = try #require(try await phone.sinceLettingGo(entry))
                    #expect(changed.map(\.name) == ["perspective"])
                    #expect(changed.map(\.by) == [people[1]])
                    #expect(changed.map(\.before) == ["The train was late"])
                    #expect(changed.map(\.now) == ["And I forgot to call"])
                    let day = try #require(shown.shown.first)
                    #expect(day.name == "happened-on")
                    let days = day.alternatives.map(\.value) + [day.value]
                    #expect(Set(days) == ["20000", "20001"])
                    #expect(try await phone.timeline().map(\.conflicts) == [1])
                }
                let chosen = try await ana.act(on: entry, .happenedOn, "20001").entry.shown
                #expect(chosen.map(\.alternatives.count) == [0])

                try await fails("invalid_input", as: \.isInvalidInput) {
                    try await ana.act(on: entry, .pause, "20000")
                }
                try await ana.act(on: entry, .pause, "2932896")
                try await ben.act(on: entry, .pause)
                try await meet(ana, ben)
                let anas = Pause(by: people[0], until: Day(daysSince1970: 2_932_896))
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.state == .paused)
                    #expect(shown.pauses == [anas, Pause(by: people[1], until: nil)])
                }
                #expect(try await ben.act(on: entry, .resume).entry.pauses == [anas])

                let asking = try await ana.act(on: entry, .ask, "Call me").entry
                let asked = try #require(asking.parts.last?.id)
                try await meet(ana, ben)
                try await ben.act(on: entry, .agree, thing: asked, "gladly")
                try await ben.act(on: entry, .decline, thing: asked)
                try await meet(ana, ben)
                let declined = try await ana.entry(entry).entry
                let no = Stance(name: "answer", id: asked, by: people[1], value: "no")
                #expect(declined.stances.contains(no))
                let answer = try #require(declined.parts.first { $0.name == "answer" })
                #expect(answer.text.isEmpty)
                #expect(answer.earlier.map(\.text) == ["gladly"])
            }
        }

        @Test("whoever a gesture was for thanks for it", .scenario("gesture"))
        func gesture() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let (anas, bens) = (try await ana.state().person, try await ben.state().person)
                let written = try await ana.write(.gesture, "Tea, in bed")
                let entry = written.id
                #expect(written.entry.gestureBy == anas)
                try await ana.act(on: entry, .doneBy, "you")
                try await ana.act(on: entry, .thank, "You know how I like it")
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.gestureBy == bens)
                    #expect(shown.state == .thanked)
                    #expect(shown.parts.map(\.text) == ["You know how I like it"])
                }
                try await fails("not_allowed", as: \.isNotAllowed) {
                    try await ben.act(on: entry, .thank)
                }
                try await ana.act(on: entry, .unthank)
                try await meet(ana, ben)
                let mine = try await ana.entry(entry).entry
                let theirs = try await ben.entry(entry).entry
                #expect(mine.state == nil)
                #expect(theirs.state == nil)
                #expect((mine.parts + theirs.parts).map(\.text) == ["", ""])
            }
        }

        @Test("a list that both check has what both did", .scenario("list"))
        func list() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let (anas, bens) = (try await ana.state().person, try await ben.state().person)
                let entry = try await ana.write(.list, "For Saturday").id
                for words in ["milk", "bread", "candles"] {
                    try await ana.act(on: entry, .add, words)
                }
                let added = try await ana.entry(entry)
                #expect(added.entry.items.map(\.text) == ["milk", "bread", "candles"])
                #expect(added.open.contains(Open(deed: .check, on: .anyItem)))
                try await meet(ana, ben)
                let ids = added.entry.items.map(\.id)
                let (milk, bread, candles) = (ids[0], ids[1], ids[2])
                try await ana.act(on: entry, .check, thing: milk)
                try await ben.act(on: entry, .check, thing: bread)
                try await ben.act(on: entry, .change, thing: milk, "oat milk")
                try await ben.act(on: entry, .move, thing: candles, milk.rawValue)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let items = try await phone.entry(entry).entry.items
                    #expect(items.map(\.text) == ["candles", "oat milk", "bread"])
                    #expect(items.map(\.isDone) == [false, true, true])
                    #expect(items.map(\.doneBy) == [nil, anas, bens])
                    let line = try #require(try await phone.timeline().first)
                    #expect(line.text == "For Saturday")
                    #expect(line.items == 3)
                    #expect(line.itemsDone == 2)
                }
                let left = try await ben.act(on: entry, .remove, thing: candles).entry.items
                #expect(left.count == 2)
                try await fails("not_found", as: \.isNotFound) {
                    try await ben.act(on: entry, .check, thing: candles)
                }
            }
        }

        @Test("each files an entry, from a widget, too", .scenario("tags"))
        func tags() async throws {
            try await story { stage in
                let keys = Pocket()
                let ana = try await stage.found("Ana", keys: keys)
                let me = try await ana.state().person
                let entry = try await ana.write(.gesture, "made soup").id
                let tagged = try await ana.act(on: entry, .tag, "winter").entry
                let tag = Member(name: "tag", by: me, value: "winter", intensity: nil)
                #expect(tagged.members == [tag])
                #expect(try await ana.act(on: entry, .untag, "winter").entry.members.isEmpty)
                let gestures = try await ana.timeline(filter: Filter(kind: .gesture))
                #expect(gestures.map(\.id) == [entry])
                #expect(try await ana.timeline(filter: Filter(kind: .dream)).isEmpty)
                try await ana.act(on: entry, .tag, "home")
                #expect(try await ana.entry(entry).tags == [EntryTag(word: "home", labels: [])])
                let profile = try await ana.write(.profile, "us").id
                try await ana.act(on: profile, .renameTag, "home\nOur home")
                let labelled = try await ana.entry(entry).tags
                #expect(labelled == [EntryTag(word: "home", labels: ["Our home"])])
                try await ana.act(on: profile, .renameTag, "home")
                #expect(try await ana.act(on: entry, .untag, "home").tags.isEmpty)
                try await ana.shutdown()
                let beside = try await Notebook.openBeside(stage.config("Ana"), keys: keys)
                let widget = stage.keep(beside)
                let left = try await widget.queueSaying(.deed(.tag, words: "soup"), about: entry)
                #expect(left == entry)
                let again = stage.keep(try await Notebook.open(stage.config("Ana"), keys: keys))
                #expect(try await again.entry(entry).entry.members.map(\.value) == ["soup"])
            }
        }

        @Test("a line of the timeline is bounded, and says so", .scenario("previews"))
        func previews() async throws {
            try await story { stage in
                let ana = try await stage.found("Ana")
                let long = String(repeating: "word ", count: 10_000)
                let entry = try await ana.write(.page, long).entry
                #expect(entry.text == long)
                let line = try #require(try await ana.timeline().first)
                #expect(!line.isWhole)
                #expect((990...1_000).contains(line.text.utf16.count))
                #expect(long.hasPrefix(line.text))
                try await ana.comment(on: entry.id, "long!")
                try await ana.react(to: entry.id, "❤️")
                try await ana.write(.note, "short")
                let page = try await ana.timeline()
                #expect(page.map(\.isWhole) == [true, false])
                #expect(page.map(\.comments) == [0, 1])
                #expect(page.map { $0.reactions.map(\.emoji) } == [[], ["❤️"]])
            }
        }

        @Test("neither reads the other's answer before both answered", .scenario("prompt"))
        func prompt() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let entry = try await ana.write(.prompt, "What made you smile?").id
                try await meet(ana, ben)
                let answered = try await ana.act(on: entry, .answer, "the rain").entry
                #expect(answered.state == .oneAnswered)
                try await meet(ana, ben)
                let closed = try await ben.entry(entry).entry
                #expect(closed.state == .oneAnswered)
                #expect(!closed.parts.map(\.text).contains("the rain"))
                try await ben.act(on: entry, .answer, "you")
                for _ in 1...3 {
                    try await ben.sync()
                    try await ana.sync()
                }
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.state == .revealed)
                    #expect(Set(shown.parts.map(\.text)) == ["the rain", "you"])
                    #expect(shown.facts.isEmpty)
                }
                try await ana.act(on: entry, .answer, "the sun")
                try await meet(ana, ben)
                try await ana.sync()
                try await ben.sync()
                let changed = try await ben.entry(entry).entry
                let anas = try await ana.state().person
                #expect(changed.facts == [.changedSinceOpen(anas)])
                let sun = try #require(changed.parts.first { $0.by == anas })
                #expect(sun.text == "the sun")
                #expect(sun.earlier.map(\.text) == ["the rain"])
            }
        }

        @Test("a sealed note is read once it is opened", .scenario("sealed"))
        func sealed() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let in30Days = Date().timeIntervalSince1970.rounded() + 30 * 86_400
                let later = Date(timeIntervalSince1970: in30Days)
                let wanting = try await ana.writeSealed(
                    "you are loved",
                    Seal(),
                    whenTo: "when you miss me"
                )
                let (wanted, until) = (wanting.id, Seal(opensAt: later))
                let timed = try await ana.writeSealed("happy birthday", until).id
                try await meet(ana, ben)
                let shown = try await ben.entry(wanted)
                #expect(shown.entry.state == .sealed)
                #expect(shown.entry.text.isEmpty)
                #expect(shown.entry.seal == Seal())
                #expect(shown.entry.parts.map(\.text) == ["when you miss me"])
                #expect(shown.open.contains(Open(deed: .open, on: .entry)))
                let opened = try await ben.act(on: wanted, .open).entry
                #expect(opened.state == .opened)
                #expect(opened.text == "you are loved")
                #expect(try await ben.entry(timed).entry.seal == until)
                try await fails("still_sealed", as: \.isNotAllowed) {
                    try await ben.act(on: timed, .open)
                }
                let holding = Seal(isHeldBack: true)
                let held = try await ana.writeSealed("I kept it", holding, whenTo: "one day").id
                try await meet(ana, ben)
                let waiting = try await ben.act(on: held, .open).entry
                #expect(waiting.text.isEmpty)
                #expect(waiting.facts == [.keyToCome])
                try await fails("not_allowed", as: \.isNotAllowed) {
                    try await ben.act(on: held, .thank)
                }
                for phone in [ben, ana, ben] {
                    try await phone.sync()
                }
                let came = try await ben.act(on: held, .thank).entry
                #expect(came.state == .thanked)
                #expect(came.text == "I kept it")
                #expect(came.facts.isEmpty)
                try await ana.act(on: timed, .unsend)
                try await meet(ana, ben)
                #expect(try await ben.entry(timed).entry.state == .withdrawn)
            }
        }

        @Test("two agree on a time and what to talk about", .scenario("heart-to-heart"))
        func heartToHeart() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let (anas, bens) = (try await ana.state().person, try await ben.state().person)
                let entry = try await ana.write(.heartToHeart, "I miss us").id
                let times = "1800000000 1800003600 Europe/Vienna"
                let proposed = try await ana.act(on: entry, .propose, times).entry
                #expect(proposed.state == .proposed)
                let time = try #require(proposed.meeting?.proposals.first)
                #expect(time.start == Date(timeIntervalSince1970: 1_800_000_000))
                #expect(time.end.timeIntervalSince(time.start) == 3_600)
                #expect(time.zone == "Europe/Vienna")
                #expect(time.by == [anas])
                let another = "1800100000 1800103600 America/New_York"
                let two = try await ana.act(on: entry, .propose, another).entry.meeting
                let other = try #require(two?.proposals.last)
                try await meet(ana, ben)
                try await ben.act(on: entry, .vote, thing: time.id, "yes")
                try await ben.act(on: entry, .choose, thing: time.id)
                try await ben.act(on: entry, .promise, "no phones")
                try await ana.act(on: entry, .choose, thing: other.id)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let lines = try await phone.timeline()
                    #expect(lines.map(\.state) == [.twoChosen])
                    #expect(lines.map(\.text) == ["I miss us"])
                }
                let need = try #require(try await ana.entry(entry).entry.needs.first)
                guard case .choose(let choice) = need else {
                    Issue.record("nothing is to be chosen")
                    return
                }
                try await ana.resolve(choice, in: entry, with: other.id.rawValue)
                try await meet(ana, ben)
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.needs == [.stale(.choseAnother(bens))])
                    #expect(shown.meeting?.agreed == nil)
                }
                try await ben.act(on: entry, .choose, thing: other.id)
                try await meet(ana, ben)
                let yes = Voted(by: bens, vote: .yes)
                for phone in [ana, ben] {
                    let shown = try await phone.entry(entry).entry
                    #expect(shown.state == .agreed)
                    let meeting = try #require(shown.meeting)
                    #expect(meeting.agreed == other.id)
                    #expect(meeting.alsoWorked == [time.id])
                    #expect(meeting.proposals.last?.votes.contains(yes) == true)
                    #expect(shown.needs.isEmpty)
                    #expect(shown.items.map(\.text) == ["no phones"])
                    #expect(shown.items.map(\.isPromise) == [true])
                }
                try await ana.act(on: entry, .cancel)
                try await meet(ana, ben)
                let cancelled = try await ben.entry(entry).entry
                #expect(cancelled.state == .cancelled)
                #expect(cancelled.facts.contains(.hadSaidYes(bens)))
            }
        }
    }
}
