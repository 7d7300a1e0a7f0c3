// Who goes, who is called what, and invites and requests that are not wanted any more.

package app.couplet

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
public suspend fun Notebook.invites(): List<OpenInvite> = calling { ffi.invites().map { it.lift() } }

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
