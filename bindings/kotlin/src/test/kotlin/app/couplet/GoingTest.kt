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
    fun `an invite is withdrawn`() = story {
        val ana = found("Ana", relay.link)
        assertEquals(Standing.SOLO, ana.status.value.standing)
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
    fun `somebody who asks is sent away`() = story {
        val (ana, ben) = atTheDoor()
        ana.deny(ana.requests().single().id)
        assertTrue(ana.requests().isEmpty())
        assertEquals(Standing.WAITING, ben.status.value.standing)
    }

    @Test
    fun `both phones show one safety number, and one says when it was compared`() = story {
        val (ana, ben) = couple()
        val number = ana.verify()
        assertFalse(number.isVerified)
        assertEquals(number, ben.verify())
        assertTrue(ana.verify(isConfirmed = true).isVerified)
    }

    @Test
    fun `a device is named, and taken out`() = story {
        val (ana, ben) = couple()
        val tablet = another(ana, "Ana's tablet").status.value.device
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
    }

    @Test
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
