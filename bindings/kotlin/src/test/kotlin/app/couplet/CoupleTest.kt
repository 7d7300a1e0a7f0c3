// What a couple does with a notebook.

package app.couplet

import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch

internal class CoupleTest {
    @Test
    @Scenario("pair")
    fun `Ben is let in with the code that his phone shows, and reads what Ana wrote`() = story {
        val ana = found("Ana", relay.link)
        ana.write(Kind.NOTE, "come in")
        val ben = join("Ben", ana.invite(history = History.ALL).link)
        ana.sync()
        assertFailsWith<CoupletException.Waiting> { ben.sync() }
        ana.sync()
        val request = ana.requests().single()
        assertEquals("Ben", request.name)
        assertFalse(request.isOwnDevice)
        ana.approve(request.id, ben.status.value.waitingCode)
        meet(ana, ben)
        assertEquals(listOf("come in"), ben.texts())
        assertEquals(setOf("Ana", "Ben"), ben.persons().map { it.name }.toSet())
        assertEquals(2, ben.devices().size)
        assertNull(ben.status.first { it.persons == 2 }.waitingCode)
    }

    @Test
    fun `Ben waits at the door until Ana's phone, which stays attached, lets him in`() = story {
        val ana = found("Ana", relay.link)
        val ben = join("Ben", ana.invite().link)
        val asked = async(start = CoroutineStart.UNDISPATCHED) {
            ana.events.first { it is Event.Requests }
        }
        val staying = launch { ana.stayAttached() }
        val waiting = async { ben.waitToBeLetIn(PATIENCE) }
        asked.await()
        ana.approve(ana.requests().single().id, ben.status.value.waitingCode)
        assertTrue(waiting.await().isCaughtUp)
        staying.cancel()
    }

    @Test
    @Scenario("write_apart")
    fun `what both write without a network is on both phones after they meet`() = story {
        val (ana, ben) = couple()
        val day = LocalDate.of(2026, 2, 14)
        val row = ana.write(Kind.NOTE, "from Ana", day)
        ben.write(Kind.NOTE, "from Ben", day)
        assertEquals(Delivery.DEVICE, row.delivery)
        meet(ana, ben)
        assertEquals(setOf("from Ana", "from Ben"), ana.texts().toSet())
        val arrived = ben.entry(row.entry.id)
        assertEquals(row.entry, arrived.entry)
        assertTrue(arrived.isUnread)
        assertFalse(ben.show(row.entry.id).isUnread)
        assertEquals(Delivery.RELAY, ana.entry(row.entry.id).delivery)
        assertEquals(1, ben.timeline(filter = Filter(kind = Kind.NOTE, firstDay = day), limit = 1).size)
        assertTrue(ben.timeline(filter = Filter(lastDay = day.minusDays(1))).isEmpty())
    }

    @Test
    @Scenario("merge")
    fun `a page that both change apart has both changes`() = story {
        val (ana, ben) = couple()
        val page = ana.write(Kind.PAGE, "milk and bread").entry
        meet(ana, ben)
        val shown = ben.entry(page.id).entry
        ana.edit(page.id, "oat milk and bread", page.version)
        ben.edit(page.id, "milk and rye bread", shown.version)
        meet(ana, ben)
        assertEquals("oat milk and rye bread", ana.entry(page.id).entry.text)
        assertEquals("oat milk and rye bread", ben.entry(page.id).entry.text)
    }

    @Test
    fun `a comment, an answer and an emoji reach the other phone`() = story {
        val (ana, ben) = couple()
        val note = ana.write(Kind.NOTE, "look up tonight").entry.id
        meet(ana, ben)
        val said = ben.comment(note, "the moon").entry.comments.single()
        ben.react(note, "🌙")
        meet(ana, ben)
        assertTrue(Verb.REPLY in ana.entry(note).can)
        ana.comment(note, "yes", replyTo = said.id)
        meet(ana, ben)
        val shown = ben.entry(note).entry
        assertEquals(listOf(null, said.id), shown.comments.map { it.replyTo })
        assertEquals(listOf(Reaction(said.author, "🌙")), shown.reactions)
        assertTrue(ben.unreact(note, "🌙").entry.reactions.isEmpty())
    }

    @Test
    fun `a draft is of this phone until it is shared, and then only its last words`() = story {
        val (ana, ben) = couple()
        val draft = ana.draftNew(Kind.NOTE, "I")
        ana.draftUpdate(draft.id, "I thought of you")
        ana.draftDiscard(ana.draftNew(Kind.NOTE, "not this").id)
        meet(ana, ben)
        assertTrue(ben.texts().isEmpty())
        assertEquals("I thought of you", ana.draft(draft.id).text)
        assertEquals("I thought of you", ana.shareDraft(draft.id).entry.text)
        meet(ana, ben)
        assertEquals(listOf("I thought of you"), ben.texts())
        assertTrue(ana.drafts().isEmpty())
    }

    @Test
    fun `a widget reads beside the app, and leaves words for it`() = story {
        val keys = Pocket()
        val app = found("Ana", keys = keys)
        val widget = keep(Notebook.openBeside(config("Ana"), keys))
        assertTrue(app.isOwner)
        assertFalse(widget.isOwner)
        assertFailsWith<CoupletException.Busy> { widget.write(Kind.NOTE, "now") }
        val left = widget.queueWrite(Kind.NOTE, "from the widget")
        widget.shutdown()
        app.shutdown()
        val again = keep(Notebook.open(config("Ana"), keys))
        assertEquals("from the widget", again.entry(left).entry.text)
    }

    @Test
    fun `what is exported proves to be whole, and words come back in once`() = story {
        val ana = found("Ana")
        ana.write(Kind.NOTE, "kept")
        val export = ana.export()
        assertEquals(ana.hash(), prove(export.changes))
        assertEquals(ana.hash().value, export.hash)
        val words = export.entries.map { Words(checkNotNull(it.kind), it.day, it.text) }
        assertEquals(Imported(written = 0, held = 1), ana.import(words))
        val elsewhere = found("Elsewhere")
        assertEquals(Imported(written = 1, held = 0), elsewhere.import(words))
        assertEquals(listOf("kept"), elsewhere.texts())
    }
}
