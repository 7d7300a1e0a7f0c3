// A person's vault beside their notebook.

import Testing

@testable import Couplet

extension Stories {
    @Suite struct VaultTests {
        @Test("a draft is kept in the vault, taken up and shared", .scenario("vault"))
        func vault() async throws {
            try await story { stage in
                let (ana, keys) = (try await stage.found("Ana"), Pocket())
                var place = stage.config("vault")
                place.isVault = true
                let vault = stage.keep(try await Notebook.found(place, keys: keys, name: "Ana"))
                #expect(try await vault.isVault())
                #expect(try await !ana.isVault())

                let draft = try await ana.draftNew(.note, "I am angr").id
                #expect(try await ana.keepDrafts(in: vault) == 1)
                #expect(try await ana.drafts().isEmpty)
                let kept = try #require(try await ana.draftsWith(vault).first)
                #expect(kept.id == draft)
                #expect(kept.text == "I am angr")
                try await ana.takeUp(kept)
                try await ana.draftUpdate(draft, "I missed you")
                try await ana.shareDraft(draft)
                #expect(try await ana.draftsWith(vault).isEmpty)
                try await ana.keepDrafts(in: vault)
                #expect(try await ana.draftsWith(vault).isEmpty)

                try await fails("not_allowed", as: \.isNotAllowed) {
                    try await ana.write(.letter, "mine")
                }
                let own = try await vault.write(.fear, "That I am too much").id
                let shared = try await ana.shareFrom(vault, own).entry
                #expect(shared.kind == .fear)
                #expect(shared.text == "That I am too much")
                try await vault.edit(own, "That I am too much for you")
                #expect(try await Set(ana.texts()) == ["I missed you", "That I am too much"])
                try await fails("stands_there", as: \.isInvalidInput) {
                    _ = try await ana.shareFrom(vault, own, Chosen(into: shared.id))
                }
                let wanted = Chosen(into: shared.id, isAgain: true)
                let anew = try await ana.shareFrom(vault, own, wanted).entry
                #expect(anew.text == "That I am too much for you")
                #expect(anew.revisions.first?.text == "That I am too much")
                try await fails("not_allowed", as: \.isNotAllowed) {
                    _ = try await vault.invite()
                }

                let key = try #require(try keys.load())
                let locked = try await Notebook.locked(key, passphrase: "the blue door")
                try await fails("wrong_passphrase", as: \.isInvalidInput) {
                    _ = try await Notebook.unlocked(locked, passphrase: "the blue doors")
                }
                #expect(try await Notebook.unlocked(locked, passphrase: "the blue door") == key)
                try await vault.lock()
                try await fails("locked", as: \.isKey) {
                    _ = try await vault.timeline()
                }
                let again = stage.keep(try await Notebook.open(place, keys: keys))
                #expect(try await again.texts() == ["That I am too much for you"])
            }
        }

        @Test("what was read on one phone is read on one's others", .scenario("seen"))
        func seen() async throws {
            try await story { stage in
                let (ana, ben) = try await stage.couple()
                let tablet = try await stage.another(of: ana, "tablet")
                let (place, link) = (stage.config("vault", isVault: true), try stage.relay().link)
                let vault = stage.keep(
                    try await Notebook.found(place, keys: Pocket(), name: "Ana", relay: link)
                )
                let other = try await stage.another(of: vault, "tablet's vault", isVault: true)
                let read = try await ben.write(.note, "good morning").id
                let new = try await ben.write(.note, "and good night").id
                try await meet(ana, ben)
                try await tablet.sync()
                for phone in [ana, tablet] {
                    #expect(try await phone.entry(read).isUnread)
                    #expect(try await phone.entry(new).isUnread)
                }

                try await ana.show(read)
                #expect(try await ana.keepSeen(in: vault) == 0)
                try await vault.sync()
                try await other.sync()
                #expect(try await tablet.keepSeen(in: other) == 1)
                #expect(try await !tablet.entry(read).isUnread)
                #expect(try await tablet.entry(new).isUnread)
                #expect(try await tablet.keepSeen(in: other) == 0)
            }
        }

        @Test("the made-up couple is the same for the same seed")
        func demo() async throws {
            let demo = try await DemoNotebook.made(seed: 7)
            #expect(try await DemoNotebook.made(seed: 7) == demo)
            #expect(demo.views.map(\.name) == ["Ana", "Ben"])
            let seen = demo.views.map { Set($0.together.map(\.entry.content)) }
            #expect(Set(seen).count == 1)
            #expect(demo.views.allSatisfy { !$0.vault.isEmpty })
        }
    }
}
