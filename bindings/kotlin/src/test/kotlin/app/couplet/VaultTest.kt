// A person's vault beside their notebook.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

internal class VaultTest {
    @Test
    @Scenario("vault")
    fun `a draft is kept in the vault, taken up and shared, and a lock gives nothing`() = story {
        val (ana, keys) = found("Ana") to Pocket()
        val place = config("vault").copy(isVault = true)
        val vault = keep(Notebook.found(place, keys, "Ana"))
        assertTrue(vault.isVault())
        assertFalse(ana.isVault())

        val draft = ana.draftNew(Kind.NOTE, "I am angr").id
        assertEquals(1, ana.keepDrafts(vault))
        assertEquals(emptyList(), ana.drafts())
        val kept = ana.draftsWith(vault).single()
        assertEquals(draft to "I am angr", kept.id to kept.text)
        ana.takeUp(kept)
        ana.draftUpdate(draft, "I missed you")
        ana.shareDraft(draft)
        assertEquals(emptyList(), ana.draftsWith(vault))
        ana.keepDrafts(vault)
        assertEquals(emptyList(), ana.draftsWith(vault))

        assertFailsWith<CoupletException.NotAllowed> { ana.write(Kind.LETTER, "mine") }
        val own = vault.write(Kind.FEAR, "That I am too much").entry.id
        val shared = ana.shareFrom(vault, own).entry
        assertEquals(Kind.FEAR to "That I am too much", shared.kind to shared.text)
        vault.edit(own, "That I am too much for you")
        assertEquals(setOf("I missed you", "That I am too much"), ana.texts().toSet())
        val stands = assertFailsWith<CoupletException.InvalidInput> {
            ana.shareFrom(vault, own, Chosen(into = shared.id))
        }
        assertEquals("stands_there", stands.code)
        val anew = ana.shareFrom(vault, own, Chosen(into = shared.id, isAgain = true)).entry
        val said = listOf("That I am too much", "That I am too much for you")
        assertEquals(said, anew.revisions.map { it.text })
        assertFailsWith<CoupletException.NotAllowed> { vault.invite() }

        val key = checkNotNull(keys.load())
        val locked = lockKey(key, "the blue door")
        val wrong = assertFailsWith<CoupletException.InvalidInput> {
            unlockKey(locked, "the blue doors")
        }
        assertEquals("wrong_passphrase", wrong.code)
        assertContentEquals(key, unlockKey(locked, "the blue door"))
        vault.lock()
        val refused = assertFailsWith<CoupletException.Key> { vault.timeline() }
        assertEquals("locked" to false, refused.code to refused.isRetryable)
        val again = keep(Notebook.open(place, keys))
        assertEquals(listOf("That I am too much for you"), again.texts())

        val demo = demoNotebook(7)
        assertEquals(demo, demoNotebook(7))
        assertEquals(listOf("Ana", "Ben"), demo.views.map { it.name })
        val seen = demo.views.map { view -> view.together.map { it.entry.content }.toSet() }
        assertEquals(seen.first(), seen.last())
        assertTrue(demo.views.all { it.vault.isNotEmpty() })
    }

    @Test
    @Scenario("seen")
    fun `what was read on one phone is read on one's others, through their vault`() = story {
        val (ana, ben) = couple()
        val tablet = another(ana, "tablet")
        val place = config("vault", isVault = true)
        val vault = keep(Notebook.found(place, Pocket(), "Ana", relay.link))
        val other = another(vault, "tablet's vault", isVault = true)
        val read = ben.write(Kind.NOTE, "good morning").entry.id
        val new = ben.write(Kind.NOTE, "and good night").entry.id
        meet(ana, ben)
        tablet.sync()
        for (phone in listOf(ana, tablet)) {
            assertEquals(listOf(true, true), listOf(read, new).map { phone.entry(it).isUnread })
        }

        ana.show(read)
        assertEquals(0, ana.keepSeen(vault))
        vault.sync()
        other.sync()
        assertEquals(1, tablet.keepSeen(other))
        assertEquals(listOf(false, true), listOf(read, new).map { tablet.entry(it).isUnread })
        assertEquals(0, tablet.keepSeen(other))
    }
}
