// Who belongs, and how things stand, as values.

package app.couplet

import java.time.Instant
import kotlin.time.Duration

/** A person, and what they call themselves. */
public data class Person(val id: PersonId, val name: String)

/**
 * A device that belongs to the notebook.
 *
 * @property name what its person is called, as far as this device can read it.
 * @property called what the device is called, if it was given a name.
 * @property generation how often its person was let in again after they had lost everything.
 * @property isThis whether it is the device that is asked.
 * @property since the index of the statement of the membership log that let it in.
 * @property verified if it is the other person's: how sure this one is of them.
 */
public data class Device(
    val id: DeviceId,
    val person: PersonId,
    val name: String?,
    val called: String?,
    val generation: Int,
    val isThis: Boolean,
    val since: Long,
    val verified: Verified?,
)

/** How much of what is here a newcomer reads. */
public enum class History {
    /** Everything. */
    ALL,

    /** What is written from here on. */
    FROM_HERE,
}

/** How a person stands to the other. */
public enum class Standing {
    /** Not let in so far. */
    WAITING,

    /** Alone, and nobody is invited. */
    SOLO,

    /** Alone, and somebody is invited. */
    PAIRING,

    /** Both are here. */
    TOGETHER,

    /** One of the two has left, or this device was taken out. */
    APART,
}

/**
 * An invitation to hand over.
 *
 * @property link holds a secret: show it to one person, and keep it out of logs.
 * @property entries how many entries the newcomer will read.
 */
public data class Invitation(val link: String, val expires: Instant, val entries: Long) {
    /** Without the link, which is a secret. */
    override fun toString(): String = "Invitation(expires=$expires, entries=$entries)"
}

/** What letting in again the other person has come to. */
public sealed interface Again {
    /** There is a link for them. */
    public data class Link(val invitation: Invitation) : Again

    /** Their recovery kit is warned: there is a link from then on, unless its words say no. */
    public data class NotBefore(val due: Instant) : Again
}

/**
 * An invite of one's own that is open, and what the newcomer will read.
 *
 * @property isAgain whether it lets in again a person who lost everything; of another's, in this
 *   one's place.
 */
public data class OpenInvite(
    val id: InviteId,
    val isOwnDevice: Boolean,
    val isAgain: Boolean,
    val history: History,
    val expires: Instant,
    val isExpired: Boolean,
)

/** How sure this person is that the other is who they seem to be. */
public enum class Verified {
    /** Not at all: they came by the link alone, or this person came by theirs. */
    NO,

    /** This device let them in with the code that their phone showed. */
    CODE,

    /** This person has compared what both phones show. */
    COMPARED,

    /** This person was sure of somebody else, whose place they have taken: compare anew. */
    CHANGED,
}

/**
 * An emoji of those that two persons compare.
 *
 * @property name what to call it on the telephone, in English.
 */
public data class SasEmoji(val symbol: String, val name: String)

/**
 * What two persons compare, in person or on the telephone.
 *
 * @property number sixty digits, the same on both persons' phones for as long as both are the same
 *   persons.
 * @property emoji the seven of their coming together, the same on both phones; none where this
 *   device has not been told what they are made of.
 * @property verified how sure this person is of the other.
 */
public data class Verification(
    val number: String,
    val emoji: List<SasEmoji>,
    val verified: Verified,
)

/**
 * Somebody who asks to be let in.
 *
 * @property name what the person calls themselves.
 * @property isOwnDevice whether it is a device of one's own.
 * @property isAgain whether it is the other person, who lost everything and is to be let in again.
 */
public data class Request(
    val id: RequestId,
    val name: String?,
    val isOwnDevice: Boolean,
    val isAgain: Boolean,
)

