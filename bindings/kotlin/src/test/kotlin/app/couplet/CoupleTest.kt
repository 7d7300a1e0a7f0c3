// What two people do with a notebook.

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
    fun `Ben is let in with the code that his phone shows`() = story {
        val keys = Pocket()
        val (ana, ben) = atTheDoor(keys)
        val request = ana.requests().single()
        assertEquals("Ben", request.name)
        assertFalse(request.isOwnDevice)
        ana.approve(request.id, ben.status.value.waitingCode)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            assertEquals(setOf("Ana", "Ben"), phone.persons().map { it.name }.toSet())
            val devices = phone.devices()
            assertEquals(2, devices.size)
            val status = phone.status.first { it.persons == 2 }
            assertEquals(status.device, devices.single { it.isThis }.id)
            assertNull(status.waitingCode)
        }
        ben.shutdown()
        val again = keep(Notebook.open(config("Ben"), keys))
        assertTrue(again.sync().isCaughtUp)
    }

    @Test
    fun `Ben waits at the door until Ana's phone, which stays attached, lets him in`() = story {
        val ana = found("Ana", relay.link)
        ana.write(Kind.NOTE, "come in")
        val invitation = ana.invite(history = History.ALL)
        assertEquals(1, invitation.entries)
        assertFalse(invitation.link in invitation.toString())
        ana.sync()
        val ben = join("Ben", invitation.link)
        val asked = async(start = CoroutineStart.UNDISPATCHED) {
            ana.events.first { it is Event.Requests }
        }
        val staying = launch { ana.stayAttached() }
        val waiting = async { ben.waitToBeLetIn(PATIENCE) }
        asked.await()
        ana.approve(ana.requests().single().id, ben.status.value.waitingCode)
        assertTrue(waiting.await().isCaughtUp)
        assertEquals(listOf("come in"), ben.texts())
    }

    @Test
    @Scenario("write-apart")
    fun `what both write without a network is on both phones after they meet`() = story {
        val (ana, ben) = couple()
        val day = LocalDate.of(2026, 2, 14)
        val written = (1..3).map { ana.write(Kind.NOTE, "Ana's $it", day) }
        repeat(3) { ben.write(Kind.NOTE, "Ben's $it", day) }
        val first = written.first()
        assertEquals("Ana's 1" to day, first.entry.text to first.entry.day)
        assertEquals(ana.status.value.person, first.entry.author)
        assertEquals(Delivery.DEVICE, first.delivery)
        meet(ana, ben)
        assertEquals(ana.texts(), ben.texts())
        assertEquals(6, ana.texts().size)
        assertEquals(Delivery.RELAY, ana.entry(first.entry.id).delivery)

        val paged = mutableListOf<EntryPreview>()
        do {
            val page = ana.timeline(limit = 2, before = paged.lastOrNull()?.cursor)
            paged += page
        } while (page.isNotEmpty())
        assertEquals(ana.timeline(), paged)
        assertEquals(6, ana.timeline(filter = Filter(Kind.NOTE, firstDay = day)).size)
        assertTrue(ana.timeline(filter = Filter(lastDay = day.minusDays(1))).isEmpty())
    }

    @Test
    @Scenario("merge")
    fun `a page that both change apart has both changes, and own words stay their author's`() =
        story {
            val (ana, ben) = couple()
            val page = ana.write(Kind.PAGE, "milk and bread").entry
            val note = ana.write(Kind.NOTE, "good morning").entry.id
            meet(ana, ben)
            val shown = ben.entry(page.id).entry
            ana.edit(page.id, "oat milk and bread", page.version)
            ben.edit(page.id, "milk and rye bread", shown.version)
            meet(ana, ben)
            for (phone in listOf(ana, ben)) {
                assertEquals("oat milk and rye bread", phone.entry(page.id).entry.text)
            }
            val refused = assertFailsWith<CoupletException.NotAllowed> { ben.edit(note, "bad") }
            assertEquals("not_yours", refused.code)
            val own = ana.write(Kind.OWN_PAGE, "slept badly").entry.id
            meet(ana, ben)
            assertEquals("slept badly", ben.entry(own).entry.text)
            val kept = assertFailsWith<CoupletException.NotAllowed> { ben.edit(own, "slept well") }
            assertEquals("not_yours", kept.code)
            assertEquals("slept badly, alone", ana.edit(own, "slept badly, alone").entry.text)
            val revised = ana.edit(note, "good morning, love").entry
            assertEquals("good morning, love", revised.text)
            assertEquals(
                listOf("good morning", "good morning, love"),
                revised.revisions.map { it.text },
            )
        }

    @Test
    @Scenario("talk")
    fun `comments, an answer and an emoji are seen by both`() = story {
        val (ana, ben) = couple()
        val note = ana.write(Kind.NOTE, "look up tonight").entry.id
        meet(ana, ben)
        assertTrue(Verb.COMMENT in ben.entry(note).can)
        val said = ben.comment(note, "the mood").entry.comments.single()
        ben.react(note, "🌙")
        meet(ana, ben)
        assertTrue(Verb.REPLY in ana.entry(note).can)
        ana.comment(note, "yes", replyTo = said.id)
        ben.say(note, Saying.EditComment(said.id, "the moon"))
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(note).entry
            assertEquals(listOf("the moon", "yes"), shown.comments.map { it.text })
            assertEquals(listOf(null, said.id), shown.comments.map { it.replyTo })
            assertEquals(listOf(Reaction(said.author, "🌙")), shown.reactions)
        }
        assertTrue(ben.unreact(note, "🌙").entry.reactions.isEmpty())
        assertFailsWith<CoupletException.InvalidInput> { ben.react(note, "moon") }
    }

    @Test
    @Scenario("drafts")
    fun `a draft is of this phone until it is shared, and then only its last words`() = story {
        val (ana, ben) = couple()
        val draft = ana.draftNew(Kind.NOTE, "I")
        ana.draftUpdate(draft.id, "I thought of you")
        assertEquals(listOf(draft.id), ana.drafts().map { it.id })
        assertEquals("I thought of you", ana.draft(draft.id).text)
        meet(ana, ben)
        assertTrue(ben.texts().isEmpty())
        val shared = ana.shareDraft(draft.id).entry
        assertEquals("I thought of you", shared.text)
        assertTrue(ana.drafts().isEmpty())

        val edit = ana.draftEdit(shared.id, "I think of you", shared.version)
        assertEquals(shared.id, edit.entry)
        assertEquals(shared.id, ana.shareDraft(edit.id).entry.id)
        meet(ana, ben)
        assertEquals(listOf("I think of you"), ben.texts())

        val empty = ana.draftNew(Kind.NOTE, "")
        assertFailsWith<CoupletException.InvalidInput> { ana.shareDraft(empty.id) }
        assertEquals(listOf(empty.id), ana.drafts().map { it.id })
        ana.draftDiscard(empty.id)
        assertFailsWith<CoupletException.NotFound> { ana.draft(empty.id) }
    }

    @Test
    @Scenario("beside")
    fun `a widget reads beside the app, and leaves words for it`() = story {
        val keys = Pocket()
        val app = found("Ana", relay.link, keys)
        app.write(Kind.NOTE, "from the app")
        val widget = keep(Notebook.openBeside(config("Ana"), keys))
        assertTrue(app.isOwner)
        assertFalse(widget.isOwner)
        assertEquals(listOf("from the app"), widget.texts())
        assertFailsWith<CoupletException.Busy> { widget.write(Kind.NOTE, "now") }
        val told = async(start = CoroutineStart.UNDISPATCHED) {
            app.events.first { it is Event.EntryChanged }
        }
        val staying = launch { app.stayAttached() }
        val left = widget.queueWrite(Kind.NOTE, "from the widget")
        assertEquals(Event.EntryChanged(left), told.await())
        assertEquals("from the widget", app.entry(left).entry.text)
    }

    @Test
    @Scenario("export")
    fun `what is exported proves to be whole, and words come back in once`() = story {
        val ana = found("Ana")
        ana.write(Kind.NOTE, "kept")
        ana.write(Kind.PAGE, "milk\nbread")
        val export = ana.export()
        assertEquals(ana.hash(), prove(export.changes))
        assertEquals(ana.hash().value, export.hash)
        assertEquals(2, export.entries.size)
        assertTrue(prove(export.changes.dropLast(1)) != ana.hash())
        val archive = keep(Notebook.archive(config("Archive"), Pocket(), export.archive))
        assertEquals(ana.hash(), archive.hash())
        assertFailsWith<CoupletException.NotAllowed> { archive.write(Kind.NOTE, "not here") }
        val words = export.entries.map { Words(checkNotNull(it.kind), it.day, it.text) }
        val elsewhere = found("Elsewhere")
        assertEquals(Imported(written = 2, held = 0), elsewhere.import(words))
        assertEquals(Imported(written = 0, held = 2), elsewhere.import(words))
        assertEquals(ana.texts().toSet(), elsewhere.texts().toSet())
    }
}
