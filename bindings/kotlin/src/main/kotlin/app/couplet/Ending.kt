// How a notebook ends, for a while or for both, and how somebody goes on. `Notebook.destroy` ends it
// on this device.

package app.couplet

import java.time.Instant

/**
 * That a notebook is to be gone from the relay.
 *
 * @property by who wants it; nobody alone, if both do.
 * @property until when the relay lets go of it at the latest, as far as this device's clock tells.
 * @property isOver whether it is done: nothing is written or sent any more, and what is here stays.
 */
public data class Dissolving(val by: PersonId?, val until: Instant, val isOver: Boolean)

/**
 * What is on this device and nowhere else.
 *
 * @property entries entries with something of one's own that the relay has not said to hold.
 * @property drafts drafts, which are nowhere else.
 */
public data class Unsent(val entries: Long, val drafts: Long)

/**
 * A notebook in which somebody goes on alone.
 *
 * @property notebook the new one.
 * @property imported what came into it: one's own words.
 */
public class GoneOn internal constructor(
    public val notebook: Notebook,
    public val imported: Imported,
)

/**
 * What is on this device and nowhere else, as far as it knows.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.unsent(): Unsent = calling { ffi.unsent().lift() }

/**
 * Wants all of it gone from the relay: it is, once the other person wants it, too, or ninety days
 * later. Until then everything goes on; afterwards what is here stays, to be read and exported.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.dissolve(): Unit = writing { ffi.dissolve() }

/**
 * Takes back that this person wants it gone, before it is.
 *
 * @throws CoupletException [CoupletException.NotFound] if this person does not want it.
 */
public suspend fun Notebook.retain(): Unit = writing { ffi.retain() }

/**
 * Neither sends nor fetches from here on, on this device; nobody is told. Writing goes on, and
 * [Notebook.stayAttached] waits until [resume].
 *
 * @throws CoupletException
 */
public suspend fun Notebook.pause(): Unit = writing { ffi.pause() }

/**
 * Shares again.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.resume(): Unit = writing { ffi.resume() }

/**
 * Goes on alone in a new notebook, after this one ended for this person: one's own words come in as
 * one's own, and everything, the other person's words among it, is an archive in [before]. The new
 * one knows nothing of the archive, and shows nothing of it to whoever is invited. Done again it
 * goes on where it was interrupted. Where no keys are given for the archive, it has the new
 * notebook's.
 *
 * @throws CoupletException [CoupletException.NotAllowed] where nothing has ended, or if there is
 *   another notebook in one of the places.
 */
public suspend fun Notebook.goOn(
    config: Config,
    keys: KeyStore,
    before: Config,
    keysBefore: KeyStore = keys,
): GoneOn {
    var imported = Imported(0, 0)
    val notebook = Notebook.begun {
        val (keystore, keystoreBefore) = LentKeyStore(keys) to LentKeyStore(keysBefore)
        val gone = ffi.goOn(config.lower(), keystore, before.lower(), keystoreBefore)
        gone.notebook.also { imported = gone.imported.lift() }
    }
    return GoneOn(notebook, imported)
}
