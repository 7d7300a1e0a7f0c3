// How a notebook ends, for a while, here or for both, how somebody goes on, and moving.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch

internal class EndingTest {
    @Test
    @Scenario("pause")
    fun `who pauses neither sends nor fetches, and misses nothing later`() = story {
        val (ana, ben) = couple()
        val staying = launch(start = CoroutineStart.UNDISPATCHED) { ben.stayAttached() }
        ben.status.first { it.isAttached }
        val told = async(start = CoroutineStart.UNDISPATCHED) {
            ben.events.first { it is Event.Detached }
        }
        ben.pause()
        assertEquals("paused", assertIs<Event.Detached>(told.await()).code)
        ben.write(Kind.NOTE, "written in between")
        ana.write(Kind.NOTE, "from Ana")
        ana.sync()
        val refused = assertFailsWith<CoupletException.NotAllowed> { ben.sync() }
        assertEquals("paused", refused.code)
        ben.status.first { it.isPaused }
        assertFalse(ana.status.value.isPaused)
        assertEquals(listOf("from Ana") to listOf("written in between"), ana.texts() to ben.texts())
        ben.resume()
        ben.status.first { it.isAttached && !it.isPaused }
        staying.cancelAndJoin()
        meet(ana, ben)
        assertEquals(setOf("from Ana", "written in between"), ben.texts().toSet())
    }

    @Test
    @Scenario("destroy")
    fun `a notebook is destroyed only after it was said what is unsent`() = story {
        val keys = Pocket()
        val (ana, ben) = atTheDoor(keys)
        ana.approve(ana.requests().single().id, ben.status.value.waitingCode)
        ana.sync()
        ben.sync()
        ben.write(Kind.NOTE, "sent")
        meet(ana, ben)
        ben.write(Kind.NOTE, "unsent")
        ben.draftNew(Kind.NOTE, "a draft")
        assertEquals(Unsent(entries = 1, drafts = 1), ben.unsent())
        val refused = assertFailsWith<CoupletException.InvalidInput> { ben.destroy() }
        assertEquals("unsent", refused.code)
        assertEquals(listOf("unsent", "sent"), ben.texts())

        val events = async(start = CoroutineStart.UNDISPATCHED) { ben.events.toList() }
        val staying = async { runCatching { ben.stayAttached() } }
        ben.status.first { it.isAttached && it.pending == 0L }
        assertEquals(Unsent(entries = 0, drafts = 1), ben.destroy(isWanted = true))
        assertIs<CoupletException.Closed>(staying.await().exceptionOrNull())
        events.await()
        assertFailsWith<CoupletException.Closed> { ben.hash() }
        val missing = assertFailsWith<CoupletException.NotFound> {
            Notebook.open(config("Ben"), keys)
        }
        assertEquals("no_notebook", missing.code)
        ana.sync()
        assertEquals(listOf("unsent", "sent"), ana.texts())
    }

    @Test
    @Scenario("ending")
    fun `what both want gone is over, and each goes on with their own words`() = story {
        val (ana, ben) = couple()
        ana.write(Kind.NOTE, "from Ana")
        ben.write(Kind.NOTE, "from Ben")
        meet(ana, ben)
        ben.dissolve()
        meet(ben, ana)
        for (phone in listOf(ana, ben)) {
            val status = phone.status.first { it.dissolving != null }
            val wish = assertNotNull(status.dissolving)
            assertEquals(ben.status.value.person to false, wish.by to wish.isOver)
            assertTrue(wish.until > assertNotNull(status.lastExchange))
            assertEquals(Standing.TOGETHER to false, status.standing to status.isReadOnly)
        }
        assertFailsWith<CoupletException.NotFound> { ana.retain() }
        ben.retain()
        meet(ben, ana)
        ana.status.first { it.dissolving == null }
        val (onward, before) = config("onward") to config("before")
        val keys = Pocket()
        val early = assertFailsWith<CoupletException.NotAllowed> {
            ben.goOn(onward, keys, before)
        }
        assertEquals("not_allowed", early.code)

        ana.dissolve()
        ana.sync()
        ben.sync()
        ben.dissolve()
        ben.sync()
        ana.sync()
        for (phone in listOf(ana, ben)) {
            val status = phone.status.first { it.dissolving?.isOver == true }
            assertEquals(null, status.dissolving?.by)
            assertEquals(Standing.APART to true, status.standing to status.isReadOnly)
            assertEquals(setOf("from Ana", "from Ben"), phone.texts().toSet())
        }
        val first = ben.goOn(onward, keys, before)
        first.notebook.shutdown()
        assertEquals(Imported(written = 1, held = 0), first.imported)
        val again = ben.goOn(onward, keys, before)
        keep(again.notebook)
        assertEquals(Imported(written = 0, held = 1), again.imported)
        assertEquals(listOf("from Ben"), again.notebook.texts())
        assertEquals(Standing.SOLO, again.notebook.status.value.standing)
        assertEquals(ben.hash(), keep(Notebook.open(before, keys)).hash())
    }

    @Test
    @Scenario("moving")
    fun `both go on at another relay`() = story {
        val (ana, ben) = couple()
        Relay(directory.resolve("another relay")).use { other ->
            assertFailsWith<CoupletException.InvalidInput> { ana.moveTo("no link") }
            ana.moveTo(other.link)
            ana.sync()
            ben.write(Kind.NOTE, "from Ben, who has not heard of it")
            ben.sync()
            meet(ana, ben)
            for (phone in listOf(ana, ben)) phone.status.first { it.relay == other.link }
            assertEquals(listOf("from Ben, who has not heard of it"), ana.texts())
            relay.close()
            ana.write(Kind.NOTE, "without the former relay")
            meet(ana, ben)
            assertTrue("without the former relay" in ben.texts())
        }
    }
}