/**
 * The honest state of a notebook on this device.
 *
 * @property standing how this person stands to the other.
 * @property isReadOnly whether nothing more can be written here.
 * @property isPaused whether this device shares nothing until it is told to.
 * @property dissolving whether the notebook is to be gone from the relay, or is.
 * @property epoch the epoch whose key is used now, from 1.
 * @property waitingCode while it waits to be let in: the short code, for the other phone to type.
 * @property pending changes and envelopes that the relay has not said to hold.
 * @property relay the relay's link.
 * @property lastExchange when both sides last held the same.
 * @property transport over what that was.
 * @property isAttached whether it is in touch with the relay just now, by whichever process.
 * @property isStaying whether a call of this process stays attached, in touch or trying again. Where
 *   none does, nothing leaves and nothing arrives before the next exchange.
 * @property putOffUntil if the relay did not take this device's words so far: when they are offered
 *   again.
 * @property withheld envelopes that were missing after the last exchange, though another device has
 *   read them or they come before what is here: the relay keeps them back, or has lost them.
 * @property verified how sure this person is of the other; nothing while nobody else is here.
 * @property kitDue when this person's recovery kit may be replaced without its words: one of their
 *   devices gave it notice. Whoever did not mean this keeps the kit by its words.
 * @property isBeingReplaced whether the other person is letting somebody in again in the place of
 *   this one, by a link or by a warning to the recovery kit. It takes every device of this person's
 *   out: whoever is not lost revokes the invite, or keeps the kit.
 */
public data class Status(
    val notebook: NotebookId,
    val device: DeviceId,
    val person: PersonId,
    val standing: Standing,
    val isReadOnly: Boolean,
    val isPaused: Boolean,
    val dissolving: Dissolving?,
    val epoch: Int,
    val waitingCode: String?,
    val pending: Long,
    val relay: String?,
    val lastExchange: Instant?,
    val transport: String?,
    val isAttached: Boolean,
    val isStaying: Boolean,
    val putOffUntil: Instant?,
    val withheld: Long,
    val verified: Verified?,
    val kitDue: Instant?,
    val isBeingReplaced: Boolean,
    val persons: Int,
    val devices: Int,
)

/**
 * What an exchange with the relay did.
 *
 * @property sent envelopes sent.
 * @property received envelopes received that were new here.
 * @property roundTrips times this side waited for an answer before it sent on, handshake apart.
 * @property bytesOut bytes of frames sent; [bytesIn], received.
 * @property udpOut bytes of UDP payload sent; [udpIn], received.
 * @property duration how long it took, connecting included.
 * @property isCaughtUp whether both sides held the same at its end.
 * @property arrived what came of the other person, for people.
 */
public data class Exchanged(
    val sent: Long,
    val received: Long,
    val roundTrips: Int,
    val bytesOut: Long,
    val bytesIn: Long,
    val udpOut: Long,
    val udpIn: Long,
    val duration: Duration,
    val transport: String,
    val isCaughtUp: Boolean,
    val arrived: Arrived,
)

/**
 * A single-use link, for the partner or for another device of one's own. Where entries are here
 * already, [history] must say how much of them the newcomer reads.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.invite(
    isOwnDevice: Boolean = false,
    history: History? = null,
): Invitation = writing { ffi.invite(isOwnDevice, history?.lower()).lift() }

/**
 * A link for the other person, who has lost every device and their words. Whoever joins with it and
 * is approved takes their place: reads everything, and writes none of their words of before. All
 * devices that there were of them are taken out. If they have a recovery kit, it is warned first,
 * and there is a link seven days later.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.inviteAgain(): Again = writing { ffi.inviteAgain().lift() }

/**
 * Who asks to be let in by this device, as far as is known here.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.requests(): List<Request> =
    calling { ffi.requests().map { it.lift() } }

/**
 * Lets somebody in, with the code that the other phone shows, or without one on the strength of
 * the link alone.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.approve(request: RequestId, code: String? = null): Unit =
    writing { ffi.approve(request.lower(), code) }

/**
 * Asks with another link, while this device still waits to be let in.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.askAgain(link: String, name: String): Unit =
    writing { ffi.askAgain(link, name) }

/**
 * What the persons call themselves.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.persons(): List<Person> = calling { ffi.persons().map { it.lift() } }

/**
 * The devices that belong, in the order in which they were let in.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.devices(): List<Device> = calling { ffi.devices().map { it.lift() } }

/**
 * What the two persons compare, and how sure this one is of the other; with [isConfirmed] this
 * person says that they have compared what was shown last.
 *
 * @throws CoupletException [CoupletException.NotFound] while nobody else is here,
 *   [CoupletException.InvalidInput] if something else than what was shown last would be confirmed.
 */
public suspend fun Notebook.verify(isConfirmed: Boolean = false): Verification =
    writing { ffi.verify(isConfirmed).lift() }
