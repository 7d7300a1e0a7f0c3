// Who goes, who is called what, and what is not wanted or stands nowhere.

package app.couplet

/**
 * What is set aside on this device.
 *
 * @property late words of devices that were taken out before they were known.
 * @property changes changes that no phone applies.
 */
public data class Quarantine(val late: List<Late>, val changes: List<SetAside>)

/**
 * Late words of a device that was taken out.
 *
 * @property envelopes how many envelopes they are.
 * @property isOwn whether it is for this person to keep or to discard them.
 */
public data class Late(val device: DeviceId, val envelopes: Long, val isOwn: Boolean)

/**
 * A change that no phone applies.
 *
 * @property detail why it stands nowhere, in a sentence.
 */
public data class SetAside(val author: PersonId, val detail: String)

/**
 * Takes out a device of this person's. Once the relay has ordered it, the device reads nothing that
 * is written after.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.remove(device: DeviceId): DeviceId =
    writing { DeviceId(ffi.remove(device.lower()).value) }

/**
 * Leaves: alone, at once, offline if need be, with everything that is here. What was not sent stays
 * here.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.leave(): Unit = writing { ffi.leave() }

/**
 * Names this person or, if one is given, one of their devices.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.rename(name: String, device: DeviceId? = null): Unit =
    writing { ffi.rename(name, device?.lower()) }

/**
 * The invites of this person that are open.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.invites(): List<OpenInvite> =
    calling { ffi.invites().map { it.lift() } }

/**
 * Withdraws an invite.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.revoke(invite: InviteId): InviteId =
    writing { InviteId(ffi.revoke(app.couplet.ffi.InviteId(invite.value)).value) }

/**
 * Forgets a request to be let in.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.deny(request: RequestId): Unit =
    writing { ffi.deny(request.lower()) }

/**
 * What is set aside here.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.quarantine(): Quarantine = calling { ffi.quarantine().lift() }

/**
 * Keeps, or discards, the late words of a device of one's own that was taken out. Says how many
 * envelopes they were.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.settleLate(device: DeviceId, isKept: Boolean): Long =
    writing { ffi.settleLate(device.lower(), isKept).toLong() }
