// Who goes, who is called what, and what is not wanted any more.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.flow.first

internal class GoingTest {
    @Test
    @Scenario("send-away")
    fun `an invite is withdrawn, and whoever asks is sent away`() = story {
        val (ana, ben) = atTheDoor()
        ana.deny(ana.requests().single().id)
        assertTrue(ana.requests().isEmpty())
        assertEquals(Standing.WAITING, ben.status.value.standing)
        assertFailsWith<CoupletException.Waiting> { ben.write(Kind.NOTE, "too early") }
        for (invite in ana.invites()) ana.revoke(invite.id)
        ana.status.first { it.standing == Standing.SOLO }
        ana.invite(history = History.ALL)
        ana.status.first { it.standing == Standing.PAIRING }
        val invite = ana.invites().single()
        assertFalse(invite.isOwnDevice || invite.isExpired)
        assertEquals(History.ALL, invite.history)
        assertEquals(invite.id, ana.revoke(invite.id))
        ana.sync()
        assertTrue(ana.invites().isEmpty())
    }

    @Test
    @Scenario("verify")
    fun `both compare emoji and a number, and one says that they have`() = story {
        val (ana, ben) = couple()
        meet(ana, ben)
        assertFailsWith<CoupletException.InvalidInput> { ana.verify(isConfirmed = true) }
        val (anas, bens) = ana.verify() to ben.verify()
        assertEquals(7, anas.emoji.size)
        assertEquals(anas.emoji to anas.number, bens.emoji to bens.number)
        assertEquals(Verified.CODE to Verified.NO, anas.verified to bens.verified)
        assertEquals(Verified.COMPARED, ana.verify(isConfirmed = true).verified)
        val tablet = another(ben, "Ben's tablet")
        meet(ana, ben)
        assertEquals(Verified.COMPARED, ana.status.first { it.devices == 3 }.verified)
        val theirs = ana.devices().filter { !it.isThis }
        assertEquals(listOf(Verified.COMPARED, Verified.COMPARED), theirs.map { it.verified })
        assertEquals(anas.emoji to anas.number, tablet.verify().let { it.emoji to it.number })
    }

    @Test
    @Scenario("remove")
    fun `a device is named, and taken out`() = story {
        val (ana, ben) = couple()
        val anas = another(ana, "Ana's tablet")
        val tablet = anas.status.value.device
        ana.rename("tablet", tablet)
        ana.rename("Anna")
        meet(ana, ben)
        assertTrue(ben.persons().any { it.name == "Anna" })
        assertEquals("tablet", ana.devices().single { it.id == tablet }.called)
        assertEquals(tablet, ana.remove(tablet))
        meet(ana, ben)
        assertTrue(ben.devices().none { it.id == tablet })
        assertEquals(Quarantine(emptyList(), emptyList()), ana.quarantine())
        assertFailsWith<CoupletException.NotFound> { ana.settleLate(tablet, isKept = true) }
        assertFailsWith<CoupletException.NotAllowed> { anas.sync() }
    }

    @Test
    @Scenario("late-words")
    fun `late words of a device that was taken out are kept or discarded`() = story {
        val (ana, ben) = couple()
        val laptop = another(ana, "Ana's laptop")
        for ((text, isKept) in listOf("kept" to true, "discarded" to false)) {
            val tablet = another(ana, text)
            val its = tablet.status.value.device
            laptop.sync()
            // What the tablet writes comes to the laptop by a relay that Ana's phone does not know.
            Relay(directory.resolve("$text elsewhere")).use { elsewhere ->
                tablet.write(Kind.NOTE, text)
                for (phone in listOf(tablet, laptop)) {
                    phone.setRelay(elsewhere.link)
                    phone.sync()
                }
            }
            laptop.setRelay(relay.link)
            assertTrue(text in laptop.texts())
            ana.remove(its)
            ana.sync()
            laptop.sync()
            assertTrue(text !in laptop.texts())
            assertEquals(listOf(Late(its, 1, isOwn = true)), laptop.quarantine().late)
            assertEquals(1, laptop.settleLate(its, isKept))
            assertTrue(laptop.quarantine().late.isEmpty())
            laptop.sync()
            meet(ana, ben)
        }
        for (phone in listOf(ana, ben, laptop)) assertEquals(listOf("kept"), phone.texts())
    }

    @Test
    @Scenario("leave")
    fun `who leaves keeps everything, and writes nothing more`() = story {
        val (ana, ben) = couple()
        ana.write(Kind.NOTE, "before")
        meet(ana, ben)
        ben.leave()
        assertTrue(ben.status.first { it.standing == Standing.APART }.isReadOnly)
        assertEquals(listOf("before"), ben.texts())
        assertEquals(1, ben.export().entries.size)
        val refused = assertFailsWith<CoupletException.NotAllowed> {
            ben.write(Kind.NOTE, "after")
        }
        assertEquals("apart", refused.code)
    }
}
