// A notebook back from its words, and the words renewed.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

internal class RecoveryTest {
    @Test
    @Scenario("recovery")
    fun `who loses every phone is back on a fresh one by the words of the kit`() = story {
        val (ana) = couple()
        ana.write(Kind.NOTE, "kept")
        assertEquals(RecoveryKit(false, false, null, relay.link), ana.recoveryKit())
        val words = ana.makeKit()
        assertEquals(24, words.reveal().split(' ').size)
        assertEquals("RecoveryWords", words.toString())
        assertTrue(ana.recoveryKit().isPending)
        ana.sync()
        val kit = ana.recoveryKit()
        assertTrue(kit.exists && !kit.isPending)
        assertTrue(ana.isKitOf(words))
        val second = assertFailsWith<CoupletException.NotAllowed> { ana.makeKit() }
        assertEquals("exists", second.code)
        val lost = ana.hash()
        ana.shutdown()

        val written = words.reveal().uppercase().replace(" ", "\n")
        val found = Notebook.recover(
            config("fresh"), Pocket(), RecoveryWords.read(written), checkNotNull(kit.relay),
        )
        val back = keep(found.notebook)
        assertNotEquals(words.reveal(), found.words.reveal())
        assertTrue(back.sync().isCaughtUp)
        assertEquals(lost, back.hash())
        assertEquals(listOf("kept"), back.texts())
        assertTrue(back.isKitOf(found.words))
        assertFalse(back.isKitOf(words))

        for (wrong in listOf("kept", words.reveal().replaceAfterLast(' ', "couplet"))) {
            val none = assertFailsWith<CoupletException.InvalidInput> { RecoveryWords.read(wrong) }
            assertEquals("wrong_words", none.code)
        }
        val used = assertFailsWith<CoupletException.InvalidInput> {
            Notebook.recover(config("again"), Pocket(), words, relay.link)
        }
        assertEquals("unknown_words", used.code)
        words.close()
        assertFailsWith<CoupletException.Closed> { words.reveal() }
    }

    @Test
    @Scenario("recover-again")
    fun `words that were not seen are given once more, and who waits in vain may cancel`() = story {
        val ana = found("Ana", relay.link)
        val words = ana.makeKit()
        ana.sync()
        val (fresh, keys) = config("fresh") to Pocket()
        Silence().use { silence ->
            val waiting = launch {
                Notebook.recover(fresh, keys, words, silence.insteadOf(relay))
            }
            withContext(Dispatchers.IO) { silence.hears() }
            waiting.cancelAndJoin()
        }
        Notebook.recover(fresh, keys, words, relay.link).notebook.shutdown()
        val back = keep(Notebook.open(fresh, keys))
        val seen = back.recoverAgain(words)
        val others = assertFailsWith<CoupletException.InvalidInput> { back.recoverAgain(seen) }
        assertEquals("unknown_words", others.code)
        back.sync()
        assertTrue(back.isKitOf(seen))
    }

    @Test
    @Scenario("renewal")
    fun `a kit is renewed by its words at once, and without them only after notice`() = story {
        val (ana) = couple()
        assertFailsWith<CoupletException.NotFound> { ana.renewKit() }
        val first = ana.makeKit()
        ana.sync()
        val second = assertIs<Renewed.Words>(ana.renewKit(first)).words
        ana.sync()
        assertTrue(ana.isKitOf(second))
        assertFalse(ana.isKitOf(first))

        val notice = assertIs<Renewed.NotBefore>(ana.renewKit())
        ana.sync()
        assertEquals(notice.due, ana.recoveryKit().due)
        assertTrue(notice.due > assertNotNull(ana.fresh().lastExchange))
        assertEquals(notice.due, ana.fresh().kitDue)
        val old = assertFailsWith<CoupletException.InvalidInput> { ana.keepKit(first) }
        assertEquals("unknown_words", old.code)
        ana.keepKit(second)
        ana.sync()
        assertNull(ana.recoveryKit().due)
        assertFailsWith<CoupletException.NotFound> { ana.keepKit(second) }
    }

    @Test
    @Scenario("let-in-again")
    fun `who lost every phone and the words is let in again by the other`() = story {
        val (ana, ben) = couple()
        val note = ben.write(Kind.NOTE, "from Ben").entry.id
        meet(ana, ben)
        val invitation = assertIs<Again.Link>(ana.inviteAgain()).invitation
        ana.sync()
        ben.sync()
        assertTrue(ben.fresh().isBeingReplaced)
        assertTrue(ben.invites().single().isAgain)
        val fresh = join("fresh", invitation.link)
        assertFailsWith<CoupletException.Waiting> { fresh.sync() }
        ana.sync()
        val request = ana.requests().single()
        assertTrue(request.isAgain)
        ana.approve(request.id, fresh.status.value.waitingCode)
        meet(ana, fresh)
        assertEquals(listOf("from Ben"), fresh.texts())
        assertEquals(1, fresh.devices().single { it.isThis }.generation)
        val anew = assertFailsWith<CoupletException.NotAllowed> { fresh.edit(note, "anew") }
        assertEquals("not_yours", anew.code)

        assertFailsWith<CoupletException.NotAllowed> { ben.sync() }
        assertEquals(listOf("from Ben"), ben.texts())
        fresh.makeKit()
        meet(fresh, ana)
        val warned = assertIs<Again.NotBefore>(ana.inviteAgain())
        assertTrue(warned.due > assertNotNull(ana.fresh().lastExchange))
    }

    /** The state as it is, whatever is shown of it so far. */
    private suspend fun Notebook.fresh(): Status = calling { ffi.status().lift() }
}
