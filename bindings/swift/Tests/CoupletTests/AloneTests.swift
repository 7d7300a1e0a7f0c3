// What one person does, and what happens outside the app.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct AloneTests {
        @Test(
            "a draft is of this phone until it is shared, and then only its last words",
            .scenario("drafts")
        )
        func drafts() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let draft = try await ana.draftNew(.note, "I")
                try await ana.draftUpdate(draft.id, "I thought of you")
                #expect(try await ana.drafts().map(\.id) == [draft.id])
                #expect(try await ana.draft(draft.id).text == "I thought of you")
                try await meet(ana, ben)
                #expect(try await ben.texts().isEmpty)
                let shared = try await ana.shareDraft(draft.id).entry
                #expect(shared.text == "I thought of you")
                #expect(try await ana.drafts().isEmpty)

                let edit = try await ana.draftEdit(
                    shared.id, "I think of you", base: shared.version
                )
                #expect(edit.entry == shared.id)
                #expect(try await ana.shareDraft(edit.id).id == shared.id)
                try await meet(ana, ben)
                #expect(try await ben.texts() == ["I think of you"])

                let empty = try await ana.draftNew(.note, "")
                try await fails("invalid_input", as: \.isInvalidInput) {
                    try await ana.shareDraft(empty.id)
                }
                #expect(try await ana.drafts().map(\.id) == [empty.id])
                try await ana.draftDiscard(empty.id)
                try await fails("not_found", as: \.isNotFound) { _ = try await ana.draft(empty.id) }
            }
        }

        @Test("a widget reads beside the app, and leaves words for it", .scenario("beside"))
        func beside() async throws {
            try await story { stage in
                let keys = Pocket()
                let app = try await stage.found("Ana", relay: stage.relay().link, keys: keys)
                try await app.write(.note, "from the app")
                let widget = try await Notebook.openBeside(stage.config("Ana"), keys: keys)
                stage.keep(widget)
                #expect(app.isOwner)
                #expect(!widget.isOwner)
                #expect(try await widget.texts() == ["from the app"])
                try await fails("busy", mayPass: true, as: \.isBusy) {
                    try await widget.write(.note, "now")
                }
                let events = app.events()
                let staying = Task { try await app.stayAttached() }
                let left = try await widget.queueWrite(.note, "from the widget")
                #expect(try await changed(events) == left)
                #expect(try await app.entry(left).entry.text == "from the widget")
                staying.cancel()
            }
        }

        @Test(
            "what is exported proves to be whole, is an archive, and comes back in once",
            .scenario("export")
        )
        func export() async throws {
            try await story { stage in
                let ana = try await stage.found("Ana")
                try await ana.write(.note, "kept")
                try await ana.write(.page, "milk\nbread")
                let export = try await ana.export()
                let hash = try await ana.hash()
                #expect(try await Notebook.prove(export.changes) == hash)
                #expect(export.hash == hash.value)
                #expect(export.entries.count == 2)
                #expect(try await Notebook.prove(Array(export.changes.dropLast())) != hash)

                let place = stage.config("Archive")
                let archive = try await Notebook.archive(place, keys: Pocket(), export: export)
                stage.keep(archive)
                #expect(try await archive.hash() == hash)
                let refused = await failure { try await archive.write(.note, "not here") }
                #expect(refused?.isNotAllowed == true)

                let words = export.entries.compactMap { entry in
                    entry.kind.map { Words(kind: $0, day: entry.day, text: entry.text) }
                }
                let elsewhere = try await stage.found("Elsewhere")
                #expect(try await elsewhere.import(words) == Imported(written: 2, held: 0))
                #expect(try await elsewhere.import(words) == Imported(written: 0, held: 2))
                #expect(try await Set(elsewhere.texts()) == Set(ana.texts()))
            }
        }

        @Test("a day is the same day of every calendar, in any time zone")
        func days() {
            let epoch = Day(year: 1970, month: 1, day: 1)
            #expect(epoch.daysSince1970 == 0)
            #expect(Day(year: 2000, month: 2, day: 29).advanced(by: 1).description == "2000-03-01")
            #expect(Day(year: 1900, month: 2, day: 28).advanced(by: 1).description == "1900-03-01")
            #expect(Day(year: 2026, month: 2, day: 14).daysSince1970 == 20_498)
            #expect(Day(year: 2026, month: 14, day: 1) == Day(year: 2027, month: 2, day: 1))
            for days in stride(from: -800_000, through: 800_000, by: 997) {
                let day = epoch.advanced(by: days)
                let (year, month, dayOfMonth) = day.civil
                #expect(Day(year: year, month: month, day: dayOfMonth) == day)
            }
        }
    }
}
